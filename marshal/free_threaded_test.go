package marshal_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"runtime"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// free is an object that aggregates the free-threaded marshaler.
type free struct {
	object
	ftm  *com.Inner
	peer calc.ICalc // a proxy that it must not keep (CF-135)
}

func newFree(w *world) *free {
	w.t.Helper()
	f := new(free)
	var err error
	if f.ftm, err = w.a.CoCreateFreeThreadedMarshaler(w.ca, f); err != nil {
		w.t.Fatal(err)
	}
	return f
}

func (f *free) COMInterfaces() []com.Entry {
	return append([]com.Entry{com.EntryOf[calc.ICalc](f)}, f.ftm.Entries(context.Background(), com.MarshalDesc)...)
}

func (f *free) Add(ctx context.Context, a, b int32) (int32, error) {
	if f.peer != nil {
		return f.peer.Add(ctx, a, b)
	}
	return f.object.Add(ctx, a, b)
}

// freeMarshaler returns the marshaler of f as others see it.
func (w *world) imarshal(o any) com.IMarshal {
	w.t.Helper()
	v, err := w.rt.Types().Query(w.ca, o, &com.IID_IMarshal)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.(com.IMarshal)
}

// freePacket lets the marshaler of f write a packet of its own, without OBJREF.
func (w *world) freePacket(f *free, dest com.MSHCTX, flags com.MSHLFLAGS) *com.MemoryStream {
	w.t.Helper()
	stm := com.NewMemoryStream(nil)
	if err := w.imarshal(f).MarshalInterface(w.ca, stm, &calc.IID_ICalc, f, dest, flags); err != nil {
		w.t.Fatal(err)
	}
	return stm
}

func TestCF_120_121_FreeUnmarshalClass(t *testing.T) {
	w := newWorld(t)
	im := w.imarshal(newFree(w))
	for dest, want := range map[com.MSHCTX]com.CLSID{
		com.MSHCTX_INPROC:           com.CLSID_InProcFreeMarshaler,
		com.MSHCTX_CROSSCTX:         com.CLSID_InProcFreeMarshaler,
		com.MSHCTX_LOCAL:            com.CLSID_StdMarshal,
		com.MSHCTX_NOSHAREDMEM:      com.CLSID_StdMarshal,
		com.MSHCTX_DIFFERENTMACHINE: com.CLSID_StdMarshal,
	} {
		if got, err := im.GetUnmarshalClass(w.ca, &calc.IID_ICalc, nil, dest, 0); got != want || err != nil {
			t.Errorf("destination %d: %v, %v; want %v", dest, got, err, want)
		}
	}
}

func TestCF_122_123_FreePacket(t *testing.T) {
	w := newWorld(t)
	f, g := newFree(w), newFree(w)
	if n, err := w.imarshal(f).GetMarshalSizeMax(w.ca, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0); n != 28 || err != nil {
		t.Errorf("size %d, %v; want 28", n, err)
	}
	p := w.freePacket(f, com.MSHCTX_INPROC, com.MSHLFLAGS_TABLEWEAK).Bytes()
	q := w.freePacket(f, com.MSHCTX_INPROC, 0).Bytes()
	r := w.freePacket(g, com.MSHCTX_INPROC, 0).Bytes()
	if len(p) != 28 {
		t.Fatalf("%d bytes, want 28", len(p))
	}
	if flags := binary.LittleEndian.Uint32(p); flags != 2 {
		t.Errorf("flags %d, want 2", flags)
	}
	key := func(b []byte) uint64 { return binary.LittleEndian.Uint64(b[4:]) }
	if key(p) != key(q) || key(p) == key(r) || key(p) == 0 {
		t.Errorf("pointers %#x and %#x of one object, %#x of another", key(p), key(q), key(r))
	}
	if !bytes.Equal(p[12:], r[12:]) || bytes.Equal(p[12:], make([]byte, 16)) {
		t.Error("the secret is not one for the process")
	}
	other := newWorld(t)
	if s := other.freePacket(newFree(other), com.MSHCTX_INPROC, 0).Bytes(); bytes.Equal(s[12:], p[12:]) {
		t.Error("two runtimes have one secret")
	}
}

