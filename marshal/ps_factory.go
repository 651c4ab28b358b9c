package marshal

import (
	"context"
	"reflect"

	"oxid/com"
	"oxid/step"
)

// psFactory returns the factory that was registered for iid; nil when there is
// none, so that compiled-in code makes proxies and stubs.
func (a *Apartment) psFactory(ctx context.Context, iid *com.IID) (com.IPSFactoryBuffer, error) {
	clsid := a.rt.factories.find(iid)
	if clsid == nil {
		return nil, nil
	}
	// Factories have no state that an apartment would protect, so the class
	// object of any apartment will do (CF-214).
	if e := a.rt.classes.anywhere(*clsid, a); e != nil {
		if f, ok := e.object.(com.IPSFactoryBuffer); ok {
			return f, nil
		}
		v, err := a.rt.types.Query(a.inside(ctx), e.object, &com.IID_IPSFactoryBuffer)
		if err != nil {
			return nil, err
		}
		if f, ok := v.(com.IPSFactoryBuffer); ok {
			return f, nil
		}
	}
	if f := generatedFactory(clsid); f != nil {
		return f, nil
	}
	return nil, classNotRegistered(*clsid, "the class that makes the proxies and stubs of "+iid.String()+
		" has no class object: register it with CLSCTX_INPROC_SERVER")
}

// createProxy makes an unconnected proxy of d: by the factory registered for
// its IID, else by the generated code that d came with. p is the Proxy
// embedded in itf; a factory may answer with a proxy that it made for another
// interface of the same object, which then has its manager already (CF-205).
func (pm *proxyManager) createProxy(ctx context.Context, d *com.Desc) (itf any, p *com.Proxy, buf com.IRpcProxyBuffer, err error) {
	if itf, p := newLocalProxy(&d.IID); p != nil {
		return itf, p, p, nil
	}
	f, err := pm.core.apt.psFactory(ctx, &d.IID)
	if err != nil {
		return nil, nil, nil, err
	}
	if f == nil {
		if d.NewProxy == nil {
			return nil, nil, nil, notLinked(com.REGDB_E_IIDNOTREG, "proxy", d)
		}
		itf, p := d.NewProxy()
		return itf, p, p, nil
	}
	err = pm.core.apt.rt.guard(ctx, "CreateProxy", func() (err error) {
		itf, buf, err = f.CreateProxy(ctx, pm, d)
		return err
	})
	if err != nil {
		return nil, nil, nil, err
	}
	// Hand-outs are counted in the embedded Proxy; without it Release could not
	// find the object.
	x, ok := itf.(com.Proxied)
	if !ok || buf == nil {
		return nil, nil, nil, &com.Error{HRESULT: com.E_UNEXPECTED, Step: step.Interface, Interface: d.Name, Method: "CreateProxy",
			Hint: "CreateProxy must return a value that embeds com.Proxy, and an IRpcProxyBuffer"}
	}
	p = x.COMProxy()
	if m := p.Manager(); m != nil && m != com.ProxyManager(pm) {
		return nil, nil, nil, &com.Error{HRESULT: com.E_UNEXPECTED, Step: step.Interface, Interface: d.Name, Method: "CreateProxy",
			Hint: "CreateProxy returned the proxy of another object"}
	}
	return itf, p, buf, nil
}

// createStub makes a stub of d for the object with identity obj (CF-013).
// What is missing for it is no affair of whoever marshals: the object cannot
// be had by that interface (CF-010, CF-221).
func (a *Apartment) createStub(ctx context.Context, d *com.Desc, obj any) (stub com.IRpcStubBuffer, err error) {
	f, err := a.psFactory(ctx, &d.IID)
	if err != nil {
		return nil, &com.Error{HRESULT: com.E_NOINTERFACE, Step: step.Interface, Interface: d.Name, Err: err}
	}
	if f == nil {
		stub, err = newStub(ctx, a.rt.types, d, obj)
	} else {
		ctx = a.inside(ctx)
		err = a.rt.guard(ctx, "CreateStub", func() (err error) {
			stub, err = f.CreateStub(ctx, d, obj)
			return err
		})
	}
	if com.HRESULTOf(err) == com.REGDB_E_IIDNOTREG {
		return nil, notLinked(com.E_NOINTERFACE, "stub", d)
	}
	// Stubs are compared, to disconnect each one once.
	if err == nil && (stub == nil || !reflect.TypeOf(stub).Comparable()) {
		return nil, &com.Error{HRESULT: com.E_UNEXPECTED, Step: step.Interface, Interface: d.Name, Method: "CreateStub",
			Hint: "CreateStub must return a stub, as a pointer, or an error"}
	}
	return stub, err
}

func notLinked(hr com.HRESULT, what string, d *com.Desc) error {
	return &com.Error{HRESULT: hr, Step: step.Interface, Interface: d.Name, Err: com.REGDB_E_IIDNOTREG,
		Hint: "no " + what + " for this interface is linked into this program: import the package generated from its IDL"}
}

// generatedPS is the class object of generated proxies and stubs. The
// descriptor that it is called with says all; clsid only makes it an object.
type generatedPS struct{ clsid com.CLSID }

// generatedFactory returns the factory of the compiled-in proxies and stubs of
// clsid, which is the IID of one of their interfaces; nil when there are none
// (CF-207, CF-208).
func generatedFactory(clsid *com.CLSID) com.IPSFactoryBuffer {
	for _, d := range com.DescsByIID(clsid) {
		if d.NewProxy != nil || d.NewStub != nil {
			return &generatedPS{*clsid}
		}
	}
	return nil
}

// CreateProxy implements [com.IPSFactoryBuffer]. Without an outer unknown the
// proxy is its own, and handed out once (CF-173).
func (g *generatedPS) CreateProxy(_ context.Context, outer any, d *com.Desc) (any, com.IRpcProxyBuffer, error) {
	if d.NewProxy == nil {
		return nil, nil, notLinked(com.REGDB_E_IIDNOTREG, "proxy", d)
	}
	itf, p := d.NewProxy()
	if outer == nil {
		p.AddUser(true)
	}
	return itf, p, nil
}

// CreateStub implements [com.IPSFactoryBuffer] (CF-181 to CF-183).
func (g *generatedPS) CreateStub(ctx context.Context, d *com.Desc, server any) (com.IRpcStubBuffer, error) {
	return newStub(ctx, com.TypesOf(ctx), d, server)
}

// newStub makes a generated stub. A nil server leaves it unconnected.
func newStub(ctx context.Context, types *com.Types, d *com.Desc, server any) (com.IRpcStubBuffer, error) {
	var itf any
	if server != nil {
		var err error
		if itf, err = types.QueryDesc(ctx, server, d); err != nil {
			return nil, err
		}
	}
	if d.NewStub == nil {
		return nil, notLinked(com.REGDB_E_IIDNOTREG, "stub", d)
	}
	s := d.NewStub()
	if server == nil {
		return s, nil
	}
	return s, s.Connect(ctx, itf)
}
