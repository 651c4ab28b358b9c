// Package rpcecho is the plain RPC interface rpcecho, server and client, that
// independent suites test an NDR implementation with: scalars, conformant
// arrays beyond one fragment, strings, unions with every alignment, enums of
// both sizes, a conformant structure and pointers to pointers.
//
// # The way of a call
//
//	client.go     a method encodes its parameters into a dcerpc.ClientCall
//	              ... the RPC runtime carries it ...
//	server.go     decodes them, calls the implementation, encodes the results
//	echo.go       is the implementation
//
// types.go has the structures and unions of rpcecho.idl with their two halves
// of NDR. rpcecho.go, types.go, client.go and server.go are written in the
// shape of generated code.
//
// # Limitations
//
// TestCall returns a copy of its argument; other servers return a fixed text.
// SourceData and TestSleep refuse arguments with which a client could make the
// server allocate without bound or sleep for years.
package rpcecho
