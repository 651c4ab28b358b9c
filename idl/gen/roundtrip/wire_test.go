package roundtrip_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"oxid/idl/gen/testdata/wire"
	"oxid/idl/gen/wiretest"
)

// wireServer answers the few calls whose replies are looked at.
type wireServer struct{ wire.IWire }

func (wireServer) Outs(context.Context) (int32, []int32, string, error) {
	return 0x77, []int32{1, 2, 3}, "out", nil
}

func (wireServer) OutArray(_ context.Context, _ int32, s int16) ([]int16, int16, error) {
	return []int16{1, 2, 3}, s + 1, nil
}

// unhex reads bytes as they are written below; bars and spaces mean nothing.
func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "|", "", "\n", "", "\t", "").Replace(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ptr[T any](v T) *T { return &v }

// The bytes are those of C706 chapter 14 and of captures.
func TestGeneratedRequestsOnTheWire(t *testing.T) {
	ps := func(x, p int32, s string, y int32) wire.PS { return wire.PS{X: x, P: &p, S: &s, Y: y} }
	for _, tt := range []struct {
		name  string
		ndr64 bool
		call  func(ctx context.Context, w wire.IWire) error
		want  string
	}{
		{"Primitives", false, func(ctx context.Context, w wire.IWire) error {
			return w.Primitives(ctx, 1, 0x0203, 'A', 0x04050607, 8, 0x1112131415161718, 1, 9, -2.5, true, 0x263a, -3)
		}, `01 00 03 02 41 00 00 00 07 06 05 04 08 00 00 00 18 17 16 15 14 13 12 11 00 00 80 3f 09 00 00 00
			00 00 00 00 00 00 04 c0 01 00 3a 26 fd`},
		{"Enums", false, func(ctx context.Context, w wire.IWire) error { return w.Enums(ctx, 5, 7, 1) },
			`05 00 00 00 07 00 00 00 01 00`},
		{"Structs", false, func(ctx context.Context, w wire.IWire) error {
			return w.Structs(ctx, 0xee, wire.BHS{B: 1, H: 0x1112131415161718, S: 2}, 0xdd, wire.BSCL{B: 1, S: 2, C: 3, L: 4})
		}, `ee 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 18 17 16 15 14 13 12 11 02 00 dd 00 01 00 02 00 03 00 00 00 04 00 00 00`},
		{"Conformant", false, func(ctx context.Context, w wire.IWire) error {
			return w.Conformant(ctx, []int16{1, 2, 3}, 0x1122334455667788)
		}, `03 00 00 00 03 00 00 00 01 00 02 00 03 00 00 00 88 77 66 55 44 33 22 11`},
		{"Varying", false, func(ctx context.Context, w wire.IWire) error { return w.Varying(ctx, []int16{1, 2, 3}) },
			`03 00 00 00 00 00 00 00 03 00 00 00 01 00 02 00 03 00`},
		{"ConfVarying", false, func(ctx context.Context, w wire.IWire) error { return w.ConfVarying(ctx, 5, []int16{1, 2, 3}) },
			`05 00 00 00 03 00 00 00 05 00 00 00 00 00 00 00 03 00 00 00 01 00 02 00 03 00`},
		{"Fixed", false, func(ctx context.Context, w wire.IWire) error {
			return w.Fixed(ctx, [3]int16{1, 2, 3}, [2][2]int32{{1, 2}, {3, 4}})
		}, `01 00 02 00 03 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00`},
		{"Strings", false, func(ctx context.Context, w wire.IWire) error { return w.Strings(ctx, "abc", "wide", nil, ptr("x")) },
			`04 00 00 00 00 00 00 00 04 00 00 00 61 62 63 00 05 00 00 00 00 00 00 00 05 00 00 00 77 00 69 00 64 00 65 00 00 00 00 00
			00 00 00 00 00 00 02 00 02 00 00 00 00 00 00 00 02 00 00 00 78 00`},
		{"SizedString", false, func(ctx context.Context, w wire.IWire) error { _, err := w.SizedString(ctx, "abc"); return err },
			`14 00 00 00 00 00 00 00 04 00 00 00 61 00 62 00 63 00 00 00`},
		{"Names", false, func(ctx context.Context, w wire.IWire) error {
			return w.Names(ctx, []*string{ptr("a"), nil, ptr("b")})
		}, `03 00 00 00 03 00 00 00 00 00 02 00 00 00 00 00 04 00 02 00 02 00 00 00 00 00 00 00 02 00 00 00 61 00 00 00
			02 00 00 00 00 00 00 00 02 00 00 00 62 00 00 00`},
		{"ConfStructs", false, func(ctx context.Context, w wire.IWire) error {
			return w.ConfStructs(ctx, 0xee, wire.CONFS{A: []int16{1, 2, 3}}, wire.CONFH{A: []int64{0x55}})
		}, `ee 00 00 00 03 00 00 00 03 00 00 00 01 00 02 00 03 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 55 00 00 00 00 00 00 00`},
		{"Encapsulated hyper", false, func(ctx context.Context, w wire.IWire) error { return w.Encapsulated(ctx, wire.ENC_H(0x77), 0) },
			`02 00 00 00 00 00 00 00 77 00 00 00 00 00 00 00 00`},
		{"Encapsulated pointer", false, func(ctx context.Context, w wire.IWire) error {
			return w.Encapsulated(ctx, wire.ENC_P(ptr(int16(0x5151))), 0xdd)
		}, `03 00 00 00 00 00 02 00 51 51 dd`},
		{"Tagged", false, func(ctx context.Context, w wire.IWire) error {
			return w.Tagged(ctx, 0xee, wire.LTAG{U: wire.LU_H(0x66)})
		}, `ee 00 00 00 00 00 00 00 02 00 00 00 02 00 00 00 66 00 00 00 00 00 00 00`},
		{"Tagged, empty default", false, func(ctx context.Context, w wire.IWire) error {
			return w.Tagged(ctx, 0, wire.LTAG{U: wire.LU_Default(9)})
		}, `00 00 00 00 00 00 00 00 09 00 00 00 09 00 00 00`},
		{"ShortTag", false, func(ctx context.Context, w wire.IWire) error { return w.ShortTag(ctx, wire.STAG{U: wire.SU_L(5)}) },
			`01 00 01 00 05 00 00 00`},
		{"Pointers", false, func(ctx context.Context, w wire.IWire) error {
			return w.Pointers(ctx, ps(0x11, 7, "hi", 0x22), ptr(int32(8)), nil)
		}, `11 00 00 00 00 00 02 00 04 00 02 00 22 00 00 00 07 00 00 00 03 00 00 00 00 00 00 00 03 00 00 00
			68 00 69 00 00 00 00 00 08 00 02 00 08 00 00 00 00 00 00 00`},
		{"PointerArray", false, func(ctx context.Context, w wire.IWire) error {
			return w.PointerArray(ctx, []*int32{ptr(int32(7)), nil, ptr(int32(8))}, -0x6667)
		}, `03 00 00 00 03 00 00 00 00 00 02 00 00 00 00 00 04 00 02 00 07 00 00 00 08 00 00 00 99 99`},
		{"StructArray", false, func(ctx context.Context, w wire.IWire) error {
			return w.StructArray(ctx, []wire.PS{ps(0x11, 7, "hi", 0x22), {X: 0x33, P: ptr(int32(8)), Y: 0x44}}, -0x6667)
		}, `02 00 00 00 02 00 00 00 11 00 00 00 00 00 02 00 04 00 02 00 22 00 00 00 33 00 00 00 08 00 02 00 00 00 00 00 44 00 00 00
			07 00 00 00 03 00 00 00 00 00 00 00 03 00 00 00 68 00 69 00 00 00 00 00 08 00 00 00 99 99`},
		{"Nested", false, func(ctx context.Context, w wire.IWire) error {
			return w.Nested(ctx, wire.NEST{Pre: 1, In1: ps(2, 7, "a", 3), Mid: 4, In2: wire.PS{X: 5, P: ptr(int32(8)), Y: 6}})
		}, `01 00 00 00 02 00 00 00 00 00 02 00 04 00 02 00 03 00 00 00 04 00 00 00 05 00 00 00 08 00 02 00 00 00 00 00 06 00 00 00
			07 00 00 00 02 00 00 00 00 00 00 00 02 00 00 00 61 00 00 00 08 00 00 00`},
		{"List", false, func(ctx context.Context, w wire.IWire) error {
			return w.List(ctx, &wire.LNODE{V: 1, Next: &wire.LNODE{V: 2, Q: ptr(int16(0x5252))}, Q: ptr(int16(0x5151))})
		}, `00 00 02 00 01 00 00 00 04 00 02 00 08 00 02 00 02 00 00 00 00 00 00 00 0c 00 02 00 52 52 51 51`},
		{"Full", false, func(ctx context.Context, w wire.IWire) error { a := int32(7); return w.Full(ctx, &a, &a, nil) },
			`01 00 00 00 07 00 00 00 01 00 00 00 00 00 00 00`},
		{"Slice", false, func(ctx context.Context, w wire.IWire) error {
			return w.Slice(ctx, wire.CV{CMax: 5, Arr: []int16{1, 2}}, 0xee)
		}, `05 00 00 00 02 00 00 00 00 00 02 00 05 00 00 00 00 00 00 00 02 00 00 00 01 00 02 00 ee`},
		{"Sixty4", true, func(ctx context.Context, w wire.IWire) error {
			return w.Sixty4(ctx, 1, wire.P64{X: 0x11, P: ptr(int32(7)), S: ptr("hi"), Y: 0x22}, 0x9999)
		}, `01 00 00 00 00 00 00 00 11 00 00 00 00 00 00 00 00 00 02 00 00 00 00 00 04 00 02 00 00 00 00 00 22 00 00 00 00 00 00 00
			07 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 68 00 69 00 00 00 99 99`},
		{"Array64", true, func(ctx context.Context, w wire.IWire) error { return w.Array64(ctx, []int16{1, 2, 3}, 9) },
			`03 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 01 00 02 00 03 00 09 00`},
		{"Tagged in NDR64", true, func(ctx context.Context, w wire.IWire) error {
			return w.Tagged(ctx, 0xee, wire.LTAG{U: wire.LU_L(5)})
		}, `ee 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 05 00 00 00 00 00 00 00`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []byte
			w := &wiretest.Wire{NDR64: tt.ndr64, Request: func(_ uint32, b []byte) []byte {
				got = bytes.Clone(b)
				return nil // nothing that a stub could decode
			}}
			if err := tt.call(t.Context(), connect[wire.IWire](t, w, wireServer{})); err == nil {
				t.Error("an empty request was served")
			}
			if want := unhex(t, tt.want); !bytes.Equal(got, want) {
				t.Errorf("\ngot  % x\nwant % x", got, want)
			}
		})
	}
}

func TestGeneratedRepliesOnTheWire(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func(ctx context.Context, w wire.IWire) error
		want string
	}{
		{"Outs", func(ctx context.Context, w wire.IWire) error { _, _, _, err := w.Outs(ctx); return err },
			`03 00 00 00 00 00 02 00 03 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 02 00 04 00 00 00 00 00 00 00 04 00 00 00
			6f 00 75 00 74 00 00 00 77 00 00 00`},
		{"OutArray", func(ctx context.Context, w wire.IWire) error { _, _, err := w.OutArray(ctx, 3, 5); return err },
			`03 00 00 00 01 00 02 00 03 00 06 00 00 00 00 00`},
	} {
		var got []byte
		w := &wiretest.Wire{Reply: func(_ uint32, b []byte) []byte { got = bytes.Clone(b); return b }}
		if err := tt.call(t.Context(), connect[wire.IWire](t, w, wireServer{})); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if want := unhex(t, tt.want); !bytes.Equal(got, want) {
			t.Errorf("%s\ngot  % x\nwant % x", tt.name, got, want)
		}
	}
}
