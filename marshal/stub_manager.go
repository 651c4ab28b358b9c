package marshal

import (
	"context"
	"slices"
	"sync/atomic"

	"oxid/com"
	"oxid/orpc"
)

// stubKind tells which packets an interface stub was marshaled into. Each kind
// has IPIDs of its own, because a packet says only by its IPID whether it is a
// table packet, and of which strength (CF-060).
type stubKind uint8

const (
	kindNormal stubKind = iota
	kindTableStrong
	kindTableWeak
)

// stubManager is the server side of one object's identity: it keeps the object
// alive for its clients, and owns one interface stub for each interface that
// was marshaled. The first stub is a part of it: most objects have no other.
//
// There may be millions of them, so what few objects need is elsewhere. The
// counts are guarded by the apartment's lock.
type stubManager struct {
	apt     *Apartment
	oid     orpc.OID
	obj     any           // the identity
	watch   *connections  // nil for objects without IExternalConnection, which most are
	calls   atomic.Int64  // calls in progress, and the bits managerDead and managerFinal
	strong  uint32        // public references, locks and table-strong packets
	held    uint32        // those of them that this process holds: locks and table-strong packets
	locks   uint32        // those of held that CoLockObjectExternal made
	weak    uint32        // table-weak packets
	transit uint32        // normal packets on their way inside this process; see rundown
	pins    uint32        // marshaling in progress; keeps the manager, not the object's connection count
	lastUse atomic.Uint32 // ping epoch of the last call or marshal
	noPing  bool
	used    bool          // had an external reference at least once
	doomed  bool          // dies with the last pin, weak packets or not; see drop
	buried  bool          // out of the tables
	first   interfaceStub // used once, and never again, because look-ups take no lock
}

const (
	managerDead  = 1 << 62 // in stubManager.calls: no new call may enter
	managerFinal = 1 << 61 // finalize has begun
)

// interfaceStub is one IPID: one interface of one object.
type interfaceStub struct {
	ipid com.IPID
	mgr  *stubManager
	desc *com.Desc
	stub com.IRpcStubBuffer // nil for IUnknown, which has no methods to call (CF-011)
	next *interfaceStub
	// public references that clients hold on this IPID, and packets that name
	// it; guarded by the apartment's lock.
	public  uint32
	packets uint32 // table packets
	kind    stubKind
	retired bool // the IPID is withdrawn; only the stub is of use
}

// stubs lists the interface stubs, those whose IPID is withdrawn included. The
// apartment's lock is held.
func (m *stubManager) stubs(yield func(*interfaceStub) bool) {
	for s := &m.first; s != nil; s = s.next {
		if s.mgr != nil && !yield(s) {
			return
		}
	}
}

// enter lets a call in. It fails when the object has been disconnected.
func (m *stubManager) enter() bool {
	if m.calls.Add(1)&managerDead != 0 {
		m.leave(m.apt.rt.ctx)
		return false
	}
	return true
}

// leave ends a call. The last one to leave a dead manager lets the object go.
func (m *stubManager) leave(ctx context.Context) {
	if m.calls.Add(-1)&^managerFinal == managerDead {
		m.finalize(ctx)
	}
}

// touch notes that the object was used in this ping period. It counts as a ping.
func (m *stubManager) touch() { m.lastUse.Store(m.apt.rt.epoch.Load()) }

// managerFor returns the pinned stub manager of identity, made when there is none.
func (a *Apartment) managerFor(ctx context.Context, identity any) (*stubManager, error) {
	a.mu.Lock()
	if m := a.objects.Get(identity); m != nil {
		m.pins++
		a.mu.Unlock()
		return m, nil
	}
	a.mu.Unlock()

	// The object may be asked for anything here, and may marshal itself from
	// within: no lock is held (CF-376).
	m := &stubManager{apt: a, obj: identity}
	if v, err := a.rt.types.Query(ctx, identity, &com.IID_IExternalConnection); err == nil {
		if ext, ok := v.(com.IExternalConnection); ok {
			m.watch = &connections{ext: ext}
		}
	}
	m.touch()

	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, com.CO_E_NOTINITIALIZED
	}
	if other := a.objects.Get(identity); other != nil {
		other.pins++
		return other, nil
	}
	if err := a.rt.oids.add(m); err != nil {
		return nil, err
	}
	m.pins = 1
	a.objects.Put(m)
	stubs.Add(1)
	return m, nil
}

// unpin ends what managerFor began. A manager that got no reference meanwhile
// goes away without a trace, and one that lost its last reference meanwhile now.
func (a *Apartment) unpin(ctx context.Context, m *stubManager) {
	a.mu.Lock()
	m.pins--
	dead := m.pins == 0 && m.strong == 0 && (m.weak == 0 || m.doomed) && a.bury(m)
	a.mu.Unlock()
	if dead {
		m.close(ctx)
	}
}

