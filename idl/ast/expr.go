package ast

import "oxid/idl/source"

// Expr is an expression: *Ident, *Number, *Char, *String, *Unary, *Binary,
// *Cond, *Paren, *Cast, *SizeOf, *Select or *BadExpr.
type Expr interface{ Pos() source.Pos }

// Ident is a name.
type Ident struct{ Name Name }

// Number is a number as written.
type Number struct {
	At   source.Pos
	Text string
}

// Char is a character constant with its value.
type Char struct {
	At    source.Pos
	Text  string
	Value rune
	Wide  bool
}

// String is a string constant, neighbours joined and escapes undone.
type String struct {
	At    source.Pos
	Value string
	Wide  bool
}

// Word is TRUE, FALSE or NULL.
type Word struct {
	At   source.Pos
	Text string
}

// Unary is an operator before its operand.
type Unary struct {
	At source.Pos
	Op string
	X  Expr
}

// Binary is an operator between two operands; At is the operator's place.
type Binary struct {
	At   source.Pos
	Op   string
	X, Y Expr
}

// Cond is c ? x : y.
type Cond struct {
	At      source.Pos
	C, X, Y Expr
}

// Paren is (x). It is kept because `(A) - 1` is a cast when A is a type.
type Paren struct {
	At source.Pos
	X  Expr
}

// Cast is (type)x.
type Cast struct {
	At   source.Pos
	Type *TypeName
	X    Expr
}

// SizeOf is sizeof(type).
type SizeOf struct {
	At   source.Pos
	Type *TypeName
}

// Select is x.f or x->f.
type Select struct {
	At    source.Pos
	X     Expr
	Arrow bool
	Name  Name
}

// BadExpr stands where a syntax error was reported.
type BadExpr struct{ At source.Pos }

// Pos implements [Expr].
func (e *Ident) Pos() source.Pos { return e.Name.Pos }

// Pos implements [Expr].
func (e *Number) Pos() source.Pos { return e.At }

// Pos implements [Expr].
func (e *Char) Pos() source.Pos { return e.At }

// Pos implements [Expr].
func (e *String) Pos() source.Pos { return e.At }

// Pos implements [Expr].
func (e *Word) Pos() source.Pos { return e.At }

// Pos implements [Expr].
func (e *Unary) Pos() source.Pos { return e.At }

// Pos implements [Expr].
func (e *Binary) Pos() source.Pos { return e.X.Pos() }

// Pos implements [Expr].
func (e *Cond) Pos() source.Pos { return e.C.Pos() }

// Pos implements [Expr].
func (e *Paren) Pos() source.Pos { return e.At }

// Pos implements [Expr].
func (e *Cast) Pos() source.Pos { return e.At }

// Pos implements [Expr].
func (e *SizeOf) Pos() source.Pos { return e.At }

// Pos implements [Expr].
func (e *Select) Pos() source.Pos { return e.X.Pos() }

// Pos implements [Expr].
func (e *BadExpr) Pos() source.Pos { return e.At }
