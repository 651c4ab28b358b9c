package marshal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
)

const lostMessage = "has lost its causality"

// lost returns how often the log names a lost context.
func (p *process) lost() int { return strings.Count(p.logged(), lostMessage) }

func TestLostCausalityIsNamed(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		mtaProxy := lend(t, a, p.mta, &quiet{}) // for use in the MTA
		elsewhere := lend(t, p.mta, a, &quiet{})
		for _, c := range []struct {
			name string
			call func(ctx context.Context)
			want int
		}{
			{"the method's own context", func(ctx context.Context) { mustAdd(t, ctx, elsewhere) }, 0},
			{"derived from it", func(ctx context.Context) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				mustAdd(t, ctx, elsewhere)
			}, 0},
			{"another one of the apartment", func(context.Context) { mustAdd(t, in(t, a), elsewhere) }, 1},
			{"none at all, and the wrong apartment with it", func(context.Context) {
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
				defer cancel()
				mtaProxy.Add(ctx, 1, 2) // waits for the apartment that this method holds
			}, 2}, // once for the call, and once more for the cycle
			{"on another goroutine, said so", func(ctx context.Context) {
				done := make(chan struct{})
				go func() { defer close(done); mustAdd(t, marshal.Beside(ctx), elsewhere) }()
				<-done
			}, 0},
		} {
			before := p.lost() + strings.Count(p.logged(), "calls wait for each other")
			mustAdd(t, t.Context(), lend(t, a, p.mta, does(c.call)))
			if got := p.lost() + strings.Count(p.logged(), "calls wait for each other") - before; got != c.want {
				t.Errorf("%s: %d reports, want %d\n%s", c.name, got, c.want, p.logged())
			}
		}
		log := p.logged()
		for _, want := range []string{"call=ICalc.Add", "in=ICalc.Add", "lost_causality_test.go:"} {
			if !strings.Contains(log, want) {
				t.Errorf("the log lacks %q:\n%s", want, log)
			}
		}
	})
}

// A method of the MTA that an STA called runs on the same goroutine and is no
// method of the STA.
func TestCausalityIsNotMissedWhereThereIsNone(t *testing.T) {
	p := newProcess(t)
	a, b := p.sta(marshal.STAOptions{}), p.sta(marshal.STAOptions{})
	free := lend(t, b, p.mta, &quiet{})
	viaMTA := lend(t, p.mta, a, does(func(context.Context) { mustAdd(t, context.Background(), free) }))
	outer := lend(t, a, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, viaMTA) }))
	mustAdd(t, t.Context(), outer)
	if n := p.lost(); n != 0 {
		t.Errorf("%d reports\n%s", n, p.logged())
	}
	// But what Do runs is.
	inMTA := lend(t, p.mta, a, &quiet{})
	a.Do(t.Context(), func(context.Context) error { mustAdd(t, in(t, a), inMTA); return nil })
	if n := p.lost(); n != 1 {
		t.Errorf("%d reports of code within Do\n%s", n, p.logged())
	}
}

// What the runtime calls on an activity's goroutine is not the activity.
func TestFinalReleaseIsNoActivity(t *testing.T) {
	p := newProcess(t)
	a, b := p.sta(marshal.STAOptions{}), p.sta(marshal.STAOptions{})
	free := lend(t, b, p.mta, &quiet{})
	ran := false
	obj := &finalCaller{f: func(ctx context.Context) { mustAdd(t, ctx, free); ran = true }}
	c := lend(t, p.mta, a, obj)
	a.Do(t.Context(), func(context.Context) error { com.Release(c); return nil })
	if !ran || p.lost() != 0 {
		t.Errorf("ran: %v, %d reports\n%s", ran, p.lost(), p.logged())
	}
}

type finalCaller struct {
	object
	f func(ctx context.Context)
}

func (o *finalCaller) FinalRelease(ctx context.Context) { o.f(ctx) }

// A context that outlives its method is not the context of another one.
func TestContextOfAnEarlierCall(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	elsewhere := lend(t, p.mta, a, &quiet{})
	var kept context.Context
	c := lend(t, a, p.mta, does(func(ctx context.Context) {
		if kept == nil {
			kept = ctx
			return
		}
		mustAdd(t, context.WithoutCancel(kept), elsewhere)
	}))
	mustAdd(t, t.Context(), c)
	if p.lost() != 0 {
		t.Errorf("reported too early\n%s", p.logged())
	}
	mustAdd(t, t.Context(), c)
	if p.lost() != 1 {
		t.Errorf("%d reports\n%s", p.lost(), p.logged())
	}
}

// The call is found however deep it is.
func TestLostCausalityDeepDown(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	elsewhere := lend(t, p.mta, a, &quiet{})
	var down func(n int)
	down = func(n int) {
		if n > 0 {
			down(n - 1)
			return
		}
		mustAdd(t, in(t, a), elsewhere)
	}
	for i, depth := range []int{0, 10, 20, 25, 30, 60, 150} {
		mustAdd(t, t.Context(), lend(t, a, p.mta, does(func(context.Context) { down(depth) })))
		if got := p.lost(); got != i+1 {
			t.Errorf("depth %d: %d reports of %d", depth, got, i+1)
		}
	}
}
