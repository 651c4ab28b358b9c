package com

import (
	"fmt"
	"sync"
	"unsafe"
)

// MallocSpy watches a [Malloc], as IMallocSpy does CoTaskMem. Its methods are
// called with no lock held, by the goroutine that allocates or frees, and must
// be safe for concurrent use.
type MallocSpy interface {
	// Allocated is told of a block that was handed out.
	Allocated(b []byte)
	// Freed is told of a block that comes back. ok is false for one that has
	// come back before: it is left alone.
	Freed(b []byte, ok bool)
}

// spyState is an installed spy with the blocks that were handed out under it.
// The keys keep the blocks' memory, so that no address is reused by others.
type spyState struct {
	spy MallocSpy

	mu   sync.Mutex
	live map[*byte]int      // in use, with their capacities
	gone map[*byte]struct{} // freed, and not handed out again
}

// RegisterSpy installs spy. There is one at a time: a second is CO_E_OBJISREG.
// Blocks that were handed out before are not known to it, and pass. A
// watched allocator is slow and drops no memory: spies are for tests.
func (m *Malloc) RegisterSpy(spy MallocSpy) error {
	if spy == nil {
		return E_INVALIDARG
	}
	s := &spyState{spy: spy, live: map[*byte]int{}, gone: map[*byte]struct{}{}}
	if !m.spy.CompareAndSwap(nil, s) {
		return CO_E_OBJISREG
	}
	return nil
}

// RevokeSpy takes the spy away. While blocks that were handed out under it are
// in use it stays, and the error is E_ACCESSDENIED and tells how much is out.
// Without a spy the error is CO_E_OBJNOTREG.
func (m *Malloc) RevokeSpy() error {
	s := m.spy.Load()
	if s == nil {
		return CO_E_OBJNOTREG
	}
	s.mu.Lock()
	bytes := 0
	for _, n := range s.live {
		bytes += n
	}
	blocks := len(s.live)
	s.mu.Unlock()
	if blocks > 0 {
		return &Error{HRESULT: E_ACCESSDENIED, Interface: "IMallocSpy", Method: "Revoke",
			Err: fmt.Errorf("%d blocks of %d bytes have not been freed", blocks, bytes)}
	}
	m.spy.CompareAndSwap(s, nil)
	return nil
}

func (s *spyState) allocated(b []byte) {
	p := unsafe.SliceData(b)
	s.mu.Lock()
	delete(s.gone, p)
	s.live[p] = cap(b)
	s.mu.Unlock()
	s.spy.Allocated(b)
}

// freed notes that b came back. It reports whether b may be reused.
func (s *spyState) freed(b []byte) bool {
	p := unsafe.SliceData(b)
	s.mu.Lock()
	_, twice := s.gone[p]
	if !twice {
		delete(s.live, p)
		s.gone[p] = struct{}{}
	}
	s.mu.Unlock()
	s.spy.Freed(b, !twice)
	return !twice
}

func (s *spyState) didAlloc(b []byte) int {
	p := unsafe.SliceData(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.live[p]; ok {
		return 1
	}
	if _, ok := s.gone[p]; ok {
		return 0
	}
	return -1
}
