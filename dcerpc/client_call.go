package dcerpc

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"

	"oxid/com"
	"oxid/step"
)

// PresContext is one interface on one connection: an accepted presentation
// context. It is safe for concurrent use.
type PresContext struct {
	conn  *ClientConn
	iface SyntaxID
	id    uint16
	ndr64 bool
	sec   *security
}

// Conn returns the connection of p.
func (p *PresContext) Conn() *ClientConn { return p.conn }

// Interface returns the abstract syntax of p.
func (p *PresContext) Interface() SyntaxID { return p.iface }

// NDR64 reports whether calls are encoded in NDR64 instead of NDR 2.0.
func (p *PresContext) NDR64() bool { return p.ndr64 }

// ClientCall is one outgoing call: encode into Stub, Invoke, decode Reply, Free. It
// belongs to one goroutine and is recycled.
type ClientCall struct {
	// Stub is the request's stub data: append to it and store the result back.
	// As long as it stays within sizeHint it is sent without being copied.
	Stub []byte
	// Reply is the response's stub data, valid from a successful Invoke until Free.
	Reply []byte
	// DataRep is the data representation label of Reply, first byte lowest:
	// 0x10 is little-endian, 0 big-endian.
	DataRep uint32
	// NDR64 is set when request and reply use NDR64.
	NDR64 bool

	opnum     uint16
	hasObject bool
	object    com.GUID
	pres      *PresContext
	conn      *ClientConn

	store []byte // the buffer that Stub was handed out from, headRoom included
	rbuf  []byte // the buffer of Reply, from getBytes

	// Guarded by the connection's lock while in a slot.
	id        uint32
	wake      chan struct{}
	err       error
	control   bool // a negotiation: the answer is the whole PDU in rbuf
	started   bool // a fragment of the answer has come
	finished  bool // err and rbuf are final
	unsent    bool // writing failed before the whole request was out
	serial    bool // holds the connection's only turn
	abandoned bool // the caller is gone: what comes is dropped, nothing is reused
	queued    bool // msg was used
	sending   bool // msg is in the queue: body and call must stay as they are
	next      *ClientCall
	msg       outMessage
}

// keepBuffer is how large a buffer stays with a recycled call.
const keepBuffer = 16 << 10

// callCache recycles the calls of one connection. A pool for all of them would
// let channels, which calls contain, wander between the bubbles of
// testing/synctest.
type callCache struct {
	one  atomic.Pointer[ClientCall] // enough for a lone caller
	mu   sync.Mutex
	more []*ClientCall
}

const maxCachedCalls = 256

func (k *callCache) get() *ClientCall {
	clientCalls.Add(1)
	if c := k.one.Swap(nil); c != nil {
		return c
	}
	k.mu.Lock()
	if n := len(k.more); n > 0 {
		c := k.more[n-1]
		k.more = k.more[:n-1]
		k.mu.Unlock()
		return c
	}
	k.mu.Unlock()
	c := &ClientCall{wake: make(chan struct{}, 1)}
	c.msg.done = func(_ *outMessage, written bool) { c.sending, c.unsent = false, !written }
	return c
}

func (k *callCache) put(c *ClientCall) {
	if k.one.CompareAndSwap(nil, c) {
		return
	}
	k.mu.Lock()
	if len(k.more) < maxCachedCalls {
		k.more = append(k.more, c)
	}
	k.mu.Unlock()
}

// drop empties the cache of an idle connection.
func (k *callCache) drop() {
	k.one.Store(nil)
	k.mu.Lock()
	k.more = nil
	k.mu.Unlock()
}

// halve forgets half of the calls that wait for use: what a burst needed goes in
// the end although the connection is never idle.
func (k *callCache) halve() {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.more) / 2
	clear(k.more[n:])
	k.more = k.more[:n]
}

// NewCall begins a call of operation opnum. object is the object UUID of the
// request (an IPID in DCOM); nil for none. sizeHint is the expected size of the
// stub data. The call must be given back with Free.
func (p *PresContext) NewCall(opnum uint16, object *com.GUID, sizeHint int) *ClientCall {
	c := p.conn.cache.get()
	c.pres, c.conn, c.NDR64, c.opnum = p, p.conn, p.ndr64, opnum
	if c.hasObject = object != nil; c.hasObject {
		c.object = *object
	}
	if cap(c.store) < headRoom+sizeHint {
		putBytes(c.store)
		c.store = getBytes(headRoom + sizeHint)
	}
	c.Stub = c.store[headRoom:headRoom]
	return c
}

