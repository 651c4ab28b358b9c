package parse

import (
	"oxid/idl/ast"
	"oxid/idl/token"
	"oxid/idl/tree"
)

// startsWinRT reports whether the current word begins a declaration of the
// Windows Runtime, rather than being an ordinary name.
func (p *parser) startsWinRT() bool {
	t := p.peek(1)
	switch p.tok.Key {
	case token.KwDeclare:
		return t.Kind == token.LBrace
	// A delegate is declared like a function; only its name is kept.
	case token.KwDelegate:
		return t.Kind == token.Ident
	}
	if t.Kind != token.Ident {
		return false
	}
	switch k := p.peek(2).Kind; k {
	case token.LBrace, token.Semi, token.Colon, token.Dot, token.Comma:
		return true
	}
	return false
}

// winRT reads a declaration of the Windows Runtime. Its syntax is checked;
// of its meaning only the name is kept.
//
//	winrt = "namespace" name block | "declare" "{" { specifier ";" } "}" | "delegate" declaration
//	      | ( "runtimeclass" | "apicontract" | "attribute" ) name [ ":" type ] ( ";" | body ) .
func (p *parser) winRT(lead ast.Lead) ast.Item {
	key := p.tok.Key
	p.next()
	w := &ast.WinRT{Lead: lead}
	switch key {
	case token.KwNamespace:
		n := &ast.Namespace{Lead: lead}
		if n.Name = p.dottedName("the name of the namespace"); p.bad {
			return nil
		}
		n.Items = p.block("namespace " + n.Name.Text)
		return n
	case token.KwDeclare:
		w.Kind = tree.Declare
		w.Name.Pos = p.prev.Pos
		p.declareBlock()
		return w
	case token.KwDelegate:
		w.Kind = tree.Delegate
		d := p.declaration(ast.Lead{Pos: p.tok.Pos})
		if d == nil || len(d.Declarators) == 0 {
			return nil
		}
		w.Name = d.Declarators[0].Name
		return w
	case token.KwRuntimeclass:
		w.Kind = tree.RuntimeClass
	case token.KwApicontract:
		w.Kind = tree.APIContract
	default:
		w.Kind = tree.AttributeDecl
	}
	if w.Name = p.dottedName("a name"); p.bad {
		return nil
	}
	if p.accept(token.Colon) {
		p.spec("the class that it is derived from")
	}
	switch {
	case p.bad:
	case p.is(token.Semi):
		p.next()
		w.Forward = true
	case p.is(token.Comma): // apicontract names in a row
		w.Forward = true
		for p.accept(token.Comma) {
			p.dottedName("a name")
		}
		p.semicolon("the declaration")
	case key == token.KwRuntimeclass:
		p.classBody("runtimeclass")
	case p.is(token.LBrace):
		p.skipBalanced()
	default:
		p.expected("'{' or ';'")
	}
	return w
}

// declareBlock reads declare { interface A<B>; ... }.
func (p *parser) declareBlock() {
	if !p.expect(token.LBrace) {
		return
	}
	for !p.is(token.RBrace) && !p.is(token.EOF) {
		from := p.tok.Pos
		p.spec("an interface")
		p.semicolon("the instance")
		p.recoverIn(from)
	}
	p.closeBody("declare block")
}
