package dcerpc

import (
	"errors"
	"time"

	"oxid/com"
	"oxid/step"
)

// Call ids increase over the life of a connection and end before 2^31 ([MS-RPCE]
// 3.3.3.5.2): a connection that has used them up is retired.
// The limit leaves room for the ids that takeSlot skips.
const maxCallID = 0x7fff0000

// maxInFlight bounds the calls in flight of one connection, and with them the
// table.
const maxInFlight = 1 << 15

var (
	errRetired = errors.New("dcerpc: the connection has used up its call ids")
	errTooMany = errors.New("dcerpc: too many calls in flight on the connection")
)

// takeSlot gives c an id and enters it into the table. The table is indexed by
// the low bits of the id; ids whose place is taken by a long call are skipped,
// so that the ids still increase. It reports false when the connection is
// worn out.
func (cc *ClientConn) takeSlot(c *ClientCall) bool {
	if cc.nextID >= maxCallID {
		cc.retire()
		return false
	}
	if cc.taken*2 >= len(cc.slots) {
		cc.growSlots()
	}
	// At most half of the places are taken, so this ends soon.
	mask := uint32(len(cc.slots) - 1)
	for cc.slots[cc.nextID&mask] != nil {
		cc.nextID++
	}
	c.id = cc.nextID
	cc.nextID++
	cc.slots[c.id&mask] = c
	cc.taken++
	return true
}

// growSlots doubles the table. Ids that differ in the low bits still do with
// one bit more, so no two meet.
func (cc *ClientConn) growSlots() {
	next := make([]*ClientCall, 2*len(cc.slots))
	mask := uint32(len(next) - 1)
	for _, c := range cc.slots {
		if c != nil {
			next[c.id&mask] = c
		}
	}
	cc.slots = next
}

// lookup returns the call with this id, or nil.
func (cc *ClientConn) lookup(id uint32) *ClientCall {
	if c := cc.slots[id&uint32(len(cc.slots)-1)]; c != nil && c.id == id {
		return c
	}
	return nil
}

// dropSlot takes a pending call off the table.
func (cc *ClientConn) dropSlot(c *ClientCall) {
	cc.pending--
	cc.forget(c)
}

// forget frees the place of a call that does not count as pending.
func (cc *ClientConn) forget(c *ClientCall) {
	cc.slots[c.id&uint32(len(cc.slots)-1)] = nil
	cc.taken--
	c.release(cc)
	if cc.retired && cc.taken == 0 {
		go cc.fail(errRetired)
	}
}

// abandon gives up on a pending call: its caller goes away, its answer will be
// dropped. Without multiplexing the call keeps its turn until the answer has
// come, for the server takes no other before.
func (cc *ClientConn) abandon(c *ClientCall) {
	c.abandoned = true
	cc.pending--
	if cc.mpx {
		cc.late++
		cc.forget(c)
	}
}

// retire lets no more calls begin; the connection closes with the last one.
func (cc *ClientConn) retire() {
	if cc.retired {
		return
	}
	cc.retired = true
	if cc.taken == 0 {
		go cc.fail(errRetired)
	}
}

// gone is the reason why no call can begin.
func (cc *ClientConn) gone() error {
	if cc.cause != nil {
		return cc.cause
	}
	return errRetired
}

// hresultOfBreak is what the end of the connection means to calls in flight.
func hresultOfBreak(cause error) com.HRESULT {
	var e *com.Error
	switch {
	case errors.As(cause, &e):
		return e.HRESULT
	case errors.Is(cause, errFrame), errors.Is(cause, errVersion), errors.Is(cause, errDrep), errors.Is(cause, errShort),
		errors.Is(cause, errUnexpected), errors.Is(cause, errBrokenCall):
		return com.RPC_S_PROTOCOL_ERROR
	}
	return com.RPC_S_CALL_FAILED
}

// writeFailed is told when writing is over. The peer may have said why before
// it closed, so a reader gets a moment to find that.
func (cc *ClientConn) writeFailed(err error) {
	cc.mu.Lock()
	wait := cc.err == nil && cc.pending > 0 && !errors.Is(err, errWriteStalled)
	if wait {
		cc.writeErr = err
	}
	cc.mu.Unlock()
	if !wait {
		cc.fail(err)
		return
	}
	cc.o.Clock.AfterFunc(lastWords, func() { cc.fail(err) })
}

// lastWords is how long a peer's last answer is waited for after writing to it
// has failed.
const lastWords = time.Second

// fail ends the connection: every call in flight fails with cause.
func (cc *ClientConn) fail(cause error) {
	cc.mu.Lock()
	if cc.err != nil {
		cc.mu.Unlock()
		return
	}
	if cc.writeErr != nil {
		cause = cc.writeErr // the first sign that the peer was gone
	}
	hr := hresultOfBreak(cause)
	cc.cause = cause
	cc.err = &com.Error{HRESULT: hr, Step: step.RPC, Peer: cc.peer, Err: cause}
	cc.snd.stopQuietly(cause)
	cc.timer.Stop()
	// Under the lock the calls are collected, and woken after it.
	var failed *ClientCall
	for i, c := range cc.slots {
		if c == nil {
			continue
		}
		cc.slots[i] = nil
		cc.taken--
		c.release(cc)
		if c.abandoned {
			continue
		}
		hr := hr
		switch {
		case c.control && hr == com.RPC_S_CALL_FAILED && !cc.bound:
			hr = com.RPC_S_SERVER_UNAVAILABLE
		case c.control && hr == com.RPC_S_CALL_FAILED, c.unsent, c.sending:
			// No call, or not even the whole request has left this process.
			hr = com.RPC_S_CALL_FAILED_DNE
		}
		c.err = c.failure(hr, cause)
		c.finished = true
		if cc.body.call == c {
			// A reader may be writing to its buffer until it notices.
			c.abandoned = true
		}
		c.next, failed = failed, c
	}
	cc.pending = 0
	if !cc.reading {
		cc.src.close() // who reads does that when he notices
	}
	close(cc.done)
	cc.mu.Unlock()
	cc.nc.Close()
	for c := failed; c != nil; {
		next := c.next
		c.next = nil
		c.wake <- struct{}{}
		c = next
	}
}
