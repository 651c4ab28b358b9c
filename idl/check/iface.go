package check

import (
	"strings"

	"oxid/idl/ast"
	"oxid/idl/tree"
)

// ifaceWork is an interface on its way to its numbers.
type ifaceWork struct {
	x     *scope // inside the interface
	i     *tree.Interface
	in    *ast.Interface
	calls map[*tree.Method]string // names in call_as
	state int                     // 0 not numbered, 1 being numbered, 2 done
}

// ownInterface returns the interface that `it` defines: the one that its name
// stands for, or one by itself if the name was taken.
func (c *checker) ownInterface(x *scope, it *ast.Interface) *tree.Interface {
	if sym := x.m.types[x.ns+it.Name.Text]; sym != nil {
		if i, ok := sym.thing.(*tree.Interface); ok && i.Pos == it.Name.Pos {
			return i
		}
	}
	return &tree.Interface{Head: x.head(it.Name, &it.Lead), Complete: true, WinRT: x.winrt}
}

// resolveInterface fills in an interface's attributes, base and body. Numbers
// come later, when all bases are known.
func (c *checker) resolveInterface(x *scope, it *ast.Interface) {
	if it.Forward {
		// In a library block an announcement asks for more: the interface
		// becomes part of the type library.
		if l, ok := x.parent.(*tree.Library); ok {
			if sym := x.lookup(typeSpace, it.Name.Text); sym != nil {
				if i, ok := sym.thing.(*tree.Interface); ok {
					l.Refs = append(l.Refs, i)
				}
			}
		}
		return
	}
	i := c.ownInterface(x, it)
	i.Parent = x.parent
	x.add(i)
	i.Decls = nil
	y := x.inside(i, it)
	c.attrs(x, &i.Head, it.Attrs, nil, onInterface)
	c.interfaceAttrs(x, i, it)
	w := &ifaceWork{x: y, i: i, in: it, calls: map[*tree.Method]string{}}
	c.interfaces = append(c.interfaces, w)
	c.work[i] = w
	if it.Base != nil {
		i.Base = c.baseInterface(x, it.Base)
	}
	for _, r := range it.Requires {
		if t := c.specType(y, r); t != nil {
			i.WinRT = true
		}
	}
	for _, item := range it.Items {
		d, ok := item.(*ast.Decl)
		// Whatever is no method goes the way of a file's declarations.
		if !ok || d.Typedef || len(d.Declarators) == 0 || d.Storage == "extern" {
			c.resolveItems(y, []ast.Item{item})
			continue
		}
		if !isFunc(d.Declarators[0]) {
			if d.Spec.Const && d.Declarators[0].Init != nil {
				c.resolveItems(y, []ast.Item{item})
				continue
			}
			n := d.Declarators[0].Name
			c.declared(y, d.Spec, d.Declarators[0])
			x.m.list.Errorf(n.Pos, len(n.Text), "an interface holds methods, not fields").Fix("write %s(), or declare a dispinterface for properties", n.Text)
			continue
		}
		m := c.method(y, d, d.Declarators[0], w)
		m.Interface = i
		if m.Callback {
			i.Callbacks = append(i.Callbacks, m)
		} else {
			i.Methods = append(i.Methods, m)
		}
	}
}

// baseInterface returns the interface that another is derived from.
func (c *checker) baseInterface(x *scope, s *ast.Spec) *tree.Interface {
	if len(s.Args) > 0 {
		c.specType(x, s)
		return nil
	}
	t := c.specType(x, s)
	switch u := c.unalias(t).(type) {
	case *tree.Interface:
		return u
	case tree.Invalid, *tree.Opaque:
		return nil
	}
	x.m.list.Errorf(s.Pos, s.Width, "%s is no interface", t)
	return nil
}

