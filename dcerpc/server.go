package dcerpc

import (
	"context"
	"net"

	"oxid/com"
)

// Handler serves the calls of an interface.
type Handler interface {
	// ServeRPC serves one call: nil sends c.Reply, an error a fault.
	ServeRPC(c *ServerCall) error
}

// HandlerFunc is a function as a [Handler].
type HandlerFunc func(c *ServerCall) error

// ServeRPC calls f.
func (f HandlerFunc) ServeRPC(c *ServerCall) error { return f(c) }

// Interface is one RPC interface of a server. It is immutable once registered.
type Interface struct {
	Syntax  SyntaxID
	Name    string
	NumOps  int // operations are 0 to NumOps-1; others fault without reaching Handler
	Handler Handler
	// NeedsObject refuses calls without an object UUID (ORPC interfaces).
	NeedsObject bool
	// MaxRequest is the most bytes of stub data in one request; 0 is the server's default.
	MaxRequest int
	// MinAuthnLevel is the lowest authentication level that calls must have.
	MinAuthnLevel com.AuthnLevel
}

// ServerOptions configures a [Server]. The zero value is usable.
type ServerOptions struct {
	// Lookup finds interfaces that are not registered.
	Lookup func(SyntaxID) *Interface
	// NDR64 accepts the NDR64 transfer syntax.
	NDR64 bool
}

// Server serves RPC interfaces.
type Server struct{}

// NewServer makes a server without interfaces and listeners.
func NewServer(o *ServerOptions) *Server { return &Server{} }

// Register adds an interface.
func (s *Server) Register(i *Interface) error { return com.E_NOTIMPL }

// Unregister removes an interface.
func (s *Server) Unregister(id SyntaxID) {}

// Serve accepts connections of l until the server is shut down.
func (s *Server) Serve(l net.Listener) error { return com.E_NOTIMPL }

// ServeConn serves one connection, which it takes over, until it ends.
func (s *Server) ServeConn(c net.Conn) {}

// Pipe returns the client's end of a connection to the server within the process.
func (s *Server) Pipe() net.Conn { return nil }

// Shutdown stops accepting and waits for running calls.
func (s *Server) Shutdown(ctx context.Context) error { return nil }

// Close ends everything at once.
func (s *Server) Close() error { return nil }

// ServerConn is a server's side of one connection.
type ServerConn struct{}

// RemoteAddr returns the client's address.
func (c *ServerConn) RemoteAddr() net.Addr { return nil }

// ServerCall is one incoming call, valid until the handler returns.
type ServerCall struct {
	Opnum     uint16
	HasObject bool
	NDR64     bool
	Object    com.GUID
	DataRep   uint32
	// Stub is the request's stub data; it aliases the runtime's buffer.
	Stub []byte
	// Reply is what the handler stores: GrowReply's slice with the results appended.
	Reply     []byte
	Interface *Interface
	Conn      *ServerConn
}

// GrowReply returns an empty slice with room for size bytes.
func (c *ServerCall) GrowReply(size int) []byte { return make([]byte, 0, size) }

// HandOver says that the handler is about to block.
func (c *ServerCall) HandOver() {}

// InitContext makes cc the context of this call.
func (c *ServerCall) InitContext(cc *CallContext) {}

// CallContext is the context of one incoming call, to be embedded by value.
type CallContext struct{ context.Context }

// CallFromContext returns the incoming call that ctx belongs to, or nil.
func CallFromContext(ctx context.Context) *ServerCall { return nil }
