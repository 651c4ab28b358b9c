package dcerpc

import "encoding/binary"

// Results of the negotiation of a presentation context ([C706] 12.6.3.1,
// p_cont_def_result_t; [MS-RPCE] 2.2.2.4 for the third).
const (
	resultAccepted     = 0
	resultProviderNo   = 2
	resultNegotiateAck = 3 // reason is the mask of granted features
)

// Reasons of resultProviderNo.
const (
	reasonAbstractSyntax     = 1
	reasonTransferSyntaxes   = 2
	reasonLocalLimitExceeded = 3
)

// presResult answers one presElem.
type presResult struct {
	// reason is a mask with resultNegotiateAck, else one of the reasons above;
	// 0 is "not specified".
	result, reason uint16
	transfer       SyntaxID // zero when not accepted
}

// bindAckPDU is the body of bind_ack and alter_context_resp ([C706] 12.6.4.4,
// 12.6.4.2).
type bindAckPDU struct {
	maxXmit, maxRecv uint16
	group            uint32
	secondary        string // endpoint as text; empty in alter_context_resp
	results          []presResult
}

// appendBody appends the body to b, whose PDU starts at b[start].
func (p *bindAckPDU) appendBody(b []byte, start int) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(b, p.maxXmit)
	b = le.AppendUint16(b, p.maxRecv)
	b = le.AppendUint32(b, p.group)
	if p.secondary == "" {
		b = le.AppendUint16(b, 0)
	} else {
		b = le.AppendUint16(b, uint16(len(p.secondary)+1))
		b = append(b, p.secondary...)
		b = append(b, 0)
	}
	// The results are aligned from the start of the PDU, whatever stands in
	// front of it in b.
	for (len(b)-start)%4 != 0 {
		b = append(b, 0)
	}
	b = append(b, byte(len(p.results)), 0, 0, 0)
	for _, r := range p.results {
		b = le.AppendUint16(b, r.result)
		b = le.AppendUint16(b, r.reason)
		b = appendSyntax(b, le, r.transfer)
	}
	return b
}

// parseBindAck decodes the body of a bind_ack or alter_context_resp. body is
// the PDU from its start to its authentication trailer.
func parseBindAck(h *header, body []byte) (*bindAckPDU, error) {
	if len(body) < 26 {
		return nil, errShort
	}
	o := h.order()
	p := &bindAckPDU{
		maxXmit: o.Uint16(body[16:]),
		maxRecv: o.Uint16(body[18:]),
		group:   o.Uint32(body[20:]),
	}
	n := int(o.Uint16(body[24:]))
	off := 26 + n
	if len(body) < off {
		return nil, errShort
	}
	if n > 0 {
		p.secondary = string(body[26 : off-1]) // without the NUL
	}
	off = (off + 3) &^ 3 // the string is followed by padding
	if len(body) < off+4 {
		return nil, errShort
	}
	results := int(body[off])
	off += 4
	// Checked as a whole before anything is allocated: at most 255 results.
	if len(body)-off < results*(4+syntaxSize) {
		return nil, errShort
	}
	p.results = make([]presResult, results)
	for i := range p.results {
		r := body[off+i*(4+syntaxSize):]
		p.results[i] = presResult{result: o.Uint16(r), reason: o.Uint16(r[2:]), transfer: parseSyntax(r[4:], o)}
	}
	return p, nil
}
