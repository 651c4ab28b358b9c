package marshal

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/step"
)

// clientExporters is the OXID table of a client: every exporter elsewhere that
// this process holds references of ([MS-DCOM] 3.2.3).
type clientExporters struct {
	rt *Runtime
	mu sync.Mutex
	by map[orpc.OXID]*clientExporter
}

// clientExporter is one exporter elsewhere and the connection to it.
type clientExporter struct {
	rt      *Runtime
	oxid    orpc.OXID
	home    *Apartment          // another apartment of this runtime; nil for other processes
	resAddr orpc.PackedBindings // owned
	unknown orpc.IRemUnknown    // the exporter's
	users   int                 // objects of this exporter, and who looks for one; guarded by clientExporters.mu

	ready atomic.Pointer[exporterLink] // the current connection; may be dead

	mu      sync.Mutex
	info    *ExporterInfo // nil until resolved
	dialing *dialing      // a connection attempt in progress
	closed  bool          // the runtime has ended

	rel releaseQueue
}

// exporterLink is one connection to an exporter.
type exporterLink struct {
	conn    *dcerpc.ClientConn
	info    *ExporterInfo
	dest    com.MSHCTX
	version orpc.COMVERSION // the lower of ours and the server's
}

// dialing is a connection attempt that several calls may wait for.
type dialing struct {
	done chan struct{}
	link *exporterLink
	err  error
}

// retain returns the entry of oxid, made when there is none, and counts one more
// user of it: drop ends that. resAddr is copied.
func (t *clientExporters) retain(oxid orpc.OXID, resAddr orpc.PackedBindings, info *ExporterInfo) *clientExporter {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.by[oxid]
	if x == nil {
		x = &clientExporter{rt: t.rt, oxid: oxid, resAddr: resAddr.Clone(), home: t.rt.byOXID(oxid)}
		x.rel.x, x.unknown = x, x.unknownProxy()
		if t.by == nil {
			t.by = map[orpc.OXID]*clientExporter{}
		}
		t.by[oxid] = x
	}
	x.users++
	if info != nil {
		x.mu.Lock()
		if x.info == nil {
			x.info = info
		}
		x.mu.Unlock()
	}
	return x
}

// again counts one more user of x, which has one.
func (x *clientExporter) again() {
	t := &x.rt.exporters
	t.mu.Lock()
	x.users++
	t.mu.Unlock()
}

// drop counts one user less. The entry stays, so that the next object of the
// exporter finds its connection; sweep forgets it.
func (x *clientExporter) drop() {
	t := &x.rt.exporters
	t.mu.Lock()
	x.users--
	t.mu.Unlock()
}

// sweep forgets exporters that nothing uses and whose connection has closed,
// which it does by itself when it is idle.
func (t *clientExporters) sweep() {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.by, func(_ orpc.OXID, x *clientExporter) bool {
		l := x.ready.Load()
		return x.users == 0 && (l == nil || l.conn.Err() != nil) && x.rel.empty()
	})
}

// close delivers what has to be released and closes every connection. Servers
// that cannot be reached any more are no error: what they held is theirs to
// let go. Only ctx ending first is one.
func (t *clientExporters) close(ctx context.Context) (err error) {
	t.mu.Lock()
	list := slices.Collect(maps.Values(t.by))
	t.mu.Unlock()
	for _, x := range list {
		if x.flushReleases(ctx); ctx.Err() != nil {
			err = ctx.Err()
		}
		x.hangUp()
	}
	return err
}

// hangUp closes the connection, if there is one, and makes no other.
func (x *clientExporter) hangUp() {
	x.mu.Lock()
	x.closed = true
	x.mu.Unlock()
	if l := x.ready.Load(); l != nil {
		l.conn.Close()
	}
}

// presContext returns the presentation context for iid on a live connection.
func (x *clientExporter) presContext(ctx context.Context, iid com.IID) (*dcerpc.PresContext, error) {
	l, err := x.connect(ctx)
	if err != nil {
		return nil, err
	}
	return l.conn.Context(ctx, dcerpc.SyntaxID{UUID: iid})
}

// connect returns the live connection, or makes one: callers that come
// meanwhile wait for the same attempt.
func (x *clientExporter) connect(ctx context.Context) (*exporterLink, error) {
	for {
		if l := x.ready.Load(); l != nil && l.conn.Err() == nil {
			return l, nil
		}
		d, mine := x.attempt(ctx)
		select {
		case <-d.done:
			if !mine && errors.Is(d.err, context.DeadlineExceeded) && ctx.Err() == nil {
				continue // it had less time than we have
			}
			return d.link, d.err
		case <-ctx.Done():
			return nil, &com.Error{HRESULT: com.HRESULTOf(ctx.Err()), Step: step.ObjectTCP, Peer: x.peer(), Err: ctx.Err()}
		}
	}
}

