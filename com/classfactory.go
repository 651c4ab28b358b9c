package com

import (
	"context"
	"fmt"
	"sync/atomic"

	"oxid/step"
)

// IClassFactory creates the objects of one class. It is remotable, but for the
// outer unknown: an object of another apartment cannot aggregate.
type IClassFactory interface {
	// CreateInstance returns interface iid of a new object. An outer that is
	// not nil is the controlling unknown of the aggregate to be: then iid must
	// be IID_IUnknown, and the result is the object's non-delegating unknown,
	// an [*Inner]. Anything else with an outer is CLASS_E_NOAGGREGATION.
	CreateInstance(ctx context.Context, outer any, iid *IID) (any, error)
	// LockServer keeps the server running, or ends one such lock.
	LockServer(ctx context.Context, lock bool) error
}

// ClassFactoryDesc describes [IClassFactory]. Its proxy and stub are provided
// by another package; see [Desc.Provide].
var ClassFactoryDesc = Register[IClassFactory](Desc{IID: IID_IClassFactory, Name: "IClassFactory",
	Methods: []string{"CreateInstance", "LockServer"}})

// ClassFactory is an [IClassFactory] over a Go function. It is safe for
// concurrent use as far as the function is.
type ClassFactory struct {
	types  *Types
	spec   *ClassSpec // nil: the Go type says what it has
	create func(ctx context.Context, outer any) (any, error)
	plain  bool // cannot be aggregated
	locks  atomic.Int32
	onLock func(ctx context.Context, lock bool) error
}

// NewClassFactory returns the factory of a plain class: create makes one
// object, and expose names its interfaces in the table types. A nil types
// stands for the table of the context that CreateInstance is called with. A
// request to aggregate is CLASS_E_NOAGGREGATION.
func NewClassFactory(types *Types, create func(ctx context.Context) (any, error), expose ...func(*ClassSpec)) *ClassFactory {
	f := NewAggregatableClassFactory(types,
		func(ctx context.Context, _ any) (any, error) { return create(ctx) }, expose...)
	f.plain = true
	return f
}

// NewAggregatableClassFactory is [NewClassFactory] for a class that can be
// aggregated: create receives the outer unknown, or nil, and its objects are
// Parts of it; see [Aggregatable].
func NewAggregatableClassFactory(types *Types, create func(ctx context.Context, outer any) (any, error), expose ...func(*ClassSpec)) *ClassFactory {
	f := &ClassFactory{types: types, create: create}
	if len(expose) > 0 {
		f.spec = NewClassSpec(expose...)
	}
	return f
}

// OnLock sets the function that LockServer calls; its error is LockServer's,
// and the lock then does not count. Set it before the factory is used.
func (f *ClassFactory) OnLock(fn func(ctx context.Context, lock bool) error) { f.onLock = fn }

// Locks returns how many locks LockServer holds.
func (f *ClassFactory) Locks() int { return int(f.locks.Load()) }

// CreateInstance implements [IClassFactory].
func (f *ClassFactory) CreateInstance(ctx context.Context, outer any, iid *IID) (any, error) {
	if iid == nil {
		return nil, E_POINTER
	}
	types := f.types
	if types == nil {
		types = TypesOf(ctx)
	}
	if outer != nil {
		return f.aggregate(context.WithValue(ctx, TypesKey, types), outer, iid)
	}
	obj, err := f.new(ctx, types, nil)
	if err != nil {
		return nil, err
	}
	// What create returns belongs to the factory: when it is a proxy its
	// hand-out is given back, and the one of the query goes to the caller.
	defer Release(obj)
	return types.Query(ctx, obj, iid)
}

// aggregate creates an inner object.
func (f *ClassFactory) aggregate(ctx context.Context, outer any, iid *IID) (any, error) {
	if f.plain {
		return nil, noAggregation("the class cannot be aggregated", "")
	}
	if *iid != IID_IUnknown {
		return nil, noAggregation("an aggregated object was asked for "+interfaceName(iid),
			"ask for IUnknown, and the inner unknown for the rest")
	}
	inner, err := Aggregate(ctx, outer, func(ctx context.Context, outer any) (any, error) {
		return f.new(ctx, TypesOf(ctx), outer)
	})
	if err != nil {
		return nil, err // not inner: a nil *Inner in an interface is not nil
	}
	return inner, nil
}

// new makes one object and binds its Go type.
func (f *ClassFactory) new(ctx context.Context, types *Types, outer any) (any, error) {
	obj, err := f.create(ctx, outer)
	if err != nil {
		return nil, err
	}
	if obj == nil || nilPointer(obj) {
		return nil, &Error{HRESULT: E_POINTER, Step: step.Activate, Interface: "IClassFactory", Method: "CreateInstance",
			Err: fmt.Errorf("the class's function returned nil (%T) and no error", obj)}
	}
	if f.spec == nil {
		return obj, nil
	}
	if err := types.Bind(obj, f.spec); err != nil {
		Release(obj)
		return nil, err
	}
	return obj, nil
}

// LockServer implements [IClassFactory]. Ending a lock that nobody holds is
// E_UNEXPECTED.
func (f *ClassFactory) LockServer(ctx context.Context, lock bool) error {
	if !lock && !f.unlock() {
		return E_UNEXPECTED
	}
	if f.onLock != nil {
		if err := f.onLock(ctx, lock); err != nil {
			if !lock {
				f.locks.Add(1)
			}
			return err
		}
	}
	if lock {
		f.locks.Add(1)
	}
	return nil
}

// unlock takes one lock away, if there is one.
func (f *ClassFactory) unlock() bool {
	for {
		n := f.locks.Load()
		if n <= 0 {
			return false
		}
		if f.locks.CompareAndSwap(n, n-1) {
			return true
		}
	}
}
