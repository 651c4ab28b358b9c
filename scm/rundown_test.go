package scm

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"oxid/orpc"
)

// A set that is not pinged for three periods expires, and its objects are run
// down at the next sweep ([MS-DCOM] 3.1.2.2). Pings of either kind keep it.
func TestSetExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1, 2)
		r := testResolver(t, x, Limits{})
		time.Sleep(time.Second) // out of step with the sweeps
		id := r.mustPing(t, 0, 1, oids{1}, nil)
		for i := range 10 {
			time.Sleep(2 * testPeriod)
			if i%2 == 0 {
				if err := r.simplePing(id); err != nil {
					t.Fatal(err)
				}
			} else {
				r.mustPing(t, id, uint16(i+2), nil, nil)
			}
		}
		x.wantGone(t, "as long as it is pinged")
		time.Sleep(3*testPeriod - time.Second)
		x.wantGone(t, "shortly before the timeout")
		time.Sleep(testPeriod + time.Second)
		x.wantGone(t, "after the timeout and a sweep", 1)
		if err := r.simplePing(id); err == nil {
			t.Error("the expired set can be pinged")
		}
	})
}

// An object lives as long as one of its sets does.
func TestObjectInTwoSets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1)
		r := testResolver(t, x, Limits{})
		r.mustPing(t, 0, 1, oids{1}, nil)
		b := r.mustPing(t, 0, 1, oids{1}, nil)
		for range 10 {
			time.Sleep(testPeriod)
			if err := r.simplePing(b); err != nil {
				t.Fatal(err)
			}
		}
		if n := r.counts(); n.sets != 1 {
			t.Fatalf("%d sets, the silent one should be gone", n.sets)
		}
		x.wantGone(t, "while the other set lives")
		time.Sleep(4*testPeriod + time.Second)
		x.wantGone(t, "after both are silent", 1)
	})
}

// An object that was called within the last period is kept, and tried again in
// the next one ([MS-DCOM] 3.1.1.6.2).
func TestBusyObjectIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1)
		x.set(1, true)
		r := testResolver(t, x, Limits{})
		r.mustPing(t, 0, 1, oids{1}, nil)
		time.Sleep(4*testPeriod + time.Second)
		x.wantGone(t, "while it is called")
		x.set(1, false)
		time.Sleep(testPeriod)
		x.wantGone(t, "a period after it was not", 1)
	})
}

// What an exporter keeps on keeping is forgotten by the resolver after some
// tries. The search for objects that nobody pings finds it when it is idle.
func TestKeptObjectIsLeftToTheSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1)
		x.set(1, true)
		r := testResolver(t, x, Limits{})
		r.mustPing(t, 0, 1, oids{1}, nil)
		time.Sleep(8*testPeriod + time.Second)
		if n := r.counts(); n != (counts{}) {
			t.Fatalf("remembered: %+v", n)
		}
		x.mu.Lock()
		x.objects[1], x.unpinged = false, oids{1}
		x.mu.Unlock()
		time.Sleep(testPeriod)
		x.wantGone(t, "once it is idle", 1)
	})
}

// A client that takes an object out of its set may have passed a reference on:
// the object has a whole timeout for somebody else to ping it.
func TestObjectTakenOutOfItsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1, 2)
		r := testResolver(t, x, Limits{})
		time.Sleep(time.Second)
		a := r.mustPing(t, 0, 1, oids{1, 2}, nil)
		r.mustPing(t, a, 2, nil, oids{1, 2})
		time.Sleep(2 * testPeriod)
		x.wantGone(t, "before the timeout")
		b := r.mustPing(t, 0, 1, oids{1}, nil) // somebody else has it
		for range 6 {
			time.Sleep(testPeriod)
			if err := r.simplePing(b); err != nil {
				t.Fatal(err)
			}
		}
		x.wantGone(t, "long after", 2)
	})
}

// Objects that never were in a set are found by asking for what nobody used for
// a set timeout, but not in the first timeout after the exporter registered.
func TestNeverPinged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1, 2)
		r := testResolver(t, x, Limits{})
		x.unpinged = oids{1, 2} // as an exporter says whose daemon was restarted
		id := r.mustPing(t, 0, 1, oids{2}, nil)
		ping := func(d time.Duration) {
			t.Helper()
			time.Sleep(d)
			if err := r.simplePing(id); err != nil {
				t.Fatal(err)
			}
		}
		ping(2*testPeriod + time.Second)
		x.wantGone(t, "in the first timeout")
		ping(2 * testPeriod)
		x.wantGone(t, "after it", 1) // 2 is in a set
	})
}

