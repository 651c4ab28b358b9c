package pp

import (
	"strconv"
	"strings"

	"oxid/idl/token"
)

// condition evaluates the expression behind #if or #elif, to false when it is wrong.
func (p *Preprocessor) condition(dir token.Token) bool {
	toks := p.expandList(p.resolveDefined(p.restTokens()))
	if p.dead {
		return false
	}
	e := condExpr{p: p, toks: toks, dir: dir}
	v := e.ternary(0)
	if !e.failed && e.i < len(toks) {
		e.fail(toks[e.i], "unexpected %s in the condition", toks[e.i].Describe())
	}
	return !e.failed && v.n != 0
}

// resolveDefined replaces `defined X`, `defined(X)` and __has_include(...) by 0 or 1.
func (p *Preprocessor) resolveDefined(toks []token.Token) []token.Token {
	out := toks[:0]
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		// The name is put together from its tokens: <a/b.h> is five of them.
		if t.Kind == token.Ident && t.Text == "__has_include" && i+1 < len(toks) && toks[i+1].Kind == token.LParen {
			var name strings.Builder
			quoted := true
			for i += 2; i < len(toks) && toks[i].Kind != token.RParen; i++ {
				switch toks[i].Kind {
				case token.Less, token.Greater:
					quoted = false
				default:
					name.WriteString(strings.Trim(toks[i].Text, `"`))
				}
			}
			_, _, err := p.cfg.Loader.Locate(name.String(), p.top().File(), quoted)
			out = append(out, boolToken(t, err == nil))
			continue
		}
		if t.Kind != token.Ident || t.Text != "defined" {
			out = append(out, t)
			continue
		}
		switch {
		case i+1 < len(toks) && toks[i+1].Kind == token.Ident:
			i++
			t = boolToken(t, p.macros[toks[i].Text] != nil)
		case i+3 < len(toks) && toks[i+1].Kind == token.LParen && toks[i+2].Kind == token.Ident && toks[i+3].Kind == token.RParen:
			i += 3
			t = boolToken(t, p.macros[toks[i-1].Text] != nil)
		default:
			p.list.Errorf(t.Pos, len(t.Text), "'defined' needs a name").Fix("write defined(NAME)")
			t = boolToken(t, false)
		}
		out = append(out, t)
	}
	return out
}

// boolToken is t turned into the number 0 or 1.
func boolToken(t token.Token, v bool) token.Token {
	t.Kind, t.Key, t.Text = token.Number, token.NotKeyword, "0"
	if v {
		t.Text = "1"
	}
	return t
}

// condValue is a value in a condition: intmax_t or, if u, uintmax_t.
type condValue struct {
	n int64
	u bool
}

// condBool is the result of a comparison.
func condBool(b bool) condValue {
	if b {
		return condValue{n: 1}
	}
	return condValue{}
}

// condExpr evaluates a condition by precedence climbing.
type condExpr struct {
	p      *Preprocessor
	toks   []token.Token
	i      int
	dir    token.Token
	failed bool
	skip   int // >0 inside an operand that is not evaluated
}

const maxCondDepth = 200 // brackets and unary operators inside each other

// fail reports the first error of a condition; what follows is its consequence.
func (e *condExpr) fail(t token.Token, format string, args ...any) condValue {
	if !e.failed {
		e.p.list.Errorf(t.Pos, max(len(t.Text), 1), format, args...)
	}
	e.failed = true
	return condValue{}
}

// peek returns the next token, and EOF at the place of the directive at the end.
func (e *condExpr) peek() token.Token {
	if e.i < len(e.toks) {
		return e.toks[e.i]
	}
	t := e.dir
	t.Kind, t.Text = token.EOF, e.dir.Text
	return t
}

// ternary evaluates c ? x : y. The arm that is not chosen is read, but divides
// by zero for free. The result is unsigned if either arm is.
func (e *condExpr) ternary(depth int) condValue {
	c := e.binary(1, depth)
	if e.failed || e.peek().Kind != token.Question {
		return c
	}
	e.i++
	x := e.lazy(c.n == 0, func() condValue { return e.ternary(depth + 1) })
	if t := e.peek(); t.Kind != token.Colon {
		return e.fail(t, "'?' without ':' in the condition")
	}
	e.i++
	y := e.lazy(c.n != 0, func() condValue { return e.ternary(depth + 1) })
	if c.n != 0 {
		return condValue{x.n, x.u || y.u}
	}
	return condValue{y.n, x.u || y.u}
}

// lazy evaluates f without complaining of divisions when skip is true.
func (e *condExpr) lazy(skip bool, f func() condValue) condValue {
	if skip {
		e.skip++
		defer func() { e.skip-- }()
	}
	return f()
}

// condPrec gives the precedence of binary operators; 0 for other tokens.
var condPrec = map[token.Kind]int{
	token.OrOr: 1, token.AndAnd: 2, token.Pipe: 3, token.Caret: 4, token.Amp: 5,
	token.Equal: 6, token.NotEqual: 6,
	token.Less: 7, token.Greater: 7, token.LessEq: 7, token.GreaterEq: 7,
	token.Shl: 8, token.Shr: 8, token.Plus: 9, token.Minus: 9,
	token.Star: 10, token.Slash: 10, token.Percent: 10,
}

