// Package dcerpc is the connection-oriented DCE/RPC runtime of [C706] with
// the extensions of [MS-RPCE]: client and server, over TCP, unix sockets and
// within one process.
//
// # Limitations
//
// Connectionless RPC, named pipes, RPC over HTTP and callbacks are not
// supported.
package dcerpc
