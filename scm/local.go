package scm

import (
	"context"
	"errors"
	"time"

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
type Local struct {
	r      *resolver
	target string
	server *dcerpc.Server
	ifaces []dcerpc.SyntaxID
}

// NewLocal registers the resolver, the activators, the endpoint mapper and the
// management interface on o.Server. It fails when they are registered already.
func NewLocal(o LocalOptions) (*Local, error) {
	if o.Server == nil {
		return nil, errors.New("scm: a resolver needs a server")
	}
	bindings, err := resolverBindings(o.Bindings)
	if err != nil {
		return nil, err
	}
	l := &Local{r: newResolver(o.Options, bindings, 0), target: targetOf(o.Bindings), server: o.Server}
	if l.ifaces, err = l.r.serve(o.Server, o.Bindings); err != nil {
		l.r.close()
		return nil, err
	}
	return l, nil
}

// serve registers everything that a resolver answers on s. It returns what was
// registered, and nothing stays registered when one fails.
func (r *resolver) serve(s *dcerpc.Server, bindings []orpc.StringBinding) (done []dcerpc.SyntaxID, err error) {
	for _, i := range append(r.activatorInterfaces(), r.resolverInterface()) {
		if err := s.Register(i); err != nil {
			unregister(s, done)
			return nil, err
		}
		done = append(done, i.Syntax)
	}
	return done, nil
}

// unregister takes interfaces off a server.
func unregister(s *dcerpc.Server, list []dcerpc.SyntaxID) {
	for _, id := range list {
		s.Unregister(id)
	}
}

// Close ends the resolver: the ping sets are forgotten and its interfaces are
// taken off the server.
func (l *Local) Close(context.Context) error {
	unregister(l.server, l.ifaces)
	l.r.close()
	return nil
}

// Target implements [Service].
func (l *Local) Target() string { return l.target }

// PingPeriod implements [Service].
func (l *Local) PingPeriod() time.Duration { return l.r.opt.PingPeriod }

// RegisterExporter implements [marshal.Registrar].
func (l *Local) RegisterExporter(ctx context.Context, e *marshal.Exporter) (orpc.PackedBindings, error) {
	if _, err := l.r.register(ctx, e.OXID(), apartmentExporter{e}); err != nil {
		return nil, err
	}
	return l.r.bindings, nil
}

// RevokeExporter implements [marshal.Registrar].
func (l *Local) RevokeExporter(_ context.Context, e *marshal.Exporter) {
	if x := l.r.exporterOf(e.OXID()); x != nil {
		l.r.revoke(x)
	}
}

// RegisterClass implements [marshal.Registrar].
func (l *Local) RegisterClass(_ context.Context, e *marshal.Exporter, clsid com.CLSID) error {
	x := l.r.exporterOf(e.OXID())
	if x == nil {
		return com.CO_E_OBJNOTREG
	}
	return l.r.registerClass(x, clsid)
}

// RevokeClass implements [marshal.Registrar].
func (l *Local) RevokeClass(_ context.Context, e *marshal.Exporter, clsid com.CLSID) {
	if x := l.r.exporterOf(e.OXID()); x != nil {
		l.r.revokeClass(x, clsid)
	}
}
