package gen

import (
	"strconv"
	"strings"

	"oxid/idl/tree"
)

// armName is the Go name of an arm: its field's, or one made of its cases.
func armName(a *tree.Arm) string {
	switch {
	case a.Field != nil && a.Field.Type != nil && a.Field.Name != "":
		return exported(a.Field.Name)
	case a.Default:
		return "Default"
	case len(a.Cases) > 0 && a.Cases[0].Value < 0:
		return "CaseM" + itoa(-a.Cases[0].Value)
	case len(a.Cases) > 0:
		return "Case" + itoa(a.Cases[0].Value)
	}
	return "Case"
}

// itoa prints a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// unionCode prints one union: a structure that knows which arm it holds.
// A Go union would be an interface with a type for each arm; but an arm may have
// several tags, the default arm has all the others, and the tag is what the wire
// carries. So it is the tag with a pointer to the arm's value, behind
// constructors and accessors that keep the two together.
type unionCode struct {
	*printer
	u    *tree.Union
	name string
	tag  string // the Go type of the discriminant
	disc *scalar
	// methods are the names of the accessors, by arm.
	methods map[*tree.Arm]string
}

// msUnion reports whether a union is [ms_union]: in NDR 2.0 its arm is aligned
// as the largest one would be.
func msUnion(u *tree.Union) bool {
	if u.Attrs.Has("ms_union") || u.Typedef != nil && u.Typedef.Attrs.Has("ms_union") {
		return true
	}
	h := u.Header()
	for h != nil && h.Parent != nil {
		h = h.Parent.Header()
		if h.Attrs.Has("ms_union") {
			return true
		}
	}
	return false
}

// printUnion prints a union: the type, a constructor and an accessor for each
// arm, and the encoding.
func (p *printer) printUnion(u *tree.Union) {
	uc := &unionCode{printer: p, u: u, name: p.names[u], tag: "int32", methods: map[*tree.Arm]string{}}
	if t := p.discriminant(u); t != nil {
		uc.disc = p.scalarOf(t)
		if uc.disc != nil && uc.disc.number {
			uc.tag = p.goType(t)
		}
	}
	sc := newScope(append([]string{"Tag"}, codecMethods...)...)
	for _, a := range u.Arms {
		uc.methods[a] = sc.take(armName(a))
	}
	uc.declare()
	for _, a := range u.Arms {
		uc.arm(a)
	}
	uc.encode()
	uc.decode()
	if p.hasPointers(u) {
		uc.deferred()
	}
	if p.hasObjects(u) {
		uc.release()
	}
}

// declare prints the type and its tag.
func (uc *unionCode) declare() {
	lines := docLines(uc.u.Header(), uc.name)
	if len(lines) == 0 && uc.u.Typedef != nil {
		lines = docLines(&uc.u.Typedef.Head, uc.name)
	}
	if len(lines) == 0 {
		lines = []string{uc.name + " is a union."}
	}
	for _, l := range lines {
		uc.line("// %s", l)
	}
	uc.line("//")
	uc.line("// Its zero value holds the zero value of the arm that is asked for.")
	uc.line("type %s struct {", uc.name)
	// Both fields are unexported: a tag with the arm of another one would be a
	// value that cannot be encoded.
	uc.line("tag %s", uc.tag)
	uc.line("v any // a pointer to the arm")
	uc.line("}\n")
	uc.line("// Tag returns the discriminant: it says which arm u holds.")
	if first, ok := uc.firstTag(); ok {
		uc.line("func (u *%s) Tag() %s {", uc.name, uc.tag)
		uc.line("if u.v == nil && u.tag == 0 {")
		uc.line("return %s // the first arm: 0 is none", first)
		uc.line("}")
		uc.line("return u.tag")
		uc.line("}\n")
	} else {
		uc.line("func (u *%s) Tag() %s { return u.tag }\n", uc.name, uc.tag)
	}
}

// firstTag returns the tag that stands for the zero value, when 0 chooses no arm.
func (uc *unionCode) firstTag() (string, bool) {
	first := ""
	for _, a := range uc.u.Arms {
		if a.Default {
			return "", false
		}
		for _, cv := range a.Cases {
			if uc.caseValue(cv) == 0 {
				return "", false
			}
			if first == "" {
				first = itoa(uc.caseValue(cv))
			}
		}
	}
	return first, first != ""
}

