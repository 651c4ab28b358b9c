package dcerpc

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
)

func TestRegister(t *testing.T) {
	s, h := newTestServer(t, nil)
	if err := s.Register(&Interface{Syntax: plainSyntax, NumOps: 1, Handler: h}); err == nil {
		t.Error("an interface can be registered twice")
	}
	if err := s.Register(&Interface{Syntax: otherSyntax, NumOps: 1}); err == nil {
		t.Error("an interface without handler can be registered")
	}
	if got, want := s.Interfaces(), []SyntaxID{plainSyntax, objectSyntax}; !slices.Equal(got, want) {
		t.Errorf("Interfaces() = %v", got)
	}
}

func TestUnregisterReachesContexts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		s.Unregister(plainSyntax)
		_, err := invoke(context.Background(), p, opEcho, nil)
		var f *Fault
		if !errors.As(err, &f) || f.Status != StatusUnknownInterface || !f.DidNotExecute {
			t.Errorf("call: %v", err)
		}
		if _, err := c.Context(context.Background(), SyntaxID{UUID: plainSyntax.UUID, Major: 2}); !errors.Is(err, com.RPC_S_UNKNOWN_IF) {
			t.Errorf("Context: %v", err)
		}
	})
}

func TestLookup(t *testing.T) {
	bubble(t, func(t *testing.T) {
		iid := SyntaxID{UUID: com.MustGUID("00000131-0000-0000-c000-000000000046")}
		var object com.GUID
		s := NewServer(&ServerOptions{Lookup: func(id SyntaxID) *Interface {
			if id != iid {
				return nil
			}
			return &Interface{Syntax: id, NumOps: 1, NeedsObject: true, Handler: HandlerFunc(func(c *ServerCall) error {
				object = c.Object
				return nil
			})}
		}})
		defer s.Close()
		c := NewClientConn(s.Pipe(), nil)
		defer c.Close()
		if _, err := c.Context(context.Background(), plainSyntax); !errors.Is(err, com.RPC_S_UNKNOWN_IF) {
			t.Errorf("unknown interface: %v", err)
		}
		p, err := c.Context(context.Background(), iid)
		if err != nil {
			t.Fatal(err)
		}
		want := com.NewGUID()
		call := p.NewCall(0, &want, 0)
		defer call.Free()
		if err := call.Invoke(context.Background()); err != nil || object != want {
			t.Errorf("object %v, %v", object, err)
		}
	})
}

func TestMinAuthnLevel(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewServer(nil)
		defer s.Close()
		s.Register(&Interface{Syntax: plainSyntax, NumOps: 1, MinAuthnLevel: com.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY, Handler: HandlerFunc(func(*ServerCall) error {
			t.Error("the handler was called")
			return nil
		})})
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		if _, err := invoke(context.Background(), p, 0, nil); !errors.Is(err, com.E_ACCESSDENIED) {
			t.Errorf("unauthenticated call: %v", err)
		}
	})
}

func TestRequestLimits(t *testing.T) {
	tests := []struct {
		name  string
		o     ServerOptions
		l     ListenerOptions
		iface int
		most  int
	}{
		{"default", ServerOptions{}, ListenerOptions{}, 0, 4 << 20},
		{"server", ServerOptions{MaxRequest: 100000}, ListenerOptions{}, 0, 100000},
		{"listener", ServerOptions{MaxRequest: 100000}, ListenerOptions{MaxRequest: 50000}, 0, 50000},
		{"interface", ServerOptions{MaxRequest: 100000}, ListenerOptions{MaxRequest: 50000}, 200000, 200000},
	}
	for _, tt := range tests {
		for _, frag := range []int{5840, 65528} {
			t.Run(tt.name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					s := NewServer(&tt.o)
					defer s.Close()
					var got int
					s.Register(&Interface{Syntax: plainSyntax, NumOps: 1, MaxRequest: tt.iface, Handler: HandlerFunc(func(c *ServerCall) error {
						got = len(c.Stub)
						return nil
					})})
					a, b := Pipe()
					go s.serveConn(b, tt.l)
					c := NewClientConn(a, &ClientOptions{MaxFrag: frag})
					defer c.Close()
					p, err := c.Context(context.Background(), plainSyntax)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := invoke(context.Background(), p, 0, make([]byte, tt.most)); err != nil || got != tt.most {
						t.Errorf("%d bytes: %d arrived, %v", tt.most, got, err)
					}
					_, err = invoke(context.Background(), p, 0, make([]byte, tt.most+1))
					if !errors.Is(err, com.E_ACCESSDENIED) {
						t.Errorf("one more: %v", err)
					}
					<-c.Done()
				})
			})
		}
	}
}

