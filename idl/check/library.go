package check

import (
	"oxid/idl/ast"
	"oxid/idl/tree"
)

// resolveLibrary fills in a library block.
func (c *checker) resolveLibrary(x *scope, it *ast.Library) {
	l := &tree.Library{Head: x.head(it.Name, &it.Lead)}
	c.attrs(x, &l.Head, it.Attrs, nil, onLibrary)
	l.UUID, l.HasUUID = uuidOf(l.Attrs)
	l.Version = c.versionOf(x, l.Attrs)
	if n, ok := c.intArg(x, l.Attrs.Get("lcid")); ok {
		l.LCID = uint32(n)
	}
	// A type library is registered under its id; without one it is lost.
	if !l.HasUUID {
		x.m.list.Errorf(it.Name.Pos, len(it.Name.Text), "library %s has no uuid", l.Name).Fix("write [uuid(...), version(1.0)] before it")
	}
	x.add(l)
	y := *x
	y.parent, y.list = l, &l.Decls
	c.resolveItems(&y, it.Items)
}

// resolveCoclass fills in a coclass. An announcement needs nothing more.
func (c *checker) resolveCoclass(x *scope, it *ast.Coclass) {
	if it.Forward {
		return
	}
	cc := &tree.Coclass{Head: x.head(it.Name, &it.Lead)}
	if sym := x.m.types[x.ns+it.Name.Text]; sym != nil {
		if have, ok := sym.thing.(*tree.Coclass); ok && have.Pos == it.Name.Pos {
			cc = have
		}
	}
	cc.Parent = x.parent
	c.attrs(x, &cc.Head, it.Attrs, nil, onCoclass)
	cc.UUID, cc.HasUUID = uuidOf(cc.Attrs)
	cc.Version = c.versionOf(x, cc.Attrs)
	if !cc.HasUUID && !x.winrt {
		x.m.list.Errorf(it.Name.Pos, len(it.Name.Text), "coclass %s has no uuid", cc.Name).Fix("write [uuid(...)] before it")
	}
	for _, in := range it.Ifaces {
		if ci := c.classIface(x, in); ci != nil {
			cc.Ifaces = append(cc.Ifaces, ci)
		}
	}
	c.checkDefaults(x, cc)
	x.add(cc)
}

// classIface resolves one line of a coclass.
func (c *checker) classIface(x *scope, in *ast.CoclassIface) *tree.CoclassIface {
	ci := &tree.CoclassIface{Pos: in.Name.Pos}
	var h tree.Head
	c.attrs(x, &h, in.Attrs, nil, onClassIface)
	ci.Attrs = h.Attrs
	for _, a := range h.Attrs {
		switch a.Name {
		case "default":
			ci.Default = true
		case "source":
			ci.Source = true
		case "restricted":
			ci.Restricted = true
		case "defaultvtable":
			ci.DefaultVtable = true
		}
	}
	sym := x.lookup(typeSpace, in.Name.Text)
	if sym == nil {
		// What a class implements is no part of any call: say it and go on.
		x.m.list.Warnf(in.Name.Pos, len(in.Name.Text), "interface %s is declared nowhere", in.Name.Text)
		sym = x.announce(in.Name)
	}
	// typedef IFoo IBar makes IBar as good a name as IFoo.
	thing := sym.thing
	if a, ok := thing.(*tree.Alias); ok {
		thing = c.unalias(a)
	}
	switch t := thing.(type) {
	case *tree.Interface:
		ci.Interface = t
	case *tree.Dispinterface:
		ci.Disp = t
	default:
		if !x.winrt {
			x.m.list.Errorf(in.Name.Pos, len(in.Name.Text), "%s is %s, not an interface", in.Name.Text, describeThing(sym.thing))
		}
		return nil
	}
	return ci
}

// checkDefaults reports a class with two default interfaces of one kind.
func (c *checker) checkDefaults(x *scope, cc *tree.Coclass) {
	var have [2]*tree.CoclassIface
	for _, ci := range cc.Ifaces {
		if !ci.Default {
			continue
		}
		// A class has one default for its callers and one for its events.
		kind := b2i(ci.Source)
		if have[kind] != nil {
			what := "default interfaces"
			if ci.Source {
				what = "default source interfaces"
			}
			x.m.list.Errorf(ci.Pos, 1, "coclass %s has two %s", cc.Name, what).At(have[kind].Pos, "the other one")
			return
		}
		have[kind] = ci
	}
}

