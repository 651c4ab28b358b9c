package marshal_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// filter is a message filter that does what the test says; what it does not
// say is the answer of no filter.
type filter struct {
	incoming func(call com.CALLTYPE, info *com.InterfaceInfo) com.SERVERCALL
	retry    func(elapsed time.Duration, how com.SERVERCALL) time.Duration
	pending  func(kind com.PENDINGTYPE) com.PENDINGMSG

	mu      sync.Mutex
	calls   []com.CALLTYPE
	retries int
}

func (f *filter) HandleInComingCall(_ context.Context, call com.CALLTYPE, _ string, elapsed time.Duration, info *com.InterfaceInfo) com.SERVERCALL {
	f.mu.Lock()
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	if (elapsed == 0) != (call == com.CALLTYPE_TOPLEVEL) {
		panic("elapsed")
	}
	if f.incoming == nil {
		return com.SERVERCALL_ISHANDLED
	}
	return f.incoming(call, info)
}

func (f *filter) RetryRejectedCall(_ context.Context, _ string, elapsed time.Duration, how com.SERVERCALL) time.Duration {
	f.mu.Lock()
	f.retries++
	f.mu.Unlock()
	if f.retry == nil {
		return -1
	}
	return f.retry(elapsed, how)
}

func (f *filter) MessagePending(_ context.Context, _ string, _ time.Duration, kind com.PENDINGTYPE) com.PENDINGMSG {
	if f.pending == nil {
		return com.PENDINGMSG_WAITNOPROCESS
	}
	return f.pending(kind)
}

func rejecting(how com.SERVERCALL) *filter {
	return &filter{incoming: func(com.CALLTYPE, *com.InterfaceInfo) com.SERVERCALL { return how }}
}

func TestCF_297_RejectedCall(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		o.MessageFilter = rejecting(com.SERVERCALL_REJECTED)
		home, client := p.sta(o), p.sta(marshal.STAOptions{})
		obj := &object{}
		c := lend(t, home, client, obj)
		_, err := c.Add(in(t, client), 1, 2)
		wantHR(t, err, com.RPC_E_CALL_REJECTED)
		// The [out] pointer of a rejected call stays nil, and what went with the
		// request comes back.
		other, err := c.Clone(in(t, client))
		wantHR(t, err, com.RPC_E_CALL_REJECTED)
		if other != nil {
			t.Errorf("an [out] pointer: %v", other)
		}
		_, err = c.Advise(in(t, client), &listener{})
		wantHR(t, err, com.RPC_E_CALL_REJECTED)
		if n := marshal.Objects(client); n != 0 {
			t.Errorf("%d objects of the client are held by rejected calls", n)
		}
		if obj.calls != 0 {
			t.Error("a rejected call ran")
		}
	})
}

func TestCF_298_RetryAtOnce(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		n := 0
		server := &filter{incoming: func(_ com.CALLTYPE, info *com.InterfaceInfo) com.SERVERCALL {
			if info.IID != calc.IID_ICalc || info.Method != 3 || info.Object == nil {
				t.Errorf("info %+v", info)
			}
			if n++; n == 1 {
				return com.SERVERCALL_RETRYLATER
			}
			return com.SERVERCALL_ISHANDLED
		}}
		client := &filter{retry: func(_ time.Duration, how com.SERVERCALL) time.Duration {
			if how != com.SERVERCALL_RETRYLATER {
				t.Errorf("told %v", how)
			}
			return 0
		}}
		a, b := o, o
		a.MessageFilter, b.MessageFilter = server, client
		home, user := p.sta(a), p.sta(b)
		c := lend(t, home, user, &object{})
		mustAdd(t, in(t, user), c)
		if n != 2 || client.retries != 1 {
			t.Errorf("%d attempts, %d questions", n, client.retries)
		}
		// From within an activity as well.
		n = 0
		user.Do(t.Context(), func(ctx context.Context) error { mustAdd(t, ctx, c); return nil })
		if n != 2 || client.retries != 2 {
			t.Errorf("from within: %d attempts, %d questions", n, client.retries)
		}
	})
}

func TestRetryAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProcess(t)
		n := 0
		home := p.sta(marshal.STAOptions{MessageFilter: &filter{incoming: func(com.CALLTYPE, *com.InterfaceInfo) com.SERVERCALL {
			if n++; n <= 2 {
				return com.SERVERCALL_REJECTED
			}
			return com.SERVERCALL_ISHANDLED
		}}})
		var elapsed []time.Duration
		user := p.sta(marshal.STAOptions{MessageFilter: &filter{retry: func(d time.Duration, _ com.SERVERCALL) time.Duration {
			elapsed = append(elapsed, d)
			return 3 * time.Second
		}}})
		c := lend(t, home, user, &object{})
		start := time.Now()
		mustAdd(t, in(t, user), c)
		if d := time.Since(start); d != 6*time.Second {
			t.Errorf("took %v", d)
		}
		if len(elapsed) != 2 || elapsed[0] != 0 || elapsed[1] != 3*time.Second {
			t.Errorf("elapsed %v", elapsed)
		}
		// The wait ends with the context.
		n = 0
		ctx, cancel := context.WithTimeout(in(t, user), time.Second)
		defer cancel()
		_, err := c.Add(ctx, 1, 2)
		wantHR(t, err, com.RPC_E_TIMEOUT)
	})
}

// While the caller waits to try again its apartment serves others.
func TestRetryWaitServesCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProcess(t)
		first := true
		home := p.sta(marshal.STAOptions{MessageFilter: &filter{incoming: func(com.CALLTYPE, *com.InterfaceInfo) com.SERVERCALL {
			defer func() { first = false }()
			if first {
				return com.SERVERCALL_RETRYLATER
			}
			return com.SERVERCALL_ISHANDLED
		}}})
		user := p.sta(marshal.STAOptions{MessageFilter: &filter{retry: func(time.Duration, com.SERVERCALL) time.Duration { return time.Hour }}})
		c := lend(t, home, user, &object{})
		outer := lend(t, user, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, c) }))
		inner := lend(t, user, p.mta, &object{})
		go mustAdd(t, t.Context(), outer)
		synctest.Wait() // it waits for an hour to try again
		start := time.Now()
		mustAdd(t, t.Context(), inner)
		if time.Since(start) != 0 {
			t.Error("the call had to wait")
		}
		time.Sleep(2 * time.Hour)
	})
}

func TestRetryGivenUp(t *testing.T) {
	p := newProcess(t)
	home := p.sta(marshal.STAOptions{MessageFilter: rejecting(com.SERVERCALL_RETRYLATER)})
	plain, asked := p.sta(marshal.STAOptions{}), p.sta(marshal.STAOptions{MessageFilter: &filter{}})
	c := lend(t, home, plain, &object{})
	_, err := c.Add(in(t, plain), 1, 2)
	wantHR(t, err, com.RPC_E_SERVERCALL_RETRYLATER) // nobody decides
	d := lend(t, home, asked, &object{})
	_, err = d.Add(in(t, asked), 1, 2)
	wantHR(t, err, com.RPC_E_CALL_REJECTED) // the filter says -1
	// A client in the MTA has no filter.
	e := lend(t, home, p.mta, &object{})
	_, err = e.Add(t.Context(), 1, 2)
	wantHR(t, err, com.RPC_E_SERVERCALL_RETRYLATER)
}

func TestCF_300_NoRetryAcrossMachines(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	home, err := server.rt.NewSTA(t.Context(), marshal.STAOptions{MessageFilter: rejecting(com.SERVERCALL_RETRYLATER)})
	if err != nil {
		t.Fatal(err)
	}
	f := &filter{retry: func(time.Duration, com.SERVERCALL) time.Duration { return -1 }}
	user, err := client.rt.NewSTA(t.Context(), marshal.STAOptions{MessageFilter: f})
	if err != nil {
		t.Fatal(err)
	}
	c := sendTo(t, home, user, &object{})
	defer com.Release(c)
	// Both ends of the connection have one address: one machine, so the filter
	// is asked.
	_, err = c.Add(in(t, user), 1, 2)
	wantHR(t, err, com.RPC_E_CALL_REJECTED)
	if f.retries != 1 {
		t.Errorf("asked %d times on one machine", f.retries)
	}
	marshal.PretendRemote(c)
	_, err = c.Add(in(t, user), 1, 2)
	wantHR(t, err, com.RPC_E_SERVERCALL_RETRYLATER)
	if f.retries != 1 {
		t.Error("asked about another machine")
	}
}

