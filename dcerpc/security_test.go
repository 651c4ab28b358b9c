package dcerpc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
	"testing/synctest"

	"oxid/com"
)

// toyService is an authentication service without any security, which is strict
// about what the runtime owes to a real one: order, ranges, lengths.
type toyService struct {
	typ    uint8
	legs   int  // tokens in all: 3 as NTLM, 2 or 4 as others
	refuse bool // the server refuses the client's last token
}

func (s *toyService) Type() uint8 { return s.typ }

func (s *toyService) NewClient(target string, level com.AuthnLevel) (SecurityContext, error) {
	if target == "nobody" {
		return nil, com.E_ACCESSDENIED
	}
	return &toyContext{srv: s, client: true, name: target}, nil
}

func (s *toyService) NewServer(level com.AuthnLevel) (SecurityContext, error) {
	return &toyContext{srv: s, next: 1}, nil
}

type toyContext struct {
	srv        *toyService
	client     bool
	name       string
	next       int // number of the token that comes
	sent, seen uint32
}

func (c *toyContext) Step(ctx context.Context, token []byte) (out []byte, done bool, err error) {
	if c.client && c.next == 0 {
		c.next = 2
		return []byte("leg 1 " + c.name), c.srv.legs == 1, nil
	}
	var n int
	var name string
	if _, err := fmt.Sscanf(string(token), "leg %d %s", &n, &name); err != nil || n != c.next {
		return nil, false, fmt.Errorf("token %q, want leg %d", token, c.next)
	}
	if !c.client {
		c.name = name
		if c.srv.refuse && n >= c.srv.legs-1 {
			return nil, false, com.E_ACCESSDENIED
		}
	}
	c.next += 2
	if n == c.srv.legs {
		return nil, true, nil
	}
	return fmt.Appendf(nil, "leg %d %s", n+1, c.name), n+1 == c.srv.legs, nil
}

func (c *toyContext) SignatureSize(com.AuthnLevel) int { return 16 }
func (c *toyContext) Peer() string                     { return c.name }

func (c *toyContext) key(seq uint32, fromClient bool) byte {
	if fromClient {
		return byte(seq*7 + 1)
	}
	return byte(seq*7 + 100)
}

// sum covers what the signature has to cover.
func (c *toyContext) sum(f *Fragment) uint32 {
	h := crc32.NewIEEE()
	if f.SignHeader {
		h.Write(f.Header)
	}
	h.Write(f.Body)
	if f.SignHeader {
		h.Write(f.Trailer)
	}
	return h.Sum32()
}

func (c *toyContext) crypt(f *Fragment, key byte) {
	if f.Level == com.RPC_C_AUTHN_LEVEL_PKT_PRIVACY {
		for i := range f.Body {
			f.Body[i] ^= key
		}
	}
}

func (c *toyContext) Protect(f *Fragment) error {
	if len(f.Signature) != 16 || len(f.Trailer) != authTrailerSize || len(f.Body)%authPad != 0 {
		return fmt.Errorf("bad fragment: %d, %d, %d", len(f.Signature), len(f.Trailer), len(f.Body))
	}
	c.sent++
	binary.LittleEndian.PutUint32(f.Signature, c.sum(f))
	binary.LittleEndian.PutUint32(f.Signature[4:], c.sent)
	copy(f.Signature[8:], "toy     ")
	c.crypt(f, c.key(c.sent, c.client))
	return nil
}

func (c *toyContext) Verify(f *Fragment) error {
	c.seen++
	c.crypt(f, c.key(c.seen, !c.client))
	if len(f.Signature) != 16 || binary.LittleEndian.Uint32(f.Signature[4:]) != c.seen || binary.LittleEndian.Uint32(f.Signature) != c.sum(f) {
		return errors.New("signature does not fit")
	}
	return nil
}

var toyLevels = []com.AuthnLevel{com.RPC_C_AUTHN_LEVEL_CONNECT, com.RPC_C_AUTHN_LEVEL_CALL, com.RPC_C_AUTHN_LEVEL_PKT,
	com.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY, com.RPC_C_AUTHN_LEVEL_PKT_PRIVACY}

