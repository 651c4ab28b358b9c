package scm

import (
	"context"
	"maps"
	"slices"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/scm/internal/private"
)

// registerAll tells a daemon everything and makes c the connection. It happens
// under the lock that changes take, so that a change is either part of
// everything or told afterwards.
func (l *Link) registerAll(c *linkConn) error {
	l.registering.Lock()
	defer l.registering.Unlock()
	l.mu.Lock()
	list := slices.Collect(maps.Values(l.exporters))
	changed := string(l.host.bindings) != string(c.host.bindings)
	l.mu.Unlock()
	if changed {
		l.log.Warn("the daemon came back with other addresses; references that this process gave away before name the old ones")
	}
	for _, x := range list {
		if err := l.registerOne(l.ctx, c, x); err != nil {
			return err
		}
	}
	l.mu.Lock()
	l.conn, l.host = c, c.host
	l.mu.Unlock()
	return nil
}

// registerOne tells a daemon of one exporter and its classes. What it says of
// the exporter is a copy: the daemon answers ResolveOxid without asking.
func (l *Link) registerOne(ctx context.Context, c *linkConn, x *linkedExporter) error {
	ctx, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	info := x.e.Info()
	packed, err := info.Bindings.Pack()
	if err != nil {
		return err
	}
	err = c.client.RegisterExporter(ctx, c.session, private.Exporter{
		OXID:       info.OXID,
		RemUnknown: info.RemUnknown,
		AuthnHint:  uint32(info.AuthnHint),
		Major:      info.Version.Major,
		Minor:      info.Version.Minor,
		Bindings:   packed,
	})
	if err != nil {
		return err
	}
	for clsid := range x.classes {
		if err := c.client.RegisterClass(ctx, c.session, info.OXID, clsid); err != nil {
			return err
		}
	}
	return nil
}

// tell makes one call to the daemon. While the daemon is away, or when it goes
// away now, that is no error: it is told everything when it is back.
func (l *Link) tell(ctx context.Context, f func(ctx context.Context, c *linkConn) error) error {
	c := l.current()
	if c == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, registerTimeout)
	defer cancel()
	err := f(ctx, c)
	if err != nil && c.conn.Err() != nil {
		return nil
	}
	return err
}

// RegisterExporter implements [marshal.Registrar].
func (l *Link) RegisterExporter(ctx context.Context, e *marshal.Exporter) (orpc.PackedBindings, error) {
	l.registering.Lock()
	defer l.registering.Unlock()
	x := &linkedExporter{e: e, classes: map[com.CLSID]struct{}{}}
	l.mu.Lock()
	known := l.exporters[e.OXID()] != nil
	if !known {
		l.exporters[e.OXID()] = x // the daemon asks for its objects while it registers
	}
	l.mu.Unlock()
	if known {
		return nil, com.CO_E_OBJISREG
	}
	err := l.tell(ctx, func(ctx context.Context, c *linkConn) error { return l.registerOne(ctx, c, x) })
	if err == nil && l.local != nil {
		// It cannot be there already: its OXID is in the table above, too.
		_, err = l.local.register(ctx, e.OXID(), apartmentExporter{e})
	}
	if err != nil {
		l.forget(e)
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.host.bindings, nil
}

// forget strikes an exporter out; it reports whether it was there.
func (l *Link) forget(e *marshal.Exporter) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, known := l.exporters[e.OXID()]
	delete(l.exporters, e.OXID())
	return known
}

// RevokeExporter implements [marshal.Registrar].
func (l *Link) RevokeExporter(ctx context.Context, e *marshal.Exporter) {
	l.registering.Lock()
	defer l.registering.Unlock()
	if !l.forget(e) {
		return
	}
	if l.local != nil {
		if x := l.local.exporterOf(e.OXID()); x != nil {
			l.local.revoke(x)
		}
	}
	err := l.tell(ctx, func(ctx context.Context, c *linkConn) error {
		return c.client.RevokeExporter(ctx, c.session, e.OXID())
	})
	if err != nil {
		l.log.Debug("the daemon could not be told that an exporter ended", "err", err)
	}
}

// RegisterClass implements [marshal.Registrar].
func (l *Link) RegisterClass(ctx context.Context, e *marshal.Exporter, clsid com.CLSID) error {
	l.registering.Lock()
	defer l.registering.Unlock()
	l.mu.Lock()
	x := l.exporters[e.OXID()]
	l.mu.Unlock()
	if x == nil {
		return com.CO_E_OBJNOTREG
	}
	err := l.tell(ctx, func(ctx context.Context, c *linkConn) error {
		return c.client.RegisterClass(ctx, c.session, e.OXID(), clsid)
	})
	if err != nil {
		return err
	}
	x.classes[clsid] = struct{}{} // guarded by registering
	if l.local != nil {
		return l.local.registerClass(l.local.exporterOf(e.OXID()), clsid)
	}
	return nil
}

// RevokeClass implements [marshal.Registrar].
func (l *Link) RevokeClass(ctx context.Context, e *marshal.Exporter, clsid com.CLSID) {
	l.registering.Lock()
	defer l.registering.Unlock()
	l.mu.Lock()
	x := l.exporters[e.OXID()]
	l.mu.Unlock()
	if x == nil {
		return
	}
	delete(x.classes, clsid)
	if l.local != nil {
		l.local.revokeClass(l.local.exporterOf(e.OXID()), clsid)
	}
	err := l.tell(ctx, func(ctx context.Context, c *linkConn) error {
		return c.client.RevokeClass(ctx, c.session, e.OXID(), clsid)
	})
	if err != nil {
		l.log.Debug("the daemon could not be told that a class ended", "err", err)
	}
}
