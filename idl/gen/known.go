package gen

import (
	"strings"

	"oxid/idl/tree"
)

// Some names mean more than their declaration says: GUID, BOOL, HRESULT, and the
// interfaces that everybody derives from. They are known by name here, so that a
// user's files need not bring Go code for Windows' headers with them.

// Where the interfaces of the standard set are in Go. Files of that set are
// not generated with a user's files: what they declare is in com and std.
const (
	comPath = "oxid/com"
	ndrPath = "oxid/ndr"
	rpcPath = "oxid/dcerpc"
	stdPath = "oxid/std"
	autPath = "oxid/automation"
)

// automation are the interfaces that package automation has.
var automation = map[string]bool{"IDispatch": true, "IEnumVARIANT": true, "IFontDisp": true, "IPictureDisp": true}

// standard are the interfaces that package std has, under their own names.
var standard = map[string]bool{
	"ISequentialStream": true, "IStream": true, "IEnumMoniker": true, "IRunningObjectTable": true, "IBindCtx": true, "IMoniker": true,
	"IAdviseSink": true, "IDataObject": true, "IEnumFORMATETC": true, "IEnumSTATDATA": true,
	"IEnumUnknown": true, "IEnumString": true, "IEnumGUID": true,
	"IPersist": true, "IPersistStream": true, "IPersistStreamInit": true,
	"IConnectionPoint": true, "IConnectionPointContainer": true, "IEnumConnections": true, "IEnumConnectionPoints": true,
	"IProvideClassInfo": true, "IProvideClassInfo2": true, "IPropertyNotifySink": true, "IObjectWithSite": true, "IPersistFile": true,
	"IErrorInfo": true, "ISupportErrorInfo": true, "IServiceProvider": true,
	"IPipeByte": true, "IPipeLong": true, "IPipeDouble": true,
}

// existing fills in an interface of the standard set, which is not generated.
func (g *generator) existing(it *iface) {
	it.pkg = nil
	switch n := it.i.Name; {
	case n == "IClassFactory":
		it.name, it.desc, it.typeImport, it.descImport, it.implImport = n, "ClassFactoryDesc", comPath, comPath, stdPath
	case standard[n]:
		it.name, it.desc, it.typeImport, it.descImport, it.implImport = n, n+"Desc", stdPath, stdPath, stdPath
	// Type information is handed on as what it is to everybody, IUnknown.
	case n == "ITypeInfo":
		it.typed, it.name, it.desc, it.typeImport, it.descImport = true, "Unknown", "TypeInfoDesc()", comPath, autPath
	case automation[n]:
		it.name, it.desc, it.typeImport, it.descImport, it.implImport = n, n+"Desc", autPath, autPath, autPath
	default:
		it.why = "interface " + n + " of the standard set has no Go package"
		return
	}
	it.proxyAlias, it.stubAlias = "COM"+it.i.Name+"Proxy", "COM"+it.i.Name+"Stub"
}

// standardTypes are the types of interface files that package std has; those
// of the files without interfaces it has all.
var standardTypes = map[string]bool{
	"STATSTG": true, "STGTY": true, "LOCKTYPE": true, "CONNECTDATA": true, "COSERVERINFO": true, "BIND_OPTS2": true,
	"DVTARGETDEVICE": true, "FORMATETC": true, "STATDATA": true, "TYMED": true, "ADVF": true, "DATADIR": true,
}

// standardCodecs are the Go types that stand for types which travel as others
// ([wire_marshal]), whatever file declares them.
var standardCodecs = map[string]GoType{
	"CLIPFORMAT":      {Import: stdPath, Name: "CLIPFORMAT", Plain: true},
	"STGMEDIUM":       {Import: stdPath, Name: "STGMEDIUM"},
	"ASYNC_STGMEDIUM": {Import: stdPath, Name: "STGMEDIUM"},
	"FLAG_STGMEDIUM":  {Import: stdPath, Name: "FLAG_STGMEDIUM"},
	"BSTR":            {Name: "string", Plain: true},
	"VARIANT":         {Import: autPath, Name: "VARIANT"},
	"VARIANTARG":      {Import: autPath, Name: "VARIANT"},
	"SAFEARRAY":       safeArray,
	"LPSAFEARRAY":     safeArray,
}

