package gen

import (
	"strconv"

	"oxid/idl/tree"
)

// A structure whose layout is fixed is encoded and decoded as one block of
// bytes at constant offsets, which costs a fraction of a call for each field.
// Where the two transfer syntaxes lay it out differently, NDR 2.0 has the
// block, because everybody speaks it.

// Blocks have at least minLeaves members, or there is nothing to gain, and are
// at most maxBlock bytes.
const (
	minLeaves = 3
	maxLeaves = 48
	maxBlock  = 256
)

// leafValue is one member of a block: a number, a pointer, an array of numbers.
type leafValue struct {
	off  int64
	typ  tree.Type // open
	decl tree.Type // as the field has it
	expr string    // the Go value
	own  string    // the Go value to encode, where that is another one
	rng  *tree.Range
	n    int64 // elements of an array; 0 for no array
}

// block is the layout of a structure.
type block struct {
	leaves []leafValue
	size   int64
	same   bool // in both transfer syntaxes
}

// blockOf returns the block of the structure st, or nil when it has none.
func (st *structCode) blockOf() *block {
	l2, l64 := st.s.Wire(tree.NDR20), st.s.Wire(tree.NDR64)
	if l2.Size < 0 || l2.Size > maxBlock || l2.Conformant {
		return nil
	}
	b := &block{size: l2.Size}
	off64 := &block{}
	if !st.addLeaves(b, st.s, "v", 0, tree.NDR20) || len(b.leaves) < minLeaves || len(b.leaves) > maxLeaves {
		return nil
	}
	// Referent ids are twice as long in NDR64, so that a structure with pointers
	// never has the same layout in both; a 16-bit enumeration, not either.
	b.same = l2.Size == l64.Size && l2.Align == l64.Align && !l2.Pointers && st.addLeaves(off64, st.s, "v", 0, tree.NDR64)
	for i := range b.leaves {
		if s := st.scalarOf(b.leaves[i].typ); s == enum16Scalar || !b.same || b.leaves[i].off != off64.leaves[i].off {
			b.same = false
		}
	}
	return b
}

// addLeaves lays the fields of s out from off on. It is false when one of them
// cannot be part of a block.
func (st *structCode) addLeaves(b *block, s *tree.Struct, x string, off int64, syn tree.Syntax) bool {
	owners := st.owners
	if s != st.s {
		owners = st.printer.owners(s)
	}
	for _, f := range s.Fields {
		if f.Ignore || f.Type == nil {
			return false
		}
		l := f.Type.Wire(syn)
		if l.Size < 0 {
			return false
		}
		off = (off + l.Align - 1) &^ (l.Align - 1)
		// A field's own [range] counts before that of its typedef.
		v := leafValue{off: off, typ: st.open(f.Type), decl: f.Type, expr: x + "." + st.fieldName(f), rng: f.Range}
		if r := rangeOf(f.Type); r != nil {
			v.rng = r
		}
		if o := owners[f]; o != nil {
			v.own = st.wireValueOf(x, f, o)
		}
		// A structure inside is laid out in place: its members become members of
		// this block, which is what saves the call.
		if inner, ok := v.typ.(*tree.Struct); ok && !inGo(inner) {
			// What package std has need not be field by field what the IDL says.
			foreign := inner.File != nil && inner.File.Std && st.byFile[inner.File] != st.pkg
			if _, known := st.codec(inner); known || foreign || st.refused[inner] != "" || !st.addLeaves(b, inner, v.expr, off, syn) {
				return false
			}
		} else if !st.leafFits(&v) {
			return false
		} else {
			b.leaves = append(b.leaves, v)
		}
		off += l.Size
	}
	return true
}

