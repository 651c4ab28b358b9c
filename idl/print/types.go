package print

import (
	"strconv"
	"strings"

	"oxid/idl/tree"
)

// declare writes a declaration of name with type t, as C orders it. An empty
// name gives an abstract declarator.
func (p *printer) declare(t tree.Type, name string) string {
	base, dcl := p.split(t, name)
	if dcl == "" {
		return base
	}
	return base + " " + dcl
}

// split takes pointers, arrays and functions off t and puts them around the
// declarator, innermost first.
func (p *printer) split(t tree.Type, dcl string) (base, declarator string) {
	for {
		switch u := t.(type) {
		case *tree.Pointer:
			// A typedef's name stands for all of it.
			if u.Alias != nil {
				return u.Alias.Name, dcl
			}
			if f, ok := u.Elem.(*tree.Func); ok {
				dcl = "*" + dcl
				if f.CallConv != "" {
					dcl = f.CallConv + " " + dcl
				}
				t, dcl = f, "("+dcl+")"
				continue
			}
			dcl = "*" + dcl
			// Brackets bind more tightly than the star.
			if _, ok := u.Elem.(*tree.Array); ok {
				dcl = "(" + dcl + ")"
			}
			// The const is that of what is pointed to.
			if u.Const {
				base, dcl = p.split(u.Elem, dcl)
				return constBase(u.Elem, base, dcl)
			}
			t = u.Elem
		case *tree.InterfacePtr:
			return u.String(), dcl
		case *tree.Array:
			if u.Alias != nil {
				return u.Alias.Name, dcl
			}
			// Dimensions are written from the outside in, as they are counted.
			for _, d := range u.Dims {
				if d.Fixed >= 0 {
					dcl += "[" + strconv.FormatInt(d.Fixed, 10) + "]"
				} else {
					dcl += "[]"
				}
			}
			if u.Const {
				base, dcl = p.split(u.Elem, dcl)
				return constBase(u.Elem, base, dcl)
			}
			t = u.Elem
		case *tree.Func:
			var params []string
			for _, q := range u.Params {
				params = append(params, p.declare(q.Declared, q.Name))
			}
			if u.Variadic {
				params = append(params, "...")
			}
			if len(params) == 0 {
				params = []string{"void"}
			}
			dcl += "(" + strings.Join(params, ", ") + ")"
			t = u.Ret
		default:
			return p.typeName(t), dcl
		}
	}
}

// constBase puts const where it belongs: before a base type, but behind the
// star of a pointer that is const itself.
func constBase(elem tree.Type, base, dcl string) (string, string) {
	if ptr, ok := elem.(*tree.Pointer); ok && ptr.Alias == nil {
		// dcl is "*" for elem, then what points to it.
		i := strings.LastIndex(dcl, "**")
		if i >= 0 {
			return base, dcl[:i+1] + " const " + dcl[i+1:]
		}
		return base, dcl
	}
	return "const " + base, dcl
}

// typeName names a type that needs no declarator. Bodies of types without a
// declaration of their own are written out where they are met first.
func (p *printer) typeName(t tree.Type) string {
	switch t := t.(type) {
	case *tree.Struct:
		return p.tagName(t, &t.Head, "struct", t.Typedef, t.Complete, func() string { return p.structBody(t) })
	case *tree.Union:
		if t.Encapsulated {
			return p.tagName(t, &t.Head, "union", t.Typedef, t.Complete, func() string { return p.unionBody(t) })
		}
		return p.tagName(t, &t.Head, "union", t.Typedef, t.Complete, func() string { return p.unionBody(t) })
	case *tree.Enum:
		return p.tagName(t, &t.Head, "enum", t.Typedef, t.Complete, func() string { return p.enumBody(t) })
	case *tree.SafeArray:
		return "SAFEARRAY(" + p.declare(t.Elem, "") + ")"
	case *tree.Pipe:
		if t.Alias != nil {
			return t.Alias.Name
		}
		return "pipe " + p.declare(t.Elem, "")
	case *tree.Interface:
		return t.Name
	}
	return t.String()
}

