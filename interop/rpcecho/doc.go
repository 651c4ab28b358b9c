// Package rpcecho is the plain RPC interface rpcecho, server and client, that
// independent suites test an NDR implementation with: scalars, conformant
// arrays beyond one fragment, strings, unions with every alignment, enums of
// both sizes, a conformant structure and pointers to pointers.
//
// # The way of a call
//
// rpcecho.go is generated from rpcecho.idl: a method of its client encodes the
// parameters and sends them over a presentation context; its handler, at the
// server, decodes them, calls the implementation, which is in echo.go, and
// encodes the results.
//
// # Limitations
//
// TestCall returns a copy of its argument; other servers return a fixed text.
// SourceData and TestSleep refuse arguments with which a client could make the
// server allocate without bound or sleep for years.
package rpcecho

//go:generate go run oxid/cmd/oxid idl rpcecho.idl
