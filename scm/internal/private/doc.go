// Package private is how a host's daemon and the processes of that host talk to
// each other: two plain RPC interfaces that nobody else is to call.
//
// # The way of a call
//
// private.go is generated from private.idl. A process that has registered with
// the daemon calls it by an [IScmHostClient]; the daemon asks the process for
// what it alone knows by an [IScmProcessClient] over a second connection. Both
// sides are served by package scm, which hands the Serve functions what it has.
//
// # Limitations
//
// There is no authentication: the mode of the socket says who gets in.
package private

//go:generate go run oxid/cmd/oxid idl private.idl
