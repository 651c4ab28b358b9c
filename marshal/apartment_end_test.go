package marshal_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/marshal"
)

// dying is an object whose clean-up panics.
type dying struct{ watched }

func (d *dying) FinalRelease(context.Context) { d.finals++; panic("boom") }

func TestCF_028_PanicInFinalRelease(t *testing.T) {
	w, o := newWorld(t), &dying{}
	w.release(w.a, w.marshal(o, 0))
	w.want(&o.watched, false, 0, true)
	w.marshal(o, 0)
	marshal.EndApartment(w.a)
	w.want(&o.watched, false, 0, false)
	if o.finals != 2 {
		t.Errorf("FinalRelease ran %d times, want 2", o.finals)
	}
}

// mtaWorld is a world whose objects live in the multithreaded apartment.
func mtaWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	var err error
	if w.a, err = w.rt.MTA(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.ca = marshal.WithApartment(w.ctx, w.a)
	return w
}

func TestCF_031_MultithreadedServerEnds(t *testing.T) {
	w, o := mtaWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	marshal.EndApartment(w.a)
	w.want(o, false, 0, false)
	com.Release(c) // harmless
	w.want(o, false, 0, false)
}

func TestCF_035_MultithreadedClientEnds(t *testing.T) {
	w, o := newWorld(t), &watched{}
	mta, err := w.rt.MTA(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := w.mustUnmarshal(mta, w.marshal(o, 0))
	w.want(o, true, 1)
	marshal.EndApartment(mta)
	w.want(o, false, 0, true)
	com.Release(c)
	w.want(o, false, 0, true)
}

func TestCF_036_ClientProcessEnds(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	o := &watched{}
	c := send(t, server, client, o)
	if n, err := c.Add(t.Context(), 1, 2); n != 3 || err != nil {
		t.Fatalf("Add: %d, %v", n, err)
	}
	if err := client.rt.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.wantObjects(t, 0)
	if o.conns != 0 || len(o.closes) != 1 || !o.closes[0] {
		t.Errorf("connections %d, closes %v", o.conns, o.closes)
	}
	_, err := c.Add(t.Context(), 1, 2)
	wantHR(t, err, com.CO_E_OBJNOTCONNECTED)
}
