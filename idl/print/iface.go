package print

import (
	"fmt"
	"strings"

	"oxid/idl/tree"
)

// kindNames are the attributes of pointer kinds.
var kindNames = map[tree.PtrKind]string{tree.Ref: "ref", tree.Unique: "unique", tree.Full: "ptr"}

// iface writes an interface: types first, then methods, then callbacks.
func (p *printer) iface(i *tree.Interface) {
	base := ""
	if i.Base != nil {
		base = " : " + i.Base.Name
	}
	if i.WinRT {
		p.linef("// interface %s%s", i.Name, base)
		return
	}
	p.lead(&i.Head, []string{"pointer_default(" + kindNames[i.PointerDefault] + ")"})
	p.linef("interface %s%s", i.Name, base)
	p.block(func() {
		p.decls(i.Decls)
		if len(i.Decls) > 0 {
			p.blank()
		}
		for _, m := range i.Methods {
			p.method(m)
		}
		for _, m := range i.Callbacks {
			p.method(m)
		}
	})
	if a := i.Async; a != nil {
		p.linef("// interface %s {%s} with %d methods", a.Name, a.UUID, len(a.Methods))
		p.blank()
	}
}

// method writes a method on one line, or with a line for each parameter when
// there are many.
func (p *printer) method(m *tree.Method) {
	p.doc(m.Doc)
	attrs := p.typeAttrs(&m.Head, m.Ret, m.RetDeclared, returned)
	if a := strings.TrimSpace(attrs); a != "" {
		p.linef("%s", a)
	}
	var params []string
	for _, q := range m.Params {
		params = append(params, p.param(q))
	}
	list := strings.Join(params, ", ")
	if len(params) > 2 || len(list) > 80 {
		tab := "\n" + strings.Repeat("\t", p.indent+1)
		list = tab + strings.Join(params, ","+tab)
	}
	if len(params) == 0 {
		list = "void"
	}
	conv := ""
	if m.CallConv != "" {
		conv = m.CallConv + " "
	}
	p.linef("%s(%s);%s", p.declare(m.RetDeclared, conv+m.Name), list, note(m))
}

// note is the comment that tells where a method stands.
func note(m *tree.Method) string {
	var parts []string
	switch {
	// Methods of dispinterfaces and modules have no numbers of this kind.
	case m.Interface == nil:
	case m.Callback:
		parts = append(parts, fmt.Sprintf("callback %d", m.Op))
	case m.OnWire:
		parts = append(parts, fmt.Sprintf("op %d", m.Op))
	case m.Slot >= 0:
		parts = append(parts, fmt.Sprintf("slot %d", m.Slot))
	case m.Local:
		parts = append(parts, "no op")
	}
	if m.CallAs != nil {
		parts = append(parts, "for "+m.CallAs.Name)
	}
	if m.Remote != nil {
		parts = append(parts, "sent as "+m.Remote.Name)
	}
	if m.Problem != "" {
		parts = append(parts, "cannot travel")
	}
	if len(parts) == 0 {
		return ""
	}
	return " // " + strings.Join(parts, ", ")
}

// param writes a parameter; its directions are always said.
func (p *printer) param(q *tree.Param) string {
	var dir []string
	if q.In {
		dir = append(dir, "in")
	}
	if q.Out {
		dir = append(dir, "out")
	}
	h := q.Head
	h.Attrs = without(h.Attrs, "in", "out")
	return p.typeAttrs(&h, q.Type, q.Declared, passed, dir...) + p.declare(q.Declared, q.Name)
}

// without returns attributes without those of the given names.
func without(as tree.Attrs, names ...string) tree.Attrs {
	var out tree.Attrs
next:
	for _, a := range as {
		for _, n := range names {
			if a.Name == n {
				continue next
			}
		}
		out = append(out, a)
	}
	return out
}

// forwards announces interfaces that are used before they are declared, and
// those that are never declared.
func (p *printer) forwards() {
	r := &refs{printer: p, declared: map[*tree.Interface]bool{}, named: map[*tree.Interface]bool{}, seen: map[any]bool{}}
	for d := range p.file.AllDecls() {
		r.decl(d)
	}
	for _, i := range r.order {
		p.linef("interface %s;", i.Name)
	}
	if len(r.order) > 0 {
		p.blank()
	}
}

// refs finds interfaces that are named before their declaration.
type refs struct {
	*printer
	declared, named map[*tree.Interface]bool
	order           []*tree.Interface
	seen            map[any]bool
}

// name notes an interface of this file that is not declared yet.
func (r *refs) name(i *tree.Interface) {
	if i == nil || r.declared[i] || r.named[i] || i.File != r.file || i.WinRT {
		return
	}
	r.named[i] = true
	r.order = append(r.order, i)
}

// decl looks at everything that a declaration names, in the order of printing.
func (r *refs) decl(d tree.Decl) {
	switch d := d.(type) {
	case *tree.Alias:
		r.typ(d.Target)
	case *tree.Struct:
		r.typ(d)
	case *tree.Union:
		r.typ(d)
	case *tree.Interface:
		if d.WinRT {
			return
		}
		r.name(d.Base)
		r.declared[d] = true
		for _, in := range d.Decls {
			r.decl(in)
		}
		for _, m := range d.Methods {
			r.method(m)
		}
		for _, m := range d.Callbacks {
			r.method(m)
		}
	case *tree.Dispinterface:
		r.name(d.Interface)
		for _, x := range d.Props {
			r.typ(x.Type)
		}
		for _, m := range d.Methods {
			r.method(m)
		}
	case *tree.Function:
		if d.Type != nil {
			r.typ(d.Type)
		}
	case *tree.Module:
		for _, m := range d.Funcs {
			r.method(m)
		}
	case *tree.Coclass:
		for _, ci := range d.Ifaces {
			r.name(ci.Interface)
		}
	}
}

// method looks at what a method names.
func (r *refs) method(m *tree.Method) {
	r.typ(m.RetDeclared)
	for _, q := range m.Params {
		r.typ(q.Declared)
	}
}

// typ looks at a declared type. Bodies are looked into once.
func (r *refs) typ(t tree.Type) {
	switch t := t.(type) {
	case *tree.Interface:
		r.name(t)
	case *tree.InterfacePtr:
		r.name(t.Interface)
	case *tree.Pointer:
		r.typ(t.Elem)
	case *tree.Array:
		r.typ(t.Elem)
	case *tree.SafeArray:
		r.typ(t.Elem)
	case *tree.Pipe:
		r.typ(t.Elem)
	case *tree.Func:
		r.typ(t.Ret)
		for _, q := range t.Params {
			r.typ(q.Declared)
		}
	case *tree.Struct:
		if !r.seen[t] {
			r.seen[t] = true
			for _, f := range t.Fields {
				r.typ(f.Declared)
			}
		}
	case *tree.Union:
		if !r.seen[t] {
			r.seen[t] = true
			for _, a := range t.Arms {
				r.typ(a.Field.Declared)
			}
		}
	}
}
