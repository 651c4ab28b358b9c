// Package calc is the calculator sample: the interfaces of calc.idl with their
// proxies and stubs.
package calc

import (
	"context"

	"oxid/com"
	"oxid/ndr"
)

// Identifiers of calc.idl.
var (
	IID_ICalc        = com.MustGUID("3aac5dec-4f35-44a1-a4fc-304b0051a4f6")
	IID_IScientific  = com.MustGUID("5a9e8fe7-e48a-4fd5-b8f1-830c53dbe62e")
	IID_ICalcEvents  = com.MustGUID("2e6715b1-e4f3-45d2-b7fe-ad0aa8e92c61")
	LIBID_CalcLib    = com.MustGUID("8ea8a87c-6d1c-4ef0-a5f2-0f4b9e2c0b5e")
	CLSID_Calculator = com.MustGUID("743dd743-ce36-4d71-9853-e5dc74dd860b")
)

// ICalc: Arithmetic, and who is told of its results.
type ICalc interface {
	// Add returns a + b.
	Add(ctx context.Context, a, b int32) (sum int32, err error)
	// Sum adds up any number of values.
	Sum(ctx context.Context, values []float64) (sum float64, err error)
	// Echo returns its argument.
	Echo(ctx context.Context, text string) (copy string, err error)
	// Advise sends every later result of Add and Sum to sink, until Unadvise.
	Advise(ctx context.Context, sink ICalcEvents) (cookie uint32, err error)
	// Unadvise ends what Advise began.
	Unadvise(ctx context.Context, cookie uint32) error
	// Clone makes another calculator.
	Clone(ctx context.Context) (other ICalc, err error)
}

// IScientific: What a scientific calculator has besides.
type IScientific interface {
	// Sqrt returns the square root of x, E_INVALIDARG for a negative one.
	Sqrt(ctx context.Context, x float64) (root float64, err error)
}

// ICalcEvents: What a client implements to be told of results.
type ICalcEvents interface {
	// OnResult is called with every result.
	OnResult(ctx context.Context, value float64) error
}

// Descriptors of the interfaces, registered for proxies, stubs and queries.
var (
	ICalcDesc = com.Register[ICalc](com.Desc{
		IID: IID_ICalc, Name: "ICalc",
		Methods:  []string{"Add", "Sum", "Echo", "Advise", "Unadvise", "Clone"},
		NewProxy: func() (any, *com.Proxy) { p := new(iCalcProxy); return p, &p.Proxy },
		NewStub:  func() com.IRpcStubBuffer { return new(iCalcStub) },
		SetLocal: func(itf, v any) bool { return com.SetLocal(&itf.(*iCalcProxy).local, v) },
	})
	IScientificDesc = com.Register[IScientific](com.Desc{
		IID: IID_IScientific, Name: "IScientific",
		Methods:  []string{"Sqrt"},
		NewProxy: func() (any, *com.Proxy) { p := new(iScientificProxy); return p, &p.Proxy },
		NewStub:  func() com.IRpcStubBuffer { return new(iScientificStub) },
		SetLocal: func(itf, v any) bool { return com.SetLocal(&itf.(*iScientificProxy).local, v) },
	})
	ICalcEventsDesc = com.Register[ICalcEvents](com.Desc{
		IID: IID_ICalcEvents, Name: "ICalcEvents",
		Methods:  []string{"OnResult"},
		NewProxy: func() (any, *com.Proxy) { p := new(iCalcEventsProxy); return p, &p.Proxy },
		NewStub:  func() com.IRpcStubBuffer { return new(iCalcEventsStub) },
		SetLocal: func(itf, v any) bool { return com.SetLocal(&itf.(*iCalcEventsProxy).local, v) },
	})
)

// ExposeICalc gives a class the interface ICalc.
func ExposeICalc(s *com.ClassSpec) { com.Expose[ICalc](s) }

// ExposeIScientific gives a class the interface IScientific.
func ExposeIScientific(s *com.ClassSpec) { com.Expose[IScientific](s) }

// ExposeICalcEvents gives a class the interface ICalcEvents.
func ExposeICalcEvents(s *com.ClassSpec) { com.Expose[ICalcEvents](s) }

type iCalcProxy struct {
	com.Proxy
	local ICalc
}

func (p *iCalcProxy) Add(ctx context.Context, a, b int32) (sum int32, err error) {
	if p.local != nil {
		return p.local.Add(ctx, a, b)
	}
	ch, m, err := p.Proxy.Begin(ctx, 3, 8)
	if err != nil {
		return sum, err
	}
	e := ndr.NewEncoder(ctx, m)
	e.Int32(a)
	e.Int32(b)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return sum, p.Proxy.Fail(3, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return sum, err
	}
	d := ndr.NewDecoder(ctx, m)
	sum = d.Int32()
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return 0, p.Proxy.Fail(3, err)
	}
	return sum, p.Proxy.Result(ctx, 3, hr)
}

