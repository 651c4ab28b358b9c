package com

import (
	"context"
	"reflect"
)

// IUnknown is the root of all interfaces, as far as Go needs it. A class whose
// Go type implements it decides alone which interfaces it has: QueryInterface
// returns the value that answers iid, or E_NOINTERFACE. The set must not change
// over the life of the object, and a value of another Go type must be a [Part]
// of it. Most classes do without; see [Types].
//
// QueryInterface must be safe for concurrent use. There are no AddRef and
// Release: local objects are garbage-collected, proxies are counted by
// [Keep] and [Release].
type IUnknown interface {
	QueryInterface(ctx context.Context, iid *IID) (any, error)
}

// IUnknownDesc describes IUnknown as the Go type [IUnknown]. Where an
// IUnknown* travels, [UnknownDesc] is meant.
var IUnknownDesc = Register[IUnknown](Desc{IID: IID_IUnknown, Name: "IUnknown", Local: true})

// QueryInterface asks the object that obj belongs to for iid. The result
// implements the Go type of the interface. When obj is a proxy the result is
// counted: give it back with [Release].
//
// Which interfaces a local value has is looked up in the table of the runtime
// that ctx belongs to; see [TypesOf].
func QueryInterface(ctx context.Context, obj any, iid *IID) (any, error) {
	return TypesOf(ctx).Query(ctx, obj, iid)
}

// QueryDesc is [QueryInterface] for one Go type of an interface.
func QueryDesc(ctx context.Context, obj any, d *Desc) (any, error) {
	return TypesOf(ctx).QueryDesc(ctx, obj, d)
}

// Query is [QueryInterface] for the interface type T:
//
//	sci, err := com.Query[calc.IScientific](ctx, c)
//
// T must be a registered interface, and not the Go type of a class.
func Query[T any](ctx context.Context, obj any) (T, error) {
	var zero T
	d := DescOf[T]()
	if d == nil {
		return zero, unregistered(reflect.TypeFor[T]())
	}
	v, err := TypesOf(ctx).QueryDesc(ctx, obj, d)
	if err != nil {
		return zero, err
	}
	itf, ok := v.(T)
	if !ok { // a manager that answered with another type than it was asked for
		Release(v)
		return zero, noInterface(reflect.TypeOf(v), &d.IID, d)
	}
	return itf, nil
}

// unknown gives an object without a QueryInterface of its own the Go type
// [IUnknown]. It is a part of that object.
type unknown struct {
	types *Types
	id    any
}

func (u *unknown) COMIdentity() any { return u.id }

func (u *unknown) QueryInterface(ctx context.Context, iid *IID) (any, error) {
	return u.types.Query(ctx, u.id, iid)
}

// asUnknown returns the object with the identity id as an [IUnknown].
func asUnknown(t *Types, id any) IUnknown {
	if u, ok := id.(IUnknown); ok {
		return u
	}
	return &unknown{t, id}
}
