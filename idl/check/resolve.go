package check

import (
	"oxid/idl/ast"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// resolveModule fills in everything that m declares, in order.
func (c *checker) resolveModule(m *module) {
	x := &scope{m: m, pointer: tree.Unique, list: &m.out.Decls}
	c.resolveItems(x, m.unit.file.Items)
}

// add appends a declaration to the block that is being filled.
func (x *scope) add(d tree.Decl) { *x.list = append(*x.list, d) }

// headAt makes the head of a declaration without a name of its own.
func (x *scope) headAt(name string, pos source.Pos) tree.Head {
	return tree.Head{Name: name, Pos: pos, File: x.m.out, Parent: x.parent}
}

// resolveItems fills in the declarations of a block, in order.
func (c *checker) resolveItems(x *scope, items []ast.Item) {
	for _, it := range items {
		switch it := it.(type) {
		case *ast.Decl:
			c.resolveDecl(x, it)
		case *ast.Interface:
			c.resolveInterface(x, it)
		case *ast.Dispinterface:
			c.resolveDisp(x, it)
		case *ast.Coclass:
			c.resolveCoclass(x, it)
		case *ast.Module:
			c.resolveModuleBlock(x, it)
		case *ast.Library:
			c.resolveLibrary(x, it)
		case *ast.Namespace:
			n := &tree.Namespace{Head: x.head(it.Name, &it.Lead)}
			x.add(n)
			y := *x
			y.ns += it.Name.Text + "."
			y.parent, y.list, y.winrt = n, &n.Decls, true
			c.resolveItems(&y, it.Items)
		case *ast.WinRT:
			c.resolveWinRT(x, it)
		case *ast.CppQuote:
			x.add(&tree.CppQuote{Head: x.headAt("", it.Pos), Text: it.Text})
		case *ast.Pragma:
			x.add(&tree.MidlPragma{Head: x.headAt("", it.Pos), Text: it.Text})
		case *ast.ImportLib:
			lib := &tree.ImportLib{Head: x.headAt(it.Name, it.Pos)}
			if l, ok := x.parent.(*tree.Library); ok {
				l.ImportLibs = append(l.ImportLibs, lib)
			} else {
				x.add(lib)
			}
		}
	}
}

// resolveWinRT keeps what is known of a declaration of the Windows Runtime:
// kind, name and attributes.
func (c *checker) resolveWinRT(x *scope, it *ast.WinRT) {
	if it.Forward {
		return
	}
	w := &tree.WinRT{Head: x.head(it.Name, &it.Lead), Kind: it.Kind}
	if sym := x.m.types[x.ns+it.Name.Text]; sym != nil {
		if have, ok := sym.thing.(*tree.WinRT); ok {
			w = have
		}
	}
	w.Head = x.head(it.Name, &it.Lead)
	c.attrs(x, &w.Head, it.Attrs, nil, onWinRT)
	w.UUID, w.HasUUID = uuidOf(w.Attrs)
	x.add(w)
}

// resolveDecl fills in a typedef, constant, method, prototype or tag.
func (c *checker) resolveDecl(x *scope, d *ast.Decl) {
	// A body among the specifiers comes first: the names refer to it.
	tag := c.tagOf(x, d)
	if tag != nil {
		c.ensure(tag)
		c.tagAttrs(x, tag, d)
		// Without a tag or a typedef an enum still gives names to numbers.
		_, isEnum := tag.(*tree.Enum)
		if h := tag.(tree.Decl).Header(); h.Name != "" || isEnum && !d.Typedef && len(d.Declarators) == 0 {
			x.add(tag.(tree.Decl))
		}
	}
	switch {
	// Every name of a typedef is a declaration of its own.
	case d.Typedef:
		for _, dc := range d.Declarators {
			c.resolveTypedef(x, d, dc)
		}
		return
	// struct X; and the like announce; anything else alone does nothing.
	case len(d.Declarators) == 0:
		if tag == nil && d.Spec.Kind != ast.SpecInterface && d.Spec.Struct == nil && d.Spec.Union == nil && d.Spec.Enum == nil && d.Spec.Kind != ast.SpecBad {
			x.m.list.Warnf(d.Spec.Pos, d.Spec.Width, "the declaration declares nothing")
		}
		return
	}
	for _, dc := range d.Declarators {
		switch {
		case isFunc(dc):
			f := &tree.Function{Head: x.head(dc.Name, &d.Lead)}
			t := c.declared(x, d.Spec, dc)
			f.Type, _ = t.(*tree.Func)
			x.add(f)
		case dc.Init != nil && d.Spec.Const:
			c.resolveConst(x, d, dc)
		case d.Storage == "extern":
			c.declared(x, d.Spec, dc) // a variable of a header: its type must exist
		default:
			c.declared(x, d.Spec, dc)
			// Its value could not be read: that was the error.
			if _, bad := dc.Init.(*ast.BadExpr); bad {
				break
			}
			if d.Spec.Const {
				x.m.list.Errorf(dc.Name.Pos, len(dc.Name.Text), "constant %s has no value", dc.Name.Text).Fix("write = value behind it")
				break
			}
			x.m.list.Errorf(dc.Name.Pos, len(dc.Name.Text), "IDL has no variables").
				Fix("write `const type %s = value;`, or extern for what a header declares", dc.Name.Text)
		}
	}
}

// tagOf returns the struct, union or enum whose body d holds, or nil.
func (c *checker) tagOf(x *scope, d *ast.Decl) any {
	switch s := d.Spec; s.Kind {
	case ast.SpecStruct:
		if st := c.structs[s.Struct]; st != nil {
			return st
		}
	case ast.SpecUnion:
		if u := c.unions[s.Union]; u != nil {
			return u
		}
	case ast.SpecEnum:
		if e := c.enums[s.Enum]; e != nil {
			return e
		}
	}
	return nil
}

// tagAttrs gives a struct, union or enum the attributes that belong to it:
// those of its own declaration, and of a typedef those that say something of
// the tag rather than of the name.
func (c *checker) tagAttrs(x *scope, tag any, d *ast.Decl) {
	h := tag.(tree.Decl).Header()
	// The comment before a typedef speaks of the struct in it.
	h.Doc, h.Parent = d.Doc, x.parent
	// Attributes of a typedef are the typedef's, but for the few below.
	if !d.Typedef {
		c.attrs(x, h, d.Attrs, nil, onTag(tag))
	}
	switch t := tag.(type) {
	case *tree.Enum:
		t.V1 = t.V1 || d.Attrs.Has("v1_enum") || x.winrt
		t.Flags = d.Attrs.Has("flags")
	case *tree.Union:
		if a := d.Attrs.Get("switch_type"); a != nil && t.SwitchType == nil {
			t.SwitchType = c.switchType(x, a)
		}
		if !t.Encapsulated && t.SwitchType != nil {
			t.C = false
		}
	}
}

// resolveTypedef fills in one name of a typedef.
func (c *checker) resolveTypedef(x *scope, d *ast.Decl, dc *ast.Declarator) {
	a := c.aliasOf(x, dc)
	if a == nil {
		return
	}
	x.add(a)
	c.ensure(a)
}

// aliasOf returns the alias that dc declares, or nil if a different
// declaration took the name.
func (c *checker) aliasOf(x *scope, dc *ast.Declarator) *tree.Alias {
	sym := x.m.types[x.ns+dc.Name.Text]
	if sym == nil {
		return nil
	}
	a, _ := sym.thing.(*tree.Alias)
	if a == nil || a.Pos != dc.Name.Pos {
		return nil
	}
	return a
}

// fillAlias finds out what a typedef names.
func (c *checker) fillAlias(x *scope, a *tree.Alias, d *ast.Decl, dc *ast.Declarator) {
	// Each level of the chain is a level of calls.
	if c.depth > maxDepends {
		x.m.list.Errorf(a.Pos, len(a.Name), "typedefs refer to later ones more than %d deep", maxDepends)
		a.Target = tree.Invalid{}
		return
	}
	a.Target = c.declared(x, d.Spec, dc)
	if c.refersBack(a.Target) {
		x.m.list.Errorf(a.Pos, len(a.Name), "typedef %s refers to itself", a.Name).Fix("put a struct between: struct %s { struct %s *next; }", a.Name, a.Name)
		a.Target = tree.Invalid{}
	}
	c.nameTag(a)
	c.attrs(x, &a.Head, d.Attrs, nil, onTypedef)
	c.aliasAttrs(x, a, d)
	if a.Measure(); tree.Depth(a) > maxDepends {
		x.m.list.Errorf(a.Pos, len(a.Name), "typedef %s is made of more than %d types inside each other", a.Name, maxDepends)
		a.Target, a.Xmit = tree.Invalid{}, nil
		a.Measure()
	}
	a.Parent = x.parent
	if dc.Bits != nil {
		x.m.list.Errorf(dc.Bits.Pos(), 1, "a typedef has no bit width")
	}
}

// refersBack reports whether t leads back to a typedef that is being filled
// in without a struct or union between: a type that could never be written out.
func (c *checker) refersBack(t tree.Type) bool {
	switch t := t.(type) {
	case *tree.Alias:
		return !c.ensure(t)
	case *tree.Pointer:
		return c.refersBack(t.Elem)
	case *tree.Array:
		return c.refersBack(t.Elem)
	case *tree.SafeArray:
		return c.refersBack(t.Elem)
	case *tree.Pipe:
		return c.refersBack(t.Elem)
	case *tree.Func:
		for _, p := range t.Params {
			if c.refersBack(p.Declared) {
				return true
			}
		}
		return c.refersBack(t.Ret)
	}
	return false
}

// nameTag notes the first typedef that names a struct, union or enum itself.
func (c *checker) nameTag(a *tree.Alias) {
	switch t := a.Target.(type) {
	case *tree.Struct:
		if t.Typedef == nil {
			t.Typedef = a
		}
	case *tree.Union:
		if t.Typedef == nil {
			t.Typedef = a
		}
	case *tree.Enum:
		if t.Typedef == nil {
			t.Typedef = a
		}
	}
}

// aliasAttrs binds the attributes of a typedef.
func (c *checker) aliasAttrs(x *scope, a *tree.Alias, d *ast.Decl) {
	// What [unique] and [string] mean for a use is worked out there; here they
	// are checked and kept.
	a.Kind = c.pointerKind(x, d.Attrs)
	for _, at := range d.Attrs {
		switch at.Name {
		case "string":
			a.IsString = true
			if !c.stringable(a.Target) {
				x.m.list.Errorf(at.Pos, len(at.Name), "[string] needs an array of or a pointer to characters, not %s", a.Target)
			}
		// It is a pointer in memory and 20 octets on the wire.
		case "context_handle", "context_handle_noserialize", "context_handle_serialize":
			a.ContextHandle = true
			if _, ok := c.unalias(a.Target).(*tree.Pointer); !ok && !tree.IsInvalid(a.Target) {
				x.m.list.Errorf(at.Pos, len(at.Name), "a context handle is a pointer").Fix("write typedef [context_handle] void *%s;", a.Name)
			}
		case "handle":
			a.BindHandle = true
		case "public":
			a.Public = true
		case "wire_marshal":
			a.Xmit = &tree.Xmit{Kind: tree.WireMarshal, Type: c.xmitType(x, at)}
		case "transmit_as":
			a.Xmit = &tree.Xmit{Kind: tree.TransmitAs, Type: c.xmitType(x, at)}
		case "user_marshal":
			a.Xmit = &tree.Xmit{Kind: tree.UserMarshal, Type: c.embedded(x, a.Target), Local: at.Text}
		case "represent_as":
			a.Xmit = &tree.Xmit{Kind: tree.RepresentAs, Type: c.embedded(x, a.Target), Local: at.Text}
		case "switch_type":
			a.SwitchType = c.switchType(x, at)
			u, ok := pointee(a.Target).(*tree.Union)
			if ok && u.SwitchType == nil {
				u.SwitchType = a.SwitchType
			} else if !ok && !tree.IsInvalid(pointee(a.Target)) {
				x.m.list.Errorf(at.Pos, len(at.Name), "[switch_type] belongs to a union, not to %s", a.Target)
			}
		// The attribute stands on the typedef and speaks of the enum.
		case "v1_enum":
			if e, ok := pointee(a.Target).(*tree.Enum); ok {
				e.V1 = true
			} else if !tree.IsInvalid(pointee(a.Target)) {
				x.m.list.Errorf(at.Pos, len(at.Name), "[v1_enum] belongs to an enum, not to %s", a.Target)
			}
		case "range":
			a.Range = c.rangeOf(x, &a.Head)
		}
	}
}

// pointee returns what t is, or points to. An attribute of a typedef goes to all
// of its declarators, and U, *PU are about one union.
func pointee(t tree.Type) tree.Type {
	for {
		p, ok := tree.Unalias(t).(*tree.Pointer)
		if !ok {
			return tree.Unalias(t)
		}
		t = p.Elem
	}
}

// xmitType returns the type on the wire that an attribute names.
func (c *checker) xmitType(x *scope, at *ast.Attr) tree.Type {
	t := c.typeName(x, at.Type)
	if c.refersBack(t) {
		x.m.list.Errorf(at.Pos, len(at.Name), "%s is transmitted as itself", t)
		return tree.Invalid{}
	}
	return c.embedded(x, t)
}

// embedded returns the effective form of t inside another type, without
// attributes.
func (c *checker) embedded(x *scope, t tree.Type) tree.Type {
	b := binder{c: c, x: x, quiet: true}
	return b.bind(t, 0, tree.NoPtrKind)
}

// switchType returns the type that switch_type names, which must be a
// discriminant.
func (c *checker) switchType(x *scope, at *ast.Attr) tree.Type {
	if at.Type == nil {
		return nil
	}
	t := c.typeName(x, at.Type)
	if !discriminant(c.unalias(t)) {
		x.m.list.Errorf(at.Type.Spec.Pos, at.Type.Spec.Width, "%s cannot choose the arm of a union", t).
			Fix("use an integer, a character, a boolean or an enum")
		return tree.Invalid{}
	}
	return t
}

// discriminant reports whether t, unaliased, can be the type of a discriminant.
func discriminant(t tree.Type) bool {
	switch t := t.(type) {
	case *tree.Basic:
		return t.Kind.Integer()
	case *tree.Enum, tree.Invalid:
		return true
	}
	return false
}

// unalias opens aliases, filling them in first.
func (c *checker) unalias(t tree.Type) tree.Type {
	for {
		a, ok := t.(*tree.Alias)
		if !ok {
			return t
		}
		if !c.ensure(a) || a.Target == nil {
			return tree.Invalid{}
		}
		t = a.Target
	}
}

// stringable reports whether [string] makes sense for t: characters behind at
// least one pointer or array.
func (c *checker) stringable(t tree.Type) bool {
	for levels := 0; ; levels++ {
		// Through pointers and arrays down to what the characters would be.
		switch u := c.unalias(t).(type) {
		case *tree.Pointer:
			t = u.Elem
		case *tree.Array:
			t = u.Elem
		case *tree.Basic:
			return levels > 0 && u.Kind.Character()
		case *tree.Struct: // strings of structs whose members are all bytes
			return levels > 0
		default:
			return tree.IsInvalid(u) || levels > 0 && isOpaque(u)
		}
	}
}

// isOpaque reports whether t is only a name here, so that nothing can be said of it.
func isOpaque(t tree.Type) bool {
	_, ok := t.(*tree.Opaque)
	return ok
}

// resolveConst fills in a constant.
func (c *checker) resolveConst(x *scope, d *ast.Decl, dc *ast.Declarator) *tree.Const {
	sym := x.m.values[x.ns+dc.Name.Text]
	if sym == nil {
		return nil
	}
	k, _ := sym.thing.(*tree.Const)
	if k == nil || k.Pos != dc.Name.Pos {
		return nil
	}
	c.attrs(x, &k.Head, d.Attrs, nil, onConst)
	k.Parent = x.parent
	c.ensure(k)
	if _, bad := dc.Init.(*ast.BadExpr); bad {
		return nil // the braces of a header's variable, or what was reported
	}
	x.add(k)
	return k
}

// fillConst evaluates a constant, and others first if it needs them.
func (c *checker) fillConst(x *scope, k *tree.Const, d *ast.Decl, dc *ast.Declarator) {
	if k.Type = c.declared(x, d.Spec, dc); c.depth > maxDepends {
		x.m.list.Errorf(k.Pos, len(k.Name), "constants refer to later ones more than %d deep", maxDepends)
		return
	}
	e := exprs{c: c, x: x}
	k.Expr = e.expr(dc.Init)
	v := k.Expr.Value()
	if v.Kind == tree.NoValue {
		if !e.failed {
			x.m.list.Errorf(dc.Init.Pos(), 1, "the value of %s is not constant", k.Name)
		}
		return
	}
	k.Value = c.convertConst(x, v, k.Type, dc.Init)
}

// fillEnum evaluates the members of an enum.
func (c *checker) fillEnum(x *scope, e *tree.Enum, s *ast.EnumSpec) {
	next := int64(0)
	if c.depth > maxDepends {
		x.m.list.Errorf(e.Pos, max(len(e.Name), 1), "enums refer to later ones more than %d deep", maxDepends)
		return
	}
	for i, m := range s.Members {
		em := e.Members[i]
		c.attrs(x, &em.Head, m.Attrs, nil, onEnumMember)
		if m.Value != nil {
			ev := exprs{c: c, x: x}
			em.Expr = ev.expr(m.Value)
			// Without a value of its own a member follows the one before it.
			switch v := em.Expr.Value(); {
			case v.IsInt():
				next = v.Int
				if next > 1<<32-1 || next < -1<<31 {
					x.m.list.Errorf(m.Value.Pos(), 1, "%d does not fit into an enum, which has 32 bits", next)
				}
				next = int64(int32(next))
			case !ev.failed:
				x.m.list.Errorf(m.Value.Pos(), 1, "the value of %s is not a constant whole number", em.Name)
			}
		}
		em.Value = next
		c.ready[em] = true
		// Behind the largest value C goes on with the smallest.
		next = int64(int32(next + 1))
	}
}
