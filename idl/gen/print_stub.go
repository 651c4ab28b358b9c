package gen

import (
	"strings"

	"oxid/idl/tree"
)

// An interface stub decodes a request, calls the object, and encodes the reply.
// The method is not called with half of its arguments: an error in the request is
// a fault. What a method returns is the stub's to give back, whether it can be
// sent or not; what it returns beside an error is never sent. A failure has zeros,
// NULLs and empty unions on the wire where a success has results, because the
// client's decoder expects a value for each of them.

// printStub prints the interface stub of it.
func (p *printer) printStub(it *iface) {
	base := p.baseStub(it)
	_, derived := p.remoteBase(it)
	p.use("context")
	obj, desc := p.ownType(it), it.desc
	if it.typed {
		desc = p.qual(it.descImport, desc)
	}
	p.line("type %s struct {", it.stub)
	p.line("%s", base)
	p.line("obj %s", obj)
	p.line("}\n")
	// A stub of a derived interface serves the methods of its bases, too, with
	// the same object seen as the base.
	p.line("// COMServe lets obj serve the calls.")
	p.line("func (s *%s) COMServe(obj %s) {", it.stub, obj)
	if derived {
		p.line("s.%s.COMServe(obj)", embedded(base))
	}
	p.line("s.obj = obj")
	p.line("}\n")
	p.line("func (s *%s) Connect(ctx context.Context, server any) error {", it.stub)
	if derived {
		p.line("err := com.ConnectStub(ctx, &s.Stub, &s.obj, server, %s)", desc)
		p.line("s.COMServe(s.obj)")
		p.line("return err")
	} else {
		p.line("return com.ConnectStub(ctx, &s.Stub, &s.obj, server, %s)", desc)
	}
	p.line("}\n")
	p.line("func (s *%s) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {", it.stub)
	p.line("return s.Stub.Supports(s, %s, iid)", desc)
	p.line("}\n")
	p.line("func (s *%s) Invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {", it.stub)
	var served []*method
	for _, m := range it.methods {
		if m.why == "" {
			served = append(served, m)
		}
	}
	// A function for each method: in one function all their variables would
	// take room on the stack of every call.
	if len(served) > 0 {
		p.line("switch m.Op {")
		for _, m := range served {
			p.line("case %d:", m.m.Op)
			p.line("return s.invoke%s(ctx, m, ch)", m.name)
		}
		p.line("}")
	}
	if derived {
		p.line("return s.%s.Invoke(ctx, m, ch)", embedded(base))
	} else {
		p.line("return com.RPC_E_INVALIDMETHOD")
	}
	p.line("}\n")
	for _, m := range served {
		p.printStubMethod(it, m)
	}
}

// serverNames are the variables of a function that serves one call.
type serverNames struct{ self, msg, ch, reply, e, d, hr string }

// printStubMethod prints the function that serves one method.
func (p *printer) printStubMethod(it *iface, m *method) {
	mc := p.methodCode(m, false)
	n := serverNames{self: mc.vars.local("s"), msg: mc.vars.local("m"), ch: mc.vars.local("ch"),
		reply: mc.vars.local("r"), e: mc.vars.local("e"), d: mc.vars.local("d")}
	if m.success {
		n.hr = "hr"
	} else {
		n.hr = mc.vars.local("hr")
	}
	mc.hrName = n.hr
	p.use(ndrPath)
	p.line("func (%s *%s) invoke%s(ctx context.Context, %s *com.RPCOLEMESSAGE, %s com.IRpcChannelBuffer) error {",
		n.self, it.stub, m.name, n.msg, n.ch)
	target := n.self + ".obj." + m.name
	// What maps the wire's parameters to the Go signature is written by hand.
	if m.dir.signature != "" {
		target = n.self + ".call" + m.name
	}
	mc.serve(n, "ndr.NewDecoder(ctx, "+n.msg+")", target, func() {
		rerr := mc.vars.local("rerr")
		p.line("%s, %s := %s.GetBuffer(ctx, %d, %s)", n.reply, rerr, n.ch, m.m.Op, mc.room(mc.outOnWire(), m.m.HRESULT))
		p.line("if %s != nil {", rerr)
		p.line("return %s", rerr)
		p.line("}")
	}, "ndr.NewEncoder(ctx, "+n.reply+")")
	p.line("return %s.Finish()", n.e)
	p.line("}\n")
}

