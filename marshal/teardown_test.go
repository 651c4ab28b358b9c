package marshal_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"oxid/internal/leak"
	"oxid/marshal"
)

// untidy are the tests that leave packets to the end of the runtime.
var untidy sync.Map

// leaves says that the test gives packets to nobody, so that objects are held
// when it is over; the end of the runtime lets them go. Call it first.
func leaves(t testing.TB) {
	untidy.Store(t, true)
	t.Cleanup(func() { untidy.Delete(t) })
}

// newRuntime starts a runtime for a test and ends it with the test. Nothing may
// outlive it: no goroutine, no message, no object that is held, no reference on
// objects elsewhere, nothing on its way home. end is run after the runtime has
// been closed and before goroutines are counted.
func newRuntime(t testing.TB, o marshal.Options, end ...func(ctx context.Context)) *marshal.Runtime {
	t.Helper()
	leak.Check(t)
	messages := marshal.Messages()
	rt := marshal.NewRuntime(o)
	t.Cleanup(func() {
		if _, leaves := untidy.Load(t); !leaves && !t.Failed() {
			settled(t, "before the end", rt)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := rt.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		for _, f := range end {
			f(ctx)
		}
		settled(t, "after the end", rt)
		if n := marshal.Messages() - messages; n != 0 && !t.Failed() {
			t.Errorf("%d messages have not been freed", n)
		}
	})
	return rt
}

// settled fails the test unless a runtime holds nothing and is held by nobody,
// soon: releases are sent, not waited for.
func settled(t testing.TB, when string, rt *marshal.Runtime) {
	t.Helper()
	var r marshal.Residue
	for start := time.Now(); time.Since(start) < 2*time.Second; time.Sleep(time.Millisecond) {
		if r = marshal.ResidueOf(rt); r == (marshal.Residue{}) {
			return
		}
	}
	t.Errorf("%s of the runtime: %+v; release what tests hold, or say leaves(t)", when, r)
}
