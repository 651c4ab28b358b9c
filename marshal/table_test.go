package marshal_test

import (
	"testing"

	"oxid/com"
	"oxid/marshal"
)

// Table-strong and table-weak packets. With IExternalConnection the stub
// manager keeps the object for a weak packet, without it does not.

func TestCF_047_048_050_WeakWithExternalConnection(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, com.MSHLFLAGS_TABLEWEAK)
	w.want(o, true, 0)
	c, d := w.mustUnmarshal(w.b, stm), w.mustUnmarshal(w.b, stm)
	w.want(o, true, 1)
	com.Release(c)
	com.Release(d)
	w.want(o, true, 0, true)
	w.release(w.a, stm)
	w.want(o, false, 0)
}

func TestCF_049_WeakWithoutExternalConnection(t *testing.T) {
	w, o := newWorld(t), &object{}
	stm := w.marshal(o, com.MSHLFLAGS_TABLEWEAK)
	c, d := w.mustUnmarshal(w.b, stm), w.mustUnmarshal(w.b, stm)
	com.Release(c)
	if marshal.Objects(w.a) != 1 {
		t.Error("the object went with the first proxy")
	}
	com.Release(d)
	if marshal.Objects(w.a) != 0 {
		t.Error("the weak packet holds the object")
	}
}

func TestCF_052_WeakReleasedFirst(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, com.MSHLFLAGS_TABLEWEAK)
	w.release(w.a, stm)
	w.want(o, false, 0)
	_, err := w.unmarshal(w.b, stm)
	wantHR(t, err, com.CO_E_OBJNOTREG)
}

func TestCF_053_WeakAndNormal(t *testing.T) {
	w, o := newWorld(t), &watched{}
	weak, normal := w.marshal(o, com.MSHLFLAGS_TABLEWEAK), w.marshal(o, com.MSHLFLAGS_NORMAL)
	n := w.mustUnmarshal(w.b, normal)
	k := w.mustUnmarshal(w.b, weak)
	com.Release(n)
	w.want(o, true, 1)
	com.Release(k)
	w.want(o, true, 0, true)
	w.release(w.a, weak)
	w.want(o, false, 0)
}

func TestCF_054_WeakAndNormalReleased(t *testing.T) {
	w, o := newWorld(t), &watched{}
	weak, normal := w.marshal(o, com.MSHLFLAGS_TABLEWEAK), w.marshal(o, com.MSHLFLAGS_NORMAL)
	w.release(w.a, normal)
	w.want(o, true, 0, true)
	w.release(w.a, weak)
	w.want(o, false, 0)

	plain := &object{}
	w.marshal(plain, com.MSHLFLAGS_TABLEWEAK)
	normal = w.marshal(plain, com.MSHLFLAGS_NORMAL)
	w.release(w.a, normal)
	if marshal.Objects(w.a) != 0 {
		t.Error("the weak packet holds the object")
	}
}

func TestCF_055_TwoWeakPackets(t *testing.T) {
	w, o := newWorld(t), &watched{}
	p, q := w.marshal(o, com.MSHLFLAGS_TABLEWEAK), w.marshal(o, com.MSHLFLAGS_TABLEWEAK)
	w.release(w.a, p)
	w.want(o, true, 0)
	w.release(w.a, q)
	w.want(o, false, 0)
	if len(o.closes) != 0 {
		t.Errorf("ReleaseConnection %v", o.closes)
	}
}

func TestCF_056_057_Strong(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, com.MSHLFLAGS_TABLESTRONG)
	w.want(o, true, 1)
	c, d := w.mustUnmarshal(w.b, stm), w.mustUnmarshal(w.b, stm)
	com.Release(c)
	com.Release(d)
	w.want(o, true, 1)
	w.release(w.a, stm)
	w.want(o, false, 0, true)
}

func TestCF_058_068_WeakAtHome(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, com.MSHLFLAGS_TABLEWEAK)
	for range 2 {
		w.mustUnmarshal(w.a, stm)
		w.want(o, true, 0)
	}
	w.release(w.a, stm)
	w.want(o, false, 0)
}

func TestCF_062_066_TwoNormalPacketsOneConnection(t *testing.T) {
	w, o := newWorld(t), &watched{}
	p, q := w.marshal(o, 0), w.marshal(o, 0)
	w.want(o, true, 1)
	w.release(w.a, p)
	w.want(o, true, 1)
	w.release(w.a, q)
	w.want(o, false, 0, true)
}

func TestCF_073_074_LockAndDisconnect(t *testing.T) {
	w, o := newWorld(t), &watched{}
	if err := w.a.CoLockObjectExternal(w.ca, o, true, false); err != nil {
		t.Fatal(err)
	}
	w.want(o, true, 1)
	if err := w.a.CoDisconnectObject(w.ca, o, 0); err != nil {
		t.Fatal(err)
	}
	w.want(o, false, 1)
}

func TestCF_077_UnlockWithoutClosing(t *testing.T) {
	w, o := newWorld(t), &watched{}
	w.a.CoLockObjectExternal(w.ca, o, true, false)
	w.a.CoLockObjectExternal(w.ca, o, false, false)
	w.want(o, false, 0, false)
}

func TestCF_078_UnlockKeepsWeak(t *testing.T) {
	w, o := newWorld(t), &watched{}
	w.marshal(o, com.MSHLFLAGS_TABLEWEAK)
	w.a.CoLockObjectExternal(w.ca, o, true, false)
	w.a.CoLockObjectExternal(w.ca, o, false, false)
	w.want(o, true, 0, false)
	w.a.CoDisconnectObject(w.ca, o, 0)
	w.want(o, false, 0)
}

func TestCF_079_UnlockClosesWeak(t *testing.T) {
	w, o := newWorld(t), &object{}
	w.marshal(o, com.MSHLFLAGS_TABLEWEAK)
	w.a.CoLockObjectExternal(w.ca, o, true, true)
	w.a.CoLockObjectExternal(w.ca, o, false, true)
	if marshal.Objects(w.a) != 0 {
		t.Error("the weak packet holds the object")
	}
}

func TestCF_081_LockOutlivesPacket(t *testing.T) {
	w, o := newWorld(t), &watched{}
	stm := w.marshal(o, 0)
	w.a.CoLockObjectExternal(w.ca, o, true, false)
	w.release(w.a, stm)
	w.want(o, true, 1)
	w.a.CoDisconnectObject(w.ca, o, 0)
	w.want(o, false, 1)
}
