package std

import (
	"context"
	"fmt"

	"oxid/com"
	"oxid/ndr"
)

const _ = com.GeneratedV1

// The Go interface of IClassFactory is package com's; its proxy and its stub
// are here because they need an encoding.
var _ = com.ClassFactoryDesc.Provide(
	func() (any, *com.Proxy) { p := new(iClassFactoryProxy); return p, &p.Proxy },
	func() com.IRpcStubBuffer { return new(iClassFactoryStub) },
)

type iClassFactoryProxy struct {
	com.Proxy
}

// CreateInstance sends what RemoteCreateInstance carries: an outer unknown
// cannot travel, so that such a call fails here (CF-252, CF-253).
func (p *iClassFactoryProxy) CreateInstance(ctx context.Context, outer any, iid *com.IID) (any, error) {
	if outer != nil {
		return nil, p.Proxy.Fail(3, &com.Error{HRESULT: com.CLASS_E_NOAGGREGATION, Interface: "IClassFactory", Method: "CreateInstance",
			Err:  fmt.Errorf("the class object is in another apartment"),
			Hint: "an object can be aggregated only in the apartment where it is created"})
	}
	if iid == nil {
		return nil, p.Proxy.Fail(3, com.E_POINTER)
	}
	return p.remoteCreateInstance(ctx, *iid)
}

func (p *iClassFactoryProxy) remoteCreateInstance(ctx context.Context, riid com.IID) (obj com.Unknown, err error) {
	ch, m, err := p.Proxy.Begin(ctx, 3, 16)
	if err != nil {
		return nil, err
	}
	e := ndr.NewEncoder(ctx, m)
	e.GUID(riid)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return nil, p.Proxy.Fail(3, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return nil, err
	}
	d := ndr.NewDecoder(ctx, m)
	obj = d.Interface(com.DescFor(&riid, nil))
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		com.ReleaseAll(d.Interfaces())
		return nil, p.Proxy.Fail(3, err)
	}
	if hr.Failed() {
		com.ReleaseAll(d.Interfaces())
		obj = nil
	}
	return obj, p.Proxy.Result(ctx, 3, hr)
}

func (p *iClassFactoryProxy) LockServer(ctx context.Context, fLock bool) (err error) {
	ch, m, err := p.Proxy.Begin(ctx, 4, 4)
	if err != nil {
		return err
	}
	e := ndr.NewEncoder(ctx, m)
	var lock int32
	if fLock {
		lock = 1
	}
	e.Int32(lock)
	if err = e.Finish(); err != nil {
		ch.FreeBuffer(m)
		return p.Proxy.Fail(4, err)
	}
	if err = ch.SendReceive(ctx, m); err != nil {
		return err
	}
	d := ndr.NewDecoder(ctx, m)
	hr := d.HRESULT()
	err = d.Err()
	ch.FreeBuffer(m)
	if err != nil {
		return p.Proxy.Fail(4, err)
	}
	return p.Proxy.Result(ctx, 4, hr)
}

type iClassFactoryStub struct {
	com.Stub
	obj com.IClassFactory
}

func (s *iClassFactoryStub) Connect(ctx context.Context, server any) error {
	return com.ConnectStub(ctx, &s.Stub, &s.obj, server, com.ClassFactoryDesc)
}

func (s *iClassFactoryStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	return s.Stub.Supports(s, com.ClassFactoryDesc, iid)
}

func (s *iClassFactoryStub) Invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	switch m.Op {
	case 3:
		return s.invokeCreateInstance(ctx, m, ch)
	case 4:
		return s.invokeLockServer(ctx, m, ch)
	}
	return com.RPC_E_INVALIDMETHOD
}

func (s *iClassFactoryStub) invokeCreateInstance(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	d := ndr.NewDecoder(ctx, m)
	riid := d.GUID()
	if err := d.Err(); err != nil {
		return err
	}
	obj, err := s.obj.CreateInstance(ctx, nil, &riid)
	defer com.Release(obj)
	r, rerr := ch.GetBuffer(ctx, 3, 256)
	if rerr != nil {
		return rerr
	}
	hr := com.MethodResult(ctx, err)
	if hr.Failed() {
		obj = nil
	}
	e := ndr.NewEncoder(ctx, r)
	e.Interface(com.DescFor(&riid, obj), obj)
	e.HRESULT(hr)
	return e.Finish()
}

func (s *iClassFactoryStub) invokeLockServer(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	d := ndr.NewDecoder(ctx, m)
	fLock := d.Int32() != 0
	if err := d.Err(); err != nil {
		return err
	}
	err := s.obj.LockServer(ctx, fLock)
	r, rerr := ch.GetBuffer(ctx, 4, 4)
	if rerr != nil {
		return rerr
	}
	e := ndr.NewEncoder(ctx, r)
	e.HRESULT(com.MethodResult(ctx, err))
	return e.Finish()
}
