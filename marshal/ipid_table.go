package marshal

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"sync/atomic"

	"oxid/com"
)

// An IPID carries the number of its slot in Data1, the apartment in Data3 and
// 64 random bits in Data4: looking one up is an index and a comparison, and
// guessing one is hopeless. Data2 is the slot's generation, so that the IPID of
// a slot that was used again differs even if the random bits were to repeat.
// Receivers treat all of it as opaque ([MS-DCOM] 2.2.18.2, CF-114).

const (
	slotPageBits = 10
	slotPageSize = 1 << slotPageBits
	maxSlots     = 1 << 28 // bounds the directory: 268 million interfaces
)

type slotPage [slotPageSize]atomic.Pointer[interfaceStub]

// ipidTable finds interface stubs by IPID. Look-ups take no lock.
type ipidTable struct {
	pages atomic.Pointer[[]*slotPage]

	mu   sync.Mutex
	free []uint32 // slots that can be used again
	next uint32   // first slot that was never used
	gen  uint16
	rnd  [512]byte // random bits, drawn in bulk
	rndN int
}

// lookup returns the stub that ipid names, or nil.
func (t *ipidTable) lookup(ipid *com.IPID) *interfaceStub {
	pages := t.pages.Load()
	if pages == nil {
		return nil
	}
	n := ipid.Data1
	if int(n>>slotPageBits) >= len(*pages) {
		return nil
	}
	s := (*pages)[n>>slotPageBits][n%slotPageSize].Load()
	if s == nil || s.ipid != *ipid {
		return nil
	}
	return s
}

// add mints an IPID for s and publishes it.
func (t *ipidTable) add(s *interfaceStub, apartment uint16) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var n uint32
	if k := len(t.free); k > 0 {
		n, t.free = t.free[k-1], t.free[:k-1]
	} else {
		if t.next >= maxSlots {
			return com.RPC_E_OUT_OF_RESOURCES
		}
		n = t.next
		t.next++
		t.grow(n)
	}
	t.gen++
	s.ipid = com.IPID{Data1: n, Data2: t.gen, Data3: apartment}
	binary.LittleEndian.PutUint64(s.ipid.Data4[:], t.random())
	(*t.pages.Load())[n>>slotPageBits][n%slotPageSize].Store(s)
	return nil
}

// remove withdraws the IPID of s. Calls that have looked it up already go on.
func (t *ipidTable) remove(s *interfaceStub) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := s.ipid.Data1
	slot := &(*t.pages.Load())[n>>slotPageBits][n%slotPageSize]
	if slot.Load() == s {
		slot.Store(nil)
		t.free = append(t.free, n)
	}
}

// grow makes sure that slot n has a page. t.mu is held.
func (t *ipidTable) grow(n uint32) {
	var pages []*slotPage
	if p := t.pages.Load(); p != nil {
		pages = *p
	}
	if int(n>>slotPageBits) < len(pages) {
		return
	}
	pages = append(pages[:len(pages):len(pages)], new(slotPage))
	t.pages.Store(&pages)
}

func (t *ipidTable) random() uint64 {
	if t.rndN == 0 {
		rand.Read(t.rnd[:])
		t.rndN = len(t.rnd)
	}
	t.rndN -= 8
	return binary.LittleEndian.Uint64(t.rnd[t.rndN:])
}
