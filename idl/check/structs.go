package check

import (
	"oxid/idl/ast"
	"oxid/idl/attr"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// fillStruct makes the fields of a struct.
func (c *checker) fillStruct(x *scope, st *tree.Struct, s *ast.StructSpec) {
	if c.depth > maxDepends {
		x.m.list.Errorf(st.Pos, max(len(st.Name), 1), "structs hold each other more than %d deep", maxDepends)
		return
	}
	// Before any work is done for them.
	if len(s.Fields) > maxMembers {
		x.m.list.Errorf(st.Pos, max(len(st.Name), 1), "%s has more than %d fields", st, maxMembers)
		return
	}
	// Effective types are made when all fields are there: size_is may name a
	// field that comes later.
	type pending struct {
		f  *tree.Field
		in *ast.Field
	}
	var all []pending
	for _, in := range s.Fields {
		// One line may declare several fields, or an anonymous one.
		ds := in.Declarators
		if len(ds) == 0 {
			ds = []*ast.Declarator{{}} // an anonymous struct or union
		}
		c.innerTag(x, in.Spec, in.Attrs, st)
		for _, d := range ds {
			f := &tree.Field{Head: x.head(d.Name, &in.Lead), Index: len(st.Fields), Bits: -1, Struct: st}
			// A comment may stand before the line or before one of its names.
			if d.Doc != "" && f.Doc == "" {
				f.Doc = d.Doc
			}
			f.Parent = x.parent
			f.Declared = c.fieldType(x, in.Spec, d, st)
			c.bitField(x, f, d)
			if f.Name != "" && len(st.Fields) < maxMembers {
				if twin := findField(st.Fields, f.Name); twin != nil {
					x.m.list.Errorf(f.Pos, len(f.Name), "%s has two fields called %s", st, f.Name).At(twin.Pos, "the other one")
				}
			}
			st.Fields = append(st.Fields, f)
			all = append(all, pending{f, in})
		}
	}
	e := exprs{c: c, x: x, fields: c.around(st)}
	for _, p := range all {
		c.bindField(x, p.f, p.in.Attrs, e, onField)
	}
	// Everybody who walks down a type makes a call for each level.
	if st.Measure(); tree.Depth(st) > maxDepends {
		x.m.list.Errorf(st.Pos, max(len(st.Name), 1), "%s is made of more than %d types inside each other", st, maxDepends)
		st.Fields = nil
		st.Measure()
	}
	// What it holds by value is in the list already: layouts build on layouts.
	c.frozen = append(c.frozen, st)
	c.late = append(c.late, func() { c.checkStruct(x, st) })
}

// maxMembers bounds the fields of a struct and the parameters of a method;
// names among them are looked for one after the other.
const maxMembers = 10_000

// around returns st and the structs that its body stands in, innermost first.
func (c *checker) around(st *tree.Struct) []*tree.Struct {
	out := []*tree.Struct{st}
	for o := c.outer[st]; o != nil && len(out) < 50; o = c.outer[o] {
		out = append(out, o)
	}
	return out
}

// innerTag notes in which struct the body of an inner one stands, and gives
// it the attributes that concern the type.
func (c *checker) innerTag(x *scope, s *ast.Spec, attrs ast.Attrs, in *tree.Struct) {
	// Only a body stands somewhere; a mention does not.
	switch tag := c.tagOf(x, &ast.Decl{Spec: s}).(type) {
	case *tree.Struct:
		c.outer[tag] = in
	case *tree.Union:
		c.outer[tag] = in
		if a := attrs.Get("switch_type"); a != nil && tag.SwitchType == nil {
			tag.SwitchType = c.switchType(x, a)
		}
	case *tree.Enum:
		tag.V1 = tag.V1 || attrs.Has("v1_enum") || x.winrt
	}
}

// fieldType returns the declared type of a member and reports types that no
// member can have.
func (c *checker) fieldType(x *scope, s *ast.Spec, d *ast.Declarator, owner tree.Type) tree.Type {
	t := c.declared(x, s, d)
	at, width := d.Name.Pos, len(d.Name.Text)
	if width == 0 {
		at, width = s.Pos, s.Width
	}
	if !c.byValue(x, t, at, width, owner) {
		return tree.Invalid{}
	}
	return t
}

// byValue checks that t can be held by value, and fills it in.
func (c *checker) byValue(x *scope, t tree.Type, at source.Pos, width int, owner tree.Type) bool {
	// What is transmitted in its place must not lead back here either.
	for a, ok := t.(*tree.Alias); ok && c.ensure(a) && a.Target != nil; a, ok = a.Target.(*tree.Alias) {
		if a.Xmit != nil && !c.byValue(x, a.Xmit.Type, at, width, owner) {
			return false
		}
	}
	switch u := c.unalias(t).(type) {
	case *tree.Struct:
		if !c.ensure(u) {
			d := x.m.list.Errorf(at, width, "%s would contain itself", u)
			d.Fix("hold it by a pointer: %s *", u)
			return false
		}
		if !u.Complete {
			// The body may still come: forward announcements end with the file.
			c.late = append(c.late, func() {
				if !u.Complete {
					x.m.list.Warnf(at, width, "%s is only announced, so it cannot be held by value; MIDL refuses this", u).At(u.Pos, "announced here")
				}
			})
		}
	case *tree.Union:
		if !c.ensure(u) {
			x.m.list.Errorf(at, width, "%s would contain itself", u)
			return false
		}
		if !u.Complete {
			x.m.list.Warnf(at, width, "%s is only announced, so it cannot be held by value; MIDL refuses this", u).At(u.Pos, "announced here")
		}
	case *tree.Enum:
		c.ensure(u)
	case *tree.Array:
		return c.byValue(x, u.Elem, at, width, owner)
	case *tree.Basic:
		if u.Kind == tree.Void {
			x.m.list.Errorf(at, width, "a field of type void").Fix("write void * or a type")
			return false
		}
	case *tree.Func:
		x.m.list.Errorf(at, width, "a function as a field").Fix("write a pointer to a function: (*name)(...)")
		return false
	case *tree.Interface, *tree.Dispinterface:
		if !x.winrt {
			x.m.list.Errorf(at, width, "an interface is held by a pointer").Fix("write %s *", t)
			return false
		}
	}
	return true
}

// bitField reads the width of a bit field.
func (c *checker) bitField(x *scope, f *tree.Field, d *ast.Declarator) {
	if d.Bits == nil {
		return
	}
	e := exprs{c: c, x: x}
	v := e.expr(d.Bits).Value()
	switch {
	case e.failed:
	// 0 ends a unit of bit fields; nothing is wider than 64 bits.
	case !v.IsInt() || v.Int < 0 || v.Int > 64:
		x.m.list.Errorf(d.Bits.Pos(), len(exprText(d.Bits)), "the width of a bit field is a constant from 0 to 64")
	default:
		f.Bits = int(v.Int)
	}
}

// bindField makes the effective type of a field.
func (c *checker) bindField(x *scope, f *tree.Field, attrs ast.Attrs, e exprs, place attr.Where) {
	c.attrs(x, &f.Head, attrs, &e, place)
	b := c.newBinder(x, attrs, e)
	f.Type = b.bind(f.Declared, 0, tree.NoPtrKind)
	b.finish(f.Type)
	f.Ignore = attrs.Has("ignore")
	f.Range = c.rangeOf(x, &f.Head)
}

// checkStruct reports what can be seen only when all types are known.
func (c *checker) checkStruct(x *scope, st *tree.Struct) {
	if f := notLast(st); f != nil {
		what := "an array without a fixed size"
		if _, ok := tree.Unalias(f.Type).(*tree.Struct); ok {
			what = "a struct that ends with an array without a fixed size"
		}
		x.m.list.Warnf(f.Pos, max(len(f.Name), 1), "%s is not the last field of %s, but %s; MIDL refuses this", f.Name, st, what).
			Fix("move it to the end, or hold it by a pointer")
	}
}

// notLast returns a field of varying size that is not at the end of its
// struct ([C706] 14.3.7.1), or nil.
func notLast(st *tree.Struct) *tree.Field {
	for i, f := range st.Fields {
		if i < len(st.Fields)-1 && f.Type != nil && f.Type.Wire(tree.NDR20).Conformant {
			return f
		}
	}
	return nil
}

// fillUnion makes the arms of a union.
func (c *checker) fillUnion(x *scope, u *tree.Union, s *ast.UnionSpec) {
	if c.depth > maxDepends {
		x.m.list.Errorf(u.Pos, max(len(u.Name), 1), "unions hold each other more than %d deep", maxDepends)
		return
	}
	if len(s.Arms) > maxMembers {
		x.m.list.Errorf(u.Pos, max(len(u.Name), 1), "%s has more than %d members", u, maxMembers)
		return
	}
	if sw := s.Switch; sw != nil {
		u.SwitchType = c.declared(x, sw.Spec, nil)
		u.SwitchName, u.UnionName = sw.Name.Text, sw.Union.Text
		if u.UnionName == "" {
			u.UnionName = "tagged_union" // what MIDL calls it
		}
		if !discriminant(c.unalias(u.SwitchType)) {
			x.m.list.Errorf(sw.Spec.Pos, sw.Spec.Width, "%s cannot choose the arm of a union", u.SwitchType).
				Fix("use an integer, a character, a boolean or an enum")
			u.SwitchType = tree.Invalid{}
		}
	}
	cases, without := 0, (*ast.Arm)(nil)
	type pending struct {
		arm *tree.Arm
		in  *ast.Arm
	}
	var all []pending
	for _, in := range s.Arms {
		if in.HasCase {
			cases++
		} else if without == nil {
			without = in
		}
		// Every arm has a field, be it an empty one: it carries position and comment.
		a := &tree.Arm{Default: in.Default}
		f := &tree.Field{Head: tree.Head{Pos: in.Pos, File: x.m.out, Parent: x.parent, Doc: in.Doc}, Index: len(u.Arms), Bits: -1, Union: u}
		if in.Spec != nil {
			// The arms of a union inside of a struct may refer to that struct's fields.
			if o := c.outer[u]; o != nil {
				c.innerTag(x, in.Spec, in.Attrs, o)
			}
			f.Name, f.Pos = in.Decl.Name.Text, in.Decl.Name.Pos
			if f.Name == "" {
				f.Pos = in.Pos
			}
			f.Declared = c.fieldType(x, in.Spec, in.Decl, u)
			c.bitField(x, f, in.Decl)
			c.twinArm(x, u, f)
		}
		a.Field = f
		u.Arms = append(u.Arms, a)
		all = append(all, pending{a, in})
	}
	// Without any case it is a union of C, which no marshaler understands.
	u.C = cases == 0 && !u.Encapsulated
	if !u.C && without != nil && !u.Encapsulated {
		x.m.list.Errorf(without.Pos, 1, "this arm of %s has no case", u).Fix("write [case(n)] or [default] before it")
	}
	e := exprs{c: c, x: x}
	if o := c.outer[u]; o != nil {
		e.fields = c.around(o)
	}
	for _, p := range all {
		f := p.arm.Field
		if f.Declared != nil {
			c.bindField(x, f, p.in.Attrs, e, onArm)
		} else {
			c.attrs(x, &f.Head, p.in.Attrs, &e, onArm)
		}
	}
	if u.Measure(); tree.Depth(u) > maxDepends {
		x.m.list.Errorf(u.Pos, max(len(u.Name), 1), "%s is made of more than %d types inside each other", u, maxDepends)
		u.Arms = nil
		u.Measure()
		return
	}
	c.frozen = append(c.frozen, u)
	seen := map[int64]source.Pos{}
	for _, p := range all {
		c.cases(x, u, p.arm, p.in, seen)
	}
}

// twinArm reports two members of a union with one name.
func (c *checker) twinArm(x *scope, u *tree.Union, f *tree.Field) {
	if f.Name == "" {
		return
	}
	for _, a := range u.Arms {
		if a.Field.Name == f.Name {
			x.m.list.Errorf(f.Pos, len(f.Name), "%s has two members called %s", u, f.Name).At(a.Field.Pos, "the other one")
			return
		}
	}
}

// cases evaluates the values that choose an arm.
func (c *checker) cases(x *scope, u *tree.Union, a *tree.Arm, in *ast.Arm, seen map[int64]source.Pos) {
	if a.Default {
		for _, b := range u.Arms {
			if b == a {
				break
			}
			if b.Default {
				x.m.list.Errorf(in.Pos, 1, "%s has two default arms", u).At(b.Field.Pos, "the other one")
				break
			}
		}
	}
	for _, ce := range in.Cases {
		if ce == nil {
			continue
		}
		e := exprs{c: c, x: x}
		ex := e.expr(ce)
		v := ex.Value()
		if !v.IsInt() {
			if !e.failed {
				x.m.list.Errorf(ce.Pos(), len(exprText(ce)), "the value of a case is a constant whole number")
			}
			continue
		}
		// Two arms for one value would never be told apart.
		if at, twice := seen[v.Int]; twice {
			x.m.list.Errorf(ce.Pos(), len(exprText(ce)), "%s has two arms for %d", u, v.Int).At(at, "the other one")
			continue
		}
		seen[v.Int] = ce.Pos()
		// A value that the discriminant cannot have is a slip.
		if b := tree.BasicOf(u.SwitchType); b != nil {
			if w := convert(v, b.Kind); w.Int != v.Int {
				x.m.list.Errorf(ce.Pos(), len(exprText(ce)), "%d never occurs in %s, the type of the discriminant", v.Int, u.SwitchType)
			}
		}
		a.Cases = append(a.Cases, tree.CaseValue{Expr: ex, Value: v.Int})
	}
}
