package com_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"oxid/com"
)

type (
	empty     struct{}
	value     struct{ n int32 }
	function  func(int32) int32
	tearOff   struct{ owner any }
	firstPart struct {
		first calculator
		_     int
	}
)

func (*empty) Add(_ context.Context, a, b int32) (int32, error)     { return a + b, nil }
func (v value) Add(_ context.Context, a, b int32) (int32, error)    { return a + b + v.n, nil }
func (f function) Add(_ context.Context, a, b int32) (int32, error) { return f(a) + f(b), nil }
func (t *tearOff) COMIdentity() any                                 { return t.owner }

func TestIdentityOf(t *testing.T) {
	c := &calculator{}
	m, p, s := newProxies(t)
	f := &firstPart{}
	loop := &tearOff{}
	loop.owner = loop
	for _, x := range []struct {
		name     string
		obj, id  any
		identity string
	}{
		{"pointer", c, c, ""},
		{"pointer to an object's first field", &f.first, &f.first, ""},
		{"tear-off", &tearOff{c}, c, ""},
		{"tear-off of a tear-off", &tearOff{&tearOff{c}}, c, ""},
		{"part without an owner", &tearOff{}, nil, "itself"},
		{"part of itself", loop, loop, ""},
		{"proxy", p, m, ""},
		{"another interface of the proxy", s, m, ""},
		{"part of a proxy", &tearOff{p}, m, ""},
		{"the manager", m, m, ""},
	} {
		if x.identity == "itself" {
			x.id = x.obj
		}
		if id, err := com.IdentityOf(x.obj); err != nil || id != x.id {
			t.Errorf("%s: %v, %v", x.name, id, err)
		}
	}
	// Address alone is no identity: the Go type belongs to it.
	if com.Same(f, &f.first) {
		t.Error("an object and its first field are the same")
	}
}

// What has no identity is an error that names the cure.
func TestIdentityOf_Cure(t *testing.T) {
	var nilCalc *calculator
	var nilProxy *calcProxy
	ring := &tearOff{}
	ring.owner = &tearOff{ring}
	for _, x := range []struct {
		name string
		obj  any
		want com.HRESULT
		text string
	}{
		{"nil", nil, com.E_POINTER, "nil is no object"},
		{"typed nil", nilCalc, com.E_POINTER, "a nil *com_test.calculator is no object"},
		{"nil proxy", nilProxy, com.E_POINTER, "*com_test.calcProxy"},
		{"part of a nil", &tearOff{nilCalc}, com.E_POINTER, "*com_test.calculator"},
		{"struct", value{}, com.E_INVALIDARG, "com.NewObject(v)"},
		{"func", function(nil), com.E_INVALIDARG, "com.NewObject(v)"},
		{"size zero", &empty{}, com.E_INVALIDARG, "give the type a field"},
		{"ring of parts", ring, com.E_UNEXPECTED, "without end"},
	} {
		id, err := com.IdentityOf(x.obj)
		if id != nil || com.HRESULTOf(err) != x.want || !strings.Contains(err.Error(), x.text) {
			t.Errorf("%s: %v, %v", x.name, id, err)
		}
		if com.Same(x.obj, x.obj) {
			t.Errorf("%s: the same as itself", x.name)
		}
		if _, err := com.QueryInterface(context.Background(), x.obj, &iidCalc); com.HRESULTOf(err) != x.want {
			t.Errorf("%s: QueryInterface says %v", x.name, err)
		}
	}
}

func TestNewObject(t *testing.T) {
	ctx := context.Background()
	double := function(func(n int32) int32 { return 2 * n })
	for _, x := range []struct {
		name string
		v    any
		want int32
	}{
		{"struct", value{10}, 13},
		{"func", double, 6},
		{"size zero", &empty{}, 3},
	} {
		a, b := com.NewObject(x.v), com.NewObject(x.v)
		if com.Same(a, b) || !com.Same(a, a) {
			t.Errorf("%s: two objects are the same, or one is not", x.name)
		}
		id, err := com.QueryInterface(ctx, a, &com.IID_IUnknown)
		if err != nil || id != a {
			t.Errorf("%s: IUnknown %v, %v", x.name, id, err)
		}
		c, err := com.Query[iCalc](ctx, a)
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if n, _ := c.Add(ctx, 1, 2); n != x.want {
			t.Errorf("%s: Add is %d, want %d", x.name, n, x.want)
		}
		v, err := com.QueryInterface(ctx, a, &iidCalc)
		if _, ok := v.(iCalc); err != nil || !ok {
			t.Errorf("%s: %T, %v", x.name, v, err)
		}
		if _, err := com.QueryInterface(ctx, a, &iidLog); !errors.Is(err, com.E_NOINTERFACE) {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	// What has an identity keeps it.
	var nilCalc *calculator
	_, p, _ := newProxies(t)
	for _, v := range []any{nil, nilCalc, &calculator{}, p, &tearOff{p}} {
		if got := com.NewObject(v); got != v {
			t.Errorf("%T became %T", v, got)
		}
	}
}

// QueryInterface for IUnknown on any interface of an object gives one value:
// the identity test (CF-137).
func TestCF_137_OneUnknown(t *testing.T) {
	ctx := context.Background()
	c := &calculator{}
	tear := &tearOff{c}
	sci, err := com.Query[iScientific](ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, itf := range []any{c, sci, tear} {
		u, err := com.QueryInterface(ctx, itf, &com.IID_IUnknown)
		if err != nil || u != any(c) {
			t.Errorf("%T: %v, %v", itf, u, err)
		}
		if u, err := com.Query[com.Unknown](ctx, itf); err != nil || u != com.Unknown(c) {
			t.Errorf("%T: %v, %v", itf, u, err)
		}
	}
	if com.Same(c, &calculator{}) {
		t.Error("two objects are the same")
	}
}
