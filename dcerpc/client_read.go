package dcerpc

import (
	"context"
	"errors"
	"os"
	"time"

	"oxid/com"
	"oxid/step"
)

// clientBody is the part of a response that is being read straight into the
// buffer of its call. It belongs to the reading role.
type clientBody struct {
	call *ClientCall
	left int  // bytes of the fragment that have not been read
	last bool // the fragment ends the answer
	drop bool // nobody wants it
}

// readOwn is how a lone caller waits: it has the reading role and reads until
// its own answer is complete, serving others that come meanwhile. When that takes long
// and ctx can end, it leaves the role to another goroutine.
func (cc *ClientConn) readOwn(ctx context.Context, c *ClientCall) error {
	stop := ctx.Done()
	var until time.Time
	if stop != nil {
		until, _ = ctx.Deadline()
	}
	for {
		// Anew each time: a long reply takes many reads.
		cc.armRead(stop != nil, until)
		own, err := cc.readSome(c)
		switch {
		case own:
			return c.result()
		case err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			// Whoever fails the connection first wakes every caller, us too.
			cc.fail(err)
			cc.src.close()
			<-c.wake
			return c.result()
		case stop == nil: // a deadline that an earlier call left behind
		default:
			// Time to look at the context. A call that takes as long as this does
			// not mind a goroutine.
			cc.mu.Lock()
			cc.passRole(ctx.Err() != nil && cc.o.CancelWait <= 0)
			cc.mu.Unlock()
			return c.wait(ctx)
		}
	}
}

// passRole gives the reading role of the calling goroutine to a new one. When the
// caller's own call is about to be abandoned it does not count.
func (cc *ClientConn) passRole(abandon bool) {
	others := cc.pending
	if abandon {
		others--
	}
	if others > 0 {
		go cc.readLoop()
		return
	}
	cc.src.drop()
	cc.reading = false
}

// readLoop reads for all callers until none waits any more. It is started with
// the reading role.
func (cc *ClientConn) readLoop() {
	for {
		cc.armRead(false, time.Time{})
		over, err := cc.readSome(nil)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			cc.fail(err)
			cc.src.close() // the reading role ends with the connection
			return
		}
		if over {
			return
		}
	}
}

// armRead sets the deadline of the next read. For a caller that may be
// cancelled it stays between one and two callerWait ahead, so that it is seldom
// set and costs no timer a call; until is the deadline of its context, or zero.
func (cc *ClientConn) armRead(impatient bool, until time.Time) {
	s := &cc.src
	if !impatient {
		if !s.deadline.IsZero() {
			s.deadline = time.Time{}
			s.nc.SetReadDeadline(time.Time{})
		}
		return
	}
	now := time.Now()
	left := s.deadline.Sub(now)
	if left >= callerWait && left <= 2*callerWait && (until.IsZero() || !until.Before(s.deadline)) {
		return
	}
	s.deadline = now.Add(2 * callerWait)
	if !until.IsZero() && until.Before(s.deadline) {
		s.deadline = until
	}
	s.nc.SetReadDeadline(s.deadline)
}

// readSome reads once, blocking, and hands out all answers that are complete.
// own is the call of a goroutine that reads for itself; the result tells that
// its answer is there, or, with a nil own, that nobody waits any more. In both
// cases the reading role has been given up.
func (cc *ClientConn) readSome(own *ClientCall) (over bool, err error) {
	if cc.body.left > 0 {
		if err := cc.readBody(); err != nil {
			return false, err
		}
		if cc.body.left > 0 {
			return false, nil
		}
	} else if err := cc.src.fill(cc.need()); err != nil {
		return false, err
	}
	return cc.dispatch(own)
}

// need is how many bytes the next PDU needs in one piece.
func (cc *ClientConn) need() int {
	b := cc.src.unread()
	if len(b) < headerSize {
		return headerSize
	}
	h, _ := parseHeader(b)
	if h.typ == ptResponse && h.authLen == 0 && int(h.fragLen) > smallIn {
		return responseHeaderSize // the rest may go straight to its call
	}
	return max(int(h.fragLen), headerSize)
}

// readBody reads once into the call's buffer.
func (cc *ClientConn) readBody() error {
	b := &cc.body
	c := b.call
	if b.drop {
		// The buffer serves as a waste bin.
		c.rbuf = c.rbuf[:0]
	}
	want := b.left
	if b.drop {
		want = min(want, smallIn)
	}
	c.rbuf = growBytes(c.rbuf, want)
	n, err := cc.src.readInto(c.rbuf[len(c.rbuf) : len(c.rbuf)+want])
	if err != nil {
		return err
	}
	c.rbuf = c.rbuf[:len(c.rbuf)+n]
	b.left -= n
	return nil
}

