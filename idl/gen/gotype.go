package gen

import (
	"strconv"

	"oxid/idl/tree"
)

// What an IDL type is in Go depends on where it stands only as far as pointers
// do: the tree says for each of them whether it is a ref, unique or full one.
//
//	long, DWORD, enum              int32, uint32, a type of its own
//	wchar_t *, [string]            string, *string where it can be NULL
//	T a[10]                        [10]T
//	T a[], [size_is(n)] T *        []T, nil where it can be NULL
//	[unique] T *, [ptr] T *        *T
//	[ref] T *                      T
//	IFoo *                         IFoo

// scalarOf returns how t is encoded by a single call, or nil when it is not.
func (g *generator) scalarOf(t tree.Type) *scalar {
	switch x := t.(type) {
	case *tree.Basic:
		return basicScalars[x.Kind]
	case *tree.Alias:
		if _, ok := g.codec(x); ok {
			return nil
		}
		if x.Xmit != nil {
			return g.scalarOf(x.Xmit.Type)
		}
		if s := builtinAlias(x); s != nil {
			return s
		}
		if s := numberOf(x); s != nil {
			return s
		}
		return g.scalarOf(x.Target)
	case *tree.Struct:
		if isGUID(x) {
			return guidScalar
		}
		if isCurrency(x) {
			return cyScalar
		}
	case *tree.ContextHandle:
		return contextScalar
	case *tree.Enum:
		if x.V1 || g.wide {
			return enum32Scalar
		}
		return enum16Scalar
	}
	return nil
}

// The two encodings of enumerations. Their Go types differ, see goType.
var (
	enum32Scalar = &scalar{typ: "", method: "Int32", conv: "int32", zero: "0", number: true}
	enum16Scalar = &scalar{typ: "", method: "Enum16", conv: "int32", zero: "0", number: true}
)

// codec returns the Go type that stands for t, if one was registered.
func (g *generator) codec(t tree.Type) (GoType, bool) {
	switch x := t.(type) {
	case *tree.Alias:
		if c, ok := g.opt.Types[x.Name]; ok {
			return c, true
		}
		if c, ok := standardCodecs[x.Name]; ok && x.Xmit != nil {
			return c, true
		}
	case *tree.Struct:
		if c, ok := g.opt.Types[x.Name]; ok && x.Name != "" {
			return c, true
		}
		if x.Typedef != nil {
			if c, ok := g.opt.Types[x.Typedef.Name]; ok {
				return c, true
			}
		}
	case *tree.SafeArray:
		if c, ok := g.opt.Types["SAFEARRAY"]; ok {
			return c, true
		}
		return safeArray, true
	}
	if isDecimal(t) {
		return GoType{Import: autPath, Name: "DECIMAL", Plain: true}, true
	}
	if s, ok := t.(*tree.Struct); ok {
		if path, name := goTypeOf(s); name != "" {
			return GoType{Import: path, Name: name, Plain: true}, true
		}
	}
	return GoType{}, false
}

// numberOf returns the scalar of a typedef of a number that oxid:type gives a
// Go type of its own, or nil.
func numberOf(a *tree.Alias) *scalar {
	path, name := goTypeOf(a)
	b := tree.BasicOf(a.Target)
	if name == "" || b == nil || basicScalars[b.Kind] == nil || !basicScalars[b.Kind].number {
		return nil
	}
	s := *basicScalars[b.Kind]
	s.typ, s.pkg, s.conv, s.bulk, s.own = name, path, s.typ, "", true
	return &s
}

// open removes the aliases that mean nothing on the wire. What it returns is a
// scalar, a type with a codec, or no Alias.
func (g *generator) open(t tree.Type) tree.Type {
	for {
		a, ok := t.(*tree.Alias)
		if !ok {
			return t
		}
		if _, ok := g.codec(a); ok || g.scalarOf(a) != nil {
			return t
		}
		if a.Xmit != nil {
			t = a.Xmit.Type
		} else {
			t = a.Target
		}
	}
}