// secureClient connects to s with one service and level.
func secureClient(t *testing.T, s *Server, svc SecurityService, level com.AuthnLevel, o ClientOptions) (*ClientConn, *PresContext, error) {
	o.Security = &ClientSecurity{Service: svc, Level: level, Target: "alice"}
	c := NewClientConn(s.Pipe(), &o)
	p, err := c.Context(context.Background(), plainSyntax)
	return c, p, err
}

func TestAuthenticatedCalls(t *testing.T) {
	for _, legs := range []int{2, 3, 4} {
		for _, level := range toyLevels {
			for _, frag := range []int{1432, 5840, 65528} {
				t.Run(fmt.Sprintf("%d legs, level %d, %d", legs, level, frag), func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						svc := &toyService{typ: 9, legs: legs}
						if legs == 3 {
							svc.typ = uint8(com.RPC_C_AUTHN_WINNT)
						}
						s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{&toyService{typ: 1}, svc}})
						defer s.Close()
						c, p, err := secureClient(t, s, svc, level, ClientOptions{MaxFrag: frag})
						if err != nil {
							t.Fatal(err)
						}
						defer c.Close()
						checkEcho(t, p, nil, []int{0, 1, 15, 16, 17, 1300, 1400, 5800, 20000, 65480, 70000, 200000})
						// Another interface, concurrent callers, faults, a cancelled call.
						q, err := c.Context(context.Background(), objectSyntax)
						if err != nil {
							t.Fatal(err)
						}
						checkEcho(t, q, &com.GUID{Data1: 1}, []int{5, 100, 10000})
						errs := make(chan error, 8)
						for i := range cap(errs) {
							go func() {
								for j := range 6 {
									in := append(millis(1), pattern(300*j+i, byte(i))...)
									out, err := invoke(context.Background(), p, opSleep, in)
									if err == nil && !bytes.Equal(in, out) {
										err = errors.New("another call's reply")
									}
									if err != nil {
										errs <- err
										return
									}
								}
								errs <- nil
							}()
						}
						if _, err := invoke(context.Background(), p, opFail, nil); !errors.Is(err, com.RPC_E_DISCONNECTED) {
							t.Error(err)
						}
						ctx, stop := context.WithTimeout(context.Background(), 1)
						if _, err := invoke(ctx, p, opSleep, append(millis(5), make([]byte, 70000)...)); !errors.Is(err, context.DeadlineExceeded) {
							t.Error(err)
						}
						stop()
						for range cap(errs) {
							if err := <-errs; err != nil {
								t.Error(err)
							}
						}
						want := level
						if level == com.RPC_C_AUTHN_LEVEL_CALL {
							want = com.RPC_C_AUTHN_LEVEL_PKT
						}
						out, err := invoke(context.Background(), p, opLevel, nil)
						if err != nil || com.AuthnLevel(out[0]) != want {
							t.Errorf("the server sees level %v, %v", out, err)
						}
					})
				})
			}
		}
	}
}

func TestAuthenticationRefused(t *testing.T) {
	for _, legs := range []int{2, 3, 4} {
		bubble(t, func(t *testing.T) {
			svc := &toyService{typ: 9, legs: legs, refuse: true}
			if legs == 3 {
				svc.typ = 10
			}
			s, h := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
			defer s.Close()
			c, p, err := secureClient(t, s, svc, com.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY, ClientOptions{})
			if err == nil && legs == 3 {
				// The third leg is not answered: the first call fails.
				_, err = invoke(context.Background(), p, opEcho, nil)
			}
			if err == nil {
				t.Errorf("%d legs: accepted", legs)
			}
			if h.peak.Load() != 0 {
				t.Error("the handler was called")
			}
			c.Close()
		})
	}
}

func TestAuthenticationFailsAtTheClient(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		c := NewClientConn(s.Pipe(), &ClientOptions{Security: &ClientSecurity{Service: &toyService{typ: 9, legs: 2}, Level: 5, Target: "nobody"}})
		defer c.Close()
		if _, err := c.Context(context.Background(), plainSyntax); !errors.Is(err, com.E_ACCESSDENIED) {
			t.Errorf("service that refuses: %v", err)
		}
		c2, _, err := secureClient(t, s, &toyService{typ: 9, legs: 2}, 5, ClientOptions{})
		if !errors.Is(err, com.RPC_S_UNKNOWN_AUTHN_SERVICE) {
			t.Errorf("service that the server does not have: %v", err)
		}
		c2.Close()
	})
}

