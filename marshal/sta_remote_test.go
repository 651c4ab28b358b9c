package marshal_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

func newSTAOf(t *testing.T, m *machine, o marshal.STAOptions) *marshal.Apartment {
	t.Helper()
	a, err := m.rt.NewSTA(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRemoteCallsIntoASTAAreSerialised(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		server, client := newMachine(t), newMachine(t)
		var inside atomic.Int32
		c := sendTo(t, newSTAOf(t, server, o), client.mta, does(func(context.Context) {
			if inside.Add(1) != 1 {
				t.Error("two calls at once")
			}
			inside.Add(-1)
		}))
		defer com.Release(c)
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 30 {
					mustAdd(t, t.Context(), c)
				}
			})
		}
		wg.Wait()
	})
}

// A call that waits for its apartment does not keep others of its connection
// waiting.
func TestABusySTABlocksNoConnection(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		server, client := newMachine(t), newMachine(t)
		runs, release := make(chan struct{}), make(chan struct{})
		a := newSTAOf(t, server, o)
		busy := sendTo(t, a, client.mta, does(func(context.Context) { close(runs); <-release }))
		next := sendTo(t, a, client.mta, &object{})
		free := send(t, server, client, &quiet{})
		var wg sync.WaitGroup
		wg.Go(func() { mustAdd(t, t.Context(), busy) })
		<-runs
		for range 8 {
			wg.Go(func() { mustAdd(t, t.Context(), next) })
		}
		waitFor(t, "the calls", func() bool { return waiting(server.rt) == 8 })
		for range 20 {
			mustAdd(t, t.Context(), free)
		}
		close(release)
		wg.Wait()
		for _, c := range []any{busy, next, free} {
			com.Release(c)
		}
	})
}

// A client in a single-threaded apartment is called back while it waits, over
// the network and through an apartment in between.
func TestRemoteCallbackIntoASTA(t *testing.T) {
	bothKinds(t, func(t *testing.T, o marshal.STAOptions) {
		server, client := newMachine(t), newMachine(t)
		a := newSTAOf(t, client, o)
		obj := &notifier{}
		c := sendTo(t, newSTAOf(t, server, o), a, obj)
		introduceApartment(t, a, server.mta)
		l := &listener{got: make(chan float64, 10)}
		err := a.Do(t.Context(), func(ctx context.Context) error {
			if _, err := c.Advise(ctx, l); err != nil {
				return err
			}
			for range 3 {
				mustAdd(t, ctx, c) // tells the sink from within
				<-l.got
			}
			return c.Unadvise(ctx, 1)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := com.ReleaseContext(t.Context(), c); err != nil {
			t.Error(err)
		}
	})
}

// introduceApartment makes an apartment known on another machine.
func introduceApartment(t *testing.T, from, to *marshal.Apartment) {
	t.Helper()
	c := sendTo(t, from, to, &object{})
	t.Cleanup(func() { com.Release(c) })
}

// The end of a caller's wait is the end of its place in the queue.
func TestRemoteCallerGivesUp(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	runs, release := make(chan struct{}), make(chan struct{})
	a := newSTAOf(t, server, marshal.STAOptions{})
	busy := sendTo(t, a, client.mta, does(func(context.Context) { close(runs); <-release }))
	never := sendTo(t, a, client.mta, does(func(context.Context) { t.Error("the call ran") }))
	var wg sync.WaitGroup
	wg.Go(func() { mustAdd(t, t.Context(), busy) })
	<-runs
	ctx, cancel := context.WithCancel(t.Context())
	wg.Go(func() {
		_, err := never.Add(ctx, 1, 2)
		wantHR(t, err, com.RPC_E_CALL_CANCELED)
	})
	waitFor(t, "the call", func() bool { return waiting(server.rt) == 1 })
	cancel()
	waitFor(t, "the empty queue", func() bool { return waiting(server.rt) == 0 })
	close(release)
	wg.Wait()
	com.Release(busy)
	com.Release(never)
}

// Connecting for the first time does not keep an apartment busy.
func TestConnectingServesCalls(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	server := newMachine(t)
	c := sendTo(t, server.mta, a, &quiet{})
	defer com.Release(c)
	inner := lend(t, a, p.mta, &object{})
	outer := lend(t, a, p.mta, does(func(ctx context.Context) { mustAdd(t, ctx, c) }))
	var wg sync.WaitGroup
	wg.Go(func() { mustAdd(t, t.Context(), outer) })
	wg.Go(func() { mustAdd(t, t.Context(), inner) })
	wg.Wait()
}

// What is asked of an object for references runs in its apartment, too.
func TestQueryOverTheNetworkWaitsForTheApartment(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	a := newSTAOf(t, server, marshal.STAOptions{})
	c := sendTo(t, a, client.mta, &object{})
	defer com.Release(c)
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		a.Do(t.Context(), func(context.Context) error { close(held); <-hold; return nil })
	})
	<-held
	wg.Go(func() {
		_, err := com.Query[calc.IScientific](t.Context(), c)
		wantHR(t, err, com.E_NOINTERFACE)
	})
	waitFor(t, "the query", func() bool { return waiting(server.rt) == 1 })
	close(hold)
	wg.Wait()
}
