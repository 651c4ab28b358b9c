package gen

// A plain RPC interface becomes a Go interface, a client with its methods, and a
// function that makes a server's interface of whatever implements it:
//
//	type Echo interface { AddOne(ctx context.Context, in uint32) (out uint32, err error) }
//	func NewEchoClient(ctx context.Context, conn *dcerpc.ClientConn) (*EchoClient, error)
//	func ServeEcho(impl Echo) *dcerpc.Interface
//
// Binding handles are not among the parameters: the connection is the binding.
// Context handles are values, which a server finds its state by through
// dcerpc.CallFromContext.

// printPlain prints the plain RPC interfaces of a file.
func (p *printer) printPlain(its []*iface) {
	for _, it := range its {
		p.printIfaceType(it)
		if it.i.Local || !it.i.HasUUID {
			continue
		}
		p.use(rpcPath)
		p.use("context")
		p.line("// %s identifies %s on the wire.", it.syntax, it.i.Name)
		p.line("var %s = dcerpc.SyntaxID{UUID: com.MustGUID(%q), Major: %d, Minor: %d}\n",
			it.syntax, it.i.UUID.String(), it.i.Version.Major, it.i.Version.Minor)
		p.printClient(it)
		p.printServer(it)
	}
}

// printClient prints the client of a plain RPC interface.
func (p *printer) printClient(it *iface) {
	p.line("// %s calls %s over one connection. It is safe for concurrent use.", it.client, it.i.Name)
	// A context belongs to one connection: when that ends, so does the client.
	p.line("type %s struct{ pc *dcerpc.PresContext }\n", it.client)
	p.line("// %s negotiates %s on a connection.", it.newClient, it.i.Name)
	p.line("func %s(ctx context.Context, conn *dcerpc.ClientConn) (*%s, error) {", it.newClient, it.client)
	p.line("pc, err := conn.Context(ctx, %s)", it.syntax)
	p.line("if err != nil {")
	p.line("return nil, err")
	p.line("}")
	p.line("return &%s{pc}, nil", it.client)
	p.line("}\n")
	for _, m := range p.rpcMethods(it) {
		p.printClientMethod(it, m)
	}
}

// rpcMethods are the methods of an interface and its bases: plain RPC
// interfaces are derived by taking over the operations.
func (p *printer) rpcMethods(it *iface) []*method {
	var ms []*method
	if b := it.i.Base; b != nil {
		if x := p.ifaces[b]; x != nil {
			ms = p.rpcMethods(x)
		}
	}
	for _, m := range it.methods {
		if m.why == "" {
			ms = append(ms, m)
		}
	}
	return ms
}

// printClientMethod prints one operation of a client. What a proxy does with a
// channel, this does with a call of the RPC runtime.
func (p *printer) printClientMethod(it *iface, m *method) {
	mc := p.methodCode(m, true)
	self, call := mc.vars.local("c"), mc.vars.local("call")
	e, d := mc.vars.local("e"), mc.vars.local("d")
	// There is no proxy that could name interface and method in an error.
	fail := func(err string) string {
		return p.qual(comPath, "CallError") + "(\"" + it.i.Name + "\", \"" + m.m.Name + "\", " + err + ")"
	}
	p.doc(m.decl.Header(), m.name)
	p.line("func (%s *%s) %s%s {", self, it.client, m.name, p.wireSignature(m, true))
	p.line("%s := %s.pc.NewCall(%d, nil, %s)", call, self, m.m.Op, mc.room(m.in, false))
	p.line("defer %s.Free()", call)
	if m.full {
		mc.full = mc.vars.local("full")
		p.line("var %s %s", mc.full, p.qual(ndrPath, "FullPointers"))
	}
	if len(m.in) > 0 {
		p.line("%s := %s(%s.Stub, %s.NDR64)", e, p.qual(ndrPath, "EncodeTo"), call, call)
		mc.v, mc.ref = e, "&"+e
		mc.share()
		mc.encodeAll(m.in)
		p.line("if %s.Stub, err = %s.Data(); err != nil {", call, e)
		p.line("return %s", p.zeros(m, "0", fail("err")))
		p.line("}")
	}
	p.line("if err = %s.Invoke(ctx); err != nil {", call)
	p.line("return %s", p.zeros(m, "0", fail("err")))
	p.line("}")
	mc.out = true
	hresult := m.m.HRESULT
	if len(m.out) == 0 && m.ret == nil && !hresult {
		p.line("return nil")
		p.line("}\n")
		return
	}
	p.line("%s := %s(%s.Reply, %s.DataRep, %s.NDR64)", d, p.qual(ndrPath, "DecodeFrom"), call, call, call)
	mc.v, mc.ref = d, "&"+d
	mc.share()
	mc.body(func() {
		mc.decodeAll(m.out, false)
		if m.ret != nil {
			mc.decodeValue(m.ret, false)
		}
	})
	hr := "hr"
	if hresult {
		set := "="
		if !m.success {
			hr, set = mc.vars.local("hr"), ":="
		}
		p.line("%s %s %s.HRESULT()", hr, set, d)
	}
	p.line("if err = %s.Err(); err != nil {", d)
	p.line("return %s", p.zeros(m, "hr", fail("err")))
	p.line("}")
	if hresult {
		p.line("if %s.Failed() {", hr)
		if m.dir.partial {
			p.line("return %s", p.values(m, fail(hr)))
		} else {
			p.line("return %s", p.zeros(m, "hr", fail(hr)))
		}
		p.line("}")
	}
	p.line("return %s", p.values(m, "nil"))
	p.line("}\n")
}

