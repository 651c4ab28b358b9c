// Package rpcmgmt is the management interface on the wire, client and server:
// rpcmgmt.go is generated from rpcmgmt.idl. A call passes from package mgmt
// through [MgmtClient] to the handler of [ServeMgmt], and from there into package
// mgmt again, which knows the answers.
//
// # Limitations
//
// Its bounds are those of package mgmt.
package rpcmgmt

//go:generate go run oxid/cmd/oxid idl rpcmgmt.idl
