package marshal

import (
	"context"

	"oxid/com"
	"oxid/step"
)

// CoGetClassObject returns interface iid of the class object of clsid, looking
// in this process alone; other processes are asked through an activator.
// CLSCTX_INPROC_SERVER finds what this apartment registered, and the classes
// that are built in, directly; CLSCTX_LOCAL_SERVER what any apartment
// registered, as a proxy when it is another one (CF-237, CF-238, CF-243).
// Nothing found is REGDB_E_CLASSNOTREG.
func (a *Apartment) CoGetClassObject(ctx context.Context, clsid com.CLSID, clsctx com.CLSCTX, iid *com.IID) (any, error) {
	if iid == nil {
		return nil, com.E_INVALIDARG // CF-235
	}
	if err := a.enterable(ctx); err != nil {
		return nil, err
	}
	if clsctx&com.CLSCTX_APPCONTAINER != 0 {
		if clsctx&com.CLSCTX_INPROC_SERVER != 0 {
			return nil, com.E_INVALIDARG // CF-260
		}
		return nil, classNotRegistered(clsid, "") // CF-259
	}
	// In-process goes before local, as the order of contexts is on Windows.
	if clsctx&com.CLSCTX_INPROC_SERVER != 0 {
		if object, home, err := a.inprocServer(ctx, clsid); err != nil {
			return nil, err
		} else if object != nil {
			return a.reach(ctx, home, object, iid)
		}
	}
	if clsctx&com.CLSCTX_LOCAL_SERVER != 0 {
		if e := a.rt.take(ctx, clsid); e != nil {
			v, err := a.reach(ctx, e.apt, e.object, iid)
			if err != nil {
				a.rt.untake(ctx, e)
			}
			return v, err
		}
	}
	return nil, classNotRegistered(clsid, "no apartment of this process has registered the class for this context")
}

// CoCreateInstance creates an object of a class of this process and returns
// its interface iid: [Apartment.CoGetClassObject] and CreateInstance in one.
// The object is made in the apartment of its class object. outer is the
// controlling unknown of an aggregate, nil for none; an object of another
// apartment cannot be aggregated (CLASS_E_NOAGGREGATION). Errors of the class
// object come back as they are (CF-248).
func (a *Apartment) CoCreateInstance(ctx context.Context, clsid com.CLSID, outer any, clsctx com.CLSCTX, iid *com.IID) (any, error) {
	if iid == nil {
		return nil, com.E_INVALIDARG
	}
	if err := a.enterable(ctx); err != nil {
		return nil, err
	}
	if clsctx&com.CLSCTX_APPCONTAINER != 0 {
		return nil, classNotRegistered(clsid, "") // CF-259
	}
	if clsctx&com.CLSCTX_INPROC_SERVER != 0 {
		if object, home, err := a.inprocServer(ctx, clsid); err != nil {
			return nil, err
		} else if object != nil {
			return a.createIn(ctx, home, object, clsid, outer, iid)
		}
	}
	if clsctx&com.CLSCTX_LOCAL_SERVER == 0 {
		return nil, classNotRegistered(clsid, "this apartment has not registered the class")
	}
	e := a.rt.take(ctx, clsid)
	if e == nil {
		return nil, classNotRegistered(clsid, "no apartment of this process has registered the class")
	}
	return a.createIn(ctx, e.apt, e.object, clsid, outer, iid)
}

// createIn asks a class object of apartment home for an instance, for use in
// apartment a.
func (a *Apartment) createIn(ctx context.Context, home *Apartment, object any, clsid com.CLSID, outer any, iid *com.IID) (any, error) {
	if home == a {
		return a.create(ctx, object, outer, iid)
	}
	if outer != nil {
		return nil, &com.Error{HRESULT: com.CLASS_E_NOAGGREGATION, Step: step.Activate, Interface: clsid.String(),
			Hint: "the class object is in another apartment"}
	}
	// The instance is marshaled, not the class object: one crossing instead of two,
	// and no proxy code of IClassFactory is needed.
	var obj any
	err := home.visit(ctx, func(ctx context.Context) (err error) {
		obj, err = home.create(ctx, object, nil, &com.IID_IUnknown)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer com.Release(obj)
	return a.reach(ctx, home, obj, iid)
}

// create asks a class object of this apartment for an instance.
func (a *Apartment) create(ctx context.Context, object, outer any, iid *com.IID) (v any, err error) {
	ctx = a.inside(ctx)
	f, err := a.rt.types.Query(ctx, object, &com.IID_IClassFactory)
	if err != nil {
		return nil, err
	}
	defer com.Release(f)
	err = a.rt.guard(ctx, "CreateInstance", func() (err error) {
		v, err = f.(com.IClassFactory).CreateInstance(ctx, outer, iid)
		return err
	})
	if err == nil && v == nil {
		err = com.E_UNEXPECTED
	}
	return v, err
}

// inprocClass finds the class object that code of apartment a gets directly.
// What is built in cannot be overridden (CF-133).
func (rt *Runtime) inprocClass(a *Apartment, clsid com.CLSID) (any, error) {
	if object := rt.builtinClass(clsid); object != nil {
		return object, nil
	}
	if e := rt.classes.inproc(clsid, a); e != nil {
		return e.object, nil
	}
	// Generated proxies and stubs are a class under the IID of their interface,
	// as in the libraries that MIDL's output makes (CF-208).
	if f := generatedFactory(&clsid); f != nil {
		return f, nil
	}
	return nil, classNotRegistered(clsid, "this apartment has not registered the class")
}

// take finds the class object for one activation. When that uses a single-use
// registration up, the resolver is told.
func (rt *Runtime) take(ctx context.Context, clsid com.CLSID) *classEntry {
	e := rt.classes.take(clsid)
	if e != nil && e.single() {
		rt.announce(ctx, e.apt, clsid)
	}
	return e
}

// untake gives a registration back whose class object could not be handed out.
func (rt *Runtime) untake(ctx context.Context, e *classEntry) {
	rt.classes.untake(e)
	if e.single() {
		rt.announce(ctx, e.apt, e.clsid)
	}
}

// reach returns interface iid, for apartment a, of an object of this runtime
// that lives in home, or of a proxy that does.
func (a *Apartment) reach(ctx context.Context, home *Apartment, obj any, iid *com.IID) (any, error) {
	if home == a {
		return a.rt.types.Query(a.inside(ctx), obj, iid)
	}
	// The packet is made where the object lives and read where it is wanted.
	stm := com.NewMemoryStream(nil)
	err := home.visit(ctx, func(ctx context.Context) error {
		return home.CoMarshalInterface(ctx, stm, iid, obj, com.MSHCTX_INPROC, com.MSHLFLAGS_NORMAL)
	})
	if err != nil {
		return nil, err
	}
	stm.Seek(ctx, 0, com.STREAM_SEEK_SET)
	return a.CoUnmarshalInterface(a.inside(ctx), stm, iid)
}
