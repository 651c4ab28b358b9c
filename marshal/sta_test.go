package marshal_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// actor is an object whose Add does what the test says.
type actor struct {
	object
	add func(ctx context.Context, a, b int32) (int32, error)
}

func (o *actor) Add(ctx context.Context, a, b int32) (int32, error) { return o.add(ctx, a, b) }

// does is an actor that runs f and returns a+b.
func does(f func(ctx context.Context)) *actor {
	return &actor{add: func(ctx context.Context, a, b int32) (int32, error) { f(ctx); return a + b, nil }}
}

// process is a runtime of which tests make apartments.
type process struct {
	t   *testing.T
	rt  *marshal.Runtime
	mta *marshal.Apartment
	log *strings.Builder // what was logged; read it after the calls
	mu  sync.Mutex
}

func newProcess(t *testing.T, opts ...func(*marshal.Options)) *process {
	t.Helper()
	p := &process{t: t, log: new(strings.Builder)}
	o := marshal.Options{Logger: slog.New(slog.NewTextHandler(p, nil))}
	for _, f := range opts {
		f(&o)
	}
	// The last thing that is looked at, when the runtime is closed.
	t.Cleanup(func() { waitFor(t, "all activities to end", func() bool { return marshal.Idle(p.rt) }) })
	p.rt = newRuntime(t, o)
	var err error
	if p.mta, err = p.rt.MTA(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// Write takes a line of the log.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func (p *process) sta(o marshal.STAOptions) *marshal.Apartment {
	p.t.Helper()
	a, err := p.rt.NewSTA(p.t.Context(), o)
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

// mainSTA returns the main single-threaded apartment, made when there is none.
func (p *process) mainSTA() *marshal.Apartment {
	p.t.Helper()
	if a := p.rt.MainSTA(); a != nil {
		return a
	}
	return p.sta(marshal.STAOptions{})
}

// in returns a context of an apartment.
func in(t *testing.T, a *marshal.Apartment) context.Context {
	return marshal.WithApartment(t.Context(), a)
}

// lend marshals obj in apartment home and unmarshals it in user.
func lend(t *testing.T, home, user *marshal.Apartment, obj any) calc.ICalc {
	t.Helper()
	stm := com.NewMemoryStream(nil)
	if err := home.CoMarshalInterface(in(t, home), stm, &calc.IID_ICalc, obj, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	v, err := user.CoUnmarshalInterface(in(t, user), rewind(stm), &calc.IID_ICalc)
	if err != nil {
		t.Fatal(err)
	}
	c := v.(calc.ICalc)
	t.Cleanup(func() { com.Release(c) })
	return c
}

func mustAdd(t *testing.T, ctx context.Context, c calc.ICalc) {
	t.Helper()
	if n, err := c.Add(ctx, 40, 2); n != 42 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
}

// waitFor gives others time until cond holds.
func waitFor(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !cond(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for %s", what)
		}
		runtime.Gosched()
		time.Sleep(100 * time.Microsecond)
	}
}

// waiting returns how many calls wait for a turn.
func waiting(rt *marshal.Runtime) (n int) {
	for _, w := range rt.Waits() {
		if w.Kind == marshal.AwaitingTurn {
			n++
		}
	}
	return n
}

func bothKinds(t *testing.T, f func(t *testing.T, o marshal.STAOptions)) {
	t.Run("borrowed", func(t *testing.T) { f(t, marshal.STAOptions{}) })
	t.Run("thread", func(t *testing.T) { f(t, marshal.STAOptions{Thread: true}) })
}

func TestSTASerialisesCalls(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		var inside, calls atomic.Int32
		c := lend(t, p.sta(o), p.mta, does(func(context.Context) {
			if inside.Add(1) != 1 {
				t.Error("two calls at once")
			}
			runtime.Gosched()
			calls.Add(1)
			inside.Add(-1)
		}))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 100 {
					mustAdd(t, t.Context(), c)
				}
			})
		}
		wg.Wait()
		if calls.Load() != 800 {
			t.Errorf("%d calls", calls.Load())
		}
	})
}

// A call that comes back to a waiting apartment under its own causality id is
// served, at any depth.
func TestSTAServesWhatComesBack(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a, b := p.sta(o), p.sta(o)
		var toA, toB calc.ICalc // of the object in a, for b; and the other way round
		var ids []com.CID
		depth := 0
		bounce := func(other *calc.ICalc) *actor {
			return does(func(ctx context.Context) {
				cid, ok := marshal.CausalityID(ctx)
				if !ok {
					t.Error("a method without causality")
				}
				ids = append(ids, cid)
				if depth++; depth < 6 {
					mustAdd(t, ctx, *other)
				}
			})
		}
		objA, objB := bounce(&toB), bounce(&toA)
		toA, toB = lend(t, a, b, objA), lend(t, b, a, objB)
		mustAdd(t, in(t, b), toA)
		if depth != 6 {
			t.Errorf("depth %d", depth)
		}
		for _, id := range ids {
			if id != ids[0] {
				t.Error("CF-280: a nested call has another causality id")
			}
		}
	})
}