// interfaceAttrs reads the attributes of an interface.
func (c *checker) interfaceAttrs(x *scope, i *tree.Interface, it *ast.Interface) {
	i.UUID, i.HasUUID = uuidOf(i.Attrs)
	i.Version = c.versionOf(x, i.Attrs)
	i.PointerDefault = tree.Unique
	for _, a := range i.Attrs {
		switch a.Name {
		case "object", "odl":
			i.Object = true
		case "local":
			i.Local = true
		case "dual":
			i.Dual, i.OleAutomation, i.Object = true, true, true
		case "oleautomation":
			i.OleAutomation, i.Object = true, true
		case "pointer_default":
			if k := pointerDefault(it.Attrs); k != tree.NoPtrKind {
				i.PointerDefault = k
			} else {
				x.m.list.Errorf(a.Pos, len(a.Name), "pointer_default(%s) is not known", a.Text).Fix("write ref, unique or ptr")
			}
		case "endpoint":
			i.Endpoints = c.endpoints(x, a)
		case "auto_handle":
			i.Binding.Kind = tree.BindAuto
		case "explicit_handle":
			i.Binding.Kind = tree.BindExplicit
		case "implicit_handle":
			i.Binding = tree.Binding{Kind: tree.BindImplicit, Name: a.Text, Type: a.Type}
		case "exclusiveto", "contract", "contractversion", "activatable":
			i.WinRT = true
		}
	}
}

// endpoints splits endpoint("ncacn_ip_tcp:[135]", ...).
func (c *checker) endpoints(x *scope, a *tree.Attr) []tree.Endpoint {
	var out []tree.Endpoint
	for _, s := range strings.Split(a.Text, ",") {
		proto, rest, ok := strings.Cut(s, ":")
		if !ok || !strings.HasPrefix(rest, "[") || !strings.HasSuffix(rest, "]") {
			x.m.list.Errorf(a.Pos, len(a.Name), "%q is not an endpoint", s).Fix(`write "ncacn_ip_tcp:[135]" or "ncacn_np:[\\pipe\\name]"`)
			continue
		}
		out = append(out, tree.Endpoint{ProtSeq: proto, Endpoint: rest[1 : len(rest)-1]})
	}
	return out
}

// number gives the methods of an interface their slots and opnums, those of
// its base coming first.
func (c *checker) number(w *ifaceWork) {
	if w.state != 0 {
		return
	}
	w.state = 1
	i := w.i
	if b := i.Base; b != nil {
		if bw := c.work[b]; bw != nil {
			if bw.state == 1 {
				w.x.m.list.Errorf(w.in.Base.Pos, w.in.Base.Width, "interface %s is derived from itself", i.Name)
				i.Base = nil
			} else {
				c.number(bw)
			}
		}
	}
	if b := i.Base; b != nil {
		// What is derived from an object interface is one, said or not.
		i.Object = i.Object || b.Object
		i.Dispatch = b.Dispatch
		i.WinRT = i.WinRT || b.WinRT || b.Name == "IInspectable" && w.x.winrt
		i.FirstOp = b.NumOps
	}
	// The root of all is told by its name: files differ in what they say of it.
	if i.Name == "IUnknown" && i.Base == nil {
		i.Local, i.Object = true, true
	}
	if i.Name == "IDispatch" && i.Object {
		i.Dispatch = true
	}
	next := i.FirstOp
	for _, m := range i.Methods {
		switch {
		case w.calls[m] != "" && i.Object:
			continue // takes the number of the method that it stands in for
		case !i.Object && (m.Local || i.Local):
			continue // a plain RPC interface has no slots to keep
		}
		m.Slot, m.Op = next, next
		m.OnWire = !m.Local && !i.Local
		next++
	}
	i.NumOps = next
	// Callbacks are calls of the server; they have opnums of their own.
	for n, m := range i.Callbacks {
		m.Op, m.OnWire = n, !i.Local
	}
	c.callAs(w)
	for _, m := range i.Methods {
		// Slots and opnums that mean nothing are -1, so that nobody uses them.
		if !m.OnWire {
			m.Op = -1
		}
		if !i.Object {
			m.Slot = -1
		}
	}
	w.state = 2
}

