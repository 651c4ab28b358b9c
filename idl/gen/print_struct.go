package gen

import (
	"oxid/idl/tree"
)

// A structure is a Go structure with the same fields, and with methods for the
// parts of its encoding. Fields that count others are kept, although a slice has
// a length: a NULL pointer can come with a count that is not 0. They need not be
// filled in: a count that was left at 0 is the length of its slice.

// codecMethods are the methods of structures and unions; no field may be
// called that.
var codecMethods = []string{"EncodeNDR", "EncodeDeferredNDR", "EncodeCountsNDR", "DecodeNDR", "DecodeDeferredNDR", "ReleaseNDR"}

// declareFields names the fields of a structure.
func (g *generator) declareFields(s *tree.Struct) {
	sc := newScope(codecMethods...)
	// What has a name keeps it; a nameless union is called X if it can be.
	for _, nameless := range []bool{false, true} {
		for _, f := range s.Fields {
			if (f.Name == "") == nameless {
				g.names[f] = sc.take(exported(f.Name))
			}
		}
	}
}

// fieldName is the Go name of a field.
func (p *printer) fieldName(f *tree.Field) string { return p.names[f] }

// printStruct prints a structure and its encoding.
func (p *printer) printStruct(s *tree.Struct) {
	name := p.names[s]
	p.typeDoc(s.Header(), s.Typedef, name)
	p.line("type %s struct {", name)
	for _, f := range s.Fields {
		if f.Ignore {
			continue
		}
		p.doc(&f.Head, "")
		p.line("%s %s%s", p.fieldName(f), p.goType(f.Type), p.fieldNote(f))
	}
	p.line("}")
	p.line("")
	// The methods are exported, because structures of other packages contain
	// this one.
	st := &structCode{printer: p, s: s, name: name, owners: p.owners(s)}
	st.encode()
	st.decode()
	if p.hasObjects(s) {
		p.printRelease(s.Fields, name)
	}
}

// typeDoc prints the comment of a type that may have been declared by typedef.
func (p *printer) typeDoc(h *tree.Head, typedef *tree.Alias, name string) {
	if typedef != nil && len(docLines(h, "")) == 0 {
		h = &typedef.Head
	}
	p.doc(h, name)
}

// fieldNote tells what the Go type does not.
func (p *printer) fieldNote(f *tree.Field) string {
	if p.hasMethods(p.open(f.Type)) {
		return ""
	}
	if r := f.Range; r != nil {
		return " // " + itoa(r.Low) + " to " + itoa(r.High)
	}
	return ""
}

// structCode prints the methods of one structure.
type structCode struct {
	*printer
	s      *tree.Struct
	name   string
	owners map[*tree.Field]*owner
}

// owner is what a field that counts, or chooses an arm, gets its value from
// when it was left at 0.
type owner struct {
	arrays []counted
	union  *tree.Field
}

// counted is an array that a field counts, in elements or otherwise.
type counted struct {
	f *tree.Field
	// counter is the field's value in Go for a number of elements.
	counter func(n string) string
}

// owners finds the fields of s that count the elements of others or choose the
// arm of a union, and nothing but that. They stay fields, because a NULL
// pointer can have a count.
func (p *printer) owners(s *tree.Struct) map[*tree.Field]*owner {
	uses := map[*tree.Field]*owner{}
	bad := map[*tree.Field]bool{}
	// note files that by names the field in e, as a count or as a tag.
	note := func(by *tree.Field, e tree.Expr, tag bool) {
		if e == nil {
			return
		}
		_, null := p.open(by.Type).(*tree.Pointer)
		r, counter := inverse(e, null)
		if tag {
			r, _ = refOf(e).(*tree.FieldRef)
		}
		if r == nil || r.Field.Struct != s {
			walkExpr(e, func(e tree.Expr) {
				if r, ok := e.(*tree.FieldRef); ok {
					bad[r.Field] = true
				}
			})
			return
		}
		o := uses[r.Field]
		if o == nil {
			o = &owner{}
			uses[r.Field] = o
		}
		if tag {
			bad[r.Field] = bad[r.Field] || o.union != nil
			o.union = by
		} else {
			o.arrays = append(o.arrays, counted{by, counter})
		}
	}
	for _, f := range s.Fields {
		if f.Ignore {
			continue
		}
		if a := sliceOf(p.generator, f.Type); a != nil {
			d := &form(a).dyn[0]
			note(f, d.Size, false)
			// One field for both is one mention.
			if !sameFieldRef(d.Size, d.Length) {
				note(f, d.Length, false)
			}
		} else if u, ok := f.Type.(*tree.SwitchedUnion); ok {
			note(f, u.Switch, true)
		}
	}
	for f, o := range uses {
		sc := p.scalarOf(f.Type)
		if bad[f] || sc == nil || !sc.number || sc.typ == "com.HRESULT" || o.union != nil && len(o.arrays) > 0 ||
			o.union != nil && !p.numberTag(o.union) {
			delete(uses, f)
		}
	}
	return uses
}