// binary evaluates operators of at least the given precedence.
func (e *condExpr) binary(minPrec, depth int) condValue {
	x := e.unary(depth)
	for !e.failed {
		op := e.peek()
		prec := condPrec[op.Kind]
		if prec < minPrec {
			break
		}
		e.i++
		skip := op.Kind == token.OrOr && x.n != 0 || op.Kind == token.AndAnd && x.n == 0
		y := e.lazy(skip, func() condValue { return e.binary(prec+1, depth) })
		x = e.apply(op, x, y)
	}
	return x
}

// apply computes one operation. As in C, one unsigned operand makes both unsigned.
func (e *condExpr) apply(op token.Token, x, y condValue) condValue {
	u := x.u || y.u
	less := func() bool {
		if u {
			return uint64(x.n) < uint64(y.n)
		}
		return x.n < y.n
	}
	switch op.Kind {
	case token.OrOr:
		return condBool(x.n != 0 || y.n != 0)
	case token.AndAnd:
		return condBool(x.n != 0 && y.n != 0)
	case token.Pipe:
		return condValue{x.n | y.n, u}
	case token.Caret:
		return condValue{x.n ^ y.n, u}
	case token.Amp:
		return condValue{x.n & y.n, u}
	case token.Equal:
		return condBool(x.n == y.n)
	case token.NotEqual:
		return condBool(x.n != y.n)
	case token.Less:
		return condBool(less())
	case token.GreaterEq:
		return condBool(!less())
	case token.Greater:
		x, y = y, x
		return condBool(less())
	case token.LessEq:
		x, y = y, x
		return condBool(!less())
	case token.Shl:
		return condValue{x.n << uint64(y.n&63), x.u}
	case token.Shr:
		if x.u {
			return condValue{int64(uint64(x.n) >> uint64(y.n&63)), true}
		}
		return condValue{x.n >> uint64(y.n&63), false}
	case token.Plus:
		return condValue{x.n + y.n, u}
	case token.Minus:
		return condValue{x.n - y.n, u}
	case token.Star:
		return condValue{x.n * y.n, u}
	}
	// Division is what is left; what is not evaluated may divide by anything.
	if y.n == 0 {
		if e.skip == 0 {
			return e.fail(op, "division by zero in the condition")
		}
		return condValue{}
	}
	switch {
	case u && op.Kind == token.Slash:
		return condValue{int64(uint64(x.n) / uint64(y.n)), true}
	case u:
		return condValue{int64(uint64(x.n) % uint64(y.n)), true}
	case y.n == -1: // the smallest number has no positive counterpart
		if op.Kind == token.Slash {
			return condValue{-x.n, false}
		}
		return condValue{}
	case op.Kind == token.Slash:
		return condValue{x.n / y.n, false}
	}
	return condValue{x.n % y.n, false}
}

// unary evaluates prefix operators, brackets and operands.
func (e *condExpr) unary(depth int) condValue {
	t := e.peek()
	if depth > maxCondDepth {
		return e.fail(t, "the condition is nested more than %d deep", maxCondDepth)
	}
	e.i++
	switch t.Kind {
	case token.Not:
		return condBool(e.unary(depth+1).n == 0)
	case token.Tilde:
		v := e.unary(depth + 1)
		return condValue{^v.n, v.u}
	case token.Minus:
		v := e.unary(depth + 1)
		return condValue{-v.n, v.u}
	case token.Plus:
		return e.unary(depth + 1)
	case token.LParen:
		v := e.ternary(depth + 1)
		if c := e.peek(); !e.failed && c.Kind != token.RParen {
			return e.fail(c, "')' is missing in the condition")
		}
		e.i++
		return v
	case token.Number:
		return e.number(t)
	case token.Char:
		return e.char(t)
	case token.Ident:
		return condBool(t.Key == token.KwTrue) // names that are no macros count as 0
	case token.EOF:
		return e.fail(t, "the condition of #%s is not complete", e.dir.Text)
	}
	return e.fail(t, "unexpected %s in the condition", t.Describe())
}

// number reads a whole number; numbers beyond the signed range are unsigned.
func (e *condExpr) number(t token.Token) condValue {
	s := strings.ToLower(t.Text)
	// Suffixes of C, then those of Microsoft.
	digits := strings.TrimRight(s, "ulz")
	if i := strings.Index(s, "i64"); i > 0 && !strings.HasPrefix(s, "0x") {
		digits = strings.TrimRight(s[:i], "u")
	}
	n, err := strconv.ParseUint(digits, 0, 64)
	if err != nil {
		return e.fail(t, "%s is not a whole number", t.Describe())
	}
	return condValue{int64(n), strings.Contains(s[len(digits):], "u") || int64(n) < 0}
}

// char reads a character; its value is its first byte.
func (e *condExpr) char(t token.Token) condValue {
	s, err := strconv.Unquote(t.Text)
	if err != nil || len(s) == 0 {
		return e.fail(t, "%s is not a character", t.Describe())
	}
	return condValue{n: int64(s[0])}
}
