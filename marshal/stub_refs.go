package marshal

import (
	"context"

	"oxid/com"
	"oxid/orpc"
)

// publicRefs is the number of references that a normal packet carries and that
// a client asks for when it needs more (CF-108).
const publicRefs = 5

// maxPublicRefs bounds the references that clients hold on one IPID, so that
// sums cannot overflow whatever they ask for.
const maxPublicRefs = 1 << 24

// addPacket counts what a new packet holds on s. ok is false when the IPID was
// withdrawn meanwhile: a new stub is needed.
func (a *Apartment) addPacket(ctx context.Context, s *interfaceStub) (public uint32, ok bool) {
	m := s.mgr
	a.mu.Lock()
	if s.retired {
		a.mu.Unlock()
		return 0, false
	}
	switch s.kind {
	case kindNormal:
		public = publicRefs
		s.public += publicRefs
		m.addStrong(publicRefs)
	case kindTableStrong:
		s.packets++
		m.held++
		m.addStrong(1)
	case kindTableWeak:
		s.packets++
		m.weak++
		m.used = true
	}
	a.mu.Unlock()
	m.tell(ctx)
	m.touch()
	return public, true
}

// addPublic gives a client n more references on s, unless the IPID was
// withdrawn or the client wants too many. The apartment's lock is held; the
// caller calls tell after giving it back.
func (s *interfaceStub) addPublic(n uint32) bool {
	if s.retired || n > maxPublicRefs || s.public+n > maxPublicRefs {
		return false
	}
	s.public += n
	s.mgr.addStrong(n)
	return true
}

// release gives n public references on s back. Giving back more than there are
// is no error (CF-151). closes says whether the last strong reference lets
// weak ones go too, and is what IExternalConnection is told.
func (a *Apartment) release(ctx context.Context, s *interfaceStub, n uint32, closes bool) {
	m := s.mgr
	a.mu.Lock()
	n = min(n, s.public)
	s.public -= n
	dead := m.drop(n, closes)
	if !dead && n > 0 && s.public == 0 && s.packets == 0 {
		a.retire(s)
	}
	a.mu.Unlock()
	m.tell(ctx)
	if dead {
		m.close(ctx)
	}
}

// retire withdraws an IPID that nobody holds any more while its object lives
// on. The node stays, so that the next packet finds its stub.
func (a *Apartment) retire(s *interfaceStub) {
	a.rt.ipids.remove(s)
	s.retired = true
}

// releasePacket takes a table packet back (CoReleaseMarshalData).
func (a *Apartment) releasePacket(ctx context.Context, s *interfaceStub) {
	m := s.mgr
	a.mu.Lock()
	if s.packets == 0 {
		a.mu.Unlock()
		return
	}
	s.packets--
	var dead bool
	if s.kind == kindTableStrong {
		m.held--
		dead = m.drop(1, true)
	} else {
		m.weak--
		dead = m.drop(0, false)
	}
	if !dead && s.public == 0 && s.packets == 0 {
		a.retire(s)
	}
	a.mu.Unlock()
	m.tell(ctx)
	if dead {
		m.close(ctx)
	}
}

// addStrong counts n strong references and notes the first of them for
// IExternalConnection. The apartment's lock is held.
func (m *stubManager) addStrong(n uint32) {
	if n == 0 {
		return
	}
	if m.strong == 0 && m.ext != nil {
		m.notes = append(m.notes, extNote{add: true})
	}
	m.strong += n
	m.used = true
}

// drop takes n strong references and buries the manager when nothing holds it
// any more. A table-weak packet holds the object only while there is no strong
// reference to lose, unless the object watches its connections (CF-049,
// CF-050, CF-054, CF-078, CF-079). The apartment's lock is held.
func (m *stubManager) drop(n uint32, closes bool) (dead bool) {
	n = min(n, m.strong)
	m.strong -= n
	last := n > 0 && m.strong == 0
	if last && m.ext != nil {
		m.notes = append(m.notes, extNote{closes: closes})
	}
	if m.strong > 0 || m.pins > 0 {
		return false
	}
	if m.weak > 0 && !(last && closes && m.ext == nil) {
		return false
	}
	return m.apt.bury(m)
}

// extNote is one event for IExternalConnection.
type extNote struct{ add, closes bool }

// tell delivers pending notes in order, without holding a lock while the
// object runs. When another goroutine is at it, that one delivers ours too.
func (m *stubManager) tell(ctx context.Context) {
	if m.ext == nil {
		return
	}
	a := m.apt
	a.mu.Lock()
	busy := m.telling || len(m.notes) == 0
	m.telling = m.telling || !busy
	a.mu.Unlock()
	if !busy {
		a.turn(ctx, m.deliver)
	}
}

// deliver is the part of tell that runs in the object's apartment.
func (m *stubManager) deliver(ctx context.Context) {
	a := m.apt
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(m.notes) > 0 {
		n := m.notes[0]
		m.notes = m.notes[1:]
		a.mu.Unlock()
		a.rt.protect(ctx, "IExternalConnection", func() {
			if n.add {
				m.ext.AddConnection(ctx, com.EXTCONN_STRONG, 0)
			} else {
				m.ext.ReleaseConnection(ctx, com.EXTCONN_STRONG, 0, n.closes)
			}
		})
		a.mu.Lock()
	}
	m.notes, m.telling = nil, false
}

// rundown is Exporter.Rundown.
func (a *Apartment) rundown(ctx context.Context, oids []orpc.OID) (kept []orpc.OID) {
	now := a.rt.epoch.Load()
	for _, oid := range oids {
		a.mu.Lock()
		m := a.oids[oid]
		if m == nil {
			a.mu.Unlock()
			continue
		}
		if now-m.lastUse.Load() <= 1 || m.noPing {
			a.mu.Unlock()
			kept = append(kept, oid)
			continue
		}
		for s := m.stubs; s != nil; s = s.next {
			s.public = 0
		}
		dead := m.drop(m.strong-m.held, true)
		if !dead {
			kept = append(kept, oid)
		}
		a.mu.Unlock()
		m.tell(ctx)
		if dead {
			a.rt.log.InfoContext(ctx, "object let go: its clients stopped pinging", "oid", oid)
			m.close(ctx)
		}
	}
	return kept
}

// unpinged is Exporter.Unpinged.
func (a *Apartment) unpinged(periods int) (oids []orpc.OID) {
	now := a.rt.epoch.Load()
	a.mu.Lock()
	defer a.mu.Unlock()
	for oid, m := range a.oids {
		if !m.noPing && m.strong > m.held && now-m.lastUse.Load() > uint32(periods) {
			oids = append(oids, oid)
		}
	}
	return oids
}
