package dcerpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"oxid/com"
)

// Handler serves the calls of an interface.
type Handler interface {
	// ServeRPC serves one call. nil sends c.Reply; an error sends a fault, whose
	// status is that of a [*Fault] or [com.HRESULT] in its tree. A panic fails
	// that call alone, with RPC_E_SERVERFAULT. c is not valid after the return.
	//
	// ServeRPC runs on the goroutine that reads the connection: a handler that
	// is about to block calls [ServerCall.HandOver] first. One that forgets to
	// holds up its neighbours for 10 to 20 ms, until the runtime notices.
	ServeRPC(c *ServerCall) error
}

// HandlerFunc is a function as a [Handler].
type HandlerFunc func(c *ServerCall) error

// ServeRPC calls f.
func (f HandlerFunc) ServeRPC(c *ServerCall) error { return f(c) }

// Interface is one RPC interface of a server. It is immutable once registered.
type Interface struct {
	Syntax  SyntaxID // clients may ask for any minor version up to this one
	Name    string   // for logs
	NumOps  int      // operations are 0 to NumOps-1; others fault without reaching Handler
	Handler Handler
	// NeedsObject refuses calls without an object UUID (ORPC interfaces).
	NeedsObject bool
	// MaxRequest is the most bytes of stub data in one request; 0 stands for
	// the limits of [ServerOptions].
	MaxRequest int
	// MinAuthnLevel is the lowest authentication level that calls must have; 0
	// and NONE let unauthenticated calls in.
	MinAuthnLevel com.AuthnLevel
	// NDR20Only refuses NDR64 for this interface, as that of activation has to
	// ([MS-DCOM] 2.2.22), whatever the server accepts otherwise.
	NDR20Only bool
}

// ServerOptions configures a [Server]. The zero value is usable.
type ServerOptions struct {
	// Lookup finds interfaces that are not registered; nil from it refuses. It
	// is called on a connection's reading goroutine and must not block.
	Lookup func(SyntaxID) *Interface
	// NDR64 accepts the NDR64 transfer syntax, and prefers it, as Windows does.
	NDR64 bool
	// Security lists the authentication services that clients may use.
	Security []SecurityService
	// MaxRequest is the most bytes of stub data in one request of plain RPC or
	// of an unauthenticated client; 0 is 4 MiB.
	MaxRequest int
	// MaxObjectRequest is the same for authenticated calls of interfaces with
	// NeedsObject; 0 is 256 MiB.
	MaxObjectRequest int
	// MaxConns bounds the connections; more are closed at once. 0 is 10,000.
	MaxConns int
	// MaxCalls bounds the calls in progress on one connection; more fault with
	// nca_server_too_busy. 0 is 1,024.
	MaxCalls int
	// MaxContexts bounds the presentation contexts of one connection; more are
	// refused. 0 is 4,000.
	MaxContexts int
	// BindTimeout closes connections that have not bound, have not finished to
	// authenticate, or have stopped in the middle of a request, for so long; 0
	// is 30 s.
	BindTimeout time.Duration
	// IdleTimeout closes connections without a call for so long; 0 is never:
	// clients close what they do not need.
	IdleTimeout time.Duration
	// WriteTimeout closes connections whose client has not read anything for
	// between once and twice that time; 0 is 30 s.
	WriteTimeout time.Duration
	// Clock is the source of timers; nil is the system's.
	Clock Clock
	// Logger is told of panics in handlers and of failing listeners; nil is
	// [slog.Default].
	Logger *slog.Logger
}

func (o *ServerOptions) withDefaults() ServerOptions {
	var d ServerOptions
	if o != nil {
		d = *o
	}
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&d.MaxRequest, 4<<20)
	def(&d.MaxObjectRequest, 256<<20)
	def(&d.MaxConns, 10000)
	def(&d.MaxCalls, 1024)
	def(&d.MaxContexts, 4000)
	if d.BindTimeout == 0 {
		d.BindTimeout = defaultBindTimeout
	}
	if d.WriteTimeout == 0 {
		d.WriteTimeout = defaultWriteTimeout
	}
	if d.Clock == nil {
		d.Clock = systemClock{}
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	return d
}

