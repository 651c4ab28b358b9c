package marshal_test

import (
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

func TestCF_022_NullObject(t *testing.T) {
	w := newWorld(t)
	_, err := w.a.CoMarshalInterThreadInterfaceInStream(w.ca, &calc.IID_ICalc, nil)
	wantHR(t, err, com.E_INVALIDARG)
	_, err = w.a.CoMarshalInterThreadInterfaceInStream(w.ca, nil, &object{})
	wantHR(t, err, com.E_INVALIDARG)
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d objects held", n)
	}
}

func TestCF_023_StreamIsRewound(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm, err := w.a.CoMarshalInterThreadInterfaceInStream(w.ca, &com.IID_IUnknown, o)
	if err != nil {
		t.Fatal(err)
	}
	if at, _ := stm.Seek(w.ctx, 0, com.STREAM_SEEK_CUR); at != 0 {
		t.Errorf("the stream is at %d", at)
	}
	w.want(o, true, 1)
	v, err := w.b.CoGetInterfaceAndReleaseStream(w.cb, stm, &calc.IID_ICalc) // another interface than marshaled
	if err != nil {
		t.Fatal(err)
	}
	if n, err := v.(calc.ICalc).Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	com.Release(v)
	w.want(o, false, 0, true)
}

func TestCF_024_NullStream(t *testing.T) {
	w := newWorld(t)
	_, err := w.b.CoGetInterfaceAndReleaseStream(w.cb, nil, &calc.IID_ICalc)
	wantHR(t, err, com.E_INVALIDARG)
}
