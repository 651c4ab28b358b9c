package gen

import (
	"iter"

	"oxid/idl/tree"
)

// A dispinterface is IDispatch under an IID of its own: who connects a sink for
// events asks it for that IID, and marshals IDispatch. In Go it is an interface
// that embeds automation.IDispatch and adds nothing.

// dispInterfaces makes the interfaces that dispinterfaces stand for.
func (g *generator) dispInterfaces() {
	g.disps = map[*tree.File][]*tree.Interface{}
	g.dispOf = map[*tree.Interface]*tree.Dispinterface{}
	for _, f := range g.prog.Files {
		dispatch := findDispatch(f, map[*tree.File]bool{})
		for d := range f.AllDecls() {
			x, ok := d.(*tree.Dispinterface)
			if !ok || !x.HasUUID || !x.Complete || dispatch == nil {
				continue
			}
			i := &tree.Interface{Head: x.Head, UUID: x.UUID, HasUUID: true, Object: true, Dispatch: true, Complete: true, Base: dispatch}
			g.disps[f], g.dispOf[i] = append(g.disps[f], i), x
		}
	}
}

// findDispatch returns IDispatch as f and what it imports declare it, or nil.
func findDispatch(f *tree.File, seen map[*tree.File]bool) *tree.Interface {
	if f == nil || seen[f] {
		return nil
	}
	seen[f] = true
	for i := range f.Interfaces() {
		if i.Name == "IDispatch" && i.Complete && i.HasUUID {
			return i
		}
	}
	for _, im := range f.Imports {
		if i := findDispatch(im.File, seen); i != nil {
			return i
		}
	}
	return nil
}

// interfaces yields the interfaces of f, those of its dispinterfaces last.
func (g *generator) interfaces(f *tree.File) iter.Seq[*tree.Interface] {
	return func(yield func(*tree.Interface) bool) {
		for i := range f.Interfaces() {
			if !yield(i) {
				return
			}
		}
		for _, i := range g.disps[f] {
			if !yield(i) {
				return
			}
		}
	}
}
