package epm

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// serve returns a client of an endpoint mapper over t. ndr64 makes both speak
// NDR64.
func serve(tb testing.TB, table *Table, ndr64 bool) (*dcerpc.Server, *dcerpc.ClientConn) {
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
	if err := s.Register(NewInterface(table)); err != nil {
		tb.Fatal(err)
	}
	c := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
	tb.Cleanup(func() { c.Close(); s.Close() })
	return s, c
}

// entry makes an entry of an interface of its own.
func entry(n int) Entry {
	iface := dcerpc.SyntaxID{UUID: com.GUID{Data1: uint32(n)}, Major: 1}
	return Entry{Tower: TCPTower(iface, dcerpc.NDR20, [4]byte{127, 0, 0, 1}, uint16(1000+n)), Annotation: fmt.Sprint("entry ", n)}
}

func bothSyntaxes(t *testing.T, f func(t *testing.T, ndr64 bool)) {
	for _, ndr64 := range []bool{false, true} {
		t.Run(fmt.Sprintf("NDR64=%v", ndr64), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, ndr64) })
		})
	}
}

func TestMap(t *testing.T) {
	bothSyntaxes(t, func(t *testing.T, ndr64 bool) {
		table := &Table{}
		object := com.NewGUID()
		v := func(major, minor uint16) dcerpc.SyntaxID {
			return dcerpc.SyntaxID{UUID: testIface.UUID, Major: major, Minor: minor}
		}
		tcp := func(s dcerpc.SyntaxID, port uint16) Tower {
			return TCPTower(s, dcerpc.NDR20, [4]byte{10, 0, 0, 1}, port)
		}
		table.Add(entry(1), entry(2),
			Entry{Tower: PipeTower(v(1, 2), dcerpc.NDR20, "H", `\PIPE\p`)},
			Entry{Tower: TCPTower(v(1, 2), dcerpc.NDR64, [4]byte{}, 9)},
			Entry{Tower: tcp(v(1, 0), 10)}, Entry{Tower: tcp(v(1, 3), 13)}, Entry{Tower: tcp(v(2, 3), 23)},
			Entry{Object: object, Tower: tcp(v(1, 2), 99)}, Entry{Object: com.NewGUID(), Tower: tcp(v(1, 2), 98)},
		)
		s, c := serve(t, table, ndr64)
		defer s.Close()
		defer c.Close()
		ctx := context.Background()
		for _, tt := range []struct {
			name   string
			iface  dcerpc.SyntaxID
			object *com.GUID
			want   []uint16
		}{
			{"the same version", v(1, 3), nil, []uint16{13}},
			{"an older minor version", v(1, 0), nil, []uint16{10, 13}},
			{"a newer minor version", v(1, 4), nil, nil},
			{"another major version", v(3, 0), nil, nil},
			{"an object, before any", v(1, 2), &object, []uint16{99, 13}},
			{"an unknown interface", dcerpc.NDR20, nil, nil},
		} {
			towers, err := Map(ctx, c, tt.iface, tt.object)
			var got []uint16
			for _, x := range towers {
				_, port, _ := x.TCP()
				got = append(got, port)
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("%s: ports %v; want %v", tt.name, got, tt.want)
			}
			if (len(tt.want) == 0) != errors.Is(err, com.EPT_S_NOT_REGISTERED) || len(tt.want) > 0 && err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		if port, err := MapTCP(ctx, c, v(1, 3)); port != 13 || err != nil {
			t.Errorf("MapTCP = %d, %v", port, err)
		}
		if _, err := MapTCP(ctx, c, v(7, 0)); !errors.Is(err, com.EPT_S_NOT_REGISTERED) {
			t.Errorf("MapTCP: %v", err)
		}
	})
}

func TestMapOfManyLeavesNoHandle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &Table{}
		for i := range 40 {
			e := entry(7)
			e.Annotation = fmt.Sprint(i)
			table.Add(e)
		}
		s, c := serve(t, table, false)
		defer s.Close()
		defer c.Close()
		iface, _ := entry(7).Tower.Interface()
		// More calls than there may be handles.
		for range 5000 {
			if towers, err := Map(context.Background(), c, iface, nil); err != nil || len(towers) != batch {
				t.Fatalf("%d towers, %v", len(towers), err)
			}
		}
	})
}

func TestLookup(t *testing.T) {
	bothSyntaxes(t, func(t *testing.T, ndr64 bool) {
		for _, n := range []int{0, 1, 15, 16, 17, 32, 100} {
			table := &Table{}
			for i := range n {
				table.Add(entry(i))
			}
			s, c := serve(t, table, ndr64)
			got, err := Lookup(context.Background(), c)
			if err != nil || len(got) != n {
				t.Errorf("%d entries: %d, %v", n, len(got), err)
			}
			for i, e := range got {
				want := entry(i)
				if e.Annotation != want.Annotation || e.Tower.String() != want.Tower.String() {
					t.Errorf("entry %d: %v %q", i, e.Tower, e.Annotation)
				}
			}
			c.Close()
			s.Close()
		}
	})
}