// ListenerOptions configures one listener of a server.
type ListenerOptions struct {
	// Endpoint is the secondary address that clients are told; "" stands for
	// the port of a TCP listener.
	Endpoint string
	// MaxRequest replaces [ServerOptions.MaxRequest]; 0 keeps it.
	MaxRequest int
}

// ErrServerClosed is what [Server.Serve] returns after Shutdown or Close.
var ErrServerClosed = errors.New("dcerpc: server closed")

// Server serves RPC interfaces on any number of listeners. It is safe for
// concurrent use.
type Server struct {
	o ServerOptions

	mu        sync.Mutex
	ifaces    map[ifaceKey]*registration
	lookedUp  map[*Interface]*registration
	listeners map[net.Listener]struct{}
	conns     map[*ServerConn]struct{}
	groups    map[uint32]*AssocGroup
	draining  bool
	closed    bool
	idle      chan struct{} // closed when draining and the last connection is gone; may be nil
	janitor   Timer

	watch watchdog
}

// ifaceKey is how interfaces are found: the minor version is compared apart.
type ifaceKey struct {
	uuid  com.GUID
	major uint16
}

// NewServer makes a server without interfaces and listeners.
func NewServer(o *ServerOptions) *Server {
	s := &Server{
		o:         o.withDefaults(),
		ifaces:    make(map[ifaceKey]*registration),
		lookedUp:  make(map[*Interface]*registration),
		listeners: make(map[net.Listener]struct{}),
		conns:     make(map[*ServerConn]struct{}),
		groups:    make(map[uint32]*AssocGroup),
	}
	s.watch.clock = s.o.Clock
	return s
}

// Serve accepts connections of l until the server is shut down, then returns
// [ErrServerClosed]; l is closed in any case.
func (s *Server) Serve(l net.Listener) error { return s.ServeListener(l, ListenerOptions{}) }

// ServeListener is Serve with options.
func (s *Server) ServeListener(l net.Listener, o ListenerOptions) error {
	defer l.Close()
	s.mu.Lock()
	if s.closed || s.draining {
		s.mu.Unlock()
		return ErrServerClosed
	}
	s.listeners[l] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, l)
		s.mu.Unlock()
	}()
	var delay time.Duration
	for {
		nc, err := l.Accept()
		if err == nil {
			delay = 0
			go s.serveConn(nc, o)
			continue
		}
		s.mu.Lock()
		over := s.closed || s.draining
		s.mu.Unlock()
		if over {
			return ErrServerClosed
		}
		var ne net.Error
		if !errors.As(err, &ne) || errors.Is(err, net.ErrClosed) {
			return err
		}
		// Out of descriptors and the like pass: try again, ever more slowly.
		delay = min(max(2*delay, 5*time.Millisecond), time.Second)
		s.o.Logger.Warn("dcerpc: accept failed", "addr", l.Addr().String(), "err", err, "retry", delay)
		wait := make(chan struct{})
		s.o.Clock.AfterFunc(delay, func() { close(wait) })
		<-wait
	}
}

// ServeConn serves one connection, which it takes over, until it ends.
func (s *Server) ServeConn(nc net.Conn) {
	if c := s.serveConn(nc, ListenerOptions{}); c != nil {
		<-c.gone
	}
}

// Pipe returns the client's end of a new connection to the server within the
// process.
func (s *Server) Pipe() net.Conn {
	client, server := Pipe()
	go s.serveConn(server, ListenerOptions{})
	return client
}

// serveConn starts to serve nc on the calling goroutine. It returns when that
// goroutine is not needed any more, nil when the connection was refused.
func (s *Server) serveConn(nc net.Conn, o ListenerOptions) *ServerConn {
	c := newServerConn(s, nc, o)
	s.mu.Lock()
	if s.closed || s.draining || len(s.conns) >= s.o.MaxConns {
		s.mu.Unlock()
		nc.Close()
		return nil
	}
	s.conns[c] = struct{}{}
	if s.janitor == nil {
		s.janitor = s.o.Clock.AfterFunc(janitorPeriod, s.clean)
	}
	s.mu.Unlock()
	c.serve()
	return c
}

