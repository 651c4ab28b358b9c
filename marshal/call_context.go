package marshal

import (
	"context"
	"time"

	"oxid/com"
	"oxid/dcerpc"
)

// callKey is the key under which the context of a running method answers for
// its call.
type callKey struct{}

// runningCall is what the two kinds of call context have in common.
type runningCall interface {
	context.Context
	over() bool
	auth() dcerpc.AuthInfo
}

func (c *callContext) auth() dcerpc.AuthInfo {
	if call := dcerpc.CallFromContext(c); call != nil {
		return call.Auth()
	}
	return dcerpc.AuthInfo{Level: com.RPC_C_AUTHN_LEVEL_NONE}
}

// auth implements runningCall: inside a process nobody is authenticated.
func (c *localContext) auth() dcerpc.AuthInfo {
	return dcerpc.AuthInfo{Level: com.RPC_C_AUTHN_LEVEL_NONE}
}

// CoGetCallContext returns interface iid of the context of the call that ctx
// belongs to: [com.IServerSecurity] or [com.ICancelMethodCalls]. Outside of a
// call, and once it has returned, it fails with RPC_E_CALL_COMPLETE (CF-271). A
// context that [CoSwitchCallContext] installed answers instead.
func CoGetCallContext(ctx context.Context, iid *com.IID) (any, error) {
	if iid == nil {
		return nil, com.E_INVALIDARG
	}
	if obj := switchedContext(ctx); obj != nil {
		return com.QueryInterface(ctx, obj, iid)
	}
	c, _ := ctx.Value(callKey{}).(runningCall)
	if c == nil || c.over() {
		return nil, com.RPC_E_CALL_COMPLETE
	}
	switch *iid {
	case com.IID_IUnknown, com.IID_IServerSecurity, com.IID_ICancelMethodCalls:
		return &serverContext{c}, nil
	}
	return nil, com.E_NOINTERFACE
}

// CoSwitchCallContext returns a context in which obj is the call's context, and
// what was before: the object that an earlier switch installed, or the running
// call's own context, nil outside of a call (CF-272). A nil obj gives the call
// its own context back. obj is held as long as the context is in use.
func CoSwitchCallContext(ctx context.Context, obj any) (context.Context, any) {
	old := switchedContext(ctx)
	if old == nil {
		if c, _ := ctx.Value(callKey{}).(runningCall); c != nil && !c.over() {
			old = &serverContext{c}
		}
	}
	if own, ok := obj.(*serverContext); ok && ctx.Value(callKey{}) == own.call {
		obj = nil
	}
	return derive(ctx, func(m *stateMore) { m.context = obj }), old
}

// switchedContext returns what CoSwitchCallContext installed, or nil.
func switchedContext(ctx context.Context) any {
	if st := stateOf(ctx); st != nil {
		if m := st.more.Load(); m != nil {
			return m.context
		}
	}
	return nil
}

// serverContext is the context of a running call as an object.
type serverContext struct{ call runningCall }

// QueryBlanket implements [com.IServerSecurity]: how the caller authenticated
// itself. AuthInfo is its name as a string, nil when it has none.
func (s *serverContext) QueryBlanket(context.Context) (com.Blanket, error) {
	if s.call.over() {
		return com.Blanket{}, com.RPC_E_CALL_COMPLETE
	}
	a := s.call.auth()
	b := com.Blanket{AuthnSvc: uint32(a.Service), AuthnLevel: a.Level, ImpLevel: com.RPC_C_IMP_LEVEL_ANONYMOUS}
	if a.Client != "" {
		b.AuthInfo, b.ImpLevel = a.Client, com.RPC_C_IMP_LEVEL_IDENTIFY
	}
	return b, nil
}

// ImpersonateClient implements [com.IServerSecurity]. Goroutines have no
// identity of their own, so nobody is ever impersonated: RPC_E_NO_CONTEXT for an
// unauthenticated caller, CO_E_NOT_SUPPORTED for any other.
func (s *serverContext) ImpersonateClient(ctx context.Context) (context.Context, error) {
	if s.call.over() {
		return ctx, com.RPC_E_CALL_COMPLETE
	}
	if s.call.auth().Level <= com.RPC_C_AUTHN_LEVEL_NONE {
		return ctx, com.RPC_E_NO_CONTEXT
	}
	return ctx, com.CO_E_NOT_SUPPORTED
}

// RevertToSelf implements [com.IServerSecurity].
func (s *serverContext) RevertToSelf(ctx context.Context) (context.Context, error) { return ctx, nil }

// IsImpersonating implements [com.IServerSecurity].
func (s *serverContext) IsImpersonating(context.Context) bool { return false }

// TestCancel implements [com.ICancelMethodCalls] for the server.
func (s *serverContext) TestCancel() error {
	switch {
	case s.call.over():
		return com.RPC_E_CALL_COMPLETE
	case s.call.Err() != nil:
		return com.RPC_E_CALL_CANCELED
	}
	return com.RPC_S_CALLPENDING
}

// Cancel implements [com.ICancelMethodCalls]; only the client cancels.
func (s *serverContext) Cancel(time.Duration) error { return com.E_NOTIMPL }

// CoTestCancel tells a method whether its caller has cancelled the call:
// RPC_S_CALLPENDING when it has not, RPC_E_CALL_CANCELED when it has,
// RPC_E_CALL_COMPLETE outside of a call. The context says the same: it is
// cancelled together with the call.
func CoTestCancel(ctx context.Context) error {
	c, _ := ctx.Value(callKey{}).(runningCall)
	if c == nil {
		return com.RPC_E_CALL_COMPLETE
	}
	return (&serverContext{c}).TestCancel()
}
