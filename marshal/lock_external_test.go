package marshal_test

import (
	"testing"

	"oxid/com"
	"oxid/marshal"
)

func TestLocksAreCounted(t *testing.T) {
	w, o := newWorld(t), &watched{}
	lock := func(on, closes bool) {
		t.Helper()
		if err := w.a.CoLockObjectExternal(w.ca, o, on, closes); err != nil {
			t.Error(err)
		}
	}
	lock(false, true) // of what was never locked: nobody is told
	w.want(o, false, 0)
	lock(true, true)
	lock(true, false)
	w.want(o, true, 1)
	lock(false, true)
	w.want(o, true, 1)
	lock(false, true)
	w.want(o, false, 0, true)

	// Unlocking takes nothing that clients hold.
	stm := w.marshal(o, 0)
	lock(false, true)
	w.want(o, true, 1)
	w.release(w.a, stm)
	w.want(o, false, 0, true)
}

// A lock outlives the disconnection of the object no more than anything else.
func TestUnlockAfterDisconnect(t *testing.T) {
	w, o := newWorld(t), &watched{}
	w.a.CoLockObjectExternal(w.ca, o, true, false)
	w.a.CoDisconnectObject(w.ca, o, 0)
	stm := w.marshal(o, 0)
	if err := w.a.CoLockObjectExternal(w.ca, o, false, true); err != nil {
		t.Error(err)
	}
	if marshal.Objects(w.a) != 1 {
		t.Error("the unlock took the reference of a packet that was made since")
	}
	w.release(w.a, stm)
}

func TestLockOfAProxy(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	lock := func(on bool) {
		t.Helper()
		if err := w.b.CoLockObjectExternal(w.cb, c, on, true); err != nil {
			t.Error(err)
		}
	}
	lock(true)
	lock(true)
	wantHR(t, w.a.CoLockObjectExternal(w.ca, c, true, false), com.RPC_E_WRONG_THREAD)
	com.Release(c)
	w.want(o, true, 1)
	lock(false)
	w.want(o, true, 1)
	lock(false)
	w.want(o, false, 0, true)
	lock(false)
	if n := marshal.Objects(w.b); n != 0 {
		t.Errorf("%d objects of the client's apartment are held", n)
	}

	// The apartment's end undoes locks, too.
	c = w.mustUnmarshal(w.b, w.marshal(o, 0))
	lock(true)
	com.Release(c)
	marshal.EndApartment(w.b)
	w.want(o, false, 0, true)
}

// Functions that concern what an apartment holds need one that lives.
func TestWithoutCOM(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, 0)
	marshal.EndApartment(w.a)
	for what, err := range map[string]error{
		"lock":       w.a.CoLockObjectExternal(w.ca, o, true, false),
		"unlock":     w.a.CoLockObjectExternal(w.ca, o, false, false),
		"disconnect": w.a.CoDisconnectObject(w.ca, o, 0),
		"release":    w.a.CoReleaseMarshalData(w.ca, rewind(stm)),
		"marshal":    w.a.CoMarshalInterface(w.ca, stm, &com.IID_IUnknown, o, com.MSHCTX_INPROC, 0),
		"revoke":     w.a.CoRevokeClassObject(w.ca, 1),
	} {
		wantCode(t, what, err, com.CO_E_NOTINITIALIZED)
	}
	wantHR(t, w.a.CoDisconnectObject(w.ca, nil, 0), com.E_INVALIDARG) // arguments are looked at first
	wantHR(t, w.a.CoReleaseMarshalData(w.ca, nil), com.E_INVALIDARG)
	_, err := w.a.CoRegisterMessageFilter(nil)
	wantHR(t, err, com.CO_E_NOT_SUPPORTED)
}
