package marshal

import (
	"oxid/com"
	"oxid/orpc"
)

// StubState is one IPID of an apartment, for inspection.
type StubState struct {
	IPID    com.IPID
	IID     com.IID
	Flags   com.MSHLFLAGS // of the packets that it is for
	Public  uint32        // references that clients hold
	Packets uint32        // table packets
}

// ManagerState is one object that something outside of its apartment holds.
type ManagerState struct {
	OID    orpc.OID
	Strong uint32
	Held   uint32 // of Strong: by this process itself
	Weak   uint32
	Pins   uint32
	Stubs  []StubState // those with a live IPID
}

// Managers returns the stub managers of a by the identity of their objects.
func Managers(a *Apartment) map[any]ManagerState {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := make(map[any]ManagerState, a.objects.Len())
	for m := range a.objects.All() {
		s := ManagerState{OID: m.oid, Strong: m.strong, Held: m.held, Weak: m.weak, Pins: m.pins}
		for x := range m.stubs {
			if x.retired {
				continue
			}
			flags := [...]com.MSHLFLAGS{com.MSHLFLAGS_NORMAL, com.MSHLFLAGS_TABLESTRONG, com.MSHLFLAGS_TABLEWEAK}[x.kind]
			s.Stubs = append(s.Stubs, StubState{x.ipid, x.desc.IID, flags, x.public, x.packets})
		}
		all[m.obj] = s
	}
	return all
}

// OwnedRefs returns the references that a owns on objects elsewhere, by IPID.
func OwnedRefs(a *Apartment) map[com.IPID]uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := map[com.IPID]uint32{}
	for ro := range a.remotes.All() {
		for r := &ro.refs; r != nil; r = r.next {
			if r.public > 0 {
				all[r.ipid] += r.public
			}
		}
	}
	return all
}

// RemoteOIDs returns the objects elsewhere that a holds.
func RemoteOIDs(a *Apartment) map[orpc.OID]bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := map[orpc.OID]bool{}
	for ro := range a.remotes.All() {
		all[ro.oid] = true
	}
	return all
}

// Residue is what a runtime holds for others and of others.
type Residue struct {
	IPIDs    int // but for the Remote Unknowns
	OIDs     int
	Remotes  int // objects elsewhere
	Releases int // references on their way home
	Objects  int // of exporters elsewhere that are in use
	Pinged   int // of Remotes: kept alive by pings
	Unsent   int // of those, and of former ones: not told to the resolver yet
}

// ResidueOf returns what is left in rt.
func ResidueOf(rt *Runtime) (r Residue) {
	rt.mu.Lock()
	apts := make([]*Apartment, 0, len(rt.apts))
	for _, a := range rt.apts {
		apts = append(apts, a)
	}
	rt.mu.Unlock()
	for s := range rt.ipids.slots.all {
		if s.desc != remUnknownDesc {
			r.IPIDs++
		}
	}
	for range rt.oids.slots.all {
		r.OIDs++
	}
	for _, a := range apts {
		r.Remotes += Remotes(a)
	}
	rt.exporters.mu.Lock()
	for _, x := range rt.exporters.by {
		r.Objects += x.users
		x.rel.mu.Lock()
		r.Releases += len(x.rel.pending)
		if x.rel.running {
			r.Releases++
		}
		x.rel.mu.Unlock()
	}
	rt.exporters.mu.Unlock()
	rt.pings.mu.Lock()
	for _, s := range rt.pings.sets {
		r.Pinged += s.members
		r.Unsent += len(s.fresh) + len(s.dropped)
	}
	rt.pings.mu.Unlock()
	return r
}

// Messages returns how many messages of channels have not been freed.
func Messages() int64 { return messages.Load() }
