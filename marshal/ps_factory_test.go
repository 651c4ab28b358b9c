package marshal_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// hand registers a factory of hand-written proxies and stubs for some
// interfaces of a runtime.
func hand(rt *marshal.Runtime, descs ...*com.Desc) *handFactory {
	f := &handFactory{journal: new(journal)}
	for _, d := range descs {
		rt.RegisterPSFactory(d.IID, f)
	}
	return f
}

func (w *world) packet(obj any, d *com.Desc) com.IStream {
	w.t.Helper()
	stm := com.NewMemoryStream(nil)
	if err := w.a.CoMarshalInterface(w.ca, stm, &d.IID, obj, com.MSHCTX_INPROC, 0); err != nil {
		w.t.Fatal(err)
	}
	return rewind(stm)
}

func (w *world) proxy(obj any, d *com.Desc) any {
	w.t.Helper()
	v, err := w.b.CoUnmarshalInterface(w.cb, w.packet(obj, d), &d.IID)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func TestCF_190_191_192_193_OrderOfProxiesAndStubs(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, echoDesc, tallyDesc)
	o := &echo{log: f.journal}
	u := w.proxy(o, com.UnknownDesc)
	wantLog(t, f.take())

	e, err := com.Query[iEcho](w.cb, u)
	if err != nil {
		t.Fatal(err)
	}
	wantLog(t, f.take(), "CreateStub IEcho", "CreateProxy IEcho", "Connect IEcho")

	if n, err := e.Say(w.cb, 5); n != 5 || err != nil {
		t.Fatalf("Say: %d, %v", n, err)
	}
	wantLog(t, f.take(), "proxy", "Invoke", "method")

	com.Release(e)
	wantLog(t, f.take()) // another pointer of the object lives
	com.Release(u)
	wantLog(t, f.take(), "proxy.Disconnect IEcho", "stub.Disconnect IEcho")
	if o.finals != 1 {
		t.Errorf("FinalRelease ran %d times", o.finals)
	}
}

func TestCF_192_InterfaceThatGoesAndComesAgain(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, echoDesc)
	u := w.proxy(&echo{}, com.UnknownDesc)
	first, _ := com.Query[iEcho](w.cb, u)
	com.Release(first)
	second, err := com.Query[iEcho](w.cb, u)
	if err != nil || second == first {
		t.Fatalf("the second pointer: %v, the first one again: %v", err, second == first)
	}
	_, err = first.Say(w.cb, 1)
	wantHR(t, err, com.CO_E_RELEASED)
	if n, err := second.Say(w.cb, 1); n != 1 || err != nil {
		t.Errorf("Say: %d, %v", n, err)
	}
	f.take()
	com.Release(second)
	com.Release(u)
	wantLog(t, f.take(), "proxy.Disconnect IEcho", "stub.Disconnect IEcho")
}

func TestCF_193_ClientApartmentEnds(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, echoDesc)
	e := w.proxy(&echo{}, echoDesc).(iEcho)
	f.take()
	marshal.EndApartment(w.b)
	wantLog(t, f.take(), "proxy.Disconnect IEcho", "stub.Disconnect IEcho")
	_, err := e.Say(w.cb, 1)
	wantHR(t, err, com.CO_E_OBJNOTCONNECTED)
	com.Release(e)
	wantLog(t, f.take(), "proxy")
}

func TestCF_012_013_216_StubIsMadeOnceForTheIdentity(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	f := hand(w.rt, echoDesc)
	o := &echo{}
	part := &echoPart{owner: o} // an interface pointer that is not the identity
	first := w.packet(part, echoDesc)
	second := w.packet(part, echoDesc)
	wantLog(t, f.take(), "CreateStub IEcho")
	if len(f.servers) != 1 || f.servers[0] != any(o) {
		t.Errorf("CreateStub was given %T, want the identity", f.servers[0])
	}
	for _, stm := range []com.IStream{first, second} {
		v, err := w.b.CoUnmarshalInterface(w.cb, stm, &echoDesc.IID)
		if err != nil {
			t.Fatal(err)
		}
		defer com.Release(v)
	}
	wantLog(t, f.take(), "CreateProxy IEcho", "Connect IEcho")
	w.packet(part, echoDesc)
	wantLog(t, f.take())
}

