package orpc

import (
	"encoding/binary"
	"fmt"

	"oxid/com"
	"oxid/ndr"
)

// serialHeaderSize is the common and the private header of type serialization
// version 1 ([MS-RPCE] 2.2.6.1, 2.2.6.2).
const serialHeaderSize = 16

// serialized is a structure that travels by type serialization version 1. Its
// methods deal with the NDR 2.0 data behind the header.
type serialized interface {
	encode(e *ndr.Encoder)
	decode(d *ndr.Decoder)
}

// appendSerialized appends both headers and the data, padded to 8 bytes.
func appendSerialized(b []byte, v serialized) ([]byte, error) {
	at := len(b)
	b = append(b,
		1, 0x10, 8, 0, 0xcc, 0xcc, 0xcc, 0xcc, // version, little-endian, header length, filler
		0, 0, 0, 0, 0, 0, 0, 0) // length, filler
	e := ndr.EncodeTo(b, false)
	v.encode(&e)
	e.Align(8, 8)
	b, err := e.Data()
	if err != nil {
		return b[:at], err
	}
	binary.LittleEndian.PutUint32(b[at+8:], uint32(len(b)-at-serialHeaderSize))
	return b, nil
}

// parseSerialized reads what appendSerialized writes, from a sender of either
// byte order. The length in the private header is not used: some senders leave
// the padding out of it, and whoever calls this knows the size from elsewhere.
func parseSerialized(b []byte, v serialized) error {
	if len(b) < serialHeaderSize {
		return badProperties("type serialization: %d bytes of a header of %d", len(b), serialHeaderSize)
	}
	if b[0] != 1 {
		return badProperties("type serialization: version %d, want 1", b[0])
	}
	d := ndr.DecodeFrom(b[serialHeaderSize:], uint32(b[1]&0xf0), false)
	v.decode(&d)
	return d.Err()
}

// badProperties is the error of malformed activation properties.
func badProperties(format string, args ...any) error {
	return &com.Error{HRESULT: com.RPC_X_BAD_STUB_DATA, Err: fmt.Errorf(format, args...)}
}