var safeArray = GoType{Import: autPath, Name: "SAFEARRAY"}

// isBSTR reports whether t is a BSTR that is a string in Go. Functions encode it,
// because a string has no methods.
func (g *generator) isBSTR(t tree.Type) bool {
	a, ok := t.(*tree.Alias)
	return ok && a.Name == "BSTR" && a.Xmit != nil && g.opt.Types["BSTR"] == GoType{}
}

// minBSTR is the least size of what the pointer of a BSTR leads to.
const minBSTR = "12"

// isCurrency reports whether t is the structure CY, which is one number.
func isCurrency(t tree.Type) bool {
	s, ok := t.(*tree.Struct)
	return ok && len(s.Fields) == 1 && s.Typedef != nil && (s.Typedef.Name == "CY" || s.Typedef.Name == "CURRENCY") &&
		s.Wire(tree.NDR20).Size == 8 && s.Wire(tree.NDR20).Align == 8 && s.Wire(tree.NDR20).Plain
}

// isDecimal reports whether t is the structure DECIMAL.
func isDecimal(t tree.Type) bool {
	s, ok := t.(*tree.Struct)
	return ok && len(s.Fields) == 5 && s.Typedef != nil && s.Typedef.Name == "DECIMAL" &&
		s.Wire(tree.NDR20).Size == 16 && s.Wire(tree.NDR20).Align == 8
}

// inGo reports whether Go has the structure t already, whoever declares it.
func inGo(t tree.Type) bool { return isGUID(t) || isCurrency(t) || isDecimal(t) }

// standardFile reports whether f is one of the files that give Windows' names
// to base types and to small structures.
func standardFile(f *tree.File) bool {
	if f == nil || !f.Std {
		return false
	}
	switch strings.ToLower(baseName(f)) {
	case "wtypes.idl", "wtypesbase.idl", "basetsd.idl", "ms-dtyp.idl":
		return true
	}
	return false
}

// foreign says why a type of the standard set cannot be used, "" when it can.
func (g *generator) foreign(t tree.Type, h *tree.Head) string {
	if h.File == nil || !h.File.Std || g.byFile[h.File].emit || standardFile(h.File) || standardTypes[g.names[t]] {
		return ""
	}
	return t.String() + " of the standard set has no Go package"
}

// scalar is a type that one call encodes and one call decodes.
type scalar struct {
	typ    string // the Go type, with its package: "com.GUID"
	pkg    string // import path of that package
	method string // of Encoder and Decoder
	bulk   string // of both, for arrays; "" when there is none
	conv   string // type that the method takes and returns when typ is another
	zero   string
	number bool // an integer that expressions can compute with
	own    bool // typ is a Go type of its own over conv
}

// num makes a scalar that is a number.
func num(typ, method, bulk string) *scalar {
	return &scalar{typ: typ, method: method, bulk: bulk, zero: "0", number: true}
}

var basicScalars = map[tree.BasicKind]*scalar{
	tree.Boolean:     {typ: "bool", method: "Bool", bulk: "Bools", zero: "false"},
	tree.Byte:        num("byte", "Byte", "Bytes"),
	tree.Char:        num("byte", "Byte", "Bytes"),
	tree.UChar:       num("byte", "Byte", "Bytes"),
	tree.USmall:      num("byte", "Byte", "Bytes"),
	tree.SChar:       num("int8", "Int8", "Int8s"),
	tree.WChar:       num("uint16", "Uint16", "Uint16s"),
	tree.UShort:      num("uint16", "Uint16", "Uint16s"),
	tree.Short:       num("int16", "Int16", "Int16s"),
	tree.Long:        num("int32", "Int32", "Int32s"),
	tree.ULong:       num("uint32", "Uint32", "Uint32s"),
	tree.ErrorStatus: num("uint32", "Uint32", "Uint32s"),
	tree.Hyper:       num("int64", "Int64", "Int64s"),
	tree.UHyper:      num("uint64", "Uint64", "Uint64s"),
	tree.Int3264:     num("int64", "Int3264", ""),
	tree.UInt3264:    num("uint64", "Uint3264", ""),
	tree.Float:       {typ: "float32", method: "Float32", bulk: "Float32s", zero: "0"},
	tree.Double:      {typ: "float64", method: "Float64", bulk: "Float64s", zero: "0"},
}