// janitorPeriod is how often connections are looked at for timeouts.
const janitorPeriod = time.Second

// clean closes connections that are over their time. It runs as long as there
// are connections.
func (s *Server) clean() {
	s.mu.Lock()
	conns := make([]*ServerConn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	if len(conns) == 0 {
		s.janitor = nil
	} else {
		s.janitor.Reset(janitorPeriod)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.tick()
	}
}

// forget takes a connection that has ended off the table.
func (s *Server) forget(c *ServerConn) {
	s.mu.Lock()
	delete(s.conns, c)
	if len(s.conns) == 0 {
		if s.janitor != nil {
			s.janitor.Stop()
			s.janitor = nil
		}
		if s.idle != nil {
			close(s.idle)
			s.idle = nil
		}
	}
	s.mu.Unlock()
}

// Conns returns the connections, in no particular order.
func (s *Server) Conns() []*ServerConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*ServerConn, 0, len(s.conns))
	for c := range s.conns {
		out = append(out, c)
	}
	return out
}

// Shutdown closes the listeners, lets the calls in progress finish and closes
// each connection when it has none. When ctx ends first it closes everything,
// which cancels the contexts of calls, and returns the error of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.draining = true
	for l := range s.listeners {
		l.Close()
	}
	idle := make(chan struct{})
	if len(s.conns) == 0 {
		close(idle)
	} else if s.idle != nil {
		idle = s.idle
	} else {
		s.idle = idle
	}
	conns := make([]*ServerConn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.drainCalls()
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		s.Close()
		return ctx.Err()
	}
}

// Close closes listeners and connections at once; the contexts of calls in
// progress are cancelled. It does not wait for handlers.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for l := range s.listeners {
		l.Close()
	}
	conns := make([]*ServerConn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.end(ErrServerClosed)
	}
	return nil
}

// Register adds an interface. It fails when one with the same UUID and major
// version is registered, or when i is incomplete.
func (s *Server) Register(i *Interface) error {
	if i.Handler == nil || i.NumOps < 0 || i.NumOps > 1<<16 {
		return fmt.Errorf("dcerpc: interface %s is incomplete", i.Syntax)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := ifaceKey{i.Syntax.UUID, i.Syntax.Major}
	if s.ifaces[k] != nil {
		return fmt.Errorf("dcerpc: interface %s is registered already", i.Syntax)
	}
	s.ifaces[k] = &registration{Interface: i}
	return nil
}

// Unregister removes an interface; later calls of it fault with nca_unk_if, on
// presentation contexts that exist as well.
func (s *Server) Unregister(id SyntaxID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := ifaceKey{id.UUID, id.Major}
	if r := s.ifaces[k]; r != nil {
		r.gone.Store(true)
		delete(s.ifaces, k)
	}
}

// Served returns the number of calls that have been answered on connections
// that are open.
func (s *Server) Served() (n uint64) {
	for _, c := range s.Conns() {
		c.mu.Lock()
		n += c.served
		c.mu.Unlock()
	}
	return n
}

// Interfaces returns the syntaxes of the registered interfaces, in the order of
// their text.
func (s *Server) Interfaces() []SyntaxID {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]SyntaxID, 0, len(s.ifaces))
	for _, r := range s.ifaces {
		out = append(out, r.Syntax)
	}
	slices.SortFunc(out, func(a, b SyntaxID) int {
		switch x, y := a.String(), b.String(); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return out
}

// find returns the interface that serves id, or nil. The client may ask for an
// older minor version ([C706] 6.1.2).
func (s *Server) find(id SyntaxID) *registration {
	s.mu.Lock()
	r := s.ifaces[ifaceKey{id.UUID, id.Major}]
	s.mu.Unlock()
	if r != nil {
		if r.Syntax.Minor < id.Minor {
			return nil
		}
		return r
	}
	if s.o.Lookup == nil {
		return nil
	}
	i := s.o.Lookup(id)
	if i == nil || i.Handler == nil {
		return nil
	}
	return &registration{Interface: i}
}
