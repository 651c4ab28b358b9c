package ndr

import (
	"errors"
	"math"
	"testing"

	"oxid/com"
)

func TestBooleansOfOtherSizes(t *testing.T) {
	exchange{
		name: "BOOL and VARIANT_BOOL",
		wire: `01 00 00 00 | 00 00 00 00 | ff ff | 00 00`,
		enc: func(e *Encoder) {
			e.Bool32(true)
			e.Bool32(false)
			e.VariantBool(true)
			e.VariantBool(false)
		},
		dec: func(t *testing.T, d *Decoder) {
			want(t, d.Bool32(), true)
			want(t, d.Bool32(), false)
			want(t, d.VariantBool(), true)
			want(t, d.VariantBool(), false)
		},
	}.run(t)
	d := decode(t, `00 01 00 00 | 01 00`) // any value but 0
	want(t, d.Bool32(), true)
	want(t, d.VariantBool(), true)
}

func TestAnnouncedSizes(t *testing.T) {
	for _, x := range []struct {
		name string
		ok   bool
		enc  func(e *Encoder)
	}{
		{"as announced", true, func(e *Encoder) { e.Want(3, 3) }},
		{"not as announced", false, func(e *Encoder) { e.Want(3, 2) }},
		{"fits", true, func(e *Encoder) { e.Within(2, 3, 5) }},
		{"too many", false, func(e *Encoder) { e.Within(3, 3, 5) }},
		{"first beyond the end", false, func(e *Encoder) { e.Within(6, 0, 5) }},
		{"negative first", false, func(e *Encoder) { e.Within(-1, 1, 5) }},
		{"negative size", false, func(e *Encoder) { e.Within(0, 0, -1) }},
	} {
		e := EncodeTo(nil, false)
		x.enc(&e)
		if (e.Err() == nil) != x.ok || !x.ok && !errors.Is(e.Err(), com.RPC_S_INVALID_BOUND) {
			t.Errorf("%s: error %v", x.name, e.Err())
		}
	}
	d := decode(t, ``)
	d.Want(3, 3)
	want(t, d.Err(), nil)
	d.Want(3, 2)
	fails(t, d, com.RPC_S_INVALID_BOUND, com.RPC_X_BAD_STUB_DATA)
}

func TestOutSlice(t *testing.T) {
	d := decode(t, ``)
	got := OutSlice[int64](d, 3)
	want(t, len(got), 3)
	want(t, OutSlice[int64](d, 0) != nil, true)
	want(t, d.Err(), nil)
	for _, n := range []int{-1, maxOut/8 + 1, math.MaxInt} {
		d := decode(t, ``)
		want(t, OutSlice[int64](d, n) == nil, true)
		want(t, errors.Is(d.Err(), com.E_OUTOFMEMORY), true)
	}
}

func TestExpressionHelpers(t *testing.T) {
	want(t, Int(true)+Int(false), 1)
	want(t, Choose(true, 2, 3), 2)
	want(t, Choose(false, 2, 3), 3)
	want(t, Div(7, 2), 3)
	want(t, Div(7, 0), 0)
	want(t, Mod(7, 2), 1)
	want(t, Mod(7, 0), 0)
	v := 5
	want(t, Deref(&v), 5)
	want(t, Deref[int](nil), 0)
}
