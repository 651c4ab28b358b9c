package marshal

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"oxid/orpc"
)

// numbered is a value of a slot table of the test's.
type numbered struct{ n uint32 }

func (v *numbered) name(n uint32) { v.n = n }

func TestSlotTable(t *testing.T) {
	var s slotTable[numbered]
	if s.at(0) != nil || s.at(1<<31) != nil {
		t.Error("an empty table has values")
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	live := map[uint32]*numbered{}
	for round := range 6 {
		for range 3000 {
			v := &numbered{}
			if err := s.add(v, v.name); err != nil {
				t.Fatal(err)
			}
			if live[v.n] != nil {
				t.Fatalf("number %d is given twice", v.n)
			}
			live[v.n] = v
		}
		for n, v := range live {
			if s.at(n) != v {
				t.Fatalf("number %d is lost", n)
			}
			if round%2 == 1 || rnd.IntN(2) == 0 {
				s.remove(n, v)
				s.remove(n, v)
				if s.at(n) != nil {
					t.Fatalf("number %d stays", n)
				}
				delete(live, n)
			}
		}
		count := 0
		for v := range s.all {
			if count++; live[v.n] != v {
				t.Fatalf("all yields %d", v.n)
			}
		}
		if count != len(live) {
			t.Errorf("all yields %d values of %d", count, len(live))
		}
	}
	if n := len(*s.pages.Load()); n > 8 {
		t.Errorf("%d pages for at most 4500 values: numbers are not used again", n)
	}
	kept := 0
	for _, p := range *s.pages.Load() {
		if p.slots.Load() != nil {
			kept++
		}
	}
	if kept > 1 {
		t.Errorf("%d pages of an empty table have slots", kept)
	}
}

// An old number never leads to another value, whoever looks while slots are
// used again.
func TestNamesAreNotUsedAgain(t *testing.T) {
	var ipids ipidTable
	var oids oidTable
	var wg sync.WaitGroup
	var stop atomic.Bool
	stale := make(chan orpc.OID, 1)
	wg.Go(func() {
		for oid := range stale {
			for !stop.Load() {
				if oids.lookup(oid) != nil {
					t.Error("the OID of an object that is gone leads to one")
					return
				}
			}
		}
	})
	seen := map[orpc.OID]bool{}
	for i := range 20_000 {
		m := &stubManager{}
		s := &m.first
		if err := oids.add(m); err != nil {
			t.Fatal(err)
		}
		if err := ipids.add(s, 7); err != nil {
			t.Fatal(err)
		}
		if oids.lookup(m.oid) != m || ipids.lookup(&s.ipid) != s || s.ipid.Data3 != 7 {
			t.Fatal("not found")
		}
		if seen[m.oid] || m.oid == 0 {
			t.Fatalf("OID %v again", m.oid)
		}
		seen[m.oid] = true
		old := s.ipid
		oids.remove(m)
		ipids.remove(s)
		if oids.lookup(m.oid) != nil || ipids.lookup(&old) != nil {
			t.Fatal("found after it was removed")
		}
		if i == 0 {
			stale <- m.oid
			close(stale)
		}
	}
	stop.Store(true)
	wg.Wait()
}

// Two processes do not mint the same OIDs, though both begin with slot 0.
func TestProcessesMintDifferentOIDs(t *testing.T) {
	seen := map[orpc.OID]bool{}
	low := map[uint32]int{}
	for range 200 {
		var oids oidTable
		for range 20 {
			m := &stubManager{}
			if err := oids.add(m); err != nil {
				t.Fatal(err)
			}
			if seen[m.oid] {
				t.Fatalf("OID %v twice", m.oid)
			}
			seen[m.oid] = true
			low[uint32(m.oid)%64]++
		}
	}
	if len(low) != 64 {
		t.Errorf("the lower bits of OIDs take %d of 64 values", len(low))
	}
}
