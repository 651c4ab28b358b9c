package marshal_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// register puts an object of apartment a into the global interface table.
func (w *world) register(o any) uint32 {
	w.t.Helper()
	cookie, err := w.rt.GlobalTable().RegisterInterfaceInGlobal(w.ca, o, &calc.IID_ICalc)
	if err != nil {
		w.t.Fatal(err)
	}
	if cookie == 0 {
		w.t.Error("cookie 0")
	}
	return cookie
}

func TestCF_314_ClassFactoryOfTheTable(t *testing.T) {
	w := newWorld(t)
	f, err := w.a.CoGetClassObject(w.ca, com.CLSID_StdGlobalTable, com.CLSCTX_INPROC_SERVER, &com.IID_IClassFactory)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.rt.Types().Query(w.ca, f, &com.IID_IGlobalTable)
	wantHR(t, err, com.E_NOINTERFACE)
	v, err := f.(com.IClassFactory).CreateInstance(w.ca, nil, &com.IID_IGlobalTable)
	if err != nil || v != any(w.rt.GlobalTable()) {
		t.Errorf("instance %T, %v; want the table of the process", v, err)
	}
}

func TestCF_315_RegisteredObjectIsHeld(t *testing.T) {
	w, o := newWorld(t), &watched{}
	cookie := w.register(o)
	w.want(o, true, 1)
	if err := w.rt.GlobalTable().RevokeInterfaceFromGlobal(w.cb, cookie); err != nil {
		t.Fatal(err)
	}
	w.want(o, false, 0, true)
}

func TestCF_316_TableWithoutCOM(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	cookie := w.register(&object{})
	marshal.EndApartment(w.b)
	_, err := w.rt.GlobalTable().GetInterfaceFromGlobal(w.cb, cookie, &calc.IID_ICalc)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
	_, err = w.rt.GlobalTable().RegisterInterfaceInGlobal(w.cb, &object{}, &calc.IID_ICalc)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
}

func TestCF_317_ProxyFromTheTable(t *testing.T) {
	w, o := newWorld(t), &watched{}
	cookie := w.register(o)
	for range 7 {
		v, err := w.rt.GlobalTable().GetInterfaceFromGlobal(w.cb, cookie, &calc.IID_ICalc)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := v.(calc.ICalc).Add(w.cb, 1, 2); n != 3 || err != nil {
			t.Errorf("Add: %d, %v", n, err)
		}
		com.Release(v)
		w.want(o, true, 1)
	}
	w.rt.GlobalTable().RevokeInterfaceFromGlobal(w.cb, cookie)
	w.want(o, false, 0, true)
}

func TestCF_318_ObjectFromTheTableAtHome(t *testing.T) {
	w, o := newWorld(t), &watched{}
	cookie := w.register(o)
	for _, iid := range []com.IID{calc.IID_ICalc, com.IID_IUnknown, com.IID_IExternalConnection} {
		v, err := w.rt.GlobalTable().GetInterfaceFromGlobal(w.ca, cookie, &iid)
		if err != nil || v != any(o) {
			t.Errorf("%v: %T, %v; want the object itself", iid, v, err)
		}
	}
	for _, ctx := range []context.Context{w.ca, w.cb} { // CF-025 holds here too: no IID is the registered one
		v, err := w.rt.GlobalTable().GetInterfaceFromGlobal(ctx, cookie, &com.IID{})
		if _, ok := v.(calc.ICalc); !ok || err != nil {
			t.Errorf("a zero IID: %T, %v", v, err)
		}
		com.Release(v)
	}
	w.rt.GlobalTable().RevokeInterfaceFromGlobal(w.ca, cookie)
}

func TestCF_320_UnknownCookies(t *testing.T) {
	w := newWorld(t)
	git := w.rt.GlobalTable()
	cookie := w.register(&object{})
	git.RevokeInterfaceFromGlobal(w.ca, cookie)
	for _, c := range []uint32{0, cookie, 12345} {
		_, err := git.GetInterfaceFromGlobal(w.ca, c, &calc.IID_ICalc)
		wantHR(t, err, com.E_INVALIDARG)
		wantHR(t, git.RevokeInterfaceFromGlobal(w.ca, c), com.E_INVALIDARG)
	}
}

