package marshal_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

func TestCF_137_143_OneIdentity(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	d := w.mustUnmarshal(w.b, w.marshal(o, 0))
	if c != d {
		t.Error("two packets of one object give two proxies")
	}
	u, err := com.QueryInterface(w.cb, c, &com.IID_IUnknown)
	if err != nil {
		t.Fatal(err)
	}
	v, err := com.QueryInterface(w.cb, u, &com.IID_IUnknown)
	if err != nil || u != v {
		t.Errorf("IUnknown %p and %p, %v", u, v, err)
	}
	if !com.Same(c, u) {
		t.Error("not the same object")
	}
	for _, x := range []any{c, d, u} {
		w.want(o, true, 1)
		com.Release(x)
	}
	w.want(o, true, 1)
	com.Release(v)
	w.want(o, false, 0, true)
}

func TestCF_138_LocalInterfaces(t *testing.T) {
	w, o := newWorld(t), &object{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	defer com.Release(c)
	q, err := com.Query[com.IMultiQI](w.cb, c)
	if err != nil {
		t.Fatal(err)
	}
	defer com.Release(q)
	if !com.Same(c, q) {
		t.Error("IMultiQI is another object")
	}
}

// Who gets a pointer from a call is its only owner: one Release lets it go.
func TestCF_038_145_OnlyOwnerOfAResult(t *testing.T) {
	check := func(t *testing.T, ctx context.Context, c calc.ICalc, made *object) {
		d, err := c.Clone(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n := d.(com.Proxied).COMProxy().Users(); n != 1 {
			t.Errorf("a result has %d owners", n)
		}
		if err := com.ReleaseContext(ctx, d); err != nil {
			t.Error(err)
		}
		if made.finals != 1 {
			t.Errorf("FinalRelease ran %d times", made.finals)
		}
		_, err = d.Add(ctx, 1, 2)
		wantHR(t, err, com.CO_E_RELEASED)
		wantHR(t, com.ReleaseContext(ctx, d), com.CO_E_RELEASED)
		mustAdd(t, ctx, c)
		com.Release(c)
	}
	t.Run("one process", func(t *testing.T) {
		w, o := newWorld(t), &object{}
		check(t, w.cb, w.mustUnmarshal(w.b, w.marshal(&forwarder{next: o}, 0)), o)
	})
	t.Run("two machines", func(t *testing.T) {
		o := &object{}
		check(t, t.Context(), send(t, newMachine(t), newMachine(t), &forwarder{next: o}), o)
	})
}

func TestCF_140_MissingInterface(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	_, err := com.Query[calc.IScientific](w.cb, c)
	wantHR(t, err, com.E_NOINTERFACE)
	if n, err := c.Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("the proxy afterwards: %d, %v", n, err)
	}
	com.Release(c)
	w.want(o, false, 0, true)
}

func TestCF_146_147_MultiQI(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	q, err := com.Query[com.IMultiQI](w.cb, c)
	if err != nil {
		t.Fatal(err)
	}
	list := []com.MultiQI{{IID: calc.IID_ICalc}, {IID: calc.IID_IScientific}, {IID: com.IID_IUnknown, Itf: "mine"}}
	hr, err := q.QueryMultipleInterfaces(w.cb, list)
	if hr != com.S_FALSE || err != nil {
		t.Errorf("some found: %v, %v", hr, err)
	}
	if list[0].HR != com.S_OK || list[0].Itf == nil || list[1].HR != com.E_NOINTERFACE || list[1].Itf != nil {
		t.Errorf("entries %+v", list)
	}
	if list[2].Itf != "mine" {
		t.Error("an entry that was filled in was not skipped")
	}
	com.Release(list[0].Itf)
	none := []com.MultiQI{{IID: calc.IID_IScientific}}
	if hr, err := q.QueryMultipleInterfaces(w.cb, none); hr != com.E_NOINTERFACE {
		t.Errorf("none found: %v, %v", hr, err)
	}
	com.Release(q)
	com.Release(c)
	w.want(o, false, 0, true)
}

func TestCF_153_OneProxyForEachInterface(t *testing.T) {
	w, o := newWorld(t), &object{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	d, err := com.Query[calc.ICalc](w.cb, c)
	if err != nil || d != c {
		t.Errorf("second query: %v, %v", d, err)
	}
	com.Release(d)
	com.Release(c)
}

func TestCF_160_161_162_163_WrongApartment(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	_, err := c.Add(w.ca, 1, 2)
	wantHR(t, err, com.RPC_E_WRONG_THREAD)
	_, err = com.Query[calc.IScientific](w.ca, c)
	wantHR(t, err, com.RPC_E_WRONG_THREAD)
	com.Release(c) // CF-163: honoured from anywhere
	w.want(o, false, 0, true)
}

func TestCF_016_MarshalHoldsTheObject(t *testing.T) {
	w := newWorld(t)
	done := make(chan struct{})
	stm := func() com.IStream {
		o := &object{}
		runtime.AddCleanup(o, func(int) { close(done) }, 0)
		return w.marshal(o, 0)
	}()
	runtime.GC()
	select {
	case <-done:
		t.Fatal("the object went while a packet names it")
	default:
	}
	w.release(w.a, stm)
	for range 50 {
		runtime.GC()
		select {
		case <-done:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the object stays after the packet was released")
}

func TestForgottenProxyIsReportedAndReleased(t *testing.T) {
	leaks := make(chan marshal.Leak, 1)
	rt := newRuntime(t, marshal.Options{LeakReport: func(l marshal.Leak) { leaks <- l }})
	w := &world{t: t, ctx: t.Context(), rt: rt, a: marshal.NewTestApartment(rt), b: marshal.NewTestApartment(rt)}
	w.ca, w.cb = marshal.WithApartment(w.ctx, w.a), marshal.WithApartment(w.ctx, w.b)
	o := &watched{}
	stm := w.marshal(o, 0)
	w.mustUnmarshal(w.b, stm)
	for range 100 {
		runtime.GC()
		select {
		case l := <-leaks:
			if l.Created == "" {
				t.Error("the report does not say where the proxy was made")
			}
			w.want(o, false, 0, true)
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("a forgotten proxy was not reported")
}