// Free gives the call and its buffers back; Stub and Reply must not be used
// any more. It may be called whatever Invoke returned, once.
func (c *ClientCall) Free() {
	clientCalls.Add(-1)
	if c.abandoned {
		return // the connection may still look at it: left to the garbage collector
	}
	if c.queued {
		c.conn.mu.Lock()
		sending := c.sending
		c.conn.mu.Unlock()
		if sending {
			return // answered before everything was written
		}
	}
	cc := c.conn
	c.reset()
	cc.cache.put(c)
}

// reset prepares the call for its next user.
func (c *ClientCall) reset() {
	if cap(c.store) > keepBuffer {
		putBytes(c.store)
		c.store = nil
	}
	if cap(c.rbuf) > keepBuffer {
		putBytes(c.rbuf)
		c.rbuf = nil
	}
	c.rbuf = c.rbuf[:0]
	c.Stub, c.Reply, c.DataRep = nil, nil, 0
	c.pres, c.conn, c.err, c.next = nil, nil, nil, nil
	c.started, c.queued, c.control, c.serial = false, false, false, false
	c.finished, c.unsent = false, false
	c.msg.body, c.msg.sec, c.msg.object = nil, nil, nil
}

// Invoke sends the request and waits for the reply. It may be called once.
//
// A fault of the server is returned as [*Fault]. Everything else is a
// [*com.Error]: RPC_S_CALL_FAILED_DNE when the request certainly was not
// executed, RPC_S_CALL_FAILED when it may have been, RPC_E_CALL_CANCELED or
// RPC_E_TIMEOUT when ctx ended. The end of ctx asks the server to stop the
// call (co_cancel) and harms neither the connection nor other calls.
//
// When ctx belongs to an incoming call ([CallFromContext]), that call's
// connection is handed over to another reader first ([ServerCall.HandOver]).
func (c *ClientCall) Invoke(ctx context.Context) error {
	stop := ctx.Done()
	if stop != nil {
		if err := ctx.Err(); err != nil {
			return c.ended(ctx, true)
		}
	}
	HandOver(ctx)
	cc := c.conn
	cc.mu.Lock()
	if err := cc.begin(ctx, c); err != nil {
		cc.mu.Unlock()
		return err
	}
	// Alone on the connection, the caller reads its own answer. But an abandoned
	// call's late answer may keep the server from reading a long request:
	// somebody else has to read then, while this goroutine writes.
	lone := !cc.reading && (cc.late == 0 || len(c.Stub) <= smallIn)
	if !cc.reading && !lone {
		go cc.readLoop()
	}
	cc.reading = true
	c.send(lone, stop != nil)
	cc.mu.Unlock()
	if lone {
		return cc.readOwn(ctx, c)
	}
	return c.wait(ctx)
}

// begin enters c into the tables of the connection: from here on the call is
// pending. It is called with the lock, which it may drop meanwhile.
func (cc *ClientConn) begin(ctx context.Context, c *ClientCall) error {
	for {
		if cc.err != nil || cc.retired || cc.snd.err != nil {
			c.release(cc)
			return c.failure(com.RPC_S_CALL_FAILED_DNE, cc.gone())
		}
		if cc.taken >= maxInFlight {
			c.release(cc)
			return c.failure(com.RPC_S_OUT_OF_RESOURCES, errTooMany)
		}
		if !cc.mpx && !c.serial && cc.bound {
			// One call at a time: wait for the turn without the lock.
			select {
			case cc.serial <- struct{}{}:
			default:
				cc.mu.Unlock()
				select {
				case cc.serial <- struct{}{}:
					cc.mu.Lock()
				case <-ctx.Done():
					cc.mu.Lock()
					return c.ended(ctx, true)
				case <-cc.done:
					cc.mu.Lock()
					continue
				}
			}
			c.serial = true
			continue
		}
		if cc.snd.queued > maxQueued && cc.snd.waitRoom(ctx.Done()) {
			if ctx.Err() != nil {
				c.release(cc)
				return c.ended(ctx, true)
			}
			continue
		}
		break
	}
	if !cc.takeSlot(c) {
		c.release(cc)
		return c.failure(com.RPC_S_CALL_FAILED_DNE, errRetired)
	}
	cc.pending++
	cc.calls++
	return nil
}