// inverse returns the field in an expression that counts elements, and what makes
// a number of elements that field's value again: lengths in bytes are common, and
// so are counts with or without a NUL. The field is nil where it could not tell;
// null says that there may be no array at all.
func inverse(e tree.Expr, null bool) (*tree.FieldRef, func(n string) string) {
	if r, ok := refOf(e).(*tree.FieldRef); ok {
		return r, func(n string) string { return n }
	}
	if c, ok := e.(*tree.Cast); ok {
		return inverse(c.X, null)
	}
	b, ok := e.(*tree.Binary)
	if !ok {
		return nil, nil
	}
	x, c, left := b.X, b.Y.Value(), true
	if v := x.Value(); v.IsInt() {
		x, c, left = b.Y, v, false
	}
	r, ok := refOf(x).(*tree.FieldRef)
	if !ok || !c.IsInt() || c.Int <= 0 {
		return nil, nil
	}
	k := itoa(c.Int)
	switch {
	case b.Op == "/" && left:
		return r, func(n string) string { return k + "*" + n }
	case b.Op == "*":
		return r, func(n string) string { return n + "/" + k }
	case b.Op == "+":
		return r, func(n string) string { return "max(" + n + "-" + k + ", 0)" }
	// What is less than the field would need it even where there is no array.
	case b.Op == "-" && left && !null:
		return r, func(n string) string { return n + "+" + k }
	}
	return nil, nil
}

// sameFieldRef reports whether both are the name of one field.
func sameFieldRef(a, b tree.Expr) bool {
	if a == nil || b == nil {
		return false
	}
	x, ok1 := refOf(a).(*tree.FieldRef)
	y, ok2 := refOf(b).(*tree.FieldRef)
	return ok1 && ok2 && x.Field == y.Field
}

// numberTag reports whether the union in f has an integer for a tag.
func (p *printer) numberTag(f *tree.Field) bool {
	s := p.scalarOf(f.Type.(*tree.SwitchedUnion).SwitchType)
	return s != nil && s.number
}

// fields resolves the names of fields for encoding: one that counts is what is
// on the wire, not what was left at 0.
func (st *structCode) fields(e tree.Expr) (string, tree.Type, bool) {
	r, ok := e.(*tree.FieldRef)
	if !ok || r.Field.Struct != st.s || r.Field.Ignore {
		return "", nil, false
	}
	return st.wireValue(r.Field), r.Field.Type, true
}

// wireValue is the value that a field has on the wire.
func (st *structCode) wireValue(f *tree.Field) string { return st.wireValueOf("v", f, st.owners[f]) }

// wireValueOf is the value that field f of the structure v has on the wire; o is
// what f gets it from when it was left at 0, nil for nothing.
func (p *printer) wireValueOf(v string, f *tree.Field, o *owner) string {
	x := v + "." + p.fieldName(f)
	switch {
	case o == nil:
		return x
	case o.union != nil:
		return p.qual(ndrPath, "FillTag") + "(" + x + ", " + v + "." + p.fieldName(o.union) + ".Tag())"
	}
	// With several arrays the longest counts, and the others are compared with it:
	// those that are nil say nothing.
	count := func(a counted) string { return a.counter("len(" + v + "." + p.fieldName(a.f) + ")") }
	n := count(o.arrays[0])
	for _, a := range o.arrays[1:] {
		n = "max(" + n + ", " + count(a) + ")"
	}
	return p.qual(ndrPath, "Fill") + "(e, " + x + ", " + n + ")"
}

// code prepares printing one method, whose coder is the variable v.
func (st *structCode) code(v string, at leaves) *code {
	return &code{printer: st.printer, v: v, ref: v, vars: st.reserve("v", v, "p"), at: at}
}

