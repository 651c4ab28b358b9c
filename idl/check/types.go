package check

import (
	"strings"

	"oxid/idl/ast"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// declared returns the type that a specifier and a declarator make, as
// written: pointers without a kind, attributes not applied.
func (c *checker) declared(x *scope, s *ast.Spec, d *ast.Declarator) tree.Type {
	t := c.specType(x, s)
	if d == nil {
		return t
	}
	// const belongs to what is left of it: first to the base type, then to the
	// pointer just made.
	constant := s.Const
	for i := len(d.Ops) - 1; i >= 0; i-- {
		op := &d.Ops[i]
		switch op.Kind {
		case ast.OpPointer:
			t = &tree.Pointer{Elem: t, Const: constant}
			constant = op.Const
		case ast.OpArray:
			dim := tree.Dim{Fixed: c.bound(x, op)}
			// a[2][3] is one array with two dimensions, not an array of arrays.
			if inner, ok := t.(*tree.Array); ok {
				t = &tree.Array{Elem: inner.Elem, Dims: append([]tree.Dim{dim}, inner.Dims...), Const: constant}
			} else {
				c.checkElem(x, t, op.Pos)
				t = &tree.Array{Elem: t, Dims: []tree.Dim{dim}, Const: constant}
			}
		// Parameters of function types never travel: types are enough.
		case ast.OpFunc:
			f := &tree.Func{Ret: t, Variadic: op.Variadic, CallConv: op.CallConv}
			for j, p := range op.Params {
				f.Params = append(f.Params, c.plainParam(x, p, j))
			}
			t = f
			constant = false
		}
	}
	return t
}

// checkElem reports types that cannot be elements of an array.
func (c *checker) checkElem(x *scope, t tree.Type, at source.Pos) {
	switch u := t.(type) {
	case *tree.Func:
		x.m.list.Errorf(at, 1, "an array of functions").Fix("write an array of pointers to functions")
	case *tree.Basic:
		if u.Kind == tree.Void {
			x.m.list.Errorf(at, 1, "an array of void")
		}
	}
}

// plainParam is a parameter of a function type: names and types, no wire.
func (c *checker) plainParam(x *scope, p *ast.Param, i int) *tree.Param {
	t := c.declared(x, p.Spec, p.Decl)
	prm := &tree.Param{Head: x.head(p.Decl.Name, &p.Lead), Index: i, Type: t, Declared: t, Const: p.Spec.Const}
	c.attrs(x, &prm.Head, p.Attrs, nil, 0)
	prm.In, prm.Out = p.Attrs.Has("in"), p.Attrs.Has("out")
	return prm
}

// maxBound is the largest number of elements of a fixed array: what NDR lets
// one dimension have ([MS-RPCE] 2.2.5.3.2).
const maxBound = 1<<31 - 1

// bound evaluates the size of an array, -1 for none.
func (c *checker) bound(x *scope, op *ast.Op) int64 {
	if op.Bound == nil {
		return -1
	}
	e := exprs{c: c, x: x}
	// Only constants: a size that comes at run time is told by size_is.
	v := e.expr(op.Bound).Value()
	if !v.IsInt() {
		if !e.failed {
			x.m.list.Errorf(op.Bound.Pos(), 1, "the size of the array is not a constant whole number").
				Fix("write [] and name the parameter or field that holds the size: [size_is(n)]")
		}
		return 1
	}
	n := v.Int
	// [0..9] holds ten elements.
	if op.Low != nil {
		low := e.expr(op.Low).Value()
		if !low.IsInt() || low.Int != 0 {
			x.m.list.Errorf(op.Low.Pos(), 1, "the lower bound of an array is 0")
		}
		n++
	}
	if n < 0 || n > maxBound || v.Unsigned && v.Int < 0 {
		x.m.list.Errorf(op.Bound.Pos(), 1, "an array cannot have %d elements", n)
		return 1
	}
	return n
}

// specType returns the type of a specifier.
func (c *checker) specType(x *scope, s *ast.Spec) tree.Type {
	switch s.Kind {
	case ast.SpecBasic:
		return tree.BasicType(s.Basic)
	case ast.SpecName:
		return c.namedType(x, s)
	case ast.SpecInterface:
		return c.elaborated(x, s)
	case ast.SpecStruct:
		// A body is the struct itself; without one the tag is looked up. The body
		// may stand behind a pointer, where nobody else needs what is in it.
		if st := c.structs[s.Struct]; st != nil {
			c.ensure(st)
			return st
		}
		return c.tagType(x, s, s.Struct.Tag)
	case ast.SpecUnion:
		if u := c.unions[s.Union]; u != nil {
			c.ensure(u)
			return u
		}
		return c.tagType(x, s, s.Union.Tag)
	case ast.SpecEnum:
		if e := c.enums[s.Enum]; e != nil {
			c.ensure(e)
			return e
		}
		return c.tagType(x, s, s.Enum.Tag)
	case ast.SpecSafeArray:
		a := &tree.SafeArray{Elem: c.embedded(x, c.typeName(x, s.Args[0]))}
		if sym := x.lookup(typeSpace, "LPSAFEARRAY"); sym != nil {
			if l, ok := sym.thing.(*tree.Alias); ok && c.ensure(l) {
				a.Local = l
			}
		}
		return a
	case ast.SpecPipe:
		return &tree.Pipe{Elem: c.embedded(x, c.typeName(x, s.Args[0]))}
	}
	return tree.Invalid{}
}

// aOrAn puts the article before a word for a tag.
func aOrAn(word string) string {
	if word == "enum" {
		return "an enum"
	}
	return "a " + word
}

// typeName returns the type of a cast, of sizeof or of an attribute's argument.
func (c *checker) typeName(x *scope, t *ast.TypeName) tree.Type {
	if t == nil || t.Spec == nil {
		return tree.Invalid{}
	}
	return c.declared(x, t.Spec, t.Decl)
}

// tagType returns the struct, union or enum with a tag that is mentioned.
func (c *checker) tagType(x *scope, s *ast.Spec, tag ast.Name) tree.Type {
	sym := x.lookup(tagSpace, tag.Text)
	if sym == nil {
		return tree.Invalid{} // a syntax error was reported
	}
	word := ""
	switch sym.thing.(type) {
	case *tree.Struct:
		word = "struct"
	case *tree.Union:
		word = "union"
	case *tree.Enum:
		word = "enum"
	}
	want := map[ast.SpecKind]string{ast.SpecStruct: "struct", ast.SpecUnion: "union", ast.SpecEnum: "enum"}[s.Kind]
	if word != want {
		x.m.list.Errorf(tag.Pos, len(tag.Text), "%s is %s, not %s", tag.Text, aOrAn(word), aOrAn(want)).
			Fix("write %s %s", word, tag.Text).At(sym.pos, "it is declared here")
	}
	return sym.thing.(tree.Type)
}

// elaborated returns the interface of `interface X`, which announces X when
// nothing else declares it.
func (c *checker) elaborated(x *scope, s *ast.Spec) tree.Type {
	if len(s.Args) > 0 {
		return c.generic(x, s)
	}
	if sym := x.lookup(typeSpace, s.Name.Text); sym != nil {
		return c.symbolType(x, sym, s)
	}
	return x.announce(s.Name).thing.(tree.Type)
}

// announce declares an interface of which no more is known than its name.
func (x *scope) announce(n ast.Name) *symbol {
	i := &tree.Interface{Head: tree.Head{Name: n.Text, Pos: n.Pos, File: x.m.out}}
	sym := &symbol{name: n.Text, pos: n.Pos, mod: x.m, thing: i, implicit: true}
	x.m.types[n.Text] = sym
	delete(x.m.memo, memoKey{typeSpace, n.Text})
	return sym
}

// namedType returns the type that a name stands for.
func (c *checker) namedType(x *scope, s *ast.Spec) tree.Type {
	name := s.Name.Text
	// T of interface IVector<T> is a type, but nobody knows which.
	if x.typeParams[name] {
		return &tree.Opaque{Name: name}
	}
	if len(s.Args) > 0 {
		return c.generic(x, s)
	}
	sym := x.lookup(typeSpace, name)
	if sym == nil {
		if tag := x.lookup(tagSpace, name); tag != nil && tag.defined {
			// C++ and the Windows Runtime do without the word.
			if !x.winrt {
				what := describeThing(tag.thing)
				_, word, _ := strings.Cut(what, " ")
				x.m.list.Warnf(s.Name.Pos, len(name), "%s is the tag of %s; MIDL refuses it without that word", name, what).
					Fix("write %s %s", word, name)
			}
			return tag.thing.(tree.Type)
		}
		return c.unknownType(x, s)
	}
	return c.symbolType(x, sym, s)
}

// symbolType returns the type that sym declares.
func (c *checker) symbolType(x *scope, sym *symbol, s *ast.Spec) tree.Type {
	if sym.mod == x.m && !sym.implicit && sym.pos.Compare(s.Name.Pos) > 0 && !x.winrt {
		c.warnEarly(x, s.Name, sym.pos)
	}
	switch t := sym.thing.(type) {
	// Classes are used as types in the Windows Runtime only.
	case *tree.WinRT, *tree.Coclass:
		return &tree.Opaque{Name: sym.name}
	case tree.Type:
		return t
	}
	x.m.list.Errorf(s.Name.Pos, len(s.Name.Text), "%s is %s, not a type", s.Name.Text, describeThing(sym.thing)).At(sym.pos, "it is declared here")
	return tree.Invalid{}
}

// warnEarly warns of a name that is used before its declaration.
func (c *checker) warnEarly(x *scope, n ast.Name, at source.Pos) {
	// Once for each name; one use is as early as another.
	key := "early " + n.Text
	if x.m.reported[key] {
		return
	}
	x.m.reported[key] = true
	x.m.list.Warnf(n.Pos, len(n.Text), "%s is used before it is declared; MIDL refuses this", n.Text).At(at, "it is declared here")
}

// generic returns an instance of a parameterised type of the Windows Runtime.
func (c *checker) generic(x *scope, s *ast.Spec) tree.Type {
	name := s.Name.Text
	if sym := x.lookup(typeSpace, name); sym == nil {
		return c.unknownType(x, s)
	}
	text := name + "<"
	for i, a := range s.Args {
		if i > 0 {
			text += ", "
		}
		text += c.typeName(x, a).String()
	}
	return &tree.Opaque{Name: text + ">"}
}
