package parse

import (
	"oxid/idl/ast"
	"oxid/idl/diag"
	"oxid/idl/pp"
	"oxid/idl/source"
	"oxid/idl/token"
)

// MaxDepth is how deep brackets, blocks and operators may be nested.
const MaxDepth = 256

// parser reads one translation unit.
type parser struct {
	pp    *pp.Preprocessor
	list  *diag.List
	tok   token.Token   // the current token
	ahead []token.Token // those read beyond it
	prev  token.Token   // the one before it
	// bad is set by the first error of a statement and cleared when the parser
	// has found its way again; meanwhile no errors are reported.
	bad bool
	// attrsBroken is set when a list of attributes had an error: what it was
	// to describe may have been skipped with it.
	attrsBroken bool
	depth       int
	stop        bool // nothing more is read
	ended       bool // an error was reported at the end of the file
	pack        []int
	// pragmas are those met since the last item.
	pragmas []ast.Item
}

// File parses f with what it includes and reports faults to cfg.List.
func File(f *source.File, cfg pp.Config) *ast.File {
	p := &parser{pp: pp.New(f, cfg), list: cfg.List, pack: []int{0}}
	out := &ast.File{Source: f}
	p.next()
	out.Doc = fileDoc(f)
	for p.tok.Kind != token.EOF {
		out.Items = append(out.Items, p.items()...)
		if p.tok.Kind == token.RBrace {
			p.list.Errorf(p.tok.Pos, 1, "'}' closes nothing")
			p.next()
		}
	}
	out.Items = append(out.Items, p.pragmas...)
	out.Included = p.pp.Files()
	return out
}

// next moves to the next token.
func (p *parser) next() {
	p.prev = p.tok
	// Tokens that were looked at before come first.
	if len(p.ahead) > 0 {
		p.tok = p.ahead[0]
		p.ahead = p.ahead[1:]
		return
	}
	p.tok = p.fetch()
}

// fetch reads from the preprocessor and takes #pragma lines out of the stream.
func (p *parser) fetch() token.Token {
	for {
		t := p.pp.Next()
		if t.Kind != token.Pragma {
			if p.stop {
				t.Kind = token.EOF
			}
			return t
		}
		p.pragma(t)
	}
}

// peek returns the token n places after the current one.
func (p *parser) peek(n int) token.Token {
	for len(p.ahead) < n {
		p.ahead = append(p.ahead, p.fetch())
	}
	if n == 0 {
		return p.tok
	}
	return p.ahead[n-1]
}

// is reports whether the current token is of kind k.
func (p *parser) is(k token.Kind) bool { return p.tok.Kind == k }

// accept moves on if the current token is of kind k.
func (p *parser) accept(k token.Kind) bool {
	if p.tok.Kind != k {
		return false
	}
	p.next()
	return true
}

// quiet is what errorAt returns when nothing is to be reported.
var quiet = &diag.Diagnostic{}

// errorAt reports a syntax error and makes the parser look for a new start.
func (p *parser) errorAt(t token.Token, format string, args ...any) *diag.Diagnostic {
	// Tokens of kind Other were reported by those who made them.
	if p.bad || p.stop || t.Kind == token.Other || t.Kind == token.EOF && (p.ended || p.pp.Dead()) {
		p.bad = true
		d := *quiet
		return &d
	}
	p.bad = true
	p.ended = p.ended || t.Kind == token.EOF
	width := len(t.Text)
	d := p.list.Errorf(t.Pos, width, format, args...)
	// The source shows the macro's name, so the message has to say more.
	if t.Is(token.FromMacro) {
		word := wordAt(t.Pos)
		d.Width = len(word)
		d.Message += " (in what macro " + word + " expands to)"
	}
	return d
}

// wordAt returns the name that stands at pos.
func wordAt(pos source.Pos) string {
	s := pos.File.Text[pos.Off:]
	i := 0
	for i < len(s) && (s[i] == '_' || s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z') {
		i++
	}
	return s[:i]
}

// expected reports that something else should stand where the current token is.
func (p *parser) expected(what string) *diag.Diagnostic {
	return p.errorAt(p.tok, "expected %s, found %s", what, p.tok.Describe())
}

