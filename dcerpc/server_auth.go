package dcerpc

import (
	"context"
	"errors"
	"time"

	"oxid/com"
)

var errElement = errors.New("dcerpc: presentation context list breaks the protocol")

// nakAccepted stands for no nak at all.
const nakAccepted nakReason = 0xffff

// maxSecurityContexts bounds the security contexts of one connection ([MS-RPCE]
// 3.3.1.5.4; the number is what Windows takes).
const maxSecurityContexts = 2049

// authPart is the authentication of a bind, alter_context or auth3.
type authPart struct {
	trailer authTrailer
	token   []byte
}

// splitAuth divides a bind or alter_context into body and authentication,
// which is nil when there is none. Padding is an error there.
func splitAuth(h *header, pdu []byte) (body []byte, a *authPart, ok bool) {
	if h.authLen == 0 {
		return pdu, nil, true
	}
	t, value, end, err := parseAuth(h, pdu)
	if err != nil || end%4 != 0 || t.pad != 0 {
		return nil, nil, false
	}
	return pdu[:end], &authPart{t, value}, true
}

// securityTable holds the security contexts of a connection. It belongs to the
// reading role.
type securityTable struct {
	byID    map[uint32]*security
	pending *security // of which legs are missing
	only    *security // the single one, for requests without a trailer
}

// begin makes a security context for a client's first token.
func (c *ServerConn) begin(a *authPart) (*security, nakReason) {
	// The order matters: Windows looks at the level first.
	switch l := com.AuthnLevel(a.trailer.level); {
	case l < com.RPC_C_AUTHN_LEVEL_CONNECT || l > com.RPC_C_AUTHN_LEVEL_PKT_PRIVACY:
		return nil, nakNotSpecified
	case a.trailer.typ == 0:
		return nil, nakAuthType
	}
	for _, s := range c.srv.o.Security {
		if s.Type() == a.trailer.typ {
			if a.trailer.level == uint8(com.RPC_C_AUTHN_LEVEL_CALL) {
				return nil, nakChecksum // clients ask for PKT instead
			}
			sctx, err := s.NewServer(com.AuthnLevel(a.trailer.level))
			if err != nil {
				return nil, nakChecksum
			}
			t := a.trailer
			t.pad = 0
			return &security{ctx: sctx, trailer: t}, nakAccepted
		}
	}
	return nil, nakAuthType
}

// step feeds a token to the conversation of s.
func (c *ServerConn) step(s *security, token []byte) (out []byte, err error) {
	// The connection is not read meanwhile: a leg has nothing to wait for but
	// this answer.
	ctx, stop := context.WithTimeout(context.Background(), authStepTimeout)
	defer stop()
	out, s.done, err = s.ctx.Step(ctx, token)
	return out, err
}

// authStepTimeout bounds one leg: a provider may have to ask a directory.
const authStepTimeout = 10 * time.Second

// add enters a security context. Requests without a trailer use the only one;
// with a second there is no such thing any more.
func (t *securityTable) add(s *security) {
	if t.byID == nil {
		t.byID = make(map[uint32]*security)
	}
	t.byID[s.trailer.context] = s
	t.only = s
	if len(t.byID) > 1 {
		t.only = nil
	}
}

// settle notes whether s has more legs to come.
func (c *ServerConn) settle(s *security) {
	c.secs.pending = nil
	if !s.done {
		c.secs.pending = s
		return
	}
	s.signHeader = c.hdrSign // settled with the last leg
}

// bindAuth takes the first token of a connection.
func (c *ServerConn) bindAuth(a *authPart) (token []byte, reason nakReason) {
	if a == nil {
		return nil, nakAccepted
	}
	s, reason := c.begin(a)
	if s == nil {
		return nil, reason
	}
	token, err := c.step(s, a.token)
	if err != nil {
		return nil, nakChecksum
	}
	c.secs.add(s)
	c.settle(s)
	return token, nakAccepted
}

