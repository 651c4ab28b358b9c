package marshal_test

import (
	"context"
	"fmt"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// The model of who holds what. It knows no counts of five and no halves: a
// stub is held by packets in somebody's hand, by identities in apartments
// elsewhere and by what died with a process; an object lives as long as one of
// its stubs is held or its own process holds it.

// modelIface numbers the interfaces that programs use.
type modelIface int

const (
	ifUnknown modelIface = iota
	ifCalc
	ifEvents
	ifScientific
	numIfaces
)

var modelIfaces = [numIfaces]struct {
	name string
	iid  *com.IID
}{
	{"IUnknown", &com.IID_IUnknown},
	{"ICalc", &calc.IID_ICalc},
	{"ICalcEvents", &calc.IID_ICalcEvents},
	{"IScientific", &calc.IID_IScientific},
}

func (i modelIface) String() string { return modelIfaces[i].name }

// modelApt is an apartment. One that has ended is replaced in its slot by the
// next generation.
type modelApt struct {
	name string
	proc *oracleProc
	apt  *marshal.Apartment
	ctx  context.Context
	over bool
}

// modelObject is an object with the state that its owner sees.
type modelObject struct {
	name    string
	apt     *modelApt
	sci     bool
	watched bool
	impl    interface{ core() *objectCore }
	mgr     *modelManager // nil while nobody outside holds it
	finals  int
	conns   int
}

// has reports whether the object has an interface.
func (o *modelObject) has(i modelIface) bool { return i != ifScientific || o.sci }

// modelManager is one life of an object as others see it: one OID.
type modelManager struct {
	obj     *modelObject
	gen     int
	oid     orpc.OID
	dead    bool
	noPing  bool
	used    bool
	locks   int
	weak    int // table-weak packets
	transit int // packets that only this process can unmarshal
	touched int // period in which it was certainly used last
	stubs   []*modelStub
}

func (m *modelManager) String() string { return fmt.Sprintf("%s#%d", m.obj.name, m.gen) }

// held counts what only the object's own process can take back.
func (m *modelManager) held() (n int) {
	n = m.locks
	for _, s := range m.stubs {
		if s.flags == com.MSHLFLAGS_TABLESTRONG {
			n += s.packets
		}
		n += s.fixed
	}
	return n
}

// strong reports whether anything holds the object.
func (m *modelManager) strong() bool {
	for _, s := range m.stubs {
		if s.public() {
			return true
		}
	}
	return m.held() > 0
}

// stub returns the live stub for an interface and a kind of packets, or nil.
func (m *modelManager) stub(i modelIface, flags com.MSHLFLAGS) *modelStub {
	for _, s := range m.stubs {
		if !s.dead && s.iface == i && s.flags == flags {
			return s
		}
	}
	return nil
}

// modelStub is one life of an interface stub: one IPID.
type modelStub struct {
	mgr   *modelManager
	iface modelIface
	flags com.MSHLFLAGS
	ipid  com.IPID // zero until it has been seen
	dead  bool

	packets int // table packets of it
	out     int // normal packets that nobody has consumed
	ids     map[*modelIdentity]bool
	fixed   int // table-strong packets of proxies in the same process: forever
	lost    int // and of proxies in other processes: until the object is run down
	debts   int // processes that died with references
	debt    uint32
}

// public reports whether clients hold the stub.
func (s *modelStub) public() bool { return s.out > 0 || len(s.ids) > 0 || s.lost > 0 || s.debts > 0 }

// modelPacket is a marshaled interface in somebody's hand.
type modelPacket struct {
	name   string
	data   []byte
	iface  modelIface
	stub   *modelStub
	refs   uint32
	table  com.MSHLFLAGS // kind of table packet if it is one of the object's own
	only   *oracleProc   // the process that can unmarshal it, nil for all
	counts bool          // it is one of stub.mgr.transit
	spent  bool          // its references have been consumed
}

// modelIdentity is an object elsewhere as an apartment sees it.
type modelIdentity struct {
	apt   *modelApt
	mgr   *modelManager
	since int        // period in which it was made
	refs  []modelRef // in the order in which they came
	users [numIfaces]int
}

// modelRef is a reference that an identity holds. Those out of table packets
// may be on a stub of such packets.
type modelRef struct {
	stub  *modelStub
	table bool
}

// ref returns the stub that the identity uses for an interface, or nil;
// ordinary says that one out of a table packet will not do.
func (d *modelIdentity) ref(i modelIface, ordinary bool) *modelStub {
	for _, r := range d.refs {
		if r.stub.iface == i && !(ordinary && r.table) {
			return r.stub
		}
	}
	return nil
}

func (d *modelIdentity) hands() (n int) {
	for _, u := range d.users {
		n += u
	}
	return n
}

// modelHandle is one hand-out of an interface pointer: whoever has it owes one
// Release.
type modelHandle struct {
	name  string
	id    *modelIdentity
	iface modelIface
	value any
}

type identityKey struct {
	apt *modelApt
	mgr *modelManager
}

// hold notes a new strong holder: change adds it.
func (m *modelManager) hold(change func()) {
	before := m.strong()
	change()
	if !before && m.strong() {
		m.used = true
		if m.obj.watched {
			m.obj.conns++
		}
	}
}

// drop notes that a holder is gone: change takes it away. s is the stub that
// lost it, if one did; closes is whether that ends weak packets too.
func (m *modelManager) drop(s *modelStub, closes bool, change func()) {
	before := m.strong()
	change()
	after := m.strong()
	last := before && !after
	if last && m.obj.watched {
		m.obj.conns--
	}
	if !after && (m.weak == 0 || last && closes && !m.obj.watched) {
		m.die()
		return
	}
	if s != nil && !s.public() && s.packets == 0 && s.fixed == 0 {
		s.dead = true
	}
}

// die ends this life of the object.
func (m *modelManager) die() {
	if m.dead {
		return
	}
	m.dead = true
	for _, s := range m.stubs {
		s.dead = true
	}
	if m.obj.mgr == m {
		m.obj.mgr = nil
	}
	if m.used {
		m.obj.finals++
	}
}

// runDown is what the resolver does to an object whose clients are silent:
// everything but what its own process holds is gone.
func (m *modelManager) runDown() {
	m.drop(nil, true, func() {
		for _, s := range m.stubs {
			s.out, s.lost, s.debts, s.debt = 0, 0, 0, 0
			if !s.dead && s.packets == 0 && s.fixed == 0 {
				s.dead = true
			}
		}
	})
}
