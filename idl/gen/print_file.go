package gen

import (
	"oxid/com"
	"oxid/idl/tree"
)

// printFile prints the Go file of one IDL file.
func (g *generator) printFile(pk *pkg, f *tree.File) ([]byte, error) {
	p := g.newPrinter(pk, f)
	p.use(comPath)
	p.line("const _ = com.GeneratedV1 // this code fits the runtime that it is compiled with\n")
	// In the order in which a reader wants to know things: what it is called, what
	// it looks like, and last how it gets over the wire.
	p.printIdentifiers()
	p.printConsts()
	for d := range f.AllDecls() {
		p.printDispIDs(d)
	}
	for d := range f.AllDecls() {
		p.printAliasesOf(d)
	}
	for _, t := range pk.types[f] {
		// Whoever needs it has been refused and says why.
		if p.refused[t] != "" {
			continue
		}
		switch x := t.(type) {
		case *tree.Enum:
			p.printEnum(x)
		case *tree.Struct:
			p.printStruct(x)
		case *tree.Union:
			p.printUnion(x)
		}
	}
	var objects, plain []*iface
	for i := range g.interfaces(f) {
		it := g.ifaces[i]
		if it == nil || it.pkg != pk {
			continue
		}
		// Here and not before: only of files that are printed.
		g.report(it)
		switch {
		case it.why != "" || i.WinRT:
		case i.Object:
			objects = append(objects, it)
		default:
			plain = append(plain, it)
		}
	}
	p.printObjects(objects)
	p.printPlain(plain)
	return p.finish()
}

// printAliasesOf prints the typedefs of one declaration, which in an interface
// may be several.
func (p *printer) printAliasesOf(d tree.Decl) {
	switch x := d.(type) {
	case *tree.Alias:
		p.printAlias(x)
	case *tree.Interface:
		for _, in := range x.Decls {
			if a, ok := in.(*tree.Alias); ok && x.Complete {
				p.printAlias(a)
			}
		}
	}
}

// printIdentifiers prints the GUIDs that the file gives names to.
func (p *printer) printIdentifiers() {
	first := true
	add := func(name string, id com.GUID) {
		if first {
			p.line("// Identifiers of %s.", baseName(p.file))
			p.line("var (")
			first = false
		}
		p.line("%s = com.MustGUID(%q)", name, id.String())
	}
	for d := range p.file.AllDecls() {
		switch x := d.(type) {
		case *tree.Interface:
			if it := p.ifaces[x]; it != nil && it.pkg == p.pkg && x.Object && x.HasUUID && !it.typed {
				add(it.iid, x.UUID)
			}
		case *tree.Dispinterface, *tree.Library, *tree.Coclass:
			if name := p.names[x]; name != "" {
				add(name, uuidOf(x))
			}
		}
	}
	if !first {
		p.line(")\n")
	}
}

// uuidOf is the identifier of a declaration other than an interface.
func uuidOf(d tree.Decl) com.GUID {
	switch x := d.(type) {
	case *tree.Dispinterface:
		return x.UUID
	case *tree.Library:
		return x.UUID
	case *tree.Coclass:
		return x.UUID
	}
	return com.GUID{}
}
