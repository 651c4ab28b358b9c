package marshal_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// object is a server object that counts what happens to it.
type object struct {
	finals int // FinalRelease
	calls  int // Add
}

func (o *object) Add(_ context.Context, a, b int32) (int32, error) { o.calls++; return a + b, nil }
func (o *object) Sum(_ context.Context, v []float64) (s float64, _ error) {
	for _, x := range v {
		s += x
	}
	return s, nil
}
func (o *object) Echo(_ context.Context, t string) (string, error)         { return t, nil }
func (o *object) Advise(context.Context, calc.ICalcEvents) (uint32, error) { return 7, nil }
func (o *object) Unadvise(context.Context, uint32) error                   { return com.E_INVALIDARG }
func (o *object) Clone(context.Context) (calc.ICalc, error)                { return &object{}, nil }
func (o *object) FinalRelease(context.Context)                             { o.finals++ }

// watched is an object with IExternalConnection.
type watched struct {
	object
	conns  int
	closes []bool // fLastReleaseCloses of each ReleaseConnection
	before struct {
		held   bool // at the last want
		finals int
	}
}

func (w *watched) AddConnection(_ context.Context, k com.EXTCONN, r uint32) uint32 {
	if k != com.EXTCONN_STRONG || r != 0 {
		panic("CF-061: kind and reserved")
	}
	w.conns++
	return uint32(w.conns)
}

func (w *watched) ReleaseConnection(_ context.Context, k com.EXTCONN, r uint32, closes bool) uint32 {
	if k != com.EXTCONN_STRONG || r != 0 {
		panic("CF-061: kind and reserved")
	}
	w.conns--
	w.closes = append(w.closes, closes)
	return uint32(w.conns)
}

// world is one runtime with two apartments.
type world struct {
	t      *testing.T
	ctx    context.Context
	rt     *marshal.Runtime
	a, b   *marshal.Apartment // home of the objects; a foreign apartment
	ca, cb context.Context    // contexts of the two
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, marshal.Options{})
}

// newWorldWith is newWorld for a runtime with options.
func newWorldWith(t *testing.T, opt marshal.Options) *world {
	t.Helper()
	opt.Logger = slog.New(slog.DiscardHandler)
	rt := newRuntime(t, opt)
	w := &world{t: t, ctx: t.Context(), rt: rt, a: marshal.NewTestApartment(rt), b: marshal.NewTestApartment(rt)}
	w.ca, w.cb = marshal.WithApartment(w.ctx, w.a), marshal.WithApartment(w.ctx, w.b)
	return w
}

// marshal makes a packet of obj in apartment a.
func (w *world) marshal(obj any, flags com.MSHLFLAGS) com.IStream {
	w.t.Helper()
	stm := com.NewMemoryStream(nil)
	if err := w.a.CoMarshalInterface(w.ca, stm, &calc.IID_ICalc, obj, com.MSHCTX_INPROC, flags); err != nil {
		w.t.Fatalf("CoMarshalInterface: %v", err)
	}
	return stm
}

func rewind(stm com.IStream) com.IStream {
	if _, err := stm.Seek(context.Background(), 0, com.STREAM_SEEK_SET); err != nil {
		panic(err)
	}
	return stm
}

func (w *world) unmarshal(a *marshal.Apartment, stm com.IStream) (calc.ICalc, error) {
	v, err := a.CoUnmarshalInterface(marshal.WithApartment(w.ctx, a), rewind(stm), &calc.IID_ICalc)
	if err != nil {
		return nil, err
	}
	return v.(calc.ICalc), nil
}

func (w *world) mustUnmarshal(a *marshal.Apartment, stm com.IStream) calc.ICalc {
	w.t.Helper()
	c, err := w.unmarshal(a, stm)
	if err != nil {
		w.t.Fatalf("CoUnmarshalInterface: %v", err)
	}
	return c
}

func (w *world) release(a *marshal.Apartment, stm com.IStream) {
	w.t.Helper()
	if err := a.CoReleaseMarshalData(w.ctx, rewind(stm)); err != nil {
		w.t.Fatalf("CoReleaseMarshalData: %v", err)
	}
}

// want checks whether COM holds the object, and its connections.
func (w *world) want(o *watched, held bool, conns int, closes ...bool) {
	w.t.Helper()
	if got := marshal.Objects(w.a) > 0; got != held {
		w.t.Errorf("held by COM: %v, want %v", got, held)
	}
	// The object itself has heard of it by now when it was let go, and nothing
	// of the kind when it was not.
	if was := o.before; was.held && (o.finals == was.finals) != held || o.finals > was.finals+1 {
		w.t.Errorf("FinalRelease ran %d times since the last look; held %v then, %v now", o.finals-was.finals, was.held, held)
	}
	o.before.held, o.before.finals = held, o.finals
	if o.conns != conns {
		w.t.Errorf("connections %d, want %d", o.conns, conns)
	}
	if len(closes) == 0 {
		return
	}
	if n := len(o.closes); n == 0 || o.closes[n-1] != closes[0] {
		w.t.Errorf("fLastReleaseCloses %v, want last %v", o.closes, closes[0])
	}
}

