package marshal_test

import (
	"context"

	"oxid/com"
	"oxid/ndr"
)

// Proxies and stubs as a user writes them by hand: IEcho and IEchoTwice, which
// is derived from it, without generated code.

type iEcho interface {
	Say(ctx context.Context, n int32) (int32, error)
}

type iEchoTwice interface {
	iEcho
	SayTwice(ctx context.Context, n int32) (int32, error)
}

// iTally returns a plain number where other interfaces have an HRESULT.
type iTally interface {
	Tally(ctx context.Context) (int32, error)
}

var (
	echoDesc = com.Register[iEcho](com.Desc{
		IID: com.MustGUID("c7b1de0e-5c4e-4a6b-8a3e-4cfb0cf0a101"), Name: "IEcho", Methods: []string{"Say"}})
	twiceDesc = com.Register[iEchoTwice](com.Desc{
		IID: com.MustGUID("c7b1de0e-5c4e-4a6b-8a3e-4cfb0cf0a102"), Name: "IEchoTwice", Base: echoDesc, Methods: []string{"SayTwice"}})
	tallyDesc = com.Register[iTally](com.Desc{
		IID: com.MustGUID("c7b1de0e-5c4e-4a6b-8a3e-4cfb0cf0a103"), Name: "ITally", Methods: []string{"Tally"}})
)

// echo is the server object.
type echo struct {
	log    *journal
	finals int
}

func (e *echo) Say(_ context.Context, n int32) (int32, error)      { e.log.add("method"); return n, nil }
func (e *echo) SayTwice(_ context.Context, n int32) (int32, error) { return 2 * n, nil }
func (e *echo) Tally(context.Context) (int32, error)               { return 9, nil }
func (e *echo) FinalRelease(context.Context)                       { e.finals++ }

// journal is what was done, in order.
type journal struct{ lines []string }

func (j *journal) add(s string) {
	if j != nil {
		j.lines = append(j.lines, s)
	}
}

// take returns the lines and forgets them.
func (j *journal) take() []string {
	l := j.lines
	j.lines = nil
	return l
}

// handFactory makes proxies and stubs by hand and writes down what it is asked.
type handFactory struct {
	*journal
	servers []any // what CreateStub was given
	outers  []any // what CreateProxy was given
	shared  bool  // one proxy for all interfaces of an object
	proxies map[any]*handProxy
	proxy   *handProxy // the last one
	stub    *handStub  // the last one
}

func (f *handFactory) CreateProxy(_ context.Context, outer any, d *com.Desc) (any, com.IRpcProxyBuffer, error) {
	f.add("CreateProxy " + d.Name)
	f.outers = append(f.outers, outer)
	if p := f.proxies[outer]; f.shared && p != nil {
		return p, &handBuffer{p, d}, nil
	}
	p := &handProxy{journal: f.journal, channels: map[*com.Desc]com.IRpcChannelBuffer{}}
	if f.proxies == nil {
		f.proxies = map[any]*handProxy{}
	}
	f.proxies[outer], f.proxy = p, p
	return p, &handBuffer{p, d}, nil
}

func (f *handFactory) CreateStub(ctx context.Context, d *com.Desc, server any) (com.IRpcStubBuffer, error) {
	f.add("CreateStub " + d.Name)
	f.servers = append(f.servers, server)
	s := &handStub{journal: f.journal, desc: d}
	if server != nil {
		if err := s.Connect(ctx, server); err != nil {
			return nil, err
		}
	}
	f.stub = s
	return s, nil
}

// handBuffer is the proxy manager's side of a handProxy, for one interface.
type handBuffer struct {
	p *handProxy
	d *com.Desc
}

func (b *handBuffer) Connect(ch com.IRpcChannelBuffer) error {
	b.p.add("Connect " + b.d.Name)
	b.p.channels[b.d] = ch
	if b.p.Channel() == nil {
		return b.p.Proxy.Connect(ch)
	}
	return nil
}

func (b *handBuffer) Disconnect() {
	b.p.add("proxy.Disconnect " + b.d.Name)
	b.p.Proxy.Disconnect()
}

