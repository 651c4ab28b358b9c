package dcerpc

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"oxid/com"
	"oxid/step"
)

// negotiation is the state of one abstract syntax on a connection: in progress
// until done is closed.
type negotiation struct {
	done chan struct{}
	pres *PresContext
	err  error
}

// Context returns the presentation context of iface, which it negotiates on
// first use: with a bind when it is the connection's first, with an
// alter_context later. Concurrent callers share one negotiation, which goes on
// when one of them gives up.
//
// A refusal leaves the connection usable for other interfaces, except when the
// bind itself was refused: RPC_S_UNKNOWN_IF, RPC_S_UNSUPPORTED_TRANS_SYN.
func (cc *ClientConn) Context(ctx context.Context, iface SyntaxID) (*PresContext, error) {
	cc.mu.Lock()
	n := cc.contexts[iface]
	if n == nil {
		// The first caller starts the negotiation on a goroutine of its own, so
		// that it does not end with the caller's context.
		if cc.err != nil || cc.retired {
			err := cc.gone()
			cc.mu.Unlock()
			return nil, cc.bindError(iface, com.RPC_S_CALL_FAILED_DNE, err)
		}
		n = &negotiation{done: make(chan struct{})}
		cc.contexts[iface] = n
		go cc.negotiate(iface, n)
	}
	cc.mu.Unlock()
	// The usual case first: a select over two channels costs more.
	select {
	case <-n.done:
		return n.pres, n.err
	default:
	}
	select {
	case <-n.done:
		return n.pres, n.err
	case <-ctx.Done():
		return nil, cc.bindError(iface, com.HRESULTOf(ctx.Err()), ctx.Err())
	}
}

func (cc *ClientConn) bindError(iface SyntaxID, hr com.HRESULT, cause error) error {
	return &com.Error{HRESULT: hr, Step: step.RPC, Peer: cc.peer, Interface: iface.UUID.String(), Err: cause}
}

// negotiate runs one negotiation, after those that began before.
func (cc *ClientConn) negotiate(iface SyntaxID, n *negotiation) {
	ctx, stop := context.WithTimeout(context.Background(), cc.o.BindTimeout)
	defer stop()
	select {
	case cc.turn <- struct{}{}:
		n.pres, n.err = cc.bindOrAlter(ctx, iface)
		<-cc.turn
	case <-ctx.Done():
		n.err = cc.bindError(iface, com.RPC_E_TIMEOUT, ctx.Err())
	}
	if n.err != nil {
		cc.mu.Lock()
		delete(cc.contexts, iface) // the next caller tries again
		cc.mu.Unlock()
	}
	close(n.done)
}

// bindOrAlter negotiates iface. Its caller has the turn.
func (cc *ClientConn) bindOrAlter(ctx context.Context, iface SyntaxID) (*PresContext, error) {
	p := bindPDU{maxXmit: uint16(cc.o.MaxFrag), maxRecv: uint16(cc.o.MaxFrag), group: cc.o.Group}
	// Context ids are 16 bits and are never used again.
	if cc.nextCtx > 0xfff0 {
		cc.mu.Lock()
		cc.retire()
		cc.mu.Unlock()
		return nil, cc.bindError(iface, com.RPC_S_CALL_FAILED_DNE, errors.New("dcerpc: the connection has used up its presentation contexts"))
	}
	// One element for each transfer syntax, NDR 2.0 first, as Windows does.
	p.elems = append(p.elems, cc.element(iface, NDR20))
	if cc.o.NDR64 {
		p.elems = append(p.elems, cc.element(iface, NDR64))
	}
	// bound only changes under the turn, which we have.
	first := !cc.bound
	typ, flags := ptAlterContext, uint8(pfcWhole)
	var auth *authExchange
	if first {
		typ = ptBind
		flags |= pfcConcMpx
		p.elems = append(p.elems, cc.element(iface, featureSyntax(supportedFeatures)))
		if s := cc.o.Security; s != nil {
			var err error
			if auth, err = cc.newAuthExchange(ctx, s); err != nil {
				return nil, cc.authError(iface, err)
			}
			flags |= pfcHeaderSign
		}
	}
	h, ack, err := cc.exchange(ctx, typ, flags, &p, auth)
	if err != nil {
		if first {
			cc.fail(err) // without a bind the connection is of no use
		}
		return nil, cc.namedError(iface, err)
	}
	if first {
		if err := cc.bindDone(h, ack, &p); err != nil {
			cc.fail(err)
			return nil, cc.bindError(iface, com.RPC_S_PROTOCOL_ERROR, err)
		}
	}
	pres, err := cc.accepted(iface, &p, ack)
	if auth != nil {
		// The conversation goes on with whatever context there is; the server
		// wants an element that it has seen before.
		if aerr := cc.finishAuth(ctx, &p, auth); aerr != nil {
			cc.fail(aerr)
			return nil, cc.authError(iface, aerr)
		}
	}
	if err != nil {
		return nil, err
	}
	pres.sec = cc.sec
	return pres, nil
}