// An exporter that does not answer loses nothing: it is told again.
func TestExporterDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFake(1)
		r := testResolver(t, x, Limits{})
		r.mustPing(t, 0, 1, oids{1}, nil)
		x.mu.Lock()
		x.err = errors.New("the link is slow")
		x.mu.Unlock()
		time.Sleep(10 * testPeriod)
		x.mu.Lock()
		x.err = nil
		x.mu.Unlock()
		time.Sleep(testPeriod + time.Second)
		x.wantGone(t, "when it answers again", 1)
	})
}

// The exporter of an orphan is not there to be told: the orphan is forgotten.
func TestOrphanIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := testResolver(t, newFake(1), Limits{})
		r.mustPing(t, 0, 1, oids{1}, nil)
		r.revoke(r.exporterOf(7))
		time.Sleep(4*testPeriod + time.Second)
		if n := r.counts(); n != (counts{}) {
			t.Errorf("remembered: %+v", n)
		}
	})
}

// Whatever clients do, the tables stay consistent with each other.
func FuzzPingSets(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 1, 1, 0, 2, 9, 3, 1, 1})
	f.Add([]byte{0, 0, 0, 0, 2, 0, 0, 2, 4, 4, 4, 4, 4, 4})
	f.Fuzz(func(t *testing.T, program []byte) {
		synctest.Test(t, func(t *testing.T) {
			x := newFake(0, 1, 2, 3, 4, 5, 6, 7)
			r := testResolver(t, x, Limits{SetsPerClient: 4, Sets: 6, OIDsPerSet: 5, OIDsPerClient: 9, OIDs: 12})
			var sets []orpc.SETID
			for i := 0; i+2 < len(program) && i < 300; i += 3 {
				op, a, b := program[i], program[i+1], program[i+2]
				id := orpc.SETID(0)
				if len(sets) > 0 {
					id = sets[int(a)%len(sets)]
				}
				switch op % 5 {
				case 0:
					if got, err := r.complexPing(t.Context(), string('A'+rune(a%3)), 0, uint16(b), oids{orpc.OID(b % 16), orpc.OID(a % 16)}, nil); err == nil {
						sets = append(sets, got)
					}
				case 1:
					r.complexPing(t.Context(), "A", id, uint16(b)<<8|uint16(i), oids{orpc.OID(b % 16), orpc.OID(b / 16)}, oids{orpc.OID(a / 16)})
				case 2:
					r.simplePing(id)
				case 3:
					time.Sleep(time.Duration(b) * 10 * time.Second)
				case 4:
					if e := r.exporterOf(7); e != nil {
						r.revoke(e)
					} else if _, err := r.register(t.Context(), 7, x); err != nil {
						t.Fatal(err)
					}
				}
				checkTables(t, r)
			}
			time.Sleep(12 * testPeriod)
			checkTables(t, r)
			if n := r.counts(); n != (counts{}) {
				t.Fatalf("outlived every timeout: %+v", n)
			}
		})
	})
}

// checkTables compares the tables of r with one another.
func checkTables(t *testing.T, r *resolver) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	members, inSets, clients := 0, map[orpc.OID]int32{}, map[string]clientShare{}
	for id, s := range r.sets {
		if s.id != id || s.oids.Len() > r.opt.Limits.OIDsPerSet {
			t.Fatalf("set %v is %v with %d objects", id, s.id, s.oids.Len())
		}
		share := clients[s.client]
		share.sets++
		share.members += s.oids.Len()
		clients[s.client] = share
		for e := range s.oids.All() {
			members++
			inSets[e.oid]++
			if r.oids.Get(e.oid) != e {
				t.Fatalf("set %v has another entry of %v than the table", id, e.oid)
			}
		}
	}
	if members != r.members || members > r.opt.Limits.OIDs || len(r.sets) > r.opt.Limits.Sets {
		t.Fatalf("%d memberships, counted %d, in %d sets", members, r.members, len(r.sets))
	}
	for c, n := range clients {
		if *r.clients[c] != n || n.sets > r.opt.Limits.SetsPerClient || n.members > r.opt.Limits.OIDsPerClient {
			t.Fatalf("client %s has %+v, counted %+v", c, n, *r.clients[c])
		}
	}
	if len(clients) != len(r.clients) {
		t.Fatalf("%d clients, counted %d", len(clients), len(r.clients))
	}
	for e := range r.oids.All() {
		oid := e.oid
		if e.sets != inSets[oid] {
			t.Fatalf("object %v is in %d sets, counted %d", oid, inSets[oid], e.sets)
		}
		if (e.sets == 0) != (r.idle.Get(oid) == e) {
			t.Fatalf("object %v in %d sets, idle: %v", oid, e.sets, r.idle.Get(oid) != nil)
		}
		if e.owner != nil && r.exporters[e.owner.oxid] != e.owner {
			t.Fatalf("object %v belongs to an exporter that is not registered", oid)
		}
	}
	if r.idle.Len() > r.oids.Len() {
		t.Fatal("idle objects that are not in the table")
	}
}
