package tree

// Type is a type: *Basic, *Alias, *Struct, *Union, *Enum, *Interface and
// *Dispinterface (only below an InterfacePtr or in declared types), *Pointer, *InterfacePtr,
// *Array, *SwitchedUnion, *ContextHandle, *Pipe, *SafeArray, *Func, *Opaque or
// *Invalid.
type Type interface {
	// Wire returns the layout under the given transfer syntax.
	Wire(s Syntax) Layout
	// CSize returns size and alignment in C on a 64-bit target; size 0 when
	// it has none.
	CSize() (size, align int64)
	// String returns the type as IDL would name it.
	String() string
	typ()
}

// BasicKind enumerates the base types of [C706] 4.2.9 and MIDL's additions.
type BasicKind uint8

// The base types. Kinds with an alias in brackets are one type in IDL.
const (
	Void BasicKind = iota
	Boolean
	Byte
	Char     // char: unsigned on the wire, a character of its own in C
	UChar    // unsigned char
	SChar    // signed char, small, __int8
	USmall   // unsigned small
	WChar    // wchar_t
	Short    // short, __int16
	UShort   // unsigned short
	Long     // long, int, __int32
	ULong    // unsigned long
	Hyper    // hyper, __int64, long long
	UHyper   // unsigned hyper
	Int3264  // __int3264: 32 or 64 bits
	UInt3264 // unsigned __int3264
	Float
	Double
	ErrorStatus // error_status_t
	Handle      // handle_t: never transmitted
	LongDouble  // long double: C only
	Int128      // __int128, __m128: C only
	numBasic
)

// Basic is a base type. There is one value for each kind; compare pointers.
type Basic struct{ Kind BasicKind }

// PtrKind is the kind of a pointer ([C706] 4.2.20, [MS-RPCE] 2.2.4.9).
type PtrKind uint8

// The pointer kinds.
const (
	NoPtrKind PtrKind = iota // not decided: only in declared types
	Ref
	Unique
	Full // [ptr]
)

// Alias is a typedef.
type Alias struct {
	Head
	// Target is the type that it names, with the typedef's attributes folded
	// in as far as they do not depend on the place of use.
	Target Type
	// Kind is the pointer kind that the typedef itself sets, else NoPtrKind.
	Kind PtrKind
	// IsString is true for typedef [string].
	IsString bool
	// Xmit is set when values are transmitted as another type.
	Xmit *Xmit
	// ContextHandle and BindHandle mark [context_handle] and [handle].
	ContextHandle, BindHandle bool
	// SwitchType is set for typedef [switch_type(T)] union.
	SwitchType Type
	// Range is the bound of typedef [range], nil without.
	Range *Range
	// Public marks [public]; UUID'd typedefs are kept in Attrs.
	Public bool

	depth int // see Depth
}

// XmitKind tells the attributes apart that change what is transmitted.
type XmitKind uint8

// The kinds of transmission.
const (
	WireMarshal XmitKind = iota + 1 // [wire_marshal(T)]: by user-written code
	UserMarshal                     // [user_marshal(T)]: the same, from an ACF
	TransmitAs                      // [transmit_as(T)]
	RepresentAs                     // [represent_as(name)]: the wire type is the alias's own target
)

// Xmit says how the values of an alias travel.
type Xmit struct {
	Kind XmitKind
	// Type is the type on the wire, as an effective type in embedded position.
	Type Type
	// Local is the name of the local type for UserMarshal and RepresentAs.
	Local string
}

// Struct is a structure. It is its own Decl when it has a tag.
type Struct struct {
	Head
	// Typedef is the first alias that names the struct itself, nil for none.
	Typedef *Alias
	Fields  []*Field
	// Complete is false when only `struct s;` was seen.
	Complete bool
	// Pack is the #pragma pack value or 0.
	Pack int

	layout wireCache
}

// Field is a member of a struct or a union.
type Field struct {
	Head
	Index int
	// Type is the effective type, Declared the type as written. Type is nil
	// for an empty union arm.
	Type, Declared Type
	// Bits is the width of a bit field, -1 for an ordinary field.
	Bits int
	// Range is the bound of [range], nil without.
	Range *Range
	// Ignore marks [ignore]: a pointer that is not transmitted.
	Ignore bool
	// Struct or Union is the owner.
	Struct *Struct
	Union  *Union
}

// Union is a union. Encapsulated unions (`union switch`) carry their
// discriminant; others are used through a SwitchedUnion.
type Union struct {
	Head
	Typedef      *Alias
	Encapsulated bool
	// SwitchType is the type of the discriminant: of the switch declaration or
	// of switch_type; nil when the union says nothing.
	SwitchType Type
	// SwitchName and UnionName are the member names of an encapsulated union.
	SwitchName, UnionName string
	Arms                  []*Arm
	// Complete is false when only `union u;` was seen.
	Complete bool
	// C marks a union without any case: usable in local code only.
	C bool

	layout wireCache
}

