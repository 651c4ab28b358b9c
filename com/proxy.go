package com

import (
	"context"
	"sync/atomic"

	"oxid/step"
)

// Proxied is what every generated proxy is: it embeds a [Proxy], whose marker
// method this is. The prefix COM is reserved: no IDL method is mapped to it.
type Proxied interface{ COMProxy() *Proxy }

// Part is implemented by a Go value that is a part of another object: a
// tear-off, or an object that is aggregated. COMIdentity returns the object
// whose identity it shares; nil says that it is an object of its own.
type Part interface{ COMIdentity() any }

// ProxyManager is what an interface proxy knows of its identity. The proxy
// manager in package marshal implements it.
type ProxyManager interface {
	// QueryInterface returns another interface of the same object.
	QueryInterface(ctx context.Context, iid *IID) (any, error)
	// QueryDesc is QueryInterface for one Go type of an interface.
	QueryDesc(ctx context.Context, d *Desc) (any, error)
	// Released is told once that the last hand-out of p was given back.
	Released(p *Proxy)
	// ReleasedContext is Released, waiting until the server has been told.
	ReleasedContext(ctx context.Context, p *Proxy) error
	// Peer names the server, for errors; "" inside one process.
	Peer() string
}

// OverReleaser may be implemented by a [ProxyManager] that wants to report
// hand-outs of p that were given back although there was none, with a Release
// too many. It is called by whoever releases, and must return quickly.
type OverReleaser interface{ OverReleased(p *Proxy) }

// proxy states: the lower 30 bits count hand-outs, the top bit says that the
// proxy is disconnected, the one below that the last hand-out belonged to a
// call that has returned.
const (
	proxyDisconnected = 1 << 31
	proxyCallEnded    = 1 << 30
	proxyCount        = proxyCallEnded - 1
)

// Proxy is embedded in every interface proxy. It counts the hand-outs of its
// interface pointer and leads from the interface to its channel and to its
// identity. The zero Proxy is unconnected and has no hand-outs.
type Proxy struct {
	state atomic.Uint32
	ch    IRpcChannelBuffer // written once, before the proxy is handed out
	mgr   ProxyManager      // the same
	desc  *Desc             // the same
}

// COMProxy implements [Proxied].
func (p *Proxy) COMProxy() *Proxy { return p }

// Init makes p an interface proxy of mgr. The proxy manager calls it once,
// before Connect.
func (p *Proxy) Init(mgr ProxyManager, d *Desc) { p.mgr, p.desc = mgr, d }

// Connect implements [IRpcProxyBuffer].
func (p *Proxy) Connect(ch IRpcChannelBuffer) error {
	if ch == nil {
		return E_POINTER
	}
	p.ch = ch
	return nil
}

// Disconnect implements [IRpcProxyBuffer]. It is safe while calls are running.
func (p *Proxy) Disconnect() { p.state.Or(proxyDisconnected) }

// Desc returns the interface that p is a proxy of.
func (p *Proxy) Desc() *Desc { return p.desc }

// Manager returns the proxy manager, the identity of p; nil for a proxy that
// was never made part of one.
func (p *Proxy) Manager() ProxyManager { return p.mgr }

// Channel returns the channel of p.
func (p *Proxy) Channel() IRpcChannelBuffer { return p.ch }

// AddUser counts one more hand-out. first says that the pointer is being made
// and no hand-out need exist; otherwise AddUser fails once the count has
// reached zero. It also fails at 2^30-1 hand-outs.
func (p *Proxy) AddUser(first bool) bool {
	for {
		v := p.state.Load()
		if n := v & proxyCount; n == 0 && !first || n == proxyCount {
			return false
		}
		if p.state.CompareAndSwap(v, v+1) {
			return true
		}
	}
}

// DropUser gives one hand-out back. last says that it was the last one, ok
// that there was one.
func (p *Proxy) DropUser() (last, ok bool) { return p.drop(0) }

// drop is DropUser; mark is set in the state together with the count's
// becoming zero, so that an error can say who gave back the last hand-out.
func (p *Proxy) drop(mark uint32) (last, ok bool) {
	for {
		v := p.state.Load()
		n := v & proxyCount
		if n == 0 {
			return false, false
		}
		next := v - 1
		if n == 1 {
			next |= mark
		}
		if p.state.CompareAndSwap(v, next) {
			return n == 1, true
		}
	}
}

// Users returns the number of hand-outs, for inspection.
func (p *Proxy) Users() int { return int(p.state.Load() & proxyCount) }

// Begin starts a call of method op: it checks that the proxy may be used and
// asks the channel for a message with size bytes of room. Generated code only.
func (p *Proxy) Begin(ctx context.Context, op uint32, size int) (IRpcChannelBuffer, *RPCOLEMESSAGE, error) {
	if v := p.state.Load(); v&proxyCount == 0 || v&proxyDisconnected != 0 || p.ch == nil {
		return nil, nil, p.unusable(op, v)
	}
	m, err := p.ch.GetBuffer(ctx, op, size)
	return p.ch, m, err
}

// unusable says why a call cannot begin.
func (p *Proxy) unusable(op uint32, v uint32) error {
	e := p.newError(op)
	e.Step = step.Self
	if v&proxyCount == 0 && (p.ch != nil || p.mgr != nil) { // it was handed out once
		e.HRESULT = CO_E_RELEASED
		e.Hint = "the last hand-out of this pointer was released; a method that goes on using " +
			"a pointer that it returns or passes on says oxid.Keep first"
		if v&proxyCallEnded != 0 {
			e.Hint = "this pointer was an argument of a call that has returned; a method that " +
				"keeps an argument says oxid.Keep, and oxid.Release when it is done"
		}
		return e
	}
	e.HRESULT = CO_E_OBJNOTCONNECTED
	return e
}

func (p *Proxy) newError(op uint32) *Error {
	e := &Error{Step: step.Call}
	if p.desc != nil {
		e.Interface, e.Method = p.desc.Name, p.desc.MethodName(op)
	}
	if p.mgr != nil {
		e.Peer = p.mgr.Peer()
	}
	return e
}

// Result turns the HRESULT that a method returned into the error of the Go
// method: nil for success codes. It serves [CaptureHRESULT]. Generated code only.
func (p *Proxy) Result(ctx context.Context, op uint32, hr HRESULT) error {
	captureHRESULT(ctx, hr)
	if hr.Succeeded() {
		return nil
	}
	e := p.newError(op)
	e.HRESULT = hr
	return e
}

// Fail wraps an error that came up while arguments or results were marshaled.
// Generated code only.
func (p *Proxy) Fail(op uint32, err error) error {
	e, ok := err.(*Error)
	if ok && e.Interface != "" {
		return e
	}
	if ok && e.Info != nil { // the method's own failure
		n := p.newError(op)
		n.HRESULT, n.Info = e.HRESULT, e.Info
		return n
	}
	n := p.newError(op)
	n.HRESULT, n.Err = HRESULTOf(err), err
	return n
}
