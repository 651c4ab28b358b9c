package parse

import (
	"strings"
	"unicode/utf8"

	"oxid/idl/ast"
	"oxid/idl/token"
)

// strings reads one string or several neighbours and undoes their escapes.
func (p *parser) strings() (text string, wide bool) {
	first := p.tok
	p.next()
	wide = first.Kind == token.WString
	text = p.unquote(first)
	if !p.is(token.String) && !p.is(token.WString) {
		return text, wide
	}
	var b strings.Builder
	b.WriteString(text)
	for p.is(token.String) || p.is(token.WString) {
		wide = wide || p.is(token.WString)
		b.WriteString(p.unquote(p.tok))
		p.next()
	}
	return b.String(), wide
}

// unquote undoes the quotes and escapes of a literal.
func (p *parser) unquote(t token.Token) string {
	s := t.Text
	if s != "" && s[0] == 'L' {
		s = s[1:]
	}
	if s == "" {
		return ""
	}
	q := s[:1]
	s = strings.TrimPrefix(s, q)
	if strings.HasSuffix(s, q) { // absent when the literal was not closed
		s = s[:len(s)-1]
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		r, n, ok := escape(s[i:], t.Kind == token.WString || t.Kind == token.WChar)
		if !ok {
			// C leaves unknown escapes open; the backslash is kept, as paths
			// written with single backslashes intend.
			p.list.Warnf(t.Pos, len(t.Text), "unknown escape \\%c", s[i]).Fix(`write \\ for a backslash`)
			b.WriteByte('\\')
			b.WriteByte(s[i])
			continue
		}
		if r < 0x80 || r > 0xff || t.Kind == token.WString || t.Kind == token.WChar {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r)) // a byte of a narrow string
		}
		i += n - 1
	}
	return b.String()
}

// escape reads the escape sequence that s begins with, the backslash having
// been taken off, and returns its value and length.
func escape(s string, wide bool) (r rune, n int, ok bool) {
	if i := strings.IndexByte(`abfnrtv\'"?`, s[0]); i >= 0 {
		return rune("\a\b\f\n\r\t\v\\'\"?"[i]), 1, true
	}
	// Octal takes up to three digits, hexadecimal two, or four in wide strings.
	base, from, limit := 8, 0, 3
	if s[0] == 'x' {
		base, from, limit = 16, 1, 3
		if wide {
			limit = 5
		}
	}
	n = from
	for n < len(s) && n < limit {
		d := strings.IndexByte("0123456789abcdef", s[n]|0x20)
		if s[n] < '0' || s[n] <= '9' && int(s[n]-'0') >= base || s[n] > '9' && (d < 10 || d >= base) {
			break
		}
		if s[n] <= '9' {
			d = int(s[n] - '0')
		}
		r = r*rune(base) + rune(d)
		n++
	}
	return r, n, n > from
}

// char makes a character constant of its token.
func (p *parser) char(t token.Token) ast.Expr {
	c := &ast.Char{At: t.Pos, Text: t.Text, Wide: t.Kind == token.WChar}
	s := p.unquote(t)
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 {
		r = rune(s[0])
	}
	c.Value = r
	if t.Broken() {
		c.Value = 0
	} else if n == 0 || n != len(s) {
		c.Value = 0
		p.list.Errorf(t.Pos, len(t.Text), "a character constant holds one character, not %d", utf8.RuneCountInString(s))
	}
	return c
}