// attempt returns the connection attempt in progress, begun when there is
// none: then it is the caller's. It belongs to all who wait for it, so it does
// not end with the first one's context, only with its deadline or the runtime.
func (x *clientExporter) attempt(ctx context.Context) (d *dialing, mine bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.dialing != nil {
		return x.dialing, false
	}
	d = &dialing{done: make(chan struct{})}
	if l := x.ready.Load(); l != nil && l.conn.Err() == nil {
		d.link = l
		close(d.done)
		return d, true
	}
	x.dialing = d
	info := x.info
	go func() {
		ctx, cancel := x.rt.dialContext(ctx)
		defer cancel()
		link, err := x.dial(ctx, info)
		x.mu.Lock()
		defer x.mu.Unlock()
		switch {
		case err == nil && x.closed:
			link.conn.Close()
			link, err = nil, com.CO_E_NOTINITIALIZED
		case err == nil:
			x.ready.Store(link)
			x.info = link.info
		}
		d.link, d.err = link, err
		x.dialing = nil
		close(d.done)
	}()
	return d, true
}

// dial resolves the exporter when need be and connects to the first of its
// bindings that answers.
func (x *clientExporter) dial(ctx context.Context, info *ExporterInfo) (*exporterLink, error) {
	if info == nil {
		r := x.rt.opt.Resolver
		if r == nil {
			return nil, &com.Error{HRESULT: com.CO_E_OBJNOTCONNECTED, Step: step.Resolver,
				Hint: "this runtime has no resolver, so only objects that it activated itself can be called"}
		}
		var err error
		if info, err = r.ResolveOXID(ctx, x.oxid, x.resAddr); err != nil {
			return nil, unresolved(err)
		}
	}
	version, err := orpc.Negotiate(orpc.Version57, info.Version)
	if err != nil {
		return nil, err
	}
	conn, err := x.rt.dialBindings(ctx, info)
	if err != nil {
		return nil, err
	}
	return &exporterLink{conn: conn, info: info, dest: destinationOf(conn.LocalAddr(), conn.RemoteAddr()), version: version}, nil
}

// unresolved is the error of a call to an exporter that its own resolver does
// not know any more: what calls of clients that were connected get too.
func unresolved(err error) error {
	var e *com.Error
	if !errors.Is(err, com.OR_INVALID_OXID) || !errors.As(err, &e) {
		return err
	}
	return &com.Error{HRESULT: com.RPC_E_DISCONNECTED, Step: e.Step, Peer: e.Peer, Attempts: e.Attempts, Err: err, Hint: e.Hint}
}

// peer names the exporter for errors: where it is connected, else the first
// address that is known of it.
func (x *clientExporter) peer() string {
	if x.home != nil {
		return ""
	}
	if l := x.ready.Load(); l != nil {
		return l.conn.RemoteAddr().String()
	}
	x.mu.Lock()
	info := x.info
	x.mu.Unlock()
	if info != nil && len(info.Bindings.StringBindings) > 0 {
		return info.Bindings.StringBindings[0].String()
	}
	if dsa, err := x.resAddr.Unpack(); err == nil && len(dsa.StringBindings) > 0 {
		return dsa.StringBindings[0].String()
	}
	return x.oxid.String()
}

// version returns the COM version to put into calls ([MS-DCOM] 1.7).
func (x *clientExporter) version() orpc.COMVERSION {
	if l := x.ready.Load(); l != nil {
		return l.version
	}
	return orpc.Version57
}

// destCtx tells proxies where the exporter is (CF-227).
func (x *clientExporter) destCtx() com.MSHCTX {
	if l := x.ready.Load(); l != nil {
		return l.dest
	}
	return com.MSHCTX_DIFFERENTMACHINE
}

// destinationOf tells whether the two ends of a connection are on one machine.
func destinationOf(local, remote net.Addr) com.MSHCTX {
	if local == nil || remote == nil || local.Network() != "tcp" {
		return com.MSHCTX_LOCAL
	}
	lh, _, err1 := net.SplitHostPort(local.String())
	rh, _, err2 := net.SplitHostPort(remote.String())
	if err1 == nil && err2 == nil && lh == rh {
		return com.MSHCTX_LOCAL
	}
	return com.MSHCTX_DIFFERENTMACHINE
}
