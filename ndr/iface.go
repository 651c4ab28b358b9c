package ndr

import (
	"context"
	"encoding/binary"

	"oxid/com"
)

// Interface appends an interface pointer parameter: a unique pointer to an
// MInterfacePointer with the OBJREF that m.Pointers makes of v, marshaled as
// desc (CF-428). A nil v is NULL.
func (e *Encoder) Interface(desc *com.Desc, v any) {
	if e.Pointer(v != nil) {
		e.Referent(desc, v)
	}
}

// Referent appends the MInterfacePointer of an embedded interface pointer that
// is not nil, in the deferred part.
func (e *Encoder) Referent(desc *com.Desc, v any) {
	if e.err != nil {
		return // what is marshaled now would never be unmarshaled
	}
	if e.m == nil || e.m.Pointers == nil {
		e.fail(com.E_UNEXPECTED, "interface pointer in a message that carries none")
		return
	}
	// The OBJREF goes straight into the buffer; its counts are patched when its
	// size is known.
	e.count(0)
	maxAt := len(e.b)
	e.Uint32(0)
	at := len(e.b)
	ctx := e.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	b, err := e.m.Pointers.AppendInterface(ctx, e.b, desc, v)
	if err != nil {
		e.Fail(err)
		return
	}
	e.b = b
	n := len(b) - at
	var order binary.ByteOrder = binary.LittleEndian
	if e.big != 0 {
		order = binary.BigEndian
	}
	order.PutUint32(b[at-4:], uint32(n))
	if e.ndr64 {
		order.PutUint64(b[maxAt-8:], uint64(n))
	} else {
		order.PutUint32(b[maxAt-4:], uint32(n))
	}
}

// MInterfacePointer appends an MInterfacePointer with these bytes, without a
// referent id ([MS-DCOM] 2.2.14).
func (e *Encoder) MInterfacePointer(objref []byte) {
	e.Count(len(objref))
	e.Uint32(uint32(len(objref)))
	e.b = append(e.b, objref...)
}

// MInterfacePointer reads an MInterfacePointer and returns its bytes, which
// alias the message.
func (d *Decoder) MInterfacePointer() []byte {
	n := d.Count(1)
	if !d.same(int(d.Uint32()), n, "ulCntData") {
		return nil
	}
	return d.take(1, n)
}

// Interface reads an interface pointer parameter of type desc: nil for NULL.
func (d *Decoder) Interface(desc *com.Desc) any {
	if !d.Pointer() {
		return nil
	}
	return d.referent(desc)
}

func (d *Decoder) referent(desc *com.Desc) any {
	p := d.MInterfacePointer()
	if d.err != nil {
		return nil
	}
	if d.m == nil || d.m.Pointers == nil {
		d.fail(com.E_UNEXPECTED, "interface pointer in a message that carries none")
		return nil
	}
	ctx := d.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	v, err := d.m.Pointers.ReadInterface(ctx, p, desc)
	if err != nil {
		d.Fail(err)
		return nil
	}
	r := d.more()
	r.ifaces = append(r.ifaces, v)
	return v
}

// Interfaces returns the objects that were read so far, in order and without
// the NULLs. A stub gives them back when the call is over; a proxy does when
// the reply turns out to be bad.
func (d *Decoder) Interfaces() []any {
	if d.rare == nil {
		return nil
	}
	return d.rare.ifaces
}

// Mark reads the referent id of an embedded unique pointer whose field has no
// value that could mark it as not NULL: the decoder remembers it for the
// deferred part, which asks [Decoder.Marked]. size is that of
// [Decoder.Embedded].
func (d *Decoder) Mark(size int) {
	set := d.Embedded(size)
	d.more().marks.push(d.depth, set)
}

// Marked begins, in the deferred part, the referent of the next pointer that
// Mark met at this depth; [Decoder.Leave] ends it. It is false for NULL, and
// where [Decoder.Enter] would be.
func (d *Decoder) Marked(size int) bool {
	return d.more().marks.pop(d.depth) && d.Enter(size)
}

// MarkInterface is [Decoder.Mark] for an embedded interface pointer.
func (d *Decoder) MarkInterface() { d.Mark(minInterface) }

// minInterface is the least size of an MInterfacePointer: its two counts.
const minInterface = 8

// MarkedInterface reads, in the deferred part, the referent of the next
// interface pointer that MarkInterface met at this depth: nil for NULL.
func (d *Decoder) MarkedInterface(desc *com.Desc) any {
	if !d.Marked(minInterface) {
		return nil
	}
	v := d.referent(desc)
	d.Leave()
	return v
}

// As turns what [Decoder.Interface] or [Decoder.MarkedInterface] returned into
// the Go type T of the interface. A value of any other type is an error.
func As[T any](d *Decoder, v any) (t T) {
	if v != nil {
		var ok bool
		if t, ok = v.(T); !ok {
			d.fail(com.E_NOINTERFACE, "interface pointer of Go type %T", v)
		}
	}
	return t
}

// marks remembers which marked pointers were not NULL. Those of one flat part
// follow each other in q; the flat part of a referent puts its own behind them
// and takes them all back before the outer deferred part goes on.
type marks struct {
	q    []bool
	next int // index in q of the next one to be read
	runs []run
}

// run is the pointers of one depth.
type run struct {
	depth int32
	start int // index in q of its first
	outer int // next of the run around it
}

func (m *marks) push(depth int32, set bool) {
	if len(m.runs) == 0 || m.runs[len(m.runs)-1].depth != depth {
		m.runs = append(m.runs, run{depth, len(m.q), m.next})
		m.next = len(m.q)
	}
	m.q = append(m.q, set)
}

func (m *marks) pop(depth int32) bool {
	if len(m.runs) == 0 {
		return false
	}
	r := m.runs[len(m.runs)-1]
	if r.depth != depth {
		return false
	}
	set := m.q[m.next]
	if m.next++; m.next == len(m.q) {
		m.q, m.next, m.runs = m.q[:r.start], r.outer, m.runs[:len(m.runs)-1]
	}
	return set
}
