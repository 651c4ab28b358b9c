package ndr

import (
	"math"

	"oxid/com"
)

// FullPointers is the table of full pointers ([ptr]) of one call: which id
// stands for which object (CF-424). Request and reply of a call share one, so
// that new ids of the reply go on behind those of the request (CF-425). The
// zero value is empty.
type FullPointers struct {
	byID  map[uint32]*fullPointer
	byPtr map[any]*fullPointer
	last  uint32 // largest id so far
}

type fullPointer struct {
	ptr      any
	id       uint32
	sent     bool // the referent was written
	promised bool // GetFull met the pointer: the referent is still to come, or
	read     bool // was read
}

func (t *FullPointers) add(id uint32, ptr any) *fullPointer {
	if t.byID == nil {
		t.byID, t.byPtr = map[uint32]*fullPointer{}, map[any]*fullPointer{}
	}
	p := &fullPointer{ptr: ptr, id: id}
	t.byID[id], t.byPtr[ptr] = p, p
	t.last = max(t.last, id)
	return p
}

// ShareFull makes e use t, the table of the request, for a reply.
func (e *Encoder) ShareFull(t *FullPointers) { e.full = t }

// ShareFull makes d use t. Without it d has a table of its own.
func (d *Decoder) ShareFull(t *FullPointers) { d.more().full = t }

// PutFull appends the id of a full pointer: 0 for nil, the same id for the
// same p. The referent goes where the referent of a unique pointer would, if
// [SendFull] says so.
func PutFull[T any](e *Encoder, p *T) {
	if p == nil {
		e.count(0)
		return
	}
	if e.full == nil {
		e.full = new(FullPointers)
	}
	f := e.full.byPtr[p]
	if f == nil {
		f = e.full.add(e.full.last+1, p)
	}
	e.count(int(f.id))
}

// SendFull reports whether the referent of a full pointer has to be encoded
// now: true once for each object.
func SendFull[T any](e *Encoder, p *T) bool {
	if p == nil || e.full == nil {
		return false
	}
	f := e.full.byPtr[p]
	if f == nil || f.sent {
		return false
	}
	f.sent = true
	return true
}

// GetFull reads the id of a full pointer and returns the object that it stands
// for: nil for 0, a new one for an id not seen before. size is that of
// [Decoder.Embedded]; between [ReadFull] and the end of the referent go Enter
// and Leave with the same size, also for top-level parameters.
func GetFull[T any](d *Decoder, size int) *T {
	id := d.refID()
	if id == 0 {
		return nil
	}
	r := d.more()
	if r.full == nil {
		r.full = new(FullPointers)
	}
	f := r.full.byID[id]
	if f == nil || !f.promised {
		if !d.promise(size) {
			return nil
		}
		// An id that we alone have used, for something else: a peer that knows
		// unique pointers only numbers those of its reply as it likes.
		if f != nil {
			if _, ok := f.ptr.(*T); !ok {
				f = nil
			}
		}
		if f == nil {
			f = r.full.add(id, new(T))
		}
		f.promised = true
	}
	p, ok := f.ptr.(*T)
	if !ok {
		d.fail(com.RPC_X_BAD_STUB_DATA, "full pointer %d names two types", id)
	}
	return p
}

// ReadFull reports whether the referent of a full pointer has to be decoded
// now: true once for each object.
func ReadFull[T any](d *Decoder, p *T) bool {
	if p == nil || d.err != nil || d.rare == nil || d.rare.full == nil {
		return false
	}
	f := d.rare.full.byPtr[p]
	if f == nil || f.read {
		return false
	}
	f.read = true
	return true
}

// refID reads a referent id whose value matters.
func (d *Decoder) refID() uint32 {
	if !d.ndr64 {
		return d.Uint32()
	}
	v := d.Uint64()
	if v > math.MaxUint32 {
		d.fail(com.RPC_X_BAD_STUB_DATA, "full pointer id 0x%x", v)
		return 0
	}
	return uint32(v)
}
