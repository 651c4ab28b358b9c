package tree

import (
	"oxid/com"
	"oxid/idl/source"
)

// Decl is a declaration: *Alias, *Struct, *Union, *Enum, *Interface,
// *Dispinterface, *Coclass, *Module, *Library, *Namespace, *Const, *Function,
// *CppQuote, *ImportLib, *MidlPragma or *WinRT. Structs, unions and enums
// stand for themselves when they have a tag (an enum also when it has neither
// tag nor typedef); others are reached through the typedef or field that
// holds them.
type Decl interface {
	// Header returns what all declarations have. It is never nil and shared
	// with the declaration.
	Header() *Head
	decl()
}

// Head is what every named thing has.
type Head struct {
	// Name is the name in the IDL; "" for a struct, union or enum without a tag.
	Name string
	// Pos is where Name stands, or where the declaration starts.
	Pos source.Pos
	// File is the IDL file that the declaration belongs to; nil for built-ins.
	File *File
	// Parent is the library, namespace or interface around it; nil at the top.
	Parent Decl
	// Doc is the text of the comment directly before the declaration, without
	// comment marks, "" when there is none.
	Doc string
	// Help is the helpstring attribute's text, "" when absent.
	Help string
	// Attrs are the attributes as written, in order.
	Attrs Attrs
}

// Header implements [Decl].
func (h *Head) Header() *Head { return h }
func (h *Head) decl()         {}

// Version is an interface's or a library's version.
type Version struct{ Major, Minor uint16 }

// Interface is an object interface or a plain RPC interface.
type Interface struct {
	Head
	UUID    com.GUID
	HasUUID bool
	Version Version
	// Object is true for COM interfaces: [object], or derived from an object
	// interface, or [odl].
	Object bool
	// Local marks an interface that has no wire form: [local], or IUnknown itself.
	Local bool
	// Dual and OleAutomation are the attributes of these names.
	Dual, OleAutomation bool
	// Dispatch is true when the interface is IDispatch or derived from it.
	Dispatch bool
	// Complete is false for an interface that is only announced
	// (`interface IFoo;`) in everything that was read.
	Complete bool
	// WinRT marks an interface with constructs of the Windows Runtime; no code
	// is generated for it.
	WinRT bool
	// Base is the interface it is derived from; nil for none.
	Base *Interface
	// PointerDefault is the kind of embedded pointers without an attribute.
	PointerDefault PtrKind
	// Endpoints are the strings of the endpoint attribute.
	Endpoints []Endpoint
	// Binding is the interface's default way to bind (plain RPC).
	Binding Binding
	// Methods are the interface's own methods in vtable order. A call_as
	// method stands right where it was written, but has no slot of its own.
	Methods []*Method
	// Callbacks are the methods with [callback], numbered from 0.
	Callbacks []*Method
	// Decls are the types and constants declared inside the body.
	Decls []Decl
	// FirstOp is the opnum (and slot) of the first own method, NumOps the
	// number of opnums with those of all bases.
	FirstOp, NumOps int
	// Async is the asynchronous form that async_uuid asks for: Begin_ and
	// Finish_ methods, never on the wire. nil without async_uuid.
	Async *Interface
	// SyncOf is set in such an asynchronous form and points back.
	SyncOf *Interface
}

// Endpoint is one element of [endpoint("ncacn_ip_tcp:[135]")].
type Endpoint struct{ ProtSeq, Endpoint string }

// BindingKind tells where a plain RPC method takes its binding handle from.
type BindingKind uint8

// The ways to bind. [C706] 4.2.2, and MIDL's attributes of the same names.
const (
	BindDefault  BindingKind = iota // nothing said: explicit if a method has a handle parameter, else automatic
	BindAuto                        // [auto_handle]
	BindImplicit                    // [implicit_handle(type name)]
	BindExplicit                    // [explicit_handle], or a handle parameter
	BindContext                     // through an [in] context handle parameter
)

// Binding says how a method, or an interface by default, is bound.
type Binding struct {
	Kind BindingKind
	// Name is the variable of implicit_handle or the name of the parameter.
	Name string
	// Type is the handle's type; nil stands for handle_t.
	Type Type
	// Param is the parameter that carries the handle; nil otherwise.
	Param *Param
}

// PropKind tells property accessors from ordinary methods.
type PropKind uint8

// The accessors: [propget], [propput], [propputref].
const (
	NotProp PropKind = iota
	PropGet
	PropPut
	PropPutRef
)

