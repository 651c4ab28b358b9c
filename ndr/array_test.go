package ndr

import (
	"testing"

	"oxid/com"
)

func TestArrays(t *testing.T) {
	runAll(t, []exchange{
		{
			name: "conformant",
			wire: `03 00 00 00 | 03 00 00 00 | 01 00 02 00 03 00 | 00 00 | 88 77 66 55 44 33 22 11`,
			wire64: `03 00 00 00 | 00 00 00 00 | 03 00 00 00 00 00 00 00 | 01 00 02 00 03 00 | 00 00 |
				88 77 66 55 44 33 22 11`,
			enc: func(e *Encoder) {
				e.Int32(3)
				e.Count(3)
				e.Int16s([]int16{1, 2, 3})
				e.Int64(0x1122334455667788)
			},
			dec: func(t *testing.T, d *Decoder) {
				n := d.Int32()
				wantAll(t, d.Int16s(nil, d.CountIs(int(n), 2)), 1, 2, 3)
				want(t, d.Int64(), 0x1122334455667788)
			},
		},
		{
			name: "varying",
			wire: `03 00 00 00 | 00 00 00 00 | 03 00 00 00 | 01 00 02 00 03 00`,
			enc: func(e *Encoder) {
				e.Int32(3)
				e.Varying(0, 3)
				e.Int16s([]int16{1, 2, 3})
			},
			dec: func(t *testing.T, d *Decoder) {
				n := d.Int32()
				wantAll(t, d.Int16s(nil, d.VaryingIs(int(n), 10, 2)), 1, 2, 3)
			},
		},
		{
			name: "conformant-varying",
			wire: `05 00 00 00 03 00 00 00 | 05 00 00 00 00 00 00 00 03 00 00 00 | 01 00 02 00 03 00`,
			enc: func(e *Encoder) {
				e.Int32(5)
				e.Int32(3)
				e.Count(5)
				e.Varying(0, 3)
				e.Int16s([]int16{1, 2, 3})
			},
			dec: func(t *testing.T, d *Decoder) {
				n, l := int(d.Int32()), int(d.Int32())
				max := d.MaxCount()
				want(t, max, n)
				wantAll(t, d.Int16s(nil, d.VaryingIs(l, max, 2)), 1, 2, 3)
			},
		},
		{
			name: "varying with first_is",
			wire: `02 00 00 00 | 03 00 00 00 | 01 00 02 00 03 00`,
			enc: func(e *Encoder) {
				e.Varying(2, 3)
				e.Int16s([]int16{1, 2, 3})
			},
			dec: func(t *testing.T, d *Decoder) {
				first, n := d.VaryingAt(5, 2)
				want(t, first, 2)
				wantAll(t, d.Int16s(nil, n), 1, 2, 3)
			},
		},
		{
			name: "fixed, one and two dimensions",
			wire: `01 00 02 00 03 00 | 00 00 | 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00`,
			enc: func(e *Encoder) {
				e.Int16s([]int16{1, 2, 3})
				e.Int32s([]int32{1, 2, 3, 4})
			},
			dec: func(t *testing.T, d *Decoder) {
				wantAll(t, d.Int16s(nil, 3), 1, 2, 3)
				wantAll(t, d.Int32s(nil, 4), 1, 2, 3, 4)
			},
		},
		{
			name: "out: conformant, short, return value",
			wire: `03 00 00 00 | 01 00 02 00 03 00 | 06 00 | 00 00 00 00`,
			enc: func(e *Encoder) {
				e.Count(3)
				e.Int16s([]int16{1, 2, 3})
				e.Int16(6)
				e.HRESULT(0)
			},
			dec: func(t *testing.T, d *Decoder) {
				wantAll(t, d.Int16s(nil, d.CountIs(3, 2)), 1, 2, 3)
				want(t, d.Int16(), 6)
				want(t, d.HRESULT(), 0)
			},
		},
		{
			name:   "NDR64: conformant, then a short",
			wire64: `03 00 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00 | 01 00 02 00 03 00 | 09 00`,
			enc: func(e *Encoder) {
				e.Int32(3)
				e.Count(3)
				e.Int16s([]int16{1, 2, 3})
				e.Int16(9)
			},
			dec: func(t *testing.T, d *Decoder) {
				n := d.Int32()
				wantAll(t, d.Int16s(nil, d.CountIs(int(n), 2)), 1, 2, 3)
				want(t, d.Int16(), 9)
			},
		},
		{
			name: "two dimensions, conformant-varying: all max_counts, then offset and actual of each",
			wire: `03 00 00 00 04 00 00 00 | 00 00 00 00 02 00 00 00 | 00 00 00 00 02 00 00 00 |
				01 00 02 00 03 00 04 00`,
			enc: func(e *Encoder) {
				e.Count(3)
				e.Count(4)
				e.Varying(0, 2)
				e.Varying(0, 2)
				e.Int16s([]int16{1, 2, 3, 4})
			},
			dec: func(t *testing.T, d *Decoder) {
				rows, cols := d.MaxCount(), d.MaxCount()
				n, m := d.Varying(rows, 1), d.Varying(cols, 1)
				wantAll(t, d.Int16s(nil, d.Product(2, n, m)), 1, 2, 3, 4)
			},
		},
	})
}

