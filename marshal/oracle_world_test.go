package marshal_test

import (
	"context"
	"fmt"
	"strings"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
)

// oracle runs a program of operations against three processes with four
// apartments and against the model, and compares the two after each operation.
// It runs inside a synctest bubble.
type oracle struct {
	net   *memNet
	procs [3]*oracleProc
	apts  [4]*modelApt // 0 and 1 are of process 0

	objects    []*modelObject
	packets    []*modelPacket
	handles    []*modelHandle
	identities map[identityKey]*modelIdentity
	stubs      map[com.IPID]*modelStub // all that ever were
	oids       map[orpc.OID]bool       // all that ever were
	period     int
	counts     [5]int // names given so far
	log        []string
}

// difference is how a failed comparison leaves the program.
type difference struct{ text string }

func (o *oracle) failf(format string, args ...any) {
	panic(difference{fmt.Sprintf(format, args...)})
}

// say notes an operation as a Go-like step.
func (o *oracle) say(format string, args ...any) { o.log = append(o.log, fmt.Sprintf(format, args...)) }

// kinds of names
const (
	nameApt = iota
	nameObject
	namePacket
	nameHandle
)

func (o *oracle) name(kind int) string {
	o.counts[kind]++
	return fmt.Sprintf("%c%d", "aoph"[kind], o.counts[kind])
}

func newOracle() (*oracle, error) {
	o := &oracle{
		net:        &memNet{},
		identities: map[identityKey]*modelIdentity{},
		stubs:      map[com.IPID]*modelStub{},
		oids:       map[orpc.OID]bool{},
	}
	for slot := range o.procs {
		if err := o.start(slot, 1); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// aptSlots says which apartments a process has.
func aptSlots(slot int) []int {
	if slot == 0 {
		return []int{0, 1}
	}
	return []int{slot + 1}
}

// start starts the process of a slot with its apartments.
func (o *oracle) start(slot, gen int) (err error) {
	p, err := newOracleProc(o.net, slot, gen)
	if err != nil {
		return err
	}
	o.procs[slot] = p
	for i, a := range aptSlots(slot) {
		if i == 0 {
			mta, err := p.rt.MTA(context.Background())
			if err != nil {
				return err
			}
			o.enter(a, p, mta)
		} else {
			o.enter(a, p, marshal.NewTestApartment(p.rt))
		}
	}
	return nil
}

// enter puts a new apartment into a slot.
func (o *oracle) enter(slot int, p *oracleProc, a *marshal.Apartment) {
	o.apts[slot] = &modelApt{name: o.name(nameApt), proc: p, apt: a, ctx: marshal.WithApartment(context.Background(), a)}
}

// stop ends what is left after a failure.
func (o *oracle) stop() {
	for _, p := range o.procs {
		if p != nil {
			p.kill()
		}
	}
}

// bounded gives an operation a limit of its own: everything that does not wait
// for a clock ends at once in a bubble, so a limit that is reached is a hang.
func (o *oracle) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 20*time.Second)
}

// identity returns what an apartment has of an object elsewhere; made is true
// when there was nothing.
func (o *oracle) identity(a *modelApt, m *modelManager) (d *modelIdentity, made bool) {
	key := identityKey{a, m}
	if d := o.identities[key]; d != nil {
		return d, false
	}
	d = &modelIdentity{apt: a, mgr: m, since: o.period}
	o.identities[key] = d
	return d, true
}

// own gives an identity a reference on a stub. One that came in a normal packet
// is ordinary whatever there was before.
func (o *oracle) own(d *modelIdentity, s *modelStub, table bool) {
	for i := range d.refs {
		if d.refs[i].stub == s {
			d.refs[i].table = d.refs[i].table && table
			return
		}
	}
	d.refs = append(d.refs, modelRef{s, table})
	if !s.dead {
		s.mgr.hold(func() { s.ids[d] = true })
	}
}

// settle lets an identity go that has no pointer handed out.
func (o *oracle) settle(d *modelIdentity) {
	if d.hands() > 0 || o.identities[identityKey{d.apt, d.mgr}] != d {
		return
	}
	o.forget(d)
	for _, r := range d.refs {
		if s := r.stub; !s.dead {
			s.mgr.drop(s, true, func() { delete(s.ids, d) })
		}
	}
}

// forget takes an identity and its handles off the tables.
func (o *oracle) forget(d *modelIdentity) {
	delete(o.identities, identityKey{d.apt, d.mgr})
	kept := o.handles[:0]
	for _, h := range o.handles {
		if h.id != d {
			kept = append(kept, h)
		}
	}
	o.handles = kept
}

// grant gives an identity a reference on the ordinary stub of an interface, as
// a query that reaches the server does.
func (o *oracle) grant(d *modelIdentity, i modelIface) *modelStub {
	s := o.stubFor(d.mgr, i, com.MSHLFLAGS_NORMAL)
	o.own(d, s, false)
	d.mgr.touched = o.period
	return s
}

// stubFor returns the live stub of an object, made when there is none.
func (o *oracle) stubFor(m *modelManager, i modelIface, flags com.MSHLFLAGS) *modelStub {
	if s := m.stub(i, flags); s != nil {
		return s
	}
	s := &modelStub{mgr: m, iface: i, flags: flags, ids: map[*modelIdentity]bool{}}
	m.stubs = append(m.stubs, s)
	return s
}

// hand notes one more pointer that a program has.
func (o *oracle) hand(d *modelIdentity, i modelIface, v any) *modelHandle {
	for _, h := range o.handles {
		if h.id == d && h.iface == i && !d.mgr.dead && h.value != v {
			o.failf("%v has two proxies of %v in %s", d.mgr, i, d.apt.name)
		}
	}
	h := &modelHandle{name: o.name(nameHandle), id: d, iface: i, value: v}
	d.users[i]++
	o.handles = append(o.handles, h)
	return h
}

// usable lists the packets that are worth something to somebody: a normal one
// that has been consumed only once its object is gone, when it does no harm.
func (o *oracle) usable(a *modelApt) (list []*modelPacket) {
	for _, p := range o.packets {
		switch {
		case a != nil && p.only != nil && p.only != a.proc:
		case p.stub.mgr.dead:
			list = append(list, p)
		case p.refs > 0 && (p.spent || p.stub.dead):
		case a != nil && p.refs > 0 && a.proc != p.stub.mgr.obj.apt.proc && !o.fresh(p.stub.mgr):
		default:
			list = append(list, p)
		}
	}
	return list
}

// fresh reports whether an object will certainly not be run down before somebody
// who unmarshals a packet of it now has sent his first ping.
func (o *oracle) fresh(m *modelManager) bool {
	if m.touched == o.period || m.noPing {
		return true
	}
	for _, d := range o.identities {
		if d.mgr == m && d.since < o.period {
			return true
		}
	}
	return false
}

// drop forgets a packet.
func (o *oracle) drop(p *modelPacket) {
	for i, q := range o.packets {
		if p == q {
			o.packets = append(o.packets[:i], o.packets[i+1:]...)
			return
		}
	}
}

// spend notes that the references of a packet have been consumed or given back.
func (o *oracle) spend(p *modelPacket) {
	p.spent = true
	if p.counts {
		p.counts = false
		p.stub.mgr.transit--
	}
}

// quiesce waits until nothing happens by itself any more.
func (o *oracle) quiesce() { synctest.Wait() }

// text returns the operations so far.
func (o *oracle) text() string { return "\t" + strings.Join(o.log, "\n\t") + "\n" }
