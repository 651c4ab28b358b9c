package marshal_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/marshal"
)

func TestCF_271_GetCallContext(t *testing.T) {
	_, err := marshal.CoGetCallContext(t.Context(), &com.IID_IServerSecurity)
	wantHR(t, err, com.RPC_E_CALL_COMPLETE)
	_, err = marshal.CoGetCallContext(t.Context(), nil)
	wantHR(t, err, com.E_INVALIDARG)

	var kept context.Context
	var security com.IServerSecurity
	obj := &actor{add: func(ctx context.Context, a, b int32) (int32, error) {
		kept = ctx
		v, err := marshal.CoGetCallContext(ctx, &com.IID_IServerSecurity)
		if err != nil {
			return 0, err
		}
		security = v.(com.IServerSecurity)
		if b, err := security.QueryBlanket(ctx); err != nil || b.AuthnLevel != com.RPC_C_AUTHN_LEVEL_NONE || b.AuthnSvc != com.RPC_C_AUTHN_NONE {
			t.Errorf("blanket %+v, %v", b, err)
		}
		if _, err := security.ImpersonateClient(ctx); err != com.RPC_E_NO_CONTEXT {
			t.Errorf("ImpersonateClient: %v", err)
		}
		if _, err := security.RevertToSelf(ctx); err != nil || security.IsImpersonating(ctx) {
			t.Errorf("RevertToSelf: %v", err)
		}
		if _, err := marshal.CoGetCallContext(ctx, &com.IID_IMalloc); err != com.E_NOINTERFACE {
			t.Errorf("another interface: %v", err)
		}
		// A context that is derived from the method's belongs to the call as well.
		derived, cancel := context.WithCancel(marshal.WithApartment(ctx, marshal.ApartmentOf(ctx)))
		defer cancel()
		if _, err := marshal.CoGetCallContext(derived, &com.IID_IServerSecurity); err != nil {
			t.Errorf("derived: %v", err)
		}
		return a + b, nil
	}}
	over := func(t *testing.T) {
		t.Helper()
		_, err := marshal.CoGetCallContext(kept, &com.IID_IServerSecurity)
		wantHR(t, err, com.RPC_E_CALL_COMPLETE)
		_, err = security.QueryBlanket(kept)
		wantHR(t, err, com.RPC_E_CALL_COMPLETE)
		_, err = security.ImpersonateClient(kept)
		wantHR(t, err, com.RPC_E_CALL_COMPLETE)
	}
	t.Run("one process", func(t *testing.T) {
		p := newProcess(t)
		for _, home := range []*marshal.Apartment{p.sta(marshal.STAOptions{}), p.mta} {
			user := p.sta(marshal.STAOptions{})
			mustAdd(t, in(t, user), lend(t, home, user, obj))
			over(t)
		}
	})
	t.Run("two machines", func(t *testing.T) {
		server, client := newMachine(t), newMachine(t)
		c := send(t, server, client, obj)
		defer com.Release(c)
		mustAdd(t, t.Context(), c)
		over(t)
	})
}

func TestCF_272_SwitchCallContext(t *testing.T) {
	mine, other := &watched{}, &watched{}
	ctx, old := marshal.CoSwitchCallContext(t.Context(), mine)
	if old != nil {
		t.Errorf("previous %v outside of a call", old)
	}
	if v, err := marshal.CoGetCallContext(ctx, &com.IID_IExternalConnection); err != nil || v != any(mine) {
		t.Errorf("installed: %v, %v", v, err)
	}
	inner, old := marshal.CoSwitchCallContext(ctx, other)
	if old != any(mine) {
		t.Errorf("previous %v", old)
	}
	back, old := marshal.CoSwitchCallContext(inner, nil)
	if old != any(other) {
		t.Errorf("previous %v", old)
	}
	_, err := marshal.CoGetCallContext(back, &com.IID_IExternalConnection)
	wantHR(t, err, com.RPC_E_CALL_COMPLETE)

	p := newProcess(t)
	c := lend(t, p.mta, p.sta(marshal.STAOptions{}), does(func(ctx context.Context) {
		in, old := marshal.CoSwitchCallContext(ctx, mine)
		if _, ok := old.(com.IServerSecurity); !ok {
			t.Errorf("previous %T inside a call", old)
		}
		if v, _ := marshal.CoGetCallContext(in, &com.IID_IExternalConnection); v != any(mine) {
			t.Errorf("installed %v", v)
		}
		out, _ := marshal.CoSwitchCallContext(in, old)
		if _, err := marshal.CoGetCallContext(out, &com.IID_IServerSecurity); err != nil {
			t.Errorf("put back: %v", err)
		}
	}))
	mustAdd(t, in(t, p.rt.MainSTA()), c)
}
