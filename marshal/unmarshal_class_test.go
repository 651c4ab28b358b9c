package marshal_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

func TestWhatAPeerMayHaveUnmarshaled(t *testing.T) {
	stm := func(w *world) []byte {
		return w.marshal(&custom{class: classReader, size: 4, data: "data"}, 0).(*com.MemoryStream).Bytes()
	}
	inproc := func(w *world) { // an in-process class, but not one for packets of others
		f := com.NewClassFactory(w.rt.Types(), func(context.Context) (any, error) {
			return &reader{n: 4, read: new([]string), give: &object{}}, nil
		})
		if _, err := w.b.CoRegisterClassObject(w.cb, classReader, f, com.CLSCTX_INPROC_SERVER, com.REGCLS_MULTIPLEUSE); err != nil {
			t.Fatal(err)
		}
	}
	marked := func(w *world) { w.registerReader(4, &object{}) }
	for _, c := range []struct {
		what     string
		register func(*world)
		policy   func(context.Context, com.CLSID) bool
		own      com.HRESULT // a packet of this process
		peer     com.HRESULT // a packet of another
	}{
		{"not registered", func(*world) {}, nil, com.REGDB_E_CLASSNOTREG, com.REGDB_E_CLASSNOTREG},
		{"in-process class", inproc, nil, com.S_OK, com.REGDB_E_CLASSNOTREG},
		{"unmarshal class", marked, nil, com.S_OK, com.S_OK},
		{"policy that refuses", marked, func(context.Context, com.CLSID) bool { return false }, com.S_OK, com.E_ACCESSDENIED},
		{"policy that admits", inproc, func(_ context.Context, c com.CLSID) bool { return c == classReader }, com.S_OK, com.S_OK},
	} {
		w := newWorldWith(t, marshal.Options{UnmarshalPolicy: c.policy})
		c.register(w)
		packet := stm(w)
		_, err := w.unmarshal(w.b, com.NewMemoryStream(packet))
		if hr := com.HRESULTOf(err); hr != c.own {
			t.Errorf("%s, own packet: %v, want %v", c.what, err, c.own)
		}
		_, err = marshal.UnmarshalFromPeer(w.b, w.cb, packet, calc.ICalcDesc)
		if hr := com.HRESULTOf(err); hr != c.peer {
			t.Errorf("%s, peer's packet: %v, want %v", c.what, err, c.peer)
		}
	}
}

func TestPeersCannotNestAnotherClass(t *testing.T) {
	w := newWorld(t)
	inner := com.MustGUID("0d9f5a76-9d0f-4bd1-9a9e-cf2a6a0a3f5c")
	created := false
	f := com.NewClassFactory(w.rt.Types(), func(context.Context) (any, error) {
		created = true
		return &reader{n: 0, read: new([]string), give: &object{}}, nil
	})
	w.b.CoRegisterClassObject(w.cb, inner, f, com.CLSCTX_INPROC_SERVER, com.REGCLS_MULTIPLEUSE)
	w.rt.RegisterUnmarshalClass(classReader, func(context.Context) (com.IMarshal, error) {
		return &nester{reader{read: new([]string)}}, nil
	})
	packet := w.marshal(&custom{class: classReader}, 0).(*com.MemoryStream).Bytes()
	nested := w.marshal(&custom{class: inner}, 0).(*com.MemoryStream).Bytes()
	packet = append(packet, nested...)
	if _, err := w.unmarshal(w.b, com.NewMemoryStream(packet)); err != nil || !created {
		t.Errorf("own packet: %v", err)
	}
	created = false
	_, err := marshal.UnmarshalFromPeer(w.b, w.cb, packet, calc.ICalcDesc)
	wantHR(t, err, com.REGDB_E_CLASSNOTREG)
	if created {
		t.Error("the nested packet's class was created for a peer")
	}
}

// nester unmarshals what another packet in its data stands for.
type nester struct{ reader }

func (n *nester) ReleaseMarshalData(ctx context.Context, stm com.IStream) error {
	return marshal.ApartmentOf(ctx).CoReleaseMarshalData(ctx, stm)
}

func (n *nester) UnmarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID) (any, error) {
	return marshal.ApartmentOf(ctx).CoUnmarshalInterface(ctx, stm, iid)
}

// twin is IEcho as another package might have generated it.
type twin interface {
	Twin(ctx context.Context) error
}

var twinDesc = com.Register[twin](com.Desc{IID: echoDesc.IID, Name: "IEcho"})

func TestUnmarshalClassAnswersInTheGoTypeOfTheCall(t *testing.T) {
	w := newWorld(t)
	w.registerReader(0, &echo{})
	packet := w.marshal(&custom{class: classReader}, 0).(*com.MemoryStream).Bytes()
	if v, err := marshal.UnmarshalFromPeer(w.b, w.cb, packet, echoDesc); err != nil {
		t.Errorf("%T, %v", v, err)
	}
	_, err := marshal.UnmarshalFromPeer(w.b, w.cb, packet, twinDesc)
	wantCode(t, "another package's type", err, com.E_NOINTERFACE)
}

func TestNestingIsBounded(t *testing.T) {
	w := newWorld(t)
	w.rt.RegisterUnmarshalClass(classReader, func(context.Context) (com.IMarshal, error) {
		return &nester{reader{read: new([]string)}}, nil
	})
	one := w.marshal(&custom{class: classReader}, 0).(*com.MemoryStream).Bytes()
	for _, c := range []struct {
		n  int
		hr com.HRESULT
	}{{15, com.STG_E_READFAULT}, {16, com.STG_E_READFAULT}, {17, com.RPC_E_INVALID_OBJREF}, {100_000, com.RPC_E_INVALID_OBJREF}} {
		packet := bytes.Repeat(one, c.n)
		_, err := w.unmarshal(w.b, com.NewMemoryStream(packet))
		wantCode(t, fmt.Sprintf("%d levels", c.n), err, c.hr)
		err = w.b.CoReleaseMarshalData(w.cb, com.NewMemoryStream(packet))
		wantCode(t, fmt.Sprintf("%d levels, release", c.n), err, c.hr)
	}
}

func TestUnmarshalClassIsRegisteredOnce(t *testing.T) {
	w := newWorld(t)
	w.registerReader(4, nil)
	err := w.rt.RegisterUnmarshalClass(classReader, func(context.Context) (com.IMarshal, error) { return nil, nil })
	wantHR(t, err, com.CO_E_OBJISREG)
	wantHR(t, w.rt.RegisterUnmarshalClass(classReader, nil), com.E_POINTER)
	if !w.rt.RevokeUnmarshalClass(classReader) || w.rt.RevokeUnmarshalClass(classReader) {
		t.Error("the class can be revoked once")
	}
	w.registerReader(4, nil)
}

func TestAnUnmarshalClassThatReturnsNothing(t *testing.T) {
	w := newWorld(t)
	w.registerReader(0, nil)
	_, err := w.unmarshal(w.b, w.marshal(&custom{class: classReader}, 0))
	wantHR(t, err, com.E_UNEXPECTED)
}

func ExampleRuntime_RegisterUnmarshalClass() {
	rt := marshal.NewRuntime(marshal.Options{})
	defer rt.Close(context.Background())
	class := com.MustGUID("5f1de8f2-6d0a-4a0f-9a57-0f2d6a1f9c77")
	err := rt.RegisterUnmarshalClass(class, func(context.Context) (com.IMarshal, error) {
		return &reader{read: new([]string)}, nil // a type of your own
	})
	fmt.Println(err)
	// Output: <nil>
}
