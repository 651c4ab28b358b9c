package marshal_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
	_ "oxid/std" // proxy and stub of IClassFactory
)

var classCalc = com.MustGUID("2f7a4c0e-7f3e-4b0a-9d06-3f6b1c5a9e42")

const (
	inproc   = com.CLSCTX_INPROC_SERVER
	local    = com.CLSCTX_LOCAL_SERVER
	multiple = com.REGCLS_MULTIPLEUSE
	single   = com.REGCLS_SINGLEUSE
	separate = com.REGCLS_MULTI_SEPARATE
)

// factory makes objects and counts them.
type factory struct {
	made []*object
	fail error
	apt  *marshal.Apartment // where CreateInstance ran last
}

func (f *factory) CreateInstance(ctx context.Context, outer any, iid *com.IID) (any, error) {
	f.apt = marshal.ApartmentOf(ctx)
	if f.fail != nil {
		return nil, f.fail
	}
	if outer != nil {
		return nil, com.CLASS_E_NOAGGREGATION
	}
	o := new(object)
	f.made = append(f.made, o)
	return com.QueryInterface(ctx, o, iid)
}

func (f *factory) LockServer(context.Context, bool) error { return nil }

// class registers a class object in apartment a.
func (w *world) class(f any, clsctx com.CLSCTX, flags com.REGCLS) (cookie uint32) {
	w.t.Helper()
	cookie, err := w.a.CoRegisterClassObject(w.ca, classCalc, f, clsctx, flags)
	if err != nil {
		w.t.Fatal(err)
	}
	return cookie
}

// lookup asks for the class object in apartment a or b.
func (w *world) lookup(a *marshal.Apartment, clsctx com.CLSCTX) (any, error) {
	return a.CoGetClassObject(marshal.WithApartment(w.ctx, a), classCalc, clsctx, &com.IID_IClassFactory)
}

func wantCode(t *testing.T, what string, err error, hr com.HRESULT) {
	t.Helper()
	if got := com.HRESULTOf(err); got != hr {
		t.Errorf("%s: %v, want %v", what, err, hr)
	}
}

func TestCF_234_UnregisteredClass(t *testing.T) {
	w := newWorld(t)
	for _, c := range []com.CLSCTX{inproc, local, com.CLSCTX_INPROC_HANDLER, com.CLSCTX_REMOTE_SERVER, com.CLSCTX_ALL} {
		_, err := w.a.CoCreateInstance(w.ca, classCalc, nil, c, &calc.IID_ICalc)
		wantCode(t, "CoCreateInstance", err, com.REGDB_E_CLASSNOTREG)
		_, err = w.lookup(w.a, c)
		wantCode(t, "CoGetClassObject", err, com.REGDB_E_CLASSNOTREG)
	}
}

func TestCF_254_NoHandlerClass(t *testing.T) {
	w := newWorld(t)
	w.class(&factory{}, inproc|local, multiple)
	_, err := w.a.CoCreateInstance(w.ca, classCalc, nil, com.CLSCTX_INPROC_HANDLER, &calc.IID_ICalc)
	wantCode(t, "CoCreateInstance", err, com.REGDB_E_CLASSNOTREG)
}

func TestCF_235_NullArguments(t *testing.T) {
	w := newWorld(t)
	_, err := w.a.CoGetClassObject(w.ca, classCalc, inproc, nil)
	wantHR(t, err, com.E_INVALIDARG)
	_, err = w.a.CoCreateInstance(w.ca, classCalc, nil, inproc, nil)
	wantHR(t, err, com.E_INVALIDARG)
	for what, f := range map[string]func() (uint32, error){
		"no object":       func() (uint32, error) { return w.a.CoRegisterClassObject(w.ca, classCalc, nil, inproc, multiple) },
		"no context":      func() (uint32, error) { return w.a.CoRegisterClassObject(w.ca, classCalc, &factory{}, 0, multiple) },
		"unknown context": func() (uint32, error) { return w.a.CoRegisterClassObject(w.ca, classCalc, &factory{}, 0x40, multiple) },
		"two uses":        func() (uint32, error) { return w.a.CoRegisterClassObject(w.ca, classCalc, &factory{}, inproc, 3) },
		"reserved use":    func() (uint32, error) { return w.a.CoRegisterClassObject(w.ca, classCalc, &factory{}, inproc, 0x100) },
		"no identity":     func() (uint32, error) { return w.a.CoRegisterClassObject(w.ca, classCalc, 7, inproc, multiple) },
	} {
		_, err := f()
		wantCode(t, what, err, com.E_INVALIDARG)
	}
}