// outOnWire are the values of the reply, the function's own among them.
func (mc *methodCode) outOnWire() []*value {
	if mc.m.ret == nil {
		return mc.m.out
	}
	return append(append([]*value(nil), mc.m.out...), mc.m.ret)
}

// serve prints the middle of a function that serves a call: it decodes the
// request, calls target, and encodes the reply.
func (mc *methodCode) serve(n serverNames, decoder, target string, begin func(), encoder string) {
	m, p := mc.m, mc.printer
	if m.full {
		mc.full = mc.vars.local("full")
		p.line("var %s ndr.FullPointers", mc.full)
	}
	mc.v, mc.ref = n.d, "&"+n.d
	if mc.usesDecoder() {
		p.line("%s := %s", n.d, decoder)
		mc.share()
		mc.body(func() { mc.decodeAll(m.in, true) })
		for _, v := range m.out {
			if v.into != nil && !v.reuse {
				mc.makeOut(v)
			}
		}
		// Before the error is looked at: what was decoded in front of the
		// error is counted as well. The arguments of defer are evaluated here,
		// so no closure is needed.
		if m.objects.in {
			p.line("defer com.ReleaseArgs(%s.Interfaces())", n.d)
		}
		p.line("if err := %s.Err(); err != nil {", n.d)
		p.line("return err")
		p.line("}")
	}
	var results []string
	for _, v := range m.results {
		results = append(results, v.name)
	}
	if m.success {
		results = append(results, "hr")
	}
	p.line("%s := %s(%s)", strings.Join(append(results, "err"), ", "), target, argNames(m.args))
	// Results belong to the stub from here on, whatever becomes of them.
	for _, v := range m.results {
		mc.releaseLater(v)
	}
	mc.out = true
	if !m.m.HRESULT {
		p.line("if err != nil {")
		p.line("return err")
		p.line("}")
	} else if m.success {
		p.line("hr = com.MethodHRESULT(ctx, hr, err)")
		// Asked for before the results are encoded: they depend on it.
	} else if len(m.results) > 0 {
		p.line("%s := com.MethodResult(ctx, err)", n.hr)
	}
	if m.m.HRESULT && len(m.results) > 0 {
		failed := n.hr + ".Failed()"
		if m.dir.partial {
			failed = "err != nil" // a failing HRESULT alone has results beside it
		}
		p.line("if %s {", failed)
		mc.clear(n)
		p.line("}")
	}
	begin()
	mc.v, mc.ref = n.e, "&"+n.e
	p.line("%s := %s", n.e, encoder)
	mc.share()
	mc.encodeAll(m.out)
	switch {
	case m.ret != nil:
		mc.encodeValue(m.ret)
	case m.m.HRESULT && len(m.results) == 0 && !m.success:
		p.line("%s.HRESULT(com.MethodResult(ctx, err))", n.e)
	case m.m.HRESULT:
		p.line("%s.HRESULT(%s)", n.e, n.hr)
	}
}

// usesDecoder reports whether the request has to be looked at: something is in
// it, or the reply's arrays are made on its word.
func (mc *methodCode) usesDecoder() bool {
	if len(mc.m.in) > 0 {
		return true
	}
	for _, v := range mc.m.results {
		if mc.sizedByRequest(v) != "" {
			return true
		}
	}
	return false
}

// makeOut makes the slice that a method fills in.
func (mc *methodCode) makeOut(v *value) {
	a := mc.open(v.typ).(*tree.Array)
	f := form(a)
	size, ok := mc.room1(&f.dyn[0])
	// OutSlice has a limit: the number is the client's word and nothing else.
	if !ok {
		size = "0"
	}
	mc.line("%s := %s[%s](%s, %s)", v.into.name, mc.qual(ndrPath, "OutSlice"), mc.goType(f.elem), mc.ref, size)
}

