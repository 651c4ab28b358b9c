package roundtrip_test

import (
	"bytes"
	"context"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/idl/gen/testdata/multi"
	"oxid/idl/gen/wiretest"
)

type multiServer struct{ _ int }

func (*multiServer) Conformant(_ context.Context, _, _ int32, a []int32) ([]int32, error) {
	return a, nil
}

func (*multiServer) ConfVarying(_ context.Context, _, _, _ int32, a []int16) ([]int16, error) {
	return a, nil
}

func (*multiServer) Varying(_ context.Context, _, _ int32, a []int16) ([]int16, error) { return a, nil }
func (*multiServer) Jagged(_ context.Context, _ int32, a [][]int32) ([][]int32, error) { return a, nil }
func (*multiServer) Unions(_ context.Context, _ int16, u []multi.MS) ([]multi.MS, error) {
	return u, nil
}
func (*multiServer) Holders(_ context.Context, hs []multi.HOLD) ([]multi.HOLD, error) { return hs, nil }

// Swap returns p as it came, or in the place of q.
func (*multiServer) Swap(_ context.Context, p multi.IMulti, q *com.Unknown) (multi.IMulti, *com.Unknown, error) {
	if q == nil {
		return com.Keep(p), nil, nil
	}
	u := com.Unknown(com.Keep(p))
	return nil, &u, nil
}

func TestSeveralDimensions(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[multi.IMulti](t, w, &multiServer{})
		a := []int32{1, 2, 3, 4, 5, 6}
		if r, err := p.Conformant(ctx, 2, 3, a); err != nil || !reflect.DeepEqual(r, a) {
			t.Errorf("Conformant: %v, %v", r, err)
		}
		if _, err := p.Conformant(ctx, 2, 2, a); err == nil {
			t.Error("six elements in two by two: no error")
		}
		if r, err := p.Conformant(ctx, 0, 3, nil); err != nil || len(r) != 0 {
			t.Errorf("Conformant, empty: %v, %v", r, err)
		}
		s := []int16{1, 2, 3, 4}
		if r, err := p.ConfVarying(ctx, 5, 2, 2, s); err != nil || !reflect.DeepEqual(r, s) {
			t.Errorf("ConfVarying: %v, %v", r, err)
		}
		if _, err := p.ConfVarying(ctx, 1, 2, 2, s); err == nil {
			t.Error("two of one: no error")
		}
		if r, err := p.Varying(ctx, 4, 1, s); err != nil || !reflect.DeepEqual(r, s) {
			t.Errorf("Varying: %v, %v", r, err)
		}
		j := [][]int32{{1, 2}, nil, {3, 4}}
		if r, err := p.Jagged(ctx, 2, j); err != nil || !reflect.DeepEqual(r, j) {
			t.Errorf("Jagged: %v, %v", r, err)
		}
	})
}

func TestMSUnions(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[multi.IMulti](t, w, &multiServer{})
		for _, u := range [][]multi.MS{{}, {multi.MS_H(1), multi.MS_H(-1)}, {multi.MS_B(1), multi.MS_B(2), multi.MS_B(3)}} {
			tag := int16(1)
			if len(u) > 0 {
				tag = u[0].Tag()
			}
			if r, err := p.Unions(ctx, tag, u); err != nil || !reflect.DeepEqual(r, u) {
				t.Errorf("Unions: %v, %v", r, err)
			}
		}
		hs := []multi.HOLD{{T: 3, U: multi.MS_S(5)}, {Lead: 1, T: 2, U: multi.MS_H(6)}, {T: 1, U: multi.MS_B(7)}}
		if r, err := p.Holders(ctx, hs); err != nil || !reflect.DeepEqual(r, hs) {
			t.Errorf("Holders: %v, %v", r, err)
		}
	})
}

func TestMSUnionOnTheWire(t *testing.T) {
	var got []byte
	w := &wiretest.Wire{Request: func(_ uint32, b []byte) []byte { got = bytes.Clone(b); return b }}
	p := connect[multi.IMulti](t, w, &multiServer{})
	if _, err := p.Unions(t.Context(), 1, []multi.MS{multi.MS_B(0xb1), multi.MS_B(0xb2)}); err != nil {
		t.Fatal(err)
	}
	// The arm begins where a hyper would, and so does each element.
	want := unhex(t, `01 00 00 00 | 02 00 00 00 | 02 00 00 00 | 00 00 00 00
		01 00 00 00 00 00 00 00 b1 | 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 b2`)
	if !bytes.Equal(got, want) {
		t.Errorf("\ngot  % x\nwant % x", got, want)
	}
}

func TestInOutInterfacePointers(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[multi.IMulti](t, w, &multiServer{})
		mine := connect[multi.IMulti](t, w, &multiServer{})
		users := func() int { return mine.(com.Proxied).COMProxy().Users() }
		r, q, err := p.Swap(ctx, mine, nil)
		if err != nil || r != mine || q != nil || users() != 2 {
			t.Errorf("%v, %v, %v; %d hand-outs: the caller's own and the result's", r, q, err, users())
		}
		com.Release(r)
		var u com.Unknown
		r, q, err = p.Swap(ctx, mine, &u)
		if err != nil || r != nil || q == nil || *q != com.Unknown(mine) || users() != 2 {
			t.Errorf("%v, %v, %v; %d hand-outs", r, q, err, users())
		}
	})
}
