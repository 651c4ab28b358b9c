package com_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"oxid/com"
)

// painter fits IRed and IBlue alike.
type painter struct{ _ int }

func (*painter) Paint(context.Context) error { return nil }

// ticker fits two packages' types of one IID.
type ticker struct{ _ int }

func (*ticker) Tick(context.Context) error { return nil }

// counter fits com_test's ICounter and not the other package's.
type counter struct{ n int32 }

func (c *counter) Count(_ context.Context, by int32) (int32, error) { c.n += by; return c.n, nil }

// decider decides alone.
type decider struct {
	asked   int
	answer  func(iid *com.IID) (any, error)
	methods calculator
}

func (d *decider) QueryInterface(_ context.Context, iid *com.IID) (any, error) {
	d.asked++
	return d.answer(iid)
}
func (d *decider) Add(ctx context.Context, a, b int32) (int32, error) {
	return d.methods.Add(ctx, a, b)
}

func names(ds []*com.Desc) string {
	var s []string
	for _, d := range ds {
		s = append(s, d.Name)
	}
	return strings.Join(s, " ")
}

// Where a type says nothing, its method set decides.
func TestTypes_MethodSet(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	c := &calculator{}
	for _, iid := range []com.IID{com.IID_IUnknown, iidCalc, iidScientific} {
		if v, err := types.Query(ctx, c, &iid); err != nil || v != any(c) {
			t.Errorf("%v: %v, %v", iid, v, err)
		}
	}
	if v, d, err := types.Resolve(ctx, c, &iidScientific); v != any(c) || d != sciDesc || err != nil {
		t.Errorf("Resolve: %v, %v, %v", v, d, err)
	}
	if got := names(types.Interfaces(c)); got != "ICalc IScientific" {
		t.Errorf("interfaces %s", got)
	}
	for iid, want := range map[com.IID]bool{iidCalc: true, iidLog: false, com.IID_IUnknown: true, iidTag: false} {
		if got := types.Has(ctx, c, &iid); got != want {
			t.Errorf("has %v: %v", iid, got)
		}
	}
	if types.Classes() != 1 {
		t.Errorf("%d types are frozen", types.Classes())
	}
}

// What a method set cannot tell is never taken from it, and the error says what to do.
func TestTypes_NeverByMethodSet(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	marshaler := struct {
		com.IMarshal
		_ int
	}{}
	for _, c := range []struct {
		name string
		obj  any
		iid  com.IID
		text []string
	}{
		{"no methods", &calculator{}, iidTag, []string{"ITag has no methods of its own", "COMInterfaces"}},
		{"INoMarshal", &calculator{}, com.IID_INoMarshal, []string{"INoMarshal has no methods"}},
		{"adds nothing to its base", &marshaler, com.IID_IMarshal2, []string{"IMarshal2 has no methods"}},
		{"two interfaces with the same methods", &painter{}, iidRed, []string{"IRed and IBlue have the same methods"}},
		{"the other of them", &painter{}, iidBlue, []string{"IBlue and IRed have the same methods"}},
		{"two packages for one IID", &ticker{}, com.TwinTickerIID,
			[]string{"oxid/com.TwinTicker", "oxid/com_test.iTicker", "two packages"}},
		{"not compiled in", &calculator{}, iidNobody, []string{"no interface with this IID is compiled in"}},
		{"a method is missing", &calculator{}, iidLog, []string{"has no method Log(context.Context, string) error"}},
		{"a method is different", &counterWithError{}, com.TwinCounterIID,
			[]string{"its method Count has the signature (context.Context) error instead of (context.Context, int64) (int64, error)"}},
	} {
		v, err := types.Query(ctx, c.obj, &c.iid)
		if v != nil || !errors.Is(err, com.E_NOINTERFACE) {
			t.Errorf("%s: %v, %v", c.name, v, err)
			continue
		}
		for _, text := range c.text {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %q is missing in: %v", c.name, text, err)
			}
		}
	}
	if v, err := types.Query(ctx, &marshaler, &com.IID_IMarshal); err != nil || v != any(&marshaler) {
		t.Errorf("IMarshal itself: %v, %v", v, err)
	}
	// Asked for by Go type there is no doubt which one is meant.
	for _, d := range []*com.Desc{tickerDesc, com.TwinTickerDesc} {
		tk := &ticker{}
		if v, err := types.QueryDesc(ctx, tk, d); err != nil || v != any(tk) {
			t.Errorf("%v: %v, %v", d.Type(), v, err)
		}
	}
	if got := names(types.Interfaces(&ticker{})); got != "" {
		t.Errorf("an ambiguous interface is listed: %s", got)
	}
}

