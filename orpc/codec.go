package orpc

import (
	"oxid/com"
	"oxid/ndr"
)

// Pieces that several of the protocol's interfaces share, as RPC parameters.

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

// putBindings appends a DUALSTRINGARRAY as a parameter.
func putBindings(e *ndr.Encoder, p PackedBindings) {
	p.EncodeCountsNDR(e)
	p.EncodeNDR(e)
}

// getBindings reads a DUALSTRINGARRAY.
func getBindings(d *ndr.Decoder) (p PackedBindings) {
	p.DecodeNDR(d, d.Count(2))
	return p
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