// element makes the next presentation context element.
func (cc *ClientConn) element(iface, transfer SyntaxID) presElem {
	e := presElem{id: uint16(cc.nextCtx), abstract: iface, transfers: []SyntaxID{transfer}}
	cc.nextCtx++
	return e
}

// bindDone takes over what the first bind_ack grants.
func (cc *ClientConn) bindDone(h *header, ack *bindAckPDU, p *bindPDU) error {
	if ack.maxRecv < mustRecvFrag || ack.maxXmit < mustRecvFrag {
		return fmt.Errorf("dcerpc: the server grants fragments of %d and %d bytes, less than %d", ack.maxXmit, ack.maxRecv, mustRecvFrag)
	}
	cc.mu.Lock()
	defer cc.mu.Unlock()
	// What the server receives bounds what we send. What it sends is taken at
	// any size: the buffers are there for the longest fragment anyway.
	cc.maxXmit = min(int(ack.maxRecv), cc.o.MaxFrag)
	cc.group = ack.group
	cc.mpx = h.flags&pfcConcMpx != 0
	cc.hdrSign = h.flags&pfcHeaderSign != 0
	for i, r := range ack.results {
		if _, ok := p.elems[i].features(); ok && r.result == resultNegotiateAck {
			cc.multiSec = r.reason&featureSecurityContextMultiplexing != 0
			cc.keepOrphan = r.reason&featureKeepConnectionOnOrphan != 0
		}
	}
	cc.bound = true
	return nil
}

// accepted finds the element that the server accepted.
func (cc *ClientConn) accepted(iface SyntaxID, p *bindPDU, ack *bindAckPDU) (*PresContext, error) {
	// A server that accepts NDR64 refuses the element with NDR 2.0, and the
	// other way round: one acceptance is enough.
	unknown := false
	for i, r := range ack.results {
		e := &p.elems[i]
		if _, ok := e.features(); ok {
			continue
		}
		if r.result == resultAccepted {
			if r.transfer != e.transfers[0] {
				return nil, cc.bindError(iface, com.RPC_S_PROTOCOL_ERROR, errors.New("dcerpc: the server accepted a transfer syntax that was not offered"))
			}
			return &PresContext{conn: cc, iface: iface, id: e.id, ndr64: r.transfer == NDR64}, nil
		}
		unknown = unknown || r.result == resultProviderNo && r.reason == reasonAbstractSyntax
	}
	if unknown {
		return nil, cc.bindError(iface, com.RPC_S_UNKNOWN_IF, errors.New("the server does not offer the interface"))
	}
	return nil, cc.bindError(iface, com.RPC_S_UNSUPPORTED_TRANS_SYN, errors.New("the server accepts none of the transfer syntaxes"))
}