// caseValue is the value of a case as the discriminant's type holds it.
func (uc *unionCode) caseValue(cv tree.CaseValue) int64 {
	switch {
	case uc.disc == nil:
		return int64(int32(cv.Value))
	case !uc.disc.number:
		return min(cv.Value&0xff, 1)
	}
	// 0xFFFFFFFF and -1 are the same case of a long.
	switch strings.TrimSuffix(uc.disc.typ, "16") {
	case "byte":
		return int64(uint8(cv.Value))
	case "int8":
		return int64(int8(cv.Value))
	case "uint":
		return int64(uint16(cv.Value))
	case "int":
		return int64(int16(cv.Value))
	case "uint32":
		return int64(uint32(cv.Value))
	case "int32", "":
		return int64(int32(cv.Value))
	}
	return cv.Value
}

// cases is the list of an arm's values for a case clause.
func (uc *unionCode) cases(a *tree.Arm) string {
	var vs []string
	for _, cv := range a.Cases {
		vs = append(vs, itoa(uc.caseValue(cv)))
	}
	return strings.Join(vs, ", ")
}

// label is the clause of an arm in a switch over the discriminant.
func (uc *unionCode) label(a *tree.Arm) string {
	if a.Default {
		return "default:"
	}
	return "case " + uc.cases(a) + ":"
}

// hasValue reports whether an arm is more than its tag.
func hasValue(a *tree.Arm) bool { return a.Field != nil && a.Field.Type != nil }

// arm prints the constructor of an arm and, when it has a value, the accessor.
func (uc *unionCode) arm(a *tree.Arm) {
	ctor, typ := uc.names[a], ""
	if hasValue(a) {
		typ = uc.goType(a.Field.Type)
	}
	var params, fields []string
	if a.Default || len(a.Cases) > 1 {
		params, fields = append(params, "tag "+uc.tag), append(fields, "tag: tag")
	} else {
		fields = append(fields, "tag: "+uc.cases(a))
	}
	if typ != "" {
		params, fields = append(params, "v "+typ), append(fields, "v: &v")
	}
	what := "without a value"
	switch {
	case a.Default:
		what = "that other tags choose"
	case len(a.Cases) > 1:
		what = "that the tags " + uc.cases(a) + " choose"
	case typ != "":
		what = "of tag " + uc.cases(a)
	}
	uc.line("// %s makes a %s that holds the arm %s.", ctor, uc.name, what)
	uc.line("func %s(%s) %s { return %s{%s} }\n", ctor, strings.Join(params, ", "), uc.name, uc.name, strings.Join(fields, ", "))
	if typ == "" {
		return
	}
	uc.line("// %s returns the arm that %s makes; ok is false when u holds another one.", uc.methods[a], ctor)
	uc.line("func (u *%s) %s() (v %s, ok bool) {", uc.name, uc.methods[a], typ)
	uc.line("switch u.Tag() {")
	if a.Default {
		var others []string
		for _, other := range uc.u.Arms {
			if !other.Default && len(other.Cases) > 0 {
				others = append(others, uc.cases(other))
			}
		}
		if len(others) > 0 {
			uc.line("case %s:", strings.Join(others, ", "))
		}
		uc.line("default:")
	} else {
		uc.line("case %s:", uc.cases(a))
	}
	uc.line("return *%s[%s](u.v), true", uc.qual(ndrPath, "Arm"), typ)
	uc.line("}")
	uc.line("return v, false")
	uc.line("}\n")
}

// aligns returns the alignment of the largest arm in both syntaxes.
func (uc *unionCode) aligns() (n2, n64 int64) {
	n2, n64 = 1, 1
	for _, a := range uc.u.Arms {
		if hasValue(a) {
			n2 = max(n2, a.Field.Type.Wire(tree.NDR20).Align)
			n64 = max(n64, a.Field.Type.Wire(tree.NDR64).Align)
		}
	}
	if !msUnion(uc.u) {
		n2 = 1
	}
	return n2, n64
}

