package scm

import (
	"context"

	"oxid/com"
	"oxid/ndr"
)

// IGreeter is the interface of the tests' objects, in the shape of generated
// code: Greet returns its argument in a sentence, opnum 3.
type IGreeter interface {
	Greet(ctx context.Context, name string) (string, error)
}

var (
	iidGreeter   = com.MustGUID("a2b5cbd2-6a8b-4b1d-9a52-5d8c4d5f2f01")
	iidOther     = com.MustGUID("a2b5cbd2-6a8b-4b1d-9a52-5d8c4d5f2f02")
	clsidGreeter = com.MustGUID("a2b5cbd2-6a8b-4b1d-9a52-5d8c4d5f2f03")

	greeterDesc = com.Register[IGreeter](com.Desc{
		IID: iidGreeter, Name: "IGreeter", Methods: []string{"Greet"},
		NewProxy: func() (any, *com.Proxy) { p := new(greeterProxy); return p, &p.Proxy },
		NewStub:  func() com.IRpcStubBuffer { return new(greeterStub) },
	})
)

type greeterProxy struct{ com.Proxy }

func (p *greeterProxy) Greet(ctx context.Context, name string) (text string, err error) {
	ch, m, err := p.Proxy.Begin(ctx, 3, 64)
	if err != nil {
		return "", err
	}
	e := ndr.NewEncoder(ctx, m)
	e.WStr(name)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return "", p.Proxy.Fail(3, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return "", err
	}
	d := ndr.NewDecoder(ctx, m)
	if d.Pointer() {
		text = d.WStr()
	}
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return "", p.Proxy.Fail(3, err)
	}
	return text, p.Proxy.Result(ctx, 3, hr)
}

type greeterStub struct {
	com.Stub
	obj IGreeter
}

func (s *greeterStub) Connect(ctx context.Context, server any) error {
	return com.ConnectStub(ctx, &s.Stub, &s.obj, server, greeterDesc)
}

func (s *greeterStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	return s.Stub.Supports(s, greeterDesc, iid)
}

func (s *greeterStub) Invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	if m.Op != 3 {
		return com.RPC_E_INVALIDMETHOD
	}
	d := ndr.NewDecoder(ctx, m)
	name := d.WStr()
	if err := d.Err(); err != nil {
		return err
	}
	text, err := s.obj.Greet(ctx, name)
	r, rerr := ch.GetBuffer(ctx, 3, 32+2*len(text))
	if rerr != nil {
		return rerr
	}
	e := ndr.NewEncoder(ctx, r)
	if e.Pointer(err == nil) {
		e.WStr(text)
	}
	e.HRESULT(com.MethodResult(ctx, err))
	return e.Finish()
}

// greeter is the class of the tests. gone, when not nil, is told of the last
// release.
type greeter struct {
	word string
	gone chan<- string
}

func (g *greeter) Greet(_ context.Context, name string) (string, error) {
	return g.word + ", " + name, nil
}

func (g *greeter) FinalRelease(context.Context) {
	if g.gone != nil {
		g.gone <- g.word
	}
}
