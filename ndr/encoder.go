package ndr

import (
	"context"
	"fmt"
	"slices"

	"oxid/com"
)

// Labels for the integer part of a data representation label (C706 14.1).
const (
	dataRepBig    = 0x00
	dataRepLittle = 0x10
)

// firstReferent is the id of the first unique pointer in a message; each
// further one is 4 higher (CF-397).
const firstReferent = 0x00020000

// Encoder appends parameters to a message. It is a value for the caller's
// stack and serves one message; it is not safe for concurrent use.
//
// Methods do not return errors: the first one sticks and Finish returns it.
type Encoder struct {
	b     []byte
	base  int // position in the stub data of b[0], modulo 8
	ndr64 bool
	big   int  // 1 if the wire is big-endian, else 0
	swap  bool // the wire's byte order is not this machine's
	depth int32
	next  uint32 // next unique referent id
	err   error
	m     *com.RPCOLEMESSAGE
	full  *FullPointers
	ctx   context.Context // for marshaling interface pointers only
}

// NewEncoder returns an encoder that appends to m.Buffer in the transfer
// syntax of m, little-endian. ctx goes to m.Pointers.
func NewEncoder(ctx context.Context, m *com.RPCOLEMESSAGE) Encoder {
	return Encoder{
		b: m.Buffer, base: int(m.Align), ndr64: m.NDR64, swap: hostBig,
		next: firstReferent, m: m, ctx: ctx,
	}
}

// EncodeTo returns an encoder that appends to b, little-endian. Alignment
// counts from the end of b as it is now. Interface pointers cannot be encoded.
func EncodeTo(b []byte, ndr64 bool) Encoder {
	return Encoder{b: b, base: -len(b), ndr64: ndr64, swap: hostBig, next: firstReferent}
}

// BigEndian makes e write big-endian, for a server that answers in its
// client's byte order. It must come before the first parameter.
func (e *Encoder) BigEndian() { e.big, e.swap = 1, !hostBig }

// NDR64 reports whether the transfer syntax is NDR64.
func (e *Encoder) NDR64() bool { return e.ndr64 }

// Finish stores the buffer and its byte order in the message and returns the
// first error. After an error the message must not be sent.
func (e *Encoder) Finish() error {
	if e.m != nil {
		e.m.Buffer, e.m.DataRep = e.b, dataRepLittle
		if e.big != 0 {
			e.m.DataRep = dataRepBig
		}
	}
	return e.err
}

// Data returns what was encoded, behind what was in the slice before, and the
// first error.
func (e *Encoder) Data() ([]byte, error) { return e.b, e.err }

// Err returns the first error so far.
func (e *Encoder) Err() error { return e.err }

// Len returns the number of bytes in the buffer.
func (e *Encoder) Len() int { return len(e.b) }

// Fail makes err the sticky error unless there is one already.
func (e *Encoder) Fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// fail is Fail with an [Error]. It is kept out of the methods that call it so
// that these stay small.
//
//go:noinline
func (e *Encoder) fail(hr com.HRESULT, format string, args ...any) {
	if e.err == nil {
		e.err = &Error{HRESULT: hr, Offset: len(e.b), What: fmt.Sprintf(format, args...)}
	}
}

// Grow makes room for n more bytes, so that appending them does not allocate.
func (e *Encoder) Grow(n int) { e.b = slices.Grow(e.b, n) }

// extend appends n bytes of any value behind zeroed padding to a multiple of
// align (a power of two) and returns the n bytes.
func (e *Encoder) extend(align, n int) []byte {
	e.pad(align)
	at := len(e.b)
	if at+n > cap(e.b) {
		e.Grow(n)
	}
	e.b = e.b[:at+n]
	return e.b[at:]
}

// pad appends zeros up to a multiple of align, a power of two.
func (e *Encoder) pad(align int) {
	n := -(len(e.b) + e.base) & (align - 1)
	if n != 0 {
		e.b = append(e.b, zeros[:n]...)
	}
}

var zeros [16]byte

// Align pads to a multiple of n2 in NDR 2.0 and of n64 in NDR64: the alignment
// of the structure, union or array element that follows. Both are powers of
// two up to 16; 1 means none.
func (e *Encoder) Align(n2, n64 int) {
	if e.ndr64 {
		n2 = n64
	}
	e.pad(n2)
}

// Trail ends a structure of alignment n64: NDR64 pads to it, NDR 2.0 does not
// ([MS-RPCE] 2.2.5.3.4.1).
func (e *Encoder) Trail(n64 int) {
	if e.ndr64 {
		e.pad(n64)
	}
}

// BadTag records that a union's discriminant has no arm and no default (CF-436).
func (e *Encoder) BadTag(tag int64) {
	e.fail(com.RPC_S_INVALID_TAG, "union without an arm for %d", tag)
}
