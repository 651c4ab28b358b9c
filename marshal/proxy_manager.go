package marshal

import (
	"context"
	"runtime"
	"slices"
	"weak"

	"oxid/com"
	"oxid/step"
)

// proxyManager is the identity of one remote object in one apartment: the
// controlling unknown that interface proxies are aggregated into. Proxies and
// channels point to it strongly, so that it lives as long as any of them.
//
// live and proxies are guarded by the apartment's lock.
type proxyManager struct {
	core    *remoteObject // constant
	cleanup runtime.Cleanup
	live    int32 // proxies that are handed out
	dead    bool
	proxies []*interfaceProxy
	first   [1]*interfaceProxy
	rare    *managerRare // what few managers have; nil for most
	site    *leakSite    // where it was made; only with Options.LeakReport
}

// interfaceProxy is one interface proxy of a manager, with its channel.
type interfaceProxy struct {
	channel     // unused when the object lives in another apartment of this runtime
	itf     any // what clients hold
	p       *com.Proxy
}

// newProxyManager makes the head of ro. The apartment's lock is held.
func newProxyManager(ro *remoteObject) *proxyManager {
	pm := &proxyManager{core: ro}
	ro.gen++
	ro.head = weak.Make(pm)
	if ro.apt.rt.opt.LeakReport != nil {
		pm.site = callSite()
	}
	pm.cleanup = runtime.AddCleanup(pm, collected, abandoned{ro, ro.gen, pm.site})
	return pm
}

// Peer implements [com.ProxyManager].
func (pm *proxyManager) Peer() string { return pm.core.exp.peer() }

// Released implements [com.ProxyManager]: the last hand-out of p is back.
func (pm *proxyManager) Released(p *com.Proxy) {
	ro := pm.core
	a := ro.apt
	a.mu.Lock()
	n := len(pm.proxies)
	pm.proxies = slices.DeleteFunc(pm.proxies, func(x *interfaceProxy) bool { return x.p == p })
	if len(pm.proxies) < n {
		pm.live--
		pm.unset(p)
	}
	gone := pm.live == 0 && ro.letGo(pm)
	a.mu.Unlock()
	if gone {
		pm.disconnectMade()
		ro.giveBack()
	}
}

// ReleasedContext implements [com.ProxyManager].
func (pm *proxyManager) ReleasedContext(ctx context.Context, p *com.Proxy) error {
	pm.Released(p)
	return pm.core.exp.flushReleases(ctx)
}

// hand returns the interface d of the object to one more user. The reference
// that it needs is there: the caller has made sure of that and has the core
// pinned.
func (pm *proxyManager) hand(ctx context.Context, d *com.Desc, ipid com.IPID) (any, error) {
	a := pm.core.apt
	a.mu.Lock()
	itf := pm.handed(d, &ipid)
	a.mu.Unlock()
	if itf != nil {
		return itf, nil
	}
	// Proxy code may be the user's own (IPSFactoryBuffer): no lock is held.
	x := &interfaceProxy{channel: channel{mgr: pm, desc: d, ipid: ipid}}
	itf, p, buf, err := pm.createProxy(ctx, d)
	if err != nil {
		return nil, err
	}
	x.itf, x.p = itf, p
	known := p.Manager() != nil // it serves another interface already
	if !known {
		p.Init(pm, d)
	}
	var ch com.IRpcChannelBuffer = &x.channel
	if pm.core.exp.home != nil {
		ch = &localChannel{mgr: pm, desc: d, ipid: ipid}
	}
	if err := buf.Connect(ch); err != nil {
		return nil, err
	}
	if !p.AddUser(!known) {
		return nil, &com.Error{HRESULT: com.E_UNEXPECTED, Step: step.Interface, Interface: d.Name, Method: "CreateProxy",
			Hint: "CreateProxy returned a proxy that has been released: make a new one"}
	}
	other, old, err := pm.adopt(x, buf)
	if old != nil {
		old.Disconnect()
	}
	if other == nil && err == nil {
		return itf, nil
	}
	if known {
		com.Release(itf)
	} else if buf != com.IRpcProxyBuffer(p) {
		buf.Disconnect()
	}
	return other, err
}

// adopt makes x one of the manager's proxies and hands it out. When somebody
// was faster, other is theirs (CF-153). old is a proxy buffer that x replaces.
func (pm *proxyManager) adopt(x *interfaceProxy, buf com.IRpcProxyBuffer) (other any, old com.IRpcProxyBuffer, err error) {
	a := pm.core.apt
	a.mu.Lock()
	defer a.mu.Unlock()
	if other := pm.handed(x.desc, &x.ipid); other != nil {
		return other, nil, nil
	}
	if a.closed {
		return nil, nil, com.CO_E_OBJNOTCONNECTED
	}
	if pm.proxies == nil {
		pm.proxies = pm.first[:0]
	}
	if !slices.ContainsFunc(pm.proxies, func(y *interfaceProxy) bool { return y.p == x.p }) {
		pm.live++
	}
	pm.proxies = append(pm.proxies, x)
	if buf != com.IRpcProxyBuffer(x.p) {
		old = pm.keepMade(x.desc, buf)
	}
	return nil, old, nil
}

// handed hands an existing proxy of d out once more, or returns nil. One that
// is known to be disconnected will not do where ipid is another. The apartment's
// lock is held.
func (pm *proxyManager) handed(d *com.Desc, ipid *com.IPID) any {
	for _, x := range pm.proxies {
		if x.desc != d {
			continue
		}
		if s := pm.settingsOf(x.p); s != nil && s.private {
			continue // CF-335
		}
		if x.ipid != *ipid {
			if r := pm.core.ref(&x.ipid); r != nil && r.lost {
				continue
			}
		}
		if x.p.AddUser(false) {
			return x.itf
		}
	}
	return nil
}

// unknownProxy is what a client holds as IUnknown* of a remote object: the
// identity itself (CF-137).
type unknownProxy struct{ com.Proxy }

// QueryInterface makes the identity usable as a com.IUnknown.
func (u *unknownProxy) QueryInterface(ctx context.Context, iid *com.IID) (any, error) {
	return u.Manager().QueryInterface(ctx, iid)
}
