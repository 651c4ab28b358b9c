package orpc

import (
	"encoding/binary"

	"oxid/com"
)

// Flags of a STDOBJREF ([MS-DCOM] 2.2.18.2). All bits but SORF_NOPING are
// reserved for the exporter: receivers ignore them and never refuse them.
const (
	SORF_NULL   uint32 = 0
	SORF_OXRES1 uint32 = 0x0001
	SORF_OXRES2 uint32 = 0x0020
	SORF_OXRES3 uint32 = 0x0040
	SORF_OXRES4 uint32 = 0x0080
	SORF_OXRES5 uint32 = 0x0100
	SORF_OXRES6 uint32 = 0x0200
	SORF_OXRES7 uint32 = 0x0400
	SORF_OXRES8 uint32 = 0x0800
	SORF_NOPING uint32 = 0x1000 // the object is not pinged
)

// STDOBJREFSize is the number of bytes of a STDOBJREF.
const STDOBJREFSize = 40

// STDOBJREF is described in dcom.idl. Inside an OBJREF it is packed and
// little-endian:
//
//	offset 0  flags        u32
//	       4  cPublicRefs  u32
//	       8  oxid         u64
//	      16  oid          u64
//	      24  ipid         GUID

// NoPing reports whether the object asks not to be pinged.
func (s *STDOBJREF) NoPing() bool { return s.Flags&SORF_NOPING != 0 }

// Append appends the 40 bytes of s.
func (s *STDOBJREF) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, s.Flags)
	b = binary.LittleEndian.AppendUint32(b, s.PublicRefs)
	b = binary.LittleEndian.AppendUint64(b, uint64(s.OXID))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.OID))
	return s.IPID.AppendBytes(b)
}

// ParseSTDOBJREF reads the first 40 bytes of b. It fails with
// RPC_E_INVALID_OBJREF when there are fewer.
func ParseSTDOBJREF(b []byte) (STDOBJREF, error) {
	if len(b) < STDOBJREFSize {
		return STDOBJREF{}, invalidObjref("STDOBJREF: %d bytes of %d", len(b), STDOBJREFSize)
	}
	return stdobjrefFrom(b), nil
}

// stdobjrefFrom is ParseSTDOBJREF for callers that have checked the length.
func stdobjrefFrom(b []byte) STDOBJREF {
	_ = b[STDOBJREFSize-1]
	return STDOBJREF{
		Flags:      binary.LittleEndian.Uint32(b),
		PublicRefs: binary.LittleEndian.Uint32(b[4:]),
		OXID:       OXID(binary.LittleEndian.Uint64(b[8:])),
		OID:        OID(binary.LittleEndian.Uint64(b[16:])),
		IPID:       com.GUIDFromBytes(b[24:]),
	}
}
