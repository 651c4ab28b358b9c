package orpc

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The ways in which a DUALSTRINGARRAY can be malformed ([MS-DCOM] 2.2.19.1).
var (
	errBindingsShort  = errors.New("DUALSTRINGARRAY is longer than the packet")
	errSecurityOffset = errors.New("DUALSTRINGARRAY: wSecurityOffset lies behind wNumEntries")
	errNoTerminator   = errors.New("DUALSTRINGARRAY: a terminating zero is missing")
)

// ParseDUALSTRINGARRAY decodes the array at the start of b and returns how
// many bytes it took. Malformed arrays fail with RPC_E_INVALID_OBJREF.
// Bindings of unknown protocol sequences are kept.
func ParseDUALSTRINGARRAY(b []byte) (DUALSTRINGARRAY, int, error) {
	p, err := packedBindingsAt(b)
	if err != nil {
		return DUALSTRINGARRAY{}, 0, invalidObjref("%w", err)
	}
	d, err := p.Unpack()
	return d, len(p), err
}

// ParsePackedBindings checks the array at the start of b and returns it,
// aliasing b. It allocates nothing. Errors are those of [ParseDUALSTRINGARRAY].
func ParsePackedBindings(b []byte) (PackedBindings, error) {
	p, err := packedBindingsAt(b)
	if err != nil {
		return nil, invalidObjref("%w", err)
	}
	return p, nil
}

// packedBindingsAt is ParsePackedBindings with bare errors, for callers that
// report under another HRESULT.
//
// A part ends with a zero where a binding would begin. A part of no length at
// all has no bindings; one that stops right behind a binding lacks its zero.
func packedBindingsAt(b []byte) (PackedBindings, error) {
	strs, sec, n, err := PackedBindings(b).sections()
	if err != nil {
		return nil, err
	}
	for off := 0; off < len(strs); {
		_, _, next, err := scanString(strs, off)
		if err != nil {
			return nil, err
		}
		if next < 0 {
			break
		}
		off = next
		if off == len(strs) {
			return nil, errNoTerminator
		}
	}
	for off := 0; off < len(sec); {
		_, _, _, next, err := scanSecurity(sec, off)
		if err != nil {
			return nil, err
		}
		if next < 0 {
			break
		}
		off = next
		if off == len(sec) {
			return nil, errNoTerminator
		}
	}
	return PackedBindings(b[:n:n]), nil
}

// Unpack decodes p. A nil p, and one of length 0/0, has no bindings. It fails
// with RPC_E_INVALID_OBJREF when p did not come from a parser and is malformed.
func (p PackedBindings) Unpack() (DUALSTRINGARRAY, error) {
	var d DUALSTRINGARRAY
	if len(p) == 0 {
		return d, nil
	}
	// Checked again, because anybody can make a PackedBindings of bytes; behind
	// that no scan fails.
	p, err := packedBindingsAt(p)
	if err != nil {
		return d, invalidObjref("%w", err)
	}
	strs, sec, _, _ := p.sections()
	for off := 0; off < len(strs); {
		id, addr, next, _ := scanString(strs, off)
		if next < 0 {
			break
		}
		d.StringBindings = append(d.StringBindings, StringBinding{id, utf16Text(addr)})
		off = next
	}
	for off := 0; off < len(sec); {
		svc, reserved, name, next, _ := scanSecurity(sec, off)
		if next < 0 {
			break
		}
		d.SecurityBindings = append(d.SecurityBindings, SecurityBinding{svc, reserved, utf16Text(name)})
		off = next
	}
	return d, nil
}

// sections checks the two counts, of 16-bit units, and returns the bytes of the string part and
// of the security part, and the length of the whole array.
func (p PackedBindings) sections() (strs, sec []byte, n int, err error) {
	if len(p) < 4 {
		return nil, nil, 0, fmt.Errorf("%w: %d bytes of its 4-byte header", errBindingsShort, len(p))
	}
	entries := int(binary.LittleEndian.Uint16(p))
	offset := int(binary.LittleEndian.Uint16(p[2:]))
	if offset > entries {
		return nil, nil, 0, errSecurityOffset
	}
	n = 4 + 2*entries
	if n > len(p) {
		return nil, nil, 0, errBindingsShort
	}
	return p[4 : 4+2*offset], p[4+2*offset : n], n, nil
}

// scanString reads the string binding at off of the string part: its tower id,
// its address as UTF-16 bytes, and where the next one starts. next is -1 at
// the zero that ends the list.
func scanString(b []byte, off int) (tower uint16, addr []byte, next int, err error) {
	if len(b)-off < 2 {
		return 0, nil, 0, errNoTerminator
	}
	if tower = binary.LittleEndian.Uint16(b[off:]); tower == 0 {
		return 0, nil, -1, nil
	}
	end, err := scanZero(b, off+2)
	if err != nil {
		return 0, nil, 0, err
	}
	return tower, b[off+2 : end], end + 2, nil
}

// scanSecurity reads the security binding at off of the security part, in the
// manner of scanString. A provider of 0 stands alone and ends the list.
func scanSecurity(b []byte, off int) (svc, reserved uint16, name []byte, next int, err error) {
	if len(b)-off < 2 {
		return 0, 0, nil, 0, errNoTerminator
	}
	if svc = binary.LittleEndian.Uint16(b[off:]); svc == 0 {
		return 0, 0, nil, -1, nil
	}
	if len(b)-off < 4 {
		return 0, 0, nil, 0, errNoTerminator
	}
	reserved = binary.LittleEndian.Uint16(b[off+2:])
	end, err := scanZero(b, off+4)
	if err != nil {
		return 0, 0, nil, 0, err
	}
	return svc, reserved, b[off+4 : end], end + 2, nil
}

// scanZero returns the offset of the first zero unit at or behind off.
func scanZero(b []byte, off int) (int, error) {
	for ; off+1 < len(b); off += 2 {
		if b[off] == 0 && b[off+1] == 0 {
			return off, nil
		}
	}
	return 0, errNoTerminator
}

// firstUnit returns the first unit of a part, or 0 when it is empty.
func firstUnit(b []byte) uint16 {
	if len(b) < 2 {
		return 0
	}
	return binary.LittleEndian.Uint16(b)
}
