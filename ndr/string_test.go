package ndr

import (
	"errors"
	"strings"
	"testing"

	"oxid/com"
)

func TestStrings(t *testing.T) {
	runAll(t, []exchange{
		{
			name: "char, wchar_t, unique NULL, unique",
			wire: `04 00 00 00 00 00 00 00 04 00 00 00 61 62 63 00
				05 00 00 00 00 00 00 00 05 00 00 00 77 00 69 00
				64 00 65 00 00 00 | 00 00 | 00 00 00 00 | 00 00 02 00
				02 00 00 00 00 00 00 00 02 00 00 00 78 00 00 00`,
			enc: func(e *Encoder) {
				e.Str("abc")
				e.WStr("wide")
				e.Pointer(false)
				if e.Pointer(true) {
					e.WStr("x")
				}
			},
			dec: func(t *testing.T, d *Decoder) {
				want(t, d.Str(), "abc")
				want(t, d.WStr(), "wide")
				want(t, d.Pointer(), false)
				want(t, d.Pointer(), true)
				want(t, d.WStr(), "x")
			},
		},
		{
			name:   "size_is(20)",
			wire:   `14 00 00 00 | 00 00 00 00 | 04 00 00 00 | 61 00 62 00 63 00 00 00`,
			wire64: `14 00 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00 | 04 00 00 00 00 00 00 00 | 61 00 62 00 63 00 00 00`,
			enc:    func(e *Encoder) { e.WStrMax("abc", 20) },
			dec:    func(t *testing.T, d *Decoder) { want(t, d.WStrMax(20), "abc") },
		},
		{
			name: "char with size_is",
			wire: `08 00 00 00 | 00 00 00 00 | 04 00 00 00 | 61 62 63 00`,
			enc:  func(e *Encoder) { e.StrMax("abc", 8) },
			dec:  func(t *testing.T, d *Decoder) { want(t, d.StrMax(8), "abc") },
		},
		{
			name: "fixed wchar_t",
			wire: `00 00 00 00 | 03 00 00 00 | 68 00 69 00 00 00`,
			enc:  func(e *Encoder) { e.WStrFixed("hi", 10) },
			dec:  func(t *testing.T, d *Decoder) { want(t, d.WStrFixed(10), "hi") },
		},
		{
			name: "array of pointers to strings",
			wire: `02 00 00 00 | 00 00 02 00 04 00 02 00 |
				02 00 00 00 00 00 00 00 02 00 00 00 61 00 00 00 |
				01 00 00 00 00 00 00 00 01 00 00 00 00 00`,
			enc: func(e *Encoder) {
				e.Count(2)
				e.Pointer(true)
				e.Pointer(true)
				e.WStr("a")
				e.WStr("")
			},
			dec: func(t *testing.T, d *Decoder) {
				n := d.CountIs(2, 4)
				for range n {
					d.Embedded(14)
				}
				for i := range n {
					if d.Leaf(14) {
						want(t, d.WStr(), [2]string{"a", ""}[i])
					}
				}
			},
		},
		{
			name: "beyond ASCII",
			wire: `05 00 00 00 00 00 00 00 05 00 00 00 | 61 00 e4 00 3d d8 00 de 00 00`,
			enc:  func(e *Encoder) { e.WStr("a\u00e4\U0001f600") },
			dec:  func(t *testing.T, d *Decoder) { want(t, d.WStr(), "a\u00e4\U0001f600") },
		},
		{
			name: "UTF-16 without counts",
			wire: `01 00 68 00 69 00`,
			enc: func(e *Encoder) {
				e.Byte(1)
				e.UTF16("hi")
			},
			dec: func(t *testing.T, d *Decoder) {
				d.Byte()
				want(t, d.UTF16(2), "hi")
			},
		},
	})
}

// Strings of every length around the widths that are taken at once, with a
// character beyond ASCII at every place.
func TestStringLengths(t *testing.T) {
	for n := range 40 {
		plain := strings.Repeat("x", n)
		all := []string{plain, plain + "\u00e4", plain + "\u20ac" + plain, plain + "\U0001f600" + plain}
		exchange{
			name: "strings",
			enc: func(e *Encoder) {
				for _, s := range all {
					e.WStr(s)
					e.WStrFixed(s, 200)
					e.Str(s)
					e.UTF16(s)
				}
			},
			dec: func(t *testing.T, d *Decoder) {
				for _, s := range all {
					want(t, d.WStr(), s)
					want(t, d.WStrFixed(200), s)
					want(t, d.Str(), s)
					want(t, d.UTF16(UTF16Len(s)), s)
				}
			},
		}.run(t)
	}
}

