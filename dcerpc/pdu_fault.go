package dcerpc

import "encoding/binary"

// appendFault appends a whole fault PDU without authentication ([C706]
// 12.6.4.7, [MS-RPCE] 2.2.2.8). context is 0 when the request's is not known.
func appendFault(b []byte, callID uint32, context uint16, f Fault) []byte {
	start := len(b)
	flags := uint8(pfcWhole)
	if f.DidNotExecute {
		flags |= pfcDidNotExecute
	}
	b = beginPDU(b, ptFault, flags, callID)
	b = binary.LittleEndian.AppendUint32(b, faultSize)       // alloc_hint, as Windows fills it
	b = binary.LittleEndian.AppendUint32(b, uint32(context)) // cancel_count and flags are 0
	b = binary.LittleEndian.AppendUint32(b, uint32(f.Status))
	b = append(b, 0, 0, 0, 0)
	return endPDU(b, start, 0)
}

// parseFault decodes a fault. The reserved field and any extended error
// information may be missing.
func parseFault(h *header, pdu []byte) (Fault, error) {
	if len(pdu) < 28 {
		return Fault{}, errShort
	}
	return Fault{Status: Status(h.u32(pdu[24:])), DidNotExecute: h.flags&pfcDidNotExecute != 0}, nil
}
