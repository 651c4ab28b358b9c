package dcerpc

import "encoding/binary"

// responsePDU is the fixed part of a response ([C706] 12.6.4.10). The context
// id is not kept: Windows answers with its low 8 bits only, so nothing may
// depend on it.
type responsePDU struct {
	allocHint uint32
}

// parseResponse decodes the fixed part of a response.
func parseResponse(h *header, pdu []byte) (r responsePDU, err error) {
	if len(pdu) < responseHeaderSize {
		return r, errShort
	}
	r.allocHint = h.u32(pdu[16:])
	return r, nil
}

// putResponse writes the fixed part of a response, common header included, to
// the start of b.
func putResponse(b []byte, flags uint8, fragLen, authLen int, callID, allocHint uint32, context uint16) {
	_ = b[responseHeaderSize-1]
	putHeader(b, ptResponse, flags, fragLen, authLen, callID)
	binary.LittleEndian.PutUint32(b[16:], allocHint)
	// The low 8 bits alone, as Windows answers; cancel_count and reserved are 0.
	binary.LittleEndian.PutUint32(b[20:], uint32(context&0xff))
}
