// Package dummy is a class that can be activated and nothing else, under the
// identifiers that clients of independent implementations activate in their own
// tests.
//
// dummy.go is written in the shape of generated code of dummy.idl.
//
// # Limitations
//
// Those clients know the interface with methods; here every method of it is
// refused as unknown.
package dummy