// callAs joins [call_as] methods with the [local] ones that they stand in for.
func (c *checker) callAs(w *ifaceWork) {
	if len(w.calls) == 0 {
		return
	}
	byName := map[string]*tree.Method{}
	var names []string
	for _, t := range w.i.Methods {
		if w.calls[t] == "" {
			byName[t.Name] = t
		}
		if t.Local {
			names = append(names, t.Name)
		}
	}
	for _, m := range w.i.Methods {
		name := w.calls[m]
		if name == "" {
			continue
		}
		at, target := m.Attrs.Get("call_as"), byName[name]
		switch {
		// Nothing to stand in for: the method keeps out of the way.
		case target == nil:
			d := w.x.m.list.Errorf(at.Pos, len(at.Name), "call_as names %s, which interface %s does not declare", name, w.i.Name)
			if near := nearest(name, names[:min(len(names), 1000)]); near != "" {
				d.Fix("did you mean %s?", near)
			} else {
				d.Fix("declare [local] %s before it", name)
			}
			m.OnWire = false
			continue
		case !target.Local && !w.i.Local:
			w.x.m.list.Errorf(at.Pos, len(at.Name), "call_as names %s, which is not [local]", name).
				Fix("write [local] before %s", name).At(target.Pos, "it is declared here")
		case target.Remote != nil:
			w.x.m.list.Errorf(at.Pos, len(at.Name), "two methods are called as %s", name).At(target.Remote.Pos, "the other one")
			continue
		}
		m.CallAs, target.Remote = target, m
		if w.i.Object {
			m.Op, m.OnWire = target.Slot, !w.i.Local
			target.OnWire = false
		}
	}
}

// checkInterface reports what can be seen only when all is known.
func (c *checker) checkInterface(w *ifaceWork) {
	i, list := w.i, &w.x.m.list
	if !i.WinRT {
		c.checkIdentity(w)
	}
	if i.Base != nil && !i.Base.Complete && !i.WinRT {
		list.Errorf(w.in.Base.Pos, w.in.Base.Width, "interface %s is derived from %s, which is only announced", i.Name, i.Base.Name).
			Fix("import the file that declares %s", i.Base.Name)
	}
	seen := map[string]*tree.Method{}
	for _, m := range i.Methods {
		// A property's accessors share a name and differ in kind.
		key := m.Name + "/" + string(rune('0'+m.Prop))
		if twin := seen[key]; twin != nil && !i.WinRT {
			list.Errorf(m.Pos, len(m.Name), "interface %s has two methods called %s", i.Name, m.Name).At(twin.Pos, "the other one")
		}
		seen[key] = m
		if m.OnWire && !i.WinRT {
			c.checkMethod(w, m)
		}
	}
	for _, m := range i.Callbacks {
		c.checkMethod(w, m)
	}
	if a := i.Attrs.Get("async_uuid"); a != nil && !i.WinRT {
		i.Async = asyncForm(i, a)
	}
}

// checkIdentity checks what tells an interface apart on the wire.
func (c *checker) checkIdentity(w *ifaceWork) {
	i, list := w.i, &w.x.m.list
	if i.Object && i.Base == nil && i.Name != "IUnknown" {
		if w.in.Base == nil {
			list.Warnf(i.Pos, len(i.Name), "object interface %s is derived from nothing; MIDL refuses this", i.Name).Fix("write interface %s : IUnknown", i.Name)
		}
		return
	}
	if i.HasUUID || i.Local && len(i.Methods) == 0 {
		return
	}
	switch {
	case i.Object && !i.Local:
		list.Warnf(i.Pos, len(i.Name), "object interface %s has no uuid, so nobody can ask for it; MIDL refuses this", i.Name).Fix("write [object, uuid(...)]")
	case !i.Object && !i.Local && len(i.Methods) > 0:
		list.Warnf(i.Pos, len(i.Name), "interface %s has neither uuid nor local; MIDL refuses this", i.Name)
	}
}
