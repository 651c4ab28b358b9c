package gen

import (
	"strconv"

	"oxid/idl/tree"
)

// NDR sends a constructed type in two parts ([C706] 14.3.12.3): first everything
// that is inside of it, pointers as referent ids only; then, in the same order,
// what the pointers lead to. What a pointer leads to is again sent in these two
// parts before the next pointer's turn comes. So there are three functions for
// every kind of type:
//
//	encodeRoot      the whole: a parameter, or what a pointer leads to
//	encodeFlat      the first part of what is a member, an element, an arm
//	encodeDeferred  its second part
//
// For
//
//	struct NODE { long v; [unique] struct NODE *next; };
//
// they print, as methods of the structure,
//
//	e.Int32(v.V)                              the flat part
//	e.Pointer(v.Next != nil)
//
//	if v.Next != nil && e.Enter() {           the deferred part
//		v.Next.EncodeNDR(e)                   the root of a NODE is its flat
//		v.Next.EncodeDeferredNDR(e)           and its deferred part
//		e.Leave()
//	}

// encodeRoot encodes the Go value x of type t as a whole: a parameter, or what
// a pointer leads to.
func (c *code) encodeRoot(t tree.Type, x string) {
	if c.isBSTR(c.open(t)) {
		c.line("%s(%s, %s)", c.qual(autPath, "PutBSTR"), c.ref, x)
		return
	}
	switch o := c.open(t).(type) {
	case *tree.Struct:
		if o.Wire(tree.NDR20).Conformant && c.hasMethods(o) {
			c.line("%s.EncodeCountsNDR(%s)", selector(x), c.ref)
		}
	case *tree.Array:
		c.encodeArray(o, x)
		return
	case *tree.InterfacePtr:
		iid, _ := c.iidOf(o)
		c.line("%s.Interface(%s, %s)", c.v, c.ifaceDesc(o, iid, x), x)
		return
	case *tree.Pipe:
		c.encodePipe(o, x)
		return
	case *tree.Pointer:
		// The referent of a pointer that is no member of anything follows its id
		// at once.
		if o.Kind == tree.Unique {
			c.block("if "+c.v+".Pointer("+x+" != nil)", func() {
				c.encodeRoot(o.Elem, c.pointee(o, x))
			})
			return
		}
	}
	c.encodeFlat(t, x)
	c.encodeDeferred(t, x)
}

// pointee is the Go value that a pointer x of type t leads to.
func (c *code) pointee(t *tree.Pointer, x string) string {
	if t.Kind == tree.Ref || t.Kind == tree.Unique && isSlice(c.open(t.Elem)) {
		return x
	}
	return deref(x)
}

// iidOf is the Go variable that an iid_is names, "" for none.
// An IID that is optional itself, or hidden in an expression, cannot name the
// interface; IUnknown then is what is surely there.
func (c *code) iidOf(x *tree.InterfacePtr) (string, bool) {
	if x.IIDIs == nil {
		return "", true
	}
	v, t, ok := c.leaf(refOf(x.IIDIs), c.at)
	if ok && c.scalarOf(t) == guidScalar {
		return v, true
	}
	if ptr, isPtr := t.(*tree.Pointer); ok && isPtr && ptr.Kind == tree.Ref && c.scalarOf(ptr.Elem) == guidScalar {
		return v, true
	}
	return c.qual(comPath, "IID_IUnknown"), false
}

// encodeFlat encodes the flat part of an embedded value: everything but what
// its pointers lead to.
func (c *code) encodeFlat(t tree.Type, x string) {
	o := c.open(t)
	if c.hasMethods(o) {
		c.line("%s.EncodeNDR(%s)", selector(x), c.ref)
		return
	}
	if c.isBSTR(o) { // "" is no NULL pointer
		c.line("%s.Pointer(true)", c.v)
		return
	}
	if s := c.scalarOf(o); s != nil {
		c.line("%s.%s(%s)", c.v, s.method, convert(s, x))
		return
	}
	switch o := o.(type) {
	case *tree.SwitchedUnion:
		c.encodeUnion(o, x)
	case *tree.InterfacePtr:
		c.line("%s.Pointer(%s != nil)", c.v, x)
	case *tree.Pointer:
		switch o.Kind {
		// What a ref pointer leads to is a value in Go, and so always there.
		case tree.Ref:
			c.line("%s.Ref(true)", c.v)
		case tree.Full:
			c.line("%s(%s, %s)", c.qual(ndrPath, "PutFull"), c.ref, x)
		default:
			c.line("%s.Pointer(%s != nil)", c.v, x)
		}
	case *tree.Array:
		f := form(o)
		switch {
		case f.str:
			c.encodeFixedString(o, x)
		default:
			c.encodeElements(o, f, x)
		}
	}
}

