package parse

import (
	"strings"

	"oxid/idl/ast"
	"oxid/idl/token"
)

// expr reads an expression.
func (p *parser) expr() ast.Expr { return p.cond() }

// cond reads a conditional expression.
//
//	cond   = binary [ "?" cond ":" cond ] .
//	binary = unary { operator unary } .
func (p *parser) cond() ast.Expr {
	p.enter()
	defer p.leave()
	c := p.binary(1)
	if p.bad || !p.is(token.Question) {
		return c
	}
	at := p.tok.Pos
	p.next()
	x := p.cond()
	if p.bad || !p.expect(token.Colon) {
		return c
	}
	return &ast.Cond{At: at, C: c, X: x, Y: p.cond()}
}

// precedence of the binary operators; 0 for tokens that are none.
func precedence(k token.Kind) int {
	switch k {
	case token.OrOr:
		return 1
	case token.AndAnd:
		return 2
	case token.Pipe:
		return 3
	case token.Caret:
		return 4
	case token.Amp:
		return 5
	case token.Equal, token.NotEqual:
		return 6
	case token.Less, token.Greater, token.LessEq, token.GreaterEq:
		return 7
	case token.Shl, token.Shr:
		return 8
	case token.Plus, token.Minus:
		return 9
	case token.Star, token.Slash, token.Percent:
		return 10
	}
	return 0
}

// binary reads operators of at least the given precedence, all of which bind
// to the left. A chain of operators makes a tree that is as deep as the chain
// is long, so its length is bounded too.
func (p *parser) binary(least int) ast.Expr {
	x := p.unary()
	for n := 0; !p.bad; n++ {
		prec := precedence(p.tok.Kind)
		if prec < least || prec == 0 {
			break
		}
		if n > 4*MaxDepth {
			p.errorAt(p.tok, "more than %d operators in one expression", 4*MaxDepth)
			break
		}
		op := p.tok
		p.next()
		x = &ast.Binary{At: op.Pos, Op: op.Text, X: x, Y: p.binary(prec + 1)}
	}
	return x
}

// unary reads prefix operators and casts.
//
//	unary = ( "-" | "+" | "~" | "!" | "*" | "&" ) unary | "(" type ")" unary | postfix .
func (p *parser) unary() ast.Expr {
	p.enter()
	defer p.leave()
	at := p.tok.Pos
	switch p.tok.Kind {
	case token.Minus, token.Plus, token.Tilde, token.Not, token.Star, token.Amp:
		op := p.tok.Text
		p.next()
		return &ast.Unary{At: at, Op: op, X: p.unary()}
	case token.LParen:
		if p.isCast() {
			p.next()
			t := p.typeName()
			if p.bad || !p.expect(token.RParen) {
				return &ast.BadExpr{At: at}
			}
			return &ast.Cast{At: at, Type: t, X: p.unary()}
		}
	}
	return p.postfix()
}

// isCast reports whether the '(' at hand begins a cast. A name in brackets is
// taken for a type when stars follow it or an operand follows the bracket;
// `(A) - 1` is left to the checker, who knows what A is.
func (p *parser) isCast() bool {
	t := p.peek(1)
	switch t.Key {
	case token.KwStruct, token.KwUnion, token.KwEnum, token.KwConst, token.KwVolatile, token.KwInterface, token.KwSafearray:
		return true
	}
	// (long)x: no name can be meant.
	if isBaseWord(t.Key) {
		return true
	}
	if t.Kind != token.Ident || t.Key != token.NotKeyword {
		return false
	}
	n := 2
	for p.peek(n).Kind == token.Star && n < 10 {
		n++
	}
	if p.peek(n).Kind != token.RParen {
		return false
	}
	// (T *)x: a product would need an operand behind the stars.
	if n > 2 {
		return true
	}
	switch p.peek(n + 1).Kind {
	case token.Ident, token.Number, token.Char, token.WChar, token.String, token.WString, token.LParen, token.Tilde, token.Not:
		return true
	}
	return false
}

// postfix reads the members behind an operand. Elements of arrays and calls,
// which C has too, make no sense in IDL and are told so.
//
//	postfix = primary { ( "." | "->" ) name } .
func (p *parser) postfix() ast.Expr {
	x := p.primary()
	for n := 0; !p.bad; n++ {
		switch {
		case p.is(token.Arrow), p.is(token.Dot):
			if n > MaxDepth {
				p.errorAt(p.tok, "more than %d members in a row", MaxDepth)
				return x
			}
			arrow := p.is(token.Arrow)
			at := p.tok.Pos
			p.next()
			x = &ast.Select{At: at, X: x, Arrow: arrow, Name: p.name("the name of a field")}
		case p.is(token.LBrack) && !p.startsAttrs():
			p.errorAt(p.tok, "an expression cannot take an element of an array").Fix("only fields, parameters and *pointer can be used")
			return &ast.BadExpr{At: p.tok.Pos}
		default:
			return x
		}
	}
	return x
}

// primary reads an operand.
//
//	primary = number | character | strings | "(" cond ")" | "TRUE" | "FALSE" | "NULL"
//	        | "sizeof" "(" type ")" | name .
func (p *parser) primary() ast.Expr {
	t := p.tok
	switch t.Kind {
	case token.Number:
		p.next()
		text := t.Text
		// 1e-5 falls apart, because a GUID may hold such pieces.
		if last := text[len(text)-1]; (last == 'e' || last == 'E') && !strings.HasPrefix(text, "0x") && !strings.HasPrefix(text, "0X") &&
			p.is(token.Minus) && !p.tok.Is(token.Space) && p.peek(1).Kind == token.Number {
			p.next()
			text += "-" + p.tok.Text
			p.next()
		}
		return &ast.Number{At: t.Pos, Text: text}
	case token.Char, token.WChar:
		p.next()
		return p.char(t)
	case token.String, token.WString:
		s, wide := p.strings()
		return &ast.String{At: t.Pos, Value: s, Wide: wide}
	case token.LParen:
		p.next()
		x := p.cond()
		if !p.bad && !p.accept(token.RParen) {
			p.errorAt(p.tok, "expected ')' in the expression, found %s", p.tok.Describe())
		}
		return &ast.Paren{At: t.Pos, X: x}
	case token.Ident:
		switch t.Key {
		case token.KwTrue, token.KwFalse, token.KwNull:
			p.next()
			return &ast.Word{At: t.Pos, Text: t.Text}
		case token.KwSizeof:
			p.next()
			if !p.expect(token.LParen) {
				return &ast.BadExpr{At: t.Pos}
			}
			tn := p.typeName()
			if !p.bad {
				p.expect(token.RParen)
			}
			return &ast.SizeOf{At: t.Pos, Type: tn}
		}
		p.next()
		n := ast.Name{Text: t.Text, Pos: t.Pos}
		if p.is(token.LParen) {
			p.errorAt(t, "%s looks like a macro or function, which is not known here", t.Text).
				Fix("#define it, or #include the file that does")
			return &ast.BadExpr{At: t.Pos}
		}
		return &ast.Ident{Name: n}
	}
	p.expected("an expression")
	return &ast.BadExpr{At: t.Pos}
}
