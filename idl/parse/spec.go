package parse

import (
	"oxid/idl/ast"
	"oxid/idl/token"
	"oxid/idl/tree"
)

// baseWords collects the words of a base type, which may come in any order.
type baseWords struct {
	signed, unsigned, short, int bool
	long                         int
	kind                         tree.BasicKind
	has                          bool // kind is set
	any                          bool // some word was seen
}

// accepts reports whether the keyword k can still be part of the base type.
func (b *baseWords) accepts(k token.Keyword) bool {
	switch k {
	case token.KwSigned, token.KwUnsigned:
		return !b.signed && !b.unsigned && (!b.has || signable(b.kind))
	case token.KwInt:
		return !b.int && (!b.has || b.kind == tree.Hyper)
	case token.KwShort:
		return !b.short && b.long == 0 && !b.has
	case token.KwLong:
		return !b.short && b.long < 2 && !b.has
	case token.KwDouble:
		return !b.has && !b.short && !b.int && b.long < 2 && !b.signed && !b.unsigned
	}
	kind, base := baseKind(k)
	if !base || b.has || b.short || b.long > 0 || b.int {
		return false
	}
	return !b.signed && !b.unsigned || signable(kind)
}

// signable reports whether signed and unsigned can stand before a base type.
func signable(k tree.BasicKind) bool {
	switch k {
	case tree.Char, tree.SChar, tree.Short, tree.Long, tree.Hyper, tree.Int3264, tree.Int128:
		return true
	}
	return false
}

// baseKind returns the base type that a keyword names by itself.
func baseKind(k token.Keyword) (tree.BasicKind, bool) {
	switch k {
	case token.KwVoid:
		return tree.Void, true
	case token.KwBoolean:
		return tree.Boolean, true
	case token.KwByte:
		return tree.Byte, true
	case token.KwChar:
		return tree.Char, true
	case token.KwSmall, token.KwInt8:
		return tree.SChar, true
	case token.KwWchar:
		return tree.WChar, true
	case token.KwInt16:
		return tree.Short, true
	case token.KwInt32:
		return tree.Long, true
	case token.KwHyper, token.KwInt64:
		return tree.Hyper, true
	case token.KwInt3264:
		return tree.Int3264, true
	case token.KwInt128:
		return tree.Int128, true
	case token.KwFloat:
		return tree.Float, true
	case token.KwDouble:
		return tree.Double, true
	case token.KwErrorStatus:
		return tree.ErrorStatus, true
	case token.KwHandle:
		return tree.Handle, true
	}
	return 0, false
}

// add takes a word that accepts allowed.
func (b *baseWords) add(k token.Keyword) {
	b.any = true
	switch k {
	case token.KwSigned:
		b.signed = true
	case token.KwUnsigned:
		b.unsigned = true
	case token.KwShort:
		b.short = true
	case token.KwLong:
		b.long++
	case token.KwInt:
		b.int = true
	default:
		b.kind, _ = baseKind(k)
		b.has = true
	}
}

// result returns the base type that the words make.
func (b *baseWords) result() tree.BasicKind {
	k := b.kind
	switch {
	case b.has && k == tree.Double && b.long > 0:
		return tree.LongDouble
	case b.has:
	case b.short:
		k = tree.Short
	case b.long == 2:
		k = tree.Hyper
	default:
		k = tree.Long
	}
	if !b.unsigned {
		if b.signed && k == tree.Char {
			return tree.SChar
		}
		return k
	}
	switch k {
	case tree.Char:
		return tree.UChar
	case tree.SChar:
		return tree.USmall
	case tree.Short:
		return tree.UShort
	case tree.Long:
		return tree.ULong
	case tree.Hyper:
		return tree.UHyper
	case tree.Int3264:
		return tree.UInt3264
	}
	return k
}

// isBaseWord reports whether k is a word of a base type.
func isBaseWord(k token.Keyword) bool {
	switch k {
	case token.KwSigned, token.KwUnsigned, token.KwShort, token.KwLong, token.KwInt:
		return true
	}
	_, base := baseKind(k)
	return base
}

