// Package com is COM's object model: identities and interfaces over plain Go
// values, result codes and errors, and the contracts of marshaling under their
// COM names. It does no I/O and imports nothing of oxid but the vocabulary of
// [oxid/step].
//
// # Where it stands in a call
//
// A call goes straight down on one side and straight up on the other:
//
//	caller                                    object (a plain Go value)
//	  | a method of a Go interface              ^ a method call
//	interface proxy (embeds [Proxy])          interface stub ([IRpcStubBuffer])
//	  | [IRpcChannelBuffer]                     ^ Invoke
//	proxy manager, channel (marshal)          stub manager, channel (marshal)
//	  | RPC runtime (dcerpc)                    ^ RPC runtime (dcerpc)
//
// Package com holds what the upper halves are made of: generated code imports
// com and ndr, never marshal, and marshal finds generated code through the
// registry of compiled-in interfaces ([Register]).
//
// # Objects
//
// An object is a plain Go value that embeds nothing. Its identity is a pointer
// to a type of non-zero size. Which interfaces it has is decided once for each
// Go type: by its own [IUnknown], by the list it was exposed with, or by its
// method set (see [Types]). Local Go values are garbage-collected; only
// proxies are counted, with [Release] and [Keep].
//
// Files by concern: identity.go (identity, NewObject), unknown.go and types*.go
// (QueryInterface), classspec.go (lists of interfaces), release.go and proxy.go
// (counting), aggregate.go, classfactory.go, stream*.go, malloc*.go; channel.go,
// marshaling.go, apartments.go, messagefilter.go and channelhook.go hold the
// contracts, desc.go and descs_local.go the registry, errorinfo.go,
// hresult*.go and error.go what went wrong.
//
// # Limitations
//
//   - [Query] of a local value knows the interfaces that the program was
//     compiled with, and no others.
//   - The interfaces taken from a method set are an offer of convenience: a
//     type that happens to have the methods of an interface has the interface.
//     Classes that are meant for others are exposed with a list.
//   - Two variables with one proxy pointer can steal from each other by a
//     Release too many; it is noticed only when the count is at zero.
//   - A value of a type of size zero gets an identity by [NewObject], but the
//     interfaces that it answers have none.
//   - The streams here are local. Remotable ones need the proxies of package std.
package com