// release gives the turn of a connection without multiplexing back.
func (c *ClientCall) release(cc *ClientConn) {
	if c.serial {
		c.serial = false
		<-cc.serial
	}
}

// send puts the request on its way. direct tells that the caller has the reading
// role: it writes nothing but its own request then, from where that was encoded
// if possible. It is called with the lock, which it drops while it writes.
func (c *ClientCall) send(direct, impatient bool) {
	cc := c.conn
	var object *com.GUID
	fixed := requestHeaderSize
	if c.hasObject {
		object = &c.object
		fixed += objectUUIDSize
	}
	pres, sec := c.pres, c.pres.sec
	total := fixed + len(c.Stub)
	if sec.protects() || total > cc.maxXmit || len(c.Stub) > copyLimit {
		c.msg.typ, c.msg.callID, c.msg.context, c.msg.opnum = ptRequest, c.id, pres.id, c.opnum
		c.msg.object, c.msg.body, c.msg.off, c.msg.started = object, c.Stub, 0, false
		c.msg.maxFrag, c.msg.sec = cc.maxXmit, sec
		c.queued, c.sending = true, true
		cc.snd.addMessage(&c.msg)
		var only *outMessage
		if direct {
			only = &c.msg
		}
		cc.snd.flush(cc.pending > 1, impatient, only)
		return
	}
	if direct && !cc.snd.flushing && len(cc.snd.queue) == 0 {
		pdu := c.inPlace(fixed)
		if pdu != nil {
			putRequest(pdu, pfcWhole, total, 0, c.id, uint32(len(c.Stub)), pres.id, c.opnum, object)
			written, queued := cc.snd.writeDirect(pdu, &c.msg, impatient)
			if queued {
				c.queued, c.sending = true, true
			} else {
				c.unsent = !written
			}
			return
		}
	}
	pdu := cc.snd.reserve(total)
	putRequest(pdu, pfcWhole, total, 0, c.id, uint32(len(c.Stub)), pres.id, c.opnum, object)
	copy(pdu[fixed:], c.Stub)
	cc.snd.flush(cc.pending > 1, impatient, nil)
}

// inPlace returns the PDU around Stub, or nil when Stub has outgrown the
// buffer that it was handed out from.
func (c *ClientCall) inPlace(fixed int) []byte {
	if unsafe.SliceData(c.Stub) != unsafe.SliceData(c.store[headRoom:headRoom]) || headRoom+len(c.Stub) > cap(c.store) {
		return nil
	}
	return c.store[headRoom-fixed : headRoom+len(c.Stub)]
}

// wait waits for the answer that another goroutine reads.
func (c *ClientCall) wait(ctx context.Context) error {
	stop := ctx.Done()
	if stop == nil {
		<-c.wake
		return c.result()
	}
	select {
	case <-c.wake:
		return c.result()
	case <-stop:
		return c.conn.cancel(ctx, c)
	}
}

// result is what Invoke returns once the call is complete.
func (c *ClientCall) result() error {
	if c.err != nil {
		return c.err
	}
	c.Reply = c.rbuf
	return nil
}

// security returns what protects the call; nil for nothing.
func (c *ClientCall) security() *security {
	if c.pres == nil {
		return nil
	}
	return c.pres.sec
}

// failure makes the error of a call that did not get an answer.
func (c *ClientCall) failure(hr com.HRESULT, cause error) error {
	e := &com.Error{HRESULT: hr, Step: step.Call, Peer: c.conn.peer, Err: cause}
	if c.control {
		e.Step = step.RPC
	}
	if c.pres != nil {
		e.Interface = c.pres.iface.UUID.String()
		e.Method = "opnum " + strconv.Itoa(int(c.opnum))
	}
	return e
}

// ended is the error of a call whose context ended. unsent tells that the
// request was not even begun.
func (c *ClientCall) ended(ctx context.Context, unsent bool) error {
	cause := context.Cause(ctx)
	if !errors.Is(cause, ctx.Err()) {
		cause = errors.Join(ctx.Err(), cause)
	}
	e := c.failure(com.HRESULTOf(ctx.Err()), cause).(*com.Error)
	if !unsent {
		e.Hint = "the server was asked to cancel the call, which may have been executed all the same"
	}
	return e
}
