// Package mgmt is the remote management interface that each RPC server offers
// ([C706] appendix Q): which interfaces it has, whether it listens, under which
// principal name it authenticates, and a few counters.
//
// [Register] adds it to a [dcerpc.Server]; the functions ask another server. Both
// talk through the code that is generated from internal/rpcmgmt/rpcmgmt.idl.
//
// # Limitations
//
// stop_server_listening is always refused.
package mgmt
