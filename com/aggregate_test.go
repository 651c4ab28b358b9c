package com_test

import (
	"context"
	"strings"
	"testing"

	"oxid/com"
)

// engine is a class that can be aggregated.
type engine struct {
	com.Aggregatable
	calculator
}

func newEngine(_ context.Context, outer any) (any, error) {
	e := new(engine)
	e.SetOuter(outer)
	return e, nil
}

// car presents the ICalc of an engine as its own.
type car struct {
	inner *com.Inner
	list  []com.Entry
}

func (c *car) COMInterfaces() []com.Entry            { return c.list }
func (c *car) Log(_ context.Context, _ string) error { return nil }

func newCar(t *testing.T, ctx context.Context) *car {
	t.Helper()
	c := new(car)
	inner, err := com.Aggregate(ctx, c, newEngine)
	if err != nil {
		t.Fatal(err)
	}
	c.inner = inner
	c.list = append(inner.Entries(ctx, calcDesc, logDesc), com.EntryOf[iLog](c)) // the engine has no ILog
	return c
}

func TestAggregate(t *testing.T) {
	ctx := context.Background()
	c := newCar(t, ctx)
	calc, err := com.Query[iCalc](ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := calc.Add(ctx, 1, 2); n != 3 {
		t.Errorf("Add is %d", n)
	}
	if _, isInner := calc.(*engine); !isInner || !com.Same(calc, c) {
		t.Errorf("ICalc is %T; the same object: %v", calc, com.Same(calc, c))
	}
	// From an interface of the inner one gets what the outer has, and nothing else.
	if l, err := com.Query[iLog](ctx, calc); err != nil || l != iLog(c) {
		t.Errorf("ILog from ICalc: %v, %v", l, err)
	}
	_, err = com.Query[iScientific](ctx, calc)
	wantHRESULT(t, err, com.E_NOINTERFACE)
	if u, err := com.QueryInterface(ctx, calc, &com.IID_IUnknown); u != any(c) || err != nil {
		t.Errorf("IUnknown from ICalc: %v, %v", u, err)
	}
	// The inner unknown does not delegate.
	if u, err := c.inner.QueryInterface(ctx, &com.IID_IUnknown); u != any(c.inner) || err != nil {
		t.Errorf("IUnknown from the inner unknown: %v, %v", u, err)
	}
	if v, err := c.inner.QueryInterface(ctx, &iidScientific); err != nil || !com.Same(v, c) {
		t.Errorf("IScientific from the inner unknown: %v, %v", v, err)
	}
	_, err = c.inner.QueryInterface(ctx, &iidLog)
	wantHRESULT(t, err, com.E_NOINTERFACE)
	if _, err := c.inner.QueryInterface(ctx, nil); err != com.E_POINTER {
		t.Errorf("nil IID: %v", err)
	}
	if c.inner.Outer() != any(c) || com.Same(c.inner, c) {
		t.Error("the inner unknown is the outer")
	}
}

// An aggregatable object that is not aggregated is an object like any other.
func TestAggregatable_Alone(t *testing.T) {
	ctx := context.Background()
	e := new(engine)
	e.SetOuter(nil)
	if id, err := com.IdentityOf(e); id != any(e) || err != nil {
		t.Errorf("%v, %v", id, err)
	}
	if s, err := com.Query[iScientific](ctx, e); err != nil || s != iScientific(e) {
		t.Errorf("%v, %v", s, err)
	}
}

func TestAggregate_Refusals(t *testing.T) {
	ctx := context.Background()
	_, p, _ := newProxies(t)
	deaf := func(context.Context, any) (any, error) { return &calculator{}, nil }
	for _, c := range []struct {
		name   string
		outer  any
		create func(context.Context, any) (any, error)
		want   com.HRESULT
		text   string
	}{
		{"no outer", nil, newEngine, com.E_POINTER, ""},
		{"an outer without an identity", value{}, newEngine, com.E_INVALIDARG, "NewObject"},
		{"an outer in another apartment", p, newEngine, com.CLASS_E_NOAGGREGATION, "is a proxy"},
		{"a class that cannot be aggregated", &car{}, deaf, com.CLASS_E_NOAGGREGATION, "embed com.Aggregatable"},
		{"a class that forgets the outer", &car{},
			func(ctx context.Context, _ any) (any, error) { return newEngine(ctx, nil) }, com.CLASS_E_NOAGGREGATION, "SetOuter"},
		{"a class that returns the outer", &car{},
			func(_ context.Context, outer any) (any, error) { return outer, nil }, com.CLASS_E_NOAGGREGATION, ""},
		{"a class that returns nil", &car{},
			func(context.Context, any) (any, error) { return nil, nil }, com.E_POINTER, ""},
		{"a class that fails", &car{},
			func(context.Context, any) (any, error) { return nil, com.E_ABORT }, com.E_ABORT, ""},
	} {
		inner, err := com.Aggregate(ctx, c.outer, c.create)
		if inner != nil || com.HRESULTOf(err) != c.want || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, %v", c.name, inner, err)
		}
	}
}