func (p *iCalcProxy) Sum(ctx context.Context, values []float64) (sum float64, err error) {
	if p.local != nil {
		return p.local.Sum(ctx, values)
	}
	ch, m, err := p.Proxy.Begin(ctx, 4, 16+8*len(values))
	if err != nil {
		return sum, err
	}
	e := ndr.NewEncoder(ctx, m)
	e.Uint32(uint32(len(values)))
	e.Count(len(values))
	e.Float64s(values)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return sum, p.Proxy.Fail(4, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return sum, err
	}
	d := ndr.NewDecoder(ctx, m)
	sum = d.Float64()
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return 0, p.Proxy.Fail(4, err)
	}
	return sum, p.Proxy.Result(ctx, 4, hr)
}

func (p *iCalcProxy) Echo(ctx context.Context, text string) (copy string, err error) {
	if p.local != nil {
		return p.local.Echo(ctx, text)
	}
	ch, m, err := p.Proxy.Begin(ctx, 5, 16+2*len(text))
	if err != nil {
		return copy, err
	}
	e := ndr.NewEncoder(ctx, m)
	e.WStr(text)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return copy, p.Proxy.Fail(5, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return copy, err
	}
	d := ndr.NewDecoder(ctx, m)
	if d.Pointer() {
		copy = d.WStr()
	}
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return "", p.Proxy.Fail(5, err)
	}
	return copy, p.Proxy.Result(ctx, 5, hr)
}

func (p *iCalcProxy) Advise(ctx context.Context, sink ICalcEvents) (cookie uint32, err error) {
	if p.local != nil {
		return p.local.Advise(ctx, sink)
	}
	ch, m, err := p.Proxy.Begin(ctx, 6, 256)
	if err != nil {
		return cookie, err
	}
	e := ndr.NewEncoder(ctx, m)
	e.Interface(ICalcEventsDesc, sink)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return cookie, p.Proxy.Fail(6, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return cookie, err
	}
	d := ndr.NewDecoder(ctx, m)
	cookie = d.Uint32()
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return 0, p.Proxy.Fail(6, err)
	}
	return cookie, p.Proxy.Result(ctx, 6, hr)
}

func (p *iCalcProxy) Unadvise(ctx context.Context, cookie uint32) (err error) {
	if p.local != nil {
		return p.local.Unadvise(ctx, cookie)
	}
	ch, m, err := p.Proxy.Begin(ctx, 7, 4)
	if err != nil {
		return err
	}
	e := ndr.NewEncoder(ctx, m)
	e.Uint32(cookie)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return p.Proxy.Fail(7, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return err
	}
	d := ndr.NewDecoder(ctx, m)
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return p.Proxy.Fail(7, err)
	}
	return p.Proxy.Result(ctx, 7, hr)
}

func (p *iCalcProxy) Clone(ctx context.Context) (other ICalc, err error) {
	if p.local != nil {
		return p.local.Clone(ctx)
	}
	ch, m, err := p.Proxy.Begin(ctx, 8, 0)
	if err != nil {
		return other, err
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return other, err
	}
	d := ndr.NewDecoder(ctx, m)
	other = ndr.As[ICalc](&d, d.Interface(ICalcDesc))
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		com.ReleaseAll(d.Interfaces())
		return nil, p.Proxy.Fail(8, err)
	}
	return other, p.Proxy.Result(ctx, 8, hr)
}

type iCalcStub struct {
	com.Stub
	obj ICalc
}

func (s *iCalcStub) Connect(ctx context.Context, server any) error {
	return com.ConnectStub(ctx, &s.Stub, &s.obj, server, ICalcDesc)
}

func (s *iCalcStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	return s.Stub.Supports(s, ICalcDesc, iid)
}