// TestLookupEnds shows the rules for the end of a lookup that suit clients of
// every kind.
func TestLookupEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &Table{}
		for i := range 20 {
			table.Add(entry(i))
		}
		s, c := serve(t, table, false)
		defer s.Close()
		defer c.Close()
		pres, err := c.Context(context.Background(), Syntax)
		if err != nil {
			t.Fatal(err)
		}
		steps := func(max uint32) (out []string) {
			in := lookupRequest{q: inquiry{vers: versAll}, max: max}
			for {
				var r lookupReply
				if err := call(context.Background(), pres, opLookup, in.encode, r.decode); err != nil {
					t.Fatal(err)
				}
				out = append(out, fmt.Sprintf("%d %#x %v", len(r.entries), r.status, !r.handle.IsNull()))
				if r.handle.IsNull() {
					return out
				}
				in.handle = r.handle
			}
		}
		for max, want := range map[uint32]string{
			10:         "[10 0x0 true 10 0x0 true 0 0x16c9a0d6 false]",
			20:         "[20 0x0 true 0 0x16c9a0d6 false]",
			15:         "[15 0x0 true 5 0x0 false]",
			21:         "[20 0x0 false]",
			0xffffffff: "[20 0x0 false]",
			0:          "[0 0x16c9a0d6 false]",
		} {
			if got := fmt.Sprint(steps(max)); got != want {
				t.Errorf("in steps of %d: %s; want %s", max, got, want)
			}
		}
	})
}

func TestLookupHandles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &Table{}
		for i := range 20 {
			table.Add(entry(i))
		}
		s, c := serve(t, table, false)
		defer s.Close()
		defer c.Close()
		ctx := context.Background()
		pres, err := c.Context(ctx, Syntax)
		if err != nil {
			t.Fatal(err)
		}
		look := func(p *dcerpc.PresContext, h ndr.ContextHandle) (r lookupReply, err error) {
			in := lookupRequest{q: inquiry{vers: versAll}, max: 1, handle: h}
			err = call(ctx, p, opLookup, in.encode, r.decode)
			return r, err
		}
		first, err := look(pres, ndr.ContextHandle{})
		if err != nil || first.handle.IsNull() {
			t.Fatalf("%+v, %v", first, err)
		}
		// The lookup sees the map as it was when it began.
		table.Add(entry(99))
		other := dcerpc.NewClientConn(s.Pipe(), nil)
		defer other.Close()
		po, err := other.Context(ctx, Syntax)
		if err != nil {
			t.Fatal(err)
		}
		var f *dcerpc.Fault
		if _, err := look(po, first.handle); !errors.As(err, &f) || f.Status != dcerpc.StatusContextMismatch {
			t.Errorf("handle of another group: %v", err)
		}
		joined := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{Group: c.Group()})
		defer joined.Close()
		pj, err := joined.Context(ctx, Syntax)
		if err != nil {
			t.Fatal(err)
		}
		second, err := look(pj, first.handle)
		if err != nil || second.entries[0].Annotation != "entry 1" {
			t.Errorf("from a connection of the same group: %+v, %v", second, err)
		}
		if _, err := look(pres, first.handle); !errors.As(err, &f) || f.Status != dcerpc.StatusContextMismatch {
			t.Errorf("a handle that has been replaced: %v", err)
		}
		if err := free(ctx, pres, second.handle); err != nil {
			t.Error(err)
		}
		if err := free(ctx, pres, second.handle); !errors.As(err, &f) || f.Status != dcerpc.StatusContextMismatch {
			t.Errorf("freed twice: %v", err)
		}
	})
}

func TestInquiries(t *testing.T) {
	object := com.NewGUID()
	table := &Table{}
	v := func(major, minor uint16) dcerpc.SyntaxID {
		return dcerpc.SyntaxID{UUID: testIface.UUID, Major: major, Minor: minor}
	}
	for i, s := range []dcerpc.SyntaxID{v(1, 0), v(1, 2), v(2, 0)} {
		table.Add(Entry{Tower: TCPTower(s, dcerpc.NDR20, [4]byte{}, 1), Annotation: fmt.Sprint(i)})
	}
	table.Add(Entry{Object: object, Tower: TCPTower(v(1, 2), dcerpc.NDR20, [4]byte{}, 1), Annotation: "3"}, entry(4))
	for _, tt := range []struct {
		q    inquiry
		want string
	}{
		{inquiry{}, "[0 1 2 3 entry 4]"},
		{inquiry{typ: inqByIface, iface: v(1, 1), vers: versAll}, "[0 1 2 3]"},
		{inquiry{typ: inqByIface, iface: v(1, 1), vers: versCompatible}, "[1 3]"},
		{inquiry{typ: inqByIface, iface: v(1, 0), vers: versExact}, "[0]"},
		{inquiry{typ: inqByIface, iface: v(1, 9), vers: versMajorOnly}, "[0 1 3]"},
		{inquiry{typ: inqByIface, iface: v(1, 1), vers: versUpTo}, "[0]"},
		{inquiry{typ: inqByIface, iface: v(2, 0), vers: versUpTo}, "[0 1 2 3]"},
		{inquiry{typ: inqByObject, object: object}, "[3]"},
		{inquiry{typ: inqByBoth, object: object, iface: v(1, 2), vers: versExact}, "[3]"},
		{inquiry{typ: inqByBoth, object: object, iface: v(2, 0), vers: versExact}, "[]"},
	} {
		got := []string{}
		for _, e := range table.lookup(&tt.q) {
			got = append(got, e.Annotation)
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%+v: %v; want %s", tt.q, got, tt.want)
		}
	}
}