// echoPart is a tear-off of an echo.
type echoPart struct{ owner *echo }

func (p *echoPart) Say(ctx context.Context, n int32) (int32, error) { return p.owner.Say(ctx, n) }
func (p *echoPart) COMIdentity() any                                { return p.owner }

func TestCF_171_172_174_OuterOfAProxy(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, echoDesc)
	e := w.proxy(&echo{}, echoDesc)
	id, err := com.IdentityOf(e)
	if err != nil || len(f.outers) != 1 || f.outers[0] != id {
		t.Errorf("outer %v, identity %v, %v", f.outers, id, err)
	}
	if n := f.proxy.Users(); n != 1 {
		t.Errorf("%d hand-outs of a new interface pointer, want 1", n)
	}
	u, err := com.QueryInterface(w.cb, e, &com.IID_IUnknown)
	if err != nil || !com.Same(u, e) {
		t.Errorf("IUnknown of the proxy: %v", err)
	}
	com.Release(u)
	if n := f.proxy.Users(); n != 1 {
		t.Errorf("%d hand-outs after a query for another interface", n)
	}
	com.Release(e)
	if n := f.proxy.Users(); n != 0 {
		t.Errorf("%d hand-outs after the release", n)
	}
}

func TestCF_175_ProxiesDoNotKeepTheirObject(t *testing.T) {
	w := newWorld(t)
	hand(w.rt, echoDesc)
	o := &echo{}
	com.Release(w.proxy(o, echoDesc))
	if o.finals != 1 || marshal.Remotes(w.b) != 0 {
		t.Errorf("FinalRelease ran %d times, %d objects elsewhere are held", o.finals, marshal.Remotes(w.b))
	}
}

// wire is a channel that answers every call with the same reply.
type wire struct {
	journal
	reply []byte
}

func (c *wire) GetBuffer(context.Context, uint32, int) (*com.RPCOLEMESSAGE, error) {
	c.add("GetBuffer")
	return &com.RPCOLEMESSAGE{DataRep: 0x10}, nil
}

func (c *wire) SendReceive(_ context.Context, m *com.RPCOLEMESSAGE) error {
	c.add("SendReceive")
	m.Buffer = c.reply
	return nil
}
func (c *wire) FreeBuffer(*com.RPCOLEMESSAGE) { c.add("FreeBuffer") }
func (c *wire) GetDestCtx() com.MSHCTX        { return com.MSHCTX_LOCAL }
func (c *wire) IsConnected() bool             { return true }

// generated returns the class object of the generated proxies and stubs of d.
func (w *world) generated(d *com.Desc) com.IPSFactoryBuffer {
	w.t.Helper()
	v, err := w.a.CoGetClassObject(w.ca, d.IID, com.CLSCTX_INPROC_SERVER, &com.IID_IPSFactoryBuffer)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.(com.IPSFactoryBuffer)
}

func TestCF_173_177_178_180_GeneratedProxyWithoutOuter(t *testing.T) {
	w := newWorld(t)
	itf, buf, err := w.generated(calc.ICalcDesc).CreateProxy(w.ca, nil, calc.ICalcDesc)
	if err != nil {
		t.Fatal(err)
	}
	c, p := itf.(calc.ICalc), itf.(com.Proxied).COMProxy()
	if id, _ := com.IdentityOf(c); id != any(c) || p.Users() != 1 {
		t.Errorf("identity %v, %d hand-outs; want its own, and one", id, p.Users())
	}
	ch := &wire{reply: []byte{0, 0, 0, 0, 0, 0, 0, 0}}
	if err := buf.Connect(ch); err != nil || p.Channel() != com.IRpcChannelBuffer(ch) {
		t.Fatalf("Connect: %v", err)
	}
	if _, err := c.Clone(w.ca); err != nil { // a method without [in] parameters
		t.Fatal(err)
	}
	wantLog(t, ch.take(), "GetBuffer", "SendReceive", "FreeBuffer")
	buf.Disconnect()
	_, err = c.Clone(w.ca)
	wantHR(t, err, com.CO_E_OBJNOTCONNECTED)
	wantLog(t, ch.take())
	com.Release(c)
	_, err = c.Clone(w.ca)
	wantHR(t, err, com.CO_E_RELEASED)
}

