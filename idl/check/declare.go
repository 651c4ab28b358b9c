package check

import (
	"oxid/idl/ast"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// declareModule enters the names that m declares.
func (c *checker) declareModule(m *module) {
	x := &scope{m: m, pointer: tree.Unique, list: &m.out.Decls}
	c.declareItems(x, m.unit.file.Items)
}

// head makes the common part of a declaration.
func (x *scope) head(name ast.Name, lead *ast.Lead) tree.Head {
	h := tree.Head{Name: name.Text, Pos: name.Pos, File: x.m.out, Parent: x.parent, Doc: lead.Doc}
	if !h.Pos.IsValid() || name.Text == "" {
		h.Pos = lead.Pos
	}
	return h
}

// declareItems enters the names of a block. Blocks of libraries, modules and
// interfaces are no scopes in IDL: their names are those of the file.
func (c *checker) declareItems(x *scope, items []ast.Item) {
	for _, it := range items {
		switch it := it.(type) {
		case *ast.Decl:
			c.declareDecl(x, it)
		case *ast.Interface:
			c.declareInterface(x, it)
		case *ast.Dispinterface:
			d := &tree.Dispinterface{Head: x.head(it.Name, &it.Lead), Complete: !it.Forward}
			sym := c.enter(x, typeSpace, it.Name, d, !it.Forward)
			if d2, ok := sym.thing.(*tree.Dispinterface); ok && d2 != d && !it.Forward && !d2.Complete {
				*d2 = *d
			}
		case *ast.Coclass:
			cc := &tree.Coclass{Head: x.head(it.Name, &it.Lead)}
			sym := c.enter(x, typeSpace, it.Name, cc, !it.Forward)
			if c2, ok := sym.thing.(*tree.Coclass); ok && c2 != cc && !it.Forward {
				c2.Head = cc.Head
			}
		case *ast.WinRT:
			if it.Name.Text != "" {
				c.enter(x, typeSpace, it.Name, &tree.WinRT{Head: x.head(it.Name, &it.Lead), Kind: it.Kind}, !it.Forward)
			}
		case *ast.Library:
			c.declareItems(x, it.Items)
		case *ast.Namespace:
			y := *x
			// Names inside are entered in full, so that looking up is one step.
			y.ns += it.Name.Text + "."
			y.winrt = true
			c.declareItems(&y, it.Items)
		case *ast.Module:
			c.declareItems(x, it.Items)
		}
	}
}

// declareInterface enters an interface and what its body declares. A definition
// takes over the thing that announcements made, so that types which refer to
// it need not change.
func (c *checker) declareInterface(x *scope, it *ast.Interface) {
	i := &tree.Interface{Head: x.head(it.Name, &it.Lead), WinRT: x.winrt || len(it.Params) > 0}
	sym := c.enter(x, typeSpace, it.Name, i, !it.Forward)
	if have, ok := sym.thing.(*tree.Interface); ok && have != i && !it.Forward && !have.Complete {
		have.Head, have.WinRT = i.Head, i.WinRT // announced before
		i = have
	}
	if it.Forward {
		return
	}
	i.Complete = true
	c.declareItems(x.inside(i, it), it.Items)
}

// inside returns the scope of an interface's body.
func (x *scope) inside(i *tree.Interface, it *ast.Interface) *scope {
	y := *x
	y.iface, y.parent, y.list = i, i, &i.Decls
	if k := pointerDefault(it.Attrs); k != tree.NoPtrKind {
		y.pointer = k
	}
	if len(it.Params) > 0 {
		y.typeParams = map[string]bool{}
		for _, p := range it.Params {
			y.typeParams[p.Text] = true
		}
	}
	return &y
}

// pointerDefault returns the kind that pointer_default names, or NoPtrKind.
func pointerDefault(as ast.Attrs) tree.PtrKind {
	if a := as.Get("pointer_default"); a != nil {
		switch a.Text {
		case "ref":
			return tree.Ref
		case "unique":
			return tree.Unique
		case "ptr":
			return tree.Full
		}
	}
	return tree.NoPtrKind
}

// declareDecl enters the names of a typedef or constant and the tags in it. What
// they mean is found out later, by the functions left in c.todo.
func (c *checker) declareDecl(x *scope, d *ast.Decl) {
	c.declareSpec(x, d.Spec, nil)
	if !d.Typedef {
		for _, dc := range d.Declarators {
			if dc.Init != nil && d.Spec.Const && !isFunc(dc) {
				k := &tree.Const{Head: x.head(dc.Name, &d.Lead)}
				c.enter(x, valueSpace, dc.Name, k, true)
				c.todo[k] = func() { c.fillConst(x, k, d, dc) }
			}
			c.declareParams(x, dc)
		}
		return
	}
	for _, dc := range d.Declarators {
		a := &tree.Alias{Head: x.head(dc.Name, &d.Lead)}
		c.enter(x, typeSpace, dc.Name, a, true)
		c.todo[a] = func() { c.fillAlias(x, a, d, dc) }
		c.declareParams(x, dc)
	}
}

// declareParams enters tags that are declared inside parameter lists.
func (c *checker) declareParams(x *scope, d *ast.Declarator) {
	for i := range d.Ops {
		for _, p := range d.Ops[i].Params {
			c.declareSpec(x, p.Spec, nil)
			c.declareParams(x, p.Decl)
		}
	}
}

// isFunc reports whether a declarator declares a function rather than a pointer to one.
func isFunc(d *ast.Declarator) bool { return len(d.Ops) > 0 && d.Ops[0].Kind == ast.OpFunc }

// declareSpec enters the tags and enum members of a type specifier.
func (c *checker) declareSpec(x *scope, s *ast.Spec, lead *ast.Lead) {
	if s == nil {
		return
	}
	if lead == nil {
		lead = &ast.Lead{Pos: s.Pos}
	}
	switch s.Kind {
	case ast.SpecStruct:
		c.declareStruct(x, s.Struct, lead)
	case ast.SpecUnion:
		c.declareUnion(x, s.Union, lead)
	case ast.SpecEnum:
		c.declareEnum(x, s.Enum, lead)
	}
}

// declareStruct enters a struct's tag and, if it has a body, what that declares.
// A body fills the thing of earlier mentions, as with interfaces.
func (c *checker) declareStruct(x *scope, s *ast.StructSpec, lead *ast.Lead) {
	st := &tree.Struct{Head: x.head(s.Tag, lead), Complete: s.Body, Pack: s.Pack}
	if s.Tag.Text != "" {
		sym := c.enterTag(x, s.Tag, st, s.Body)
		if have, ok := sym.thing.(*tree.Struct); ok && have != st {
			if s.Body && !have.Complete {
				have.Head, have.Complete, have.Pack = st.Head, true, s.Pack
			}
			st = have
		}
	}
	if !s.Body {
		return
	}
	c.structs[s] = st
	for _, f := range s.Fields {
		c.declareSpec(x, f.Spec, nil)
		for _, d := range f.Declarators {
			c.declareParams(x, d)
		}
	}
	c.todo[st] = func() { c.fillStruct(x, st, s) }
}

// declareUnion does for unions what declareStruct does for structs.
func (c *checker) declareUnion(x *scope, s *ast.UnionSpec, lead *ast.Lead) {
	u := &tree.Union{Head: x.head(s.Tag, lead), Complete: s.Body, Encapsulated: s.Switch != nil}
	if s.Tag.Text != "" {
		sym := c.enterTag(x, s.Tag, u, s.Body)
		if have, ok := sym.thing.(*tree.Union); ok && have != u {
			if s.Body && !have.Complete {
				have.Head, have.Complete, have.Encapsulated = u.Head, true, u.Encapsulated
			}
			u = have
		}
	}
	if !s.Body {
		return
	}
	c.unions[s] = u
	for _, a := range s.Arms {
		c.declareSpec(x, a.Spec, nil)
		if a.Decl != nil {
			c.declareParams(x, a.Decl)
		}
	}
	c.todo[u] = func() { c.fillUnion(x, u, s) }
}

// declareEnum enters an enum's tag and its members. Those are names of the file,
// as in C; those of the Windows Runtime belong to their enum.
func (c *checker) declareEnum(x *scope, s *ast.EnumSpec, lead *ast.Lead) {
	e := &tree.Enum{Head: x.head(s.Tag, lead), Complete: s.Body}
	if s.Tag.Text != "" {
		sym := c.enterTag(x, s.Tag, e, s.Body)
		if have, ok := sym.thing.(*tree.Enum); ok && have != e {
			if s.Body && !have.Complete {
				have.Head, have.Complete = e.Head, true
			}
			e = have
		}
	}
	if !s.Body {
		return
	}
	c.enums[s] = e
	for _, m := range s.Members {
		em := &tree.EnumMember{Head: x.head(m.Name, &m.Lead), Enum: e}
		e.Members = append(e.Members, em)
		if x.winrt { // members of WinRT enums are scoped by the enum
			continue
		}
		c.enter(x, valueSpace, m.Name, em, true)
	}
	c.todo[e] = func() { c.fillEnum(x, e, s) }
}

// enterTag enters a tag; types of the Windows Runtime are found without the
// word struct or enum too.
func (c *checker) enterTag(x *scope, n ast.Name, thing any, body bool) *symbol {
	sym := c.enter(x, tagSpace, n, thing, body)
	if x.winrt && body && sym.thing == thing {
		c.enter(x, typeSpace, n, thing, true)
	}
	return sym
}

// enter makes name known and returns its symbol: a new one, or the one of an
// earlier announcement. A second definition is reported where the two are
// compared; see redeclared.
func (c *checker) enter(x *scope, s space, n ast.Name, thing any, defined bool) *symbol {
	in := x.m.in(s)
	name := x.ns + n.Text
	have := in[name]
	if have == nil {
		sym := &symbol{name: name, pos: n.Pos, mod: x.m, thing: thing, defined: defined}
		in[name] = sym
		if defined {
			c.late = append(c.late, func() { c.compareImported(x, s, sym) })
		}
		return sym
	}
	switch {
	// Announcing what is known already says nothing new.
	case !defined:
		return have
	// The caller copies its definition into the announced thing.
	case !have.defined && sameSort(have.thing, thing):
		have.defined = true
		return have
	// struct X was mentioned, and X turns out to be something else.
	case !have.defined:
		have.thing, have.defined = thing, true
		return have
	}
	first := have.thing
	c.late = append(c.late, func() { c.redeclared(x.m, n, first, thing, have.pos) })
	return &symbol{name: name, pos: n.Pos, mod: x.m, thing: thing, defined: true}
}

// sameSort reports whether an announcement and a definition speak of the same
// sort of thing, so that one can complete the other.
func sameSort(a, b any) bool {
	switch a.(type) {
	case *tree.Interface:
		_, ok := b.(*tree.Interface)
		return ok
	case *tree.Dispinterface:
		_, ok := b.(*tree.Dispinterface)
		return ok
	case *tree.Coclass:
		_, ok := b.(*tree.Coclass)
		return ok
	case *tree.WinRT:
		_, ok := b.(*tree.WinRT)
		return ok
	case *tree.Struct:
		_, ok := b.(*tree.Struct)
		return ok
	case *tree.Union:
		_, ok := b.(*tree.Union)
		return ok
	case *tree.Enum:
		_, ok := b.(*tree.Enum)
		return ok
	}
	return false
}

// redeclared reports a second definition, unless both say the same and C lets
// them: equal typedefs and constants.
func (c *checker) redeclared(m *module, n ast.Name, first, second any, at source.Pos) {
	c.ensure(first)
	c.ensure(second)
	if equalThings(first, second) {
		m.list.Warnf(n.Pos, len(n.Text), "%s is declared twice, in the same way; MIDL refuses this", n.Text).At(at, "first declared here")
		return
	}
	m.list.Errorf(n.Pos, len(n.Text), "%s is already declared, as %s", n.Text, describeThing(first)).At(at, "first declared here")
}

// compareImported reports a definition that contradicts an imported one.
func (c *checker) compareImported(x *scope, s space, sym *symbol) {
	for _, v := range x.m.closure {
		if v == x.m {
			continue
		}
		other := v.in(s)[sym.name]
		if other == nil || !other.defined || other.thing == sym.thing || equalThings(other.thing, sym.thing) {
			continue
		}
		name := baseOf(sym.name)
		d := sym.mod.list.Errorf(sym.pos, len(name), "%s is already declared in imported %s, as %s", name, v.out.Name, describeThing(other.thing))
		if _, ok := sym.thing.(*tree.Alias); ok { // each file keeps its own
			d.Message += "; MIDL refuses this"
			sym.mod.list.Soften(d)
		}
		d.At(other.pos, "declared here")
		return
	}
}

// baseOf returns the last part of a dotted name: what stands in the source.
func baseOf(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[i+1:]
		}
	}
	return name
}

// describeThing names what was declared in a message.
func describeThing(t any) string {
	switch t := t.(type) {
	case *tree.Alias:
		if t.Target != nil {
			return "a typedef of " + t.Target.String()
		}
		return "a typedef"
	case *tree.Const:
		return "a constant"
	case *tree.EnumMember:
		return "a member of " + t.Enum.String()
	case *tree.Struct:
		return "a struct"
	case *tree.Union:
		return "a union"
	case *tree.Enum:
		return "an enum"
	case *tree.Interface:
		return "an interface"
	case *tree.Dispinterface:
		return "a dispinterface"
	case *tree.Coclass:
		return "a coclass"
	case *tree.Module:
		return "a module"
	}
	return "something else"
}
