package dcerpc

import (
	"encoding/binary"
	"errors"
)

// ptype is the type of a PDU ([C706] 12.6.1, [MS-RPCE] 2.2.1.1.6 for auth3).
type ptype uint8

// PDU types of connection-oriented RPC. The numbers between belong to
// connectionless RPC and are illegal here.
const (
	ptRequest      ptype = 0
	ptResponse     ptype = 2
	ptFault        ptype = 3
	ptBind         ptype = 11
	ptBindAck      ptype = 12
	ptBindNak      ptype = 13
	ptAlterContext ptype = 14
	ptAlterResp    ptype = 15
	ptAuth3        ptype = 16
	ptShutdown     ptype = 17
	ptCancel       ptype = 18
	ptOrphaned     ptype = 19
)

// Flags of the common header ([C706] 12.6.3.1; [MS-RPCE] 2.2.2.3 for header
// signing, which shares its bit with the pending cancel).
const (
	pfcFirstFrag     = 0x01
	pfcLastFrag      = 0x02
	pfcPendingCancel = 0x04 // requests, responses, faults
	pfcHeaderSign    = 0x04 // bind, alter_context and their answers, auth3
	pfcConcMpx       = 0x10
	pfcDidNotExecute = 0x20 // faults
	pfcObjectUUID    = 0x80 // requests

	pfcWhole = pfcFirstFrag | pfcLastFrag
)

// Sizes of the fixed parts of PDUs, the common header included.
const (
	headerSize         = 16
	bindHeaderSize     = 28
	requestHeaderSize  = 24
	objectUUIDSize     = 16
	responseHeaderSize = 24
	faultSize          = 32

	// headRoom is kept free in front of each request's stub data, so that a
	// request that fits one fragment is sent from where it was encoded.
	headRoom = requestHeaderSize + objectUUIDSize
)

// Fragment sizes ([C706] 12.6.3.4 for the minimum; the others as Windows does).
const (
	mustRecvFrag   = 1432  // every receiver accepts at least this
	minGrantedFrag = 2048  // a server never grants less
	maxTCPFrag     = 5840  // what Windows grants over TCP
	ownFrag        = 65528 // what two oxid peers use: the most that 16 bits hold in steps of 8
)

// Data representation labels, as the 32 bits of the header read in
// little-endian order ([C706] 14.1).
const (
	drepLittle uint32 = 0x00000010
	drepBig    uint32 = 0x00000000
)

// Errors of a header. errFrame means that the stream has lost its framing:
// nothing can be answered.
var (
	errFrame   = errors.New("dcerpc: fragment length is too small")
	errVersion = errors.New("dcerpc: not version 5.0 of the protocol")
	errDrep    = errors.New("dcerpc: unknown data representation")
	errShort   = errors.New("dcerpc: PDU is too short for its contents")
)

// header is the common header of a PDU ([C706] 12.6.3.1), decoded.
type header struct {
	typ     ptype
	flags   uint8
	big     bool // integers are big-endian
	fragLen uint16
	authLen uint16
	callID  uint32
}

// parseHeader decodes the first 16 bytes of b, which must be there. With
// errVersion and errDrep the rest of the header is decoded as far as it goes,
// so that the PDU can be skipped and refused.
func parseHeader(b []byte) (h header, err error) {
	_ = b[headerSize-1]
	h = header{typ: ptype(b[2]), flags: b[3], big: b[4]&0xf0 == 0}
	if h.big {
		h.fragLen, h.authLen = binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b[10:])
		h.callID = binary.BigEndian.Uint32(b[12:])
	} else {
		h.fragLen, h.authLen = binary.LittleEndian.Uint16(b[8:]), binary.LittleEndian.Uint16(b[10:])
		h.callID = binary.LittleEndian.Uint32(b[12:])
	}
	switch {
	case h.fragLen < headerSize:
		return h, errFrame
	case b[0] != 5 || b[1] != 0:
		return h, errVersion
	case (b[4] != 0x10 && b[4] != 0x00) || b[5] != 0 || b[6] != 0 || b[7] != 0:
		return h, errDrep
	}
	return h, nil
}

func (h *header) first() bool { return h.flags&pfcFirstFrag != 0 }
func (h *header) last() bool  { return h.flags&pfcLastFrag != 0 }

// drep returns the data representation label that the PDU came with.
func (h *header) drep() uint32 {
	if h.big {
		return drepBig
	}
	return drepLittle
}

func (h *header) order() binary.ByteOrder {
	if h.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (h *header) u16(b []byte) uint16 {
	if h.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (h *header) u32(b []byte) uint32 {
	if h.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// putHeader writes a little-endian common header to the start of b.
func putHeader(b []byte, typ ptype, flags uint8, fragLen, authLen int, callID uint32) {
	_ = b[headerSize-1]
	// One store of the first 8 bytes: version 5.0, type, flags, representation.
	binary.LittleEndian.PutUint64(b, 5|uint64(typ)<<16|uint64(flags)<<24|uint64(drepLittle)<<32)
	binary.LittleEndian.PutUint16(b[8:], uint16(fragLen))
	binary.LittleEndian.PutUint16(b[10:], uint16(authLen))
	binary.LittleEndian.PutUint32(b[12:], callID)
}

// beginPDU appends a common header whose lengths endPDU fills in.
func beginPDU(b []byte, typ ptype, flags uint8, callID uint32) []byte {
	b = append(b, make([]byte, headerSize)...)
	putHeader(b[len(b)-headerSize:], typ, flags, 0, 0, callID)
	return b
}

// endPDU completes the PDU that starts at b[start], of which the last authLen
// bytes are the auth_value.
func endPDU(b []byte, start, authLen int) []byte {
	binary.LittleEndian.PutUint16(b[start+8:], uint16(len(b)-start))
	binary.LittleEndian.PutUint16(b[start+10:], uint16(authLen))
	return b
}
