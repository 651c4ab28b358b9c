package scm

import (
	"context"
	"errors"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm"
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
	r        *resolver
	target   string
	services *services
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
	l := &Local{r: newResolver(o.Options, bindings, 0), target: targetOf(o.Bindings)}
	if l.services, err = l.r.serve(o.Server, o.Bindings); err != nil {
		l.r.close()
		return nil, err
	}
	return l, nil
}

// Close ends the resolver: the ping sets are forgotten and its interfaces are
// taken off the server.
func (l *Local) Close(context.Context) error {
	l.services.remove()
	l.r.close()
	return nil
}

// Target implements [Service].
func (l *Local) Target() string { return l.target }

// EndpointMap returns the endpoint map that the server answers with, for other
// interfaces to be listed in.
func (l *Local) EndpointMap() *epm.Table { return l.services.table }

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