// Arm is one arm of a union.
type Arm struct {
	// Cases are the values that choose it; Default marks the default arm.
	Cases   []CaseValue
	Default bool
	// Field is the member; its Type is nil for an empty arm.
	Field *Field
}

// CaseValue is one value in case(...).
type CaseValue struct {
	Expr  Expr
	Value int64
}

// DefaultArm returns the default arm or nil.
func (u *Union) DefaultArm() *Arm {
	for _, a := range u.Arms {
		if a.Default {
			return a
		}
	}
	return nil
}

// Enum is an enumeration.
type Enum struct {
	Head
	Typedef *Alias
	// V1 marks [v1_enum]: 32 bits on the wire in NDR 2.0; otherwise 16.
	V1       bool
	Flags    bool // [flags], WinRT
	Members  []*EnumMember
	Complete bool
}

// EnumMember is one named value of an enum.
type EnumMember struct {
	Head
	Enum  *Enum
	Value int64
	// Expr is the written initialiser or nil.
	Expr Expr
}

// Pointer is a pointer with a known kind.
type Pointer struct {
	Kind PtrKind
	Elem Type
	// Explicit is true when an attribute chose Kind.
	Explicit bool
	// Const is true when Elem is const.
	Const bool
	// Alias is the typedef that the pointer was written as, nil for none.
	Alias *Alias
	// Space keeps modifiers without meaning on the wire, e.g. "far".
	Space string
}

// InterfacePtr is a pointer to an interface: on the wire a unique pointer to
// an MInterfacePointer ([MS-DCOM] 2.2.14).
type InterfacePtr struct {
	// Interface is the static type; nil for void* with iid_is.
	Interface *Interface
	// Disp is set instead for pointers to a dispinterface.
	Disp *Dispinterface
	// IIDIs names the IID at run time; nil when Interface says all.
	IIDIs Expr
	Alias *Alias
}

// Array is an array with all its dimensions, outermost first.
type Array struct {
	Elem Type
	Dims []Dim
	// IsString marks [string]: the last element is a NUL.
	IsString bool
	// Const is true when the elements are const.
	Const bool
	Alias *Alias
}

// Dim is one dimension.
type Dim struct {
	// Fixed is the bound of a fixed dimension; -1 for a conformant one.
	Fixed int64
	// Size, First and Length are the normalised size_is, first_is and
	// length_is; nil where nothing was said. A conformant string may have none.
	Size, First, Length Expr
}

// Conformant reports whether a max_count travels with the array: some
// dimension has no fixed bound.
func (a *Array) Conformant() bool {
	for i := range a.Dims {
		if a.Dims[i].Fixed < 0 {
			return true
		}
	}
	return false
}

// Varying reports whether offset and actual_count travel with the array.
func (a *Array) Varying() bool {
	if a.IsString {
		return true
	}
	for i := range a.Dims {
		if a.Dims[i].First != nil || a.Dims[i].Length != nil {
			return true
		}
	}
	return false
}

// Count returns the number of elements of an array all of whose dimensions
// are fixed, and -1 for others.
func (a *Array) Count() int64 {
	n := int64(1)
	for i := range a.Dims {
		if a.Dims[i].Fixed < 0 {
			return -1
		}
		n *= a.Dims[i].Fixed
	}
	return n
}

// SwitchedUnion is a non-encapsulated union where it is used.
type SwitchedUnion struct {
	Union *Union
	Alias *Alias
	// Switch is the switch_is expression; SwitchType the type of the
	// discriminant on the wire ([C706] 14.3.8).
	Switch     Expr
	SwitchType Type
}

// ContextHandle is a [context_handle] pointer: 20 bytes on the wire.
type ContextHandle struct {
	// Alias is the typedef, nil for `[context_handle] void *h`.
	Alias *Alias
	// Declared is the pointer type as written.
	Declared Type
	// Serialize and NoSerialize, Strict: the attributes of the typedef.
	Serialize, NoSerialize, Strict bool
}

// Pipe is pipe T.
type Pipe struct {
	Elem  Type
	Alias *Alias
}

// SafeArray is SAFEARRAY(T), transmitted as a unique pointer ([MS-OAUT] 2.2.30).
type SafeArray struct {
	Elem Type
	// Local is the typedef LPSAFEARRAY, which says by its Xmit how a SAFEARRAY
	// travels; nil where the description does not have it.
	Local *Alias
}

// Func is a function type: local use only.
type Func struct {
	Ret      Type
	Params   []*Param
	CallConv string
	Variadic bool
}

// Opaque is a type that is only a name here: WinRT generics and parameterised
// types, C++ constructs in headers.
type Opaque struct{ Name string }

// Invalid stands where an error was reported.
type Invalid struct{}