// Every element type in both byte orders, from a position that is not aligned.
func TestBulk(t *testing.T) {
	type color int32
	g := []com.GUID{com.IID_IUnknown, com.MustGUID("00112233-4455-6677-8899-aabbccddeeff")}
	exchange{
		name: "bulk",
		enc: func(e *Encoder) {
			e.Byte(1)
			e.Bytes([]byte{1, 2, 255})
			e.Int8s([]int8{-1, 2})
			e.Int16s([]int16{-1, 2, 3})
			e.Byte(1)
			e.Uint16s([]uint16{0xfffe, 2})
			e.Byte(1)
			e.Int32s([]int32{-1, 2})
			e.Byte(1)
			e.Uint32s([]uint32{0xfffffffe, 2})
			e.Byte(1)
			e.Int64s([]int64{-1, 2})
			e.Byte(1)
			e.Uint64s([]uint64{1 << 63, 2})
			e.Float32s([]float32{1.5, -2})
			e.Byte(1)
			e.Float64s([]float64{1.5, -2})
			e.Bools([]bool{true, false, true})
			e.GUIDs(g)
			Put(e, []color{7, -7})
			Put(e, []color(nil))
			e.Byte(0xff)
		},
		dec: func(t *testing.T, d *Decoder) {
			d.Byte()
			wantAll(t, d.Bytes(nil, 3), 1, 2, 255)
			wantAll(t, d.Int8s(nil, 2), -1, 2)
			wantAll(t, d.Int16s(nil, 3), -1, 2, 3)
			d.Byte()
			wantAll(t, d.Uint16s(nil, 2), 0xfffe, 2)
			d.Byte()
			wantAll(t, d.Int32s(nil, 2), -1, 2)
			d.Byte()
			wantAll(t, d.Uint32s(nil, 2), 0xfffffffe, 2)
			d.Byte()
			wantAll(t, d.Int64s(nil, 2), -1, 2)
			d.Byte()
			wantAll(t, d.Uint64s(nil, 2), 1<<63, 2)
			wantAll(t, d.Float32s(nil, 2), 1.5, -2)
			d.Byte()
			wantAll(t, d.Float64s(nil, 2), 1.5, -2)
			wantAll(t, d.Bools(nil, 3), true, false, true)
			wantAll(t, d.GUIDs(nil, 2), g...)
			wantAll(t, Get[color](d, nil, 2), 7, -7)
			wantAll(t, Get[color](d, nil, 0))
			want(t, d.Byte(), 0xff)
		},
	}.run(t)
}

// An array is read into the slice that the caller passes when it is large
// enough, and never aliases the message.
func TestGetReusesSlice(t *testing.T) {
	wire := unhex(t, `01 00 00 00 02 00 00 00`)
	dst := make([]int32, 0, 4)
	d := DecodeFrom(wire, dataRepLittle, false)
	got := d.Int32s(dst, 2)
	want(t, &got[0], &dst[:1][0])
	clear(wire)
	wantAll(t, got, 1, 2)

	d = DecodeFrom(wire, dataRepLittle, false)
	if got := d.Int32s(dst[:0:0], 2); &got[0] == &dst[:1][0] {
		t.Error("a slice without capacity was written to")
	}
	d = DecodeFrom(wire, dataRepLittle, false)
	if got := d.Int32s(nil, 0); got == nil {
		t.Error("an array of no elements is nil, which stands for NULL")
	}
}

func TestBulkDoesNotAllocate(t *testing.T) {
	src, dst := make([]float64, 1000), make([]float64, 1000)
	guids := make([]com.GUID, 10)
	buf := make([]byte, 0, 9000)
	n := testing.AllocsPerRun(100, func() {
		e := EncodeTo(buf, false)
		e.Count(len(src))
		e.Float64s(src)
		e.GUIDs(guids)
		b, _ := e.Data()
		d := DecodeFrom(b, dataRepLittle, false)
		dst = d.Float64s(dst, d.Count(8))
		guids = d.GUIDs(guids, 10)
	})
	want(t, n, 0)
}