func TestCF_280_EachTopLevelCallBeginsAChain(t *testing.T) {
	p := newProcess(t)
	seen := map[com.CID]bool{}
	c := lend(t, p.mta, p.sta(marshal.STAOptions{}), does(func(ctx context.Context) {
		cid, _ := marshal.CausalityID(ctx)
		seen[cid] = true
	}))
	ctx := marshal.WithApartment(t.Context(), p.rt.MainSTA())
	for range 3 {
		mustAdd(t, ctx, c)
	}
	if len(seen) != 3 {
		t.Errorf("%d chains of 3 calls", len(seen))
	}
	// What a method calls is in its chain, back in the first apartment too.
	var chain []com.CID
	note := func(ctx context.Context) {
		cid, ok := marshal.CausalityID(ctx)
		if !ok {
			t.Error("a method is in no chain")
		}
		chain = append(chain, cid)
	}
	back := lend(t, p.rt.MainSTA(), p.mta, does(note))
	forth := lend(t, p.mta, p.rt.MainSTA(), does(func(ctx context.Context) { note(ctx); mustAdd(t, ctx, back) }))
	outer := lend(t, p.rt.MainSTA(), p.mta, does(func(ctx context.Context) { note(ctx); mustAdd(t, ctx, forth) }))
	mustAdd(t, t.Context(), outer)
	if len(chain) != 3 || chain[1] != chain[0] || chain[2] != chain[0] || chain[0].IsZero() {
		t.Errorf("chains of nested calls: %v", chain)
	}
}

// Without a message filter a waiting apartment takes any call.
func TestSTATakesOthersWhileItWaits(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		waits, release := make(chan struct{}), make(chan struct{})
		slow := lend(t, p.mta, a, does(func(context.Context) { close(waits); <-release }))
		outer := lend(t, a, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, slow) }))
		inner := lend(t, a, p.mta, does(func(context.Context) {}))
		var wg sync.WaitGroup
		wg.Go(func() { mustAdd(t, t.Context(), outer) })
		<-waits
		mustAdd(t, t.Context(), inner)
		close(release)
		wg.Wait()
	})
}

// A method that does not wait for a call keeps its apartment.
func TestSTAKeepsOthersOutWhileItRuns(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		runs, release := make(chan struct{}), make(chan struct{})
		var order []string
		outer := lend(t, a, p.mta, does(func(context.Context) { close(runs); <-release; order = append(order, "outer") }))
		inner := lend(t, a, p.mta, does(func(context.Context) { order = append(order, "inner") }))
		var wg sync.WaitGroup
		wg.Go(func() { mustAdd(t, t.Context(), outer) })
		<-runs
		wg.Go(func() { mustAdd(t, t.Context(), inner) })
		waitFor(t, "the second call", func() bool { return waiting(p.rt) == 1 })
		close(release)
		wg.Wait()
		if strings.Join(order, " ") != "outer inner" {
			t.Errorf("order %v", order)
		}
	})
}

// A call that is over does not go on before those that came in meanwhile.
func TestSTANestsLikeAStack(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		waits, answer := make(chan struct{}), make(chan struct{})
		slow := lend(t, p.mta, a, does(func(context.Context) { close(waits); <-answer }))
		var order []string
		outer := lend(t, a, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, slow); order = append(order, "outer") }))
		nested, end := make(chan struct{}), make(chan struct{})
		inner := lend(t, a, p.mta, does(func(context.Context) { close(nested); <-end; order = append(order, "inner") }))
		var wg sync.WaitGroup
		wg.Go(func() { mustAdd(t, t.Context(), outer) })
		<-waits
		wg.Go(func() { mustAdd(t, t.Context(), inner) })
		<-nested
		close(answer) // the outer call is answered while the inner one runs
		waitFor(t, "the outer call's answer", func() bool {
			for _, w := range p.rt.Waits() {
				// A thread notices the answer when it comes back to it.
				if w.Kind == marshal.AwaitingReturn || o.Thread && w.Depth == 0 {
					return true
				}
			}
			return false
		})
		close(end)
		wg.Wait()
		if strings.Join(order, " ") != "inner outer" {
			t.Errorf("order %v", order)
		}
	})
}

func TestGivingUpTheWaitForASTA(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		runs, release := make(chan struct{}), make(chan struct{})
		outer := lend(t, a, p.mta, does(func(context.Context) { close(runs); <-release }))
		inner := lend(t, a, p.mta, does(func(context.Context) { t.Error("the call ran although its caller gave up") }))
		var wg sync.WaitGroup
		wg.Go(func() { mustAdd(t, t.Context(), outer) })
		<-runs
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err := inner.Add(ctx, 1, 2)
		wantHR(t, err, com.RPC_E_TIMEOUT)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the cause is lost: %v", err)
		}
		var e *com.Error
		if !errors.As(err, &e) || !strings.Contains(e.Hint, "held by ICalc.Add") {
			t.Errorf("the error does not say who holds the apartment: %v", err)
		}
		close(release)
		wg.Wait()
	})
}

