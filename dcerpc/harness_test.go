package dcerpc

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
)

// The interfaces of the tests: plain has operations without an object, object
// needs one, as ORPC interfaces do.
var (
	plainSyntax  = SyntaxID{UUID: com.MustGUID("11111111-2222-3333-4444-555555555555"), Major: 1}
	objectSyntax = SyntaxID{UUID: com.MustGUID("22222222-2222-3333-4444-555555555555")}
	otherSyntax  = SyntaxID{UUID: com.MustGUID("33333333-2222-3333-4444-555555555555"), Major: 1}
)

// Operations of the plain interface.
const (
	opEcho   = 0 // reply = request
	opFail   = 1 // fails with RPC_E_DISCONNECTED
	opBlock  = 2 // blocks until cancelled
	opPanic  = 3
	opSleep  = 4 // HandOver, then sleeps as many milliseconds as the first 4 bytes say, then echoes
	opNap    = 5 // the same without HandOver
	opGoexit = 6
	opLevel  = 7 // needs nothing, tells the authentication level
	opCount  = 8
)

// maxSleep bounds the sleep of an operation, in milliseconds: fuzzers ask for
// any time.
const maxSleep = 10000

// testService is the handler of the tests.
type testService struct {
	running  atomic.Int32 // handlers that run
	peak     atomic.Int32 // most of them at once
	canceled atomic.Int32 // handlers that saw their context end
}

func (s *testService) ServeRPC(c *ServerCall) error {
	n := s.running.Add(1)
	defer s.running.Add(-1)
	for p := s.peak.Load(); n > p && !s.peak.CompareAndSwap(p, n); p = s.peak.Load() {
	}
	switch c.Opnum {
	case opFail:
		return com.RPC_E_DISCONNECTED
	case opBlock:
		var cc CallContext
		c.InitContext(&cc)
		c.HandOver()
		<-cc.Done()
		s.canceled.Add(1)
		return cc.Err()
	case opPanic:
		panic("as asked")
	case opGoexit:
		// What t.FailNow in a handler comes to.
		func() { exit() }()
	case opSleep, opNap:
		if c.Opnum == opSleep {
			c.HandOver()
		}
		time.Sleep(time.Duration(binary.LittleEndian.Uint32(c.Stub)%maxSleep) * time.Millisecond)
	case opLevel:
		c.Reply = append(c.GrowReply(1), byte(c.Auth().Level))
		return nil
	}
	c.Reply = append(c.GrowReply(len(c.Stub)), c.Stub...)
	return nil
}