func TestTableRemove(t *testing.T) {
	table := &Table{}
	table.Add(entry(0))
	remove := table.Add(entry(1), entry(2))
	table.Add(entry(3))
	remove()
	remove()
	got := table.Entries()
	if len(got) != 2 || got[0].Annotation != "entry 0" || got[1].Annotation != "entry 3" {
		t.Errorf("%d entries", len(got))
	}
}

// TestRefusedOperations: the map cannot be changed from outside, and bad
// stub data is a fault.
func TestRefusedOperations(t *testing.T) {
	bothSyntaxes(t, func(t *testing.T, ndr64 bool) {
		s, c := serve(t, &Table{}, ndr64)
		defer s.Close()
		defer c.Close()
		ctx := context.Background()
		pres, err := c.Context(ctx, Syntax)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range []uint16{opInsert, opDelete, opMgmtDelete} {
			var status uint32
			if err := call(ctx, pres, op, func(*ndr.Encoder) {}, func(d *ndr.Decoder) { status = d.Uint32() }); err != nil || status != statusCannotPerform {
				t.Errorf("operation %d: %#x, %v", op, status, err)
			}
		}
		var f *dcerpc.Fault
		for _, op := range []uint16{opLookup, opMap, opHandleFree} {
			err := call(ctx, pres, op, func(e *ndr.Encoder) { e.Uint32(1) }, func(*ndr.Decoder) {})
			if !errors.As(err, &f) || f.Status != dcerpc.StatusBadStubData {
				t.Errorf("operation %d: %v", op, err)
			}
		}
		if err := call(ctx, pres, numOps, func(*ndr.Encoder) {}, func(*ndr.Decoder) {}); !errors.Is(err, com.RPC_S_PROCNUM_OUT_OF_RANGE) {
			t.Errorf("operation %d: %v", numOps, err)
		}
	})
}

// FuzzServe feeds any stub data to the service, and any reply to the client.
func FuzzServe(f *testing.F) {
	in := lookupRequest{q: inquiry{typ: inqByBoth, vers: versAll}, max: 10}
	e := ndr.EncodeTo(nil, false)
	in.encode(&e)
	b, _ := e.Data()
	f.Add(uint8(opLookup), b, false)
	m := mapRequest{tower: TCPTower(testIface, dcerpc.NDR20, [4]byte{}, 0), max: 4}
	e = ndr.EncodeTo(nil, false)
	m.encode(&e)
	b, _ = e.Data()
	f.Add(uint8(opMap), b, false)
	x := entry(1)
	r := lookupReply{max: 3, entries: []*Entry{&x}}
	e = ndr.EncodeTo(nil, true)
	r.encode(&e)
	b, _ = e.Data()
	f.Add(uint8(opLookup), b, true)
	f.Fuzz(func(t *testing.T, op uint8, stub []byte, ndr64 bool) {
		d := ndr.DecodeFrom(stub, 0x10, ndr64)
		switch op % 4 {
		case 0:
			new(lookupRequest).decode(&d)
		case 1:
			new(mapRequest).decode(&d)
		case 2:
			new(lookupReply).decode(&d)
		case 3:
			new(mapReply).decode(&d)
		}
	})
}

// TestFullPointerIDs: towers of a reply have ids of their own. With an id of the
// request a client would take them for the tower that it sent.
func TestFullPointerIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := &Table{}
		table.Add(entry(1))
		s, c := serve(t, table, false)
		defer s.Close()
		defer c.Close()
		pres, err := c.Context(context.Background(), Syntax)
		if err != nil {
			t.Fatal(err)
		}
		in := mapRequest{tower: entry(1).Tower, max: 1, hasObject: true}
		call := pres.NewCall(opMap, nil, 256)
		defer call.Free()
		e := ndr.EncodeTo(call.Stub, false)
		in.encode(&e)
		if call.Stub, err = e.Data(); err != nil {
			t.Fatal(err)
		}
		ids := map[uint32]bool{}
		d := ndr.DecodeFrom(append([]byte{}, call.Stub...), 0x10, false)
		ids[d.Uint32()] = true // object
		d.GUID()
		ids[d.Uint32()] = true // tower
		if err := call.Invoke(context.Background()); err != nil {
			t.Fatal(err)
		}
		// Handle, number, three counts, then the id.
		d = ndr.DecodeFrom(call.Reply, call.DataRep, false)
		d.ContextHandle()
		if n := d.Uint32(); n != 1 {
			t.Fatalf("%d towers", n)
		}
		d.Block(4, 12)
		if id := d.Uint32(); id == 0 || ids[id] || d.Err() != nil {
			t.Errorf("the tower of the reply has id %#x, those of the request are %v", id, ids)
		}
	})
}
