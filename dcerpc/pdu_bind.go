package dcerpc

import "encoding/binary"

// presElem is one element of a presentation context list: an abstract syntax
// with the transfer syntaxes offered for it ([C706] 12.6.3.1, p_cont_elem_t).
type presElem struct {
	id        uint16
	abstract  SyntaxID
	transfers []SyntaxID
}

// features reports whether e negotiates features instead of a syntax. Only the
// first transfer syntax is looked at ([MS-RPCE] 3.3.1.5.3).
func (e *presElem) features() (mask uint8, ok bool) {
	if len(e.transfers) == 0 {
		return 0, false
	}
	return e.transfers[0].features()
}

// bindPDU is the body of bind and of alter_context, which ignores the first
// three fields ([C706] 12.6.4.1, 12.6.4.3).
type bindPDU struct {
	maxXmit, maxRecv uint16
	group            uint32
	elems            []presElem
}

// appendBody appends the body after the common header.
func (p *bindPDU) appendBody(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(b, p.maxXmit)
	b = le.AppendUint16(b, p.maxRecv)
	b = le.AppendUint32(b, p.group)
	b = append(b, byte(len(p.elems)), 0, 0, 0)
	for i := range p.elems {
		e := &p.elems[i]
		b = le.AppendUint16(b, e.id)
		b = append(b, byte(len(e.transfers)), 0)
		b = appendSyntax(b, le, e.abstract)
		for _, t := range e.transfers {
			b = appendSyntax(b, le, t)
		}
	}
	return b
}

// parseBind decodes the body of a bind or alter_context. body is the PDU from
// its start to its authentication trailer. Bytes after the list are ignored.
func parseBind(h *header, body []byte) (*bindPDU, error) {
	if len(body) < bindHeaderSize {
		return nil, errShort
	}
	o := h.order()
	p := &bindPDU{
		maxXmit: o.Uint16(body[16:]),
		maxRecv: o.Uint16(body[18:]),
		group:   o.Uint32(body[20:]),
	}
	n := int(body[24])
	rest := body[bindHeaderSize:]
	// At most 255 elements with 255 syntaxes each, and the PDU has to hold them:
	// what is allocated stays in proportion to what has come.
	if len(rest) < n*(4+syntaxSize) {
		return nil, errShort
	}
	p.elems = make([]presElem, n)
	for i := range p.elems {
		e := &p.elems[i]
		if len(rest) < 4+syntaxSize {
			return nil, errShort
		}
		e.id = o.Uint16(rest)
		nt := int(rest[2])
		e.abstract = parseSyntax(rest[4:], o)
		rest = rest[4+syntaxSize:]
		if len(rest) < nt*syntaxSize {
			return nil, errShort
		}
		e.transfers = make([]SyntaxID, nt)
		for j := range e.transfers {
			e.transfers[j] = parseSyntax(rest[j*syntaxSize:], o)
		}
		rest = rest[nt*syntaxSize:]
	}
	return p, nil
}
