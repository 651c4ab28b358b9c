package scan

import "oxid/idl/token"

// single maps bytes that are a token whatever follows.
var single = [256]token.Kind{
	'(': token.LParen, ')': token.RParen, '[': token.LBrack, ']': token.RBrack,
	'{': token.LBrace, '}': token.RBrace, ',': token.Comma, ';': token.Semi,
	'?': token.Question, '~': token.Tilde, '+': token.Plus, '*': token.Star,
	'/': token.Slash, '%': token.Percent, '^': token.Caret,
}

// punct reads a punctuator, the longest there is, and returns its kind.
func (s *Scanner) punct() token.Kind {
	c := s.text[s.pos]
	if k := single[c]; k != 0 {
		s.pos++
		return k
	}
	// three looks at the next characters, 0 standing for the end of the text.
	var c1, c2 byte
	if s.pos+1 < len(s.text) {
		c1 = s.text[s.pos+1]
	}
	if s.pos+2 < len(s.text) {
		c2 = s.text[s.pos+2]
	}
	take := func(n int, k token.Kind) token.Kind {
		s.pos += n
		return k
	}
	switch c {
	// :: parts the names of namespaces in C++ and is read like a dot.
	case ':':
		if c1 == ':' {
			return take(2, token.Scope)
		}
		return take(1, token.Colon)
	case '.':
		switch {
		case c1 == '.' && c2 == '.':
			return take(3, token.Ellipsis)
		case c1 == '.':
			return take(2, token.DotDot)
		}
		return take(1, token.Dot)
	case '-':
		if c1 == '>' {
			return take(2, token.Arrow)
		}
		return take(1, token.Minus)
	case '=':
		if c1 == '=' {
			return take(2, token.Equal)
		}
		return take(1, token.Assign)
	case '!':
		if c1 == '=' {
			return take(2, token.NotEqual)
		}
		return take(1, token.Not)
	case '&':
		if c1 == '&' {
			return take(2, token.AndAnd)
		}
		return take(1, token.Amp)
	case '|':
		if c1 == '|' {
			return take(2, token.OrOr)
		}
		return take(1, token.Pipe)
	case '<':
		switch c1 {
		case '<':
			return take(2, token.Shl)
		case '=':
			return take(2, token.LessEq)
		}
		return take(1, token.Less)
	// >> closes two lists of type arguments; the parser takes it apart.
	case '>':
		switch c1 {
		case '>':
			return take(2, token.Shr)
		case '=':
			return take(2, token.GreaterEq)
		}
		return take(1, token.Greater)
	// Whether # begins a directive depends on where it stands: that is the
	// preprocessor's business.
	case '#':
		if c1 == '#' {
			return take(2, token.HashHash)
		}
		return take(1, token.Hash)
	}
	return take(1, token.Other)
}
