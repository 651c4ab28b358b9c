package tree

// basics describes the base types: the name IDL gives them, the octets on the
// wire (-1: those of a pointer's width, 0: none) and in C.
var basics = [numBasic]struct {
	name  string
	wire  int64
	csize int64
}{
	Void:        {"void", 0, 0},
	Boolean:     {"boolean", 1, 1},
	Byte:        {"byte", 1, 1},
	Char:        {"char", 1, 1},
	UChar:       {"unsigned char", 1, 1},
	SChar:       {"small", 1, 1},
	USmall:      {"unsigned small", 1, 1},
	WChar:       {"wchar_t", 2, 2},
	Short:       {"short", 2, 2},
	UShort:      {"unsigned short", 2, 2},
	Long:        {"long", 4, 4},
	ULong:       {"unsigned long", 4, 4},
	Hyper:       {"hyper", 8, 8},
	UHyper:      {"unsigned hyper", 8, 8},
	Int3264:     {"__int3264", -1, 8},
	UInt3264:    {"unsigned __int3264", -1, 8},
	Float:       {"float", 4, 4},
	Double:      {"double", 8, 8},
	ErrorStatus: {"error_status_t", 4, 4},
	Handle:      {"handle_t", 0, 8},
	LongDouble:  {"long double", 0, 8},
	Int128:      {"__int128", 0, 16},
}

// basicTypes are the only values of Basic.
var basicTypes = func() (t [numBasic]*Basic) {
	for k := range t {
		t[k] = &Basic{BasicKind(k)}
	}
	return
}()

// BasicType returns the one type of kind k.
func BasicType(k BasicKind) *Basic { return basicTypes[k] }

// String returns the name that IDL has for k.
func (k BasicKind) String() string {
	if k >= numBasic {
		return "?"
	}
	return basics[k].name
}

// Integer reports whether k is an integral type, characters and boolean among them.
func (k BasicKind) Integer() bool {
	return k >= Boolean && k <= UInt3264 || k == ErrorStatus || k == Int128
}

// Unsigned reports whether values of k have no sign.
func (k BasicKind) Unsigned() bool {
	switch k {
	case Boolean, Byte, Char, UChar, USmall, WChar, UShort, ULong, UHyper, UInt3264, ErrorStatus:
		return true
	}
	return false
}

// Character reports whether k can be the element of a [string].
func (k BasicKind) Character() bool {
	switch k {
	case Char, UChar, SChar, USmall, Byte, WChar, UShort:
		return true
	}
	return false
}

// Unalias returns t with aliases opened, down to the type that has a
// structure. It returns t itself when t is no alias.
func Unalias(t Type) Type {
	for {
		a, ok := t.(*Alias)
		if !ok || a.Target == nil {
			return t
		}
		t = a.Target
	}
}

// BasicOf returns the base type that t is after opening aliases, or nil.
func BasicOf(t Type) *Basic {
	b, _ := Unalias(t).(*Basic)
	return b
}

// IsInvalid reports whether an error was reported for t.
func IsInvalid(t Type) bool {
	_, bad := Unalias(t).(Invalid)
	return bad
}
