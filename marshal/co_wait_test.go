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

// A wait for an event serves calls, and the event alone ends it.
func TestCF_278_304_WaitServesCalls(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		started := make(chan struct{})
		done := make(chan struct{})
		outer := lend(t, a, p.mta, does(func(ctx context.Context) {
			close(started)
			if i, err := marshal.CoWaitForMultipleHandles(ctx, com.COWAIT_DEFAULT, make(chan struct{}), done); i != 1 || err != nil {
				t.Errorf("wait: %d, %v", i, err)
			}
		}))
		inner := lend(t, a, p.mta, &object{})
		var wg sync.WaitGroup
		wg.Go(func() { mustAdd(t, t.Context(), outer) })
		<-started
		for range 3 {
			mustAdd(t, t.Context(), inner)
		}
		close(done)
		wg.Wait()
	})
}

func TestCF_277_WaitArguments(t *testing.T) {
	closed := make(chan struct{})
	close(closed)
	never := make(chan struct{})
	soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	cancelled, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		name    string
		ctx     context.Context
		flags   com.COWAIT_FLAGS
		handles []<-chan struct{}
		index   int
		want    com.HRESULT
	}{
		{"no handles", t.Context(), 0, nil, 0, com.RPC_E_NO_SYNC},
		{"a nil handle", t.Context(), 0, []<-chan struct{}{closed, nil}, 0, com.E_INVALIDARG},
		{"timeout", soon, 0, []<-chan struct{}{never}, 0, com.RPC_S_CALLPENDING},
		{"timeout of several", soon, 0, []<-chan struct{}{never, never}, 0, com.RPC_S_CALLPENDING},
		{"cancelled", cancelled, 0, []<-chan struct{}{never}, 0, com.RPC_E_CALL_CANCELED},
		{"signalled although cancelled", cancelled, 0, []<-chan struct{}{never, closed}, 1, com.S_OK},
		{"the second", t.Context(), 0, []<-chan struct{}{never, closed}, 1, com.S_OK},
		{"all", t.Context(), com.COWAIT_WAITALL, []<-chan struct{}{closed, closed}, 0, com.S_OK},
		{"not all", soon, com.COWAIT_WAITALL, []<-chan struct{}{closed, never}, 0, com.RPC_S_CALLPENDING},
	} {
		i, err := marshal.CoWaitForMultipleHandles(c.ctx, c.flags, c.handles...)
		if i != c.index || com.HRESULTOf(err) != c.want {
			t.Errorf("%s: %d, %v", c.name, i, err)
		}
	}
}

func TestCF_281_ManualResetEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProcess(t)
		v, err := p.mta.CoCreateInstance(t.Context(), com.CLSID_ManualResetEvent, nil, com.CLSCTX_INPROC_SERVER, &com.IID_ISynchronize)
		if err != nil {
			t.Fatal(err)
		}
		s := v.(com.ISynchronize)
		wait := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			defer cancel()
			return s.Wait(ctx)
		}
		if err := wait(); !errors.Is(err, com.RPC_S_CALLPENDING) {
			t.Errorf("unsignalled: %v", err)
		}
		for range 2 {
			if err := s.Signal(); err != nil {
				t.Error(err)
			}
		}
		for range 2 {
			if err := wait(); err != nil {
				t.Errorf("signalled: %v", err)
			}
		}
		s.Reset()
		if err := wait(); !errors.Is(err, com.RPC_S_CALLPENDING) {
			t.Errorf("after Reset: %v", err)
		}
		go func() { time.Sleep(time.Millisecond); s.Signal() }()
		if err := wait(); err != nil {
			t.Errorf("signalled while waiting: %v", err)
		}
	})
}
