package com

import (
	"context"

	"oxid/step"
)

// Release gives back one hand-out of the interface pointer x. After the last
// one every use of it fails with CO_E_RELEASED. Inside a process the release
// is complete when Release returns; over the wire it is sent at once and not
// waited for. A hand-out that was given back before is reported to the proxy
// manager ([OverReleaser]).
//
// On nil and on values that are not proxies Release does nothing: they are
// garbage-collected. The same holds for a decorator, a type of your own that
// holds a proxy: release what is inside.
func Release(x any) {
	if p := proxyOf(x); p != nil {
		release(p, 0)
	}
}

// ReleaseArg is [Release] for the argument of a call that has returned. When
// it was the last hand-out, the error of a later use tells that the method
// should have kept the pointer. For stubs.
func ReleaseArg(x any) {
	if p := proxyOf(x); p != nil {
		release(p, proxyCallEnded)
	}
}

// ReleaseContext is [Release] that waits until the server has been told, or
// until ctx ends. A hand-out that was given back before is CO_E_RELEASED.
func ReleaseContext(ctx context.Context, x any) error {
	p := proxyOf(x)
	if p == nil {
		return nil
	}
	last, ok := p.drop(0)
	switch {
	case !ok:
		overReleased(p)
		e := p.newError(0)
		e.HRESULT, e.Step, e.Method = CO_E_RELEASED, step.Release, "Release"
		e.Hint = "this hand-out of the pointer was given back before: one Release for each result and each Keep"
		return e
	case last && p.mgr != nil:
		return p.mgr.ReleasedContext(ctx, p)
	}
	return nil
}

// Keep counts one more hand-out of the interface pointer x and returns x. A
// method that goes on using an argument keeps it, and so does one that returns
// a proxy that it goes on using. Each Keep needs a [Release]. On values that
// are not proxies it does nothing. Keep cannot bring back a pointer whose last
// hand-out was given back: the next use fails with CO_E_RELEASED.
func Keep[T any](x T) T {
	if p := proxyOf(any(x)); p != nil {
		p.AddUser(false)
	}
	return x
}

// proxyOf returns the proxy that x is, or nil.
func proxyOf(x any) *Proxy {
	if p, ok := x.(Proxied); ok && !nilPointer(x) {
		return p.COMProxy()
	}
	return nil
}

func release(p *Proxy, mark uint32) {
	switch last, ok := p.drop(mark); {
	case !ok:
		overReleased(p)
	case last && p.mgr != nil:
		p.mgr.Released(p)
	}
}

func overReleased(p *Proxy) {
	if r, ok := p.mgr.(OverReleaser); ok {
		r.OverReleased(p)
	}
}
