package dcerpc

import (
	"bytes"
	"testing"

	"oxid/com"
)

// TestServerReactions shows what the server does with input that breaks the
// protocol or asks for what is not there: each case is what a client sends
// and what it gets back. "closed" is the end of the connection, "nothing" its
// survival.
func TestServerReactions(t *testing.T) {
	const whole = pfcWhole
	mpxBind := plainBind(whole | pfcConcMpx)
	bind := plainBind(whole)
	req := func(id uint32) []byte { return rawRequest(id, whole, 0, opEcho, []byte("abcd")) }
	first := rawRequest(5, pfcFirstFrag, 0, opEcho, []byte("12345678"))
	elems := func(e ...presElem) bindPDU {
		return bindPDU{maxXmit: maxTCPFrag, maxRecv: maxTCPFrag, elems: e}
	}
	longBind := rawBind(ptBind, 1, whole, bindPDU{maxXmit: ownFrag, maxRecv: ownFrag, elems: []presElem{elem(0, plainSyntax, NDR20)}})
	alter := func(id uint32, e ...presElem) []byte { return rawBind(ptAlterContext, id, whole, elems(e...)) }
	other := SyntaxID{UUID: com.MustGUID("99999999-0000-0000-0000-000000000001"), Major: 3}
	// withAuth appends a trailer and a value.
	withAuth := func(pdu []byte, tr authTrailer, value string) []byte {
		b := appendAuth(append([]byte{}, pdu...), 0, tr, []byte(value))
		return endPDU(b, 0, len(value))
	}
	tests := []struct {
		name string
		send [][]byte
		want []string
	}{
		{"frag_length below 16", [][]byte{patch(bind, 8, 15, 0)}, []string{"closed"}},
		{"version 4 in the first PDU", [][]byte{patch(bind, 0, 4)}, []string{"nak 4", "closed"}},
		{"minor version 1 in the first PDU", [][]byte{patch(bind, 1, 1)}, []string{"nak 4", "closed"}},
		{"unknown drep in the first PDU", [][]byte{patch(bind, 4, 0x11)}, []string{"nak 4", "closed"}},
		{"float format in the first PDU", [][]byte{patch(bind, 5, 1)}, []string{"nak 4", "closed"}},
		{"version 4 later", [][]byte{bind, patch(req(2), 0, 4)}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"unknown drep later", [][]byte{bind, patch(req(2), 4, 0x20)}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"first PDU is a request", [][]byte{req(1)}, []string{"nak 4", "closed"}},
		{"first PDU is an alter_context", [][]byte{alter(1, elem(0, plainSyntax, NDR20))}, []string{"nak 4", "closed"}},
		{"second bind", [][]byte{bind, bind}, []string{"ack 0/0", "nak 0", "closed"}},
		{"bind without contexts", [][]byte{rawBind(ptBind, 1, whole, elems())}, []string{"nak 0", "closed"}},
		{"bind with a context without transfer syntaxes", [][]byte{rawBind(ptBind, 1, whole, elems(elem(0, plainSyntax)))}, []string{"nak 0", "closed"}},
		{"bind cut off", [][]byte{endPDU(append([]byte{}, bind[:40]...), 0, 0)}, []string{"nak 0", "closed"}},
		{"bind to an unknown group", [][]byte{rawBind(ptBind, 1, whole, bindPDU{group: 4711, elems: []presElem{elem(0, plainSyntax, NDR20)}})}, []string{"nak 0", "closed"}},
		{"two features in one bind", [][]byte{rawBind(ptBind, 1, whole, elems(elem(0, plainSyntax, NDR20), elem(1, plainSyntax, featureSyntax(3)), elem(2, plainSyntax, featureSyntax(1))))}, []string{"nak 0", "closed"}},
		{"unknown authentication type", [][]byte{withAuth(bind, authTrailer{typ: 99, level: 5}, "token")}, []string{"nak 8", "closed"}},
		{"authentication type none", [][]byte{withAuth(bind, authTrailer{typ: 0, level: 5}, "token")}, []string{"nak 8", "closed"}},
		{"authentication level 1", [][]byte{withAuth(bind, authTrailer{typ: 9, level: 1}, "token")}, []string{"nak 0", "closed"}},
		{"authentication level 7", [][]byte{withAuth(bind, authTrailer{typ: 9, level: 7}, "token")}, []string{"nak 0", "closed"}},
		{"auth_length above what is there", [][]byte{patch(bind, 10, 0xff, 0)}, []string{"nak 4", "closed"}},
		{"padding in front of the trailer of a bind", [][]byte{withAuth(bind, authTrailer{typ: 9, level: 5, pad: 4}, "token")}, []string{"nak 4", "closed"}},
		{"alter without contexts", [][]byte{bind, alter(2)}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"alter with a context without transfer syntaxes", [][]byte{bind, alter(2, elem(1, plainSyntax))}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"alter gives an id another interface", [][]byte{bind, alter(2, elem(0, objectSyntax, NDR20))}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"alter repeats a context", [][]byte{bind, alter(2, elem(0, plainSyntax, NDR20)), req(3)}, []string{"ack 0/0", "alter 0/0", "response call 3: 4"}},
		{"alter repeats an id with an unknown syntax", [][]byte{bind, alter(2, elem(0, plainSyntax, other)), req(3)}, []string{"ack 0/0", "alter 2/2", "response call 3: 4"}},
		{"one new context a PDU", [][]byte{bind, alter(2, elem(1, plainSyntax, NDR20), elem(2, plainSyntax, NDR20))}, []string{"ack 0/0", "alter 0/0 2/2", "nothing"}},
		{"unknown interface", [][]byte{rawBind(ptBind, 1, whole, elems(elem(0, other, NDR20))), alter(2, elem(0, plainSyntax, NDR20)), req(3)}, []string{"ack 2/1", "alter 0/0", "response call 3: 4"}},
		{"interface of a newer minor version", [][]byte{rawBind(ptBind, 1, whole, elems(elem(0, SyntaxID{UUID: plainSyntax.UUID, Major: 1, Minor: 1}, NDR20)))}, []string{"ack 2/1", "nothing"}},
		{"interface of another major version", [][]byte{rawBind(ptBind, 1, whole, elems(elem(0, SyntaxID{UUID: plainSyntax.UUID, Major: 101}, NDR20)))}, []string{"ack 2/1", "nothing"}},
		{"no common transfer syntax", [][]byte{rawBind(ptBind, 1, whole, elems(elem(0, plainSyntax, NDR64)))}, []string{"ack 2/2", "nothing"}},
		{"features are granted", [][]byte{rawBind(ptBind, 1, whole, elems(elem(0, plainSyntax, NDR20), elem(1, plainSyntax, featureSyntax(0xff))))}, []string{"ack 0/0 3/3", "nothing"}},
		{"features are not for alter", [][]byte{bind, alter(2, elem(1, plainSyntax, featureSyntax(3)))}, []string{"ack 0/0", "alter 2/2", "nothing"}},
		{"request with an unknown context", [][]byte{bind, rawRequest(2, whole, 7, opEcho, nil), req(3)}, []string{"ack 0/0", "fault 0x1c010003 call 2 dne", "response call 3: 4"}},
		{"fragments of a refused request are dropped", [][]byte{bind, rawRequest(2, pfcFirstFrag, 7, opEcho, []byte("12345678")), rawRequest(2, 0, 7, opEcho, []byte("12345678")), rawRequest(2, pfcLastFrag, 7, opEcho, []byte("12345678")), req(3)}, []string{"ack 0/0", "fault 0x1c010003 call 2 dne", "response call 3: 4"}},
		{"and no more than that", [][]byte{bind, rawRequest(2, pfcFirstFrag, 7, opEcho, nil), rawRequest(2, pfcLastFrag, 7, opEcho, nil), rawRequest(2, pfcLastFrag, 7, opEcho, nil)}, []string{"ack 0/0", "fault 0x1c010003 call 2 dne", "fault 0x1c01000b call 2", "closed"}},
		{"opnum out of range", [][]byte{bind, rawRequest(2, whole, 0, opCount, nil), req(3)}, []string{"ack 0/0", "fault 0x1c010002 call 2 dne", "response call 3: 4"}},
		{"object interface without object", [][]byte{rawBind(ptBind, 1, whole, elems(elem(0, objectSyntax, NDR20))), req(2)}, []string{"ack 0/0", "fault 0x1c010017 call 2 dne", "nothing"}},
		{"handler fails", [][]byte{bind, rawRequest(2, whole, 0, opFail, nil), req(3)}, []string{"ack 0/0", "fault 0x80010108 call 2", "response call 3: 4"}},
		{"handler panics", [][]byte{bind, rawRequest(2, whole, 0, opPanic, nil), req(3)}, []string{"ack 0/0", "fault 0x80010105 call 2", "response call 3: 4"}},
		{"handler ends its goroutine", [][]byte{bind, rawRequest(2, whole, 0, opGoexit, nil)}, []string{"ack 0/0", "fault 0x80010105 call 2"}},
		{"request fragment above the transport's size", [][]byte{bind, rawRequest(2, whole, 0, opEcho, make([]byte, maxTCPFrag-requestHeaderSize+1))}, []string{"ack 0/0", "fault 0x1c01000b call 2", "closed"}},
		{"request of the transport's size, whatever was granted", [][]byte{rawBind(ptBind, 1, whole, bindPDU{maxXmit: 2048, maxRecv: 2048, elems: []presElem{elem(0, plainSyntax, NDR20)}}), rawRequest(2, whole, 0, opFail, make([]byte, maxTCPFrag-requestHeaderSize))}, []string{"ack 0/0", "fault 0x80010108 call 2", "nothing"}},
		{"auth_length on an unauthenticated connection", [][]byte{bind, withAuth(rawRequest(2, whole, 0, opEcho, []byte("1234")), authTrailer{typ: 9, level: 5}, "value")}, []string{"ack 0/0", "fault 0x5 call 2", "closed"}},
		{"second request within the first, no multiplexing", [][]byte{bind, first, req(6)}, []string{"ack 0/0", "fault 0x1c01000b call 5", "closed"}},
		{"second request within the first, multiplexing", [][]byte{mpxBind, first, req(6)}, []string{"ack 0/0", "fault 0x1c01000b call 6", "closed"}},
		{"continuation without a first fragment", [][]byte{bind, rawRequest(2, pfcLastFrag, 0, opEcho, nil)}, []string{"ack 0/0", "fault 0x1c01000b call 2", "closed"}},
		{"fragments disagree on the operation", [][]byte{bind, first, rawRequest(5, pfcLastFrag, 0, opFail, nil)}, []string{"ack 0/0", "fault 0x1c01000b call 5", "closed"}},
		{"fragments disagree on the byte order", [][]byte{bind, first, bigRequest(5, pfcLastFrag, 0, opEcho, nil)}, []string{"ack 0/0", "fault 0x1c01000b call 5", "closed"}},
		{"another call within a request, no multiplexing", [][]byte{bind, first, rawRequest(6, pfcLastFrag, 0, opEcho, nil)}, []string{"ack 0/0", "fault 0x1c01000b call 5", "closed"}},
		{"another call within a request, multiplexing", [][]byte{mpxBind, first, rawRequest(6, pfcLastFrag, 0, opEcho, nil)}, []string{"ack 0/0", "fault 0x1c01000b call 6", "closed"}},
		{"context ids of any size", [][]byte{rawBind(ptBind, 1, whole, elems(elem(54321, plainSyntax, NDR20))), alter(2, elem(64, objectSyntax, NDR20)), rawRequest(3, whole, 54321, opEcho, []byte("ab")), rawRequest(4, whole, 64, opEcho, nil)}, []string{"ack 0/0", "alter 0/0", "response call 3: 2", "fault 0x1c010017 call 4 dne"}},
		{"long fragments of a refused request", [][]byte{longBind, rawRequest(2, pfcFirstFrag, 7, opEcho, make([]byte, 60000)), rawRequest(2, pfcLastFrag, 7, opEcho, make([]byte, 60000)), req(3)}, []string{"ack 0/0", "fault 0x1c010003 call 2 dne", "response call 3: 4"}},
		{"long fragments above the limit", [][]byte{longBind, patch(rawRequest(2, pfcFirstFrag, 0, opEcho, make([]byte, 60000)), 16, 1, 0, 0x40, 0)}, []string{"ack 0/0", "fault 0x5 call 2", "closed"}},
		{"pending cancel on the first fragment", [][]byte{bind, rawRequest(2, whole|pfcPendingCancel, 0, opEcho, nil)}, []string{"ack 0/0", "fault 0x6bd call 2 dne", "closed"}},
		{"pending cancel on a later fragment", [][]byte{bind, first, rawRequest(5, pfcLastFrag|pfcPendingCancel, 0, opEcho, []byte("90"))}, []string{"ack 0/0", "response call 5: 10"}},
		{"request shorter than its header", [][]byte{bind, endPDU(rawRequest(2, whole, 0, 0, nil)[:20], 0, 0)}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"response from a client", [][]byte{bind, rawResponse(2, whole, nil)}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"shutdown from a client", [][]byte{bind, appendControl(nil, ptShutdown, 2)}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"PDU type of connectionless RPC", [][]byte{bind, appendControl(nil, 1, 2)}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"auth3 without authentication", [][]byte{bind, withAuth(append(beginPDU(nil, ptAuth3, whole, 1), 0, 0, 0, 0), authTrailer{typ: 10, level: 5}, "token")}, []string{"ack 0/0", "fault 0x1c01000b call 1 dne", "closed"}},
		{"cancel and orphan of nothing", [][]byte{bind, appendControl(nil, ptCancel, 9), appendControl(nil, ptOrphaned, 9), req(2)}, []string{"ack 0/0", "response call 2: 4"}},
		{"orphan of half a request", [][]byte{mpxBind, first, appendControl(nil, ptOrphaned, 5), req(6)}, []string{"ack 0/0", "fault 0x1c01000b call 6", "closed"}},
		{"orphan in the middle of a request", [][]byte{bind, first, appendControl(nil, ptOrphaned, 5), rawRequest(5, pfcLastFrag, 0, opEcho, []byte("90"))}, []string{"ack 0/0", "response call 5: 10"}},
		{"call ids go back", [][]byte{bind, req(55), req(2), req(2)}, []string{"ack 0/0", "response call 55: 4", "response call 2: 4", "response call 2: 4"}},
		{"call id in flight", [][]byte{mpxBind, rawRequest(2, whole, 0, opBlock, nil), req(2)}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"second call without multiplexing", [][]byte{bind, rawRequest(2, whole, 0, opBlock, nil), req(3)}, []string{"ack 0/0", "fault 0x1c01000b call 3 dne", "closed"}},
		{"second call with multiplexing", [][]byte{mpxBind, rawRequest(2, whole, 0, opBlock, nil), req(3), appendControl(nil, ptCancel, 2)}, []string{"ack 0/0", "response call 3: 4", "fault 0x1c00000d call 2"}},
		{"orphaned call is not answered", [][]byte{mpxBind, rawRequest(2, whole, 0, opBlock, nil), req(3), appendControl(nil, ptOrphaned, 2), req(4)}, []string{"ack 0/0", "response call 3: 4", "response call 4: 4", "nothing"}},
		{"alloc_hint above the limit on one fragment", [][]byte{bind, patch(req(2), 16, 0xff, 0xff, 0xff, 0xff)}, []string{"ack 0/0", "response call 2: 4"}},
		{"alloc_hint above the limit on the first of several", [][]byte{bind, patch(first, 16, 1, 0, 0x40, 0)}, []string{"ack 0/0", "fault 0x5 call 5", "closed"}},
		{"alloc_hint at the limit", [][]byte{bind, patch(first, 16, 0, 0, 0x40, 0), rawRequest(5, pfcLastFrag, 0, opEcho, nil)}, []string{"ack 0/0", "response call 5: 8"}},
		{"big-endian request", [][]byte{bind, bigRequest(2, whole, 0, opEcho, []byte("abc"))}, []string{"ack 0/0", "response call 2: 3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, _ := newTestServer(t, nil)
				defer s.Close()
				p := dialRaw(t, s)
				defer p.nc.Close()
				go p.nc.Write(bytes.Join(tt.send, nil)) // the server may close first
				for i, want := range tt.want {
					if got := p.answer(); got != want {
						t.Fatalf("answer %d: %s; want %s", i, got, want)
					}
				}
				if last := tt.want[len(tt.want)-1]; last != "closed" && last != "nothing" {
					if got := p.answer(); got != "nothing" {
						t.Fatalf("then %s; want nothing", got)
					}
				}
			})
		})
	}
}

// bigRequest is rawRequest of a big-endian client.
func bigRequest(callID uint32, flags uint8, context, opnum uint16, stub []byte) []byte {
	n := requestHeaderSize + len(stub)
	b := []byte{5, 0, byte(ptRequest), flags, 0, 0, 0, 0, byte(n >> 8), byte(n), 0, 0,
		byte(callID >> 24), byte(callID >> 16), byte(callID >> 8), byte(callID), 0, 0, 0, 0,
		byte(context >> 8), byte(context), byte(opnum >> 8), byte(opnum)}
	return append(b, stub...)
}