// releaser gives a proxy back in the middle of a call on it.
type releaser struct {
	object
	p calc.ICalc
}

func (r *releaser) Add(_ context.Context, a, b int32) (int32, error) {
	com.Release(r.p)
	return a + b, nil
}

func TestCF_179_ProxyReleasedDuringItsCall(t *testing.T) {
	w, r := newWorld(t), &releaser{}
	r.p = w.mustUnmarshal(w.b, w.marshal(r, 0))
	if n, err := r.p.Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("the call that loses its proxy: %d, %v", n, err)
	}
	if r.finals != 1 {
		t.Errorf("FinalRelease ran %d times", r.finals)
	}
	_, err := r.p.Add(w.cb, 1, 2)
	wantHR(t, err, com.CO_E_RELEASED)
}

func TestCF_181_182_183_188_202_GeneratedStub(t *testing.T) {
	w := newWorld(t)
	f, o := w.generated(calc.ICalcDesc), &object{}
	s, err := f.CreateStub(w.ca, calc.ICalcDesc, o)
	if err != nil || s.CountRefs() != 1 {
		t.Fatalf("%d references, %v", s.CountRefs(), err)
	}
	s.Disconnect()
	if n := s.CountRefs(); n != 0 {
		t.Errorf("%d references after Disconnect", n)
	}
	s.Disconnect() // harmless
	if s, err := f.CreateStub(w.ca, calc.ICalcDesc, new(int)); s != nil || com.HRESULTOf(err) != com.E_NOINTERFACE {
		t.Errorf("a server without the interface: %v, %v", s, err)
	}
	if s, err = f.CreateStub(w.ca, calc.ICalcDesc, nil); err != nil || s.CountRefs() != 0 {
		t.Fatalf("without a server: %d references, %v", s.CountRefs(), err)
	}
	if err := s.Connect(w.ca, o); err != nil || s.CountRefs() != 1 {
		t.Errorf("connected later: %d references, %v", s.CountRefs(), err)
	}
}

func TestCF_189_194_199_StubsChannel(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, echoDesc, twiceDesc)
	e := w.proxy(&echo{}, twiceDesc).(iEchoTwice)
	defer com.Release(e)
	if n, err := e.SayTwice(w.cb, 4); n != 8 || err != nil {
		t.Fatalf("SayTwice: %d, %v", n, err)
	}
	if !slices.Equal(f.stub.ops, []uint32{4}) {
		t.Errorf("the derived interface's method has number %v, want 4", f.stub.ops)
	}
	if f.stub.dest != com.MSHCTX_INPROC {
		t.Errorf("the stub's destination is %d, want INPROC", f.stub.dest)
	}
	if f.stub.call == f.proxy.Channel() || f.stub.call == nil {
		t.Error("the stub was not given the channel of the call")
	}
	if got := f.proxy.Channel().GetDestCtx(); got != com.MSHCTX_INPROC {
		t.Errorf("the proxy's destination is %d, want INPROC", got)
	}
}

func TestCF_176_195_BaseMethodsOfADerivedInterface(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, twiceDesc)
	e := w.proxy(&echo{}, twiceDesc).(iEchoTwice)
	defer com.Release(e)
	if n, err := e.Say(w.cb, 4); n != 4 || err != nil {
		t.Fatalf("Say: %d, %v", n, err)
	}
	if !slices.Equal(f.stub.base.ops, []uint32{3}) || len(f.stub.ops) != 0 {
		t.Errorf("base stub %v, derived stub %v", f.stub.base.ops, f.stub.ops)
	}
	if f.stub.base.CountRefs() != 1 {
		t.Error("connecting the derived stub did not connect the base's")
	}
}

func TestCF_197_MethodWithoutResultCode(t *testing.T) {
	w := newWorld(t)
	hand(w.rt, tallyDesc)
	e := w.proxy(&echo{}, tallyDesc).(iTally)
	defer com.Release(e)
	if n, err := e.Tally(w.cb); n != 9 || err != nil {
		t.Errorf("Tally: %d, %v", n, err)
	}
}

