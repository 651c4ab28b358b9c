package pp

import (
	"slices"
	"strconv"
	"strings"

	"oxid/idl/diag"
	"oxid/idl/scan"
	"oxid/idl/source"
	"oxid/idl/token"
)

// macro is a #define.
type macro struct {
	name     string
	pos      source.Pos
	function bool
	variadic bool
	params   []string
	body     []bodyToken
	builtin  bool
	disabled bool // its expansion is being read
}

// bodyToken is a token of a macro's body.
type bodyToken struct {
	token.Token
	param     int  // index of the parameter that it names, else -1
	stringify bool // # stands before the parameter
	pasteNext bool // ## stands between this token and the next
}

// expand replaces the macro that t names by its expansion and reports whether
// it did. A name that must not be expanded is marked so for good.
func (p *Preprocessor) expand(t *token.Token) bool {
	m := p.macros[t.Text]
	if m == nil || t.Is(token.NoExpand) {
		return false
	}
	// C's rule against endless expansion: the name is marked for good, also
	// for when it is read again later ([C99] 6.10.3.4).
	if m.disabled {
		t.Flags |= token.NoExpand
		return false
	}
	if m.builtin {
		p.pushTokens([]token.Token{p.builtinToken(m, t)}, nil)
		return true
	}
	var args [][]token.Token
	if m.function {
		// The bracket may stand on a later line, or behind the expansion that
		// ends with this name.
		next := p.rawLine()
		if next.Kind != token.LParen {
			if next.Kind != token.EOF && next.Kind != token.Barrier {
				p.pushTokens([]token.Token{next}, nil)
			}
			return false
		}
		var ok bool
		if args, ok = p.arguments(m, t); !ok {
			return p.reported(t)
		}
	}
	out, ok := p.substitute(m, args, t)
	if !ok {
		return p.reported(t)
	}
	if p.budget -= len(out); p.budget < 0 {
		p.tooMuch(t)
		return true
	}
	p.pushTokens(out, m)
	return true
}

// reported puts a token in the place of a macro that could not be expanded,
// on which the parser stumbles without saying more. It returns true.
func (p *Preprocessor) reported(t *token.Token) bool {
	other := *t
	other.Kind, other.Key = token.Other, token.NotKeyword
	p.pushTokens([]token.Token{other}, nil)
	return true
}

// charge takes the price of a token of n bytes that a macro made out of
// others from the budget: # and ## make long tokens of short ones.
func (p *Preprocessor) charge(n int, name *token.Token) bool {
	if p.budget -= 1 + n/64; p.budget < 0 {
		p.tooMuch(name)
		return false
	}
	return true
}

// tooMuch ends the stream because macros produced more than they may.
func (p *Preprocessor) tooMuch(t *token.Token) {
	if !p.dead {
		p.die(t.Pos, len(t.Text), "macros expand to more than %d tokens here", MaxExpansion).
			Fix("look for macros that double each other")
	}
}

// pushTokens makes toks the next to be read; m is disabled until they are.
func (p *Preprocessor) pushTokens(toks []token.Token, m *macro) {
	if m != nil {
		m.disabled = true
	}
	p.exp = append(p.exp, expansion{toks: toks, macro: m})
}

// rawLine is raw, but obeys directives, which may stand between the
// arguments of a macro.
func (p *Preprocessor) rawLine() token.Token {
	for {
		t := p.raw()
		if t.Kind != token.Hash || !t.Is(token.BOL) || len(p.exp) > 0 {
			return t
		}
		p.directive(t)
	}
}

// builtinToken is what __LINE__, __COUNTER__ or __FILE__ expands to at t.
func (p *Preprocessor) builtinToken(m *macro, t *token.Token) token.Token {
	out := *t
	out.Key = token.NotKeyword
	in := p.top()
	switch m.name {
	case "__LINE__":
		line, _ := t.Pos.LineCol()
		out.Kind, out.Text = token.Number, strconv.Itoa(line+in.lineShift)
	case "__COUNTER__":
		out.Kind, out.Text = token.Number, strconv.Itoa(p.count)
		p.count++
	default:
		out.Kind, out.Text = token.String, quote(in.name)
	}
	return out
}

// arguments reads the arguments of a call of m, the bracket having been read.
func (p *Preprocessor) arguments(m *macro, name *token.Token) ([][]token.Token, bool) {
	var args [][]token.Token
	var arg []token.Token
	depth := 0
	for {
		t := p.rawLine()
		switch t.Kind {
		case token.EOF, token.Barrier:
			if !p.dead {
				p.list.Errorf(name.Pos, len(m.name), "the arguments of macro %s are not closed", m.name).Fix("add ')'")
			}
			return nil, false
		case token.LParen:
			depth++
		case token.RParen:
			if depth == 0 {
				if len(args) > 0 || len(arg) > 0 || len(m.params) > 0 {
					args = append(args, arg)
				}
				return p.countArgs(m, args, name)
			}
			depth--
		case token.Comma:
			if depth == 0 && !(m.variadic && len(args) == len(m.params)-1) {
				args, arg = append(args, arg), nil
				continue
			}
		}
		if t.Is(token.BOL) { // a new line inside arguments is white space
			t.Flags = t.Flags&^token.BOL | token.Space
		}
		if p.budget--; p.budget < 0 {
			p.tooMuch(name)
			return nil, false
		}
		arg = append(arg, t)
	}
}

