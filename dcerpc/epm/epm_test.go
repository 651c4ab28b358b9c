package epm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm/internal/ept"
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
		m, err := ept.NewEpmapperClient(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		steps := func(max uint32) (out []string) {
			var cursor ndr.ContextHandle
			for {
				status, next, entries, err := m.Lookup(context.Background(), ept.InquiryAll, nil, nil, ept.VersionsAll, cursor, max)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, fmt.Sprintf("%d %#x %v", len(entries), status, !next.IsNull()))
				if next.IsNull() {
					return out
				}
				cursor = next
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
		mapper := func(c *dcerpc.ClientConn) *ept.EpmapperClient {
			m, err := ept.NewEpmapperClient(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		look := func(m *ept.EpmapperClient, h ndr.ContextHandle) (annotation string, next ndr.ContextHandle, err error) {
			_, next, entries, err := m.Lookup(ctx, ept.InquiryAll, nil, nil, ept.VersionsAll, h, 1)
			if len(entries) > 0 {
				annotation = entries[0].Annotation
			}
			return annotation, next, err
		}
		mismatch := &dcerpc.Fault{Status: dcerpc.StatusContextMismatch}
		m := mapper(c)
		_, first, err := look(m, ndr.ContextHandle{})
		if err != nil || first.IsNull() {
			t.Fatalf("%v, %v", first, err)
		}
		// The lookup sees the map as it was when it began.
		table.Add(entry(99))
		other := dcerpc.NewClientConn(s.Pipe(), nil)
		defer other.Close()
		if _, _, err := look(mapper(other), first); !errors.Is(err, mismatch) {
			t.Errorf("handle of another group: %v", err)
		}
		joined := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{Group: c.Group()})
		defer joined.Close()
		annotation, second, err := look(mapper(joined), first)
		if err != nil || annotation != "entry 1" {
			t.Errorf("from a connection of the same group: %q, %v", annotation, err)
		}
		if _, _, err := look(m, first); !errors.Is(err, mismatch) {
			t.Errorf("a handle that has been replaced: %v", err)
		}
		if err := free(ctx, m, second); err != nil {
			t.Error(err)
		}
		if err := free(ctx, m, second); !errors.Is(err, mismatch) {
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
		{inquiry{typ: ept.InquiryByInterface, iface: v(1, 1), vers: ept.VersionsAll}, "[0 1 2 3]"},
		{inquiry{typ: ept.InquiryByInterface, iface: v(1, 1), vers: ept.VersionsCompatible}, "[1 3]"},
		{inquiry{typ: ept.InquiryByInterface, iface: v(1, 0), vers: ept.VersionsExact}, "[0]"},
		{inquiry{typ: ept.InquiryByInterface, iface: v(1, 9), vers: ept.VersionsMajorOnly}, "[0 1 3]"},
		{inquiry{typ: ept.InquiryByInterface, iface: v(1, 1), vers: ept.VersionsUpTo}, "[0]"},
		{inquiry{typ: ept.InquiryByInterface, iface: v(2, 0), vers: ept.VersionsUpTo}, "[0 1 2 3]"},
		{inquiry{typ: ept.InquiryByObject, object: object}, "[3]"},
		{inquiry{typ: ept.InquiryByBoth, object: object, iface: v(1, 2), vers: ept.VersionsExact}, "[3]"},
		{inquiry{typ: ept.InquiryByBoth, object: object, iface: v(2, 0), vers: ept.VersionsExact}, "[]"},
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
		m, err := ept.NewEpmapperClient(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		x := newItem(entry(1))
		for name, op := range map[string]func() (uint32, error){
			"insert":      func() (uint32, error) { return m.Insert(ctx, []ept.Entry{x.wire, {}}, true) },
			"delete":      func() (uint32, error) { return m.Delete(ctx, []ept.Entry{x.wire}) },
			"mgmt_delete": func() (uint32, error) { return m.MgmtDelete(ctx, false, nil, &x.twr) },
		} {
			if status, err := op(); err != nil || status != statusCannotPerform {
				t.Errorf("%s: %#x, %v", name, status, err)
			}
		}
		if status, object, err := m.InqObject(ctx); err != nil || status != statusOK || !object.IsZero() {
			t.Errorf("inq_object: %v, %#x, %v", object, status, err)
		}
		bad := &dcerpc.Fault{Status: dcerpc.StatusBadStubData}
		twr := &ept.Twr{Octets: []byte{200, 0}}
		if _, _, _, err := m.Map(ctx, nil, twr, ndr.ContextHandle{}, 1); !errors.Is(err, bad) {
			t.Errorf("a tower that ends early: %v", err)
		}
		if status, _, _, err := m.Map(ctx, nil, nil, ndr.ContextHandle{}, 1); err != nil || status != statusNotRegistered {
			t.Errorf("no tower: %#x, %v", status, err)
		}
		twr.Octets = make([]byte, 4097)
		if _, _, _, err := m.Map(ctx, nil, twr, ndr.ContextHandle{}, 1); !errors.Is(err, bad) {
			t.Errorf("a tower that is too large: %v", err)
		}
		for op := range uint16(7) {
			if op == 5 { // takes nothing
				continue
			}
			if _, err := raw(c, op, []byte{1, 0, 0, 0}); !errors.Is(err, bad) {
				t.Errorf("operation %d: %v", op, err)
			}
		}
		if _, err := raw(c, 7, nil); !errors.Is(err, com.RPC_S_PROCNUM_OUT_OF_RANGE) {
			t.Errorf("operation 7: %v", err)
		}
	})
}

// raw sends bytes and returns those of the answer.
func raw(conn *dcerpc.ClientConn, op uint16, stub []byte) ([]byte, error) {
	pres, err := conn.Context(context.Background(), Syntax)
	if err != nil {
		return nil, err
	}
	c := pres.NewCall(op, nil, len(stub))
	defer c.Free()
	c.Stub = append(c.Stub, stub...)
	err = c.Invoke(context.Background())
	return slices.Clone(c.Reply), err
}

// answer is a server of the endpoint mapper's interface that says one thing.
func answer(tb testing.TB, ndr64 bool, reply func() []byte) *dcerpc.ClientConn {
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
	if err := s.Register(&dcerpc.Interface{Syntax: Syntax, NumOps: 7, Handler: dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error {
		c.Reply = append(c.GrowReply(512), reply()...)
		return nil
	})}); err != nil {
		tb.Fatal(err)
	}
	c := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
	tb.Cleanup(func() { c.Close(); s.Close() })
	return c
}

// The bytes of inquiries and of their answers: pointers and counts are wider in
// NDR64, which pads entries to a multiple of 8.
func TestGolden(t *testing.T) {
	table := &Table{}
	table.Add(Entry{Tower: TCPTower(testIface, dcerpc.NDR20, [4]byte{10, 0, 0, 5}, 1025), Annotation: "test"})
	query := strings.ReplaceAll(strings.ReplaceAll(tcpTower, "0200 0401", "0200 0000"), "0a000005", "00000000") + "00"
	tower := tcpTower + "00"
	null := strings.Repeat("00", 20) // a handle
	for _, g := range []struct {
		name            string
		op              uint16
		ndr64           bool
		request, answer string
	}{
		{"map", 3, false,
			"00000000 | 01000000 4b000000 4b000000" + query + null + "04000000",
			null + "01000000 | 04000000 00000000 01000000 | 02000000 | 4b000000 4b000000" + tower + "00000000"},
		{"map", 3, true,
			"0000000000000000 | 0100000000000000 4b00000000000000 4b000000" + query + null + "04000000",
			null + "01000000 | 0400000000000000 0000000000000000 0100000000000000 | 0200000000000000 | 4b00000000000000 4b000000" + tower + "00000000"},
		{"lookup", 2, false,
			"00000000 | 00000000 | 00000000 | 01000000" + null + "02000000",
			null + "01000000 | 02000000 00000000 01000000 | " + null[:32] + "01000000 00000000 05000000 7465737400 000000 | " +
				"4b000000 4b000000" + tower + "00000000"},
		{"lookup", 2, true,
			"00000000 00000000 | 0000000000000000 | 0000000000000000 | 01000000" + null + "02000000",
			null + "01000000 | 0200000000000000 0000000000000000 0100000000000000 | " + null[:32] +
				"0100000000000000 0000000000000000 0500000000000000 7465737400 000000 | 4b00000000000000 4b000000" + tower + "00000000"},
	} {
		_, c := serve(t, table, g.ndr64)
		want := unhex(g.answer)
		got, err := raw(c, g.op, unhex(g.request))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s, NDR64 %v: %v\n got % x\nwant % x", g.name, g.ndr64, err, got, want)
		}
		// The client reads it, and sends such a request.
		read := answer(t, g.ndr64, func() []byte { return want })
		if g.op == 3 {
			towers, err := Map(t.Context(), read, testIface, nil)
			if !errors.Is(err, com.RPC_S_INVALID_BOUND) {
				t.Errorf("an answer for 4 towers where %d were asked for: %v, %v", batch, towers, err)
			}
		}
	}
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
		for _, ids := range [][2]uint32{{1, 2}, {0x20000, 0x20004}, {7, 3}} {
			e := ndr.EncodeTo(nil, false)
			e.Uint32(ids[0]) // the object
			e.GUID(com.GUID{})
			e.Uint32(ids[1]) // the tower
			twr := &newItem(entry(1)).twr
			twr.EncodeCountsNDR(&e)
			twr.EncodeNDR(&e)
			e.ContextHandle(ndr.ContextHandle{})
			e.Uint32(1)
			stub, err := e.Data()
			if err != nil {
				t.Fatal(err)
			}
			reply, err := raw(c, 3, stub)
			if err != nil {
				t.Fatal(err)
			}
			// Handle, number, three counts, then the id.
			d := ndr.DecodeFrom(reply, 0x10, false)
			d.ContextHandle()
			if n := d.Uint32(); n != 1 {
				t.Fatalf("%d towers", n)
			}
			d.Block(4, 12)
			if id := d.Uint32(); id == 0 || id == ids[0] || id == ids[1] || d.Err() != nil {
				t.Errorf("the tower of the reply has id %#x, those of the request are %#x", id, ids)
			}
		}
	})
}

