package marshal

import (
	"context"
	"runtime"
	"weak"

	"oxid/com"
	"oxid/step"
)

// proxyManager is the identity of one remote object in one apartment: the
// controlling unknown that interface proxies are aggregated into. Proxies and
// channels point to it strongly, so that it lives as long as any of them.
//
// The first interface proxy is a part of it: most objects have no other. The
// list is guarded by the apartment's lock.
type proxyManager struct {
	core  *remoteObject  // constant
	rare  *managerRare   // what few managers have; nil for most
	first interfaceProxy // used once, and never again, because calls may run on
}

// interfaceProxy is one interface proxy of a manager, with its channel.
type interfaceProxy struct {
	channel     // unused when the object lives in another apartment of this runtime
	itf     any // what clients hold; nil when they have given it back
	next    *interfaceProxy
}

// proxy returns the Proxy in what clients hold.
func (x *interfaceProxy) proxy() *com.Proxy { return x.itf.(com.Proxied).COMProxy() }

// newProxyManager makes the head of ro. The apartment's lock is held.
func newProxyManager(ro *remoteObject) *proxyManager {
	pm := &proxyManager{core: ro}
	ro.head = weak.Make(pm)
	// The clean-up runs for every manager, and finds most of them let go: to
	// cancel it would cost as much, and a place to remember it.
	if ro.apt.rt.opt.LeakReport != nil {
		pm.rarely().site = callSite()
		runtime.AddCleanup(pm, collectedAt, abandoned{ro, pm.rare.site})
	} else {
		runtime.AddCleanup(pm, collected, ro)
	}
	return pm
}

// proxies lists the interface proxies that are handed out. The apartment's lock
// is held.
func (pm *proxyManager) proxies(yield func(*interfaceProxy) bool) {
	for x := &pm.first; x != nil; x = x.next {
		if x.itf != nil && !yield(x) {
			return
		}
	}
}

// idle reports whether no interface proxy is handed out. The apartment's lock
// is held.
func (pm *proxyManager) idle() bool {
	for range pm.proxies {
		return false
	}
	return true
}

// list makes x, which clients hold as itf, one of the manager's proxies. The
// apartment's lock is held.
func (pm *proxyManager) list(x *interfaceProxy, itf any) {
	x.itf = itf
	if x != &pm.first {
		x.next, pm.first.next = pm.first.next, x
	}
}

// unlist takes the interface proxies that are p off the list. The apartment's
// lock is held.
func (pm *proxyManager) unlist(p *com.Proxy) {
	for last, x := (*interfaceProxy)(nil), &pm.first; x != nil; x = x.next {
		switch {
		case x.itf == nil || x.proxy() != p:
			last = x
		case x == &pm.first:
			x.itf = nil
			last = x
		default:
			last.next = x.next
		}
	}
	pm.unset(p)
}

// Peer implements [com.ProxyManager].
func (pm *proxyManager) Peer() string { return pm.core.exp.peer() }

// Released implements [com.ProxyManager]: the last hand-out of p is back.
func (pm *proxyManager) Released(p *com.Proxy) {
	ro := pm.core
	a := ro.apt
	a.mu.Lock()
	pm.unlist(p)
	gone := pm.idle() && ro.letGo()
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
	if itf != nil {
		a.mu.Unlock()
		return itf, nil
	}
	x := pm.room(d, ipid)
	a.mu.Unlock()
	// Proxy code may be the user's own (IPSFactoryBuffer): no lock is held.
	itf, p, buf, err := pm.createProxy(ctx, d)
	if err != nil {
		return nil, err
	}
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
	other, old, err := pm.adopt(x, itf, p, buf)
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

// room returns a place for one more interface proxy, with its channel: the one
// inside the manager when it has never been used. The apartment's lock is held.
func (pm *proxyManager) room(d *com.Desc, ipid com.IPID) *interfaceProxy {
	x := &pm.first
	if x.mgr != nil {
		x = new(interfaceProxy)
	}
	x.mgr, x.desc, x.ipid = pm, d, ipid
	return x
}

// adopt makes x, which is p of the value itf, one of the manager's proxies and
// hands it out. When somebody was faster, other is theirs (CF-153). old is a
// proxy buffer that buf replaces.
func (pm *proxyManager) adopt(x *interfaceProxy, itf any, p *com.Proxy, buf com.IRpcProxyBuffer) (other any, old com.IRpcProxyBuffer, err error) {
	a := pm.core.apt
	a.mu.Lock()
	defer a.mu.Unlock()
	if other := pm.handed(x.desc, &x.ipid); other != nil {
		return other, nil, nil
	}
	if a.closed {
		return nil, nil, com.CO_E_OBJNOTCONNECTED
	}
	pm.list(x, itf)
	if buf != com.IRpcProxyBuffer(p) {
		old = pm.keepMade(x.desc, buf)
	}
	return nil, old, nil
}

// handed hands an existing proxy of d out once more, or returns nil. One that
// is known to be disconnected will not do where ipid is another. The apartment's
// lock is held.
func (pm *proxyManager) handed(d *com.Desc, ipid *com.IPID) any {
	for x := range pm.proxies {
		if x.desc != d {
			continue
		}
		p := x.proxy()
		if s := pm.settingsOf(p); s != nil && s.private {
			continue // CF-335
		}
		if x.ipid != *ipid {
			if r := pm.core.ref(&x.ipid); r != nil && r.lost {
				continue
			}
		}
		if p.AddUser(false) {
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
