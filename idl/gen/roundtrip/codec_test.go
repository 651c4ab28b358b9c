package roundtrip_test

import (
	"context"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/idl/gen/testdata/golden/codec"
	"oxid/idl/gen/testdata/golden/codec/known"
	"oxid/idl/gen/testdata/golden/directives"
	"oxid/idl/gen/testdata/golden/imports/base"
	"oxid/idl/gen/testdata/golden/imports/derived"
	"oxid/idl/gen/wiretest"
)

type codecServer struct{ _ int }

func (*codecServer) Use(_ context.Context, k known.Known, u codec.WIRE, p int32) (known.Known, codec.WIRE, int32, error) {
	return k, u, p, nil
}

func (*codecServer) Struct(_ context.Context, h codec.HAS, ks []known.Known) (codec.HAS, error) {
	if len(ks) > 0 {
		h.K = ks[len(ks)-1]
	}
	return h, nil
}

func TestRegisteredTypes(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[codec.ICodec](t, w, &codecServer{})
		u := codec.WIRE{N: 2, S: ptr("wire")}
		for _, k := range []known.Known{{N: 1, Text: "known"}, {}} {
			rk, ru, rp, err := p.Use(ctx, k, u, 3)
			if err != nil || rk != k || !reflect.DeepEqual(ru, u) || rp != 3 {
				t.Errorf("%+v %+v %d, %v", rk, ru, rp, err)
			}
			r, err := p.Struct(ctx, codec.HAS{K: known.Known{N: 9}, U: u}, []known.Known{{}, k})
			if err != nil || r.K != k || !reflect.DeepEqual(r.U, u) {
				t.Errorf("%+v, %v", r, err)
			}
		}
	})
}

// directed implements an interface whose Go signatures the IDL gives.
type directed struct{ _ int }

func (*directed) Count(context.Context) (int32, com.HRESULT, error) { return 3, com.S_FALSE, nil }

func (*directed) Find(_ context.Context, name string) (*directives.Found, error) {
	if name == "" {
		return nil, com.E_INVALIDARG
	}
	return &directives.Found{ID: 7, Text: name}, nil
}

func (*directed) Plain(_ context.Context, p []byte) error {
	if len(p) != 2 {
		return com.E_INVALIDARG
	}
	return nil
}

func (*directed) Cookies(_ context.Context, one known.Cookie, all []known.Cookie, w known.Known, jar directives.JAR) (known.Cookie, directives.BOX, []known.Cookie, error) {
	return jar.Last[1], directives.BOX{C: one, W: w, All: all}, []known.Cookie{jar.First, jar.Last[0]}, nil
}

// Each fails for every second cookie, and as a whole when all of them fail.
func (*directed) Each(_ context.Context, all []known.Cookie) (each []com.HRESULT, found com.Unknown, hr com.HRESULT, err error) {
	if len(all) > 2 {
		return nil, nil, 0, com.E_OUTOFMEMORY
	}
	for _, c := range all {
		if each = append(each, com.S_OK); c == 0 {
			each[len(each)-1], hr = com.E_FAIL, com.E_FAIL
		}
	}
	return each, nil, hr, nil
}

func TestGoTypesOfTheirOwn(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[directives.IDirected](t, w, &directed{})
		k := known.Known{N: 1, Text: "known"}
		jar := directives.JAR{First: 1 << 63, Last: [2]known.Cookie{2, 3}}
		for _, all := range [][]known.Cookie{{5, 6, 1 << 40}, {}} {
			last, box, more, err := p.Cookies(ctx, 4, all, k, jar)
			if err != nil || last != 3 || !reflect.DeepEqual(more, []known.Cookie{1 << 63, 2}) ||
				!reflect.DeepEqual(box, directives.BOX{C: 4, W: k, N: uint32(len(all)), All: all}) {
				t.Errorf("%d %+v %v, %v", last, box, more, err)
			}
		}
	})
}

// With oxid:partial a failing HRESULT has results beside it, an error has none.
func TestPartialFailures(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[directives.IDirected](t, w, &directed{})
		for _, c := range []struct {
			all  []known.Cookie
			each []com.HRESULT
			hr   com.HRESULT
		}{
			{[]known.Cookie{1, 2}, []com.HRESULT{com.S_OK, com.S_OK}, com.S_OK},
			{[]known.Cookie{1, 0}, []com.HRESULT{com.S_OK, com.E_FAIL}, com.E_FAIL},
			{[]known.Cookie{1, 2, 3}, make([]com.HRESULT, 3), com.E_OUTOFMEMORY},
		} {
			each, _, hr, err := p.Each(ctx, c.all)
			if !reflect.DeepEqual(each, c.each) || hr != c.hr || com.HRESULTOf(err) != c.hr {
				t.Errorf("%v: %v, %v, %v", c.all, each, hr, err)
			}
		}
	})
}

func TestDirectives(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[directives.IDirected](t, w, &directed{})
		if n, hr, err := p.Count(ctx); n != 3 || hr != com.S_FALSE || err != nil {
			t.Errorf("Count: %d, %v, %v", n, hr, err)
		}
		if f, err := p.Find(ctx, "it"); err != nil || *f != (directives.Found{ID: 7, Text: "it"}) {
			t.Errorf("Find: %v, %v", f, err)
		}
		if f, err := p.Find(ctx, ""); f != nil || com.HRESULTOf(err) != com.E_INVALIDARG {
			t.Errorf("Find of nothing: %v, %v", f, err)
		}
		if err := p.Plain(ctx, []byte{1, 2}); err != nil {
			t.Error(err)
		}
	})
}

// heir is an object of a derived interface whose base another package has.
type heir struct{ _ int }

func (*heir) Base(_ context.Context, s base.SHARED) (base.KIND, error) { return base.KIND(s.N), nil }

func (*heir) Derived(_ context.Context, h derived.HOLDS) (*base.SHARED, base.CHOICE, error) {
	return h.Two, h.C, nil
}

func TestDerivedFromAnotherPackage(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), connect[derived.IDerived](t, w, &heir{})
		if k, err := p.Base(ctx, base.SHARED{N: 1, S: ptr("x")}); k != base.KIND_B || err != nil {
			t.Errorf("Base: %v, %v", k, err)
		}
		two := &base.SHARED{N: 2, S: ptr("two")}
		s, c, err := p.Derived(ctx, derived.HOLDS{Two: two, C: base.CHOICE_S(*two), B: &heir{}})
		in, ok := c.S()
		if err != nil || !reflect.DeepEqual(s, two) || !ok || !reflect.DeepEqual(in, *two) {
			t.Errorf("Derived: %v %v, %v", s, c, err)
		}
		// A stub of the derived interface serves the base's IID, too.
		stub := derived.IDerivedDesc.NewStub()
		if err := stub.Connect(ctx, &heir{}); err != nil || stub.IsIIDSupported(&base.IID_IBase) == nil {
			t.Errorf("the base's IID is not served: %v", err)
		}
	})
}

func TestMethodsOfLocalBasesDoNotTravel(t *testing.T) {
	p := connect[derived.IFromLocal](t, &wiretest.Wire{}, &fromLocal{})
	if _, err := p.Here(t.Context(), 1); com.HRESULTOf(err) != com.E_NOTIMPL {
		t.Errorf("Here: %v", err)
	}
	if err := p.There(t.Context(), nil); err != nil {
		t.Errorf("There: %v", err)
	}
}

type fromLocal struct{ _ int }

func (*fromLocal) Here(_ context.Context, n int32) (int32, error)    { return n, nil }
func (*fromLocal) There(_ context.Context, _ derived.IDerived) error { return nil }
