package ndr

import (
	"errors"
	"testing"

	"oxid/com"
)

func TestStructures(t *testing.T) {
	runAll(t, []exchange{
		{
			name: "alignment, no trailing padding",
			wire: `ee 00 00 00 00 00 00 00
				01 00 00 00 00 00 00 00
				18 17 16 15 14 13 12 11
				02 00 | dd | 00
				01 00 02 00 03 00 00 00
				04 00 00 00`,
			enc: func(e *Encoder) {
				e.Byte(0xee)
				e.Align(8, 8)
				e.Byte(1)
				e.Int64(0x1112131415161718)
				e.Int16(2)
				e.Trail(8)
				e.Byte(0xdd)
				e.Align(4, 4)
				e.Byte(1)
				e.Int16(2)
				e.Byte(3)
				e.Int32(4)
				e.Trail(4)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Byte(), 0xee)
				d.Align(8, 8)
				want(t, d.Byte(), 1)
				want(t, d.Int64(), 0x1112131415161718)
				want(t, d.Int16(), 2)
				d.Trail(8)
				want(t, d.Byte(), 0xdd)
				d.Align(4, 4)
				want(t, d.Byte(), 1)
				want(t, d.Int16(), 2)
				want(t, d.Byte(), 3)
				want(t, d.Int32(), 4)
				d.Trail(4)
			},
		},
		{
			name: "conformant: the count in front, then the structure's alignment",
			wire: `ee 00 00 00 | 03 00 00 00 | 03 00 00 00 | 01 00 02 00
				03 00 | 00 00 | 01 00 00 00 | 01 00 | 00 00 00 00 00 00
				55 00 00 00 00 00 00 00`,
			enc: func(e *Encoder) {
				e.Byte(0xee)
				e.Count(3)
				e.Align(4, 4)
				e.Int32(3)
				e.Int16s([]int16{1, 2, 3})
				e.Trail(4)
				e.Count(1)
				e.Align(8, 8)
				e.Int16(1)
				e.Int64s([]int64{0x55})
				e.Trail(8)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Byte(), 0xee)
				n := d.Count(2)
				d.Align(4, 4)
				want(t, d.Int32(), 3)
				wantAll(t, d.Int16s(nil, n), 1, 2, 3)
				d.Trail(4)
				n = d.Count(8)
				d.Align(8, 8)
				want(t, d.Int16(), 1)
				wantAll(t, d.Int64s(nil, n), 0x55)
				d.Trail(8)
			},
		},
		{
			name: "block",
			wire: `ee 00 00 00 | 01 00 00 00 02 00 00 00 03 00 00 00 00 00 00 00 |
				33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff | 04`,
			enc: func(e *Encoder) {
				e.Byte(0xee)
				p := (*[32]byte)(e.Block(4, 32))
				e.Put32(p[0:], 1)
				e.Put16(p[4:], 2)
				e.Put64(p[8:], 3)
				e.PutGUID(p[16:], com.MustGUID("00112233-4455-6677-8899-aabbccddeeff"))
				e.Byte(4)
			},
			dec: func(t *testing.T, d *Decoder) {
				d.Byte()
				p := (*[32]byte)(d.Block(4, 32))
				want(t, d.Get32(p[0:]), 1)
				want(t, d.Get16(p[4:]), 2)
				want(t, d.Get64(p[8:]), 3)
				want(t, d.GetGUID(p[16:]), com.MustGUID("00112233-4455-6677-8899-aabbccddeeff"))
				want(t, d.Byte(), 4)
			},
		},
	})
}

// A block that is not there reads as zeros of the size asked for.
func TestBlockAfterError(t *testing.T) {
	for _, n := range []int{8, 256, 1000} {
		d := DecodeFrom([]byte{1, 2, 3}, dataRepLittle, false)
		p := d.Block(4, n)
		want(t, len(p), n)
		want(t, d.Get64(p[n-8:]), 0)
		want(t, errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA), true)
	}
}