func TestMaxCalls(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, &ServerOptions{MaxCalls: 3})
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		ctx, stop := context.WithCancel(context.Background())
		errs := make(chan error, 3)
		for range cap(errs) {
			go func() {
				_, err := invoke(ctx, p, opBlock, nil)
				errs <- err
			}()
		}
		synctest.Wait()
		_, err := invoke(context.Background(), p, opEcho, nil)
		var f *Fault
		if !errors.Is(err, com.RPC_S_SERVER_TOO_BUSY) || !errors.As(err, &f) || !f.DidNotExecute {
			t.Errorf("the fourth call: %v", err)
		}
		stop()
		for range cap(errs) {
			<-errs
		}
		synctest.Wait()
		if _, err := invoke(context.Background(), p, opEcho, nil); err != nil {
			t.Errorf("later: %v", err)
		}
	})
}

func TestMaxConns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, &ServerOptions{MaxConns: 2})
		defer s.Close()
		a, _ := newTestClient(t, s, nil)
		b, _ := newTestClient(t, s, nil)
		defer b.Close()
		c := NewClientConn(s.Pipe(), nil)
		if _, err := c.Context(context.Background(), plainSyntax); err == nil {
			t.Error("a third connection is served")
		}
		a.Close()
		synctest.Wait()
		d, _ := newTestClient(t, s, nil)
		d.Close()
	})
}

func TestMaxContexts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, &ServerOptions{MaxContexts: 1})
		defer s.Close()
		c, _ := newTestClient(t, s, nil)
		defer c.Close()
		if _, err := c.Context(context.Background(), objectSyntax); !errors.Is(err, com.RPC_S_UNSUPPORTED_TRANS_SYN) {
			t.Errorf("second context: %v", err)
		}
	})
}

func TestServerTimeouts(t *testing.T) {
	tests := []struct {
		name  string
		send  [][]byte
		after time.Duration
	}{
		{"nothing comes", nil, 30 * time.Second},
		{"half a bind", [][]byte{plainBind(pfcWhole)[:20]}, 30 * time.Second},
		{"half a request", [][]byte{plainBind(pfcWhole), rawRequest(2, pfcFirstFrag, 0, opEcho, make([]byte, 5000))}, 30 * time.Second},
		{"no call", [][]byte{plainBind(pfcWhole)}, 5 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, _ := newTestServer(t, &ServerOptions{IdleTimeout: 5 * time.Minute})
				defer s.Close()
				p := dialRaw(t, s)
				start := time.Now()
				p.send(tt.send...)
				for {
					if _, _, err := p.recv(); err != nil {
						break
					}
				}
				if d := time.Since(start) - tt.after; d < 0 || d > 3*time.Second {
					t.Errorf("closed after %v; want %v", time.Since(start), tt.after)
				}
			})
		})
	}
}

func TestSlowRequestIsNotCutOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		p := dialRaw(t, s)
		p.send(plainBind(pfcWhole))
		p.want(ptBindAck)
		p.send(rawRequest(2, pfcFirstFrag, 0, opEcho, nil))
		for range 5 {
			time.Sleep(20 * time.Second)
			p.send(rawRequest(2, 0, 0, opEcho, make([]byte, 8)))
		}
		p.send(rawRequest(2, pfcLastFrag, 0, opEcho, nil))
		p.want(ptResponse)
		p.nc.Close()
	})
}

// TestClientThatDoesNotRead: its connection ends, and with it the memory that
// its replies take.
func TestClientThatDoesNotRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		p := dialRaw(t, s)
		p.send(plainBind(pfcWhole | pfcConcMpx))
		p.want(ptBindAck)
		start := time.Now()
		stub := make([]byte, 5000)
		n := 0
		p.nc.SetWriteDeadline(time.Now().Add(5 * time.Minute))
		for ; ; n++ {
			if _, err := p.nc.Write(rawRequest(uint32(n+2), pfcWhole, 0, opEcho, stub)); err != nil {
				break
			}
		}
		if d := time.Since(start); d > 70*time.Second {
			t.Errorf("cut off after %v", d)
		}
		if got := n * len(stub); got > 3<<20 {
			t.Errorf("%d bytes of requests were taken", got)
		}
		for len(s.Conns()) > 0 {
			time.Sleep(time.Second)
		}
	})
}

