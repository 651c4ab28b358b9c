// Package netlogon is the one method of the interface netlogon with which
// independent suites test how a server reassembles requests.
//
// netlogon.go is generated from netlogon.idl; challenge.go is the implementation.
// A call passes through them as through package rpcecho.
//
// # Limitations
//
// Nobody can log on: the challenge is forgotten at once.
package netlogon

//go:generate go run oxid/cmd/oxid idl netlogon.idl
