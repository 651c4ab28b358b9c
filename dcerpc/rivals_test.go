package dcerpc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
)

// The tests of this file are failures of other implementations under load and
// under bad input. None may happen here.

// TestCallsOfOneConnectionRunAtTheSameTime: 8 callers, 5 ms of server work a
// call, 80 calls: 50 ms when they overlap, 400 ms when they are serial.
func TestCallsOfOneConnectionRunAtTheSameTime(t *testing.T) {
	tests := []struct {
		name string
		op   uint16
		most time.Duration
	}{
		{"handlers that say that they block", opSleep, 55 * time.Millisecond},
		// The watchdog's help comes late for the first calls.
		{"handlers that forget to", opNap, 120 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, h := newTestServer(t, nil)
				defer s.Close()
				c, p := newTestClient(t, s, nil)
				defer c.Close()
				start := time.Now()
				errs := make(chan error, 8)
				for range cap(errs) {
					go func() {
						var err error
						for i := 0; i < 10 && err == nil; i++ {
							_, err = invoke(context.Background(), p, tt.op, millis(5))
						}
						errs <- err
					}()
				}
				for range cap(errs) {
					if err := <-errs; err != nil {
						t.Error(err)
					}
				}
				if d := time.Since(start); d > tt.most {
					t.Errorf("80 calls took %v", d)
				}
				if n := h.peak.Load(); n != 8 {
					t.Errorf("at most %d calls at the same time", n)
				}
			})
		})
	}
}

// TestRepliesAreNotMixedUp: concurrent callers of one client each get their own
// data, over a transport that delivers in pieces of any size.
func TestRepliesAreNotMixedUp(t *testing.T) {
	run := func(t *testing.T, client, server net.Conn, o *ClientOptions) {
		s, _ := newTestServer(t, nil)
		go s.ServeConn(server)
		c := NewClientConn(client, o)
		defer c.Close()
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		errs := make(chan error, 8)
		for g := range cap(errs) {
			go func() {
				for i := range 60 {
					ctx, stop := context.Background(), context.CancelFunc(func() {})
					if g%2 == 1 {
						ctx, stop = context.WithTimeout(ctx, time.Minute)
					}
					in := pattern(12<<10+17*i*(g+1), byte(g))
					op := uint16(opEcho)
					if i%16 == g { // some hand over
						op = opSleep
						binary.LittleEndian.PutUint32(in, 1)
					}
					out, err := invoke(ctx, p, op, in)
					stop()
					if err == nil && !bytes.Equal(in, out) {
						err = errors.New("another call's reply")
					}
					if err != nil {
						errs <- fmt.Errorf("caller %d, call %d: %w", g, i, err)
						return
					}
				}
				errs <- nil
			}()
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	}
	t.Run("tcp", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		a, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		run(t, a, b, nil)
	})
	for seed := range int64(4) {
		t.Run(fmt.Sprint("pieces", seed), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				a, b := Pipe()
				o := &ClientOptions{}
				if seed%2 == 1 {
					o.MaxFrag = 5840
				}
				run(t, &piecewise{Conn: a, rnd: rand.New(rand.NewSource(seed))}, &piecewise{Conn: b, rnd: rand.New(rand.NewSource(seed + 100))}, o)
			})
		})
	}
}

// piecewise is a connection whose reads return less than there is.
type piecewise struct {
	net.Conn
	rnd *rand.Rand // used by one reader at a time
}

func (c *piecewise) Read(p []byte) (int, error) {
	most := []int{1, 20, 100, 5000, 1 << 20}[c.rnd.Intn(5)]
	return c.Conn.Read(p[:min(len(p), 1+c.rnd.Intn(most))])
}

// TestFaultHarmsNobodyElse: one call faults while seven others are in flight.
func TestFaultHarmsNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		errs := make(chan error, 7)
		for range cap(errs) {
			go func() {
				_, err := invoke(context.Background(), p, opSleep, millis(100))
				errs <- err
			}()
		}
		synctest.Wait()
		for _, tt := range []struct {
			op   uint16
			want com.HRESULT
		}{{opFail, com.RPC_E_DISCONNECTED}, {opPanic, com.RPC_E_SERVERFAULT}, {opGoexit, com.RPC_E_SERVERFAULT}, {opCount, com.RPC_S_PROCNUM_OUT_OF_RANGE}} {
			var f *Fault
			if _, err := invoke(context.Background(), p, tt.op, nil); !errors.Is(err, tt.want) || !errors.As(err, &f) {
				t.Errorf("operation %d: %v; want %v", tt.op, err, tt.want)
			} else if f.DidNotExecute != (tt.op == opCount) {
				t.Errorf("operation %d: DidNotExecute = %v", tt.op, f.DidNotExecute)
			}
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Errorf("neighbour: %v", err)
			}
		}
		if err := c.Err(); err != nil {
			t.Errorf("the connection: %v", err)
		}
	})
}

// TestConnectionLossFailsEveryCall: none waits for an answer that cannot come.
func TestConnectionLossFailsEveryCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, h := newTestServer(t, nil)
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		errs := make(chan error, 8)
		for range cap(errs) {
			go func() {
				_, err := invoke(context.Background(), p, opBlock, nil)
				errs <- err
			}()
		}
		synctest.Wait()
		s.Close()
		for range cap(errs) {
			if err := <-errs; !errors.Is(err, com.RPC_S_CALL_FAILED) || !errors.Is(err, io.EOF) {
				t.Errorf("call in flight: %v", err)
			}
		}
		synctest.Wait()
		if n := h.canceled.Load(); n != 8 {
			t.Errorf("%d handlers were cancelled", n)
		}
	})
}

// TestCutOffReplyIsNoReply: a connection that breaks at any place of a reply in
// several fragments gives an error, never a shorter reply.
func TestCutOffReplyIsNoReply(t *testing.T) {
	bubble(t, func(t *testing.T) {
		whole := append(rawResponse(2, pfcFirstFrag, pattern(5000, 1)), rawResponse(2, pfcLastFrag, pattern(100, 2))...)
		for cut := 0; cut < len(whole); cut += 97 {
			c, server := serveRaw(t, nil)
			go func() {
				server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
				server.want(ptRequest)
				server.send(whole[:cut])
				server.nc.Close()
			}()
			p, err := c.Context(context.Background(), plainSyntax)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := invoke(context.Background(), p, opEcho, nil); !errors.Is(err, com.RPC_S_CALL_FAILED) {
				t.Errorf("cut after %d of %d bytes: %d bytes, %v", cut, len(whole), len(out), err)
			}
		}
	})
}
