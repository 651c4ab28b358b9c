package scm

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/orpc"
)

type oids = []orpc.OID

// A set is made with id 0, gets a random id and the objects that exist; those
// that do not are passed over ([MS-DCOM] 3.1.2.5.1.3).
func TestComplexPingMakesASet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := testResolver(t, newFake(1, 2), Limits{})
		a := r.mustPing(t, 0, 1, oids{1, 2, 99}, nil)
		b := r.mustPing(t, 0, 1, oids{1}, nil)
		if a == 0 || b == 0 || a == b {
			t.Fatalf("set ids %v and %v", a, b)
		}
		if list, _, _ := r.set(a); !slices.Equal(list, oids{1, 2}) {
			t.Errorf("the first set has %v, want the two that exist", list)
		}
		if n := r.entry(1).sets; n != 2 {
			t.Errorf("object 1 is in %d sets, want 2", n)
		}
		if n := r.counts().oids; n != 2 {
			t.Errorf("%d objects are remembered", n)
		}
	})
}

func TestComplexPingOfUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := testResolver(t, newFake(1, 2), Limits{})
		_, err := r.complexPing(t.Context(), "c", 4711, 1, oids{1}, nil)
		wantHRESULT(t, err, com.OR_INVALID_SET)
		wantHRESULT(t, r.simplePing(4711), com.OR_INVALID_SET)
		wantHRESULT(t, r.simplePing(0), com.OR_INVALID_SET)

		// In a set that exists an unknown object is reported, and the known ones are
		// added all the same.
		id := r.mustPing(t, 0, 1, oids{1}, nil)
		got, err := r.complexPing(t.Context(), "c", id, 2, oids{99, 2}, oids{1, 98})
		wantHRESULT(t, err, com.OR_INVALID_OID)
		if got != id {
			t.Errorf("set id %v with the error, want %v", got, id)
		}
		if list, seq, _ := r.set(id); !slices.Equal(list, oids{2}) || seq != 2 {
			t.Errorf("set has %v at sequence %d, want object 2 at 2", list, seq)
		}
	})
}

// A change that was overtaken does nothing and is no error; the numbers wrap.
func TestComplexPingSequence(t *testing.T) {
	for _, tt := range []struct {
		stored, seq uint16
		late        bool
	}{
		{5, 4, true}, {5, 5, false}, {5, 6, false},
		{0xffff, 0, false}, {0xffff, 1, false}, {0, 0xffff, true}, {1, 0xfff0, true},
		{0, 0x7fff, false}, {0, 0x8000, true},
	} {
		t.Run(fmt.Sprintf("%d after %d", tt.seq, tt.stored), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := testResolver(t, newFake(1, 2), Limits{})
				id := r.mustPing(t, 0, tt.stored, oids{1}, nil)
				time.Sleep(time.Minute)
				r.mustPing(t, id, tt.seq, oids{2}, oids{1})
				list, seq, deadline := r.set(id)
				wantList, wantSeq := oids{2}, tt.seq
				if tt.late {
					wantList, wantSeq = oids{1}, tt.stored
				}
				if !slices.Equal(list, wantList) || seq != wantSeq {
					t.Errorf("set has %v at sequence %d, want %v at %d", list, seq, wantList, wantSeq)
				}
				if fresh := deadline.Equal(time.Now().Add(3 * testPeriod)); fresh == tt.late {
					t.Errorf("timer restarted: %v, want %v", fresh, !tt.late)
				}
			})
		})
	}
}

// Adding twice counts once, whatever the order in one request.
func TestComplexPingDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := testResolver(t, newFake(1), Limits{})
		id := r.mustPing(t, 0, 1, oids{1, 1, 1}, nil)
		r.mustPing(t, id, 2, oids{1}, nil)
		if got := r.entry(1).sets; got != 1 || r.counts().members != 1 {
			t.Fatalf("in %d sets, %+v", got, r.counts())
		}
		r.mustPing(t, id, 3, nil, oids{1, 1})
		if got := r.entry(1).sets; got != 0 || r.counts().members != 0 {
			t.Fatalf("in %d sets, %+v after the removal", got, r.counts())
		}
	})
}

