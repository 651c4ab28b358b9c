package dcerpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/step"
)

// sizes are lengths of stub data round the borders of fragments and buffers.
var sizes = []int{0, 1, 7, 8, 100, 1407, 1408, 1409, 2007, 2008, 2024, 2025, 4071, 4072, 4073, 5815, 5816, 5817, 5824, 11632,
	16384, 16385, 65503, 65504, 65505, 65511, 131008, 131009, 300000, 1 << 20}

// pattern makes n bytes in which no two places look alike.
func pattern(n int, seed byte) []byte {
	b := make([]byte, n)
	x := uint32(seed) + 1
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// checkEcho makes one call for each size.
func checkEcho(t *testing.T, p *PresContext, object *com.GUID, sizes []int) {
	t.Helper()
	for _, n := range sizes {
		in := pattern(n, byte(n))
		c := p.NewCall(opEcho, object, n)
		c.Stub = append(c.Stub, in...)
		if err := c.Invoke(context.Background()); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if !bytes.Equal(c.Reply, in) {
			t.Fatalf("%d bytes: reply of %d bytes differs", n, len(c.Reply))
		}
		if c.DataRep != drepLittle {
			t.Fatalf("DataRep = %#x", c.DataRep)
		}
		c.Free()
	}
}

func TestFragmentsOfAllSizes(t *testing.T) {
	for _, frag := range []int{1432, 2048, 4280, 5840, 65528} {
		t.Run(fmt.Sprint(frag), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, _ := newTestServer(t, nil)
				defer s.Close()
				c, p := newTestClient(t, s, &ClientOptions{MaxFrag: frag})
				defer c.Close()
				checkEcho(t, p, nil, sizes)
				q, err := c.Context(context.Background(), objectSyntax)
				if err != nil {
					t.Fatal(err)
				}
				checkEcho(t, q, &com.GUID{Data1: 7}, sizes)
			})
		})
	}
}

