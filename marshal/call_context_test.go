package marshal_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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

func TestCF_276_CancellationCounts(t *testing.T) {
	ctx := t.Context()
	wantHR(t, marshal.CoDisableCallCancellation(ctx), com.CO_E_CANCEL_DISABLED)
	wantHR(t, marshal.CoCancelCall(ctx, 0), com.CO_E_CANCEL_DISABLED)
	_, err := marshal.CoGetCancelObject(ctx)
	wantHR(t, err, com.CO_E_CANCEL_DISABLED)
	on := marshal.CoEnableCallCancellation(ctx)
	if again := marshal.CoEnableCallCancellation(on); again != on {
		t.Error("a second context")
	}
	wantHR(t, marshal.CoCancelCall(on, 0), com.RPC_E_CALL_COMPLETE)
	for range 2 {
		if err := marshal.CoDisableCallCancellation(on); err != nil {
			t.Error(err)
		}
	}
	wantHR(t, marshal.CoDisableCallCancellation(on), com.CO_E_CANCEL_DISABLED)
	wantHR(t, marshal.CoCancelCall(on, 0), com.CO_E_CANCEL_DISABLED)
	// The apartment makes no difference.
	rt := bare(t)
	sta, _, err := rt.CoInitializeEx(on, com.COINIT_APARTMENTTHREADED)
	if err != nil {
		t.Fatal(err)
	}
	wantHR(t, marshal.CoDisableCallCancellation(sta), com.CO_E_CANCEL_DISABLED)
	rt.CoUninitialize(sta)
}

func TestCancelCall(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	started, ended := make(chan struct{}, 1), make(chan error, 1)
	c := send(t, server, client, &actor{add: func(ctx context.Context, _, _ int32) (int32, error) {
		if err := marshal.CoTestCancel(ctx); err != com.RPC_S_CALLPENDING {
			t.Errorf("before: %v", err)
		}
		started <- struct{}{}
		<-ctx.Done()
		ended <- marshal.CoTestCancel(ctx)
		return 0, ctx.Err()
	}})
	defer com.Release(c)
	for _, ctx := range []context.Context{t.Context(), in(t, client.mta), in(t, newSTAOf(t, client, marshal.STAOptions{}))} {
		on := marshal.CoEnableCallCancellation(ctx)
		if marshal.ApartmentOf(ctx) != nil && marshal.ApartmentOf(ctx) != client.mta {
			continue // the proxy belongs to the MTA
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Add(on, 1, 2)
			wantHR(t, err, com.RPC_E_CALL_CANCELED)
		})
		<-started
		obj, err := marshal.CoGetCancelObject(on)
		if err != nil {
			t.Fatal(err)
		}
		wantHR(t, obj.TestCancel(), com.RPC_S_CALLPENDING)
		if err := obj.Cancel(com.RPC_C_CANCEL_INFINITE_TIMEOUT); err != nil {
			t.Error(err)
		}
		wantHR(t, obj.TestCancel(), com.RPC_S_CALLPENDING) // that only waits
		if err := obj.Cancel(time.Millisecond); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if err := <-ended; err != com.RPC_E_CALL_CANCELED {
			t.Errorf("the server was told %v", err)
		}
		wantHR(t, obj.TestCancel(), com.RPC_E_CALL_COMPLETE)
		wantHR(t, obj.Cancel(0), com.RPC_E_CALL_COMPLETE)
	}
	wantHR(t, marshal.CoTestCancel(t.Context()), com.RPC_E_CALL_COMPLETE)
}

func TestAsyncCall(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	release := make(chan struct{})
	c := lend(t, p.mta, a, does(func(context.Context) { <-release }))
	quick := lend(t, a, p.mta, &object{})
	var call marshal.AsyncCall[int32]
	var s com.ISynchronize = &call
	_, err := call.Finish(t.Context())
	wantHR(t, err, com.RPC_E_CALL_COMPLETE)
	wantHR(t, s.Wait(t.Context()), com.RPC_E_CALL_COMPLETE)
	wantHR(t, call.Cancel(), com.RPC_E_CALL_COMPLETE)
	if call.Done() != nil {
		t.Error("a channel without a call")
	}
	err = a.Do(t.Context(), func(ctx context.Context) error {
		chain, _ := marshal.CausalityID(ctx)
		add := func(ctx context.Context) (int32, error) {
			if id, _ := marshal.CausalityID(ctx); id != chain || marshal.ApartmentOf(ctx) != a {
				t.Error("another chain or apartment")
			}
			return c.Add(ctx, 40, 2)
		}
		if err := call.Begin(ctx, add); err != nil {
			return err
		}
		wantHR(t, call.Begin(ctx, add), com.RPC_S_CALLPENDING)
		soon, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		wantHR(t, s.Wait(soon), com.RPC_S_CALLPENDING)
		_, err := call.Finish(soon)
		wantHR(t, err, com.RPC_S_CALLPENDING)
		go func() {
			mustAdd(t, t.Context(), quick) // gets in while the apartment waits
			close(release)
		}()
		if err := s.Wait(ctx); err != nil {
			t.Error(err)
		}
		if n, err := call.Finish(ctx); n != 42 || err != nil {
			t.Errorf("result %d, %v", n, err)
		}
		_, err = call.Finish(ctx)
		wantHR(t, err, com.RPC_E_CALL_COMPLETE) // the result is given once
		return call.Begin(ctx, add)             // and the object is ready for the next call
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := call.Finish(t.Context()); n != 42 || err != nil {
		t.Errorf("result %d, %v", n, err)
	}
	for _, f := range []func() error{s.Signal, s.Reset} {
		if err := f(); err != com.E_NOTIMPL {
			t.Errorf("%v", err)
		}
	}
}

func TestGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := errors.New("mine")
		c := marshal.Go(t.Context(), func(ctx context.Context) (string, error) {
			select {
			case <-ctx.Done():
				return "", ctx.Err()
			case <-time.After(time.Minute):
				return "late", want
			}
		})
		<-c.Done()
		if s, err := c.Finish(t.Context()); s != "late" || err != want {
			t.Errorf("%q, %v", s, err)
		}
		c = marshal.Go(t.Context(), func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() })
		if err := c.Cancel(); err != nil {
			t.Error(err)
		}
		_, err := c.Finish(t.Context())
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}
