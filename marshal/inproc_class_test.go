package marshal_test

import (
	"context"
	"sync"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// A class says in which apartments its objects may live. Whoever creates one
// elsewhere gets a proxy.
func TestCF_142_263_ThreadingModels(t *testing.T) {
	p := newProcess(t)
	rt := p.rt
	main, other := p.sta(marshal.STAOptions{}), p.sta(marshal.STAOptions{})
	nta, err := rt.NTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	classes := map[com.ThreadingModel]com.CLSID{}
	factories := map[com.ThreadingModel]*factory{}
	for m := com.ThreadingBoth; m <= com.ThreadingSingle; m++ {
		classes[m], factories[m] = com.NewGUID(), &factory{}
		if err := rt.RegisterInprocClass(classes[m], factories[m], m); err != nil {
			t.Fatal(err)
		}
	}
	// create makes an instance for code of apartment a and returns where it lives.
	create := func(a *marshal.Apartment, m com.ThreadingModel) *marshal.Apartment {
		t.Helper()
		ctx := in(t, a)
		f, made := factories[m], len(factories[m].made)
		v, err := a.CoCreateInstance(ctx, classes[m], nil, inproc, &calc.IID_ICalc)
		if err != nil {
			t.Fatalf("model %d: %v", m, err)
		}
		mustAdd(t, ctx, v.(calc.ICalc))
		_, proxy := v.(com.Proxied)
		if proxy != (f.apt != a) {
			t.Errorf("model %d: got %T of an object in the apartment: %v", m, v, f.apt == a)
		}
		if proxy { // CF-142: as any proxy has
			q, err := com.Query[com.IMultiQI](ctx, v)
			if err != nil {
				t.Error(err)
			}
			com.Release(q)
		}
		com.Release(v)
		if o := f.made[made]; proxy && o.finals != 1 {
			t.Errorf("model %d: FinalRelease ran %d times", m, o.finals)
		}
		// The class object comes from the same place.
		k, err := a.CoGetClassObject(ctx, classes[m], inproc, &com.IID_IClassFactory)
		if err != nil {
			t.Fatal(err)
		}
		if _, far := k.(com.Proxied); far != proxy {
			t.Errorf("model %d: class object %T", m, k)
		}
		com.Release(k)
		return f.apt
	}
	for _, a := range []*marshal.Apartment{main, other, p.mta, nta} {
		if home := create(a, com.ThreadingBoth); home != a {
			t.Error("Both: not where it was created")
		}
		if home := create(a, com.ThreadingFree); home != p.mta {
			t.Error("Free: not in the multithreaded apartment")
		}
		if home := create(a, com.ThreadingNeutral); home != nta {
			t.Error("Neutral: not in the neutral apartment")
		}
		if home := create(a, com.ThreadingSingle); home != main {
			t.Error("no model: not in the main apartment")
		}
	}
	for _, a := range []*marshal.Apartment{main, other} {
		if home := create(a, com.ThreadingApartment); home != a {
			t.Error("Apartment: an STA has its own objects")
		}
	}
	host := create(p.mta, com.ThreadingApartment)
	if host == main || host == other || host.Kind() != com.APTTYPE_STA {
		t.Errorf("Apartment, from the MTA: in an apartment of kind %v, want the host's", host.Kind())
	}
	if create(nta, com.ThreadingApartment) != host || create(p.mta, com.ThreadingApartment) != host {
		t.Error("there are several hosts")
	}
}

// Calls into the object of an apartment-threaded class run one at a time,
// whoever makes them.
func TestHostedObjectsAreSerialised(t *testing.T) {
	p := newProcess(t)
	class := com.NewGUID()
	inside := 0
	f := com.NewClassFactory(p.rt.Types(), func(context.Context) (any, error) {
		return does(func(context.Context) {
			if inside++; inside != 1 {
				t.Error("two calls at once")
			}
			inside--
		}), nil
	})
	if err := p.rt.RegisterInprocClass(class, f, com.ThreadingApartment); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			v, err := p.mta.CoCreateInstance(t.Context(), class, nil, inproc, &calc.IID_ICalc)
			if err != nil {
				t.Error(err)
				return
			}
			for range 50 {
				mustAdd(t, t.Context(), v.(calc.ICalc))
			}
			com.Release(v)
		})
	}
	wg.Wait()
}

func TestRegisterInprocClass(t *testing.T) {
	w := newWorld(t)
	f, own := &factory{}, &factory{}
	wantHR(t, w.rt.RegisterInprocClass(classCalc, f, com.ThreadingSingle+1), com.E_INVALIDARG)
	wantHR(t, w.rt.RegisterInprocClass(classCalc, nil, com.ThreadingBoth), com.E_POINTER)
	if err := w.rt.RegisterInprocClass(classCalc, f, com.ThreadingApartment); err != nil {
		t.Fatal(err)
	}
	wantHR(t, w.rt.RegisterInprocClass(classCalc, own, com.ThreadingBoth), com.CO_E_OBJISREG)
	_, err := w.lookup(w.a, local)
	wantCode(t, "as a local server", err, com.REGDB_E_CLASSNOTREG)
	cookie := w.class(own, inproc, multiple)
	if v, err := w.lookup(w.a, inproc); v != any(own) || err != nil {
		t.Errorf("%v, %v: not what the apartment registered", v, err)
	}
	if v, err := w.lookup(w.b, inproc); v != any(f) || err != nil {
		t.Errorf("%v, %v: not the process's", v, err)
	}
	if err := w.a.CoRevokeClassObject(w.ca, cookie); err != nil {
		t.Error(err)
	}
	mta, err := w.rt.MTA(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = mta.CoCreateInstance(w.ctx, classCalc, &object{}, inproc, &com.IID_IUnknown)
	wantCode(t, "an aggregate across apartments", err, com.CLASS_E_NOAGGREGATION)
	if !w.rt.RevokeInprocClass(classCalc) || w.rt.RevokeInprocClass(classCalc) {
		t.Error("a class can be revoked once")
	}
	_, err = w.lookup(w.b, inproc)
	wantCode(t, "afterwards", err, com.REGDB_E_CLASSNOTREG)
	if err := w.rt.RegisterInprocClass(classCalc, f, com.ThreadingSingle); err != nil {
		t.Error(err)
	}
}

// Without a main apartment the first object that needs it makes it.
func TestHostBecomesTheMainApartment(t *testing.T) {
	rt := bare(t)
	mta, err := rt.MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := &factory{}
	if err := rt.RegisterInprocClass(classCalc, f, com.ThreadingSingle); err != nil {
		t.Fatal(err)
	}
	v, err := mta.CoCreateInstance(t.Context(), classCalc, nil, inproc, &calc.IID_ICalc)
	if err != nil {
		t.Fatal(err)
	}
	com.Release(v)
	if rt.MainSTA() == nil || f.apt != rt.MainSTA() {
		t.Error("the object does not live in the main apartment")
	}
	rt.MainSTA().Close(t.Context())
	if v, err = mta.CoCreateInstance(t.Context(), classCalc, nil, inproc, &calc.IID_ICalc); err != nil {
		t.Fatal(err)
	}
	com.Release(v)
	if f.apt != rt.MainSTA() {
		t.Error("the next object does not live in the next main apartment")
	}
}
