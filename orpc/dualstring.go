package orpc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"oxid/com"
	"oxid/ndr"
)

// DUALSTRINGARRAY is the decoded form of a set of bindings: where an exporter
// or resolver listens, and how it authenticates ([MS-DCOM] 2.2.19). Both lists
// are in the sender's order of preference, best first; Windows does not order
// string bindings at all.
//
// [PackedBindings] is the wire form, which keeps what cannot be decoded and
// costs nothing to copy into packets:
//
//	offset 0  wNumEntries      u16, number of 16-bit units behind offset 4
//	       2  wSecurityOffset  u16, index of the unit where security bindings begin
//	       4  string bindings: tower id, UTF-16 address, 0; then 0
//	          security bindings: provider, reserved, UTF-16 principal, 0; then 0
//
// Addresses name hosts: a NetBIOS name, a DNS name, or an IPv4 or IPv6 address
// as text. What a resolver hands out about itself has no endpoints, since
// everybody knows where resolvers listen.
type DUALSTRINGARRAY struct {
	StringBindings   []StringBinding
	SecurityBindings []SecurityBinding // empty: do not use security
}

// StringBinding is one network address ([MS-DCOM] 2.2.19.3).
type StringBinding struct {
	TowerID uint16 // protocol sequence, TOWER_*; never 0
	Addr    string // "host" (resolvers) or "host[endpoint]" (exporters)
}

// SecurityBinding is one security provider of the sender ([MS-DCOM] 2.2.19.4).
type SecurityBinding struct {
	AuthnSvc  uint16 // RPC_C_AUTHN_*; neither 0 nor 0xffff
	Reserved  uint16 // COM_C_AUTHZ_NONE; written as 0xffff when 0, ignored on receipt
	Principal string // service principal name; "" when not known
}

// NewStringBinding makes a binding for host, and for endpoint unless that is
// empty. An IPv6 address is written without brackets of its own.
func NewStringBinding(tower uint16, host, endpoint string) StringBinding {
	host = unbracket(host)
	if endpoint != "" {
		host += "[" + endpoint + "]"
	}
	return StringBinding{TowerID: tower, Addr: host}
}

// Split returns the host and the endpoint of the address; the endpoint is
// empty when there is none. An IPv6 address is bare text, so the last '['
// separates: "2001:db8::1[49152]". Brackets around an address alone, which
// the specification does not have, are taken off.
func (s StringBinding) Split() (host, endpoint string) {
	i := strings.LastIndexByte(s.Addr, '[')
	if i <= 0 || !strings.HasSuffix(s.Addr, "]") {
		return unbracket(s.Addr), ""
	}
	return unbracket(s.Addr[:i]), s.Addr[i+1 : len(s.Addr)-1]
}

// unbracket takes the brackets off "[host]".
func unbracket(host string) string {
	if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' {
		return host[1 : n-1]
	}
	return host
}

// String returns the usual text form, "ncacn_ip_tcp:10.0.0.1[49152]".
func (s StringBinding) String() string { return ProtSeqName(s.TowerID) + ":" + s.Addr }

// ProtSeqName returns the name of a tower identifier, or its number in
// hexadecimal when it has none here.
func ProtSeqName(tower uint16) string {
	switch tower {
	case TOWER_NCACN_IP_TCP:
		return "ncacn_ip_tcp"
	case TOWER_NCADG_IP_UDP:
		return "ncadg_ip_udp"
	case TOWER_NCACN_NP, TOWER_NCACN_NP_LEGACY:
		return "ncacn_np"
	case TOWER_NCACN_HTTP:
		return "ncacn_http"
	}
	return fmt.Sprintf("tower 0x%02x", tower)
}

// maxDualStringUnits is what wNumEntries, a 16-bit count, can say.
const maxDualStringUnits = 0xffff

