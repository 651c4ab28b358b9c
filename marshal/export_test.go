package marshal

import (
	"context"

	"oxid/com"
)

// NewTestApartment makes one more apartment of rt, for tests of what happens
// between two of them.
func NewTestApartment(rt *Runtime) *Apartment {
	a, err := rt.newApartment(com.APTTYPE_STA)
	if err != nil {
		panic(err)
	}
	return a
}

// EndApartment is what uninitialising COM in an apartment does.
func EndApartment(a *Apartment) { a.close(a.rt.ctx) }

// Objects returns how many objects of a have external references.
func Objects(a *Apartment) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.objects.Len()
}

// Remotes returns how many objects elsewhere a holds.
func Remotes(a *Apartment) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.remotes.Len()
}

// UnmarshalFromPeer unmarshals a packet as one out of a message of another process.
func UnmarshalFromPeer(a *Apartment, ctx context.Context, packet []byte, d *com.Desc) (any, error) {
	return a.unmarshalPeer(ctx, packet, d)
}

// FreeObjects returns how many objects packets of the free-threaded marshaler hold.
func FreeObjects(rt *Runtime) int { return rt.free.held() }

// FreeEntries returns how many objects the free-threaded marshaler remembers.
func FreeEntries(rt *Runtime) int {
	rt.free.mu.Lock()
	defer rt.free.mu.Unlock()
	return len(rt.free.by)
}

// Packets returns how many strong references this process itself holds on obj:
// table-strong packets and locks.
func Packets(a *Apartment, obj any) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m := a.objects.Get(obj); m != nil {
		return int(m.held)
	}
	return 0
}

// PretendRemote makes the runtime believe that the server of c is on another
// machine. There must have been a call.
func PretendRemote(c any) {
	pm := c.(com.Proxied).COMProxy().Manager().(*proxyManager)
	l := *pm.core.exp.ready.Load()
	l.dest = com.MSHCTX_DIFFERENTMACHINE
	pm.core.exp.ready.Store(&l)
}

// Idle reports whether nothing is left of calls that needed attention: activities
// of apartments, hooks, calls with a lost context.
func Idle(rt *Runtime) bool {
	rt.lost.mu.Lock()
	defer rt.lost.mu.Unlock()
	hooks := int32(0)
	if rt.hooks.Load() != nil {
		hooks = 1
	}
	return rt.attention.Load() == hooks && len(rt.lost.by) == 0
}
