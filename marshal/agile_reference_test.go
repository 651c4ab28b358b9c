package marshal_test

import (
	"context"
	"sync"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

const (
	defaults = com.AGILEREFERENCE_DEFAULT
	delayed  = com.AGILEREFERENCE_DELAYEDMARSHAL
)

func (w *world) agile(o any, opt com.AgileReferenceOptions) marshal.IAgileReference {
	w.t.Helper()
	ref, err := w.a.RoGetAgileReference(w.ca, opt, &calc.IID_ICalc, o)
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

func (w *world) resolve(ref marshal.IAgileReference, ctx context.Context) calc.ICalc {
	w.t.Helper()
	v, err := ref.Resolve(ctx, &calc.IID_ICalc)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.(calc.ICalc)
}

// holds checks what COM holds of the object: the reference itself does, in
// whatever way, and packets are those that keep its stub manager.
func (w *world) holds(o any, packets int, stub bool) {
	w.t.Helper()
	if n := marshal.Packets(w.a, o); n != packets {
		w.t.Errorf("%d packets hold the object, want %d", n, packets)
	}
	if got := marshal.Objects(w.a) == 1; got != stub {
		w.t.Errorf("stub manager: %v, want %v", got, stub)
	}
}

func TestCF_382_383_384_385_AgileReferenceErrors(t *testing.T) {
	w := newWorld(t)
	_, err := w.a.RoGetAgileReference(w.ca, 2, &calc.IID_ICalc, &object{})
	wantHR(t, err, com.E_INVALIDARG)
	for _, opt := range []com.AgileReferenceOptions{defaults, delayed} {
		_, err = w.a.RoGetAgileReference(w.ca, opt, &calc.IID_IScientific, &object{})
		wantHR(t, err, com.E_NOINTERFACE)
		_, err = w.a.RoGetAgileReference(w.ca, opt, &calc.IID_ICalc, &secret{})
		wantHR(t, err, com.CO_E_NOT_SUPPORTED)
		_, err = w.a.RoGetAgileReference(w.ca, opt, &calc.IID_ICalc, nil)
		wantHR(t, err, com.E_INVALIDARG)
	}
	ref := w.agile(&object{}, defaults)
	marshal.EndApartment(w.b)
	_, err = w.b.RoGetAgileReference(w.cb, defaults, &calc.IID_ICalc, &object{})
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
	_, err = ref.Resolve(w.cb, &calc.IID_ICalc)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
	com.Release(ref)
}

func TestCF_386_AgileReferenceIsAgile(t *testing.T) {
	w := newWorld(t)
	ref := w.agile(&object{}, defaults)
	for _, iid := range []com.IID{com.IID_IAgileObject, marshal.IID_IAgileReference, com.IID_IUnknown} {
		v, err := com.QueryInterface(w.ca, ref, &iid)
		if err != nil || v != any(ref) {
			t.Errorf("%v: %T, %v", iid, v, err)
		}
		com.Release(v)
	}
	_, err := com.QueryInterface(w.ca, ref, &calc.IID_ICalc)
	wantHR(t, err, com.E_NOINTERFACE)
	com.Release(ref)
}

func TestCF_387_388_389_392_393_CountsAtHome(t *testing.T) {
	for _, c := range []struct {
		opt     com.AgileReferenceOptions
		packets int
	}{{defaults, 1}, {delayed, 0}} {
		w, o := newWorld(t), &watched{}
		ref := w.agile(o, c.opt)
		w.holds(o, c.packets, c.packets > 0)
		for range 2 {
			if got := w.resolve(ref, w.ca); got != calc.ICalc(o) {
				t.Errorf("option %d: %T, want the object itself", c.opt, got)
			}
			w.holds(o, c.packets, c.packets > 0) // what was resolved is the caller's
		}
		done := make(chan calc.ICalc)
		go func() { done <- w.resolve(ref, marshal.WithApartment(w.ctx, w.a)) }()
		if got := <-done; got != calc.ICalc(o) {
			t.Errorf("option %d, another goroutine of the apartment: %T", c.opt, got)
		}
		w.holds(o, c.packets, c.packets > 0)
		com.Release(ref)
		w.holds(o, 0, false)
		_, err := ref.Resolve(w.ca, &calc.IID_ICalc)
		wantHR(t, err, com.CO_E_RELEASED)
	}
}

func TestCF_391_394_CountsElsewhere(t *testing.T) {
	for _, c := range []struct {
		opt     com.AgileReferenceOptions
		packets int
	}{{defaults, 1}, {delayed, 0}} {
		w, o := newWorld(t), &watched{}
		ref := w.agile(o, c.opt)
		w.holds(o, c.packets, c.packets > 0) // delayed: no stub until somebody elsewhere asks
		p := w.resolve(ref, w.cb)
		w.holds(o, 1, true) // one packet either way, which the proxy adds nothing to
		if n, err := p.Add(w.cb, 1, 2); n != 3 || err != nil {
			t.Errorf("option %d: %d, %v", c.opt, n, err)
		}
		if got := w.resolve(ref, w.ca); got != calc.ICalc(o) {
			t.Errorf("option %d: at home %T", c.opt, got)
		}
		com.Release(p)
		w.holds(o, 1, true)
		com.Release(ref)
		w.holds(o, 0, false)
		w.want(o, false, 0, true)
	}
}

// asked remembers on which thread (0 where that is not known), in which apartment and chain its interfaces were asked for.
type asked struct {
	object
	apts    map[*marshal.Apartment]bool
	cids    map[com.CID]bool
	threads map[int]bool
}

func (a *asked) forget() {
	a.apts, a.cids, a.threads = map[*marshal.Apartment]bool{}, map[com.CID]bool{}, map[int]bool{}
}

func (a *asked) QueryInterface(ctx context.Context, iid *com.IID) (any, error) {
	a.apts[marshal.ApartmentOf(ctx)] = true
	a.threads[threadID()] = true
	if cid, ok := marshal.CausalityID(ctx); ok {
		a.cids[cid] = true
	}
	if *iid == calc.IID_ICalc || *iid == com.IID_IUnknown {
		return a, nil
	}
	return nil, com.E_NOINTERFACE
}

func TestCF_395_ObjectIsAskedInItsOwnApartment(t *testing.T) {
	bothKinds(t, func(t *testing.T, opt marshal.STAOptions) {
		w := newWorld(t)
		var err error
		if w.a, err = w.rt.NewSTA(w.ctx, opt); err != nil {
			t.Fatal(err)
		}
		w.ca = marshal.WithApartment(w.ctx, w.a)
		home := 0
		w.a.Do(w.ctx, func(context.Context) error { home = threadID(); return nil })
		o := new(asked)
		o.forget()
		ref := w.agile(o, delayed)
		defer com.Release(ref)
		o.forget()
		chain, err := marshal.CoGetCurrentLogicalThreadId(w.cb)
		if err != nil {
			t.Fatal(err)
		}
		p := w.resolve(ref, w.cb)
		if len(o.apts) != 1 || !o.apts[w.a] {
			t.Errorf("asked in %d apartments, in its own: %v", len(o.apts), o.apts[w.a])
		}
		if len(o.cids) != 1 || !o.cids[chain] {
			t.Errorf("asked under the causality ids %v, want %v", o.cids, chain)
		}
		if opt.Thread && (len(o.threads) != 1 || !o.threads[home]) {
			t.Errorf("asked on the threads %v, want the apartment's own, %d", o.threads, home)
		}
		com.Release(p)
	})
}

func TestCF_396_AgileObject(t *testing.T) {
	for _, opt := range []com.AgileReferenceOptions{defaults, delayed} {
		w, o := newWorld(t), &agile{}
		ref := w.agile(o, opt)
		for _, ctx := range []context.Context{w.ca, w.cb, w.ctx} {
			if got := w.resolve(ref, ctx); got != calc.ICalc(o) {
				t.Errorf("option %d: %T", opt, got)
			}
			w.holds(o, 0, false)
		}
		com.Release(ref)
	}
}

func TestAgileReferenceToAProxy(t *testing.T) {
	for _, opt := range []com.AgileReferenceOptions{defaults, delayed} {
		w, o := newWorld(t), &watched{}
		c := w.mustUnmarshal(w.b, w.marshal(o, 0))
		ref, err := w.b.RoGetAgileReference(w.cb, opt, &calc.IID_ICalc, c)
		if err != nil {
			t.Fatal(err)
		}
		com.Release(c)
		w.want(o, true, 1)
		third := marshal.NewTestApartment(w.rt)
		p := w.resolve(ref, marshal.WithApartment(w.ctx, third))
		com.Release(ref)
		w.want(o, true, 1)
		com.Release(p)
		w.want(o, false, 0, true)
	}
}

func TestAgileReferenceOfAnAgileReference(t *testing.T) {
	w, o := newWorld(t), &watched{}
	ref := w.agile(o, defaults)
	again, err := w.a.RoGetAgileReference(w.ca, defaults, &marshal.IID_IAgileReference, ref)
	if err != nil {
		t.Fatal(err)
	}
	com.Release(ref)
	v, err := again.Resolve(w.cb, &marshal.IID_IAgileReference)
	if err != nil || v != any(ref) {
		t.Errorf("resolved to %T, %v", v, err)
	}
	com.Release(v)
	w.want(o, true, 1)
	com.Release(again)
	w.want(o, false, 0, true)
}

func TestForgottenAgileReferenceLetsTheObjectGo(t *testing.T) {
	w, o := newWorld(t), &watched{}
	w.agile(o, defaults)
	if !afterGC(func() bool { return marshal.Objects(w.a) == 0 }) {
		t.Error("a forgotten agile reference keeps its object")
	}
}

func TestAgileReferenceIsCounted(t *testing.T) {
	w, o := newWorld(t), &watched{}
	ref := w.agile(o, defaults)
	again, err := com.Query[marshal.IAgileReference](w.cb, ref)
	if err != nil || again != ref {
		t.Fatalf("%v, %v", again, err)
	}
	com.Release(ref)
	w.want(o, true, 1)
	if err := com.ReleaseContext(w.ctx, again); err != nil {
		t.Fatal(err)
	}
	w.want(o, false, 0, true)
	_, err = com.QueryInterface(w.cb, ref, &marshal.IID_IAgileReference)
	wantHR(t, err, com.CO_E_RELEASED)
	_, err = ref.Resolve(w.cb, nil)
	wantHR(t, err, com.E_INVALIDARG)
}

func TestDelayedMarshalHappensOnce(t *testing.T) {
	w, o := newWorld(t), &watched{}
	ref := w.agile(o, delayed)
	var wg sync.WaitGroup
	for range 16 {
		a := marshal.NewTestApartment(w.rt)
		wg.Go(func() {
			ctx := marshal.WithApartment(w.ctx, a)
			v, err := ref.Resolve(ctx, &calc.IID_ICalc)
			if err != nil {
				t.Error(err)
				return
			}
			if n, err := v.(calc.ICalc).Echo(ctx, "x"); n != "x" || err != nil {
				t.Errorf("Echo: %q, %v", n, err)
			}
			com.Release(v)
		})
	}
	wg.Wait()
	w.holds(o, 1, true)
	com.Release(ref)
	w.holds(o, 0, false)
}

// Whichever way the reference holds its object: with the apartment that goes.
func TestAgileReferenceWhoseApartmentHasEnded(t *testing.T) {
	for _, opt := range []com.AgileReferenceOptions{defaults, delayed} {
		w := newWorld(t)
		ref := w.agile(&object{}, opt)
		marshal.EndApartment(w.a)
		_, err := ref.Resolve(w.cb, &calc.IID_ICalc)
		wantCode(t, "Resolve", err, com.CO_E_OBJNOTREG)
		com.Release(ref)
	}
}

func TestAgileReferenceResolvesToOtherInterfaces(t *testing.T) {
	w, o := newWorld(t), &watched{}
	ref := w.agile(o, defaults)
	for _, ctx := range []context.Context{w.ca, w.cb} {
		_, err := ref.Resolve(ctx, &calc.IID_IScientific)
		wantCode(t, "an interface that the object lacks", err, com.E_NOINTERFACE)
		v, err := ref.Resolve(ctx, &com.IID_IUnknown)
		if v == nil || err != nil {
			t.Errorf("IUnknown: %v, %v", v, err)
		}
		com.Release(v)
	}
	com.Release(ref)
	w.want(o, false, 0, true)
}
