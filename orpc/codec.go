package orpc

import (
	"encoding/binary"

	"oxid/com"
	"oxid/ndr"
)

// Pieces that several of the protocol's interfaces share, as RPC parameters.

// badStub makes a received parameter's fault the decoder's error.
func badStub(d *ndr.Decoder, err error) {
	d.Fail(&com.Error{HRESULT: com.RPC_X_BAD_STUB_DATA, Err: err})
}

// putVersion appends a COMVERSION, two short numbers.
func putVersion(e *ndr.Encoder, v COMVERSION) {
	e.Uint16(v.Major)
	e.Uint16(v.Minor)
}

// getVersion reads a COMVERSION.
func getVersion(d *ndr.Decoder) COMVERSION {
	return COMVERSION{Major: d.Uint16(), Minor: d.Uint16()}
}

// putStd appends a STDOBJREF as a parameter: in the byte order of the wire and
// aligned to 8, other than inside an OBJREF.
func putStd(e *ndr.Encoder, s *STDOBJREF) {
	e.Align(8, 8)
	e.Uint32(s.Flags)
	e.Uint32(s.PublicRefs)
	e.Uint64(uint64(s.OXID))
	e.Uint64(uint64(s.OID))
	e.GUID(s.IPID)
}

// getStd reads what putStd writes. In either syntax its 40 bytes end aligned,
// so NDR64 has no padding behind them.
func getStd(d *ndr.Decoder) STDOBJREF {
	d.Align(8, 8)
	return STDOBJREF{
		Flags:      d.Uint32(),
		PublicRefs: d.Uint32(),
		OXID:       OXID(d.Uint64()),
		OID:        OID(d.Uint64()),
		IPID:       d.GUID(),
	}
}

// putBindingsPtr appends a unique pointer to a DUALSTRINGARRAY; nil is NULL.
func putBindingsPtr(e *ndr.Encoder, p PackedBindings) {
	if e.Pointer(p != nil) {
		putBindings(e, p)
	}
}

// putBindings appends a DUALSTRINGARRAY as a parameter: a conformant structure
// of units in the byte order of the wire ([MS-DCOM] 2.2.19.2).
func putBindings(e *ndr.Encoder, p PackedBindings) {
	if _, err := ParsePackedBindings(p); err != nil {
		e.Fail(err)
		return
	}
	e.Count(len(p)/2 - 2)
	for i := 0; i < len(p); i += 2 {
		e.Uint16(binary.LittleEndian.Uint16(p[i:]))
	}
}

// getBindingsPtr reads what putBindingsPtr writes.
func getBindingsPtr(d *ndr.Decoder) PackedBindings {
	if !d.Pointer() {
		return nil
	}
	return getBindings(d)
}

// getBindings reads a DUALSTRINGARRAY into its little-endian form. The result
// does not alias the message.
func getBindings(d *ndr.Decoder) PackedBindings {
	// The count covers the units behind the two short numbers of the header.
	n := d.Count(2)
	if !d.InRange(int64(n), 0, maxDualStringUnits) || !d.Fits(n+2, 2) {
		return nil
	}
	b := make([]byte, 0, 4+2*n)
	for range n + 2 {
		b = binary.LittleEndian.AppendUint16(b, d.Uint16())
	}
	if d.Err() != nil {
		return nil
	}
	if entries := binary.LittleEndian.Uint16(b); int(entries) != n {
		d.InRange(int64(entries), int64(n), int64(n)) // records the violation of size_is
		return nil
	}
	p, err := packedBindingsAt(b)
	if err != nil {
		badStub(d, err)
		return nil
	}
	return p
}

// putProtSeqs appends the count and the array of requested protocol sequences.
func putProtSeqs(e *ndr.Encoder, ids []uint16) {
	if len(ids) > MAX_REQUESTED_PROTSEQS {
		e.Fail(tooMany("protocol sequences", len(ids), MAX_REQUESTED_PROTSEQS))
		return
	}
	e.Uint16(uint16(len(ids)))
	e.Count(len(ids))
	e.Uint16s(ids)
}

// getProtSeqs reads what putProtSeqs writes.
func getProtSeqs(d *ndr.Decoder) []uint16 {
	n := d.Uint16()
	d.InRange(int64(n), 0, MAX_REQUESTED_PROTSEQS)
	return d.Uint16s(nil, d.CountIs(int(n), 2))
}

// getHRESULTs reads an array of n result codes.
func getHRESULTs(d *ndr.Decoder, n int) []com.HRESULT {
	return ndr.Get[com.HRESULT](d, nil, n)
}

// putPointers appends a conformant array of unique pointers to
// MInterfacePointers; nil elements are NULL. An empty packet is no reference.
func putPointers(e *ndr.Encoder, list [][]byte) {
	e.Count(len(list))
	for _, p := range list {
		e.Pointer(p != nil)
	}
	for _, p := range list {
		if p != nil {
			e.MInterfacePointer(p)
		}
	}
}

// minPointer is the least size of an MInterfacePointer, its two counts.
const minPointer = 8

// getPointers reads what putPointers writes; want is the length that another
// parameter gave. The packets alias the message.
func getPointers(d *ndr.Decoder, want int) [][]byte {
	list := make([][]byte, d.CountIs(want, 4))
	for i := range list {
		if d.Embedded(minPointer) {
			list[i] = []byte{}
		}
	}
	for i := range list {
		if list[i] != nil && d.Enter(minPointer) {
			list[i] = d.MInterfacePointer()
			d.Leave()
		}
	}
	return list
}
