package automation_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"oxid/automation"
	"oxid/com"
	"oxid/idl/gen/testdata/raw"
	"oxid/ndr"
)

// codec is a value whose wire form is a pointer and what it leads to.
type codec interface {
	EncodeNDR(*ndr.Encoder)
	EncodeDeferredNDR(*ndr.Encoder)
	DecodeNDR(*ndr.Decoder)
	DecodeDeferredNDR(*ndr.Decoder)
}

// thing is an object; all of them travel as the same reference.
type thing struct{ _ int }

var theThing = new(thing)

type oneObject struct{}

func (oneObject) AppendInterface(_ context.Context, b []byte, _ *com.Desc, _ any) ([]byte, error) {
	return append(b, "reference"...), nil
}

func (oneObject) ReadInterface(_ context.Context, b []byte, _ *com.Desc) (any, error) {
	return theThing, nil
}

func message(b []byte, ndr64 bool) *com.RPCOLEMESSAGE {
	return &com.RPCOLEMESSAGE{Buffer: b, Pointers: oneObject{}, NDR64: ndr64, DataRep: 0x10}
}

func encode(v codec, ndr64 bool) ([]byte, error) {
	m := message(nil, ndr64)
	e := ndr.NewEncoder(context.Background(), m)
	v.EncodeNDR(&e)
	v.EncodeDeferredNDR(&e)
	err := e.Finish()
	return m.Buffer, err
}

func mustEncode(t *testing.T, v codec, ndr64 bool) []byte {
	t.Helper()
	m := message(nil, ndr64)
	e := ndr.NewEncoder(t.Context(), m)
	v.EncodeNDR(&e)
	v.EncodeDeferredNDR(&e)
	if err := e.Finish(); err != nil {
		t.Fatalf("%v: %v", v, err)
	}
	return m.Buffer
}

