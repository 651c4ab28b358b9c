package marshal_test

import (
	"context"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"oxid/marshal"
)

// An apartment with a thread runs everything there: methods, nested ones, Do.
func TestThreadOfAnApartment(t *testing.T) {
	p := newProcess(t)
	a, b := p.sta(marshal.STAOptions{Thread: true}), p.sta(marshal.STAOptions{Thread: true})
	thread := func(a *marshal.Apartment) (id int) {
		if err := a.Do(t.Context(), func(context.Context) error { id = syscall.Gettid(); return nil }); err != nil {
			t.Error(err)
		}
		return id
	}
	ta, tb := thread(a), thread(b)
	if ta == tb || ta != thread(a) {
		t.Fatalf("threads %d, %d and %d", ta, tb, thread(a))
	}
	on := func(want int) {
		if got := syscall.Gettid(); got != want {
			t.Errorf("on thread %d, want %d", got, want)
		}
	}
	back := lend(t, a, b, does(func(context.Context) { on(ta) }))
	forth := lend(t, b, a, does(func(ctx context.Context) { on(tb); mustAdd(t, ctx, back); on(tb) }))
	through := lend(t, p.mta, a, does(func(ctx context.Context) {
		// On the way through the MTA the chain is on some other thread.
		if id := syscall.Gettid(); id == ta || id == tb {
			t.Error("a method of the MTA runs on the thread of another apartment")
		}
	}))
	outer := lend(t, a, p.mta, does(func(ctx context.Context) {
		on(ta)
		mustAdd(t, ctx, forth)
		mustAdd(t, ctx, through)
		on(ta)
	}))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				mustAdd(t, t.Context(), outer)
			}
		})
	}
	wg.Wait()
}

// A job that ends its goroutine costs the apartment its thread, not its life.
func TestThreadSurvivesGoexit(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{Thread: true})
	a.Do(t.Context(), func(context.Context) error { runtime.Goexit(); return nil })
	mustAdd(t, t.Context(), lend(t, a, p.mta, &object{}))
}
