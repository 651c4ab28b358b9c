package gen

import (
	"strconv"
	"strings"

	"oxid/idl/tree"
)

// Decoding mirrors encode.go, function by function. Three things are different.
// Memory has to be made, and only as much as the bytes left can fill; so counts
// are read by methods that are told the least size of an element. What was read
// has to be right: counts are compared with the expressions that announced them,
// at once or when the names in them are known. And nothing is returned after an
// error: the decoder remembers the first one and gives zeros from then on, so
// that generated code goes straight on and asks once, at the end.

// decodeRoot decodes a value of type t as a whole into the Go variable x.
func (c *code) decodeRoot(t tree.Type, x string) {
	if c.isBSTR(c.open(t)) {
		c.line("%s = %s(%s)", x, c.qual(autPath, "GetBSTR"), c.ref)
		return
	}
	switch o := c.open(t).(type) {
	case *tree.Struct:
		if o.Wire(tree.NDR20).Conformant && c.hasMethods(o) {
			c.decodeConformant(o, x)
			c.decodeDeferred(t, x)
			return
		}
	case *tree.Array:
		c.decodeArray(o, x, "nil")
		return
	case *tree.InterfacePtr:
		c.decodeInterface(o, x, "Interface")
		return
	case *tree.Pipe:
		c.decodePipe(o, x)
		return
	case *tree.Pointer:
		if o.Kind == tree.Unique {
			c.block("if "+c.v+".Pointer()", func() {
				guard := c.guard
				c.guard = x + " != nil"
				c.makeReferent(o, x)
				c.decodeRoot(o.Elem, c.pointee(o, x))
				c.guard = guard
			})
			return
		}
	}
	c.decodeFlat(t, x)
	c.decodeDeferred(t, x)
}

// makeReferent gives x something that can be decoded into.
// A slice needs nothing: decoding the array makes it, and makes it non-nil.
func (c *code) makeReferent(o *tree.Pointer, x string) {
	if !isSlice(c.open(o.Elem)) || o.Kind == tree.Full {
		c.line("%s = new(%s)", x, c.goType(o.Elem))
	}
}

// markReferent marks x, whose referent follows in the deferred part.
// The mark is what the deferred part finds again: a new value, or a slice that
// is empty but not nil. For interface pointers there is no such value; the
// decoder remembers them itself.
func (c *code) markReferent(o *tree.Pointer, x string) {
	if isSlice(c.open(o.Elem)) {
		c.line("%s = %s{}", x, c.goType(o.Elem))
	} else {
		c.line("%s = new(%s)", x, c.goType(o.Elem))
	}
}

// decodeConformant decodes the counts in front of a conformant structure and
// its flat part.
func (c *code) decodeConformant(o *tree.Struct, x string) {
	c.line("%s.DecodeNDR(%s%s)", selector(x), c.ref, c.decodeHoisted(o))
}

// decodeHoisted reads the max_counts of a conformant structure into variables
// and returns them as further arguments.
func (c *code) decodeHoisted(o *tree.Struct) (args string) {
	one := len(conformantDims(c.generator, o)) == 1
	for range conformantDims(c.generator, o) {
		n := c.vars.local("n")
		// Elements follow as many as the count says, so it is bounded now. With
		// an offset and an actual count in between it says only how much room
		// there is, and nothing may be allocated by it.
		if a := lastArray(c.generator, o); one && a != nil && !a.IsString && !form(a).varying {
			c.line("%s := %s.Count(%d)", n, c.v, c.minFlat(form(a).elem))
		} else {
			c.line("%s := %s.MaxCount()", n, c.v)
		}
		args += ", " + n
	}
	return args
}

// lastArray is the conformant array at the end of a structure.
func lastArray(g *generator, t tree.Type) *tree.Array {
	switch x := g.open(t).(type) {
	case *tree.Struct:
		if n := len(x.Fields); n > 0 {
			return lastArray(g, x.Fields[n-1].Type)
		}
	case *tree.Array:
		return x
	}
	return nil
}

// decodeInterface decodes an interface pointer by Interface, for parameters,
// or MarkedInterface, in a deferred part.
func (c *code) decodeInterface(o *tree.InterfacePtr, x, method string) {
	iid, ok := c.iidOf(o)
	if !ok {
		iid = ""
	}
	get := c.v + "." + method + "(" + c.ifaceDesc(o, iid, "nil") + ")"
	// As checks the Go type; any value is a com.Unknown.
	if typ := c.goType(o); typ == "com.Unknown" || typ == "Unknown" {
		c.line("%s = %s", x, get)
	} else {
		c.line("%s = %s[%s](%s, %s)", x, c.qual(ndrPath, "As"), typ, c.ref, get)
	}
}

