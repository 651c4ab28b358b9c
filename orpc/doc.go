// Package orpc is the object protocol on the wire: the byte forms of object
// references (OBJREF, DUALSTRINGARRAY), of the headers that make a DCE/RPC call
// an object call (ORPCTHIS, ORPCTHAT, extents), of activation, and of the
// interfaces that the protocol itself is made of (IRemUnknown,
// IObjectExporter, IActivation, IRemoteSCMActivator). It holds codecs, clients
// and servers alone: no connections, no tables, no goroutines, no state.
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
//	dcom.idl                     what the interfaces share: COMVERSION, STDOBJREF, ...
//	oxidresolver.idl             IObjectExporter
//	activator.idl                IActivation, IRemoteSCMActivator
//	activationprops.idl          activation properties
//	remunknown.idl               IRemUnknown, IRemUnknown2
//	objref*.go, stdobjref.go     object references, from bytes and from streams
//	dualstring*.go               bindings, decoded and packed
//	orpcthis.go, extent.go       the headers of object calls
//	version.go                   negotiation
//	parameters.go                references, bindings and headers as parameters
//	activation.go, serialize.go  the set that activation properties travel in
//	context*.go, errorinfo.go    what custom references and extents carry
//	explain*.go, names.go        all of it for people
//
// The interfaces are generated from the IDL files: clients, servers, and for
// the Remote Unknown, which is an object, proxy and stub. Where a response
// repeats a count of the request, the client refuses any other.
//
// # What is written by hand
//
// No description in IDL can say these:
//
//   - OBJREF, contexts and the object data of errors are bytes, packed and
//     little-endian, inside of a parameter or of a stream.
//   - The inside of a DUALSTRINGARRAY is a list of texts in an array of units. It
//     stays packed: bindings are compared, hashed and copied as they are.
//   - A set of activation properties is a table of contents and pieces of type
//     serialization one behind the other; header and pieces themselves are
//     generated. SpecialPropertiesData comes in two layouts.
//
// IDL can describe ORPCTHIS, ORPCTHAT and their extents, and dcom.idl does, for
// the activators have them as parameters. Their codec is by hand all the same:
// they stand in front of every object call, in NDR 2.0 even where the parameters
// are NDR64; one bounds check does for a header without extents, which allocates
// nothing; and a header has errors of its own.
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
// RPC_E_INVALID_EXTENSION and RPC_E_VERSION_MISMATCH, parameters, headers among
// them, and activation properties RPC_X_BAD_STUB_DATA. What cannot be written is
// E_INVALIDARG, a list that is too long for its count RPC_S_INVALID_BOUND.
//
// # Memory
//
// Parsers allocate in proportion to the bytes they are given, never to a count
// that those bytes claim. Byte slices in the results of Parse functions alias the
// input, and Clone methods cut that tie; parameters and properties are copies.
// Nothing here is safe for concurrent writing; parsed values that nobody changes
// may be shared.
//
// # Limitations
//
// The activators speak NDR 2.0 alone, as their ORPC headers do: do not
// negotiate NDR64 for them. Extents of contexts are read as far as their policy
// data, which stay opaque. Zone suffixes of IPv6 addresses in bindings pass
// through as text.
package orpc

//go:generate go run oxid/cmd/oxid idl --package orpc --import-path oxid/orpc dcom.idl oxidresolver.idl remunknown.idl activator.idl activationprops.idl
