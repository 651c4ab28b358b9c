package dcerpc

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"

	"oxid/com"
)

// ServerCall is one incoming call. It belongs to its handler and is valid
// until that returns.
type ServerCall struct {
	Opnum     uint16
	HasObject bool
	NDR64     bool     // request and reply use NDR64
	Object    com.GUID // object UUID of the request (an IPID in DCOM) when HasObject
	// DataRep is the data representation label of Stub, first byte lowest: 0x10
	// is little-endian, 0 big-endian. Replies are always little-endian.
	DataRep uint32
	// Stub is the request's stub data. It aliases the runtime's buffer, may be
	// modified, and is valid until the handler returns.
	Stub []byte
	// Reply is the response's stub data, which the handler stores: GrowReply's
	// slice with the results appended, or any other slice that stays untouched
	// until it is sent.
	Reply     []byte
	Interface *Interface
	Conn      *ServerConn

	id      uint32
	context uint16
	sec     *security
	limit   int       // most bytes of stub data
	asm     []byte    // Stub of a request in fragments, from getBytes
	in      *inBuffer // Stub lies here, and the call holds a reference
	store   []byte    // what GrowReply hands out, room for the header included
	token   uint64    // of the inline run
	tick    uint64    // of the watchdog, at the start beside the reader

	// Under the connection's lock.
	handed   bool // runs beside the reading goroutine
	orphaned bool // nobody waits for the reply

	cc        atomic.Pointer[CallContext]
	cancelled atomic.Bool
	msg       outMessage
}

var serverCalls sync.Pool

func getServerCall() *ServerCall {
	servedCalls.Add(1)
	if c, _ := serverCalls.Get().(*ServerCall); c != nil {
		return c
	}
	c := &ServerCall{}
	c.msg.done = func(*outMessage, bool) { c.release() }
	return c
}

// release recycles the call. It may be called with the connection's lock.
func (c *ServerCall) release() {
	servedCalls.Add(-1)
	if c.asm != nil {
		putBytes(c.asm)
		c.asm = nil
	}
	if c.in != nil {
		c.in.release()
		c.in = nil
	}
	if cap(c.store) > keepBuffer {
		putBytes(c.store)
		c.store = nil
	}
	c.Stub, c.Reply, c.Interface, c.Conn, c.sec = nil, nil, nil, nil, nil
	c.handed, c.orphaned, c.token = false, false, 0
	if c.cc.Load() != nil {
		c.cc.Store(nil)
	}
	if c.cancelled.Load() {
		c.cancelled.Store(false)
	}
	c.msg.body, c.msg.sec = nil, nil
	serverCalls.Put(c)
}

// CallID returns the id of the call on its connection.
func (c *ServerCall) CallID() uint32 { return c.id }

// Group returns the association group of the call's connection, to which
// context handles belong.
func (c *ServerCall) Group() *AssocGroup { return c.Conn.group }

// AuthInfo tells how a call is authenticated.
type AuthInfo struct {
	Service uint8          // auth_type; 0 for none
	Level   com.AuthnLevel // NONE for an unauthenticated call
	Client  string         // as the security context names it; "" when unknown or anonymous
	// Context is the security context itself, for what only its service knows;
	// nil for none.
	Context SecurityContext
}

// Auth returns how the call is authenticated.
func (c *ServerCall) Auth() AuthInfo {
	if c.sec == nil {
		return AuthInfo{Level: com.RPC_C_AUTHN_LEVEL_NONE}
	}
	return AuthInfo{
		Service: c.sec.trailer.typ, Level: com.AuthnLevel(c.sec.trailer.level),
		Client: c.sec.ctx.Peer(), Context: c.sec.ctx,
	}
}

// GrowReply returns an empty slice with a capacity of at least size bytes and
// room for the PDU header in front of it. The handler appends the results and
// stores the slice in Reply; growing beyond its capacity is allowed and costs a
// copy. A second call may return the same memory.
func (c *ServerCall) GrowReply(size int) []byte {
	if cap(c.store) < responseHeaderSize+size {
		putBytes(c.store)
		c.store = getBytes(responseHeaderSize + size)
	}
	return c.store[responseHeaderSize:responseHeaderSize]
}

