package gen

import (
	"oxid/com"
	"oxid/idl/tree"
)

// A description has one space of names for types and one for values, without
// regard to what Go makes of them: point and Point are two structures, red is a
// constant that Go could not export. All names that a package will need are
// therefore handed out before anything is printed, in the order of the files, so
// that the same input has the same names and an importing package knows them.

// iface is what printing knows of an interface: its Go names and where its
// code is.
type iface struct {
	i   *tree.Interface
	pkg *pkg // where it is generated; nil for one that exists in Go already
	// outside are the packages of an interface that exists already: that of
	// the Go type, of its descriptor, and of its proxy and stub.
	typeImport, descImport, implImport string

	name, desc        string // the Go type, its descriptor
	proxy, stub       string // struct types inside the package
	proxyAlias        string // the same for derived interfaces in other packages
	stubAlias         string
	iid, expose       string
	client, server    string // plain RPC: client type, function that serves
	newClient, syntax string
	handler           string
	methods           []*method
	why               string // the reason why nothing is generated, "" for none
	typed             bool   // oxid:type: the Go type exists, proxy and stub do not
	used              *scope // names of Go methods, those of bases included
	planned           bool
}

// declareAll gives every declaration of every package its Go name. It looks at
// whole packages, whether they are printed or not: one that imports another
// must know the other's names.
func (g *generator) declareAll() {
	g.names = map[any]string{}
	g.ifaces = map[*tree.Interface]*iface{}
	g.dispIDs = map[tree.Decl][]dispID{}
	g.refused = map[tree.Type]string{}
	g.inStruct = map[tree.Type]bool{}
	// The order matters: names that collide get an underscore, and it should be
	// the derived ones that do.
	for _, p := range g.packages {
		p.scope = newScope()
		p.types = map[*tree.File][]tree.Type{}
		for _, f := range p.files {
			g.declareTypes(p, f)
		}
		for _, f := range p.files {
			g.declareValues(p, f)
		}
		for _, f := range p.files {
			for i := range g.interfaces(f) {
				if d := g.dispOf[i]; d != nil {
					g.names[i] = p.scope.take(exported(d.Name))
				}
				g.declareInterface(p, i)
			}
		}
	}
}

// declareTypes names structures, unions, enumerations, aliases and interfaces:
// what an IDL file's reader knows by name, so they get their names first.
func (g *generator) declareTypes(p *pkg, f *tree.File) {
	d := &declarer{g, p, f}
	for decl := range f.AllDecls() {
		d.decl(decl)
	}
	for decl := range f.AllDecls() { // types that only methods mention
		if i, ok := decl.(*tree.Interface); ok {
			for _, m := range i.Methods {
				for _, pa := range m.Params {
					d.typ(pa.Type, exported(m.Name)+"_"+exported(pa.Name))
				}
			}
		}
	}
}

// declarer names the types of one file.
type declarer struct {
	*generator
	p *pkg
	f *tree.File
}

// decl names one declaration, and those inside an interface's body: in C they
// are outside of it, and so they are in Go.
func (d *declarer) decl(decl tree.Decl) {
	switch x := decl.(type) {
	case *tree.Struct, *tree.Union, *tree.Enum:
		d.typ(decl.(tree.Type), "")
	case *tree.Alias:
		d.alias(x)
	case *tree.Interface:
		if _, done := d.names[x]; done || !x.Complete {
			return
		}
		d.names[x] = d.p.scope.take(exported(x.Name))
		for _, in := range x.Decls {
			d.decl(in)
		}
	}
}

// alias names a typedef: the structure it is the name of, or itself when there
// is something in Go that it can be another name of.
func (d *declarer) alias(a *tree.Alias) {
	d.typ(a.Target, exported(a.Name))
	if a.Xmit != nil {
		d.typ(a.Xmit.Type, exported(a.Name)+"_wire")
	}
	if d.names[a] != "" || a.Target == nil {
		return
	}
	// typedef struct _POINT {...} POINT: one type in Go, called POINT.
	if n, ok := d.names[a.Target]; ok && typedefOf(a.Target) == a {
		d.names[a] = n
		return
	}
	if aliasPrintable(a) {
		d.names[a] = d.p.scope.take(exported(a.Name))
	}
}