func TestCF_200_204_OneStubForAChain(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, echoDesc, twiceDesc, tallyDesc)
	o := &echo{}
	u := w.proxy(o, com.UnknownDesc)
	two, err := com.Query[iEchoTwice](w.cb, u)
	if err != nil {
		t.Fatal(err)
	}
	f.take()
	one, err := com.Query[iEcho](w.cb, u)
	if err != nil {
		t.Fatal(err)
	}
	wantLog(t, f.take(), "IsIIDSupported IEcho", "CreateProxy IEcho", "Connect IEcho")
	tally, err := com.Query[iTally](w.cb, u)
	if err != nil {
		t.Fatal(err)
	}
	wantLog(t, f.take(), "IsIIDSupported ITally", "CreateStub ITally", "CreateProxy ITally", "Connect ITally")
	if n, err := one.Say(w.cb, 3); n != 3 || err != nil {
		t.Errorf("Say through the base: %d, %v", n, err)
	}
	if n, err := tally.Tally(w.cb); n != 9 || err != nil {
		t.Errorf("Tally: %d, %v", n, err)
	}
	f.take()
	for _, x := range []any{one, two, tally, u} {
		com.Release(x)
	}
	got := f.take()
	slices.Sort(got)
	wantLog(t, got, "proxy.Disconnect IEcho", "proxy.Disconnect IEchoTwice", "proxy.Disconnect ITally",
		"stub.Disconnect IEchoTwice", "stub.Disconnect ITally")
}

func TestCF_205_OneProxyForSeveralInterfaces(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, echoDesc, tallyDesc)
	f.shared = true
	o := &echo{}
	e := w.proxy(o, echoDesc).(iEcho)
	tally, err := com.Query[iTally](w.cb, e)
	if err != nil {
		t.Fatal(err)
	}
	if any(tally) != any(e) {
		t.Error("two proxies, although the factory made one")
	}
	for range 2 {
		if n, err := tally.Tally(w.cb); n != 9 || err != nil {
			t.Errorf("Tally: %d, %v", n, err)
		}
		if n, err := e.Say(w.cb, 7); n != 7 || err != nil {
			t.Errorf("Say: %d, %v", n, err)
		}
	}
	com.Release(e)
	if n, err := tally.Tally(w.cb); n != 9 || err != nil {
		t.Errorf("Tally after the other pointer went: %d, %v", n, err)
	}
	com.Release(tally)
	if o.finals != 1 || marshal.Objects(w.a) != 0 {
		t.Errorf("FinalRelease ran %d times", o.finals)
	}
}

func TestCF_154_BaseAndDerivedAreTwoProxies(t *testing.T) {
	w := newWorld(t)
	hand(w.rt, echoDesc, twiceDesc)
	two := w.proxy(&echo{}, twiceDesc)
	one, err := com.Query[iEcho](w.cb, two)
	if err != nil || any(one) == two || !com.Same(one, two) {
		t.Errorf("the base interface: %v, the same proxy: %v, the same object: %v", err, any(one) == two, com.Same(one, two))
	}
	com.Release(one)
	com.Release(two)
}

func TestCF_155_BufferIsOutOfReach(t *testing.T) {
	w := newWorld(t)
	hand(w.rt, echoDesc)
	for _, p := range []any{w.proxy(&echo{}, echoDesc), any(w.mustUnmarshal(w.b, w.marshal(&object{}, 0)))} {
		_, err := com.QueryInterface(w.cb, p, &com.IID_IRpcProxyBuffer)
		wantHR(t, err, com.E_NOINTERFACE)
		com.Release(p)
	}
}