// spec reads specifiers: storage words, qualifiers and one type.
//
//	specifier = { "const" | storage | convention | declspec } type { "const" | ... } .
//	type      = { baseword } | name [ "<" types ">" ] | struct | union | enum
//	          | ( "interface" | "coclass" | "dispinterface" ) name
//	          | "SAFEARRAY" "(" type ")" | "pipe" type .
func (p *parser) spec(what string) *ast.Spec {
	p.enter()
	defer p.leave()
	s := &ast.Spec{Kind: ast.SpecBad, Pos: p.tok.Pos, Width: len(p.tok.Text)}
	var words baseWords
	typed := false
	for !p.bad && p.is(token.Ident) {
		k := p.tok.Key
		if typed && p.tok.Is(token.BOL) && anonymous(s) {
			break // the ';' behind the body was forgotten
		}
		switch k {
		case token.KwConst:
			s.Const = true
			p.next()
			continue
		case token.KwVolatile, token.KwModifier, token.KwExtern, token.KwStatic, token.KwInline, token.KwRegister:
			p.next()
			continue
		case token.KwDeclspec:
			p.declspec()
			continue
		case token.KwCallConv:
			if p.peek(1).Kind == token.Ident { // otherwise it is what is declared
				s.CallConv = p.tok.Text
				p.next()
				continue
			}
		}
		// A second name is what is declared, not another type.
		if typed {
			break
		}
		if isBaseWord(k) {
			// `byte small` declares something called small.
			if !words.accepts(k) {
				break
			}
			// Messages point to the first word of the type.
			if !words.any {
				s.Pos, s.Width = p.tok.Pos, len(p.tok.Text)
			}
			words.add(k)
			p.next()
			continue
		}
		if words.any {
			break
		}
		s.Pos, s.Width = p.tok.Pos, len(p.tok.Text)
		p.typeSpec(s)
		typed = true
	}
	if words.any {
		s.Kind, s.Basic = ast.SpecBasic, words.result()
	} else if !typed && !p.bad {
		p.expected(what)
	}
	return s
}

// typeSpec reads a type that is not made of base words.
func (p *parser) typeSpec(s *ast.Spec) {
	switch p.tok.Key {
	case token.KwStruct:
		p.structSpec(s)
	case token.KwUnion:
		p.unionSpec(s)
	case token.KwEnum:
		p.enumSpec(s)
	case token.KwInterface, token.KwCoclass, token.KwDispinterface:
		p.next()
		s.Kind = ast.SpecInterface
		s.Name = p.dottedName("the name of an interface")
		s.Pos, s.Width = s.Name.Pos, len(s.Name.Text)
		p.genericArgs(s)
	case token.KwSafearray:
		if p.peek(1).Kind != token.LParen { // a typedef of that name
			p.namedSpec(s)
			return
		}
		p.next()
		p.next()
		s.Kind = ast.SpecSafeArray
		s.Args = []*ast.TypeName{p.typeName()}
		if !p.bad {
			p.expect(token.RParen)
		}
	case token.KwPipe:
		p.next()
		s.Kind = ast.SpecPipe
		elem := p.spec("the type of the pipe's elements")
		s.Args = []*ast.TypeName{{Spec: elem, Decl: &ast.Declarator{}}}
	case token.KwTypedef, token.KwImport, token.KwCase, token.KwSwitch, token.KwSizeof:
		p.expected("a type")
	default:
		p.namedSpec(s)
	}
}

// namedSpec reads the name of a type, with dots and type arguments if it has them.
func (p *parser) namedSpec(s *ast.Spec) {
	s.Kind = ast.SpecName
	s.Name = p.dottedName("a type")
	p.genericArgs(s)
}

// genericArgs reads the <...> behind a WinRT type.
func (p *parser) genericArgs(s *ast.Spec) {
	if !p.is(token.Less) || p.bad {
		return
	}
	p.enter()
	defer p.leave()
	p.next()
	for !p.bad {
		s.Args = append(s.Args, p.typeName())
		if p.bad || !p.accept(token.Comma) {
			break
		}
	}
	if p.bad {
		return
	}
	if p.is(token.Shr) { // >> closes two lists: leave one for the outer
		p.tok.Kind, p.tok.Text = token.Greater, ">"
		p.tok.Pos.Off++
		return
	}
	p.expect(token.Greater)
}

// declspec skips __declspec(...) and __attribute__((...)).
func (p *parser) declspec() {
	p.next()
	if p.is(token.LParen) {
		p.skipBalanced()
	}
}

// typeName reads a type without a name: in casts, sizeof and attributes.
func (p *parser) typeName() *ast.TypeName {
	t := &ast.TypeName{Spec: p.spec("a type")}
	if p.bad {
		return t
	}
	t.Decl = p.declarator(true)
	return t
}
