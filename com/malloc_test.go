package com_test

import (
	"sync"
	"testing"
	"unsafe"

	"oxid/com"
)

func TestMalloc_Sizes(t *testing.T) {
	var m com.Malloc // the zero allocator is ready
	for _, c := range []struct{ n, size int }{
		{-1, 64}, {0, 64}, {1, 64}, {64, 64}, {65, 128}, {128, 128}, {4280, 8192},
		{1 << 20, 1 << 20}, {1<<20 + 1, 1<<20 + 1}, {3 << 20, 3 << 20},
	} {
		b := m.Alloc(c.n)
		if len(b) != max(c.n, 0) || m.GetSize(b) < c.size || c.n <= 1<<20 && m.GetSize(b) != c.size {
			t.Errorf("%d bytes: length %d, size %d, want %d", c.n, len(b), m.GetSize(b), c.size)
		}
		if s := m.Stats(); s.Blocks != 1 || s.Bytes != int64(m.GetSize(b)) {
			t.Errorf("%d bytes: %+v", c.n, s)
		}
		m.Free(b[:0]) // cut at its end it is still the block
		if s := m.Stats(); s.Blocks != 0 || s.Bytes != 0 || s.Allocs != s.Frees {
			t.Errorf("%d bytes freed: %+v", c.n, s)
		}
	}
	m.Free(nil)
	m.Free([]byte{})
	if s := m.Stats(); s.Blocks != 0 || s.Bytes != 0 {
		t.Errorf("%+v", s)
	}
	b := m.Alloc(1)
	if m.DidAlloc(b) != -1 {
		t.Error("without a spy it cannot be known")
	}
	m.Free(b)
}

func TestMalloc_Realloc(t *testing.T) {
	var m com.Malloc
	b := m.Realloc(nil, 10)
	copy(b, "0123456789")
	p := unsafe.SliceData(b)
	if b = m.Realloc(b, 60); unsafe.SliceData(b) != p || len(b) != 60 {
		t.Error("a block that is large enough was moved")
	}
	if b = m.Realloc(b[:10], 100); string(b[:10]) != "0123456789" || len(b) != 100 {
		t.Errorf("contents %q", b[:10])
	}
	if s := m.Stats(); s.Blocks != 1 || s.Bytes != 128 {
		t.Errorf("%+v", s)
	}
	if b = m.Realloc(b, -1); len(b) != 0 {
		t.Errorf("length %d", len(b))
	}
	m.Free(b)
	if s := m.Stats(); s.Blocks != 0 || s.Bytes != 0 || s.Allocs != 2 {
		t.Errorf("%+v", s)
	}
}

// Blocks are handed out to one at a time, and the books are right in the end.
func TestMalloc_Concurrent(t *testing.T) {
	var m com.Malloc
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 500 {
				b := m.Alloc(i * 7 % 3000)
				for j := range b {
					b[j] = byte(w)
				}
				if i%50 == 0 {
					m.HeapMinimize()
				}
				for j := range b {
					if b[j] != byte(w) {
						t.Errorf("somebody else wrote to the block")
						return
					}
				}
				m.Free(b)
			}
		})
	}
	wg.Wait()
	if s := m.Stats(); s.Blocks != 0 || s.Bytes != 0 || s.Allocs != 4000 || s.Frees != 4000 {
		t.Errorf("%+v", s)
	}
}

// The fast path allocates nothing once the pool is warm.
func TestMalloc_PoolAllocates(t *testing.T) {
	var m com.Malloc
	if n := testing.AllocsPerRun(1000, func() { m.Free(m.Alloc(1000)) }); n >= 0.5 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMalloc(b *testing.B) {
	for _, n := range []int{100, 4000} {
		var m com.Malloc
		b.Run(map[int]string{100: "100B", 4000: "4000B"}[n], func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					m.Free(m.Alloc(n))
				}
			})
		})
	}
}
