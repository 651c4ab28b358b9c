// Package records shows an object that travels by value: a record set that
// never changes, of which every client gets a copy instead of a proxy.
//
// # Why
//
// A proxy costs a round trip for each call. A set that does not change is
// better sent once, with the answer that hands it out: its items are then read
// at the price of a Go method call, and reading goes on when the server is gone.
//
// # How
//
// [Set] has an IMarshal of its own ([oxid/com.IMarshal]). When it is marshaled,
// COM asks it instead of writing a reference:
//
//	server                                     client
//	  Find returns *Set
//	  GetUnmarshalClass -> CLSID_RecordSet
//	  GetMarshalSizeMax
//	  MarshalInterface writes the records  -->   an instance of CLSID_RecordSet reads
//	                                             them and becomes the copy
//
// The receiver creates the class that the packet names. Whom a peer may have
// created is decided by the receiver: only classes that it registered for that.
// So both sides, for the client passes sets to the server too, say
//
//	err := records.Register(p.Runtime())
//
// A process that has not said so gets REGDB_E_CLASSNOTREG, and nothing runs.
//
// # The owner
//
// The catalog wants to know how long copies of a set are in use, as a database
// wants to know of open cursors. Each set has an owner for that, an object
// without methods that is marshaled in the standard way inside the packet: every
// copy holds a proxy of it, copies of copies too, and the server is told by
// IExternalConnection when the last copy anywhere was closed, or when its client
// vanished and the pings ceased.
//
// Close gives the owner back at once. A set that is not closed gives it back
// when it is garbage-collected: a by-value argument needs no care by the method
// that receives it.
//
// # What it is not
//
// The class id is part of the protocol, so both ends need this package, or one
// that reads the same packets. An object whose state changes must not travel
// this way.
package records