func decode(v codec, b []byte, ndr64 bool) error {
	d := ndr.NewDecoder(context.Background(), message(b, ndr64))
	v.DecodeNDR(&d)
	v.DecodeDeferredNDR(&d)
	return d.Err()
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "|", "").Replace(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ptr[T any](v T) *T { return &v }

var noon = time.Date(2026, 2, 3, 12, 30, 15, 250_000_000, time.UTC)

// values has one VARIANT of every type, by value and by reference.
func values() []automation.VARIANT {
	vs := []automation.VARIANT{
		{}, automation.Null(), automation.Missing(),
		automation.Of(true), automation.Of(false),
		automation.Of(int8(-1)), automation.Of(uint8(200)), automation.Of(int16(-300)), automation.Of(uint16(60000)),
		automation.Of(int32(-5)), automation.Of(uint32(1 << 31)), automation.Of(int64(math.MinInt64)), automation.Of(uint64(1 << 63)),
		automation.Of(float32(1.5)), automation.Of(-2.25), automation.Of(automation.CURRENCY(123456)), automation.Of(noon),
		automation.Of(com.E_FAIL), automation.Of("Grüße 𝄞"), automation.Of(""), automation.Of("a\x00b"),
		automation.Of(automation.BSTR(nil)), automation.Of(automation.BSTR("odd")), automation.Of(automation.BSTR{0, 0xd8}),
		automation.Of(must(automation.ParseDecimal("-79228162514264337593543950335"))), automation.Of(automation.DECIMAL{Scale: 28, Lo: 1}),
		automation.Object(theThing), automation.Object(nil), automation.Dispatch(theThing), automation.Dispatch(nil),
		must(automation.New([]any{int32(1), "two", nil, []byte{3}})),
	}
	for _, p := range []any{
		ptr(true), ptr(int8(-1)), ptr(uint8(1)), ptr(int16(-2)), ptr(uint16(2)), ptr(int32(-3)), ptr(uint32(3)), ptr(int64(-4)),
		ptr(uint64(4)), ptr(float32(.5)), ptr(.25), ptr(automation.CURRENCY(5)), ptr(automation.DATE(6.5)), ptr(com.S_FALSE),
		ptr("text"), ptr(automation.DECIMAL{Scale: 1, Lo: 7}), ptr(com.Unknown(theThing)), new(com.Unknown),
		ptr(automation.Of(int32(9))), ptr(must(automation.Ref(ptr("inner")))), ptr(automation.Vector([]float64{1, 2})),
	} {
		vs = append(vs, must(automation.Ref(p)))
	}
	vs = append(vs, must(automation.RefAs(automation.VT_INT, ptr(int32(-1)))), must(automation.RefAs(automation.VT_UINT, ptr(uint32(1)))),
		must(automation.RefAs(automation.VT_DISPATCH, ptr(com.Unknown(theThing)))))
	for _, a := range arrays() {
		vs = append(vs, automation.Array(a))
	}
	return vs
}

// arrays has one array of every type, and some of other shapes.
func arrays() []automation.SAFEARRAY {
	return []automation.SAFEARRAY{
		automation.Vector([]bool{true, false}), automation.Vector([]int8{-1}), automation.Vector([]uint8("bytes")),
		automation.Vector([]int16{-1, 2, 3}), automation.Vector([]uint16{1}), automation.Vector([]int32{1, 2, 3}),
		automation.Vector([]uint32{1}), automation.Vector([]int64{-1}), automation.Vector([]uint64{1}), automation.Vector([]float32{1}),
		automation.Vector([]float64{1.5}), automation.Vector([]automation.CURRENCY{1}), automation.Vector([]automation.DATE{2}),
		automation.Vector([]com.HRESULT{com.E_FAIL}), automation.Vector([]string{"a", "", "bc"}),
		automation.Vector([]com.Unknown{theThing, nil, theThing}), automation.Vector([]automation.VARIANT{automation.Of("x"), {}, automation.Of(int8(1))}),
		automation.Vector([]int32{}), automation.Vector([]string{}), automation.Vector([]automation.VARIANT{}),
		must(automation.NewArray(automation.VT_INT, []int32{1}, automation.Bound{Len: 1, Lower: -4})),
		must(automation.NewArray(automation.VT_UINT, []uint32{1}, automation.Bound{Len: 1})),
		must(automation.NewArray(automation.VT_DISPATCH, []com.Unknown{theThing}, automation.Bound{Len: 1})),
		must(automation.NewArray(automation.VT_I2, []int16{1, 2, 3, 4, 5, 6}, automation.Bound{Len: 2, Lower: 1}, automation.Bound{Len: 3})),
		must(automation.NewArray(automation.VT_R8, []float64{}, automation.Bound{Len: 4}, automation.Bound{})),
	}
}

// TestWireFormIsWhatIDLDescribes has code that is generated from the IDL of the
// wire form read what is written here, and write it again.
func TestWireFormIsWhatIDLDescribes(t *testing.T) {
	again := func(b []byte, ndr64 bool, a bool) []byte {
		d := ndr.NewDecoder(t.Context(), message(b, ndr64))
		m := message(nil, ndr64)
		e := ndr.NewEncoder(t.Context(), m)
		if !d.Pointer() {
			t.Fatal("no pointer")
		}
		e.Pointer(true)
		if a {
			if e.Pointer(d.Pointer()) {
				var v raw.WireSAFEARRAY
				v.DecodeNDR(&d, d.Count(8))
				v.DecodeDeferredNDR(&d)
				v.EncodeCountsNDR(&e)
				v.EncodeNDR(&e)
				v.EncodeDeferredNDR(&e)
			}
		} else {
			var v raw.WireVARIANT
			v.DecodeNDR(&d)
			v.DecodeDeferredNDR(&d)
			v.EncodeNDR(&e)
			v.EncodeDeferredNDR(&e)
		}
		if d.Err() != nil || e.Finish() != nil || d.Left() != 0 {
			t.Errorf("%v, %v, %d bytes left", d.Err(), e.Err(), d.Left())
		}
		return m.Buffer
	}
	for _, ndr64 := range []bool{false, true} {
		for _, v := range values() {
			b := mustEncode(t, &v, ndr64)
			if got := again(b, ndr64, false); !bytes.Equal(got, b) {
				t.Errorf("%v, NDR64 %v:\n% x, and as IDL has it\n% x", v, ndr64, b, got)
			}
			var back automation.VARIANT
			if err := decode(&back, b, ndr64); err != nil || !reflect.DeepEqual(back, v) {
				t.Errorf("%v came back as %v, %v", v, back, err)
			}
			n := 0
			if d := ndr.DecodeFrom(b, 0x10, ndr64); d.Pointer() {
				d.Align(8, 8)
				n = d.Left()
				if size := int(d.Uint32()); size != (n+7)/8 {
					t.Errorf("%v: clSize %d for %d bytes", v, size, n)
				}
			}
		}
		for _, a := range append(arrays(), automation.SAFEARRAY{}) {
			b := mustEncode(t, &a, ndr64)
			if got := again(b, ndr64, true); !bytes.Equal(got, b) {
				t.Errorf("%v of %v, NDR64 %v:\n% x, and as IDL has it\n% x", a.Elems(), a.VT(), ndr64, b, got)
			}
			var back automation.SAFEARRAY
			if err := decode(&back, b, ndr64); err != nil || !reflect.DeepEqual(back, a) {
				t.Errorf("%+v came back as %+v, %v", a, back, err)
			}
		}
	}
}

// Byte order of the message does not matter: automation's types are little-endian
// in every message ([MS-OAUT] 2.2); what is around them is not, and neither are
// the counts of references.
func TestCF_520_AlwaysLittleEndian(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		for _, v := range values() {
			m := message(nil, ndr64)
			e := ndr.NewEncoder(t.Context(), m)
			e.BigEndian()
			e.Uint32(1)
			e.Uint32(0)
			v.EncodeNDR(&e)
			v.EncodeDeferredNDR(&e)
			e.Uint32(2)
			if err := e.Finish(); err != nil {
				t.Fatal(err)
			}
			d := ndr.NewDecoder(t.Context(), m)
			var back automation.VARIANT
			d.Uint64()
			back.DecodeNDR(&d)
			back.DecodeDeferredNDR(&d)
			if end := d.Uint32(); end != 2 || d.Err() != nil || !reflect.DeepEqual(back, v) {
				t.Errorf("%v came back as %v, then %d, %v", v, back, end, d.Err())
			}
		}
	}
	m := message(nil, false)
	e := ndr.NewEncoder(t.Context(), m)
	e.BigEndian()
	v := automation.Of(int32(0x01020304))
	v.EncodeDeferredNDR(&e)
	if got := hex.EncodeToString(e2(&e)); got != "03000000000000000300000000000000"+"03000000"+"04030201" {
		t.Errorf("in a big-endian message: %s", got)
	}
}

