package dcerpc

import "encoding/binary"

// authTrailer is the sec_trailer of a PDU ([MS-RPCE] 2.2.2.11): 8 bytes in
// front of the auth_value.
type authTrailer struct {
	typ, level uint8
	pad        uint8 // bytes of padding between the body and the trailer
	context    uint32
}

const authTrailerSize = 8

// parseAuth splits a PDU with auth_length > 0: bodyEnd is where the trailer
// starts; padding is still part of the body.
func parseAuth(h *header, pdu []byte) (t authTrailer, value []byte, bodyEnd int, err error) {
	bodyEnd = len(pdu) - int(h.authLen) - authTrailerSize
	if bodyEnd < headerSize {
		return t, nil, 0, errShort
	}
	b := pdu[bodyEnd:]
	t = authTrailer{typ: b[0], level: b[1], pad: b[2], context: h.u32(b[4:])}
	return t, b[authTrailerSize:], bodyEnd, nil
}

// appendAuth appends a trailer and a value to a PDU that starts at b[start],
// padding the body to a multiple of 4. auth_pad_length stays 0: this is the form
// of bind, alter_context, their answers and auth3, where recent servers refuse
// anything else.
func appendAuth(b []byte, start int, t authTrailer, value []byte) []byte {
	for (len(b)-start)%4 != 0 {
		b = append(b, 0)
	}
	b = appendAuthTrailer(b, t)
	return append(b, value...)
}

func appendAuthTrailer(b []byte, t authTrailer) []byte {
	b = append(b, t.typ, t.level, t.pad, 0)
	return binary.LittleEndian.AppendUint32(b, t.context)
}