// alterAuth takes a token in an alter_context: a further leg, or the first of a
// new security context. A status other than 0 ends the connection.
func (c *ServerConn) alterAuth(a *authPart) (token []byte, f Fault) {
	if a == nil {
		return nil, Fault{}
	}
	s := c.secs.byID[a.trailer.context]
	// One conversation at a time.
	if p := c.secs.pending; p != nil && p != s {
		return nil, protocolFault
	}
	switch {
	case s == nil && len(c.secs.byID) > 0 && (c.feats&featureSecurityContextMultiplexing == 0 || len(c.secs.byID) >= maxSecurityContexts):
		return nil, protocolFault
	case s == nil:
		n, reason := c.begin(a)
		switch {
		case n != nil:
			s = n
			c.secs.add(s)
		case reason == nakAuthType || reason == nakNotSpecified:
			return nil, Fault{Status: StatusAccessDenied}
		default:
			return nil, Fault{Status: StatusSecurityPackage}
		}
	// Type and level of a context stay as they were in its first leg, and a
	// finished conversation does not begin again.
	case s.trailer.typ != a.trailer.typ:
		return nil, Fault{Status: StatusSecurityPackage}
	case s.trailer.level != a.trailer.level || s.done:
		return nil, Fault{Status: StatusAccessDenied}
	}
	token, err := c.step(s, a.token)
	if err != nil {
		return nil, Fault{Status: StatusAccessDenied}
	}
	c.settle(s)
	return token, Fault{}
}

// auth3 takes the last leg of a conversation with an odd number of them. It is
// never answered: a failure shows with the first request ([MS-RPCE] 2.2.2.10).
func (c *ServerConn) auth3(h *header, pdu []byte) error {
	s := c.secs.pending
	if h.authLen == 0 || s == nil {
		return c.fatal(h, 0, protocolFault)
	}
	t, value, end, err := parseAuth(h, pdu)
	if err != nil {
		return c.fatal(h, 0, protocolFault)
	}
	if end%4 != 0 || t.pad != 0 {
		// Of all statuses, this is the one that Windows sends.
		return c.fatal(h, 0, Fault{Status: StatusRemoteNoMemory})
	}
	if t.typ != s.trailer.typ || t.level != s.trailer.level || t.context != s.trailer.context {
		return c.fatal(h, 0, Fault{Status: StatusSecurityPackage})
	}
	if h.flags&pfcHeaderSign != 0 {
		c.hdrSign = true
	}
	_, err = c.step(s, value)
	if err != nil || !s.done {
		// The first request faults.
		s.failed = true
	}
	s.done = true
	c.settle(s)
	c.mu.Lock()
	c.ready = true
	c.mu.Unlock()
	return nil
}

// verify finds the security context of a request fragment and checks its
// verifier. end is the end of the stub data. An error ends the connection.
func (c *ServerConn) verify(h *header, pdu []byte, stub int, context uint16) (s *security, end int, err error) {
	if h.authLen == 0 {
		// Fine without authentication, and with a single context of level
		// CONNECT, which needs no verifier ([MS-RPCE] 3.3.1.5.4).
		s = c.secs.only
		switch {
		case s.protects():
			return nil, 0, c.fatal(h, context, protocolFault)
		case s != nil && s.failed:
			return nil, 0, c.fatal(h, context, Fault{Status: StatusAccessDenied})
		case s == nil && len(c.secs.byID) > 1:
			return nil, 0, c.fatal(h, context, protocolFault)
		}
		return s, len(pdu), nil
	}
	t, _, end, err := parseAuth(h, pdu)
	if err != nil || end < stub || end%4 != 0 {
		return nil, 0, c.fatal(h, 0, protocolFault)
	}
	s = c.secs.byID[t.context]
	if s == nil || s.failed {
		return nil, 0, c.fatal(h, context, Fault{Status: StatusAccessDenied})
	}
	if t.typ != s.trailer.typ || t.level != s.trailer.level {
		return nil, 0, c.fatal(h, context, Fault{Status: StatusAccessDenied})
	}
	// At level CONNECT the verifier only names the context; what it contains is
	// of no meaning.
	if !s.protects() {
		if int(t.pad) > end-stub {
			return nil, 0, c.fatal(h, context, protocolFault)
		}
		return s, end - int(t.pad), nil
	}
	end, err = s.verify(h, pdu, stub)
	if err != nil {
		return nil, 0, c.fatal(h, context, Fault{Status: StatusSecurityPackage})
	}
	return s, end, nil
}
