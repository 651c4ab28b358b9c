// Package epm is the DCE endpoint mapper ([C706] appendix O): the service on
// TCP port 135 that tells clients at which port an interface listens.
//
// A server keeps a [Table] of entries, each a protocol tower ([C706] appendix
// L) with an annotation, and registers [NewInterface] of it with a
// [dcerpc.Server]. Clients ask with [Map], or [Lookup] for everything.
//
//	conn -> dcerpc.Server -> generated handler -> server.Map -> Table.match -> towers
//
// Client and server talk through the code that is generated from
// internal/ept/ept.idl; wire.go has what lies between its types and those of this
// package.
//
// # Limitations
//
// Entries cannot be inserted or deleted over the wire: ept_insert, ept_delete
// and ept_mgmt_delete answer "cannot perform", as servers do for remote clients.
// IPv6 addresses have no form in a tower; the port is what counts.
package epm