// tagName writes struct, union or enum with its tag, its typedef's name, or
// its body.
func (p *printer) tagName(t any, h *tree.Head, word string, td *tree.Alias, complete bool, body func() string) string {
	mine := h.File == p.file && complete && !p.done[t]
	switch {
	// It has a declaration of its own, here or elsewhere.
	case h.Name != "" && (p.inner[t] || !mine):
		return word + " " + h.Name
	// Only its typedef names it.
	case td != nil && (td.File != p.file || p.done[t]):
		return td.Name
	case p.done[t] && h.Name == "" && td == nil:
		delete(p.done, t) // nothing names it: it must be written out again
	}
	p.done[t] = true
	if h.Name != "" {
		word += " " + h.Name
	}
	return word + body()
}

// inside writes the lines of a body.
func (p *printer) inside(lines []string) string {
	tab := strings.Repeat("\t", p.indent+1)
	var b strings.Builder
	b.WriteString(" {\n")
	for _, l := range lines {
		b.WriteString(tab + l + "\n")
	}
	b.WriteString(strings.Repeat("\t", p.indent) + "}")
	return b.String()
}

// docLines makes the lines of a comment inside of a body.
func (p *printer) docLines(text string) []string {
	if text == "" {
		return nil
	}
	var out []string
	for _, l := range strings.Split(text, "\n") {
		out = append(out, strings.TrimRight("// "+strings.TrimRight(l, "\\ "), " "))
	}
	return out
}

// structBody writes the fields of a struct.
func (p *printer) structBody(s *tree.Struct) string {
	var lines []string
	p.indent++
	for _, f := range s.Fields {
		lines = append(lines, p.docLines(f.Doc)...)
		lines = append(lines, p.field(f)+";")
	}
	p.indent--
	return p.inside(lines)
}

// field writes a field without its semicolon.
func (p *printer) field(f *tree.Field) string {
	s := p.typeAttrs(&f.Head, f.Type, f.Declared, held) + p.declare(f.Declared, f.Name)
	if f.Bits >= 0 {
		s += " : " + strconv.Itoa(f.Bits)
	}
	return s
}

// unionBody writes the arms of a union, and before them the discriminant of an
// encapsulated one.
func (p *printer) unionBody(u *tree.Union) string {
	var lines []string
	p.indent++
	for _, a := range u.Arms {
		lines = append(lines, p.docLines(a.Field.Doc)...)
		lines = append(lines, p.arm(u, a)...)
	}
	p.indent--
	head := ""
	if u.Encapsulated {
		head = " switch (" + p.declare(u.SwitchType, u.SwitchName) + ") " + u.UnionName
	}
	return head + p.inside(lines)
}

// arm writes an arm in the way of its union: case labels or attributes.
func (p *printer) arm(u *tree.Union, a *tree.Arm) []string {
	var cases []string
	for _, c := range a.Cases {
		cases = append(cases, c.Expr.String())
	}
	f := *a.Field
	f.Attrs = without(f.Attrs, "case", "default")
	body := ""
	if f.Type != nil {
		if u.Encapsulated {
			p.indent++ // members stand behind their labels
		}
		body = p.field(&f)
		if u.Encapsulated {
			p.indent--
		}
	}
	if u.Encapsulated {
		var lines []string
		for _, c := range cases {
			lines = append(lines, "case "+c+":")
		}
		if a.Default {
			lines = append(lines, "default:")
		}
		return append(lines, "\t"+body+";")
	}
	if a.Default {
		body = strings.TrimSpace("[default] " + body)
	} else if len(cases) > 0 {
		body = strings.TrimSpace("[case(" + strings.Join(cases, ", ") + ")] " + body)
	}
	return []string{body + ";"}
}

// enumBody writes the members of an enum, each with its value.
func (p *printer) enumBody(e *tree.Enum) string {
	var lines []string
	for _, m := range e.Members {
		lines = append(lines, p.docLines(m.Doc)...)
		lines = append(lines, p.attrs(&m.Head, nil)+m.Name+" = "+strconv.FormatInt(m.Value, 10)+",")
	}
	return p.inside(lines)
}