// Servers that take the pointers of the reply for unique ones number them as they
// like: from what the request has used, too.
func TestUniquePointersInReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, first := range []uint32{1, 2, 0x20000} {
			c := answer(t, false, func() []byte {
				e := ndr.EncodeTo(nil, false)
				e.ContextHandle(ndr.ContextHandle{})
				e.Uint32(3)
				e.Count(batch)
				e.Varying(0, 3)
				for i := range uint32(3) {
					e.Uint32(first + i)
				}
				for i := range 3 {
					twr := &newItem(entry(i)).twr
					twr.EncodeCountsNDR(&e)
					twr.EncodeNDR(&e)
				}
				e.Uint32(statusOK)
				b, err := e.Data()
				if err != nil {
					t.Error(err)
				}
				return b
			})
			for _, object := range []*com.GUID{nil, {}} {
				towers, err := Map(context.Background(), c, testIface, object)
				if err != nil || len(towers) != 3 {
					t.Fatalf("ids from %#x: %v, %v", first, towers, err)
				}
				for i, x := range towers {
					if _, port, _ := x.TCP(); int(port) != 1000+i {
						t.Errorf("ids from %#x: tower %d is %v", first, i, x)
					}
				}
			}
			c.Close()
		}
	})
}

// nowhere is a server that needs no connection.
type nowhere struct{ *server }