func TestRetryOverTheNetwork(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	n := 0
	home, err := server.rt.NewSTA(t.Context(), marshal.STAOptions{MessageFilter: &filter{incoming: func(com.CALLTYPE, *com.InterfaceInfo) com.SERVERCALL {
		if n++; n <= 3 {
			return com.SERVERCALL_RETRYLATER
		}
		return com.SERVERCALL_ISHANDLED
	}}})
	if err != nil {
		t.Fatal(err)
	}
	user, err := client.rt.NewSTA(t.Context(), marshal.STAOptions{MessageFilter: &filter{retry: func(time.Duration, com.SERVERCALL) time.Duration { return 0 }}})
	if err != nil {
		t.Fatal(err)
	}
	c := sendTo(t, home, user, &object{})
	defer com.Release(c)
	big := make([]float64, 100_000) // larger than a fragment, and than pooled buffers
	for i := range big {
		big[i] = 1
	}
	if s, err := c.Sum(in(t, user), big); s != 100_000 || err != nil {
		t.Errorf("Sum: %v, %v", s, err)
	}
	if n != 4 {
		t.Errorf("%d attempts", n)
	}
}

func TestCF_301_RegisterMessageFilter(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	one, two := &filter{}, &filter{}
	for _, c := range []struct{ set, was com.IMessageFilter }{{one, nil}, {two, one}, {nil, two}, {nil, nil}} {
		if was, err := a.CoRegisterMessageFilter(c.set); was != c.was || err != nil {
			t.Errorf("previous %v, %v; want %v", was, err, c.was)
		}
	}
	_, err := p.mta.CoRegisterMessageFilter(one)
	wantHR(t, err, com.CO_E_NOT_SUPPORTED)
}

func TestCF_305_MessagePendingCancelsTheCall(t *testing.T) {
	p := newProcess(t)
	f := &filter{pending: func(com.PENDINGTYPE) com.PENDINGMSG { return com.PENDINGMSG_CANCELCALL }}
	a := p.sta(marshal.STAOptions{MessageFilter: f})
	waits := make(chan struct{})
	slow := lend(t, p.mta, a, &actor{add: func(ctx context.Context, _, _ int32) (int32, error) {
		close(waits)
		<-ctx.Done()
		return 0, ctx.Err()
	}})
	var got error
	outer := lend(t, a, p.mta, does(func(ctx context.Context) { _, got = slow.Add(ctx, 1, 2) }))
	var wg sync.WaitGroup
	wg.Go(func() { mustAdd(t, t.Context(), outer) })
	<-waits
	ran := false
	if err := a.Do(t.Context(), func(context.Context) error { ran = true; return nil }); err != nil {
		t.Error(err)
	}
	wg.Wait()
	wantHR(t, got, com.RPC_E_CALL_CANCELED)
	if !ran {
		t.Error("the work that cancelled the call was not done")
	}
}

