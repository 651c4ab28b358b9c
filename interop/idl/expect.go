package main

import (
	"cmp"
	"path/filepath"
	"slices"

	"oxid/com"
	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// The kinds of what is carved out.
const (
	carvedWinRT  = "WinRT"
	carvedLocal  = "[local] interface"
	carvedMethod = "[local] method"
	carvedNoCode = "[nocode] method"
	carvedNoUUID = "no uuid"
	carvedForm   = "no wire form"
)

// carveOut is something that is not generated, and is not meant to be.
type carveOut struct {
	Kind string `json:"kind"`
	File string `json:"file"`
	Name string `json:"name"`
	Why  string `json:"why,omitempty"`
}

// wanted is an interface whose calls travel.
type wanted struct {
	file   string // the IDL file's name
	pkg    string // import path of the generated package
	name   string
	id     com.GUID
	object bool
	// ops are the operations to be found on both sides: an object interface's
	// own, all of an RPC interface, because its client repeats those of bases.
	ops map[int]*tree.Method
}

// expectation is what the checked tree asks for.
type expectation struct {
	wanted []*wanted
	carved []carveOut
	plain  int // interfaces with nothing to generate: IUnknown, and those around types alone
}

// expect walks the tree of everything that was accepted. packages are the
// import paths by file.
func expect(p *tree.Program, packages map[*tree.File]string) *expectation {
	e := &expectation{}
	for _, f := range p.Files {
		if f.Std {
			continue // oxid's own, generated elsewhere
		}
		for d := range f.AllDecls() {
			switch d := d.(type) {
			case *tree.WinRT:
				e.carve(carvedWinRT, f, cmp.Or(d.Name, winrtKinds[d.Kind]), winrtKinds[d.Kind])
			case *tree.Interface:
				e.iface(f, packages[f], d)
			case *tree.Dispinterface:
				e.dispinterface(f, packages[f], d)
			}
		}
	}
	slices.SortStableFunc(e.carved, func(a, b carveOut) int { return cmp.Compare(a.Kind, b.Kind) })
	return e
}

var winrtKinds = map[tree.WinRTKind]string{
	tree.RuntimeClass: "runtimeclass", tree.Delegate: "delegate", tree.APIContract: "apicontract",
	tree.AttributeDecl: "attribute", tree.Declare: "declare",
}

func (e *expectation) carve(kind string, f *tree.File, name, why string) {
	e.carved = append(e.carved, carveOut{kind, filepath.Base(f.Path), name, why})
}

// dispinterface notes a dispinterface: an interface without operations of its own
// where its base is known.
func (e *expectation) dispinterface(f *tree.File, pkg string, d *tree.Dispinterface) {
	if d.Complete && d.HasUUID && knowsDispatch(f, map[*tree.File]bool{}) {
		e.wanted = append(e.wanted, &wanted{file: filepath.Base(f.Path), pkg: pkg, name: d.Name, id: d.UUID, object: true})
	}
}

// knowsDispatch reports whether f or what it imports declares IDispatch.
func knowsDispatch(f *tree.File, seen map[*tree.File]bool) bool {
	if f == nil || seen[f] {
		return false
	}
	seen[f] = true
	for i := range f.Interfaces() {
		if i.Name == "IDispatch" && i.Complete {
			return true
		}
	}
	for _, im := range f.Imports {
		if knowsDispatch(im.File, seen) {
			return true
		}
	}
	return false
}

// iface sorts one interface.
func (e *expectation) iface(f *tree.File, pkg string, i *tree.Interface) {
	switch {
	case !i.Complete:
		return // an announcement
	case i.WinRT:
		e.carve(carvedWinRT, f, i.Name, "interface")
		return
	case i.UUID == com.IID_IUnknown || !i.Object && !i.HasUUID && !i.Local && len(i.Methods) == 0:
		e.plain++ // oxid/com has IUnknown
		return
	case i.Local:
		e.carve(carvedLocal, f, i.Name, "")
		return
	}
	if nameless := withoutUUID(i); nameless != nil && len(i.Methods) > 0 {
		why := ""
		if nameless != i {
			why = "its base " + nameless.Name
		}
		e.carve(carvedNoUUID, f, i.Name, why)
		return
	}
	w := &wanted{file: filepath.Base(f.Path), pkg: pkg, name: i.Name, id: i.UUID, object: i.Object, ops: map[int]*tree.Method{}}
	for _, m := range i.Methods {
		switch {
		case m.Local && m.Remote == nil:
			e.carve(carvedMethod, f, i.Name+"."+m.Name, "")
		case m.OnWire && m.Attrs.Has("nocode"):
			e.carve(carvedNoCode, f, i.Name+"."+m.Name, "")
		}
	}
	for at := i; at != nil; at = at.Base {
		for _, m := range at.Methods {
			if m.OnWire && !m.Attrs.Has("nocode") {
				w.ops[m.Op] = m
			}
		}
		if i.Object {
			break
		}
	}
	e.wanted = append(e.wanted, w)
}

// withoutUUID returns the interface among i and its bases that has none, nil
// when all have one.
func withoutUUID(i *tree.Interface) *tree.Interface {
	for ; i != nil && i.UUID != com.IID_IUnknown; i = i.Base {
		if !i.HasUUID && len(i.Methods) > 0 {
			return i
		}
	}
	return nil
}

// saidBy finds what the generator said about a place.
func saidBy(said []*diag.Diagnostic) map[source.Pos]string {
	m := map[source.Pos]string{}
	for _, d := range said {
		m[d.Pos] = d.Message
	}
	return m
}
