package dcerpc

// serverPres is an accepted presentation context.
type serverPres struct {
	id       uint16
	reg      *registration
	abstract SyntaxID
	transfer SyntaxID
	ndr64    bool
}

// presTable finds presentation contexts by id: small ids by index, as clients
// choose them, others in a map.
type presTable struct {
	small []*serverPres
	large map[uint16]*serverPres
	n     int
}

// smallPres is the first id that goes to the map.
const smallPres = 64

// get returns the context with this id, or nil.
func (t *presTable) get(id uint16) *serverPres {
	if int(id) < len(t.small) {
		return t.small[id]
	}
	return t.large[id]
}

// put enters a context under an id that is not taken.
func (t *presTable) put(p *serverPres) {
	t.n++
	if p.id >= smallPres {
		if t.large == nil {
			t.large = make(map[uint16]*serverPres)
		}
		t.large[p.id] = p
		return
	}
	for len(t.small) <= int(p.id) {
		t.small = append(t.small, nil)
	}
	t.small[p.id] = p
}

// bind answers the first PDU of a connection.
func (c *ServerConn) bind(h *header, pdu []byte) error {
	if c.bound {
		return c.nak(h, nakNotSpecified)
	}
	body, auth, ok := splitAuth(h, pdu)
	if !ok {
		return c.nak(h, nakProtocolVersion)
	}
	p, err := parseBind(h, body)
	if err != nil || len(p.elems) == 0 {
		return c.nak(h, nakNotSpecified)
	}
	// A bind of which no element is accepted is still acknowledged: the client
	// may go on with alter_context.
	results, err := c.negotiate(p.elems, true)
	if err != nil {
		return c.nak(h, nakNotSpecified)
	}
	c.hdrSign = h.flags&pfcHeaderSign != 0
	token, reason := c.bindAuth(auth)
	if reason != nakAccepted {
		return c.nak(h, reason)
	}
	// Last, because joining has to be undone by leaving.
	group := c.srv.join(p.group, c.host)
	if group == nil {
		return c.nak(h, nakNotSpecified)
	}
	c.grant(p.maxXmit, p.maxRecv)
	c.mpx = h.flags&pfcConcMpx != 0
	c.bound = true
	c.mu.Lock()
	c.group = group
	c.snd.mixes = c.mpx
	c.ready = c.secs.pending == nil
	c.mu.Unlock()
	ack := bindAckPDU{
		maxXmit: uint16(c.maxXmit), maxRecv: uint16(c.maxXmit),
		group: group.id, secondary: c.listener.Endpoint, results: results,
	}
	c.acknowledge(h, ptBindAck, h.flags&(pfcHeaderSign|pfcConcMpx), &ack, auth, token)
	return nil
}

// alter answers an alter_context: another interface, or another leg of an
// authentication, or both.
func (c *ServerConn) alter(h *header, pdu []byte) error {
	body, auth, ok := splitAuth(h, pdu)
	if !ok {
		return c.fatal(h, 0, protocolFault)
	}
	p, err := parseBind(h, body)
	if err != nil || len(p.elems) == 0 {
		return c.fatal(h, 0, protocolFault)
	}
	// While an authentication is in progress nothing else is taken.
	if c.secs.pending != nil && auth == nil {
		return c.fatal(h, 0, protocolFault)
	}
	results, err := c.negotiate(p.elems, false)
	if err != nil {
		return c.fatal(h, 0, protocolFault)
	}
	// Header signing may be agreed late, but never be taken back.
	if h.flags&pfcHeaderSign != 0 {
		c.hdrSign = true
	}
	token, f := c.alterAuth(auth)
	if f.Status != 0 {
		return c.fatal(h, 0, f)
	}
	c.mu.Lock()
	c.ready = c.secs.pending == nil
	group := c.group.id
	c.mu.Unlock()
	ack := bindAckPDU{maxXmit: uint16(c.maxXmit), maxRecv: uint16(c.maxXmit), group: group, results: results}
	c.acknowledge(h, ptAlterResp, h.flags&pfcHeaderSign, &ack, auth, token)
	return nil
}

