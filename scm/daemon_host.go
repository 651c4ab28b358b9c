package scm

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/scm/internal/private"
)

// daemonHost serves IScmHost: it translates between sessions and the tables of
// the resolver, which know of exporters alone.
type daemonHost struct{ d *Daemon }

// session finds the session of a call. A process may call the moment it was
// attached, before the daemon has read its answer: this waits for that, and so
// the connection goes on without this goroutine.
func (h daemonHost) session(ctx context.Context, id com.GUID) (*session, error) {
	dcerpc.HandOver(ctx)
	h.d.mu.Lock()
	s := h.d.sessions[id]
	h.d.mu.Unlock()
	if s == nil {
		return nil, com.E_HANDLE
	}
	select {
	case <-s.attached:
		return s, nil
	case <-s.conn.Done():
		return nil, com.E_HANDLE
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// entry finds an exporter of a session: nobody can speak for another process's.
func (h daemonHost) entry(ctx context.Context, id com.GUID, oxid orpc.OXID) (*session, *exporterEntry, error) {
	s, err := h.session(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.exporters[oxid]; e != nil {
		return s, e, nil
	}
	return nil, nil, com.CO_E_OBJNOTREG
}

// RegisterExporter implements [private.IScmHost].
func (h daemonHost) RegisterExporter(ctx context.Context, id com.GUID, x private.Exporter) error {
	s, err := h.session(ctx, id)
	if err != nil {
		return err
	}
	bindings, err := orpc.ParsePackedBindings(x.Bindings)
	if err != nil {
		return err
	}
	dsa, err := bindings.Unpack()
	if err != nil {
		return err
	}
	link := &linkExporter{process: s.process, pid: s.pid, program: s.program, info: marshal.ExporterInfo{
		OXID:       x.OXID,
		Bindings:   dsa,
		RemUnknown: x.RemUnknown,
		AuthnHint:  com.AuthnLevel(x.AuthnHint),
		Version:    orpc.COMVERSION{Major: x.Major, Minor: x.Minor},
	}}
	e, err := h.d.r.register(ctx, link.info.OXID, link)
	if err != nil {
		return err
	}
	// The session may have ended while the exporter was registered; then nobody
	// else would take it back.
	s.mu.Lock()
	ended := s.ended
	if !ended {
		s.exporters[e.oxid] = e
	}
	s.mu.Unlock()
	if ended {
		h.d.r.revoke(e)
		return com.RPC_E_DISCONNECTED
	}
	return nil
}

// RevokeExporter implements [private.IScmHost].
func (h daemonHost) RevokeExporter(ctx context.Context, id com.GUID, oxid orpc.OXID) error {
	s, e, err := h.entry(ctx, id, oxid)
	if err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.exporters, oxid)
	s.mu.Unlock()
	h.d.r.revoke(e)
	return nil
}

// RegisterClass implements [private.IScmHost].
func (h daemonHost) RegisterClass(ctx context.Context, id com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	_, e, err := h.entry(ctx, id, oxid)
	if err != nil {
		return err
	}
	return h.d.r.registerClass(e, clsid)
}

// RevokeClass implements [private.IScmHost].
func (h daemonHost) RevokeClass(ctx context.Context, id com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	_, e, err := h.entry(ctx, id, oxid)
	if err != nil {
		return err
	}
	h.d.r.revokeClass(e, clsid)
	return nil
}
