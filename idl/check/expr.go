package check

import (
	"fmt"
	"strconv"
	"strings"

	"oxid/idl/ast"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// exprs turns written expressions into bound ones.
type exprs struct {
	c *checker
	x *scope
	// params are the parameters that names may refer to; fields the members of
	// the structs around, innermost first.
	params []*tree.Param
	fields []*tree.Struct
	// local is set in methods that never travel: what their attributes say of
	// sizes means nothing, so that unknown names in them are only warned of.
	local bool
	// failed is set when an error was reported.
	failed bool
}

// fail reports an error and returns an expression to go on with.
func (e *exprs) fail(p source.Pos, width int, format string, args ...any) tree.Expr {
	e.failed = true
	e.x.m.list.Errorf(p, width, format, args...)
	return bad(p)
}

// bad stands for an expression of which an error was reported. Its type keeps
// further complaints about it away.
func bad(p source.Pos) tree.Expr { return badName(p, "0") }

// badName stands for a name that nothing declares.
func badName(p source.Pos, name string) tree.Expr {
	return &tree.Literal{Node: tree.Node{At: p, Typ: tree.Invalid{}}, Text: name}
}

// node makes the common part of an expression.
func node(p source.Pos, t tree.Type, v tree.Value) tree.Node {
	return tree.Node{At: p, Typ: t, Val: v}
}

// exprText is the first word of an expression, for the width of marks.
func exprText(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name.Text
	case *ast.Number:
		return x.Text
	case *ast.Char:
		return x.Text
	case *ast.Unary:
		return x.Op + exprText(x.X)
	}
	return "-"
}

// article describes a type in a message: "of type long", "a pointer (long *)".
func article(t tree.Type) string {
	s := t.String()
	if p, ok := t.(*tree.Pointer); ok && p.Alias == nil {
		return "a pointer (" + s + ")"
	}
	return "of type " + s
}

// expr binds an expression.
func (e *exprs) expr(x ast.Expr) tree.Expr {
	switch x := x.(type) {
	case *ast.Ident:
		return e.ident(x)
	case *ast.Number:
		return e.number(x)
	case *ast.Char:
		kind, t := tree.CharValue, tree.BasicType(tree.Char)
		if x.Wide {
			kind, t = tree.WCharValue, tree.BasicType(tree.WChar)
		}
		return &tree.Literal{Node: node(x.At, t, tree.Value{Kind: kind, Int: int64(x.Value)}), Text: x.Text}
	case *ast.String:
		kind, t, prefix := tree.StringValue, tree.BasicType(tree.Char), ""
		if x.Wide {
			kind, t, prefix = tree.WStringValue, tree.BasicType(tree.WChar), "L"
		}
		return &tree.Literal{
			Node: node(x.At, &tree.Pointer{Elem: t, Const: true}, tree.Value{Kind: kind, Str: x.Value}),
			Text: prefix + quote(x.Value),
		}
	case *ast.Word:
		return e.word(x)
	case *ast.Paren:
		return e.expr(x.X)
	case *ast.Unary:
		return e.unary(x)
	case *ast.Binary:
		return e.binary(x)
	case *ast.Cond:
		c, a, b := e.expr(x.C), e.expr(x.X), e.expr(x.Y)
		n := node(c.Pos(), a.Type(), tree.Value{})
		if v := c.Value(); v.IsInt() {
			if n.Val = b.Value(); v.Int != 0 {
				n.Val = a.Value()
			}
		}
		return &tree.Cond{Node: n, C: c, X: a, Y: b}
	case *ast.Cast:
		return e.cast(x.At, e.c.typeName(e.x, x.Type), e.expr(x.X))
	case *ast.SizeOf:
		return e.sizeOf(x)
	case *ast.Select:
		return e.member(x)
	}
	e.failed = true
	return bad(x.Pos())
}

// quote writes a string constant in a form that any compiler reads back.
func quote(s string) string {
	q := strconv.QuoteToASCII(s)
	return q
}

// word binds TRUE, FALSE and NULL, which IDL knows without any header.
func (e *exprs) word(x *ast.Word) tree.Expr {
	v, t := tree.Value{Kind: tree.BoolValue}, tree.Type(tree.BasicType(tree.Boolean))
	switch x.Text {
	case "TRUE", "true":
		v.Int = 1
	case "NULL", "nullptr":
		v.Kind, t = tree.NullValue, &tree.Pointer{Elem: tree.BasicType(tree.Void)}
	}
	return &tree.Literal{Node: node(x.At, t, v), Text: strings.ToUpper(x.Text)}
}