func TestCF_237_EachApartmentHasItsOwn(t *testing.T) {
	w := newWorld(t)
	f, g := &factory{}, &factory{}
	w.class(f, inproc, multiple)
	_, err := w.lookup(w.b, inproc)
	wantCode(t, "the other apartment", err, com.REGDB_E_CLASSNOTREG)
	if _, err := w.b.CoRegisterClassObject(w.cb, classCalc, g, inproc, multiple); err != nil {
		t.Fatal(err)
	}
	for a, want := range map[*marshal.Apartment]any{w.a: f, w.b: g} {
		if got, err := w.lookup(a, inproc); got != want || err != nil {
			t.Errorf("%v, %v: not the apartment's own", got, err)
		}
	}
	_, err = w.a.CoRegisterClassObject(w.ca, classCalc, g, inproc, multiple)
	wantCode(t, "a second one in one apartment", err, com.CO_E_OBJISREG)
}

func TestCF_238_264_LocalServerInTheProcess(t *testing.T) {
	w := newWorld(t)
	f := &factory{}
	w.class(f, local, multiple)
	v, err := w.lookup(w.b, local)
	if err != nil {
		t.Fatal(err)
	}
	if _, proxy := v.(com.Proxied); !proxy {
		t.Errorf("another apartment got %T, want a proxy", v)
	}
	c, err := v.(com.IClassFactory).CreateInstance(w.cb, nil, &calc.IID_ICalc)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.(calc.ICalc).Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	com.Release(c)
	com.Release(v)
	if got, err := w.lookup(w.a, local); got != any(f) || err != nil {
		t.Errorf("the registering apartment got %T, %v", got, err)
	}
}

func TestCF_239_RevokeElsewhere(t *testing.T) {
	w := newWorld(t)
	cookie := w.class(&factory{}, local, multiple)
	wantHR(t, w.b.CoRevokeClassObject(w.cb, cookie), com.RPC_E_WRONG_THREAD)
	wantHR(t, w.a.CoRevokeClassObject(w.cb, cookie), com.RPC_E_WRONG_THREAD)
	if _, err := w.lookup(w.a, local); err != nil {
		t.Errorf("the registration did not stay: %v", err)
	}
	if err := w.a.CoRevokeClassObject(w.ca, cookie); err != nil {
		t.Fatal(err)
	}
	_, err := w.lookup(w.a, local)
	wantCode(t, "after the revocation", err, com.REGDB_E_CLASSNOTREG)
	wantHR(t, w.a.CoRevokeClassObject(w.ca, cookie), com.E_INVALIDARG)
}

func TestCF_240_RegistrationsEndWithTheirApartment(t *testing.T) {
	w := newWorld(t)
	w.class(&factory{}, inproc|local, multiple)
	marshal.EndApartment(w.a)
	_, err := w.lookup(w.b, local)
	wantCode(t, "another apartment", err, com.REGDB_E_CLASSNOTREG)
	_, err = w.lookup(w.a, inproc)
	wantCode(t, "the apartment itself", err, com.CO_E_NOTINITIALIZED)
}

func TestCF_241_ClassObjectWithoutIClassFactory(t *testing.T) {
	w, o := newWorld(t), &object{}
	w.class(o, local, multiple)
	v, err := w.a.CoGetClassObject(w.ca, classCalc, local, &calc.IID_ICalc)
	if v != any(o) || err != nil {
		t.Errorf("%T, %v", v, err)
	}
	_, err = w.a.CoCreateInstance(w.ca, classCalc, nil, local, &calc.IID_ICalc)
	wantCode(t, "CoCreateInstance", err, com.E_NOINTERFACE)
	_, err = w.b.CoCreateInstance(w.cb, classCalc, nil, local, &calc.IID_ICalc)
	wantCode(t, "CoCreateInstance elsewhere", err, com.E_NOINTERFACE)
}

func TestCF_242_Suspended(t *testing.T) {
	w := newWorld(t)
	w.class(&factory{}, local, multiple|com.REGCLS_SUSPENDED)
	for _, a := range []*marshal.Apartment{w.a, w.b} {
		_, err := w.lookup(a, local|inproc)
		wantCode(t, "suspended", err, com.REGDB_E_CLASSNOTREG)
	}
	if err := w.rt.CoResumeClassObjects(w.ctx); err != nil {
		t.Fatal(err)
	}
	for _, a := range []*marshal.Apartment{w.a, w.b} {
		v, err := w.lookup(a, local)
		wantCode(t, "resumed", err, com.S_OK)
		com.Release(v)
	}
}

