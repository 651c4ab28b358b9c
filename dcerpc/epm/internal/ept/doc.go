// Package ept is the endpoint mapper's interface on the wire, client and server:
// ept.go is generated from ept.idl. A call of [Epmapper.Map] passes from package
// epm through [EpmapperClient] to the handler of [ServeEpmapper], and from there
// into package epm again, which has the map.
//
// # Limitations
//
// What a server does with the entries of Insert and Delete is its own business:
// that of package epm does nothing.
package ept

//go:generate go run oxid/cmd/oxid idl ept.idl
