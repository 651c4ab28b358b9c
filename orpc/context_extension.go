package orpc

import (
	"encoding/binary"

	"oxid/com"
)

// ContextExtension is the data of the extent EXTENT_Context: what the policies
// of a context add to a call ([MS-DCOM] 2.2.21.4). It is safe to ignore.
//
//	offset 0  Signature, Version, cPolicies, cbBuffer, cbSize, hr, hrServer,
//	          reserved  u32 each
//	      32  cPolicies EntryHeaders: Signature, cbEHBuffer, cbSize (offset of
//	          the entry's data), reserved u32 each, policyID GUID
//	          the data
type ContextExtension struct {
	HRESULT       com.HRESULT // of the call
	ServerHRESULT com.HRESULT // of the server's policies
	Policies      []ContextPolicy
}

// ContextPolicy is the data of one policy, an EntryHeader with what it points to.
type ContextPolicy struct {
	ID   com.GUID
	Data []byte // aliases the extent when parsed
}

// Signatures, version and sizes of a context extension.
const (
	contextExtSignature  uint32 = 0x414e554b
	contextExtVersion    uint32 = 0x00010000
	contextEntryMark     uint32 = 0x494e414e
	contextExtHeaderSize        = 32
	contextEntrySize            = 32
)

// Extent returns the extension as an extent, little-endian. The data of each
// policy begin at a multiple of 8.
func (x *ContextExtension) Extent() Extent {
	headers := contextExtHeaderSize + contextEntrySize*len(x.Policies)
	total := headers
	for _, p := range x.Policies {
		total += (len(p.Data) + 7) &^ 7
	}
	b := make([]byte, 0, total)
	for _, v := range [...]uint32{contextExtSignature, contextExtVersion, uint32(len(x.Policies)),
		uint32(total), uint32(headers), uint32(x.HRESULT), uint32(x.ServerHRESULT), 0} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	at := headers
	for _, p := range x.Policies {
		for _, v := range [...]uint32{contextEntryMark, uint32(len(p.Data)), uint32(at), 0} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		b = p.ID.AppendBytes(b)
		at += (len(p.Data) + 7) &^ 7
	}
	for _, p := range x.Policies {
		b = append(b, p.Data...)
		b = append(b, make([]byte, -len(p.Data)&7)...)
	}
	return Extent{ID: EXTENT_Context, Data: b}
}

// ParseContextExtension reads the data of such an extent, whose byte order is
// that of its PDU. It fails with RPC_E_INVALID_EXTENSION.
func ParseContextExtension(b []byte, drep uint32) (ContextExtension, error) {
	r := headerReader{b: b, big: isBigEndian(drep)}
	if r.left() < contextExtHeaderSize {
		return ContextExtension{}, invalidExtension("context extension: %d bytes of a header of %d", len(b), contextExtHeaderSize)
	}
	if s, v := r.u32(), r.u32(); s != contextExtSignature || v != contextExtVersion {
		return ContextExtension{}, invalidExtension("context extension: signature 0x%08x, version 0x%08x", s, v)
	}
	count := r.u32()
	r.off += 8 // sizes: one is to be ignored, the other follows from the count
	x := ContextExtension{HRESULT: com.HRESULT(r.u32()), ServerHRESULT: com.HRESULT(r.u32())}
	r.off += 4
	if uint64(count)*contextEntrySize > uint64(r.left()) {
		return ContextExtension{}, invalidExtension("context extension: %d policies in %d bytes", count, r.left())
	}
	for range count {
		mark, size, at := r.u32(), r.u32(), r.u32()
		r.off += 4
		id := r.guid()
		if mark != contextEntryMark || uint64(at)+uint64(size) > uint64(len(b)) {
			return ContextExtension{}, invalidExtension("context extension: entry 0x%08x with %d bytes at %d", mark, size, at)
		}
		x.Policies = append(x.Policies, ContextPolicy{id, b[at : uint64(at)+uint64(size)]})
	}
	return x, nil
}
