package dcerpc

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"oxid/internal/live"
)

// What tests count. Buffers of calls come and go with these.
var (
	readBuffers  = live.New("read buffers")
	writeBuffers = live.New("write buffers")
	clientCalls  = live.New("client calls")
	servedCalls  = live.New("server calls")
)

// Buffers come from pools by size class: powers of four from 256 bytes to 16
// MiB. Larger ones are left to the garbage collector.
const (
	minClassBits = 8
	classStep    = 2
	numClasses   = 9
)

// bytePools holds the arrays of free buffers by pointer: a slice in an
// interface would cost an allocation each time that it is put back.
var bytePools [numClasses]sync.Pool

// classFor returns the smallest class of at least n bytes, numClasses when none is.
func classFor(n int) int {
	if n <= 1<<minClassBits {
		return 0
	}
	return (bits.Len(uint(n-1)) - minClassBits + classStep - 1) / classStep
}

func classSize(class int) int { return 1 << (minClassBits + classStep*class) }

// getBytes returns an empty slice with a capacity of at least n bytes.
func getBytes(n int) []byte {
	class := classFor(n)
	if class >= numClasses {
		return make([]byte, 0, n)
	}
	if p, _ := bytePools[class].Get().(*byte); p != nil {
		return unsafe.Slice(p, classSize(class))[:0]
	}
	return make([]byte, 0, classSize(class))
}

// putBytes takes back what getBytes handed out; b must be the start of it.
// Slices of other origin are ignored.
func putBytes(b []byte) {
	n := cap(b)
	class := classFor(n)
	if class < numClasses && n == classSize(class) {
		bytePools[class].Put(unsafe.SliceData(b[:1]))
	}
}

// growBytes returns b with room for at least n more bytes, moving it to a
// larger buffer when needed. Capacity at least doubles, so that what a peer
// makes us hold stays in proportion to what it has sent.
func growBytes(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	nb := getBytes(max(len(b)+n, 2*cap(b)))
	nb = nb[:len(b)]
	copy(nb, b)
	putBytes(b)
	return nb
}

// inBuffer is a read buffer. The reader holds one reference, and each call
// whose stub data lies in it and that runs beside the reader holds another.
type inBuffer struct {
	b    []byte
	refs atomic.Int32
}

// A reader borrows a small buffer for what is usually there, and a large one,
// which holds any PDU, after a read that filled its buffer.
const (
	smallIn = 4 << 10
	largeIn = 64 << 10
)

var smallInPool, largeInPool sync.Pool

func getInBuffer(size int) *inBuffer {
	pool, n := &smallInPool, smallIn
	if size > smallIn {
		pool, n = &largeInPool, largeIn
	}
	b, _ := pool.Get().(*inBuffer)
	if b == nil {
		b = &inBuffer{b: make([]byte, n)}
	}
	b.refs.Store(1)
	readBuffers.Add(1)
	return b
}

// release gives one reference back.
func (b *inBuffer) release() {
	if b.refs.Add(-1) > 0 {
		return
	}
	readBuffers.Add(-1)
	if len(b.b) == smallIn {
		smallInPool.Put(b)
	} else {
		largeInPool.Put(b)
	}
}
