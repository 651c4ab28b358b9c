package ast

import (
	"oxid/com"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// File is a parsed file with all that it includes.
type File struct {
	Source *source.File
	// Doc is the comment at the top of the file.
	Doc   string
	Items []Item
	// Included are the files of #include directives, in order.
	Included []*source.File
}

// Item is something that can stand at the top of a file or in the body of a
// library, namespace or interface: *Import, *ImportLib, *CppQuote, *Pragma,
// *Decl, *Interface, *Dispinterface, *Coclass, *Module, *Library, *Namespace
// or *WinRT.
type Item interface{ item() }

// Name is a name and its place. Text may be qualified by dots ("A.B.C").
type Name struct {
	Text string
	Pos  source.Pos
}

// Lead is what precedes an item: comment and attributes.
type Lead struct {
	Doc   string
	Attrs Attrs
	Pos   source.Pos // of the first token
}

// Attr is an attribute with its arguments as its form in the attribute table
// says.
type Attr struct {
	Name  string
	Pos   source.Pos
	Exprs []Expr // nil entries for omitted ones
	GUID  com.GUID
	Text  string
	Type  *TypeName
	// Args is true when there were brackets.
	Args bool
}

// Attrs are attributes in the order of writing.
type Attrs []*Attr

// Get returns the first attribute with that name, or nil.
func (as Attrs) Get(name string) *Attr {
	for _, a := range as {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Has reports whether there is an attribute with that name.
func (as Attrs) Has(name string) bool { return as.Get(name) != nil }

// Import is one name of an import directive.
type Import struct {
	Name  string
	Pos   source.Pos
	Width int
}

// ImportLib is importlib("name").
type ImportLib struct {
	Name string
	Pos  source.Pos
}

// CppQuote is cpp_quote("text").
type CppQuote struct {
	Text string
	Pos  source.Pos
}

// Pragma is midl_pragma or a #pragma line that the parser keeps.
type Pragma struct {
	Text string
	Pos  source.Pos
}

// Decl is a typedef, a constant, a variable, a prototype, a method or the bare
// declaration of a struct, union or enum: specifiers and any number of
// declarators.
type Decl struct {
	Lead
	Typedef     bool
	Storage     string // "extern", "static" or ""
	Spec        *Spec
	Declarators []*Declarator
}

// Interface is an interface or its announcement.
type Interface struct {
	Lead
	Name Name
	// Params are the type parameters of a generic WinRT interface.
	Params []Name
	// Base is nil for none; Requires lists WinRT interfaces.
	Base     *Spec
	Requires []*Spec
	Forward  bool
	Items    []Item
}

// Dispinterface is a dispinterface in either of its forms, or its announcement.
type Dispinterface struct {
	Lead
	Name    Name
	Forward bool
	// Interface is set for `dispinterface D { interface I; }`.
	Interface *Spec
	Props     []*Decl
	Methods   []*Decl
}

// Coclass is a coclass or its announcement.
type Coclass struct {
	Lead
	Name    Name
	Forward bool
	Ifaces  []*CoclassIface
}

// CoclassIface is a line of a coclass.
type CoclassIface struct {
	Attrs Attrs
	Disp  bool // dispinterface rather than interface
	Name  Name
}

// Module is a module or its announcement.
type Module struct {
	Lead
	Name    Name
	Forward bool
	Items   []Item
}

// Library is a library block.
type Library struct {
	Lead
	Name  Name
	Items []Item
}

// Namespace is a WinRT namespace.
type Namespace struct {
	Lead
	Name  Name
	Items []Item
}

// WinRT is a declaration of the Windows Runtime; its body is not kept, except
// what a coclass would have.
type WinRT struct {
	Lead
	Kind    tree.WinRTKind
	Name    Name
	Forward bool
}

func (*Import) item()        {}
func (*ImportLib) item()     {}
func (*CppQuote) item()      {}
func (*Pragma) item()        {}
func (*Decl) item()          {}
func (*Interface) item()     {}
func (*Dispinterface) item() {}
func (*Coclass) item()       {}
func (*Module) item()        {}
func (*Library) item()       {}
func (*Namespace) item()     {}
func (*WinRT) item()         {}
