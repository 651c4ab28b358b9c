package marshal_test

import (
	"testing"

	"oxid/com"
	"oxid/samples/calc"
)

func TestCF_138_139_MarshalerOfAProxy(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	im, err := com.Query[com.IMarshal](w.cb, c)
	if err != nil {
		t.Fatal(err)
	}
	two, err := com.Query[com.IMarshal2](w.cb, c)
	if err != nil || any(two) != any(im) {
		t.Errorf("IMarshal2: %v, the same pointer: %v", err, any(two) == any(im))
	}
	com.Release(two)
	if !com.Same(im, c) {
		t.Error("IMarshal is another object")
	}
	if class, err := im.GetUnmarshalClass(w.cb, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0); class != com.CLSID_StdMarshal || err != nil {
		t.Errorf("class %v, %v", class, err)
	}
	if n, err := im.GetMarshalSizeMax(w.cb, &calc.IID_ICalc, c, com.MSHCTX_INPROC, 0); n < 68 || err != nil {
		t.Errorf("size %d, %v", n, err)
	}
	stm := com.NewMemoryStream(nil)
	if err := im.MarshalInterface(w.cb, stm, &calc.IID_ICalc, c, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	if got := w.mustUnmarshal(w.a, stm); got != calc.ICalc(o) {
		t.Errorf("at home the packet yields %T", got)
	}
	stm.Reset()
	if err := im.MarshalInterface(w.cb, stm, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	if err := im.ReleaseMarshalData(w.cb, rewind(stm)); err != nil {
		t.Error(err)
	}
	stm.Reset()
	if err := im.MarshalInterface(w.cb, stm, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	v, err := im.UnmarshalInterface(w.cb, rewind(stm), &calc.IID_ICalc)
	if err != nil || v != any(c) {
		t.Errorf("unmarshaled where it came from: %T, %v", v, err)
	}
	com.Release(v)
	if err := im.DisconnectObject(w.cb, 0); err != nil {
		t.Error(err)
	}
	w.want(o, true, 1) // a client severs nothing
	wantHR(t, im.MarshalInterface(w.ca, stm, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0), com.RPC_E_WRONG_THREAD)
	com.Release(im)
	_, err = im.GetMarshalSizeMax(w.cb, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0)
	wantHR(t, err, com.CO_E_RELEASED)
	com.Release(c)
	w.want(o, false, 0, true)
}
