package marshal_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

const keepsAlive = com.ROTFLAGS_REGISTRATIONKEEPSALIVE

// run registers an object of apartment a as running.
func (w *world) run(o any, name string, flags com.ROTFLAGS) uint32 {
	w.t.Helper()
	cookie, hr, err := w.rt.GetRunningObjectTable().Register(w.ca, flags, o, name)
	if err != nil || hr != com.S_OK {
		w.t.Fatalf("Register: %v, %v", hr, err)
	}
	return cookie
}

func TestRunningObject(t *testing.T) {
	w, o := newWorld(t), &watched{}
	rot := w.rt.GetRunningObjectTable()
	if hr := rot.IsRunning(w.ca, "report!7"); hr != com.S_FALSE {
		t.Errorf("before: %v", hr)
	}
	_, err := rot.GetObject(w.cb, "report!7")
	wantCode(t, "before", err, com.MK_E_UNAVAILABLE)
	cookie := w.run(o, "report!7", keepsAlive)
	w.want(o, true, 1)
	if hr := rot.IsRunning(w.cb, "report!7"); hr != com.S_OK {
		t.Errorf("registered: %v", hr)
	}
	if hr := rot.IsRunning(w.cb, "REPORT!7"); hr != com.S_FALSE {
		t.Errorf("another name: %v", hr)
	}
	home, err := rot.GetObject(w.ca, "report!7")
	if home != com.Unknown(o) || err != nil {
		t.Errorf("at home: %T, %v", home, err)
	}
	u, err := rot.GetObject(w.cb, "report!7")
	if err != nil {
		t.Fatal(err)
	}
	c, err := com.Query[calc.ICalc](w.cb, u)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	com.Release(c)
	com.Release(u)
	w.want(o, true, 1)
	if err := rot.Revoke(w.cb, cookie); err != nil {
		t.Fatal(err)
	}
	w.want(o, false, 0, true)
	wantHR(t, rot.Revoke(w.cb, cookie), com.E_INVALIDARG)
	wantHR(t, rot.Revoke(w.cb, 0), com.E_INVALIDARG)
}

func TestRunningObjectTwice(t *testing.T) {
	w := newWorld(t)
	rot := w.rt.GetRunningObjectTable()
	old, young := &object{}, &object{}
	first := w.run(old, "name", keepsAlive)
	second, hr, err := rot.Register(w.ca, keepsAlive, young, "name")
	if hr != com.MK_S_MONIKERALREADYREGISTERED || err != nil || second == first {
		t.Errorf("second registration: cookie %d, %v, %v", second, hr, err)
	}
	for _, want := range []any{old, young} {
		if got, err := rot.GetObject(w.ca, "name"); got != want || err != nil {
			t.Errorf("got %p, %v; want %p", got, err, want)
		}
		rot.Revoke(w.ca, first)
	}
	rot.Revoke(w.ca, second)
	if hr := rot.IsRunning(w.ca, "name"); hr != com.S_FALSE {
		t.Errorf("afterwards: %v", hr)
	}
}

func TestWeakRunningObject(t *testing.T) {
	leaves(t)
	w, o := newWorld(t), &object{}
	rot := w.rt.GetRunningObjectTable()
	w.run(o, "weak", 0)
	u, err := rot.GetObject(w.cb, "weak")
	if err != nil {
		t.Fatal(err)
	}
	com.Release(u) // the last strong connection: the object goes in spite of the registration
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d objects held", n)
	}
	if hr := rot.IsRunning(w.ca, "weak"); hr != com.S_FALSE {
		t.Errorf("IsRunning: %v", hr)
	}
	_, err = rot.GetObject(w.cb, "weak")
	wantCode(t, "GetObject", err, com.MK_E_UNAVAILABLE)
	w.run(o, "weak", 0) // a dead registration is in nobody's way
}

