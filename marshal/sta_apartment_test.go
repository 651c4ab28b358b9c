package marshal_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
)

func TestCloseOfASTA(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		runs, release := make(chan struct{}), make(chan struct{})
		obj := does(func(context.Context) { close(runs); <-release })
		outer := lend(t, a, p.mta, obj)
		inner := lend(t, a, p.mta, does(func(context.Context) { t.Error("a call was let in that waited when the apartment ended") }))
		var wg sync.WaitGroup
		wg.Go(func() { mustAdd(t, t.Context(), outer) })
		<-runs
		wg.Go(func() {
			_, err := inner.Add(t.Context(), 1, 2)
			wantHR(t, err, com.RPC_E_DISCONNECTED)
		})
		waitFor(t, "the waiting call", func() bool { return waiting(p.rt) == 1 })
		wg.Go(func() {
			if err := a.Close(t.Context()); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
		waitFor(t, "the refusal", func() bool { return waiting(p.rt) == 0 })
		if obj.finals != 0 {
			t.Error("FinalRelease ran under a running call")
		}
		close(release)
		wg.Wait()
		if obj.finals != 1 || marshal.Objects(a) != 0 {
			t.Errorf("FinalRelease ran %d times, %d objects left", obj.finals, marshal.Objects(a))
		}
		_, err := outer.Add(t.Context(), 1, 2)
		wantHR(t, err, com.RPC_E_DISCONNECTED)
		wantHR(t, a.Do(t.Context(), func(context.Context) error { return nil }), com.RPC_E_DISCONNECTED)
		if err := a.Close(t.Context()); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	})
}

func TestCloseFromWithin(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		c := lend(t, a, p.mta, does(func(ctx context.Context) {
			if err := a.Close(ctx); err != nil {
				t.Error(err)
			}
		}))
		mustAdd(t, t.Context(), c)
		_, err := c.Add(t.Context(), 1, 2)
		wantHR(t, err, com.RPC_E_DISCONNECTED)
	})
}

// Close does not wait longer than it may.
func TestCloseGivesUp(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	runs, release := make(chan struct{}), make(chan struct{})
	c := lend(t, a, p.mta, does(func(context.Context) { close(runs); <-release }))
	var wg sync.WaitGroup
	wg.Go(func() { mustAdd(t, t.Context(), c) })
	<-runs
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := a.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Close: %v", err)
	}
	close(release)
	wg.Wait()
}
