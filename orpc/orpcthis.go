package orpc

import (
	"encoding/binary"

	"oxid/com"
)

// Sizes of the headers without extents, in bytes. Both are multiples of 8, so
// that parameters behind them keep their alignment.
const (
	ORPCTHISSize = 32
	ORPCTHATSize = 8
)

// Flags of ORPCTHIS and ORPCTHAT in the drafts of the protocol. On the wire
// they are 0 ([MS-DCOM] 2.2.13.3).
const (
	ORPCF_NULL      uint32 = 0
	ORPCF_LOCAL     uint32 = 0x01
	ORPCF_RESERVED1 uint32 = 0x02
	ORPCF_RESERVED2 uint32 = 0x04
	ORPCF_RESERVED3 uint32 = 0x08
	ORPCF_RESERVED4 uint32 = 0x10
)

// ORPCTHIS opens the stub data of every request ([MS-DCOM] 2.2.13.3). It is
// NDR 2.0 even when the parameters behind it are NDR64:
//
//	offset 0  version     2 u16
//	       4  flags       u32
//	       8  reserved1   u32
//	      12  cid         GUID
//	      28  extensions  unique pointer to ORPC_EXTENT_ARRAY
//
// A call made while another one is served carries that one's CID; a call at
// the top of a chain a fresh one. Servers tell by it whether a call may enter
// a busy single-threaded apartment.
type ORPCTHIS struct {
	Version   COMVERSION
	Flags     uint32 // 0 on object calls; any value, without meaning, in activation calls
	Reserved1 uint32
	CID       com.CID  // causality: the same in every call of one chain
	Extents   []Extent // nil when there are none
}

// ORPCTHAT opens the stub data of every response ([MS-DCOM] 2.2.13.4), in NDR
// 2.0 as ORPCTHIS: flags, which have no meaning on receipt, and the pointer to
// extents. A fault has no stub data and so no ORPCTHAT.
type ORPCTHAT struct {
	Flags   uint32
	Extents []Extent
}

// Append appends t, little-endian, to b; the stub data begin at len(b). Call
// [CheckExtents] first when the extents come from elsewhere. The result ends
// at a multiple of 8 from there.
func (t *ORPCTHIS) Append(b []byte) []byte {
	var h [ORPCTHISSize]byte
	binary.LittleEndian.PutUint16(h[0:], t.Version.Major)
	binary.LittleEndian.PutUint16(h[2:], t.Version.Minor)
	binary.LittleEndian.PutUint32(h[4:], t.Flags)
	binary.LittleEndian.PutUint32(h[8:], t.Reserved1)
	t.CID.PutBytes(h[12:])
	if len(t.Extents) == 0 {
		return append(b, h[:]...)
	}
	binary.LittleEndian.PutUint32(h[28:], firstReferent)
	return appendExtents(append(b, h[:]...), t.Extents)
}

// Append appends t, little-endian; see [ORPCTHIS.Append].
func (t *ORPCTHAT) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, t.Flags)
	if len(t.Extents) == 0 {
		return append(b, 0, 0, 0, 0)
	}
	b = binary.LittleEndian.AppendUint32(b, firstReferent)
	return appendExtents(b, t.Extents)
}

// ParseORPCTHIS reads the header at the start of the stub data b, whose data
// representation is drep. n is the number of bytes it takes; the parameters
// follow there. Without extents it allocates nothing; the data of extents
// alias b.
//
// A header cut short fails with RPC_E_INVALID_HEADER (CF-295), extents that
// are malformed or beyond the limits with RPC_E_INVALID_EXTENSION. Version and
// flags are not judged: see [CheckVersion] and [ORPCTHIS.CheckFlags].
func ParseORPCTHIS(b []byte, drep uint32) (t ORPCTHIS, n int, err error) {
	// One check for the whole fixed part: the reader's methods make none.
	if len(b) < ORPCTHISSize {
		return ORPCTHIS{}, 0, invalidHeader("ORPCTHIS: %d bytes of %d", len(b), ORPCTHISSize)
	}
	r := headerReader{b: b, big: isBigEndian(drep)}
	t.Version = COMVERSION{r.u16(), r.u16()}
	t.Flags = r.u32()
	t.Reserved1 = r.u32()
	t.CID = r.guid()
	if r.u32() != 0 {
		if t.Extents, err = r.extents(); err != nil {
			return ORPCTHIS{}, 0, err
		}
	}
	return t, r.off, nil
}

// ParseORPCTHAT reads the header at the start of a response's stub data, in
// the manner of [ParseORPCTHIS].
func ParseORPCTHAT(b []byte, drep uint32) (t ORPCTHAT, n int, err error) {
	if len(b) < ORPCTHATSize {
		return ORPCTHAT{}, 0, invalidHeader("ORPCTHAT: %d bytes of %d", len(b), ORPCTHATSize)
	}
	r := headerReader{b: b, big: isBigEndian(drep)}
	t.Flags = r.u32()
	if r.u32() != 0 {
		if t.Extents, err = r.extents(); err != nil {
			return ORPCTHAT{}, 0, err
		}
	}
	return t, r.off, nil
}

// CheckFlags fails with RPC_E_INVALID_HEADER when an object call has flags
// (CF-295; [MS-DCOM] 3.1.1.5.4). Activation calls may have any.
func (t *ORPCTHIS) CheckFlags() error {
	if t.Flags != ORPCF_NULL {
		return invalidHeader("ORPCTHIS: flags are 0x%x, want 0", t.Flags)
	}
	return nil
}