// aliasPrintable reports whether Go can have an alias of the same meaning:
// those of pointers, arrays and unions depend on where they stand.
func aliasPrintable(a *tree.Alias) bool {
	if a.Xmit != nil || builtinAlias(a) != nil || numberOf(a) != nil {
		return false
	}
	switch t := a.Target.(type) {
	case *tree.Basic:
		if standardFile(a.File) {
			return false // everybody's DWORD is uint32
		}
		return t.Kind != tree.Void && t.Kind != tree.Handle && t.Kind < tree.LongDouble
	case *tree.Alias:
		return !standardFile(a.File) || aliasPrintable(t)
	case *tree.Enum, *tree.ContextHandle:
		return true
	case *tree.Struct:
		if _, own := goTypeOf(t); own != "" {
			return false // it has a name
		}
		return t.Complete && !isCurrency(t) && !isDecimal(t) && !(isGUID(t) && standardFile(a.File))
	case *tree.Union:
		return t.Encapsulated
	}
	return false
}

// typ names t and the types inside it that belong to the file and have no name
// yet. fallback is the name for those without one in the IDL.
func (d *declarer) typ(t tree.Type, fallback string) {
	switch x := t.(type) {
	case *tree.Struct:
		if !d.own(x.Header(), x.Complete, t) {
			return
		}
		d.take(t, x.Header(), x.Typedef, fallback)
		d.p.types[d.f] = append(d.p.types[d.f], t)
		d.declareFields(x)
		// A structure without a name inside another one is called after its field.
		for _, f := range x.Fields {
			d.typ(f.Type, d.names[t]+"_"+d.names[f])
		}
	case *tree.Union:
		if !d.own(x.Header(), x.Complete, t) {
			return
		}
		d.take(t, x.Header(), x.Typedef, fallback)
		d.p.types[d.f] = append(d.p.types[d.f], t)
		for _, a := range x.Arms {
			if a.Field != nil && a.Field.Type != nil {
				d.typ(a.Field.Type, d.names[t]+"_"+exported(a.Field.Name))
			}
		}
	case *tree.Enum:
		if !d.own(x.Header(), x.Complete, t) {
			return
		}
		if x.Name != "" || x.Typedef != nil {
			d.take(t, x.Header(), x.Typedef, fallback)
		} else {
			d.names[t] = "" // its members are plain numbers
		}
		d.p.types[d.f] = append(d.p.types[d.f], t)
	case *tree.Pointer:
		d.typ(x.Elem, fallback)
	case *tree.Array:
		d.typ(x.Elem, fallback)
	case *tree.SwitchedUnion:
		d.typ(x.Union, fallback)
	case *tree.Pipe:
		d.typ(x.Elem, fallback)
	}
}

// own reports whether a type is to be named now: it belongs to the file, is
// not named yet, is not one that Go has already, and is all there.
func (d *declarer) own(h *tree.Head, complete bool, t tree.Type) bool {
	if _, done := d.names[t]; done || !complete || h.File != nil && h.File != d.f {
		return false
	}
	_, there := goTypeOf(t)
	return !inGo(t) && there == ""
}

// take gives a type its name: that of the typedef rather than the tag, because
// the tag is the one that is decorated, and what contains it where it has none.
func (d *declarer) take(t tree.Type, h *tree.Head, typedef *tree.Alias, fallback string) {
	name := fallback
	switch {
	case typedef != nil:
		name = exported(typedef.Name)
	case h.Name != "":
		name = exported(h.Name)
	case name == "":
		name = "Unnamed"
	}
	d.names[t] = d.p.scope.take(name)
}

