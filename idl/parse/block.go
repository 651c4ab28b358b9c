package parse

import (
	"oxid/idl/ast"
	"oxid/idl/diag"
	"oxid/idl/token"
)

// block reads '{' items '}'.
//
//	block = "{" { item } "}" .
func (p *parser) block(what string) []ast.Item {
	open := p.tok
	if !p.expect(token.LBrace) {
		return nil
	}
	items := p.items()
	if !p.accept(token.RBrace) {
		p.errorAt(p.tok, "expected '}' at the end of %s, found %s", what, p.tok.Describe()).At(open.Pos, "it begins here")
	}
	return items
}

// interfaceItem reads an interface or its announcement.
//
//	interface = "interface" name [ "<" names ">" ]
//	            ( ";" | [ ":" base ] [ "requires" bases ] block ) .
func (p *parser) interfaceItem(lead ast.Lead) ast.Item {
	p.next()
	i := &ast.Interface{Lead: lead}
	if i.Name = p.dottedName("the name of the interface"); p.bad {
		return nil
	}
	if p.is(token.Less) {
		var s ast.Spec
		p.genericArgs(&s)
		for _, a := range s.Args {
			i.Params = append(i.Params, a.Spec.Name)
		}
	}
	if p.accept(token.Semi) {
		i.Forward = true
		return i
	}
	if p.accept(token.Colon) {
		if i.Base = p.spec("the interface that it is derived from"); p.bad {
			return nil
		}
		for p.accept(token.Comma) { // more than one base
			at := p.tok
			p.spec("an interface")
			p.list.Errorf(at.Pos, len(at.Text), "an interface is derived from one interface only")
		}
	}
	if p.tok.Key == token.KwRequires {
		for {
			p.next()
			s := p.spec("an interface")
			if p.bad {
				return nil
			}
			i.Requires = append(i.Requires, s)
			if !p.is(token.Comma) {
				break
			}
		}
	}
	if !p.is(token.LBrace) {
		p.errorAt(p.tok, "expected '{' with the methods of interface %s, found %s", i.Name.Text, p.tok.Describe())
		return nil
	}
	i.Items = p.block("interface " + i.Name.Text)
	return i
}

// library reads a library block; it has no announcements.
//
//	library = "library" name block .
func (p *parser) library(lead ast.Lead) ast.Item {
	p.next()
	l := &ast.Library{Lead: lead}
	if l.Name = p.name("the name of the library"); p.bad {
		return nil
	}
	l.Items = p.block("library " + l.Name.Text)
	return l
}

// module reads a module or its announcement.
//
//	module = "module" name ( ";" | block ) .
func (p *parser) module(lead ast.Lead) ast.Item {
	p.next()
	m := &ast.Module{Lead: lead}
	if m.Name = p.name("the name of the module"); p.bad {
		return nil
	}
	if p.accept(token.Semi) {
		m.Forward = true
		return m
	}
	m.Items = p.block("module " + m.Name.Text)
	return m
}

// coclass reads a coclass or its announcement.
//
//	coclass = "coclass" name ( ";" | "{" { classline } "}" ) .
func (p *parser) coclass(lead ast.Lead) ast.Item {
	p.next()
	c := &ast.Coclass{Lead: lead}
	if c.Name = p.name("the name of the coclass"); p.bad {
		return nil
	}
	if p.accept(token.Semi) {
		c.Forward = true
		return c
	}
	c.Ifaces = p.classBody("coclass")
	return c
}

// classBody reads the interfaces of a coclass or runtimeclass.
//
//	classline = attributes ( "interface" | "dispinterface" ) name ";" .
func (p *parser) classBody(word string) []*ast.CoclassIface {
	var out []*ast.CoclassIface
	if !p.expect(token.LBrace) {
		return nil
	}
	for !p.is(token.RBrace) && !p.is(token.EOF) {
		if p.accept(token.Semi) {
			continue
		}
		from := p.tok.Pos
		c := &ast.CoclassIface{}
		if p.is(token.LBrack) {
			c.Attrs = p.attrs()
		}
		switch {
		case p.bad:
		case p.tok.Key == token.KwInterface, p.tok.Key == token.KwDispinterface:
			c.Disp = p.tok.Key == token.KwDispinterface
			p.next()
			c.Name = p.dottedName("the name of an interface")
			if p.is(token.Less) {
				p.genericArgs(&ast.Spec{})
			}
			p.semicolon("the interface of the " + word)
			if !p.bad {
				out = append(out, c)
			}
		default:
			p.expected("'interface' or 'dispinterface'")
		}
		p.recoverIn(from)
	}
	p.closeBody(word)
	return out
}

// dispinterface reads a dispinterface in either form.
//
//	dispinterface = "dispinterface" name ( ";" | "{" dispbody "}" ) .
//	dispbody      = "interface" name ";" | { "properties" ":" { property } | "methods" ":" { method } } .
func (p *parser) dispinterface(lead ast.Lead) ast.Item {
	p.next()
	d := &ast.Dispinterface{Lead: lead}
	if d.Name = p.name("the name of the dispinterface"); p.bad {
		return nil
	}
	if p.accept(token.Semi) {
		d.Forward = true
		return d
	}
	if p.is(token.Colon) {
		p.errorAt(p.tok, "a dispinterface is not derived from another").Fix("write `dispinterface %s { interface I; }`, or properties: and methods:", d.Name.Text)
		return nil
	}
	if !p.expect(token.LBrace) {
		return nil
	}
	section := token.NotKeyword
	for !p.is(token.RBrace) && !p.is(token.EOF) {
		from := p.tok.Pos
		p.dispItem(d, &section)
		p.recoverIn(from)
	}
	p.closeBody("dispinterface")
	return d
}

// dispItem reads one line of a dispinterface.
func (p *parser) dispItem(d *ast.Dispinterface, section *token.Keyword) {
	switch {
	case p.accept(token.Semi):
		return
	case (p.tok.Key == token.KwProperties || p.tok.Key == token.KwMethods) && p.peek(1).Kind == token.Colon:
		*section = p.tok.Key
		p.next()
		p.next()
		return
	case p.tok.Key == token.KwInterface:
		p.next()
		d.Interface = &ast.Spec{Kind: ast.SpecInterface, Pos: p.tok.Pos, Width: len(p.tok.Text), Name: p.dottedName("the name of an interface")}
		p.semicolon("the interface of the dispinterface")
		return
	}
	if *section == token.NotKeyword {
		p.expected("'properties:', 'methods:' or an interface")
		return
	}
	lead := ast.Lead{Doc: p.doc(), Pos: p.tok.Pos}
	if p.is(token.LBrack) {
		lead.Attrs = p.attrs()
		if p.bad {
			return
		}
	}
	at := p.tok
	decl := p.declaration(lead)
	if decl == nil || p.bad {
		return
	}
	switch {
	case len(decl.Declarators) == 0:
		p.list.Errorf(at.Pos, len(at.Text), "a dispinterface holds properties and methods, no types").Fix("declare the type outside")
	case isFunc(decl):
		if *section == token.KwProperties {
			var d *diag.Diagnostic = p.list.Errorf(at.Pos, len(at.Text), "a method among the properties")
			d.Fix("put it behind 'methods:'")
		}
		d.Methods = append(d.Methods, decl)
	default:
		if *section == token.KwMethods {
			p.list.Errorf(at.Pos, len(at.Text), "a property among the methods").Fix("put it behind 'properties:', or add '()'")
		}
		d.Props = append(d.Props, decl)
	}
}
