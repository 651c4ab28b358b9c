package check

import (
	"oxid/idl/ast"
	"oxid/idl/tree"
)

// binder folds the attributes of one parameter, field or typedef into its
// type. Attributes with several arguments (size_is(m,n)) have one for each
// pointer or array dimension, from the outside in; level counts those.
type binder struct {
	c *checker
	x *scope
	// quiet is set where there are no attributes to complain of.
	quiet bool
	e     exprs

	top  tree.PtrKind // of a pointer at the outside without attribute
	kind tree.PtrKind // what an attribute says of the pointer at the outside
	// array tells that the outside is a parameter, where arrays stand bare.
	param bool

	size, max, first, last, length []tree.Expr
	levels                         int // arguments of the longest of these
	used                           int // levels that found a pointer or array

	str, strUsed        bool
	iid                 tree.Expr
	iidUsed             bool
	sw                  tree.Expr
	swUsed              bool
	context, ctxUsed    bool
	serialize, noserial bool
	kindUsed            bool
	attrs               ast.Attrs
}

// newBinder reads the attributes that concern types.
func (c *checker) newBinder(x *scope, attrs ast.Attrs, e exprs) *binder {
	b := &binder{c: c, x: x, attrs: attrs, e: e}
	b.kind = c.pointerKind(x, attrs)
	list := func(at *ast.Attr) []tree.Expr {
		var out []tree.Expr
		for _, a := range at.Exprs {
			if a == nil {
				out = append(out, nil)
				continue
			}
			out = append(out, b.sizeExpr(at, a))
		}
		b.levels = max(b.levels, len(out))
		return out
	}
	for _, at := range attrs {
		switch at.Name {
		case "size_is":
			b.size = list(at)
		case "max_is":
			b.max = list(at)
		case "first_is":
			b.first = list(at)
		case "last_is":
			b.last = list(at)
		case "length_is":
			b.length = list(at)
		case "min_is":
			for _, m := range list(at) {
				if m != nil && (!m.Value().IsInt() || m.Value().Int != 0) {
					x.m.list.Errorf(at.Pos, len(at.Name), "the lower bound of an array is 0")
				}
			}
		case "string":
			b.str = true
		case "iid_is":
			if len(at.Exprs) == 1 && at.Exprs[0] != nil {
				b.iid = b.e.expr(at.Exprs[0])
				b.checkIID(at)
			}
		case "switch_is":
			if len(at.Exprs) == 1 && at.Exprs[0] != nil {
				b.sw = b.e.expr(at.Exprs[0])
			}
		case "context_handle":
			b.context = true
		case "context_handle_serialize":
			b.context, b.serialize = true, true
		case "context_handle_noserialize":
			b.context, b.noserial = true, true
		}
	}
	return b
}

// pointerKind returns the kind that ref, unique or ptr choose.
func (c *checker) pointerKind(x *scope, attrs ast.Attrs) tree.PtrKind {
	kind, first := tree.NoPtrKind, (*ast.Attr)(nil)
	for _, at := range attrs {
		k := tree.NoPtrKind
		switch at.Name {
		case "ref":
			k = tree.Ref
		case "unique":
			k = tree.Unique
		case "ptr":
			k = tree.Full
		default:
			continue
		}
		if first != nil && k != kind {
			x.m.list.Errorf(at.Pos, len(at.Name), "a pointer cannot be both [%s] and [%s]", first.Name, at.Name)
		}
		kind, first = k, at
	}
	return kind
}

// sizeExpr reads an argument of size_is and its relatives: a whole number.
func (b *binder) sizeExpr(at *ast.Attr, a ast.Expr) tree.Expr {
	e := b.e.expr(a)
	if e.Type() == nil || e.Value().IsInt() {
		return e
	}
	switch t := b.c.unalias(e.Type()).(type) {
	case *tree.Basic:
		if t.Kind.Integer() {
			return e
		}
	case *tree.Enum, tree.Invalid, *tree.Opaque:
		return e
	case *tree.Pointer:
		b.x.m.list.Errorf(a.Pos(), len(exprText(a)), "%s needs a number, but %s is a pointer", at.Name, e).Fix("write *%s", e)
		return e
	}
	b.x.m.list.Errorf(a.Pos(), len(exprText(a)), "%s needs a whole number, but %s is %s", at.Name, e, article(e.Type()))
	return e
}