func TestTransports(t *testing.T) {
	for _, network := range []string{"tcp4", "tcp6", "unix"} {
		t.Run(network, func(t *testing.T) {
			address := map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0", "unix": filepath.Join(t.TempDir(), "s")}[network]
			l, err := net.Listen(network, address)
			if err != nil {
				t.Skipf("this machine has no %s: %v", network, err)
			}
			s, _ := newTestServer(t, nil)
			over := make(chan error, 1)
			go func() { over <- s.Serve(l) }()
			c, err := Dial(context.Background(), network, l.Addr().String(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			p, err := c.Context(context.Background(), plainSyntax)
			if err != nil {
				t.Fatal(err)
			}
			checkEcho(t, p, nil, sizes)
			if c.Group() == 0 {
				t.Error("no association group")
			}
			s.Close()
			if err := <-over; err != ErrServerClosed {
				t.Errorf("Serve returned %v", err)
			}
		})
	}
}

func TestDialFailure(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	_, err = Dial(context.Background(), "tcp", address, nil)
	var e *com.Error
	if !errors.Is(err, com.RPC_S_SERVER_UNAVAILABLE) || !errors.As(err, &e) || e.Step != step.TCP || e.Peer != address {
		t.Errorf("Dial of a closed port: %v", err)
	}
	var ne *net.OpError
	if !errors.As(err, &ne) {
		t.Errorf("the cause is lost: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err = Dial(ctx, "tcp", address, nil); !errors.Is(err, com.RPC_E_CALL_CANCELED) || !errors.Is(err, context.Canceled) {
		t.Errorf("Dial with a cancelled context: %v", err)
	}
}

// TestClientReactions shows what the client makes of a server that breaks the
// protocol: every call in flight fails and the connection is closed.
func TestClientReactions(t *testing.T) {
	tests := []struct {
		name string
		send func(id uint32) []byte
		want com.HRESULT
	}{
		{"closes", func(uint32) []byte { return nil }, com.RPC_S_CALL_FAILED},
		{"frag_length below 16", func(id uint32) []byte { return patch(rawResponse(id, pfcWhole, nil), 8, 3, 0) }, com.RPC_S_PROTOCOL_ERROR},
		{"version", func(id uint32) []byte { return patch(rawResponse(id, pfcWhole, nil), 0, 4) }, com.RPC_S_PROTOCOL_ERROR},
		{"drep", func(id uint32) []byte { return patch(rawResponse(id, pfcWhole, nil), 5, 1) }, com.RPC_S_PROTOCOL_ERROR},
		{"response too short", func(id uint32) []byte { return endPDU(rawResponse(id, pfcWhole, nil)[:20], 0, 0) }, com.RPC_S_PROTOCOL_ERROR},
		{"fault too short", func(id uint32) []byte { return appendControl(nil, ptFault, id) }, com.RPC_S_PROTOCOL_ERROR},
		{"request", func(id uint32) []byte { return rawRequest(id, pfcWhole, 0, 0, nil) }, com.RPC_S_PROTOCOL_ERROR},
		{"bind_ack for a call", func(id uint32) []byte {
			p := bindAckPDU{maxXmit: 5840, maxRecv: 5840}
			return endPDU(p.appendBody(beginPDU(nil, ptBindAck, pfcWhole, id), 0), 0, 0)
		}, com.RPC_S_PROTOCOL_ERROR},
		{"unknown type", func(id uint32) []byte { return appendControl(nil, 20, id) }, com.RPC_S_PROTOCOL_ERROR},
		{"response without a first fragment", func(id uint32) []byte { return rawResponse(id, pfcLastFrag, nil) }, com.RPC_S_PROTOCOL_ERROR},
		{"two first fragments", func(id uint32) []byte {
			return append(rawResponse(id, pfcFirstFrag, []byte("12345678")), rawResponse(id, pfcFirstFrag, nil)...)
		}, com.RPC_S_PROTOCOL_ERROR},
		{"byte order changes within a reply", func(id uint32) []byte {
			big := []byte{5, 0, 2, pfcLastFrag, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0, byte(id), 0, 0, 0, 0, 0, 0, 0, 0}
			return append(rawResponse(id, pfcFirstFrag, []byte("12345678")), big...)
		}, com.RPC_S_PROTOCOL_ERROR},
		{"reply cut off", func(id uint32) []byte { return rawResponse(id, pfcFirstFrag, []byte("12345678")) }, com.RPC_S_CALL_FAILED},
		{"fragment cut off", func(id uint32) []byte { return rawResponse(id, pfcWhole, make([]byte, 5000))[:4900] }, com.RPC_S_CALL_FAILED},
		{"authentication trailer that does not fit", func(id uint32) []byte { return patch(rawResponse(id, pfcWhole, make([]byte, 8)), 10, 0xff, 1) }, com.RPC_S_PROTOCOL_ERROR},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c, server := serveRaw(t, nil)
				defer c.Close()
				defer server.nc.Close()
				go func() {
					server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
					server.want(ptRequest)
					h, _ := server.want(ptRequest)
					server.send(tt.send(h.callID))
					server.nc.Close()
				}()
				p, err := c.Context(context.Background(), plainSyntax)
				if err != nil {
					t.Fatal(err)
				}
				// Two calls in flight: both fail.
				neighbour := make(chan error, 1)
				go func() {
					_, err := invoke(context.Background(), p, opEcho, nil)
					neighbour <- err
				}()
				synctest.Wait()
				for range 2 {
					_, err = invoke(context.Background(), p, opEcho, nil)
					var e *com.Error
					if !errors.Is(err, tt.want) || !errors.As(err, &e) || e.Peer != "pipe" || e.Err == nil {
						t.Errorf("call: %v; want %v", err, tt.want)
					}
					tt.want = com.RPC_S_CALL_FAILED_DNE // of the second call
					<-c.Done()
				}
				if err := <-neighbour; err == nil {
					t.Error("the neighbour's call succeeded")
				}
				if c.Err() == nil {
					t.Error("Err is nil")
				}
			})
		})
	}
}