// convert turns x into what the method of a scalar takes.
func convert(s *scalar, x string) string {
	if s.conv != "" {
		return s.conv + "(" + x + ")"
	}
	return x
}

// encodeDeferred encodes what the pointers in an embedded value lead to.
func (c *code) encodeDeferred(t tree.Type, x string) {
	if !c.hasPointers(t) {
		return
	}
	o := c.open(t)
	if c.hasMethods(o) {
		c.line("%s.EncodeDeferredNDR(%s)", selector(x), c.ref)
		return
	}
	if c.isBSTR(o) {
		c.line("%s(%s, %s)", c.qual(autPath, "PutBlob"), c.ref, x)
		return
	}
	switch o := o.(type) {
	case *tree.SwitchedUnion:
		c.line("%s.EncodeDeferredNDR(%s, int64(%s))", selector(x), c.ref, c.tagOf(o, x))
	case *tree.InterfacePtr:
		iid, _ := c.iidOf(o)
		c.line("if %s != nil {", x)
		c.line("%s.Referent(%s, %s)", c.v, c.ifaceDesc(o, iid, x), x)
		c.line("}")
	case *tree.Pointer:
		c.encodeReferent(o, x)
	case *tree.Array:
		if !stringArray(o) {
			c.each(x, func(elem string) { c.encodeDeferred(elementType(o), elem) })
		}
	}
}

// elementType is the type of what one index of the Go form of a leads to.
func elementType(a *tree.Array) tree.Type {
	if f := form(a); len(f.dyn) > 0 {
		return f.elem
	}
	return inner(a)
}

// encodeReferent prints the deferred part of one pointer. Enter counts the
// nesting and is needed only where pointers can lead on: a cycle would never end.
func (c *code) encodeReferent(o *tree.Pointer, x string) {
	deep := c.hasPointers(o.Elem)
	cond := ""
	switch o.Kind {
	case tree.Unique:
		cond = x + " != nil"
	case tree.Full:
		cond = c.qual(ndrPath, "SendFull") + "(" + c.ref + ", " + x + ")"
	}
	if deep && cond != "" {
		cond += " && "
	}
	if deep {
		cond += c.v + ".Enter()"
	}
	body := func() {
		c.encodeRoot(o.Elem, c.pointee(o, x))
		if deep {
			c.line("%s.Leave()", c.v)
		}
	}
	if cond == "" {
		body()
	} else {
		c.block("if "+cond, body)
	}
}

// encodeArray encodes an array that stands by itself.
func (c *code) encodeArray(a *tree.Array, x string) {
	f := form(a)
	if f.str {
		c.encodeString(a, x)
		return
	}
	c.encodeCounts(a, f, x)
	c.encodeElements(a, f, x)
	if c.hasPointers(a.Elem) {
		c.each(x, func(elem string) { c.encodeDeferred(elementType(a), elem) })
	}
}

// encodeString encodes a string with its counts.
func (c *code) encodeString(a *tree.Array, x string) {
	name := c.stringMethod(a)
	if a.Dims[0].Fixed >= 0 {
		c.line("%s.%sFixed(%s, %d)", c.v, name, x, a.Dims[0].Fixed)
	} else if size, ok := c.dimExpr(a.Dims[0].Size); ok {
		c.line("%s.%sMax(%s, %s)", c.v, name, x, size)
	} else {
		c.line("%s.%s(%s)", c.v, name, x)
	}
}

// encodeFixedString encodes a string inside a structure: its max_count, if it
// has one, is in front of the structure.
func (c *code) encodeFixedString(a *tree.Array, x string) {
	name := c.stringMethod(a)
	room := strconv.FormatInt(a.Dims[0].Fixed, 10)
	if a.Dims[0].Fixed < 0 {
		room = c.stringRoom(a, x)
	}
	c.line("%s.%sFixed(%s, %s)", c.v, name, x, room)
}

// stringRoom is the max_count of the conformant string x.
func (c *code) stringRoom(a *tree.Array, x string) string {
	if size, ok := c.dimExpr(a.Dims[0].Size); ok {
		return size
	}
	if c.stringMethod(a) == "WStr" {
		return c.qual(ndrPath, "UTF16Len") + "(" + x + ") + 1"
	}
	return "len(" + x + ") + 1"
}