// The exporter is asked for an object once: afterwards the resolver knows it.
func TestOwnersAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1, 2)
		r := testResolver(t, x, Limits{})
		id := r.mustPing(t, 0, 1, oids{1}, nil)
		r.mustPing(t, 0, 1, oids{1}, nil)
		r.mustPing(t, id, 2, nil, oids{1})
		if x.asked != 1 {
			t.Errorf("asked %d times for one object", x.asked)
		}
	})
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := testResolver(t, newFake(1, 2, 3, 4, 5, 6), Limits{SetsPerClient: 2, Sets: 3, OIDsPerSet: 2, OIDsPerClient: 3, OIDs: 4})
		ping := func(client string, id orpc.SETID, add ...orpc.OID) (orpc.SETID, error) {
			return r.complexPing(t.Context(), client, id, 1, add, nil)
		}
		a, err := ping("A", 0)
		wantHRESULT(t, err, com.S_OK)
		a2, err := ping("A", 0)
		wantHRESULT(t, err, com.S_OK)
		_, err = ping("A", 0)
		wantHRESULT(t, err, com.RPC_S_OUT_OF_RESOURCES) // its share is used up
		b, err := ping("B", 0)
		wantHRESULT(t, err, com.S_OK)
		_, err = ping("C", 0)
		wantHRESULT(t, err, com.RPC_S_OUT_OF_RESOURCES) // all are used up

		_, err = ping("A", a, 1, 2, 3)
		wantHRESULT(t, err, com.RPC_S_OUT_OF_RESOURCES) // one set is full
		if list, _, _ := r.set(a); len(list) != 2 {
			t.Errorf("the full set has %v", list)
		}
		_, err = ping("A", a2, 4, 5)
		wantHRESULT(t, err, com.RPC_S_OUT_OF_RESOURCES) // the client has enough
		_, err = ping("B", b, 4, 5)
		wantHRESULT(t, err, com.RPC_S_OUT_OF_RESOURCES) // all memberships are used up
		if n := r.counts().members; n != 4 {
			t.Errorf("%d memberships", n)
		}

		// What expires can be had again.
		time.Sleep(4*testPeriod + time.Second)
		if n := r.counts(); n.sets != 0 || n.clients != 0 || n.members != 0 {
			t.Fatalf("left after expiry: %+v", n)
		}
		_, err = ping("C", 0, 6)
		wantHRESULT(t, err, com.S_OK)
	})
}

// A daemon that was restarted hears of objects before it hears of the processes
// that own them. It takes them on trust and finds the owner later.
func TestOrphansFindTheirExporter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newResolver(Options{PingPeriod: testPeriod, Logger: quiet}, nil, 3*testPeriod)
		t.Cleanup(r.close)
		id := r.mustPing(t, 0, 1, oids{1, 2}, nil)
		r.mustPing(t, id, 2, oids{3}, nil)

		x := newFake(1, 3)
		e, err := r.register(t.Context(), 7, x)
		if err != nil {
			t.Fatal(err)
		}
		if r.entry(1).owner != e || r.entry(3).owner != e || r.entry(2).owner != nil {
			t.Fatal("the exporter did not get what is its own")
		}
		// The client falls silent: its objects go, and so does the memory of the
		// one that nobody claimed.
		time.Sleep(4*testPeriod + time.Second)
		x.wantGone(t, "after the timeout", 1, 3)
		time.Sleep(testPeriod)
		if n := r.counts(); n.oids != 0 {
			t.Errorf("%d objects are remembered", n.oids)
		}
		// Trust ends.
		id = r.mustPing(t, 0, 1, nil, nil)
		_, err = r.complexPing(t.Context(), "c", id, 2, oids{77}, nil)
		wantHRESULT(t, err, com.OR_INVALID_OID)
	})
}

// An exporter that went away and came back, with its objects and under its old
// OXID, finds its objects in their sets.
func TestExporterComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1)
		r := testResolver(t, x, Limits{})
		id := r.mustPing(t, 0, 1, oids{1}, nil)
		r.revoke(r.exporterOf(7))
		if err := r.simplePing(id); err != nil {
			t.Fatalf("pings fail while the exporter is away: %v", err)
		}
		if _, err := r.register(t.Context(), 7, x); err != nil {
			t.Fatal(err)
		}
		time.Sleep(4*testPeriod + time.Second)
		x.wantGone(t, "after the timeout", 1)
	})
}

func TestExporterTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := testResolver(t, newFake(), Limits{})
		e := r.exporterOf(7)
		_, err := r.register(t.Context(), 7, newFake())
		wantHRESULT(t, err, com.CO_E_OBJISREG) // nobody is pushed aside
		clsid := com.NewGUID()
		for range 2 {
			if err := r.registerClass(e, clsid); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(r.classServers(clsid)); n != 1 {
			t.Errorf("registered twice, %d servers", n)
		}
		r.revoke(e)
		r.revoke(e)
		if len(r.classServers(clsid)) != 0 || len(r.classes) != 0 || r.exporterOf(7) != nil {
			t.Error("an exporter that was revoked is still found")
		}
		wantHRESULT(t, r.registerClass(e, clsid), com.CO_E_OBJNOTREG)
	})
}