var (
	hresultScalar = &scalar{typ: "com.HRESULT", pkg: comPath, method: "HRESULT", zero: "0", number: true}
	boolScalar    = &scalar{typ: "bool", method: "Bool32", zero: "false"}
	vboolScalar   = &scalar{typ: "bool", method: "VariantBool", zero: "false"}
	guidScalar    = &scalar{typ: "com.GUID", pkg: comPath, method: "GUID", bulk: "GUIDs", zero: "com.GUID{}"}
	cyScalar      = &scalar{typ: "CURRENCY", pkg: autPath, method: "Int64", conv: "int64", zero: "0", own: true}
	dateScalar    = &scalar{typ: "DATE", pkg: autPath, method: "Float64", conv: "float64", zero: "0", own: true}
	contextScalar = &scalar{typ: "ndr.ContextHandle", pkg: ndrPath, method: "ContextHandle", zero: "ndr.ContextHandle{}"}
)

// builtinAlias returns the scalar of a typedef whose name means more than its
// target: everybody who writes BOOL means a truth value.
func builtinAlias(a *tree.Alias) *scalar {
	b := tree.BasicOf(a)
	if b == nil {
		return nil
	}
	size := b.Wire(tree.NDR20).Size
	switch a.Name {
	case "HRESULT", "SCODE":
		if size == 4 {
			return hresultScalar
		}
	// Not by size alone: a long that is called BOOL is a truth value.
	case "BOOL":
		if size == 4 {
			return boolScalar
		}
	case "DATE":
		if size == 8 && b.Kind == tree.Double {
			return dateScalar
		}
	case "VARIANT_BOOL", "_VARIANT_BOOL":
		if size == 2 {
			return vboolScalar
		}
	}
	return nil
}

// isGUID reports whether t is the structure GUID under one of its names.
func isGUID(t tree.Type) bool {
	s, ok := t.(*tree.Struct)
	// Every description declares it anew, and all of them mean com.GUID.
	if !ok || len(s.Fields) != 4 {
		return false
	}
	name := s.Name
	if name == "" && s.Typedef != nil {
		name = s.Typedef.Name
	}
	switch strings.ToUpper(strings.Trim(name, "_")) {
	case "GUID", "UUID", "IID", "CLSID", "UUID_T":
		l := s.Wire(tree.NDR20)
		return l.Size == 16 && l.Align == 4 && l.Plain
	}
	return false
}

// isEnumerator reports whether i is an enumerator under whatever name: the
// last Next and a Skip beyond the end succeed with S_FALSE.
func isEnumerator(i *tree.Interface) bool {
	have := map[string]bool{}
	for _, m := range i.Methods {
		have[m.Name] = true
	}
	return have["Next"] && have["Skip"] && have["Reset"] && have["Clone"]
}

// successMatters names methods of the standard interfaces whose success codes
// carry the answer: they return a com.HRESULT without being told to.
func successMatters(m *tree.Method) bool {
	if m.Interface == nil {
		return false
	}
	i := m.Interface.Name
	switch m.Name {
	case "Next", "RemoteNext", "Skip":
		return strings.HasPrefix(i, "IEnum") || isEnumerator(m.Interface)
	case "IsDirty":
		return strings.HasPrefix(i, "IPersist")
	case "InterfaceSupportsErrorInfo":
		return i == "ISupportErrorInfo"
	case "IsEqual", "IsRunning", "IsSystemMoniker", "CommonPrefixWith", "Reduce":
		return i == "IMoniker" || i == "IRunningObjectTable"
	}
	return false
}