// acknowledge queues a bind_ack or alter_context_resp.
func (c *ServerConn) acknowledge(h *header, typ ptype, flags uint8, ack *bindAckPDU, auth *authPart, token []byte) {
	b := beginPDU(nil, typ, pfcWhole|flags, h.callID)
	b = ack.appendBody(b, 0)
	authLen := 0
	// A last leg without an answer gets an acknowledgement without a trailer.
	if auth != nil && len(token) > 0 {
		t := auth.trailer
		t.pad = 0
		b = appendAuth(b, 0, t, token)
		authLen = len(token)
	}
	c.mu.Lock()
	c.snd.add(endPDU(b, 0, authLen))
	c.mu.Unlock()
}

// grant fixes the fragment sizes: two oxid peers use the most that the format
// allows, everybody else gets what Windows grants over TCP.
func (c *ServerConn) grant(xmit, recv uint16) {
	// Sizes in between would gain nothing: nobody but oxid asks for them.
	n := min(int(xmit), int(recv))
	if xmit == ownFrag && recv == ownFrag {
		c.maxXmit, c.maxRecv = ownFrag, ownFrag
		return
	}
	c.maxXmit = min(max(n, minGrantedFrag), maxTCPFrag) &^ 7
	// Whatever was granted, fragments up to the transport's usual size are taken.
	c.maxRecv = maxTCPFrag
}

// negotiate answers a list of presentation contexts. At most one is accepted,
// as Windows does, be it new or known. An error means that the list breaks the
// protocol.
func (c *ServerConn) negotiate(elems []presElem, bind bool) ([]presResult, error) {
	results := make([]presResult, len(elems))
	accepted, featured := false, false
	for i := range elems {
		e, r := &elems[i], &results[i]
		if len(e.transfers) == 0 {
			return nil, errElement
		}
		if mask, ok := e.features(); ok && bind {
			if featured {
				return nil, errElement
			}
			featured = true
			c.feats = mask & supportedFeatures
			r.result, r.reason = resultNegotiateAck, uint16(c.feats)
			continue
		}
		r.result, r.reason = resultProviderNo, reasonTransferSyntaxes
		if accepted {
			continue
		}
		if old := c.ctxs.get(e.id); old != nil {
			// An id cannot change its meaning. Syntaxes that nobody knows are
			// no attempt at that.
			switch {
			case old.abstract != e.abstract:
				return nil, errElement
			case e.offers(old.transfer):
				*r = presResult{transfer: old.transfer}
				accepted = true
			case e.offers(NDR20), e.offers(NDR64) && c.srv.o.NDR64:
				return nil, errElement
			}
			continue
		}
		reg := c.srv.find(e.abstract)
		if reg == nil {
			r.reason = reasonAbstractSyntax
			continue
		}
		p := &serverPres{id: e.id, reg: reg, abstract: e.abstract}
		switch {
		case c.ctxs.n >= c.srv.o.MaxContexts:
			// Contexts are never given back while the connection lasts.
			r.reason = reasonLocalLimitExceeded
			continue
		case c.srv.o.NDR64 && !reg.NDR20Only && e.offers(NDR64):
			p.transfer, p.ndr64 = NDR64, true
		case c.srv.o.NDR64 && offersLater(elems[i+1:], e.abstract, NDR64):
			// Clients offer each syntax in an element of its own.
			continue
		case e.offers(NDR20):
			p.transfer = NDR20
		default:
			continue
		}
		c.ctxs.put(p)
		accepted = true
		*r = presResult{transfer: p.transfer}
	}
	return results, nil
}

// offersLater reports whether one of elems offers the transfer syntax for the
// interface.
func offersLater(elems []presElem, abstract, transfer SyntaxID) bool {
	for i := range elems {
		if elems[i].abstract == abstract && elems[i].offers(transfer) {
			return true
		}
	}
	return false
}

// offers reports whether t is among the transfer syntaxes of e.
func (e *presElem) offers(t SyntaxID) bool {
	for _, x := range e.transfers {
		if x == t {
			return true
		}
	}
	return false
}
