package orpc

import (
	"bytes"
	"encoding/binary"

	"oxid/com"
	"oxid/ndr"
)

// The types of dcom.idl whose codec is written by hand. Generated code calls
// the methods of this file as it would call its own.

// badStub makes a received parameter's fault the decoder's error.
func badStub(d *ndr.Decoder, err error) {
	d.Fail(&com.Error{HRESULT: com.RPC_X_BAD_STUB_DATA, Err: err})
}

// EncodeCountsNDR encodes the max_count of a DUALSTRINGARRAY.
func (p *PackedBindings) EncodeCountsNDR(e *ndr.Encoder) {
	if _, err := ParsePackedBindings(*p); err != nil {
		e.Fail(err)
		return
	}
	e.Count(len(*p)/2 - 2)
}

// EncodeNDR encodes p as a conformant structure of units in the byte order of
// the wire ([MS-DCOM] 2.2.19.2).
func (p *PackedBindings) EncodeNDR(e *ndr.Encoder) {
	for i := 0; i+1 < len(*p); i += 2 {
		e.Uint16(binary.LittleEndian.Uint16((*p)[i:]))
	}
}

// DecodeNDR decodes a DUALSTRINGARRAY of n units behind the two short numbers
// of its header into its little-endian form. p does not alias the message.
func (p *PackedBindings) DecodeNDR(d *ndr.Decoder, n int) {
	*p = nil
	if !d.InRange(int64(n), 0, maxDualStringUnits) || !d.Fits(n+2, 2) {
		return
	}
	b := make([]byte, 0, 4+2*n)
	for range n + 2 {
		b = binary.LittleEndian.AppendUint16(b, d.Uint16())
	}
	if d.Err() != nil {
		return
	}
	if entries := binary.LittleEndian.Uint16(b); int(entries) != n {
		d.InRange(int64(entries), int64(n), int64(n)) // records the violation of size_is
		return
	}
	packed, err := packedBindingsAt(b)
	if err != nil {
		badStub(d, err)
		return
	}
	*p = packed
}

// EncodeNDR encodes t with its extents. As a parameter it is always the first,
// so that what its pointer leads to follows at once.
func (t *ORPCTHIS) EncodeNDR(e *ndr.Encoder) { encodeHeader(e, t.Append(nil)) }

// EncodeDeferredNDR has nothing left to encode.
func (t *ORPCTHIS) EncodeDeferredNDR(*ndr.Encoder) {}

// DecodeNDR decodes t with its extents, which do not alias the message. A
// header cut short is bad stub data here: it is a parameter.
func (t *ORPCTHIS) DecodeNDR(d *ndr.Decoder) {
	decodeHeader(d, func(b []byte, drep uint32) (n int, err error) {
		*t, n, err = ParseORPCTHIS(b, drep)
		t.Extents = cloneExtents(t.Extents)
		return n, err
	})
}

// DecodeDeferredNDR has nothing left to decode.
func (t *ORPCTHIS) DecodeDeferredNDR(*ndr.Decoder) {}

// EncodeNDR encodes t with its extents; see [ORPCTHIS.EncodeNDR].
func (t *ORPCTHAT) EncodeNDR(e *ndr.Encoder) { encodeHeader(e, t.Append(nil)) }

// EncodeDeferredNDR has nothing left to encode.
func (t *ORPCTHAT) EncodeDeferredNDR(*ndr.Encoder) {}

// DecodeNDR decodes t with its extents; see [ORPCTHIS.DecodeNDR].
func (t *ORPCTHAT) DecodeNDR(d *ndr.Decoder) {
	decodeHeader(d, func(b []byte, drep uint32) (n int, err error) {
		*t, n, err = ParseORPCTHAT(b, drep)
		t.Extents = cloneExtents(t.Extents)
		return n, err
	})
}

// DecodeDeferredNDR has nothing left to decode.
func (t *ORPCTHAT) DecodeDeferredNDR(*ndr.Decoder) {}

// encodeHeader encodes a header in its wire form.
func encodeHeader(e *ndr.Encoder, b []byte) { copy(e.Block(8, len(b)), b) }

// decodeHeader has parse read a header from all that is left of the message,
// and passes as many bytes as it took.
func decodeHeader(d *ndr.Decoder, parse func(b []byte, drep uint32) (int, error)) {
	drep := com.NDR_LOCAL_DATA_REPRESENTATION
	if d.BigEndian() {
		drep = 0
	}
	ahead := *d
	n, err := parse(ahead.Block(1, d.Left()), drep)
	if err != nil {
		badStub(d, err)
		return
	}
	d.Block(1, n)
}

// cloneExtents copies the data of extents, which alias a message.
func cloneExtents(list []Extent) []Extent {
	for i := range list {
		list[i].Data = bytes.Clone(list[i].Data)
	}
	return list
}

// PointerTo returns an object reference as a parameter: nil, which is NULL, for nil.
func PointerTo(objref []byte) *MInterfacePointer {
	if objref == nil {
		return nil
	}
	return &MInterfacePointer{Data: objref}
}

// OBJREF returns the bytes of a parameter, nil for NULL.
func (v *MInterfacePointer) OBJREF() []byte {
	if v == nil {
		return nil
	}
	if v.Data == nil {
		return []byte{} // there, and empty
	}
	return v.Data
}
