package dcerpc

import (
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// registration is an interface in use: contexts refer to it, so that
// Unregister reaches them.
type registration struct {
	*Interface
	gone atomic.Bool
}

// ServerConn is a server's side of one connection.
//
// One goroutine at a time has the reading role: it reads, serves calls inline
// and writes their replies once nothing more is buffered. When a handler blocks
// (or says that it will) a new goroutine takes the role over, and the old one
// ends with its call.
type ServerConn struct {
	srv      *Server
	nc       net.Conn
	listener ListenerOptions
	host     string // the client's machine, for association groups

	// Owned by the reading role: whoever has it uses these without a lock.
	src     source
	started bool // a PDU has come
	bound   bool
	maxRecv int // largest request fragment that is accepted
	maxXmit int // largest fragment that is sent
	mpx     bool
	hdrSign bool
	feats   uint8
	ctxs    presTable
	secs    securityTable
	partial *ServerCall // a request of which fragments are missing
	body    serverBody
	skip    uint32 // call id of a refused request whose fragments still come
	skips   bool
	token   uint64

	inline     atomic.Uint64 // token of the last inline call, with inlineRunning while it runs
	cur        *ServerCall   // the inline call; written by the reading role, stable while it runs
	fragments  atomic.Uint64 // fragments of incomplete requests so far; odd while one is incomplete
	watched    atomic.Bool   // the watchdog looks after the connection
	handAlways atomic.Bool   // handlers have blocked lately: each call gets its own goroutine

	mu       sync.Mutex
	snd      sender
	calls    map[uint32]*ServerCall // in progress beside the reading goroutine
	group    *AssocGroup
	ended    bool
	draining bool
	left     bool // the group has been left
	ready    bool // bound, and no authentication in progress
	gone     chan struct{}
	age      int    // ticks of the janitor without a call
	stuck    int    // ticks in which an incomplete request did not grow
	read     uint64 // fragments, as the janitor last saw it
	served   uint64 // calls so far
	seen     uint64
}

const inlineRunning = 1

func newServerConn(s *Server, nc net.Conn, o ListenerOptions) *ServerConn {
	c := &ServerConn{
		srv:      s,
		nc:       nc,
		listener: o,
		src:      newSource(nc),
		maxRecv:  maxTCPFrag,
		maxXmit:  maxTCPFrag,
		gone:     make(chan struct{}),
	}
	if o.Endpoint == "" {
		if a, ok := nc.LocalAddr().(*net.TCPAddr); ok {
			c.listener.Endpoint = strconv.Itoa(a.Port)
		}
	}
	c.host = hostOf(nc.RemoteAddr())
	c.snd = sender{nc: nc, mu: &c.mu, stall: s.o.WriteTimeout, fail: c.end}
	return c
}

// hostOf names the machine of an address: connections of one association group
// must come from the same one.
func hostOf(a net.Addr) string {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.String()
	case nil:
		return ""
	}
	return a.Network()
}

