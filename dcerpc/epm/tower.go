package epm

import (
	"encoding/binary"
	"errors"
	"fmt"

	"oxid/com"
	"oxid/dcerpc"
)

// Protocol identifiers of tower floors ([C706] appendix I).
const (
	ProtoTCP     = 0x07
	ProtoUDP     = 0x08
	ProtoIP      = 0x09
	ProtoDG      = 0x0a // connectionless RPC
	ProtoCO      = 0x0b // connection-oriented RPC
	ProtoLocal   = 0x0c // local RPC
	ProtoUUID    = 0x0d // a floor with a syntax id
	ProtoPipe    = 0x0f // SMB named pipe
	ProtoLRPC    = 0x10 // local RPC endpoint name
	ProtoNetBIOS = 0x11
	ProtoHTTP    = 0x1f
)

// Floor is one layer of a tower: on the left what protocol, on the right the
// data that the protocol needs.
type Floor struct {
	LHS []byte // protocol identifier, and for ProtoUUID a UUID and the major version
	RHS []byte
}

// Proto returns the protocol identifier; 0 when there is none.
func (f *Floor) Proto() byte {
	if len(f.LHS) == 0 {
		return 0
	}
	return f.LHS[0]
}

// Tower is a protocol tower ([C706] appendix L): interface, transfer syntax,
// RPC protocol, and the endpoint in one or more floors.
type Tower []Floor

// maxFloors bounds what is decoded; towers in use have up to six.
const maxFloors = 16

var errTower = errors.New("epm: tower is cut off or malformed")

// ParseTower decodes the octets of a twr_t. The floors alias b.
func ParseTower(b []byte) (Tower, error) {
	if len(b) < 2 {
		return nil, errTower
	}
	n := int(binary.LittleEndian.Uint16(b))
	if n > maxFloors {
		return nil, errTower
	}
	b = b[2:]
	half := func() ([]byte, bool) {
		if len(b) < 2 {
			return nil, false
		}
		l := int(binary.LittleEndian.Uint16(b))
		if len(b)-2 < l {
			return nil, false
		}
		h := b[2 : 2+l]
		b = b[2+l:]
		return h, true
	}
	t := make(Tower, n)
	for i := range t {
		var ok1, ok2 bool
		t[i].LHS, ok1 = half()
		t[i].RHS, ok2 = half()
		if !ok1 || !ok2 {
			return nil, errTower
		}
	}
	return t, nil
}

// Append appends the octets of t to b.
func (t Tower) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(len(t)))
	for _, f := range t {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(f.LHS)))
		b = append(b, f.LHS...)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(f.RHS)))
		b = append(b, f.RHS...)
	}
	return b
}

// syntaxFloor makes one of the first two floors.
func syntaxFloor(s dcerpc.SyntaxID) Floor {
	lhs := s.UUID.AppendBytes([]byte{ProtoUUID})
	return Floor{
		LHS: binary.LittleEndian.AppendUint16(lhs, s.Major),
		RHS: binary.LittleEndian.AppendUint16(nil, s.Minor),
	}
}

// syntax decodes one of the first two floors.
func (t Tower) syntax(i int) (s dcerpc.SyntaxID, ok bool) {
	if len(t) <= i || t[i].Proto() != ProtoUUID || len(t[i].LHS) != 19 || len(t[i].RHS) != 2 {
		return s, false
	}
	s.UUID = com.GUIDFromBytes(t[i].LHS[1:]) // little-endian always
	s.Major = binary.LittleEndian.Uint16(t[i].LHS[17:])
	s.Minor = binary.LittleEndian.Uint16(t[i].RHS)
	return s, true
}

// Interface returns the abstract syntax of floor 1.
func (t Tower) Interface() (dcerpc.SyntaxID, bool) { return t.syntax(0) }

// Transfer returns the transfer syntax of floor 2.
func (t Tower) Transfer() (dcerpc.SyntaxID, bool) { return t.syntax(1) }

// NewTower makes a tower of connection-oriented RPC with these floors on top
// of interface and transfer syntax.
func NewTower(iface, transfer dcerpc.SyntaxID, endpoint ...Floor) Tower {
	t := Tower{syntaxFloor(iface), syntaxFloor(transfer), {LHS: []byte{ProtoCO}, RHS: []byte{0, 0}}}
	return append(t, endpoint...)
}

// TCPTower makes the tower of ncacn_ip_tcp. ip is all zero in queries.
func TCPTower(iface, transfer dcerpc.SyntaxID, ip [4]byte, port uint16) Tower {
	return NewTower(iface, transfer,
		Floor{LHS: []byte{ProtoTCP}, RHS: binary.BigEndian.AppendUint16(nil, port)},
		Floor{LHS: []byte{ProtoIP}, RHS: ip[:]})
}

// PipeTower makes the tower of ncacn_np: pipe as in `\PIPE\lsass`.
func PipeTower(iface, transfer dcerpc.SyntaxID, host, pipe string) Tower {
	return NewTower(iface, transfer,
		Floor{LHS: []byte{ProtoPipe}, RHS: append([]byte(pipe), 0)},
		Floor{LHS: []byte{ProtoNetBIOS}, RHS: append([]byte(host), 0)})
}

// TCP returns address and port of an ncacn_ip_tcp tower.
func (t Tower) TCP() (ip [4]byte, port uint16, ok bool) {
	if len(t) < 5 || t[2].Proto() != ProtoCO || t[3].Proto() != ProtoTCP || len(t[3].RHS) != 2 ||
		t[4].Proto() != ProtoIP || len(t[4].RHS) != 4 {
		return ip, 0, false
	}
	return [4]byte(t[4].RHS), binary.BigEndian.Uint16(t[3].RHS), true
}

// String shows the tower for people.
func (t Tower) String() string {
	iface, _ := t.Interface()
	if ip, port, ok := t.TCP(); ok {
		return fmt.Sprintf("%s at ncacn_ip_tcp:%d.%d.%d.%d[%d]", iface, ip[0], ip[1], ip[2], ip[3], port)
	}
	if len(t) > 3 && t[3].Proto() == ProtoPipe {
		return fmt.Sprintf("%s at ncacn_np[%s]", iface, cString(t[3].RHS))
	}
	if len(t) > 3 {
		return fmt.Sprintf("%s at protocol %#02x", iface, t[3].Proto())
	}
	return iface.String()
}

// cString returns b up to its first NUL.
func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
