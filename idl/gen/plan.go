package gen

import (
	"oxid/idl/diag"
	"oxid/idl/tree"
)

// A method of the IDL is flat: parameters, in and out, and one value returned. Go
// has arguments and results. The plan of a method says which is which; printing
// proxies and stubs then needs no decisions any more. For
//
//	HRESULT Find([in, string] const wchar_t *name, [in] unsigned long n,
//	             [out, size_is(n), length_is(*got)] long *ids, [out] unsigned long *got,
//	             [out, retval] boolean *more);
//
// it is
//
//	args     name; ids, the caller's slice
//	results  more, because of retval; got, as much of ids as was filled
//	in       name, n (the length of ids)
//	out      ids, got (the length of the result), more

// method is the plan of one operation: what its Go signature is and what goes
// over the wire.
type method struct {
	m    *tree.Method // as it is on the wire
	decl *tree.Method // whose name and comment count: of a call_as pair the local one
	dir  directive
	name string // in Go
	why  string // the reason why it is refused, "" for none
	// silent says that nobody is told: the description wants it that way.
	silent bool

	args    []*value               // Go arguments behind ctx
	results []*value               // Go results before HRESULT and error
	in, out []*value               // on the wire, in order
	ret     *value                 // the function's value, unless it is an HRESULT or void
	success bool                   // a com.HRESULT stands before the error
	full    bool                   // there are full pointers
	objects struct{ in, out bool } // interface pointers are on the wire
}

// role tells what a parameter has become.
type role uint8

const (
	plain    role = iota // an argument or a result
	lengthOf             // the length of the slice .of: no part of the signature
	tagOf                // the tag of the union .of
	callers              // an argument only: the slice that .of is decoded into
)

// value is a parameter in one direction.
type value struct {
	p    *tree.Param // nil for the function's value
	name string      // its Go variable
	typ  tree.Type   // what is carried; a top-level ref pointer is none
	role role
	of   *value
	into *value // the caller's slice that an [out] array is decoded into
	// reuse says that into is the argument of the same [in, out] parameter.
	reuse bool
}

// planAll plans every interface of the program: what a file prints may depend
// on methods of its bases elsewhere.
func (g *generator) planAll() {
	for _, p := range g.packages {
		for _, f := range p.files {
			for i := range g.interfaces(f) {
				if it := g.ifaces[i]; it != nil && !isIUnknown(i) {
					g.planInterface(it)
				}
			}
		}
	}
}

// refuseInterfaces finds the object interfaces that cannot be generated as a
// whole.
func (g *generator) refuseInterfaces() {
	for _, p := range g.packages {
		for _, f := range p.files {
			for i := range g.interfaces(f) {
				if it := g.ifaces[i]; it != nil {
					it.why = g.whyNot(it)
				}
			}
		}
	}
}

// whyNot is the reason why an interface cannot be generated at all: it has no
// identity, or its base is not there, so that the numbers of its methods are not
// known either.
func (g *generator) whyNot(it *iface) string {
	i := it.i
	switch {
	case it.why != "" || isIUnknown(i):
		return it.why
	case i.Object && !i.HasUUID:
		return "it has no uuid"
	case i.Base == nil || isIUnknown(i.Base):
		return ""
	}
	b := g.ifaces[i.Base]
	switch {
	case b == nil:
		return "its base " + i.Base.Name + " is only announced"
	case i.Object && !i.Base.Object:
		return "its base " + i.Base.Name + " is no object interface"
	}
	if b.pkg == nil && b.typed {
		return "its base " + i.Base.Name + " has no methods in Go"
	}
	if why := g.whyNot(b); why != "" {
		return "its base " + i.Base.Name + " is not generated: " + why
	}
	return ""
}

// planInterface plans the methods of an interface, bases first.
func (g *generator) planInterface(it *iface) {
	if it.planned {
		return
	}
	it.planned = true
	it.used = newScope("Proxy")
	i := it.i
	// A Go interface embeds its base's: a method of the same name would be a
	// second one, so names are unique down the whole line.
	if b := g.ifaces[i.Base]; i.Base != nil && b != nil && b.i.Object && !isIUnknown(b.i) {
		g.planInterface(b)
		for n := range b.used.used {
			it.used.used[n] = true
		}
	}
	for _, m := range i.Methods {
		// A pair of [local] and [call_as] is one method with one slot.
		if m.CallAs != nil {
			continue // it is met through the local method
		}
		pm := g.planMethod(it, m)
		it.methods = append(it.methods, pm)
	}
	for _, m := range i.Methods { // a call_as whose local method is elsewhere
		if m.CallAs == nil || m.CallAs.Interface == i {
			continue
		}
		it.methods = append(it.methods, g.planMethod(it, m))
	}
}

