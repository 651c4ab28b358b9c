package dcerpc

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
)

// TestCancelLeavesTheConnectionAlone: other implementations close the connection
// when the context of a call ends.
func TestCancelLeavesTheConnectionAlone(t *testing.T) {
	for _, neighbours := range []int{0, 7} {
		bubble(t, func(t *testing.T) {
			s, h := newTestServer(t, nil)
			defer s.Close()
			c, p := newTestClient(t, s, nil)
			defer c.Close()
			errs := make(chan error, neighbours)
			for i := range neighbours {
				go func() {
					in := append(millis(1000), pattern(i, 1)...)
					out, err := invoke(context.Background(), p, opSleep, in)
					if err == nil && !bytes.Equal(in, out) {
						err = errors.New("another call's reply")
					}
					errs <- err
				}()
			}
			synctest.Wait()
			ctx, stop := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer stop()
			start := time.Now()
			_, err := invoke(ctx, p, opBlock, nil)
			if d := time.Since(start); d != 300*time.Millisecond {
				t.Errorf("returned after %v", d)
			}
			if !errors.Is(err, com.RPC_E_TIMEOUT) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error: %v", err)
			}
			for range neighbours {
				if err := <-errs; err != nil {
					t.Errorf("neighbour: %v", err)
				}
			}
			synctest.Wait()
			if n := h.canceled.Load(); n != 1 {
				t.Errorf("%d handlers were cancelled", n)
			}
			if out, err := invoke(context.Background(), p, opEcho, []byte("next")); err != nil || string(out) != "next" {
				t.Errorf("the call after it: %q, %v", out, err)
			}
		})
	}
}

func TestCancelIsNoticedByALoneCaller(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		// At once, and after the reading role has gone to a goroutine.
		for _, after := range []time.Duration{time.Millisecond, time.Second} {
			ctx, stop := context.WithCancelCause(context.Background())
			why := errors.New("the user pressed a key")
			time.AfterFunc(after, func() { stop(why) })
			start := time.Now()
			_, err := invoke(ctx, p, opBlock, nil)
			if d := time.Since(start) - after; d > 2*callerWait {
				t.Errorf("noticed %v late", d)
			}
			if !errors.Is(err, com.RPC_E_CALL_CANCELED) || !errors.Is(err, context.Canceled) || !errors.Is(err, why) {
				t.Errorf("error: %v", err)
			}
		}
	})
}

func TestCancelledBeforehand(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		ctx, stop := context.WithCancel(context.Background())
		stop()
		// The server does not even answer the bind.
		if _, err := c.Context(ctx, plainSyntax); !errors.Is(err, context.Canceled) {
			t.Errorf("Context: %v", err)
		}
		server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := invoke(ctx, p, opEcho, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("Invoke: %v", err)
		}
		server.wantSilence()
	})
}

// TestCancelPDUs shows what a cancelled call sends, and that its late answer is
// recognised.
func TestCancelPDUs(t *testing.T) {
	tests := []struct {
		name     string
		features uint16
		want     []ptype
	}{
		{"connection is kept on orphan", featureKeepConnectionOnOrphan, []ptype{ptCancel, ptOrphaned}},
		{"an orphan would cost the connection", 0, []ptype{ptCancel}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c, server := serveRaw(t, nil)
				defer c.Close()
				defer server.nc.Close()
				go server.acceptBind(5840, pfcWhole|pfcConcMpx, tt.features)
				p, err := c.Context(context.Background(), plainSyntax)
				if err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithTimeout(context.Background(), 100*time.Millisecond)
				defer stop()
				if _, err := invoke(ctx, p, opEcho, []byte("slow")); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatal(err)
				}
				slow, _ := server.want(ptRequest)
				for _, typ := range tt.want {
					if h, _ := server.want(typ); h.callID != slow.callID {
						t.Errorf("PDU type %d names call %d, want %d", typ, h.callID, slow.callID)
					}
				}
				server.wantSilence()
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					next, _ := server.want(ptRequest)
					// The late answer comes in two parts, round that of the next call.
					server.send(rawResponse(slow.callID, pfcFirstFrag, pattern(5000, 1)),
						rawResponse(next.callID, pfcWhole, []byte("right")),
						rawResponse(slow.callID, pfcLastFrag, []byte("late")))
				}()
				if out, err := invoke(context.Background(), p, opEcho, nil); err != nil || string(out) != "right" {
					t.Errorf("the next call: %q, %v", out, err)
				}
				<-sent
			})
		})
	}
}

func TestCancelWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, &ClientOptions{CancelWait: time.Second})
		defer c.Close()
		defer server.nc.Close()
		go server.acceptBind(5840, pfcWhole|pfcConcMpx, featureKeepConnectionOnOrphan)
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer stop()
		go func() {
			server.want(ptRequest)
			h, _ := server.want(ptCancel)
			time.Sleep(500 * time.Millisecond)
			server.send(appendFault(nil, h.callID, 0, Fault{Status: StatusCancelled}))
		}()
		start := time.Now()
		_, err = invoke(ctx, p, opEcho, nil)
		if !errors.Is(err, com.RPC_S_CALL_CANCELLED) || time.Since(start) != 600*time.Millisecond {
			t.Errorf("after %v: %v; want the server's fault", time.Since(start), err)
		}
		ctx2, stop2 := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer stop2()
		start = time.Now()
		_, err = invoke(ctx2, p, opEcho, nil) // the server does not say a word
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 1100*time.Millisecond {
			t.Errorf("after %v: %v; want the end of the wait", time.Since(start), err)
		}
		server.want(ptRequest)
		server.want(ptCancel)
		server.want(ptOrphaned)
	})
}

func TestReplyWinsOverCancel(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		for i := range 50 {
			// Reply and deadline at the same instant: either, but never a mix-up.
			ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
			in := append(millis(50), pattern(i, byte(i))...)
			out, err := invoke(ctx, p, opSleep, in)
			if err == nil && !bytes.Equal(in, out) {
				t.Fatal("another call's reply")
			}
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			stop()
		}
		if out, err := invoke(context.Background(), p, opEcho, []byte("next")); err != nil || string(out) != "next" {
			t.Errorf("the call after it: %q, %v", out, err)
		}
	})
}

// TestPeerThatDoesNotRead shows that neither a caller with a deadline nor the
// connection hangs on a server that has stopped reading.
func TestPeerThatDoesNotRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		go server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for range 3 {
			ctx, stop := context.WithTimeout(context.Background(), time.Second)
			if _, err := invoke(ctx, p, opEcho, make([]byte, 3<<20)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("call with a deadline: %v", err)
			}
			stop()
		}
		if d := time.Since(start); d > 3100*time.Millisecond {
			t.Errorf("three calls of a second took %v", d)
		}
		// The partial request blocks the way: the connection gives up.
		_, err = invoke(context.Background(), p, opEcho, nil)
		if !errors.Is(err, errWriteStalled) {
			t.Errorf("call without a deadline: %v", err)
		}
		if d := time.Since(start); d > 2*defaultWriteTimeout+5*time.Second {
			t.Errorf("gave up after %v", d)
		}
		<-c.Done()
	})
}

// TestSmallRequestsToAPeerThatDoesNotRead: the write of a lone caller's own
// request blocks, too, once the pipe is full.
func TestSmallRequestsToAPeerThatDoesNotRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, &ClientOptions{WriteTimeout: time.Hour})
		defer c.Close()
		defer server.nc.Close()
		go server.acceptBind(5840, pfcWhole|pfcConcMpx, 0)
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		for i := range pipeLimit/4000 + 10 {
			ctx, stop := context.WithTimeout(context.Background(), 100*time.Millisecond)
			start := time.Now()
			if _, err := invoke(ctx, p, opEcho, pattern(4000, byte(i))); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("call %d: %v", i, err)
			}
			if d := time.Since(start); d > 150*time.Millisecond {
				t.Fatalf("call %d took %v", i, d)
			}
			stop()
		}
		// What was sent is whole and in order, whoever went on writing it.
		for i := range pipeLimit/4000 + 10 {
			h, b := server.want(ptRequest)
			if !bytes.Equal(b[requestHeaderSize:], pattern(4000, byte(i))) {
				t.Fatalf("request %d is not what was sent", i)
			}
			if c, _ := server.want(ptCancel); c.callID != h.callID {
				t.Fatalf("cancel of %d behind call %d", c.callID, h.callID)
			}
		}
	})
}