// exchange sends a bind or alter_context and returns the answer. An error of
// the bind leaves the connection unusable.
func (cc *ClientConn) exchange(ctx context.Context, typ ptype, flags uint8, p *bindPDU, auth *authExchange) (*header, *bindAckPDU, error) {
	c := cc.cache.get()
	defer c.Free()
	c.conn, c.control = cc, true
	cc.mu.Lock()
	if err := cc.begin(ctx, c); err != nil {
		cc.mu.Unlock()
		return nil, nil, err
	}
	b := beginPDU(nil, typ, flags, c.id)
	b = p.appendBody(b)
	authLen := 0
	if auth != nil {
		b = appendAuth(b, 0, auth.sec.trailer, auth.token)
		authLen = len(auth.token)
		auth.callID = c.id
	}
	if len(b) > 0xffff {
		cc.dropSlot(c)
		cc.mu.Unlock()
		return nil, nil, c.failure(com.RPC_S_OUT_OF_RESOURCES, errors.New("dcerpc: the security token does not fit a PDU"))
	}
	// Negotiations are rare: no need to read for oneself.
	if !cc.reading {
		cc.reading = true
		go cc.readLoop()
	}
	cc.snd.add(endPDU(b, 0, authLen))
	cc.snd.flush(false, true, nil)
	cc.mu.Unlock()
	if err := c.wait(ctx); err != nil {
		return nil, nil, err
	}
	return parseNegotiated(c.Reply, typ, p, auth)
}

// parseNegotiated decodes the answer to a bind or alter_context.
func parseNegotiated(pdu []byte, asked ptype, p *bindPDU, auth *authExchange) (*header, *bindAckPDU, error) {
	h, err := parseHeader(pdu)
	if err != nil {
		return nil, nil, err
	}
	if h.typ == ptBindNak && asked == ptBind {
		reason, err := parseBindNak(&h, pdu)
		if err != nil {
			return nil, nil, err
		}
		return nil, nil, &nakError{reason}
	}
	// bind_ack follows bind, alter_context_resp follows alter_context.
	if want := asked + 1; h.typ != want {
		return nil, nil, errUnexpected
	}
	body := pdu
	if auth != nil {
		auth.answer = nil
	}
	if h.authLen > 0 {
		t, value, end, err := parseAuth(&h, pdu)
		if err != nil {
			return nil, nil, err
		}
		body = pdu[:end]
		if auth != nil {
			if t.typ != auth.sec.trailer.typ || t.level != auth.sec.trailer.level || t.context != auth.sec.trailer.context {
				return nil, nil, errAuthContext
			}
			auth.answer = append([]byte(nil), value...)
		}
	}
	ack, err := parseBindAck(&h, body)
	if err != nil {
		return nil, nil, err
	}
	// Results answer the elements in order: with another number of them there
	// is no telling which is which.
	if len(ack.results) != len(p.elems) {
		return nil, nil, fmt.Errorf("dcerpc: %d answers to %d presentation contexts", len(ack.results), len(p.elems))
	}
	return &h, ack, nil
}

// namedError turns the failure of an exchange into the caller's error.
func (cc *ClientConn) namedError(iface SyntaxID, err error) error {
	var e *com.Error
	if errors.As(err, &e) {
		named := *e
		named.Interface, named.Method, named.Step = iface.UUID.String(), "", step.RPC
		return &named
	}
	hr := com.RPC_S_PROTOCOL_ERROR
	var nak *nakError
	var fault *Fault
	switch {
	case errors.As(err, &nak):
		hr = nak.hresult()
	case errors.As(err, &fault):
		hr = fault.HRESULT()
	}
	return cc.bindError(iface, hr, err)
}

// sendAuth3 sends the last leg of a conversation with an odd number of them.
// There is no answer ([MS-RPCE] 2.2.2.10).
func (cc *ClientConn) sendAuth3(auth *authExchange) error {
	flags := uint8(pfcWhole)
	if cc.hdrSign {
		flags |= pfcHeaderSign
	}
	b := beginPDU(nil, ptAuth3, flags, auth.callID)
	b = binary.LittleEndian.AppendUint32(b, 0) // pad of an auth3, of no meaning ([MS-RPCE] 2.2.2.10)
	b = appendAuth(b, 0, auth.sec.trailer, auth.token)
	if len(b) > 0xffff {
		return errors.New("dcerpc: the security token does not fit a PDU")
	}
	cc.mu.Lock()
	defer cc.mu.Unlock()
	cc.snd.add(endPDU(b, 0, len(auth.token)))
	cc.snd.flush(false, true, nil)
	return nil
}
