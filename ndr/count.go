package ndr

import (
	"math"

	"oxid/com"
)

// maxElements is the largest number of elements in one dimension, in either
// transfer syntax ([MS-RPCE] 2.2.5.3.2).
const maxElements = math.MaxInt32

// count appends a count or a referent id's worth of integer: 4 bytes, in NDR64 8.
func (e *Encoder) count(n int) {
	if e.ndr64 {
		e.Uint64(uint64(n))
	} else {
		e.Uint32(uint32(n))
	}
}

// Count appends the max_count of a conformant array. In a structure it goes in
// front of the outermost one that contains the array, before Align (CF-419).
func (e *Encoder) Count(n int) {
	if n < 0 || n > maxElements {
		e.fail(com.RPC_S_INVALID_BOUND, "array of %d elements", n)
		n = 0
	}
	e.count(n)
}

// Varying appends offset and actual count of a varying array: n elements from
// index first on are transmitted (CF-423).
func (e *Encoder) Varying(first, n int) {
	e.Count(first)
	e.Count(n)
}

// CountIs is [Encoder.Count] for an array whose size_is is want: a slice of
// any other length is an error.
func (e *Encoder) CountIs(want, n int) {
	e.Want(n, want)
	e.Count(n)
}

// MaxCount reads the max_count of a conformant-varying array, which says
// nothing about how many elements follow: never allocate by it.
func (d *Decoder) MaxCount() int {
	var n uint64
	if d.ndr64 {
		n = d.Uint64()
	} else {
		n = uint64(d.Uint32())
	}
	if n > maxElements {
		d.fail(com.RPC_S_INVALID_BOUND, "count %d is more than 2^31-1", n)
		return 0
	}
	return int(n)
}

// Count reads the max_count of a conformant array whose elements take at least
// size bytes each on the wire (0 counts as 1), and checks that so many bytes
// are left. After an error it returns 0.
func (d *Decoder) Count(size int) int {
	n := d.MaxCount()
	if !d.Fits(n, size) {
		return 0
	}
	return n
}

// CountIs is [Decoder.Count] for an array whose size_is is want (CF-437).
func (d *Decoder) CountIs(want, size int) int {
	n := d.MaxCount()
	if !d.same(n, want, "max_count") || !d.Fits(n, size) {
		return 0
	}
	return n
}

// Varying reads offset and actual count of a varying array that has room for
// max elements of at least size bytes each, and returns the actual count. The
// offset must be 0.
func (d *Decoder) Varying(max, size int) int {
	first, n := d.VaryingAt(max, size)
	if !d.same(first, 0, "offset") {
		return 0
	}
	return n
}

// VaryingIs is [Decoder.Varying] for an array whose length_is is want.
func (d *Decoder) VaryingIs(want, max, size int) int {
	n := d.Varying(max, size)
	if !d.same(n, want, "actual count") {
		return 0
	}
	return n
}

// VaryingAt is [Decoder.Varying] for an array with first_is: it returns the
// offset too. first+n is at most max.
func (d *Decoder) VaryingAt(max, size int) (first, n int) {
	first, n = d.MaxCount(), d.MaxCount()
	if d.err != nil {
		return 0, 0
	}
	if first > max || n > max-first {
		d.fail(com.RPC_S_INVALID_BOUND, "%d elements from index %d in an array of %d", n, first, max)
		return 0, 0
	}
	if !d.Fits(n, size) {
		return 0, 0
	}
	return first, n
}

// Fits reports whether n elements of at least size bytes each (0 counts as 1)
// can be in what is left, apart from what embedded pointers promised. If not,
// that is the error.
func (d *Decoder) Fits(n, size int) bool {
	free := d.Left() - max(d.held, 0)
	if n < 0 || n > free/max(size, 1) {
		d.fail(com.RPC_X_BAD_STUB_DATA, "array of %d elements in %d bytes", n, free)
		return false
	}
	return d.err == nil
}

// Product multiplies the dimensions of an array and checks that elements of at
// least size bytes each can be in what is left. After an error it returns 0.
func (d *Decoder) Product(size int, dims ...int) int {
	n := 1
	for _, x := range dims {
		if x != 0 && n > maxElements/x {
			d.fail(com.RPC_S_INVALID_BOUND, "array of %d times %d elements", n, x)
			return 0
		}
		n *= x
	}
	if !d.Fits(n, size) {
		return 0
	}
	return n
}

func (d *Decoder) same(got, want int, what string) bool {
	if got != want {
		d.fail(com.RPC_S_INVALID_BOUND, "%s is %d where %d is announced", what, got, want)
	}
	return d.err == nil
}

// Slice returns a slice of n elements for decoding into: dst with its old
// elements when it has the capacity, else a new one. It is never nil. n comes
// from [Decoder.Count] or its kin, which bound it by the bytes left.
func Slice[T any](dst []T, n int) []T {
	if n <= cap(dst) && dst != nil {
		return dst[:n]
	}
	return make([]T, n)
}