// interfaceStub returns the stub of d and kind, made when there is none. The
// manager is pinned by the caller.
func (m *stubManager) interfaceStub(ctx context.Context, d *com.Desc, kind stubKind) (*interfaceStub, error) {
	a := m.apt
	a.mu.Lock()
	s, buf := m.findStub(&d.IID, kind)
	a.mu.Unlock()
	if s != nil {
		return s, nil
	}
	// Stubs are asked and made without a lock, but not while they are being
	// disconnected: for that, this counts as a call.
	if !m.enter() {
		return nil, com.CO_E_OBJNOTCONNECTED
	}
	defer m.leave(ctx)
	fresh := false
	if buf == nil && d.IID != com.IID_IUnknown {
		if buf = m.supporting(&d.IID); buf == nil {
			var err error
			if buf, err = a.createStub(ctx, d, m.obj); err != nil {
				return nil, err
			}
			fresh = true
		}
	}
	s, err := m.addStub(d, buf, kind)
	if fresh && (err != nil || s.stub != buf) {
		buf.Disconnect()
	}
	return s, err
}

// supporting asks the stubs that there are whether one of them serves iid, as
// a stub of a derived interface does (CF-200, CF-204).
func (m *stubManager) supporting(iid *com.IID) com.IRpcStubBuffer {
	for _, buf := range m.buffers() {
		if s := buf.IsIIDSupported(iid); s != nil {
			return s
		}
	}
	return nil
}

// buffers returns the stub buffers of the manager, each one once.
func (m *stubManager) buffers() (list []com.IRpcStubBuffer) {
	m.apt.mu.Lock()
	defer m.apt.mu.Unlock()
	for s := range m.stubs {
		if s.stub != nil && !slices.Contains(list, s.stub) {
			list = append(list, s.stub)
		}
	}
	return list
}

// addStub makes a stub of d with an IPID one of the manager's, unless somebody
// was faster. It fails when the object was disconnected meanwhile.
func (m *stubManager) addStub(d *com.Desc, buf com.IRpcStubBuffer, kind stubKind) (*interfaceStub, error) {
	a := m.apt
	a.mu.Lock()
	defer a.mu.Unlock()
	if m.buried {
		return nil, com.CO_E_OBJNOTCONNECTED
	}
	if other, _ := m.findStub(&d.IID, kind); other != nil {
		return other, nil
	}
	s := &m.first
	if s.mgr != nil {
		m.discard(&d.IID, kind)
		s = new(interfaceStub)
		s.next, m.first.next = m.first.next, s
	}
	s.mgr, s.desc, s.stub, s.kind = m, d, buf, kind
	if err := a.rt.ipids.add(s, a.id); err != nil {
		s.retired = true
		return nil, err
	}
	return s, nil
}

// discard drops the stub of a withdrawn IPID, in whose place another one comes.
// The apartment's lock is held.
func (m *stubManager) discard(iid *com.IID, kind stubKind) {
	for last := &m.first; last.next != nil; last = last.next {
		if s := last.next; s.retired && s.desc.IID == *iid && s.kind == kind {
			last.next = s.next
			return
		}
	}
}

// findStub looks for a stub of iid. It also returns the stub buffer that
// another kind of packet, or an earlier packet, has already (CF-012). The
// apartment's lock is held.
func (m *stubManager) findStub(iid *com.IID, kind stubKind) (*interfaceStub, com.IRpcStubBuffer) {
	var buf com.IRpcStubBuffer
	for s := range m.stubs {
		if s.desc.IID == *iid {
			if s.kind == kind && !s.retired {
				return s, nil
			}
			buf = s.stub
		}
	}
	return nil, buf
}

// bury takes m out of the tables: no call can reach it any more. It reports
// whether m was there. The apartment's lock is held; the caller calls close
// after giving it back.
func (a *Apartment) bury(m *stubManager) bool {
	if m.buried {
		return false
	}
	m.buried = true
	stubs.Add(-1)
	a.rt.oids.remove(m)
	a.objects.Delete(m.obj)
	for s := range m.stubs {
		if !s.retired {
			a.retire(s)
		}
	}
	return true
}

// close ends m after bury: at once when no call is running in the object, with
// the last call otherwise (CF-083).
func (m *stubManager) close(ctx context.Context) {
	if m.calls.Or(managerDead) == 0 {
		m.finalize(ctx)
	}
}

// finalize disconnects the stubs and tells the object that its last external
// reference is gone.
func (m *stubManager) finalize(ctx context.Context) {
	if m.calls.Or(managerFinal)&managerFinal != 0 {
		return
	}
	m.apt.mu.Lock()
	used := m.used
	m.apt.mu.Unlock()
	m.apt.turn(ctx, func(ctx context.Context) {
		for _, buf := range m.buffers() {
			m.apt.rt.protect(ctx, "IRpcStubBuffer.Disconnect", buf.Disconnect)
		}
		if !used {
			return
		}
		if f, ok := m.obj.(FinalReleaser); ok {
			m.apt.rt.protect(ctx, "FinalRelease", func() { f.FinalRelease(ctx) })
		}
	})
}

// FinalReleaser is implemented by objects that want to know when their last
// external reference is gone. It runs again if the object is marshaled anew
// and let go. A panic in it is logged and swallowed (CF-028).
type FinalReleaser interface{ FinalRelease(ctx context.Context) }
