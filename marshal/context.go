package marshal

import (
	"context"
	"math/rand/v2"
	"sync/atomic"

	"oxid/com"
	"oxid/dcerpc"
)

// callState is what COM keeps per thread: it travels in the context.
type callState struct {
	apt   *Apartment
	cid   com.CID                   // causality id; zero before the first call of a chain
	frame *frame                    // the activity of a single-threaded apartment that the goroutine is; nil for most
	more  atomic.Pointer[stateMore] // what few contexts have; nil for most
}

type stateKey struct{}

// stateOf returns what ctx carries, or nil.
func stateOf(ctx context.Context) *callState {
	s, _ := ctx.Value(stateKey{}).(*callState)
	return s
}

// WithApartment returns a context whose calls are made from apartment a; ctx
// itself when it belongs to a. Calls that are made with it from a single-threaded
// apartment do not hold that: only its methods do, and what [Apartment.Do] runs.
func WithApartment(ctx context.Context, a *Apartment) context.Context {
	s := stateOf(ctx)
	if s != nil && s.apt == a {
		return ctx
	}
	c := &apartmentContext{Context: ctx}
	c.state.apt = a
	if s != nil && a.kind == com.APTTYPE_NA {
		// Neutral code runs on the caller's thread, within its activity.
		c.state.cid, c.state.frame = s.cid, s.frame
	}
	return c
}

// ApartmentOf returns the apartment that ctx belongs to, or nil when it says
// none: then the implicit MTA of the proxy's runtime is meant.
func ApartmentOf(ctx context.Context) *Apartment {
	if s := stateOf(ctx); s != nil {
		return s.apt
	}
	return nil
}

// CausalityID returns the id of the logical call chain that ctx is part of,
// and whether it is part of one (CF-280).
func CausalityID(ctx context.Context) (com.CID, bool) {
	if s := stateOf(ctx); s != nil {
		return s.known()
	}
	return com.CID{}, false
}

// known returns the causality id of the context, if it has one already.
func (s *callState) known() (com.CID, bool) {
	if !s.cid.IsZero() {
		return s.cid, true
	}
	if m := s.more.Load(); m != nil && m.thread != nil {
		return m.thread.cid, true
	}
	return com.CID{}, false
}

// chain returns the causality id of a call that is made with s, nil for a
// context without state: a top-level call begins a new chain (CF-280).
func (s *callState) chain() com.CID {
	if s != nil {
		if cid, ok := s.known(); ok {
			return cid
		}
	}
	return newCID()
}

// causality is chain for a context.
func causality(ctx context.Context) com.CID { return stateOf(ctx).chain() }

// newCID makes a causality id. Unique is enough: nothing is protected by it.
func newCID() com.CID {
	a, b := rand.Uint64(), rand.Uint64()
	g := com.CID{Data1: uint32(a), Data2: uint16(a >> 32), Data3: uint16(a >> 48)}
	for i := range g.Data4 {
		g.Data4[i] = byte(b >> (8 * i))
	}
	return g
}

func (a *Apartment) context(ctx context.Context) context.Context {
	c := &apartmentContext{Context: ctx}
	c.state.apt = a
	return c
}

// apartmentContext is a context that belongs to an apartment.
type apartmentContext struct {
	context.Context
	state callState
}

func (c *apartmentContext) Value(key any) any {
	if v := c.state.value(key); v != nil {
		return v
	}
	return c.Context.Value(key)
}

// value answers the keys that every context of an apartment answers.
func (s *callState) value(key any) any {
	if _, ok := key.(stateKey); ok {
		return s
	}
	if key == com.TypesKey && s.apt != nil {
		return s.apt.rt.types
	}
	return nil
}

// callContext is the context that a method is called with on the server. It is
// one allocation and never used again, because the method may keep it.
type callContext struct {
	dcerpc.CallContext
	state callState
	callResult
}

// Value answers for the call before the connection does.
func (c *callContext) Value(key any) any {
	switch key.(type) {
	case stateKey:
		return &c.state
	case callKey:
		return c
	}
	if key == com.ResultKey {
		return c
	}
	if v := c.state.value(key); v != nil {
		return v
	}
	return c.CallContext.Value(key)
}

// localContext is the context of a method that another apartment of the
// process called: it ends with the caller's and has none of its values.
type localContext struct {
	context.Context
	state callState
	callResult
}

// Value answers for the call alone, but for the connection that the caller's
// own call came on: that has to be given up by whoever blocks.
func (c *localContext) Value(key any) any {
	switch key.(type) {
	case stateKey:
		return &c.state
	case callKey:
		return c
	}
	switch key {
	case com.ResultKey:
		return c
	case dcerpc.HandOverKey:
		return c.Context.Value(key)
	}
	return c.state.value(key)
}

// MethodFailed implements [com.ErrorSetter]: error information waits for the
// reply to be sent.
func (c *callContext) MethodFailed(err error) { c.state.failed(err) }

// MethodFailed implements [com.ErrorSetter].
func (c *localContext) MethodFailed(err error) { c.state.failed(err) }

// callResult is what a running method says besides its results: a success code
// in the lower bits, and whether it is over.
type callResult struct{ v atomic.Uint32 }

// callEnded is set in callResult once the method has returned; success codes
// do not reach up to it.
const callEnded = 1 << 31

// SetHRESULT implements [com.ResultSetter].
func (r *callResult) SetHRESULT(hr com.HRESULT) {
	if !hr.Succeeded() {
		return
	}
	for {
		old := r.v.Load()
		if r.v.CompareAndSwap(old, old&callEnded|uint32(hr)) {
			return
		}
	}
}

// TakeHRESULT implements [com.ResultGetter].
func (r *callResult) TakeHRESULT() com.HRESULT { return com.HRESULT(r.v.Load() &^ callEnded) }

func (r *callResult) end() { r.v.Or(callEnded) }

func (r *callResult) over() bool { return r.v.Load()&callEnded != 0 }
