package marshal_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/samples/calc"
)

var classEcho = com.MustGUID("c7b1de0e-5c4e-4a6b-8a3e-4cfb0cf0a1ff")

func TestCF_211_WithoutCOM(t *testing.T) {
	w := newWorld(t)
	marshal.EndApartment(w.b)
	_, err := w.b.CoGetPSClsid(w.cb, &echoDesc.IID)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
	wantHR(t, w.b.CoRegisterPSClsid(w.cb, &echoDesc.IID, classEcho), com.CO_E_NOTINITIALIZED)
}

func TestCF_212_213_UnknownInterface(t *testing.T) {
	w := newWorld(t)
	for _, iid := range []com.IID{com.NewGUID(), echoDesc.IID, com.IID_IMarshal, {}} {
		_, err := w.a.CoGetPSClsid(w.ca, &iid)
		wantCode(t, iid.String(), err, com.REGDB_E_IIDNOTREG)
	}
	_, err := w.a.CoGetPSClsid(w.ca, nil)
	wantHR(t, err, com.E_INVALIDARG)
	wantHR(t, w.a.CoRegisterPSClsid(w.ca, nil, classEcho), com.E_INVALIDARG)
}

func TestCompiledInInterfacesAreTheirOwnClass(t *testing.T) {
	w := newWorld(t)
	if clsid, err := w.a.CoGetPSClsid(w.ca, &calc.IID_ICalc); clsid != calc.IID_ICalc || err != nil {
		t.Errorf("%v, %v", clsid, err)
	}
}

func TestCF_214_RegistrationIsOfTheProcess(t *testing.T) {
	w := newWorld(t)
	if err := w.a.CoRegisterPSClsid(w.ca, &echoDesc.IID, classEcho); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if clsid, err := w.b.CoGetPSClsid(w.cb, &echoDesc.IID); clsid != classEcho || err != nil {
			t.Errorf("%v, %v", clsid, err)
		}
		marshal.EndApartment(w.a) // and survives the registering apartment
	}
}

func TestCF_215_RegistrationEndsWithTheLastApartment(t *testing.T) {
	w := newWorld(t)
	w.a.CoRegisterPSClsid(w.ca, &echoDesc.IID, classEcho)
	marshal.EndApartment(w.a)
	marshal.EndApartment(w.b)
	again := marshal.NewTestApartment(w.rt)
	_, err := again.CoGetPSClsid(w.ctx, &echoDesc.IID)
	wantCode(t, "CoGetPSClsid", err, com.REGDB_E_IIDNOTREG)
}

func TestFactoryOfTheRuntimeOutlivesApartments(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	f := hand(w.rt, echoDesc)
	marshal.EndApartment(w.a)
	marshal.EndApartment(w.b)
	w.a = marshal.NewTestApartment(w.rt)
	w.ca = marshal.WithApartment(w.ctx, w.a)
	w.packet(&echo{}, echoDesc)
	wantLog(t, f.take(), "CreateStub IEcho")
}

func TestCF_216_ClassObjectMakesProxiesAndStubs(t *testing.T) {
	w := newWorld(t)
	f := &handFactory{journal: new(journal)}
	w.a.CoRegisterPSClsid(w.ca, &echoDesc.IID, classEcho)
	err := w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &echoDesc.IID, &echo{}, com.MSHCTX_INPROC, 0)
	wantCode(t, "without a class object", err, com.E_NOINTERFACE)
	if _, err := w.a.CoRegisterClassObject(w.ca, classEcho, f, com.CLSCTX_INPROC_SERVER, com.REGCLS_MULTIPLEUSE); err != nil {
		t.Fatal(err)
	}
	stm := w.packet(&echo{}, echoDesc)
	wantLog(t, f.take(), "CreateStub IEcho")
	e, err := w.b.CoUnmarshalInterface(w.cb, stm, &echoDesc.IID)
	if err != nil {
		t.Fatal(err)
	}
	wantLog(t, f.take(), "CreateProxy IEcho", "Connect IEcho")
	if n, err := e.(iEcho).Say(w.cb, 3); n != 3 || err != nil {
		t.Errorf("Say: %d, %v", n, err)
	}
	com.Release(e)
}

func TestCF_217_RegistrationGoesBeforeCompiledInCode(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	w.a.CoRegisterPSClsid(w.ca, &calc.IID_ICalc, classEcho)
	if clsid, err := w.b.CoGetPSClsid(w.cb, &calc.IID_ICalc); clsid != classEcho || err != nil {
		t.Errorf("%v, %v", clsid, err)
	}
	f := &handFactory{journal: new(journal)}
	w.a.CoRegisterClassObject(w.ca, classEcho, f, com.CLSCTX_INPROC_SERVER, com.REGCLS_MULTIPLEUSE)
	w.marshal(&object{}, 0)
	wantLog(t, f.take(), "CreateStub ICalc")
}

