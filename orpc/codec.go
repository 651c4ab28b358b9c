package orpc

import "oxid/ndr"

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
