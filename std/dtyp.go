package std

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// NewUnicodeString makes the structure that protocol specifications have for
// text ([MS-DTYP] 2.3.10). Text of more than 32767 UTF-16 code units does not
// fit: sending it fails.
func NewUnicodeString(s string) RPC_UNICODE_STRING {
	u := utf16.Encode([]rune(s))
	n := uint16(min(2*len(u), 0xfffe))
	return RPC_UNICODE_STRING{Length: n, MaximumLength: n, Buffer: u}
}

// String returns the text, "" for NULL. What is no UTF-16 becomes U+FFFD.
func (u RPC_UNICODE_STRING) String() string { return string(utf16.Decode(u.Buffer)) }

// maxSubAuthorities is the most that a SID has ([MS-DTYP] 2.4.2.3).
const maxSubAuthorities = 15

// ParseSID reads the text form of a SID, S-1-5-32-544 ([MS-DTYP] 2.4.2.1).
func ParseSID(s string) (*RPC_SID, error) {
	bad := fmt.Errorf("%q is no SID", s)
	p := strings.Split(s, "-")
	if len(p) < 4 || p[0] != "S" || p[1] != "1" || len(p)-3 > maxSubAuthorities {
		return nil, bad
	}
	// An authority of more than 32 bits is written in hexadecimal digits.
	text, base := p[2], 10
	if t, ok := strings.CutPrefix(text, "0x"); ok {
		text, base = t, 16
	}
	authority, err := strconv.ParseUint(text, base, 48)
	if err != nil {
		return nil, bad
	}
	sid := &RPC_SID{Revision: 1, SubAuthorityCount: byte(len(p) - 3)}
	for i := range sid.IdentifierAuthority.Value {
		sid.IdentifierAuthority.Value[i] = byte(authority >> (40 - 8*i))
	}
	for _, t := range p[3:] {
		v, err := strconv.ParseUint(t, 10, 32)
		if err != nil {
			return nil, bad
		}
		sid.SubAuthority = append(sid.SubAuthority, uint32(v))
	}
	return sid, nil
}

// String returns the text form.
func (s *RPC_SID) String() string {
	var authority uint64
	for _, b := range s.IdentifierAuthority.Value {
		authority = authority<<8 | uint64(b)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "S-%d-", s.Revision)
	if authority < 1<<32 {
		fmt.Fprintf(&b, "%d", authority)
	} else {
		fmt.Fprintf(&b, "0x%012X", authority)
	}
	for _, v := range s.SubAuthority {
		fmt.Fprintf(&b, "-%d", v)
	}
	return b.String()
}
