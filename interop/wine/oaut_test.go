package wine

import (
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"oxid/automation"
	"oxid/com"
	"oxid/ndr"
	"oxid/std"
)

// codec is a value whose wire form is a pointer and what it leads to.
type codec interface {
	EncodeNDR(*ndr.Encoder)
	EncodeDeferredNDR(*ndr.Encoder)
	DecodeNDR(*ndr.Decoder)
	DecodeDeferredNDR(*ndr.Decoder)
}

// oaut is the program that reads and writes values.
type oaut struct{ *process }

func startOaut(t *testing.T) oaut {
	t.Helper()
	m := startMachine(t)
	dir := t.TempDir()
	return oaut{m.start(t, cc(t, dir, "oaut.exe", source(t, "programs/oaut.c"), "-loleaut32", "-lole32", "-luuid"))}
}

// pass has Wine read v and write it again. It asks that the number by which Wine
// says what it read is want, and that what it wrote is v; of what Wine 8.0 gets
// wrong, that it still does. The pointer in front of a value, which the engine
// writes, has pad bytes behind it.
func (o oaut) pass(t *testing.T, kind string, v codec, pad int, want uint32, wrong bool) {
	t.Helper()
	e := ndr.EncodeTo(nil, false)
	v.EncodeNDR(&e)
	v.EncodeDeferredNDR(&e)
	b, err := e.Data()
	if err != nil {
		t.Fatal(err)
	}
	b = b[4+pad:]
	if _, err := fmt.Fprintf(o.stdin, "%s %x\n", kind, b); err != nil {
		t.Fatal(err)
	}
	number, written, _ := strings.Cut(o.line(t, ""), " ")
	n, err := strconv.ParseUint(number, 16, 32)
	if err != nil {
		t.Fatalf("%v for %v", err, v)
	}
	back, err := hex.DecodeString(written)
	if err != nil {
		t.Fatal(err)
	}
	if kind == "array" {
		back = back[4:] // it begins in the middle of 8 bytes
	}
	d := ndr.DecodeFrom(append(append([]byte{1, 0, 0, 0}, make([]byte, pad)...), back...), 0x10, false)
	w := reflect.New(reflect.TypeOf(v).Elem()).Interface().(codec)
	w.DecodeNDR(&d)
	w.DecodeDeferredNDR(&d)
	if right := uint32(n) == want && reflect.DeepEqual(w, v) && d.Err() == nil && d.Left() == 0 && len(back) == len(b); right == wrong {
		t.Errorf("%v: Wine read %#x, which should be %#x, and wrote % x for % x: %v", v, n, want, back, b, d.Err())
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestVariants passes VARIANTs of every type that Wine can carry without
// objects. Left out are its arrays of BSTR and VARIANT, whose elements lack the
// pointers in front of them, and of VT_ERROR, which it refuses.
func TestVariants(t *testing.T) {
	o := startOaut(t)
	text, long, any := "by reference", int32(-7), automation.Of("inside")
	for _, v := range []automation.VARIANT{
		{}, automation.Null(), automation.Missing(), automation.Of(true), automation.Of(int8(-1)), automation.Of(uint8(200)),
		automation.Of(int16(-2)), automation.Of(uint16(60000)), automation.Of(int32(math.MinInt32)), automation.Of(uint32(math.MaxUint32)),
		automation.Of(int64(math.MinInt64)), automation.Of(uint64(math.MaxUint64)), automation.Of(float32(1.5)), automation.Of(-2.25),
		automation.Of(automation.CURRENCY(-12345)), automation.Of(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		automation.Of(automation.DECIMAL{Scale: 3, Negative: true, Hi: 1, Lo: 2}),
		automation.Of("Grüße 𝄞"), automation.Of(""), automation.Of("a\x00b"), automation.Object(nil), automation.Dispatch(nil),
		must(automation.Ref(&long)), must(automation.Ref(&text)), must(automation.Ref(&any)), must(automation.Ref(new(float64))),
		must(automation.Ref(new(int16))), must(automation.Ref(&automation.DECIMAL{Scale: 1, Lo: 5})), must(automation.Ref(new(com.Unknown))),
		automation.Array(automation.Vector([]float64{1.5, 2})), automation.Array(automation.Vector([]byte("abc"))),
		automation.Array(automation.Vector([]bool{true, false, true})),
	} {
		o.pass(t, "variant", &v, 4, uint32(v.VT()), false)
	}
	for _, v := range []automation.VARIANT{
		automation.Of(automation.BSTR(nil)),   // the pointer is NULL, and yet something follows it
		automation.Of(automation.BSTR("odd")), // the length becomes even
	} {
		o.pass(t, "variant", &v, 4, uint32(v.VT()), true)
	}
}

// The number is the first index of the first dimension, which is the first one
// on the wire.
func TestArrays(t *testing.T) {
	o := startOaut(t)
	for _, a := range []automation.SAFEARRAY{
		{}, automation.Vector([]int32{1, 2, 3}), automation.Vector([]int16{-1}), automation.Vector([]automation.DATE{1, 2}),
		automation.Vector([]uint64{1}), automation.Vector([]int8{}),
		must(automation.NewArray(automation.VT_I2, []int16{1, 2, 3, 4, 5, 6}, automation.Bound{Len: 2, Lower: 7}, automation.Bound{Len: 3, Lower: -1})),
	} {
		want := uint32(0)
		if !a.IsNull() {
			want = uint32(a.Bounds()[0].Lower)
		}
		o.pass(t, "array", &a, 0, want, false)
	}
}

// The number is the length in bytes, or -1 for NULL.
func TestBSTRs(t *testing.T) {
	o := startOaut(t)
	for _, b := range []automation.BSTR{automation.BSTROf("abc"), automation.BSTROf("Grüße 𝄞\x00."), {}, nil} {
		want := uint32(len(b))
		if b == nil {
			want = math.MaxUint32
		}
		o.pass(t, "bstr", &b, 0, want, false)
	}
	o.pass(t, "bstr", ptr(automation.BSTR("odd")), 0, 3, true)
}

// The number is the format's; that of a registered one only says that it is.
func TestClipboardFormats(t *testing.T) {
	o := startOaut(t)
	o.pass(t, "format", ptr(std.CF_UNICODETEXT), 0, 13, false)
	o.pass(t, "format", ptr(std.CF_HDROP), 0, 15, false)
	for _, name := range []string{"Rich Text Format", "ä"} {
		o.pass(t, "format", ptr(std.ClipFormat(name)), 0, 0xc000, false)
	}
}

func TestMedia(t *testing.T) {
	o := startOaut(t)
	for _, m := range []std.STGMEDIUM{
		{}, {Tymed: std.TYMED_HGLOBAL, HGlobal: []byte("some bytes")}, {Tymed: std.TYMED_ISTREAM}, {Tymed: std.TYMED_ISTORAGE},
	} {
		o.pass(t, "medium", &m, 0, uint32(m.Tymed), false)
	}
	// Wine writes no characters.
	o.pass(t, "medium", &std.STGMEDIUM{Tymed: std.TYMED_FILE, File: `C:\x.txt`}, 0, uint32(std.TYMED_FILE), true)
}

func ptr[T any](v T) *T { return &v }
