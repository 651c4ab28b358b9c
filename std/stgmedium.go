package std

import (
	"fmt"

	"oxid/com"
	"oxid/ndr"
)

// STGMEDIUM is a medium that data travel in. Tymed says which of its fields
// counts; the others are ignored. The zero value is the empty medium.
//
// As a result it is the receiver's, who says Release when done; as an argument
// it belongs to the call.
type STGMEDIUM struct {
	Tymed   TYMED
	HGlobal []byte      // TYMED_HGLOBAL: the bytes of the memory, nil for NULL
	File    string      // TYMED_FILE: a path on the machine of the sender
	Stream  IStream     // TYMED_ISTREAM
	Storage com.Unknown // TYMED_ISTORAGE: an IStorage
	// ForRelease is held by whoever uses the medium; its last release is how the
	// provider learns that nobody does any more. nil for most.
	ForRelease com.Unknown
}

// Release gives back the interface pointers in m and empties it. A file stays.
func (m *STGMEDIUM) Release() {
	m.ReleaseNDR()
	*m = STGMEDIUM{}
}

// ReleaseNDR gives back the interface pointers in m.
func (m *STGMEDIUM) ReleaseNDR() {
	if m == nil {
		return
	}
	com.Release(m.Stream)
	com.Release(m.Storage)
	com.Release(m.ForRelease)
}

// A userSTGMEDIUM is a union, whose tag is the kind of the medium, and the
// pointer to ForRelease; what the pointer in the union leads to comes behind.
const minMedium = 8

var iidIStorage = com.MustGUID("0000000b-0000-0000-c000-000000000046")

// EncodeNDR encodes the pointer to the medium.
func (m *STGMEDIUM) EncodeNDR(e *ndr.Encoder) { e.Pointer(true) }

// EncodeDeferredNDR encodes the medium.
func (m *STGMEDIUM) EncodeDeferredNDR(e *ndr.Encoder) {
	m.encodeFlat(e)
	m.encodeReferents(e)
}

func (m *STGMEDIUM) encodeFlat(e *ndr.Encoder) {
	e.Align(4, 8)
	e.Uint32(uint32(m.Tymed))
	e.Align(1, 8)
	switch m.Tymed {
	case TYMED_NULL:
	case TYMED_HGLOBAL:
		e.Pointer(m.HGlobal != nil)
	case TYMED_FILE:
		e.Pointer(true)
	case TYMED_ISTREAM:
		e.Pointer(m.Stream != nil)
	case TYMED_ISTORAGE:
		e.Pointer(m.Storage != nil)
	default:
		e.Fail(unsupported(m.Tymed))
	}
	e.Pointer(m.ForRelease != nil)
	e.Trail(8)
}

func (m *STGMEDIUM) encodeReferents(e *ndr.Encoder) {
	switch {
	case m.Tymed == TYMED_HGLOBAL && m.HGlobal != nil:
		e.Align(4, 8)
		e.Int32(WDT_REMOTE_CALL)
		e.Align(1, 8)
		// Receivers compare the handle in front of the bytes with the pointer's id.
		id := e.ReferentID()
		if e.NDR64() {
			e.Uint64(uint64(id))
		} else {
			e.Uint32(id)
		}
		e.Count(len(m.HGlobal))
		e.Uint32(id)
		e.Uint32(uint32(len(m.HGlobal)))
		e.Bytes(m.HGlobal)
		e.Trail(4)
	case m.Tymed == TYMED_FILE:
		e.WStr(m.File)
	case m.Tymed == TYMED_ISTREAM && m.Stream != nil:
		e.Referent(IStreamDesc, m.Stream)
	case m.Tymed == TYMED_ISTORAGE && m.Storage != nil:
		e.Referent(com.DescFor(&iidIStorage, m.Storage), m.Storage)
	}
	if m.ForRelease != nil {
		e.Referent(com.UnknownDesc, m.ForRelease)
	}
}

// unsupported is the error for media of the graphics system, and for numbers
// that are no medium.
func unsupported(t TYMED) error {
	return fmt.Errorf("std: a medium of kind %v cannot travel: %w", t, com.DV_E_TYMED)
}

