package parse

import (
	"strconv"
	"strings"

	"oxid/idl/ast"
	"oxid/idl/token"
)

// items reads items up to the end of the block or file.
func (p *parser) items() []ast.Item {
	var out []ast.Item
	p.enter()
	defer p.leave()
	for {
		// #pragma lines stand where the next item begins.
		if len(p.pragmas) > 0 {
			out = append(out, p.pragmas...)
			p.pragmas = nil
		}
		switch p.tok.Kind {
		case token.EOF, token.RBrace:
			return out
		case token.Semi:
			p.next()
			continue
		}
		// Every turn must get on, or a fault could hold the parser for ever.
		from := p.tok.Pos
		out = append(out, p.item()...)
		if p.bad {
			p.sync()
			if p.tok.Pos == from && !p.is(token.EOF) && !p.is(token.RBrace) {
				p.next()
				p.sync()
			}
		}
	}
}

// item reads one item. An import directive with several names makes several.
//
//	item = attributes ( interface | dispinterface | coclass | module | library | typedef | declaration )
//	     | import | importlib | cpp_quote | pragma | winrt .
func (p *parser) item() []ast.Item {
	p.enter()
	defer p.leave()
	lead := ast.Lead{Doc: p.doc(), Pos: p.tok.Pos}
	if p.is(token.LBrack) {
		lead.Attrs = p.attrs()
		if p.bad {
			return nil
		}
		if lead.Doc == "" {
			lead.Doc = p.doc() // between the attributes and what they describe
		}
	}
	one := func(i ast.Item) []ast.Item {
		if i == nil {
			return nil
		}
		return []ast.Item{i}
	}
	switch p.tok.Key {
	case token.KwImport:
		return p.imports()
	case token.KwImportlib:
		if p.peek(1).Kind == token.LParen {
			return one(p.importLib())
		}
	case token.KwCppQuote:
		if p.peek(1).Kind == token.LParen {
			return one(p.cppQuote())
		}
	case token.KwMidlPragma:
		return one(p.midlPragma())
	case token.KwTypedef:
		return one(p.typedef(lead))
	// `interface X` may also begin the type of a method or variable.
	case token.KwInterface:
		if p.declaresBlock() {
			return one(p.interfaceItem(lead))
		}
	case token.KwDispinterface:
		if p.declaresBlock() {
			return one(p.dispinterface(lead))
		}
	case token.KwCoclass:
		if p.declaresBlock() {
			return one(p.coclass(lead))
		}
	case token.KwModule:
		if p.declaresBlock() {
			return one(p.module(lead))
		}
	case token.KwLibrary:
		if p.peek(1).Kind == token.Ident {
			return one(p.library(lead))
		}
	// extern "C" is for C++; what it holds is read as if it were not there.
	case token.KwExtern:
		if p.peek(1).Kind == token.String { // extern "C"
			p.next()
			p.next()
			if p.accept(token.LBrace) {
				inner := p.items()
				p.expect(token.RBrace)
				return inner
			}
			return p.item()
		}
	case token.KwNamespace, token.KwDeclare, token.KwDelegate, token.KwRuntimeclass, token.KwApicontract, token.KwAttribute:
		if p.startsWinRT() {
			return one(p.winRT(lead))
		}
	}
	if d := p.declaration(lead); d != nil {
		return []ast.Item{d}
	}
	return nil
}

// declaresBlock reports whether `interface X` and the like declare X here,
// rather than being the type of something declared.
func (p *parser) declaresBlock() bool {
	if p.peek(1).Kind != token.Ident {
		return p.peek(1).Kind == token.LBrace // a missing name is reported there
	}
	n := 2
	for p.peek(n).Kind == token.Dot {
		n += 2
	}
	switch p.peek(n).Kind {
	case token.LBrace, token.Colon, token.Semi, token.Less:
		return true
	}
	return p.peek(n).Key == token.KwRequires
}

// imports reads import "a.idl", "b.idl";
func (p *parser) imports() []ast.Item {
	p.next()
	var out []ast.Item
	for {
		if !p.is(token.String) {
			p.expected("a file name in quotes")
			return out
		}
		if p.tok.Broken() {
			p.next()
			return out
		}
		out = append(out, &ast.Import{Name: strings.Trim(p.tok.Text, `"`), Pos: p.tok.Pos, Width: len(p.tok.Text)})
		p.next()
		if !p.accept(token.Comma) {
			break
		}
	}
	p.semicolon("the import directive")
	return out
}

// importLib reads importlib("name");
func (p *parser) importLib() ast.Item {
	pos := p.tok.Pos
	p.next()
	p.next()
	if !p.is(token.String) {
		p.expected("the name of a type library in quotes")
		return nil
	}
	name, _ := p.strings()
	if !p.expect(token.RParen) {
		return nil
	}
	p.semicolon("importlib")
	return &ast.ImportLib{Name: name, Pos: pos}
}

// cppQuote reads cpp_quote("text"). The semicolon that C would want is optional.
func (p *parser) cppQuote() ast.Item {
	pos := p.tok.Pos
	p.next()
	p.next()
	if !p.is(token.String) {
		p.expected("a string")
		return nil
	}
	text, _ := p.strings()
	if !p.expect(token.RParen) {
		return nil
	}
	p.accept(token.Semi)
	return &ast.CppQuote{Text: text, Pos: pos}
}

