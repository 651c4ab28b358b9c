package parse

import (
	"oxid/idl/ast"
	"oxid/idl/token"
)

// tag reads the optional tag of a struct, union or enum.
func (p *parser) tag() ast.Name {
	for p.tok.Key == token.KwDeclspec || p.tok.Key == token.KwModifier {
		if p.tok.Key == token.KwDeclspec {
			p.declspec()
		} else {
			p.next()
		}
	}
	if !p.is(token.Ident) || p.tok.Key == token.KwSwitch {
		return ast.Name{Pos: p.tok.Pos}
	}
	return p.dottedName("a tag")
}

// noTag reports a struct, union or enum that has neither tag nor body.
func (p *parser) noTag(word string) {
	p.errorAt(p.tok, "expected a name or '{' after %s, found %s", word, p.tok.Describe())
}

// structSpec reads a struct or the mention of one.
//
//	struct = "struct" [ tag ] [ "{" { field } "}" ] .
//	field  = attributes specifier [ declarator { "," declarator } ] ";" .
func (p *parser) structSpec(s *ast.Spec) {
	p.next()
	st := &ast.StructSpec{Tag: p.tag(), Pack: p.pack[len(p.pack)-1]}
	s.Kind, s.Struct = ast.SpecStruct, st
	if !p.is(token.LBrace) {
		if st.Tag.Text == "" && !p.bad {
			p.noTag("struct")
		}
		return
	}
	p.next()
	st.Body = true
	for !p.is(token.RBrace) && !p.is(token.EOF) {
		if p.accept(token.Semi) {
			continue
		}
		from := p.tok.Pos
		if f := p.field(); f != nil {
			st.Fields = append(st.Fields, f)
		}
		if !p.recoverIn(from) {
			return
		}
	}
	p.closeBody("struct")
}

// recoverIn goes on after an error inside a body. It reports false when the
// body cannot be read further.
func (p *parser) recoverIn(from any) bool {
	if p.bad {
		p.sync()
		if p.tok.Pos == from && !p.is(token.RBrace) && !p.is(token.EOF) {
			p.next()
		}
	}
	return true
}

// closeBody reads the bracket that ends the body of a struct, union or enum.
func (p *parser) closeBody(word string) {
	if !p.accept(token.RBrace) {
		p.errorAt(p.tok, "expected '}' at the end of the %s, found %s", word, p.tok.Describe())
	}
}

// field reads a line of a struct.
func (p *parser) field() *ast.Field {
	f := &ast.Field{Lead: ast.Lead{Doc: p.doc(), Pos: p.tok.Pos}}
	if p.is(token.LBrack) {
		f.Attrs = p.attrs()
	}
	// Text for C programs between fields says nothing about the struct.
	if p.tok.Key == token.KwCppQuote && p.peek(1).Kind == token.LParen {
		p.cppQuote()
		return nil
	}
	if p.bad {
		return nil
	}
	f.Spec = p.spec("a field")
	if p.bad {
		return nil
	}
	for !p.is(token.Semi) {
		d := &ast.Declarator{}
		if p.is(token.Colon) { // an unnamed bit field
			p.next()
			d.Bits = p.cond()
		} else {
			if anonymous(f.Spec) && (p.is(token.RBrace) || p.tok.Is(token.BOL) && p.is(token.LBrack)) {
				break
			}
			d = p.declarator(false)
		}
		if p.bad {
			return nil
		}
		f.Declarators = append(f.Declarators, d)
		if !p.accept(token.Comma) {
			break
		}
	}
	if len(f.Declarators) == 0 && !anonymous(f.Spec) {
		p.expected("the name of the field")
		return nil
	}
	p.semicolon("the field")
	return f
}

// anonymous reports whether a field of type s may go without a name.
func anonymous(s *ast.Spec) bool {
	return s.Kind == ast.SpecStruct && s.Struct.Body || s.Kind == ast.SpecUnion && s.Union.Body || s.Kind == ast.SpecEnum && s.Enum.Body
}

