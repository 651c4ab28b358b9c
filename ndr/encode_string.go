package ndr

import (
	"unicode/utf16"
	"unicode/utf8"

	"oxid/com"
)

// A [string] array on the wire is offset 0, the actual count with the
// terminating NUL, and the characters with it; unless its size is fixed, the
// max_count comes first (C706 14.3.4). A NUL inside a Go string would silently
// end it at the receiver and is an error.

// WStr appends a conformant [string] of wchar_t. Invalid UTF-8 becomes U+FFFD.
func (e *Encoder) WStr(s string) {
	n := UTF16Len(s) + 1
	e.count(n)
	e.wstr(s, n)
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
	for i := range len(s) {
		if s[i] == 0 {
			e.embeddedNUL(i)
			break
		}
	}
	e.b = append(append(e.b, s...), 0)
}

func (e *Encoder) room(n, max int) {
	if n > max {
		e.fail(com.RPC_S_INVALID_BOUND, "string of %d characters with its NUL in an array of %d", n, max)
	}
}

func (e *Encoder) embeddedNUL(i int) {
	e.fail(com.E_INVALIDARG, "string with a NUL at byte %d", i)
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
	if 2*len(s) > cap(e.b)-len(e.b) {
		e.Grow(2*len(s) + 2)
	}
	n := len(e.b)
	p := e.b[n : n+2*len(s)]
	lo, hi := 0, 1
	if e.big {
		lo, hi = 1, 0
	}
	i := 0
	for ; i < len(s); i++ {
		c := s[i]
		if c-1 >= utf8.RuneSelf-1 { // NUL or not ASCII
			break
		}
		p[2*i+lo], p[2*i+hi] = c, 0
	}
	e.b = e.b[:n+2*i]
	if i < len(s) {
		e.utf16Slow(s, i)
	}
}

// utf16Slow goes on behind the leading ASCII of s.
func (e *Encoder) utf16Slow(s string, from int) {
	for i, r := range s[from:] {
		switch {
		case r == 0:
			e.embeddedNUL(from + i)
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
