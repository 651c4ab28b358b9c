package ndr

import "oxid/com"

// A pipe travels in chunks behind all other parameters of its direction: in
// NDR 2.0 count and elements, ended by a count of 0 (C706 14.3.10); in NDR64
// count, elements and the negated count, ended by two zeros ([MS-RPCE]
// 2.2.5.3.3).

// Chunk begins a pipe chunk of n elements, which EndChunk ends. n is positive.
func (e *Encoder) Chunk(n int) {
	if n <= 0 {
		e.fail(com.RPC_S_INVALID_BOUND, "pipe chunk of %d elements", n)
		return
	}
	e.Count(n)
}

// EndChunk ends a pipe chunk of n elements.
func (e *Encoder) EndChunk(n int) {
	if e.ndr64 {
		e.Uint64(-uint64(n))
	}
}

// EndPipe ends a pipe.
func (e *Encoder) EndPipe() {
	e.count(0)
	e.EndChunk(0)
}

// Chunk reads the beginning of the next pipe chunk, of elements that take at
// least size bytes each, and returns their number; 0 at the end of the pipe or
// after an error. EndChunk follows the elements.
func (d *Decoder) Chunk(size int) int {
	n := d.Count(size)
	if n == 0 {
		d.EndChunk(0)
	}
	return n
}

// EndChunk reads the end of a pipe chunk of n elements.
func (d *Decoder) EndChunk(n int) {
	if !d.ndr64 || d.err != nil {
		return
	}
	if v := d.Uint64(); v != -uint64(n) {
		d.fail(com.RPC_X_BAD_STUB_DATA, "pipe chunk of %d elements that ends with 0x%x", n, v)
	}
}
