package marshal

import (
	"context"
	"sync/atomic"

	"oxid/com"
	"oxid/dcerpc"
)

// callState is what COM keeps per thread: it travels in the context.
type callState struct {
	apt *Apartment
	cid com.CID // causality id; zero before the first call of a chain
}

type stateKey struct{}

// stateOf returns what ctx carries, or nil.
func stateOf(ctx context.Context) *callState {
	s, _ := ctx.Value(stateKey{}).(*callState)
	return s
}

// WithApartment returns a context whose calls are made from apartment a.
func WithApartment(ctx context.Context, a *Apartment) context.Context { return a.context(ctx) }

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
	if s := stateOf(ctx); s != nil && !s.cid.IsZero() {
		return s.cid, true
	}
	return com.CID{}, false
}

func (a *Apartment) context(ctx context.Context) context.Context {
	return &apartmentContext{ctx, callState{apt: a}}
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
	hr    atomic.Uint32 // success code set by the method
}

// Value answers for the call before the connection does.
func (c *callContext) Value(key any) any {
	if key == com.ResultKey {
		return c
	}
	if v := c.state.value(key); v != nil {
		return v
	}
	return c.CallContext.Value(key)
}

// SetHRESULT implements [com.ResultSetter].
func (c *callContext) SetHRESULT(hr com.HRESULT) {
	if hr.Succeeded() {
		c.hr.Store(uint32(hr))
	}
}

// TakeHRESULT implements [com.ResultGetter].
func (c *callContext) TakeHRESULT() com.HRESULT { return com.HRESULT(c.hr.Load()) }
