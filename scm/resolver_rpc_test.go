package scm

import (
	"errors"
	"net"
	"reflect"
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
	c := resolverCaller(t, r).exporter()
	const tcp, pipe = orpc.TOWER_NCACN_IP_TCP, orpc.TOWER_NCACN_NP

	t.Run("ServerAlive", func(t *testing.T) {
		if status, err := c.ServerAlive(t.Context()); status != 0 || err != nil {
			t.Errorf("status %d, %v", status, err)
		}
	})
	t.Run("ServerAlive2", func(t *testing.T) {
		status, v, bindings, reserved, err := c.ServerAlive2(t.Context())
		if status != 0 || err != nil || v != orpc.Version57 || string(*bindings) != string(r.bindings) || reserved != 0 {
			t.Errorf("got %d, %v, %x, %d, %v", status, v, *bindings, reserved, err)
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
			oldStatus, oldBindings, oldIPID, oldHint, err := c.ResolveOxid(t.Context(), tt.oxid, tt.protseqs)
			if err != nil {
				t.Fatal(err)
			}
			status, bindings, ipid, hint, v, err := c.ResolveOxid2(t.Context(), tt.oxid, tt.protseqs)
			if err != nil {
				t.Fatal(err)
			}
			if oldStatus != tt.status || status != tt.status {
				t.Fatalf("status %d and %d, want %d", oldStatus, status, tt.status)
			}
			if !reflect.DeepEqual(oldBindings, bindings) || oldIPID != ipid || oldHint != hint {
				t.Errorf("the older operation says %v, %v, %v", oldBindings, oldIPID, oldHint)
			}
			if tt.status != 0 {
				if bindings != nil || !ipid.IsZero() || hint != 0 {
					t.Errorf("a failure tells %v, %v, %v", bindings, ipid, hint)
				}
				return
			}
			if string(*bindings) != string(packed) || ipid != want.RemUnknown || hint != 1 || v != want.Version {
				t.Errorf("got %x, %v, %v, %v", *bindings, ipid, hint, v)
			}
		})
	}
	t.Run("pings", func(t *testing.T) {
		// ping is ComplexPing and wants a status.
		ping := func(id orpc.SETID, seq uint16, add, del oids, want uint32) orpc.SETID {
			t.Helper()
			status, made, backoff, err := c.ComplexPing(t.Context(), id, seq, add, del)
			if status != want || backoff != 0 || err != nil {
				t.Fatalf("status %d, want %d; %d, %v", status, want, backoff, err)
			}
			return made
		}
		made := ping(0, 1, oids{1}, nil, 0)
		if made == 0 {
			t.Fatal("no set was made")
		}
		if id := ping(made, 2, oids{2, 3}, oids{1}, 1911); id != made {
			t.Errorf("the set became %v", id)
		}
		if list, seq, _ := r.set(made); !slices.Equal(list, oids{2}) || seq != 2 {
			t.Errorf("the set has %v at %d", list, seq)
		}
		for id, want := range map[orpc.SETID]uint32{made: 0, made + 1: 1912} {
			if status, err := c.SimplePing(t.Context(), id); status != want || err != nil {
				t.Errorf("status %d, want %d; %v", status, want, err)
			}
		}
		ping(made+1, 0, nil, nil, 1912)
	})
}

// A process whose objects are pinged at the daemon keeps no sets itself.
func TestPassiveResolver(t *testing.T) {
	r := newPassiveResolver(Options{Logger: quiet}, nil)
	t.Cleanup(r.close)
	status, id, _, err := resolverCaller(t, r).exporter().ComplexPing(t.Context(), 0, 1, nil, nil)
	if status != 1752 || err != nil || len(r.sets) != 0 {
		t.Errorf("got %d, %v, %v", status, id, err)
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
	if _, err := c.exporter().ServerAlive(t.Context()); err != nil {
		t.Errorf("the connection: %v", err)
	}
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
