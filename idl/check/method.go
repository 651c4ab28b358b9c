package check

import (
	"oxid/idl/ast"
	"oxid/idl/tree"
)

// method makes a method of an interface, dispinterface or module. w is nil
// outside of interfaces.
func (c *checker) method(x *scope, d *ast.Decl, dc *ast.Declarator, w *ifaceWork) *tree.Method {
	m := &tree.Method{Head: x.head(dc.Name, &d.Lead), Slot: -1, Op: -1, CallConv: d.Spec.CallConv}
	op := &dc.Ops[0]
	if op.CallConv != "" {
		m.CallConv = op.CallConv
	}
	// The declarator without its first operator, the call itself, declares the
	// type that is returned.
	ret := *dc
	ret.Ops = dc.Ops[1:]
	m.RetDeclared = c.declared(x, d.Spec, &ret)
	if op.Variadic {
		x.m.list.Errorf(op.Pos, 1, "a method cannot have '...'").Fix("write [vararg] and a SAFEARRAY(VARIANT) as last parameter")
	}
	// All parameters first: size_is may name one that comes later.
	for i, p := range op.Params {
		c.declareParam(x, m, p, i)
	}
	e := exprs{c: c, x: x, params: m.Params}
	e.local = d.Attrs.Has("local") || w != nil && w.in.Attrs.Has("local")
	c.attrs(x, &m.Head, d.Attrs, &e, onMethod)
	c.methodAttrs(x, m, w)
	for i, p := range op.Params {
		c.bindParam(x, m, m.Params[i], p, e)
	}
	// [string], [unique] and the like on a method speak of its return value.
	b := c.newBinder(x, d.Attrs, e)
	m.Ret = b.bind(m.RetDeclared, 0, tree.NoPtrKind)
	b.finish(m.Ret)
	m.HRESULT = isHRESULT(m.RetDeclared)
	c.checkRet(x, m, d)
	c.paramRules(x, m)
	return m
}

// isHRESULT reports whether t is HRESULT or SCODE, by name.
func isHRESULT(t tree.Type) bool {
	for {
		a, ok := t.(*tree.Alias)
		if !ok {
			return false
		}
		if a.Name == "HRESULT" || a.Name == "SCODE" {
			return true
		}
		t = a.Target
	}
}

// checkRet reports return types that no method can have.
func (c *checker) checkRet(x *scope, m *tree.Method, d *ast.Decl) {
	switch c.unalias(m.RetDeclared).(type) {
	case *tree.Func, *tree.Array:
		x.m.list.Errorf(d.Spec.Pos, d.Spec.Width, "a method cannot return %s", m.RetDeclared)
	case *tree.Interface, *tree.Dispinterface:
		if !x.winrt {
			x.m.list.Errorf(d.Spec.Pos, d.Spec.Width, "a method returns an interface by a pointer").Fix("write %s *", m.RetDeclared)
		}
	case *tree.Struct:
		c.ensure(c.unalias(m.RetDeclared))
	}
}

// methodAttrs reads the attributes of a method.
func (c *checker) methodAttrs(x *scope, m *tree.Method, w *ifaceWork) {
	for _, a := range m.Attrs {
		prop := tree.NotProp
		switch a.Name {
		case "local":
			m.Local = true
		case "callback":
			m.Callback = true
		case "call_as":
			// Only interfaces have methods to stand in for.
			if w != nil {
				w.calls[m] = a.Text
			}
		case "propget":
			prop = tree.PropGet
		case "propput":
			prop = tree.PropPut
		case "propputref":
			prop = tree.PropPutRef
		case "id":
			if n, ok := c.intArg(x, a); ok {
				m.ID, m.HasID = int32(n), true
			}
		case "vararg":
			m.VarArg = true
		case "idempotent":
			m.Idempotent = true
		case "broadcast":
			m.Broadcast = true
		case "maybe":
			m.Maybe = true
		case "async":
			m.Async = true
		case "message":
			m.Message = true
		}
		if prop != tree.NotProp {
			if m.Prop != tree.NotProp {
				x.m.list.Errorf(a.Pos, len(a.Name), "a method is one of propget, propput and propputref")
			}
			m.Prop = prop
		}
	}
}

// declareParam makes a parameter with its declared type.
func (c *checker) declareParam(x *scope, m *tree.Method, p *ast.Param, i int) {
	// A struct declared in a parameter list is in no other struct.
	c.innerTag(x, p.Spec, p.Attrs, nil)
	t := c.declared(x, p.Spec, p.Decl)
	prm := &tree.Param{Head: x.head(p.Decl.Name, &p.Lead), Index: i, Declared: t, Const: p.Spec.Const}
	switch u := c.unalias(t).(type) {
	case *tree.Basic:
		if u.Kind == tree.Void {
			x.m.list.Errorf(p.Spec.Pos, p.Spec.Width, "a parameter of type void").Fix("write void * or a type")
			prm.Declared = tree.Invalid{}
		}
	// A struct by value needs its body; one behind a pointer does not.
	case *tree.Struct, *tree.Union:
		c.byValue(x, u, p.Spec.Pos, p.Spec.Width, nil)
	case *tree.Interface, *tree.Dispinterface:
		if !x.winrt {
			x.m.list.Errorf(p.Spec.Pos, p.Spec.Width, "an interface is passed by a pointer").Fix("write %s *", t)
			prm.Declared = tree.Invalid{}
		}
	case *tree.Func:
		prm.Declared = &tree.Pointer{Elem: t} // C makes it one
	}
	if prm.Name != "" {
		for _, q := range m.Params {
			if q.Name == prm.Name {
				x.m.list.Errorf(prm.Pos, len(prm.Name), "method %s has two parameters called %s", m.Name, prm.Name).At(q.Pos, "the other one")
			}
		}
	}
	if p.Decl.Bits != nil {
		x.m.list.Errorf(p.Decl.Bits.Pos(), 1, "a parameter has no bit width")
	}
	m.Params = append(m.Params, prm)
}

