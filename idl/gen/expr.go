package gen

import (
	"strconv"
	"strings"

	"oxid/idl/tree"
)

// size_is(2 * n + 1) is an expression of C over the parameters of a method, or
// the fields of a structure. Both sides of a call evaluate it: the sender to see
// that the slice it got is what it announces, the receiver to see that the count
// it read is what was announced. In Go it is an expression over ints:
//
//	e.CountIs((2*int(n))+1, len(v))

// leaves turns the names in an expression into Go: parameters or fields. The
// result is a value, whatever pointers lead to it in C; ok is false for what
// has no value here.
type leaves func(e tree.Expr) (value string, typ tree.Type, ok bool)

// intExpr prints an expression of size_is and its like as a Go int.
func (p *printer) intExpr(e tree.Expr, at leaves) (string, bool) {
	// Constants of the IDL are numbers here, whatever they were called.
	if v := e.Value(); v.IsInt() {
		return strconv.FormatInt(v.Int, 10), true
	}
	switch x := e.(type) {
	case *tree.ParamRef, *tree.FieldRef, *tree.Member:
		return p.leafInt(e, at)
	case *tree.Cast:
		return p.intExpr(x.X, at)
	case *tree.Unary:
		// A pointer is the value that it leads to, in Go as on the wire.
		if x.Op == "*" {
			return p.leafInt(x.X, at)
		}
		v, ok := p.intExpr(x.X, at)
		if !ok {
			return "", false
		}
		switch x.Op {
		case "+":
			return v, true
		case "-":
			return "-" + paren(v), true
		case "~":
			return "^" + paren(v), true
		case "!":
			return p.qual(ndrPath, "Int") + "(" + v + " == 0)", true
		}
	case *tree.Binary:
		return p.binary(x, at)
	case *tree.Cond:
		c, ok1 := p.condition(x.C, at)
		a, ok2 := p.intExpr(x.X, at)
		b, ok3 := p.intExpr(x.Y, at)
		return p.qual(ndrPath, "Choose") + "(" + c + ", " + a + ", " + b + ")", ok1 && ok2 && ok3
	}
	return "", false
}

// binary prints an operator. Go's int has 64 bits where it matters, so that
// products of two counts do not wrap; what cannot be a size becomes a count that
// matches nothing. Division is guarded: a divisor may come from the network.
func (p *printer) binary(x *tree.Binary, at leaves) (string, bool) {
	if isCondition(x) {
		c, ok := p.condition(x, at)
		return p.qual(ndrPath, "Int") + "(" + c + ")", ok
	}
	a, ok1 := p.intExpr(x.X, at)
	b, ok2 := p.intExpr(x.Y, at)
	if !ok1 || !ok2 {
		return "", false
	}
	switch x.Op {
	case "+", "-", "*", "&", "|", "^":
		return paren(a) + " " + x.Op + " " + paren(b), true
	case "/":
		if isNonZero(x.Y) {
			return paren(a) + " / " + paren(b), true
		}
		return p.qual(ndrPath, "Div") + "(" + a + ", " + b + ")", true
	case "%":
		if isNonZero(x.Y) {
			return paren(a) + " % " + paren(b), true
		}
		return p.qual(ndrPath, "Mod") + "(" + a + ", " + b + ")", true
	// An unsigned shift count cannot panic.
	case "<<", ">>":
		return paren(a) + " " + x.Op + " uint(" + b + ")", true
	}
	return "", false
}

// isNonZero reports whether e is a constant that can be divided by.
func isNonZero(e tree.Expr) bool {
	v := e.Value()
	return v.IsInt() && v.Int != 0
}

// isCondition reports whether e is a truth value.
func isCondition(e tree.Expr) bool {
	switch x := e.(type) {
	case *tree.Binary:
		switch x.Op {
		case "==", "!=", "<", "<=", ">", ">=", "&&", "||":
			return true
		}
	case *tree.Unary:
		return x.Op == "!"
	}
	return false
}

// condition prints an expression as a Go bool.
func (p *printer) condition(e tree.Expr, at leaves) (string, bool) {
	if u, ok := e.(*tree.Unary); ok && u.Op == "!" {
		c, ok := p.condition(u.X, at)
		return "!(" + c + ")", ok
	}
	x, ok := e.(*tree.Binary)
	if !ok || !isCondition(x) {
		v, ok := p.intExpr(e, at)
		return paren(v) + " != 0", ok
	}
	sub := p.intExpr
	if x.Op == "&&" || x.Op == "||" {
		sub = p.condition
	}
	a, ok1 := sub(x.X, at)
	b, ok2 := sub(x.Y, at)
	return paren(a) + " " + x.Op + " " + paren(b), ok1 && ok2
}

// leafInt prints a name as an int, or -1 and false.
func (p *printer) leafInt(e tree.Expr, at leaves) (string, bool) {
	v, t, ok := p.leaf(e, at)
	if !ok || t == nil {
		return "", false
	}
	if strings.HasPrefix(v, "len(") {
		return v, true // a folded length
	}
	v, t = p.deref(v, t)
	s := p.scalarOf(t)
	switch {
	case s == nil:
		return "", false
	case s.typ == "bool":
		return p.qual(ndrPath, "Int") + "(" + v + ")", true
	case !s.number:
		return "", false
	}
	return "int(" + v + ")", true
}

// deref prints what the value v of type t leads to through all its pointers: of
// a nil one that is 0.
func (p *printer) deref(v string, t tree.Type) (string, tree.Type) {
	for {
		ptr, ok := p.open(t).(*tree.Pointer)
		if !ok {
			return v, t
		}
		if ptr.Kind != tree.Ref {
			v = p.qual(ndrPath, "Deref") + "(" + v + ")"
		}
		t = ptr.Elem
	}
}

// leaf resolves a parameter, a field, or a member of one.
// Its Go value is a parameter's variable, a field behind a receiver, or a field
// of one of these; its type tells which pointers still lie in between.
func (p *printer) leaf(e tree.Expr, at leaves) (string, tree.Type, bool) {
	switch x := e.(type) {
	case *tree.Unary:
		if x.Op == "*" || x.Op == "&" {
			return p.leaf(x.X, at)
		}
	case *tree.Cast:
		return p.leaf(x.X, at)
	case *tree.Member:
		v, t, ok := p.leaf(x.X, at)
		if !ok || x.Field == nil || x.Field.Type == nil {
			return "", nil, false
		}
		v, t = p.deref(v, t)
		// Only structures have members.
		if !p.hasMethods(p.open(t)) {
			return "", nil, false
		}
		return v + "." + p.fieldName(x.Field), x.Field.Type, true
	}
	return at(e)
}

// paren puts brackets around what is more than one operand.
func paren(s string) string {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ' ', '-', '^', '!':
			if depth == 0 {
				return "(" + s + ")"
			}
		}
	}
	return s
}

// walkExpr calls f for e and everything in it.
func walkExpr(e tree.Expr, f func(tree.Expr)) {
	if e == nil {
		return
	}
	f(e)
	switch x := e.(type) {
	case *tree.Unary:
		walkExpr(x.X, f)
	case *tree.Binary:
		walkExpr(x.X, f)
		walkExpr(x.Y, f)
	case *tree.Cond:
		walkExpr(x.C, f)
		walkExpr(x.X, f)
		walkExpr(x.Y, f)
	case *tree.Cast:
		walkExpr(x.X, f)
	case *tree.Member:
		walkExpr(x.X, f)
	}
}