// HandOver tells the runtime that the handler is about to block: another
// goroutine goes on reading the connection. It is cheap when that has happened
// already. [ClientCall.Invoke] calls it by itself.
func (c *ServerCall) HandOver() { c.Conn.takeOver(c.token) }

// cancel ends the call's context.
func (c *ServerCall) cancel() {
	c.cancelled.Store(true)
	if cc := c.cc.Load(); cc != nil {
		cc.cancel()
	}
}

// run serves the call on the reading goroutine. It reports whether another one
// has taken the reading role meanwhile.
func (c *ServerConn) run(s *ServerCall) (handed bool) {
	c.token += 2
	token := c.token
	s.token = token
	c.cur = s
	c.inline.Store(token | inlineRunning)
	if !c.watched.Load() {
		c.srv.watch.add(c)
	}
	err := c.call(s)
	if !c.inline.CompareAndSwap(token|inlineRunning, token) {
		c.respond(s, err, false)
		return true
	}
	c.respond(s, err, true)
	return false
}

// call runs the handler. When the handler panics the call fails; when it ends
// its goroutine, the call is answered and reading goes on elsewhere.
func (c *ServerConn) call(s *ServerCall) (err error) {
	normal := false
	defer func() {
		if normal {
			return
		}
		err = com.RPC_E_SERVERFAULT
		if r := recover(); r != nil {
			c.srv.o.Logger.Error("dcerpc: handler panicked", "interface", s.Interface.Name, "opnum", s.Opnum, "panic", r, "stack", string(debug.Stack()))
			return
		}
		// runtime.Goexit: this goroutine is lost.
		c.takeOver(s.token)
		c.respond(s, err, false)
	}()
	err = s.Interface.Handler.ServeRPC(s)
	normal = true
	return err
}

// takeOver makes another goroutine read the connection while the inline call
// with this token runs on. It reports false when that call is not inline (any
// more).
func (c *ServerConn) takeOver(token uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.handOverLocked(token) {
		return false
	}
	go c.serve()
	return true
}

func (c *ServerConn) handOverLocked(token uint64) bool {
	token |= inlineRunning
	if !c.inline.CompareAndSwap(token, token&^inlineRunning) {
		return false
	}
	// The handler runs, so cur is stable, and it cannot finish before the lock
	// is free.
	s := c.cur
	if s.asm == nil && c.src.in != nil && s.in == nil {
		s.in = c.src.in
		s.in.refs.Add(1)
	}
	c.enter(s)
	return true
}

// enter notes a call that runs beside the reading goroutine.
func (c *ServerConn) enter(s *ServerCall) {
	s.handed = true
	s.tick = c.srv.watch.tick.Load()
	if c.calls == nil {
		c.calls = make(map[uint32]*ServerCall)
	}
	c.calls[s.id] = s
	if c.ended {
		s.cancel()
	}
}

// takeOverForEnd makes an inline call visible to end, which cancels it. Nobody
// reads on.
func (c *ServerConn) takeOverForEnd() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if token := c.inline.Load(); token&inlineRunning != 0 && c.handOverLocked(token) {
		c.src.close() // the call holds what it looks at by itself
	}
}

// hasSlowCall reports whether a call beside the reading goroutine has been
// running for more than a tick.
func (c *ServerConn) hasSlowCall(now uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.calls {
		if s.tick+1 < now {
			return true
		}
	}
	return false
}

// runBeside serves the call on a goroutine of its own.
func (c *ServerConn) runBeside(s *ServerCall) {
	err := c.call(s)
	c.respond(s, err, false)
}

