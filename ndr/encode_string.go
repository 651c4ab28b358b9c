package ndr

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"oxid/com"
)

// A [string] array on the wire is offset 0, the actual count with the
// terminating NUL, and the characters with it; unless its size is fixed, the
// max_count comes first (C706 14.3.4). A NUL inside a Go string would silently
// end it at the receiver and is an error.

// WStr appends a conformant [string] of wchar_t. Invalid UTF-8 becomes U+FFFD.
func (e *Encoder) WStr(s string) {
	// What nearly every string is, ASCII in little-endian NDR 2.0, is written
	// in one pass. All stores are below end, which is checked once.
	n := len(e.b)
	at := n + -(n+e.base)&3
	end := at + 12 + 2*len(s) + 2
	if e.ndr64 || e.big != 0 || end > cap(e.b) {
		e.wstrSlow(s)
		return
	}
	p := unsafe.Pointer(unsafe.SliceData(e.b))
	store32(unsafe.Add(p, n), 0) // padding
	store32(unsafe.Add(p, at), uint32(len(s)+1))
	store32(unsafe.Add(p, at+4), 0)
	store32(unsafe.Add(p, at+8), uint32(len(s)+1))
	if widen(unsafe.Add(p, at+12), s) < len(s) {
		e.wstrSlow(s)
		return
	}
	store16(unsafe.Add(p, end-2), 0)
	e.b = e.b[:end]
}

// wstrSlow is WStr for every string.
//
//go:noinline
func (e *Encoder) wstrSlow(s string) {
	n := UTF16Len(s) + 1
	e.count(n)
	e.wstr(s, n)
}

// widen writes the leading ASCII of s, up to the first NUL, as little-endian
// UTF-16 to p, where there is room for two bytes for each of s, and returns its
// length.
func widen(p unsafe.Pointer, s string) int {
	src := unsafe.Pointer(unsafe.StringData(s))
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := load64(unsafe.Add(src, i))
		if (x-0x0101010101010101|x)&0x8080808080808080 != 0 {
			break // somewhere in these 8 is a NUL or a byte that is not ASCII
		}
		store64(unsafe.Add(p, 2*i), spread(uint32(x)))
		store64(unsafe.Add(p, 2*i+8), spread(uint32(x>>32)))
	}
	if i+4 <= len(s) {
		if x := load32(unsafe.Add(src, i)); (x-0x01010101|x)&0x80808080 == 0 {
			store64(unsafe.Add(p, 2*i), spread(x))
			i += 4
		}
	}
	for ; i < len(s); i++ {
		c := s[i]
		if c-1 >= utf8.RuneSelf-1 {
			break
		}
		store16(unsafe.Add(p, 2*i), uint16(c))
	}
	return i
}

// spread makes 4 bytes 4 units of 16 bits.
func spread(x uint32) uint64 {
	y := (uint64(x) | uint64(x)<<16) & 0x0000ffff0000ffff
	return (y | y<<8) & 0x00ff00ff00ff00ff
}

// WStrMax is [Encoder.WStr] for a string whose size_is is max, in characters
// including the NUL.
func (e *Encoder) WStrMax(s string, max int) {
	e.Count(max)
	e.WStrFixed(s, max)
}

// WStrFixed appends a [string] in an array of max wchar_t: no max_count.
func (e *Encoder) WStrFixed(s string, max int) {
	n := UTF16Len(s) + 1
	e.room(n, max)
	e.wstr(s, n)
}

// wstr appends offset, actual count n and n UTF-16 units.
func (e *Encoder) wstr(s string, n int) {
	e.count(0)
	e.count(n)
	e.UTF16(s)
	e.Uint16(0)
}

// Str appends a conformant [string] of char. The bytes of s go as they are:
// NDR knows no character set beyond ASCII.
func (e *Encoder) Str(s string) { e.StrMax(s, len(s)+1) }

// StrMax is [Encoder.Str] for a string whose size_is is max, in characters
// including the NUL.
func (e *Encoder) StrMax(s string, max int) {
	e.Count(max)
	e.StrFixed(s, max)
}

// StrFixed appends a [string] in an array of max char: no max_count.
func (e *Encoder) StrFixed(s string, max int) {
	n := len(s) + 1
	e.room(n, max)
	e.count(0)
	e.count(n)
	if i := strings.IndexByte(s, 0); i >= 0 {
		e.fail(com.E_INVALIDARG, "string with a NUL at byte %d", i)
	}
	e.b = append(append(e.b, s...), 0)
}

func (e *Encoder) room(n, max int) {
	if n > max {
		e.fail(com.RPC_S_INVALID_BOUND, "string of %d characters with its NUL in an array of %d", n, max)
	}
}

// UTF16Len returns the number of UTF-16 units of s, of which invalid bytes
// count as U+FFFD.
func UTF16Len(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			n := i
			for _, r := range s[i:] {
				n += utf16.RuneLen(r)
			}
			return n
		}
	}
	return len(s)
}

// UTF16 appends the UTF-16 units of s without counts and without a NUL:
// [Encoder.Uint16s] for text. A NUL in s is an error.
func (e *Encoder) UTF16(s string) {
	e.pad(2)
	i := 0
	if e.big == 0 {
		n := len(e.b)
		i = widen(unsafe.Pointer(unsafe.SliceData(e.extend(2, 2*len(s)))), s)
		e.b = e.b[:n+2*i]
	}
	for at, r := range s[i:] {
		switch {
		case r == 0:
			e.fail(com.E_INVALIDARG, "string with a NUL at byte %d", i+at)
			return
		case r >= 0x10000:
			r1, r2 := utf16.EncodeRune(r)
			e.Uint16(uint16(r1))
			e.Uint16(uint16(r2))
		default:
			e.Uint16(uint16(r))
		}
	}
}
