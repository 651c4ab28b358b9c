package com

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// GUID is a 128-bit identifier in the field layout of [MS-DTYP] 2.3.4. It is
// comparable and may be used as a map key.
type GUID struct {
	Data1 uint32
	Data2 uint16
	Data3 uint16
	Data4 [8]byte
}

// The kinds of GUID that COM tells apart by name. They are one type, because
// the facts, the wire and the tables do not tell them apart either.
type (
	IID   = GUID // identifies an interface
	CLSID = GUID // identifies a class
	IPID  = GUID // identifies one interface of one object in one exporter
	CID   = GUID // causality id: one logical call chain
)

// NewGUID returns a random (version 4) GUID from the system's cryptographic
// source, so that it cannot be guessed.
func NewGUID() GUID {
	var b [16]byte
	rand.Read(b[:]) // never fails since Go 1.24
	b[7] = b[7]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return GUIDFromBytes(b[:])
}

// GUIDFromBytes reads the 16-byte little-endian form used in packets
// (OBJREF, STDOBJREF). It panics when b is shorter than 16 bytes.
func GUIDFromBytes(b []byte) GUID {
	_ = b[15]
	g := GUID{
		Data1: binary.LittleEndian.Uint32(b),
		Data2: binary.LittleEndian.Uint16(b[4:]),
		Data3: binary.LittleEndian.Uint16(b[6:]),
	}
	copy(g.Data4[:], b[8:16])
	return g
}

// AppendBytes appends the 16-byte little-endian form of g to b.
func (g GUID) AppendBytes(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, g.Data1)
	b = binary.LittleEndian.AppendUint16(b, g.Data2)
	b = binary.LittleEndian.AppendUint16(b, g.Data3)
	return append(b, g.Data4[:]...)
}

// PutBytes writes the 16-byte little-endian form of g to the start of b.
func (g GUID) PutBytes(b []byte) {
	_ = b[15]
	binary.LittleEndian.PutUint32(b, g.Data1)
	binary.LittleEndian.PutUint16(b[4:], g.Data2)
	binary.LittleEndian.PutUint16(b[6:], g.Data3)
	copy(b[8:], g.Data4[:])
}

// IsZero reports whether g is GUID_NULL.
func (g GUID) IsZero() bool { return g == GUID{} }

// String returns the usual text form in lower case, without braces.
func (g GUID) String() string {
	var b [36]byte
	g.appendText(b[:0])
	return string(b[:])
}

func (g GUID) appendText(b []byte) []byte {
	var raw [16]byte
	binary.BigEndian.PutUint32(raw[:], g.Data1)
	binary.BigEndian.PutUint16(raw[4:], g.Data2)
	binary.BigEndian.PutUint16(raw[6:], g.Data3)
	copy(raw[8:], g.Data4[:])
	for i, n := 0, 0; i < 5; i++ {
		if i > 0 {
			b = append(b, '-')
		}
		w := [5]int{4, 2, 2, 2, 6}[i]
		b = hex.AppendEncode(b, raw[n:n+w])
		n += w
	}
	return b
}

// AppendText implements [encoding.TextAppender].
func (g GUID) AppendText(b []byte) ([]byte, error) { return g.appendText(b), nil }

// MarshalText implements [encoding.TextMarshaler].
func (g GUID) MarshalText() ([]byte, error) { return g.appendText(nil), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]; it accepts what
// [ParseGUID] accepts.
func (g *GUID) UnmarshalText(b []byte) error {
	v, err := ParseGUID(string(b))
	if err == nil {
		*g = v
	}
	return err
}

// ParseGUID reads the text form, in either case, with or without braces.
func ParseGUID(s string) (GUID, error) {
	t := s
	if len(t) == 38 && t[0] == '{' && t[37] == '}' {
		t = t[1:37]
	}
	bad := func() (GUID, error) {
		return GUID{}, fmt.Errorf("com: %q is not a GUID: want 8-4-4-4-12 hex digits", s)
	}
	if len(t) != 36 || t[8] != '-' || t[13] != '-' || t[18] != '-' || t[23] != '-' {
		return bad()
	}
	var raw [16]byte
	n := 0
	for _, part := range [5]string{t[:8], t[9:13], t[14:18], t[19:23], t[24:]} {
		w, err := hex.Decode(raw[n:], []byte(part))
		if err != nil {
			return bad()
		}
		n += w
	}
	g := GUID{
		Data1: binary.BigEndian.Uint32(raw[:]),
		Data2: binary.BigEndian.Uint16(raw[4:]),
		Data3: binary.BigEndian.Uint16(raw[6:]),
	}
	copy(g.Data4[:], raw[8:])
	return g, nil
}

// MustGUID is [ParseGUID] for constants in source code; it panics on bad text.
func MustGUID(s string) GUID {
	g, err := ParseGUID(s)
	if err != nil {
		panic(err)
	}
	return g
}
