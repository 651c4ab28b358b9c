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

// Least sizes on the wire of what pointers lead to.
const (
	sizeGUID  = 16
	sizeTower = 8 // max_count and length
)

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
	// Full pointers are encoded as unique ones: no referent is sent twice.
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

// decode takes whatever pointers come; the inquiry type tells which count. They
// are full pointers: what they name is noted in the table that the reply shares.
func (r *lookupRequest) decode(d *ndr.Decoder) {
	r.q.typ = d.Uint32()
	object := ndr.GetFull[com.GUID](d, sizeGUID)
	if ndr.ReadFull(d, object) && d.Leaf(sizeGUID) {
		*object = d.GUID()
		r.q.object = *object
	}
	iface := ndr.GetFull[dcerpc.SyntaxID](d, sizeGUID+4)
	if ndr.ReadFull(d, iface) && d.Leaf(sizeGUID+4) {
		*iface = dcerpc.SyntaxID{UUID: d.GUID(), Major: d.Uint16(), Minor: d.Uint16()}
		r.q.iface = *iface
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
// 14.3.12.3). Those are full pointers: their ids must not be among the ids of
// the request, or a client would take them for what it sent.
func (r *lookupReply) encode(e *ndr.Encoder) {
	e.ContextHandle(r.handle)
	e.Uint32(uint32(len(r.entries)))
	e.Count(r.max)
	e.Varying(0, len(r.entries))
	for _, x := range r.entries {
		e.Align(4, 8)
		e.GUID(x.Object)
		ndr.PutFull(e, &x.Tower)
		e.StrFixed(x.Annotation[:min(len(x.Annotation), annotationSize-1)], annotationSize)
		e.Trail(8)
	}
	for _, x := range r.entries {
		if ndr.SendFull(e, &x.Tower) {
			putTower(e, x.Tower)
		}
	}
	e.Uint32(r.status)
}

// minEntry is the least size of an ept_entry_t: UUID, pointer, string counts
// and a NUL.
const minEntry = 16 + 4 + 8 + 1

// decode reads what encode makes. Towers may be NULL. Their ids are not looked
// up among those of the request: some servers take them for unique pointers and
// use the same ids.
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
		towers[i] = d.Embedded(sizeTower)
		x.Annotation = d.StrFixed(annotationSize)
		d.Trail(8)
		r.entries[i] = x
	}
	for i, x := range r.entries {
		// Leaf checks that as much as was promised is left.
		if towers[i] && d.Leaf(sizeTower) {
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
	object := ndr.GetFull[com.GUID](d, sizeGUID)
	if r.hasObject = ndr.ReadFull(d, object) && d.Leaf(sizeGUID); r.hasObject {
		*object = d.GUID()
		r.object = *object
	}
	tower := ndr.GetFull[Tower](d, sizeTower)
	if ndr.ReadFull(d, tower) && d.Leaf(sizeTower) {
		*tower = getTower(d)
		r.tower = *tower
	}
	r.handle = d.ContextHandle()
	r.max = d.Uint32()
}

// mapReply is the [out] side of ept_map.
type mapReply struct {
	handle ndr.ContextHandle
	max    int
	towers []*Tower
	status uint32
}

// encode appends the pointers, then the towers.
func (r *mapReply) encode(e *ndr.Encoder) {
	e.ContextHandle(r.handle)
	e.Uint32(uint32(len(r.towers)))
	e.Count(r.max)
	e.Varying(0, len(r.towers))
	for _, t := range r.towers {
		ndr.PutFull(e, t)
	}
	for _, t := range r.towers {
		if ndr.SendFull(e, t) {
			putTower(e, *t)
		}
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
		present[i] = d.Embedded(sizeTower)
	}
	for _, ok := range present {
		if ok && d.Leaf(sizeTower) {
			t := getTower(d)
			r.towers = append(r.towers, &t)
		}
	}
	r.status = d.Uint32()
}
