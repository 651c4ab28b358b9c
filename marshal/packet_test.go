package marshal_test

import (
	"context"
	"encoding/binary"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

func TestCF_114_IPIDsOfOthersAreOpaque(t *testing.T) {
	w := newWorld(t)
	for _, ipid := range []com.IPID{
		{Data1: 1, Data2: 0, Data3: 4711, Data4: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}}, // counter, MTA, process
		{Data1: 0xffffffff, Data2: 0xffff, Data3: 0xffff, Data4: [8]byte{0xff}},
		{},
	} {
		r := orpc.OBJREF{Flags: orpc.OBJREF_STANDARD, IID: calc.IID_ICalc,
			Std: orpc.STDOBJREF{PublicRefs: 5, OXID: 77, OID: orpc.OID(ipid.Data1) + 1, IPID: ipid}}
		c, err := w.unmarshal(w.b, com.NewMemoryStream(r.Append(nil)))
		if err != nil {
			t.Errorf("%v: %v", ipid, err)
		}
		com.Release(c)
	}
}

func TestCF_144_HomecomingAsAnotherInterface(t *testing.T) {
	w, o := newWorld(t), &watched{}
	v, err := w.a.CoUnmarshalInterface(w.ca, rewind(w.marshal(o, 0)), &com.IID_IExternalConnection)
	if v != any(o) || err != nil {
		t.Errorf("%T, %v; want the object itself, queried", v, err)
	}
	w.want(o, false, 0, false)
	if n := marshal.Remotes(w.a); n != 0 {
		t.Errorf("%d proxies at home", n)
	}
}

// answer is a stub's channel for one call.
type answer struct {
	wire
	m com.RPCOLEMESSAGE
}

func (a *answer) GetBuffer(_ context.Context, op uint32, _ int) (*com.RPCOLEMESSAGE, error) {
	a.m = com.RPCOLEMESSAGE{Op: op, DataRep: 0x10}
	return &a.m, nil
}

func TestCF_228_StubReadsTheSendersByteOrder(t *testing.T) {
	w := newWorld(t)
	s, err := w.generated(calc.ICalcDesc).CreateStub(w.ca, calc.ICalcDesc, &object{})
	if err != nil {
		t.Fatal(err)
	}
	for rep, order := range map[uint32]binary.AppendByteOrder{0x10: binary.LittleEndian, 0: binary.BigEndian} {
		m := com.RPCOLEMESSAGE{Op: 3, DataRep: rep, Buffer: order.AppendUint32(order.AppendUint32(nil, 2), 40)}
		var ch answer
		if err := s.Invoke(w.ca, &m, &ch); err != nil {
			t.Fatal(err)
		}
		if got := string(ch.m.Buffer); got != "\x2a\x00\x00\x00\x00\x00\x00\x00" {
			t.Errorf("data representation %#x: reply % x", rep, got)
		}
	}
}

// forwarder returns a proxy from Clone.
type forwarder struct {
	object
	next calc.ICalc
}

func (f *forwarder) Clone(context.Context) (calc.ICalc, error) { return f.next, nil }

func TestCF_431_StubReleasesAnOutInterface(t *testing.T) {
	w, o := newWorld(t), &watched{}
	third := marshal.NewTestApartment(w.rt)
	stm := com.NewMemoryStream(nil)
	if err := third.CoMarshalInterface(marshal.WithApartment(w.ctx, third), stm, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	f := &forwarder{next: w.mustUnmarshal(w.a, stm)}
	c := w.mustUnmarshal(w.b, w.marshal(f, 0))
	d, err := c.Clone(w.cb)
	if err != nil {
		t.Fatal(err)
	}
	if n := marshal.Remotes(w.a); n != 0 {
		t.Error("the server's apartment still holds what its method returned")
	}
	if n, err := d.Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	com.Release(d)
	com.Release(c)
	if o.conns != 0 || o.finals != 1 {
		t.Errorf("connections %d, FinalRelease %d", o.conns, o.finals)
	}
}