// alias writes a typedef.
func (p *printer) alias(a *tree.Alias) {
	if first := namelessTypedef(a.Target); first != nil && first != a && first.File == p.file && !p.done[first.Target] {
		p.alias(first)
	}
	if p.done[a] {
		return
	}
	p.done[a] = true
	var extra []string
	// What was written on the typedef and belongs to a body without a tag of
	// its own is said here; a tag's declaration says it itself.
	if e, ok := a.Target.(*tree.Enum); ok && e.V1 && e.Name == "" {
		extra = append(extra, "v1_enum")
	}
	if u, ok := a.Target.(*tree.Union); ok && u.SwitchType != nil && !u.Encapsulated && u.Name == "" {
		extra = append(extra, "switch_type("+p.declare(u.SwitchType, "")+")")
	}
	h := a.Head
	h.Attrs = without(h.Attrs, "v1_enum")
	if len(extra) > 0 {
		h.Attrs = without(h.Attrs, "switch_type")
	}
	if k := kindNames[a.Kind]; k != "" {
		extra = append(extra, k)
	}
	if a.IsString {
		extra = append(extra, "string")
	}
	if r := rangeOf(&h); r != "" {
		extra = append(extra, r)
	}
	if x := a.Xmit; x != nil && (x.Kind == tree.WireMarshal || x.Kind == tree.TransmitAs) {
		name := map[tree.XmitKind]string{tree.WireMarshal: "wire_marshal", tree.TransmitAs: "transmit_as"}[x.Kind]
		extra = append(extra, name+"("+p.declare(x.Type, "")+")")
	}
	attrs := p.attrs(&h, extra)
	// One comment before `typedef struct tag {...} name` is said once.
	if d, ok := a.Target.(tree.Decl); !ok || d.Header().Doc != a.Doc {
		p.doc(a.Doc)
	}
	body := a.Target
	if s, ok := body.(*tree.Struct); ok && (s.Name != "" || s.Typedef != a) {
		body = nil // printed by itself
	}
	p.packed(body, func() { p.linef("typedef %s%s;", attrs, p.declare(a.Target, a.Name)) })
}

// namelessTypedef returns the typedef that names the struct, union or enum
// without a tag inside t.
func namelessTypedef(t tree.Type) *tree.Alias {
	for {
		switch u := t.(type) {
		case *tree.Pointer:
			t = u.Elem
		case *tree.Array:
			t = u.Elem
		case *tree.Struct:
			if u.Name == "" {
				return u.Typedef
			}
			return nil
		case *tree.Union:
			if u.Name == "" {
				return u.Typedef
			}
			return nil
		case *tree.Enum:
			if u.Name == "" {
				return u.Typedef
			}
			return nil
		default:
			return nil
		}
	}
}

// tag writes a struct, union or enum that is declared by itself.
func (p *printer) tag(d tree.Decl) {
	h := d.Header()
	p.done[d] = true
	var extra []string
	word, body := "", ""
	switch t := d.(type) {
	case *tree.Struct:
		word, body = "struct", p.structBody(t)
	case *tree.Union:
		word, body = "union", p.unionBody(t)
		if t.SwitchType != nil && !t.Encapsulated {
			extra = append(extra, "switch_type("+p.declare(t.SwitchType, "")+")")
		}
	case *tree.Enum:
		word, body = "enum", p.enumBody(t)
		if t.V1 {
			extra = append(extra, "v1_enum")
		}
	}
	c := *h
	c.Attrs = without(c.Attrs, "v1_enum", "switch_type")
	p.doc(h.Doc)
	if h.Name != "" {
		word += " " + h.Name
	}
	p.packed(d, func() { p.linef("%s%s%s;", p.attrs(&c, extra), word, body) })
}

// packed writes a struct between the pragmas that its layout in C needs.
func (p *printer) packed(t any, write func()) {
	s, ok := t.(*tree.Struct)
	if !ok || s.Pack == 0 {
		write()
		return
	}
	p.linef("#pragma pack(push, %d)", s.Pack)
	write()
	p.linef("#pragma pack(pop)")
}
