package dcerpc

import (
	"encoding/binary"
	"fmt"

	"oxid/com"
)

// SyntaxID names an abstract syntax (an RPC interface) or a transfer syntax
// together with its version ([C706] 12.6.3.1). It is comparable.
type SyntaxID struct {
	UUID         com.GUID
	Major, Minor uint16
}

// The transfer syntaxes that oxid speaks.
var (
	NDR20 = SyntaxID{UUID: com.MustGUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), Major: 2} // [C706] 14
	NDR64 = SyntaxID{UUID: com.MustGUID("71710533-beba-4937-8319-b5dbef9ccc36"), Major: 1} // [MS-RPCE] 2.2.5
)

// String returns the UUID with the version, as in "8a885d04-... v2.0".
func (s SyntaxID) String() string { return fmt.Sprintf("%s v%d.%d", s.UUID, s.Major, s.Minor) }

// IsZero reports whether s names nothing.
func (s SyntaxID) IsZero() bool { return s == SyntaxID{} }

// syntaxSize is the length of a syntax id in a PDU: a UUID and 32 bits of
// version, the major number in the low half.
const syntaxSize = 20

func appendSyntax(b []byte, o binary.AppendByteOrder, s SyntaxID) []byte {
	b = appendGUID(b, o, &s.UUID)
	return o.AppendUint32(b, uint32(s.Major)|uint32(s.Minor)<<16)
}

// parseSyntax reads a syntax id from the first 20 bytes of b.
func parseSyntax(b []byte, o binary.ByteOrder) SyntaxID {
	v := o.Uint32(b[16:20])
	return SyntaxID{UUID: parseGUID(b, o), Major: uint16(v), Minor: uint16(v >> 16)}
}

// appendGUID writes g in the byte order o: Data1 to Data3 are integers, so they
// follow the sender's order, unlike the GUIDs inside an OBJREF.
func appendGUID(b []byte, o binary.AppendByteOrder, g *com.GUID) []byte {
	b = o.AppendUint32(b, g.Data1)
	b = o.AppendUint16(b, g.Data2)
	b = o.AppendUint16(b, g.Data3)
	return append(b, g.Data4[:]...)
}

// parseGUID reads a GUID from the first 16 bytes of b.
func parseGUID(b []byte, o binary.ByteOrder) (g com.GUID) {
	g.Data1 = o.Uint32(b)
	g.Data2 = o.Uint16(b[4:])
	g.Data3 = o.Uint16(b[6:])
	copy(g.Data4[:], b[8:16])
	return g
}

// featurePrefix is the first half of the pseudo transfer syntax by which a
// client offers features in its bind; the second half of the UUID is the
// bitmask ([MS-RPCE] 2.2.2.14).
var featurePrefix = com.MustGUID("6cb71c2c-9812-4540-0000-000000000000")

// Bind-time features ([MS-RPCE] 2.2.2.14).
const (
	featureSecurityContextMultiplexing = 1
	featureKeepConnectionOnOrphan      = 2

	supportedFeatures = featureSecurityContextMultiplexing | featureKeepConnectionOnOrphan
)

// featureSyntax returns the pseudo transfer syntax that offers mask.
func featureSyntax(mask uint8) SyntaxID {
	s := SyntaxID{UUID: featurePrefix, Major: 1}
	s.UUID.Data4[0] = mask
	return s
}

// features reports whether s offers features, and which.
func (s SyntaxID) features() (mask uint8, ok bool) {
	p := &featurePrefix
	// Data4 is compared as far as the prefix reaches: 8 bytes of UUID are Data1
	// to Data3, and the mask starts with Data4.
	if s.UUID.Data1 != p.Data1 || s.UUID.Data2 != p.Data2 || s.UUID.Data3 != p.Data3 || s.Major != 1 || s.Minor != 0 {
		return 0, false
	}
	return s.UUID.Data4[0], true
}