func wantHR(t *testing.T, err error, hr com.HRESULT) {
	t.Helper()
	if !errors.Is(err, hr) {
		t.Errorf("error %v, want %v", err, hr)
	}
}

func TestCF_001_002_MarshalAndReleaseData(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, com.MSHLFLAGS_NORMAL)
	w.want(o, true, 1)
	w.release(w.a, stm)
	w.want(o, false, 0, true)
	if o.finals != 1 {
		t.Errorf("FinalRelease ran %d times, want 1", o.finals)
	}
}

func TestCF_003_004_SameApartmentUnmarshal(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.a, w.marshal(o, com.MSHLFLAGS_NORMAL))
	if c != calc.ICalc(o) {
		t.Errorf("got %T, want the object itself", c)
	}
	w.want(o, false, 0, false)
}

func TestCF_005_SameApartmentUnmarshalFailureConsumesPacket(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, com.MSHLFLAGS_NORMAL)
	_, err := w.a.CoUnmarshalInterface(w.ca, rewind(stm), &calc.IID_IScientific)
	wantHR(t, err, com.E_NOINTERFACE)
	w.want(o, false, 0, false)
}

func TestCF_006_NormalPacketTwiceAtHome(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, com.MSHLFLAGS_NORMAL)
	c := w.mustUnmarshal(w.a, stm)
	_, err := w.unmarshal(w.a, stm)
	wantHR(t, err, com.CO_E_OBJNOTCONNECTED)
	if n, err := c.Add(w.ca, 1, 2); n != 3 || err != nil {
		t.Errorf("the first pointer: %d, %v", n, err)
	}
	w.want(o, false, 0, false)
}

func TestCF_007_ForeignApartment(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, com.MSHLFLAGS_NORMAL))
	w.want(o, true, 1)
	if n, err := c.Add(w.cb, 20, 22); n != 42 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	com.Release(c)
	w.want(o, false, 0, true)
	_, err := c.Add(w.cb, 1, 1)
	wantHR(t, err, com.CO_E_RELEASED)
}

func TestCF_008_009_ReleasedPacketUnmarshaledElsewhere(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, com.MSHLFLAGS_NORMAL)
	w.release(w.b, stm)
	w.want(o, false, 0, true)
	c := w.mustUnmarshal(w.b, stm)
	w.want(o, false, 0)
	_, err := c.Add(w.cb, 1, 1)
	wantHR(t, err, com.RPC_E_DISCONNECTED)
	com.Release(c)
}

func TestCF_010_NoProxyNoStub(t *testing.T) {
	w := newWorld(t)
	stm := com.NewMemoryStream(nil)
	iid := com.NewGUID()
	wantHR(t, w.a.CoMarshalInterface(w.ca, stm, &iid, &object{}, com.MSHCTX_INPROC, 0), com.E_NOINTERFACE)
}

func TestCF_011_IUnknownNeedsNoStub(t *testing.T) {
	w := newWorld(t)
	type plain struct{ _ int }
	o, stm := &plain{}, com.NewMemoryStream(nil)
	if err := w.a.CoMarshalInterface(w.ca, stm, &com.IID_IUnknown, o, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	u, err := w.b.CoUnmarshalInterface(w.cb, rewind(stm), &com.IID_IUnknown)
	if err != nil {
		t.Fatal(err)
	}
	_, err = com.QueryInterface(w.cb, u, &calc.IID_ICalc)
	wantHR(t, err, com.E_NOINTERFACE)
	com.Release(u)
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d objects held", n)
	}
}

func TestCF_015_SamePacketTwice(t *testing.T) {
	leaves(t)
	w, o := newWorld(t), &watched{}
	p, q := w.marshal(o, 0).(*com.MemoryStream), w.marshal(o, 0).(*com.MemoryStream)
	if string(p.Bytes()) != string(q.Bytes()) {
		t.Errorf("packets differ:\n%x\n%x", p.Bytes(), q.Bytes())
	}
}

func TestCF_017_NullArguments(t *testing.T) {
	w := newWorld(t)
	wantHR(t, w.a.CoMarshalInterface(w.ca, nil, &calc.IID_ICalc, &object{}, 0, 0), com.E_INVALIDARG)
	wantHR(t, w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &calc.IID_ICalc, nil, 0, 0), com.E_INVALIDARG)
}

func TestCF_019_020_EmptyStream(t *testing.T) {
	w := newWorld(t)
	_, err := w.b.CoUnmarshalInterface(w.cb, com.NewMemoryStream(nil), &calc.IID_ICalc)
	wantHR(t, err, com.STG_E_READFAULT)
	marshal.EndApartment(w.b)
	_, err = w.b.CoUnmarshalInterface(w.cb, com.NewMemoryStream(nil), &calc.IID_ICalc)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
}

