package orpc

import (
	"encoding/binary"

	"oxid/com"
)

// Limits of the extents of one header. They are this implementation's: the
// protocol has none, and everything that is known to use extents stays far below.
const (
	MaxExtents     = 64
	MaxExtentsSize = 256 << 10 // bytes of data in all
)

// Extent is a piece of data that travels beside the parameters of a call,
// ORPC_EXTENT ([MS-DCOM] 2.2.13.1). The receiver sees Data with the length
// that the sender gave it, without the padding of the wire (CF-291). Unknown
// identifiers are ignored (CF-296).
type Extent struct {
	ID   com.GUID
	Data []byte
}

// FindExtent returns the data of the first extent with this identifier.
func FindExtent(list []Extent, id com.GUID) (data []byte, ok bool) {
	for i := range list {
		if list[i].ID == id {
			return list[i].Data, true
		}
	}
	return nil, false
}

// CheckExtents fails with RPC_E_INVALID_EXTENSION when list is beyond
// [MaxExtents] or [MaxExtentsSize]. Parsers refuse such headers too.
func CheckExtents(list []Extent) error {
	if len(list) > MaxExtents {
		return invalidExtension("%d extents, at most %d are allowed", len(list), MaxExtents)
	}
	total := 0
	for i := range list {
		total += len(list[i].Data)
	}
	if total > MaxExtentsSize {
		return invalidExtension("%d bytes of extents, at most %d are allowed", total, MaxExtentsSize)
	}
	return nil
}

// firstReferent and referentStep make the referent ids that are customary on
// the wire (CF-397).
const (
	firstReferent uint32 = 0x00020000
	referentStep  uint32 = 4
)

// appendExtents appends ORPC_EXTENT_ARRAY, behind its pointer, to a header
// whose start was 8-aligned ([MS-DCOM] 2.2.13.2; CF-293):
//
//	size u32 (of extents), reserved u32, unique pointer to
//	    max_count u32, size rounded up to even
//	    so many unique pointers, the odd one NULL, to
//	        max_count u32, size rounded up to 8
//	        id GUID, size u32, data with padding
//
// Because of the two roundings everything stays aligned by itself.
func appendExtents(b []byte, list []Extent) []byte {
	n := len(list)
	even := (n + 1) &^ 1
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	b = binary.LittleEndian.AppendUint32(b, 0)
	id := firstReferent + referentStep
	b = binary.LittleEndian.AppendUint32(b, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(even))
	for range n {
		id += referentStep
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	if n < even {
		b = append(b, 0, 0, 0, 0)
	}
	var zero [8]byte
	for i := range list {
		e := &list[i]
		pad := -len(e.Data) & 7
		b = binary.LittleEndian.AppendUint32(b, uint32(len(e.Data)+pad))
		b = e.ID.AppendBytes(b)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(e.Data)))
		b = append(b, e.Data...)
		b = append(b, zero[:pad]...)
	}
	return b
}

// littleEndian is the data representation label of what this package writes.
const littleEndian uint32 = 0x10

// isBigEndian tells the integer byte order from a data representation label
// (C706 14.1): 0x10 in its first octet is little-endian.
func isBigEndian(drep uint32) bool { return drep&0xf0 == 0 }

// headerReader reads the two ORPC headers in the sender's byte order. Its
// unchecked methods want the caller to have seen that the bytes are there.
type headerReader struct {
	b   []byte
	off int
	big bool
}

// left returns the number of bytes not read yet; negative when alignment went
// beyond the end.
func (r *headerReader) left() int { return len(r.b) - r.off }

func (r *headerReader) u16() uint16 {
	v := binary.LittleEndian.Uint16(r.b[r.off:])
	if r.big {
		v = binary.BigEndian.Uint16(r.b[r.off:])
	}
	r.off += 2
	return v
}

func (r *headerReader) u32() uint32 {
	v := binary.LittleEndian.Uint32(r.b[r.off:])
	if r.big {
		v = binary.BigEndian.Uint32(r.b[r.off:])
	}
	r.off += 4
	return v
}

func (r *headerReader) guid() com.GUID {
	if !r.big {
		r.off += 16
		return com.GUIDFromBytes(r.b[r.off-16:])
	}
	g := com.GUID{Data1: r.u32(), Data2: r.u16(), Data3: r.u16()}
	r.off += copy(g.Data4[:], r.b[r.off:])
	return g
}

// extents reads ORPC_EXTENT_ARRAY. Some peers send an array of no extents with
// a pointer that is not NULL, and an odd array length; both are taken.
func (r *headerReader) extents() ([]Extent, error) {
	// size and reserved are passed over: the length of the array says the same
	// as size, and is what the bytes have to live up to.
	if r.left() < 12 {
		return nil, invalidHeader("ORPC_EXTENT_ARRAY: %d bytes of 12", r.left())
	}
	r.off += 8
	if r.u32() == 0 {
		return nil, nil
	}
	if r.left() < 4 {
		return nil, invalidHeader("ORPC_EXTENT_ARRAY: ends before its array")
	}
	count := r.u32()
	if uint64(count)*4 > uint64(r.left()) {
		return nil, invalidHeader("ORPC_EXTENT_ARRAY: %d pointers in %d bytes", count, r.left())
	}
	// What is allocated below is counted by pointers that are really there.
	present := 0
	for range count {
		if r.u32() != 0 {
			present++
		}
	}
	if present == 0 {
		return nil, nil
	}
	if present > MaxExtents {
		return nil, invalidExtension("%d extents, at most %d are allowed", present, MaxExtents)
	}
	list := make([]Extent, 0, present)
	for range present {
		e, err := r.extent()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, CheckExtents(list)
}

// extent reads one ORPC_EXTENT. Senders that do not pad leave the next one at
// an odd place, so it is aligned first.
func (r *headerReader) extent() (Extent, error) {
	r.off = (r.off + 3) &^ 3
	if r.left() < 24 {
		return Extent{}, invalidHeader("ORPC_EXTENT: %d bytes of a header of 24", r.left())
	}
	room := r.u32()
	e := Extent{ID: r.guid()}
	size := r.u32()
	if size > room {
		return Extent{}, invalidExtension("ORPC_EXTENT: %d bytes of data in an array of %d", size, room)
	}
	if uint64(room) > uint64(r.left()) {
		return Extent{}, invalidHeader("ORPC_EXTENT: %d bytes of data, %d left", room, r.left())
	}
	e.Data = r.b[r.off : r.off+int(size) : r.off+int(size)]
	r.off += int(room)
	return e, nil
}