func e2(e *ndr.Encoder) []byte { b, _ := e.Data(); return b }

func TestCF_466_468_469_471_472_GoldenVariants(t *testing.T) {
	for _, c := range []struct {
		name string
		v    automation.VARIANT
		want string // behind the pointer and its padding
	}{
		{"VT_EMPTY", automation.VARIANT{}, "03000000 00000000 0000 000000000000 00000000"},
		{"VT_I4", automation.Of(int32(0x01020304)), "03000000 00000000 0300 000000000000 03000000 04030201"},
		{"VT_I2", automation.Of(int16(0x0102)), "03000000 00000000 0200 000000000000 02000000 0201"},
		{"VT_UI1", automation.Of(uint8(7)), "03000000 00000000 1100 000000000000 11000000 07"},
		{"VT_R8", automation.Of(1.5), "04000000 00000000 0500 000000000000 05000000 00000000 000000000000f83f"},
		{"VT_BOOL", automation.Of(true), "03000000 00000000 0b00 000000000000 0b000000 ffff"},
		{"VT_BSTR", automation.Of("abc"), "06000000 00000000 0800 000000000000 08000000 04000200 03000000 06000000 03000000 610062006300"},
		{"VT_I4|VT_BYREF", must(automation.Ref(ptr(int32(7)))), "04000000 00000000 0340 000000000000 03400000 04000200 07000000"},
		{"VT_I2|VT_BYREF", must(automation.Ref(ptr(int16(7)))), "04000000 00000000 0240 000000000000 02400000 04000200 0700"},
		{"VT_R8|VT_BYREF", must(automation.Ref(ptr(1.5))), "04000000 00000000 0540 000000000000 05400000 04000200 000000000000f83f"},
		{"VT_VARIANT|VT_BYREF", must(automation.Ref(ptr(automation.Of(int32(9))))),
			"07000000 00000000 0c40 000000000000 0c400000 04000200 08000200 00000000" +
				"03000000 00000000 0300 000000000000 03000000 09000000"},
		{"VT_DECIMAL", automation.Of(automation.DECIMAL{Scale: 2, Negative: true, Hi: 1, Lo: 0x203}),
			"05000000 00000000 0e00 028001000000 0e000000 00000000 0e00 02 80 01000000 0302000000000000"},
		{"VT_DECIMAL|VT_BYREF", must(automation.Ref(&automation.DECIMAL{Scale: 2, Lo: 3})),
			"05000000 00000000 0e40 000000000000 0e400000 04000200 0000 02 00 00000000 0300000000000000"},
	} {
		want := append([]byte{0, 0, 2, 0, 0, 0, 0, 0}, unhex(t, c.want)...)
		if got := mustEncode(t, &c.v, false); !bytes.Equal(got, want) {
			t.Errorf("%s:\n% x, want\n% x", c.name, got, want)
		}
	}
}

