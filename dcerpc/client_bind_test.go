package dcerpc

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/step"
)

func TestConcurrentCallersShareOneNegotiation(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		var wg sync.WaitGroup
		got := make([]*PresContext, 20)
		for i := range got {
			wg.Go(func() { got[i], _ = c.Context(context.Background(), plainSyntax) })
		}
		server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
		wg.Wait()
		for _, p := range got {
			if p == nil || p != got[0] {
				t.Fatalf("presentation contexts differ: %v", got)
			}
		}
		server.wantSilence()
		if c.Group() != 77 || got[0].Interface() != plainSyntax || got[0].Conn() != c || got[0].NDR64() {
			t.Errorf("group %d, context %+v", c.Group(), got[0])
		}
	})
}

// TestBindBytes compares the bind of a client that offers little with a capture
// of Wine's, which differs in the flag for multiplexing and in the features.
func TestBindBytes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, &ClientOptions{MaxFrag: 5840})
		defer c.Close()
		defer server.nc.Close()
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		go c.Context(ctx, plainSyntax)
		_, got := server.want(ptBind)
		want := unhex(`05000b1310000000 7400000001000000
			d016d016 00000000 02000000 0000 0100
			11111111222233334444555555555555 01000000 045d888aeb1cc9119fe808002b104860 02000000
			0100 0100 11111111222233334444555555555555 01000000 2c1cb76c12984045 0300000000000000 01000000`)
		if !bytes.Equal(got, want) {
			t.Errorf("bind:\n% x\nwant\n% x", got, want)
		}
	})
}

func TestBindAnswers(t *testing.T) {
	ack := func(frag uint16, results ...presResult) func(id uint32) []byte {
		return func(id uint32) []byte {
			p := bindAckPDU{maxXmit: frag, maxRecv: frag, group: 5, results: results}
			return endPDU(p.appendBody(beginPDU(nil, ptBindAck, pfcWhole, id), 0), 0, 0)
		}
	}
	nak := func(r nakReason) func(id uint32) []byte {
		return func(id uint32) []byte { return appendBindNak(nil, id, r) }
	}
	yes, feature := presResult{transfer: NDR20}, presResult{result: resultNegotiateAck}
	tests := []struct {
		name   string
		answer func(id uint32) []byte
		want   com.HRESULT
	}{
		{"nak, no reason", nak(nakNotSpecified), com.RPC_S_CALL_FAILED_DNE},
		{"nak, congestion", nak(nakCongestion), com.RPC_S_SERVER_TOO_BUSY},
		{"nak, local limit", nak(nakLocalLimit), com.RPC_S_SERVER_TOO_BUSY},
		{"nak, version", nak(nakProtocolVersion), com.RPC_S_PROTOCOL_ERROR},
		{"nak, authentication type", nak(nakAuthType), com.RPC_S_UNKNOWN_AUTHN_SERVICE},
		{"nak, security package", nak(nakChecksum), com.RPC_S_SEC_PKG_ERROR},
		{"fault", func(id uint32) []byte { return appendFault(nil, id, 0, Fault{Status: StatusAccessDenied}) }, com.E_ACCESSDENIED},
		{"unknown interface", ack(5840, presResult{result: 2, reason: reasonAbstractSyntax}, feature), com.RPC_S_UNKNOWN_IF},
		{"no transfer syntax", ack(5840, presResult{result: 2, reason: reasonTransferSyntaxes}, feature), com.RPC_S_UNSUPPORTED_TRANS_SYN},
		{"too few results", ack(5840, yes), com.RPC_S_PROTOCOL_ERROR},
		{"too many results", ack(5840, yes, feature, yes), com.RPC_S_PROTOCOL_ERROR},
		{"fragments too small", ack(1431, yes, feature), com.RPC_S_PROTOCOL_ERROR},
		{"a syntax that was not offered", ack(5840, presResult{transfer: NDR64}, feature), com.RPC_S_PROTOCOL_ERROR},
		{"alter_context_resp", func(id uint32) []byte { return patch(ack(5840, yes, feature)(id), 2, byte(ptAlterResp)) }, com.RPC_S_PROTOCOL_ERROR},
		{"response", func(id uint32) []byte { return rawResponse(id, pfcWhole, nil) }, com.RPC_S_PROTOCOL_ERROR},
		{"nothing: it closes", func(uint32) []byte { return nil }, com.RPC_S_SERVER_UNAVAILABLE},
		{"cut off", func(id uint32) []byte { return endPDU(ack(5840, yes, feature)(id)[:40], 0, 0) }, com.RPC_S_PROTOCOL_ERROR},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c, server := serveRaw(t, nil)
				defer c.Close()
				defer server.nc.Close()
				go func() {
					h, _ := server.want(ptBind)
					server.send(tt.answer(h.callID))
					server.nc.(*pipeConn).CloseWrite()
				}()
				_, err := c.Context(context.Background(), plainSyntax)
				var e *com.Error
				if !errors.Is(err, tt.want) || !errors.As(err, &e) || e.Step != step.RPC || e.Interface != plainSyntax.UUID.String() {
					t.Errorf("error: %v; want %v", err, tt.want)
				}
			})
		})
	}
}

