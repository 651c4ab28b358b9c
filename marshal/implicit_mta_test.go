package marshal_test

import (
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// A context that names no apartment belongs to the implicit multithreaded one.

func TestCF_165_ProxyOfTheMTAFromTheImplicitMTA(t *testing.T) {
	w, o := newWorld(t), &watched{}
	mta, err := w.rt.MTA(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := w.mustUnmarshal(mta, w.marshal(o, 0))
	if n, err := c.Add(t.Context(), 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	com.Release(c)
	w.want(o, false, 0, true)
}

func TestCF_166_ObjectOfTheImplicitMTA(t *testing.T) {
	w, o := newWorld(t), &watched{}
	mta, err := w.rt.MTA(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	stm := com.NewMemoryStream(nil)
	if err := mta.CoMarshalInterface(t.Context(), stm, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	v, err := mta.CoUnmarshalInterface(marshal.WithApartment(w.ctx, mta), rewind(stm), &calc.IID_ICalc)
	if v != any(o) || err != nil {
		t.Errorf("in the explicit MTA: %T, %v; want the object itself", v, err)
	}
	if n, err := v.(calc.ICalc).Add(marshal.WithApartment(w.ctx, mta), 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	if n := marshal.Objects(mta); n != 0 {
		t.Errorf("%d objects held", n)
	}
}