func TestCF_243_MultipleUseServesItsOwnApartment(t *testing.T) {
	for _, c := range []struct {
		flags com.REGCLS
		hr    com.HRESULT
	}{{multiple, com.S_OK}, {separate, com.REGDB_E_CLASSNOTREG}, {single, com.REGDB_E_CLASSNOTREG}} {
		w, f := newWorld(t), &factory{}
		w.class(f, local, c.flags)
		v, err := w.lookup(w.a, inproc)
		wantCode(t, "INPROC_SERVER", err, c.hr)
		if err == nil && v != any(f) {
			t.Errorf("got %T, want the class object itself", v)
		}
	}
}

func TestCF_244_245_ServerProcessCount(t *testing.T) {
	w := newWorld(t)
	w.class(&factory{}, local, multiple)
	for i, want := range []uint32{1, 2} {
		if n := w.rt.CoAddRefServerProcess(); n != want {
			t.Errorf("call %d: %d, want %d", i, n, want)
		}
	}
	if n := w.rt.CoReleaseServerProcess(w.ctx); n != 1 {
		t.Errorf("%d after the first release", n)
	}
	v, err := w.lookup(w.b, local)
	wantCode(t, "while the process serves", err, com.S_OK)
	com.Release(v)
	if n := w.rt.CoReleaseServerProcess(w.ctx); n != 0 {
		t.Errorf("%d after the last release", n)
	}
	_, err = w.lookup(w.b, local)
	wantCode(t, "while the process ends", err, com.REGDB_E_CLASSNOTREG)
	if n := w.rt.CoReleaseServerProcess(w.ctx); n != 0 {
		t.Errorf("%d after one release too many", n)
	}
}

func TestCF_246_247_SingleUse(t *testing.T) {
	w := newWorld(t)
	cookie := w.class(&factory{}, local, single)
	create := func() error {
		v, err := w.b.CoCreateInstance(w.cb, classCalc, nil, local, &calc.IID_ICalc)
		com.Release(v)
		return err
	}
	wantCode(t, "first activation", create(), com.S_OK)
	wantCode(t, "second activation", create(), com.REGDB_E_CLASSNOTREG)
	if err := w.a.CoRevokeClassObject(w.ca, cookie); err != nil {
		t.Fatal(err)
	}
	w.class(&factory{}, local, single)
	wantCode(t, "registered again", create(), com.S_OK)
	wantCode(t, "and used up again", create(), com.REGDB_E_CLASSNOTREG)
	w.class(&factory{}, local, single)
	w.class(&factory{}, local, single)
	for range 2 {
		wantCode(t, "two registrations", create(), com.S_OK)
	}
	wantCode(t, "two registrations, third activation", create(), com.REGDB_E_CLASSNOTREG)
}

func TestSingleUseThatNobodyGotIsNotUsedUp(t *testing.T) {
	w := newWorld(t)
	w.class(&factory{}, local, single)
	_, err := w.b.CoGetClassObject(w.cb, classCalc, local, &calc.IID_IScientific)
	wantCode(t, "an interface that it lacks", err, com.E_NOINTERFACE)
	v, err := w.lookup(w.b, local)
	wantCode(t, "afterwards", err, com.S_OK)
	com.Release(v)
}

func TestCF_248_FactoryError(t *testing.T) {
	w := newWorld(t)
	mine := com.HRESULT(0x80041234)
	w.class(&factory{fail: mine}, inproc|local, multiple)
	for _, a := range []*marshal.Apartment{w.a, w.b} {
		_, err := a.CoCreateInstance(marshal.WithApartment(w.ctx, a), classCalc, nil, inproc|local, &calc.IID_ICalc)
		wantCode(t, "CoCreateInstance", err, mine)
	}
}

func TestCF_249_UnsupportedInterface(t *testing.T) {
	w := newWorld(t)
	f := &factory{}
	w.class(f, local, multiple)
	for _, iid := range []com.IID{{}, calc.IID_IScientific, com.NewGUID()} {
		_, err := w.b.CoCreateInstance(w.cb, classCalc, nil, local, &iid)
		wantCode(t, iid.String(), err, com.E_NOINTERFACE)
	}
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d objects held", n)
	}
}

