package table

import (
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

type entry struct{ key, value uint64 }

func newTable() *Table[uint64, entry] { return New(func(e *entry) uint64 { return e.key }) }

// check compares a table with a map.
func check(t *testing.T, got *Table[uint64, entry], want map[uint64]*entry) {
	t.Helper()
	if got.Len() != len(want) {
		t.Fatalf("%d values, want %d", got.Len(), len(want))
	}
	for k, e := range want {
		if got.Get(k) != e {
			t.Fatalf("Get(%d) = %v, want %v", k, got.Get(k), e)
		}
	}
	var keys []uint64
	for e := range got.All() {
		keys = append(keys, e.key)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, slices.Sorted(maps.Keys(want))) {
		t.Fatalf("All yields %d values, want %d", len(keys), len(want))
	}
}

func TestTable(t *testing.T) {
	got, want := newTable(), map[uint64]*entry{}
	rnd := rand.New(rand.NewPCG(1, 2))
	add := func(n int) {
		for range n {
			e := &entry{key: rnd.Uint64()}
			got.Put(e)
			want[e.key] = e
		}
		check(t, got, want)
	}
	remove := func(n int) {
		for k, e := range want {
			if n--; n < 0 {
				break
			}
			if got.Delete(k) != e || got.Delete(k) != nil || got.Get(k) != nil {
				t.Fatalf("Delete(%d)", k)
			}
			delete(want, k)
		}
		check(t, got, want)
	}
	check(t, got, want)
	for _, n := range []int{1, 7, 1, 1, 500, 5000, 50000} {
		add(n)
		remove(n / 2)
	}
	for len(want) > 0 {
		remove(len(want)/2 + 1)
	}
	add(3)
}

// The same key comes and goes: traces of what is gone do not pile up.
func TestOneKeyManyTimes(t *testing.T) {
	got := newTable()
	for i := range uint64(100) {
		got.Put(&entry{key: i})
	}
	for range 100_000 {
		e := got.Delete(50)
		got.Put(e)
	}
	if n := len(got.dir[0].slots); n > 300 {
		t.Errorf("%d slots for 100 values", n)
	}
}

func TestAllStops(t *testing.T) {
	got := newTable()
	for i := range uint64(3000) {
		got.Put(&entry{key: i})
	}
	n := 0
	for range got.All() {
		if n++; n == 5 {
			break
		}
	}
	if n != 5 {
		t.Error("All does not stop")
	}
}

// Keys that differ in nothing but their hashes' last bits still find a place.
func TestFullDirectory(t *testing.T) {
	got := newTable()
	s := got.dir[0]
	s.bits, got.bits = maxBits, 0
	for i := range uint64(2 * maxSlots) {
		got.Put(&entry{key: i})
	}
	for i := range uint64(2 * maxSlots) {
		if got.Get(i) == nil {
			t.Fatalf("%d is lost", i)
		}
	}
}

// heap returns the bytes that are reachable.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestMemory(t *testing.T) {
	const n = 300_000
	values := make([]entry, n)
	for i := range values {
		values[i].key = rand.Uint64()
	}
	before := heap()
	got := newTable()
	for i := range values {
		got.Put(&values[i])
	}
	if each := float64(heap()-before) / n; each > 13 {
		t.Errorf("%.1f bytes a value", each)
	}
	for i := range values[1:] {
		got.Delete(values[i+1].key)
	}
	if left := heap() - before; left > n {
		t.Errorf("%d bytes for one value", left)
	}
	runtime.KeepAlive(got)
	runtime.KeepAlive(values)
}

func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 1, 1, 0, 1, 2, 9})
	f.Add(slices.Repeat([]byte{0, 3, 0, 250, 1, 77}, 200))
	f.Fuzz(func(t *testing.T, program []byte) {
		got, want := newTable(), map[uint64]*entry{}
		for ; len(program) >= 2; program = program[2:] {
			k := uint64(program[1])
			if program[0]%3 == 2 { // many at a time
				for i := range uint64(program[1]) {
					if k = i << 8; want[k] == nil {
						want[k] = &entry{key: k, value: uint64(binary.LittleEndian.Uint16(program))}
						got.Put(want[k])
					}
				}
				continue
			}
			if e := want[k]; e != nil {
				if got.Delete(k) != e {
					t.Fatalf("Delete(%d)", k)
				}
				delete(want, k)
			} else if program[0]%3 == 0 {
				want[k] = &entry{key: k}
				got.Put(want[k])
			} else if got.Delete(k) != nil {
				t.Fatalf("Delete(%d) finds what is not there", k)
			}
		}
		check(t, got, want)
	})
}

func BenchmarkGet(b *testing.B) {
	const n = 1 << 20
	values := make([]entry, n)
	got := newTable()
	m := make(map[uint64]*entry)
	for i := range values {
		values[i].key = rand.Uint64()
		got.Put(&values[i])
		m[values[i].key] = &values[i]
	}
	b.Run("table", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if got.Get(values[i*7919%n].key) == nil {
				b.Fatal("missing")
			}
		}
	})
	b.Run("map", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if m[values[i*7919%n].key] == nil {
				b.Fatal("missing")
			}
		}
	})
}

func BenchmarkPutDelete(b *testing.B) {
	const n = 1 << 16
	values := make([]entry, n)
	got := newTable()
	m := make(map[uint64]*entry)
	for i := range values {
		values[i].key = rand.Uint64()
	}
	b.Run("table", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			e := &values[i%n]
			if got.Delete(e.key) == nil {
				got.Put(e)
			}
		}
	})
	b.Run("map", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			e := &values[i%n]
			if _, ok := m[e.key]; ok {
				delete(m, e.key)
			} else {
				m[e.key] = e
			}
		}
	})
}
