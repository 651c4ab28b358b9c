package gen

import "strings"

// An interface proxy is a structure with the interface's methods. Each of them has
// this shape, which runs straight from top to bottom:
//
//	func (p *iCalcProxy) Add(ctx context.Context, a, b int32) (sum int32, err error) {
//		if p.local != nil {                                a handler answers here
//			return p.local.Add(ctx, a, b)
//		}
//		ch, m, err := p.Proxy.Begin(ctx, 3, 8)             a message, if the proxy is alive
//		...                                                the arguments
//		if err = ch.SendReceive(ctx, m); err != nil {      the call
//			return 0, err
//		}
//		...                                                the results and the HRESULT
//		ch.FreeBuffer(m)
//		if err = p.Proxy.End(ctx, 3, hr, err); err != nil {
//			return 0, err
//		}
//		return sum, nil
//	}

// printProxy prints the interface proxy of it.
func (p *printer) printProxy(it *iface) {
	// A derived proxy embeds its base's and has its methods by that: the
	// channel and the count of hand-outs are in the innermost one.
	base := p.baseProxy(it)
	p.line("type %s struct {", it.proxy)
	p.line("%s", base)
	p.line("local %s", p.ownType(it))
	p.line("}\n")
	p.line("// COMSetLocal lets v answer the calls.")
	p.line("func (p *%s) COMSetLocal(v any) bool {", it.proxy)
	// Methods of the base look at the base's field.
	if _, own := p.remoteBase(it); own {
		p.line("return p.%s.COMSetLocal(v) && com.SetLocal(&p.local, v)", embedded(base))
	} else {
		p.line("return com.SetLocal(&p.local, v)")
	}
	p.line("}\n")
	for _, m := range p.localBaseMethods(it) {
		p.printUnsent(it, m)
	}
	for _, m := range it.methods {
		if m.why == "" {
			p.printProxyMethod(it, m)
		}
	}
}

// ownType is the Go type of an interface that is printed in this file.
func (p *printer) ownType(it *iface) string {
	if it.typed {
		return p.qual(it.typeImport, it.name)
	}
	return it.name
}

// remoteBase returns the base interface that has a proxy, if there is one.
func (p *printer) remoteBase(it *iface) (*iface, bool) {
	b := it.i.Base
	for b != nil && !isIUnknown(b) {
		x := p.ifaces[b]
		if x != nil && !b.Local {
			return x, true
		}
		b = b.Base
	}
	return nil, false
}

// localBaseMethods are the methods of local bases between an interface and
// its nearest base with a proxy: a proxy has to have them and cannot send them.
func (p *printer) localBaseMethods(it *iface) []*method {
	var ms []*method
	for b := it.i.Base; b != nil && b.Local && !isIUnknown(b); b = b.Base {
		if x := p.ifaces[b]; x != nil {
			for _, m := range x.methods {
				if m.why == "" {
					ms = append(ms, m)
				}
			}
		}
	}
	return ms
}

// baseProxy is the type that a proxy embeds.
func (p *printer) baseProxy(it *iface) string {
	b, ok := p.remoteBase(it)
	switch {
	case !ok:
		return p.qual(comPath, "Proxy")
	case b.pkg == p.pkg:
		return b.proxy
	case b.pkg != nil:
		return p.inPackage(b.pkg, b.proxyAlias)
	}
	return p.qual(b.implImport, b.proxyAlias)
}

// baseStub is the type that a stub embeds.
func (p *printer) baseStub(it *iface) string {
	b, ok := p.remoteBase(it)
	switch {
	case !ok:
		return p.qual(comPath, "Stub")
	case b.pkg == p.pkg:
		return b.stub
	case b.pkg != nil:
		return p.inPackage(b.pkg, b.stubAlias)
	}
	return p.qual(b.implImport, b.stubAlias)
}

// embedded is the field name of an embedded type.
func embedded(typ string) string {
	if i := strings.LastIndexByte(typ, '.'); i >= 0 {
		return typ[i+1:]
	}
	return typ
}

// printUnsent prints a method of a local base.
func (p *printer) printUnsent(it *iface, m *method) {
	mc := p.methodCode(m, true)
	self := mc.vars.local("p")
	p.line("// %s belongs to a [local] interface: it has no form on the wire.", m.name)
	p.line("func (%s *%s) %s%s {", self, it.proxy, m.name, p.wireSignature(m, true))
	p.line("if %s.local != nil {", self)
	p.line("return %s.local.%s(%s)", self, m.name, argNames(m.args))
	p.line("}")
	p.line("return %s", p.zeros(m, "0", self+".Proxy.Fail("+itoa(int64(m.decl.Slot))+", "+p.qual(comPath, "E_NOTIMPL")+")"))
	p.line("}\n")
}

