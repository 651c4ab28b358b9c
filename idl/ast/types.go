package ast

import (
	"oxid/idl/source"
	"oxid/idl/tree"
)

// SpecKind is the kind of a type specifier.
type SpecKind uint8

// The kinds of type specifiers.
const (
	SpecBasic     SpecKind = iota // Basic
	SpecName                      // Name: a typedef, an interface, ...
	SpecStruct                    // Struct
	SpecUnion                     // Union
	SpecEnum                      // Enum
	SpecInterface                 // `interface X`, `coclass X`, `dispinterface X`: Name
	SpecSafeArray                 // SAFEARRAY(Args[0])
	SpecPipe                      // pipe Args[0]
	SpecBad                       // a syntax error was reported
)

// Spec is a type specifier with its qualifiers.
type Spec struct {
	Kind  SpecKind
	Pos   source.Pos
	Width int
	Basic tree.BasicKind
	Name  Name
	// Args are the arguments of SAFEARRAY, pipe and of WinRT generics.
	Args     []*TypeName
	Const    bool
	Struct   *StructSpec
	Union    *UnionSpec
	Enum     *EnumSpec
	CallConv string // a calling convention among the specifiers
}

// TypeName is a type where no name is declared: a specifier and an abstract
// declarator.
type TypeName struct {
	Spec *Spec
	Decl *Declarator
}

// OpKind is the kind of a declarator operator.
type OpKind uint8

// The declarator operators.
const (
	OpPointer OpKind = iota
	OpArray
	OpFunc
)

// Op is one step of a declarator.
type Op struct {
	Kind OpKind
	Pos  source.Pos
	// Const marks `* const`.
	Const bool
	// Bound is the size of an array, nil for [] and [*]. With Low set the
	// array is written [Low..Bound].
	Bound, Low Expr
	// Params, Variadic and CallConv belong to functions.
	Params   []*Param
	Variadic bool
	CallConv string
}

// Declarator is a declarator. Ops are in the order in which they apply,
// beginning at the name: `*a[3]` is an array of pointers.
type Declarator struct {
	Name Name // Text "" when abstract
	Ops  []Op
	Bits Expr // width of a bit field
	Init Expr // = value
	Doc  string
}

// Param is a parameter.
type Param struct {
	Lead
	Spec *Spec
	Decl *Declarator
}

// StructSpec is struct tag { ... }.
type StructSpec struct {
	Tag    Name
	Body   bool // false for a mere mention
	Fields []*Field
	Pack   int // value of #pragma pack, 0 for none
}

// Field is a line of a struct: specifier and declarators. Members of unions
// are fields too.
type Field struct {
	Lead
	Spec        *Spec
	Declarators []*Declarator // empty for anonymous unions and structs
}

// UnionSpec is a union of either kind.
type UnionSpec struct {
	Tag  Name
	Body bool
	// Switch is set for encapsulated unions.
	Switch *Switch
	Arms   []*Arm
}

// Switch is the head of an encapsulated union: switch (Spec Name) Union.
type Switch struct {
	Spec  *Spec
	Name  Name
	Union Name
}

// Arm is one arm of a union.
type Arm struct {
	Lead
	Cases   []Expr
	Default bool
	// HasCase is true when case or default was written.
	HasCase bool
	// Spec is nil for an empty arm.
	Spec *Spec
	Decl *Declarator
	Pos  source.Pos
}

// EnumSpec is enum tag { ... }.
type EnumSpec struct {
	Tag     Name
	Body    bool
	Members []*EnumMember
}

// EnumMember is a name of an enum.
type EnumMember struct {
	Lead
	Name  Name
	Value Expr // nil when not written
}