// decodeFlat decodes the flat part of an embedded value into x.
func (c *code) decodeFlat(t tree.Type, x string) {
	o := c.open(t)
	if c.hasMethods(o) {
		c.line("%s.DecodeNDR(%s)", selector(x), c.ref)
		return
	}
	if c.isBSTR(o) {
		c.line("%s.Mark(%s)", c.v, minBSTR)
		return
	}
	if s := c.scalarOf(o); s != nil {
		c.line("%s = %s", x, c.decoded(t, s))
		if r := rangeOf(t); r != nil {
			c.checkRange(r, x)
		}
		return
	}
	switch o := o.(type) {
	case *tree.SwitchedUnion:
		c.decodeUnion(o, x)
	case *tree.InterfacePtr:
		c.line("%s.MarkInterface()", c.v)
	case *tree.Pointer:
		size := c.minRoot(o.Elem)
		switch o.Kind {
		case tree.Ref:
			c.line("%s.Ref(%d)", c.v, size)
		case tree.Full:
			c.line("%s = %s[%s](%s, %d)", x, c.qual(ndrPath, "GetFull"), c.goType(o.Elem), c.ref, size)
		// The variable may be an element of a slice that the caller passed.
		default:
			c.line("%s = nil", x)
			c.line("if %s.Embedded(%d) {", c.v, size)
			c.markReferent(o, x)
			c.line("}")
		}
	case *tree.Array:
		f := form(o)
		switch {
		case f.str:
			c.line("%s = %s.%sFixed(%d)", x, c.v, c.stringMethod(o), o.Dims[0].Fixed)
		case len(f.dyn) == 0:
			c.decodeFlats(inner(o), x, "", "")
		default: // varying in an array of fixed size
			c.decodeFlats(f.elem, x, "nil", c.decodeExtent(f, x, nil))
		}
	}
}

// decoded is the expression that reads a scalar.
func (c *code) decoded(t tree.Type, s *scalar) string {
	get := c.v + "." + s.method + "()"
	if s.conv == "" {
		return get
	}
	if typ := c.goType(t); typ != s.conv {
		return typ + "(" + get + ")"
	}
	return get
}

// checkRange prints the check of a [range]. A violation is an error of the whole
// call, which decoding goes on from without effect.
func (c *code) checkRange(r *tree.Range, x string) {
	c.line("%s.InRange(int64(%s), %d, %d)", c.v, x, r.Low, r.High)
}

// decodeDeferred decodes what the pointers in an embedded value lead to.
func (c *code) decodeDeferred(t tree.Type, x string) {
	if !c.hasPointers(t) {
		return
	}
	o := c.open(t)
	if c.hasMethods(o) {
		c.line("%s.DecodeDeferredNDR(%s)", selector(x), c.ref)
		return
	}
	if c.isBSTR(o) {
		c.line("%s = %s(%s)", x, c.qual(autPath, "GetBlob"), c.ref)
		return
	}
	switch o := o.(type) {
	case *tree.SwitchedUnion:
		c.line("%s.DecodeDeferredNDR(%s)", selector(x), c.ref)
	case *tree.InterfacePtr:
		c.decodeInterface(o, x, "MarkedInterface")
	case *tree.Pointer:
		c.decodeReferent(o, x)
	case *tree.Array:
		if !stringArray(o) {
			c.each(x, func(elem string) { c.decodeDeferred(elementType(o), elem) })
		}
	}
}

// decodeReferent prints the deferred part of one pointer:
//
//	if v.Next != nil && d.Enter(8) {
//		v.Next.DecodeNDR(d)
//		v.Next.DecodeDeferredNDR(d)
//		d.Leave()
//	}
//
// Leaf is Enter for what leads no deeper.
func (c *code) decodeReferent(o *tree.Pointer, x string) {
	enter := "Leaf"
	if c.hasPointers(o.Elem) || o.Kind == tree.Full {
		enter = "Enter"
	}
	cond := c.v + "." + enter + "(" + strconv.Itoa(c.minRoot(o.Elem)) + ")"
	switch o.Kind {
	case tree.Unique:
		cond = x + " != nil && " + cond
	case tree.Full:
		cond = c.qual(ndrPath, "ReadFull") + "(" + c.ref + ", " + x + ") && " + cond
	}
	c.block("if "+cond, func() {
		c.decodeRoot(o.Elem, c.pointee(o, x))
		if enter == "Enter" {
			c.line("%s.Leave()", c.v)
		}
	})
}

