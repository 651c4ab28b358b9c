package ndr

import (
	"errors"
	"math"
	"testing"

	"oxid/com"
)

func TestScalars(t *testing.T) {
	runAll(t, []exchange{
		{
			name: "primitives",
			wire: `01 00 03 02 41 00 00 00 07 06 05 04 08 00 00 00
				18 17 16 15 14 13 12 11 00 00 80 3f 09 00 00 00
				00 00 00 00 00 00 04 c0 01 00 3a 26 fd`,
			wire64: `01 00 03 02 41 00 00 00 07 06 05 04 08 00 00 00
				18 17 16 15 14 13 12 11 00 00 80 3f 09 00 00 00
				00 00 00 00 00 00 04 c0 01 00 3a 26 fd`,
			enc: func(e *Encoder) {
				e.Byte(1)
				e.Int16(0x0203)
				e.Byte('A')
				e.Int32(0x04050607)
				e.Byte(8)
				e.Int64(0x1112131415161718)
				e.Float32(1)
				e.Byte(9)
				e.Float64(-2.5)
				e.Bool(true)
				e.Uint16(0x263a)
				e.Int8(-3)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Byte(), 1)
				want(t, d.Int16(), 0x0203)
				want(t, d.Byte(), 'A')
				want(t, d.Int32(), 0x04050607)
				want(t, d.Byte(), 8)
				want(t, d.Int64(), 0x1112131415161718)
				want(t, d.Float32(), 1)
				want(t, d.Byte(), 9)
				want(t, d.Float64(), -2.5)
				want(t, d.Bool(), true)
				want(t, d.Uint16(), 0x263a)
				want(t, d.Int8(), -3)
			},
		},
		{
			name:   "enumerations",
			wire:   `05 00 00 00 | 07 00 00 00 | 01 00`,
			wire64: `05 00 00 00 | 07 00 00 00 | 01 00 00 00`,
			enc: func(e *Encoder) {
				e.Enum16(5)
				e.Int32(7)
				e.Enum16(1)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Enum16(), 5)
				want(t, d.Int32(), 7)
				want(t, d.Enum16(), 1)
			},
		},
		{
			name:   "pointer-sized integers",
			wire:   `aa 00 00 00 | fe ff ff ff | ff ff ff ff`,
			wire64: `aa 00 00 00 00 00 00 00 | fe ff ff ff ff ff ff ff | ff ff ff ff 00 00 00 00`,
			enc: func(e *Encoder) {
				e.Byte(0xaa)
				e.Int3264(-2)
				e.Uint3264(math.MaxUint32)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Byte(), 0xaa)
				want(t, d.Int3264(), -2)
				want(t, d.Uint3264(), math.MaxUint32)
			},
		},
		{
			name:   "GUID and HRESULT",
			wire:   `ee 00 00 00 | 33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff | 02 40 00 80`,
			wire64: `ee 00 00 00 | 33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff | 02 40 00 80`,
			enc: func(e *Encoder) {
				e.Byte(0xee)
				e.GUID(com.MustGUID("00112233-4455-6677-8899-aabbccddeeff"))
				e.HRESULT(com.E_NOINTERFACE)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Byte(), 0xee)
				want(t, d.GUID(), com.MustGUID("00112233-4455-6677-8899-aabbccddeeff"))
				want(t, d.HRESULT(), com.E_NOINTERFACE)
			},
		},
		{
			name: "context handles",
			wire: `01 00 00 00 | 00 00 00 00 | 8b 71 c8 18 66 64 53 44 85 9c 78 3a 40 7c 49 df |
				00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`,
			enc: func(e *Encoder) {
				e.Byte(1)
				e.ContextHandle(ContextHandle{UUID: com.MustGUID("18c8718b-6466-4453-859c-783a407c49df")})
				e.ContextHandle(ContextHandle{})
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Byte(), 1)
				h := d.ContextHandle()
				want(t, h.UUID, com.MustGUID("18c8718b-6466-4453-859c-783a407c49df"))
				want(t, h.IsNull(), false)
				want(t, d.ContextHandle().IsNull(), true)
			},
		},
	})
}

