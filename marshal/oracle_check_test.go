package marshal_test

import (
	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
)

// check compares the tables of every apartment with the model. Nothing is on
// its way any more.
func (o *oracle) check() {
	for _, a := range o.apts {
		o.checkObjects(a)
		o.checkIdentities(a)
	}
	for _, p := range o.procs {
		held := 0
		for _, d := range o.identities {
			if d.apt.proc == p {
				held++
			}
		}
		if r := marshal.ResidueOf(p.rt); r.Releases != 0 || r.Objects != held || r.Remotes != held {
			o.failf("process %d holds %d objects, and has %+v", p.slot, held, r)
		}
	}
}

// checkObjects compares the objects of an apartment with the model.
func (o *oracle) checkObjects(a *modelApt) {
	real := marshal.Managers(a.apt)
	held := 0
	for _, x := range o.objects {
		if x.apt != a {
			continue
		}
		o.checkObject(x)
		got, ok := real[x.impl]
		switch {
		case x.mgr == nil && ok:
			o.failf("%s is held though nobody holds it: %+v", x.name, got)
		case x.mgr != nil && !ok:
			o.failf("%s is gone though somebody holds it", x.mgr)
		case ok:
			held++
			o.checkManager(x.mgr, got)
		}
	}
	if len(real) != held {
		o.failf("%s holds %d objects, want %d", a.name, len(real), held)
	}
}

// checkObject compares what an object has heard with the model.
func (o *oracle) checkObject(x *modelObject) {
	c := x.impl.core()
	if got := int(c.finals.Load()); got != x.finals {
		o.failf("%s had FinalRelease %d times, want %d", x.name, got, x.finals)
	}
	if got := int(c.conns.Load()); got != x.conns {
		o.failf("%s has %d connections, want %d", x.name, got, x.conns)
	}
}

// checkManager compares one stub manager: its stubs, and the sum of the
// references, which is the law that no reference is made or lost.
func (o *oracle) checkManager(m *modelManager, got marshal.ManagerState) {
	if m.oid == 0 {
		if o.oids[got.OID] {
			o.failf("OID %v is used again", got.OID)
		}
		m.oid = got.OID
		o.oids[m.oid] = true
	}
	if got.OID != m.oid {
		o.failf("%v has OID %v, want %v", m, got.OID, m.oid)
	}
	if got.Pins != 0 || got.Weak != uint32(m.weak) || got.Held != uint32(m.held()) {
		o.failf("%v is %+v, want held %d and weak %d", m, got, m.held(), m.weak)
	}
	sum := got.Held
	live := map[com.IPID]marshal.StubState{}
	for _, s := range got.Stubs {
		live[s.IPID] = s
		sum += s.Public
	}
	if sum != got.Strong {
		o.failf("%v counts %d strong references, its stubs %d", m, got.Strong, sum)
	}
	n := 0
	for _, s := range m.stubs {
		if s.dead {
			continue
		}
		n++
		if s.ipid == (com.IPID{}) {
			for _, r := range got.Stubs {
				if r.IID == *modelIfaces[s.iface].iid && r.Flags == s.flags {
					o.seen(s, r.IPID)
				}
			}
		}
		r, ok := live[s.ipid]
		if !ok {
			o.failf("the stub of %v of %v (%v) is gone though somebody holds it", s.iface, m, s.flags)
		}
		o.checkStub(s, r)
	}
	if n != len(got.Stubs) {
		o.failf("%v has %d stubs, want %d", m, len(got.Stubs), n)
	}
}

// checkStub compares the references on one stub with those that there are.
func (o *oracle) checkStub(s *modelStub, got marshal.StubState) {
	if int(got.Packets) != s.packets+s.fixed {
		o.failf("%v of %v has %d table packets, want %d", s.iface, s.mgr, got.Packets, s.packets+s.fixed)
	}
	want := s.debt + uint32(s.lost)
	for _, p := range o.packets {
		if p.stub == s && !p.spent {
			want += p.refs
		}
	}
	for _, a := range o.apts {
		want += marshal.OwnedRefs(a.apt)[s.ipid]
	}
	if got.Public != want {
		o.failf("%v of %v has %d references, and %d are accounted for", s.iface, s.mgr, got.Public, want)
	}
	if (got.Public > 0) != s.public() {
		o.failf("%v of %v has %d references; held by clients: %v", s.iface, s.mgr, got.Public, s.public())
	}
}

// checkIdentities compares what an apartment has of objects elsewhere.
func (o *oracle) checkIdentities(a *modelApt) {
	real := marshal.RemoteOIDs(a.apt)
	n := 0
	for _, d := range o.identities {
		if d.apt != a {
			continue
		}
		n++
		if d.mgr.oid != 0 && !real[d.mgr.oid] {
			o.failf("%s has let %v go though it has %d pointers to it", a.name, d.mgr, d.hands())
		}
	}
	if n != len(real) {
		o.failf("%s has %d objects elsewhere, want %d", a.name, len(real), n)
	}
}

// checkPings compares what each process keeps alive with the model.
func (o *oracle) checkPings() {
	for _, p := range o.procs {
		pinged := map[orpc.OID]bool{}
		for _, d := range o.identities {
			if d.apt.proc == p && d.mgr.obj.apt.proc != p && !d.mgr.noPing {
				pinged[d.mgr.oid] = true
			}
		}
		r := marshal.ResidueOf(p.rt)
		if r.Pinged < len(pinged) || r.Pinged > len(o.identities) {
			o.failf("process %d pings for %d objects, want %d", p.slot, r.Pinged, len(pinged))
		}
	}
}

// finish gives everything back that programs have left, and expects that then
// nothing is left of it.
func (o *oracle) finish() {
	for len(o.handles) > 0 {
		o.step(func() { o.release(o.handles[0]) })
	}
	for _, x := range o.objects {
		for x.mgr != nil && x.mgr.locks > 0 {
			o.step(func() { o.unlock(x, true) })
		}
	}
	for len(o.packets) > 0 {
		p := o.packets[0]
		if u := o.usable(nil); len(u) == 0 || u[0] != p {
			o.drop(p) // worthless
			continue
		}
		o.step(func() { o.releaseData(p.stub.mgr.obj.apt.current(o), p) })
		o.drop(p)
	}
	o.step(func() { o.wait(certain) })
	for _, x := range o.objects {
		if m := x.mgr; m != nil && (m.noPing || m.held() > 0) {
			o.step(func() { o.disconnect(x) })
		}
	}
	for _, p := range o.procs {
		if r := marshal.ResidueOf(p.rt); r != (marshal.Residue{}) {
			o.failf("at the end process %d has %+v", p.slot, r)
		}
	}
	for slot := range o.procs {
		o.step(func() { o.exit(slot) })
	}
	o.stop()
}

// current is an apartment to give a packet back in: its object's, or any other
// when that has ended.
func (a *modelApt) current(o *oracle) *modelApt {
	if a.over {
		return o.apts[0]
	}
	return a
}

// step runs one operation and compares.
func (o *oracle) step(f func()) {
	if len(o.handles)+len(o.packets) > 400 {
		o.failf("the program has no end")
	}
	f()
	o.quiesce()
	o.check()
}
