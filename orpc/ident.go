package orpc

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
)

// OXID identifies an object exporter: a set of RPC endpoints with one Remote
// Unknown. It is unique within one object resolver ([MS-DCOM] 1.3.1).
type OXID uint64

// OID identifies an object within a resolver. It is what pings keep alive.
type OID uint64

// SETID identifies a ping set of one client at a resolver. Zero asks for a new one.
type SETID uint64

// String returns 16 hexadecimal digits behind "0x".
func (x OXID) String() string { return fmt.Sprintf("0x%016x", uint64(x)) }

// String returns 16 hexadecimal digits behind "0x".
func (x OID) String() string { return fmt.Sprintf("0x%016x", uint64(x)) }

// String returns 16 hexadecimal digits behind "0x".
func (x SETID) String() string { return fmt.Sprintf("0x%016x", uint64(x)) }

// MarshalText gives JSON the same text as String: 64-bit numbers do not
// survive in JSON readers that know only doubles.
func (x OXID) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// MarshalText gives JSON the same text as String.
func (x OID) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// MarshalText gives JSON the same text as String.
func (x SETID) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// UnmarshalText reads what MarshalText writes, and plain numbers.
func (x *OXID) UnmarshalText(b []byte) error { return parseID(x, b) }

// UnmarshalText reads what MarshalText writes, and plain numbers.
func (x *OID) UnmarshalText(b []byte) error { return parseID(x, b) }

// UnmarshalText reads what MarshalText writes, and plain numbers.
func (x *SETID) UnmarshalText(b []byte) error { return parseID(x, b) }

func parseID[T ~uint64](dst *T, b []byte) error {
	v, err := strconv.ParseUint(string(b), 0, 64)
	if err != nil {
		return fmt.Errorf("orpc: %q is not an identifier of 64 bits: %w", b, err)
	}
	*dst = T(v)
	return nil
}

// NewID returns a non-zero random identifier from the system's cryptographic
// source. Identifiers are all the secret that a resolver entry has: whoever
// guesses an IPID on a connection makes a call ([MS-DCOM] 5.1).
//
//	oid := orpc.NewID[orpc.OID]()
func NewID[T ~uint64]() T {
	var b [8]byte
	for {
		rand.Read(b[:]) // never fails since Go 1.24
		if id := binary.LittleEndian.Uint64(b[:]); id != 0 {
			return T(id)
		}
	}
}