// handProxy answers all three interfaces.
type handProxy struct {
	com.Proxy
	*journal
	channels map[*com.Desc]com.IRpcChannelBuffer
}

// call sends a number, if there is one, and returns the number that comes
// back. hr says that a result code follows it.
func (p *handProxy) call(ctx context.Context, d *com.Desc, op uint32, hr bool, args ...int32) (int32, error) {
	p.add("proxy")
	ch, m, err := p.Begin(ctx, op, 4*len(args))
	if err != nil {
		return 0, err
	}
	if own := p.channels[d]; own != nil && own != ch {
		ch.FreeBuffer(m)
		ch = own
		if m, err = ch.GetBuffer(ctx, op, 4*len(args)); err != nil {
			return 0, err
		}
	}
	e := ndr.NewEncoder(ctx, m)
	for _, a := range args {
		e.Int32(a)
	}
	if err := e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return 0, p.Fail(op, err)
	}
	if err := ch.SendReceive(ctx, m); err != nil {
		return 0, err
	}
	dec := ndr.NewDecoder(ctx, m)
	n := dec.Int32()
	var code com.HRESULT
	if hr {
		code = dec.HRESULT()
	}
	err = dec.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return 0, p.Fail(op, err)
	}
	return n, p.Result(ctx, op, code)
}

func (p *handProxy) Say(ctx context.Context, n int32) (int32, error) {
	d := echoDesc
	if p.channels[d] == nil {
		d = twiceDesc // the base's method through the derived interface
	}
	return p.call(ctx, d, 3, true, n)
}

func (p *handProxy) SayTwice(ctx context.Context, n int32) (int32, error) {
	return p.call(ctx, twiceDesc, 4, true, n)
}

func (p *handProxy) Tally(ctx context.Context) (int32, error) {
	return p.call(ctx, tallyDesc, 3, false)
}

// handStub serves each of the three interfaces; for IEchoTwice it hands the
// base's methods on to a stub of the base.
type handStub struct {
	*journal
	desc   *com.Desc
	server any
	base   *handStub
	ops    []uint32
	dest   com.MSHCTX
	call   com.IRpcChannelBuffer // of the last call
}

func (s *handStub) Connect(ctx context.Context, server any) error {
	s.server = nil
	v, err := com.QueryDesc(ctx, server, s.desc)
	if err != nil {
		return err
	}
	s.server = v
	if s.desc == twiceDesc {
		s.base = &handStub{journal: s.journal, desc: echoDesc}
		return s.base.Connect(ctx, server)
	}
	return nil
}

func (s *handStub) Disconnect() {
	s.add("stub.Disconnect " + s.desc.Name)
	s.server = nil
}

func (s *handStub) CountRefs() uint32 {
	if s.server != nil {
		return 1
	}
	return 0
}

func (s *handStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	s.add("IsIIDSupported " + com.DescFor(iid, nil).Name)
	if s.server != nil && s.desc.DerivesFrom(iid) {
		return s
	}
	return nil
}

func (s *handStub) Invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	if s.base != nil && m.Op == 3 {
		return s.base.Invoke(ctx, m, ch) // the same message
	}
	s.add("Invoke")
	s.ops, s.dest, s.call = append(s.ops, m.Op), ch.GetDestCtx(), ch
	d := ndr.NewDecoder(ctx, m)
	var in int32
	if s.desc != tallyDesc {
		in = d.Int32()
	}
	if err := d.Err(); err != nil {
		return err
	}
	var n int32
	var err error
	switch {
	case s.desc == tallyDesc && m.Op == 3:
		n, err = s.server.(iTally).Tally(ctx)
	case m.Op == 3:
		n, err = s.server.(iEcho).Say(ctx, in)
	case m.Op == 4 && s.desc == twiceDesc:
		n, err = s.server.(iEchoTwice).SayTwice(ctx, in)
	default:
		return com.RPC_E_INVALIDMETHOD
	}
	r, rerr := ch.GetBuffer(ctx, m.Op, 8)
	if rerr != nil {
		return rerr
	}
	e := ndr.NewEncoder(ctx, r)
	e.Int32(n)
	if s.desc != tallyDesc {
		e.HRESULT(com.MethodResult(ctx, err))
	}
	return e.Finish()
}
