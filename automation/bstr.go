package automation

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"oxid/com"
	"oxid/ndr"
)

// BSTR is the content of a BSTR byte by byte: UTF-16, little-endian, for text;
// anything for those that carry bytes, even an odd number of them. nil is the
// NULL BSTR. Generated code has strings instead, for which NULL and empty are
// the same and what is no UTF-16 becomes U+FFFD.
type BSTR []byte

// BSTROf returns the BSTR of a text.
func BSTROf(s string) BSTR {
	b := make(BSTR, 0, 2*len(s))
	for _, r := range s {
		if r >= 0x10000 {
			r1, r2 := utf16.EncodeRune(r)
			b = binary.LittleEndian.AppendUint16(b, uint16(r1))
			r = r2
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	return b
}

// String returns the text. The last one of an odd number of bytes is left out.
func (b BSTR) String() string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// A FLAGGED_WORD_BLOB is the max_count of its array, the length in bytes, that
// in units, and the units ([MS-OAUT] 2.2.23, CF-461).
const (
	minBSTR  = 12
	nullBSTR = 0xffffffff
)

// EncodeNDR encodes the pointer to the blob, which is there even for NULL.
func (b *BSTR) EncodeNDR(e *ndr.Encoder) { e.Pointer(true) }

// EncodeDeferredNDR encodes the blob.
func (b *BSTR) EncodeDeferredNDR(e *ndr.Encoder) {
	was := e.Order(false)
	n := (len(*b) + 1) / 2
	size := uint32(len(*b))
	if *b == nil {
		size = nullBSTR
	}
	e.Count(n)
	e.Uint32(size)
	e.Uint32(uint32(n))
	e.Bytes(*b)
	if len(*b)%2 != 0 {
		e.Byte(0)
	}
	e.Trail(4)
	e.Order(was)
}

// DecodeNDR decodes the pointer to the blob.
func (b *BSTR) DecodeNDR(d *ndr.Decoder) { d.Mark(minBSTR) }

// DecodeDeferredNDR decodes the blob; a NULL pointer is the NULL BSTR.
func (b *BSTR) DecodeDeferredNDR(d *ndr.Decoder) {
	*b = nil
	if d.Marked(minBSTR) {
		*b = getBlob(d)
		d.Leave()
	}
}

// blobHeader reads the counts of a blob: its units and its bytes, of which there
// are -1 in the NULL BSTR.
func blobHeader(d *ndr.Decoder) (units, bytes int) {
	units = d.Count(2)
	size, count := d.Uint32(), d.Uint32()
	d.Want(units, int(count))
	if size == nullBSTR && units == 0 {
		return 0, -1
	}
	if d.Err() == nil && (uint64(size)+1)/2 != uint64(units) {
		d.Fail(badData("a BSTR of %d bytes in %d units", size, units))
		return 0, -1
	}
	return units, int(size)
}

// getBlob reads a blob as it is.
func getBlob(d *ndr.Decoder) BSTR {
	was := d.Order(false)
	defer d.Order(was)
	units, size := blobHeader(d)
	b := d.Bytes(nil, 2*units)
	d.Trail(4)
	if size < 0 || d.Err() != nil {
		return nil
	}
	return b[:size]
}

// PutBSTR encodes a BSTR parameter.
func PutBSTR(e *ndr.Encoder, s string) {
	e.Pointer(true)
	PutBlob(e, s)
}

// PutBlob encodes what the pointer of an embedded BSTR leads to.
func PutBlob(e *ndr.Encoder, s string) {
	was := e.Order(false)
	n := ndr.UTF16Len(s)
	e.Count(n)
	e.Uint32(uint32(2 * n))
	e.Uint32(uint32(n))
	if strings.IndexByte(s, 0) < 0 {
		e.UTF16(s)
	} else { // a NUL is a character like any other here (CF-537)
		e.Bytes(BSTROf(s))
	}
	e.Trail(4)
	e.Order(was)
}

// GetBSTR decodes a BSTR parameter.
func GetBSTR(d *ndr.Decoder) string {
	if !d.Pointer() {
		return ""
	}
	return getText(d)
}

// GetBlob decodes what the pointer of an embedded BSTR, which [ndr.Decoder.Mark]
// met, leads to.
func GetBlob(d *ndr.Decoder) (s string) {
	if d.Marked(MinBSTR) {
		s = getText(d)
		d.Leave()
	}
	return s
}

// MinBSTR is the least size of what the pointer of a BSTR leads to.
const MinBSTR = minBSTR

// getText reads a blob as text.
func getText(d *ndr.Decoder) string {
	was := d.Order(false)
	units, size := blobHeader(d)
	s := ""
	switch {
	case size < 0:
	case size%2 == 0:
		s = d.UTF16(units)
	default:
		if b := d.Bytes(nil, 2*units); d.Err() == nil {
			s = BSTR(b[:size]).String()
		}
	}
	d.Trail(4)
	d.Order(was)
	return s
}

// badData is the error for what no honest peer sends.
func badData(format string, args ...any) error {
	return fmt.Errorf("automation: "+format+": %w", append(args, com.RPC_X_BAD_STUB_DATA)...)
}