// encode prints the encoding: the counts in front, if it is conformant, the flat
// part, and the deferred part, if it has pointers.
func (st *structCode) encode() {
	st.use(ndrPath)
	l2, l64 := st.s.Wire(tree.NDR20), st.s.Wire(tree.NDR64)
	if l2.Conformant {
		c := st.code("e", st.fields)
		st.line("// EncodeCountsNDR encodes what stands in front of the outermost structure.")
		st.line("func (v *%s) EncodeCountsNDR(e *ndr.Encoder) {", st.name)
		last := st.s.Fields[len(st.s.Fields)-1]
		x := "v." + st.fieldName(last)
		switch o := st.open(last.Type).(type) {
		case *tree.Array:
			// A string brings its max_count with it only where it stands alone.
			if stringArray(o) {
				c.line("e.Count(%s)", c.stringRoom(o, x))
			} else {
				c.encodeCounts(o, form(o), x)
			}
		default:
			c.line("%s.EncodeCountsNDR(e)", x)
		}
		st.line("}\n")
	}
	st.line("// EncodeNDR encodes v without what its pointers lead to.")
	st.line("func (v *%s) EncodeNDR(e *ndr.Encoder) {", st.name)
	c := st.code("e", st.fields)
	st.blocked(func(b *block) { c.encodeBlock(b, l2.Align) }, func() {
		if l64.Align > 1 {
			c.line("e.Align(%d, %d)", l2.Align, l64.Align)
		}
		for _, f := range st.s.Fields {
			switch {
			case f.Ignore:
				c.line("e.Pointer(false)")
			case st.owners[f] != nil:
				c.encodeFlat(f.Type, st.wireValue(f))
			default:
				c.encodeFlat(f.Type, "v."+st.fieldName(f))
			}
		}
		if l64.Align > 1 {
			c.line("e.Trail(%d)", l64.Align)
		}
	}, "e")
	st.line("}\n")
	if !l2.Pointers {
		return
	}
	st.line("// EncodeDeferredNDR encodes what the pointers of v lead to.")
	st.line("func (v *%s) EncodeDeferredNDR(e *ndr.Encoder) {", st.name)
	c = st.code("e", st.fields)
	for _, f := range st.s.Fields {
		if !f.Ignore {
			c.encodeDeferred(f.Type, "v."+st.fieldName(f))
		}
	}
	st.line("}\n")
}

// decode prints the decoding. Where encoding knows every field from the start,
// decoding knows those that came before; counts of pointers' referents are
// looked at in the deferred part, when all are there.
func (st *structCode) decode() {
	l2 := st.s.Wire(tree.NDR20)
	known := map[*tree.Field]bool{}
	at := func(e tree.Expr) (string, tree.Type, bool) {
		r, ok := e.(*tree.FieldRef)
		if !ok || r.Field.Struct != st.s || !known[r.Field] || r.Field.Ignore {
			return "", nil, false
		}
		return "v." + st.fieldName(r.Field), r.Field.Type, true
	}
	c := st.code("d", at)
	params := ""
	var counts []string
	if l2.Conformant {
		for range conformantDims(st.generator, st.s) {
			n := c.vars.local("n")
			counts = append(counts, n)
			params += ", " + n + " int"
		}
		st.line("// DecodeNDR decodes v without what its pointers lead to. The max_count of its")
		st.line("// array was read before.")
	} else {
		st.line("// DecodeNDR decodes v without what its pointers lead to.")
	}
	st.line("func (v *%s) DecodeNDR(d *ndr.Decoder%s) {", st.name, params)
	c.body(func() { st.decodeFields(c, known, counts) })
	st.line("}\n")
	if !l2.Pointers {
		return
	}
	st.line("// DecodeDeferredNDR decodes what the pointers of v lead to.")
	st.line("func (v *%s) DecodeDeferredNDR(d *ndr.Decoder) {", st.name)
	c = st.code("d", at)
	for _, f := range st.s.Fields {
		if !f.Ignore {
			c.decodeDeferred(f.Type, "v."+st.fieldName(f))
		}
	}
	st.line("}\n")
}

// blocked prints a flat part: as a block, as a block in NDR 2.0 and field by
// field in NDR64, or field by field.
func (st *structCode) blocked(inBlock func(*block), byField func(), v string) {
	b := st.blockOf()
	switch {
	case b == nil:
		byField()
	case b.same:
		inBlock(b)
	default:
		st.line("if !%s.NDR64() {", v)
		inBlock(b)
		st.line("return")
		st.line("}")
		byField()
	}
}

