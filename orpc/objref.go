package orpc

import (
	"bytes"
	"encoding/binary"

	"oxid/com"
)

// OBJREFSignature opens every object reference: the bytes "MEOW".
const OBJREFSignature uint32 = 0x574f454d

// Forms of an object reference ([MS-DCOM] 2.2.18.1). Exactly one is set.
const (
	OBJREF_STANDARD uint32 = 1
	OBJREF_HANDLER  uint32 = 2
	OBJREF_CUSTOM   uint32 = 4
	OBJREF_EXTENDED uint32 = 8
)

// Sizes of the fixed parts, in bytes.
const (
	OBJREFHeaderSize = 24 // signature, flags, IID
	OBJREFCustomSize = 48 // what comes before the object data of OBJREF_CUSTOM
)

// extendedSignature stands twice in OBJREF_EXTENDED ([MS-DCOM] 2.2.18.7).
const extendedSignature uint32 = 0x4e535956

// maxElements bounds the elements of OBJREF_EXTENDED; the specification has one.
const maxElements = 16

// OBJREF is an object reference, the marshaled form of an interface pointer
// ([MS-DCOM] 2.2.18). Flags tells which of the other fields count. Everything
// is packed, without padding:
//
//	offset 0  signature u32, flags u32, iid GUID
//
//	STANDARD      24  Std
//	              64  ResAddr
//	HANDLER       24  Std
//	              64  CLSID of the client-side handler
//	              80  ResAddr
//	CUSTOM        24  CLSID of the unmarshaler
//	              40  ExtensionSize u32, Reserved u32
//	              48  Data, to the end
//	EXTENDED      24  Std
//	              64  signature u32
//	              68  ResAddr, number of Elements u32, signature u32, Elements
//
// A packet inside one process has no resolver: ResAddr is nil (CF-108). One of
// a table-marshaled object has no references to hand over: Std.PublicRefs is 0
// (CF-059).
//
// Slices in a parsed OBJREF alias the packet; see Clone.
type OBJREF struct {
	Flags    uint32         // the form, OBJREF_*
	IID      com.IID        // the interface that this reference denotes
	CLSID    com.CLSID      // handler or unmarshaler
	Std      STDOBJREF      // which interface of which object
	ResAddr  PackedBindings // where the object's resolver is (without endpoints), not its exporter
	Elements []DATAELEMENT  // contexts of OBJREF_EXTENDED; one when the sender follows the specification

	ExtensionSize uint32 // CUSTOM: cbExtension, 0
	Reserved      uint32 // CUSTOM: a size that senders fill in at will; receivers ignore it
	Data          []byte // CUSTOM: pObjectData
}

// DATAELEMENT is one piece of data in OBJREF_EXTENDED ([MS-DCOM] 2.2.18.8):
// identifier, size, size rounded up to 8, and so many bytes. A receiver that
// knows nothing about contexts may ignore all of them.
type DATAELEMENT struct {
	ID   com.GUID // what the data are; Windows sends envoy contexts alone
	Data []byte   // unpadded
}

// Append appends the wire form of r. Reserved and ExtensionSize are written as
// they are, for objects that marshal themselves Reserved is what
// GetMarshalSizeMax said (CF-098). An unknown form appends the header alone.
func (r *OBJREF) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, OBJREFSignature)
	b = binary.LittleEndian.AppendUint32(b, r.Flags)
	b = r.IID.AppendBytes(b)
	switch r.Flags {
	case OBJREF_STANDARD:
		b = r.Std.Append(b)
		b = r.ResAddr.Append(b)
	case OBJREF_HANDLER:
		b = r.Std.Append(b)
		b = r.CLSID.AppendBytes(b)
		b = r.ResAddr.Append(b)
	case OBJREF_CUSTOM:
		b = r.CLSID.AppendBytes(b)
		b = binary.LittleEndian.AppendUint32(b, r.ExtensionSize)
		b = binary.LittleEndian.AppendUint32(b, r.Reserved)
		b = append(b, r.Data...)
	case OBJREF_EXTENDED:
		b = r.Std.Append(b)
		b = binary.LittleEndian.AppendUint32(b, extendedSignature)
		b = r.ResAddr.Append(b)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(r.Elements)))
		b = binary.LittleEndian.AppendUint32(b, extendedSignature)
		for i := range r.Elements {
			b = r.Elements[i].append(b)
		}
	}
	return b
}

// append appends the element with its padding.
func (e *DATAELEMENT) append(b []byte) []byte {
	b = e.ID.AppendBytes(b)
	rounded := (len(e.Data) + 7) &^ 7
	b = binary.LittleEndian.AppendUint32(b, uint32(len(e.Data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(rounded))
	b = append(b, e.Data...)
	return append(b, make([]byte, rounded-len(e.Data))...)
}

// Size returns the number of bytes that Append adds.
func (r *OBJREF) Size() int {
	switch r.Flags {
	case OBJREF_STANDARD:
		return OBJREFHeaderSize + STDOBJREFSize + r.ResAddr.size()
	case OBJREF_HANDLER:
		return OBJREFHeaderSize + STDOBJREFSize + 16 + r.ResAddr.size()
	case OBJREF_CUSTOM:
		return OBJREFCustomSize + len(r.Data)
	case OBJREF_EXTENDED:
		n := OBJREFHeaderSize + STDOBJREFSize + 4 + r.ResAddr.size() + 8
		for _, e := range r.Elements {
			n += 24 + (len(e.Data)+7)&^7
		}
		return n
	}
	return OBJREFHeaderSize
}

// Clone returns a copy that shares no memory with the packet r came from.
func (r *OBJREF) Clone() OBJREF {
	c := *r
	c.ResAddr = r.ResAddr.Clone()
	c.Data = bytes.Clone(r.Data)
	c.Elements = nil
	for _, e := range r.Elements {
		c.Elements = append(c.Elements, DATAELEMENT{e.ID, bytes.Clone(e.Data)})
	}
	return c
}

// AsStandard returns the plain form of a HANDLER or EXTENDED reference: they
// differ from STANDARD in nothing but what they add (CF-377). Other forms come
// back unchanged.
func (r *OBJREF) AsStandard() OBJREF {
	if r.Flags != OBJREF_HANDLER && r.Flags != OBJREF_EXTENDED {
		return *r
	}
	return OBJREF{Flags: OBJREF_STANDARD, IID: r.IID, Std: r.Std, ResAddr: r.ResAddr}
}

// HasStd reports whether r is of a form that has a STDOBJREF.
func (r *OBJREF) HasStd() bool {
	return r.Flags == OBJREF_STANDARD || r.Flags == OBJREF_HANDLER || r.Flags == OBJREF_EXTENDED
}
