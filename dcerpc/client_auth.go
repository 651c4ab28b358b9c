package dcerpc

import (
	"context"
	"errors"

	"oxid/com"
	"oxid/step"
)

// authExchange is a conversation of a security context in progress.
type authExchange struct {
	sec    *security
	token  []byte // to be sent
	done   bool   // our end needs no further token
	answer []byte // the server's last token
	callID uint32 // of the last bind or alter_context
}

// maxLegs bounds a conversation that does not end.
const maxLegs = 10

// newAuthExchange begins a conversation under the next auth_context_id.
func (cc *ClientConn) newAuthExchange(ctx context.Context, o *ClientSecurity) (*authExchange, error) {
	level := o.Level
	if level == com.RPC_C_AUTHN_LEVEL_CALL {
		level = com.RPC_C_AUTHN_LEVEL_PKT // servers refuse CALL
	}
	sctx, err := o.Service.NewClient(o.Target, level)
	if err != nil {
		return nil, err
	}
	a := &authExchange{sec: &security{
		ctx:     sctx,
		trailer: authTrailer{typ: o.Service.Type(), level: uint8(level), context: cc.nextAuth},
	}}
	cc.nextAuth++
	a.token, a.done, err = sctx.Step(ctx, nil)
	return a, err
}

// usesAuth3 reports whether the last leg of this service is an auth3 and not
// an alter_context ([MS-RPCE] 3.3.1.5.2.1): NTLM and Netlogon have three legs.
func (a *authExchange) usesAuth3() bool {
	return uint32(a.sec.trailer.typ) == com.RPC_C_AUTHN_WINNT || a.sec.trailer.typ == 68
}

// finishAuth carries the conversation that the bind p began to its end.
func (cc *ClientConn) finishAuth(ctx context.Context, p *bindPDU, a *authExchange) error {
	// Servers insist on an element they have seen; the answer to it is of no
	// interest.
	again := bindPDU{elems: p.elems[:1]}
	for range maxLegs {
		if !a.done {
			var err error
			if a.token, a.done, err = a.sec.ctx.Step(ctx, a.answer); err != nil {
				return err
			}
		} else {
			a.token = nil
		}
		if a.done && len(a.token) == 0 {
			break // the server's last token was the last of all
		}
		if a.done && a.usesAuth3() {
			if err := cc.sendAuth3(a); err != nil {
				return err
			}
			break
		}
		flags := uint8(pfcWhole)
		if cc.hdrSign {
			flags |= pfcHeaderSign
		}
		if _, _, err := cc.exchange(ctx, ptAlterContext, flags, &again, a); err != nil {
			return err
		}
	}
	if !a.done {
		return errors.New("dcerpc: the authentication does not come to an end")
	}
	// Header signing holds when both sides offered it, for the whole connection.
	a.sec.done, a.sec.signHeader = true, cc.hdrSign
	cc.mu.Lock()
	defer cc.mu.Unlock()
	// Replies name their context by id, even those to calls long forgotten.
	if cc.secs == nil {
		cc.secs = make(map[uint32]*security)
	}
	cc.secs[a.sec.trailer.context] = a.sec
	if cc.sec == nil {
		cc.sec = a.sec
	}
	return nil
}

// authError is the failure of an authentication: the code of the security
// context where it gives one.
func (cc *ClientConn) authError(iface SyntaxID, err error) error {
	hr := com.RPC_S_SEC_PKG_ERROR
	var coded com.HRESULT
	if errors.As(err, &coded) {
		hr = coded
	}
	return &com.Error{HRESULT: hr, Step: step.Auth, Peer: cc.peer, Interface: iface.UUID.String(), Err: err}
}

// Secure authenticates once more over the same connection and returns a
// presentation context like p whose calls use the new security context. The
// server must allow several security contexts on a connection (bind-time
// feature negotiation); RPC_S_CANNOT_SUPPORT otherwise.
func (p *PresContext) Secure(ctx context.Context, o *ClientSecurity) (*PresContext, error) {
	cc := p.conn
	select {
	case cc.turn <- struct{}{}:
		defer func() { <-cc.turn }()
	case <-ctx.Done():
		return nil, cc.bindError(p.iface, com.HRESULTOf(ctx.Err()), ctx.Err())
	}
	if !cc.multiSec && cc.sec != nil {
		return nil, cc.authError(p.iface, com.RPC_S_CANNOT_SUPPORT)
	}
	a, err := cc.newAuthExchange(ctx, o)
	if err != nil {
		return nil, cc.authError(p.iface, err)
	}
	// A further conversation rides on an alter_context that repeats what has
	// been negotiated.
	transfer := NDR20
	if p.ndr64 {
		transfer = NDR64
	}
	again := bindPDU{elems: []presElem{{id: p.id, abstract: p.iface, transfers: []SyntaxID{transfer}}}}
	flags := uint8(pfcWhole)
	if cc.hdrSign {
		flags |= pfcHeaderSign
	}
	if _, _, err := cc.exchange(ctx, ptAlterContext, flags, &again, a); err != nil {
		return nil, cc.namedError(p.iface, err)
	}
	if err := cc.finishAuth(ctx, &again, a); err != nil {
		return nil, cc.authError(p.iface, err)
	}
	q := *p
	q.sec = a.sec
	return &q, nil
}