// leafFits reports whether v can be part of a block, and completes it.
func (st *structCode) leafFits(v *leafValue) bool {
	switch t := v.typ.(type) {
	case *tree.Pointer:
		return t.Kind != tree.Full
	case *tree.Array:
		if len(t.Dims) != 1 || t.Dims[0].Fixed < 1 || t.IsString || len(form(t).dyn) > 0 || rangeOf(t.Elem) != nil {
			return false
		}
		v.n = t.Dims[0].Fixed
		v.decl, v.typ = t.Elem, st.open(t.Elem)
		_, known := st.codec(v.typ)
		return !known && st.blockScalar(v.typ)
	}
	if _, known := st.codec(v.typ); known {
		return false
	}
	return st.blockScalar(v.typ)
}

// blockScalar reports whether t is a scalar that blocks have.
func (st *structCode) blockScalar(t tree.Type) bool {
	s := st.scalarOf(t)
	return s != nil && s != contextScalar && s.method != "Int3264" && s.method != "Uint3264"
}

// at is the place of a leaf in the block, and of the element i of an array.
func (v *leafValue) at(size int64, i string) string {
	if i == "" {
		return "p[" + itoa(v.off) + ":]"
	}
	if size == 1 {
		return "p[" + itoa(v.off) + "+" + i + ":]"
	}
	return "p[" + itoa(v.off) + "+" + itoa(size) + "*" + i + ":]"
}

// encodeBlock prints the encoding of a block, one statement for each member:
//
//	p := (*[16]byte)(e.Block(8, 16))
//	e.Put64(p[0:], v.Id)
//	e.Put32(p[8:], uint32(v.Kind))
//
// The conversion to an array pointer is checked once; after it the compiler
// knows every offset to be in range. What the members leave free is padding,
// which Block has cleared.
func (c *code) encodeBlock(b *block, align int64) {
	c.line("p := (*[%d]byte)(e.Block(%d, %d))", b.size, align, b.size)
	for i := range b.leaves {
		v := &b.leaves[i]
		x := v.expr
		if v.own != "" {
			x = v.own
		}
		// Ids are handed out in the order of the members, as Pointer does.
		if t, ok := v.typ.(*tree.Pointer); ok {
			if t.Kind == tree.Ref {
				c.line("e.Put32(%s, e.ReferentID())", v.at(0, ""))
				continue
			}
			c.block("if "+x+" != nil", func() { c.line("e.Put32(%s, e.ReferentID())", v.at(0, "")) })
			continue
		}
		s := c.scalarOf(v.typ)
		size := v.typ.Wire(tree.NDR20).Size
		switch {
		case v.n == 0:
			c.line("%s", c.put(s, v.at(0, ""), x))
		// The block is longer than the array: copy ends with the shorter one.
		case s.typ == "byte":
			c.line("copy(%s, %s[:])", v.at(0, ""), x)
		default:
			c.each(x, func(elem string) {
				c.line("%s", c.put(s, v.at(size, indexOf(elem)), elem))
			})
		}
	}
}

// indexOf is the index variable of an element's expression.
// It serves arrays inside blocks, whose place in the block depends on it.
func indexOf(elem string) string {
	at := len(elem) - 1
	for elem[at] != '[' {
		at--
	}
	return elem[at+1 : len(elem)-1]
}