// countArgs checks the number of arguments against that of the parameters.
func (p *Preprocessor) countArgs(m *macro, args [][]token.Token, name *token.Token) ([][]token.Token, bool) {
	want := len(m.params)
	// The rest may be left out with its comma.
	if m.variadic && len(args) == want-1 {
		args = append(args, nil)
	}
	if len(args) != want {
		var d *diag.Diagnostic
		if len(args) > want {
			d = p.list.Errorf(name.Pos, len(m.name), "macro %s takes %d arguments, not %d", m.name, want, len(args))
		} else {
			d = p.list.Errorf(name.Pos, len(m.name), "macro %s needs %d arguments, not %d", m.name, want, len(args))
		}
		d.At(m.pos, "%s is defined here", m.name)
		return nil, false
	}
	return args, true
}

// substitute returns m's body with the arguments in place. Positions are those
// of the macro's name, so that messages point to where the macro was used.
func (p *Preprocessor) substitute(m *macro, args [][]token.Token, name *token.Token) ([]token.Token, bool) {
	out := make([]token.Token, 0, len(m.body))
	expanded := make([][]token.Token, len(args))
	add := func(t token.Token) { // a token of the body
		t.Pos, t.Doc = name.Pos, token.Comment{}
		t.Flags = t.Flags&token.Space | token.FromMacro
		out = append(out, t)
	}
	paste := false // the next operand is pasted to the last token of out
	for i := range m.body {
		b := &m.body[i]
		from := len(out)
		switch {
		case b.stringify:
			text := stringify(args[b.param])
			if !p.charge(len(text), name) {
				return nil, false
			}
			add(token.Token{Kind: token.String, Text: text, Flags: b.Flags})
		case b.param >= 0:
			arg := args[b.param]
			// Operands of ## are taken as written, others expanded first.
			if !paste && !b.pasteNext {
				if expanded[b.param] == nil && len(arg) > 0 {
					var ok bool
					if expanded[b.param], ok = p.expandArg(arg, name); !ok {
						return nil, false
					}
				}
				arg = expanded[b.param]
			}
			if p.budget -= len(arg); p.budget < 0 {
				p.tooMuch(name)
				return nil, false
			}
			for j, t := range arg {
				t.Pos, t.Doc = name.Pos, token.Comment{}
				t.Flags |= token.FromMacro
				if j == 0 {
					t.Flags = t.Flags&^token.Space | b.Flags&token.Space
				}
				out = append(out, t)
			}
		default:
			add(b.Token)
		}
		// The operand is in out; join it with what stands before it.
		if paste {
			out = p.paste(out, from, m, name)
		}
		paste = b.pasteNext
	}
	if len(out) > 0 {
		out[0].Flags = out[0].Flags&^(token.Space|token.BOL) | name.Flags&(token.Space|token.BOL)
		out[0].Doc = name.Doc
	}
	return out, true
}

// expandArg returns the tokens of an argument with the macros in it expanded.
func (p *Preprocessor) expandArg(arg []token.Token, name *token.Token) ([]token.Token, bool) {
	if p.args >= maxArgDepth {
		p.die(name.Pos, len(name.Text), "macro calls are nested more than %d deep in arguments", maxArgDepth)
		return nil, false
	}
	p.args++
	defer func() { p.args-- }()
	return p.expandList(arg), !p.dead
}

// expandList returns toks with macros expanded, as a list by itself. What it
// returns is never nil.
func (p *Preprocessor) expandList(toks []token.Token) []token.Token {
	p.exp = append(p.exp, expansion{toks: toks, barrier: true})
	base := len(p.exp)
	out := make([]token.Token, 0, len(toks))
	for {
		t := p.raw()
		if t.Kind == token.Barrier || p.dead {
			break
		}
		if t.Kind == token.Ident && p.expand(&t) {
			continue
		}
		out = append(out, t)
	}
	// The barrier goes too, and whatever an error left above it.
	for len(p.exp) >= base {
		p.popExpansion()
	}
	return out
}

// paste joins the last token before from with the first one at from. Empty
// operands leave the other one alone.
func (p *Preprocessor) paste(out []token.Token, from int, m *macro, name *token.Token) []token.Token {
	if from == 0 || from == len(out) {
		return out
	}
	l, r := &out[from-1], &out[from]
	if !p.charge(len(l.Text)+len(r.Text), name) {
		return out
	}
	text := l.Text + r.Text
	// What the scanner makes of the joined text is the token.
	s := scan.New(source.NewFile("", text), p.list)
	s.Quiet = true
	t := s.Next()
	if rest := s.Next(); rest.Kind != token.EOF || t.Kind == token.Other {
		if l.Kind == token.Comma { // `, ## __VA_ARGS__` keeps the comma
			return out
		}
		p.list.Errorf(name.Pos, len(m.name), "## in macro %s joins %s and %s to what is no token", m.name, l.Describe(), r.Describe()).
			At(m.pos, "%s is defined here", m.name)
		l.Kind = token.Other // was reported
		return out
	}
	t.Pos, t.Flags, t.Doc = name.Pos, l.Flags&^token.NoExpand, token.Comment{}
	out[from-1] = t
	return slices.Delete(out, from, from+1)
}

// stringify is the # operator: the spelling of an argument as a string.
func stringify(arg []token.Token) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, t := range arg {
		if i > 0 && t.Is(token.Space) {
			b.WriteByte(' ')
		}
		switch t.Kind {
		case token.String, token.WString, token.Char, token.WChar:
			for _, c := range []byte(t.Text) {
				if c == '"' || c == '\\' {
					b.WriteByte('\\')
				}
				b.WriteByte(c)
			}
		default:
			b.WriteString(t.Text)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// quote writes s as a C string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