// unionSpec reads a union of either kind or the mention of one. Encapsulated
// unions have labels, others attributes.
//
//	union = "union" [ tag ] [ "switch" "(" type name ")" [ name ] ] [ "{" { arm } "}" ] .
//	arm   = { "case" expr ":" | "default" ":" } [ field ] ";"
//	      | [ "[" "case" "(" exprs ")" | "default" "]" ] [ field ] ";" .
func (p *parser) unionSpec(s *ast.Spec) {
	p.next()
	u := &ast.UnionSpec{Tag: p.tag()}
	s.Kind, s.Union = ast.SpecUnion, u
	if p.bad {
		return
	}
	if p.tok.Key == token.KwSwitch {
		p.next()
		sw := &ast.Switch{}
		if !p.expect(token.LParen) {
			return
		}
		if sw.Spec = p.spec("the type of the discriminant"); p.bad {
			return
		}
		if sw.Name = p.name("the name of the discriminant"); p.bad || !p.expect(token.RParen) {
			return
		}
		if p.is(token.Ident) {
			sw.Union = p.name("a name")
		}
		u.Switch = sw
		if !p.is(token.LBrace) {
			p.expected("'{' with the arms of the union")
			return
		}
	}
	if !p.is(token.LBrace) {
		if u.Tag.Text == "" {
			p.noTag("union")
		}
		return
	}
	p.next()
	u.Body = true
	for !p.is(token.RBrace) && !p.is(token.EOF) {
		from := p.tok.Pos
		// A stray semicolon; behind a label it would be an empty arm.
		if u.Switch == nil && p.is(token.Semi) {
			p.next()
			continue
		}
		u.Arms = append(u.Arms, p.arms(u.Switch != nil)...)
		if !p.recoverIn(from) {
			return
		}
	}
	p.closeBody("union")
}

// arms reads an arm of a union; several when a C union declares several
// members in one line.
func (p *parser) arms(encapsulated bool) []*ast.Arm {
	a := &ast.Arm{Lead: ast.Lead{Doc: p.doc(), Pos: p.tok.Pos}}
	a.Pos = p.tok.Pos
	if encapsulated {
		// Several labels may stand before one member.
		for p.tok.Key == token.KwCase || p.tok.Key == token.KwDefault {
			a.HasCase = true
			if p.tok.Key == token.KwCase {
				p.next()
				a.Cases = append(a.Cases, p.cond())
				if p.bad {
					return nil
				}
			} else {
				a.Default = true
				p.next()
			}
			if !p.expect(token.Colon) {
				return nil
			}
		}
		if !a.HasCase {
			p.expected("'case' or 'default'")
			return nil
		}
	}
	if p.is(token.LBrack) {
		a.Attrs = append(a.Attrs, p.attrs()...)
		if p.bad {
			return nil
		}
	}
	if !encapsulated {
		for _, at := range a.Attrs {
			switch at.Name {
			case "case":
				a.HasCase = true
				a.Cases = append(a.Cases, at.Exprs...)
			case "default":
				a.HasCase, a.Default = true, true
			}
		}
	}
	if p.accept(token.Semi) || encapsulated && p.is(token.RBrace) {
		return []*ast.Arm{a}
	}
	a.Spec = p.spec("the member of the union")
	if p.bad {
		return nil
	}
	if (p.is(token.Semi) || p.is(token.RBrace)) && anonymous(a.Spec) {
		a.Decl = &ast.Declarator{}
		p.semicolon("the arm")
		return []*ast.Arm{a}
	}
	out := []*ast.Arm{}
	for {
		// Each member gets the attributes of the line.
		arm := *a
		if arm.Decl = p.declarator(false); p.bad {
			return out
		}
		out = append(out, &arm)
		if !p.accept(token.Comma) {
			break
		}
	}
	p.semicolon("the arm")
	return out
}

// enumSpec reads an enum or the mention of one. A comma may follow the last member.
//
//	enum   = "enum" [ tag ] [ "{" member { "," member } [ "," ] "}" ] .
//	member = attributes name [ "=" expr ] .
func (p *parser) enumSpec(s *ast.Spec) {
	p.next()
	e := &ast.EnumSpec{Tag: p.tag()}
	s.Kind, s.Enum = ast.SpecEnum, e
	if !p.is(token.LBrace) {
		if e.Tag.Text == "" && !p.bad {
			p.noTag("enum")
		}
		return
	}
	p.next()
	e.Body = true
	for !p.is(token.RBrace) && !p.is(token.EOF) {
		m := &ast.EnumMember{Lead: ast.Lead{Doc: p.doc(), Pos: p.tok.Pos}}
		if p.is(token.LBrack) {
			m.Attrs = p.attrs()
		}
		m.Name = p.name("the name of an enum member")
		if !p.bad && p.accept(token.Assign) {
			m.Value = p.cond()
		}
		if !p.bad {
			e.Members = append(e.Members, m)
			if p.accept(token.Comma) || p.is(token.RBrace) {
				continue
			}
			if p.is(token.Ident) && p.tok.Is(token.BOL) { // the comma was forgotten
				p.list.Errorf(p.afterPrev().Pos, 1, "expected ',' after the enum member")
				continue
			}
			p.expected("',' or '}' after the enum member")
		}
		// Go on with the next member, or leave the enum.
		p.bad = false
		for !p.is(token.Comma) && !p.is(token.RBrace) && !p.is(token.EOF) && !p.is(token.Semi) {
			p.next()
		}
		// Neither another member nor the end: the enum is given up.
		if !p.accept(token.Comma) && !p.is(token.RBrace) {
			p.bad = true
			return
		}
	}
	p.closeBody("enum")
}
