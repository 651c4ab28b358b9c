package marshal_test

import (
	"testing"

	"oxid/com"
	"oxid/orpc"
	"oxid/samples/calc"
)

// std returns the standard part of a packet.
func std(t *testing.T, stm com.IStream) orpc.STDOBJREF {
	t.Helper()
	r, err := orpc.ReadOBJREF(t.Context(), rewind(stm))
	if err != nil || !r.HasStd() {
		t.Fatalf("no standard packet: %v", err)
	}
	return r.Std
}

func TestCF_046_ProxySharesItsReferences(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	var packets []com.IStream
	for i, want := range []uint32{2, 1, 1, 5, 5} { // of 5; one always stays
		stm := com.NewMemoryStream(nil)
		if err := w.b.CoMarshalInterface(w.cb, stm, &calc.IID_ICalc, c, com.MSHCTX_INPROC, 0); err != nil {
			t.Fatal(err)
		}
		if got := std(t, stm).PublicRefs; got != want {
			t.Errorf("packet %d carries %d references, want %d", i, got, want)
		}
		packets = append(packets, stm)
	}
	com.Release(c)
	for _, p := range packets {
		w.want(o, true, 1)
		w.release(w.b, p)
	}
	w.want(o, false, 0, true)
}

func TestCF_059_060_TablePackets(t *testing.T) {
	leaves(t)
	w, o := newWorld(t), &object{}
	normal, strong, weak := std(t, w.marshal(o, 0)), std(t, w.marshal(o, com.MSHLFLAGS_TABLESTRONG)), std(t, w.marshal(o, com.MSHLFLAGS_TABLEWEAK))
	if normal.PublicRefs != 5 || strong.PublicRefs != 0 || weak.PublicRefs != 0 {
		t.Errorf("references %d, %d, %d; want 5, and none in table packets", normal.PublicRefs, strong.PublicRefs, weak.PublicRefs)
	}
	if normal.IPID == strong.IPID || normal.IPID == weak.IPID || strong.IPID == weak.IPID {
		t.Error("packets of different kinds share an IPID")
	}
	if normal.OID != strong.OID || normal.OID != weak.OID {
		t.Error("packets of one object have different OIDs")
	}
	if again := std(t, w.marshal(o, com.MSHLFLAGS_TABLESTRONG)); again.IPID != strong.IPID {
		t.Error("two packets of one kind have different IPIDs")
	}
}

func TestCF_061_063_065_071_Connections(t *testing.T) {
	w, o := newWorld(t), &watched{} // which checks kind and reserved of every event
	stm := w.marshal(o, 0)
	w.want(o, true, 1)
	c := w.mustUnmarshal(w.b, stm)
	w.want(o, true, 1)
	com.Release(c)
	w.want(o, false, 0, true)
	for _, closes := range o.closes {
		if !closes {
			t.Errorf("fLastReleaseCloses %v on the way to 0, want TRUE alone", o.closes)
		}
	}
}

func TestCF_069_ExternalConnectionIsAskedForOnce(t *testing.T) {
	w := newWorld(t)
	o := &nosy{refuse: true}
	asked := func() (n int) {
		for _, line := range o.log {
			if line == "query IExternalConnection" {
				n++
			}
		}
		return n
	}
	p := w.marshal(o, 0)
	if asked() != 1 {
		t.Errorf("asked %d times while the stub manager was made, want once", asked())
	}
	q := w.marshal(o, 0)
	com.Release(w.mustUnmarshal(w.b, p))
	w.release(w.b, q)
	if asked() != 1 {
		t.Errorf("asked %d times in all", asked())
	}
}

func TestCF_080_LockIgnoresTheSecondFlag(t *testing.T) {
	for _, flag := range []bool{false, true} {
		w, o := newWorld(t), &watched{}
		if err := w.a.CoLockObjectExternal(w.ca, o, true, flag); err != nil {
			t.Fatal(err)
		}
		w.want(o, true, 1)
		w.a.CoLockObjectExternal(w.ca, o, false, true)
		w.want(o, false, 0, true)
	}
}

func TestCF_084_LockAndDisconnectInTheImplicitMTA(t *testing.T) {
	w := newWorld(t)
	mta, err := w.rt.MTA(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	o := &watched{}
	if err := mta.CoLockObjectExternal(w.ctx, o, true, false); err != nil || o.conns != 1 {
		t.Errorf("lock: %v, connections %d", err, o.conns)
	}
	if err := mta.CoDisconnectObject(w.ctx, o, 0); err != nil || o.finals != 1 {
		t.Errorf("disconnect: %v, FinalRelease ran %d times", err, o.finals)
	}
	if err := mta.CoLockObjectExternal(w.ctx, o, true, false); err != nil {
		t.Errorf("lock again: %v", err)
	}
	if err := mta.CoLockObjectExternal(w.ctx, o, false, true); err != nil || o.finals != 2 {
		t.Errorf("unlock: %v, FinalRelease ran %d times", err, o.finals)
	}
}

func TestCF_086_ProxiesOfADisconnectedObject(t *testing.T) {
	w, o := newWorld(t), &object{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	w.a.CoDisconnectObject(w.ca, o, 0)
	for range 2 {
		_, err := c.Add(w.cb, 1, 2)
		wantHR(t, err, com.RPC_E_DISCONNECTED)
		_, err = com.Query[calc.IScientific](w.cb, c)
		wantCode(t, "a query", err, com.RPC_E_DISCONNECTED)
	}
	if o.calls != 0 {
		t.Error("a call was forwarded")
	}
	com.Release(c)
	_, err := c.Add(w.cb, 1, 2)
	wantHR(t, err, com.CO_E_RELEASED)
}
