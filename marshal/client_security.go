package marshal

import (
	"context"
	"slices"
	"time"

	"oxid/com"
	"oxid/step"
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
	for _, y := range pm.proxies {
		if y.p == p {
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

// clientSecurity is the IClientSecurity of a proxy manager.
type clientSecurity struct{ com.Proxy }

// defaultBlanket is that of a proxy for which nothing was set. No security
// provider is built in yet, so calls are not authenticated.
var defaultBlanket = com.Blanket{
	AuthnSvc:   com.RPC_C_AUTHN_NONE,
	AuthnLevel: com.RPC_C_AUTHN_LEVEL_NONE,
	ImpLevel:   com.RPC_C_IMP_LEVEL_IDENTIFY, // CF-333
}

// QueryBlanket implements [com.IClientSecurity] (CF-325, CF-326).
func (c *clientSecurity) QueryBlanket(ctx context.Context, proxy any) (com.Blanket, error) {
	pm, err := managerOf(&c.Proxy)
	if err != nil {
		return com.Blanket{}, err
	}
	x, err := pm.interfaceOf(ctx, proxy)
	if err != nil {
		return com.Blanket{}, err
	}
	pm.core.apt.mu.Lock()
	defer pm.core.apt.mu.Unlock()
	if s := pm.settingsOf(x.p); s != nil && s.blanket != nil {
		return *s.blanket, nil
	}
	return defaultBlanket, nil
}

// SetBlanket implements [com.IClientSecurity]. It holds for all users of the
// interface proxy, from their next call on (CF-330). What cannot be had is an
// error: calls are never less protected than the blanket says.
func (c *clientSecurity) SetBlanket(ctx context.Context, proxy any, b com.Blanket) error {
	pm, err := managerOf(&c.Proxy)
	if err != nil {
		return err
	}
	x, err := pm.interfaceOf(ctx, proxy)
	if err != nil {
		return err
	}
	if err := checkBlanket(&b); err != nil {
		return err
	}
	pm.core.apt.mu.Lock()
	defer pm.core.apt.mu.Unlock()
	pm.set(x.p).blanket = &b
	return nil
}

// checkBlanket verifies a blanket and resolves its defaults.
func checkBlanket(b *com.Blanket) error {
	switch b.AuthnSvc {
	case com.RPC_C_AUTHN_NONE, com.RPC_C_AUTHN_DEFAULT, com.RPC_C_AUTHN_WINNT, com.RPC_C_AUTHN_GSS_NEGOTIATE, com.RPC_C_AUTHN_GSS_KERBEROS:
	default:
		return com.E_INVALIDARG // CF-329
	}
	if b.AuthnLevel > com.RPC_C_AUTHN_LEVEL_PKT_PRIVACY || b.ImpLevel > com.RPC_C_IMP_LEVEL_DELEGATE {
		return com.E_INVALIDARG
	}
	protected := b.AuthnLevel > com.RPC_C_AUTHN_LEVEL_NONE
	switch {
	case b.AuthnSvc == com.RPC_C_AUTHN_NONE && protected:
		return com.E_INVALIDARG
	case b.AuthnSvc != com.RPC_C_AUTHN_NONE && (protected || b.AuthnSvc != com.RPC_C_AUTHN_DEFAULT):
		return &com.Error{HRESULT: com.RPC_E_NO_GOOD_SECURITY_PACKAGES, Step: step.Auth, Method: "SetBlanket",
			Hint: "this program has no provider of that authentication service"}
	}
	b.AuthnSvc, b.AuthnLevel = com.RPC_C_AUTHN_NONE, com.RPC_C_AUTHN_LEVEL_NONE
	if b.ImpLevel == com.RPC_C_IMP_LEVEL_DEFAULT {
		b.ImpLevel = defaultBlanket.ImpLevel
	}
	return nil
}

// CopyProxy implements [com.IClientSecurity]: it makes an interface proxy of the
// caller's own, with a blanket of its own. A query, through the copy as well,
// finds the original (CF-335).
func (c *clientSecurity) CopyProxy(ctx context.Context, proxy any) (any, error) {
	pm, err := managerOf(&c.Proxy)
	if err != nil {
		return nil, err
	}
	x, err := pm.interfaceOf(ctx, proxy)
	if err != nil {
		return nil, err
	}
	if localProxyDesc(&x.desc.IID) != nil {
		return nil, com.E_INVALIDARG // there is nothing to call
	}
	return pm.copyProxy(ctx, x)
}

func (pm *proxyManager) copyProxy(ctx context.Context, x *interfaceProxy) (any, error) {
	if _, _, err := pm.hold(&x.desc.IID, false); err != nil {
		return nil, err
	}
	defer pm.core.unpin(pm)
	itf, p, buf, err := pm.createProxy(ctx, x.desc)
	if err != nil {
		return nil, err
	}
	if p.Manager() != nil || buf != com.IRpcProxyBuffer(p) {
		return nil, &com.Error{HRESULT: com.CO_E_NOT_SUPPORTED, Step: step.Interface, Interface: x.desc.Name, Method: "CopyProxy",
			Hint: "the proxies of this interface are made by a factory of the program's, which cannot make a second one"}
	}
	p.Init(pm, x.desc)
	y := &interfaceProxy{channel: channel{mgr: pm, desc: x.desc, ipid: x.ipid}, itf: itf, p: p}
	var ch com.IRpcChannelBuffer = &y.channel
	if pm.core.exp.home != nil {
		ch = &localChannel{mgr: pm, desc: x.desc, ipid: x.ipid}
	}
	if err := p.Connect(ch); err != nil {
		return nil, err
	}
	p.AddUser(true)
	a := pm.core.apt
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, com.CO_E_OBJNOTCONNECTED
	}
	s := pm.set(p)
	s.private = true
	if old := pm.settingsOf(x.p); old != nil { // set may have moved it
		s.blanket, s.timeout = old.blanket, old.timeout
	}
	pm.proxies = append(pm.proxies, y)
	pm.live++
	return itf, nil
}

// CoQueryProxyBlanket returns the security blanket of an interface proxy. A
// pointer that is no proxy has none: E_NOINTERFACE (CF-337).
func CoQueryProxyBlanket(ctx context.Context, proxy any) (b com.Blanket, err error) {
	err = withSecurity(ctx, proxy, func(c com.IClientSecurity) (err error) {
		b, err = c.QueryBlanket(ctx, proxy)
		return err
	})
	return b, err
}

// CoSetProxyBlanket sets the security blanket of an interface proxy.
func CoSetProxyBlanket(ctx context.Context, proxy any, b com.Blanket) error {
	return withSecurity(ctx, proxy, func(c com.IClientSecurity) error { return c.SetBlanket(ctx, proxy, b) })
}

// CoCopyProxy makes a private copy of an interface proxy. It is one hand-out.
func CoCopyProxy(ctx context.Context, proxy any) (copied any, err error) {
	err = withSecurity(ctx, proxy, func(c com.IClientSecurity) (err error) {
		copied, err = c.CopyProxy(ctx, proxy)
		return err
	})
	return copied, err
}

func withSecurity(ctx context.Context, proxy any, f func(com.IClientSecurity) error) error {
	c, err := com.Query[com.IClientSecurity](ctx, proxy)
	if err != nil {
		return err
	}
	defer com.Release(c)
	return f(c)
}

// rpcOptions is the IRpcOptions of a proxy manager (CF-230).
type rpcOptions struct{ com.Proxy }

// Values of COMBND_RPCTIMEOUT: how much time connecting may take, without a
// scale ([C706] RPC_C_BINDING timeouts). Calls are bounded by their contexts.
const (
	bindingDefaultTimeout  = 5
	bindingInfiniteTimeout = 10
)

// Set implements [com.IRpcOptions]: only COMBND_RPCTIMEOUT can be set, from 0
// to 10.
func (o *rpcOptions) Set(ctx context.Context, proxy any, property com.RPCOPT, value uintptr) error {
	pm, err := managerOf(&o.Proxy)
	if err != nil {
		return err
	}
	x, err := pm.interfaceOf(ctx, proxy)
	if err != nil {
		return err
	}
	if property != com.COMBND_RPCTIMEOUT || value > bindingInfiniteTimeout {
		return com.E_INVALIDARG
	}
	pm.core.apt.mu.Lock()
	defer pm.core.apt.mu.Unlock()
	pm.set(x.p).timeout = uint8(value) + 1
	return nil
}

// Query implements [com.IRpcOptions].
func (o *rpcOptions) Query(ctx context.Context, proxy any, property com.RPCOPT) (uintptr, error) {
	pm, err := managerOf(&o.Proxy)
	if err != nil {
		return 0, err
	}
	x, err := pm.interfaceOf(ctx, proxy)
	if err != nil {
		return 0, err
	}
	switch property {
	case com.COMBND_RPCTIMEOUT:
		pm.core.apt.mu.Lock()
		defer pm.core.apt.mu.Unlock()
		if s := pm.settingsOf(x.p); s != nil && s.timeout > 0 {
			return uintptr(s.timeout - 1), nil
		}
		return bindingDefaultTimeout, nil
	case com.COMBND_SERVER_LOCALITY:
		switch {
		case pm.core.exp.home != nil:
			return 0, nil
		case pm.core.exp.destCtx() == com.MSHCTX_DIFFERENTMACHINE:
			return 2, nil
		}
		return 1, nil
	}
	return 0, com.E_INVALIDARG
}

// endless stands for no bound where a bound is needed.
const endless = 24 * time.Hour

// connectContext bounds connecting for one channel as its client has set it:
// the default is a minute, and each step down or up a sixth of it.
func (ch *channel) connectContext(ctx context.Context) (context.Context, context.CancelFunc) {
	pm := ch.mgr
	pm.core.apt.mu.Lock()
	defer pm.core.apt.mu.Unlock()
	if pm.rare != nil {
		for _, x := range pm.proxies {
			s := pm.settingsOf(x.p)
			if &x.channel != ch || s == nil || s.timeout == 0 {
				continue
			}
			if s.timeout-1 == bindingInfiniteTimeout {
				return context.WithTimeout(ctx, endless)
			}
			return context.WithTimeout(ctx, time.Duration(s.timeout)*connectTimeout/(bindingDefaultTimeout+1))
		}
	}
	return ctx, func() {}
}

// OverReleased implements [com.OverReleaser]: a program gave back a hand-out
// that it did not have.
func (pm *proxyManager) OverReleased(p *com.Proxy) {
	rt := pm.core.apt.rt
	if !rt.refusals.allow(time.Now()) {
		return
	}
	rt.log.Warn("an interface pointer was released more often than it was handed out", "interface", p.Desc().Name,
		"peer", pm.Peer(), "oid", pm.core.oid, "made", pm.site.String(),
		"hint", "one Release for each result and each Keep; arguments of a method are released by the runtime")
}