// stringMethod is the family of methods for a string's characters.
func (c *code) stringMethod(a *tree.Array) string {
	if tree.BasicOf(a.Elem).Wire(tree.NDR20).Size == 2 {
		return "WStr"
	}
	return "Str"
}

// dimExpr prints a size_is or length_is; false when there is none, or none
// that can be computed here.
func (c *code) dimExpr(e tree.Expr) (string, bool) {
	if e == nil {
		return "", false
	}
	return c.intExpr(e, c.at)
}

// ownLength reports whether e is the very length of x, so that comparing both
// would compare a thing with itself.
func ownLength(expr, x string) bool {
	return expr == "len("+x+")" || expr == "int(len("+x+"))"
}

// encodeCounts writes the max_counts of an array.
func (c *code) encodeCounts(a *tree.Array, f arrayForm, x string) {
	// A size that is the slice's own length needs no comparison. Any other one
	// is what the peer will compare the count with: better an error here.
	if len(f.dyn) == 1 {
		d := &f.dyn[0]
		if d.Fixed >= 0 {
			return
		}
		size, ok := c.dimExpr(d.Size)
		switch {
		case !ok || ownLength(size, x):
			c.line("%s.Count(len(%s))", c.v, x)
		case f.varying:
			c.line("%s.Count(%s)", c.v, size)
		default:
			c.line("%s.CountIs(%s, len(%s))", c.v, size, x)
		}
		return
	}
	for i := range f.dyn {
		if f.dyn[i].Fixed >= 0 {
			continue
		}
		size, ok := c.dimExpr(f.dyn[i].Size)
		if !ok {
			size = "0"
		}
		c.line("%s.Count(%s)", c.v, size)
	}
}

// encodeElements writes offsets and actual counts, and the elements' flat parts.
func (c *code) encodeElements(a *tree.Array, f arrayForm, x string) {
	if len(f.dyn) > 0 {
		c.encodeExtent(f, x)
		c.alignEmpty(f.elem)
		c.encodeFlats(f.elem, x)
		return
	}
	c.encodeFlats(inner(a), indexable(x)+"[:]")
}

// alignEmpty aligns an array that may have no elements as its first element
// would be: engines of Windows' kind do so, and miss the padding where it is not
// sent. Methods that write whole arrays do it by themselves.
func (c *code) alignEmpty(elem tree.Type) {
	if method, generic := c.bulk(elem); method != "" || generic {
		return
	}
	// Counts have aligned the data to 4 bytes, in NDR64 to 8.
	if n := elem.Wire(tree.NDR20).Align; n > 4 {
		c.line("%s.Align(%d, %d)", c.v, n, elem.Wire(tree.NDR64).Align)
	}
}

// alignElement aligns an element that is an [ms_union]: in NDR 2.0 it begins as
// its largest arm would ([MS-RPCE] 2.2.4.5.3).
func (c *code) alignElement(elem tree.Type) {
	if u, ok := c.open(elem).(*tree.SwitchedUnion); ok && msUnion(u.Union) {
		if n := u.Wire(tree.NDR20).Align; n > 1 {
			c.line("%s.Align(%d, 1)", c.v, n)
		}
	}
}

// encodeFlats writes the flat parts of the elements of the slice x.
func (c *code) encodeFlats(elem tree.Type, x string) {
	if method, generic := c.bulk(elem); method != "" {
		c.line("%s.%s(%s)", c.v, method, x)
		return
	} else if generic {
		c.line("%s(%s, %s)", c.qual(ndrPath, "Put"), c.ref, x)
		return
	}
	if _, ok := c.pointerElems(elem); ok {
		c.line("%s(%s, %s)", c.qual(ndrPath, "PutPointers"), c.ref, x)
		return
	}
	base := x
	if n := len(x); n > 3 && x[n-3:] == "[:]" {
		base = x[:n-3]
	}
	c.each(base, func(e string) {
		c.alignElement(elem)
		c.encodeFlat(elem, e)
	})
}

// pointerElems reports whether the elements of an array are unique pointers
// that are pointers in Go, too.
func (c *code) pointerElems(elem tree.Type) (*tree.Pointer, bool) {
	if c.hasMethods(c.open(elem)) {
		return nil, false
	}
	ptr, ok := c.open(elem).(*tree.Pointer)
	return ptr, ok && ptr.Kind == tree.Unique && !isSlice(c.open(ptr.Elem))
}

