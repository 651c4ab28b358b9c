package dcerpc

import (
	"encoding/binary"

	"oxid/com"
)

// requestPDU is the fixed part of a request ([C706] 12.6.4.9).
type requestPDU struct {
	allocHint uint32
	context   uint16
	opnum     uint16
	hasObject bool
	object    com.GUID
	stub      int // offset of the stub data in the PDU
}

// parseRequest decodes the fixed part; pdu is the PDU or at least its first 40 bytes.
func parseRequest(h *header, pdu []byte) (r requestPDU, err error) {
	if len(pdu) < requestHeaderSize {
		return r, errShort
	}
	r.allocHint = h.u32(pdu[16:])
	r.context = h.u16(pdu[20:])
	r.opnum = h.u16(pdu[22:])
	r.stub = requestHeaderSize
	// The flag alone tells whether the object is there; an interface that needs
	// none ignores it.
	if h.flags&pfcObjectUUID != 0 {
		if len(pdu) < requestHeaderSize+objectUUIDSize {
			return r, errShort
		}
		r.hasObject = true
		r.stub += objectUUIDSize
		// In the sender's byte order, as every UUID of a PDU.
		if h.big {
			r.object = parseGUID(pdu[requestHeaderSize:], binary.BigEndian)
		} else {
			r.object = com.GUIDFromBytes(pdu[requestHeaderSize:])
		}
	}
	return r, nil
}

// putRequest writes the fixed part of a request, common header included, to
// the start of b. It returns its length: 24, or 40 with an object. allocHint is
// the number of bytes of stub data in this fragment and all later ones.
func putRequest(b []byte, flags uint8, fragLen, authLen int, callID, allocHint uint32, context, opnum uint16, object *com.GUID) int {
	_ = b[requestHeaderSize-1]
	binary.LittleEndian.PutUint32(b[16:], allocHint)
	binary.LittleEndian.PutUint16(b[20:], context)
	binary.LittleEndian.PutUint16(b[22:], opnum)
	n := requestHeaderSize
	if object != nil {
		flags |= pfcObjectUUID
		object.PutBytes(b[requestHeaderSize : requestHeaderSize+objectUUIDSize])
		n += objectUUIDSize
	}
	putHeader(b, ptRequest, flags, fragLen, authLen, callID)
	return n
}