// newTestServer returns a server with the interfaces of the tests, closed when
// the test ends.
func newTestServer(tb testing.TB, o *ServerOptions) (*Server, *testService) {
	tb.Helper()
	if o == nil {
		o = &ServerOptions{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s := NewServer(o)
	h := &testService{}
	for _, i := range []*Interface{
		{Syntax: plainSyntax, Name: "plain", NumOps: opCount, Handler: h},
		{Syntax: objectSyntax, Name: "object", NumOps: opCount, Handler: h, NeedsObject: true},
	} {
		if err := s.Register(i); err != nil {
			tb.Fatal(err)
		}
	}
	tb.Cleanup(func() { s.Close() })
	return s, h
}

// newTestClient returns a client of s within the process and the presentation
// context of the plain interface.
func newTestClient(tb testing.TB, s *Server, o *ClientOptions) (*ClientConn, *PresContext) {
	tb.Helper()
	c := NewClientConn(s.Pipe(), o)
	tb.Cleanup(func() { c.Close() })
	p, err := c.Context(context.Background(), plainSyntax)
	if err != nil {
		tb.Fatal(err)
	}
	return c, p
}

// bubble runs f under synctest, with everything closed before the bubble ends:
// synctest then fails the test if a goroutine is left over.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// invoke makes one call and returns a copy of the reply.
func invoke(ctx context.Context, p *PresContext, op uint16, stub []byte) ([]byte, error) {
	c := p.NewCall(op, nil, len(stub))
	defer c.Free()
	c.Stub = append(c.Stub, stub...)
	if err := c.Invoke(ctx); err != nil {
		return nil, err
	}
	return append([]byte{}, c.Reply...), nil
}

// millis is the stub data of opSleep and opNap.
func millis(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }

// peer is one side of a connection played by hand.
type peer struct {
	tb testing.TB
	nc net.Conn
}

// dialRaw returns a hand-played client of s.
func dialRaw(tb testing.TB, s *Server) *peer {
	p := &peer{tb, s.Pipe()}
	tb.Cleanup(func() { p.nc.Close() })
	return p
}

// serveRaw returns a client and the hand-played server at the other end.
func serveRaw(tb testing.TB, o *ClientOptions) (*ClientConn, *peer) {
	a, b := Pipe()
	c := NewClientConn(a, o)
	tb.Cleanup(func() { c.Close(); b.Close() })
	return c, &peer{tb, b}
}

func (p *peer) send(pdus ...[]byte) {
	p.tb.Helper()
	for _, b := range pdus {
		if _, err := p.nc.Write(b); err != nil {
			p.tb.Fatalf("send: %v", err)
		}
	}
}

// recv returns the next PDU; io.EOF when the other side has closed.
func (p *peer) recv() (header, []byte, error) {
	b := make([]byte, headerSize)
	if _, err := io.ReadFull(p.nc, b); err != nil {
		return header{}, nil, err
	}
	h, err := parseHeader(b)
	if err != nil {
		return h, nil, err
	}
	b = append(b, make([]byte, int(h.fragLen)-headerSize)...)
	_, err = io.ReadFull(p.nc, b[headerSize:])
	return h, b, err
}

// want receives a PDU of this type.
func (p *peer) want(typ ptype) (header, []byte) {
	p.tb.Helper()
	h, b, err := p.recv()
	if err != nil {
		p.tb.Fatalf("waiting for PDU type %d: %v", typ, err)
	}
	if h.typ != typ {
		p.tb.Fatalf("got PDU type %d, want %d: % x", h.typ, typ, b)
	}
	return h, b
}

// wantSilence checks that nothing comes and the connection stays open.
func (p *peer) wantSilence() {
	p.tb.Helper()
	p.nc.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	defer p.nc.SetReadDeadline(time.Time{})
	if h, _, err := p.recv(); !errors.Is(err, os.ErrDeadlineExceeded) {
		p.tb.Fatalf("got PDU type %d, error %v; want silence", h.typ, err)
	}
}

// answer is what a test expects next from a server, as text.
func (p *peer) answer() string {
	p.nc.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	defer p.nc.SetReadDeadline(time.Time{})
	h, b, err := p.recv()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "nothing"
	case err != nil:
		return "closed"
	}
	switch h.typ {
	case ptBindAck, ptAlterResp:
		a, err := parseBindAck(&h, b)
		if err != nil {
			return err.Error()
		}
		s := "ack"
		if h.typ == ptAlterResp {
			s = "alter"
		}
		for _, r := range a.results {
			s += fmt.Sprintf(" %d/%d", r.result, r.reason)
		}
		return s
	case ptBindNak:
		r, err := parseBindNak(&h, b)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("nak %d", r)
	case ptFault:
		f, err := parseFault(&h, b)
		if err != nil {
			return err.Error()
		}
		s := fmt.Sprintf("fault %#x call %d", uint32(f.Status), h.callID)
		if f.DidNotExecute {
			s += " dne"
		}
		return s
	case ptResponse:
		return fmt.Sprintf("response call %d: %d", h.callID, len(b)-responseHeaderSize)
	}
	return fmt.Sprintf("PDU type %d", h.typ)
}

// Raw PDUs, little-endian.

// elem makes a presentation context element.
func elem(id uint16, abstract SyntaxID, transfers ...SyntaxID) presElem {
	return presElem{id: id, abstract: abstract, transfers: transfers}
}

// rawBind makes a bind or alter_context.
func rawBind(typ ptype, callID uint32, flags uint8, p bindPDU) []byte {
	return endPDU(p.appendBody(beginPDU(nil, typ, flags, callID)), 0, 0)
}

// plainBind binds context 0 to the plain interface, with the size that other
// implementations ask for.
func plainBind(flags uint8) []byte {
	return rawBind(ptBind, 1, flags, bindPDU{maxXmit: maxTCPFrag, maxRecv: maxTCPFrag, elems: []presElem{elem(0, plainSyntax, NDR20)}})
}

// rawRequest makes one request fragment.
func rawRequest(callID uint32, flags uint8, context, opnum uint16, stub []byte) []byte {
	b := make([]byte, requestHeaderSize, requestHeaderSize+len(stub))
	putRequest(b, flags, requestHeaderSize+len(stub), 0, callID, uint32(len(stub)), context, opnum, nil)
	return append(b, stub...)
}

// rawResponse makes one response fragment.
func rawResponse(callID uint32, flags uint8, stub []byte) []byte {
	b := make([]byte, responseHeaderSize, responseHeaderSize+len(stub))
	putResponse(b, flags, responseHeaderSize+len(stub), 0, callID, uint32(len(stub)), 0)
	return append(b, stub...)
}

// patch returns a copy of b with bytes replaced from off on.
func patch(b []byte, off int, with ...byte) []byte {
	b = append([]byte{}, b...)
	copy(b[off:], with)
	return b
}

// unhex decodes a hex dump without offsets; blanks are ignored.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

// acceptBind plays the server's part of a bind: the first element is accepted,
// features are granted. flags are those of the bind_ack.
func (p *peer) acceptBind(frag uint16, flags uint8, features uint16) {
	p.tb.Helper()
	h, b := p.want(ptBind)
	in, err := parseBind(&h, b)
	if err != nil {
		p.tb.Fatal(err)
	}
	ack := bindAckPDU{maxXmit: frag, maxRecv: frag, group: 77, secondary: "135"}
	for i, e := range in.elems {
		r := presResult{result: resultProviderNo, reason: reasonTransferSyntaxes}
		if _, ok := e.features(); ok {
			r = presResult{result: resultNegotiateAck, reason: features}
		} else if i == 0 {
			r = presResult{transfer: e.transfers[0]}
		}
		ack.results = append(ack.results, r)
	}
	p.send(endPDU(ack.appendBody(beginPDU(nil, ptBindAck, flags, h.callID), 0), 0, 0))
}

// appendControl appends a PDU that is nothing but a header: co_cancel,
// orphaned ([C706] 12.6.4.2, 12.6.4.8).
func appendControl(b []byte, typ ptype, callID uint32) []byte {
	start := len(b)
	return endPDU(beginPDU(b, typ, pfcWhole, callID), start, 0)
}
