package orpc

import (
	"fmt"

	"oxid/com"
	"oxid/ndr"
)

// serialHeaderSize is the common and the private header of type serialization
// version 1 ([MS-RPCE] 2.2.6.1, 2.2.6.2).
const serialHeaderSize = 16

// serialized is a structure that travels by type serialization version 1. Its
// methods deal with the NDR 2.0 data behind the headers.
type serialized interface {
	EncodeNDR(e *ndr.Encoder)
	DecodeNDR(d *ndr.Decoder)
}

// deferring are those that have pointers: what these lead to follows.
type deferring interface {
	EncodeDeferredNDR(e *ndr.Encoder)
	DecodeDeferredNDR(d *ndr.Decoder)
}

// appendSerialized appends both headers and the data, padded to 8 bytes.
func appendSerialized(b []byte, v serialized) ([]byte, error) {
	e := ndr.EncodeType(ndr.AppendTypeHeader(b))
	v.EncodeNDR(&e)
	if p, ok := v.(deferring); ok {
		p.EncodeDeferredNDR(&e)
	}
	out, err := e.EndType()
	if err != nil {
		return b, err
	}
	return out, nil
}

// parseSerialized reads what appendSerialized writes, from a sender of either
// byte order.
func parseSerialized(b []byte, v serialized) error {
	types, err := ndr.ReadTypes(b)
	if err != nil {
		return err
	}
	d, err := types.Next()
	if err != nil {
		return err
	}
	v.DecodeNDR(&d)
	if p, ok := v.(deferring); ok {
		p.DecodeDeferredNDR(&d)
	}
	return d.Err()
}

// badProperties is the error of malformed activation properties.
func badProperties(format string, args ...any) error {
	return &com.Error{HRESULT: com.RPC_X_BAD_STUB_DATA, Err: fmt.Errorf(format, args...)}
}
