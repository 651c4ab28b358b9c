package epm

import (
	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// Syntax is the endpoint mapper's interface ([C706] appendix O).
var Syntax = dcerpc.SyntaxID{UUID: com.MustGUID("e1af8308-5d1f-11c9-91a4-08002b14a0fa"), Major: 3}

// Operation numbers.
const (
	opInsert     = 0
	opDelete     = 1
	opLookup     = 2
	opMap        = 3
	opHandleFree = 4
	opInqObject  = 5
	opMgmtDelete = 6
	numOps       = 7
)

// Statuses of the operations.
const (
	statusOK            = 0
	statusNotRegistered = 0x16C9A0D6 // also: no more entries
	statusCannotPerform = 0x000006D8
)

// annotationSize is the length of the annotation array, NUL included.
const annotationSize = 64

// maxTower bounds the octets of a tower in a message.
const maxTower = 4096

// guid reads a UUID of a tower, which is always little-endian.
func guid(b []byte) com.GUID { return com.GUIDFromBytes(b) }

// putTower encodes the referent of a twr_p_t: a conformant structure.
func putTower(e *ndr.Encoder, t Tower) {
	octets := t.Append(nil) // of no alignment of its own ([C706] appendix L)
	e.Count(len(octets))
	e.Align(4, 8)
	e.Uint32(uint32(len(octets)))
	e.Bytes(octets)
}

// getTower decodes the referent of a twr_p_t.
func getTower(d *ndr.Decoder) Tower {
	n := d.Count(1)
	d.Align(4, 8)
	length := d.Uint32()
	octets := d.Bytes(nil, n)
	if d.Err() != nil {
		return nil
	}
	t, err := ParseTower(octets[:min(int(length), len(octets))])
	if err != nil || len(octets) > maxTower {
		d.Fail(com.RPC_X_BAD_STUB_DATA)
	}
	return t
}

// lookupRequest is the [in] side of ept_lookup.
type lookupRequest struct {
	q      inquiry
	handle ndr.ContextHandle
	max    uint32
}

// encode leaves pointers NULL that the inquiry does not look at.
func (r *lookupRequest) encode(e *ndr.Encoder) {
	e.Uint32(r.q.typ)
	// Full pointers are encoded as unique ones: none is ever sent twice.
	byObject := r.q.typ == inqByObject || r.q.typ == inqByBoth
	if e.Pointer(byObject) {
		e.GUID(r.q.object)
	}
	byIface := r.q.typ == inqByIface || r.q.typ == inqByBoth
	if e.Pointer(byIface) {
		e.GUID(r.q.iface.UUID)
		e.Uint16(r.q.iface.Major)
		e.Uint16(r.q.iface.Minor)
	}
	e.Uint32(r.q.vers)
	e.ContextHandle(r.handle)
	e.Uint32(r.max)
}

// decode takes whatever pointers come; the inquiry type tells which count.
func (r *lookupRequest) decode(d *ndr.Decoder) {
	r.q.typ = d.Uint32()
	if d.Pointer() {
		r.q.object = d.GUID()
	}
	if d.Pointer() {
		r.q.iface.UUID = d.GUID()
		r.q.iface.Major = d.Uint16()
		r.q.iface.Minor = d.Uint16()
	}
	r.q.vers = d.Uint32()
	r.handle = d.ContextHandle()
	r.max = d.Uint32()
}

// lookupReply is the [out] side of ept_lookup.
type lookupReply struct {
	handle  ndr.ContextHandle
	max     int // size_is of entries: max_ents of the request
	entries []*Entry
	status  uint32
}

// encode appends all entries, then the towers that they point to ([C706]
// 14.3.12.3).
func (r *lookupReply) encode(e *ndr.Encoder) {
	e.ContextHandle(r.handle)
	e.Uint32(uint32(len(r.entries)))
	e.Count(r.max)
	e.Varying(0, len(r.entries))
	for _, x := range r.entries {
		e.Align(4, 8)
		e.GUID(x.Object)
		e.Pointer(true)
		e.StrFixed(x.Annotation[:min(len(x.Annotation), annotationSize-1)], annotationSize)
		e.Trail(8)
	}
	for _, x := range r.entries {
		putTower(e, x.Tower)
	}
	e.Uint32(r.status)
}

// minEntry is the least size of an ept_entry_t: UUID, pointer, string counts
// and a NUL.
const minEntry = 16 + 4 + 8 + 1

// decode reads what encode makes. Towers may be NULL.
func (r *lookupReply) decode(d *ndr.Decoder) {
	r.handle = d.ContextHandle()
	num := d.Uint32()
	max := d.MaxCount()
	n := d.VaryingIs(int(num), max, minEntry) // bounded by the bytes left
	r.entries = make([]*Entry, n)
	towers := make([]bool, n)
	for i := range r.entries {
		x := &Entry{}
		d.Align(4, 8)
		x.Object = d.GUID()
		towers[i] = d.Embedded(8)
		x.Annotation = d.StrFixed(annotationSize)
		d.Trail(8)
		r.entries[i] = x
	}
	for i, x := range r.entries {
		// Leaf checks that as much as was promised is left.
		if towers[i] && d.Leaf(8) {
			x.Tower = getTower(d)
		}
	}
	r.status = d.Uint32()
}

// mapRequest is the [in] side of ept_map.
type mapRequest struct {
	hasObject bool
	object    com.GUID
	tower     Tower // nil for a NULL pointer
	handle    ndr.ContextHandle
	max       uint32
}

// encode sends NULL for what is not there.
func (r *mapRequest) encode(e *ndr.Encoder) {
	if e.Pointer(r.hasObject) {
		e.GUID(r.object)
	}
	if e.Pointer(r.tower != nil) {
		putTower(e, r.tower)
	}
	e.ContextHandle(r.handle)
	e.Uint32(r.max)
}

// decode accepts a NULL tower, which matches nothing.
func (r *mapRequest) decode(d *ndr.Decoder) {
	if r.hasObject = d.Pointer(); r.hasObject {
		r.object = d.GUID()
	}
	if d.Pointer() {
		r.tower = getTower(d)
	}
	r.handle = d.ContextHandle()
	r.max = d.Uint32()
}

// mapReply is the [out] side of ept_map.
type mapReply struct {
	handle ndr.ContextHandle
	max    int
	towers []Tower
	status uint32
}

// encode appends the pointers, then the towers.
func (r *mapReply) encode(e *ndr.Encoder) {
	e.ContextHandle(r.handle)
	e.Uint32(uint32(len(r.towers)))
	e.Count(r.max)
	e.Varying(0, len(r.towers))
	for range r.towers {
		e.Pointer(true)
	}
	for _, t := range r.towers {
		putTower(e, t)
	}
	e.Uint32(r.status)
}

// decode leaves NULL towers out.
func (r *mapReply) decode(d *ndr.Decoder) {
	r.handle = d.ContextHandle()
	num := d.Uint32()
	max := d.MaxCount()
	n := d.VaryingIs(int(num), max, 4)
	present := make([]bool, n)
	for i := range present {
		present[i] = d.Embedded(8)
	}
	for _, ok := range present {
		if ok && d.Leaf(8) {
			r.towers = append(r.towers, getTower(d))
		}
	}
	r.status = d.Uint32()
}