// RemoteAddr returns the client's address.
func (c *ServerConn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// LocalAddr returns the server's address.
func (c *ServerConn) LocalAddr() net.Addr { return c.nc.LocalAddr() }

// Server returns the server that c belongs to.
func (c *ServerConn) Server() *Server { return c.srv }

// errEnd ends a connection after what has been queued is written.
var errEnd = errors.New("dcerpc: connection ended by the protocol")

// serve is the reading role. It returns when the connection has ended or the
// role has gone to another goroutine.
func (c *ServerConn) serve() {
	for {
		handed, err := c.process()
		if handed {
			return
		}
		if err == nil {
			// Nothing whole is buffered any more: the replies so far go out
			// together, then comes the wait.
			c.flush()
			if c.body.left > 0 {
				err = c.readBody()
			} else {
				err = c.src.fill(c.need())
			}
		}
		if err != nil {
			c.finish(err)
			return
		}
	}
}

// need is how many bytes the next PDU needs in one piece.
func (c *ServerConn) need() int {
	b := c.src.unread()
	if len(b) < headerSize {
		return headerSize
	}
	h, _ := parseHeader(b)
	if readsDirectly(&h) {
		return headRoom
	}
	return max(int(h.fragLen), headerSize)
}

// process takes the whole PDUs that are buffered. handed tells that the
// reading role has gone to another goroutine.
func (c *ServerConn) process() (handed bool, err error) {
	if c.body.left > 0 {
		return false, nil
	}
	if b := c.body; b.call != nil {
		c.body = serverBody{}
		if handed, err = c.fragmentDone(b.call, b.last); handed || err != nil {
			return handed, err
		}
	}
	for {
		b := c.src.unread()
		if len(b) < headerSize {
			return false, nil
		}
		h, err := parseHeader(b)
		if err == errFrame {
			// There is no telling where the next PDU begins.
			return false, err
		}
		if err != nil || !c.started && h.typ != ptBind {
			// Refused without looking further: the rest may not even come.
			return false, c.refuse(&h, nakProtocolVersion)
		}
		if h.typ == ptRequest && int(h.fragLen) > c.maxRecv {
			return false, c.fatal(&h, 0, Fault{Status: StatusProtocolError})
		}
		if len(b) < int(h.fragLen) {
			// The rest has yet to come.
			if readsDirectly(&h) && len(b) >= headRoom {
				err = c.beginBody(&h, b)
			}
			return false, err
		}
		pdu := b[:h.fragLen]
		c.src.consume(len(pdu))
		c.started = true
		switch h.typ {
		case ptRequest:
			handed, err = c.request(&h, pdu)
		case ptBind:
			err = c.bind(&h, pdu)
		case ptAlterContext:
			err = c.alter(&h, pdu)
		case ptAuth3:
			err = c.auth3(&h, pdu)
		case ptCancel, ptOrphaned:
			err = c.cancelPDU(&h, pdu)
		default:
			err = c.fatal(&h, 0, protocolFault)
		}
		if handed || err != nil {
			return handed, err
		}
	}
}

var protocolFault = Fault{Status: StatusProtocolError, DidNotExecute: true}

// refuse answers a PDU that is wrong from its header on: with a bind_nak before
// anything else has come, with a fault later.
func (c *ServerConn) refuse(h *header, reason nakReason) error {
	if !c.started {
		return c.nak(h, reason)
	}
	return c.fatal(h, 0, protocolFault)
}

// nak queues a bind_nak and ends the connection.
func (c *ServerConn) nak(h *header, reason nakReason) error {
	c.mu.Lock()
	c.snd.add(appendBindNak(nil, h.callID, reason))
	c.mu.Unlock()
	return errEnd
}

// fatal queues a fault and ends the connection.
func (c *ServerConn) fatal(h *header, context uint16, f Fault) error {
	c.fault(h.callID, context, f)
	return errEnd
}

// fault queues a fault; the connection goes on.
func (c *ServerConn) fault(callID uint32, context uint16, f Fault) {
	c.mu.Lock()
	c.snd.add(appendFault(nil, callID, context, f))
	c.mu.Unlock()
}

// flush writes what is queued.
func (c *ServerConn) flush() {
	c.mu.Lock()
	c.snd.flush(false, false, nil)
	c.mu.Unlock()
}

// serverBody is the part of a request fragment that is being read straight into
// the buffer of its call, or dropped when call is nil.
type serverBody struct {
	call *ServerCall
	left int
	last bool
}

// readsDirectly reports whether a request is read straight into the buffer of
// its call: a long fragment of several.
func readsDirectly(h *header) bool {
	return h.typ == ptRequest && h.authLen == 0 && h.flags&pfcWhole != pfcWhole && int(h.fragLen) > smallIn
}

// beginBody starts on a request fragment of which only the beginning, b, has
// come: its body goes straight to the call. A refused one is dropped as it
// comes.
func (c *ServerConn) beginBody(h *header, b []byte) error {
	s, stub, _, err := c.fragment(h, b)
	if err != nil {
		return err
	}
	if s == nil {
		c.src.consume(len(b))
		c.body = serverBody{left: int(h.fragLen) - len(b)}
		return nil
	}
	c.src.consume(stub)
	c.body = serverBody{call: s, left: int(h.fragLen) - stub, last: h.last()}
	return nil
}

// readBody reads once into the call's buffer.
func (c *ServerConn) readBody() error {
	s := c.body.call
	if s == nil {
		scratch := getBytes(min(c.body.left, smallIn))
		n, err := c.src.readInto(scratch[:min(c.body.left, cap(scratch))])
		putBytes(scratch)
		c.body.left -= n
		return err
	}
	s.asm = growBytes(s.asm, c.body.left)
	n, err := c.src.readInto(s.asm[len(s.asm) : len(s.asm)+c.body.left])
	s.asm = s.asm[:len(s.asm)+n]
	c.body.left -= n
	return err
}

// lingerTime is how long a client may take to read the last answer before the
// connection is torn down, and lingerBytes how much more it may send meanwhile:
// closing with unread data would destroy the answer on its way.
const (
	lingerTime  = time.Second
	lingerBytes = 1 << 20
)

// finish ends the connection from its reading role.
func (c *ServerConn) finish(err error) {
	// A request that will never be complete.
	if c.partial != nil {
		c.partial.release()
		c.partial = nil
	}
	c.body = serverBody{}
	if err == errEnd {
		c.flush()
		if w, ok := c.nc.(interface{ CloseWrite() error }); ok && w.CloseWrite() == nil {
			c.nc.SetReadDeadline(time.Now().Add(lingerTime))
			scratch := getBytes(smallIn)
			for n := 0; n < lingerBytes; {
				m, err := c.nc.Read(scratch[:cap(scratch)])
				n += m
				if err != nil {
					break
				}
			}
			putBytes(scratch)
		}
	}
	if errors.Is(err, io.EOF) {
		err = io.EOF
	}
	c.end(err)
	c.src.close()
}

// end tears the connection down: contexts of calls in progress are cancelled,
// the association group is left once they have returned. Any goroutine may
// call it, without the lock.
func (c *ServerConn) end(cause error) {
	// A call that runs inline becomes one of those beside the reader, where its
	// context can be reached.
	c.takeOverForEnd()
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.ended = true
	c.snd.stopQuietly(cause)
	for _, s := range c.calls {
		s.cancel()
	}
	c.mu.Unlock()
	c.nc.Close()
	c.srv.watch.remove(c)
	c.mu.Lock()
	c.leaveIfOver()
	c.mu.Unlock()
}

// leaveIfOver gives everything up once the connection has ended and the last
// of its calls has returned. It is called with the lock, which it drops.
func (c *ServerConn) leaveIfOver() {
	if !c.ended || c.left || len(c.calls) > 0 {
		return
	}
	c.left = true
	g := c.group
	c.mu.Unlock()
	if g != nil {
		g.leave()
	}
	c.srv.forget(c)
	close(c.gone)
	c.mu.Lock()
}

// drainCalls closes the connection as soon as no call is in progress.
func (c *ServerConn) drainCalls() {
	c.mu.Lock()
	c.draining = true
	over := len(c.calls) == 0 && c.inline.Load()&inlineRunning == 0
	c.mu.Unlock()
	if over {
		c.end(ErrServerClosed)
	}
}

// tick is the janitor's look at the connection.
func (c *ServerConn) tick() {
	o := &c.srv.o
	c.mu.Lock()
	// A call in progress, or one since the last look.
	busy := len(c.calls) > 0 || c.served != c.seen || c.inline.Load()&inlineRunning != 0
	c.seen = c.served
	if c.ready && busy {
		c.age = 0
	} else {
		c.age++
	}
	limit := o.IdleTimeout
	if !c.ready {
		limit = o.BindTimeout
	}
	over := limit > 0 && time.Duration(c.age)*janitorPeriod >= limit
	// A request that does not grow any more holds memory for nothing.
	read := c.fragments.Load()
	if read&1 == 0 || read != c.read {
		c.stuck = 0
	} else {
		c.stuck++
	}
	c.read = read
	over = over || time.Duration(c.stuck)*janitorPeriod >= o.BindTimeout
	c.mu.Unlock()
	if over {
		c.end(errIdle)
	}
}