// bindParam reads the attributes of a parameter and makes its effective type.
func (c *checker) bindParam(x *scope, m *tree.Method, prm *tree.Param, p *ast.Param, e exprs) {
	c.attrs(x, &prm.Head, p.Attrs, &e, onParam)
	for _, a := range prm.Attrs {
		switch a.Name {
		case "in":
			prm.In = true
		case "out":
			prm.Out = true
		case "retval":
			prm.Retval = true
		case "optional":
			prm.Optional = true
		case "lcid":
			prm.LCID = true
		// Filled by the client's runtime, never sent.
		case "comm_status", "fault_status":
			prm.Status = true
		case "defaultvalue":
			if len(a.Args) > 0 && a.Args[0] != nil {
				prm.Default = a.Args[0]
				if v := prm.Default.Value(); v.Kind == tree.NoValue && !tree.IsInvalid(prm.Default.Type()) {
					x.m.list.Errorf(a.Args[0].Pos(), 1, "a default value must be constant")
				}
			}
		case "range":
			prm.Range = c.rangeOf(x, &prm.Head)
		}
	}
	// A parameter without a direction goes in ([C706] 4.2.24.3 asks for one;
	// MIDL and type libraries take [in]).
	if !prm.In && !prm.Out {
		prm.In = true
	}
	b := c.newBinder(x, p.Attrs, e)
	// [MS-RPCE] 2.2.4.9: a pointer parameter is [ref] unless told otherwise.
	b.top, b.param = tree.Ref, true
	prm.Type = b.bind(prm.Declared, 0, tree.NoPtrKind)
	b.finish(prm.Type)
	c.handleParam(x, m, prm)
}

// handleParam notes the parameter that carries a binding handle.
func (c *checker) handleParam(x *scope, m *tree.Method, prm *tree.Param) {
	t := prm.Type
	// handle_t *h and CONTEXT *h are bound through as well.
	if p, ok := t.(*tree.Pointer); ok && p.Kind == tree.Ref {
		t = p.Elem
	}
	if b := tree.BasicOf(t); b != nil && b.Kind == tree.Handle {
		prm.Handle = true
		if m.Binding.Kind != tree.BindExplicit { // goes before a context handle
			m.Binding = tree.Binding{Kind: tree.BindExplicit, Name: prm.Name, Param: prm}
		}
		return
	}
	// A handle that only comes out cannot find the server.
	if !prm.In || m.Binding.Kind == tree.BindExplicit {
		return
	}
	if _, ok := t.(*tree.ContextHandle); ok && m.Binding.Param == nil {
		m.Binding = tree.Binding{Kind: tree.BindContext, Name: prm.Name, Param: prm, Type: t}
	}
	// A handle of the user's own type may hide behind several typedefs.
	for a, ok := prm.Declared.(*tree.Alias); ok; a, ok = a.Target.(*tree.Alias) {
		if a.BindHandle {
			m.Binding = tree.Binding{Kind: tree.BindExplicit, Name: prm.Name, Param: prm, Type: a}
			return
		}
	}
}

// paramRules checks the order and kind of special parameters.
func (c *checker) paramRules(x *scope, m *tree.Method) {
	list := &x.m.list
	for i, p := range m.Params {
		last := i == len(m.Params)-1
		if p.Retval {
			at := p.Attrs.Get("retval")
			if !last {
				list.Warnf(at.Pos, len(at.Name), "[retval] belongs to the last parameter of a method; MIDL refuses this").Fix("move %s to the end", p.Name)
			}
			if !p.Out || p.Attrs.Has("in") {
				list.Errorf(at.Pos, len(at.Name), "[retval] needs [out] and not [in]").Fix("write [out, retval]")
			}
		}
	}
	// Callers of type libraries collect the rest of the arguments there.
	if m.VarArg {
		at := m.Attrs.Get("vararg")
		if !c.hasVarArgs(m) {
			list.Errorf(at.Pos, len(at.Name), "[vararg] needs a SAFEARRAY(VARIANT) as last parameter").Fix("add [in] SAFEARRAY(VARIANT) args")
		}
	}
	switch m.Prop {
	case tree.PropPut, tree.PropPutRef:
		if len(m.Params) == 0 {
			list.Errorf(m.Pos, len(m.Name), "a property that is put needs a parameter for its value")
		}
	}
}

// hasVarArgs reports whether the last parameter, [retval] and [lcid] aside,
// can take any number of arguments.
func (c *checker) hasVarArgs(m *tree.Method) bool {
	for i := len(m.Params) - 1; i >= 0; i-- {
		p := m.Params[i]
		// These two stand behind the arguments that a caller writes.
		if p.Retval || p.LCID {
			continue
		}
		t := p.Declared
		for {
			switch u := c.unalias(t).(type) {
			case *tree.SafeArray, tree.Invalid:
				return true
			case *tree.Pointer:
				t = u.Elem
				continue
			case *tree.Struct: // SAFEARRAY * by its C name
				return u.Name == "tagSAFEARRAY"
			}
			return false
		}
	}
	return false
}
