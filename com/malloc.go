package com

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"oxid/internal/live"
)

// IMalloc is the task allocator: it hands out what a process holds for its
// peers, such as the buffers of calls and [out] data that is passed on. Unlike
// COM's it is no way to own memory across a call: decoded values are ordinary
// Go values, collected as garbage.
//
// A block belongs to whoever it was handed to until Free. All methods are safe
// for concurrent use.
type IMalloc interface {
	// Alloc returns a block of n bytes, 0 or more, whose contents are undefined.
	Alloc(n int) []byte
	// Realloc returns a block of n bytes with the contents of b, which is
	// freed unless it is large enough. A nil b is Alloc.
	Realloc(b []byte, n int) []byte
	// Free gives a block back; b is as Alloc returned it, or cut or grown at
	// its end within its capacity. A nil b does nothing. Use after Free is as
	// fatal as in C.
	Free(b []byte)
	// GetSize returns the usable size of b in bytes, at least what was asked for.
	GetSize(b []byte) int
	// DidAlloc tells whether b is a block in use of this allocator: 1 yes, 0
	// no, -1 not known.
	DidAlloc(b []byte) int
	// HeapMinimize gives idle memory to the garbage collector now.
	HeapMinimize()
}

// Size classes are the powers of two from 64 bytes to 1 MiB. What is larger is
// made and dropped, and only counted.
const (
	minClassBits = 6
	maxClassBits = 20
	numClasses   = maxClassBits - minClassBits + 1
)

// blocks is what tests count of all allocators together.
var blocks = live.New("allocator blocks")

// MallocStats is what a [Malloc] has handed out and got back.
type MallocStats struct {
	Allocs, Frees uint64 // blocks, since the allocator was made
	Blocks        int64  // blocks in use
	Bytes         int64  // bytes in use, whole size classes
}

// Malloc is an [IMalloc] with a pool for each size class. The zero Malloc is
// ready to use. Alloc and Free cost one atomic addition each beyond the pool.
type Malloc struct {
	pools atomic.Pointer[[numClasses]sync.Pool]
	use   [numClasses]counter
	large struct {
		counter
		bytes atomic.Int64 // in use
	}
	spy atomic.Pointer[spyState]
}

// counter counts the blocks of one size class, on a cache line of its own.
type counter struct {
	allocs, frees atomic.Uint64
	_             [48]byte
}

// classFor returns the size class that holds n bytes, or -1.
func classFor(n int) int {
	if n > 1<<maxClassBits {
		return -1
	}
	return max(bits.Len(uint(max(n, 1)-1)), minClassBits) - minClassBits
}

// classOfBlock returns the size class that b is a block of, or -1.
func classOfBlock(b []byte) int {
	c := classFor(cap(b))
	if c >= 0 && cap(b) == 1<<(c+minClassBits) {
		return c
	}
	return -1
}

// Alloc implements [IMalloc]. A negative n counts as 0.
func (m *Malloc) Alloc(n int) []byte {
	n = max(n, 0)
	b := m.get(n)
	if s := m.spy.Load(); s != nil {
		s.allocated(b)
	}
	return b
}

func (m *Malloc) get(n int) []byte {
	blocks.Add(1)
	c := classFor(n)
	if c < 0 {
		b := make([]byte, n)
		m.large.allocs.Add(1)
		m.large.bytes.Add(int64(cap(b)))
		return b
	}
	m.use[c].allocs.Add(1)
	// A pool holds the address of a block alone, which fits into an interface
	// without an allocation; the class tells the size.
	if p, ok := m.pool(c).Get().(*byte); ok {
		return unsafe.Slice(p, 1<<(c+minClassBits))[:n]
	}
	return make([]byte, n, 1<<(c+minClassBits))
}

// pool returns the pool of class c.
func (m *Malloc) pool(c int) *sync.Pool {
	ps := m.pools.Load()
	if ps == nil {
		m.pools.CompareAndSwap(nil, new([numClasses]sync.Pool))
		ps = m.pools.Load()
	}
	return &ps[c]
}

// Free implements [IMalloc]. A slice whose capacity is not a block's, because
// its start was cut off, is counted as a large block would be and not reused.
func (m *Malloc) Free(b []byte) {
	if cap(b) == 0 {
		return // nil, or a slice that was never a block
	}
	if s := m.spy.Load(); s != nil && !s.freed(b) {
		return // not a block in use: pooling it would hand it out twice
	}
	blocks.Add(-1)
	c := classOfBlock(b)
	if c < 0 {
		m.large.frees.Add(1)
		m.large.bytes.Add(-int64(cap(b)))
		return
	}
	m.use[c].frees.Add(1)
	m.pool(c).Put(unsafe.SliceData(b))
}

// Realloc implements [IMalloc].
func (m *Malloc) Realloc(b []byte, n int) []byte {
	n = max(n, 0)
	if b != nil && n <= cap(b) {
		return b[:n]
	}
	next := m.Alloc(n)
	copy(next, b)
	m.Free(b)
	return next
}

// GetSize implements [IMalloc].
func (m *Malloc) GetSize(b []byte) int { return cap(b) }

// DidAlloc implements [IMalloc]. The answer is known only of blocks that were
// handed out while a spy was installed.
func (m *Malloc) DidAlloc(b []byte) int {
	if s := m.spy.Load(); s != nil {
		return s.didAlloc(b)
	}
	return -1
}

// HeapMinimize implements [IMalloc].
func (m *Malloc) HeapMinimize() { m.pools.Store(new([numClasses]sync.Pool)) }

// Stats returns what is handed out. While other goroutines allocate and free
// the figures may be of slightly different moments.
func (m *Malloc) Stats() MallocStats {
	var s MallocStats
	add := func(frees, allocs uint64, size int64) {
		s.Frees += frees
		s.Allocs += allocs
		s.Blocks += int64(allocs - frees)
		s.Bytes += int64(allocs-frees) * size
	}
	for c := range m.use {
		frees := m.use[c].frees.Load() // first: a block is never freed before it is counted
		add(frees, m.use[c].allocs.Load(), 1<<(c+minClassBits))
	}
	frees := m.large.frees.Load()
	add(frees, m.large.allocs.Load(), 0)
	s.Bytes += m.large.bytes.Load()
	return s
}