func TestShutdownWaitsForCalls(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		c, p := newTestClient(t, s, nil)
		idle, _ := newTestClient(t, s, nil)
		got := make(chan error, 1)
		go func() {
			_, err := invoke(context.Background(), p, opSleep, millis(1000))
			got <- err
		}()
		synctest.Wait()
		start := time.Now()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d < time.Second || d > 1100*time.Millisecond {
			t.Errorf("Shutdown took %v", d)
		}
		if err := <-got; err != nil {
			t.Errorf("the call in progress: %v", err)
		}
		<-c.Done()
		<-idle.Done()
		if err := s.Serve(&net.TCPListener{}); err != ErrServerClosed {
			t.Errorf("Serve after Shutdown: %v", err)
		}
	})
}

func TestShutdownEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, h := newTestServer(t, nil)
		c, p := newTestClient(t, s, nil)
		got := make(chan error, 1)
		go func() {
			_, err := invoke(context.Background(), p, opBlock, nil)
			got <- err
		}()
		synctest.Wait()
		ctx, stop := context.WithTimeout(context.Background(), time.Second)
		defer stop()
		if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if err := <-got; !errors.Is(err, com.RPC_S_CALL_FAILED) {
			t.Errorf("the call in progress: %v", err)
		}
		synctest.Wait()
		if h.canceled.Load() != 1 {
			t.Error("the handler's context was not cancelled")
		}
		c.Close()
	})
}

// TestInlineHandlerIsCancelledByClose: a handler that blocks without a word is
// reached all the same.
func TestInlineHandlerIsCancelledByClose(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewServer(nil)
		entered := make(chan struct{})
		var err error
		s.Register(&Interface{Syntax: plainSyntax, NumOps: 1, Handler: HandlerFunc(func(c *ServerCall) error {
			var cc CallContext
			c.InitContext(&cc)
			close(entered)
			<-cc.Done()
			err = cc.Err()
			return err
		})})
		c, p := newTestClient(t, s, nil)
		go invoke(context.Background(), p, 0, nil)
		<-entered
		s.Close()
		synctest.Wait()
		if err != context.Canceled {
			t.Errorf("the handler's context: %v", err)
		}
		c.Close()
	})
}

// TestReplyMemory: a reply may lie anywhere, even in the request.
func TestReplyMemory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewServer(nil)
		defer s.Close()
		s.Register(&Interface{Syntax: plainSyntax, NumOps: 4, Handler: HandlerFunc(func(c *ServerCall) error {
			switch c.Opnum {
			case 0:
				c.Reply = c.Stub
			case 1:
				c.Reply = append([]byte(nil), c.Stub...)
			case 2: // outgrows what was asked for
				c.Reply = append(c.GrowReply(1), c.Stub...)
			case 3:
				c.GrowReply(8)
				c.HandOver()
				c.Reply = c.Stub
			}
			return nil
		})})
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		var wg sync.WaitGroup
		for op := range uint16(4) {
			wg.Go(func() {
				for i, n := range sizes {
					in := pattern(n, byte(i))
					if out, err := invoke(context.Background(), p, op, in); err != nil || !bytes.Equal(in, out) {
						t.Errorf("operation %d, %d bytes: %v", op, n, err)
					}
				}
			})
		}
		wg.Wait()
	})
}

// TestLongReplyMakesWay: a short reply does not wait for the end of a long one,
// when the client can tell them apart.
func TestLongReplyMakesWay(t *testing.T) {
	for _, mpx := range []uint8{pfcConcMpx, 0} {
		bubble(t, func(t *testing.T) {
			s := NewServer(nil)
			defer s.Close()
			s.Register(&Interface{Syntax: plainSyntax, NumOps: 2, Handler: HandlerFunc(func(c *ServerCall) error {
				c.Reply = make([]byte, 50)
				if c.Opnum == 1 {
					c.HandOver()
					c.Reply = make([]byte, 8<<20)
				}
				return nil
			})})
			p := dialRaw(t, s)
			defer p.nc.Close()
			p.send(plainBind(pfcWhole | mpx))
			p.want(ptBindAck)
			p.send(rawRequest(2, pfcWhole, 0, 1, nil))
			synctest.Wait() // the long reply fills the pipe
			p.send(rawRequest(3, pfcWhole, 0, 0, nil))
			synctest.Wait()
			var order []uint32
			for len(order) < 2 {
				if h, _ := p.want(ptResponse); h.last() {
					order = append(order, h.callID)
				}
			}
			if want := map[uint8][]uint32{pfcConcMpx: {3, 2}, 0: {2, 3}}[mpx]; !slices.Equal(order, want) {
				t.Errorf("multiplexing %#x: replies end in the order %d; want %d", mpx, order, want)
			}
		})
	}
}

