package marshal

import (
	"context"

	"oxid/com"
	"oxid/step"
)

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
	if s := pm.settingsOf(x.proxy()); s != nil && s.blanket != nil {
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
	if x.desc.IID != com.IID_IUnknown && localProxyDesc(&x.desc.IID) != nil {
		return com.E_INVALIDARG // what the proxy manager answers itself makes no calls
	}
	if err := checkBlanket(&b); err != nil {
		return err
	}
	pm.core.apt.mu.Lock()
	defer pm.core.apt.mu.Unlock()
	pm.set(x.proxy()).blanket = &b
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
	y := new(interfaceProxy)
	y.mgr, y.desc, y.ipid = pm, x.desc, x.ipid
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
	if old := pm.settingsOf(x.proxy()); old != nil { // set may have moved it
		s.blanket, s.timeout = old.blanket, old.timeout
	}
	pm.list(y, itf)
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
