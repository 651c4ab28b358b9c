// Package attr is the table of IDL attributes: what each is called, what its
// arguments look like and where it may stand. The parser asks it how to read
// an attribute, the checker whether the attribute fits its place.
package attr

// Form is the shape of an attribute's arguments.
type Form uint8

// The forms.
const (
	None     Form = iota // no arguments
	Exprs                // expressions; some may be left out: size_is(,n)
	OptExprs             // the same, or no brackets at all: lcid, lcid(1033)
	GUID                 // a GUID, in quotes or not
	String               // one string
	Strings              // strings: endpoint("a", "b")
	Version              // number or number.number
	Type                 // a type: switch_type(long)
	Name                 // a name, perhaps with a string behind: represent_as(t, "t.h")
	Handle               // a type and a name: implicit_handle(handle_t h)
	Custom               // a GUID and an expression
	Raw                  // anything in balanced brackets, or no brackets at all
)

// Where is a set of places.
type Where uint32

// The places that attributes stand at.
const (
	Interface Where = 1 << iota
	Dispinterface
	Coclass
	CoclassIface
	Module
	Library
	Typedef
	Struct
	Union
	Enum
	EnumMember
	Field
	Arm
	Param
	Method
	Prop
	Const
	WinRT

	tags  = Struct | Union | Enum
	types = Typedef | tags
	// documented are the things that carry help in a type library.
	documented = Interface | Dispinterface | Coclass | CoclassIface | Module | Library | types | EnumMember |
		Field | Arm | Method | Prop | Const | Param | WinRT
	values = Field | Param | Typedef | Arm | Method
	member = Method | Prop | Const | Param
)

// Info describes one attribute.
type Info struct {
	Name string
	Form Form
	On   Where
	// WinRT marks the attributes of the Windows Runtime.
	WinRT bool
}

// Lookup returns the attribute called name, or nil.
func Lookup(name string) *Info { return byName[name] }

// Names returns all names, for suggestions. The slice must not be changed.
func Names() []string { return names }

var (
	byName = make(map[string]*Info, len(table))
	names  = make([]string, len(table))
)

// The index is built once; the table itself is what people read and edit.
func init() {
	for i := range table {
		byName[table[i].Name] = &table[i]
		names[i] = table[i].Name
	}
}

// placeNames are the words for places in messages.
var placeNames = []string{
	"an interface", "a dispinterface", "a coclass", "an interface of a coclass", "a module", "a library",
	"a typedef", "a struct", "a union", "an enum", "an enum member", "a field", "a union arm",
	"a parameter", "a method", "a property", "a constant", "a WinRT declaration",
}

// String names the places of w: "a field, a parameter".
func (w Where) String() string {
	s := ""
	for i, n := range placeNames {
		if w&(1<<i) != 0 && 1<<i != WinRT {
			if s != "" {
				s += ", "
			}
			s += n
		}
	}
	return s
}
