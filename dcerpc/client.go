package dcerpc

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"oxid/com"
	"oxid/step"
)

// ClientOptions configures a [ClientConn]. The zero value is usable. It must
// not be changed while in use; several connections may share one.
type ClientOptions struct {
	// Dialer connects to a server; nil stands for a [net.Dialer] with TCP
	// keep-alive.
	Dialer func(ctx context.Context, network, address string) (net.Conn, error)
	// Clock is the source of timers; nil is the system's.
	Clock Clock
	// NDR64 offers the NDR64 transfer syntax beside NDR 2.0.
	NDR64 bool
	// MaxFrag is the fragment size offered in both directions: 1,432 to 65,528
	// bytes, 0 for the most. A server may grant less.
	MaxFrag int
	// Group joins an association group by its id ([ClientConn.Group]); 0 makes
	// a new one.
	Group uint32
	// IdleTimeout closes a connection that has not been used for so long. 0 is
	// 10 s ([MS-RPCE] 3.3.2), negative never.
	IdleTimeout time.Duration
	// BindTimeout bounds the negotiation of one presentation context; 0 is 30 s.
	BindTimeout time.Duration
	// WriteTimeout closes a connection whose peer has not read anything for so
	// long, at least half and at most twice that time; 0 is 30 s.
	WriteTimeout time.Duration
	// MaxReply is the most bytes of stub data accepted in one reply; 0 is 256 MiB.
	MaxReply int
	// CancelWait is how long a cancelled call waits for the server to confirm
	// before it returns; 0 does not wait.
	CancelWait time.Duration
	// Security authenticates the connection with its first presentation
	// context; nil leaves it unauthenticated.
	Security *ClientSecurity
}

// ClientSecurity asks for authentication.
type ClientSecurity struct {
	Service SecurityService
	Level   com.AuthnLevel // CONNECT to PKT_PRIVACY; CALL counts as PKT
	Target  string         // principal name of the server; may be ""
}

// Defaults of [ClientOptions].
const (
	defaultIdleTimeout  = 10 * time.Second
	defaultBindTimeout  = 30 * time.Second
	defaultWriteTimeout = 30 * time.Second
	defaultMaxReply     = 256 << 20
)

// withDefaults returns a copy of o with every zero replaced.
func (o *ClientOptions) withDefaults() ClientOptions {
	var d ClientOptions
	if o != nil {
		d = *o
	}
	if d.Dialer == nil {
		d.Dialer = (&net.Dialer{}).DialContext
	}
	if d.Clock == nil {
		d.Clock = systemClock{}
	}
	if d.MaxFrag == 0 {
		d.MaxFrag = ownFrag
	}
	d.MaxFrag = min(max(d.MaxFrag, mustRecvFrag), ownFrag) &^ 7
	if d.IdleTimeout == 0 {
		d.IdleTimeout = defaultIdleTimeout
	}
	if d.BindTimeout == 0 {
		d.BindTimeout = defaultBindTimeout
	}
	if d.WriteTimeout == 0 {
		d.WriteTimeout = defaultWriteTimeout
	}
	if d.MaxReply == 0 {
		d.MaxReply = defaultMaxReply
	}
	return d
}

// ClientConn is one connection to a server, an association of [C706] chapter
// 9. It is safe for concurrent use: any number of calls may be in flight when
// the server granted concurrent multiplexing; otherwise they take turns.
//
// A connection that cannot take more calls stays so: [ClientConn.Done] is
// closed, calls fail with RPC_S_CALL_FAILED_DNE, and the caller dials anew.
type ClientConn struct {
	o    ClientOptions
	nc   net.Conn
	peer string

	// src belongs to whoever has the reading role (reading is set).
	src  source
	body clientBody

	cache   callCache
	mu      sync.Mutex
	snd     sender
	slots   []*ClientCall // by call id, masked; a power of two
	nextID  uint32
	taken   int  // slots in use
	late    int  // abandoned calls whose answers may still come
	pending int  // calls that wait for an answer; above 0 somebody reads
	reading bool // the reading role is taken
	kept    int  // Keep calls not yet undone
	calls   uint64
	asked   time.Time // the last Err
	err     error
	done    chan struct{}
	writeErr,
	cause error
	timer   Timer
	ticks   int
	seen    uint64
	retired bool

	// Negotiated by the bind; constant while there are presentation contexts.
	bound      bool
	maxXmit    int
	mpx        bool
	multiSec   bool // several security contexts (bind-time feature)
	keepOrphan bool // orphaned calls leave the connection alone (bind-time feature)
	hdrSign    bool
	group      uint32
	sec        *security            // of calls that do not choose
	secs       map[uint32]*security // by auth_context_id
	nextCtx    uint32
	nextAuth   uint32
	contexts   map[SyntaxID]*negotiation
	turn       chan struct{} // one negotiation at a time
	serial     chan struct{} // one call at a time, without multiplexing
}