// printServer prints what serves a plain RPC interface.
func (p *printer) printServer(it *iface) {
	p.line("// %s returns the interface %s, served by impl, for a server to register.", it.server, it.i.Name)
	p.line("// An error of a method that returns no HRESULT becomes a fault.")
	p.line("func %s(impl %s) *dcerpc.Interface {", it.server, it.name)
	p.line("return &dcerpc.Interface{Syntax: %s, Name: %q, NumOps: %d, Handler: &%s{impl}}", it.syntax, it.i.Name, it.i.NumOps, it.handler)
	p.line("}\n")
	p.line("type %s struct{ obj %s }\n", it.handler, it.name)
	ms := p.rpcMethods(it)
	p.line("// ServeRPC implements [dcerpc.Handler].")
	p.line("func (s *%s) ServeRPC(c *dcerpc.ServerCall) error {", it.handler)
	if len(ms) > 0 {
		p.line("switch c.Opnum {")
		for _, m := range ms {
			p.line("case %d:", m.m.Op)
			p.line("return s.serve%s(c)", m.name)
		}
		p.line("}")
	}
	p.line("return &dcerpc.Fault{Status: dcerpc.StatusOpRange, DidNotExecute: true}")
	p.line("}\n")
	for _, m := range ms {
		p.printServerMethod(it, m)
	}
}

// printServerMethod prints the function that serves one operation.
func (p *printer) printServerMethod(it *iface, m *method) {
	mc := p.methodCode(m, false)
	n := serverNames{self: mc.vars.local("s"), msg: mc.vars.local("c"), e: mc.vars.local("e"), d: mc.vars.local("d")}
	n.hr = "hr"
	if !m.success {
		n.hr = mc.vars.local("hr")
	}
	mc.hrName = n.hr
	p.use(ndrPath)
	p.line("func (%s *%s) serve%s(%s *dcerpc.ServerCall) error {", n.self, it.handler, m.name, n.msg)
	cc := mc.vars.local("cc")
	// The method's context is that of the call: it ends when the client gives
	// up, and leads to who is calling.
	p.line("%s := new(dcerpc.CallContext)", cc)
	p.line("%s.InitContext(%s)", n.msg, cc)
	p.line("ctx := context.Context(%s)", cc)
	mc.serve(n, "ndr.DecodeFrom("+n.msg+".Stub, "+n.msg+".DataRep, "+n.msg+".NDR64)", n.self+".obj."+m.name, func() {},
		"ndr.EncodeTo("+n.msg+".GrowReply("+mc.room(mc.outOnWire(), m.m.HRESULT)+"), "+n.msg+".NDR64)")
	p.line("var rerr error")
	p.line("%s.Reply, rerr = %s.Data()", n.msg, n.e)
	p.line("return rerr")
	p.line("}\n")
}