// midlPragma reads midl_pragma and what follows on its line.
func (p *parser) midlPragma() ast.Item {
	pos := p.tok.Pos
	p.next()
	var b strings.Builder
	for !p.tok.Is(token.BOL) && !p.is(token.EOF) {
		if b.Len() > 0 && p.tok.Is(token.Space) {
			b.WriteByte(' ')
		}
		b.WriteString(p.tok.Text)
		p.next()
	}
	return &ast.Pragma{Text: strings.TrimSuffix(b.String(), ";"), Pos: pos}
}

// pragma obeys #pragma pack and keeps the others.
func (p *parser) pragma(t token.Token) {
	rest, isPack := strings.CutPrefix(t.Text, "pack")
	if !isPack {
		p.pragmas = append(p.pragmas, &ast.Pragma{Text: t.Text, Pos: t.Pos})
		return
	}
	args := strings.Split(strings.Trim(strings.TrimSpace(rest), "()"), ",")
	// The stack is that of C compilers: push copies the top, a number changes
	// it, pop returns to the one below.
	top := p.pack[len(p.pack)-1]
	for _, a := range args {
		switch a = strings.TrimSpace(a); a {
		case "":
			top = 0
		case "push":
			if len(p.pack) < 1000 {
				p.pack = append(p.pack, top)
			}
		case "pop":
			if len(p.pack) > 1 {
				p.pack = p.pack[:len(p.pack)-1]
			}
			top = p.pack[len(p.pack)-1]
		default:
			if n, err := strconv.Atoi(a); err == nil && n >= 0 && n <= 128 {
				top = n
			}
		}
	}
	p.pack[len(p.pack)-1] = top
}

// typedef reads typedef [attributes] specifier declarators ;
//
//	typedef = "typedef" attributes specifier declarator { "," declarator } ";" .
func (p *parser) typedef(lead ast.Lead) ast.Item {
	p.next()
	if p.is(token.LBrack) {
		lead.Attrs = append(lead.Attrs, p.attrs()...)
	}
	d := &ast.Decl{Lead: lead, Typedef: true}
	if d.Spec = p.spec("a type"); p.bad {
		return nil
	}
	for {
		dc := p.declarator(false)
		if p.bad {
			return nil
		}
		d.Declarators = append(d.Declarators, dc)
		if !p.accept(token.Comma) {
			break
		}
	}
	p.semicolon("the typedef")
	return d
}

// declaration reads everything else: a method, a constant, a variable, a
// prototype, or a struct, union or enum by itself.
//
//	declaration = specifier [ declarator [ "=" value ] { "," declarator [ "=" value ] } ] ( ";" | body ) .
func (p *parser) declaration(lead ast.Lead) *ast.Decl {
	d := &ast.Decl{Lead: lead}
	switch p.tok.Key {
	case token.KwExtern, token.KwStatic:
		d.Storage = p.tok.Text
	}
	if d.Spec = p.spec("a declaration"); p.bad {
		return nil
	}
	// struct X { ... }; declares no name besides the tag.
	if !p.is(token.Semi) && !p.endsTag(d.Spec) {
		for {
			dc := p.declarator(false)
			if p.bad {
				return nil
			}
			if p.accept(token.Assign) {
				dc.Init = p.initializer()
			}
			d.Declarators = append(d.Declarators, dc)
			if !p.accept(token.Comma) {
				break
			}
		}
	}
	if p.is(token.LBrace) && isFunc(d) { // the body of an inline function in a header
		p.skipBalanced()
		p.accept(token.Semi)
		return d
	}
	p.semicolon(declWord(d))
	return d
}

// endsTag reports whether a struct, union or enum ends the declaration
// although the ';' is missing: what follows begins a line and is no name.
func (p *parser) endsTag(s *ast.Spec) bool {
	switch s.Kind {
	case ast.SpecStruct, ast.SpecUnion, ast.SpecEnum:
		return p.is(token.RBrace) || p.is(token.EOF) || p.tok.Is(token.BOL) && (p.is(token.LBrack) || p.tok.Key != token.NotKeyword)
	}
	return false
}

// isFunc reports whether d declares one function.
func isFunc(d *ast.Decl) bool {
	return len(d.Declarators) == 1 && len(d.Declarators[0].Ops) > 0 && d.Declarators[0].Ops[0].Kind == ast.OpFunc
}

// declWord names a declaration in a message.
func declWord(d *ast.Decl) string {
	switch {
	case isFunc(d):
		return "the method"
	case len(d.Declarators) > 0:
		return "the declaration"
	case d.Spec.Kind == ast.SpecStruct:
		return "the struct"
	case d.Spec.Kind == ast.SpecUnion:
		return "the union"
	case d.Spec.Kind == ast.SpecEnum:
		return "the enum"
	}
	return "the declaration"
}

// initializer reads the value of a constant. Braces, as headers have them for
// variables, are skipped.
func (p *parser) initializer() ast.Expr {
	if p.is(token.LBrace) {
		pos := p.tok.Pos
		p.skipBalanced()
		return &ast.BadExpr{At: pos}
	}
	return p.expr()
}