// Append appends the wire form of d. An array without bindings takes the form
// of the specification, four zero units behind 4/2. It fails when a binding is
// not expressible (tower 0, provider 0 or 0xffff, a NUL inside a text) or when
// the array is longer than 65,535 units; b is then returned unchanged.
func (d *DUALSTRINGARRAY) Append(b []byte) ([]byte, error) {
	start := len(b)
	out := append(b, 0, 0, 0, 0)
	for _, s := range d.StringBindings {
		if s.TowerID == 0 {
			return b, fmt.Errorf("orpc: string binding %q: tower id 0 means none: %w", s.Addr, com.E_INVALIDARG)
		}
		out = binary.LittleEndian.AppendUint16(out, s.TowerID)
		var err error
		if out, err = appendUTF16Z(out, s.Addr); err != nil {
			return b, err
		}
	}
	if len(d.StringBindings) == 0 {
		out = append(out, 0, 0) // the empty binding, in front of the terminator
	}
	out = append(out, 0, 0)
	security := len(out)
	for _, s := range d.SecurityBindings {
		if s.AuthnSvc == 0 || s.AuthnSvc == 0xffff {
			return b, fmt.Errorf("orpc: security binding: provider 0x%x cannot be named: %w", s.AuthnSvc, com.E_INVALIDARG)
		}
		reserved := s.Reserved
		if reserved == 0 {
			reserved = 0xffff
		}
		out = binary.LittleEndian.AppendUint16(out, s.AuthnSvc)
		out = binary.LittleEndian.AppendUint16(out, reserved)
		var err error
		if out, err = appendUTF16Z(out, s.Principal); err != nil {
			return b, err
		}
	}
	if len(d.SecurityBindings) == 0 {
		out = append(out, 0, 0)
	}
	out = append(out, 0, 0)
	units := (len(out) - start - 4) / 2
	if units > maxDualStringUnits {
		return b, fmt.Errorf("orpc: DUALSTRINGARRAY of %d units, at most %d fit: %w", units, maxDualStringUnits, com.E_INVALIDARG)
	}
	binary.LittleEndian.PutUint16(out[start:], uint16(units))
	binary.LittleEndian.PutUint16(out[start+2:], uint16((security-start-4)/2))
	return out, nil
}

// Pack returns the wire form of d. Errors are those of Append.
func (d *DUALSTRINGARRAY) Pack() (PackedBindings, error) {
	b, err := d.Append(nil)
	return PackedBindings(b), err
}

// appendUTF16Z appends s as little-endian UTF-16 with a terminating zero.
func appendUTF16Z(b []byte, s string) ([]byte, error) {
	e := ndr.EncodeTo(b, false)
	e.UTF16(s)
	e.Uint16(0)
	return e.Data()
}

// utf16Text decodes little-endian UTF-16 without a terminator. Unpaired
// surrogates become U+FFFD.
func utf16Text(b []byte) string {
	d := ndr.DecodeFrom(b, littleEndian, false)
	return d.UTF16(len(b) / 2)
}

// PackedBindings is a DUALSTRINGARRAY in its little-endian wire form, from
// wNumEntries on. Those that a parser returned are known to be sound. As a map
// key, m[string(p)] looks one up without allocating. A nil value stands for
// the form that packets inside one process have, wNumEntries 0 (CF-108).
type PackedBindings []byte

// IsEmpty reports whether p has neither string nor security bindings.
func (p PackedBindings) IsEmpty() bool {
	strs, sec, _, err := p.sections()
	return err != nil || len(strs)+len(sec) == 0 ||
		(firstUnit(strs) == 0 && firstUnit(sec) == 0)
}

// Clone returns a copy that does not alias the packet p came from.
func (p PackedBindings) Clone() PackedBindings { return bytes.Clone(p) }

// Append appends the wire form; nil becomes four zero bytes.
func (p PackedBindings) Append(b []byte) []byte {
	if len(p) == 0 {
		return append(b, 0, 0, 0, 0)
	}
	return append(b, p...)
}

// size is the number of bytes that Append adds.
func (p PackedBindings) size() int { return max(len(p), 4) }
