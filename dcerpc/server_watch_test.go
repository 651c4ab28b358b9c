package dcerpc

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestWatchdogFindsBlockedHandlers: a handler that blocks without a word holds
// up its neighbours for at most two ticks, later ones not at all, until the
// connection has been quiet for a while.
func TestWatchdogFindsBlockedHandlers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, &ClientOptions{IdleTimeout: -1})
		defer c.Close()
		conn := s.Conns()[0]
		neighbour := func() time.Duration {
			go invoke(context.Background(), p, opNap, millis(500))
			synctest.Wait()
			start := time.Now()
			if _, err := invoke(context.Background(), p, opEcho, nil); err != nil {
				t.Error(err)
			}
			return time.Since(start)
		}
		if d := neighbour(); d == 0 || d > 2*watchPeriod {
			t.Errorf("the first time: held up for %v", d)
		}
		for range 3 {
			if d := neighbour(); d != 0 {
				t.Errorf("later: held up for %v", d)
			}
		}
		time.Sleep(500*time.Millisecond + (quietTicks+5)*watchPeriod)
		if conn.handAlways.Load() {
			t.Error("the connection has not calmed down")
		}
		if d := neighbour(); d == 0 || d > 2*watchPeriod {
			t.Errorf("after a while: held up for %v", d)
		}
		time.Sleep(time.Second)
	})
}

// TestWatchdogParks: without calls there is no ticking.
func TestWatchdogParks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, &ClientOptions{IdleTimeout: -1})
		defer c.Close()
		for range 2 {
			if _, err := invoke(context.Background(), p, opEcho, nil); err != nil {
				t.Fatal(err)
			}
			time.Sleep((quietTicks + 5) * watchPeriod)
			before := s.watch.tick.Load()
			time.Sleep(time.Minute)
			if n := s.watch.tick.Load() - before; n != 0 {
				t.Errorf("%d ticks in a minute without a call", n)
			}
		}
	})
}

// TestWatchdogLeavesFastHandlersAlone: they stay on the reading goroutine.
func TestWatchdogLeavesFastHandlersAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		for range 500 {
			if _, err := invoke(context.Background(), p, opEcho, nil); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if s.Conns()[0].handAlways.Load() {
			t.Error("taken for slow")
		}
	})
}
