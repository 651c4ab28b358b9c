package marshal

import "oxid/com"

// madeProxies are the proxy buffers that factories of the user's made for one
// manager. They are disconnected when the last pointer of the object is
// released, and not before (CF-192, CF-193): one interface pointer that goes
// early leaves its buffer here until then, or until it is made anew.
//
// Guarded by the apartment's lock.
type madeProxies struct{ list []madeProxy }

type madeProxy struct {
	desc *com.Desc
	buf  com.IRpcProxyBuffer
}

// keepMade remembers the buffer of d and returns the one that it replaces, to
// be disconnected without a lock. The apartment's lock is held.
func (pm *proxyManager) keepMade(d *com.Desc, buf com.IRpcProxyBuffer) (old com.IRpcProxyBuffer) {
	if pm.made == nil {
		pm.made = new(madeProxies)
	}
	for i := range pm.made.list {
		if m := &pm.made.list[i]; m.desc == d {
			old, m.buf = m.buf, buf
			return old
		}
	}
	pm.made.list = append(pm.made.list, madeProxy{d, buf})
	return nil
}

// disconnectMade disconnects every proxy buffer of a manager that has been let go.
func (pm *proxyManager) disconnectMade() {
	a := pm.core.apt
	a.mu.Lock()
	made := pm.made
	pm.made = nil
	a.mu.Unlock()
	if made == nil {
		return
	}
	ctx := a.context(a.rt.ctx)
	for _, m := range made.list {
		a.rt.protect(ctx, "IRpcProxyBuffer.Disconnect", m.buf.Disconnect)
	}
}
