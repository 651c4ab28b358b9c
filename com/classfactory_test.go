package com_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"oxid/com"
)

func newCalculator(context.Context) (any, error) { return &calculator{}, nil }

func TestClassFactory_CreateInstance(t *testing.T) {
	ctx := context.Background()
	f := com.NewClassFactory(nil, newCalculator)
	a, err := f.CreateInstance(ctx, nil, &iidCalc)
	if _, ok := a.(iCalc); !ok || err != nil {
		t.Fatalf("%T, %v", a, err)
	}
	if b, err := f.CreateInstance(ctx, nil, &com.IID_IUnknown); err != nil || com.Same(a, b) {
		t.Errorf("%v, %v", b, err)
	}
	if cf, err := com.Query[com.IClassFactory](ctx, f); err != nil || cf != com.IClassFactory(f) {
		t.Errorf("the factory itself: %v, %v", cf, err)
	}
	if _, err := f.CreateInstance(ctx, nil, nil); err != com.E_POINTER {
		t.Errorf("nil IID: %v", err)
	}
}

// IID_NULL, or an IID that the object lacks, is E_NOINTERFACE (CF-250).
func TestCF_250_NoInterface(t *testing.T) {
	f := com.NewClassFactory(nil, newCalculator)
	for _, iid := range []com.IID{{}, iidLog} {
		v, err := f.CreateInstance(context.Background(), nil, &iid)
		if v != nil || !errors.Is(err, com.E_NOINTERFACE) {
			t.Errorf("%v: %v, %v", iid, v, err)
		}
	}
}

// An outer unknown: a plain class refuses, and one that can be aggregated
// gives its inner unknown, and only that.
func TestClassFactory_Aggregation(t *testing.T) {
	ctx := context.Background()
	outer := &car{}
	plain := com.NewClassFactory(nil, newCalculator)
	v, err := plain.CreateInstance(ctx, outer, &com.IID_IUnknown)
	if v != nil || com.HRESULTOf(err) != com.CLASS_E_NOAGGREGATION {
		t.Errorf("plain class: %v, %v", v, err)
	}

	var types com.Types
	f := com.NewAggregatableClassFactory(&types, newEngine, exposeCalc)
	v, err = f.CreateInstance(ctx, outer, &iidCalc)
	if v != nil || com.HRESULTOf(err) != com.CLASS_E_NOAGGREGATION || !strings.Contains(err.Error(), "ICalc") {
		t.Errorf("another interface than IUnknown: %v, %v", v, err)
	}
	v, err = f.CreateInstance(ctx, outer, &com.IID_IUnknown)
	inner, ok := v.(*com.Inner)
	if !ok || err != nil || inner.Outer() != any(outer) {
		t.Fatalf("%T, %v", v, err)
	}
	// The list of the class holds for the inner object: it has ICalc alone.
	calc, err := inner.QueryInterface(ctx, &iidCalc)
	if err != nil || !com.Same(calc, outer) {
		t.Errorf("%v, %v", calc, err)
	}
	_, err = inner.QueryInterface(ctx, &iidScientific)
	wantHRESULT(t, err, com.E_NOINTERFACE)
	// Without an outer it is an object of its own.
	v, err = f.CreateInstance(ctx, nil, &iidCalc)
	if _, ok := v.(*engine); !ok || err != nil || com.Same(v, outer) {
		t.Errorf("%T, %v", v, err)
	}
	if v, err = f.CreateInstance(ctx, (*car)(nil), &com.IID_IUnknown); v != nil || com.HRESULTOf(err) != com.E_POINTER {
		t.Errorf("a typed nil: %v, %v", v, err)
	}
}

func TestClassFactory_Mistakes(t *testing.T) {
	ctx := context.Background()
	var nilCalc *calculator
	for _, c := range []struct {
		name string
		obj  any
		err  error
		want com.HRESULT
	}{
		{"error", nil, com.E_ACCESSDENIED, com.E_ACCESSDENIED},
		{"nil", nil, nil, com.E_POINTER},
		{"typed nil", nilCalc, nil, com.E_POINTER},
		{"no identity", value{}, nil, com.E_INVALIDARG},
		{"not what is exposed", &ticker{}, nil, com.E_INVALIDARG},
	} {
		f := com.NewClassFactory(new(com.Types), func(context.Context) (any, error) { return c.obj, c.err }, exposeCalc)
		v, err := f.CreateInstance(ctx, nil, &iidCalc)
		if v != nil || com.HRESULTOf(err) != c.want {
			t.Errorf("%s: %v, %v", c.name, v, err)
		}
	}
}

// A class may hand out a proxy: its own hand-out belongs to the factory, the
// result's to the caller.
func TestClassFactory_Proxy(t *testing.T) {
	m, p, s := newProxies(t)
	f := com.NewClassFactory(nil, func(context.Context) (any, error) { return p, nil }, exposeLog)
	v, err := f.CreateInstance(context.Background(), nil, &iidScientific)
	if v != any(s) || err != nil || s.Users() != 1 || p.Users() != 0 || m.releases() != 1 {
		t.Errorf("%v, %v: counts %d and %d", v, err, s.Users(), p.Users())
	}
}

func TestClassFactory_LockServer(t *testing.T) {
	ctx := context.Background()
	f := com.NewClassFactory(nil, newCalculator)
	var seen []bool
	var fail error
	f.OnLock(func(_ context.Context, lock bool) error {
		seen = append(seen, lock)
		return fail
	})
	for i, c := range []struct {
		lock  bool
		fail  error
		want  error
		locks int
	}{
		{false, nil, com.E_UNEXPECTED, 0},
		{true, nil, nil, 1},
		{true, com.CO_E_SERVER_STOPPING, com.CO_E_SERVER_STOPPING, 1},
		{true, nil, nil, 2},
		{false, com.E_FAIL, com.E_FAIL, 2},
		{false, nil, nil, 1},
		{false, nil, nil, 0},
		{false, nil, com.E_UNEXPECTED, 0},
	} {
		fail = c.fail
		if err := f.LockServer(ctx, c.lock); err != c.want || f.Locks() != c.locks {
			t.Errorf("step %d: %v, %d locks", i, err, f.Locks())
		}
	}
	if len(seen) != 6 {
		t.Errorf("the server was told %v", seen)
	}

	free := com.NewClassFactory(nil, newCalculator)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if err := free.LockServer(ctx, true); err != nil {
					t.Error(err)
				}
				if err := free.LockServer(ctx, false); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if free.Locks() != 0 {
		t.Errorf("%d locks are left", free.Locks())
	}
}