// checkIID reports an iid_is that names no interface id. An id is told by its
// shape, a struct of 16 bytes or a pointer to one, because every project has
// its own typedefs of GUID.
func (b *binder) checkIID(at *ast.Attr) {
	t := b.iid.Type()
	if t == nil {
		return
	}
	u := b.c.unalias(t)
	if p, ok := u.(*tree.Pointer); ok {
		u = b.c.unalias(p.Elem)
	}
	if s, ok := u.(*tree.Struct); ok || tree.IsInvalid(u) || isOpaque(u) {
		if s == nil {
			return
		}
		if n, _ := s.CSize(); n == 16 || n == 0 || !s.Complete {
			return
		}
	}
	b.x.m.list.Errorf(at.Exprs[0].Pos(), len(exprText(at.Exprs[0])), "iid_is needs an interface id, but %s is %s", b.iid, article(t)).
		Fix("name a parameter or field of type REFIID, IID* or IID")
}

// at returns argument i of an attribute, nil when it was left out.
func at(es []tree.Expr, i int) tree.Expr {
	if i < len(es) {
		return es[i]
	}
	return nil
}

// has reports whether some attribute gives dimension i a bound.
func (b *binder) has(i int) bool {
	return at(b.size, i) != nil || at(b.max, i) != nil || at(b.length, i) != nil || at(b.last, i) != nil || at(b.first, i) != nil
}

// dim makes the normal form of dimension i.
func (b *binder) dim(i int, fixed int64) tree.Dim {
	d := tree.Dim{Fixed: fixed, Size: at(b.size, i), First: at(b.first, i), Length: at(b.length, i)}
	b.used = max(b.used, i+1)
	if m := at(b.max, i); m != nil {
		if d.Size != nil {
			b.complain("max_is", "max_is and size_is say the same thing of one dimension")
		}
		d.Size = plus(m, 1)
	}
	if l := at(b.last, i); l != nil {
		if d.Length != nil {
			b.complain("last_is", "last_is and length_is say the same thing of one dimension")
		}
		if d.Length = plus(l, 1); d.First != nil {
			d.Length = binary("-", d.Length, d.First)
		}
	}
	if fixed >= 0 && d.Size != nil {
		name := "size_is"
		if at(b.max, i) != nil {
			name = "max_is"
		}
		at := b.attrs.Get(name)
		b.x.m.list.Errorf(at.Pos, len(at.Name), "%s on an array whose size is fixed", name).
			Fix("write [] or [*] instead of [%d], or length_is for how many elements are used", fixed)
		d.Size = nil
	}
	return d
}

// complain reports an error at the attribute called name.
func (b *binder) complain(name, format string, args ...any) {
	if at := b.attrs.Get(name); at != nil && !b.quiet {
		b.x.m.list.Errorf(at.Pos, len(at.Name), format, args...)
	}
}

// bind returns the effective form of t, which stands at the given level.
// kind is the kind that a typedef around t set for it.
func (b *binder) bind(t tree.Type, level int, kind tree.PtrKind) tree.Type {
	switch t := t.(type) {
	case *tree.Alias:
		return b.alias(t, level, kind)
	case *tree.Pointer:
		return b.pointer(t, level, kind)
	case *tree.Array:
		return b.array(t, level)
	case *tree.Union:
		// A union with a discriminant of its own needs none from outside; one
		// without is kept as it is, and carry.go says that it cannot travel.
		if t.Encapsulated || b.sw == nil {
			return t
		}
		b.swUsed = true
		return b.switched(t)
	case *tree.SafeArray:
		if t.Local != nil && t.Local.Xmit != nil {
			return &tree.Alias{Head: tree.Head{Name: "SAFEARRAY"}, Target: t, Xmit: t.Local.Xmit}
		}
	}
	return t
}

// alias opens a typedef whose meaning depends on the place of use.
func (b *binder) alias(a *tree.Alias, level int, kind tree.PtrKind) tree.Type {
	under := b.c.unalias(a)
	if a.ContextHandle {
		// It is a pointer in C, of whatever kind somebody says that it is.
		b.ctxUsed, b.kindUsed = true, true
		return &tree.ContextHandle{
			Alias: a, Declared: a.Target,
			Serialize: a.Attrs.Has("context_handle_serialize"), NoSerialize: a.Attrs.Has("context_handle_noserialize"),
			Strict: a.Attrs.Has("strict_context_handle"),
		}
	}
	if a.Xmit != nil {
		// The type on the wire may well be a pointer or a string.
		b.kindUsed, b.strUsed = true, true
		return a
	}
	switch u := under.(type) {
	case *tree.Pointer, *tree.Array, *tree.Pipe, *tree.SafeArray:
	case *tree.Union:
		if u.Encapsulated || b.sw == nil {
			return a
		}
	default:
		return a
	}
	if a.IsString {
		b.str = true
	}
	if kind == tree.NoPtrKind {
		kind = a.Kind
	}
	out := b.bind(a.Target, level, kind)
	switch out := out.(type) {
	case *tree.Pointer:
		out.Alias = a
	case *tree.InterfacePtr:
		out.Alias = a
	case *tree.Array:
		out.Alias = a
	case *tree.SwitchedUnion:
		out.Alias = a
	case *tree.Pipe:
		return &tree.Pipe{Elem: out.Elem, Alias: a}
	}
	return out
}