func TestCF_321_RegisteredProxy(t *testing.T) {
	w, o := newWorld(t), &watched{}
	third := marshal.NewTestApartment(w.rt)
	cc := marshal.WithApartment(w.ctx, third)
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	git := w.rt.GlobalTable()
	cookie, err := git.RegisterInterfaceInGlobal(w.cb, c, &calc.IID_ICalc)
	if err != nil {
		t.Fatal(err)
	}
	com.Release(c)
	w.want(o, true, 1) // the table holds the proxy
	v, err := git.GetInterfaceFromGlobal(cc, cookie, &calc.IID_ICalc)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := v.(calc.ICalc).Add(cc, 1, 2); n != 3 || err != nil {
		t.Errorf("in a third apartment: %d, %v", n, err)
	}
	home, err := git.GetInterfaceFromGlobal(w.ca, cookie, &calc.IID_ICalc)
	if err != nil || home != any(o) {
		t.Errorf("where the object lives: %T, %v", home, err)
	}
	own, err := git.GetInterfaceFromGlobal(w.cb, cookie, &calc.IID_ICalc)
	if err != nil || own != any(c) {
		t.Errorf("where the proxy lives: %T, %v", own, err)
	}
	com.Release(own)
	com.Release(v)
	git.RevokeInterfaceFromGlobal(cc, cookie)
	w.want(o, false, 0, true)
}

func TestCF_322_RegisteringApartmentEnds(t *testing.T) {
	w, o := newWorld(t), &watched{}
	cookie := w.register(o)
	marshal.EndApartment(w.a)
	_, err := w.rt.GlobalTable().GetInterfaceFromGlobal(w.cb, cookie, &calc.IID_ICalc)
	wantHR(t, err, com.CO_E_OBJNOTREG)
	if err := w.rt.GlobalTable().RevokeInterfaceFromGlobal(w.cb, cookie); err != nil {
		t.Error(err)
	}
}

func TestCF_323_NoMarshalCannotBeRegistered(t *testing.T) {
	w := newWorld(t)
	_, err := w.rt.GlobalTable().RegisterInterfaceInGlobal(w.ca, &secret{}, &calc.IID_ICalc)
	wantHR(t, err, com.CO_E_NOT_SUPPORTED)
}

func TestCF_136_324_AgileObjectFromTheTable(t *testing.T) {
	w := newWorld(t)
	for _, o := range []any{&agile{}, newFree(w)} {
		cookie := w.register(o)
		v, err := w.rt.GlobalTable().GetInterfaceFromGlobal(w.cb, cookie, &calc.IID_ICalc)
		if err != nil || v != o {
			t.Errorf("%T: got %T, %v; want the object itself", o, v, err)
		}
		if n := marshal.Objects(w.a); n != 0 {
			t.Errorf("%T: %d stub managers", o, n)
		}
		w.rt.GlobalTable().RevokeInterfaceFromGlobal(w.cb, cookie)
	}
	if n := marshal.FreeObjects(w.rt); n != 0 {
		t.Errorf("packets hold %d objects after the end of their registrations", n)
	}
}

func TestTableRefusesWhatIsNotThere(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	git := w.rt.GlobalTable()
	_, err := git.RegisterInterfaceInGlobal(w.ca, nil, &calc.IID_ICalc)
	wantHR(t, err, com.E_INVALIDARG)
	_, err = git.RegisterInterfaceInGlobal(w.ca, &object{}, nil)
	wantHR(t, err, com.E_INVALIDARG)
	_, err = git.RegisterInterfaceInGlobal(w.ca, &object{}, &calc.IID_IScientific)
	wantHR(t, err, com.E_NOINTERFACE)
	_, err = git.GetInterfaceFromGlobal(w.ca, w.register(&object{}), nil)
	wantHR(t, err, com.E_INVALIDARG)
	if !w.rt.Types().Has(w.ca, git, &com.IID_IAgileObject) {
		t.Error("the table is not agile")
	}
}

func TestRegisteringMovesNoPacketTwice(t *testing.T) {
	w, o := newWorld(t), &watched{}
	x, y := w.register(o), w.register(o)
	if x == y {
		t.Error("one cookie for two registrations")
	}
	w.rt.GlobalTable().RevokeInterfaceFromGlobal(w.ca, x)
	w.want(o, true, 1)
	w.rt.GlobalTable().RevokeInterfaceFromGlobal(w.ca, y)
	w.want(o, false, 0, true)
}