// Alignment counts from the beginning of the message: what a value takes behind
// one byte is where it ends.
func TestCF_462_469_SizesBehindOneByte(t *testing.T) {
	for _, c := range []struct {
		v           codec
		first, next int // where it ends when it begins at 0, and at 1
	}{
		{ptr(automation.BSTROf("marshal test1")), 38, 42},
		{ptr(automation.Of(int8(1))), 21, 29},
	} {
		for begin, want := range []int{c.first, c.next} {
			e := ndr.EncodeTo(nil, false)
			e.Bytes(make([]byte, begin))
			c.v.EncodeDeferredNDR(&e)
			if b, err := e.Data(); len(b) != want || err != nil {
				t.Errorf("%v from %d: ends at %d, want %d, %v", c.v, begin, len(b), want, err)
			}
		}
	}
}

// The sizes that a Windows marshaler is known to need, without the pointer in
// front. A BSTR of 12 characters.
func TestCF_471_473_474_476_477_480_481_SizesOfVariants(t *testing.T) {
	text := "marshal test"
	for _, c := range []struct {
		v    automation.VARIANT
		want int
	}{
		{automation.Null(), 20}, {automation.Of(int8(1)), 21}, {automation.Of("marshal test"), 60}, {must(automation.Ref(&text)), 64},
		{must(automation.Ref(ptr(int16(1)))), 26}, {must(automation.Ref(ptr(uint32(1)))), 28}, {must(automation.Ref(ptr(1.))), 32},
		{must(automation.Ref(ptr(automation.Of(int32(1))))), 56},
		{automation.Object(nil), 24}, {must(automation.Ref(new(com.Unknown))), 28},
		{automation.Object(theThing), 0x20 + len("reference")}, {must(automation.Ref(ptr(com.Unknown(theThing)))), 0x24 + len("reference")},
		{automation.Array(automation.Vector(make([]float64, 10))), 152},
	} {
		if got := len(mustEncode(t, &c.v, false)) - 8; got != c.want {
			t.Errorf("%v: %d bytes, want %d", c.v, got, c.want)
		}
	}
}