// ptr makes a pointer node with its final kind.
func (b *binder) ptr(level int, kind tree.PtrKind) *tree.Pointer {
	p := &tree.Pointer{Kind: b.x.pointer}
	if level == 0 && b.top != tree.NoPtrKind {
		p.Kind = b.top
	}
	if kind != tree.NoPtrKind {
		p.Kind, p.Explicit = kind, true
	}
	if level == 0 && b.kind != tree.NoPtrKind {
		p.Kind, p.Explicit = b.kind, true
		b.kindUsed = true
	}
	return p
}

// pointer returns the effective form of a pointer. In this order: pointers to
// interfaces travel as object references, whatever the attributes say; void is
// a context handle or, with iid_is, an interface; sizes and [string] make the
// pointer the start of an array; anything else is a pointer to one thing.
func (b *binder) pointer(t *tree.Pointer, level int, kind tree.PtrKind) tree.Type {
	elem := b.c.unalias(t.Elem)
	switch e := elem.(type) {
	case *tree.Interface:
		// Kinds are no matter here: an interface pointer is always unique.
		b.iidUsed, b.kindUsed = true, true
		if b.has(level) {
			b.sizedInterface(t)
		}
		return &tree.InterfacePtr{Interface: e, IIDIs: b.iid}
	case *tree.Dispinterface:
		b.kindUsed = true
		return &tree.InterfacePtr{Disp: e}
	case *tree.Basic:
		if e.Kind != tree.Void || t.Elem != elem && isXmit(t.Elem) {
			break
		}
		switch {
		// void * with [context_handle] is a handle, not data.
		case b.context:
			b.ctxUsed = true
			return &tree.ContextHandle{Declared: t, Serialize: b.serialize, NoSerialize: b.noserial}
		case b.iid != nil:
			b.iidUsed, b.kindUsed = true, true
			return &tree.InterfacePtr{IIDIs: b.iid}
		}
	case *tree.Struct:
		if b.context && !b.ctxUsed { // [context_handle] struct s *h
			b.ctxUsed = true
			return &tree.ContextHandle{Declared: t, Serialize: b.serialize, NoSerialize: b.noserial}
		}
	}
	p := b.ptr(level, kind)
	p.Const = t.Const
	str := b.str && !b.strUsed && charType(elem)
	if !b.has(level) && !str {
		// An argument that was left out for this level is used up by it.
		if b.levels > level {
			b.used = max(b.used, level+1)
		}
		p.Elem = b.bind(t.Elem, level+1, tree.NoPtrKind)
		return p
	}
	a := &tree.Array{Dims: []tree.Dim{b.dim(level, -1)}, Const: t.Const}
	if str {
		a.IsString, b.strUsed = true, true
	}
	// The rest of the type comes first: what it is decides whether this
	// dimension joins its dimensions.
	switch inner := b.bind(t.Elem, level+1, tree.NoPtrKind).(type) {
	case *tree.Array:
		// A pointer to an array is a pointer to the rows of a larger one,
		// unless the rows are strings of their own.
		if inner.Alias == nil && !inner.IsString {
			a.Elem, a.Dims = inner.Elem, append(a.Dims, inner.Dims...)
			break
		}
		a.Elem = inner
	default:
		a.Elem = inner
	}
	p.Elem = a
	return p
}

// sizeAttr is the name of the attribute that makes an array.
func (b *binder) sizeAttr() string {
	for _, n := range []string{"size_is", "max_is", "length_is", "last_is", "first_is", "string"} {
		if b.attrs.Has(n) {
			return n
		}
	}
	return "size_is"
}

// sizedInterface reports size_is on IFoo*: an array of interfaces is IFoo**.
func (b *binder) sizedInterface(t *tree.Pointer) {
	b.complain(b.sizeAttr(), "%s on a pointer to one interface", b.sizeAttr())
}

// isXmit reports whether t is a typedef whose values travel as another type;
// what it is in memory is then nobody's business.
func isXmit(t tree.Type) bool {
	a, ok := t.(*tree.Alias)
	return ok && a.Xmit != nil
}

// charType reports whether t, unaliased, can be the element of a string.
func charType(t tree.Type) bool {
	switch t := t.(type) {
	case *tree.Basic:
		return t.Kind.Character()
	case *tree.Struct:
		return true // structs whose members are all bytes ([C706] 14.3.4)
	}
	return false
}