func TestMessagePendingLetsWorkInOrNot(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		for _, c := range []struct {
			answer com.PENDINGMSG
			order  string
		}{{com.PENDINGMSG_WAITNOPROCESS, "outer own "}, {com.PENDINGMSG_WAITDEFPROCESS, "own outer "}} {
			p := newProcess(t)
			var kinds []com.PENDINGTYPE
			o.MessageFilter = &filter{pending: func(k com.PENDINGTYPE) com.PENDINGMSG { kinds = append(kinds, k); return c.answer }}
			a := p.sta(o)
			waits, release := make(chan struct{}), make(chan struct{})
			slow := lend(t, p.mta, a, does(func(context.Context) { close(waits); <-release }))
			order := ""
			outer := lend(t, a, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, slow); order += "outer " }))
			var wg sync.WaitGroup
			wg.Go(func() { mustAdd(t, t.Context(), outer) })
			<-waits
			if c.answer == com.PENDINGMSG_WAITDEFPROCESS {
				a.Do(t.Context(), func(context.Context) error { order += "own "; return nil })
			} else {
				wg.Go(func() { a.Do(t.Context(), func(context.Context) error { order += "own "; return nil }) })
				waitFor(t, "Do", func() bool { return waiting(p.rt) == 1 })
			}
			close(release)
			wg.Wait()
			if order != c.order {
				t.Errorf("answer %d: %q, want %q", c.answer, order, c.order)
			}
			if len(kinds) != 1 || kinds[0] != com.PENDINGTYPE_TOPLEVEL {
				t.Errorf("answer %d: kinds %v", c.answer, kinds)
			}
		}
	})
}

func TestCF_306_CallTypes(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		p := newProcess(t)
		f := &filter{}
		f.incoming = func(call com.CALLTYPE, _ *com.InterfaceInfo) com.SERVERCALL {
			if call == com.CALLTYPE_TOPLEVEL || len(f.calls) == 2 {
				return com.SERVERCALL_ISHANDLED
			}
			return com.SERVERCALL_REJECTED // the second nested one, and what comes during the outgoing call
		}
		o.MessageFilter = f
		a, b := p.sta(o), p.sta(marshal.STAOptions{})
		back := lend(t, a, b, &object{})
		waits, release := make(chan struct{}), make(chan struct{})
		forth := lend(t, b, a, does(func(ctx context.Context) {
			mustAdd(t, ctx, back) // nested
			_, err := back.Add(ctx, 1, 2)
			wantHR(t, err, com.RPC_E_CALL_REJECTED)
			close(waits)
			<-release
		}))
		outer := lend(t, a, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, forth) }))
		stranger := lend(t, a, p.mta, &object{})
		var wg sync.WaitGroup
		wg.Go(func() { mustAdd(t, t.Context(), outer) })
		<-waits
		_, err := stranger.Add(t.Context(), 1, 2)
		wantHR(t, err, com.RPC_E_CALL_REJECTED)
		close(release)
		wg.Wait()
		want := []com.CALLTYPE{com.CALLTYPE_TOPLEVEL, com.CALLTYPE_NESTED, com.CALLTYPE_NESTED, com.CALLTYPE_TOPLEVEL_CALLPENDING}
		if len(f.calls) != len(want) {
			t.Fatalf("calls %v, want %v", f.calls, want)
		}
		for i := range want {
			if f.calls[i] != want[i] {
				t.Errorf("calls %v, want %v", f.calls, want)
			}
		}
	})
}

// The runtime's own calls are not the filter's business.
func TestFilterIsNotAskedAboutReferences(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	f := rejecting(com.SERVERCALL_REJECTED)
	home, err := server.rt.NewSTA(t.Context(), marshal.STAOptions{MessageFilter: f})
	if err != nil {
		t.Fatal(err)
	}
	c := sendTo(t, home, client.mta, &object{})
	_, err = com.Query[calc.IScientific](t.Context(), c)
	wantHR(t, err, com.E_NOINTERFACE)
	if err := com.ReleaseContext(t.Context(), c); err != nil {
		t.Error(err)
	}
	if len(f.calls) != 0 {
		t.Errorf("asked %v", f.calls)
	}
	if n := marshal.Objects(home); n != 0 {
		t.Errorf("%d objects held", n)
	}
}

func TestFilterThatPanics(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{MessageFilter: &filter{incoming: func(com.CALLTYPE, *com.InterfaceInfo) com.SERVERCALL { panic("boom") }}})
	mustAdd(t, t.Context(), lend(t, a, p.mta, &object{}))
}