type counterWithError struct{ _ int }

func (*counterWithError) Count(context.Context) error { return nil }

// A local object asked for another package's type of an IID that it has: the
// error names both packages.
func TestTypes_OtherPackagesType(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	c := &counter{}
	if v, err := types.Query(ctx, c, &com.TwinCounterIID); err != nil || v != any(c) {
		t.Errorf("by IID: %v, %v", v, err)
	}
	if v, err := types.QueryDesc(ctx, c, counterDesc); err != nil || v != any(c) {
		t.Errorf("by its own Go type: %v, %v", v, err)
	}
	_, err := types.QueryDesc(ctx, c, com.TwinCounterDesc)
	wantHRESULT(t, err, com.E_NOINTERFACE)
	for _, text := range []string{"oxid/com_test.iCounter", "oxid/com.TwinCounter", "two packages"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q is missing in: %v", text, err)
		}
	}
	if _, err := com.Query[com.TwinCounter](ctx, c); !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("Query: %v", err)
	}
}

// A type with a QueryInterface of its own decides alone.
func TestTypes_OwnUnknown(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	d := &decider{}
	other := &calculator{}
	tear := &loggingTearOff{tearOff{d}}
	answers := map[com.IID]any{
		iidScientific:       other,                   // of another identity
		iidLog:              tear,                    // a tear-off
		iidTag:              d,                       // an interface without methods
		iidNobody:           d,                       // an IID that is private to the class
		com.TwinTickerIID:   d,                       // the wrong Go type
		com.TwinCounterIID:  (*counter)(nil),         // nothing, without an error
		com.IID_IMultiQI:    nil,                     // the same
		com.IID_IRpcOptions: errors.New("no way"),    // an error of its own
		com.IID_IMarshal:    com.E_ACCESSDENIED,      // and another
		iidCalc:             error(com.E_NOTIMPL),    // although it has the method
		com.IID_IUnknown:    error(com.E_NOTIMPL),    // which every object has
		com.IID_IMarshal2:   error(com.E_NOTIMPL),    // asked for by Interfaces
		com.IID_IMalloc:     error(com.E_NOTIMPL),    // the same
		iidRed:              &tearOff{&tearOff{nil}}, // not a part of d
	}
	d.answer = func(iid *com.IID) (any, error) {
		switch v := answers[*iid].(type) {
		case error:
			return nil, v
		default:
			if _, ok := answers[*iid]; !ok {
				return nil, com.E_NOINTERFACE
			}
			return v, nil
		}
	}
	for iid, want := range map[com.IID]com.HRESULT{
		iidScientific:       com.E_UNEXPECTED,
		iidLog:              com.S_OK,
		iidTag:              com.S_OK,
		iidNobody:           com.S_OK,
		com.TwinTickerIID:   com.E_NOINTERFACE,
		com.TwinCounterIID:  com.E_NOINTERFACE,
		com.IID_IMultiQI:    com.E_NOINTERFACE,
		com.IID_IRpcOptions: com.E_FAIL,
		com.IID_IMarshal:    com.E_ACCESSDENIED,
		iidCalc:             com.E_NOTIMPL,
		com.IID_IUnknown:    com.S_OK,
		iidRed:              com.E_NOINTERFACE,
	} {
		v, err := types.Query(ctx, d, &iid)
		if com.HRESULTOf(err) != want || (err == nil) != (v != nil) {
			t.Errorf("%v: %v, %v", iid, v, err)
		}
	}
	if v, err := types.Query(ctx, d, &iidLog); v != any(tear) || err != nil {
		t.Errorf("the tear-off: %v, %v", v, err)
	}
	if v, err := types.QueryDesc(ctx, d, logDesc); v != any(tear) || err != nil {
		t.Errorf("the tear-off by type: %v, %v", v, err)
	}
	if u, err := types.QueryDesc(ctx, d, com.IUnknownDesc); u != any(d) || err != nil {
		t.Errorf("IUnknown: %v, %v", u, err)
	}
	if got := names(types.Interfaces(d)); got != "ILog ITag" {
		t.Errorf("interfaces %s", got)
	}
	if err := types.Bind(d, com.NewClassSpec(com.Expose[iCalc])); com.HRESULTOf(err) != com.E_INVALIDARG {
		t.Errorf("Bind: %v", err)
	}
}