func TestPanicLeavesTheApartmentUsable(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		boom := true
		c := lend(t, a, p.mta, does(func(context.Context) {
			if boom {
				panic("boom")
			}
		}))
		_, err := c.Add(t.Context(), 1, 2)
		wantHR(t, err, com.RPC_E_SERVERFAULT)
		boom = false
		mustAdd(t, t.Context(), c)
		func() {
			defer func() {
				if recover() != "mine" {
					t.Error("the panic did not come back to its caller")
				}
			}()
			a.Do(t.Context(), func(context.Context) error { panic("mine") })
		}()
		mustAdd(t, t.Context(), c)
	})
}

// Calls that give up at the moment at which their turn comes leave the
// apartment as they found it.
func TestGivingUpAtTheLastMoment(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		a := p.sta(o)
		var inside atomic.Int32
		var ran atomic.Int64
		c := lend(t, a, p.mta, does(func(context.Context) {
			if inside.Add(1) != 1 {
				t.Error("two calls at once")
			}
			runtime.Gosched()
			ran.Add(1)
			inside.Add(-1)
		}))
		var wg sync.WaitGroup
		var answered atomic.Int64
		for g := range 8 {
			wg.Go(func() {
				for i := range 200 {
					ctx, cancel := context.WithCancel(t.Context())
					stop := time.AfterFunc(time.Duration((i*7+g)%50)*time.Microsecond, cancel)
					_, err := c.Add(ctx, 1, 2)
					switch hr := com.HRESULTOf(err); hr {
					case com.S_OK:
						answered.Add(1)
					case com.RPC_E_CALL_CANCELED:
					default:
						t.Errorf("error %v", err)
					}
					stop.Stop()
					cancel()
				}
			})
		}
		wg.Wait()
		if ran.Load() < answered.Load() {
			t.Errorf("%d calls ran, %d were answered", ran.Load(), answered.Load())
		}
		mustAdd(t, t.Context(), c)
	})
}

// An object may be disconnected while a call to it waits for its turn.
func TestDisconnectedWhileWaiting(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	a := newSTAOf(t, server, marshal.STAOptions{})
	b := newSTAOf(t, server, marshal.STAOptions{})
	obj := does(func(context.Context) { t.Error("a call came to a disconnected object") })
	far, near := sendTo(t, a, client.mta, obj), sendTo(t, a, b, obj)
	err := a.Do(t.Context(), func(ctx context.Context) error {
		var wg sync.WaitGroup
		for _, x := range []struct {
			ctx context.Context
			c   calc.ICalc
		}{{t.Context(), far}, {in(t, b), near}} {
			wg.Go(func() {
				_, err := x.c.Add(x.ctx, 1, 2)
				wantHR(t, err, com.RPC_E_DISCONNECTED)
			})
		}
		waitFor(t, "the calls", func() bool { return waiting(server.rt) == 2 })
		if err := a.CoDisconnectObject(ctx, obj, 0); err != nil {
			return err
		}
		if obj.finals != 1 {
			t.Errorf("FinalRelease ran %d times", obj.finals)
		}
		return marshal.Outside(ctx, func(context.Context) error { wg.Wait(); return nil })
	})
	if err != nil {
		t.Error(err)
	}
	com.Release(far)
	com.Release(near)
}

// quiz answers with a success code.
type quiz struct{ object }

func (q *quiz) Unadvise(ctx context.Context, _ uint32) error {
	com.SetHRESULT(ctx, com.E_FAIL) // no success code: ignored
	com.SetHRESULT(ctx, com.S_FALSE)
	return nil
}

func TestSuccessCodesOfEveryApartment(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	nta, err := server.rt.NTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	user := newSTAOf(t, server, marshal.STAOptions{})
	for _, home := range []*marshal.Apartment{server.mta, nta, newSTAOf(t, server, marshal.STAOptions{}), newSTAOf(t, server, marshal.STAOptions{Thread: true})} {
		for _, x := range []struct {
			ctx context.Context
			c   calc.ICalc
		}{{t.Context(), sendTo(t, home, client.mta, &quiz{})}, {in(t, user), sendTo(t, home, user, &quiz{})}} {
			hr := com.E_UNEXPECTED
			if err := x.c.Unadvise(com.CaptureHRESULT(x.ctx, &hr), 1); hr != com.S_FALSE || err != nil {
				t.Errorf("%v, %v", hr, err)
			}
			com.Release(x.c)
		}
	}
}
