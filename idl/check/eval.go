package check

import (
	"oxid/idl/ast"
	"oxid/idl/tree"
)

// unary binds an operator before its operand. C's rules hold: * looks through a
// pointer, ~ and - keep 32-bit unsigned values within 32 bits.
func (e *exprs) unary(x *ast.Unary) tree.Expr {
	in := e.expr(x.X)
	n := node(x.At, in.Type(), tree.Value{})
	v := in.Value()
	switch x.Op {
	case "*":
		// What it points to is the type of the value.
		switch t := e.c.unalias(in.Type()).(type) {
		case *tree.Pointer:
			n.Typ = t.Elem
		case *tree.Array:
			n.Typ = t.Elem
		case tree.Invalid, *tree.Opaque:
		default:
			return e.fail(x.At, 1, "%s is no pointer", in)
		}
	case "&":
		n.Typ = &tree.Pointer{Elem: in.Type()}
	case "-":
		switch v.Kind {
		case tree.FloatValue:
			n.Val = tree.Value{Kind: tree.FloatValue, Float: -v.Float}
		case tree.IntValue, tree.CharValue, tree.WCharValue, tree.BoolValue:
			n.Val = tree.Value{Kind: tree.IntValue, Int: -v.Int}
			if v.Unsigned && v.Int <= 1<<32-1 && v.Int >= 0 { // -0x80000000 keeps 32 bits
				n.Val.Int = int64(int32(n.Val.Int))
			}
		}
	case "+":
		n.Val = v
	// The complement of a 32-bit number has 32 bits.
	case "~":
		if v.IsInt() {
			n.Val = tree.Value{Kind: tree.IntValue, Int: ^v.Int, Unsigned: v.Unsigned}
			if v.Unsigned && v.Int <= 1<<32-1 && v.Int >= 0 {
				n.Val.Int = int64(uint32(n.Val.Int))
			}
		}
	case "!":
		n.Typ = tree.BasicType(tree.Boolean)
		if v.IsInt() {
			n.Val = boolValue(v.Int == 0)
		}
	}
	return &tree.Unary{Node: n, Op: x.Op, X: in}
}

// boolValue is the result of a comparison: the number 0 or 1, as in C.
func boolValue(b bool) tree.Value { return tree.Value{Kind: tree.IntValue, Int: int64(b2i(b))} }

// binary binds an operator. `(A) - 1` where A is a type is a cast of -1: the
// parser could not know.
func (e *exprs) binary(x *ast.Binary) tree.Expr {
	// Only the operators that can stand before an operand too are in doubt.
	if p, ok := x.X.(*ast.Paren); ok && (x.Op == "-" || x.Op == "+" || x.Op == "*" || x.Op == "&") {
		if id, ok := p.X.(*ast.Ident); ok && e.x.lookup(valueSpace, id.Name.Text) == nil {
			if !e.inReach(id.Name.Text) {
				t := e.c.namedType(e.x, &ast.Spec{Kind: ast.SpecName, Name: id.Name, Pos: id.Name.Pos, Width: len(id.Name.Text)})
				e.c.unalias(t)
				return e.cast(p.At, t, e.unary(&ast.Unary{At: x.At, Op: x.Op, X: x.Y}))
			}
		}
	}
	a, b := e.expr(x.X), e.expr(x.Y)
	out := binaryAt(x.Op, a, b)
	// Said here and not while folding, which knows no places.
	if (x.Op == "/" || x.Op == "%") && b.Value().IsInt() && b.Value().Int == 0 {
		return e.fail(x.At, 1, "division by zero")
	}
	return out
}

// inReach reports whether name is a parameter or field that e may refer to.
func (e *exprs) inReach(name string) bool {
	for _, p := range e.params {
		if p.Name == name {
			return true
		}
	}
	for _, s := range e.fields {
		if findField(s.Fields, name) != nil {
			return true
		}
	}
	return false
}

// binary makes an operation that was not written.
func binary(op string, a, b tree.Expr) tree.Expr { return binaryAt(op, a, b) }

// plus makes e + n, folded if e is a literal.
func plus(e tree.Expr, n int64) tree.Expr {
	one := &tree.Literal{Node: node(e.Pos(), tree.BasicType(tree.Long), tree.Value{Kind: tree.IntValue, Int: n}), Text: "1"}
	return binaryAt("+", e, one)
}

// binaryAt makes a binary operation and its value, if both sides have one.
func binaryAt(op string, a, b tree.Expr) tree.Expr {
	n := node(a.Pos(), resultType(op, a.Type(), b.Type()), tree.Value{})
	va, vb := a.Value(), b.Value()
	switch {
	// Anything but numbers, strings for one, has no value.
	case va.IsInt() && vb.IsInt():
		n.Val = foldInt(op, va, vb)
	case va.Kind == tree.FloatValue && (vb.IsInt() || vb.Kind == tree.FloatValue), vb.Kind == tree.FloatValue && va.IsInt():
		n.Val = foldFloat(op, asFloat(va), asFloat(vb))
	}
	return &tree.Binary{Node: n, Op: op, X: a, Y: b}
}

// resultType is the type of an operation: the wider operand's, boolean for
// comparisons.
func resultType(op string, a, b tree.Type) tree.Type {
	switch op {
	case "==", "!=", "<", ">", "<=", ">=", "&&", "||":
		return tree.BasicType(tree.Boolean)
	}
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	// An enum takes part as a number.
	// The wider type wins, as in C; equal ones keep the left.
	sa, _ := a.CSize()
	sb, _ := b.CSize()
	if sb > sa {
		return b
	}
	return a
}

// asFloat converts a number to floating point.
func asFloat(v tree.Value) float64 {
	switch {
	case v.Kind == tree.FloatValue:
		return v.Float
	// -1 as an unsigned number is very large.
	case v.Unsigned:
		return float64(uint64(v.Int))
	}
	return float64(v.Int)
}