// encodeExtent checks the number of elements and writes offset and actual
// count of varying dimensions.
func (c *code) encodeExtent(f arrayForm, x string) {
	if len(f.dyn) > 1 {
		c.encodeExtents(f, x)
		return
	}
	if !f.varying {
		return
	}
	// The elements of the slice are those that are transmitted: with a
	// first_is, element 0 is the one at that index.
	d := &f.dyn[0]
	first, ok := c.dimExpr(d.First)
	if !ok {
		first = "0"
	}
	if n, ok := c.dimExpr(d.Length); ok && !ownLength(n, x) {
		c.line("%s.Want(len(%s), %s)", c.v, x, n)
	}
	if room, ok := c.room(d); ok && !ownLength(room, x) {
		c.line("%s.Within(%s, len(%s), %s)", c.v, first, x, room)
	}
	c.line("%s.Varying(%s, len(%s))", c.v, first, x)
}

// room is the number of elements that a dimension has room for.
func (c *code) room(d *tree.Dim) (string, bool) {
	if d.Fixed >= 0 {
		return strconv.FormatInt(d.Fixed, 10), true
	}
	return c.dimExpr(d.Size)
}

// encodeExtents is encodeExtent for several dimensions in one slice.
func (c *code) encodeExtents(f arrayForm, x string) {
	// The extents come from expressions, because one length of a flat slice
	// does not tell them.
	product := ""
	for i := range f.dyn {
		d := &f.dyn[i]
		n, ok := c.dimExpr(d.Length)
		room, roomOK := c.room(d)
		if !ok {
			n = room
		}
		if !ok && !roomOK {
			n = "0"
		}
		if f.varying {
			first, ok := c.dimExpr(d.First)
			if !ok {
				first = "0"
			}
			c.line("%s.Within(%s, %s, %s)", c.v, first, n, room)
			c.line("%s.Varying(%s, %s)", c.v, first, n)
		}
		if product != "" {
			product += " * "
		}
		product += paren(n)
	}
	c.line("%s.Want(len(%s), %s)", c.v, x, product)
}

// encodeUnion writes the discriminant of a non-encapsulated union and its arm.
func (c *code) encodeUnion(o *tree.SwitchedUnion, x string) {
	s := c.scalarOf(o.SwitchType)
	// Computed once: it is written, and it chooses the arm.
	v := c.vars.local("tag")
	c.line("%s := %s", v, c.tagOf(o, x))
	c.alignUnion(o.Union, o.SwitchType)
	c.line("%s.%s(%s)", c.v, s.method, c.fromInt(o.SwitchType, s, v))
	c.line("%s.EncodeNDR(%s, int64(%s))", selector(x), c.ref, v)
}

// tagOf is the discriminant of the union x: what its switch_is says, or its own
// tag where that cannot be computed.
func (c *code) tagOf(o *tree.SwitchedUnion, x string) string {
	if tag, ok := c.dimExpr(o.Switch); ok {
		return tag
	}
	return "int(" + selector(x) + ".Tag())"
}

// fromInt converts an int to what the method of a scalar takes.
func (c *code) fromInt(t tree.Type, s *scalar, v string) string {
	switch {
	case s.typ == "bool":
		return v + " != 0"
	case s.conv != "":
		return s.conv + "(" + v + ")"
	}
	return s.typ + "(" + v + ")"
}

// alignUnion aligns a non-encapsulated union as a whole, which only NDR64
// does before the discriminant.
func (c *code) alignUnion(u *tree.Union, disc tree.Type) {
	n := disc.Wire(tree.NDR64).Align
	for _, a := range u.Arms {
		if a.Field != nil && a.Field.Type != nil {
			n = max(n, a.Field.Type.Wire(tree.NDR64).Align)
		}
	}
	if n > disc.Wire(tree.NDR64).Align {
		c.line("%s.Align(1, %d)", c.v, n)
	}
}

// encodePipe writes a slice as a pipe, in chunks that a receiver can work with.
func (c *code) encodePipe(o *tree.Pipe, x string) {
	at := c.vars.local("at")
	c.block("for "+at+" := 0; "+at+" < len("+x+");", func() {
		n, part := c.vars.local("n"), c.vars.local("part")
		c.line("%s := min(len(%s)-%s, %d)", n, x, at, pipeChunk)
		c.line("%s := %s[%s : %s+%s]", part, x, at, at, n)
		c.line("%s.Chunk(%s)", c.v, n)
		c.encodeFlats(o.Elem, part)
		c.line("%s.EndChunk(%s)", c.v, n)
		c.line("%s += %s", at, n)
	})
	c.line("%s.EndPipe()", c.v)
}

// pipeChunk is the number of elements in a chunk.
const pipeChunk = 4096