// printProxyMethod prints a method of an interface proxy. One with a signature
// of its own is printed under another name, for what is written by hand.
func (p *printer) printProxyMethod(it *iface, m *method) {
	mc := p.methodCode(m, true)
	self := mc.vars.local("p")
	ch, msg := mc.vars.local("ch"), mc.vars.local("m")
	e, d := mc.vars.local("e"), mc.vars.local("d")
	name := m.name
	if m.dir.signature != "" {
		name = "remote" + name
		p.line("// %s sends what %s.%s carries.", name, it.i.Name, m.m.Name)
	}
	p.use(ndrPath)
	p.line("func (%s *%s) %s%s {", self, it.proxy, name, p.wireSignature(m, true))
	if m.dir.signature == "" {
		p.line("if %s.local != nil {", self)
		p.line("return %s.local.%s(%s)", self, m.name, argNames(m.args))
		p.line("}")
	}
	op := m.m.Op
	// The order of the whole function is the contract of the channel: begin,
	// encode, send, decode, free. A message that was sent without success is
	// gone already.
	p.line("%s, %s, err := %s.Proxy.Begin(ctx, %d, %s)", ch, msg, self, op, mc.room(m.in, false))
	p.line("if err != nil {")
	p.line("return %s", p.zeros(m, "0", "err"))
	p.line("}")
	// Ids of full pointers go on from the request to the reply.
	if m.full {
		mc.full = mc.vars.local("full")
		p.line("var %s ndr.FullPointers", mc.full)
	}
	// Without parameters there is nothing to encode and nothing to go wrong.
	if len(m.in) > 0 {
		p.line("%s := ndr.NewEncoder(ctx, %s)", e, msg)
		mc.v, mc.ref = e, "&"+e
		mc.share()
		mc.encodeAll(m.in)
		p.line("if err = %s.Finish(); err != nil {", e)
		p.line("%s.FreeBuffer(%s)", ch, msg)
		p.line("return %s", p.zeros(m, "0", self+".Proxy.Fail("+itoa(int64(op))+", err)"))
		p.line("}")
	}
	p.line("if err = %s.SendReceive(ctx, %s); err != nil {", ch, msg)
	p.line("return %s", p.zeros(m, "0", "err"))
	p.line("}")
	mc.v, mc.ref, mc.out = d, "&"+d, true
	hr := ""
	// The HRESULT is the last item of the reply, behind all results.
	if m.m.HRESULT {
		hr = "hr"
		if !m.success {
			hr = mc.vars.local("hr")
		}
	}
	if len(m.out) > 0 || m.ret != nil || hr != "" {
		p.line("%s := ndr.NewDecoder(ctx, %s)", d, msg)
		mc.share()
		mc.body(func() {
			mc.decodeAll(m.out, false)
			if m.ret != nil {
				mc.decodeValue(m.ret, false)
			}
		})
		// Error information that comes with the HRESULT is an error, too, but does
		// not make the results bad.
		if m.dir.partial {
			p.line("err = %s.Err()", d)
		}
		switch {
		case hr != "" && m.success:
			p.line("%s = %s.HRESULT()", hr, d)
		case hr != "":
			p.line("%s := %s.HRESULT()", hr, d)
		}
		if !m.dir.partial {
			p.line("err = %s.Err()", d)
		}
	}
	// Nothing that was decoded refers to the buffer.
	p.line("%s.FreeBuffer(%s)", ch, msg)
	end := self + ".Proxy.End(ctx, " + itoa(int64(op)) + ", " + hr + ", err)"
	if len(m.results) == 0 && hr != "" && !m.success {
		p.line("return %s", end)
		p.line("}\n")
		return
	}
	if hr != "" && !m.dir.partial {
		p.line("if err = %s; err != nil {", end)
	} else {
		p.line("if err != nil {")
	}
	// Interface pointers that came with a reply that cannot be used are counted,
	// and nobody will give them back but us.
	if m.objects.out {
		p.line("com.ReleaseAll(%s.Interfaces())", d)
	}
	fail := "err"
	if m.dir.partial {
		fail = end
	} else if hr == "" {
		fail = self + ".Proxy.Fail(" + itoa(int64(op)) + ", err)"
	}
	p.line("return %s", p.zeros(m, "hr", fail))
	p.line("}")
	failed := "nil"
	if m.dir.partial { // results count whatever the HRESULT says
		failed = self + ".Proxy.End(ctx, " + itoa(int64(op)) + ", hr, " + d + ".Err())"
	}
	p.line("return %s", p.values(m, failed))
	p.line("}\n")
}

// values are the results of a call that worked.
func (p *printer) values(m *method, err string) string {
	var vs []string
	for _, v := range m.results {
		vs = append(vs, v.name)
	}
	if m.success {
		vs = append(vs, "hr")
	}
	return strings.Join(append(vs, err), ", ")
}

// share lets a coder use the call's table of full pointers.
func (mc *methodCode) share() {
	if mc.full != "" {
		mc.line("%s.ShareFull(&%s)", mc.v, mc.full)
	}
}
