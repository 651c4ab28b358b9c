package marshal

import (
	"context"
	"sync"

	"oxid/com"
	"oxid/step"
)

// classTable holds the class objects that this process has registered.
type classTable struct {
	mu  sync.Mutex
	by  map[com.CLSID]*classEntry
	seq uint32
}

type classEntry struct {
	clsid  com.CLSID
	object any // usually a com.IClassFactory
	cookie uint32
	apt    *Apartment
}

// CoRegisterClassObject makes object, usually a com.IClassFactory, the class
// object of clsid for clients of this process. It returns the cookie for
// CoRevokeClassObject. An object without IClassFactory is accepted (CF-241).
func (a *Apartment) CoRegisterClassObject(ctx context.Context, clsid com.CLSID, object any) (cookie uint32, err error) {
	if object == nil {
		return 0, com.E_INVALIDARG
	}
	if err := a.ready(ctx); err != nil {
		return 0, err
	}
	t := &a.rt.classes
	t.mu.Lock()
	if t.by == nil {
		t.by = map[com.CLSID]*classEntry{}
	}
	if t.by[clsid] != nil {
		t.mu.Unlock()
		return 0, &com.Error{HRESULT: com.CO_E_OBJISREG, Step: step.Class, Interface: clsid.String()}
	}
	t.seq++
	e := &classEntry{clsid: clsid, object: object, cookie: t.seq, apt: a}
	t.by[clsid] = e
	t.mu.Unlock()
	if r := a.rt.opt.Registrar; r != nil {
		if err := r.RegisterClass(ctx, &a.exporter, clsid); err != nil {
			t.mu.Lock()
			delete(t.by, clsid)
			t.mu.Unlock()
			return 0, err
		}
	}
	return e.cookie, nil
}

// CoRevokeClassObject ends a registration. Clients that hold the class object
// are disconnected (CF-088).
func (a *Apartment) CoRevokeClassObject(ctx context.Context, cookie uint32) error {
	t := &a.rt.classes
	t.mu.Lock()
	var e *classEntry
	for _, x := range t.by {
		if x.cookie == cookie {
			e = x
			delete(t.by, x.clsid)
			break
		}
	}
	t.mu.Unlock()
	if e == nil {
		return com.E_INVALIDARG
	}
	if r := a.rt.opt.Registrar; r != nil {
		r.RevokeClass(ctx, &a.exporter, e.clsid)
	}
	return e.apt.CoDisconnectObject(ctx, e.object, 0)
}

// ClassObject returns the class object of clsid, or REGDB_E_CLASSNOTREG.
func (rt *Runtime) ClassObject(clsid com.CLSID) (any, error) {
	e, err := rt.classes.find(clsid)
	if err != nil {
		return nil, err
	}
	return e.object, nil
}

// Classes lists the registered classes.
func (rt *Runtime) Classes() []com.CLSID {
	rt.classes.mu.Lock()
	defer rt.classes.mu.Unlock()
	list := make([]com.CLSID, 0, len(rt.classes.by))
	for c := range rt.classes.by {
		list = append(list, c)
	}
	return list
}

func (t *classTable) find(clsid com.CLSID) (*classEntry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.by[clsid]; e != nil {
		return e, nil
	}
	return nil, &com.Error{HRESULT: com.REGDB_E_CLASSNOTREG, Step: step.Class, Interface: clsid.String(),
		Hint: "no process has registered this class here"}
}

// unmarshaler creates an instance of an unmarshal class. Only classes that
// this process registered itself are created for a packet.
func (t *classTable) unmarshaler(ctx context.Context, a *Apartment, clsid com.CLSID) (com.IMarshal, error) {
	e, err := t.find(clsid)
	if err != nil {
		return nil, err
	}
	f, ok := e.object.(com.IClassFactory)
	if !ok {
		return nil, com.CLASS_E_CLASSNOTAVAILABLE
	}
	v, err := f.CreateInstance(ctx, nil, &com.IID_IMarshal)
	if err != nil {
		return nil, err
	}
	im, ok := v.(com.IMarshal)
	if !ok {
		return nil, com.E_NOINTERFACE
	}
	return im, nil
}

// psFactories are the proxy/stub factories registered by IID. Generated code
// needs none: it is found through its descriptor.
type psFactories struct {
	mu sync.RWMutex
	by map[com.IID]com.IPSFactoryBuffer
}

func (f *psFactories) find(iid *com.IID) com.IPSFactoryBuffer {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.by[*iid]
}

// RegisterPSFactory makes f the factory of proxies and stubs of iid in this
// runtime, in preference to compiled-in ones; nil removes it.
func (rt *Runtime) RegisterPSFactory(iid com.IID, f com.IPSFactoryBuffer) {
	t := &rt.factories
	t.mu.Lock()
	defer t.mu.Unlock()
	if f == nil {
		delete(t.by, iid)
		return
	}
	if t.by == nil {
		t.by = map[com.IID]com.IPSFactoryBuffer{}
	}
	t.by[iid] = f
}
