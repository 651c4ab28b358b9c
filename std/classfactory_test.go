package std_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"oxid/com"
	"oxid/idl/gen/wiretest"
	_ "oxid/std"
)

// thing is an object that a class factory makes.
type thing struct{ _ int }

func newFactory(t *testing.T, w *wiretest.Wire) (*com.ClassFactory, com.IClassFactory) {
	t.Helper()
	f := com.NewClassFactory(nil, func(context.Context) (any, error) { return new(thing), nil })
	p, err := wiretest.Connect[com.IClassFactory](t.Context(), w, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if n := w.Live(); n != 0 {
			t.Errorf("%d messages not given back", n)
		}
	})
	return f, p
}

func TestCF_252_CreateInstanceWithOuterIsRefusedLocally(t *testing.T) {
	w := &wiretest.Wire{Request: func(uint32, []byte) []byte { t.Error("a request was sent"); return nil }}
	_, p := newFactory(t, w)
	v, err := p.CreateInstance(t.Context(), new(thing), &com.IID_IUnknown)
	if v != nil || !errors.Is(err, com.CLASS_E_NOAGGREGATION) {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestCF_253_RemoteCreateInstanceCarriesTheIIDAlone(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		var request []byte
		w := &wiretest.Wire{NDR64: ndr64, Request: func(op uint32, b []byte) []byte {
			if op != 3 {
				t.Errorf("opnum %d", op)
			}
			request = b
			return b
		}}
		_, p := newFactory(t, w)
		v, err := p.CreateInstance(t.Context(), nil, &com.IID_IUnknown)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := v.(*thing); !ok {
			t.Errorf("got %T", v)
		}
		if want := com.IID_IUnknown.AppendBytes(nil); !bytes.Equal(request, want) {
			t.Errorf("request % x", request)
		}
	}
}

func TestCF_250_CreateInstancePassesFailuresThrough(t *testing.T) {
	_, p := newFactory(t, &wiretest.Wire{})
	for _, iid := range []com.IID{{}, com.IID_IStream} {
		if v, err := p.CreateInstance(t.Context(), nil, &iid); v != nil || !errors.Is(err, com.E_NOINTERFACE) {
			t.Errorf("%v: got %v, %v", iid, v, err)
		}
	}
	if _, err := p.CreateInstance(t.Context(), nil, nil); !errors.Is(err, com.E_POINTER) {
		t.Errorf("nil IID: %v", err)
	}
}

func TestLockServer(t *testing.T) {
	f, p := newFactory(t, &wiretest.Wire{})
	for _, step := range []struct {
		lock bool
		want int
	}{{true, 1}, {true, 2}, {false, 1}, {false, 0}} {
		if err := p.LockServer(t.Context(), step.lock); err != nil {
			t.Fatal(err)
		}
		if f.Locks() != step.want {
			t.Errorf("LockServer(%v): %d locks, want %d", step.lock, f.Locks(), step.want)
		}
	}
	if err := p.LockServer(t.Context(), false); !errors.Is(err, com.E_UNEXPECTED) {
		t.Errorf("unlock too many: %v", err)
	}
}
