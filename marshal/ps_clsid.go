package marshal

import (
	"context"
	"maps"
	"sync"

	"oxid/com"
	"oxid/step"
)

// psFactories is what ProxyStubClsid32 says in the registry of Windows: which
// class makes the proxies and stubs of an interface. It holds what was
// registered in this runtime; compiled-in interfaces need no entry.
type psFactories struct {
	mu sync.RWMutex
	by map[com.IID]psClass
}

// psClass is one registration.
type psClass struct {
	clsid com.CLSID
	fixed bool // of the runtime, and not only while there are apartments
}

// find returns the class registered for iid, or nil.
func (f *psFactories) find(iid *com.IID) *com.CLSID {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if c, ok := f.by[*iid]; ok {
		return &c.clsid
	}
	return nil
}

func (f *psFactories) set(iid com.IID, c psClass) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.by == nil {
		f.by = map[com.IID]psClass{}
	}
	f.by[iid] = c
}

func (f *psFactories) unset(iid com.IID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.by, iid)
}

// clear forgets what was registered from within apartments.
func (f *psFactories) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.by, func(_ com.IID, c psClass) bool { return !c.fixed })
}

// CoRegisterPSClsid says that class clsid makes the proxies and stubs of iid.
// Its class object, a com.IPSFactoryBuffer, is looked for among the in-process
// classes when it is needed. The registration holds for all apartments of the
// process, goes before compiled-in code (CF-217), and lasts until the last
// apartment has ended (CF-214, CF-215).
//
// The interface itself must be known (com.Register), with or without proxies
// and stubs of its own: proxies have a Go type.
func (a *Apartment) CoRegisterPSClsid(ctx context.Context, iid *com.IID, clsid com.CLSID) error {
	if err := a.enterable(ctx); err != nil { // CF-211
		return err
	}
	if iid == nil {
		return com.E_INVALIDARG
	}
	a.rt.factories.set(*iid, psClass{clsid: clsid})
	return nil
}

// CoGetPSClsid returns the class that makes the proxies and stubs of iid, or
// REGDB_E_IIDNOTREG (CF-212). The class of compiled-in ones is the IID itself.
func (a *Apartment) CoGetPSClsid(ctx context.Context, iid *com.IID) (com.CLSID, error) {
	if err := a.enterable(ctx); err != nil {
		return com.CLSID{}, err
	}
	if iid == nil {
		return com.CLSID{}, com.E_INVALIDARG // CF-213
	}
	if clsid := a.rt.factories.find(iid); clsid != nil {
		return *clsid, nil
	}
	if generatedFactory(iid) != nil {
		return *iid, nil
	}
	return com.CLSID{}, &com.Error{HRESULT: com.REGDB_E_IIDNOTREG, Step: step.Interface, Interface: iid.String(),
		Hint: "no proxy and stub of this interface are registered or linked into this program"}
}

// RegisterPSFactory makes f the factory of proxies and stubs of iid in this
// runtime: a class object under the IID, and CoRegisterPSClsid, in one, but for as
// long as the runtime lives. nil takes that back.
func (rt *Runtime) RegisterPSFactory(iid com.IID, f com.IPSFactoryBuffer) {
	own := func(e *classEntry) bool { return e.apt == nil && !e.unmarshals && !e.installed }
	if e := rt.classes.first(iid, own); e != nil {
		rt.classes.remove(e)
	}
	if f == nil {
		rt.factories.unset(iid)
		return
	}
	rt.classes.add(&classEntry{clsid: iid, object: f, ctx: com.CLSCTX_INPROC_SERVER, flags: com.REGCLS_MULTIPLEUSE})
	rt.factories.set(iid, psClass{clsid: iid, fixed: true})
}
