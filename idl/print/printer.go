package print

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"oxid/idl/tree"
)

// IDL writes f in normal form.
func IDL(w io.Writer, f *tree.File) error {
	p := &printer{file: f, inner: map[any]bool{}, done: map[any]bool{}}
	p.collect()
	for _, im := range f.Imports {
		p.linef("import \"%s\";", im.Name) // no escapes: it is a path
	}
	if len(f.Imports) > 0 {
		p.blank()
	}
	p.forwards()
	p.decls(f.Decls)
	p.trim()
	_, err := w.Write(p.b.Bytes())
	return err
}

// printer collects the text of one file.
type printer struct {
	b      bytes.Buffer
	file   *tree.File
	indent int
	// inner tells which structs, unions and enums have a declaration of their
	// own; the others are printed where they are used first.
	inner map[any]bool
	done  map[any]bool // bodies that were printed
}

// linef writes a line at the current indentation.
func (p *printer) linef(format string, args ...any) {
	p.b.WriteString(strings.Repeat("\t", p.indent))
	fmt.Fprintf(&p.b, format, args...)
	p.b.WriteByte('\n')
}

// blank parts items; there are never two blank lines in a row.
func (p *printer) blank() {
	if s := p.b.Bytes(); len(s) > 0 && !bytes.HasSuffix(s, []byte("\n\n")) && !bytes.HasSuffix(s, []byte("{\n")) {
		p.b.WriteByte('\n')
	}
}

// trim takes blank lines off the end.
func (p *printer) trim() {
	n := p.b.Len()
	for n > 1 && p.b.Bytes()[n-2] == '\n' {
		n--
	}
	p.b.Truncate(n)
}

// doc writes a comment before what it describes.
func (p *printer) doc(text string) {
	if text == "" {
		return
	}
	for _, l := range strings.Split(text, "\n") {
		// A backslash at the end would join the next line.
		l = strings.TrimRight(l, "\\ ")
		p.linef("%s", strings.TrimRight("// "+l, " "))
	}
}

// collect notes the tags that are declared by themselves.
func (p *printer) collect() {
	var note func(ds []tree.Decl)
	note = func(ds []tree.Decl) {
		for _, d := range ds {
			switch d := d.(type) {
			case *tree.Struct, *tree.Union, *tree.Enum:
				p.inner[d] = true
			case *tree.Interface:
				note(d.Decls)
			}
		}
	}
	for d := range p.file.AllDecls() {
		note([]tree.Decl{d})
	}
}

// decls writes declarations one after the other.
func (p *printer) decls(ds []tree.Decl) {
	for _, d := range ds {
		p.decl(d)
	}
}

// decl writes any declaration.
func (p *printer) decl(d tree.Decl) {
	switch d := d.(type) {
	case *tree.CppQuote:
		p.linef("cpp_quote(%s)", quote(d.Text))
	case *tree.MidlPragma:
		p.linef("midl_pragma %s", d.Text)
	case *tree.ImportLib:
		p.linef("importlib(%s);", quote(d.Name))
	case *tree.Const:
		p.doc(d.Doc)
		// A pointer to const has the word already.
		typ := strings.TrimPrefix(p.declare(d.Type, d.Name), "const ")
		p.linef("%sconst %s = %s;", p.attrs(&d.Head, nil), typ, constant(d.Value))
	case *tree.Alias:
		p.alias(d)
	case *tree.Struct, *tree.Union, *tree.Enum:
		p.tag(d)
	case *tree.Interface:
		p.iface(d)
	case *tree.Dispinterface:
		p.disp(d)
	case *tree.Coclass:
		p.coclass(d)
	case *tree.Module:
		p.module(d)
	case *tree.Library:
		p.library(d)
	case *tree.Function:
		p.doc(d.Doc)
		if d.Type != nil {
			p.linef("%s;", p.declare(d.Type, d.Name))
		}
	case *tree.Namespace:
		p.blank()
		p.linef("namespace %s", d.Name)
		p.block(func() { p.decls(d.Decls) })
	case *tree.WinRT:
		p.linef("// %s", strings.TrimSpace(winrtWords[d.Kind]+" "+d.Name))
	}
}

// winrtWords are the keywords of the Windows Runtime's declarations.
var winrtWords = map[tree.WinRTKind]string{
	tree.RuntimeClass: "runtimeclass", tree.Delegate: "delegate", tree.APIContract: "apicontract",
	tree.AttributeDecl: "attribute", tree.Declare: "declare",
}

// block writes a body in braces.
func (p *printer) block(body func()) {
	p.linef("{")
	p.indent++
	body()
	p.indent--
	p.trim()
	p.linef("}")
	p.blank()
}

// lead writes comment and attributes of a block.
func (p *printer) lead(h *tree.Head, extra []string) {
	p.blank()
	p.doc(h.Doc)
	if a := strings.TrimSpace(p.attrs(h, extra)); a != "" {
		p.linef("%s", a)
	}
}

// library writes a library block.
func (p *printer) library(l *tree.Library) {
	p.lead(&l.Head, nil)
	p.linef("library %s", l.Name)
	p.block(func() {
		for _, i := range l.ImportLibs {
			p.linef("importlib(%s);", quote(i.Name))
		}
		for _, r := range l.Refs {
			word := "interface"
			if _, ok := r.(*tree.Dispinterface); ok {
				word = "dispinterface"
			}
			p.linef("%s %s;", word, r.Header().Name)
		}
		p.decls(l.Decls)
	})
}

// coclass writes a class with its interfaces.
func (p *printer) coclass(c *tree.Coclass) {
	p.lead(&c.Head, nil)
	p.linef("coclass %s", c.Name)
	p.block(func() {
		for _, i := range c.Ifaces {
			word, name := "interface", ""
			if i.Interface != nil {
				name = i.Interface.Name
			} else {
				word, name = "dispinterface", i.Disp.Name
			}
			p.linef("%s%s %s;", p.attrs(&tree.Head{Attrs: i.Attrs}, nil), word, name)
		}
	})
}

// module writes a module: constants, then functions.
func (p *printer) module(m *tree.Module) {
	p.lead(&m.Head, nil)
	p.linef("module %s", m.Name)
	p.block(func() {
		for _, k := range m.Consts {
			p.decl(k)
		}
		for _, f := range m.Funcs {
			p.method(f)
		}
	})
}

// disp writes a dispinterface in the form in which it was declared.
func (p *printer) disp(d *tree.Dispinterface) {
	p.lead(&d.Head, nil)
	p.linef("dispinterface %s", d.Name)
	p.block(func() {
		if d.Interface != nil {
			p.linef("interface %s;", d.Interface.Name)
			return
		}
		p.linef("properties:")
		for _, x := range d.Props {
			p.doc(x.Doc)
			p.linef("%s%s;", p.attrs(&x.Head, nil), p.declare(x.Type, x.Name))
		}
		p.linef("methods:")
		for _, m := range d.Methods {
			p.method(m)
		}
	})
}