// dispatch hands out the answers among the buffered bytes under one lock.
func (cc *ClientConn) dispatch(own *ClientCall) (over bool, err error) {
	var woken *ClientCall
	cc.mu.Lock()
	if cc.err != nil {
		// Whoever failed the connection has woken or will wake all callers.
		cc.mu.Unlock()
		return false, cc.err
	}
	// A body that was read straight into its buffer is complete.
	if b := &cc.body; b.call != nil && b.left == 0 {
		c := b.call
		if b.last {
			woken = cc.complete(c, nil, woken)
		}
		b.call = nil
	}
	for err == nil && cc.body.call == nil {
		b := cc.src.unread()
		if len(b) < headerSize {
			break
		}
		var h header
		if h, err = parseHeader(b); err != nil {
			break
		}
		if len(b) < int(h.fragLen) {
			c := cc.lookup(h.callID)
			if c == nil || !cc.readsDirectly(&h, b, c) {
				break
			}
			err = cc.beginBody(&h, b, c)
			continue
		}
		pdu := b[:h.fragLen]
		woken, err = cc.handle(&h, pdu, woken)
		if err == nil && cc.body.call == nil {
			cc.src.consume(len(pdu))
		}
	}
	// A caller that reads for itself goes when it has its answer, whoever else
	// waits; the goroutine that reads for all goes when nobody does.
	if own != nil {
		over = own.finished
	} else {
		over = err == nil && cc.pending == 0
	}
	if over && err == nil {
		cc.src.drop()
		if cc.pending > 0 {
			go cc.readLoop()
		} else {
			cc.reading = false
		}
	}
	cc.mu.Unlock()
	// Outside of the lock, which the woken want next. Each has room for one
	// wake-up, so that this never blocks.
	for c := woken; c != nil; {
		next := c.next
		c.next = nil
		if c != own {
			c.wake <- struct{}{}
		}
		c = next
	}
	if over && err != nil {
		// What came behind the caller's own answer is broken: its affair no more.
		cc.fail(err)
		cc.src.close()
		err = nil
	}
	return over, err
}

// complete ends a call: err is nil for a reply. It returns the list of calls
// to wake with c in front, unless nobody waits for c.
func (cc *ClientConn) complete(c *ClientCall, err error, woken *ClientCall) *ClientCall {
	if c.abandoned {
		if !cc.mpx {
			cc.forget(c)
		}
		return woken
	}
	cc.dropSlot(c)
	return c.finish(err, woken)
}

// finish makes the result of c final and puts it in front of the list of calls to wake.
func (c *ClientCall) finish(err error, woken *ClientCall) *ClientCall {
	c.finished = true
	c.err = err
	c.next = woken
	return c
}

// handle takes one whole PDU from the server. An error ends the connection.
func (cc *ClientConn) handle(h *header, pdu []byte, woken *ClientCall) (*ClientCall, error) {
	c := cc.lookup(h.callID)
	switch h.typ {
	case ptResponse:
		return cc.handleResponse(h, pdu, c, woken)
	case ptFault:
		f, err := parseFault(h, pdu)
		if err != nil {
			return woken, err
		}
		if _, _, err := cc.unprotect(h, pdu, min(faultSize, len(pdu))); err != nil {
			return woken, err
		}
		if c == nil {
			cc.late = max(cc.late-1, 0) // the answer to an abandoned call
			return woken, nil
		}
		// A fault without a verifier on a protected connection is believed,
		// but it can end no more than this call.
		return cc.complete(c, &Fault{Status: f.Status, DidNotExecute: f.DidNotExecute}, woken), nil
	case ptBindAck, ptBindNak, ptAlterResp:
		if c == nil || !c.control {
			return woken, errUnexpected
		}
		// As a whole: whoever negotiates decodes it.
		c.rbuf = append(growBytes(c.rbuf[:0], len(pdu)), pdu...)
		return cc.complete(c, nil, woken), nil
	case ptShutdown:
		if cc.pending == 0 {
			return woken, errShutdown
		}
		cc.retired, cc.cause = true, errShutdown
		return woken, nil
	}
	return woken, errUnexpected
}