func TestCF_021_ReleaseBehindThePacket(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, 0)
	wantHR(t, w.a.CoReleaseMarshalData(w.ctx, stm), com.STG_E_READFAULT)
	w.want(o, true, 1)
	w.release(w.a, stm)
	w.want(o, false, 0, true)
}

func TestCF_026_BadSignature(t *testing.T) {
	w := newWorld(t)
	_, err := w.a.CoUnmarshalInterface(w.ca, com.NewMemoryStream(make([]byte, 100)), &calc.IID_ICalc)
	wantHR(t, err, com.RPC_E_INVALID_OBJREF)
}

func TestCF_027_Hresult(t *testing.T) {
	stm := com.NewMemoryStream(nil)
	if err := marshal.CoMarshalHresult(t.Context(), stm, com.E_NOINTERFACE); err != nil {
		t.Fatal(err)
	}
	if got := string(stm.Bytes()); got != "\x02\x40\x00\x80" {
		t.Errorf("bytes % x", got)
	}
	if hr, err := marshal.CoUnmarshalHresult(t.Context(), rewind(stm)); hr != com.E_NOINTERFACE || err != nil {
		t.Errorf("%v, %v", hr, err)
	}
	_, err := marshal.CoUnmarshalHresult(t.Context(), stm) // there is no more
	wantHR(t, err, com.STG_E_READFAULT)
	_, err = marshal.CoUnmarshalHresult(t.Context(), nil)
	wantHR(t, err, com.E_INVALIDARG)
	wantHR(t, marshal.CoMarshalHresult(t.Context(), nil, com.S_OK), com.E_INVALIDARG)
}

func TestCF_029_030_ServerApartmentEnds(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	marshal.EndApartment(w.a)
	w.want(o, false, 0, false)
	_, err := c.Add(w.cb, 1, 1)
	wantHR(t, err, com.RPC_E_DISCONNECTED)
	com.Release(c)
}

func TestCF_032_033_034_ClientApartmentEnds(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	marshal.EndApartment(w.b)
	w.want(o, false, 0, true)
	_, err := c.Add(w.cb, 1, 1)
	wantHR(t, err, com.CO_E_OBJNOTCONNECTED)
	com.Release(c)
}

func TestCF_039_040_RemarshalMoreThanFive(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	var packets []com.IStream
	for range 6 {
		stm := com.NewMemoryStream(nil)
		if err := w.b.CoMarshalInterface(w.cb, stm, &calc.IID_ICalc, c, com.MSHCTX_INPROC, 0); err != nil {
			t.Fatal(err)
		}
		packets = append(packets, stm)
	}
	com.Release(c)
	for _, p := range packets {
		w.want(o, true, 1)
		com.Release(w.mustUnmarshal(w.b, p))
	}
	w.want(o, false, 0, true)
}

func TestCF_041_RemarshalForeignInterface(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := com.NewMemoryStream(nil)
	if err := w.a.CoMarshalInterface(w.ca, stm, &com.IID_IUnknown, o, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	u, err := w.b.CoUnmarshalInterface(w.cb, rewind(stm), &com.IID_IUnknown)
	if err != nil {
		t.Fatal(err)
	}
	again := com.NewMemoryStream(nil)
	if err := w.b.CoMarshalInterface(w.cb, again, &calc.IID_ICalc, u, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	com.Release(u)
	w.want(o, true, 1)
	if c := w.mustUnmarshal(w.a, again); c != calc.ICalc(o) {
		t.Errorf("at home the packet yields %T", c)
	}
	w.want(o, false, 0)
}

func TestCF_043_WeakPacketOfProxy(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	stm := com.NewMemoryStream(nil)
	if err := w.b.CoMarshalInterface(w.cb, stm, &calc.IID_ICalc, c, com.MSHCTX_INPROC, com.MSHLFLAGS_TABLEWEAK); err != nil {
		t.Fatal(err)
	}
	com.Release(c)
	w.want(o, false, 0, true)
	_, err := w.unmarshal(w.b, stm)
	wantHR(t, err, com.CO_E_OBJNOTREG)
}

func TestCF_044_StrongPacketOfProxy(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	stm := com.NewMemoryStream(nil)
	if err := w.b.CoMarshalInterface(w.cb, stm, &calc.IID_ICalc, c, com.MSHCTX_INPROC, com.MSHLFLAGS_TABLESTRONG); err != nil {
		t.Fatal(err)
	}
	com.Release(c)
	w.want(o, true, 1)
	com.Release(w.mustUnmarshal(w.b, stm))
	w.want(o, true, 1)
	marshal.EndApartment(w.a)
	w.want(o, false, 0, false)
}