// hasMethods reports whether values of t, which open returned, have the methods
// that generated structures have.
func (g *generator) hasMethods(t tree.Type) bool {
	if _, ok := g.codec(t); ok {
		return !g.isBSTR(t)
	}
	switch x := t.(type) {
	case *tree.Struct:
		return !inGo(x)
	case *tree.Union:
		return true
	}
	return false
}

// goType returns the Go form of t where it is embedded: the type of a field,
// an element, a pointee. t has passed check.
func (p *printer) goType(t tree.Type) string {
	// A registered type goes before everything that the IDL says.
	if c, ok := p.codec(t); ok {
		return p.qual(c.Import, c.Name)
	}
	switch x := t.(type) {
	case *tree.Alias:
		if s := builtinAlias(x); s != nil {
			return p.scalarType(s)
		}
		if s := numberOf(x); s != nil {
			return p.scalarType(s)
		}
		if isGUID(x.Target) && (x.Name == "IID" || x.Name == "CLSID") {
			return p.qual(comPath, x.Name)
		}
		// In its own package a typedef keeps its name: COOKIE says more than
		// uint32. Elsewhere it is not worth an import.
		if x.Xmit == nil && p.names[x] != "" && p.byFile[x.File] == p.pkg {
			return p.names[x]
		}
		if x.Xmit != nil {
			return p.goType(x.Xmit.Type)
		}
		return p.goType(x.Target)
	case *tree.Enum:
		if p.names[x] == "" {
			return "int32"
		}
		return p.typeName(x, x.Header())
	case *tree.Union:
		return p.typeName(x, x.Header())
	case *tree.Struct:
		if inGo(x) {
			return p.scalarType(p.scalarOf(x))
		}
		return p.typeName(x, x.Header())
	case *tree.SwitchedUnion:
		return p.goType(x.Union)
	case *tree.InterfacePtr:
		return p.ifaceType(x)
	case *tree.Pipe:
		return "[]" + p.goType(x.Elem)
	case *tree.Pointer:
		return p.pointerType(x)
	case *tree.Array:
		return p.arrayType(x)
	}
	return p.scalarType(p.scalarOf(t))
}

// scalarType is the Go type of a scalar; it sees to the import.
func (p *printer) scalarType(s *scalar) string {
	if s.own {
		return p.qual(s.pkg, s.typ)
	}
	if s.pkg != "" {
		p.use(s.pkg)
	}
	return s.typ
}

// typeName is the qualified name of a generated type.
func (p *printer) typeName(t tree.Type, h *tree.Head) string {
	if pk := p.byFile[h.File]; pk != nil && pk != p.pkg {
		return p.qual(p.pathOf(pk), p.names[t])
	}
	return p.names[t]
}

// pointerType is *T for pointers that may be nil or shared. A ref pointer is
// neither, and a slice has a nil of its own.
func (p *printer) pointerType(x *tree.Pointer) string {
	elem := p.goType(x.Elem)
	switch {
	case x.Kind == tree.Ref, x.Kind == tree.Unique && isSlice(p.open(x.Elem)):
		return elem
	}
	return "*" + elem
}

// isSlice reports whether the Go form of t is a slice, whose nil can stand for
// a NULL pointer to it.
func isSlice(t tree.Type) bool {
	a, ok := t.(*tree.Array)
	return ok && !stringArray(a) && len(form(a).dyn) > 0
}

// arrayType is a string, a slice where lengths are known at run time only, and
// otherwise a Go array, of arrays for several dimensions.
func (p *printer) arrayType(a *tree.Array) string {
	f := form(a)
	switch {
	case f.str:
		return "string"
	case len(f.dyn) > 0:
		return "[]" + p.goType(f.elem)
	case len(a.Dims) > 1:
		return "[" + strconv.FormatInt(a.Dims[0].Fixed, 10) + "]" + p.goType(inner(a))
	}
	return "[" + strconv.FormatInt(a.Dims[0].Fixed, 10) + "]" + p.goType(a.Elem)
}