// loggingTearOff is a tear-off that answers ILog.
type loggingTearOff struct{ tearOff }

func (*loggingTearOff) Log(context.Context, string) error { return nil }

// The plain query of an object without a QueryInterface of its own is
// possible as a Go interface too.
func TestTypes_AsIUnknown(t *testing.T) {
	ctx := context.Background()
	c := &calculator{}
	u, err := com.Query[com.IUnknown](ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := u.QueryInterface(ctx, &iidCalc); v != any(c) || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	if !com.Same(u, c) {
		t.Error("another identity")
	}
	m, p, s := newProxies(t)
	if u, err = com.Query[com.IUnknown](ctx, p); err != nil {
		t.Fatal(err)
	}
	if v, err := u.QueryInterface(ctx, &iidScientific); v != any(s) || err != nil || s.Users() != 1 {
		t.Errorf("proxy: %v, %v", v, err)
	}
	if com.Release(u); !com.Same(u, m) || p.Users() != 1 {
		t.Error("proxy: IUnknown is counted, or of another identity")
	}
}

// Parts of a proxy, and its manager, lead to the manager.
func TestTypes_Proxies(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	m, p, s := newProxies(t)
	for _, obj := range []any{p, m, &tearOff{p}} {
		v, d, err := types.Resolve(ctx, obj, &iidScientific)
		if v != any(s) || d != sciDesc || err != nil {
			t.Errorf("%T: %v, %v, %v", obj, v, d, err)
		}
		if v, err := types.QueryDesc(ctx, obj, calcDesc); v != any(p) || err != nil {
			t.Errorf("%T: %v, %v", obj, v, err)
		}
		if v, _, err := types.Resolve(ctx, obj, &iidLog); v != nil || com.HRESULTOf(err) != com.E_NOINTERFACE {
			t.Errorf("%T: %v, %v", obj, v, err)
		}
	}
	if s.Users() != 3 || p.Users() != 4 {
		t.Errorf("counts %d and %d", s.Users(), p.Users())
	}
	// Has gives back what it was handed.
	if !types.Has(ctx, p, &iidScientific) || s.Users() != 3 {
		t.Errorf("count %d after Has", s.Users())
	}
	if got := names(types.Interfaces(s)); got != "IScientific ICalc" {
		t.Errorf("interfaces %s", got)
	}
	if types.Interfaces(m) != nil || types.Interfaces(nil) != nil || types.Interfaces((*calcProxy)(nil)) != nil {
		t.Error("what cannot be known is listed")
	}
	if err := types.Bind(p, com.NewClassSpec(com.Expose[iLog])); err != nil || types.Classes() != 0 {
		t.Errorf("Bind: %v, %d types are frozen", err, types.Classes())
	}
}

// The context of a runtime brings its own table.
func TestTypesOf(t *testing.T) {
	var types com.Types
	if err := types.Bind(&calculator{}, com.NewClassSpec(com.Expose[iCalc])); err != nil {
		t.Fatal(err)
	}
	ctx := context.WithValue(context.Background(), com.TypesKey, &types)
	if com.TypesOf(ctx) != &types {
		t.Error("the table is not found")
	}
	if _, err := com.Query[iScientific](ctx, &calculator{}); !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("what is not exposed in this runtime: %v", err)
	}
	if _, err := com.Query[iScientific](context.Background(), &calculator{}); err != nil {
		t.Errorf("outside of it: %v", err)
	}
}