func (nowhere) Lookup(_ context.Context, typ ept.Inquiry, object *com.GUID, iface *ept.IfID, vers ept.Versions, handle ndr.ContextHandle, limit uint32) (uint32, ndr.ContextHandle, []ept.Entry, error) {
	newInquiry(typ, object, iface, vers).matches(&Entry{Tower: TCPTower(testIface, dcerpc.NDR20, [4]byte{}, 1)})
	return 0, handle, make([]ept.Entry, min(limit, 3)), nil
}

func (nowhere) Map(_ context.Context, object *com.GUID, query *ept.Twr, handle ndr.ContextHandle, limit uint32) (uint32, ndr.ContextHandle, []*ept.Twr, error) {
	t, err := tower(query)
	if err == nil {
		new(Table).match(ndr.Deref(object), t)
	}
	return 0, handle, []*ept.Twr{query, nil, {}}[:min(limit, 3)], nil
}

func (nowhere) HandleFree(_ context.Context, handle ndr.ContextHandle) (uint32, ndr.ContextHandle, error) {
	return 0, handle, nil
}

// FuzzServe feeds any stub data to the service, and any reply to the client.
func FuzzServe(f *testing.F) {
	request := func(call func(*ept.EpmapperClient)) []byte {
		var stub []byte
		s := dcerpc.NewServer(nil)
		if err := s.Register(&dcerpc.Interface{Syntax: Syntax, NumOps: 7, Handler: dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error {
			stub = slices.Clone(c.Stub)
			return com.E_NOTIMPL
		})}); err != nil {
			f.Fatal(err)
		}
		c := dcerpc.NewClientConn(s.Pipe(), nil)
		m, err := ept.NewEpmapperClient(f.Context(), c)
		if err != nil {
			f.Fatal(err)
		}
		call(m)
		c.Close()
		s.Close()
		return stub
	}
	x := newItem(entry(1))
	f.Add(uint8(2), request(func(m *ept.EpmapperClient) {
		m.Lookup(f.Context(), ept.InquiryByBoth, &com.GUID{}, &ept.IfID{}, ept.VersionsAll, ndr.ContextHandle{}, 10)
	}), false)
	f.Add(uint8(3), request(func(m *ept.EpmapperClient) {
		m.Map(f.Context(), nil, &x.twr, ndr.ContextHandle{}, 4)
	}), false)
	f.Add(uint8(0), request(func(m *ept.EpmapperClient) {
		m.Insert(f.Context(), []ept.Entry{x.wire, {}}, true)
	}), false)
	f.Add(uint8(7), unhex(strings.Repeat("00", 20)+"01000000 10000000 00000000 01000000 02000000 4b000000 4b000000"+tcpTower+"00"+"00000000"), false)
	f.Add(uint8(8), unhex(strings.Repeat("00", 20)+"01000000 10000000 00000000 01000000"+strings.Repeat("00", 16)+
		"01000000 00000000 05000000 7465737400 000000 4b000000 4b000000"+tcpTower+"00 d6a0c916"), false)
	h := ept.ServeEpmapper(nowhere{}).Handler
	var reply []byte
	clients := map[bool]*dcerpc.ClientConn{}
	for _, ndr64 := range []bool{false, true} {
		clients[ndr64] = answer(f, ndr64, func() []byte { return reply })
	}
	f.Fuzz(func(t *testing.T, op uint8, stub []byte, ndr64 bool) {
		switch op %= 9; op {
		case 7:
			reply = stub
			Map(t.Context(), clients[ndr64], testIface, nil)
		case 8:
			// One answer: a server that always has more is followed for long.
			reply = stub
			if m, err := ept.NewEpmapperClient(t.Context(), clients[ndr64]); err == nil {
				m.Lookup(t.Context(), ept.InquiryAll, nil, nil, ept.VersionsAll, ndr.ContextHandle{}, batch)
			}
		default:
			h.ServeRPC(&dcerpc.ServerCall{Opnum: uint16(op), DataRep: 0x10, NDR64: ndr64, Stub: stub})
		}
	})
}
