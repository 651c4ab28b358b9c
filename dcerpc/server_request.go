package dcerpc

import "oxid/com"

// request takes one whole request fragment. handed tells that the reading role
// has gone to another goroutine.
func (c *ServerConn) request(h *header, pdu []byte) (handed bool, err error) {
	s, stub, end, err := c.fragment(h, pdu)
	if s == nil || err != nil {
		return false, err
	}
	// The usual request is one fragment, which the handler sees where it was
	// read.
	if h.flags&pfcWhole == pfcWhole {
		s.Stub = pdu[stub:end]
		return c.dispatch(s)
	}
	if len(s.asm)+end-stub > s.limit {
		return false, c.fatal(h, s.context, Fault{Status: StatusAccessDenied})
	}
	s.asm = append(growBytes(s.asm, end-stub), pdu[stub:end]...)
	return c.fragmentDone(s, h.last())
}

// fragmentDone is called when a fragment of a request in several is in the
// call's buffer.
func (c *ServerConn) fragmentDone(s *ServerCall, last bool) (handed bool, err error) {
	if !last {
		c.fragments.Add(2)
		return false, nil
	}
	c.fragments.Add(1)
	c.partial = nil
	s.Stub = s.asm
	return c.dispatch(s)
}

// fragment checks one request fragment and finds its call: a new one for a
// first fragment. pdu is the whole PDU, or its beginning when the rest has yet
// to come (never when it has a verifier). A nil call without an error means
// that the fragment was refused and is to be dropped. The stub data is
// pdu[stub:end].
func (c *ServerConn) fragment(h *header, pdu []byte) (s *ServerCall, stub, end int, err error) {
	if !c.bound || c.secs.pending != nil {
		return nil, 0, 0, c.fatal(h, 0, protocolFault)
	}
	r, err := parseRequest(h, pdu)
	if err != nil {
		return nil, 0, 0, c.fatal(h, 0, protocolFault)
	}
	// Before anything else, and even for requests that will be refused: the
	// security context counts PDUs.
	sec, end, err := c.verify(h, pdu, r.stub, r.context)
	if err != nil {
		return nil, 0, 0, err
	}
	if h.first() {
		s, err = c.firstFragment(h, &r, sec)
	} else {
		s, err = c.nextFragment(h, &r, sec)
	}
	// Counted before the bytes are taken, padding and trailer included.
	if s != nil && err == nil && int(h.fragLen)-r.stub > s.limit-len(s.asm) {
		err = c.fatal(h, r.context, Fault{Status: StatusAccessDenied})
		if s != c.partial { // which goes with the connection
			s.release()
		}
	}
	return s, r.stub, end, err
}

// firstFragment begins a call.
func (c *ServerConn) firstFragment(h *header, r *requestPDU, sec *security) (*ServerCall, error) {
	if c.partial != nil {
		// Only one incomplete request at a time. Without multiplexing the fault
		// names the call that exists.
		id, context := h.callID, uint16(0)
		if !c.mpx {
			id, context = c.partial.id, c.partial.context
		}
		c.fault(id, context, Fault{Status: StatusProtocolError})
		return nil, errEnd
	}
	// A call that is cancelled before it begins. On later fragments the flag
	// asks for nothing that co_cancel would not.
	if h.flags&pfcPendingCancel != 0 {
		return nil, c.fatal(h, r.context, Fault{Status: StatusNoCallActive, DidNotExecute: true})
	}
	// Ids may repeat and go back, as long as the earlier call is finished.
	c.mu.Lock()
	inFlight, again := len(c.calls), c.calls[h.callID] != nil
	c.mu.Unlock()
	if again || inFlight > 0 && !c.mpx {
		return nil, c.fatal(h, 0, protocolFault)
	}
	c.skips = false // fragments of an earlier call that still came are over
	p := c.ctxs.get(r.context)
	if f := c.refusal(p, r, sec, inFlight); f.Status != 0 {
		context := r.context
		if p == nil {
			context = 0
		}
		c.fault(h.callID, context, f)
		if f.Status == StatusAccessDenied && len(c.secs.byID) <= 1 {
			// No other security context could do better.
			return nil, errEnd
		}
		// It is answered at once; what still comes of it is dropped.
		c.skip, c.skips = h.callID, !h.last()
		return nil, nil
	}
	s := getServerCall()
	// Every field is set: the call has been somebody else's.
	s.Conn, s.Interface, s.NDR64 = c, p.reg.Interface, p.ndr64
	s.id, s.context, s.Opnum = h.callID, r.context, r.opnum
	s.HasObject, s.Object = r.hasObject, r.object
	s.DataRep, s.sec = h.drep(), sec
	s.limit = c.limit(p.reg.Interface, sec)
	if !h.last() {
		// Only here: on a request of one fragment any hint is accepted.
		if int64(r.allocHint) > int64(s.limit) {
			s.release()
			return nil, c.fatal(h, r.context, Fault{Status: StatusAccessDenied})
		}
		c.partial = s
		c.fragments.Add(1) // odd from here on
		s.asm = getBytes(proportionate(int(h.fragLen), r.allocHint))
	}
	return s, nil
}