// A big-endian sender writes the same offsets, each primitive byte-reversed;
// of a GUID the first three fields.
func TestScalarsFromBigEndianSender(t *testing.T) {
	wire := unhex(t, `01 00 02 03 41 00 00 00 04 05 06 07 08 00 00 00
		11 12 13 14 15 16 17 18 3f 80 00 00 09 00 00 00
		c0 04 00 00 00 00 00 00 01 00 26 3a fd 00 00 00
		00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff`)
	for _, encode := range []bool{false, true} {
		if encode {
			e := EncodeTo(nil, false)
			e.BigEndian()
			e.Byte(1)
			e.Int16(0x0203)
			e.Byte('A')
			e.Int32(0x04050607)
			e.Byte(8)
			e.Int64(0x1112131415161718)
			e.Float32(1)
			e.Byte(9)
			e.Float64(-2.5)
			e.Bool(true)
			e.Uint16(0x263a)
			e.Int8(-3)
			e.GUID(com.MustGUID("00112233-4455-6677-8899-aabbccddeeff"))
			got, _ := e.Data()
			want(t, string(got), string(wire))
			continue
		}
		d := DecodeFrom(wire, 0, false)
		want(t, d.Byte(), 1)
		want(t, d.Int16(), 0x0203)
		want(t, d.Byte(), 'A')
		want(t, d.Int32(), 0x04050607)
		want(t, d.Byte(), 8)
		want(t, d.Int64(), 0x1112131415161718)
		want(t, d.Float32(), 1)
		want(t, d.Byte(), 9)
		want(t, d.Float64(), -2.5)
		want(t, d.Bool(), true)
		want(t, d.Uint16(), 0x263a)
		want(t, d.Int8(), -3)
		want(t, d.GUID(), com.MustGUID("00112233-4455-6677-8899-aabbccddeeff"))
		want(t, d.Err(), nil)
	}
}

func TestEncodeRejects(t *testing.T) {
	for _, x := range []struct {
		name string
		hr   com.HRESULT
		enc  func(e *Encoder)
	}{
		{"negative enumeration", com.RPC_X_ENUM_VALUE_OUT_OF_RANGE, func(e *Encoder) { e.Enum16(-1) }},
		{"large enumeration", com.RPC_X_ENUM_VALUE_OUT_OF_RANGE, func(e *Encoder) { e.Enum16(0x8000) }},
		{"string with a NUL", com.E_INVALIDARG, func(e *Encoder) { e.Str("a\x00b") }},
		{"wide string with a NUL", com.E_INVALIDARG, func(e *Encoder) { e.WStr("a\x00b") }},
		{"wide string with a late NUL", com.E_INVALIDARG, func(e *Encoder) { e.WStr("0123456789\u00e4\x00b") }},
		{"string without room for its NUL", com.RPC_S_INVALID_BOUND, func(e *Encoder) { e.StrFixed("abc", 3) }},
		{"wide string without room for its NUL", com.RPC_S_INVALID_BOUND, func(e *Encoder) { e.WStrMax("abc", 3) }},
		{"size_is mismatch", com.RPC_S_INVALID_BOUND, func(e *Encoder) { e.CountIs(3, 2) }},
		{"negative count", com.RPC_S_INVALID_BOUND, func(e *Encoder) { e.Count(-1) }},
		{"nil ref pointer", com.RPC_X_NULL_REF_POINTER, func(e *Encoder) { e.Ref(false) }},
		{"union without an arm", com.RPC_S_INVALID_TAG, func(e *Encoder) { e.BadTag(9) }},
		{"empty pipe chunk", com.RPC_S_INVALID_BOUND, func(e *Encoder) { e.Chunk(0) }},
	} {
		for _, ndr64 := range []bool{false, true} {
			e := EncodeTo(nil, ndr64)
			e.Int32(1)
			x.enc(&e)
			e.Fail(com.E_FAIL) // the first error stays
			_, err := e.Data()
			if !errors.Is(err, x.hr) || com.HRESULTOf(err) != x.hr {
				t.Errorf("%s: error %v, want %v", x.name, err, x.hr)
			}
			if errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
				t.Errorf("%s: %v claims that received data were bad", x.name, err)
			}
		}
	}
	for _, enc := range []func(e *Encoder){
		func(e *Encoder) { e.Int3264(math.MaxInt32 + 1) },
		func(e *Encoder) { e.Uint3264(math.MaxUint32 + 1) },
	} {
		e, e64 := EncodeTo(nil, false), EncodeTo(nil, true)
		enc(&e)
		enc(&e64)
		if !errors.Is(e.Err(), com.RPC_S_INVALID_BOUND) || e64.Err() != nil {
			t.Errorf("value of more than 32 bits: %v in NDR 2.0, %v in NDR64", e.Err(), e64.Err())
		}
	}
}

// Padding is zero whatever the buffer held before, so that the same input
// gives the same bytes.
func TestPaddingIsZero(t *testing.T) {
	dirty := func() []byte {
		b := make([]byte, 256)
		for i := range b {
			b[i] = 0xff
		}
		return b[:0]
	}
	for _, ndr64 := range []bool{false, true} {
		enc := func(b []byte) string {
			e := EncodeTo(b, ndr64)
			for range 2 {
				e.Byte(1)
				e.Uint64(2)
				e.Byte(3)
				e.Uint32(4)
				e.Byte(5)
				e.Uint16(6)
				e.Byte(7)
				e.WStr("ab")
				e.Byte(8)
				e.Str("cd")
				e.Float64s([]float64{1})
				e.Byte(9)
				e.GUID(com.IID_IUnknown)
				e.Byte(10)
				e.Put32(e.Block(8, 12)[4:], 11)
				e.Align(8, 8)
			}
			b, err := e.Data()
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		want(t, enc(dirty()), enc(nil))
	}
}
