package parse

import (
	"slices"
	"strings"

	"oxid/idl/ast"
	"oxid/idl/attr"
	"oxid/idl/token"
)

// declarator reads a declarator. An abstract one may, and other ones must,
// have a name.
//
//	declarator = { "*" | "const" | convention } direct { "(" params ")" | "[" bound "]" } [ ":" expr ] .
//	direct     = [ name | "(" declarator ")" ] .
func (p *parser) declarator(abstract bool) *ast.Declarator {
	d := &ast.Declarator{}
	p.declaratorOps(d, abstract)
	if !p.bad && d.Name.Text == "" && !abstract {
		p.expected("a name")
	}
	if !p.bad && p.is(token.Colon) && !abstract {
		p.next()
		d.Bits = p.cond()
	}
	return d
}

// declaratorOps adds the operators of a declarator to d, inner ones first.
func (p *parser) declaratorOps(d *ast.Declarator, abstract bool) {
	p.enter()
	defer p.leave()
	var stars []ast.Op
	conv := ""
loop:
	for !p.bad {
		switch {
		case p.is(token.Star), p.is(token.Caret), p.is(token.Amp):
			if p.is(token.Amp) {
				p.errorAt(p.tok, "references are C++, not IDL").Fix("write '*'")
				return
			}
			// Stars are collected and applied last: brackets bind more tightly.
			stars = append(stars, ast.Op{Kind: ast.OpPointer, Pos: p.tok.Pos})
			p.next()
			if len(stars) > MaxDepth {
				p.errorAt(p.tok, "more than %d pointers in a row", MaxDepth)
				return
			}
		case p.tok.Key == token.KwConst:
			if len(stars) > 0 {
				stars[len(stars)-1].Const = true
			}
			p.next()
		case p.tok.Key == token.KwVolatile, p.tok.Key == token.KwModifier:
			p.next()
		case p.tok.Key == token.KwDeclspec:
			p.declspec()
		case p.tok.Key == token.KwCallConv && p.peek(1).Kind != token.Comma && p.peek(1).Kind != token.Semi:
			conv = p.tok.Text
			p.next()
		default:
			break loop
		}
	}
	if p.bad {
		return
	}
	switch {
	case p.is(token.LParen) && p.groups(abstract):
		p.next()
		// An unknown calling convention: (WINAPI2 *name).
		if p.is(token.Ident) && p.peek(1).Kind == token.Star {
			conv = p.tok.Text
			p.next()
		}
		p.declaratorOps(d, abstract)
		if p.bad {
			return
		}
		p.expect(token.RParen)
	case p.is(token.Ident) && !reserved(p.tok.Key):
		d.Name = ast.Name{Text: p.tok.Text, Pos: p.tok.Pos}
		// A comment may stand before one of several names.
		d.Doc = p.doc()
		p.next()
		if p.is(token.Less) { // a generic delegate or interface of the Windows Runtime
			p.genericArgs(&ast.Spec{})
		}
	}
	for !p.bad {
		switch {
		case p.is(token.LParen):
			d.Ops = append(d.Ops, p.params(conv))
			continue
		case p.is(token.LBrack) && !p.startsAttrs():
			d.Ops = append(d.Ops, p.bound())
			continue
		}
		break
	}
	// The star next to the name applies first.
	slices.Reverse(stars)
	d.Ops = append(d.Ops, stars...)
	if len(d.Ops) > 4*MaxDepth {
		p.errorAt(p.tok, "more than %d operators in one declarator", 4*MaxDepth)
	}
}

// reserved reports whether a keyword never serves as a name: those of C.
func reserved(k token.Keyword) bool {
	switch k {
	case token.KwVoid, token.KwInt, token.KwLong, token.KwShort, token.KwChar, token.KwFloat, token.KwDouble, token.KwSigned,
		token.KwUnsigned, token.KwStruct, token.KwUnion, token.KwEnum, token.KwConst, token.KwVolatile, token.KwTypedef,
		token.KwExtern, token.KwStatic, token.KwRegister, token.KwSizeof, token.KwSwitch, token.KwCase, token.KwInterface:
		return true
	}
	return false
}

// startsAttrs reports whether the '[' at hand begins the attributes of
// something else, because a ',' or ';' was forgotten before it.
func (p *parser) startsAttrs() bool {
	t := p.peek(1)
	if t.Kind != token.Ident || attr.Lookup(t.Text) == nil {
		return false
	}
	if p.tok.Is(token.BOL) {
		return true
	}
	return (t.Text == "in" || t.Text == "out") && (p.peek(2).Kind == token.Comma || p.peek(2).Kind == token.RBrack)
}

// groups reports whether the '(' at hand groups a declarator rather than
// opening the parameters of an abstract function.
func (p *parser) groups(abstract bool) bool {
	t := p.peek(1)
	switch {
	// No parameter begins like that.
	case t.Kind == token.Star, t.Kind == token.LParen, t.Key == token.KwCallConv, t.Key == token.KwModifier:
		return true
	case t.Kind == token.Ident && p.peek(2).Kind == token.Star:
		return p.peek(3).Kind == token.Ident && p.peek(4).Kind == token.RParen && !isBaseWord(t.Key)
	}
	return !abstract && t.Kind == token.Ident
}

