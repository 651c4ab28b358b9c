package marshal_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"oxid/com"
	"oxid/marshal"
)

func TestDoHoldsTheApartment(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		var inside atomic.Int32
		c := lend(t, a, p.mta, does(func(context.Context) {
			if inside.Load() != 0 {
				t.Error("a call came in while Do held the apartment")
			}
		}))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 50 {
					mustAdd(t, t.Context(), c)
				}
			})
			wg.Go(func() {
				for range 50 {
					err := a.Do(t.Context(), func(ctx context.Context) error {
						if inside.Add(1) != 1 {
							t.Error("two Do at once")
						}
						if marshal.ApartmentOf(ctx) != a {
							t.Error("another apartment")
						}
						defer inside.Add(-1)
						return a.Do(ctx, func(context.Context) error { return nil }) // from within: at once
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		want := errors.New("mine")
		if err := a.Do(t.Context(), func(context.Context) error { return want }); err != want {
			t.Errorf("Do returned %v", err)
		}
	})
	t.Run("MTA", func(t *testing.T) {
		p := newProcess(t)
		if err := p.mta.Do(t.Context(), func(ctx context.Context) error {
			if marshal.ApartmentOf(ctx) != p.mta {
				t.Error("another apartment")
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
}

// Code of the apartment's own waits until it is idle, not until it waits.
func TestDoWaitsForIdle(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	waits, release := make(chan struct{}), make(chan struct{})
	slow := lend(t, p.mta, a, does(func(context.Context) { close(waits); <-release }))
	var order []string
	outer := lend(t, a, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, slow); order = append(order, "outer") }))
	var wg sync.WaitGroup
	wg.Go(func() { mustAdd(t, t.Context(), outer) })
	<-waits
	wg.Go(func() {
		a.Do(t.Context(), func(context.Context) error { order = append(order, "own"); return nil })
	})
	waitFor(t, "Do", func() bool { return waiting(p.rt) == 1 })
	close(release)
	wg.Wait()
	if strings.Join(order, " ") != "outer own" {
		t.Errorf("order %v", order)
	}
}

// A chain that leads back into its apartment by way of Do is not kept out.
func TestDoOfTheSameChain(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	ran := false
	middle := lend(t, p.mta, a, does(func(ctx context.Context) {
		if err := a.Do(ctx, func(context.Context) error { ran = true; return nil }); err != nil {
			t.Error(err)
		}
	}))
	outer := lend(t, a, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, middle) }))
	mustAdd(t, t.Context(), outer)
	if !ran {
		t.Error("Do did not run")
	}
}

// FinalRelease runs in the object's apartment, with its context.
func TestFinalReleaseRunsInTheApartment(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		obj := &ending{}
		c := lend(t, a, p.mta, obj)
		com.Release(c)
		if obj.where != a {
			t.Errorf("FinalRelease ran in %v", obj.where)
		}
	})
}

type ending struct {
	object
	where *marshal.Apartment
}

func (e *ending) FinalRelease(ctx context.Context) { e.where = marshal.ApartmentOf(ctx) }

// The last reference may go while the apartment is busy: nobody waits for it.
func TestReleaseOfABusySTA(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	runs, release := make(chan struct{}), make(chan struct{})
	busy := lend(t, a, p.mta, does(func(context.Context) { close(runs); <-release }))
	obj := &watched{}
	c := lend(t, a, p.mta, obj)
	var wg sync.WaitGroup
	wg.Go(func() { mustAdd(t, t.Context(), busy) })
	<-runs
	com.Release(c) // returns although FinalRelease has to wait
	close(release)
	wg.Wait()
	waitFor(t, "FinalRelease", func() bool {
		done := false
		a.Do(t.Context(), func(context.Context) error { done = obj.finals == 1 && obj.conns == 0; return nil })
		return done
	})
}
