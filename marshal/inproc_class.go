package marshal

import (
	"context"

	"oxid/com"
)

// RegisterInprocClass makes object, usually a com.IClassFactory, the class
// object of clsid for the code of every apartment of the process, until
// [Runtime.RevokeInprocClass] or the end of the runtime: what an entry
// InprocServer32 of the registry is on Windows.
//
// model says where the class object is called and its instances live. Code in
// another apartment gets proxies: of an apartment-threaded class that is created
// in the multithreaded apartment, for example, which lives in a single-threaded
// one that the runtime makes for such objects (CF-142). CO_E_OBJISREG says that
// the class has such an entry already. What an apartment registers with
// CoRegisterClassObject goes before it.
func (rt *Runtime) RegisterInprocClass(clsid com.CLSID, object any, model com.ThreadingModel) error {
	if model > com.ThreadingSingle {
		return com.E_INVALIDARG
	}
	if _, err := com.IdentityOf(object); err != nil {
		return err
	}
	if _, proxy := object.(com.Proxied); proxy {
		return com.E_INVALIDARG // it belongs to one apartment
	}
	return rt.classes.add(&classEntry{clsid: clsid, object: object, ctx: com.CLSCTX_INPROC_SERVER,
		flags: com.REGCLS_MULTIPLEUSE, installed: true, model: model})
}

// RevokeInprocClass ends what RegisterInprocClass began; instances live on. It
// reports whether the class was registered.
func (rt *Runtime) RevokeInprocClass(clsid com.CLSID) bool {
	e := rt.classes.first(clsid, func(e *classEntry) bool { return e.installed })
	return e != nil && rt.classes.remove(e)
}

// inprocServer finds the in-process class object for code of apartment a, and
// the apartment that its model puts it into; a nil object when there is none.
func (a *Apartment) inprocServer(ctx context.Context, clsid com.CLSID) (object any, home *Apartment, err error) {
	if object, err := a.rt.inprocClass(a, clsid); err == nil {
		return object, a, nil
	}
	e := a.rt.classes.first(clsid, (*classEntry).hosted)
	if e == nil {
		return nil, nil, nil
	}
	home, err = a.rt.host(ctx, e.model, a)
	return e.object, home, err
}

// host returns the apartment for the objects of a threading model that code of
// apartment a creates: a itself where that will do.
func (rt *Runtime) host(ctx context.Context, model com.ThreadingModel, a *Apartment) (*Apartment, error) {
	switch {
	case model == com.ThreadingFree:
		return rt.MTA(ctx)
	case model == com.ThreadingNeutral:
		return rt.NTA(ctx)
	case a.sta != nil && (model == com.ThreadingApartment || a.kind == com.APTTYPE_MAINSTA):
		return a, nil
	}
	// One that begins at the same time may find none as well: the lock is held
	// until there is one.
	rt.hosting.Lock()
	defer rt.hosting.Unlock()
	home := rt.hostSTA
	if model == com.ThreadingSingle {
		home = rt.MainSTA()
	}
	if home != nil && home.usable() == nil {
		return home, nil
	}
	home, err := rt.NewSTA(ctx, STAOptions{})
	if err == nil && model == com.ThreadingApartment {
		rt.hostSTA = home
	}
	return home, err
}
