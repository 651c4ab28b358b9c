package marshal_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/marshal"
)

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