func (mc *methodCode) room1(d *tree.Dim) (string, bool) { return mc.code.room(d) }

// releaseLater gives back the interface pointers of a result when the call is
// over: results belong to the stub.
func (mc *methodCode) releaseLater(v *value) {
	if !mc.hasObjects(v.typ) {
		return
	}
	t := mc.open(v.typ)
	if ptr, ok := t.(*tree.Pointer); ok && mc.pointee(ptr, v.name) != v.name && mc.hasMethods(mc.open(ptr.Elem)) {
		mc.line("defer %s.ReleaseNDR()", v.name) // does nothing on nil
		return
	}
	if mc.hasMethods(t) {
		mc.line("defer %s.ReleaseNDR()", v.name)
		return
	}
	switch o := t.(type) {
	case *tree.InterfacePtr:
		mc.line("defer com.Release(%s)", v.name)
		return
	case *tree.SwitchedUnion:
		mc.line("defer %s.ReleaseNDR()", v.name)
		return
	case *tree.Pointer, *tree.Array:
		if a := sliceOf(mc.generator, o); a != nil {
			elem := mc.open(form(a).elem)
			if _, ok := elem.(*tree.InterfacePtr); ok {
				mc.line("defer com.ReleaseEach(%s)", v.name)
				return
			}
			if mc.hasMethods(elem) {
				mc.line("defer com.ReleaseIn(%s)", v.name)
				return
			}
		}
	}
	mc.line("defer func(%s %s) {", v.name, mc.valueType(v))
	mc.release(v.typ, v.name)
	mc.line("}(%s)", v.name)
}

// clear sets the results of a failed method to what a failure has on the wire:
// zeros, NULLs, and arrays of the length that the client set aside.
func (mc *methodCode) clear(n serverNames) {
	m := mc.m
	sized := false
	for _, v := range m.results {
		// The deferred release will find nothing in the variable any more.
		if mc.hasObjects(v.typ) && mc.inPlace(v) {
			mc.line("%s.ReleaseNDR()", v.name)
		}
		if mc.sizedByRequest(v) == "" {
			mc.line("%s = %s", v.name, mc.valueZero(v))
		}
	}
	for _, v := range m.results {
		if size := mc.sizedByRequest(v); size != "" {
			a := mc.open(v.typ).(*tree.Array)
			saved := mc.ref
			mc.ref = "&" + n.d
			mc.line("%s = %s[%s](%s, %s)", v.name, mc.qual(ndrPath, "OutSlice"), mc.goType(form(a).elem), mc.ref, size)
			mc.ref = saved
			sized = true
		}
	}
	if sized {
		mc.line("if err := %s.Err(); err != nil {", n.d)
		mc.line("return err")
		mc.line("}")
	}
}

// inPlace reports whether the deferred release of v looks at the variable
// itself, which is about to be cleared.
func (mc *methodCode) inPlace(v *value) bool {
	t := mc.open(v.typ)
	_, union := t.(*tree.SwitchedUnion)
	return union || mc.hasMethods(t)
}

// sizedByRequest returns the number of elements that an [out] array has
// whatever the method did, or "".
func (mc *methodCode) sizedByRequest(v *value) string {
	a, ok := mc.open(v.typ).(*tree.Array)
	if !ok {
		return ""
	}
	f := form(a)
	if f.str || len(f.dyn) == 0 {
		return ""
	}
	saved := mc.out
	mc.out = true
	defer func() { mc.out = saved }()
	product := ""
	for i := range f.dyn {
		d := &f.dyn[i]
		e := d.Length
		if e == nil {
			e = d.Size
		}
		n, ok := mc.dimExpr(e)
		if e == nil && d.Fixed >= 0 {
			n, ok = itoa(d.Fixed), true
		}
		// An array that is as long as the results say is empty when there are none.
		if !ok || ownLength(n, v.name) || strings.HasPrefix(n, "len(") {
			return ""
		}
		if product != "" {
			product += " * "
		}
		product += paren(n)
	}
	return product
}