// TestTamperedRequest: whatever is changed on the way, the handler is not
// called and the connection ends.
func TestTamperedRequest(t *testing.T) {
	tests := []struct {
		name  string
		level com.AuthnLevel
		alter func(pdu []byte) []byte
		want  Status
	}{
		{"operation", 5, func(b []byte) []byte { return patch(b, 22, opLevel) }, StatusSecurityPackage},
		{"stub data", 5, func(b []byte) []byte { return patch(b, 24, 'X') }, StatusSecurityPackage},
		{"sealed stub data", 6, func(b []byte) []byte { return patch(b, 24, 'X') }, StatusSecurityPackage},
		{"signature", 5, func(b []byte) []byte { return patch(b, len(b)-16, ^b[len(b)-16]) }, StatusSecurityPackage},
		{"level", 5, func(b []byte) []byte { return patch(b, len(b)-23, 6) }, StatusAccessDenied},
		{"type", 5, func(b []byte) []byte { return patch(b, len(b)-24, 16) }, StatusAccessDenied},
		{"context", 5, func(b []byte) []byte { return patch(b, len(b)-20, 1) }, StatusAccessDenied},
		{"padding longer than the body", 5, func(b []byte) []byte { return patch(b, len(b)-22, 200) }, StatusSecurityPackage},
		{"verifier cut off", 5, func(b []byte) []byte {
			return rawRequest(binary.LittleEndian.Uint32(b[12:]), pfcWhole, 0, opEcho, []byte("abcd"))
		}, StatusProtocolError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				svc := &toyService{typ: 9, legs: 2}
				s, h := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
				defer s.Close()
				toClient, client := Pipe()
				toServer, server := Pipe()
				go s.ServeConn(server)
				// In the middle sits somebody who changes requests.
				go func() {
					mid := &peer{t, toClient}
					for {
						hd, b, err := mid.recv()
						if err != nil {
							toServer.Close()
							return
						}
						if hd.typ == ptRequest {
							b = tt.alter(b)
						}
						toServer.Write(b)
					}
				}()
				go func() {
					mid := &peer{t, toServer}
					for {
						_, b, err := mid.recv()
						if err != nil {
							toClient.Close()
							return
						}
						toClient.Write(b)
					}
				}()
				c := NewClientConn(client, &ClientOptions{Security: &ClientSecurity{Service: svc, Level: tt.level, Target: "alice"}})
				defer c.Close()
				p, err := c.Context(context.Background(), plainSyntax)
				if err != nil {
					t.Fatal(err)
				}
				_, err = invoke(context.Background(), p, opEcho, []byte("abcd"))
				var f *Fault
				if !errors.As(err, &f) || f.Status != tt.want || h.peak.Load() != 0 {
					t.Errorf("%v; want status %#x; handler called %d times", err, uint32(tt.want), h.peak.Load())
				}
				<-c.Done()
			})
		})
	}
}

