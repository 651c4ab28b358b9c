package ndr

import "oxid/com"

// Limits of nesting and of objects, unless set otherwise.
const (
	// DefaultMaxDepth is how deep pointers may lead from referent to referent.
	// A linked list is as deep as it is long, so the limit is one of stack
	// space, not of good taste: 8192 levels take a few megabytes.
	DefaultMaxDepth = 8192
	// DefaultMaxObjects is how many referents of embedded pointers one message
	// may have.
	DefaultMaxObjects = 1 << 22
)

// Pointer appends the referent id of a unique pointer: 0 for NULL, else the
// next id (CF-397). It returns notNil, so that a top-level parameter reads
//
//	if e.Pointer(p != nil) { e.Int32(*p) }
//
// while an embedded pointer's referent follows in the deferred part.
func (e *Encoder) Pointer(notNil bool) bool {
	var id uint32
	if notNil {
		id = e.ReferentID()
	}
	if e.ndr64 {
		e.Uint64(uint64(id))
	} else {
		e.Uint32(id)
	}
	return notNil
}

// ReferentID returns the next referent id, for a pointer inside a [Encoder.Block].
func (e *Encoder) ReferentID() uint32 {
	id := e.next
	e.next += 4
	return id
}

// Ref appends the place holder of an embedded ref pointer, whose referent
// follows in the deferred part. A nil one is an error.
func (e *Encoder) Ref(notNil bool) {
	if !notNil {
		e.NullRef()
	}
	e.Pointer(true)
}

// NullRef records that a [ref] pointer is nil.
func (e *Encoder) NullRef() {
	e.fail(com.RPC_X_NULL_REF_POINTER, "nil for a ref pointer")
}

// Enter begins the referent of an embedded pointer that has embedded pointers
// itself; Leave ends it. It fails at a depth that only a cycle can have.
func (e *Encoder) Enter() bool {
	e.depth++
	return e.depth <= DefaultMaxDepth || e.tooDeep()
}

//go:noinline
func (e *Encoder) tooDeep() bool {
	e.fail(com.RPC_S_INVALID_BOUND, "pointers nested more than %d deep: a cycle?", DefaultMaxDepth)
	e.depth--
	return false
}

// Leave ends what Enter began.
func (e *Encoder) Leave() { e.depth-- }

// SetLimits replaces [DefaultMaxDepth] and [DefaultMaxObjects].
func (d *Decoder) SetLimits(depth, objects int) {
	d.maxDepth, d.maxObjects = int32(depth), int32(objects)
}

// Pointer reads the referent id of a top-level unique pointer and reports
// whether a referent follows.
func (d *Decoder) Pointer() bool {
	if d.ndr64 {
		return d.Uint64() != 0
	}
	return d.Uint32() != 0
}

// Embedded reads the referent id of an embedded unique pointer and reports
// whether it is not NULL: then its field is marked (new(T), an empty slice)
// and its referent read in the deferred part, after Leaf or Enter. size
// is the least number of bytes that a referent takes on the wire: what so many
// cannot be left is not worth marking.
func (d *Decoder) Embedded(size int) bool {
	return d.Pointer() && d.promise(size)
}

// Promise is [Decoder.Embedded] for a pointer inside a [Decoder.Block], whose
// referent id is id.
func (d *Decoder) Promise(id uint32, size int) bool {
	return id != 0 && d.promise(size)
}

// Ref is [Decoder.Embedded] for a ref pointer, whose place holder may have any
// value. It is false only after an error.
func (d *Decoder) Ref(size int) bool {
	d.Pointer()
	return d.promise(size)
}

func (d *Decoder) promise(size int) bool {
	d.held += size
	d.maxObjects--
	return d.held <= len(d.b)-d.off && d.maxObjects >= 0 && d.err == nil || d.tooMany()
}

//go:noinline
func (d *Decoder) tooMany() bool {
	if d.maxObjects < 0 {
		d.fail(com.RPC_X_BAD_STUB_DATA, "more embedded pointers than allowed")
	}
	d.fail(com.RPC_X_BAD_STUB_DATA, "pointers to at least %d bytes, %d left", d.held, d.Left())
	return false
}

// Leaf begins the referent of an embedded pointer that was announced with the
// same size to Embedded or Ref and has no embedded pointers itself, interface
// pointers included. It is false after an error:
//
//	if v.Name != nil && d.Leaf(14) { *v.Name = d.WStr() }
func (d *Decoder) Leaf(size int) bool {
	d.held -= size
	return d.err == nil
}

// Enter is [Decoder.Leaf] for a referent that has embedded pointers itself;
// Leave ends it. It is false after an error and at the depth limit:
//
//	if v.Next != nil && d.Enter(8) { ...; d.Leave() }
func (d *Decoder) Enter(size int) bool {
	d.held -= size
	d.depth++
	return d.depth <= d.maxDepth && d.err == nil || d.tooDeep()
}

//go:noinline
func (d *Decoder) tooDeep() bool {
	d.depth--
	d.fail(com.RPC_X_BAD_STUB_DATA, "pointers nested more than %d deep", d.maxDepth)
	return false
}

// Leave ends what Enter began.
func (d *Decoder) Leave() { d.depth-- }
