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
// # Byte order
//
// OBJREF, STDOBJREF, DUALSTRINGARRAY inside an OBJREF, and contexts are
// little-endian bytes whatever the PDU's data representation says
// ([MS-DCOM] 2.2.18). ORPCTHIS, ORPCTHAT and everything that is an RPC
// parameter follow the sender's data representation; what this package writes
// is little-endian.
//
// # Memory
//
// Parsers allocate in proportion to the bytes they are given, never to a count
// that those bytes claim. Byte slices in their results alias the input; Clone
// methods cut that tie. Nothing here is safe for concurrent writing; parsed
// values that nobody changes may be shared.
package orpc
