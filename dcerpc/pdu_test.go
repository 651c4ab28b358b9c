package dcerpc

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"oxid/com"
)

func TestHeader(t *testing.T) {
	good := unhex("05000b0310000000 4800 0000 01000000")
	h, err := parseHeader(good)
	if want := (header{typ: ptBind, flags: pfcWhole, fragLen: 72, callID: 1}); err != nil || h != want {
		t.Errorf("parseHeader = %+v, %v; want %+v", h, err, want)
	}
	b := make([]byte, headerSize)
	putHeader(b, ptBind, pfcWhole, 72, 0, 1)
	if !bytes.Equal(b, good) {
		t.Errorf("putHeader: % x", b)
	}
	big, err := parseHeader(unhex("05 00 00 83 00000000 0048 0010 00000102"))
	if want := (header{typ: ptRequest, flags: 0x83, big: true, fragLen: 72, authLen: 16, callID: 0x102}); err != nil || big != want {
		t.Errorf("big-endian: %+v, %v; want %+v", big, err, want)
	}
	for _, tt := range []struct {
		off  int
		v    byte
		want error
	}{
		{0, 4, errVersion}, {1, 1, errVersion},
		{4, 0x11, errDrep}, {4, 0x20, errDrep}, {4, 0x01, errDrep}, {5, 1, errDrep}, {6, 1, errDrep}, {7, 1, errDrep},
		{8, 15, errFrame},
	} {
		if _, err := parseHeader(patch(good, tt.off, tt.v, 0)); !errors.Is(err, tt.want) && tt.off != 7 {
			t.Errorf("byte %d = %#x: %v; want %v", tt.off, tt.v, err, tt.want)
		}
	}
}

// Captures of a Wine client and server.
const (
	captureBind = `05000b0310000000 48000000 01000000 d016d016 00000000 01000000 0000 0100
		11111111222233334444555555555555 01000000 045d888aeb1cc9119fe808002b104860 02000000`
	captureBindAck = `05000c0310000000 3c000000 01000000 d016d016 01000000 0600 313535353500 01000000 0000 0000
		045d888aeb1cc9119fe808002b104860 02000000`
	captureFault = `0500030310000000 20000000 01000000 00000000 0000 00 00 08010180 00000000`
)

func TestBindPDU(t *testing.T) {
	b := unhex(captureBind)
	h, err := parseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseBind(&h, b)
	want := &bindPDU{maxXmit: 5840, maxRecv: 5840, elems: []presElem{elem(0, plainSyntax, NDR20)}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("parseBind = %+v, %v", got, err)
	}
	if out := rawBind(ptBind, 1, pfcWhole, *want); !bytes.Equal(out, b) {
		t.Errorf("appendBody: % x", out)
	}
	for n := headerSize; n < len(b); n++ {
		if _, err := parseBind(&h, b[:n]); err != errShort {
			t.Errorf("%d of %d bytes: %v", n, len(b), err)
		}
	}
}

