package com_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"oxid/com"
	"oxid/step"
)

// The count goes by compare-and-swap and never leaves zero: of many
// goroutines that give back exactly one sees the last hand-out.
func TestProxy_CountConcurrent(t *testing.T) {
	const users, workers = 1000, 8
	var p com.Proxy
	for i := range users {
		if !p.AddUser(i == 0) {
			t.Fatal("AddUser failed")
		}
	}
	var wg sync.WaitGroup
	var lasts, dropped atomic.Int32
	for range workers {
		wg.Go(func() {
			for {
				last, ok := p.DropUser()
				if !ok {
					return
				}
				dropped.Add(1)
				if last {
					lasts.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if lasts.Load() != 1 || dropped.Load() != users || p.Users() != 0 {
		t.Errorf("%d last, %d dropped, %d left", lasts.Load(), dropped.Load(), p.Users())
	}
	if p.AddUser(false) {
		t.Error("the count left zero")
	}
}

// AddUser and DropUser race: a hand-out that AddUser granted is always there.
func TestProxy_AddAgainstDrop(t *testing.T) {
	for range 200 {
		var p com.Proxy
		p.AddUser(true)
		var wg sync.WaitGroup
		var granted atomic.Bool
		var lasts atomic.Int32
		wg.Go(func() { granted.Store(p.AddUser(false)) })
		wg.Go(func() {
			if last, _ := p.DropUser(); last {
				lasts.Add(1)
			}
		})
		wg.Wait()
		if granted.Load() {
			if last, ok := p.DropUser(); last && ok {
				lasts.Add(1)
			}
		}
		if lasts.Load() != 1 {
			t.Fatalf("granted %v: %d were last", granted.Load(), lasts.Load())
		}
	}
}

// A proxy with one owner has the count 1 (CF-038), and the final Release
// leaves 0 (CF-145).
func TestCF_038_SingleOwner(t *testing.T) {
	_, c, _ := newProxies(t)
	if c.Users() != 1 {
		t.Errorf("count %d", c.Users())
	}
}

func TestCF_145_FinalRelease(t *testing.T) {
	m, c, _ := newProxies(t)
	com.Release(c)
	if c.Users() != 0 || m.releases() != 1 {
		t.Errorf("count %d, %d times released", c.Users(), m.releases())
	}
}

// A call checks the proxy first, and then goes through the channel.
func TestProxy_Begin(t *testing.T) {
	ctx := context.Background()
	_, c, _ := newProxies(t)
	if n, err := c.Add(ctx, 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	ch := c.Channel().(*fakeChannel)
	if ch.buffers != 1 || ch.sends != 1 || ch.frees != 1 {
		t.Errorf("the channel was used %+v", *ch)
	}
	var p com.Proxy
	if err := p.Connect(nil); err != com.E_POINTER {
		t.Errorf("Connect(nil): %v", err)
	}
	if _, _, err := p.Begin(ctx, 3, 0); com.HRESULTOf(err) != com.CO_E_OBJNOTCONNECTED {
		t.Errorf("a proxy without a channel: %v", err)
	}
}

// Use after the last Release is CO_E_RELEASED, and the error says who gave it
// back and what to do.
func TestProxy_UseAfterRelease(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name    string
		release func(any)
		hint    string
	}{
		{"by the caller", com.Release, "returns or passes on says oxid.Keep"},
		{"by the stub", com.ReleaseArg, "argument of a call that has returned; a method that keeps an argument says oxid.Keep"},
	} {
		_, p, _ := newProxies(t)
		c.release(p)
		_, err := p.Add(ctx, 1, 2)
		wantHRESULT(t, err, com.CO_E_RELEASED)
		var e *com.Error
		if !errors.As(err, &e) || e.Interface != "ICalc" || e.Method != "Add" || e.Step != step.Self ||
			e.Peer != "10.0.0.5[49152]" || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("%s: %+v", c.name, e)
		}
		if ch := p.Channel().(*fakeChannel); ch.buffers != 0 {
			t.Errorf("%s: the channel was asked", c.name)
		}
	}
	// Another hand-out keeps the pointer alive when the stub gives its own back.
	_, p, _ := newProxies(t)
	com.Keep(p)
	com.ReleaseArg(p)
	if _, err := p.Add(ctx, 1, 2); err != nil {
		t.Errorf("a kept argument: %v", err)
	}
}

// After Disconnect methods fail with CO_E_OBJNOTCONNECTED (CF-178, CF-033),
// and Release is safe (CF-034).
func TestCF_178_Disconnect(t *testing.T) {
	m, c, _ := newProxies(t)
	c.Disconnect()
	_, err := c.Add(context.Background(), 1, 2)
	wantHRESULT(t, err, com.CO_E_OBJNOTCONNECTED)
	if c.Users() != 1 {
		t.Errorf("count %d after Disconnect", c.Users())
	}
	com.Release(c)
	if c.Users() != 0 || m.releases() != 1 {
		t.Errorf("count %d, %d times released", c.Users(), m.releases())
	}
}

// A proxy that is disconnected and released while one of its methods is in
// progress does not disturb that call: it has the channel of its own (CF-179).
func TestCF_179_ReleaseDuringCall(t *testing.T) {
	m, c, _ := newProxies(t)
	ch := c.Channel().(*fakeChannel)
	ch.during = func() {
		com.Release(c)
		c.Disconnect()
	}
	if n, err := c.Add(context.Background(), 1, 2); n != 3 || err != nil {
		t.Errorf("the call in progress: %d, %v", n, err)
	}
	if ch.frees != 1 || m.releases() != 1 {
		t.Errorf("%d times freed, %d times released", ch.frees, m.releases())
	}
	_, err := c.Add(context.Background(), 1, 2)
	wantHRESULT(t, err, com.CO_E_RELEASED)
}

// Arbitrary codes of a method arrive unchanged (CF-552).
func TestCF_552_ArbitraryHRESULT(t *testing.T) {
	_, c, _ := newProxies(t)
	for _, hr := range []com.HRESULT{0x01234567, 0xbeefdead, com.S_OK, com.S_FALSE} {
		got := com.HRESULT(0x77777777)
		err := c.Result(com.CaptureHRESULT(context.Background(), &got), 3, hr)
		if got != hr {
			t.Errorf("%v was captured as %v", hr, got)
		}
		if (err != nil) != hr.Failed() || hr.Failed() && !errors.Is(err, hr) {
			t.Errorf("%v became the error %v", hr, err)
		}
	}
}

// An error of marshaling is wrapped once, with the place where it came up.
func TestProxy_Fail(t *testing.T) {
	_, c, _ := newProxies(t)
	err := c.Fail(3, com.RPC_X_BAD_STUB_DATA)
	var e *com.Error
	if !errors.As(err, &e) || e.HRESULT != com.RPC_X_BAD_STUB_DATA || e.Interface != "ICalc" || e.Method != "Add" {
		t.Errorf("%+v", e)
	}
	if again := c.Fail(3, err); again != err {
		t.Errorf("wrapped twice: %v", again)
	}
	placeless := &com.Error{HRESULT: com.E_FAIL}
	if got := c.Fail(3, placeless); !errors.Is(got, placeless) || got == error(placeless) {
		t.Errorf("%v", got)
	}
}
