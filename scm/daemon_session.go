package scm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// attachTimeout bounds the first call to a process.
const attachTimeout = 10 * time.Second

// session is one process that is linked to the daemon: the connection on which
// the daemon calls it. The one on which it calls the daemon carries the same id,
// and each of its calls names the session.
type session struct {
	id   com.GUID
	conn *dcerpc.ClientConn // to the process

	// attached is closed after the first call, which fills in what follows.
	attached chan struct{}
	process  *scmProcessClient
	pid      uint32
	program  string

	mu        sync.Mutex
	ended     bool
	exporters map[orpc.OXID]*exporterEntry
}

// runSession begins a session over nc, on which the process serves, and stays
// until it ends.
func (d *Daemon) runSession(id com.GUID, nc net.Conn) {
	s := &session{
		id:        id,
		attached:  make(chan struct{}),
		conn:      dcerpc.NewClientConn(nc, &dcerpc.ClientOptions{IdleTimeout: -1}),
		exporters: map[orpc.OXID]*exporterEntry{},
	}
	defer s.conn.Close()
	d.mu.Lock()
	_, taken := d.sessions[id]
	if !taken {
		d.sessions[id] = s
	}
	d.mu.Unlock()
	if taken {
		return // an id that is not random
	}
	defer d.dropSession(s)
	if err := d.attach(s); err != nil {
		d.opt.Logger.Warn("a process connected and could not be attached", "err", err)
		return
	}
	d.opt.Logger.Info("process attached", "pid", s.pid, "program", s.program)
	select {
	case <-s.conn.Done():
	case <-d.stopping:
	}
}

// attach makes the first call.
func (d *Daemon) attach(s *session) (err error) {
	ctx, cancel := context.WithTimeout(d.r.ctx, attachTimeout)
	defer cancel()
	if s.process, err = newScmProcessClient(ctx, s.conn); err != nil {
		return err
	}
	s.pid, s.program, err = s.process.Attach(ctx, d.r.bindings, d.target, uint32(d.opt.PingPeriod.Milliseconds()))
	if err == nil {
		close(s.attached)
	}
	return err
}

// endSession hangs up on a process; runSession does the rest.
func (d *Daemon) endSession(id com.GUID) {
	d.mu.Lock()
	s := d.sessions[id]
	d.mu.Unlock()
	if s != nil {
		s.conn.Close()
	}
}

// dropSession forgets a process and everything that it registered.
func (d *Daemon) dropSession(s *session) {
	d.mu.Lock()
	delete(d.sessions, s.id)
	d.mu.Unlock()
	s.mu.Lock()
	s.ended = true
	exporters := s.exporters
	s.exporters = nil
	s.mu.Unlock()
	for _, e := range exporters {
		d.r.revoke(e)
	}
	select {
	case <-s.attached:
		d.opt.Logger.Info("process detached", "pid", s.pid, "program", s.program)
	default: // it never was
	}
}

// endSessions ends all of them, and connections that have not become one.
func (d *Daemon) endSessions() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for nc := range d.waiting {
		nc.Close()
	}
	for _, s := range d.sessions {
		s.conn.Close()
	}
}

// daemonHost serves IScmHost.
type daemonHost struct{ d *Daemon }

// session finds the session of a call. A process may call the moment it was
// attached, before the daemon has read its answer.
func (h daemonHost) session(ctx context.Context, id com.GUID) (*session, error) {
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

// RegisterExporter implements IScmHost.
func (h daemonHost) RegisterExporter(ctx context.Context, id com.GUID, x *scmExporter) error {
	s, err := h.session(ctx, id)
	if err != nil {
		return err
	}
	bindings, err := orpc.ParsePackedBindings(x.bindings)
	if err != nil {
		return err
	}
	dsa, err := bindings.Unpack()
	if err != nil {
		return err
	}
	link := &linkExporter{process: s.process, pid: s.pid, program: s.program, info: marshal.ExporterInfo{
		OXID:       orpc.OXID(x.oxid),
		Bindings:   dsa,
		RemUnknown: x.remUnknown,
		AuthnHint:  com.AuthnLevel(x.authnHint),
		Version:    orpc.COMVERSION{Major: x.major, Minor: x.minor},
	}}
	e, err := h.d.r.register(ctx, link.info.OXID, link)
	if err != nil {
		return err
	}
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

// RevokeExporter implements IScmHost.
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

// RegisterClass implements IScmHost.
func (h daemonHost) RegisterClass(ctx context.Context, id com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	_, e, err := h.entry(ctx, id, oxid)
	if err != nil {
		return err
	}
	return h.d.r.registerClass(e, clsid)
}

// RevokeClass implements IScmHost.
func (h daemonHost) RevokeClass(ctx context.Context, id com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	_, e, err := h.entry(ctx, id, oxid)
	if err != nil {
		return err
	}
	h.d.r.revokeClass(e, clsid)
	return nil
}

// linkExporter is an exporter of a linked process.
type linkExporter struct {
	process *scmProcessClient
	pid     uint32
	program string
	info    marshal.ExporterInfo
}

func (x *linkExporter) Info() marshal.ExporterInfo { return x.info }

func (x *linkExporter) Owns(ctx context.Context, oids []orpc.OID) ([]bool, error) {
	owned := make([]bool, 0, len(oids))
	for part := range slices.Chunk(oids, maxOIDs) {
		list, err := x.process.Own(ctx, x.info.OXID, part)
		if err != nil {
			return nil, err
		}
		owned = append(owned, list...)
	}
	return owned, nil
}

func (x *linkExporter) Unpinged(ctx context.Context, periods int) ([]orpc.OID, error) {
	return x.process.Unpinged(ctx, x.info.OXID, uint32(periods))
}

func (x *linkExporter) Rundown(ctx context.Context, oids []orpc.OID) (kept []orpc.OID, err error) {
	for part := range slices.Chunk(oids, maxOIDs) {
		list, err := x.process.Rundown(ctx, x.info.OXID, part)
		if err != nil {
			return nil, err
		}
		kept = append(kept, list...)
	}
	return kept, nil
}

func (x *linkExporter) Activate(ctx context.Context, act marshal.Activation) ([]marshal.ActivationResult, error) {
	list, err := x.process.Activate(ctx, x.info.OXID, act)
	if errors.Is(err, com.RPC_S_CALL_FAILED) || errors.Is(err, com.RPC_S_CALL_FAILED_DNE) {
		return nil, &com.Error{HRESULT: com.CO_E_SERVER_STOPPING, Err: fmt.Errorf("%w: %w", errExporterGone, err)}
	}
	if err != nil {
		return nil, err
	}
	results := make([]marshal.ActivationResult, len(list))
	for i, r := range list {
		results[i] = marshal.ActivationResult{Packet: r.packet, HR: r.hr}
	}
	return results, nil
}