// unprotect checks and decrypts a PDU with a verifier, whoever it is for: the
// security context counts PDUs. end is the end of the body that starts at
// bodyAt; sec is nil when nothing protected the PDU.
func (cc *ClientConn) unprotect(h *header, pdu []byte, bodyAt int) (sec *security, end int, err error) {
	if h.authLen == 0 {
		return nil, len(pdu), nil
	}
	t, _, at, err := parseAuth(h, pdu)
	if err != nil {
		return nil, 0, err
	}
	sec = cc.secs[t.context]
	if sec.protects() {
		if end, err = sec.verify(h, pdu, bodyAt); err != nil {
			err = &com.Error{HRESULT: com.RPC_S_SEC_PKG_ERROR, Step: step.Auth, Peer: cc.peer, Err: err}
		}
		return sec, end, err
	}
	// A verifier that nobody asked for, as at level CONNECT: skipped.
	if at-int(t.pad) < bodyAt {
		return nil, 0, errShort
	}
	return nil, at - int(t.pad), nil
}

var (
	errUnexpected = errors.New("dcerpc: unexpected PDU from the server")
	errShutdown   = errors.New("dcerpc: the server shuts down")
	errBrokenCall = errors.New("dcerpc: fragments of the response do not fit together")
	errTooLong    = errors.New("dcerpc: the reply is longer than MaxReply")
)

// checkFragment looks at one response fragment in the light of those before.
func (c *ClientCall) checkFragment(h *header) error {
	if c.control || h.first() == c.started || (c.started && h.drep() != c.DataRep) {
		return errBrokenCall
	}
	c.started = true
	c.DataRep = h.drep()
	return nil
}

// handleResponse takes one whole response fragment.
func (cc *ClientConn) handleResponse(h *header, pdu []byte, c, woken *ClientCall) (*ClientCall, error) {
	r, err := parseResponse(h, pdu)
	if err != nil {
		return woken, err
	}
	sec, end, err := cc.unprotect(h, pdu, responseHeaderSize)
	if err != nil {
		return woken, err
	}
	if c == nil {
		if h.last() {
			cc.late = max(cc.late-1, 0) // the answer to an abandoned call
		}
		return woken, nil
	}
	// Protected calls take protected replies alone, of the same context.
	if own := c.security(); own.protects() && sec != own {
		return woken, &com.Error{HRESULT: com.RPC_S_SEC_PKG_ERROR, Step: step.Auth, Peer: cc.peer, Err: errUnprotected}
	}
	if err := c.checkFragment(h); err != nil {
		return woken, err
	}
	stub := pdu[responseHeaderSize:end]
	switch {
	case c.abandoned:
	case len(c.rbuf)+len(stub) > cc.o.MaxReply:
		// The rest is dropped as it comes.
		cc.abandon(c)
		return c.finish(c.failure(com.RPC_S_OUT_OF_RESOURCES, errTooLong), woken), nil
	case h.last():
		c.rbuf = append(growBytes(c.rbuf, len(stub)), stub...)
	default:
		c.rbuf = append(growBytes(c.rbuf, proportionate(len(stub), r.allocHint)), stub...)
	}
	if h.last() {
		woken = cc.complete(c, nil, woken)
	}
	return woken, nil
}

// proportionate is how much to allocate when have bytes have arrived and the
// peer announces hint in all: never more than a small multiple of what is there.
func proportionate(have int, hint uint32) int {
	return max(have, min(int(min(hint, 1<<30)), 15*have))
}

// readsDirectly reports whether the response of which b has the beginning is
// read straight into the buffer of its call c.
func (cc *ClientConn) readsDirectly(h *header, b []byte, c *ClientCall) bool {
	return h.typ == ptResponse && h.authLen == 0 && int(h.fragLen) > smallIn && len(b) >= responseHeaderSize &&
		!c.security().protects() && (c.abandoned || len(c.rbuf)+int(h.fragLen)-responseHeaderSize <= cc.o.MaxReply)
}

// beginBody starts to read a response straight into the buffer of its call.
func (cc *ClientConn) beginBody(h *header, b []byte, c *ClientCall) error {
	r, err := parseResponse(h, b)
	if err != nil {
		return err
	}
	if err := c.checkFragment(h); err != nil {
		return err
	}
	n := int(h.fragLen) - responseHeaderSize
	if !c.abandoned {
		c.rbuf = growBytes(c.rbuf, proportionate(n, r.allocHint))
	}
	cc.src.consume(responseHeaderSize)
	cc.body = clientBody{call: c, left: n, last: h.last(), drop: c.abandoned}
	return nil
}
