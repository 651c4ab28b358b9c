package marshal

import (
	"crypto/rand"
	"encoding/binary"
	"sync/atomic"

	"oxid/com"
	"oxid/orpc"
)

// Names that this process mints carry the number of a slot: looking one up is
// an index and a comparison. Receivers treat all of them as opaque ([MS-DCOM]
// 2.2.18.2, CF-114).

// ipidTable finds interface stubs by IPID. Data1 is the slot, Data3 the
// apartment, and Data4 64 random bits: guessing an IPID is hopeless. Data2
// counts, so that the IPID of a slot that was used again differs even if the
// random bits were to repeat.
type ipidTable struct {
	slots slotTable[interfaceStub]
	gen   uint16
	rnd   randomBits
}

// lookup returns the stub that ipid names, or nil.
func (t *ipidTable) lookup(ipid *com.IPID) *interfaceStub {
	if s := t.slots.at(ipid.Data1); s != nil && s.ipid == *ipid {
		return s
	}
	return nil
}

// add mints an IPID for s and publishes it.
func (t *ipidTable) add(s *interfaceStub, apartment uint16) error {
	return t.slots.add(s, func(n uint32) {
		t.gen++
		s.ipid = com.IPID{Data1: n, Data2: t.gen, Data3: apartment}
		binary.LittleEndian.PutUint64(s.ipid.Data4[:], t.rnd.next())
	})
}

// remove withdraws the IPID of s. Calls that have looked it up already go on.
func (t *ipidTable) remove(s *interfaceStub) { t.slots.remove(s.ipid.Data1, s) }

// oidTable finds stub managers by OID: the slot and 36 random bits, mixed with a
// number of this process so that all processes of a host together mint OIDs as
// if all bits were random.
type oidTable struct {
	slots slotTable[stubManager]
	rnd   randomBits
	key   atomic.Uint64
}

// lookup returns the stub manager that oid names, or nil.
func (t *oidTable) lookup(oid orpc.OID) *stubManager {
	if m := t.slots.at(t.slot(oid)); m != nil && m.oid == oid {
		return m
	}
	return nil
}

func (t *oidTable) slot(oid orpc.OID) uint32 { return uint32((uint64(oid) ^ t.key.Load()) % maxSlots) }

// add mints an OID for m and publishes it.
func (t *oidTable) add(m *stubManager) error {
	return t.slots.add(m, func(n uint32) {
		for t.key.Load() == 0 {
			t.key.Store(t.rnd.next())
		}
		for m.oid = 0; m.oid == 0; {
			m.oid = orpc.OID((t.rnd.next()&^(maxSlots-1) | uint64(n)) ^ t.key.Load())
		}
	})
}

// remove withdraws the OID of m.
func (t *oidTable) remove(m *stubManager) { t.slots.remove(t.slot(m.oid), m) }

// randomBits draws random numbers in bulk. It is not safe for concurrent use.
type randomBits struct {
	b [512]byte
	n int
}

func (r *randomBits) next() uint64 {
	if r.n == 0 {
		rand.Read(r.b[:])
		r.n = len(r.b)
	}
	r.n -= 8
	return binary.LittleEndian.Uint64(r.b[r.n:])
}
