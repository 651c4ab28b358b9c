package ndr

import (
	"context"
	"fmt"

	"oxid/com"
)

// Decoder reads parameters from a message in place. It is a value for the
// caller's stack and serves one message; it is not safe for concurrent use.
//
// Methods do not return errors: after the first one every method returns zero
// values and Err the error. What they return never aliases the message, unless
// a method says so.
type Decoder struct {
	b          []byte
	off        int
	base       int // position in the stub data of b[0], modulo 8
	held       int // bytes that the referents of embedded pointers read so far need at least
	ndr64      bool
	big        bool // the wire is big-endian
	swap       bool // the wire's byte order is not this machine's
	depth      int32
	maxDepth   int32
	maxObjects int32 // objects that may still come
	err        error
	m          *com.RPCOLEMESSAGE
	rare       *rare
	ctx        context.Context // for unmarshaling interface pointers only
}

// rare is what few messages need, out of the way of those that do not.
type rare struct {
	marks  marks
	ifaces []any
	full   *FullPointers
}

func (d *Decoder) more() *rare {
	if d.rare == nil {
		d.rare = new(rare)
	}
	return d.rare
}

// NewDecoder returns a decoder of m.Buffer in the transfer syntax and byte
// order of m. ctx goes to m.Pointers.
func NewDecoder(ctx context.Context, m *com.RPCOLEMESSAGE) (d Decoder) {
	d.init(m.Buffer, m.DataRep, m.NDR64)
	d.base, d.m, d.ctx = int(m.Align), m, ctx
	return d
}

// DecodeFrom returns a decoder of b, whose data representation label is
// dataRep (0x10 is little-endian). Alignment counts from b[0]. Interface
// pointers cannot be decoded.
func DecodeFrom(b []byte, dataRep uint32, ndr64 bool) (d Decoder) {
	d.init(b, dataRep, ndr64)
	return d
}

func (d *Decoder) init(b []byte, dataRep uint32, ndr64 bool) {
	d.b, d.ndr64 = b, ndr64
	d.big = dataRep&0xf0 == dataRepBig
	d.swap = d.big != hostBig
	d.maxDepth, d.maxObjects = DefaultMaxDepth, DefaultMaxObjects
	if dataRep&0xff00 != 0 {
		d.fail(com.RPC_X_BAD_STUB_DATA, "floating-point format %d is not IEEE", dataRep>>8&0xff)
	}
}

// NDR64 reports whether the transfer syntax is NDR64.
func (d *Decoder) NDR64() bool { return d.ndr64 }

// BigEndian reports whether the data are big-endian.
func (d *Decoder) BigEndian() bool { return d.big }

// Err returns the first error. Bytes behind the last parameter are none
// (CF-448).
func (d *Decoder) Err() error { return d.err }

// Left returns the number of bytes that were not read yet; 0 after an error.
func (d *Decoder) Left() int { return len(d.b) - d.off }

// Fail makes err the sticky error unless there is one already. Every later
// read yields zero values.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		d.err = err
		d.b, d.off, d.held = nil, 0, 0
	}
}

// fail is Fail with an [Error]. It is kept out of the methods that call it so
// that these stay small.
//
//go:noinline
func (d *Decoder) fail(hr com.HRESULT, format string, args ...any) {
	if d.err == nil {
		d.Fail(&Error{HRESULT: hr, Offset: d.off, What: fmt.Sprintf(format, args...), received: true})
	}
}

// short records that n bytes were wanted and are not there.
//
//go:noinline
func (d *Decoder) short(n int) {
	d.fail(com.RPC_X_BAD_STUB_DATA, "data end early: %d bytes wanted, %d left", n, d.Left())
}

// take returns the next n bytes behind padding to a multiple of align, or nil.
// The result aliases the message.
func (d *Decoder) take(align, n int) []byte {
	at := d.off + -(d.off+d.base)&(align-1)
	if n < 0 || at > len(d.b) || n > len(d.b)-at {
		d.short(n)
		return nil
	}
	d.off = at + n
	return d.b[at:d.off:d.off]
}

// skip passes padding up to a multiple of align, a power of two. Padding that
// is cut off by the end of the data is no error: some senders leave it out.
func (d *Decoder) skip(align int) {
	d.off = min(d.off+-(d.off+d.base)&(align-1), len(d.b))
}

// Align passes the padding in front of a structure, union or array element
// whose alignment is n2 in NDR 2.0 and n64 in NDR64. Both are powers of two;
// 1 means none.
func (d *Decoder) Align(n2, n64 int) {
	if d.ndr64 {
		n2 = n64
	}
	d.skip(n2)
}

// Trail passes the padding at the end of a structure of alignment n64, which
// only NDR64 has ([MS-RPCE] 2.2.5.3.4.1).
func (d *Decoder) Trail(n64 int) {
	if d.ndr64 {
		d.skip(n64)
	}
}

// BadTag records that a union's discriminant has no arm and no default (CF-436).
func (d *Decoder) BadTag(tag int64) {
	d.fail(com.RPC_S_INVALID_TAG, "union without an arm for %d", tag)
}

// InRange checks v against a [range] attribute and reports whether it lies in
// lo to hi, both included (CF-440).
func (d *Decoder) InRange(v, lo, hi int64) bool {
	if v < lo || v > hi {
		d.fail(com.RPC_S_INVALID_BOUND, "value %d outside of its range %d to %d", v, lo, hi)
		return false
	}
	return true
}