func (s *iCalcStub) Invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	d := ndr.NewDecoder(ctx, m)
	switch m.Op {
	case 3:
		a := d.Int32()
		b := d.Int32()
		if err := d.Err(); err != nil {
			return err
		}
		sum, err := s.obj.Add(ctx, a, b)
		r, rerr := ch.GetBuffer(ctx, 3, 8)
		if rerr != nil {
			return rerr
		}
		e := ndr.NewEncoder(ctx, r)
		e.Int32(sum)
		e.HRESULT(com.MethodResult(ctx, err))
		return e.Finish()
	case 4:
		n := d.Uint32()
		values := d.Float64s(nil, d.CountIs(int(n), 8))
		if err := d.Err(); err != nil {
			return err
		}
		sum, err := s.obj.Sum(ctx, values)
		r, rerr := ch.GetBuffer(ctx, 4, 16)
		if rerr != nil {
			return rerr
		}
		e := ndr.NewEncoder(ctx, r)
		e.Float64(sum)
		e.HRESULT(com.MethodResult(ctx, err))
		return e.Finish()
	case 5:
		text := d.WStr()
		if err := d.Err(); err != nil {
			return err
		}
		copy, err := s.obj.Echo(ctx, text)
		r, rerr := ch.GetBuffer(ctx, 5, 32+2*len(copy))
		if rerr != nil {
			return rerr
		}
		hr := com.MethodResult(ctx, err)
		e := ndr.NewEncoder(ctx, r)
		if e.Pointer(hr.Succeeded()) {
			e.WStr(copy)
		}
		e.HRESULT(hr)
		return e.Finish()
	case 6:
		sink := ndr.As[ICalcEvents](&d, d.Interface(ICalcEventsDesc))
		defer func() { com.ReleaseArgs(d.Interfaces()) }()
		if err := d.Err(); err != nil {
			return err
		}
		cookie, err := s.obj.Advise(ctx, sink)
		r, rerr := ch.GetBuffer(ctx, 6, 8)
		if rerr != nil {
			return rerr
		}
		e := ndr.NewEncoder(ctx, r)
		e.Uint32(cookie)
		e.HRESULT(com.MethodResult(ctx, err))
		return e.Finish()
	case 7:
		cookie := d.Uint32()
		if err := d.Err(); err != nil {
			return err
		}
		err := s.obj.Unadvise(ctx, cookie)
		r, rerr := ch.GetBuffer(ctx, 7, 4)
		if rerr != nil {
			return rerr
		}
		e := ndr.NewEncoder(ctx, r)
		e.HRESULT(com.MethodResult(ctx, err))
		return e.Finish()
	case 8:
		other, err := s.obj.Clone(ctx)
		defer com.Release(other)
		r, rerr := ch.GetBuffer(ctx, 8, 256)
		if rerr != nil {
			return rerr
		}
		e := ndr.NewEncoder(ctx, r)
		e.Interface(ICalcDesc, other)
		e.HRESULT(com.MethodResult(ctx, err))
		return e.Finish()
	}
	return com.RPC_E_INVALIDMETHOD
}

type iScientificProxy struct {
	com.Proxy
	local IScientific
}

func (p *iScientificProxy) Sqrt(ctx context.Context, x float64) (root float64, err error) {
	if p.local != nil {
		return p.local.Sqrt(ctx, x)
	}
	ch, m, err := p.Proxy.Begin(ctx, 3, 8)
	if err != nil {
		return root, err
	}
	e := ndr.NewEncoder(ctx, m)
	e.Float64(x)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return root, p.Proxy.Fail(3, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return root, err
	}
	d := ndr.NewDecoder(ctx, m)
	root = d.Float64()
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return 0, p.Proxy.Fail(3, err)
	}
	return root, p.Proxy.Result(ctx, 3, hr)
}

type iScientificStub struct {
	com.Stub
	obj IScientific
}

func (s *iScientificStub) Connect(ctx context.Context, server any) error {
	return com.ConnectStub(ctx, &s.Stub, &s.obj, server, IScientificDesc)
}

func (s *iScientificStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	return s.Stub.Supports(s, IScientificDesc, iid)
}

func (s *iScientificStub) Invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	d := ndr.NewDecoder(ctx, m)
	switch m.Op {
	case 3:
		x := d.Float64()
		if err := d.Err(); err != nil {
			return err
		}
		root, err := s.obj.Sqrt(ctx, x)
		r, rerr := ch.GetBuffer(ctx, 3, 16)
		if rerr != nil {
			return rerr
		}
		e := ndr.NewEncoder(ctx, r)
		e.Float64(root)
		e.HRESULT(com.MethodResult(ctx, err))
		return e.Finish()
	}
	return com.RPC_E_INVALIDMETHOD
}

type iCalcEventsProxy struct {
	com.Proxy
	local ICalcEvents
}

func (p *iCalcEventsProxy) OnResult(ctx context.Context, value float64) (err error) {
	if p.local != nil {
		return p.local.OnResult(ctx, value)
	}
	ch, m, err := p.Proxy.Begin(ctx, 3, 8)
	if err != nil {
		return err
	}
	e := ndr.NewEncoder(ctx, m)
	e.Float64(value)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return p.Proxy.Fail(3, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return err
	}
	d := ndr.NewDecoder(ctx, m)
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return p.Proxy.Fail(3, err)
	}
	return p.Proxy.Result(ctx, 3, hr)
}

type iCalcEventsStub struct {
	com.Stub
	obj ICalcEvents
}

func (s *iCalcEventsStub) Connect(ctx context.Context, server any) error {
	return com.ConnectStub(ctx, &s.Stub, &s.obj, server, ICalcEventsDesc)
}

func (s *iCalcEventsStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	return s.Stub.Supports(s, ICalcEventsDesc, iid)
}

func (s *iCalcEventsStub) Invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	d := ndr.NewDecoder(ctx, m)
	switch m.Op {
	case 3:
		value := d.Float64()
		if err := d.Err(); err != nil {
			return err
		}
		err := s.obj.OnResult(ctx, value)
		r, rerr := ch.GetBuffer(ctx, 3, 4)
		if rerr != nil {
			return rerr
		}
		e := ndr.NewEncoder(ctx, r)
		e.HRESULT(com.MethodResult(ctx, err))
		return e.Finish()
	}
	return com.RPC_E_INVALIDMETHOD
}