// nothing resolves no name: an arm does not see the structure around its union.
func nothing(tree.Expr) (string, tree.Type, bool) { return "", nil, false }

// encode prints the flat part. Of an encapsulated union that is the tag, too; of
// the others the tag has been written where the union is used, in the type that
// its switch_is has there ([C706] 14.3.8).
func (uc *unionCode) encode() {
	uc.use(ndrPath)
	c := &code{printer: uc.printer, v: "e", ref: "e", vars: uc.reserve("u", "e", "tag", "p"), at: nothing}
	n2, n64 := uc.aligns()
	if uc.u.Encapsulated {
		l2, l64 := uc.u.Wire(tree.NDR20), uc.u.Wire(tree.NDR64)
		c.line("// EncodeNDR encodes tag and arm without what pointers lead to.")
		c.line("func (u *%s) EncodeNDR(e *ndr.Encoder) {", uc.name)
		if l64.Align > 1 {
			c.line("e.Align(%d, %d)", l2.Align, l64.Align)
		}
		c.line("tag := u.Tag()")
		c.line("e.%s(%s)", uc.disc.method, uc.discValue("tag"))
	} else {
		c.line("// EncodeNDR encodes the arm that tag chooses, without what pointers lead to. The")
		c.line("// tag was encoded before.")
		c.line("func (u *%s) EncodeNDR(e *ndr.Encoder, tag int64) {", uc.name)
		// The zero value takes any tag; a value that was made for one arm does not
		// become another.
		c.line("if int64(u.tag) != tag && (u.v != nil || u.tag != 0) {")
		c.line("e.BadTag(int64(u.tag))")
		c.line("return")
		c.line("}")
	}
	if n2 > 1 || n64 > 1 {
		c.line("e.Align(%d, %d)", n2, n64)
	}
	uc.arms(c, func(a *tree.Arm) { // every arm
		switch {
		case !hasValue(a):
		case c.isBSTR(c.open(a.Field.Type)): // there is always a pointer
			c.encodeFlat(a.Field.Type, "")
		default:
			c.line("p := %s[%s](u.v)", c.qual(ndrPath, "Arm"), c.goType(a.Field.Type))
			c.encodeFlat(a.Field.Type, "*p")
		}
	}, "e.BadTag(int64(tag))", nil)
	c.line("}\n")
}

// discValue converts the tag to what encodes it.
func (uc *unionCode) discValue(tag string) string {
	if !uc.disc.number {
		return tag + " != 0"
	}
	return convert(uc.disc, tag)
}

// arms prints a switch over tag. Arms for which skip is true are left out.
func (uc *unionCode) arms(c *code, body func(*tree.Arm), otherwise string, skip func(*tree.Arm) bool) {
	c.line("switch tag {")
	hasDefault := false
	for _, a := range uc.u.Arms {
		hasDefault = hasDefault || a.Default
		if skip != nil && skip(a) && !a.Default {
			continue
		}
		if a.Default && len(a.Cases) > 0 {
			c.line("case %s:", uc.cases(a))
			body(a)
		}
		if skip != nil && skip(a) {
			continue
		}
		c.line("%s", uc.label(a))
		body(a)
	}
	if !hasDefault && otherwise != "" {
		c.line("default:")
		c.line("%s", otherwise)
	}
	c.line("}")
}

