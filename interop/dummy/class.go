package dummy

// Dummy is the class. It is not empty: the identity of an object is a pointer
// to a type of some size.
type Dummy struct{ _ byte }