func TestCF_252_AggregationAcrossApartments(t *testing.T) {
	w := newWorld(t)
	f := &factory{}
	w.class(f, local, multiple)
	_, err := w.b.CoCreateInstance(w.cb, classCalc, &object{}, local, &com.IID_IUnknown)
	wantCode(t, "CoCreateInstance", err, com.CLASS_E_NOAGGREGATION)
	v, err := w.lookup(w.b, local)
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.(com.IClassFactory).CreateInstance(w.cb, &object{}, &com.IID_IUnknown)
	wantCode(t, "the proxy of the class object", err, com.CLASS_E_NOAGGREGATION)
	com.Release(v)
	if len(f.made) != 0 {
		t.Error("the class object was asked")
	}
}

func TestCF_259_260_AppContainer(t *testing.T) {
	w := newWorld(t)
	w.class(&factory{}, inproc|local, multiple)
	for _, c := range []com.CLSCTX{inproc, local} {
		_, err := w.a.CoCreateInstance(w.ca, classCalc, nil, c|com.CLSCTX_APPCONTAINER, &calc.IID_ICalc)
		wantCode(t, "CoCreateInstance", err, com.REGDB_E_CLASSNOTREG)
	}
	_, err := w.lookup(w.a, inproc|com.CLSCTX_APPCONTAINER)
	wantCode(t, "CoGetClassObject, in-process", err, com.E_INVALIDARG)
	_, err = w.lookup(w.a, local|com.CLSCTX_APPCONTAINER)
	wantCode(t, "CoGetClassObject, local", err, com.REGDB_E_CLASSNOTREG)
}

func TestCF_261_NothingIsLeftOver(t *testing.T) {
	w, f := newWorld(t), &factory{}
	w.class(f, local, multiple)
	v, err := w.lookup(w.b, local)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c, err := v.(com.IClassFactory).CreateInstance(w.cb, nil, &calc.IID_ICalc)
		if err != nil {
			t.Fatal(err)
		}
		com.Release(c)
	}
	com.Release(v)
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d objects held after the client released everything", n)
	}
	for i, o := range f.made {
		if o.finals != 1 {
			t.Errorf("instance %d: FinalRelease ran %d times", i, o.finals)
		}
	}
	v, err = w.lookup(w.b, local) // the registration itself stays
	wantCode(t, "the class object", err, com.S_OK)
	com.Release(v)
}

// The same from another machine: all that is left is the registration's.
func TestCF_261_NothingIsLeftOverElsewhere(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	ctx := t.Context()
	var made []*object
	f := com.NewClassFactory(server.rt.Types(), func(context.Context) (any, error) {
		made = append(made, new(object))
		return made[len(made)-1], nil
	})
	cookie, err := server.mta.CoRegisterClassObject(ctx, classCalc, f, local, multiple)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		res, err := server.mta.Activate(ctx, marshal.Activation{CLSID: classCalc, IIDs: []com.IID{com.IID_IClassFactory},
			ClassObject: true, Dest: com.MSHCTX_DIFFERENTMACHINE})
		if err != nil {
			t.Fatal(err)
		}
		info := server.mta.Exporter().Info()
		v, err := client.mta.Adopt(ctx, &info, res[0].Packet, com.ClassFactoryDesc)
		if err != nil {
			t.Fatal(err)
		}
		remote := v.(com.IClassFactory)
		if err := remote.LockServer(ctx, true); err != nil {
			t.Error(err)
		}
		for range 3 {
			c, err := remote.CreateInstance(ctx, nil, &calc.IID_ICalc)
			if err != nil {
				t.Fatal(err)
			}
			mustAdd(t, ctx, c.(calc.ICalc))
			if err := com.ReleaseContext(ctx, c); err != nil {
				t.Error(err)
			}
		}
		if err := remote.LockServer(ctx, false); err != nil {
			t.Error(err)
		}
		if err := com.ReleaseContext(ctx, v); err != nil {
			t.Error(err)
		}
		server.wantObjects(t, 0)
		if n := f.Locks(); n != 0 {
			t.Errorf("%d locks of the server", n)
		}
	}
	for i, o := range made {
		if o.finals != 1 {
			t.Errorf("instance %d of %d: FinalRelease ran %d times", i, len(made), o.finals)
		}
	}
	if err := server.mta.CoRevokeClassObject(ctx, cookie); err != nil {
		t.Error(err)
	}
}

