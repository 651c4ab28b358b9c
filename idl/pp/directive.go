package pp

import (
	"errors"
	"strconv"
	"strings"

	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/token"
)

// cond is an open conditional group.
type cond struct {
	name  string // the directive that opened it
	pos   source.Pos
	taken bool // one of its groups was or is being read
	els   bool // #else was seen
}

// isNotFound reports whether -I could help.
func isNotFound(err error) bool { return errors.Is(err, source.ErrNotFound) }

// lineToken returns the next token if it is on the current line.
func (p *Preprocessor) lineToken() (token.Token, bool) {
	in := p.top()
	// A scanner is small; copying it is the way back.
	saved := *in.Scanner
	t := in.Next()
	if t.Is(token.BOL) {
		*in.Scanner = saved
		return t, false
	}
	return t, true
}

// directive obeys the directive whose # is hash. It returns the token that
// stands for a #pragma.
func (p *Preprocessor) directive(hash token.Token) (pragma token.Token, ok bool) {
	t, more := p.lineToken()
	if !more {
		return t, false // a # alone does nothing
	}
	switch {
	case t.Kind == token.Number: // # 12 "file" of a preprocessor's output
		p.line(t)
		return t, false
	case t.Kind != token.Ident:
		p.list.Errorf(t.Pos, len(t.Text), "%s is no preprocessor directive", t.Describe())
		p.top().SkipLine()
		return t, false
	}
	switch t.Text {
	case "define":
		p.define(t)
	case "undef":
		p.undef(t)
	case "include", "include_next", "import":
		p.includeLine(t)
	case "if", "ifdef", "ifndef":
		p.open(t)
	case "elif", "elifdef", "elifndef", "else":
		p.alternative(t)
	case "endif":
		p.close(t)
	// The text is the message; it is underlined whole.
	case "error", "warning":
		text, off := p.top().RestOfLine()
		sev := diag.Error
		if t.Text == "warning" {
			sev = diag.Warning
		}
		p.list.Add(&diag.Diagnostic{Severity: sev, Pos: source.Pos{File: t.Pos.File, Off: int32(off)},
			Width: max(len(text), 1), Message: "#" + t.Text + " " + text})
	case "line":
		if n, ok := p.lineToken(); ok {
			p.line(n)
		}
	case "pragma":
		return p.pragma(hash, t)
	case "ident", "assert", "unassert", "sccs":
		p.top().SkipLine()
	default:
		d := p.list.Errorf(t.Pos, len(t.Text), "unknown preprocessor directive #%s", t.Text)
		if s := diag.Nearest(t.Text, directiveNames); s != "" {
			d.Fix("did you mean #%s?", s)
		}
		p.top().SkipLine()
	}
	return t, false
}

// directiveNames are what a misspelt directive may have meant.
var directiveNames = []string{"define", "undef", "include", "if", "ifdef", "ifndef", "elif", "else", "endif", "error", "line", "pragma"}

// endLine skips to the line end and complains of tokens before it.
func (p *Preprocessor) endLine(directive string) {
	t, more := p.lineToken()
	if !more {
		return
	}
	p.list.Warnf(t.Pos, len(t.Text), "%s after #%s is ignored", t.Describe(), directive)
	p.top().SkipLine()
}

// pragma obeys #pragma once and makes a token of any other for the parser.
func (p *Preprocessor) pragma(hash, t token.Token) (token.Token, bool) {
	text, _ := p.top().RestOfLine()
	if text == "once" {
		p.once[p.top().File().Path] = true
		return t, false
	}
	return token.Token{Kind: token.Pragma, Flags: hash.Flags, Pos: hash.Pos, Text: text}, true
}

// line obeys `#line N "file"`, n being the number.
func (p *Preprocessor) line(n token.Token) {
	in := p.top()
	want, err := strconv.Atoi(n.Text)
	if err != nil || want < 0 || want > 1<<30 {
		p.list.Errorf(n.Pos, len(n.Text), "#line needs a line number, not %s", n.Describe())
		in.SkipLine()
		return
	}
	// The line behind the directive gets the number.
	physical, _ := n.Pos.LineCol()
	in.lineShift = want - physical - 1
	if t, ok := p.lineToken(); ok {
		if t.Kind == token.String {
			in.name = strings.Trim(t.Text, `"`)
		}
		in.SkipLine()
	}
}

// includeLine obeys #include in its three forms: <name>, "name", or a macro that
// expands to either.
func (p *Preprocessor) includeLine(dir token.Token) {
	in := p.top()
	if name, off, width, ok := in.HeaderName(); ok {
		p.endLine("include")
		p.include(name, source.Pos{File: in.File(), Off: int32(off)}, width, false)
		return
	}
	// A name in quotes is taken as it stands: no escapes, no macros.
	toks := p.restTokens()
	if len(toks) > 0 && toks[0].Kind != token.String {
		toks = p.expandList(toks) // the name may come from a macro
	}
	switch {
	case len(toks) > 0 && toks[0].Kind == token.String:
		t := toks[0]
		if len(toks) > 1 {
			p.list.Warnf(toks[1].Pos, len(toks[1].Text), "%s after #include is ignored", toks[1].Describe())
		}
		p.include(strings.Trim(t.Text, `"`), t.Pos, len(t.Text), true)
	case len(toks) > 2 && toks[0].Kind == token.Less:
		var b strings.Builder
		for _, t := range toks[1:] {
			if t.Kind == token.Greater {
				break
			}
			b.WriteString(t.Text)
		}
		p.include(b.String(), toks[0].Pos, len(toks[0].Text), false)
	default:
		p.list.Errorf(dir.Pos, len(dir.Text), "#include needs a file name").Fix(`write #include "name" or #include <name>`)
	}
}

// restTokens returns the tokens up to the line end.
func (p *Preprocessor) restTokens() []token.Token {
	var out []token.Token
	for {
		t, more := p.lineToken()
		if !more {
			return out
		}
		out = append(out, t)
	}
}

// undef obeys #undef. Forgetting what was never defined is legal C.
func (p *Preprocessor) undef(dir token.Token) {
	t, more := p.lineToken()
	if !more || t.Kind != token.Ident {
		p.list.Errorf(dir.Pos, len(dir.Text), "#undef needs a name")
		p.top().SkipLine()
		return
	}
	// Nothing is forgotten while its expansion is being read: the macro object
	// lives on in the stack of expansions.
	delete(p.macros, t.Text)
	p.endLine("undef")
}
