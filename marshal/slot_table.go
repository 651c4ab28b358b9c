package marshal

import (
	"sync"
	"sync/atomic"

	"oxid/com"
)

const (
	slotPageBits = 10
	slotPageSize = 1 << slotPageBits
	maxSlots     = 1 << 28 // bounds the directory: 268 million
)

// slotTable numbers values and finds them by their number, with an index and
// without a lock. Numbers are used again. What the values are named in public
// contains the number and enough besides to tell one use of it from another.
type slotTable[T any] struct {
	pages atomic.Pointer[[]*slotPage[T]]

	mu   sync.Mutex
	free []*slotPage[T] // pages with slots that can be taken
}

// slotPage is a part of the table. One that became empty gives its slots back
// to the garbage collector, unless no other page has any, and stays as the place
// for new ones.
type slotPage[T any] struct {
	slots atomic.Pointer[[slotPageSize]atomic.Pointer[T]] // nil while empty

	// guarded by slotTable.mu
	base   uint32 // number of the first slot
	used   int
	next   int      // first slot that was not used since the page was empty
	again  []uint16 // slots below next that are free
	listed bool     // in slotTable.free
}

// at returns the value with number n, or nil.
func (t *slotTable[T]) at(n uint32) *T {
	pages := t.pages.Load()
	if pages == nil || int(n>>slotPageBits) >= len(*pages) {
		return nil
	}
	slots := (*pages)[n>>slotPageBits].slots.Load()
	if slots == nil {
		return nil
	}
	return slots[n%slotPageSize].Load()
}

// add gives v a number. name is called with it before v can be found.
func (t *slotTable[T]) add(v *T, name func(n uint32)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.free) == 0 {
		if err := t.grow(); err != nil {
			return err
		}
	}
	p := t.free[len(t.free)-1]
	slots := p.slots.Load()
	if slots == nil {
		slots = new([slotPageSize]atomic.Pointer[T])
		p.slots.Store(slots)
	}
	var i int
	if k := len(p.again); k > 0 {
		i, p.again = int(p.again[k-1]), p.again[:k-1]
	} else {
		i = p.next
		p.next++
	}
	if p.used++; p.used == slotPageSize {
		t.free = t.free[:len(t.free)-1]
		p.listed = false
	}
	name(p.base + uint32(i))
	slots[i].Store(v)
	return nil
}

// remove takes number n from v. Whoever has looked it up already goes on.
func (t *slotTable[T]) remove(n uint32, v *T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := (*t.pages.Load())[n>>slotPageBits]
	slots, i := p.slots.Load(), n%slotPageSize
	if slots == nil || slots[i].Load() != v {
		return
	}
	slots[i].Store(nil)
	p.again = append(p.again, uint16(i))
	p.used--
	if !p.listed {
		p.listed = true
		t.free = append(t.free, p)
	}
	if p.used == 0 && len(t.free) > 1 {
		p.slots.Store(nil)
		p.again, p.next = nil, 0
	}
}

// all lists the values, in the order of their numbers. It takes no lock: values
// that come and go meanwhile may or may not be listed.
func (t *slotTable[T]) all(yield func(*T) bool) {
	pages := t.pages.Load()
	if pages == nil {
		return
	}
	for _, p := range *pages {
		slots := p.slots.Load()
		if slots == nil {
			continue
		}
		for i := range slots {
			if v := slots[i].Load(); v != nil && !yield(v) {
				return
			}
		}
	}
}

// grow adds a page. t.mu is held.
func (t *slotTable[T]) grow() error {
	var pages []*slotPage[T]
	if p := t.pages.Load(); p != nil {
		pages = *p
	}
	if len(pages) == maxSlots/slotPageSize {
		return com.RPC_E_OUT_OF_RESOURCES
	}
	p := &slotPage[T]{base: uint32(len(pages)) << slotPageBits, listed: true}
	pages = append(pages[:len(pages):len(pages)], p)
	t.pages.Store(&pages)
	t.free = append(t.free, p)
	return nil
}