func TestCF_123_ForgedPackets(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	im := w.imarshal(f)
	good := w.freePacket(f, com.MSHCTX_INPROC, 0).Bytes()
	for what, change := range map[string]func(b []byte){
		"another secret": func(b []byte) { b[12] ^= 1 },
		"unknown flags":  func(b []byte) { b[0] = 9 },
	} {
		b := bytes.Clone(good)
		change(b)
		_, err := im.UnmarshalInterface(w.ca, com.NewMemoryStream(b), &calc.IID_ICalc)
		if com.HRESULTOf(err) != com.RPC_E_INVALID_OBJREF {
			t.Errorf("%s: %v", what, err)
		}
		if err := im.ReleaseMarshalData(w.ca, com.NewMemoryStream(b)); com.HRESULTOf(err) != com.RPC_E_INVALID_OBJREF {
			t.Errorf("%s, release: %v", what, err)
		}
	}
	b := bytes.Clone(good)
	b[8] = 77 // a key that was never given out
	_, err := im.UnmarshalInterface(w.ca, com.NewMemoryStream(b), &calc.IID_ICalc)
	wantHR(t, err, com.CO_E_OBJNOTREG)
}

func TestFreePacketOfAPeerIsRefused(t *testing.T) {
	w := newWorldWith(t, marshal.Options{UnmarshalPolicy: func(context.Context, com.CLSID) bool { return true }})
	packet := w.marshal(newFree(w), 0).(*com.MemoryStream).Bytes()
	_, err := marshal.UnmarshalFromPeer(w.b, w.cb, packet, calc.ICalcDesc)
	wantHR(t, err, com.E_ACCESSDENIED)
}

func TestCF_125_FreeTableStrong(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	stm := w.marshal(f, com.MSHLFLAGS_TABLESTRONG)
	for range 2 {
		if c := w.mustUnmarshal(w.b, stm); c != calc.ICalc(f) {
			t.Errorf("got %T, want the object itself", c)
		}
		if n := marshal.FreeObjects(w.rt); n != 1 {
			t.Errorf("packets hold %d objects, want 1", n)
		}
	}
	w.release(w.b, stm)
	if n := marshal.FreeObjects(w.rt); n != 0 {
		t.Errorf("packets hold %d objects after the release", n)
	}
}

func TestCF_126_FreeTableWeak(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	stm := w.marshal(f, com.MSHLFLAGS_TABLEWEAK)
	if n := marshal.FreeObjects(w.rt); n != 0 {
		t.Errorf("the packet holds %d objects", n)
	}
	if c := w.mustUnmarshal(w.b, stm); c != calc.ICalc(f) {
		t.Errorf("got %T", c)
	}
	gone := make(chan struct{})
	runtime.AddCleanup(f, func(int) { close(gone) }, 0)
	f = nil
	if !collected(gone) {
		t.Fatal("a table-weak packet keeps the object")
	}
	_, err := w.unmarshal(w.b, stm)
	wantHR(t, err, com.CO_E_OBJNOTREG)
}

// collected runs the garbage collector until ch is closed, or gives up.
func collected(ch chan struct{}) bool {
	return afterGC(func() bool {
		select {
		case <-ch:
			return true
		default:
			return false
		}
	})
}

// afterGC runs the garbage collector until done reports true, or gives up.
// Clean-ups run on a goroutine of their own, so one collection is not enough.
func afterGC(done func() bool) bool {
	for range 100 {
		runtime.GC()
		if done() {
			return true
		}
		<-time.After(time.Millisecond)
	}
	return done()
}

func TestCF_127_FreeNormal(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	gone := make(chan struct{})
	runtime.AddCleanup(f, func(int) { close(gone) }, 0)
	stm := w.marshal(f, 0)
	if n := marshal.FreeObjects(w.rt); n != 1 {
		t.Errorf("packets hold %d objects, want 1", n)
	}
	w.release(w.a, stm)
	if n := marshal.FreeObjects(w.rt); n != 0 {
		t.Errorf("packets hold %d objects after the release", n)
	}
	f = nil
	if !collected(gone) {
		t.Error("the object stays after its packet was released")
	}
	w = newWorld(t)
	f = newFree(w)
	w.mustUnmarshal(w.b, w.marshal(f, 0))
	if n := marshal.FreeObjects(w.rt); n != 0 {
		t.Errorf("packets hold %d objects after the packet was unmarshaled", n)
	}
}

func TestCF_128_FreeDisconnect(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	stm := w.marshal(f, 0)
	if err := w.a.CoDisconnectObject(w.ca, f, 0); err != nil {
		t.Fatal(err)
	}
	if c := w.mustUnmarshal(w.b, stm); c != calc.ICalc(f) {
		t.Errorf("got %T", c)
	}
}

