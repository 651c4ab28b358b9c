package scm

import (
	"errors"
	"net"
	"slices"
	"testing"

	"oxid/dcerpc"
	"oxid/orpc"
)

// Every operation of IObjectExporter over the wire.
func TestResolverOperations(t *testing.T) {
	x := newFake(1, 2)
	r := testResolver(t, x, Limits{})
	r.bindings = mustPack(t, "10.0.0.9")
	c := resolverCaller(t, r)
	const tcp, pipe = orpc.TOWER_NCACN_IP_TCP, orpc.TOWER_NCACN_NP

	t.Run("ServerAlive", func(t *testing.T) {
		var out orpc.StatusResponse
		c.ask(orpc.OpServerAlive, nil, &out)
		if out.Status != 0 {
			t.Errorf("status %d", out.Status)
		}
	})
	t.Run("ServerAlive2", func(t *testing.T) {
		var out orpc.ServerAlive2Response
		c.ask(orpc.OpServerAlive2, nil, &out)
		if out.Status != 0 || out.Version != orpc.Version57 || string(out.Bindings) != string(r.bindings) || out.Reserved != 0 {
			t.Errorf("got %+v", out)
		}
	})
	want := x.Info()
	packed, err := want.Bindings.Pack()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		oxid     orpc.OXID
		protseqs []uint16
		status   uint32
	}{
		{"known", 7, []uint16{tcp}, 0},
		{"one of several protocols", 7, []uint16{pipe, tcp}, 0},
		{"no protocols named", 7, nil, 0},
		{"unknown OXID", 8, []uint16{tcp}, 1910},
		{"no common protocol", 7, []uint16{pipe}, 0x6a7},
	} {
		t.Run("ResolveOxid/"+tt.name, func(t *testing.T) {
			in := &orpc.ResolveOxidRequest{OXID: tt.oxid, ProtSeqs: tt.protseqs}
			var old orpc.ResolveOxidResponse
			c.ask(orpc.OpResolveOxid, in, &old)
			var out orpc.ResolveOxid2Response
			c.ask(orpc.OpResolveOxid2, in, &out)
			if old.Status != tt.status || out.Status != tt.status {
				t.Fatalf("status %d and %d, want %d", old.Status, out.Status, tt.status)
			}
			if tt.status != 0 {
				if out.Bindings != nil || !out.IPIDRemUnknown.IsZero() || out.AuthnHint != 0 {
					t.Errorf("a failure tells %+v", out)
				}
				return
			}
			if string(out.Bindings) != string(packed) || out.IPIDRemUnknown != want.RemUnknown || out.AuthnHint != 1 || out.Version != want.Version {
				t.Errorf("got %+v", out)
			}
			if string(old.Bindings) != string(out.Bindings) || old.IPIDRemUnknown != out.IPIDRemUnknown || old.AuthnHint != out.AuthnHint {
				t.Errorf("the older operation says %+v", old)
			}
		})
	}
	t.Run("pings", func(t *testing.T) {
		var made orpc.ComplexPingResponse
		c.ask(orpc.OpComplexPing, &orpc.ComplexPingRequest{SequenceNum: 1, AddToSet: oids{1}}, &made)
		if made.Status != 0 || made.SETID == 0 || made.PingBackoffFactor != 0 {
			t.Fatalf("got %+v", made)
		}
		var changed orpc.ComplexPingResponse
		c.ask(orpc.OpComplexPing, &orpc.ComplexPingRequest{SETID: made.SETID, SequenceNum: 2, AddToSet: oids{2, 3}, DelFromSet: oids{1}}, &changed)
		if changed.Status != 1911 || changed.SETID != made.SETID {
			t.Errorf("got %+v", changed)
		}
		if list, seq, _ := r.set(made.SETID); !slices.Equal(list, oids{2}) || seq != 2 {
			t.Errorf("the set has %v at %d", list, seq)
		}
		var out orpc.StatusResponse
		c.ask(orpc.OpSimplePing, &orpc.SimplePingRequest{SETID: made.SETID}, &out)
		if out.Status != 0 {
			t.Errorf("status %d", out.Status)
		}
		c.ask(orpc.OpSimplePing, &orpc.SimplePingRequest{SETID: made.SETID + 1}, &out)
		if out.Status != 1912 {
			t.Errorf("status %d of an unknown set", out.Status)
		}
		c.ask(orpc.OpComplexPing, &orpc.ComplexPingRequest{SETID: made.SETID + 1}, &changed)
		if changed.Status != 1912 {
			t.Errorf("status %d of an unknown set", changed.Status)
		}
	})
}

// A process whose objects are pinged at the daemon keeps no sets itself.
func TestPassiveResolver(t *testing.T) {
	r := newPassiveResolver(Options{Logger: quiet}, nil)
	t.Cleanup(r.close)
	c := resolverCaller(t, r)
	var out orpc.ComplexPingResponse
	c.ask(orpc.OpComplexPing, &orpc.ComplexPingRequest{SequenceNum: 1}, &out)
	if out.Status != 1752 || len(r.sets) != 0 {
		t.Errorf("got %+v", out)
	}
}

