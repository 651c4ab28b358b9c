package gen

import "oxid/idl/tree"

// Late-bound calls name members by numbers. A dispinterface is nothing but such
// numbers, so they are what Go has of it:
//
//	err := sink.Invoke(ctx, DISPID_DEvents_Fired, ...)

// dispID is a member of a dispinterface, or of a dual interface.
type dispID struct {
	name string // of the constant
	id   int32
	head *tree.Head // says what it is
}

// declareDispIDs names the numbers of the members of d.
func (g *generator) declareDispIDs(p *pkg, d tree.Decl) {
	if g.dispIDs[d] != nil {
		return
	}
	var prefix string
	var ids []dispID
	seen := map[string]bool{}
	add := func(name string, has bool, id int32, h *tree.Head) {
		// A property is one member with several methods.
		if has && !seen[name] {
			seen[name] = true
			ids = append(ids, dispID{id: id, head: h, name: prefix + identifier(name)})
		}
	}
	methods := func(ms []*tree.Method) {
		for _, m := range ms {
			add(m.Name, m.HasID, m.ID, &m.Head)
		}
	}
	switch x := d.(type) {
	case *tree.Dispinterface:
		prefix = "DISPID_" + identifier(x.Name) + "_"
		for _, f := range x.Props {
			add(f.Name, f.HasID, f.ID, &f.Head)
		}
		methods(x.Methods)
	case *tree.Interface:
		if !x.Complete || !isDispatch(x) {
			return
		}
		prefix = "DISPID_" + identifier(x.Name) + "_"
		methods(x.Methods)
	}
	for i := range ids {
		ids[i].name = p.scope.take(ids[i].name)
	}
	g.dispIDs[d] = ids
}

// isDispatch reports whether i derives from IDispatch.
func isDispatch(i *tree.Interface) bool {
	for b := i.Base; b != nil; b = b.Base {
		if b.Name == "IDispatch" {
			return true
		}
	}
	return false
}

// printDispIDs prints the numbers of the members of d.
func (p *printer) printDispIDs(d tree.Decl) {
	ids := p.dispIDs[d]
	if len(ids) == 0 {
		return
	}
	p.line("// Members of %s, for late-bound calls.", d.Header().Name)
	p.line("const (")
	for _, id := range ids {
		p.doc(id.head, "")
		p.line("%s int32 = %d", id.name, id.id)
	}
	p.line(")\n")
}