// decode prints the flat part of decoding. A tag without an arm ends the whole
// call: nobody knows what follows it.
func (uc *unionCode) decode() {
	c := &code{printer: uc.printer, v: "d", ref: "d", vars: uc.reserve("u", "d", "tag", "p"), at: nothing}
	n2, n64 := uc.aligns()
	if uc.u.Encapsulated {
		l2, l64 := uc.u.Wire(tree.NDR20), uc.u.Wire(tree.NDR64)
		c.line("// DecodeNDR decodes tag and arm without what pointers lead to.")
		c.line("func (u *%s) DecodeNDR(d *ndr.Decoder) {", uc.name)
		if l64.Align > 1 {
			c.line("d.Align(%d, %d)", l2.Align, l64.Align)
		}
		if uc.disc.number {
			c.line("tag := %s", c.decoded(uc.u.SwitchType, uc.disc))
		} else {
			c.line("tag := int32(%s(d.%s()))", c.qual(ndrPath, "Int"), uc.disc.method)
		}
		c.line("u.tag, u.v = tag, nil")
	} else {
		c.line("// DecodeNDR decodes the arm that tag chooses, without what pointers lead to.")
		c.line("func (u *%s) DecodeNDR(d *ndr.Decoder, tag int64) {", uc.name)
		c.line("u.tag, u.v = %s(tag), nil", uc.tag)
	}
	if n2 > 1 || n64 > 1 {
		c.line("d.Align(%d, %d)", n2, n64)
	}
	uc.arms(c, func(a *tree.Arm) {
		if hasValue(a) {
			c.line("p := new(%s)", c.goType(a.Field.Type))
			c.decodeFlat(a.Field.Type, "*p")
			if a.Field.Range != nil && c.scalarOf(a.Field.Type) != nil {
				c.checkRange(a.Field.Range, "*p")
			}
			c.line("u.v = p")
		}
	}, "d.BadTag(int64(tag))", nil)
	c.line("}\n")
}

// deferred prints the deferred parts. The arm to encode is known by the tag,
// because the zero value has none.
func (uc *unionCode) deferred() {
	flat := func(a *tree.Arm) bool { return !hasValue(a) || !uc.hasPointers(a.Field.Type) }
	c := &code{printer: uc.printer, v: "e", ref: "e", vars: uc.reserve("u", "e", "tag", "p"), at: nothing}
	c.line("// EncodeDeferredNDR encodes what the pointers in the arm lead to.")
	if uc.u.Encapsulated {
		c.line("func (u *%s) EncodeDeferredNDR(e *ndr.Encoder) {", uc.name)
		c.line("tag := u.Tag()")
	} else {
		c.line("func (u *%s) EncodeDeferredNDR(e *ndr.Encoder, tag int64) {", uc.name)
	}
	uc.arms(c, func(a *tree.Arm) {
		if flat(a) {
			return
		}
		c.line("p := %s[%s](u.v)", c.qual(ndrPath, "Arm"), c.goType(a.Field.Type))
		c.encodeDeferred(a.Field.Type, "*p")
	}, "", uc.skipFlat(flat))
	c.line("}\n")

	c = &code{printer: uc.printer, v: "d", ref: "d", vars: uc.reserve("u", "d", "tag", "p"), at: nothing}
	c.line("// DecodeDeferredNDR decodes what the pointers in the arm lead to.")
	c.line("func (u *%s) DecodeDeferredNDR(d *ndr.Decoder) {", uc.name)
	c.line("tag := u.tag")
	uc.arms(c, func(a *tree.Arm) {
		if flat(a) {
			return
		}
		typ := c.goType(a.Field.Type)
		c.line("if p, ok := u.v.(*%s); ok {", typ)
		c.decodeDeferred(a.Field.Type, "*p")
		c.line("}")
	}, "", uc.skipFlat(flat))
	c.line("}\n")
}

// skipFlat leaves out arms without a deferred part, unless the default arm has
// one: then the others have to be told apart from it.
func (uc *unionCode) skipFlat(flat func(*tree.Arm) bool) func(*tree.Arm) bool {
	for _, a := range uc.u.Arms {
		if a.Default && !flat(a) {
			return nil
		}
	}
	return flat
}

// release prints the method that gives back interface pointers.
func (uc *unionCode) release() {
	c := &code{printer: uc.printer, vars: uc.reserve("u", "p", "tag")}
	c.line("// ReleaseNDR gives back the interface pointers in u.")
	c.line("func (u *%s) ReleaseNDR() {", uc.name)
	c.line("if u == nil {")
	c.line("return")
	c.line("}")
	none := func(a *tree.Arm) bool { return !hasValue(a) || !uc.hasObjects(a.Field.Type) }
	c.line("tag := u.tag")
	uc.arms(c, func(a *tree.Arm) {
		if none(a) {
			return
		}
		c.line("if p, ok := u.v.(*%s); ok {", c.goType(a.Field.Type))
		c.release(a.Field.Type, "*p")
		c.line("}")
	}, "", uc.skipFlat(none))
	c.line("}\n")
}
