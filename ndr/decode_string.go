package ndr

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"oxid/com"
)

// WStr reads a conformant [string] of wchar_t. It ends at its first NUL; the
// last element must be one. Unpaired surrogates become U+FFFD.
func (d *Decoder) WStr() string {
	// What nearly every string is, ASCII in little-endian NDR 2.0, is checked
	// and read in one pass. Anything else, errors too, starts over.
	at := d.off + -(d.off+d.base)&3
	if !d.ndr64 && !d.big && at+12 <= len(d.b) {
		p := d.b[at:]
		max := binary.LittleEndian.Uint32(p)
		first := binary.LittleEndian.Uint32(p[4:])
		n := binary.LittleEndian.Uint32(p[8:])
		p = p[12:]
		if first == 0 && n-1 < max && max <= maxElements && uint64(n)*2 <= uint64(len(p)) &&
			p[2*n-2]|p[2*n-1] == 0 {
			out := make([]byte, n-1)
			if narrow(out, p) == len(out) {
				d.off = at + 12 + 2*int(n)
				return unsafe.String(unsafe.SliceData(out), len(out))
			}
		}
	}
	return d.WStrFixed(d.MaxCount())
}

// WStrMax is [Decoder.WStr] for a string whose size_is is max.
func (d *Decoder) WStrMax(max int) string {
	d.same(d.MaxCount(), max, "max_count")
	return d.WStrFixed(max)
}

// WStrFixed reads a [string] in an array of max wchar_t.
func (d *Decoder) WStrFixed(max int) string {
	n := d.Varying(max, 2)
	p := d.take(2, 2*n)
	if !d.terminated(n, len(p) > 0 && p[len(p)-1]|p[len(p)-2] == 0) {
		return ""
	}
	return d.text(p, true)
}

// Str reads a conformant [string] of char. It ends at its first NUL; the last
// element must be one.
func (d *Decoder) Str() string {
	return d.StrFixed(d.MaxCount())
}

// StrMax is [Decoder.Str] for a string whose size_is is max.
func (d *Decoder) StrMax(max int) string {
	d.same(d.MaxCount(), max, "max_count")
	return d.StrFixed(max)
}

// StrFixed reads a [string] in an array of max char.
func (d *Decoder) StrFixed(max int) string {
	n := d.Varying(max, 1)
	p := d.take(1, n)
	if !d.terminated(n, len(p) > 0 && p[len(p)-1] == 0) {
		return ""
	}
	return string(p[:bytes.IndexByte(p, 0)])
}

// terminated checks that a string of n elements ends with a NUL.
func (d *Decoder) terminated(n int, ok bool) bool {
	switch {
	case d.err != nil:
		return false
	case n == 0:
		d.fail(com.RPC_X_BAD_STUB_DATA, "string without a NUL: 0 elements")
	case !ok:
		d.fail(com.RPC_X_BAD_STUB_DATA, "string of %d elements whose last is no NUL", n)
	default:
		return true
	}
	return false
}

// UTF16 reads n UTF-16 units that are no [string]: no counts, no NUL. NULs
// inside are kept, unpaired surrogates become U+FFFD.
func (d *Decoder) UTF16(n int) string {
	if !d.Fits(n, 2) {
		return ""
	}
	return d.text(d.take(2, 2*n), false)
}

// text converts UTF-16 units in the byte order of the wire, up to the first
// NUL if it ends there.
func (d *Decoder) text(p []byte, toNUL bool) string {
	if d.big {
		return d.textSlow(nil, p, toNUL)
	}
	out := make([]byte, len(p)/2)
	n := narrow(out, p)
	if n < len(out) && !(toNUL && p[2*n]|p[2*n+1] == 0) {
		return d.textSlow(out[:n], p[2*n:], toNUL)
	}
	return unsafe.String(unsafe.SliceData(out), n) // out is not touched any more
}

// narrow writes the leading ASCII of p, little-endian UTF-16 up to the first
// NUL, to out and returns its length. p is at least twice as long as out.
func narrow(out, p []byte) int {
	p = p[:2*len(out)] // the one bounds check
	src, dst := unsafe.Pointer(unsafe.SliceData(p)), unsafe.Pointer(unsafe.SliceData(out))
	i := 0
	for ; i+4 <= len(out); i += 4 {
		x := load64(unsafe.Add(src, 2*i))
		if (x-0x0001000100010001|x)&0xff80ff80ff80ff80 != 0 {
			break // one of these 4 is a NUL or not ASCII
		}
		x = (x | x>>8) & 0x0000ffff0000ffff
		store32(unsafe.Add(dst, i), uint32(x|x>>16))
	}
	for ; i < len(out); i++ {
		c := binary.LittleEndian.Uint16(p[2*i:])
		if c-1 >= utf8.RuneSelf-1 {
			break
		}
		out[i] = byte(c)
	}
	return i
}

// textSlow goes on behind the leading ASCII, which is in out.
func (d *Decoder) textSlow(out, p []byte, toNUL bool) string {
	unit := binary.LittleEndian.Uint16
	if d.big {
		unit = binary.BigEndian.Uint16
	}
	for ; len(p) >= 2; p = p[2:] {
		r := rune(unit(p))
		switch {
		case r == 0 && toNUL:
			return string(out)
		case !utf16.IsSurrogate(r):
		case len(p) < 4:
			r = utf8.RuneError
		default:
			if r = utf16.DecodeRune(r, rune(unit(p[2:]))); r != utf8.RuneError {
				p = p[2:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}
