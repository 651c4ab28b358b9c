package gen

import (
	"slices"
	"strings"

	"oxid/idl/tree"
)

// printObjects prints the object interfaces of a file: their Go types, their
// registration, and their proxies and stubs.
func (p *printer) printObjects(its []*iface) {
	its = slices.DeleteFunc(its, func(it *iface) bool { return it.typed && it.i.Local })
	if len(its) == 0 {
		return
	}
	for _, it := range its {
		// The types come first and together: they are what people read.
		if !it.typed {
			p.printIfaceType(it)
		}
	}
	p.printDescs(its)
	for _, it := range its {
		if !it.typed {
			p.line("// %s gives a class the interface %s.", it.expose, it.name)
			p.line("func %s(s *com.ClassSpec) { com.Expose[%s](s) }\n", it.expose, it.name)
		}
	}
	p.printBaseAliases(its)
	for _, it := range its {
		if !it.i.Local {
			p.wide = wideEnums(it.i)
			p.printProxy(it)
			p.printStub(it)
			p.wide = false
		}
	}
}

// wideEnums reports whether the parameters of i that are enumerations have 32
// bits on the wire. Whoever describes such an interface by a type library, and
// that is nearly everybody, has it marshaled by that description, which knows no
// enumerations of 16 bits: it carries them as long.
func wideEnums(i *tree.Interface) bool {
	return i.OleAutomation && !parseDirectives(i.Doc).enum16
}

// printIfaceType prints the Go interface.
func (p *printer) printIfaceType(it *iface) {
	p.doc(it.i.Header(), it.name)
	p.line("type %s interface {", it.name)
	if b := it.i.Base; b != nil && !isIUnknown(b) {
		x := p.ifaces[b]
		switch {
		// The base exists in Go already.
		case x.pkg == nil || x.typed:
			p.line("%s", p.qual(x.typeImport, x.name))
		default:
			p.line("%s", p.inPackage(x.pkg, x.name))
		}
	}
	p.ifaceMethods(it)
	p.line("}\n")
}

// ifaceMethods prints the methods of a Go interface. Where one is missing, a
// comment says so: whoever looks for it looks here.
func (p *printer) ifaceMethods(it *iface) {
	for _, m := range it.methods {
		if m.silent {
			continue
		}
		if m.why != "" {
			p.line("// %s is not here: %s.", wireName(m.decl), strings.Map(printable, m.why))
			continue
		}
		h := m.decl.Header()
		if len(docLines(h, "")) == 0 {
			h = m.m.Header()
		}
		p.doc(h, "")
		if d := defaults(m.decl); d != "" {
			p.line("// %s", strings.Map(printable, d))
		}
		p.line("%s%s", m.name, p.signature(m))
	}
}

// defaults tells what callers of other languages may leave out: Go has no such
// arguments, but whoever writes them wants to know.
func defaults(m *tree.Method) string {
	var list []string
	for _, a := range m.Params {
		if a.Default != nil {
			list = append(list, unexported(a.Name)+" = "+a.Default.String())
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "Defaults: " + strings.Join(list, ", ") + "."
}

// wireName is the name of a method for errors and traces.
func wireName(m *tree.Method) string {
	switch m.Prop {
	case tree.PropGet:
		return "get_" + m.Name
	case tree.PropPut:
		return "put_" + m.Name
	case tree.PropPutRef:
		return "putref_" + m.Name
	}
	return m.Name
}

// printDescs prints the registration of interfaces.
func (p *printer) printDescs(its []*iface) {
	p.line("// Descriptors of the interfaces, registered for proxies, stubs and queries.")
	p.line("var (")
	for _, it := range its {
		i := it.i
		// Somebody else has registered it, without the code that needs an encoding.
		if it.typed {
			p.line("_ = %s.Provide(", p.qual(it.descImport, it.desc))
			p.line("func() (any, *com.Proxy) { p := new(%s); return p, &p.Proxy },", it.proxy)
			p.line("func() com.IRpcStubBuffer { return new(%s) },", it.stub)
			p.line(")")
			continue
		}
		p.line("%s = com.Register[%s](com.Desc{", it.desc, it.name)
		base := ""
		if b := i.Base; b != nil && !isIUnknown(b) {
			x := p.ifaces[b]
			if x.pkg == nil || x.typed {
				base = ", Base: " + p.qual(x.descImport, x.desc)
			} else {
				base = ", Base: " + p.inPackage(x.pkg, x.desc)
			}
		}
		p.line("IID: %s, Name: %q%s,", it.iid, i.Name, base)
		// All slots have names, those of refused and local methods as well: the
		// numbers of the others count on them.
		var names, inputSync []string
		for _, m := range i.Methods {
			if m.CallAs == nil || m.CallAs.Interface != i {
				names = append(names, `"`+wireName(m)+`"`)
				if m.Attrs.Has("input_sync") {
					inputSync = append(inputSync, names[len(names)-1])
				}
			}
		}
		if len(names) > 0 {
			p.line("Methods: []string{%s},", wrapped(names))
		}
		if len(inputSync) > 0 {
			p.line("InputSync: []string{%s},", wrapped(inputSync))
		}
		if i.Local {
			p.line("Local: true,")
		} else {
			p.line("NewProxy: func() (any, *com.Proxy) { p := new(%s); return p, &p.Proxy },", it.proxy)
			p.line("NewStub: func() com.IRpcStubBuffer { return new(%s) },", it.stub)
			p.line("SetLocal: func(itf, v any) bool { return itf.(*%s).COMSetLocal(v) },", it.proxy)
		}
		p.line("})")
	}
	p.line(")\n")
}

// wrapped joins list elements, a few to a line.
func wrapped(items []string) string {
	var b strings.Builder
	width := 0
	for i, s := range items {
		if i > 0 {
			b.WriteString(",")
			if width += len(s) + 2; width > 100 {
				b.WriteString("\n")
				width = len(s)
			} else {
				b.WriteString(" ")
			}
		} else {
			width = len(s)
		}
		b.WriteString(s)
	}
	return b.String()
}

// printBaseAliases makes proxies and stubs available to the code of derived
// interfaces in other packages, and to nobody else: the prefix COM says so.
func (p *printer) printBaseAliases(its []*iface) {
	first := true
	// Proxies and stubs are unexported, so that nobody asks for one by its type;
	// but a derived interface elsewhere has to embed them.
	for _, it := range its {
		if it.i.Local {
			continue
		}
		if first {
			p.line("// For generated code of interfaces that are derived from these.")
			p.line("type (")
			first = false
		}
		p.line("%s = %s", it.proxyAlias, it.proxy)
		p.line("%s = %s", it.stubAlias, it.stub)
	}
	if !first {
		p.line(")\n")
	}
}
