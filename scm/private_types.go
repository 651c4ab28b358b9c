package scm

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// This file and private_host.go and private_process.go are the client stubs
// and server stubs of private.idl.

// The interfaces of private.idl.
var (
	scmHostSyntax    = dcerpc.SyntaxID{UUID: com.MustGUID("48895edd-b1e0-4f33-bec0-4f95de39455c"), Major: 1}
	scmProcessSyntax = dcerpc.SyntaxID{UUID: com.MustGUID("c21495a4-5d09-4c29-a225-5959ec0c9a0e"), Major: 1}
)

// maxOIDs is the range of the counts in Own and Rundown.
const maxOIDs = 1 << 16

// scmExporter is SCM_EXPORTER.
type scmExporter struct {
	oxid         uint64
	remUnknown   com.GUID
	authnHint    uint32
	major, minor uint16
	bindings     []byte
}

func (v *scmExporter) encode(e *ndr.Encoder) {
	e.Align(8, 8)
	e.Uint64(v.oxid)
	e.GUID(v.remUnknown)
	e.Uint32(v.authnHint)
	e.Uint16(v.major)
	e.Uint16(v.minor)
	e.Uint32(uint32(len(v.bindings)))
	e.Pointer(v.bindings != nil)
	e.Trail(8)
	if v.bindings != nil {
		e.Count(len(v.bindings))
		e.Bytes(v.bindings)
	}
}

func (v *scmExporter) decode(d *ndr.Decoder) {
	d.Align(8, 8)
	v.oxid = d.Uint64()
	v.remUnknown = d.GUID()
	v.authnHint = d.Uint32()
	v.major = d.Uint16()
	v.minor = d.Uint16()
	n := d.Uint32()
	set := d.Embedded(4)
	d.Trail(8)
	if set && d.Leaf(4) {
		v.bindings = d.Bytes(nil, d.CountIs(int(n), 1))
	}
}

// scmResult is SCM_RESULT.
type scmResult struct {
	hr     com.HRESULT
	packet []byte
}

// minResult is the least size of an SCM_RESULT on the wire.
const minResult = 12

// encodeResults appends the array behind a pointer: count, flat parts, packets.
// A nil list is NULL, which a failure has in its place.
func encodeResults(e *ndr.Encoder, list []scmResult) {
	e.Uint32(uint32(len(list)))
	if !e.Pointer(list != nil) {
		return
	}
	e.Count(len(list))
	for i := range list {
		e.Align(4, 8)
		e.HRESULT(list[i].hr)
		e.Uint32(uint32(len(list[i].packet)))
		e.Pointer(list[i].packet != nil)
		e.Trail(8)
	}
	for i := range list {
		if p := list[i].packet; p != nil {
			e.Count(len(p))
			e.Bytes(p)
		}
	}
}

func decodeResults(d *ndr.Decoder) []scmResult {
	n := d.Uint32()
	if !d.Pointer() {
		return nil
	}
	list := make([]scmResult, d.CountIs(int(n), minResult))
	sizes := make([]uint32, len(list))
	for i := range list {
		d.Align(4, 8)
		list[i].hr = d.HRESULT()
		sizes[i] = d.Uint32()
		if d.Embedded(4) {
			list[i].packet = []byte{}
		}
		d.Trail(8)
	}
	for i := range list {
		if list[i].packet != nil && d.Leaf(4) {
			list[i].packet = d.Bytes(nil, d.CountIs(int(sizes[i]), 1))
		}
	}
	return list
}

// encodeOIDs appends [out] n and the array behind a pointer.
func encodeOIDs[T ~uint64](e *ndr.Encoder, list []T) {
	e.Uint32(uint32(len(list)))
	if e.Pointer(list != nil) {
		e.Count(len(list))
		ndr.Put(e, list)
	}
}

func decodeOIDs[T ~uint64](d *ndr.Decoder) []T {
	n := d.Uint32()
	if !d.Pointer() {
		return nil
	}
	return ndr.Get[T](d, nil, d.CountIs(int(n), 8))
}

// rpcInvoke sends what was encoded and returns a decoder of the reply, which
// ends with the HRESULT. call is freed by the caller.
func rpcInvoke(ctx context.Context, call *dcerpc.ClientCall, e *ndr.Encoder) (d ndr.Decoder, err error) {
	if call.Stub, err = e.Data(); err != nil {
		return d, err
	}
	if err = call.Invoke(ctx); err != nil {
		return d, err
	}
	return ndr.DecodeFrom(call.Reply, call.DataRep, call.NDR64), nil
}

// rpcResult reads the HRESULT at the end of a reply.
func rpcResult(d *ndr.Decoder) error {
	hr := d.HRESULT()
	if err := d.Err(); err != nil {
		return err
	}
	if hr.Failed() {
		return hr
	}
	return nil
}

// rpcReply ends a reply with the result of the method. The error itself stays
// behind: what a process wants others to know is in the HRESULT.
func rpcReply(c *dcerpc.ServerCall, e *ndr.Encoder, result error) (err error) {
	e.HRESULT(com.HRESULTOf(result))
	c.Reply, err = e.Data()
	return err
}
