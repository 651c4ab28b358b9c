// Package dssetup is the one method of the interface dssetup that says which
// part a machine plays in its domain. Independent suites use it as a second
// interface on a connection.
//
// dssetup.go is generated from dssetup.idl, with client and server;
// standalone.go is the implementation. A call passes through them as through
// package rpcecho.
//
// # Limitations
//
// The machine is always a stand-alone server of a workgroup.
package dssetup

//go:generate go run oxid/cmd/oxid idl dssetup.idl