func TestCF_129_FreePacketAfterRelease(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	stm := w.marshal(f, 0)
	w.release(w.a, stm)
	if c := w.mustUnmarshal(w.b, stm); c != calc.ICalc(f) {
		t.Errorf("got %T", c)
	}
	runtime.KeepAlive(f)
}

func TestCF_132_FreeToAnotherProcess(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	stm := w.freePacket(f, com.MSHCTX_LOCAL, 0)
	r, err := orpc.ReadOBJREF(w.ctx, rewind(stm))
	if err != nil || r.Flags != orpc.OBJREF_STANDARD {
		t.Fatalf("flags %d, %v; want a standard packet", r.Flags, err)
	}
	if n := marshal.Objects(w.a); n != 1 {
		t.Errorf("%d stub managers, want 1", n)
	}
	if err := w.imarshal(f).ReleaseMarshalData(w.ca, rewind(stm)); err == nil {
		t.Error("the free-threaded marshaler took a standard packet back")
	}
	w.release(w.a, stm)
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d stub managers after the release", n)
	}
	whole := com.NewMemoryStream(nil)
	if err := w.a.CoMarshalInterface(w.ca, whole, &calc.IID_ICalc, f, com.MSHCTX_LOCAL, 0); err != nil {
		t.Fatal(err)
	}
	c := w.mustUnmarshal(w.b, whole)
	if _, proxy := c.(com.Proxied); !proxy {
		t.Errorf("a packet for another process yields %T", c)
	}
	com.Release(c)
}

func TestCF_133_FreeMarshalerIsBuiltIn(t *testing.T) {
	w := newWorld(t)
	fake := com.NewClassFactory(w.rt.Types(), func(context.Context) (any, error) { return &object{}, nil })
	if _, err := w.a.CoRegisterClassObject(w.ca, com.CLSID_InProcFreeMarshaler, fake, com.CLSCTX_INPROC_SERVER, com.REGCLS_MULTIPLEUSE); err != nil {
		t.Fatal(err)
	}
	v, err := w.a.CoGetClassObject(w.ca, com.CLSID_InProcFreeMarshaler, com.CLSCTX_INPROC_SERVER, &com.IID_IClassFactory)
	if err != nil || v == any(fake) {
		t.Fatalf("class object %T, %v", v, err)
	}
	f := new(free)
	inner, err := v.(com.IClassFactory).CreateInstance(w.ca, f, &com.IID_IUnknown)
	if err != nil {
		t.Fatal(err)
	}
	f.ftm = inner.(*com.Inner)
	if c := w.mustUnmarshal(w.b, w.marshal(f, 0)); c != calc.ICalc(f) {
		t.Errorf("got %T", c)
	}
	alone, err := w.a.CoCreateInstance(w.ca, com.CLSID_InProcFreeMarshaler, nil, com.CLSCTX_INPROC_SERVER, &com.IID_IMarshal)
	if _, ok := alone.(com.IMarshal); !ok || err != nil {
		t.Errorf("an instance without outer: %T, %v", alone, err)
	}
}

func TestCF_134_FreeShortAndFullStreams(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	im := w.imarshal(f)
	b := w.freePacket(f, com.MSHCTX_INPROC, com.MSHLFLAGS_TABLEWEAK).Bytes()
	for _, n := range []int{0, 4, 12, 27} {
		_, err := im.UnmarshalInterface(w.ca, com.NewMemoryStream(bytes.Clone(b[:n])), &calc.IID_ICalc)
		wantHR(t, err, com.STG_E_READFAULT)
		wantHR(t, im.ReleaseMarshalData(w.ca, com.NewMemoryStream(bytes.Clone(b[:n]))), com.STG_E_READFAULT)
		err = im.MarshalInterface(w.ca, com.NewLimitedStream(n), &calc.IID_ICalc, f, com.MSHCTX_INPROC, 0)
		wantHR(t, err, com.STG_E_MEDIUMFULL)
	}
	if n := marshal.FreeObjects(w.rt); n != 0 {
		t.Errorf("packets that were never written hold %d objects", n)
	}
}

func TestCF_135_ProxyInsideAFreeObject(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	f.peer = w.mustUnmarshal(w.b, w.marshal(&object{}, 0)) // a proxy of apartment b
	defer com.Release(f.peer)
	if n, err := f.Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("in the proxy's apartment: %d, %v", n, err)
	}
	_, err := f.Add(w.ca, 1, 2)
	wantHR(t, err, com.RPC_E_WRONG_THREAD)
}