// foldFloat computes an operation on floating point numbers. Those that need
// whole numbers have no value.
func foldFloat(op string, a, b float64) tree.Value {
	f := tree.Value{Kind: tree.FloatValue}
	switch op {
	case "+":
		f.Float = a + b
	case "-":
		f.Float = a - b
	case "*":
		f.Float = a * b
	case "/":
		f.Float = a / b
	case "<":
		return boolValue(a < b)
	case ">":
		return boolValue(a > b)
	case "<=":
		return boolValue(a <= b)
	case ">=":
		return boolValue(a >= b)
	case "==":
		return boolValue(a == b)
	case "!=":
		return boolValue(a != b)
	default:
		return tree.Value{}
	}
	return f
}

// foldInt computes an operation in 64 bits.
func foldInt(op string, va, vb tree.Value) tree.Value {
	a, b := va.Int, vb.Int
	u := va.Unsigned || vb.Unsigned
	r := tree.Value{Kind: tree.IntValue, Unsigned: u}
	switch op {
	case "+":
		r.Int = a + b
	case "-":
		r.Int = a - b
	case "*":
		r.Int = a * b
	case "/", "%":
		return foldDiv(op, a, b, u)
	case "|":
		r.Int = a | b
	case "&":
		r.Int = a & b
	case "^":
		r.Int = a ^ b
	case "<<":
		// The type of a shift is that of its left side.
		r.Int, r.Unsigned = a<<uint64(b&63), va.Unsigned
	case ">>":
		if r.Unsigned = va.Unsigned; r.Unsigned {
			r.Int = int64(uint64(a) >> uint64(b&63))
		} else {
			r.Int = a >> uint64(b&63)
		}
	case "&&":
		return boolValue(a != 0 && b != 0)
	case "||":
		return boolValue(a != 0 || b != 0)
	case "==":
		return boolValue(a == b)
	case "!=":
		return boolValue(a != b)
	case "<", ">=":
		less := a < b
		if u {
			less = uint64(a) < uint64(b)
		}
		return boolValue(less == (op == "<"))
	case ">", "<=":
		more := a > b
		if u {
			more = uint64(a) > uint64(b)
		}
		return boolValue(more == (op == ">"))
	default:
		return tree.Value{}
	}
	return r
}

// foldDiv computes / and %. A zero divisor has no value; the caller says so.
func foldDiv(op string, a, b int64, u bool) tree.Value {
	r := tree.Value{Kind: tree.IntValue, Unsigned: u}
	switch {
	case b == 0:
		return tree.Value{}
	case u && op == "/":
		r.Int = int64(uint64(a) / uint64(b))
	case u:
		r.Int = int64(uint64(a) % uint64(b))
	case b == -1: // avoids the one quotient that does not fit
		if op == "/" {
			r.Int = -a
		}
	case op == "/":
		r.Int = a / b
	default:
		r.Int = a % b
	}
	return r
}

// convert changes a constant to a base type, as a C cast does.
func convert(v tree.Value, k tree.BasicKind) tree.Value {
	if k == tree.Float || k == tree.Double || k == tree.LongDouble {
		if v.IsInt() {
			return tree.Value{Kind: tree.FloatValue, Float: asFloat(v)}
		}
		return v
	}
	if v.Kind == tree.FloatValue {
		// Neither NaN nor what is out of range has a whole number.
		if v.Float != v.Float || v.Float > 1<<62 || v.Float < -1<<62 {
			return tree.Value{}
		}
		v = tree.Value{Kind: tree.IntValue, Int: int64(v.Float)}
	}
	if !v.IsInt() || !k.Integer() {
		return v
	}
	n := v.Int
	size, _ := tree.BasicType(k).CSize()
	switch {
	case size == 1 && k.Unsigned():
		n = int64(uint8(n))
	case size == 1:
		n = int64(int8(n))
	case size == 2 && k.Unsigned():
		n = int64(uint16(n))
	case size == 2:
		n = int64(int16(n))
	case size == 4 && k.Unsigned():
		n = int64(uint32(n))
	case size == 4:
		n = int64(int32(n))
	}
	// (long)TRUE is a number, (long)'a' stays a character.
	kind := v.Kind
	if kind == tree.BoolValue && k != tree.Boolean {
		kind = tree.IntValue
	}
	return tree.Value{Kind: kind, Int: n, Unsigned: k.Unsigned()}
}

// convertConst gives the value of a constant its declared type and complains
// when it does not fit.
func (c *checker) convertConst(x *scope, v tree.Value, t tree.Type, at ast.Expr) tree.Value {
	switch u := c.unalias(t).(type) {
	case *tree.Basic:
		if v.Kind == tree.StringValue || v.Kind == tree.WStringValue || v.Kind == tree.NullValue {
			x.m.list.Errorf(at.Pos(), len(exprText(at)), "a constant of type %s cannot be a string or NULL", t)
			return v
		}
		w := convert(v, u.Kind)
		if v.IsInt() && w.IsInt() && w.Int != v.Int {
			size, _ := u.CSize()
			// The bits may be meant: const long X = 0x80000000.
			if lim := int64(1) << (size * 8); size == 8 || v.Int < -lim/2 || v.Int >= lim {
				if size < 8 {
					x.m.list.Errorf(at.Pos(), len(exprText(at)), "%d does not fit into %s", v.Int, t)
				}
			}
		}
		return w
	case *tree.Pointer:
		switch v.Kind {
		case tree.StringValue, tree.WStringValue, tree.NullValue:
			return v
		}
		if v.IsInt() {
			return v // a pointer made of a number: headers do it
		}
	}
	return v
}