// DecodeNDR decodes the pointer to the medium.
func (m *STGMEDIUM) DecodeNDR(d *ndr.Decoder) { d.Mark(minMedium) }

// DecodeDeferredNDR decodes the medium. A NULL pointer is the empty medium.
func (m *STGMEDIUM) DecodeDeferredNDR(d *ndr.Decoder) {
	*m = STGMEDIUM{}
	if d.Marked(minMedium) {
		m.decodeReferents(d, m.decodeFlat(d))
		d.Leave()
	}
}

// decodeFlat reports whether memory or a file's name follows.
func (m *STGMEDIUM) decodeFlat(d *ndr.Decoder) (set bool) {
	d.Align(4, 8)
	m.Tymed = TYMED(d.Uint32())
	d.Align(1, 8)
	switch m.Tymed {
	case TYMED_NULL:
	case TYMED_HGLOBAL, TYMED_FILE:
		set = d.Pointer()
	case TYMED_ISTREAM, TYMED_ISTORAGE:
		d.MarkInterface()
	default:
		d.Fail(unsupported(m.Tymed))
	}
	d.MarkInterface()
	d.Trail(8)
	return set
}

func (m *STGMEDIUM) decodeReferents(d *ndr.Decoder, set bool) {
	switch {
	case m.Tymed == TYMED_HGLOBAL && set:
		m.HGlobal = decodeMemory(d)
	case m.Tymed == TYMED_FILE && set:
		m.File = d.WStr()
	case m.Tymed == TYMED_ISTREAM:
		m.Stream = ndr.As[IStream](d, d.MarkedInterface(IStreamDesc))
	case m.Tymed == TYMED_ISTORAGE:
		m.Storage = d.MarkedInterface(com.DescFor(&iidIStorage, nil))
	}
	m.ForRelease = d.MarkedInterface(com.UnknownDesc)
}

// decodeMemory decodes a userHGLOBAL: nil for NULL (CF-508).
func decodeMemory(d *ndr.Decoder) []byte {
	d.Align(4, 8)
	tag := d.Int32()
	d.Align(1, 8)
	switch tag {
	case WDT_REMOTE_CALL:
		if !d.Pointer() {
			return nil
		}
		n := d.Count(1)
		d.Uint32() // the handle
		d.Want(n, int(d.Uint32()))
		b := d.Bytes(nil, n)
		d.Trail(4)
		return b
	case WDT_INPROC_CALL:
		if d.Uint32() != 0 {
			d.Fail(fmt.Errorf("std: a handle to memory of another process: %w", com.DV_E_TYMED))
		}
		return nil
	}
	d.BadTag(int64(tag))
	return nil
}

// FLAG_STGMEDIUM is how SetData sends its medium.
type FLAG_STGMEDIUM struct {
	ContextFlags  int32
	PassOwnership bool
	Medium        STGMEDIUM
}

// ReleaseNDR gives back the interface pointers in the medium.
func (f *FLAG_STGMEDIUM) ReleaseNDR() {
	if f != nil {
		f.Medium.ReleaseNDR()
	}
}

// EncodeNDR encodes the pointer to the medium.
func (f *FLAG_STGMEDIUM) EncodeNDR(e *ndr.Encoder) { e.Pointer(true) }

// EncodeDeferredNDR encodes the medium.
func (f *FLAG_STGMEDIUM) EncodeDeferredNDR(e *ndr.Encoder) {
	e.Align(4, 8)
	e.Int32(f.ContextFlags)
	e.Bool32(f.PassOwnership)
	f.Medium.encodeFlat(e)
	f.Medium.encodeReferents(e)
}

// DecodeNDR decodes the pointer to the medium.
func (f *FLAG_STGMEDIUM) DecodeNDR(d *ndr.Decoder) { d.Mark(8 + minMedium) }

// DecodeDeferredNDR decodes the medium.
func (f *FLAG_STGMEDIUM) DecodeDeferredNDR(d *ndr.Decoder) {
	*f = FLAG_STGMEDIUM{}
	if d.Marked(8 + minMedium) {
		d.Align(4, 8)
		f.ContextFlags = d.Int32()
		f.PassOwnership = d.Bool32()
		f.Medium.decodeReferents(d, f.Medium.decodeFlat(d))
		d.Leave()
	}
}