// resolveDisp fills in a dispinterface.
func (c *checker) resolveDisp(x *scope, it *ast.Dispinterface) {
	if it.Forward {
		if l, ok := x.parent.(*tree.Library); ok {
			if sym := x.lookup(typeSpace, it.Name.Text); sym != nil {
				if d, ok := sym.thing.(*tree.Dispinterface); ok {
					l.Refs = append(l.Refs, d)
				}
			}
		}
		return
	}
	d := &tree.Dispinterface{Head: x.head(it.Name, &it.Lead), Complete: true}
	if sym := x.m.types[x.ns+it.Name.Text]; sym != nil {
		if have, ok := sym.thing.(*tree.Dispinterface); ok && have.Pos == it.Name.Pos {
			d = have
		}
	}
	d.Parent = x.parent
	x.add(d)
	c.attrs(x, &d.Head, it.Attrs, nil, onDisp)
	d.UUID, d.HasUUID = uuidOf(d.Attrs)
	d.Version = c.versionOf(x, d.Attrs)
	if !d.HasUUID {
		x.m.list.Errorf(it.Name.Pos, len(it.Name.Text), "dispinterface %s has no uuid", d.Name).Fix("write [uuid(...)] before it")
	}
	if it.Interface != nil {
		d.Interface = c.baseInterface(x, it.Interface)
	}
	y := *x
	y.parent = d
	for _, p := range it.Props {
		c.dispProps(&y, d, p)
	}
	for _, in := range it.Methods {
		m := c.method(&y, in, in.Declarators[0], nil)
		d.Methods = append(d.Methods, m)
		if !m.HasID && !m.Attrs.Has("id") {
			x.m.list.Errorf(m.Pos, len(m.Name), "%s has no dispatch id", m.Name).Fix("write [id(1)]")
		}
	}
	c.dispIDs(x, d)
}

// dispProps makes the properties that one line of a dispinterface declares.
func (c *checker) dispProps(x *scope, d *tree.Dispinterface, in *ast.Decl) {
	for _, dc := range in.Declarators {
		p := &tree.DispProp{Head: x.head(dc.Name, &in.Lead)}
		c.attrs(x, &p.Head, in.Attrs, nil, onProp)
		p.Type = c.embedded(x, c.declared(x, in.Spec, dc))
		p.ReadOnly = p.Attrs.Has("readonly")
		if n, ok := c.intArg(x, p.Attrs.Get("id")); ok {
			p.ID, p.HasID = int32(n), true
		}
		if !p.HasID && !p.Attrs.Has("id") {
			x.m.list.Errorf(p.Pos, max(len(p.Name), 1), "%s has no dispatch id", p.Name).Fix("write [id(1)]")
		}
		d.Props = append(d.Props, p)
	}
}

// dispIDs reports ids that two members share, accessors of one property aside.
func (c *checker) dispIDs(x *scope, d *tree.Dispinterface) {
	type member struct {
		name string
		h    *tree.Head
	}
	seen := map[int32]member{}
	check := func(id int32, name string, h *tree.Head) {
		// The accessors of one property share an id; that is how they are known.
		if twin, ok := seen[id]; ok && twin.name != name {
			x.m.list.Errorf(h.Pos, len(h.Name), "%s and %s have the same dispatch id %d", twin.name, name, id).At(twin.h.Pos, "the other one")
			return
		}
		seen[id] = member{name, h}
	}
	for _, p := range d.Props {
		if p.HasID {
			check(p.ID, p.Name, &p.Head)
		}
	}
	for _, m := range d.Methods {
		if m.HasID {
			check(m.ID, m.Name, &m.Head)
		}
	}
}

// resolveModuleBlock fills in a module: constants and entry points.
func (c *checker) resolveModuleBlock(x *scope, it *ast.Module) {
	if it.Forward {
		return
	}
	m := &tree.Module{Head: x.head(it.Name, &it.Lead)}
	c.attrs(x, &m.Head, it.Attrs, nil, onModule)
	m.UUID, m.HasUUID = uuidOf(m.Attrs)
	if a := m.Attrs.Get("dllname"); a != nil {
		m.DLLName = a.Text
	}
	x.add(m)
	y := *x
	y.parent = m
	for _, item := range it.Items {
		d, ok := item.(*ast.Decl)
		if !ok || d.Typedef || len(d.Declarators) == 0 {
			c.resolveItems(&y, []ast.Item{item})
			continue
		}
		for _, dc := range d.Declarators {
			switch {
			case isFunc(dc):
				m.Funcs = append(m.Funcs, c.method(&y, d, dc, nil))
			case d.Spec.Const && dc.Init != nil:
				// The constant belongs to the module's list, not to the file's.
				var consts []tree.Decl
				z := y
				z.list = &consts
				if k := c.resolveConst(&z, d, dc); k != nil {
					m.Consts = append(m.Consts, k)
				}
			default:
				x.m.list.Errorf(dc.Name.Pos, len(dc.Name.Text), "a module holds constants and functions").Fix("write const before it and a value behind")
			}
		}
	}
}