// number evaluates a literal number.
func (e *exprs) number(x *ast.Number) tree.Expr {
	s := strings.ToLower(x.Text)
	// Suffixes are looked for behind the digits; in a hexadecimal number e and
	// f are digits.
	hex := strings.HasPrefix(s, "0x")
	if !hex && strings.ContainsAny(s, ".e") {
		f, err := strconv.ParseFloat(strings.TrimRight(s, "fl"), 64)
		if err != nil {
			return e.fail(x.At, len(x.Text), "%s is not a number", x.Text)
		}
		return &tree.Literal{Node: node(x.At, tree.BasicType(tree.Double), tree.Value{Kind: tree.FloatValue, Float: f}), Text: x.Text}
	}
	digits, suffix := s, ""
	for i := len("0x") * b2i(hex); i < len(s); i++ {
		if c := s[i]; c == 'u' || c == 'l' || c == 'i' {
			digits, suffix = s[:i], s[i:]
			break
		}
	}
	n, err := strconv.ParseUint(digits, 0, 64)
	okSuffix := false
	for _, ok := range []string{"", "u", "l", "ul", "lu", "ll", "ull", "llu", "i8", "ui8", "i16", "ui16", "i32", "ui32", "i64", "ui64"} {
		okSuffix = okSuffix || suffix == ok
	}
	switch {
	case err != nil && strings.Contains(err.Error(), "out of range"):
		return e.fail(x.At, len(x.Text), "%s does not fit into 64 bits", x.Text)
	case err != nil || !okSuffix || strings.Contains(digits, "_"):
		return e.fail(x.At, len(x.Text), "%s is not a number", x.Text)
	}
	// As in C: a decimal number takes a signed type that holds it, others may
	// take an unsigned one of the same size.
	unsigned := strings.Contains(suffix, "u") || n > 1<<63-1 || digits[0] == '0' && n > 1<<31-1 && n <= 1<<32-1
	kind := tree.Long
	switch wide := n > 1<<32-1 || !unsigned && n > 1<<31-1 || strings.Contains(suffix, "ll") || strings.Contains(suffix, "64"); {
	case wide && unsigned:
		kind = tree.UHyper
	case wide:
		kind = tree.Hyper
	case unsigned:
		kind = tree.ULong
	}
	return &tree.Literal{
		Node: node(x.At, tree.BasicType(kind), tree.Value{Kind: tree.IntValue, Int: int64(n), Unsigned: unsigned}), Text: x.Text,
	}
}

// b2i is 1 for true, as C has it.
func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ident resolves a name: a parameter, a field, a constant or an enum member.
func (e *exprs) ident(x *ast.Ident) tree.Expr {
	name, p := x.Name.Text, x.Name.Pos
	// Parameters and fields hide constants of the same name.
	for _, prm := range e.params {
		if prm.Name == name && name != "" {
			return &tree.ParamRef{Node: node(p, prm.Declared, tree.Value{}), Param: prm}
		}
	}
	for _, s := range e.fields {
		if f := findField(s.Fields, name); f != nil {
			return &tree.FieldRef{Node: node(p, f.Declared, tree.Value{}), Field: f}
		}
	}
	sym := e.x.lookup(valueSpace, name)
	if sym == nil {
		e.failed = true
		switch {
		case e.x.lookup(typeSpace, name) != nil:
			return e.fail(p, len(name), "%s is a type, not a value", name)
		case len(e.params) > 0:
			e.unknownIn(x.Name, "parameter or constant", paramNames(e.params))
		case len(e.fields) > 0:
			e.unknownIn(x.Name, "field or constant", fieldNames(e.fields[0]))
		default:
			e.c.unknown(e.x, valueSpace, x.Name, "constant")
		}
		return badName(p, name)
	}
	if sym.mod == e.x.m && sym.pos.Compare(p) > 0 && !e.x.winrt {
		e.c.warnEarly(e.x, x.Name, sym.pos)
	}
	switch t := sym.thing.(type) {
	case *tree.Const:
		if !e.c.ensure(t) {
			return e.fail(p, len(name), "the value of %s depends on itself", name)
		}
		e.failed = e.failed || t.Value.Kind == tree.NoValue // reported there
		return &tree.ConstRef{Node: node(p, t.Type, t.Value), Const: t}
	case *tree.EnumMember:
		if !e.c.ensure(t.Enum) && !e.c.ready[t] {
			return e.fail(p, len(name), "the value of %s depends on itself", name)
		}
		return &tree.EnumRef{Node: node(p, t.Enum, tree.Value{Kind: tree.IntValue, Int: t.Value}), Member: t}
	}
	return e.fail(p, len(name), "%s is not a value", name)
}