func TestWeakRunningAgileObject(t *testing.T) {
	w := newWorld(t)
	rot := w.rt.GetRunningObjectTable()
	o := &agile{}
	w.run(o, "agile", 0)
	if got, err := rot.GetObject(w.cb, "agile"); got != com.Unknown(o) || err != nil {
		t.Errorf("%T, %v", got, err)
	}
	runtime.KeepAlive(o)
	o = nil
	if !afterGC(func() bool { return rot.IsRunning(w.ca, "agile") == com.S_FALSE }) {
		t.Error("a weak registration keeps an agile object")
	}
}

func TestWeakRunningProxy(t *testing.T) {
	w, o := newWorld(t), &watched{}
	rot := w.rt.GetRunningObjectTable()
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	if _, _, err := rot.Register(w.cb, 0, c, "proxy"); err != nil {
		t.Fatal(err)
	}
	u, err := rot.GetObject(w.cb, "proxy")
	if err != nil || !com.Same(u, c) {
		t.Errorf("GetObject: %v, the same object: %v", err, com.Same(u, c))
	}
	com.Release(u)
	com.Release(c)
	w.want(o, false, 0, true)
	_, err = rot.GetObject(w.cb, "proxy")
	wantCode(t, "after the last proxy went", err, com.MK_E_UNAVAILABLE)
}

func TestRunningObjectsEndWithTheirApartment(t *testing.T) {
	w := newWorld(t)
	rot := w.rt.GetRunningObjectTable()
	w.run(&object{}, "b", keepsAlive)
	w.run(&agile{}, "a", keepsAlive)
	w.run(&object{}, "a2", 0)
	if names := rot.EnumRunning(); !slices.Equal(names, []string{"a", "a2", "b"}) {
		t.Errorf("running: %q", names)
	}
	marshal.EndApartment(w.a)
	if names := rot.EnumRunning(); len(names) != 0 {
		t.Errorf("running after their apartment: %q", names)
	}
}

func TestTimeOfLastChange(t *testing.T) {
	w := newWorld(t)
	rot := w.rt.GetRunningObjectTable()
	before := time.Now()
	cookie := w.run(&object{}, "doc", keepsAlive)
	if at, err := rot.GetTimeOfLastChange(w.ca, "doc"); at.Before(before) || err != nil {
		t.Errorf("registered at %v, %v", at, err)
	}
	then := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := rot.NoteChangeTime(w.ca, cookie, then); err != nil {
		t.Fatal(err)
	}
	if at, err := rot.GetTimeOfLastChange(w.ca, "doc"); !at.Equal(then) || err != nil {
		t.Errorf("changed at %v, %v", at, err)
	}
	rot.Revoke(w.ca, cookie)
	wantHR(t, rot.NoteChangeTime(w.ca, cookie, then), com.E_INVALIDARG)
	_, err := rot.GetTimeOfLastChange(w.ca, "doc")
	wantHR(t, err, com.MK_E_UNAVAILABLE)
}

func TestRegisterRefuses(t *testing.T) {
	w := newWorld(t)
	rot := w.rt.GetRunningObjectTable()
	for what, c := range map[string]struct {
		flags com.ROTFLAGS
		obj   any
		name  string
		hr    com.HRESULT
	}{
		"no name":        {0, &object{}, "", com.E_INVALIDARG},
		"reserved flags": {4, &object{}, "x", com.E_INVALIDARG},
		"no object":      {0, nil, "x", com.E_INVALIDARG},
		"INoMarshal":     {0, &secret{}, "x", com.CO_E_NOT_SUPPORTED},
	} {
		_, hr, err := rot.Register(w.ca, c.flags, c.obj, c.name)
		wantCode(t, what, err, c.hr)
		if hr != c.hr {
			t.Errorf("%s: result %v", what, hr)
		}
	}
	marshal.EndApartment(w.b)
	_, _, err := rot.Register(w.cb, 0, &object{}, "x")
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
	_, err = rot.GetObject(w.cb, "x")
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
}