// decodeFields prints the flat part of decoding. known collects the fields
// that are decoded, counts are the variables of hoisted counts.
func (st *structCode) decodeFields(c *code, known map[*tree.Field]bool, counts []string) {
	l2, l64 := st.s.Wire(tree.NDR20), st.s.Wire(tree.NDR64)
	st.blocked(func(b *block) {
		c.decodeBlock(b, l2.Align)
		for _, f := range st.s.Fields {
			known[f] = true
		}
	}, func() {
		if l64.Align > 1 {
			c.line("d.Align(%d, %d)", l2.Align, l64.Align)
		}
		for i, f := range st.s.Fields {
			x := "v." + st.fieldName(f)
			switch {
			case f.Ignore:
				c.line("d.Pointer()")
			case l2.Conformant && i == len(st.s.Fields)-1:
				c.decodeTail(f.Type, x, counts)
			default:
				c.decodeFlat(f.Type, x)
				if f.Range != nil && st.scalarOf(f.Type) != nil && rangeOf(f.Type) == nil {
					c.checkRange(f.Range, x)
				}
			}
			known[f] = true
		}
		c.checkLate()
		if l64.Align > 1 {
			c.line("d.Trail(%d)", l64.Align)
		}
	}, "d")
}

// decodeTail decodes the conformant array, or structure, at the end of a
// structure; counts are the variables of its max_counts.
func (c *code) decodeTail(t tree.Type, x string, counts []string) {
	a, ok := c.open(t).(*tree.Array)
	if !ok {
		args := ""
		for _, n := range counts {
			args += ", " + n
		}
		c.line("%s.DecodeNDR(%s%s)", x, c.ref, args)
		return
	}
	f := form(a)
	if f.str {
		if size, ok := c.dimExpr(a.Dims[0].Size); ok {
			c.line("%s.Want(%s, %s)", c.v, counts[0], size)
		}
		c.line("%s = %s.%sFixed(%s)", x, c.v, c.stringMethod(a), counts[0])
		return
	}
	all := make([]string, len(f.dyn))
	// Dimensions of fixed size have no count.
	next := 0
	for i := range f.dyn {
		if f.dyn[i].Fixed >= 0 {
			continue
		}
		all[i] = counts[next]
		next++
		if size, ok := c.dimExpr(f.dyn[i].Size); ok {
			c.line("%s.Want(%s, %s)", c.v, all[i], size)
		}
	}
	c.decodeFlats(f.elem, x, "nil", c.decodeExtent(f, x, all))
}

// printRelease prints the method that gives back the interface pointers in a
// structure: those in a method's results are the stub's.
func (p *printer) printRelease(fields []*tree.Field, name string) {
	p.line("// ReleaseNDR gives back the interface pointers in v.")
	p.line("func (v *%s) ReleaseNDR() {", name)
	p.line("if v == nil {")
	p.line("return")
	p.line("}")
	c := &code{printer: p, vars: p.reserve("v")}
	for _, f := range fields {
		if !f.Ignore && p.hasObjects(f.Type) {
			c.release(f.Type, "v."+p.fieldName(f))
		}
	}
	p.line("}\n")
}

// release prints statements that give back the interface pointers in x. Full
// pointers may lead back to where they started and are not followed.
func (c *code) release(t tree.Type, x string) {
	if !c.hasObjects(t) {
		return
	}
	o := c.open(t)
	if c.hasMethods(o) {
		c.line("%s.ReleaseNDR()", selector(x))
		return
	}
	switch o := o.(type) {
	case *tree.SwitchedUnion:
		c.line("%s.ReleaseNDR()", selector(x))
	case *tree.InterfacePtr:
		c.line("%s(%s)", c.qual(comPath, "Release"), x)
	case *tree.Pointer:
		switch {
		case o.Kind == tree.Ref || isSlice(c.open(o.Elem)) && o.Kind == tree.Unique:
			c.release(o.Elem, x)
		case o.Kind == tree.Unique:
			c.line("if %s != nil {", x)
			c.release(o.Elem, deref(x))
			c.line("}")
		}
	case *tree.Array:
		c.each(x, func(elem string) { c.release(elementType(o), elem) })
	}
}