// planMethod plans one method of an interface. A method that is refused keeps
// its name, so that accepting it one day renames no other.
func (g *generator) planMethod(it *iface, m *tree.Method) *method {
	pm := &method{m: m, decl: m}
	if m.Remote != nil {
		pm.m = m.Remote
	}
	pm.dir = parseDirectives(m.Doc)
	if m.Remote != nil {
		d := parseDirectives(m.Remote.Doc)
		pm.dir.hresult = pm.dir.hresult || d.hresult
	}
	// Three accessors of one property have one name in the IDL.
	base := methodName(m.Name)
	switch m.Prop {
	case tree.PropGet:
		base = methodName("Get" + exported(m.Name))
	case tree.PropPut:
		base = methodName("Put" + exported(m.Name))
	case tree.PropPutRef:
		base = methodName("PutRef" + exported(m.Name))
	}
	pm.name = it.used.take(base)
	pm.success = pm.m.HRESULT && (pm.dir.hresult || successMatters(pm.decl) || successMatters(pm.m))
	switch {
	case it.why != "":
		pm.why = it.why
		return pm
	case isNoCode(pm.decl) || isNoCode(pm.m):
		pm.why, pm.silent = "[nocode]", true
		return pm
	case it.i.WinRT:
		pm.why = "the interface is WinRT's"
		return pm
	// A class would have to implement what nobody can call from elsewhere.
	case !it.i.Local && m.Local && m.Remote == nil:
		pm.why = "[local]"
		return pm
	case !it.i.Local && pm.m.Problem != "":
		pm.why = pm.m.Problem
		return pm
	}
	if err := g.planParams(pm); err != nil {
		pm.why = err.Error()
	}
	return pm
}

// isNoCode reports whether a method has a number and nothing else. On an
// interface [nocode] goes for all methods that are not [code].
func isNoCode(m *tree.Method) bool {
	if m.Attrs.Has("nocode") {
		return true
	}
	return m.Interface != nil && m.Interface.Attrs.Has("nocode") && !m.Attrs.Has("code")
}

// carried is the type of a parameter without the ref pointer that the wire
// does not show.
func carried(p *tree.Param) tree.Type {
	if ptr, ok := p.Type.(*tree.Pointer); ok && ptr.Kind == tree.Ref {
		return ptr.Elem
	}
	return p.Type
}

// planParams finds arguments and results and their order.
func (g *generator) planParams(pm *method) error {
	m := pm.m
	names := newScope("ctx", "err", "hr")
	f := newFolder(g, m)
	inOf, outOf := map[*tree.Param]*value{}, map[*tree.Param]*value{}
	for _, p := range m.Params {
		if p.Handle || p.Status {
			continue
		}
		t := carried(p)
		if err := g.check(t); err != nil {
			return refuse("parameter %s: %v", p.Name, err)
		}
		if err := g.checkTop(p, t); err != nil {
			return err
		}
		name := names.take(variableName(p.Name))
		if p.In || !p.Out {
			v := &value{p: p, name: name, typ: t}
			inOf[p] = v
			pm.in = append(pm.in, v)
		}
		if p.Out {
			if p.In {
				name = names.take(name + "Out")
			}
			v := &value{p: p, name: name, typ: t}
			outOf[p] = v
			pm.out = append(pm.out, v)
		}
		g.notes(pm, p, t)
	}
	// From here on it is known which parameters are left to be arguments.
	f.fold(inOf, outOf, names, pm)
	pm.in, pm.out = pipesLast(pm.in), pipesLast(pm.out)
	for _, p := range m.Params {
		if v := inOf[p]; v != nil && v.role == plain {
			pm.args = append(pm.args, v)
			// The slice to decode into stands where the [out] parameter does.
		} else if v := outOf[p]; v != nil && v.into != nil && !v.reuse {
			pm.args = append(pm.args, v.into)
		}
	}
	// An HRESULT is the error; a value of any other type comes first.
	if !m.HRESULT && tree.BasicOf(m.Ret) != tree.BasicType(tree.Void) {
		if err := g.check(m.Ret); err != nil {
			return refuse("return value: %v", err)
		}
		pm.ret = &value{name: names.take(retName(m)), typ: m.Ret}
		pm.results = append(pm.results, pm.ret)
	}
	for _, first := range []bool{true, false} { // [retval] comes first
		for _, p := range m.Params {
			if v := outOf[p]; v != nil && v.role == plain && p.Retval == first {
				pm.results = append(pm.results, v)
			}
		}
	}
	return nil
}

// variableName is the Go name of a parameter.
// It is IDL's own, Hungarian or not: people look it up in documentation.
func variableName(name string) string {
	n := unexported(name)
	if goReserved(n) || importNames[n] || n == "std" || n == "automation" {
		n += "_"
	}
	return n
}