// TestTamperedReply: the client believes no reply without a right signature,
// but an unprotected fault ends the call that it names.
func TestTamperedReply(t *testing.T) {
	for _, what := range []string{"stub data", "verifier cut off", "fault"} {
		t.Run(what, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				svc := &toyService{typ: 9, legs: 2}
				s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
				defer s.Close()
				toClient, client := Pipe()
				toServer, server := Pipe()
				go s.ServeConn(server)
				go func() {
					mid := &peer{t, toServer}
					for {
						hd, b, err := mid.recv()
						if err != nil {
							toClient.Close()
							return
						}
						if hd.typ == ptResponse {
							switch what {
							case "stub data":
								b[24] ^= 1
							case "verifier cut off":
								b = rawResponse(hd.callID, pfcWhole, []byte("abcd"))
							case "fault":
								b = appendFault(nil, hd.callID, 0, Fault{Status: StatusCommFailure})
							}
						}
						toClient.Write(b)
					}
				}()
				go func() {
					mid := &peer{t, toClient}
					for {
						_, b, err := mid.recv()
						if err != nil {
							toServer.Close()
							return
						}
						toServer.Write(b)
					}
				}()
				c := NewClientConn(client, &ClientOptions{Security: &ClientSecurity{Service: svc, Level: 5, Target: "alice"}})
				defer c.Close()
				p, err := c.Context(context.Background(), plainSyntax)
				if err != nil {
					t.Fatal(err)
				}
				_, err = invoke(context.Background(), p, opEcho, []byte("abcd"))
				want := com.RPC_S_SEC_PKG_ERROR
				if what == "fault" {
					want = com.RPC_S_COMM_FAILURE
				}
				if !errors.Is(err, want) {
					t.Errorf("%v; want %v", err, want)
				}
				synctest.Wait()
				if (c.Err() == nil) != (what == "fault") {
					t.Errorf("the connection: %v", c.Err())
				}
			})
		})
	}
}

func TestSeveralSecurityContexts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		svc, ntlm := &toyService{typ: 9, legs: 2}, &toyService{typ: 10, legs: 3}
		s := NewServer(&ServerOptions{Security: []SecurityService{svc, ntlm}})
		defer s.Close()
		s.Register(&Interface{Syntax: plainSyntax, NumOps: 1, Handler: HandlerFunc(func(c *ServerCall) error {
			a := c.Auth()
			c.Reply = fmt.Appendf(c.GrowReply(32), "%d %d %s", a.Service, a.Level, a.Client)
			return nil
		})})
		c, p, err := secureClient(t, s, svc, com.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY, ClientOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		all := map[string]*PresContext{"9 5 alice": p}
		for name, o := range map[string]*ClientSecurity{
			"10 6 bob":  {Service: ntlm, Level: com.RPC_C_AUTHN_LEVEL_PKT_PRIVACY, Target: "bob"},
			"9 4 carol": {Service: svc, Level: com.RPC_C_AUTHN_LEVEL_PKT, Target: "carol"},
		} {
			if all[name], err = p.Secure(context.Background(), o); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			for want, p := range all {
				if got, err := invoke(context.Background(), p, 0, nil); err != nil || string(got) != want {
					t.Errorf("%q, %v; want %q", got, err, want)
				}
			}
		}
	})
}

func TestHeaderSigningIsAgreed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		svc := &toyService{typ: 9, legs: 4}
		s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
		defer s.Close()
		c, p, err := secureClient(t, s, svc, com.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY, ClientOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if !p.sec.signHeader {
			t.Error("the client does not sign headers")
		}
	})
}

func TestHandlesBelongToTheClient(t *testing.T) {
	bubble(t, func(t *testing.T) {
		svc := &toyService{typ: 9, legs: 2}
		s := NewServer(&ServerOptions{Security: []SecurityService{svc}})
		defer s.Close()
		s.Register(&Interface{Syntax: plainSyntax, NumOps: 4, Handler: handleService(new([]string))})
		c, p, err := secureClient(t, s, svc, com.RPC_C_AUTHN_LEVEL_CONNECT, ClientOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		h, err := invoke(context.Background(), p, 0, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		mallory := NewClientConn(s.Pipe(), &ClientOptions{Group: c.Group(), Security: &ClientSecurity{Service: svc, Level: 2, Target: "mallory"}})
		defer mallory.Close()
		q, err := mallory.Context(context.Background(), plainSyntax)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := invoke(context.Background(), q, 1, h); !errors.Is(err, com.E_HANDLE) {
			t.Errorf("another user's handle: %v", err)
		}
	})
}

func TestTokenTooLong(t *testing.T) {
	bubble(t, func(t *testing.T) {
		svc := &toyService{typ: 9, legs: 2}
		s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
		defer s.Close()
		// Larger than a fragment of any negotiated size is fine: a bind is never
		// cut into fragments.
		c := NewClientConn(s.Pipe(), &ClientOptions{MaxFrag: 1432, Security: &ClientSecurity{Service: svc, Level: 5, Target: strings.Repeat("x", 20000)}})
		if _, err := c.Context(context.Background(), plainSyntax); err != nil {
			t.Errorf("20,000 bytes: %v", err)
		}
		c.Close()
		c = NewClientConn(s.Pipe(), &ClientOptions{Security: &ClientSecurity{Service: svc, Level: 5, Target: strings.Repeat("x", 70000)}})
		if _, err := c.Context(context.Background(), plainSyntax); !errors.Is(err, com.RPC_S_OUT_OF_RESOURCES) {
			t.Errorf("70,000 bytes: %v", err)
		}
		c.Close()
	})
}

func TestSecurityContextLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		svc := &toyService{typ: 9, legs: 2}
		s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
		defer s.Close()
		c, p, err := secureClient(t, s, svc, com.RPC_C_AUTHN_LEVEL_PKT, ClientOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		o := &ClientSecurity{Service: svc, Level: com.RPC_C_AUTHN_LEVEL_PKT, Target: "bob"}
		for i := 2; i <= maxSecurityContexts; i++ {
			if _, err := p.Secure(context.Background(), o); err != nil {
				t.Fatalf("context %d: %v", i, err)
			}
		}
		if _, err := p.Secure(context.Background(), o); !errors.Is(err, com.RPC_S_PROTOCOL_ERROR) {
			t.Errorf("one more: %v", err)
		}
	})
}

