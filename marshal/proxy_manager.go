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
// live and proxies are guarded by the apartment's lock.
type proxyManager struct {
	core    *remoteObject // constant
	cleanup runtime.Cleanup
	live    int // proxies that are handed out
	dead    bool
	proxies []*interfaceProxy
	first   [1]*interfaceProxy
	site    *leakSite // where it was made; only with Options.LeakReport
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
	for i, x := range pm.proxies {
		if x.p == p {
			last := len(pm.proxies) - 1
			pm.proxies[i] = pm.proxies[last]
			pm.proxies[last] = nil
			pm.proxies = pm.proxies[:last]
			pm.live--
			break
		}
	}
	gone := pm.live == 0 && ro.letGo(pm)
	a.mu.Unlock()
	if gone {
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
	itf := pm.handed(d)
	a.mu.Unlock()
	if itf != nil {
		return itf, nil
	}
	// Proxy code may be the user's own (IPSFactoryBuffer): no lock is held.
	x := &interfaceProxy{channel: channel{mgr: pm, desc: d, ipid: ipid}}
	itf, p, err := a.rt.createProxy(ctx, pm, d)
	if err != nil {
		return nil, err
	}
	x.itf, x.p = itf, p
	p.Init(pm, d)
	var ch com.IRpcChannelBuffer = &x.channel
	if pm.core.exp.home != nil {
		ch = &localChannel{mgr: pm, desc: d, ipid: ipid}
	}
	if err := p.Connect(ch); err != nil {
		return nil, err
	}
	p.AddUser(true)

	a.mu.Lock()
	defer a.mu.Unlock()
	if other := pm.handed(d); other != nil {
		return other, nil // somebody was faster: one proxy for each interface (CF-153)
	}
	if a.closed {
		return nil, com.CO_E_OBJNOTCONNECTED
	}
	if pm.proxies == nil {
		pm.proxies = pm.first[:0]
	}
	pm.proxies = append(pm.proxies, x)
	pm.live++
	return itf, nil
}

// handed hands an existing proxy of d out once more, or returns nil. The
// apartment's lock is held.
func (pm *proxyManager) handed(d *com.Desc) any {
	for _, x := range pm.proxies {
		if x.desc == d && x.p.AddUser(false) {
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

// createProxy makes an unconnected proxy of d: by the factory registered for
// its IID, else by the generated code that d came with.
func (rt *Runtime) createProxy(ctx context.Context, outer *proxyManager, d *com.Desc) (any, *com.Proxy, error) {
	if itf, p := newLocalProxy(&d.IID); p != nil {
		return itf, p, nil
	}
	if f := rt.factories.find(&d.IID); f != nil {
		itf, buf, err := f.CreateProxy(ctx, outer, d)
		if err != nil {
			return nil, nil, err
		}
		p, ok := itf.(com.Proxied)
		if !ok || com.IRpcProxyBuffer(p.COMProxy()) != buf {
			return nil, nil, &com.Error{HRESULT: com.E_UNEXPECTED, Step: step.Interface, Interface: d.Name,
				Hint: "CreateProxy must return a value that embeds com.Proxy, and that Proxy as its IRpcProxyBuffer"}
		}
		return itf, p.COMProxy(), nil
	}
	if d.NewProxy == nil {
		return nil, nil, &com.Error{HRESULT: com.REGDB_E_IIDNOTREG, Step: step.Interface, Interface: d.Name,
			Hint: "no proxy for this interface is linked into this program: import the package generated from its IDL"}
	}
	itf, p := d.NewProxy()
	return itf, p, nil
}

// createStub makes a stub of d for the object obj.
func (rt *Runtime) createStub(ctx context.Context, d *com.Desc, obj any) (com.IRpcStubBuffer, error) {
	if f := rt.factories.find(&d.IID); f != nil {
		return f.CreateStub(ctx, d, obj)
	}
	itf, err := rt.types.QueryDesc(ctx, obj, d)
	if err != nil {
		return nil, err
	}
	if d.NewStub == nil {
		// Marshal callers are told E_NOINTERFACE, not REGDB_E_IIDNOTREG (CF-010, CF-221).
		return nil, &com.Error{HRESULT: com.E_NOINTERFACE, Step: step.Interface, Interface: d.Name, Err: com.REGDB_E_IIDNOTREG,
			Hint: "no stub for this interface is linked into this program: import the package generated from its IDL"}
	}
	s := d.NewStub()
	return s, s.Connect(ctx, itf)
}
