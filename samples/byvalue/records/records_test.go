package records_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"time"

	"oxid"
	"oxid/com"
	"oxid/marshal"
	"oxid/samples/byvalue"
	"oxid/samples/byvalue/records"
)

var goods = []byvalue.Record{
	{Id: 1, Name: "screw M4", Price: 0.05},
	{Id: 2, Name: "screw M6", Price: 0.07},
	{Id: 3, Name: "nut M4 \u2205", Price: 0.03},
}

// process starts a COM process that can read record sets, unless told otherwise.
func process(t *testing.T, reads bool, opts ...oxid.Option) *oxid.Process {
	t.Helper()
	p, err := oxid.Start(t.Context(), append(opts, oxid.NoDaemon(), oxid.WithLogger(slog.New(slog.DiscardHandler)),
		oxid.WithLeakReport(func(l oxid.Leak) { t.Errorf("leak: %+v", l) }))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	if reads {
		if err := records.Register(p.Runtime()); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// serve starts a process with a catalog.
func serve(t *testing.T, reads bool, opts ...oxid.Option) (*oxid.Process, *records.Catalog) {
	t.Helper()
	p, c := process(t, reads, opts...), records.NewCatalog(goods)
	err := p.RegisterClass(t.Context(), byvalue.CLSID_Catalog, func(context.Context) (any, error) { return c, nil },
		byvalue.ExposeICatalog)
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

// connect returns the catalog of a server to a client.
func connect(t *testing.T, client, server *oxid.Process) byvalue.ICatalog {
	t.Helper()
	c, err := oxid.CreateInstance[byvalue.ICatalog](t.Context(), client, byvalue.CLSID_Catalog, oxid.At(server.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { oxid.Release(c) })
	return c
}

// names reads a set.
func names(t *testing.T, s byvalue.IRecordSet) (list []string) {
	t.Helper()
	n, err := s.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		r, err := s.Item(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r.Name)
	}
	return list
}

// eventually waits for what another process does in its own time.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		runtime.GC()
		<-time.After(2 * time.Millisecond)
	}
	t.Error(what)
}

func TestSetTravelsByValue(t *testing.T) {
	server, catalog := serve(t, true)
	client := process(t, true)
	c := connect(t, client, server)
	set, err := c.Find(t.Context(), "screw")
	if err != nil {
		t.Fatal(err)
	}
	if _, proxy := set.(com.Proxied); proxy {
		t.Errorf("got a proxy, %T", set)
	}
	if n := catalog.Leases(); n != 1 {
		t.Errorf("%d leases while a copy is in use, want 1", n)
	}
	if got := names(t, set); !slices.Equal(got, []string{"screw M4", "screw M6"}) {
		t.Errorf("items %q", got)
	}
	if _, err := set.Item(t.Context(), 2); !errors.Is(err, com.E_INVALIDARG) {
		t.Errorf("an item beyond the end: %v", err)
	}
	if err := set.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the lease of a closed set stays", func() bool { return catalog.Leases() == 0 })
	if got := names(t, set); len(got) != 2 {
		t.Errorf("items after Close: %q", got)
	}
}

func TestArgumentByValue(t *testing.T) {
	server, catalog := serve(t, true)
	c := connect(t, process(t, true), server)
	mine := records.New([]byvalue.Record{{Price: 1.5}, {Price: 2}}, nil)
	if sum, err := c.Total(t.Context(), mine); sum != 3.5 || err != nil {
		t.Errorf("a set of the client's: %v, %v", sum, err)
	}
	set, err := c.Find(t.Context(), "nut")
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := c.Total(t.Context(), set); sum != 0.03 || err != nil {
		t.Errorf("a set that came from the server: %v, %v", sum, err)
	}
	set.Close(t.Context())
	eventually(t, "the lease stays after the copy and its copy", func() bool { return catalog.Leases() == 0 })
	if sum, err := c.Total(t.Context(), set); sum != 0.03 || err != nil {
		t.Errorf("a closed set: %v, %v", sum, err)
	}
	if _, err := c.Total(t.Context(), nil); !errors.Is(err, com.E_POINTER) {
		t.Errorf("no set: %v", err)
	}
}

func TestServerThatDoesNotReadSets(t *testing.T) {
	server, _ := serve(t, false)
	c := connect(t, process(t, true), server)
	_, err := c.Total(t.Context(), records.New(goods, nil))
	if com.HRESULTOf(err) != com.REGDB_E_CLASSNOTREG {
		t.Errorf("error %v, want REGDB_E_CLASSNOTREG: the class is not registered for packets of peers", err)
	}
}

func TestClientThatDoesNotReadSets(t *testing.T) {
	server, _ := serve(t, true)
	c := connect(t, process(t, false), server)
	_, err := c.Find(t.Context(), "screw")
	if com.HRESULTOf(err) != com.REGDB_E_CLASSNOTREG {
		t.Errorf("error %v", err)
	}
	if sum, err := c.Total(t.Context(), records.New(goods[:1], nil)); sum != 0.05 || err != nil {
		t.Errorf("the next call: %v, %v", sum, err)
	}
}

func TestPolicyDecidesForPeers(t *testing.T) {
	refuse := func(context.Context, com.CLSID) bool { return false }
	server, _ := serve(t, true, oxid.UnmarshalPolicy(refuse))
	c := connect(t, process(t, true), server)
	_, err := c.Total(t.Context(), records.New(goods, nil))
	if com.HRESULTOf(err) != com.E_ACCESSDENIED {
		t.Errorf("error %v", err)
	}
}

func TestForgottenSetGivesItsOwnerBack(t *testing.T) {
	server, catalog := serve(t, true)
	c := connect(t, process(t, true), server)
	if _, err := c.Find(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if n := catalog.Leases(); n != 1 {
		t.Errorf("%d leases, want 1", n)
	}
	// Collected, and not reported as a leak: see process.
	eventually(t, "a forgotten set keeps its owner", func() bool { return catalog.Leases() == 0 })
}

func TestCopyOfACopyHoldsTheOwner(t *testing.T) {
	server, catalog := serve(t, true)
	second := process(t, true)
	set, err := connect(t, second, server).Find(t.Context(), "screw")
	if err != nil {
		t.Fatal(err)
	}
	third := process(t, true)
	from, err := second.Runtime().MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stm := com.NewMemoryStream(nil)
	if err := from.CoMarshalInterface(t.Context(), stm, &byvalue.IID_IRecordSet, set, com.MSHCTX_DIFFERENTMACHINE, 0); err != nil {
		t.Fatal(err)
	}
	set.Close(t.Context())
	to, err := third.Runtime().MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := to.CoUnmarshalInterface(t.Context(), com.NewMemoryStream(stm.Bytes()), &byvalue.IID_IRecordSet)
	if err != nil {
		t.Fatal(err)
	}
	copied := v.(byvalue.IRecordSet)
	if got := names(t, copied); len(got) != 2 || catalog.Leases() != 1 {
		t.Errorf("items %q, %d leases; want the lease held by the third process", got, catalog.Leases())
	}
	copied.Close(t.Context())
	eventually(t, "the lease stays after the last copy", func() bool { return catalog.Leases() == 0 })
}

func TestPacketThatIsNotRead(t *testing.T) {
	server, catalog := serve(t, true)
	mta, err := server.Runtime().MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set, _ := catalog.Find(t.Context(), "")
	stm := com.NewMemoryStream(nil)
	if err := mta.CoMarshalInterface(t.Context(), stm, &byvalue.IID_IRecordSet, set, com.MSHCTX_LOCAL, 0); err != nil {
		t.Fatal(err)
	}
	if n, err := mta.CoGetMarshalSizeMax(t.Context(), &byvalue.IID_IRecordSet, set, com.MSHCTX_LOCAL, 0); int(n) < stm.Len() || err != nil {
		t.Errorf("a packet of %d bytes, and a bound of %d, %v", stm.Len(), n, err)
	}
	if n := catalog.Leases(); n != 1 {
		t.Errorf("%d leases for a packet, want 1", n)
	}
	stm.Write(t.Context(), []byte("next"))
	stm.Seek(t.Context(), 0, com.STREAM_SEEK_SET)
	if err := mta.CoReleaseMarshalData(t.Context(), stm); err != nil {
		t.Fatal(err)
	}
	rest := make([]byte, 4)
	if err := com.ReadFull(t.Context(), stm, rest); err != nil || string(rest) != "next" {
		t.Errorf("the stream goes on with %q, %v", rest, err)
	}
	if n := catalog.Leases(); n != 0 {
		t.Errorf("%d leases after the packet was released", n)
	}
	stm = com.NewMemoryStream(nil)
	if err := mta.CoMarshalInterface(t.Context(), stm, &byvalue.IID_IRecordSet, set, com.MSHCTX_LOCAL, 0); err != nil {
		t.Fatal(err)
	}
	mta.CoDisconnectObject(t.Context(), set, 0)
	if n := catalog.Leases(); n != 1 {
		t.Errorf("%d leases: a disconnected object hears of no release (CF-074)", n)
	}
}

func TestDamagedPackets(t *testing.T) {
	p := process(t, true)
	mta, err := p.Runtime().MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	good := com.NewMemoryStream(nil)
	if err := mta.CoMarshalInterface(t.Context(), good, &byvalue.IID_IRecordSet, records.New(goods, nil), com.MSHCTX_LOCAL, 0); err != nil {
		t.Fatal(err)
	}
	const header = 48
	for what, damage := range map[string]func(b []byte) []byte{
		"cut short":                func(b []byte) []byte { return b[:len(b)-1] },
		"nothing":                  func(b []byte) []byte { return b[:header] },
		"a size beyond all bounds": func(b []byte) []byte { b[header+3] = 0xff; return b },
		"a size beyond the end":    func(b []byte) []byte { b[header+1]++; return b },
		"a count beyond the data":  func(b []byte) []byte { b[header+4+16] = 200; return b },
		"another format":           func(b []byte) []byte { b[header+4] = 9; return b },
		"two owners":               func(b []byte) []byte { b[len(b)-4] = 2; return b },
		"an owner that is missing": func(b []byte) []byte { b[len(b)-4] = 1; return b },
	} {
		b := damage(bytes.Clone(good.Bytes()))
		if _, err := mta.CoUnmarshalInterface(t.Context(), com.NewMemoryStream(b), &byvalue.IID_IRecordSet); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func FuzzPacket(f *testing.F) {
	rt := marshal.NewRuntime(marshal.Options{Logger: slog.New(slog.DiscardHandler)})
	f.Cleanup(func() { rt.Close(context.Background()) })
	ctx := context.Background()
	mta, err := rt.MTA(ctx)
	if err != nil {
		f.Fatal(err)
	}
	if err := records.Register(rt); err != nil {
		f.Fatal(err)
	}
	for _, s := range []*records.Set{records.New(goods, nil), records.New(nil, nil), records.New(goods[:1], new(struct{ int }))} {
		stm := com.NewMemoryStream(nil)
		if err := mta.CoMarshalInterface(ctx, stm, &byvalue.IID_IRecordSet, s, com.MSHCTX_LOCAL, 0); err != nil {
			f.Fatal(err)
		}
		f.Add(stm.Bytes())
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		v, err := mta.CoUnmarshalInterface(ctx, com.NewMemoryStream(packet), &byvalue.IID_IRecordSet)
		if s, ok := v.(*records.Set); ok && err == nil {
			names(t, s)
			s.Close(ctx)
		}
	})
}

// A server and a client, in one program for once.
func Example() {
	ctx := context.Background()
	server, err := oxid.Start(ctx, oxid.NoDaemon())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.RegisterClass(ctx, byvalue.CLSID_Catalog, func(context.Context) (any, error) {
		return records.NewCatalog([]byvalue.Record{{Id: 7, Name: "bolt", Price: 0.25}}), nil
	}, byvalue.ExposeICatalog)

	client, err := oxid.Start(ctx, oxid.NoDaemon())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	records.Register(client.Runtime())
	c, err := oxid.CreateInstance[byvalue.ICatalog](ctx, client, byvalue.CLSID_Catalog, oxid.At(server.Addr()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer oxid.Release(c)

	set, err := c.Find(ctx, "bo") // one round trip; the rest is local
	if err != nil {
		fmt.Println(err)
		return
	}
	defer set.Close(ctx)
	r, _ := set.Item(ctx, 0)
	fmt.Println(r.Name, r.Price)
	// Output: bolt 0.25
}
