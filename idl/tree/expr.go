package tree

import "oxid/idl/source"

// Expr is an expression: *Literal, *ConstRef, *EnumRef, *ParamRef, *FieldRef,
// *Unary, *Binary, *Cond, *Cast, *SizeOf or *Member.
type Expr interface {
	// Pos is where the expression starts; invalid for what normalisation added.
	Pos() source.Pos
	// Type is the type of the value; nil when it is not known.
	Type() Type
	// Value is the constant value, or one with Kind NoValue.
	Value() Value
	// String returns the expression as IDL.
	String() string
}

// ValueKind is the kind of a constant.
type ValueKind uint8

// The kinds of constants.
const (
	NoValue ValueKind = iota // not constant
	IntValue
	FloatValue
	StringValue  // "text"
	WStringValue // L"text"
	CharValue    // 'c'
	WCharValue   // L'c'
	BoolValue    // TRUE, FALSE
	NullValue    // NULL
	GUIDValue
)

// Value is a constant value. Int holds the bits of IntValue (as two's
// complement when Unsigned), CharValue, WCharValue and BoolValue.
type Value struct {
	Kind     ValueKind
	Unsigned bool
	Int      int64
	Float    float64
	Str      string
}

// IsInt reports whether v has an integral value in Int.
func (v Value) IsInt() bool {
	switch v.Kind {
	case IntValue, CharValue, WCharValue, BoolValue:
		return true
	}
	return false
}

// Node is the part that all expressions share.
type Node struct {
	At  source.Pos
	Typ Type
	Val Value
}

// Pos implements [Expr].
func (n *Node) Pos() source.Pos { return n.At }

// Type implements [Expr].
func (n *Node) Type() Type { return n.Typ }

// Value implements [Expr].
func (n *Node) Value() Value { return n.Val }

// Literal is a number, a character, a string, TRUE, FALSE or NULL.
type Literal struct {
	Node
	Text string // as written; decimal digits for what normalisation added
}

// ConstRef is the name of a constant.
type ConstRef struct {
	Node
	Const *Const
}

// EnumRef is the name of an enum member.
type EnumRef struct {
	Node
	Member *EnumMember
}

// ParamRef is the name of a parameter of the same method.
type ParamRef struct {
	Node
	Param *Param
}

// FieldRef is the name of a field of the same struct; for the arms of a
// union, of the struct around it.
type FieldRef struct {
	Node
	Field *Field
}

// Unary is an operator before its operand: + - ~ ! * &.
type Unary struct {
	Node
	Op string
	X  Expr
}

// Binary is an operator between its operands.
type Binary struct {
	Node
	Op   string
	X, Y Expr
}

// Cond is c ? x : y.
type Cond struct {
	Node
	C, X, Y Expr
}

// Cast is (T)x.
type Cast struct {
	Node
	To Type
	X  Expr
}

// SizeOf is sizeof(T).
type SizeOf struct {
	Node
	Of Type
}

// Member is x.f or p->f.
type Member struct {
	Node
	X     Expr
	Arrow bool
	Field *Field
}