func TestOutOfOrderReplies(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		const n = 5
		go func() {
			server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
			var ids [n]uint32
			var stubs [n][]byte
			for i := range ids {
				h, b := server.want(ptRequest)
				ids[i], stubs[i] = h.callID, b[requestHeaderSize:]
				if i > 0 && ids[i] <= ids[i-1] {
					t.Errorf("call ids do not increase: %v", ids)
				}
			}
			// Fragments of different replies interleave, the last call ends first.
			for i := n - 1; i >= 0; i-- {
				server.send(rawResponse(ids[i], pfcFirstFrag, stubs[i][:8]))
			}
			server.send(rawResponse(999999, pfcWhole, []byte("nobody waits for this")))
			for i := range ids {
				server.send(rawResponse(ids[i], 0, nil), rawResponse(ids[i], pfcLastFrag, stubs[i][8:]))
			}
		}()
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		errs := make(chan error, n)
		for i := range n {
			go func() {
				in := pattern(16+i, byte(i))
				out, err := invoke(context.Background(), p, opEcho, in)
				if err == nil && !bytes.Equal(in, out) {
					err = errors.New("another call's reply")
				}
				errs <- err
			}()
		}
		for range n {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestFaultInPlaceOfTheRest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		go func() {
			server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
			h, _ := server.want(ptRequest)
			// alloc_hint, context id and the reserved field are of no importance.
			server.send(rawResponse(h.callID, pfcFirstFrag, make([]byte, 800)),
				append([]byte{5, 0, 3, 3, 16, 0, 0, 0, 32, 0, 0, 0, byte(h.callID), 0, 0, 0}, unhex("00000000 0000 00 00 08010180 00000000")...))
			h, b := server.want(ptRequest)
			server.send(rawResponse(h.callID, pfcWhole, b[requestHeaderSize:]))
		}()
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		_, err = invoke(context.Background(), p, opEcho, nil)
		var f *Fault
		if !errors.Is(err, com.RPC_E_DISCONNECTED) || !errors.As(err, &f) || f.Status != 0x80010108 || f.DidNotExecute {
			t.Errorf("fault: %v", err)
		}
		if out, err := invoke(context.Background(), p, opEcho, []byte("next")); err != nil || string(out) != "next" {
			t.Errorf("the call after the fault: %q, %v", out, err)
		}
	})
}

func TestAnnouncedSizeIsNotBelieved(t *testing.T) {
	if got := proportionate(12, 256<<20); got > 1024 {
		t.Errorf("12 bytes and a hint of 256 MiB: %d bytes are taken", got)
	}
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		go func() {
			server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
			h, _ := server.want(ptRequest)
			server.send(patch(rawResponse(h.callID, pfcFirstFrag, make([]byte, 12)), 16, 0, 0, 0, 0x10),
				rawResponse(h.callID, pfcLastFrag, nil))
		}()
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		call := p.NewCall(opEcho, nil, 0)
		defer call.Free()
		if err := call.Invoke(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(call.Reply) != 12 || cap(call.Reply) > 1<<14 {
			t.Errorf("reply of %d bytes in a buffer of %d", len(call.Reply), cap(call.Reply))
		}
	})
}

func TestMaxReply(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, &ClientOptions{MaxReply: 100000})
		defer c.Close()
		if _, err := invoke(context.Background(), p, opEcho, make([]byte, 100000)); err != nil {
			t.Error(err)
		}
		if _, err := invoke(context.Background(), p, opEcho, make([]byte, 100001)); !errors.Is(err, errTooLong) {
			t.Errorf("a reply above MaxReply: %v", err)
		}
		if out, err := invoke(context.Background(), p, opEcho, []byte("next")); err != nil || string(out) != "next" {
			t.Errorf("the call after it: %q, %v", out, err)
		}
	})
}

func TestIdleConnectionIsClosed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		time.Sleep(8 * time.Second)
		if _, err := invoke(context.Background(), p, opEcho, nil); err != nil {
			t.Fatalf("after 8 s: %v", err)
		}
		start := time.Now()
		<-c.Done()
		if d := time.Since(start); d < 9*time.Second || d > 12*time.Second {
			t.Errorf("closed after %v without a call", d)
		}
		if !errors.Is(c.Err(), errIdle) {
			t.Errorf("Err() = %v", c.Err())
		}
		if _, err := invoke(context.Background(), p, opEcho, nil); !errors.Is(err, com.RPC_S_CALL_FAILED_DNE) {
			t.Errorf("a call after that: %v", err)
		}

		kept, q := newTestClient(t, s, nil)
		release := kept.Keep()
		slow, _ := newTestClient(t, s, &ClientOptions{IdleTimeout: -1})
		time.Sleep(time.Hour)
		if _, err := invoke(context.Background(), q, opEcho, nil); err != nil {
			t.Errorf("a kept connection after an hour: %v", err)
		}
		if slow.Err() != nil {
			t.Errorf("a connection without timeout after an hour: %v", slow.Err())
		}
		slow.Close()
		release()
		release()
		<-kept.Done()
	})
}