func TestInstancesAreMadeInTheApartmentOfTheirClassObject(t *testing.T) {
	w, f := newWorld(t), &factory{}
	w.class(f, local, multiple)
	v, err := w.b.CoCreateInstance(w.cb, classCalc, nil, local, &calc.IID_ICalc)
	if err != nil {
		t.Fatal(err)
	}
	if f.apt != w.a {
		t.Error("CreateInstance ran in another apartment")
	}
	com.Release(v)
	if n := f.made[0].finals; n != 1 {
		t.Errorf("FinalRelease ran %d times", n)
	}
}

// guarded is a class object with an IMarshal of its own.
type guarded struct {
	custom
	factory
}

func (g *guarded) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[com.IClassFactory](g), com.EntryOf[com.IMarshal](g)}
}

func TestCF_088_RevokeRunsTheDisconnectPath(t *testing.T) {
	w := newWorld(t)
	g := &guarded{}
	cookie := w.class(g, local, multiple)
	g.log = nil
	if err := w.a.CoRevokeClassObject(w.ca, cookie); err != nil {
		t.Fatal(err)
	}
	wantLog(t, g.log, "DisconnectObject")

	f := &factory{}
	cookie = w.class(f, local, multiple)
	v, err := w.lookup(w.b, local)
	if err != nil {
		t.Fatal(err)
	}
	w.a.CoRevokeClassObject(w.ca, cookie)
	_, err = v.(com.IClassFactory).CreateInstance(w.cb, nil, &calc.IID_ICalc)
	wantCode(t, "a client of a revoked class object", err, com.RPC_E_DISCONNECTED)
	com.Release(v)
}

func TestRegisteredProxyIsKept(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	cookie, err := w.b.CoRegisterClassObject(w.cb, classCalc, c, local, multiple)
	if err != nil {
		t.Fatal(err)
	}
	com.Release(c)
	w.want(o, true, 1)
	if err := w.b.CoRevokeClassObject(w.cb, cookie); err != nil {
		t.Fatal(err)
	}
	w.want(o, false, 0, true)
}

func TestActivateUsesTheClassTable(t *testing.T) {
	w := newWorld(t)
	act := func(iids ...com.IID) ([]marshal.ActivationResult, error) {
		return w.b.Activate(w.ctx, marshal.Activation{CLSID: classCalc, IIDs: iids, Dest: com.MSHCTX_LOCAL})
	}
	_, err := act(calc.IID_ICalc)
	wantCode(t, "not registered", err, com.REGDB_E_CLASSNOTREG)
	w.class(&factory{}, inproc, multiple)
	_, err = act(calc.IID_ICalc)
	wantCode(t, "in-process class", err, com.REGDB_E_CLASSNOTREG)
	f := &factory{}
	w.class(f, local, single|com.REGCLS_SUSPENDED)
	_, err = act(calc.IID_ICalc)
	wantCode(t, "suspended", err, com.REGDB_E_CLASSNOTREG)
	if got := w.rt.Classes(); len(got) != 0 {
		t.Errorf("classes %v while suspended", got)
	}
	w.rt.CoResumeClassObjects(w.ctx)
	if got := w.rt.Classes(); !slices.Equal(got, []com.CLSID{classCalc}) {
		t.Errorf("classes %v", got)
	}
	res, err := act(calc.IID_ICalc, calc.IID_IScientific)
	if err != nil || res[0].HR != com.S_OK || res[1].HR != com.E_NOINTERFACE || res[1].Packet != nil {
		t.Fatalf("%+v, %v", res, err)
	}
	if r, _, err := orpc.ParseOBJREF(res[0].Packet); err != nil || r.Std.OXID != w.a.OXID() {
		t.Errorf("the object lives in %v, %v; want the apartment of its class object", r.Std.OXID, err)
	}
	if f.apt != w.a {
		t.Error("CreateInstance ran in another apartment")
	}
	w.release(w.a, com.NewMemoryStream(res[0].Packet))
	_, err = act(calc.IID_ICalc)
	wantCode(t, "used up", err, com.REGDB_E_CLASSNOTREG)
}

// registrar writes down what the resolver is told of classes.
type registrar struct {
	log  []string
	fail error
}

func (r *registrar) RegisterExporter(context.Context, *marshal.Exporter) (orpc.PackedBindings, error) {
	return nil, nil
}
func (r *registrar) RevokeExporter(context.Context, *marshal.Exporter) {}
func (r *registrar) RegisterClass(context.Context, *marshal.Exporter, com.CLSID) error {
	r.log = append(r.log, "register")
	return r.fail
}
func (r *registrar) RevokeClass(context.Context, *marshal.Exporter, com.CLSID) {
	r.log = append(r.log, "revoke")
}

