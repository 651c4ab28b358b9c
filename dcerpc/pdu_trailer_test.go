package dcerpc

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"oxid/com"
)

// vtSample is stub data of 5 bytes with a trailer of all three commands, for
// the plain interface, operation 0, call 3.
var vtSample = unhex(`0102030405 000000
	8ae3137102f43671
	0100 0400 01000000
	0200 2800 11111111222233334444555555555555 01000000 045d888aeb1cc9119fe808002b104860 02000000
	0340 1000 00000000 10000000 03000000 0000 0000`)

func TestFindTrailer(t *testing.T) {
	at, cmds := findTrailer(vtSample)
	if at != 8 || len(cmds) != 3 || cmds[0].id != vtBitmask1 || cmds[1].id != vtPContext || cmds[2].id != vtHeader2 || len(cmds[1].data) != 40 {
		t.Errorf("findTrailer = %d, %+v", at, cmds)
	}
	for name, b := range map[string][]byte{
		"nothing":                      nil,
		"too short":                    vtSignature[:7],
		"the signature alone":          vtSignature[:],
		"without an end":               vtSample[:len(vtSample)-20],
		"data behind the end":          append(append([]byte{}, vtSample...), 0, 0, 0, 0),
		"not aligned":                  append([]byte{1}, vtSample[8:]...),
		"command longer than the data": patch(vtSample, len(vtSample)-18, 0xfc),
		"length no multiple of 4":      patch(vtSample, 18, 5),
	} {
		if at, cmds := findTrailer(b); at >= 0 {
			t.Errorf("%s: found at %d: %+v", name, at, cmds)
		}
	}
}

func TestVerificationTrailerIsChecked(t *testing.T) {
	// Offsets of the commands in vtSample.
	const bitmask, pcontext, header2 = 16, 24, 68
	tests := []struct {
		name  string
		level com.AuthnLevel
		stub  []byte
		ok    bool
		left  int
	}{
		{"right", 5, vtSample, true, 8},
		{"level CONNECT", 2, vtSample, true, 8},
		{"none", 5, vtSample[:5], true, 5},
		{"wrong interface", 5, patch(vtSample, pcontext+4, 0x12), false, 0},
		{"wrong transfer syntax", 5, patch(vtSample, pcontext+24, 0x05), false, 0},
		{"wrong packet type", 5, patch(vtSample, header2+4, 2), false, 0},
		{"wrong byte order", 5, patch(vtSample, header2+8, 0), false, 0},
		{"wrong call id", 5, patch(vtSample, header2+12, 9), false, 0},
		{"wrong context", 5, patch(vtSample, header2+16, 1), false, 0},
		{"wrong operation", 5, patch(vtSample, header2+18, 1), false, 0},
		{"unknown command", 5, patch(vtSample, bitmask, 9), true, 8},
		{"unknown command that must be processed", 5, patch(vtSample, bitmask, 9, 0x80), false, 0},
		{"unauthenticated: data like any other", 0, vtSample, true, len(vtSample)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				svc := &toyService{typ: 9, legs: 2}
				s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
				defer s.Close()
				o := &ClientOptions{}
				if tt.level != 0 {
					o.Security = &ClientSecurity{Service: svc, Level: tt.level, Target: "alice"}
				}
				c, p := newTestClient(t, s, o)
				defer c.Close()
				stub := append([]byte(nil), tt.stub...)
				if len(stub) > header2+16 && tt.name != "wrong call id" {
					c.mu.Lock()
					binary.LittleEndian.PutUint32(stub[header2+12:], c.nextID)
					c.mu.Unlock()
				}
				out, err := invoke(context.Background(), p, opEcho, stub)
				if !tt.ok {
					if !errors.Is(err, com.E_ACCESSDENIED) {
						t.Errorf("%v; want access denied", err)
					}
					<-c.Done()
					return
				}
				if err != nil || len(out) != tt.left {
					t.Errorf("the handler saw %d bytes, %v; want %d", len(out), err, tt.left)
				}
			})
		})
	}
}