func TestDeadPeerIsNoticedWhileIdle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		c, _ := newTestClient(t, s, &ClientOptions{IdleTimeout: -1})
		time.Sleep(3 * time.Second)
		start := time.Now()
		s.Close()
		<-c.Done()
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("noticed after %v", d)
		}
		if !errors.Is(c.Err(), io.EOF) {
			t.Errorf("Err() = %v", c.Err())
		}
	})
}

func TestCloseFailsCalls(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		errs := make(chan error, 3)
		for range cap(errs) {
			go func() {
				_, err := invoke(context.Background(), p, opBlock, nil)
				errs <- err
			}()
		}
		synctest.Wait()
		c.Close()
		for range cap(errs) {
			if err := <-errs; !errors.Is(err, com.RPC_S_CALL_FAILED) || !errors.Is(err, net.ErrClosed) {
				t.Errorf("call in flight: %v", err)
			}
		}
		<-c.Done()
		if _, err := c.Context(context.Background(), objectSyntax); !errors.Is(err, com.RPC_S_CALL_FAILED_DNE) {
			t.Errorf("Context after Close: %v", err)
		}
	})
}

func TestCallIDsEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		blocked := make(chan error, 1)
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		go func() {
			_, err := invoke(ctx, p, opBlock, nil)
			blocked <- err
		}()
		synctest.Wait()
		c.mu.Lock()
		c.nextID = maxCallID - 1
		c.mu.Unlock()
		if _, err := invoke(context.Background(), p, opEcho, nil); err != nil {
			t.Errorf("the last id: %v", err)
		}
		if _, err := invoke(context.Background(), p, opEcho, nil); !errors.Is(err, com.RPC_S_CALL_FAILED_DNE) {
			t.Errorf("one more: %v", err)
		}
		select {
		case <-c.Done():
			t.Error("closed with a call in flight")
		default:
		}
		stop()
		if err := <-blocked; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		<-c.Done()
	})
}

func TestLongCallDoesNotHoldUpIDs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c, p := newTestClient(t, s, nil)
		defer c.Close()
		ctx, stop := context.WithCancel(context.Background())
		blocked := make(chan error, 1)
		go func() {
			_, err := invoke(ctx, p, opBlock, nil)
			blocked <- err
		}()
		synctest.Wait()
		for i := range 100 {
			in := pattern(10, byte(i))
			if out, err := invoke(context.Background(), p, opEcho, in); err != nil || !bytes.Equal(in, out) {
				t.Fatalf("call %d: %v", i, err)
			}
		}
		if len(c.slots) > 8 {
			t.Errorf("table of %d places for two calls", len(c.slots))
		}
		stop()
		<-blocked
	})
}

// serveInTurn plays a server that reads one request, writes the answer to its
// end, and only then reads on, as many do.
func (p *peer) serveInTurn(reply func(stub []byte) []byte) {
	var stub []byte
	for {
		h, b, err := p.recv()
		if err != nil {
			return
		}
		if h.typ != ptRequest {
			continue
		}
		if stub = append(stub, b[requestHeaderSize:]...); !h.last() {
			continue
		}
		out := reply(stub)
		stub = nil
		for off := 0; off == 0 || off < len(out); off += 5000 {
			var flags uint8
			if off == 0 {
				flags |= pfcFirstFrag
			}
			if off+5000 >= len(out) {
				flags |= pfcLastFrag
			}
			if _, err := p.nc.Write(rawResponse(h.callID, flags, out[off:min(off+5000, len(out))])); err != nil {
				return
			}
		}
	}
}

// TestReaderDoesNotWriteForOthers: a caller that has the reading role and a long
// request to send does not go on to send what others queued meanwhile. Nobody
// would read their answers, and a server that answers in turn would wait for
// ever.
func TestReaderDoesNotWriteForOthers(t *testing.T) {
	for name, stop := range map[string]time.Duration{"no deadline": 0, "deadline": time.Hour} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c, server := serveRaw(t, nil)
				defer c.Close()
				defer server.nc.Close()
				go func() {
					server.acceptBind(5840, pfcWhole|pfcConcMpx, 0)
					time.Sleep(5 * time.Millisecond) // callers queue up
					server.serveInTurn(func(stub []byte) []byte { return stub })
				}()
				p, err := c.Context(context.Background(), plainSyntax)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				errs := make(chan error, 5)
				for i := range cap(errs) {
					go func() {
						ctx := context.Background()
						if stop > 0 {
							var cancel context.CancelFunc
							ctx, cancel = context.WithTimeout(ctx, stop)
							defer cancel()
						}
						in := pattern(1000000, byte(i))
						out, err := invoke(ctx, p, opEcho, in)
						if err == nil && !bytes.Equal(in, out) {
							err = errors.New("another call's reply")
						}
						errs <- err
					}()
					synctest.Wait()
				}
				for range cap(errs) {
					if err := <-errs; err != nil {
						t.Error(err)
					}
				}
				if d := time.Since(start); d > time.Second {
					t.Errorf("took %v", d)
				}
			})
		})
	}
}