// TestAuthenticationReactions shows what the server does with conversations
// that break the rules.
func TestAuthenticationReactions(t *testing.T) {
	const whole = pfcWhole
	auth := func(pdu []byte, typ, level uint8, id uint32, token string) []byte {
		b := appendAuth(append([]byte{}, pdu...), 0, authTrailer{typ: typ, level: level, context: id}, []byte(token))
		return endPDU(b, 0, len(token))
	}
	features := func(mask uint8) []byte {
		return rawBind(ptBind, 1, whole, bindPDU{elems: []presElem{elem(0, plainSyntax, NDR20), elem(1, plainSyntax, featureSyntax(mask))}})
	}
	alter := rawBind(ptAlterContext, 2, whole, bindPDU{elems: []presElem{elem(0, plainSyntax, NDR20)}})
	auth3 := append(beginPDU(nil, ptAuth3, whole, 1), 0, 0, 0, 0)
	req := rawRequest(3, whole, 0, opEcho, []byte("abcd"))
	begun := auth(plainBind(whole), 9, 2, 0, "leg 1 me") // four legs: not finished
	whole2 := func(b []byte) []byte { return auth(b, 20, 2, 0, "leg 1 me") }
	tests := []struct {
		name string
		send [][]byte
		want []string
	}{
		{"finished", [][]byte{begun, auth(alter, 9, 2, 0, "leg 3 me"), req}, []string{"ack 0/0", "alter 0/0", "response call 3: 4"}},
		{"level CALL", [][]byte{auth(plainBind(whole), 9, 3, 0, "leg 1 me")}, []string{"nak 9", "closed"}},
		{"bad token in the bind", [][]byte{auth(plainBind(whole), 9, 2, 0, "rubbish")}, []string{"nak 9", "closed"}},
		{"bad token in the alter_context", [][]byte{begun, auth(alter, 9, 2, 0, "rubbish")}, []string{"ack 0/0", "fault 0x5 call 2", "closed"}},
		{"bad token in the auth3", [][]byte{auth(plainBind(whole), 10, 2, 0, "leg 1 me"), auth(auth3, 10, 2, 0, "rubbish"), req}, []string{"ack 0/0", "fault 0x5 call 3", "closed"}},
		{"padding in the auth3", [][]byte{auth(plainBind(whole), 10, 2, 0, "leg 1 me"), patch(auth(auth3, 10, 2, 0, "leg 3 me"), 22, 4)}, []string{"ack 0/0", "fault 0x1c00001b call 1", "closed"}},
		{"request before the end", [][]byte{begun, req}, []string{"ack 0/0", "fault 0x1c01000b call 3 dne", "closed"}},
		{"alter_context without token before the end", [][]byte{begun, alter}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"type changes", [][]byte{begun, auth(alter, 10, 2, 0, "leg 3 me")}, []string{"ack 0/0", "fault 0x721 call 2", "closed"}},
		{"level changes", [][]byte{begun, auth(alter, 9, 5, 0, "leg 3 me")}, []string{"ack 0/0", "fault 0x5 call 2", "closed"}},
		{"another context before the end", [][]byte{begun, auth(alter, 9, 2, 1, "leg 1 me")}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"again after the end", [][]byte{whole2(plainBind(whole)), whole2(alter)}, []string{"ack 0/0", "fault 0x5 call 2", "closed"}},
		{"second context, not agreed", [][]byte{whole2(plainBind(whole)), auth(alter, 20, 2, 1, "leg 1 me")}, []string{"ack 0/0", "fault 0x1c01000b call 2 dne", "closed"}},
		{"second context, agreed", [][]byte{whole2(features(1)), auth(alter, 20, 2, 1, "leg 1 me")}, []string{"ack 0/0 3/1", "alter 0/0", "nothing"}},
		{"several contexts, request names none", [][]byte{whole2(features(1)), auth(alter, 20, 2, 1, "leg 1 me"), req}, []string{"ack 0/0 3/1", "alter 0/0", "fault 0x1c01000b call 3 dne", "closed"}},
		{"several contexts, request names one", [][]byte{whole2(features(1)), auth(alter, 20, 2, 1, "leg 1 me"), auth(req, 20, 2, 1, "anything")}, []string{"ack 0/0 3/1", "alter 0/0", "response call 3: 4"}},
		{"auth3 after the end", [][]byte{whole2(plainBind(whole)), auth(auth3, 20, 2, 0, "leg 3 me")}, []string{"ack 0/0", "fault 0x1c01000b call 1 dne", "closed"}},
		{"first token in an alter_context", [][]byte{plainBind(whole), whole2(alter), req}, []string{"ack 0/0", "alter 0/0", "response call 3: 4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{
					&toyService{typ: 9, legs: 4}, &toyService{typ: 10, legs: 3}, &toyService{typ: 20, legs: 2}}})
				defer s.Close()
				p := dialRaw(t, s)
				defer p.nc.Close()
				go p.nc.Write(bytes.Join(tt.send, nil))
				for i, want := range tt.want {
					if got := p.answer(); got != want {
						t.Fatalf("answer %d: %s; want %s", i, got, want)
					}
				}
			})
		})
	}
}

