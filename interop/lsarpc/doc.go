// Package lsarpc is as much of the interface of the local security authority as
// independent suites need to test bindings and context handles: OpenPolicy2,
// Close and GetUserName.
//
// lsarpc.go is generated from lsarpc.idl; policy.go is the implementation. A call
// passes through them as through package rpcecho.
//
// # Limitations
//
// There is no policy: handles open, and close. Object attributes are read and
// ignored, as servers do; names and security descriptors in them are refused.
package lsarpc

//go:generate go run oxid/cmd/oxid idl lsarpc.idl
