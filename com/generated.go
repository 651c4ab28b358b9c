package com

import (
	"context"
	"errors"
	"reflect"

	"oxid/step"
)

// GeneratedV1 exists as long as generated code of the first shape fits this
// package. Every generated file refers to it, so that code which does not fit
// fails to compile instead of failing on the wire.
const GeneratedV1 = true

// DescFor returns the descriptor with which v is marshaled as iid, for pointers
// whose interface is named by an iid_is parameter. With several packages
// generated for one IID it is the one that v is a value of; a nil v takes the
// first. For an IID that no linked package describes it is a descriptor that
// has a name and nothing else, which marshaling refuses by that name.
func DescFor(iid *IID, v any) *Desc {
	if *iid == IID_IUnknown {
		return UnknownDesc
	}
	if d := descOfValue(v, iid); d != nil {
		return d
	}
	if ds := DescsByIID(iid); len(ds) > 0 {
		return ds[0]
	}
	return &Desc{IID: *iid, Name: iid.String()}
}

// End is how the proxy of a method that returns an HRESULT ends: hr is what the
// server's method returned, err what went wrong with the reply. Generated code
// only.
func (p *Proxy) End(ctx context.Context, op uint32, hr HRESULT, err error) error {
	if err != nil {
		if e, ok := err.(*Error); ok && e.Info != nil {
			captureHRESULT(ctx, hr) // the method's own failure, with more to say
		}
		return p.Fail(op, err)
	}
	return p.Result(ctx, op, hr)
}

// MethodHRESULT is [MethodResult] for a method that returns the success code
// hr beside its error.
func MethodHRESULT(ctx context.Context, hr HRESULT, err error) HRESULT {
	if err != nil || hr == S_OK {
		return MethodResult(ctx, err)
	}
	return hr
}

// CallError is the error of a call of a plain RPC interface, which has no
// proxy that could name it: interface and method are added to err.
func CallError(iface, method string, err error) error {
	e := &Error{HRESULT: HRESULTOf(err), Step: step.Call, Interface: iface, Method: method, Err: err}
	var in *Error
	if errors.As(err, &in) {
		if in.Interface != "" {
			return err
		}
		e.Step, e.Peer, e.Attempts, e.Hint = in.Step, in.Peer, in.Attempts, in.Hint
	}
	return e
}

// IIDOf returns the IID of the registered interface type T, and the zero IID
// for any other type. Together with [As] it calls methods whose result is of
// the interface that an argument names:
//
//	f, err := com.As[IFoo](sp.QueryService(ctx, SID_Foo, com.IIDOf[IFoo]()))
func IIDOf[T any]() IID {
	if d := DescOf[T](); d != nil {
		return d.IID
	}
	return IID{}
}

// As turns the result of a method that returns an interface named by one of
// its arguments into the Go type T of that interface. A result of another
// type is given back, and the error E_NOINTERFACE.
func As[T any](v Unknown, err error) (T, error) {
	var zero T
	if err != nil || v == nil {
		return zero, err
	}
	if t, ok := v.(T); ok {
		return t, nil
	}
	Release(v)
	d := DescOf[T]()
	if d == nil {
		return zero, unregistered(reflect.TypeFor[T]())
	}
	return zero, noInterface(reflect.TypeOf(v), &d.IID, d)
}

// ReleaseEach gives back the interface pointers in s, the results of a method;
// see [Release]. For stubs.
func ReleaseEach[T any](s []T) {
	for i := range s {
		Release(s[i])
	}
}

// ReleaseIn is [ReleaseEach] for structures that contain interface pointers.
func ReleaseIn[T any, P interface {
	*T
	ReleaseNDR()
}](s []T) {
	for i := range s {
		P(&s[i]).ReleaseNDR()
	}
}