// Bad arguments are errors.
func TestTypes_BadArguments(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	if _, err := types.Query(ctx, &calculator{}, nil); com.HRESULTOf(err) != com.E_POINTER {
		t.Errorf("nil IID: %v", err)
	}
	if _, err := types.QueryDesc(ctx, &calculator{}, nil); com.HRESULTOf(err) != com.E_POINTER {
		t.Errorf("nil Desc: %v", err)
	}
	for _, obj := range []any{nil, &calculator{}, &lister{}} {
		_, err := types.QueryDesc(ctx, obj, &com.Desc{IID: iidNobody, Name: "made up"})
		if com.HRESULTOf(err) != com.E_NOINTERFACE || err.Error() == "" {
			t.Errorf("%T asked for a Desc that is not registered: %v", obj, err)
		}
	}
	types.Query(ctx, &calculator{}, &iidCalc)
	var nilCalc *calculator
	if _, err := types.Query(ctx, nilCalc, &iidCalc); com.HRESULTOf(err) != com.E_POINTER {
		t.Errorf("typed nil of a known type: %v", err)
	}
	if _, err := types.QueryDesc(ctx, nilCalc, calcDesc); com.HRESULTOf(err) != com.E_POINTER {
		t.Errorf("typed nil of a known type: %v", err)
	}
	_, err := com.Query[*calculator](ctx, &calculator{})
	if !errors.Is(err, com.E_NOINTERFACE) || !strings.Contains(err.Error(), "name the interface") {
		t.Errorf("Query of a class: %v", err)
	}
	type nobody interface{ Nobody() }
	_, err = com.Query[nobody](ctx, &calculator{})
	if !errors.Is(err, com.E_NOINTERFACE) || !strings.Contains(err.Error(), "generated code") {
		t.Errorf("Query of an unregistered interface: %v", err)
	}
	if err := types.BindType(nil, com.NewClassSpec()); com.HRESULTOf(err) != com.E_POINTER {
		t.Errorf("BindType(nil): %v", err)
	}
	if err := types.BindType(reflect.TypeFor[*counter](), nil); com.HRESULTOf(err) != com.E_POINTER {
		t.Errorf("BindType without a list: %v", err)
	}
}

// Many goroutines freeze one type once, with one result.
func TestTypes_Concurrent(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c, k := &calculator{}, &counter{}
			for range 100 {
				if v, err := types.Query(ctx, c, &iidScientific); v != any(c) || err != nil {
					t.Errorf("%v, %v", v, err)
				}
				if v, err := types.QueryDesc(ctx, k, counterDesc); v != any(k) || err != nil {
					t.Errorf("%v, %v", v, err)
				}
			}
		})
	}
	wg.Wait()
	if types.Classes() != 2 {
		t.Errorf("%d types are frozen", types.Classes())
	}
}

// A hit allocates nothing.
func TestTypes_HitAllocates(t *testing.T) {
	ctx := context.Background()
	var types com.Types
	var obj any = &calculator{}
	for name, f := range map[string]func(){
		"Query":     func() { types.Query(ctx, obj, &iidScientific) },
		"QueryDesc": func() { types.QueryDesc(ctx, obj, sciDesc) },
		"Unknown":   func() { types.Query(ctx, obj, &com.IID_IUnknown) },
		"generic":   func() { com.Query[iScientific](ctx, obj) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkTypes(b *testing.B) {
	ctx := context.Background()
	var types com.Types
	var obj any = &calculator{}
	_, p, _ := newProxies(b)
	b.Run("Query", func(b *testing.B) {
		for b.Loop() {
			types.Query(ctx, obj, &iidScientific)
		}
	})
	b.Run("QueryDesc", func(b *testing.B) {
		for b.Loop() {
			types.QueryDesc(ctx, obj, sciDesc)
		}
	})
	b.Run("Miss", func(b *testing.B) {
		for b.Loop() {
			types.Query(ctx, obj, &iidLog)
		}
	})
	b.Run("IdentityOf", func(b *testing.B) {
		for b.Loop() {
			com.IdentityOf(obj)
		}
	})
	b.Run("KeepRelease", func(b *testing.B) {
		for b.Loop() {
			com.Release(com.Keep(p))
		}
	})
}
