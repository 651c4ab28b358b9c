// Package dummy is a class that can be activated and nothing else, under the
// identifiers that clients of independent implementations activate in their own
// tests.
//
// dummy.go is generated from dummy.idl; class.go is the class.
//
// # Limitations
//
// Those clients know the interface with methods; here every method of it is
// refused as unknown.
package dummy

//go:generate go run oxid/cmd/oxid idl dummy.idl