// typedefOf returns the alias that is a structure's own name.
func typedefOf(t tree.Type) *tree.Alias {
	switch x := t.(type) {
	case *tree.Struct:
		return x.Typedef
	case *tree.Union:
		return x.Typedef
	case *tree.Enum:
		return x.Typedef
	}
	return nil
}

// declareValues names constants, members of enumerations and the constructors
// of unions.
func (g *generator) declareValues(p *pkg, f *tree.File) {
	for _, t := range p.types[f] {
		switch x := t.(type) {
		case *tree.Enum:
			for _, m := range x.Members {
				g.names[m] = p.scope.take(exported(m.Name))
			}
		// The constructors: CHOICE_Number for the arm number of CHOICE.
		case *tree.Union:
			for _, a := range x.Arms {
				g.names[a] = p.scope.take(g.names[x] + "_" + armName(a))
			}
		}
	}
	for decl := range f.AllDecls() {
		switch x := decl.(type) {
		case *tree.Const:
			g.names[x] = p.scope.take(exported(x.Name))
		case *tree.Interface:
			for _, in := range x.Decls {
				if k, ok := in.(*tree.Const); ok {
					g.names[k] = p.scope.take(exported(k.Name))
				}
			}
			g.declareDispIDs(p, x)
		case *tree.Coclass:
			if x.HasUUID {
				g.names[x] = p.scope.take("CLSID_" + identifier(x.Name))
			}
		case *tree.Library:
			if x.HasUUID {
				g.names[x] = p.scope.take("LIBID_" + identifier(x.Name))
			}
		case *tree.Dispinterface:
			if x.HasUUID && x.Complete {
				g.names[x] = p.scope.take("DIID_" + identifier(x.Name))
			}
			g.declareDispIDs(p, x)
		case *tree.Module:
			for _, k := range x.Consts {
				g.names[k] = p.scope.take(exported(k.Name))
			}
		}
	}
}

// declareInterface names everything that an interface brings.
func (g *generator) declareInterface(p *pkg, i *tree.Interface) {
	if !i.Complete || g.ifaces[i] != nil {
		return
	}
	it := &iface{i: i, pkg: p, name: g.names[i]}
	g.ifaces[i] = it
	// Every file may bring an IUnknown of its own; there is only one in Go.
	if isIUnknown(i) {
		it.pkg, it.name, it.desc, it.typeImport = nil, "Unknown", "UnknownDesc", comPath
		it.descImport = comPath
		return
	}
	if p.files[0].Std && !p.emit {
		g.existing(it)
		return
	}
	s, n := p.scope, it.name
	if !i.Object {
		it.client, it.newClient = s.take(n+"Client"), s.take("New"+n+"Client")
		it.server, it.handler, it.syntax = s.take("Serve"+n), s.take(typePrefix(n)+"Handler"), s.take(n+"Syntax")
		return
	}
	// IID_ICalc keeps the interface's own spelling: that is what people know.
	if d := g.dispOf[i]; d != nil {
		it.iid = g.names[d]
	} else {
		it.iid = s.take("IID_" + identifier(i.Name))
	}
	it.desc, it.expose = s.take(n+"Desc"), s.take("Expose"+n)
	it.proxy, it.stub = s.take(typePrefix(n)+"Proxy"), s.take(typePrefix(n)+"Stub")
	it.proxyAlias, it.stubAlias = s.take("COM"+n+"Proxy"), s.take("COM"+n+"Stub")
	if d := parseDirectives(i.Doc); d.goType != "" {
		it.typed = true
		it.typeImport, it.name = splitQualified(d.goType)
		it.descImport, it.desc = splitQualified(d.goDesc)
	}
}

// isIUnknown reports whether i is IUnknown, from whatever file it comes.
func isIUnknown(i *tree.Interface) bool {
	return i.HasUUID && i.UUID == com.IID_IUnknown || i.Name == "IUnknown" && i.Base == nil
}