// cancelPDU takes a co_cancel or orphaned. A verifier is checked where there is
// one, for the security context counts PDUs, but none is asked for: all that
// somebody else could do is to stop a call.
func (c *ServerConn) cancelPDU(h *header, pdu []byte) error {
	if h.authLen > 0 {
		t, _, _, err := parseAuth(h, pdu)
		if err != nil {
			return c.fatal(h, 0, protocolFault)
		}
		if sec := c.secs.byID[t.context]; sec.protects() {
			if _, err := sec.verify(h, pdu, headerSize); err != nil {
				return c.fatal(h, 0, Fault{Status: StatusSecurityPackage})
			}
		}
	}
	c.cancelCall(h.callID, h.typ == ptOrphaned)
	return nil
}

// cancelCall cancels a call by its id; others are ignored, for they may have
// returned meanwhile ([C706] 9.4). Nobody waits for the reply of an orphaned
// one.
func (c *ServerConn) cancelCall(id uint32, orphaned bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.calls[id]; s != nil {
		s.orphaned = s.orphaned || orphaned
		s.cancel()
	}
}

// respond sends the reply or fault of a call that has returned and recycles it.
// inline tells that the calling goroutine has the reading role and will flush
// before it waits.
func (c *ServerConn) respond(s *ServerCall, err error, inline bool) {
	if cc := s.cc.Load(); cc != nil {
		cc.returned()
	}
	c.mu.Lock()
	if s.handed {
		delete(c.calls, s.id)
	}
	c.served++
	if c.snd.queued > maxQueued {
		// The client reads more slowly than it calls: it has to wait.
		c.snd.flush(false, false, nil)
		c.snd.waitRoom(nil)
	}
	keep := false
	switch {
	case c.ended, s.orphaned:
	case err != nil:
		// Without a verifier on protected connections too, as Windows and Samba
		// send faults: not all clients would check one, and lose count.
		c.snd.add(appendFault(nil, s.id, s.context, faultOf(err)))
	case s.sec.protects() || len(s.Reply)+responseHeaderSize > c.maxXmit || len(s.Reply) > copyLimit:
		if inline && s.asm == nil && s.in == nil && c.src.in != nil {
			// Reply may lie in Stub.
			s.in = c.src.in
			s.in.refs.Add(1)
		}
		s.queueMessage()
		keep = true
	default:
		total := responseHeaderSize + len(s.Reply)
		if inline && !c.snd.flushing && len(c.snd.queue) == 0 && !c.more() {
			if pdu := s.inPlace(); pdu != nil {
				putResponse(pdu, pfcWhole, total, 0, s.id, uint32(len(s.Reply)), s.context)
				c.snd.writeDirect(pdu, nil, false)
				break
			}
		}
		pdu := c.snd.reserve(total)
		putResponse(pdu, pfcWhole, total, 0, s.id, uint32(len(s.Reply)), s.context)
		copy(pdu[responseHeaderSize:], s.Reply)
	}
	if !inline {
		c.snd.flush(len(c.calls) > 0, false, nil)
	}
	over := c.draining && len(c.calls) == 0 && !c.ended
	c.leaveIfOver()
	c.mu.Unlock()
	if !keep {
		s.release()
	}
	if over {
		c.flush()
		c.end(ErrServerClosed)
	}
}

// queueMessage queues the reply by reference; the call is recycled when it has
// been written.
func (s *ServerCall) queueMessage() {
	c := s.Conn
	m := &s.msg
	m.typ, m.callID, m.context = ptResponse, s.id, s.context
	m.body, m.off, m.started = s.Reply, 0, false
	m.maxFrag, m.sec = c.maxXmit, s.sec
	c.snd.addMessage(m)
}

// more reports whether another whole PDU is buffered. Its caller has the
// reading role.
func (c *ServerConn) more() bool {
	b := c.src.unread()
	if len(b) < headerSize {
		return false
	}
	h, _ := parseHeader(b)
	return len(b) >= int(h.fragLen)
}

// inPlace returns the PDU around Reply, or nil when that is not the memory
// which GrowReply handed out.
func (s *ServerCall) inPlace() []byte {
	if cap(s.store) < responseHeaderSize+len(s.Reply) || unsafe.SliceData(s.Reply) != unsafe.SliceData(s.store[responseHeaderSize:responseHeaderSize]) {
		return nil
	}
	return s.store[:responseHeaderSize+len(s.Reply)]
}
