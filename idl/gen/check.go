package gen

import (
	"oxid/idl/tree"
)

// What cannot be generated is refused before anything is printed, because one
// refusal leads to others: a structure with a bit field takes every structure
// around it with it, and every method that has one of them as a parameter. The
// rest of the file's methods stay. The reasons are kept as text that names the
// way down to the cause:
//
//	parameter b: field inner of struct OUTER: bit field a of struct BITS

// refuseTypes finds the structures and unions that have no Go form. Types may
// refer to each other in circles, so it repeats until nothing more is refused.
func (g *generator) refuseTypes() {
	var all []tree.Type
	for _, p := range g.packages {
		for _, f := range p.files {
			for _, t := range p.types[f] {
				if _, ok := t.(*tree.Enum); ok {
					continue
				}
				all = append(all, t)
				if why := g.foreign(t, headOf(t)); why != "" {
					if _, ok := g.codec(t); !ok {
						g.refused[t] = why
					}
				} else if g.containsItself(t, t, map[tree.Type]bool{}) {
					g.refused[t] = t.String() + " contains itself by ref pointers"
				}
			}
		}
	}
	// Everything counts as possible until it is refused. Whoever contains what was
	// refused is refused in the next round; the number of types bounds the rounds.
	for changed := true; changed; {
		changed = false
		for _, t := range all {
			if g.refused[t] != "" {
				continue
			}
			if err := g.checkMembers(t); err != nil {
				g.refused[t] = err.Error()
				changed = true
			}
		}
	}
}

// headOf returns what declares a structure, union or enumeration.
func headOf(t tree.Type) *tree.Head {
	switch x := t.(type) {
	case *tree.Struct:
		return x.Header()
	case *tree.Union:
		return x.Header()
	case *tree.Enum:
		return x.Header()
	}
	return &tree.Head{}
}

// containsItself reports whether a value of t would contain one of want: ref
// pointers are values in Go.
func (g *generator) containsItself(t, want tree.Type, seen map[tree.Type]bool) bool {
	switch x := g.open(t).(type) {
	case *tree.Struct:
		if seen[x] {
			return false
		}
		seen[x] = true
		for _, f := range x.Fields {
			if f.Type == nil {
				continue
			}
			if ft := g.byValue(f.Type); ft != nil && (ft == want || g.containsItself(ft, want, seen)) {
				return true
			}
		}
	}
	return false
}

// byValue returns the type whose values a Go value of t holds inside itself.
func (g *generator) byValue(t tree.Type) tree.Type {
	switch x := g.open(t).(type) {
	case *tree.Pointer:
		if x.Kind == tree.Ref {
			return g.byValue(x.Elem)
		}
		return nil
	case *tree.Array:
		if len(form(x).dyn) > 0 {
			return nil
		}
		return g.byValue(x.Elem)
	default:
		return x
	}
}

// checkMembers reports why a structure or union cannot be generated.
func (g *generator) checkMembers(t tree.Type) error {
	switch x := t.(type) {
	case *tree.Struct:
		for i, f := range x.Fields {
			switch {
			case f.Bits >= 0:
				return refuse("bit field %s of %s", f.Name, x)
			case f.Type == nil:
				return refuse("%v of %s without a type", f, x)
			case f.Ignore:
				continue
			}
			if err := g.check(f.Type); err != nil {
				return refuse("%v of %s: %v", f, x, err)
			}
			// The checker refuses it, too; but a tree need not come from there.
			if f.Type.Wire(tree.NDR20).Conformant && i != len(x.Fields)-1 {
				return refuse("conformant field %s of %s is not the last", f.Name, x)
			}
		}
	case *tree.Union:
		if x.C || len(x.Arms) == 0 {
			return refuse("%s has no cases", x)
		}
		if x.Encapsulated && g.scalarOf(x.SwitchType) == nil {
			return refuse("the discriminant of %s", x)
		}
		for _, a := range x.Arms {
			if a.Field == nil || a.Field.Type == nil {
				continue
			}
			if err := g.check(a.Field.Type); err != nil {
				return refuse("arm %s of %s: %v", a.Field.Name, x, err)
			}
			// Its count would have to stand in front of a structure that does not
			// know yet which arm will be there.
			if a.Field.Type.Wire(tree.NDR20).Conformant {
				return refuse("arm %s of %s is conformant", a.Field.Name, x)
			}
		}
	}
	return nil
}

