package scm

import (
	"context"
	"net"
	"sync"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/scm/internal/private"
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
	process  *private.IScmProcessClient
	pid      uint32
	program  string

	mu        sync.Mutex
	ended     bool
	exporters map[orpc.OXID]*exporterEntry
}

// runSession begins a session over nc, on which the process serves, and stays
// until it ends. The session is in the table before the process hears of it, so
// that it may call at once.
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

// attach makes the first call: the daemon says where it answers, for the
// references of the process, and with which ping period it counts.
func (d *Daemon) attach(s *session) (err error) {
	ctx, cancel := context.WithTimeout(d.r.ctx, attachTimeout)
	defer cancel()
	if s.process, err = private.NewIScmProcessClient(ctx, s.conn); err != nil {
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

// dropSession forgets a process and everything that it registered. Objects that
// clients ping stay in their sets for a while: the process may only have lost
// the connection, and comes back with them.
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