func TestCF_220_ImplicitMTA(t *testing.T) {
	w := newWorld(t)
	mta, err := w.rt.MTA(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := mta.CoRegisterPSClsid(w.ctx, &echoDesc.IID, classEcho); err != nil {
		t.Error(err)
	}
	if clsid, err := mta.CoGetPSClsid(w.ctx, &echoDesc.IID); clsid != classEcho || err != nil {
		t.Errorf("%v, %v", clsid, err)
	}
}

func TestCF_221_MissingProxyIsNoInterface(t *testing.T) {
	w := newWorld(t)
	err := w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &echoDesc.IID, &echo{}, com.MSHCTX_INPROC, 0)
	wantCode(t, "CoMarshalInterface", err, com.E_NOINTERFACE)
	u := w.proxy(&echo{}, com.UnknownDesc)
	_, err = com.Query[iEcho](w.cb, u)
	wantCode(t, "QueryInterface", err, com.E_NOINTERFACE)
	com.Release(u)
}

func TestCF_198_HandWrittenProxiesBetweenProcesses(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	ctx := t.Context()
	for _, m := range []*machine{server, client} {
		f := &handFactory{journal: new(journal)}
		if err := m.mta.CoRegisterPSClsid(ctx, &echoDesc.IID, classEcho); err != nil {
			t.Fatal(err)
		}
		if _, err := m.mta.CoRegisterClassObject(ctx, classEcho, f, com.CLSCTX_INPROC_SERVER, com.REGCLS_MULTIPLEUSE); err != nil {
			t.Fatal(err)
		}
	}
	maker := com.NewClassFactory(server.rt.Types(), func(context.Context) (any, error) { return &echo{}, nil })
	if _, err := server.mta.CoRegisterClassObject(ctx, classCalc, maker, com.CLSCTX_LOCAL_SERVER, com.REGCLS_MULTIPLEUSE); err != nil {
		t.Fatal(err)
	}
	res, err := server.mta.Activate(ctx, marshal.Activation{
		CLSID: classCalc, IIDs: []com.IID{echoDesc.IID}, Dest: com.MSHCTX_DIFFERENTMACHINE})
	if err != nil {
		t.Fatal(err)
	}
	info := server.mta.Exporter().Info()
	v, err := client.mta.Adopt(ctx, &info, res[0].Packet, echoDesc)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := v.(iEcho).Say(ctx, 12); n != 12 || err != nil {
		t.Errorf("Say: %d, %v", n, err)
	}
	if err := com.ReleaseContext(ctx, v); err != nil {
		t.Error(err)
	}
	server.wantObjects(t, 0)
}

func TestServerKnowsInterfacesOfRegisteredFactories(t *testing.T) {
	w := newWorld(t)
	s := dcerpc.SyntaxID{UUID: echoDesc.IID}
	if w.rt.LookupInterface(s) != nil {
		t.Error("an interface that nobody can make a stub of")
	}
	hand(w.rt, echoDesc)
	if i := w.rt.LookupInterface(s); i == nil || i.Name != "IEcho" {
		t.Errorf("the interface of a registered factory: %v", i)
	}
}

func TestRegisterPSFactoryAgainAndBack(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	f := hand(w.rt, echoDesc)
	g := hand(w.rt, echoDesc)
	w.packet(&echo{}, echoDesc)
	wantLog(t, f.take())
	wantLog(t, g.take(), "CreateStub IEcho")
	w.rt.RegisterPSFactory(echoDesc.IID, nil)
	err := w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &echoDesc.IID, &echo{}, com.MSHCTX_INPROC, 0)
	wantCode(t, "after it was taken back", err, com.E_NOINTERFACE)
}

// partFactory is a class object whose IPSFactoryBuffer is a tear-off.
type partFactory struct{ f *handFactory }

type factoryPart struct {
	*handFactory
	owner *partFactory
}

func (p *factoryPart) COMIdentity() any { return p.owner }

func (p *partFactory) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[com.IPSFactoryBuffer](&factoryPart{p.f, p})}
}

func TestFactoryIsQueriedFor(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	f := &handFactory{journal: new(journal)}
	w.a.CoRegisterPSClsid(w.ca, &echoDesc.IID, classEcho)
	w.b.CoRegisterClassObject(w.cb, classEcho, &partFactory{f}, com.CLSCTX_INPROC_SERVER, com.REGCLS_MULTIPLEUSE)
	w.packet(&echo{}, echoDesc) // in another apartment than the class object's
	wantLog(t, f.take(), "CreateStub IEcho")
}

func TestClassOfGeneratedCodeForAnotherInterface(t *testing.T) {
	w := newWorld(t)
	w.a.CoRegisterPSClsid(w.ca, &echoDesc.IID, calc.IID_ICalc)
	err := w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &echoDesc.IID, &echo{}, com.MSHCTX_INPROC, 0)
	wantCode(t, "a class that does not know the interface", err, com.E_NOINTERFACE)
}

func TestClassObjectThatIsNoFactory(t *testing.T) {
	w := newWorld(t)
	w.a.CoRegisterPSClsid(w.ca, &echoDesc.IID, classEcho)
	w.a.CoRegisterClassObject(w.ca, classEcho, &object{}, com.CLSCTX_INPROC_SERVER, com.REGCLS_MULTIPLEUSE)
	err := w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &echoDesc.IID, &echo{}, com.MSHCTX_INPROC, 0)
	wantCode(t, "CoMarshalInterface", err, com.E_NOINTERFACE)
}