// Dial connects to a server: network is "tcp", "tcp4", "tcp6" or "unix", or
// whatever o.Dialer understands. Nothing is negotiated yet. The error is a
// [*com.Error] with RPC_S_SERVER_UNAVAILABLE, unless ctx ended first.
func Dial(ctx context.Context, network, address string, o *ClientOptions) (*ClientConn, error) {
	d := o.withDefaults()
	nc, err := d.Dialer(ctx, network, address)
	if err != nil {
		hr := com.RPC_S_SERVER_UNAVAILABLE
		if ctx.Err() != nil {
			hr = com.HRESULTOf(ctx.Err())
		}
		return nil, &com.Error{HRESULT: hr, Step: step.TCP, Peer: address, Err: err}
	}
	return newClientConn(nc, d), nil
}

// NewClientConn makes a connection of c, which it takes over.
func NewClientConn(c net.Conn, o *ClientOptions) *ClientConn {
	return newClientConn(c, o.withDefaults())
}

func newClientConn(nc net.Conn, o ClientOptions) *ClientConn {
	c := &ClientConn{
		o:        o,
		nc:       nc,
		src:      newSource(nc),
		slots:    make([]*ClientCall, 8),
		nextID:   1,
		done:     make(chan struct{}),
		contexts: make(map[SyntaxID]*negotiation),
		turn:     make(chan struct{}, 1),
		serial:   make(chan struct{}, 1),
	}
	if a := nc.RemoteAddr(); a != nil {
		c.peer = a.String()
	}
	c.snd = sender{nc: nc, mu: &c.mu, stall: o.WriteTimeout, fail: c.writeFailed}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = o.Clock.AfterFunc(c.tickPeriod(), c.tick)
	return c
}

// Close closes the connection. Calls in flight fail with RPC_S_CALL_FAILED.
func (c *ClientConn) Close() error {
	c.fail(net.ErrClosed)
	return nil
}

// Done is closed when the connection can take no more calls: it was closed,
// was idle for too long, or broke. A peer that goes away is noticed at once
// while calls are in flight and within about two seconds otherwise.
func (c *ClientConn) Done() <-chan struct{} { return c.done }

// Err tells why the connection can take no more calls; nil while it can. Of a
// connection that has been quiet, by the last Err, it looks whether the peer is
// still there: whoever asks before each call does not send one to a peer that
// is known to have gone.
func (c *ClientConn) Err() error {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.retired {
		return c.gone() // calls in flight complete; new ones need another connection
	}
	quiet := now.Sub(c.asked) > quietTime
	c.asked = now
	// Somebody who reads would notice by himself.
	if c.err == nil && quiet && !c.reading && c.src.hungUp() {
		c.mu.Unlock()
		c.fail(io.EOF)
		c.mu.Lock()
	}
	return c.err
}

// RemoteAddr returns the server's address.
func (c *ClientConn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// LocalAddr returns the connection's own address.
func (c *ClientConn) LocalAddr() net.Addr { return c.nc.LocalAddr() }

// Group returns the id of the association group, with which further
// connections may join it; 0 before the first negotiation.
func (c *ClientConn) Group() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.group
}

// Keep exempts the connection from IdleTimeout until release is called, which
// may happen more than once. Holders of context handles need that: the server
// runs them down with the association's last connection.
func (c *ClientConn) Keep() (release func()) {
	c.mu.Lock()
	c.kept++
	c.mu.Unlock()
	return sync.OnceFunc(func() {
		c.mu.Lock()
		c.kept--
		c.mu.Unlock()
	})
}
