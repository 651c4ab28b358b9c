package marshal

import (
	"context"
	"maps"
	"slices"

	"oxid/orpc"
)

// rundown is Exporter.Rundown. It takes what clients elsewhere hold, whose
// silence has been noticed; what this process holds is nobody's to take. The
// two are counted together, so an object that another apartment has a proxy or
// a packet of is kept whole, and the resolver asks again.
func (a *Apartment) rundown(ctx context.Context, oids []orpc.OID) (kept []orpc.OID) {
	now := a.rt.epoch.Load()
	for _, oid := range oids {
		local := a.rt.proxied(remoteKey{a.oxid, oid})
		a.mu.Lock()
		m := a.rt.oids.lookup(oid)
		if m == nil || m.apt != a {
			a.mu.Unlock()
			continue
		}
		if local || m.transit > 0 || m.noPing || now-m.lastUse.Load() <= 1 {
			a.mu.Unlock()
			kept = append(kept, oid)
			continue
		}
		dead := m.takePublic()
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

// takePublic takes every public reference, and withdraws the IPIDs that nothing
// else holds: clients that come back are told, and cannot give back references
// that have become somebody else's. The apartment's lock is held.
func (m *stubManager) takePublic() (dead bool) {
	for s := range m.stubs {
		s.public = 0
	}
	if m.drop(m.strong-m.held, true) {
		return true
	}
	for s := range m.stubs {
		if !s.retired && s.packets == 0 {
			m.apt.retire(s)
		}
	}
	return false
}

// proxied reports whether an apartment of this process has proxies of an object.
func (rt *Runtime) proxied(key remoteKey) bool {
	rt.mu.Lock()
	apts := slices.Collect(maps.Values(rt.apts))
	rt.mu.Unlock()
	for _, a := range apts {
		a.mu.Lock()
		ok := a.remotes.Get(key) != nil
		a.mu.Unlock()
		if ok {
			return true
		}
	}
	return false
}

// unpinged is Exporter.Unpinged.
func (a *Apartment) unpinged(periods int) (oids []orpc.OID) {
	now := a.rt.epoch.Load()
	a.mu.Lock()
	defer a.mu.Unlock()
	for m := range a.objects.All() {
		if !m.noPing && m.strong > m.held && now-m.lastUse.Load() > uint32(periods) {
			oids = append(oids, m.oid)
		}
	}
	return oids
}