func TestCF_170_FreeObjectsWorkEverywhere(t *testing.T) {
	w := newWorld(t)
	c := w.mustUnmarshal(w.b, w.marshal(newFree(w), 0))
	for _, ctx := range []context.Context{w.ca, w.cb, w.ctx} {
		if n, err := c.Add(ctx, 1, 2); n != 3 || err != nil {
			t.Errorf("Add: %d, %v", n, err)
		}
	}
}

// agile is an object with the marker IAgileObject.
type agile struct{ object }

func (a *agile) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[calc.ICalc](a), com.EntryOf[com.IAgileObject](a)}
}

func TestCF_136_AgileMarkerDoesNotChangePackets(t *testing.T) {
	w := newWorld(t)
	c := w.mustUnmarshal(w.b, w.marshal(&agile{}, 0))
	if _, proxy := c.(com.Proxied); !proxy {
		t.Errorf("got %T, want a proxy as of any object", c)
	}
	com.Release(c)
}

func TestFreeMarshalerErrors(t *testing.T) {
	w := newWorld(t)
	f := newFree(w)
	im := w.imarshal(f)
	stm := com.NewMemoryStream(nil)
	wantHR(t, im.MarshalInterface(w.ca, stm, &calc.IID_IScientific, f, com.MSHCTX_INPROC, 0), com.E_NOINTERFACE)
	wantHR(t, im.MarshalInterface(w.ca, stm, &calc.IID_ICalc, f, com.MSHCTX_INPROC, 3), com.E_INVALIDARG)
	wantHR(t, im.MarshalInterface(w.ca, nil, &calc.IID_ICalc, f, com.MSHCTX_INPROC, 0), com.E_INVALIDARG)
	if err := im.MarshalInterface(w.ca, stm, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0); err != nil {
		t.Errorf("without an object argument: %v", err) // CF-103: it is the outer one
	}
	c := w.mustUnmarshal(w.b, w.marshal(&object{}, 0))
	defer com.Release(c)
	_, err := w.b.CoCreateFreeThreadedMarshaler(w.cb, c)
	wantHR(t, err, com.CLASS_E_NOAGGREGATION)
	wantHR(t, im.MarshalInterface(w.cb, stm, &calc.IID_ICalc, c, com.MSHCTX_INPROC, 0), com.E_INVALIDARG)
}

func TestFreeTableForgetsCollectedObjects(t *testing.T) {
	w := newWorld(t)
	for range 300 {
		w.freePacket(newFree(w), com.MSHCTX_INPROC, com.MSHLFLAGS_TABLEWEAK)
	}
	for range 5 {
		runtime.GC()
		for range 100 {
			w.freePacket(newFree(w), com.MSHCTX_INPROC, com.MSHLFLAGS_TABLEWEAK)
		}
	}
	if n := marshal.FreeEntries(w.rt); n > 1000 {
		t.Errorf("%d entries for objects that are gone", n)
	}
}

func TestFreeMarshalerAlone(t *testing.T) {
	w := newWorld(t)
	inner, err := w.a.CoCreateFreeThreadedMarshaler(w.ca, nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := inner.QueryInterface(w.ca, &com.IID_IMarshal)
	if err != nil {
		t.Fatal(err)
	}
	stm := com.NewMemoryStream(nil)
	if err := v.(com.IMarshal).MarshalInterface(w.ca, stm, &com.IID_IMarshal, nil, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	if got, err := v.(com.IMarshal).UnmarshalInterface(w.cb, rewind(stm), &com.IID_IMarshal); got != v || err != nil {
		t.Errorf("it marshals itself as %T, %v", got, err)
	}
	marshal.EndApartment(w.b)
	_, err = w.b.CoCreateFreeThreadedMarshaler(w.cb, nil)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
}

func TestFreeSizeForAnotherProcess(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	f := newFree(w)
	n, err := w.imarshal(f).GetMarshalSizeMax(w.ca, &calc.IID_ICalc, f, com.MSHCTX_LOCAL, 0)
	if err != nil || int(n) < w.freePacket(f, com.MSHCTX_LOCAL, com.MSHLFLAGS_TABLEWEAK).Len() {
		t.Errorf("%d bytes, %v", n, err)
	}
}