// refusal returns why a request is not executed; a zero status means that it
// is. The connection survives, and neither is the handler called.
func (c *ServerConn) refusal(p *serverPres, r *requestPDU, sec *security, inFlight int) Fault {
	f := Fault{DidNotExecute: true}
	switch {
	case p == nil || p.reg.gone.Load():
		f.Status = StatusUnknownInterface
	case sec.level() < p.reg.MinAuthnLevel:
		return Fault{Status: StatusAccessDenied}
	case int(r.opnum) >= p.reg.NumOps:
		f.Status = StatusOpRange
	case p.reg.NeedsObject && !r.hasObject:
		f.Status = StatusUnsupportedType
	case inFlight >= c.srv.o.MaxCalls:
		f.Status = StatusServerTooBusy
	}
	return f
}

// level is the authentication level of what s protects; NONE for nil.
func (s *security) level() com.AuthnLevel {
	if s == nil {
		return com.RPC_C_AUTHN_LEVEL_NONE
	}
	return com.AuthnLevel(s.trailer.level)
}

// limit is the most bytes of stub data in one request of i.
func (c *ServerConn) limit(i *Interface, sec *security) int {
	switch {
	case i.MaxRequest > 0:
		return i.MaxRequest // whoever registered it knows best
	case i.NeedsObject && sec != nil:
		return c.srv.o.MaxObjectRequest
	case c.listener.MaxRequest > 0:
		return c.listener.MaxRequest
	}
	return c.srv.o.MaxRequest
}

// nextFragment continues the incomplete call.
func (c *ServerConn) nextFragment(h *header, r *requestPDU, sec *security) (*ServerCall, error) {
	s := c.partial
	switch {
	case s == nil && c.skips && h.callID == c.skip:
		c.skips = !h.last()
		return nil, nil
	case s == nil:
		return nil, c.fatal(h, 0, Fault{Status: StatusProtocolError})
	case h.callID != s.id:
		id := h.callID
		if !c.mpx {
			id = s.id
		}
		c.fault(id, r.context, Fault{Status: StatusProtocolError})
		return nil, errEnd
	case r.context != s.context || r.opnum != s.Opnum || h.drep() != s.DataRep || sec != s.sec ||
		r.hasObject != s.HasObject || r.object != s.Object:
		return nil, c.fatal(h, r.context, Fault{Status: StatusProtocolError})
	}
	return s, nil
}

// dispatch runs a complete call: inline, or on a goroutine of its own when
// handlers of this connection have blocked lately.
func (c *ServerConn) dispatch(s *ServerCall) (handed bool, err error) {
	if s.sec != nil {
		if err := c.checkTrailer(s); err != nil {
			c.mu.Lock()
			c.snd.add(appendFault(nil, s.id, s.context, Fault{Status: StatusAccessDenied}))
			c.mu.Unlock()
			s.release()
			return false, errEnd
		}
	}
	// Inline, unless handlers of this connection have blocked lately.
	if !c.handAlways.Load() {
		return c.run(s), nil
	}
	if s.asm == nil && c.src.in != nil {
		if len(s.Stub) <= smallIn {
			// A copy is cheaper than a read buffer that stays in use.
			s.asm = append(getBytes(len(s.Stub)), s.Stub...)
			s.Stub = s.asm
		} else {
			s.in = c.src.in
			s.in.refs.Add(1)
		}
	}
	c.mu.Lock()
	c.enter(s)
	c.mu.Unlock()
	go c.runBeside(s)
	return false, nil
}