// put is the statement that stores a scalar in a block.
func (c *code) put(s *scalar, at, x string) string {
	// Bytes need no byte order and so no method.
	one := at[:len(at)-2] + "]" // the byte at the place
	if s.own {
		x = convert(s, x)
	}
	switch s.method {
	case "Byte":
		return one + " = " + x
	case "Int8":
		return one + " = byte(" + x + ")"
	case "Bool":
		return one + " = byte(" + c.qual(ndrPath, "Int") + "(" + x + "))"
	case "Bool32":
		return "e.Put32(" + at + ", uint32(" + c.qual(ndrPath, "Int") + "(" + x + ")))"
	case "VariantBool":
		return "e.Put16(" + at + ", -uint16(" + c.qual(ndrPath, "Int") + "(" + x + ")))"
	case "Enum16":
		return "e.Put16(" + at + ", e.EnumBits(int32(" + x + ")))"
	case "Float32":
		return "e.Put32(" + at + ", " + c.std("math") + ".Float32bits(" + x + "))"
	case "Float64":
		return "e.Put64(" + at + ", " + c.std("math") + ".Float64bits(" + x + "))"
	case "GUID":
		return "e.PutGUID(" + at + ", " + x + ")"
	case "Uint16", "Uint32", "Uint64":
		bits := s.method[len("Uint"):]
		return "e.Put" + bits + "(" + at + ", " + x + ")"
	case "Int16", "Int32", "Int64":
		bits := s.method[len("Int"):]
		return "e.Put" + bits + "(" + at + ", uint" + bits + "(" + x + "))"
	}
	return "e.Put32(" + at + ", uint32(" + x + "))" // HRESULT
}

// decodeBlock prints the decoding of a block. After an error the block is all
// zeros, so that the values are, too, and nothing has to be asked in between.
func (c *code) decodeBlock(b *block, align int64) {
	c.line("p := (*[%d]byte)(d.Block(%d, %d))", b.size, align, b.size)
	for i := range b.leaves {
		v := &b.leaves[i]
		if t, ok := v.typ.(*tree.Pointer); ok {
			size := strconv.Itoa(c.minRoot(t.Elem))
			if t.Kind == tree.Ref {
				c.line("d.Promise(1, %s) // a ref pointer may have any value", size)
				continue
			}
			c.line("%s = nil", v.expr)
			c.block("if d.Promise(d.Get32("+v.at(0, "")+"), "+size+")", func() { c.markReferent(t, v.expr) })
			continue
		}
		s := c.scalarOf(v.typ)
		size := v.typ.Wire(tree.NDR20).Size
		switch {
		case v.n == 0:
			c.line("%s = %s", v.expr, c.get(s, v.decl, v.at(0, "")))
			if v.rng != nil {
				c.checkRange(v.rng, v.expr)
			}
		case s.typ == "byte":
			c.line("copy(%s[:], %s)", v.expr, v.at(0, ""))
		default:
			c.each(v.expr, func(elem string) {
				c.line("%s = %s", elem, c.get(s, v.decl, v.at(size, indexOf(elem))))
			})
		}
	}
}

// get is the expression that loads a scalar from a block.
func (c *code) get(s *scalar, t tree.Type, at string) string {
	one := at[:len(at)-2] + "]"
	if s.own {
		under := *s
		under.own = false
		return c.goType(t) + "(" + c.get(&under, t, at) + ")"
	}
	switch s.method {
	case "Byte":
		return one
	case "Int8":
		return "int8(" + one + ")"
	case "Bool":
		return one + " != 0"
	case "Bool32":
		return "d.Get32(" + at + ") != 0"
	case "VariantBool":
		return "d.Get16(" + at + ") != 0"
	case "Float32":
		return c.std("math") + ".Float32frombits(d.Get32(" + at + "))"
	case "Float64":
		return c.std("math") + ".Float64frombits(d.Get64(" + at + "))"
	case "GUID":
		return "d.GetGUID(" + at + ")"
	case "Uint16", "Uint32", "Uint64":
		return "d.Get" + s.method[len("Uint"):] + "(" + at + ")"
	case "Int16", "Int32", "Int64":
		bits := s.method[len("Int"):]
		// Straight from the bits to the named type.
		if s == enum32Scalar {
			return c.goType(t) + "(d.Get32(" + at + "))"
		}
		return "int" + bits + "(d.Get" + bits + "(" + at + "))"
	case "Enum16":
		get := "d.EnumOf(d.Get16(" + at + "))"
		if typ := c.goType(t); typ != "int32" {
			return typ + "(" + get + ")"
		}
		return get
	}
	return c.qual(comPath, "HRESULT") + "(d.Get32(" + at + "))"
}
