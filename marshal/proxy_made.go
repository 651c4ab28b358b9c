package marshal

import "oxid/com"

// managerRare is what few proxy managers have. Guarded by the apartment's lock.
type managerRare struct {
	// made are the proxy buffers that factories of the user's made. They are
	// disconnected when the last pointer of the object is released, and not
	// before (CF-192, CF-193): one interface pointer that goes early leaves its
	// buffer here until then, or until it is made anew.
	made     []madeProxy
	settings []proxySettings
	site     *leakSite // where the manager was made; only with Options.LeakReport
}

// rarely returns pm.rare, made when there is none. The apartment's lock is held.
func (pm *proxyManager) rarely() *managerRare {
	if pm.rare == nil {
		pm.rare = new(managerRare)
	}
	return pm.rare
}

type madeProxy struct {
	desc *com.Desc
	buf  com.IRpcProxyBuffer
}

// keepMade remembers the buffer of d and returns the one that it replaces, to
// be disconnected without a lock. The apartment's lock is held.
func (pm *proxyManager) keepMade(d *com.Desc, buf com.IRpcProxyBuffer) (old com.IRpcProxyBuffer) {
	r := pm.rarely()
	for i := range r.made {
		if m := &r.made[i]; m.desc == d {
			old, m.buf = m.buf, buf
			return old
		}
	}
	r.made = append(r.made, madeProxy{d, buf})
	return nil
}

// disconnectMade disconnects every proxy buffer of a manager that has been let go.
func (pm *proxyManager) disconnectMade() {
	a := pm.core.apt
	a.mu.Lock()
	rare := pm.rare
	pm.rare = nil
	a.mu.Unlock()
	if rare == nil || len(rare.made) == 0 {
		return
	}
	ctx := a.context(a.rt.ctx)
	for _, m := range rare.made {
		a.rt.protect(ctx, "IRpcProxyBuffer.Disconnect", m.buf.Disconnect)
	}
}