func TestCF_461_463_464_521_BSTRs(t *testing.T) {
	for _, c := range []struct {
		b    automation.BSTR
		want string // behind the pointer
		text string
	}{
		{automation.BSTROf("abc"), "03000000 06000000 03000000 610062006300", "abc"},
		{nil, "00000000 ffffffff 00000000", ""},
		{automation.BSTR{}, "00000000 00000000 00000000", ""},
		{automation.BSTR("xyz"), "02000000 03000000 02000000 78797a00", "\u7978"},
		{automation.BSTROf("a\x00b"), "03000000 06000000 03000000 610000006200", "a\x00b"},
	} {
		want := append([]byte{0, 0, 2, 0}, unhex(t, c.want)...)
		got := mustEncode(t, &c.b, false)
		if !bytes.Equal(got, want) {
			t.Errorf("%q:\n% x, want\n% x", c.b, got, want)
		}
		for _, ndr64 := range []bool{false, true} {
			b := mustEncode(t, &c.b, ndr64)
			back := automation.BSTR("old")
			if err := decode(&back, b, ndr64); err != nil || !reflect.DeepEqual(back, c.b) {
				t.Errorf("%q came back as %q, %v", c.b, back, err)
			}
			d := ndr.DecodeFrom(b, 0x10, ndr64)
			if s := automation.GetBSTR(&d); s != c.text || d.Err() != nil || d.Left() != 0 {
				t.Errorf("%q as text: %q, %v", c.b, s, d.Err())
			}
		}
	}
	d := ndr.DecodeFrom(make([]byte, 4), 0x10, false)
	if s := automation.GetBSTR(&d); s != "" || d.Err() != nil {
		t.Errorf("a NULL pointer: %q, %v", s, d.Err())
	}
}

// Strings as parameters are the same bytes as BSTRs.
func TestCF_537_StringsAsBSTRs(t *testing.T) {
	for _, s := range []string{"", "abc", "Grüße", "𝄞", "a\x00b", "\x00", strings.Repeat("x", 100)} {
		for _, ndr64 := range []bool{false, true} {
			e := ndr.EncodeTo(nil, ndr64)
			automation.PutBSTR(&e, s)
			got, err := e.Data()
			if want := mustEncode(t, ptr(automation.BSTROf(s)), ndr64); !bytes.Equal(got, want) || err != nil {
				t.Errorf("%q: % x, want % x, %v", s, got, want, err)
			}
			d := ndr.DecodeFrom(got, 0x10, ndr64)
			if back := automation.GetBSTR(&d); back != s || d.Err() != nil {
				t.Errorf("%q came back as %q, %v", s, back, d.Err())
			}
		}
	}
}

func TestCF_485_490_491_GoldenArrays(t *testing.T) {
	for _, c := range []struct {
		name string
		a    automation.SAFEARRAY
		want string // behind the two pointers
	}{
		{"VT_I4", automation.Vector([]int32{1, 2, 3}),
			"01000000 0100 8000 04000000 00000300 03000000 03000000 08000200 03000000 00000000 03000000 01000000 02000000 03000000"},
		{"VT_R8", automation.Vector([]float64{1.5}),
			"01000000 0100 8000 08000000 00000500 14000000 01000000 08000200 01000000 00000000 01000000 000000000000f83f"},
		{"VT_BSTR", must(automation.NewArray(automation.VT_BSTR, []string{"a", "bc"}, automation.Bound{Len: 2, Lower: 1})),
			"01000000 0100 8001 04000000 00000800 08000000 02000000 08000200 02000000 01000000 02000000 0c000200 10000200" +
				"01000000 02000000 01000000 6100 0000 02000000 04000000 02000000 62006300"},
		{"VT_VARIANT", automation.Vector([]automation.VARIANT{automation.Of(int8(1))}),
			"01000000 0100 8008 10000000 00000c00 0c000000 01000000 08000200 01000000 00000000 01000000 0c000200 00000000" +
				"03000000 00000000 1000 000000000000 10000000 01"},
		{"VT_UNKNOWN", automation.Vector([]com.Unknown{nil}),
			"01000000 0100 8002 04000000 00000d00 0d000000 01000000 08000200 01000000 00000000 01000000 00000000"},
	} {
		want := append([]byte{0, 0, 2, 0, 4, 0, 2, 0}, unhex(t, c.want)...)
		if got := mustEncode(t, &c.a, false); !bytes.Equal(got, want) {
			t.Errorf("%s:\n% x, want\n% x", c.name, got, want)
		}
	}
	null := automation.SAFEARRAY{}
	if got := mustEncode(t, &null, false); !bytes.Equal(got, []byte{0, 0, 2, 0, 0, 0, 0, 0}) {
		t.Errorf("the NULL array: % x", got)
	}
}