func TestBindAckPDU(t *testing.T) {
	b := unhex(captureBindAck)
	h, err := parseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseBindAck(&h, b)
	want := &bindAckPDU{maxXmit: 5840, maxRecv: 5840, group: 1, secondary: "15555", results: []presResult{{transfer: NDR20}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("parseBindAck = %+v, %v", got, err)
	}
	if out := endPDU(want.appendBody(beginPDU(nil, ptBindAck, pfcWhole, 1), 0), 0, 0); !bytes.Equal(out, b) {
		t.Errorf("appendBody: % x", out)
	}
	for n := headerSize; n < len(b); n++ {
		if _, err := parseBindAck(&h, b[:n]); err != errShort {
			t.Errorf("%d of %d bytes: %v", n, len(b), err)
		}
	}
	// Every length of the endpoint, padded to a multiple of 4.
	for _, s := range []string{"", "1", "13", "135", "1355"} {
		want.secondary = s
		out := endPDU(want.appendBody(beginPDU(nil, ptBindAck, pfcWhole, 1), 0), 0, 0)
		if got, err := parseBindAck(&h, out); err != nil || got.secondary != s || len(got.results) != 1 || len(out)%4 != 0 {
			t.Errorf("endpoint %q: %+v, %v", s, got, err)
		}
	}
}

func TestFaultPDU(t *testing.T) {
	b := unhex(captureFault)
	h, err := parseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := parseFault(&h, b); err != nil || f != (Fault{Status: 0x80010108}) {
		t.Errorf("parseFault = %+v, %v", f, err)
	}
	// Ours differ in alloc_hint alone, which Windows fills.
	if got := appendFault(nil, 1, 0, Fault{Status: 0x80010108}); !bytes.Equal(got, patch(b, 16, 32)) {
		t.Errorf("appendFault: % x", got)
	}
	if got := appendFault(nil, 1, 7, Fault{Status: StatusOpRange, DidNotExecute: true}); got[3] != pfcWhole|pfcDidNotExecute || got[20] != 7 {
		t.Errorf("appendFault: % x", got)
	}
}

func TestBindNakPDU(t *testing.T) {
	b := appendBindNak(nil, 9, nakProtocolVersion)
	if want := unhex("05000d0310000000 18000000 09000000 0400 01 0500 000000"); !bytes.Equal(b, want) {
		t.Errorf("appendBindNak: % x", b)
	}
	h, _ := parseHeader(b)
	if r, err := parseBindNak(&h, b); r != nakProtocolVersion || err != nil {
		t.Errorf("parseBindNak = %v, %v", r, err)
	}
	if _, err := parseBindNak(&h, b[:17]); err != errShort {
		t.Errorf("cut off: %v", err)
	}
}

func TestRequestPDU(t *testing.T) {
	object := com.MustGUID("01020304-0506-0708-090a-0b0c0d0e0f10")
	b := make([]byte, headRoom)
	if n := putRequest(b, pfcWhole, 44, 0, 3, 4, 5, 6, &object); n != 40 {
		t.Errorf("putRequest = %d", n)
	}
	want := unhex("05000083 10000000 2c000000 03000000 04000000 0500 0600 0403020106050807090a0b0c0d0e0f10")
	if !bytes.Equal(b, want) {
		t.Errorf("putRequest:\n% x\n% x", b, want)
	}
	h, err := parseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	r, err := parseRequest(&h, b)
	if want := (requestPDU{allocHint: 4, context: 5, opnum: 6, hasObject: true, object: object, stub: 40}); err != nil || r != want {
		t.Errorf("parseRequest = %+v, %v", r, err)
	}
	for _, n := range []int{headerSize, 23, 24, 39} {
		if _, err := parseRequest(&h, b[:n]); err != errShort {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	// A big-endian object UUID is in the sender's order.
	big := unhex("05000083 00000000 002c0000 00000003 00000004 0005 0006 0102030405060708090a0b0c0d0e0f10")
	h, _ = parseHeader(big)
	if r, err := parseRequest(&h, big); err != nil || r.object != object || r.opnum != 6 || r.context != 5 || r.allocHint != 4 {
		t.Errorf("big-endian: %+v, %v", r, err)
	}
}

func TestFeatureSyntax(t *testing.T) {
	s := featureSyntax(3)
	if got := s.UUID.String(); got != "6cb71c2c-9812-4540-0300-000000000000" {
		t.Errorf("featureSyntax(3) = %s", got)
	}
	if m, ok := s.features(); m != 3 || !ok {
		t.Errorf("features() = %d, %v", m, ok)
	}
	for _, s := range []SyntaxID{NDR20, NDR64, {UUID: s.UUID, Major: 2}, {UUID: s.UUID, Major: 1, Minor: 1}, {}} {
		if _, ok := s.features(); ok {
			t.Errorf("%v is taken for features", s)
		}
	}
	if NDR20.String() != "8a885d04-1ceb-11c9-9fe8-08002b104860 v2.0" || NDR20.IsZero() || !(SyntaxID{}).IsZero() {
		t.Error("String or IsZero")
	}
}

// FuzzServer sends anything to a server after a good bind, or instead of it.
func FuzzServer(f *testing.F) {
	f.Add(true, rawRequest(2, pfcWhole, 0, opEcho, []byte("abcd")))
	f.Add(true, append(rawRequest(2, pfcFirstFrag, 0, opEcho, make([]byte, 5000)), rawRequest(2, pfcLastFrag, 0, opEcho, make([]byte, 5000))...))
	f.Add(true, bigRequest(2, pfcWhole, 0, opEcho, []byte("abcd")))
	f.Add(true, appendControl(rawRequest(2, pfcWhole, 0, opBlock, nil), ptOrphaned, 2))
	f.Add(true, rawBind(ptAlterContext, 2, pfcWhole, bindPDU{elems: []presElem{elem(1, objectSyntax, NDR20), elem(2, objectSyntax, NDR64)}}))
	f.Add(false, unhex(captureBind))
	f.Add(false, endPDU(appendAuth(plainBind(pfcWhole), 0, authTrailer{typ: 9, level: 5}, []byte("leg 1 me")), 0, 8))
	f.Add(false, endPDU(appendAuth(plainBind(pfcWhole), 0, authTrailer{typ: 10, level: 6}, []byte("leg 1 me")), 0, 8))
	f.Fuzz(func(t *testing.T, bound bool, data []byte) {
		bubble(t, func(t *testing.T) {
			s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{&toyService{typ: 9, legs: 2}, &toyService{typ: 10, legs: 3}}})
			defer s.Close()
			p := dialRaw(t, s)
			defer p.nc.Close()
			if bound {
				p.send(plainBind(pfcWhole | pfcConcMpx))
				p.want(ptBindAck)
			}
			go p.nc.Write(data)
			for {
				if a := p.answer(); a == "closed" || a == "nothing" {
					s.Close()
					time.Sleep(maxSleep * time.Millisecond) // handlers end
					return
				}
			}
		})
	})
}

// FuzzClient plays a server that answers anything.
func FuzzClient(f *testing.F) {
	f.Add(true, rawResponse(2, pfcWhole, []byte("abcd")))
	f.Add(true, append(rawResponse(2, pfcFirstFrag, make([]byte, 5000)), rawResponse(2, pfcLastFrag, make([]byte, 5000))...))
	f.Add(true, patch(unhex(captureFault), 12, 2))
	f.Add(true, append(patch(unhex(captureFault), 12, 2), "an answer with rubbish behind it"...))
	f.Add(true, appendControl(nil, ptShutdown, 2))
	f.Add(false, unhex(captureBindAck))
	f.Add(false, appendBindNak(nil, 1, nakAuthType))
	f.Fuzz(func(t *testing.T, bound bool, data []byte) {
		bubble(t, func(t *testing.T) {
			c, server := serveRaw(t, nil)
			defer c.Close()
			defer server.nc.Close()
			go func() {
				if bound {
					server.acceptBind(5840, pfcWhole|pfcConcMpx, 3)
				}
				server.recv()
				server.nc.Write(data)
				server.nc.Close()
			}()
			p, err := c.Context(t.Context(), plainSyntax)
			if err != nil {
				return
			}
			invoke(t.Context(), p, opEcho, nil)
		})
	})
}

// FuzzPDU parses anything as any body.
func FuzzPDU(f *testing.F) {
	for _, s := range []string{captureBind, captureBindAck, captureFault} {
		f.Add(unhex(s))
	}
	f.Add(appendBindNak(nil, 1, 4))
	f.Add(rawRequest(1, pfcWhole, 0, 0, vtSample))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < headerSize {
			return
		}
		h, err := parseHeader(b)
		if err != nil || len(b) < int(h.fragLen) {
			return
		}
		b = b[:h.fragLen]
		if p, err := parseBind(&h, b); err == nil && !h.big {
			// What was understood can be said again.
			again := rawBind(h.typ, h.callID, h.flags, *p)
			if q, err := parseBind(&h, again); err != nil || !reflect.DeepEqual(p, q) {
				t.Errorf("bind: %+v, %v; want %+v", q, err, p)
			}
		}
		if p, err := parseBindAck(&h, b); err == nil && !h.big && len(p.results) > 0 {
			again := endPDU(p.appendBody(beginPDU(nil, h.typ, h.flags, h.callID), 0), 0, 0)
			if q, err := parseBindAck(&h, again); err != nil || !reflect.DeepEqual(p, q) {
				t.Errorf("bind_ack: %+v, %v; want %+v", q, err, p)
			}
		}
		parseBindNak(&h, b)
		parseFault(&h, b)
		parseResponse(&h, b)
		parseRequest(&h, b)
		parseAuth(&h, b)
		findTrailer(b)
	})
}