// TestLateAnswerInTheWay: the server is busy writing the answer to a call that
// has been given up. The next caller's long request gets through all the same.
func TestLateAnswerInTheWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		go func() {
			server.acceptBind(5840, pfcWhole|pfcConcMpx, 0)
			server.serveInTurn(func(stub []byte) []byte {
				if len(stub) == 0 {
					time.Sleep(time.Second)
					return make([]byte, 4<<20)
				}
				return stub
			})
		}()
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(context.Background(), 900*time.Millisecond)
		defer stop()
		if _, err := invoke(ctx, p, opEcho, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
		start := time.Now()
		in := pattern(2<<20, 1)
		if out, err := invoke(context.Background(), p, opEcho, in); err != nil || !bytes.Equal(in, out) {
			t.Errorf("the next call: %v", err)
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("took %v", d)
		}
	})
}

// TestBufferOfABrokenReplyIsNotReused: a reader may still be writing to it when
// the caller has got its error.
func TestBufferOfABrokenReplyIsNotReused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer server.nc.Close()
		go server.acceptBind(5840, pfcWhole|pfcConcMpx, 0)
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 2)
		for range cap(done) { // two, so that a goroutine reads for both
			go func() {
				_, err := invoke(context.Background(), p, opEcho, nil)
				done <- err
			}()
		}
		h, _ := server.want(ptRequest)
		server.want(ptRequest)
		server.send(rawResponse(h.callID, pfcWhole, make([]byte, 60000))[:30000])
		synctest.Wait()
		c.Close()
		for range cap(done) {
			<-done
		}
		if n := len(c.cache.more); c.cache.one.Load() == nil || n != 0 {
			t.Errorf("%d and %d calls are recycled; want 1 of 2", 1, n)
		}
	})
}

// TestShutdownPDU: a server that shuts down closes idle connections and lets
// calls in flight end.
func TestShutdownPDU(t *testing.T) {
	for _, busy := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			c, server := serveRaw(t, nil)
			defer c.Close()
			defer server.nc.Close()
			go server.acceptBind(5840, pfcWhole|pfcConcMpx, 0)
			p, err := c.Context(context.Background(), plainSyntax)
			if err != nil {
				t.Fatal(err)
			}
			if busy {
				got := make(chan error, 1)
				go func() {
					_, err := invoke(context.Background(), p, opEcho, nil)
					got <- err
				}()
				h, _ := server.want(ptRequest)
				server.send(appendControl(nil, ptShutdown, 0))
				synctest.Wait()
				if _, err := invoke(context.Background(), p, opEcho, nil); !errors.Is(err, com.RPC_S_CALL_FAILED_DNE) || !errors.Is(err, errShutdown) {
					t.Errorf("a new call: %v", err)
				}
				server.send(rawResponse(h.callID, pfcWhole, nil))
				if err := <-got; err != nil {
					t.Errorf("the call in flight: %v", err)
				}
			} else {
				server.send(appendControl(nil, ptShutdown, 0))
			}
			<-c.Done()
		})
	}
}

// Between two calls nobody reads. Whoever asks for Err before a call learns all
// the same that the server has gone.
func TestErrNoticesAPeerThatHasGone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn)
	go func() {
		c, _ := l.Accept()
		accepted <- c
	}()
	c, err := Dial(t.Context(), "tcp", l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	server := <-accepted
	if err := c.Err(); err != nil {
		t.Fatalf("while the server is there: %v", err)
	}
	server.Close()
	// The next question comes after the time for which a connection may be quiet.
	for start := time.Now(); c.Err() == nil; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > 900*time.Millisecond { // then a reader would notice
			t.Fatal("the server's end was not noticed")
		}
	}
	if err := c.Err(); !errors.Is(err, com.RPC_S_CALL_FAILED) {
		t.Errorf("%v", err)
	}
}