// inner is the element type of a's outermost dimension.
func inner(a *tree.Array) tree.Type {
	if len(a.Dims) == 1 {
		return a.Elem
	}
	b := *a
	b.Dims, b.Alias = a.Dims[1:], nil
	return &b
}

// arrayForm is how an array is held in Go.
type arrayForm struct {
	// str: one string. Otherwise dyn are the dimensions, from the outermost on,
	// that end with the last one whose extent is known at run time only; they
	// make one slice. elem is the element type behind them.
	str  bool
	dyn  []tree.Dim
	elem tree.Type
	// varying says that offsets and actual counts of dyn are on the wire.
	varying bool
}

// stringArray reports whether a is one string, rather than an array of them.
func stringArray(a *tree.Array) bool { return a.IsString && len(a.Dims) == 1 }

// form splits an array into its dynamic dimensions and the rest.
func form(a *tree.Array) arrayForm {
	if stringArray(a) {
		return arrayForm{str: true}
	}
	// Dimensions behind the last dynamic one are part of the element: a[][4] is
	// a slice of arrays.
	dims := a.Dims
	if a.IsString { // an array of strings: the last dimension is theirs
		dims = dims[:len(dims)-1]
	}
	n := 0
	var f arrayForm
	for i := range dims {
		if dims[i].Fixed < 0 || dims[i].First != nil || dims[i].Length != nil {
			n = i + 1
		}
		f.varying = f.varying || dims[i].First != nil || dims[i].Length != nil
	}
	f.dyn = dims[:n]
	f.elem = a.Elem
	if n < len(a.Dims) && n > 0 {
		b := *a
		b.Dims, b.Alias = a.Dims[n:], nil
		f.elem = &b
	}
	return f
}

// ifaceType is the Go type of an interface pointer.
func (p *printer) ifaceType(x *tree.InterfacePtr) string {
	// Which interface it is, an argument tells: no Go type can.
	if x.IIDIs != nil || x.Interface == nil {
		return p.qual(comPath, "Unknown")
	}
	it := p.ifaces[x.Interface]
	if it.pkg != nil && !it.typed {
		return p.inPackage(it.pkg, it.name)
	}
	return p.qual(it.typeImport, it.name)
}

// ifaceDesc is the expression for the descriptor of an interface pointer that
// is marshaled from, or unmarshaled into, v ("nil" when there is no value
// yet). iid is the expression of the IID in an iid_is, "" for none.
func (p *printer) ifaceDesc(x *tree.InterfacePtr, iid, v string) string {
	switch {
	case iid != "":
		return p.qual(comPath, "DescFor") + "(&" + iid + ", " + v + ")"
	case x.Disp != nil:
		return p.qual(comPath, "DescFor") + "(&" + p.inPackage(p.byFile[x.Disp.File], p.names[x.Disp]) + ", " + v + ")"
	case x.Interface == nil:
		return p.qual(comPath, "UnknownDesc")
	}
	it := p.ifaces[x.Interface]
	if it.pkg != nil && !it.typed {
		return p.inPackage(it.pkg, it.desc)
	}
	return p.qual(it.descImport, it.desc)
}

// zero returns the zero value of the Go form of t.
func (p *printer) zero(t tree.Type) string {
	if p.isBSTR(t) {
		return `""`
	}
	if c, ok := p.codec(t); ok {
		return "*new(" + p.qual(c.Import, c.Name) + ")" // it may be no structure
	}
	if s := p.scalarOf(t); s != nil {
		if !s.own { // 0 is that of every number
			p.scalarType(s)
		}
		return s.zero
	}
	switch x := p.open(t).(type) {
	case *tree.Pointer:
		if x.Kind == tree.Ref {
			return p.zero(x.Elem)
		}
	case *tree.Array:
		f := form(x)
		if f.str {
			return `""`
		}
		if len(f.dyn) == 0 {
			return p.goType(t) + "{}"
		}
	case *tree.Struct, *tree.Union, *tree.SwitchedUnion:
		return p.goType(x) + "{}"
	case *tree.Alias:
		return p.goType(x) + "{}"
	}
	return "nil"
}
