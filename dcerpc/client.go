package dcerpc

import (
	"context"
	"net"
	"time"

	"oxid/com"
)

// ClientOptions configures a [ClientConn]. The zero value is usable.
type ClientOptions struct {
	// Dialer connects to a server; nil stands for a [net.Dialer].
	Dialer func(ctx context.Context, network, address string) (net.Conn, error)
	// NDR64 offers the NDR64 transfer syntax beside NDR 2.0.
	NDR64 bool
	// Group joins an association group by its id ([ClientConn.Group]); 0 makes a new one.
	Group uint32
	// IdleTimeout closes a connection that has not been used for so long. 0 is
	// 10 s, negative never.
	IdleTimeout time.Duration
	// MaxReply is the most bytes of stub data accepted in one reply; 0 is 256 MiB.
	MaxReply int
	// CancelWait is how long a cancelled call waits for the server to confirm
	// before it returns; 0 does not wait.
	CancelWait time.Duration
}

// ClientConn is one connection to a server. It is safe for concurrent use.
type ClientConn struct{}

// Dial connects to a server: network is "tcp", "tcp4", "tcp6" or "unix". Nothing is
// negotiated yet.
func Dial(ctx context.Context, network, address string, o *ClientOptions) (*ClientConn, error) {
	return nil, com.E_NOTIMPL
}

// NewClientConn makes a connection of c, which it takes over.
func NewClientConn(c net.Conn, o *ClientOptions) *ClientConn { return nil }

// Context returns the presentation context of iface, negotiating it on first use.
func (c *ClientConn) Context(ctx context.Context, iface SyntaxID) (*PresContext, error) {
	return nil, com.E_NOTIMPL
}

// Close closes the connection; calls in flight fail.
func (c *ClientConn) Close() error { return nil }

// Done is closed when the connection can take no more calls.
func (c *ClientConn) Done() <-chan struct{} { return nil }

// Err tells why the connection can take no more calls; nil while it can.
func (c *ClientConn) Err() error { return nil }

// RemoteAddr returns the server's address.
func (c *ClientConn) RemoteAddr() net.Addr { return nil }

// Group returns the id of the association group; 0 before the first negotiation.
func (c *ClientConn) Group() uint32 { return 0 }

// PresContext is one interface on one connection.
type PresContext struct{}

// NewCall begins a call of operation opnum. object is nil for none.
func (p *PresContext) NewCall(opnum uint16, object *com.GUID, sizeHint int) *ClientCall { return nil }

// ClientCall is one outgoing call.
type ClientCall struct {
	// Stub is the request's stub data: append to it and store the result back.
	Stub []byte
	// Reply is the response's stub data, from a successful Invoke until Free.
	Reply []byte
	// DataRep is the data representation of Reply; 0x10 is little-endian.
	DataRep uint32
	// NDR64 is set when request and reply use NDR64.
	NDR64 bool
}

// Invoke sends the request and waits for the reply.
func (c *ClientCall) Invoke(ctx context.Context) error { return com.E_NOTIMPL }

// Free gives the call and its buffers back.
func (c *ClientCall) Free() {}