// TestRefusedInterfaceIsNotSubstituted: some clients fall back to another
// interface's context. Here each interface has its own or none, and the
// connection serves the others.
func TestRefusedInterfaceIsNotSubstituted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c := NewClientConn(s.Pipe(), nil)
		defer c.Close()
		for range 2 { // asked again each time
			if _, err := c.Context(context.Background(), otherSyntax); !errors.Is(err, com.RPC_S_UNKNOWN_IF) {
				t.Errorf("unknown interface: %v", err)
			}
		}
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := invoke(context.Background(), p, opEcho, []byte("x")); err != nil || string(out) != "x" {
			t.Errorf("%q, %v", out, err)
		}
		// Registered later, it is found on the same connection.
		if err := s.Register(&Interface{Syntax: otherSyntax, NumOps: 1, Handler: &testService{}}); err != nil {
			t.Fatal(err)
		}
		q, err := c.Context(context.Background(), otherSyntax)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := invoke(context.Background(), q, opEcho, []byte("y")); err != nil || string(out) != "y" {
			t.Errorf("%q, %v", out, err)
		}
	})
}

func TestNDR64IsNegotiatedWhenBothWant(t *testing.T) {
	for _, tt := range []struct{ client, server, want bool }{{false, false, false}, {true, false, false}, {false, true, false}, {true, true, true}} {
		bubble(t, func(t *testing.T) {
			s := NewServer(&ServerOptions{NDR64: tt.server})
			defer s.Close()
			var seen bool
			s.Register(&Interface{Syntax: plainSyntax, NumOps: 1, Handler: HandlerFunc(func(c *ServerCall) error {
				seen = c.NDR64
				return nil
			})})
			c, p := newTestClient(t, s, &ClientOptions{NDR64: tt.client})
			defer c.Close()
			call := p.NewCall(0, nil, 0)
			defer call.Free()
			if err := call.Invoke(context.Background()); err != nil {
				t.Fatal(err)
			}
			if p.NDR64() != tt.want || call.NDR64 != tt.want || seen != tt.want {
				t.Errorf("client %v, server %v: context %v, call %v, server's call %v", tt.client, tt.server, p.NDR64(), call.NDR64, seen)
			}
		})
	}
}

func TestBindTimeout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, &ClientOptions{BindTimeout: 5 * time.Second, IdleTimeout: -1})
		defer c.Close()
		defer server.nc.Close()
		start := time.Now()
		_, err := c.Context(context.Background(), plainSyntax)
		if !errors.Is(err, com.RPC_E_TIMEOUT) || time.Since(start) != 5*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		<-c.Done()
	})
}

// TestWithoutMultiplexing: a server that does not grant CONC_MPX gets one call
// at a time, whoever asks, alter_context included.
func TestWithoutMultiplexing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		go func() {
			server.acceptBind(5840, pfcWhole, 0)
			for {
				h, b, err := server.recv()
				if err != nil {
					return
				}
				// Whatever comes next must wait for the answer.
				time.Sleep(5 * time.Millisecond)
				server.wantSilence()
				if h.typ == ptAlterContext {
					in, _ := parseBind(&h, b)
					p := bindAckPDU{results: []presResult{{transfer: in.elems[0].transfers[0]}}}
					server.send(endPDU(p.appendBody(beginPDU(nil, ptAlterResp, pfcWhole, h.callID), 0), 0, 0))
					continue
				}
				server.send(rawResponse(h.callID, pfcWhole, b[requestHeaderSize:]))
			}
		}()
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		errs := make(chan error, 81)
		for g := range 8 {
			go func() {
				for i := range 10 {
					in := pattern(20+i, byte(g))
					out, err := invoke(context.Background(), p, opEcho, in)
					if err == nil && !bytes.Equal(in, out) {
						err = errors.New("another call's reply")
					}
					errs <- err
				}
			}()
		}
		go func() {
			_, err := c.Context(context.Background(), objectSyntax)
			errs <- err
		}()
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWithoutMultiplexingACancelledCallKeepsItsTurn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, server := serveRaw(t, nil)
		defer c.Close()
		defer server.nc.Close()
		go server.acceptBind(5840, pfcWhole, 0)
		p, err := c.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		short := func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 100*time.Millisecond)
		}
		ctx, stop := short()
		defer stop()
		if _, err := invoke(ctx, p, opEcho, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		slow, _ := server.want(ptRequest)
		server.want(ptCancel)
		ctx2, stop2 := short()
		defer stop2()
		if _, err := invoke(ctx2, p, opEcho, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while the server is busy: %v", err)
		}
		server.wantSilence() // the second was not sent
		third := make(chan error, 1)
		go func() {
			out, err := invoke(context.Background(), p, opEcho, []byte("third"))
			if string(out) != "third" && err == nil {
				err = errors.New("another call's reply")
			}
			third <- err
		}()
		synctest.Wait()
		server.send(rawResponse(slow.callID, pfcWhole, []byte("late")))
		h, b := server.want(ptRequest)
		server.send(rawResponse(h.callID, pfcWhole, b[requestHeaderSize:]))
		if err := <-third; err != nil {
			t.Error(err)
		}
	})
}
