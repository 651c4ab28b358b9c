package ndr

import (
	"encoding/binary"
	"fmt"

	"oxid/com"
)

// Type serialization version 1 ([MS-RPCE] 2.2.6): a stream of values outside of
// any call, as in activation properties. A common header of 8 bytes comes
// first; then each constructed value has a private header of 8 bytes, and its
// data, NDR 2.0 whose alignment starts over, are padded to a multiple of 8.
// Primitive values have no private header.
const (
	commonHeader  = 8
	privateHeader = 8
	filler        = 0xcccccccc
)

// AppendTypeHeader appends the common header of a serialized stream to b.
func AppendTypeHeader(b []byte) []byte {
	b = append(b, 1, dataRepLittle, commonHeader, 0)
	return binary.LittleEndian.AppendUint32(b, filler)
}

// EncodeType begins the next constructed value of a serialized stream, at the
// end of b. [Encoder.EndType] ends it.
func EncodeType(b []byte) Encoder {
	var room [privateHeader]byte
	return EncodeTo(append(b, room[:]...), false)
}

// EndType ends what [EncodeType] began and returns the stream so far.
func (e *Encoder) EndType() ([]byte, error) {
	e.pad(8)
	start := -e.base // EncodeTo counts from there
	binary.LittleEndian.PutUint32(e.b[start-privateHeader:], uint32(len(e.b)-start))
	return e.Data()
}

// Types reads a serialized stream.
type Types struct {
	b   []byte // what is left; its first byte is aligned to 8
	rep uint32
}

// ReadTypes reads the common header of the serialized stream in b.
func ReadTypes(b []byte) (Types, error) {
	switch {
	case len(b) < commonHeader:
		return Types{}, badType("common header of %d bytes", len(b))
	case b[0] != 1:
		return Types{}, badType("type serialization version %d, 1 is wanted", b[0])
	case binary.LittleEndian.Uint16(b[2:]) != commonHeader:
		return Types{}, badType("common header length %d, 8 is wanted", binary.LittleEndian.Uint16(b[2:]))
	}
	rep := uint32(dataRepBig)
	if b[1] == dataRepLittle {
		rep = dataRepLittle
	}
	return Types{b[commonHeader:], rep}, nil
}

// Next returns a decoder of the next constructed value. Some senders leave the
// padding out of the length in the private header, or altogether: both are
// accepted.
func (t *Types) Next() (Decoder, error) {
	if len(t.b) < privateHeader {
		return Decoder{}, badType("private header of %d bytes", len(t.b))
	}
	n := uint64(binary.LittleEndian.Uint32(t.b))
	if t.rep == dataRepBig {
		n = uint64(binary.BigEndian.Uint32(t.b))
	}
	rest := t.b[privateHeader:]
	if n > uint64(len(rest)) {
		return Decoder{}, badType("value of %d bytes, %d left", n, len(rest))
	}
	d := DecodeFrom(rest[:n], t.rep, false)
	t.b = rest[min((n+7)&^7, uint64(len(rest))):]
	return d, nil
}

// Primitive returns a decoder of the next value, which is primitive: 8 bytes
// of which it takes the first.
func (t *Types) Primitive() (Decoder, error) {
	if len(t.b) == 0 {
		return Decoder{}, badType("no value left")
	}
	n := min(8, len(t.b))
	d := DecodeFrom(t.b[:n], t.rep, false)
	t.b = t.b[n:]
	return d, nil
}

func badType(format string, args ...any) error {
	return &Error{HRESULT: com.RPC_X_BAD_STUB_DATA, What: "serialized type: " + fmt.Sprintf(format, args...), received: true}
}