// Sizes behind the outer pointer.
func TestCF_488_SizesOfArrays(t *testing.T) {
	for _, c := range []struct {
		a    automation.SAFEARRAY
		want int
	}{
		{automation.Vector(make([]int16, 10)), 64},
		{must(automation.NewArray(automation.VT_I2, make([]int16, 10), automation.Bound{Len: 2}, automation.Bound{Len: 5})), 52 + 20},
		{automation.SAFEARRAY{}, 4},
	} {
		if got := len(mustEncode(t, &c.a, false)) - 4; got != c.want {
			t.Errorf("%v: %d bytes, want %d", c.a, got, c.want)
		}
	}
}

func TestCF_493_494_SizesOfArraysWithPointers(t *testing.T) {
	for _, c := range []struct {
		a    automation.SAFEARRAY
		want int
	}{
		{automation.Vector([]string{"a", "bc"}), 44 + 2*4 + 12 + 4 + 12 + 4},
		{automation.Vector(make([]automation.VARIANT, 3)), 44 + 3*28},
	} {
		if got := len(mustEncode(t, &c.a, false)) - 4; got != c.want {
			t.Errorf("%v: %d bytes, want %d", c.a, got, c.want)
		}
	}
}

func TestCF_495_ArraysOfObjects(t *testing.T) {
	a := automation.Vector([]com.Unknown{nil, theThing, nil})
	var back automation.SAFEARRAY
	if err := decode(&back, mustEncode(t, &a, false), false); err != nil || !reflect.DeepEqual(back, a) {
		t.Errorf("%v, %v", back.Elems(), err)
	}
}