// Method is an operation of an interface, a callback, or a dispinterface's
// method.
type Method struct {
	Head
	Interface *Interface // nil in dispinterfaces and modules
	// Slot is the vtable index with the bases' methods counted; -1 for call_as
	// methods, callbacks and dispinterface methods.
	Slot int
	// Op is the opnum when OnWire, else -1.
	Op int
	// OnWire is true when calls of this method travel under Op.
	OnWire bool
	// Local marks [local].
	Local bool
	// Callback marks [callback]; Op then counts callbacks.
	Callback bool
	// CallAs is, in a [call_as] method, the local method that it stands in
	// for. Remote is the opposite direction.
	CallAs, Remote *Method
	// Ret is the effective type of the return value; Void when there is none.
	Ret Type
	// RetDeclared is the type as written.
	RetDeclared Type
	// HRESULT is true when the return type is HRESULT (or SCODE), by name.
	HRESULT bool
	Params  []*Param
	Prop    PropKind
	// ID is the dispatch id when HasID.
	ID    int32
	HasID bool
	// VarArg marks [vararg].
	VarArg bool
	// Idempotent, Broadcast and Maybe set flags in the request PDU. Async
	// marks [async] methods of plain RPC interfaces, Message [message].
	Idempotent, Broadcast, Maybe, Async, Message bool
	// CallConv is the calling convention written, e.g. "__stdcall".
	CallConv string
	// Binding says where a plain RPC method takes its handle from.
	Binding Binding
	// Problem is the reason why no marshaler could carry a method that should
	// travel ("parameter p: void* without iid_is"); "" when all is well. Such a
	// method has OnWire true and was warned of.
	Problem string
}

// Param is a parameter.
type Param struct {
	Head
	Index int
	// In and Out are the directions; a parameter without either is In.
	In, Out bool
	// Retval marks [retval].
	Retval bool
	// Optional and LCID are the attributes of these names.
	Optional, LCID bool
	// Default is [defaultvalue]'s value; nil without one.
	Default Expr
	// Range is the bound of [range], nil without.
	Range *Range
	// Status marks [comm_status] and [fault_status] parameters, and Handle the
	// binding handle of type handle_t: neither is transmitted.
	Status, Handle bool
	// Type is the effective type, Declared the type as written.
	Type, Declared Type
	// Const is true when the declared type is const.
	Const bool
}

// Transmitted reports whether p appears on the wire in the given direction.
func (p *Param) Transmitted(response bool) bool {
	if p.Handle || p.Status {
		return false
	}
	return p.Out && response || p.In && !response
}

// Range is [range(low, high)], both inclusive.
type Range struct{ Low, High int64 }

// Const is a constant: `const long N = 3;`.
type Const struct {
	Head
	Type  Type
	Expr  Expr
	Value Value
}

// Function is a prototype outside of an interface, as headers have them. It
// has no wire form.
type Function struct {
	Head
	Type *Func
}

// Library is a library block: what will become a type library.
type Library struct {
	Head
	UUID       com.GUID
	HasUUID    bool
	Version    Version
	LCID       uint32
	ImportLibs []*ImportLib
	Decls      []Decl
	// Refs are the interfaces declared elsewhere that the block names
	// (`interface IFoo;`), so that they become part of the type library.
	Refs []Decl
}

// ImportLib is importlib("stdole2.tlb").
type ImportLib struct {
	Head // Name is the file name
}

// Coclass is a class: its interfaces, in order.
type Coclass struct {
	Head
	UUID    com.GUID
	HasUUID bool
	Version Version
	Ifaces  []*CoclassIface
}

// CoclassIface is one line of a coclass body.
type CoclassIface struct {
	// Exactly one of Interface and Disp is set.
	Interface *Interface
	Disp      *Dispinterface
	// Default, Source, Restricted, DefaultVtable are the attributes of these names.
	Default, Source, Restricted, DefaultVtable bool
	Attrs                                      Attrs
	Pos                                        source.Pos
}

// Dispinterface is an interface that exists by dispatch ids only.
type Dispinterface struct {
	Head
	UUID     com.GUID
	HasUUID  bool
	Version  Version
	Complete bool
	// Interface is set for the form `dispinterface D { interface I; }`.
	Interface *Interface
	Props     []*DispProp
	Methods   []*Method
}

// DispProp is a property of a dispinterface.
type DispProp struct {
	Head
	Type     Type
	ID       int32
	HasID    bool
	ReadOnly bool
}

// Module is a set of constants and DLL entry points.
type Module struct {
	Head
	UUID    com.GUID
	HasUUID bool
	DLLName string
	Consts  []*Const
	Funcs   []*Method
}

// Namespace is a WinRT namespace block; Name is one segment or dotted as written.
type Namespace struct {
	Head
	Decls []Decl
}

// CppQuote is cpp_quote("text"), with Text unescaped.
type CppQuote struct {
	Head
	Text string
}

// MidlPragma is midl_pragma or #pragma, with the rest of its line as Text.
type MidlPragma struct {
	Head
	Text string
}

// WinRTKind tells WinRT declarations apart.
type WinRTKind uint8

// The declarations of the Windows Runtime.
const (
	RuntimeClass WinRTKind = iota + 1
	Delegate
	APIContract
	AttributeDecl
	Declare // a declare block: instances of generic types that are wanted
)

// WinRT is a declaration of the Windows Runtime: parsed, never generated.
type WinRT struct {
	Head
	Kind    WinRTKind
	UUID    com.GUID
	HasUUID bool
}
