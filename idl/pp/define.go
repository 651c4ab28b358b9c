package pp

import (
	"slices"

	"oxid/idl/token"
)

// define obeys #define, the word itself having been read.
func (p *Preprocessor) define(dir token.Token) {
	name, more := p.lineToken()
	if !more || name.Kind != token.Ident {
		p.list.Errorf(dir.Pos, len(dir.Text), "#define needs a name").Fix("write #define NAME value")
		p.top().SkipLine()
		return
	}
	m := &macro{name: name.Text, pos: name.Pos}
	if name.Text == "defined" {
		p.list.Errorf(name.Pos, len(name.Text), "'defined' cannot be a macro")
		p.top().SkipLine()
		return
	}
	t, more := p.lineToken()
	// `#define F (x)` is an object that expands to (x).
	if more && t.Kind == token.LParen && !t.Is(token.Space) {
		m.function = true
		if !p.parameters(m) {
			p.top().SkipLine()
			return
		}
		t, more = p.lineToken()
	}
	var toks []token.Token
	for more {
		toks = append(toks, t)
		t, more = p.lineToken()
	}
	if !p.body(m, toks) {
		return
	}
	// C wants equal definitions; compilers take the last one and say so.
	if old := p.macros[m.name]; old != nil && !old.builtin && !same(old, m) {
		p.list.Warnf(name.Pos, len(name.Text), "macro %s is defined a second time, differently", m.name).
			Fix("put #undef %s before it", m.name).
			At(old.pos, "it was defined here")
	}
	p.macros[m.name] = m
}

// parameters reads the parameter list of a macro, the bracket having been read.
func (p *Preprocessor) parameters(m *macro) bool {
	for {
		t, more := p.lineToken()
		switch {
		case more && t.Kind == token.RParen && len(m.params) == 0:
			return true
		case more && t.Kind == token.Ellipsis:
			m.variadic = true
			m.params = append(m.params, "__VA_ARGS__")
		case more && t.Kind == token.Ident:
			if slices.Contains(m.params, t.Text) {
				p.list.Errorf(t.Pos, len(t.Text), "macro %s has two parameters called %s", m.name, t.Text)
				return false
			}
			m.params = append(m.params, t.Text)
		default:
			p.list.Errorf(m.pos, len(m.name), "the parameter list of macro %s is not closed", m.name).Fix("write #define %s(a, b) ...", m.name)
			return false
		}
		t, more = p.lineToken()
		if more && t.Kind == token.Ellipsis && !m.variadic { // args... of old compilers
			m.variadic = true
			t, more = p.lineToken()
		}
		switch {
		case more && t.Kind == token.RParen:
			return true
		case more && t.Kind == token.Comma && !m.variadic:
		default:
			p.list.Errorf(m.pos, len(m.name), "the parameter list of macro %s is not closed", m.name).Fix("write #define %s(a, b) ...", m.name)
			return false
		}
	}
}

// body prepares the tokens of a macro's body for substitution.
func (p *Preprocessor) body(m *macro, toks []token.Token) bool {
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		b := bodyToken{Token: t, param: -1}
		switch {
		case t.Kind == token.HashHash:
			if len(m.body) == 0 || i == len(toks)-1 {
				p.list.Errorf(t.Pos, 2, "## needs a token on both sides")
				return false
			}
			m.body[len(m.body)-1].pasteNext = true
			continue
		// # is an operator in macros with arguments only.
		case t.Kind == token.Hash && m.function:
			i++
			if i < len(toks) && toks[i].Kind == token.Ident {
				b.param = slices.Index(m.params, toks[i].Text)
			}
			if b.param < 0 {
				p.list.Errorf(t.Pos, 1, "# in macro %s needs one of its parameters behind it", m.name)
				return false
			}
			b.stringify = true
		case t.Kind == token.Ident:
			b.param = slices.Index(m.params, t.Text)
		}
		m.body = append(m.body, b)
	}
	return true
}

// same reports whether two definitions are one, but for white space.
func same(a, b *macro) bool {
	return a.function == b.function && a.variadic == b.variadic && slices.Equal(a.params, b.params) &&
		slices.EqualFunc(a.body, b.body, func(x, y bodyToken) bool {
			return x.Kind == y.Kind && x.Text == y.Text && x.stringify == y.stringify && x.pasteNext == y.pasteNext
		})
}
