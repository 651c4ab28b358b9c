package ndr

import (
	"errors"
	"testing"

	"oxid/com"
)

func TestTypeSerialization(t *testing.T) {
	wire := unhex(t, `01 10 08 00 cc cc cc cc
		08 00 00 00 00 00 00 00 | 01 00 00 00 02 00 | 00 00
		10 00 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00 | 04 00 00 00 00 00 00 00`)
	b := AppendTypeHeader([]byte("xyz")) // alignment does not depend on what is in front
	e := EncodeType(b)
	e.Uint32(1)
	e.Uint16(2)
	b, err := e.EndType()
	want(t, err, nil)
	e = EncodeType(b)
	e.Byte(3)
	e.Uint64(4)
	b, err = e.EndType()
	want(t, err, nil)
	want(t, string(b[3:]), string(wire))

	types, err := ReadTypes(wire)
	want(t, err, nil)
	d, err := types.Next()
	want(t, err, nil)
	want(t, d.Uint32(), 1)
	want(t, d.Uint16(), 2)
	d, err = types.Next()
	want(t, err, nil)
	want(t, d.Byte(), 3)
	want(t, d.Uint64(), 4)
	want(t, d.Err(), nil)
	_, err = types.Next()
	want(t, errors.Is(err, com.RPC_X_BAD_STUB_DATA), true)
}

func TestTypeSerializationError(t *testing.T) {
	e := EncodeType(AppendTypeHeader(nil))
	e.Enum16(-1)
	_, err := e.EndType()
	want(t, errors.Is(err, com.RPC_X_ENUM_VALUE_OUT_OF_RANGE), true)
}

// What other senders do differently.
func TestTypeSerializationLenient(t *testing.T) {
	for _, x := range []struct{ name, wire string }{
		{"padded length", `01 10 08 00 cc cc cc cc | 08 00 00 00 00 00 00 00 | 01 00 00 00 02 00 00 00 | 08 00 00 00 00 00 00 00 | 07 00 00 00 00 00 00 00`},
		{"length without the padding", `01 10 08 00 cc cc cc cc | 06 00 00 00 cc cc cc cc | 01 00 00 00 02 00 00 00 | 04 00 00 00 cc cc cc cc | 07 00 00 00 00 00 00 00`},
		{"no padding at the end", `01 10 08 00 00 00 00 00 | 06 00 00 00 00 00 00 00 | 01 00 00 00 02 00 ff ff | 04 00 00 00 00 00 00 00 | 07 00 00 00`},
		{"big-endian", `01 00 08 00 cc cc cc cc | 00 00 00 08 00 00 00 00 | 00 00 00 01 00 02 00 00 | 00 00 00 08 00 00 00 00 | 00 00 00 07 00 00 00 00`},
	} {
		t.Run(x.name, func(t *testing.T) {
			types, err := ReadTypes(unhex(t, x.wire))
			want(t, err, nil)
			d, err := types.Next()
			want(t, err, nil)
			want(t, d.Uint32(), 1)
			want(t, d.Uint16(), 2)
			want(t, d.Err(), nil)
			d, err = types.Next()
			want(t, err, nil)
			want(t, d.Uint32(), 7)
			want(t, d.Err(), nil)
		})
	}
}

func TestTypeSerializationPrimitives(t *testing.T) {
	types, err := ReadTypes(unhex(t, `01 10 08 00 cc cc cc cc | 07 00 00 00 00 00 00 00 | 08 00 00 00`))
	want(t, err, nil)
	for _, v := range []uint32{7, 8} {
		d, err := types.Primitive()
		want(t, err, nil)
		want(t, d.Uint32(), v)
		want(t, d.Err(), nil)
	}
	_, err = types.Primitive()
	want(t, errors.Is(err, com.RPC_X_BAD_STUB_DATA), true)
}

func TestTypeSerializationRejects(t *testing.T) {
	for name, wire := range map[string]string{
		"empty":            ``,
		"short":            `01 10 08 00 cc cc cc`,
		"version 2":        `02 10 40 00 cc cc cc cc`,
		"header length":    `01 10 10 00 cc cc cc cc`,
		"no value":         `01 10 08 00 cc cc cc cc`,
		"private header":   `01 10 08 00 cc cc cc cc | 01 00 00 00`,
		"beyond the end":   `01 10 08 00 cc cc cc cc | 05 00 00 00 00 00 00 00 | 01 02 03 04`,
		"far beyond":       `01 10 08 00 cc cc cc cc | ff ff ff ff 00 00 00 00 | 01 02 03 04`,
		"big-endian count": `01 00 08 00 cc cc cc cc | 04 00 00 00 00 00 00 00 | 01 02 03 04`,
	} {
		types, err := ReadTypes(unhex(t, wire))
		if err == nil {
			_, err = types.Next()
		}
		if !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