func TestResolverIsToldWhatIsServed(t *testing.T) {
	r := &registrar{}
	w := newWorldWith(t, marshal.Options{Registrar: r})
	step := func(what string, want ...string) {
		t.Helper()
		if !slices.Equal(r.log, want) {
			t.Errorf("%s: the resolver heard %q, want %q", what, r.log, want)
		}
		r.log = nil
	}
	w.class(&factory{}, inproc, multiple)
	step("in-process class")
	cookie := w.class(&factory{}, local, multiple|com.REGCLS_SUSPENDED)
	step("suspended class")
	w.rt.CoResumeClassObjects(w.ctx)
	step("resumed", "register")
	w.rt.CoSuspendClassObjects(w.ctx)
	step("suspended", "revoke")
	w.rt.CoResumeClassObjects(w.ctx)
	step("resumed again", "register")
	w.a.CoRevokeClassObject(w.ca, cookie)
	step("revoked", "revoke")
	w.class(&factory{}, local, single)
	w.class(&factory{}, local, single)
	step("two for a single use", "register")
	for i, want := range [][]string{nil, {"revoke"}} {
		v, err := w.b.CoCreateInstance(w.cb, classCalc, nil, local, &calc.IID_ICalc)
		if err != nil {
			t.Fatal(err)
		}
		com.Release(v)
		step([]string{"first used up", "second used up"}[i], want...)
	}
	w.class(&factory{}, local, multiple)
	r.log = nil
	marshal.EndApartment(w.a)
	step("apartment ended", "revoke")
}

func TestClassThatCannotBeAnnouncedIsNotRegistered(t *testing.T) {
	r := &registrar{fail: errors.New("no daemon")}
	w := newWorldWith(t, marshal.Options{Registrar: r})
	if _, err := w.a.CoRegisterClassObject(w.ca, classCalc, &factory{}, local, multiple); !errors.Is(err, r.fail) {
		t.Errorf("error %v", err)
	}
	r.fail = nil
	w.class(&factory{}, local, multiple)
}

func TestSingleUseUnderLoad(t *testing.T) {
	w := newWorld(t)
	w.class(&factory{}, local, single)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			v, err := w.b.CoCreateInstance(w.cb, classCalc, nil, local, &calc.IID_ICalc)
			if err == nil {
				won.Add(1)
				com.Release(v)
			} else if com.HRESULTOf(err) != com.REGDB_E_CLASSNOTREG {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := won.Load(); n != 1 {
		t.Errorf("%d activations of a single-use class", n)
	}
}

// All uses can be said for all contexts; SUSPENDED, SURROGATE and AGILE beside them.
func TestCombinationsOfUses(t *testing.T) {
	for _, ctx := range []com.CLSCTX{inproc, local, inproc | local} {
		for use := single; use < 32; use++ {
			want := com.S_OK
			if use&3 == 3 {
				want = com.E_INVALIDARG
			}
			w := newWorld(t)
			cookie, err := w.a.CoRegisterClassObject(w.ca, classCalc, &factory{}, ctx, use)
			wantCode(t, "CoRegisterClassObject", err, want)
			if err == nil {
				if err := w.a.CoRevokeClassObject(w.ca, cookie); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func TestAgileClassObject(t *testing.T) {
	w, f, own := newWorld(t), &factory{}, &factory{}
	w.class(f, inproc, multiple|com.REGCLS_AGILE)
	for _, a := range []*marshal.Apartment{w.a, w.b} {
		if v, err := w.lookup(a, inproc); v != any(f) || err != nil {
			t.Errorf("%T, %v; want the class object itself in every apartment", v, err)
		}
	}
	if _, err := w.b.CoRegisterClassObject(w.cb, classCalc, own, inproc, multiple); err != nil {
		t.Fatal(err)
	}
	if v, err := w.lookup(w.b, inproc); v != any(own) || err != nil {
		t.Errorf("%T, %v; want the apartment's own", v, err)
	}
	third := marshal.NewTestApartment(w.rt)
	_, err := third.CoRegisterClassObject(w.ctx, classCalc, own, inproc, multiple|com.REGCLS_AGILE)
	wantCode(t, "a second one for all apartments", err, com.CO_E_OBJISREG)
}
