package marshal_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/marshal"
)

// interrupting is an object that does something when it gets its first connection.
type interrupting struct {
	watched
	first func()
}

func (x *interrupting) AddConnection(ctx context.Context, k com.EXTCONN, r uint32) uint32 {
	n := x.watched.AddConnection(ctx, k, r)
	if f := x.first; f != nil {
		x.first = nil
		f()
	}
	return n
}

// References that are fetched for an apartment that ends meanwhile go home.
func TestReferencesForAnApartmentThatEnds(t *testing.T) {
	w, o := newWorld(t), &interrupting{}
	stm := w.marshal(o, com.MSHLFLAGS_TABLEWEAK)
	o.first = func() { marshal.EndApartment(w.b) }
	_, err := w.unmarshal(w.b, stm)
	wantHR(t, err, com.CO_E_OBJNOTCONNECTED)
	if o.conns != 0 {
		t.Errorf("%d connections", o.conns)
	}
	w.release(w.a, stm)
	w.want(&o.watched, false, 0)
}