func TestRequestMemoryIsTheHandlers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		// A handler that runs beside the reader keeps its stub data while others
		// come and go.
		s := NewServer(nil)
		defer s.Close()
		s.Register(&Interface{Syntax: plainSyntax, NumOps: 2, Handler: HandlerFunc(func(c *ServerCall) error {
			if c.Opnum == 1 {
				before := append([]byte(nil), c.Stub...)
				c.HandOver()
				time.Sleep(100 * time.Millisecond)
				if !bytes.Equal(before, c.Stub) {
					t.Error("the stub data of a running call has changed")
				}
				for i := range c.Stub {
					c.Stub[i]++ // allowed
				}
			}
			c.Reply = append(c.GrowReply(len(c.Stub)), c.Stub...)
			return nil
		})})
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		var wg sync.WaitGroup
		for g := range 10 {
			wg.Go(func() { invoke(context.Background(), p, 1, pattern(50*g, byte(g))) })
		}
		synctest.Wait()
		for i := range 2000 {
			in := pattern(100+i, byte(i))
			if out, err := invoke(context.Background(), p, 0, in); err != nil || !bytes.Equal(in, out) {
				t.Fatalf("call %d: %v", i, err)
			}
		}
		wg.Wait()
	})
}

// TestRequestMemoryBesideTheReader is the same for calls that run on goroutines
// of their own from the start.
func TestRequestMemoryBesideTheReader(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, c, p := serveFunc(t, func(sc *ServerCall) error {
			before := append([]byte(nil), sc.Stub...)
			time.Sleep(10 * time.Millisecond)
			if !bytes.Equal(before, sc.Stub) {
				t.Errorf("the stub data of a running call of %d bytes has changed", len(before))
			}
			return nil
		})
		defer s.Close()
		defer c.Close()
		s.Conns()[0].handAlways.Store(true)
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				if _, err := invoke(context.Background(), p, 0, pattern(17+i*600, byte(i))); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		time.Sleep(2 * quietTicks * watchPeriod)
	})
}

func TestFragmentSizesGranted(t *testing.T) {
	tests := []struct{ xmit, recv, want uint16 }{
		{0xffff, 0xffff, 5840}, {0, 0xffff, 2048}, {3199, 0xffff, 3192}, {0xffff, 3199, 3192}, {0, 0, 2048},
		{5840, 5840, 5840}, {65528, 65528, 65528}, {65528, 5840, 5840}, {5840, 65528, 5840}, {65520, 65520, 5840}, {4280, 4280, 4280},
	}
	for _, tt := range tests {
		bubble(t, func(t *testing.T) {
			s, _ := newTestServer(t, nil)
			defer s.Close()
			p := dialRaw(t, s)
			p.send(rawBind(ptBind, 1, pfcWhole, bindPDU{maxXmit: tt.xmit, maxRecv: tt.recv, elems: []presElem{elem(0, plainSyntax, NDR20)}}))
			h, b := p.want(ptBindAck)
			ack, err := parseBindAck(&h, b)
			if err != nil || ack.maxXmit != tt.want || ack.maxRecv != tt.want {
				t.Errorf("(%d, %d): granted (%d, %d), want %d", tt.xmit, tt.recv, ack.maxXmit, ack.maxRecv, tt.want)
			}
			// Replies keep to it, and carry stub data in multiples of 8.
			p.send(rawRequest(2, pfcFirstFrag, 0, opEcho, make([]byte, 5000)), rawRequest(2, pfcLastFrag, 0, opEcho, make([]byte, 5000)))
			total := 0
			for last := false; !last; {
				h, b := p.want(ptResponse)
				last = h.last()
				total += len(b) - responseHeaderSize
				if len(b) > int(tt.want) || !last && (len(b)-responseHeaderSize)%8 != 0 {
					t.Errorf("fragment of %d bytes", len(b))
				}
			}
			if total != 10000 {
				t.Errorf("reply of %d bytes", total)
			}
			p.nc.Close()
		})
	}
}

func TestSecondaryAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := newTestServer(t, nil)
	go s.Serve(l)
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t, nc}
	defer nc.Close()
	p.send(plainBind(pfcWhole))
	h, b := p.want(ptBindAck)
	ack, err := parseBindAck(&h, b)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err != nil || ack.secondary != port {
		t.Errorf("secondary address %q, want %q", ack.secondary, port)
	}
}
