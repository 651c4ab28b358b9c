package marshal

import (
	"context"

	"oxid/orpc"
)

// publicRefs is the number of references that a normal packet carries and that
// a client asks for when it needs more (CF-108).
const publicRefs = 5

// maxPublicRefs bounds the references that clients hold on one IPID, so that
// sums cannot overflow whatever they ask for.
const maxPublicRefs = 1 << 24

// addPacket counts what a new packet holds on s. local says that the packet
// stays in this process. ok is false when the IPID was withdrawn meanwhile: a
// new stub is needed.
func (a *Apartment) addPacket(ctx context.Context, s *interfaceStub, local bool) (public uint32, ok bool) {
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
		if local {
			m.transit++
		}
	case kindTableStrong:
		s.packets++
		m.held++
		m.addStrong(1)
	case kindTableWeak:
		s.packets++
		m.weak++
		m.used, m.doomed = true, false
	}
	a.mu.Unlock()
	m.tell(ctx)
	m.touch()
	return public, true
}

// addFixed makes s hold its object for good, as the table-strong packet of a
// proxy does that another apartment of this process has made: nothing gives
// that back but the end of the apartment (CF-044).
func (a *Apartment) addFixed(ctx context.Context, s *interfaceStub) bool {
	m := s.mgr
	a.mu.Lock()
	ok := !s.retired
	if ok {
		s.packets++
		m.held++
		m.addStrong(1)
	}
	a.mu.Unlock()
	m.tell(ctx)
	return ok
}

// departed notes a packet of a proxy that stays in the object's process, as
// addPacket does for one of the object.
func (s *interfaceStub) departed() {
	s.mgr.apt.mu.Lock()
	s.mgr.transit++
	s.mgr.apt.mu.Unlock()
}

// arrived notes that packet r, which names s, was unmarshaled or given back in
// the object's own process. Without a resolver in it, it has never been elsewhere.
func (s *interfaceStub) arrived(r *orpc.OBJREF) {
	m := s.mgr
	if r.Std.PublicRefs > 0 && r.ResAddr.IsEmpty() {
		m.apt.mu.Lock()
		m.transit -= min(m.transit, 1)
		m.apt.mu.Unlock()
	}
	m.touch()
}

// covers reports whether clients hold at least n references on s.
func (a *Apartment) covers(s *interfaceStub, n uint32) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return s.public >= n
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
	if m.strong == 0 {
		m.note(extNote{add: true})
	}
	m.strong += n
	m.used, m.doomed = true, false
}

// drop takes n strong references and buries the manager when nothing holds it
// any more. A table-weak packet holds the object only while there is no strong
// reference to lose, unless the object watches its connections (CF-049,
// CF-050, CF-054, CF-078, CF-079). The apartment's lock is held.
func (m *stubManager) drop(n uint32, closes bool) (dead bool) {
	n = min(n, m.strong)
	m.strong -= n
	last := n > 0 && m.strong == 0
	if m.strong > 0 {
		return false
	}
	if last {
		m.note(extNote{closes: closes})
	}
	if last && closes && m.watch == nil {
		m.doomed = true
	}
	if m.pins > 0 || m.weak > 0 && !m.doomed {
		return false
	}
	return m.apt.bury(m)
}