// hyperUnion is union { case 1: long; case 2: hyper; } or, with empty, one with
// an empty default instead.
func putHyperUnion(e *Encoder, tag int64, v int64) {
	e.Align(1, 8)
	switch tag {
	case 1:
		e.Int32(int32(v))
	case 2:
		e.Int64(v)
	}
}

func getHyperUnion(d *Decoder, tag int64) int64 {
	d.Align(1, 8)
	switch tag {
	case 1:
		return int64(d.Int32())
	case 2:
		return d.Int64()
	}
	return 0
}

func TestUnions(t *testing.T) {
	runAll(t, []exchange{
		{
			name: "encapsulated, hyper arm: a structure of the alignment of the largest",
			wire: `02 00 00 00 00 00 00 00 | 77 00 00 00 00 00 00 00`,
			enc: func(e *Encoder) {
				e.Align(8, 8)
				e.Int32(2)
				putHyperUnion(e, 2, 0x77)
			},
			dec: func(t *testing.T, d *Decoder) {
				d.Align(8, 8)
				want(t, getHyperUnion(d, int64(d.Int32())), 0x77)
			},
		},
		{
			name: "encapsulated, pointer arm: deferred behind the union",
			wire: `03 00 00 00 | 00 00 02 00 | 51 51 | dd`,
			enc: func(e *Encoder) {
				e.Align(8, 8)
				e.Int32(3)
				e.Align(1, 8)
				e.Pointer(true)
				e.Int16(0x5151)
				e.Byte(0xdd)
			},
			dec: func(t *testing.T, d *Decoder) {
				d.Align(8, 8)
				want(t, d.Int32(), 3)
				d.Align(1, 8)
				want(t, d.Embedded(2), true)
				if d.Leaf(2) {
					want(t, d.Int16(), 0x5151)
				}
				want(t, d.Byte(), 0xdd)
			},
		},
		{
			name: "non-encapsulated in a structure: the tag twice",
			wire: `ee 00 00 00 00 00 00 00 | 02 00 00 00 | 02 00 00 00 | 66 00 00 00 00 00 00 00`,
			wire64: `ee 00 00 00 00 00 00 00 | 02 00 00 00 00 00 00 00 | 02 00 00 00 00 00 00 00 |
				66 00 00 00 00 00 00 00`,
			enc: func(e *Encoder) {
				e.Byte(0xee)
				e.Align(8, 8)
				e.Int32(2)
				e.Align(1, 8)
				e.Int32(2)
				putHyperUnion(e, 2, 0x66)
				e.Trail(8)
			},
			dec: func(t *testing.T, d *Decoder) {
				d.Byte()
				d.Align(8, 8)
				want(t, d.Int32(), 2)
				d.Align(1, 8)
				want(t, getHyperUnion(d, int64(d.Int32())), 0x66)
				d.Trail(8)
			},
		},
		{
			name: "short tag, long arm",
			wire: `01 00 | 01 00 | 05 00 00 00`,
			enc: func(e *Encoder) {
				e.Align(4, 4)
				e.Int16(1)
				e.Align(1, 4)
				e.Int16(1)
				e.Align(1, 4)
				e.Int32(5)
			},
			dec: func(t *testing.T, d *Decoder) {
				d.Align(4, 4)
				want(t, d.Int16(), 1)
				d.Align(1, 4)
				want(t, d.Int16(), 1)
				d.Align(1, 4)
				want(t, d.Int32(), 5)
			},
		},
		{
			name: "empty default",
			wire: `09 00 00 00 | 09 00 00 00`,
			enc: func(e *Encoder) {
				e.Int32(9)
				e.Align(1, 8)
				e.Int32(9)
				putHyperUnion(e, 9, 0)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Int32(), 9)
				d.Align(1, 8)
				want(t, getHyperUnion(d, int64(d.Int32())), 0)
			},
		},
		{
			name: "ms_union: every arm at the largest alignment",
			wire: `01 00 00 00 | 00 00 00 00 | 05 00 00 00`,
			enc: func(e *Encoder) {
				e.Int32(1)
				e.Align(8, 8)
				e.Int32(5)
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Int32(), 1)
				d.Align(8, 8)
				want(t, d.Int32(), 5)
			},
		},
	})
}
