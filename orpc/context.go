package orpc

import (
	"encoding/binary"

	"oxid/com"
)

// Flags of a [ContextProperty] ([MS-DCOM] 2.2.20.1).
const (
	CPFLAG_PROPAGATE uint32 = 1 // for the prototype context
	CPFLAG_EXPOSE    uint32 = 2 // for the client context
	CPFLAG_ENVOY     uint32 = 4 // for the envoy context
)

// Context is a marshaled COM context ([MS-DCOM] 2.2.20), little-endian and
// packed. Contexts are opaque to everything but their properties' classes.
//
//	offset 0  MajorVersion 1, MinVersion 1  u16 each
//	       4  ContextId GUID
//	      20  Flags 2, Reserved 0, dwNumExtents 0, cbExtents 0  u32 each
//	      36  MshlFlags, Count, Frozen 1  u32 each
//	      48  Count properties
type Context struct {
	ID         com.GUID
	MshlFlags  uint32 // ignored on receipt
	Properties []ContextProperty
}

// ContextProperty is one property of a context: a PROPMARSHALHEADER of 40
// bytes (clsid, policyId, flags, cb), and cb bytes.
type ContextProperty struct {
	CLSID    com.CLSID // null: Data is an OBJREF; else it is this class's own
	PolicyID com.GUID
	Flags    uint32 // CPFLAG_*
	Data     []byte // aliases the packet when parsed
}

// Sizes of the fixed parts, in bytes.
const (
	contextHeaderSize   = 48
	contextPropertySize = 40
)

// contextByValue is the one value of a context's flags, CTXMSHLFLAGS_BYVAL.
const contextByValue uint32 = 2

// Append appends the wire form of c. A context without properties is the 48
// bytes that a client without a context of its own sends.
func (c *Context) Append(b []byte) []byte {
	b = append(b, 1, 0, 1, 0) // version 1.1
	b = c.ID.AppendBytes(b)
	for _, v := range [...]uint32{contextByValue, 0, 0, 0, c.MshlFlags, uint32(len(c.Properties)), 1} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for i := range c.Properties {
		p := &c.Properties[i]
		b = p.CLSID.AppendBytes(b)
		b = p.PolicyID.AppendBytes(b)
		b = binary.LittleEndian.AppendUint32(b, p.Flags)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
		b = append(b, p.Data...)
	}
	return b
}

// OBJREF returns the reference that carries c: OBJREF_CUSTOM for IContext with
// CLSID_ContextMarshaler.
func (c *Context) OBJREF() OBJREF {
	data := c.Append(nil)
	return OBJREF{Flags: OBJREF_CUSTOM, IID: IID_IContext, CLSID: CLSID_ContextMarshaler,
		Reserved: uint32(len(data)), Data: data}
}

// ParseContext reads a context and returns how many bytes it takes. It fails
// with RPC_E_INVALID_OBJREF when b is malformed or of another major version.
func ParseContext(b []byte) (Context, int, error) {
	if len(b) < contextHeaderSize {
		return Context{}, 0, invalidObjref("context: %d bytes of a header of %d", len(b), contextHeaderSize)
	}
	if major := binary.LittleEndian.Uint16(b); major != 1 {
		return Context{}, 0, invalidObjref("context: version %d, want 1", major)
	}
	c := Context{ID: com.GUIDFromBytes(b[4:]), MshlFlags: binary.LittleEndian.Uint32(b[36:])}
	count := binary.LittleEndian.Uint32(b[40:])
	off := contextHeaderSize
	if uint64(count)*contextPropertySize > uint64(len(b)-off) {
		return Context{}, 0, invalidObjref("context: %d properties in %d bytes", count, len(b)-off)
	}
	for range count {
		p := b[off:]
		if len(p) < contextPropertySize {
			return Context{}, 0, invalidObjref("context: ends before its last property")
		}
		size := binary.LittleEndian.Uint32(p[36:])
		p, data := p[:contextPropertySize], p[contextPropertySize:]
		if uint64(size) > uint64(len(data)) {
			return Context{}, 0, invalidObjref("context: a property of %d bytes in %d", size, len(data))
		}
		c.Properties = append(c.Properties, ContextProperty{
			CLSID:    com.GUIDFromBytes(p),
			PolicyID: com.GUIDFromBytes(p[16:]),
			Flags:    binary.LittleEndian.Uint32(p[32:]),
			Data:     data[:size:size],
		})
		off += contextPropertySize + int(size)
	}
	return c, off, nil
}