// decodeArray decodes an array that stands by itself. dst is the slice that
// its elements go into when they fit, or "nil".
func (c *code) decodeArray(a *tree.Array, x, dst string) {
	f := form(a)
	switch {
	case f.str:
		c.line("%s = %s", x, c.decodedString(a))
		return
	case len(f.dyn) == 0:
		c.decodeFlats(inner(a), x, "", "")
	default:
		var counts []string
		for i := range f.dyn {
			if f.dyn[i].Fixed >= 0 {
				counts = append(counts, "")
				continue
			}
			n := c.vars.local("n")
			counts = append(counts, n)
			c.decodeMax(f, i, n)
		}
		c.decodeFlats(f.elem, x, dst, c.decodeExtent(f, x, counts))
	}
	if c.hasPointers(a.Elem) {
		c.each(x, func(elem string) { c.decodeDeferred(elementType(a), elem) })
	}
}

// decodedString is the expression that reads a string with its counts.
func (c *code) decodedString(a *tree.Array) string {
	name := c.stringMethod(a)
	if a.Dims[0].Fixed >= 0 {
		return c.v + "." + name + "Fixed(" + strconv.FormatInt(a.Dims[0].Fixed, 10) + ")"
	}
	if size, ok := c.dimExpr(a.Dims[0].Size); ok {
		return c.v + "." + name + "Max(" + size + ")"
	}
	return c.v + "." + name + "()"
}

// decodeMax reads one max_count into the new variable n. What it must be is
// checked now, or later when it is not known yet.
func (c *code) decodeMax(f arrayForm, i int, n string) {
	d := &f.dyn[i]
	min := c.minFlat(f.elem)
	size, known := c.dimExpr(d.Size)
	simple := len(f.dyn) == 1 && !f.varying
	switch {
	case simple && known:
		c.line("%s := %s.CountIs(%s, %d)", n, c.v, size, min)
	case simple:
		c.line("%s := %s.Count(%d)", n, c.v, min)
	default:
		c.line("%s := %s.MaxCount()", n, c.v)
		if known {
			c.line("%s.Want(%s, %s)", c.v, n, size)
		}
	}
}

// decodeExtent reads offsets and actual counts and returns the expression for
// the number of elements that follow. counts are the variables that hold the
// max_counts of conformant dimensions.
func (c *code) decodeExtent(f arrayForm, x string, counts []string) string {
	min := c.minFlat(f.elem)
	if len(f.dyn) == 1 {
		d := &f.dyn[0]
		room := strconv.FormatInt(d.Fixed, 10)
		if d.Fixed < 0 {
			room = counts[0]
			// The count is checked against its size_is when that is known.
			if _, known := c.dimExpr(d.Size); !known && d.Size != nil {
				got := "len(" + x + ")"
				if f.varying { // the max_count itself is gone by then
					got = c.hoist("room", "int")
					c.line("%s = %s", got, room)
				}
				c.later(got, d.Size)
			}
		}
		if !f.varying {
			return room
		}
		n := c.vars.local("got")
		c.decodeVarying(d, n, room, min)
		if _, known := c.dimExpr(d.Length); !known && d.Length != nil {
			c.later("len("+x+")", d.Length)
		}
		return n
	}
	// Several dimensions make one slice, row by row. All extents come before
	// the elements, so their product can be bounded at once.
	var names, rooms []string
	for i := range f.dyn {
		room := strconv.FormatInt(f.dyn[i].Fixed, 10)
		if f.dyn[i].Fixed < 0 {
			room = counts[i]
		}
		rooms = append(rooms, room)
	}
	for i := range f.dyn {
		if !f.varying {
			names = append(names, rooms[i])
			continue
		}
		got := c.vars.local("got")
		names = append(names, got)
		c.decodeVarying(&f.dyn[i], got, rooms[i], 1)
	}
	return c.v + ".Product(" + strconv.Itoa(min) + ", " + strings.Join(names, ", ") + ")"
}

// decodeVarying reads offset and actual count of one dimension into the new
// variable n.
func (c *code) decodeVarying(d *tree.Dim, n, room string, min int) {
	length, hasLength := c.dimExpr(d.Length)
	switch {
	case d.First != nil:
		first := c.vars.local("first")
		c.line("%s, %s := %s.VaryingAt(%s, %d)", first, n, c.v, room, min)
		if want, ok := c.dimExpr(d.First); ok {
			c.line("%s.Want(%s, %s)", c.v, first, want)
		} else {
			got := c.hoist("offset", "int")
			c.line("%s = %s", got, first)
			c.later(got, d.First)
		}
		if hasLength {
			c.line("%s.Want(%s, %s)", c.v, n, length)
		}
	case hasLength:
		c.line("%s := %s.VaryingIs(%s, %s, %d)", n, c.v, length, room, min)
	default:
		c.line("%s := %s.Varying(%s, %d)", n, c.v, room, min)
	}
}