func TestCF_207_208_ClassOfGeneratedProxies(t *testing.T) {
	w := newWorld(t)
	for _, d := range []*com.Desc{calc.ICalcDesc, calc.IScientificDesc} {
		if s, err := w.generated(d).CreateStub(w.ca, d, nil); s == nil || err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
	for _, d := range []*com.Desc{echoDesc, com.MarshalDesc} { // without generated code
		_, err := w.a.CoGetClassObject(w.ca, d.IID, com.CLSCTX_INPROC_SERVER, &com.IID_IPSFactoryBuffer)
		wantCode(t, d.Name, err, com.REGDB_E_CLASSNOTREG)
		_, _, err = w.generated(calc.ICalcDesc).CreateProxy(w.ca, nil, d)
		wantCode(t, d.Name, err, com.REGDB_E_IIDNOTREG)
		_, err = w.generated(calc.ICalcDesc).CreateStub(w.ca, d, nil)
		wantCode(t, d.Name, err, com.REGDB_E_IIDNOTREG)
	}
}

// badFactory breaks the contract of a factory in one way or another.
type badFactory struct {
	proxy func() (any, com.IRpcProxyBuffer, error)
	stub  func() (com.IRpcStubBuffer, error)
}

func (f *badFactory) CreateProxy(context.Context, any, *com.Desc) (any, com.IRpcProxyBuffer, error) {
	return f.proxy()
}
func (f *badFactory) CreateStub(context.Context, *com.Desc, any) (com.IRpcStubBuffer, error) {
	return f.stub()
}

// listStub is a stub that cannot be compared.
type listStub struct {
	*handStub
	_ []int
}

func TestFactoriesThatBreakTheContract(t *testing.T) {
	w := newWorld(t)
	boom := errors.New("boom")
	for what, c := range map[string]struct {
		stub func() (com.IRpcStubBuffer, error)
		hr   com.HRESULT
	}{
		"no stub":               {func() (com.IRpcStubBuffer, error) { return nil, nil }, com.E_UNEXPECTED},
		"error":                 {func() (com.IRpcStubBuffer, error) { return nil, boom }, com.E_FAIL},
		"panic":                 {func() (com.IRpcStubBuffer, error) { panic("boom") }, com.RPC_E_SERVERFAULT},
		"stub without identity": {func() (com.IRpcStubBuffer, error) { return listStub{}, nil }, com.E_UNEXPECTED},
	} {
		w.rt.RegisterPSFactory(echoDesc.IID, &badFactory{stub: c.stub})
		err := w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &echoDesc.IID, &echo{}, com.MSHCTX_INPROC, 0)
		wantCode(t, what, err, c.hr)
	}
	other := newWorld(t)
	hand(other.rt, echoDesc)
	foreign := other.proxy(&echo{}, echoDesc)
	defer com.Release(foreign)
	for what, c := range map[string]struct {
		proxy func() (any, com.IRpcProxyBuffer, error)
		hr    com.HRESULT
	}{
		"no proxy":     {func() (any, com.IRpcProxyBuffer, error) { return nil, nil, nil }, com.E_UNEXPECTED},
		"no buffer":    {func() (any, com.IRpcProxyBuffer, error) { return &handProxy{}, nil, nil }, com.E_UNEXPECTED},
		"error":        {func() (any, com.IRpcProxyBuffer, error) { return nil, nil, boom }, com.E_FAIL},
		"panic":        {func() (any, com.IRpcProxyBuffer, error) { panic("boom") }, com.RPC_E_SERVERFAULT},
		"other object": {func() (any, com.IRpcProxyBuffer, error) { return foreign, new(com.Proxy), nil }, com.E_UNEXPECTED},
	} {
		hand(w.rt, echoDesc)
		o := &echo{}
		stm := w.packet(o, echoDesc)
		w.rt.RegisterPSFactory(echoDesc.IID, &badFactory{proxy: c.proxy})
		_, err := w.b.CoUnmarshalInterface(w.cb, stm, &echoDesc.IID)
		wantCode(t, what, err, c.hr)
		if o.finals != 1 {
			t.Errorf("%s: the packet's references were not given back", what)
		}
	}
}

func TestSharedProxyThatWasReleasedIsRefused(t *testing.T) {
	w := newWorld(t)
	f := hand(w.rt, echoDesc, tallyDesc)
	f.shared = true
	u := w.proxy(&echo{}, com.UnknownDesc)
	defer com.Release(u)
	e, err := com.Query[iEcho](w.cb, u)
	if err != nil {
		t.Fatal(err)
	}
	com.Release(e)
	_, err = com.Query[iTally](w.cb, u) // the factory answers with the dead proxy
	wantCode(t, "a proxy that was released", err, com.E_UNEXPECTED)
}