// bound reads [], [*], [n] and [low..high].
func (p *parser) bound() ast.Op {
	op := ast.Op{Kind: ast.OpArray, Pos: p.tok.Pos}
	p.next()
	switch {
	// []: the size is told by an attribute, or by the characters of a string.
	case p.is(token.RBrack):
	// [*] of [C706] 4.2.18.1: a size that is told elsewhere.
	case p.is(token.Star) && p.peek(1).Kind == token.RBrack:
		p.next()
	default:
		op.Bound = p.cond()
		if p.bad {
			return op
		}
		if p.is(token.DotDot) {
			p.next()
			op.Low = op.Bound
			op.Bound = nil
			if !p.accept(token.Star) {
				op.Bound = p.cond()
			}
		}
	}
	if !p.bad && !p.accept(token.RBrack) {
		p.errorAt(p.tok, "expected ']' after the size of the array, found %s", p.tok.Describe())
	}
	return op
}

// maxParams bounds the parameters of a method: a stack holds no more.
const maxParams = 1000

// params reads the parameters of a function, the bracket being at hand.
//
//	params = [ "void" | param { "," param } [ "," "..." ] ] .
func (p *parser) params(conv string) ast.Op {
	op := ast.Op{Kind: ast.OpFunc, Pos: p.tok.Pos, CallConv: conv}
	p.enter()
	defer p.leave()
	p.next()
	for !p.is(token.RParen) && !p.bad {
		if len(op.Params) == maxParams {
			p.errorAt(p.tok, "more than %d parameters", maxParams)
			break
		}
		if p.accept(token.Ellipsis) {
			op.Variadic = true
			break
		}
		prm := p.param()
		if p.bad {
			p.syncParam(&op)
			return op
		}
		op.Params = append(op.Params, prm)
		if !p.accept(token.Comma) {
			break
		}
		if p.is(token.RParen) {
			p.list.Errorf(p.prev.Pos, 1, "',' without a parameter behind it")
		}
	}
	if !p.bad && !p.is(token.RParen) {
		d := p.errorAt(p.tok, "expected ',' or ')' after the parameter, found %s", p.tok.Describe())
		if p.is(token.Ident) {
			d.Fix("a parameter is [attributes] type name; parameters are parted by ','")
		}
		p.syncParam(&op)
		return op
	}
	p.accept(token.RParen)
	// f(void) takes nothing.
	if len(op.Params) == 1 && isVoid(op.Params[0]) {
		op.Params = nil
	}
	return op
}

// isVoid reports whether prm is the void of `f(void)`.
func isVoid(prm *ast.Param) bool {
	return prm.Spec.Kind == ast.SpecBasic && prm.Spec.Basic == 0 && len(prm.Decl.Ops) == 0 && prm.Decl.Name.Text == "" && len(prm.Attrs) == 0
}

// syncParam skips to behind the bracket that closes the parameters, so that
// an error in one parameter does not cost the whole interface. The parameters
// read so far are kept.
func (p *parser) syncParam(op *ast.Op) {
	depth := 0
	for {
		switch p.tok.Kind {
		case token.EOF, token.Semi, token.LBrace, token.RBrace:
			return
		case token.LParen, token.LBrack:
			depth++
		// Brackets of attributes may be among what is skipped.
		case token.RBrack:
			depth = max(0, depth-1)
		case token.Comma:
			if depth == 0 && p.peek(1).Kind == token.LBrack { // the next parameter
				p.next()
				p.bad = false
				more := p.paramsFrom()
				op.Params = append(op.Params, more...)
				return
			}
		case token.RParen:
			if depth == 0 {
				p.next()
				p.bad = false
				return
			}
			depth--
		}
		p.next()
	}
}

// paramsFrom reads parameters up to and with the closing bracket.
func (p *parser) paramsFrom() []*ast.Param {
	var out []*ast.Param
	for !p.bad && !p.is(token.RParen) {
		prm := p.param()
		if p.bad {
			break
		}
		out = append(out, prm)
		if !p.accept(token.Comma) {
			break
		}
	}
	if p.bad || !p.accept(token.RParen) {
		p.bad = true
	}
	return out
}

// param reads one parameter.
//
//	param = attributes specifier declarator .
func (p *parser) param() *ast.Param {
	prm := &ast.Param{Lead: ast.Lead{Doc: p.doc(), Pos: p.tok.Pos}}
	if p.is(token.LBrack) {
		p.attrsBroken = false
		prm.Attrs = p.attrs()
		if p.attrsBroken && (p.is(token.Comma) || p.is(token.RParen)) {
			p.bad = true
		}
		if p.bad {
			return prm
		}
	}
	for p.is(token.Ident) && isAnnotation(p.tok.Text) { // SAL in headers
		p.next()
		if p.is(token.LParen) {
			p.skipBalanced()
		}
	}
	prm.Spec = p.spec("a parameter")
	if p.bad {
		return prm
	}
	// Names of parameters may be left out.
	prm.Decl = p.declarator(true)
	if !p.bad && p.is(token.Assign) {
		p.errorAt(p.tok, "a parameter cannot have a value here").Fix("write [defaultvalue(...)] in front of the parameter")
	}
	return prm
}

// isAnnotation reports whether name is an annotation of Microsoft's headers:
// _In_, _Out_opt_, __in, __deref_out_ecount.
func isAnnotation(name string) bool {
	for _, prefix := range []string{"_In_", "_Out_", "_Inout_", "_Outptr_", "_COM_Outptr_", "_Deref_", "_Reserved_", "_Ret_",
		"__in", "__out", "__inout", "__deref_", "__reserved"} {
		if strings.HasPrefix(name, prefix) && name != "__int64" && !strings.HasPrefix(name, "__int") {
			return true
		}
	}
	return false
}