// decodeFlats decodes the flat parts of n elements into x: a Go array when n
// is "", else a slice that is dst as far as it goes.
func (c *code) decodeFlats(elem tree.Type, x, dst, n string) {
	method, generic := c.bulk(elem)
	// A Go array is filled in place; its length needs no count.
	into := dst
	count := n
	set := x + " = "
	if n == "" {
		into, count, set = indexable(x)+"[:]", "len("+x+")", ""
	}
	switch {
	case method != "":
		c.line("%s%s.%s(%s, %s)", set, c.v, method, into, count)
		return
	case generic && into == "nil":
		c.line("%s%s[%s](%s, nil, %s)", set, c.qual(ndrPath, "Get"), c.goType(elem), c.ref, count)
		return
	case generic:
		c.line("%s%s(%s, %s, %s)", set, c.qual(ndrPath, "Get"), c.ref, into, count)
		return
	case c.decodePointers(elem, set, into, count):
		return
	case n == "":
	case dst == "nil":
		c.alignEmpty(elem)
		c.line("%s = %s[%s](nil, %s)", x, c.qual(ndrPath, "Slice"), c.goType(elem), n)
	default:
		c.alignEmpty(elem)
		c.line("%s = %s(%s, %s)", x, c.qual(ndrPath, "Slice"), dst, n)
	}
	c.each(x, func(e string) {
		c.alignElement(elem)
		c.decodeFlat(elem, e)
	})
}

// decodePointers decodes an array of unique pointers by one call, if it can be.
func (c *code) decodePointers(elem tree.Type, set, into, count string) bool {
	ptr, ok := c.pointerElems(elem)
	if !ok {
		return false
	}
	typ := ""
	if into == "nil" {
		typ = "[" + c.goType(ptr.Elem) + "]"
	}
	c.line("%s%s%s(%s, %s, %s, %d)", set, c.qual(ndrPath, "GetPointers"), typ, c.ref, into, count, c.minRoot(ptr.Elem))
	return true
}

// decodeUnion reads the discriminant of a non-encapsulated union and its arm.
func (c *code) decodeUnion(o *tree.SwitchedUnion, x string) {
	s := c.scalarOf(o.SwitchType)
	c.alignUnion(o.Union, o.SwitchType)
	v := c.vars.local("tag")
	get := c.v + "." + s.method + "()"
	if s.typ == "bool" {
		get = c.qual(ndrPath, "Int") + "(" + get + ")"
	}
	c.line("%s := int64(%s)", v, get)
	if want, ok := c.dimExpr(o.Switch); ok {
		c.line("%s.Want(int(%s), %s)", c.v, v, want)
	} else if o.Switch != nil {
		got := c.hoist("arm", "int")
		c.line("%s = int(%s)", got, v)
		c.later(got, o.Switch)
	}
	c.line("%s.DecodeNDR(%s, %s)", selector(x), c.ref, v)
}

// decodePipe reads a pipe into one slice.
func (c *code) decodePipe(o *tree.Pipe, x string) {
	n := c.vars.local("n")
	next := n + " = " + c.v + ".Chunk(" + strconv.Itoa(c.minFlat(o.Elem)) + ")"
	c.block("for "+strings.Replace(next, " =", " :=", 1)+"; "+n+" > 0; "+next, func() {
		part := c.vars.local("part")
		c.line("var %s []%s", part, c.goType(o.Elem))
		c.decodeFlats(o.Elem, part, "nil", n)
		c.line("%s.EndChunk(%s)", c.v, n)
		c.line("%s = append(%s, %s...)", x, x, part)
	})
}

// later notes that got must be what an expression says whose names are not all
// known yet. Inside of loops only the last one would be left to look at: there
// the check is not made.
func (c *code) later(got string, want tree.Expr) {
	if c.loops == 0 {
		c.late = append(c.late, lateCheck{got, want, c.guard})
	}
}

// checkLate prints the comparisons that had to wait. Names that were unknown
// when the counts were read are known now.
func (c *code) checkLate() {
	for _, l := range c.late {
		want, ok := c.dimExpr(l.want)
		if !ok || ownLength(want, strings.TrimSuffix(strings.TrimPrefix(l.got, "len("), ")")) {
			continue
		}
		if l.guard != "" {
			c.line("if %s {", l.guard)
		}
		c.line("%s.Want(%s, %s)", c.v, l.got, want)
		if l.guard != "" {
			c.line("}")
		}
	}
	c.late = nil
}