// checkTop reports what only parameters must not be.
func (g *generator) checkTop(p *tree.Param, t tree.Type) error {
	if x, ok := t.(*tree.InterfacePtr); ok && x.IIDIs != nil {
		ref, ok := refOf(x.IIDIs).(*tree.ParamRef)
		if !ok {
			return refuse("parameter %s: an iid_is that is no parameter", p.Name)
		}
		if s := g.scalarOf(carried(ref.Param)); s != guidScalar {
			return refuse("parameter %s: iid_is names %s, which is no IID", p.Name, ref.Param.Name)
		}
	}
	// NULL for the place where a result goes: C programs may, the wire has no
	// form for it.
	if ptr, ok := p.Type.(*tree.Pointer); ok && p.Out && !p.In && ptr.Kind != tree.Ref {
		return refuse("parameter %s: an [out] parameter must be a ref pointer", p.Name)
	}
	return nil
}

// notes remembers what a method needs besides plain encoding.
func (g *generator) notes(pm *method, p *tree.Param, t tree.Type) {
	c := contents{generator: g, seen: map[tree.Type]bool{}}
	c.walk(t)
	pm.full = pm.full || c.full
	if c.objects {
		pm.objects.in = pm.objects.in || p.In || !p.Out
		pm.objects.out = pm.objects.out || p.Out
	}
}

// contents finds out what is somewhere inside a type.
type contents struct {
	*generator
	seen    map[tree.Type]bool
	full    bool // full pointers
	objects bool // interface pointers
}

// walk looks into t. A structure is looked into once: they contain each other.
func (c *contents) walk(t tree.Type) {
	if known, ok := c.codec(t); ok {
		c.objects = c.objects || !known.Plain
		return
	}
	switch x := t.(type) {
	case *tree.Alias:
		if x.Xmit != nil {
			c.walk(x.Xmit.Type)
		} else {
			c.walk(x.Target)
		}
	case *tree.Struct:
		if !c.seen[x] {
			c.seen[x] = true
			for _, f := range x.Fields {
				c.walk(f.Type)
			}
		}
	case *tree.Union:
		if !c.seen[x] {
			c.seen[x] = true
			for _, a := range x.Arms {
				if a.Field != nil {
					c.walk(a.Field.Type)
				}
			}
		}
	case *tree.SwitchedUnion:
		c.walk(x.Union)
	case *tree.Pointer:
		c.full = c.full || x.Kind == tree.Full
		c.walk(x.Elem)
	case *tree.Array:
		c.walk(x.Elem)
	case *tree.InterfacePtr:
		c.objects = true
	}
}

// hasObjects reports whether values of t hold interface pointers.
func (g *generator) hasObjects(t tree.Type) bool {
	c := contents{generator: g, seen: map[tree.Type]bool{}}
	c.walk(t)
	return c.objects
}

// pipesLast moves pipes behind all other parameters of their direction.
func pipesLast(vs []*value) []*value {
	var rest, pipes []*value
	for _, v := range vs {
		if _, ok := v.typ.(*tree.Pipe); ok {
			pipes = append(pipes, v)
		} else {
			rest = append(rest, v)
		}
	}
	return append(rest, pipes...)
}

// report says what was refused and left out.
func (g *generator) report(it *iface) {
	i := it.i
	switch {
	case it.why != "":
		g.list.Warnf(i.Pos, len(i.Name), "interface %s is not generated: %s", i.Name, it.why)
		return
	case i.WinRT:
		g.list.Add(&diag.Diagnostic{Severity: diag.Note, Pos: i.Pos, Width: len(i.Name),
			Message: "interface " + i.Name + " is not generated: it is WinRT's"})
		return
	// As the IDL demands it: nothing to warn of, but worth knowing.
	case i.Local:
		g.list.Add(&diag.Diagnostic{Severity: diag.Note, Pos: i.Pos, Width: len(i.Name),
			Message: "interface " + i.Name + " is [local]: it gets a Go type and no proxy"})
	}
	for _, m := range it.methods {
		if m.why == "" || m.silent {
			continue
		}
		d := &diag.Diagnostic{Severity: diag.Warning, Pos: m.decl.Pos, Width: len(m.decl.Name),
			Message: i.Name + "." + m.decl.Name + " is not generated: " + m.why}
		if i.Local || m.why == "[local]" {
			d.Severity = diag.Note
		}
		g.list.Add(d)
	}
	for _, m := range i.Callbacks {
		g.list.Add(&diag.Diagnostic{Severity: diag.Warning, Pos: m.Pos, Width: len(m.Name),
			Message: i.Name + "." + m.Name + " is not generated: the runtime has no callbacks"})
	}
}

// retName is the name of the result that a function's value becomes.
func retName(m *tree.Method) string {
	if b, ok := m.Ret.(*tree.Basic); ok && b.Kind == tree.ErrorStatus {
		return "status"
	}
	return "ret"
}
