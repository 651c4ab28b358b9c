// Package table is a hash table of pointers to values that carry their own
// key. It stores nothing but the pointers and a byte for each, about 11 bytes a
// value where a map from an 8-byte key takes up to 36, and unlike a map it
// gives memory back when values are taken out. It is for tables that may have
// millions of entries.
//
// A table is cut into segments, which a directory finds by the first bits of
// the hash (extendible hashing): growing and shrinking concern one segment of
// at most 512 slots at a time, so no call takes long. Inside a segment slots are
// probed one after the other, by their tag, seven bits of the hash: values are
// looked at only where the tag is right.
package table

import (
	"hash/maphash"
	"iter"
)

// Table holds values of type V by the key that key tells of each. A key must
// not change while its value is in the table. Make it with [New]. It is not
// safe for concurrent use.
type Table[K comparable, V any] struct {
	key  func(*V) K
	seed maphash.Seed
	dir  []*segment[V] // 1<<bits entries
	bits uint8
	n    int
}

const (
	minSlots = 16  // of a segment that has any
	maxSlots = 512 // of a segment; more only when hashes do not differ
	maxBits  = 32  // of the directory
)

// tags of slots that hold no value; those that do have fullTag set.
const (
	emptyTag = 0
	goneTag  = 1 // searches go on here
	fullTag  = 0x80
)

// segment holds the values whose hashes begin with the same bits.
type segment[V any] struct {
	tags  []uint8
	slots []*V
	n     int   // values
	gone  int   // slots with goneTag
	bits  uint8 // how many bits of the hash are the same
}

// New returns an empty table.
func New[K comparable, V any](key func(*V) K) *Table[K, V] {
	return &Table[K, V]{key: key, seed: maphash.MakeSeed(), dir: []*segment[V]{{}}}
}

// Len returns the number of values.
func (t *Table[K, V]) Len() int { return t.n }

// Get returns the value with key k, or nil.
func (t *Table[K, V]) Get(k K) *V {
	h := maphash.Comparable(t.seed, k)
	s := t.segment(h)
	if i := t.find(s, h, k); i >= 0 {
		return s.slots[i]
	}
	return nil
}

// Put adds v. There must be no value with its key.
func (t *Table[K, V]) Put(v *V) {
	h := t.hash(v)
	s := t.segment(h)
	for s.n+s.gone >= len(s.slots)*7/8 {
		if s.n < maxSlots*7/8 || s.bits == maxBits {
			t.resize(s, s.n+s.n/4+1)
		} else {
			t.split(s)
			s = t.segment(h)
		}
	}
	s.add(v, h)
	t.n++
}

// Delete takes the value with key k out and returns it; nil when there is none.
func (t *Table[K, V]) Delete(k K) *V {
	h := maphash.Comparable(t.seed, k)
	s := t.segment(h)
	i := t.find(s, h, k)
	if i < 0 {
		return nil
	}
	v := s.slots[i]
	s.slots[i] = nil
	s.tags[i] = goneTag
	s.gone++
	s.n--
	t.n--
	switch {
	case t.n == 0 && t.bits > 0:
		t.dir, t.bits = []*segment[V]{{}}, 0
	case s.n < len(s.slots)/4 && len(s.slots) > minSlots:
		t.resize(s, s.n+s.n/4)
	}
	return v
}

// All lists the values in no order. The table must not change meanwhile.
func (t *Table[K, V]) All() iter.Seq[*V] {
	return func(yield func(*V) bool) {
		for i := 0; i < len(t.dir); {
			s := t.dir[i]
			for _, v := range s.slots {
				if v != nil && !yield(v) {
					return
				}
			}
			i += 1 << (t.bits - s.bits) // the entries that share s
		}
	}
}

func (t *Table[K, V]) hash(v *V) uint64 { return maphash.Comparable(t.seed, t.key(v)) }

// segment returns the segment that hash h belongs to.
func (t *Table[K, V]) segment(h uint64) *segment[V] { return t.dir[h>>1>>(63-t.bits)] }

// find returns the slot of key k in s, or -1.
func (t *Table[K, V]) find(s *segment[V], h uint64, k K) int {
	if s.n == 0 {
		return -1
	}
	tag := tagOf(h)
	for i := s.home(h); s.tags[i] != emptyTag; i = s.next(i) {
		if s.tags[i] == tag && t.key(s.slots[i]) == k {
			return i
		}
	}
	return -1
}

// resize makes new slots for s with room for n values at least, and leaves the
// traces of those that are gone behind.
func (t *Table[K, V]) resize(s *segment[V], n int) {
	old := s.slots
	s.clear(n)
	for _, v := range old {
		if v != nil {
			s.add(v, t.hash(v))
		}
	}
}

// split puts the values of s into two segments by one more bit of their hashes.
func (t *Table[K, V]) split(s *segment[V]) {
	if s.bits == t.bits {
		dir := make([]*segment[V], 2*len(t.dir))
		for i := range dir {
			dir[i] = t.dir[i/2]
		}
		t.dir = dir
		t.bits++
	}
	var halves [2]segment[V]
	for i := range halves {
		halves[i].bits = s.bits + 1
		halves[i].clear(s.n/2 + s.n/8)
	}
	low, high := &halves[0], &halves[1]
	first := -1
	for _, v := range s.slots {
		if v == nil {
			continue
		}
		h := t.hash(v)
		if first < 0 {
			first = int(h >> 1 >> (63 - t.bits))
		}
		half := low
		if h>>(63-s.bits)&1 == 1 {
			half = high
		}
		if half.n+half.gone >= len(half.slots)*7/8 {
			t.resize(half, half.n+half.n/4+1)
		}
		half.add(v, h)
	}
	// The directory's entries of s are a run that first lies in.
	run := 1 << (t.bits - s.bits)
	start := first &^ (run - 1)
	for i := range run {
		t.dir[start+i] = &halves[i/(run/2)]
	}
}

// clear gives s empty slots with room for n values at least.
func (s *segment[V]) clear(n int) {
	size := max(minSlots, n*8/7+1)
	s.tags, s.slots = make([]uint8, size), make([]*V, size)
	s.n, s.gone = 0, 0
}

// add puts v into s, where there is room.
func (s *segment[V]) add(v *V, h uint64) {
	i := s.home(h)
	for s.tags[i]&fullTag != 0 {
		i = s.next(i)
	}
	if s.tags[i] == goneTag {
		s.gone--
	}
	s.tags[i], s.slots[i] = tagOf(h), v
	s.n++
}

// home is where the search for hash h begins: the bits between those of the
// directory and those of the tag say.
func (s *segment[V]) home(h uint64) int {
	return int(uint64(uint32(h>>7)) * uint64(len(s.slots)) >> 32)
}

func (s *segment[V]) next(i int) int {
	if i++; i < len(s.slots) {
		return i
	}
	return 0
}

// tagOf is what a slot tells of a hash without its value.
func tagOf(h uint64) uint8 { return uint8(h) | fullTag }
