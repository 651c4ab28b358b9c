package com_test

import (
	"strings"
	"sync"
	"testing"

	"oxid/com"
)

// bookkeeper is a spy that counts.
type bookkeeper struct {
	mu                   sync.Mutex
	allocs, frees, twice int
}

func (b *bookkeeper) Allocated([]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allocs++
}

func (b *bookkeeper) Freed(_ []byte, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.frees++; !ok {
		b.twice++
	}
}

// With a spy a test sees that every byte comes back.
func TestMallocSpy(t *testing.T) {
	var m com.Malloc
	before := m.Alloc(10) // not known to the spy
	spy := new(bookkeeper)
	if err := m.RevokeSpy(); err != com.CO_E_OBJNOTREG {
		t.Errorf("no spy to revoke: %v", err)
	}
	if err := m.RegisterSpy(nil); err != com.E_INVALIDARG {
		t.Errorf("a nil spy: %v", err)
	}
	if err := m.RegisterSpy(spy); err != nil {
		t.Fatal(err)
	}
	if err := m.RegisterSpy(spy); err != com.CO_E_OBJISREG {
		t.Errorf("a second spy: %v", err)
	}
	a, b := m.Alloc(100), m.Alloc(2<<20)
	if m.DidAlloc(a) != 1 || m.DidAlloc(b[:1]) != 1 || m.DidAlloc(before) != -1 {
		t.Errorf("did alloc: %d %d %d", m.DidAlloc(a), m.DidAlloc(b), m.DidAlloc(before))
	}
	m.Free(before)
	m.Free(a)
	if m.DidAlloc(a) != 0 {
		t.Errorf("a freed block: %d", m.DidAlloc(a))
	}
	err := m.RevokeSpy()
	if wantHRESULT(t, err, com.E_ACCESSDENIED); !strings.Contains(err.Error(), "1 blocks of 2097152 bytes") {
		t.Errorf("%v", err)
	}
	// A block that comes back twice is reported, and not handed out to two.
	m.Free(a)
	x, y := m.Alloc(100), m.Alloc(100)
	if &x[0] == &y[0] {
		t.Error("one block was handed out twice")
	}
	m.Free(x)
	m.Free(y)
	m.Free(b)
	if err := m.RevokeSpy(); err != nil {
		t.Errorf("everything came back: %v", err)
	}
	if spy.allocs != 4 || spy.frees != 6 || spy.twice != 1 {
		t.Errorf("the spy saw %+v", spy)
	}
	if s := m.Stats(); s.Blocks != 0 || s.Bytes != 0 {
		t.Errorf("%+v", s)
	}
	m.Free(m.Alloc(1))
	if spy.allocs != 4 {
		t.Error("a revoked spy still watches")
	}
}

func TestMallocSpy_Concurrent(t *testing.T) {
	var m com.Malloc
	spy := new(bookkeeper)
	if err := m.RegisterSpy(spy); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 200 {
				m.Free(m.Realloc(m.Alloc(i), 2*i))
			}
		})
	}
	wg.Wait()
	if err := m.RevokeSpy(); err != nil {
		t.Error(err)
	}
	if spy.allocs != spy.frees || spy.twice != 0 {
		t.Errorf("the spy saw %+v", spy)
	}
}