// expect moves past a token of kind k or reports its absence.
func (p *parser) expect(k token.Kind) bool {
	if p.accept(k) {
		return true
	}
	p.expected("'" + k.String() + "'")
	return false
}

// afterPrev is a token of no width at the end of the previous one.
func (p *parser) afterPrev() token.Token {
	t := p.prev
	if t.Pos.IsValid() && !t.Is(token.FromMacro) {
		t.Pos.Off += int32(len(t.Text))
	}
	t.Text = ""
	return t
}

// semicolon moves past the ';' that ends a statement. A missing one is
// reported behind what it should end; when the next token begins a line or
// closes a block, that is all, and the parser goes on there.
func (p *parser) semicolon(after string) {
	if p.bad || p.accept(token.Semi) {
		return
	}
	inserted := p.tok.Is(token.BOL) || p.is(token.RBrace) || p.is(token.EOF)
	if inserted && p.prev.Broken() {
		return // the ';' is inside the literal that does not end
	}
	if !inserted {
		p.errorAt(p.tok, "expected ';' after %s, found %s", after, p.tok.Describe())
		return
	}
	p.errorAt(p.afterPrev(), "expected ';' after %s", after)
	p.bad = false
}

// enter goes one level deeper. It must be followed by leave.
func (p *parser) enter() {
	p.depth++
	if p.depth > MaxDepth && !p.stop {
		p.errorAt(p.tok, "nested more than %d levels deep", MaxDepth)
		p.stop = true
		// An end of file makes all callers return, however many there are.
		p.ahead = nil
		p.tok = token.Token{Kind: token.EOF, Flags: token.BOL, Pos: p.tok.Pos}
	}
}

// leave comes back up one level.
func (p *parser) leave() { p.depth-- }

// startsItem reports whether t, at the beginning of a line, begins a new
// statement wherever it stands.
func startsItem(t *token.Token) bool {
	if !t.Is(token.BOL) {
		return false
	}
	switch t.Key {
	case token.KwTypedef, token.KwImport, token.KwLibrary, token.KwCppQuote, token.KwNamespace, token.KwImportlib:
		return true
	}
	return false
}

// sync skips to the end of the statement in which an error was found: past
// its ';', before the '}' of the block around it, or before a word that can
// only begin a new one. Statements with blocks of their own are skipped whole.
func (p *parser) sync() {
	p.bad = false
	depth := 0
	for {
		switch p.tok.Kind {
		case token.EOF:
			return
		// Blocks inside of the statement are skipped with it.
		case token.LBrace:
			depth++
		case token.RBrace:
			if depth == 0 {
				return
			}
			depth--
			if depth == 0 {
				p.next()
				if p.is(token.Semi) {
					p.next()
					return
				}
				// `} name;` and `} *name, other;` belong to the statement.
				if p.tok.Is(token.BOL) && !p.is(token.Ident) {
					return
				}
				continue
			}
		case token.Semi:
			if depth == 0 {
				p.next()
				return
			}
		default:
			if depth == 0 && startsItem(&p.tok) {
				return
			}
		}
		p.next()
	}
}

// skipBalanced skips from an opening bracket to behind the closing one.
func (p *parser) skipBalanced() {
	depth := 0
	for !p.is(token.EOF) {
		switch p.tok.Kind {
		case token.LParen, token.LBrack, token.LBrace:
			depth++
		case token.RParen, token.RBrack, token.RBrace:
			depth--
		}
		p.next()
		if depth <= 0 {
			return
		}
	}
}

// name reads a name that is declared or referred to. Keywords may be names, but
// for those of C.
func (p *parser) name(what string) ast.Name {
	if !p.is(token.Ident) || reserved(p.tok.Key) {
		p.expected(what)
		return ast.Name{Pos: p.tok.Pos}
	}
	n := ast.Name{Text: p.tok.Text, Pos: p.tok.Pos}
	p.next()
	return n
}

// dottedName reads A.B.C.
func (p *parser) dottedName(what string) ast.Name {
	n := p.name(what)
	for (p.is(token.Dot) || p.is(token.Scope)) && p.peek(1).Kind == token.Ident {
		p.next()
		n.Text += "." + p.tok.Text
		p.next()
	}
	return n
}
