package com

import (
	"context"
	"fmt"

	"oxid/step"
)

// Aggregation in Go: an outer object presents interfaces of an inner one as
// its own. The inner object is created with the outer as its controlling
// unknown: it says so by COMIdentity ([Part]), and from then on its interfaces
// delegate to the outer, whose identity and whose QueryInterface they have.
// What the outer gets is the one thing that does not delegate, an [*Inner].

// Aggregatable makes the Go type that embeds it fit for aggregation: it stores
// the controlling unknown.
type Aggregatable struct{ outer any }

// SetOuter makes outer the controlling unknown; nil is none. Call it once,
// while the object is being created.
func (a *Aggregatable) SetOuter(outer any) { a.outer = outer }

// COMIdentity implements [Part].
func (a *Aggregatable) COMIdentity() any { return a.outer }

// Inner is the non-delegating unknown of an inner object. Its QueryInterface
// answers the inner object's own interfaces, and IUnknown with the Inner
// itself, whatever the outer says. The outer keeps it to itself.
type Inner struct {
	outer any
	own   IUnknown
}

// NewInner returns a non-delegating unknown whose interfaces own answers. What
// own returns must be parts of outer. own is not asked for IUnknown.
func NewInner(outer any, own IUnknown) *Inner { return &Inner{outer, own} }

// Outer returns the controlling unknown.
func (i *Inner) Outer() any { return i.outer }

// QueryInterface returns an interface of the inner object. The result
// delegates to the outer: for callers it is an interface of the outer.
func (i *Inner) QueryInterface(ctx context.Context, iid *IID) (any, error) {
	if iid == nil {
		return nil, E_POINTER
	}
	if *iid == IID_IUnknown {
		return i, nil
	}
	return i.own.QueryInterface(ctx, iid)
}

// Entries returns the interfaces ds of the inner object, for the list that the
// outer returns from COMInterfaces. What the inner object lacks is left out.
func (i *Inner) Entries(ctx context.Context, ds ...*Desc) []Entry {
	list := make([]Entry, 0, len(ds))
	for _, d := range ds {
		if v, err := i.QueryInterface(ctx, &d.IID); err == nil {
			list = append(list, Entry{Desc: d, Value: v})
		}
	}
	return list
}

// Aggregate creates an inner object with outer as its controlling unknown and
// returns its non-delegating unknown. create makes the object and stores outer
// in it. A class that does not, and an outer that is a proxy, is
// CLASS_E_NOAGGREGATION: an object of another apartment cannot control one of
// this.
func Aggregate(ctx context.Context, outer any, create func(ctx context.Context, outer any) (any, error)) (*Inner, error) {
	id, err := IdentityOf(outer)
	if err != nil {
		return nil, err
	}
	if _, remote := id.(ProxyManager); remote {
		return nil, noAggregation("the outer unknown is a proxy", "aggregate inside one apartment")
	}
	obj, err := create(ctx, outer)
	if err != nil {
		return nil, err
	}
	innerID, err := IdentityOf(obj)
	if err != nil {
		return nil, err
	}
	if _, part := obj.(Part); !part || innerID != id {
		return nil, noAggregation(fmt.Sprintf("%T did not take the outer unknown", obj),
			"embed com.Aggregatable in the inner type and call SetOuter with the outer unknown")
	}
	return NewInner(outer, &ownInterfaces{TypesOf(ctx), obj}), nil
}

func noAggregation(what, hint string) error {
	return &Error{HRESULT: CLASS_E_NOAGGREGATION, Step: step.Activate, Err: textError(what), Hint: hint}
}

// ownInterfaces answers the interfaces of an inner object by its own Go type.
type ownInterfaces struct {
	types *Types
	obj   any // the inner object
}

func (o *ownInterfaces) QueryInterface(ctx context.Context, iid *IID) (any, error) {
	v, _, err := o.types.classOf(o.obj).resolve(ctx, o.obj, iid)
	return v, err
}