// TestProtectedCancel: a co_cancel with a verifier counts as a PDU of its
// security context, one without does not.
func TestProtectedCancel(t *testing.T) {
	for _, what := range []string{"none", "without verifier", "with verifier", "with a bad verifier"} {
		t.Run(what, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				svc := &toyService{typ: 9, legs: 2}
				s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
				defer s.Close()
				p := dialRaw(t, s)
				defer p.nc.Close()
				tr := authTrailer{typ: 9, level: uint8(com.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)}
				sctx := &toyContext{srv: svc, client: true, name: "me"}
				token, _, _ := sctx.Step(context.Background(), nil)
				p.send(endPDU(appendAuth(plainBind(pfcWhole), 0, tr, token), 0, len(token)))
				p.want(ptBindAck)
				sec := &security{ctx: sctx, trailer: tr}
				cancel := appendControl(nil, ptCancel, 9)
				switch what {
				case "without verifier":
					p.send(cancel)
				case "with verifier", "with a bad verifier":
					b, err := sec.protect(cancel, headerSize)
					if err != nil {
						t.Fatal(err)
					}
					if what == "with a bad verifier" {
						b[len(b)-16] ^= 1
					}
					p.send(b)
				}
				req, err := sec.protect(rawRequest(2, pfcWhole, 0, opEcho, []byte("abcd")), requestHeaderSize)
				if err != nil {
					t.Fatal(err)
				}
				p.nc.Write(req)
				want := "response call 2: 40" // 4 bytes, padding, trailer, signature
				if what == "with a bad verifier" {
					want = "fault 0x721 call 9"
				}
				if got := p.answer(); got != want {
					t.Errorf("answer: %s; want %s", got, want)
				}
			})
		})
	}
}
