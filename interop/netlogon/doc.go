// Package netlogon is the one method of the interface netlogon with which
// independent suites test how a server reassembles requests.
//
// netlogon.go is written in the shape of generated code, with both sides of
// netlogon.idl; challenge.go is the implementation. A call passes through them
// as through package rpcecho.
//
// # Limitations
//
// Nobody can log on: the challenge is forgotten at once.
package netlogon
