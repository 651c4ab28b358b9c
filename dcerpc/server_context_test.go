package dcerpc

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// wrapped is what the layer above makes of a CallContext: its own struct, one
// allocation for both.
type wrapped struct {
	CallContext
	user string
}

type userKey struct{}

func (w *wrapped) Value(key any) any {
	if key == (userKey{}) {
		return w.user
	}
	return w.CallContext.Value(key)
}

// serveFunc returns a client of a server with one operation.
func serveFunc(t *testing.T, f func(c *ServerCall) error) (*Server, *ClientConn, *PresContext) {
	t.Helper()
	s := NewServer(nil)
	if err := s.Register(&Interface{Syntax: plainSyntax, NumOps: 2, Handler: HandlerFunc(f)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c, p := newTestClient(t, s, nil)
	return s, c, p
}

func TestCallContextEmbedded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var kept context.Context
		var after bool
		s, c, p := serveFunc(t, func(sc *ServerCall) error {
			w := &wrapped{user: "me"}
			sc.InitContext(&w.CallContext)
			derived, stop := context.WithTimeout(context.WithValue(w, testKey{}, "v"), time.Minute)
			defer stop()
			if got := CallFromContext(derived); got != sc {
				t.Errorf("CallFromContext = %p, want %p", got, sc)
			}
			if derived.Value(userKey{}) != "me" || derived.Value(testKey{}) != "v" || derived.Value("x") != nil {
				t.Error("values are lost")
			}
			if _, ok := w.Deadline(); ok || w.Err() != nil {
				t.Error("a running call's context has a deadline or an error")
			}
			context.AfterFunc(w, func() { after = true })
			unused := context.AfterFunc(w, func() { t.Error("a stopped function runs") })
			if !unused() || unused() {
				t.Error("stop of AfterFunc")
			}
			kept = w
			return nil
		})
		defer s.Close()
		defer c.Close()
		if _, err := invoke(context.Background(), p, 0, nil); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		// The call is over: so is its context, for good.
		if CallFromContext(kept) != nil || kept.Err() != context.Canceled || !after {
			t.Errorf("after the call: %v, %v, AfterFunc ran: %v", CallFromContext(kept), kept.Err(), after)
		}
		<-kept.Done()
		done := make(chan struct{})
		context.AfterFunc(kept, func() { close(done) })
		<-done
		if CallFromContext(context.Background()) != nil {
			t.Error("CallFromContext of a context without a call")
		}
	})
}

func TestCallContextIsCancelled(t *testing.T) {
	tests := []struct {
		name string
		end  func(stop context.CancelFunc, s *Server, c *ClientConn)
	}{
		{"by the client", func(stop context.CancelFunc, _ *Server, _ *ClientConn) { stop() }},
		{"by connection loss", func(_ context.CancelFunc, _ *Server, c *ClientConn) { c.Close() }},
		{"by the server's end", func(_ context.CancelFunc, s *Server, _ *ClientConn) { s.Close() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var got error
				s, c, p := serveFunc(t, func(sc *ServerCall) error {
					var w wrapped
					sc.InitContext(&w.CallContext)
					sc.HandOver()
					sc.HandOver() // as often as one likes
					ctx, stop := context.WithTimeout(&w, time.Hour)
					defer stop()
					<-ctx.Done()
					got = ctx.Err()
					return got
				})
				defer s.Close()
				defer c.Close()
				ctx, stop := context.WithCancel(context.Background())
				defer stop()
				go invoke(ctx, p, 0, nil)
				synctest.Wait()
				tt.end(stop, s, c)
				time.Sleep(2 * callerWait) // a lone caller looks that seldom
				synctest.Wait()
				if got != context.Canceled {
					t.Errorf("the handler's context: %v", got)
				}
			})
		})
	}
}

// TestCancelBeforeContext: a cancel that comes before the handler makes its
// context is not lost.
func TestCancelBeforeContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		got := make(chan error, 1)
		s, c, p := serveFunc(t, func(sc *ServerCall) error {
			sc.HandOver()
			time.Sleep(time.Second)
			var cc CallContext
			sc.InitContext(&cc)
			got <- cc.Err()
			return nil
		})
		defer s.Close()
		defer c.Close()
		ctx, stop := context.WithTimeout(context.Background(), time.Millisecond)
		defer stop()
		invoke(ctx, p, 0, nil)
		if err := <-got; err != context.Canceled {
			t.Errorf("context: %v", err)
		}
		synctest.Wait()
	})
}

// TestOutgoingCallHandsOver: a handler that calls on, with its call's context,
// does not hold up its connection, even if the answer needs that connection.
func TestOutgoingCallHandsOver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		back, _ := newTestServer(t, nil)
		defer back.Close()
		bc, bp := newTestClient(t, back, nil)
		defer bc.Close()
		s, c, p := serveFunc(t, func(sc *ServerCall) error {
			if sc.Opnum == 1 {
				return nil
			}
			var w wrapped
			sc.InitContext(&w.CallContext)
			ctx, stop := context.WithCancel(&w)
			defer stop()
			_, err := invoke(ctx, bp, opSleep, millis(1000))
			return err
		})
		defer s.Close()
		defer c.Close()
		slow := make(chan error, 1)
		go func() {
			_, err := invoke(context.Background(), p, 0, nil)
			slow <- err
		}()
		synctest.Wait()
		start := time.Now()
		if _, err := invoke(context.Background(), p, 1, nil); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("the neighbour waited for %v", d)
		}
		if err := <-slow; err != nil {
			t.Error(err)
		}
	})
}

// TestCancelTravelsOn: cancelling the first call of a chain cancels the last.
func TestCancelTravelsOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		back, h := newTestServer(t, nil)
		defer back.Close()
		bc, bp := newTestClient(t, back, nil)
		defer bc.Close()
		s, c, p := serveFunc(t, func(sc *ServerCall) error {
			var w wrapped
			sc.InitContext(&w.CallContext)
			_, err := invoke(&w, bp, opBlock, nil)
			return err
		})
		defer s.Close()
		defer c.Close()
		ctx, stop := context.WithTimeout(context.Background(), time.Second)
		defer stop()
		if _, err := invoke(ctx, p, 0, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		time.Sleep(100 * time.Millisecond)
		if h.canceled.Load() != 1 {
			t.Error("the last handler runs on")
		}
	})
}

// testKey is a key of the tests' own.
type testKey struct{}