// check reports why t cannot be carried, embedded or as a parameter.
func (g *generator) check(t tree.Type) error {
	if _, ok := g.codec(t); ok {
		return nil
	}
	switch x := t.(type) {
	case nil:
		return refuse("no type")
	case *tree.Basic:
		if basicScalars[x.Kind] == nil {
			return refuse("%s has no wire form", x)
		}
	case *tree.Alias:
		if x.Xmit != nil {
			if x.Xmit.Type == nil {
				return refuse("%s has no type on the wire", x.Name)
			}
			if err := g.check(x.Xmit.Type); err != nil {
				return refuse("%s has no registered Go type, and its wire type cannot be used: %v", x.Name, err)
			}
			return nil
		}
		if builtinAlias(x) != nil {
			return nil
		}
		return g.check(x.Target)
	case *tree.Enum:
		if !x.Complete {
			return refuse("%s is only announced", x)
		}
		if why := g.foreign(x, x.Header()); why != "" {
			return refuse("%s", why)
		}
	case *tree.Struct:
		if inGo(x) {
			return nil
		}
		if !x.Complete {
			return refuse("%s is only announced", x)
		}
		return g.named(x)
	case *tree.Union:
		if !x.Complete {
			return refuse("%s is only announced", x)
		}
		if !x.Encapsulated {
			return refuse("%s has no switch_is here", x)
		}
		return g.named(x)
	// Without a switch_is nobody knows which arm is meant.
	case *tree.SwitchedUnion:
		if x.Switch == nil || x.SwitchType == nil || g.scalarOf(x.SwitchType) == nil {
			return refuse("%s has no switch_is here", x)
		}
		if !x.Union.Complete {
			return refuse("%s is only announced", x)
		}
		return g.named(x.Union)
	case *tree.Pointer:
		if b := tree.BasicOf(x.Elem); b != nil && b.Kind == tree.Void {
			return refuse("a pointer to void")
		}
		return g.check(x.Elem)
	case *tree.InterfacePtr:
		return g.checkInterface(x)
	case *tree.Array:
		return g.checkArray(x)
	case *tree.ContextHandle:
	case *tree.Pipe:
		// C706 4.2.14.1: elements are numbers, or structures of numbers.
		if l := x.Elem.Wire(tree.NDR20); l.Pointers || l.Conformant {
			return refuse("a pipe of %s", x.Elem)
		}
		return g.check(x.Elem)
	case *tree.SafeArray:
		return refuse("SAFEARRAY has no registered Go type")
	case *tree.Func:
		return refuse("a pointer to a function")
	default:
		return refuse("%s has no wire form", t)
	}
	return nil
}

// named reports why a structure or union that has a Go declaration of its own
// cannot be used: it was refused as a whole, so that whoever contains it is, too.
func (g *generator) named(t tree.Type) error {
	if why := g.refused[t]; why != "" {
		return refuse("%s", why)
	}
	if g.names[t] == "" {
		return refuse("%s has no Go name", t)
	}
	return nil
}

// checkInterface reports why a pointer to an interface cannot be carried. With an
// iid_is anything goes: which interface it is turns out at run time.
func (g *generator) checkInterface(x *tree.InterfacePtr) error {
	switch {
	case x.IIDIs != nil || x.Interface == nil && x.Disp == nil:
		return nil
	case x.Disp != nil:
		if g.names[x.Disp] == "" {
			return refuse("dispinterface %s has no IID here", x.Disp.Name)
		}
		return nil
	}
	it := g.ifaces[x.Interface]
	switch {
	case it == nil:
		return refuse("interface %s is only announced", x.Interface.Name)
	case it.why != "":
		return refuse("%s", it.why)
	case !x.Interface.Object:
		return refuse("%s is no object interface", x.Interface.Name)
	}
	return nil
}

// checkArray reports why an array cannot be carried. The limits are those of the
// wire, which has no conformant elements and no strings without an end, and one
// of good sense: a Go array of millions of elements would not fit on a stack.
func (g *generator) checkArray(a *tree.Array) error {
	if a.IsString {
		b := tree.BasicOf(a.Elem)
		if b == nil || !b.Kind.Character() {
			return refuse("a string of %s", a.Elem)
		}
		if len(a.Dims) > 1 && a.Dims[len(a.Dims)-1].Fixed < 0 {
			return refuse("an array of conformant strings")
		}
	}
	if a.Elem.Wire(tree.NDR20).Conformant {
		return refuse("an array of the conformant %s", a.Elem)
	}
	for i := range a.Dims {
		if a.Dims[i].Fixed > 1<<24 {
			return refuse("an array of %d elements", a.Dims[i].Fixed)
		}
	}
	return g.check(a.Elem)
}
