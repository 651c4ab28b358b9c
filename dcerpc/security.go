package dcerpc

import (
	"context"
	"encoding/binary"
	"errors"

	"oxid/com"
)

// SecurityService is one authentication service (NTLM, SPNEGO, Kerberos). The
// runtime knows none itself: they are given in [ClientSecurity] and
// [ServerOptions]. A service is safe for concurrent use.
type SecurityService interface {
	// Type is the auth_type of the service's PDUs ([MS-RPCE] 2.2.1.1.7), such
	// as [com.RPC_C_AUTHN_WINNT].
	Type() uint8
	// NewClient begins a conversation as the client. target is the principal
	// name of the server; it may be "".
	NewClient(target string, level com.AuthnLevel) (SecurityContext, error)
	// NewServer begins a conversation as the server, at the level that the
	// client asked for.
	NewServer(level com.AuthnLevel) (SecurityContext, error)
}

// SecurityContext is one end of one authenticated conversation. The runtime
// calls it from one goroutine at a time, but Protect and Verify may run at the
// same time as each other. Each of the two sees the fragments in the order in
// which they are on the wire.
type SecurityContext interface {
	// Step takes the peer's token and returns the one to send. A client's first
	// step has no token. done means that this end needs no further token; out
	// may still have to be sent then. An error ends the conversation.
	Step(ctx context.Context, token []byte) (out []byte, done bool, err error)
	// SignatureSize is the length of each fragment's auth_value, constant once
	// the conversation is done.
	SignatureSize(level com.AuthnLevel) int
	// Protect signs f, and encrypts f.Body in place at level PKT_PRIVACY. It
	// fills f.Signature, which has SignatureSize bytes.
	Protect(f *Fragment) error
	// Verify checks what Protect of the other end made, and decrypts f.Body in
	// place.
	Verify(f *Fragment) error
	// Peer names the other end as it authenticated itself: DOMAIN\user of a
	// client. It is "" for an anonymous one.
	Peer() string
}

// Fragment is one PDU as a [SecurityContext] sees it ([MS-RPCE] 3.3.1.5.2.2).
// The three parts follow each other without a gap.
type Fragment struct {
	Header    []byte // PDU header, fixed part and object UUID
	Body      []byte // stub data, verification trailer, padding: encrypted at PKT_PRIVACY
	Trailer   []byte // sec_trailer, 8 bytes
	Signature []byte // auth_value: never part of what is signed
	Level     com.AuthnLevel
	// SignHeader puts Header and Trailer under the signature too.
	SignHeader bool
}

// security is a security context in use on a connection, on either side.
type security struct {
	ctx        SecurityContext
	trailer    authTrailer // type, level and id of the context; pad is 0
	signHeader bool
	done       bool // the conversation is over: PDUs may be protected
	failed     bool // it ended badly where that could not be said (auth3)
}

// protects reports whether PDUs carry a verifier. At level CONNECT they carry
// none ([MS-RPCE] 2.2.2.11).
func (s *security) protects() bool {
	return s != nil && s.trailer.level >= uint8(com.RPC_C_AUTHN_LEVEL_CALL)
}

// authPad is what (stub + verification trailer) of a protected PDU is padded to.
const authPad = 16

// overhead is the number of bytes that protection adds to a fragment whose
// body is a multiple of authPad.
func (s *security) overhead() int {
	if !s.protects() {
		return 0
	}
	return authTrailerSize + s.ctx.SignatureSize(com.AuthnLevel(s.trailer.level))
}

// protect completes the PDU b, of which the first bodyAt bytes are header and
// the rest is body: it pads, appends trailer and signature, fixes the lengths
// and encrypts. b is the whole PDU and starts at its header.
func (s *security) protect(b []byte, bodyAt int) ([]byte, error) {
	t := s.trailer
	for (len(b)-bodyAt)%authPad != 0 {
		b = append(b, 0)
		t.pad++
	}
	end := len(b)
	b = appendAuthTrailer(b, t)
	n := s.ctx.SignatureSize(com.AuthnLevel(t.level))
	b = append(b, make([]byte, n)...)
	// The lengths are final before anything is signed.
	binary.LittleEndian.PutUint16(b[8:], uint16(len(b)))
	binary.LittleEndian.PutUint16(b[10:], uint16(n))
	f := Fragment{
		Header: b[:bodyAt], Body: b[bodyAt:end], Trailer: b[end : end+authTrailerSize], Signature: b[end+authTrailerSize:],
		Level: com.AuthnLevel(t.level), SignHeader: s.signHeader,
	}
	return b, s.ctx.Protect(&f)
}

// errAuthPad and errAuthContext are faults of a protected PDU's trailer.
var (
	errAuthPad     = errors.New("dcerpc: authentication padding is longer than the body")
	errAuthContext = errors.New("dcerpc: authentication trailer does not fit the security context")
	errUnprotected = errors.New("dcerpc: PDU without verifier on a protected connection")
)

// verify checks and decrypts the PDU in place and returns the end of its stub
// data, which starts at bodyAt.
func (s *security) verify(h *header, pdu []byte, bodyAt int) (end int, err error) {
	if h.authLen == 0 {
		return 0, errUnprotected
	}
	t, sig, end, err := parseAuth(h, pdu)
	if err != nil {
		return 0, err
	}
	if t.typ != s.trailer.typ || t.level != s.trailer.level || t.context != s.trailer.context {
		return 0, errAuthContext
	}
	if end < bodyAt || int(t.pad) > end-bodyAt {
		return 0, errAuthPad
	}
	f := Fragment{
		Header: pdu[:bodyAt], Body: pdu[bodyAt:end], Trailer: pdu[end : end+authTrailerSize], Signature: sig,
		Level: com.AuthnLevel(t.level), SignHeader: s.signHeader,
	}
	if err := s.ctx.Verify(&f); err != nil {
		return 0, err
	}
	return end - int(t.pad), nil
}
