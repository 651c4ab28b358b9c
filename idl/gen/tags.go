package gen

import "oxid/idl/tree"

// A union with a switch_type has a tag of that type. Most unions of protocol
// specifications stand nameless in a structure, beside the field that chooses the
// arm, and have none; their tag is of that field's type, so that nobody has to
// convert. Where several fields of several types choose, one is taken that holds
// all of them.

// collectTags notes what chooses the arms of the unions without a switch_type.
func (g *generator) collectTags() {
	g.tags = map[*tree.Union]tree.Type{}
	for _, p := range g.packages {
		for _, f := range p.files {
			for _, t := range p.types[f] {
				switch x := t.(type) {
				case *tree.Struct:
					for _, field := range x.Fields {
						g.collectTag(p, field.Type)
					}
				case *tree.Union:
					for _, a := range x.Arms {
						if hasValue(a) {
							g.collectTag(p, a.Field.Type)
						}
					}
				}
			}
			for i := range f.Interfaces() {
				for _, m := range i.Methods {
					for _, param := range m.Params {
						g.collectTag(p, param.Type)
					}
				}
			}
		}
	}
}

// collectTag looks for a union in the type of a field or a parameter.
func (g *generator) collectTag(p *pkg, t tree.Type) {
	for {
		switch x := t.(type) {
		case *tree.Pointer:
			t = x.Elem
		case *tree.Array:
			t = x.Elem
		case *tree.SwitchedUnion:
			if u := x.Union; u.SwitchType == nil {
				if old, seen := g.tags[u]; !seen {
					g.tags[u] = g.tagOf(p, u, x.SwitchType)
				} else if old != nil && !g.sameTag(old, x.SwitchType) {
					g.tags[u] = g.widerTag(old, x.SwitchType)
				}
			}
			return
		default:
			return
		}
	}
}

// tagOf returns the type of the tag of u, which t chooses; nil for what is no
// number. An enumeration counts where it and the union belong to the package that
// uses both: no other can name it for certain.
func (g *generator) tagOf(p *pkg, u *tree.Union, t tree.Type) tree.Type {
	if s := g.scalarOf(t); s == nil || !s.number || s == hresultScalar {
		return nil
	}
	if e, ok := g.open(t).(*tree.Enum); ok && (g.byFile[e.File] != p || g.byFile[u.File] != p || g.names[e] == "") {
		return nil
	}
	return t
}

// sameTag reports whether tags of both types are of one type in Go.
func (g *generator) sameTag(a, b tree.Type) bool {
	if _, ok := g.open(a).(*tree.Enum); ok {
		return g.open(a) == g.open(b)
	}
	return g.scalarOf(a) == g.scalarOf(b)
}

// widerTag returns a type for the tags of both types.
func (g *generator) widerTag(a, b tree.Type) tree.Type {
	for _, t := range []tree.Type{a, b} {
		if s := g.scalarOf(t); s != nil && (s.typ == "uint32" || s.typ == "int64" || s.typ == "uint64") {
			return tree.BasicType(tree.Hyper)
		}
	}
	return tree.BasicType(tree.Long)
}

// discriminant is the type that the tag of u has in Go, nil for 32 bits.
func (g *generator) discriminant(u *tree.Union) tree.Type {
	if u.SwitchType != nil {
		return u.SwitchType
	}
	return g.tags[u]
}