// unknownIn reports a name that should be one of those given.
func (e *exprs) unknownIn(n ast.Name, what string, names []string) {
	d := e.x.m.list.Errorf(n.Pos, len(n.Text), "unknown %s %s", what, n.Text)
	if e.local {
		e.x.m.list.Soften(d)
	} else {
		e.x.m.unresolved = true
		d.Unresolved = n.Text
	}
	if near := nearest(n.Text, names); near != "" {
		d.Fix("did you mean %s?", near)
	}
}

// paramNames and fieldNames list what a misspelt name may have meant.
func paramNames(ps []*tree.Param) (out []string) {
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return out
}

func fieldNames(s *tree.Struct) (out []string) {
	for _, f := range s.Fields {
		out = append(out, f.Name)
	}
	return out
}

// findField looks for a field by name, in anonymous members too.
func findField(fields []*tree.Field, name string) *tree.Field {
	for _, f := range fields {
		if f.Name == name && name != "" {
			return f
		}
		if f.Name != "" {
			continue
		}
		switch t := f.Declared.(type) {
		case *tree.Struct:
			if in := findField(t.Fields, name); in != nil {
				return in
			}
		case *tree.Union:
			for _, a := range t.Arms {
				if a.Field != nil && a.Field.Name == name && name != "" {
					return a.Field
				}
			}
		}
	}
	return nil
}

// cast converts an expression.
func (e *exprs) cast(p source.Pos, to tree.Type, x tree.Expr) tree.Expr {
	v := x.Value()
	if b := tree.BasicOf(to); b != nil && v.Kind != tree.NoValue {
		v = convert(v, b.Kind)
	}
	return &tree.Cast{Node: node(p, to, v), To: to, X: x}
}

// sizeOf binds sizeof(type). The size is that in C on a 64-bit target, which is
// what MIDL takes when it compiles for one.
func (e *exprs) sizeOf(x *ast.SizeOf) tree.Expr {
	t := e.c.typeName(e.x, x.Type)
	e.c.complete(t)
	n, _ := t.CSize()
	if n == 0 && !tree.IsInvalid(t) {
		return e.fail(x.At, len("sizeof"), "the size of %s is not known", t)
	}
	return &tree.SizeOf{Node: node(x.At, tree.BasicType(tree.ULong), tree.Value{Kind: tree.IntValue, Int: n, Unsigned: true}), Of: t}
}

// complete fills in what the size of t depends on.
func (c *checker) complete(t tree.Type) {
	switch t := c.unalias(t).(type) {
	case *tree.Struct, *tree.Union, *tree.Enum:
		c.ensure(t)
	case *tree.Array:
		c.complete(t.Elem)
	}
}

// member binds x.f and x->f.
func (e *exprs) member(x *ast.Select) tree.Expr {
	in := e.expr(x.X)
	t := e.c.unalias(in.Type())
	if tree.IsInvalid(t) {
		e.failed = true
		return bad(x.Pos())
	}
	if x.Arrow {
		p, ok := t.(*tree.Pointer)
		if !ok {
			return e.fail(x.At, 2, "%s is no pointer", in)
		}
		t = e.c.unalias(p.Elem)
	}
	s, ok := t.(*tree.Struct)
	if !ok {
		d := fmt.Sprintf("%s is no struct", in)
		// The usual slip deserves its own words.
		if _, isPtr := t.(*tree.Pointer); isPtr {
			d = fmt.Sprintf("%s is a pointer; write ->", in)
		}
		return e.fail(x.At, 1, "%s", d)
	}
	e.c.ensure(s)
	f := findField(s.Fields, x.Name.Text)
	if f == nil {
		e.failed = true
		d := e.x.m.list.Errorf(x.Name.Pos, len(x.Name.Text), "%s has no field %s", s, x.Name.Text)
		if near := nearest(x.Name.Text, fieldNames(s)); near != "" {
			d.Fix("did you mean %s?", near)
		}
		return bad(x.Pos())
	}
	return &tree.Member{Node: node(x.Pos(), f.Declared, tree.Value{}), X: in, Arrow: x.Arrow, Field: f}
}
