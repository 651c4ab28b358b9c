// Package orpc is the object protocol on the wire: the byte forms of object
// references (OBJREF, DUALSTRINGARRAY), of the headers that make a DCE/RPC call
// an object call (ORPCTHIS, ORPCTHAT, extents), of activation, and of the
// interfaces that the protocol itself is made of (IRemUnknown,
// IObjectExporter, IActivation, IRemoteSCMActivator). It holds codecs alone:
// no connections, no tables, no goroutines, no state.
//
// # Where it stands in a call
//
//	marshal: proxy manager, channel             marshal: channel, stub manager
//	  | ORPCTHIS.Append                            ^ ParseORPCTHIS
//	  | parameters (ndr, generated code)           ^ parameters
//	dcerpc: request PDU ------------------------> dcerpc: request PDU
//
// A reference to an object leaves a process as an [OBJREF], written by the
// standard marshaler into a stream or, through package ndr, into the
// parameters of a call. The receiver parses it, asks the resolver that its
// bindings name (IObjectExporter) where the OXID lives, and calls there with
// the IPID in the header of each request.
//
// # What is where
//
//	objref*.go, stdobjref.go     object references, from bytes and from streams
//	dualstring*.go               bindings, decoded and packed
//	orpcthis.go, extent.go       the headers of object calls
//	version.go                   negotiation
//	remunknown.go                IRemUnknown, IRemUnknown2
//	oxidresolver.go              IObjectExporter
//	activator_*.go               IActivation, IRemoteSCMActivator
//	activation*.go, serialize.go activation properties
//	context*.go, errorinfo.go    what custom references and extents carry
//	explain*.go, names.go        all of it for people
//
// Requests and responses of an interface are structures. Those that stand
// behind headers of the runtime encode themselves with an [ndr.Encoder] and
// decode with an [ndr.Decoder], in either transfer syntax and byte order; those
// of the activators, whose first parameter is an ORPC header, read and write
// whole stub data. Where a response repeats a count of the request, Decode
// wants that count and refuses any other.
//
// # Byte order
//
// OBJREF, STDOBJREF, DUALSTRINGARRAY inside an OBJREF, and contexts are
// little-endian bytes whatever the PDU's data representation says
// ([MS-DCOM] 2.2.18). ORPCTHIS, ORPCTHAT and everything that is an RPC
// parameter follow the sender's data representation; what this package writes
// is little-endian.
//
// # Errors
//
// What is wrong with a reference is RPC_E_INVALID_OBJREF; a stream that ends
// within one is STG_E_READFAULT. Headers give RPC_E_INVALID_HEADER,
// RPC_E_INVALID_EXTENSION and RPC_E_VERSION_MISMATCH, parameters and activation
// properties RPC_X_BAD_STUB_DATA. What cannot be written is E_INVALIDARG.
//
// # Memory
//
// Parsers allocate in proportion to the bytes they are given, never to a count
// that those bytes claim. Byte slices in their results alias the input; Clone
// methods cut that tie. Nothing here is safe for concurrent writing; parsed
// values that nobody changes may be shared.
//
// # Limitations
//
// The activators speak NDR 2.0 alone, as their ORPC headers do: do not
// negotiate NDR64 for them. Extents of contexts are read as far as their policy
// data, which stay opaque. Zone suffixes of IPv6 addresses in bindings pass
// through as text.
package orpc

//go:generate go run oxid/cmd/oxid idl --package orpc --import-path oxid/orpc dcom.idl oxidresolver.idl remunknown.idl activator.idl
