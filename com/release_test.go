package com_test

import (
	"context"
	"errors"
	"testing"

	"oxid/com"
	"oxid/step"
)

// Every hand-out is given back once; the manager is told once, with the last.
func TestRelease_LastOne(t *testing.T) {
	m, c, _ := newProxies(t)
	if com.Keep(c) != c || com.Keep[iCalc](c) != iCalc(c) {
		t.Error("Keep returns another value")
	}
	for i, want := range []int{0, 0, 1} {
		com.Release(c)
		if m.releases() != want {
			t.Errorf("after Release %d the manager was told %d times", i+1, m.releases())
		}
	}
	if m.over != 0 {
		t.Error("a Release too many was reported")
	}
}

// A Release too many is reported, and changes nothing.
func TestRelease_TooMany(t *testing.T) {
	m, c, _ := newProxies(t)
	com.Release(c)
	com.Release(c)
	if m.over != 1 || m.releases() != 1 {
		t.Errorf("reported %d times, released %d times", m.over, m.releases())
	}
	err := com.ReleaseContext(context.Background(), c)
	wantHRESULT(t, err, com.CO_E_RELEASED)
	var e *com.Error
	if !errors.As(err, &e) || e.Method != "Release" || e.Step != step.Release || e.Hint == "" {
		t.Errorf("%+v", e)
	}
	if m.over != 2 || m.releases() != 1 {
		t.Errorf("reported %d times, released %d times", m.over, m.releases())
	}
	if com.Keep(c); c.Users() != 0 {
		t.Error("Keep brought a released pointer back")
	}
}

// ReleaseContext hands its context on and returns what came of waiting.
func TestReleaseContext(t *testing.T) {
	m, c, _ := newProxies(t)
	com.Keep(c)
	if err := com.ReleaseContext(context.Background(), c); err != nil || m.ctx != nil {
		t.Errorf("not the last one: %v", err)
	}
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, 1)
	m.err = context.DeadlineExceeded
	if err := com.ReleaseContext(ctx, c); err != context.DeadlineExceeded || m.ctx != ctx {
		t.Errorf("the last one: %v", err)
	}
}

// On what is no proxy all of it does nothing.
func TestRelease_PlainValues(t *testing.T) {
	type decorator struct{ iCalc }
	_, c, _ := newProxies(t)
	var nilProxy *calcProxy
	for _, v := range []any{nil, &calculator{}, calculator{}, 7, "x", nilProxy, decorator{c}, &decorator{c}} {
		com.Release(v)
		com.ReleaseArg(v)
		if err := com.ReleaseContext(context.Background(), v); err != nil {
			t.Errorf("%T: %v", v, err)
		}
		if com.Keep(v) != v {
			t.Errorf("%T: Keep returns another value", v)
		}
	}
	if c.Users() != 1 {
		t.Errorf("the decorated proxy has the count %d", c.Users())
	}
}

// A proxy without a manager is its own controlling unknown: hand-outs are on
// one count, and QueryInterface answers with itself (CF-173).
func TestCF_173_ProxyWithoutOuter(t *testing.T) {
	ctx := context.Background()
	p := new(sciProxy)
	p.Init(nil, sciDesc)
	if err := p.Connect(new(fakeChannel)); err != nil {
		t.Fatal(err)
	}
	p.AddUser(true)
	for i, iid := range []com.IID{com.IID_IUnknown, iidScientific, iidCalc} {
		v, err := com.QueryInterface(ctx, p, &iid)
		if err != nil || v != any(p) || p.Users() != i+2 {
			t.Fatalf("%v: %v, %v, count %d", iid, v, err, p.Users())
		}
	}
	if id, err := com.IdentityOf(p); err != nil || id != any(p) {
		t.Errorf("identity %v, %v", id, err)
	}
	_, err := com.QueryInterface(ctx, p, &iidLog)
	wantHRESULT(t, err, com.E_NOINTERFACE)
	if c, err := com.Query[iCalc](ctx, p); err != nil || c != iCalc(p) {
		t.Errorf("Query: %v, %v", c, err)
	}
	for range 5 {
		com.Release(p)
	}
	if p.Users() != 0 {
		t.Errorf("count %d", p.Users())
	}
	_, err = com.QueryInterface(ctx, p, &iidCalc)
	wantHRESULT(t, err, com.CO_E_RELEASED)
}

// QueryInterface on an interface of a proxy goes to its identity (CF-174), and
// what comes back is counted.
func TestCF_174_QueryDelegates(t *testing.T) {
	ctx := context.Background()
	m, c, s := newProxies(t)
	v, err := com.QueryInterface(ctx, c, &iidScientific)
	if err != nil || v != any(s) || s.Users() != 1 || c.Users() != 1 {
		t.Fatalf("%v, %v: counts %d and %d", v, err, s.Users(), c.Users())
	}
	sci, err := com.Query[iScientific](ctx, c)
	if err != nil || sci != iScientific(s) || s.Users() != 2 {
		t.Fatalf("%v, %v: count %d", sci, err, s.Users())
	}
	if !com.Same(c, s) || !com.Same(c, m) {
		t.Error("the interfaces of one manager are not the same")
	}
	_, err = com.Query[iLog](ctx, c)
	wantHRESULT(t, err, com.E_NOINTERFACE)
	com.Release(c)
	_, err = com.QueryInterface(ctx, c, &iidScientific)
	wantHRESULT(t, err, com.CO_E_RELEASED)
	if m.releases() != 1 {
		t.Errorf("released %d times", m.releases())
	}
}