// array returns the effective form of a declared array. Its dimensions take the
// attributes of as many levels as it has; the elements come after them.
func (b *binder) array(t *tree.Array, level int) tree.Type {
	a := &tree.Array{Const: t.Const}
	for i, d := range t.Dims {
		a.Dims = append(a.Dims, b.dim(level+i, d.Fixed))
	}
	elem := b.c.unalias(t.Elem)
	n := len(t.Dims)
	a.Elem = t.Elem
	if b.str && !b.strUsed && charType(elem) {
		b.strUsed = true
		inner := &tree.Array{Elem: t.Elem, Dims: a.Dims[n-1:], IsString: true, Const: t.Const}
		// One dimension is the string itself.
		if n == 1 {
			return b.bare(inner, level)
		}
		// An array of strings: each is represented by itself ([MS-RPCE] 2.2.4.4).
		a.Dims, a.Elem = a.Dims[:n-1:n-1], inner
		return b.bare(a, level)
	}
	a.Elem = b.bind(t.Elem, level+n, tree.NoPtrKind)
	return b.bare(a, level)
}

// bare returns a as it stands, or behind a pointer if it is a parameter with
// a pointer attribute.
func (b *binder) bare(a *tree.Array, level int) tree.Type {
	if level == 0 && b.param && b.kind != tree.NoPtrKind {
		b.kindUsed = true
		// [ref] says of an array parameter what it is anyway: always there.
		if b.kind == tree.Ref {
			return a // what it is anyway
		}
		return &tree.Pointer{Kind: b.kind, Explicit: true, Elem: a, Const: a.Const}
	}
	if level == 0 && !b.param && b.kind != tree.NoPtrKind {
		b.kindUsed = true // tolerated on fields, where an array is never a pointer
	}
	return a
}

// switched makes the use of a non-encapsulated union.
func (b *binder) switched(u *tree.Union) tree.Type {
	b.c.ensure(u)
	// The discriminant travels in the type of the union if that has one, else
	// in that of the expression ([C706] 14.3.8).
	s := &tree.SwitchedUnion{Union: u, Switch: b.sw, SwitchType: b.sw.Type()}
	if a := b.attrs.Get("switch_type"); a != nil {
		s.SwitchType = b.c.switchType(b.x, a)
	} else if u.SwitchType != nil && !tree.IsInvalid(u.SwitchType) {
		s.SwitchType = u.SwitchType
	}
	if s.SwitchType == nil {
		s.SwitchType = tree.BasicType(tree.Long) // a constant expression
	}
	if t := b.sw.Type(); t != nil && !discriminant(b.c.unalias(t)) {
		at := b.attrs.Get("switch_is")
		d := b.x.m.list.Errorf(at.Exprs[0].Pos(), len(exprText(at.Exprs[0])), "%s is %s and cannot choose the arm of a union", b.sw, article(t))
		if _, ok := b.c.unalias(t).(*tree.Pointer); ok {
			d.Fix("write *%s", b.sw)
		}
	}
	return s
}

// finish complains of attributes that found nothing to change.
func (b *binder) finish(t tree.Type) {
	if b.quiet || tree.IsInvalid(t) || isOpaque(t) || containsInvalid(t, 0) {
		return
	}
	if b.levels > b.used {
		b.complain(b.sizeAttr(), "%s needs an array or a pointer%s", b.sizeAttr(), more(b.used))
	}
	if b.str && !b.strUsed {
		b.complain("string", "[string] needs an array of or a pointer to characters")
	}
	if b.kind != tree.NoPtrKind && !b.kindUsed {
		for _, n := range []string{"ref", "unique", "ptr"} {
			b.complain(n, "[%s] on something that is no pointer", n)
		}
	}
	if b.iid != nil && !b.iidUsed {
		b.complain("iid_is", "iid_is needs a pointer to an interface, or void*")
	}
	if b.sw != nil && !b.swUsed {
		b.complain("switch_is", "switch_is needs a union without a discriminant of its own")
	}
	if b.context && !b.ctxUsed {
		b.complain("context_handle", "a context handle is a pointer")
	}
}

// more completes the message about an attribute with too many arguments.
func more(used int) string {
	if used == 0 {
		return ""
	}
	return " for each of its arguments"
}

// containsInvalid reports whether some part of t was reported already.
func containsInvalid(t tree.Type, depth int) bool {
	switch t := t.(type) {
	case *tree.Pointer:
		return depth < 20 && containsInvalid(t.Elem, depth+1)
	case *tree.Array:
		return depth < 20 && containsInvalid(t.Elem, depth+1)
	case *tree.Alias:
		return depth < 20 && t.Target != nil && containsInvalid(t.Target, depth+1)
	case tree.Invalid:
		return true
	}
	return false
}