// Requests that cannot be read fault and harm nobody.
func TestResolverHostileRequests(t *testing.T) {
	r := testResolver(t, newFake(1), Limits{})
	c := resolverCaller(t, r)
	for _, tt := range []struct {
		name string
		op   uint16
		stub string
		want dcerpc.Status
	}{
		{"ResolveOxid, empty", 0, "", dcerpc.StatusBadStubData},
		{"ResolveOxid, more protocols than bytes", 4, "0700000000000000 ffff0000 ffff0000 0700", dcerpc.StatusBadStubData},
		{"ResolveOxid, counts differ", 4, "0700000000000000 01000000 02000000 07000700", dcerpc.StatusBadStubData},
		{"ResolveOxid, too many protocols", 4, "0700000000000000 01800000 01800000 0700", dcerpc.StatusBadStubData},
		{"SimplePing, cut", 1, "01020304", dcerpc.StatusBadStubData},
		{"ComplexPing, more objects than bytes", 2, "0000000000000000 0100 ffff 0000 0000 00000200 ffff0000 00000000 0100000000000000", dcerpc.StatusBadStubData},
		{"ComplexPing, count 2^32-1", 2, "0000000000000000 0100 0100 0000 0000 00000200 ffffffff 00000000", dcerpc.StatusBadStubData},
		{"ComplexPing, counts differ", 2, "0000000000000000 0100 0200 0000 0000 00000200 01000000 00000000 0100000000000000 00000000", dcerpc.StatusBadStubData},
		{"no such operation", 6, "", dcerpc.StatusOpRange},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.call(orpc.IID_IObjectExporter, tt.op, unhex(t, tt.stub))
			var f *dcerpc.Fault
			if !errors.As(err, &f) || f.Status != tt.want {
				t.Fatalf("got %v, want fault %v", err, tt.want.Name())
			}
			if n := r.counts(); n != (counts{}) {
				t.Errorf("it left %+v", n)
			}
		})
	}
	var out orpc.StatusResponse
	c.ask(orpc.OpServerAlive, nil, &out) // the connection lives
}

// Limits count a client by its address; one in IPv6 by its network.
func TestHostOf(t *testing.T) {
	for addr, want := range map[string]string{
		"10.0.0.1:5000":            "10.0.0.1",
		"[::ffff:10.0.0.1]:5000":   "10.0.0.1",
		"[2001:db8:1:2:3:4:5:6]:7": "2001:db8:1:2::/64",
		"[fe80::1%lo]:7":           "fe80::/64",
		"[::1]:7":                  "::1",
	} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := hostOf(a); got != want {
			t.Errorf("%s counts as %s, want %s", addr, got, want)
		}
	}
	if got := hostOf(&net.UnixAddr{Net: "unix"}); got != "unix" {
		t.Errorf("a unix socket counts as %q", got)
	}
	if got := hostOf(nil); got != "local" {
		t.Errorf("no address counts as %q", got)
	}
}

// FuzzResolver feeds stub data of any kind to every operation. The reply is a
// fault or a status, and the tables stay within their limits.
func FuzzResolver(f *testing.F) {
	f.Add(uint16(0), unhex(f, "0700000000000000 01000000 01000000 0700"))
	f.Add(uint16(1), unhex(f, "0807060504030201"))
	f.Add(uint16(2), unhex(f, "0000000000000000 0100 0200 0100 0000 00000200 02000000 00000000 0100000000000000 0200000000000000 04000200 01000000 0300000000000000"))
	f.Add(uint16(5), []byte{})
	r := newResolver(Options{Logger: quiet, Limits: Limits{SetsPerClient: 8, Sets: 8, OIDsPerSet: 8, OIDs: 16}}, nil, 0)
	f.Cleanup(r.close)
	if _, err := r.register(f.Context(), 7, newFake(1, 2, 3, 4, 5, 6, 7, 8, 9)); err != nil {
		f.Fatal(err)
	}
	c := resolverCaller(f, r)
	p, err := c.conn.Context(f.Context(), dcerpc.SyntaxID{UUID: orpc.IID_IObjectExporter})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, op uint16, stub []byte) {
		if len(stub) > 4000 {
			t.Skip("one fragment is enough")
		}
		_, err := rawCall(t, p, op, stub)
		var fault *dcerpc.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Fatal(err)
		}
		checkTables(t, r)
	})
}

func mustPack(t *testing.T, hosts ...string) orpc.PackedBindings {
	t.Helper()
	var dsa orpc.DUALSTRINGARRAY
	for _, h := range hosts {
		dsa.StringBindings = append(dsa.StringBindings, orpc.StringBinding{TowerID: orpc.TOWER_NCACN_IP_TCP, Addr: h})
	}
	p, err := dsa.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return p
}