func TestStringDecode(t *testing.T) {
	for _, x := range []struct {
		name, wire, want string
		hr               com.HRESULT // 0: no error
	}{
		{"earlier NUL ends it", `04 00 00 00 00 00 00 00 04 00 00 00 61 00 00 00 62 00 00 00`, "a", 0},
		{"only NULs", `03 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 00 00`, "", 0},
		{"max above actual", `ff ff 00 00 00 00 00 00 02 00 00 00 61 00 00 00`, "a", 0},
		{"unpaired high surrogate", `03 00 00 00 00 00 00 00 03 00 00 00 00 d8 61 00 00 00`, "\ufffda", 0},
		{"unpaired low surrogate", `02 00 00 00 00 00 00 00 02 00 00 00 00 dc 00 00`, "\ufffd", 0},
		{"high surrogate before the NUL", `02 00 00 00 00 00 00 00 02 00 00 00 00 d8 00 00`, "\ufffd", 0},
		{"no NUL", `02 00 00 00 00 00 00 00 02 00 00 00 61 00 62 00`, "", com.RPC_X_BAD_STUB_DATA},
		{"no NUL, high byte", `02 00 00 00 00 00 00 00 02 00 00 00 61 00 00 01`, "", com.RPC_X_BAD_STUB_DATA},
		{"actual 0", `02 00 00 00 00 00 00 00 00 00 00 00`, "", com.RPC_X_BAD_STUB_DATA},
		{"max and actual 0", `00 00 00 00 00 00 00 00 00 00 00 00`, "", com.RPC_X_BAD_STUB_DATA},
		{"offset", `03 00 00 00 01 00 00 00 02 00 00 00 61 00 00 00`, "", com.RPC_S_INVALID_BOUND},
		{"actual above max", `01 00 00 00 00 00 00 00 02 00 00 00 61 00 00 00`, "", com.RPC_S_INVALID_BOUND},
		{"short", `05 00 00 00 00 00 00 00 05 00 00 00 61 00 00 00`, "", com.RPC_X_BAD_STUB_DATA},
		{"huge", `ff ff ff 7f 00 00 00 00 ff ff ff 7f 61 00 00 00`, "", com.RPC_X_BAD_STUB_DATA},
		{"more than 2^31-1", `ff ff ff ff 00 00 00 00 02 00 00 00 61 00 00 00`, "", com.RPC_S_INVALID_BOUND},
		{"cut in the counts", `02 00 00 00 00 00 00 00`, "", com.RPC_X_BAD_STUB_DATA},
	} {
		d := DecodeFrom(unhex(t, x.wire), dataRepLittle, false)
		got := d.WStr()
		want(t, got, x.want)
		if x.hr == 0 && d.Err() != nil || x.hr != 0 && (!errors.Is(d.Err(), x.hr) || !errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA)) {
			t.Errorf("%s: error %v, want %v", x.name, d.Err(), x.hr)
		}
	}
}

func TestCharStringDecode(t *testing.T) {
	for _, x := range []struct {
		name, wire, want string
		ok               bool
	}{
		{"earlier NUL ends it", `04 00 00 00 00 00 00 00 04 00 00 00 61 00 62 00`, "a", true},
		{"bytes beyond ASCII stay", `03 00 00 00 00 00 00 00 03 00 00 00 e4 80 00`, "\xe4\x80", true},
		{"no NUL", `02 00 00 00 00 00 00 00 02 00 00 00 61 62`, "", false},
		{"actual 0", `02 00 00 00 00 00 00 00 00 00 00 00`, "", false},
	} {
		d := DecodeFrom(unhex(t, x.wire), dataRepLittle, false)
		want(t, d.Str(), x.want)
		if (d.Err() == nil) != x.ok {
			t.Errorf("%s: error %v", x.name, d.Err())
		}
	}
}

// Decoded strings do not alias the message, and cost one allocation.
func TestStringOwnership(t *testing.T) {
	e := EncodeTo(nil, false)
	e.WStr("a string of some length")
	e.Str("another")
	b, _ := e.Data()
	d := DecodeFrom(b, dataRepLittle, false)
	wide, narrow := d.WStr(), d.Str()
	clear(b)
	want(t, wide, "a string of some length")
	want(t, narrow, "another")

	e = EncodeTo(b[:0], false)
	e.WStr("a string of some length")
	want(t, testing.AllocsPerRun(100, func() {
		d := DecodeFrom(b, dataRepLittle, false)
		_ = d.WStr()
	}), 1)
	want(t, testing.AllocsPerRun(100, func() {
		e := EncodeTo(b[:0], false)
		e.WStr("a string of some length")
	}), 0)
}