func TestCF_489_LocksDoNotArrive(t *testing.T) {
	a := automation.Vector([]int32{1})
	b := mustEncode(t, &a, false)
	b[20] = 7 // the low word of cLocks
	var back automation.SAFEARRAY
	if err := decode(&back, b, false); err != nil || !reflect.DeepEqual(back, a) {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestCF_499_PaddingIsZeroAndIgnored(t *testing.T) {
	m := message(bytes.Repeat([]byte{0xa5}, 200)[:0], false)
	e := ndr.NewEncoder(t.Context(), m)
	v := automation.Of(1.5)
	v.EncodeNDR(&e)
	v.EncodeDeferredNDR(&e)
	if err := e.Finish(); err != nil || bytes.Contains(m.Buffer, []byte{0xa5}) {
		t.Errorf("% x, %v", m.Buffer, err)
	}
	copy(m.Buffer[4:], []byte{1, 2, 3, 4})   // in front of the VARIANT
	copy(m.Buffer[28:], []byte{5, 6, 7, 8})  // in front of its value
	copy(m.Buffer[18:], []byte{9, 9, 9, 9})  // reserved words
	copy(m.Buffer[8:], []byte{99, 99, 0, 0}) // the size, which is a hint
	var back automation.VARIANT
	if err := decode(&back, m.Buffer, false); err != nil || back.Value() != 1.5 {
		t.Errorf("%v, %v", back, err)
	}
}

func TestCF_487_BoundsTravelFirstDimensionFirst(t *testing.T) {
	a := must(automation.NewArray(automation.VT_UI1, []byte{1, 2, 3, 4, 5, 6}, automation.Bound{Len: 2, Lower: 1}, automation.Bound{Len: 3, Lower: 5}))
	b := mustEncode(t, &a, false)
	if want := unhex(t, "02000000 01000000 03000000 05000000 06000000 010203040506"); !bytes.HasSuffix(b, want) {
		t.Errorf("% x", b)
	}
}

// An array need not say what its elements are: then the VARIANT around it does,
// if that can be; what both say need not agree.
func TestCF_498_TypeOfElements(t *testing.T) {
	bare := "02000000 %s 01000000 0100 0000 08000000 00000000 14000000 01000000 02000000 01000000 00000000 01000000 00000000 000000000000f83f"
	header := "02000000 00000000 00000000 00000000 %s 000000000000 00200000"
	for _, c := range []struct {
		vt   string
		want any
	}{
		{"0520", []float64{1.5}}, {"0620", []automation.CURRENCY{0x3ff8000000000000}}, {"0320", []int64{0x3ff8000000000000}},
	} {
		b := unhex(t, strings.Replace(header, "%s", c.vt, 1)+strings.Replace(bare, "%s", "02000000", 1))
		var v automation.VARIANT
		if err := decode(&v, b, false); err != nil || !reflect.DeepEqual(v.Value(), c.want) {
			t.Errorf("%s: %v, %v", c.vt, v, err)
		}
	}
	// VT_UI4 around an array of float64.
	v := must(automation.RefAs(automation.VT_ARRAY|automation.VT_UI4, ptr(automation.Vector([]float64{1}))))
	var back automation.VARIANT
	if err := decode(&back, mustEncode(t, &v, false), false); err != nil || back.VT() != v.VT() || !reflect.DeepEqual(back.Value(), []float64{1}) {
		t.Errorf("%v, %v", back, err)
	}
}

func TestArraysWithAnIID(t *testing.T) {
	b := unhex(t, "02000000 02000000 01000000 0100 4002 04000000 00000000 0d800000 01000000 02000000 00000000 00000000 c000000000000046"+
		"01000000 00000000 01000000 02000000 04000000 04000000 00000000")
	var a automation.SAFEARRAY
	if err := decode(&a, b, false); err != nil || a.VT() != automation.VT_UNKNOWN || !reflect.DeepEqual(a.Elems(), []com.Unknown{theThing}) {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestCF_500_WhatNoHonestPeerSends(t *testing.T) {
	array := func(dims, cdims, features, locks, sf, size, data, bounds, rest string) string {
		return "02000000 02000000 " + dims + cdims + features + "04000000" + locks + sf + size + data + bounds + rest
	}
	one, vector, three := "01000000", "03000000 00000000", "03000000 01000000 02000000 03000000"
	for name, b := range map[string]string{
		"two numbers of dimensions":      array(one, "0200", "8000", "00000300", "03000000", "03000000", "02000000", vector, three),
		"no dimension":                   array("00000000", "0000", "8000", "00000300", "03000000", "00000000", "02000000", "", "00000000"),
		"a form that does not exist":     array(one, "0100", "8000", "00000300", "0b000000", "03000000", "02000000", vector, three),
		"errors, which have no form":     array(one, "0100", "8000", "00000a00", "0a000000", "03000000", "02000000", vector, three),
		"a type of another form":         array(one, "0100", "8000", "00000500", "03000000", "03000000", "02000000", vector, three),
		"decimals":                       array(one, "0100", "8000", "00000e00", "14000000", "03000000", "02000000", vector, three),
		"features of another form":       array(one, "0100", "8001", "00000300", "03000000", "03000000", "02000000", vector, three),
		"fewer elements than the bounds": array(one, "0100", "8000", "00000300", "03000000", "02000000", "02000000", vector, three),
		"bounds that overflow":           array("02000000", "0200", "8000", "00000300", "03000000", "00000000", "02000000", "00000080 00000000 00000080 00000000", "00000000"),
		"elements that are NULL":         array(one, "0100", "8000", "00000300", "03000000", "03000000", "00000000", vector, ""),
		"more elements than are there":   array(one, "0100", "8000", "00000300", "03000000", "00000010", "02000000", "00000010 00000000", "00000010 01000000"),
		"more dimensions than are there": array("00000010", "0000", "8000", "00000300", "03000000", "03000000", "02000000", vector, three),
		"records":                        array(one, "0100", "2000", "00000000", "24000000", "03000000", "02000000", vector, three),
	} {
		var a automation.SAFEARRAY
		err := decode(&a, unhex(t, b), false)
		want := com.RPC_X_BAD_STUB_DATA
		if name == "records" {
			want = com.DISP_E_BADVARTYPE
		}
		if !errors.Is(err, want) || !a.IsNull() {
			t.Errorf("%s: %v, %v", name, a, err)
		}
	}
	for name, b := range map[string]string{
		"a type without a value":        "0c00 000000000000 0c000000",
		"an unknown type":               "6300 000000000000 63000000",
		"nothing by reference":          "0040 000000000000 00400000 02000000",
		"a reference that is NULL":      "0340 000000000000 03400000 00000000",
		"another tag":                   "0300 000000000000 02000000 01000000",
		"an array with its type in it":  "0320 000000000000 03200000 00000000",
		"a chain of references":         "0c40 000000000000 0c400000 02000000 02000000 00000000 00000000 00000000 0c40 000000000000 0c400000 02000000 00000000",
		"a BSTR of two lengths":         "0800 000000000000 08000000 02000000 02000000 06000000 02000000 61006200",
		"a BSTR of two counts":          "0800 000000000000 08000000 02000000 02000000 04000000 01000000 61006200",
		"a BSTR longer than the packet": "0800 000000000000 08000000 02000000 00000010 00000020 00000010 61006200",
		"a value that is cut off":       "0300 000000000000 03000000 0100",
	} {
		var v automation.VARIANT
		if err := decode(&v, unhex(t, "02000000 00000000 00000000 00000000"+b), false); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
}

func TestCF_519_RecordsAreRefused(t *testing.T) {
	var v automation.VARIANT
	for _, vt := range []string{"2400", "2440", "2420"} {
		tag := vt + "0000"
		if vt == "2420" {
			tag = "00200000 02000000 02000000 01000000 0100 2000 04000000 00000000 24000000 01000000 02000000 01000000 00000000"
		}
		err := decode(&v, unhex(t, "02000000 00000000 00000000 00000000"+vt+"000000000000"+tag+"02000000"), false)
		if !errors.Is(err, com.DISP_E_BADVARTYPE) || !strings.Contains(err.Error(), "VT_RECORD") {
			t.Errorf("%s: %v", vt, err)
		}
	}
}

func TestDepthIsLimited(t *testing.T) {
	v := automation.VARIANT{}
	for range 10_000 {
		v = automation.Array(automation.Vector([]automation.VARIANT{v}))
	}
	if _, err := encode(&v, false); !errors.Is(err, com.RPC_S_INVALID_BOUND) {
		t.Errorf("encoding: %v", err)
	}
	v = automation.VARIANT{}
	for range 1000 {
		v = automation.Array(automation.Vector([]automation.VARIANT{v}))
	}
	b := mustEncode(t, &v, false)
	d := ndr.NewDecoder(t.Context(), message(b, false))
	d.SetLimits(100, 1<<20)
	v.DecodeNDR(&d)
	v.DecodeDeferredNDR(&d)
	if err := d.Err(); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
		t.Errorf("decoding: %v", err)
	}
	chain := must(automation.Ref(ptr(must(automation.Ref(ptr(automation.Of(int32(1))))))))
	if _, err := encode(&chain, false); !errors.Is(err, com.DISP_E_BADVARTYPE) {
		t.Errorf("a chain of references: %v", err)
	}
}

// What is decoded without an error is encoded again without one, to what is
// decoded as the same.
func FuzzVariant(f *testing.F) {
	for _, v := range values() {
		for _, ndr64 := range []bool{false, true} {
			b, _ := encode(&v, ndr64)
			f.Add(b, ndr64)
		}
	}
	for _, a := range arrays() {
		b, _ := encode(&a, false)
		f.Add(b, false)
	}
	f.Fuzz(func(t *testing.T, b []byte, ndr64 bool) {
		for _, v := range []codec{new(automation.VARIANT), new(automation.SAFEARRAY), new(automation.BSTR)} {
			if decode(v, b, ndr64) != nil {
				continue
			}
			first, err := encode(v, ndr64)
			if err != nil {
				t.Fatalf("%v cannot be encoded: %v", v, err)
			}
			again := reflect.New(reflect.TypeOf(v).Elem()).Interface().(codec)
			if err := decode(again, first, ndr64); err != nil {
				t.Fatalf("%v cannot be decoded again: %v", v, err)
			}
			// Not by DeepEqual: NaN is not itself.
			if second, err := encode(again, ndr64); err != nil || !bytes.Equal(first, second) {
				t.Errorf("%v: % x, then % x, %v", v, first, second, err)
			}
			if x, ok := v.(*automation.VARIANT); ok {
				_ = x.String()
				x.Release()
			}
		}
	})
}
