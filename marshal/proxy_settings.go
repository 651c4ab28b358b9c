package marshal

import (
	"context"
	"slices"
	"time"

	"oxid/com"
)

// proxySettings are what a client has set for one interface proxy; most have
// none. Guarded by the apartment's lock.
type proxySettings struct {
	proxy   *com.Proxy
	blanket *com.Blanket // nil for the default
	timeout uint8        // COMBND_RPCTIMEOUT plus 1; 0 for the default
	private bool         // made by CopyProxy: no query ever finds it
}

// settingsOf returns the settings of p, or nil. The apartment's lock is held.
func (pm *proxyManager) settingsOf(p *com.Proxy) *proxySettings {
	if pm.rare == nil {
		return nil
	}
	i := slices.IndexFunc(pm.rare.settings, func(s proxySettings) bool { return s.proxy == p })
	if i < 0 {
		return nil
	}
	return &pm.rare.settings[i]
}

// set returns the settings of p, made when there are none. The apartment's lock
// is held.
func (pm *proxyManager) set(p *com.Proxy) *proxySettings {
	if s := pm.settingsOf(p); s != nil {
		return s
	}
	r := pm.rarely()
	r.settings = append(r.settings, proxySettings{proxy: p})
	return &r.settings[len(r.settings)-1]
}

// unset forgets the settings of a proxy that is gone. The apartment's lock is
// held.
func (pm *proxyManager) unset(p *com.Proxy) {
	if pm.rare != nil {
		pm.rare.settings = slices.DeleteFunc(pm.rare.settings, func(s proxySettings) bool { return s.proxy == p })
	}
}

// interfaceOf returns the manager's interface proxy that x is. Each manager
// serves its own proxies alone (CF-336).
func (pm *proxyManager) interfaceOf(ctx context.Context, x any) (*interfaceProxy, error) {
	a := pm.core.apt
	if err := a.admit(stateOf(ctx)); err != nil {
		return nil, err
	}
	px, ok := x.(com.Proxied)
	if !ok {
		return nil, com.E_INVALIDARG
	}
	p := px.COMProxy()
	a.mu.Lock()
	defer a.mu.Unlock()
	for y := range pm.proxies {
		if y.proxy() == p {
			return y, nil
		}
	}
	return nil, com.E_INVALIDARG
}

// managerOf returns the manager of one of the small proxies that managers
// answer themselves.
func managerOf(p *com.Proxy) (*proxyManager, error) {
	pm, ok := p.Manager().(*proxyManager)
	if !ok || p.Users() == 0 {
		return nil, com.CO_E_RELEASED
	}
	return pm, nil
}

// OverReleased implements [com.OverReleaser]: a program gave back a hand-out
// that it did not have.
func (pm *proxyManager) OverReleased(p *com.Proxy) {
	rt := pm.core.apt.rt
	if !rt.refusals.allow(time.Now()) {
		return
	}
	var site *leakSite
	if pm.rare != nil { // constant when there is a site
		site = pm.rare.site
	}
	rt.log.Warn("an interface pointer was released more often than it was handed out", "interface", p.Desc().Name,
		"peer", pm.Peer(), "oid", pm.core.oid, "made", site.String(),
		"hint", "one Release for each result and each Keep; arguments of a method are released by the runtime")
}
