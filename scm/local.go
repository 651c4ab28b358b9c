package scm

import (
	"context"
	"net"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// LocalOptions configure a [Local].
type LocalOptions struct {
	Options
	// Server is the RPC server of this process. NewLocal registers its
	// interfaces there; listeners stay the caller's.
	Server *dcerpc.Server
	// Bindings say where Server can be reached, best first, with endpoints: see
	// [Bindings].
	Bindings []orpc.StringBinding
}

// Local is the object resolver and the activators of one process that no
// daemon answers for. It implements [marshal.Registrar] and is safe for
// concurrent use.
type Local struct{}

// NewLocal registers the resolver, the activators, the endpoint mapper and the
// management interface on o.Server.
func NewLocal(o LocalOptions) (*Local, error) { return nil, com.E_NOTIMPL }

// Close ends the resolver: the ping sets are forgotten and its interfaces are
// taken off the server.
func (l *Local) Close(ctx context.Context) error { return nil }

// Target is where this machine's own activators answer, for [Client.CreateInstance].
func (l *Local) Target() string { return "" }

// RegisterExporter implements [marshal.Registrar].
func (l *Local) RegisterExporter(ctx context.Context, e *marshal.Exporter) (orpc.PackedBindings, error) {
	return nil, com.E_NOTIMPL
}

// RevokeExporter implements [marshal.Registrar].
func (l *Local) RevokeExporter(ctx context.Context, e *marshal.Exporter) {}

// RegisterClass implements [marshal.Registrar].
func (l *Local) RegisterClass(ctx context.Context, e *marshal.Exporter, clsid com.CLSID) error {
	return com.E_NOTIMPL
}

// RevokeClass implements [marshal.Registrar].
func (l *Local) RevokeClass(ctx context.Context, e *marshal.Exporter, clsid com.CLSID) {}

// Bindings returns the string bindings of a listener at addr, best first, with
// endpoints.
//
// advertise names the hosts that others reach it by, each "host" or
// "host:port" where a translated port differs. Without it, a listener on one
// address has that address; one on all addresses has those of every interface
// that is up, loopback and link-local ones left out, and the host's name.
// A unix socket has none.
func Bindings(addr net.Addr, advertise []string) ([]orpc.StringBinding, error) {
	return nil, com.E_NOTIMPL
}
