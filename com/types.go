package com

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"oxid/step"
)

// Types is the table of one runtime that says which interfaces a Go type has.
// The set is decided at the first use of a type and never changes after that,
// as COM demands of an object. In this order:
//
//  1. a type with a QueryInterface of its own ([IUnknown]) decides alone;
//  2. the list that the type was bound to with [Types.Bind];
//  3. the list of its method COMInterfaces ([Lister]);
//  4. the registered interfaces that its method set satisfies. Interfaces that
//     have no methods (INoMarshal, IAgileObject) or add none to their base are
//     never taken this way, nor are two interfaces with the same methods, nor,
//     when asked for by IID, an IID that two packages were generated for.
//
// With an interface a type has all of its bases, and every object has IUnknown.
//
// The zero Types is an empty table. All methods are safe for concurrent use,
// and no lock is held while methods of objects run.
type Types struct {
	mu      sync.Mutex // serializes writers of classes
	classes atomic.Pointer[map[reflect.Type]*class]
}

// typesKey is the context key of a runtime's table.
type typesKey struct{}

// TypesKey is the context key under which the context of a runtime answers
// with its [*Types].
var TypesKey any = typesKey{}

// defaultTypes serves values that are used without a runtime.
var defaultTypes Types

// TypesOf returns the table of the runtime that ctx belongs to, or the table
// of this package when it belongs to none.
func TypesOf(ctx context.Context) *Types {
	if t, ok := ctx.Value(TypesKey).(*Types); ok && t != nil {
		return t
	}
	return &defaultTypes
}

// Query is QueryInterface on a Go value: it returns the value that answers iid
// for the object that obj belongs to. For IID_IUnknown that is the identity.
// Proxies are asked through their manager, and what they return is counted:
// give it back with [Release]. The error is E_NOINTERFACE when the object does
// not have the interface.
func (t *Types) Query(ctx context.Context, obj any, iid *IID) (any, error) {
	v, _, err := t.Resolve(ctx, obj, iid)
	return v, err
}

// Resolve is [Types.Query] that also tells which descriptor of iid the result
// is a value of, and so which stub serves it. For a proxy the descriptor is
// the one of the interface proxy that was returned.
func (t *Types) Resolve(ctx context.Context, obj any, iid *IID) (any, *Desc, error) {
	if iid == nil {
		return nil, nil, &Error{HRESULT: E_POINTER, Step: step.Interface, Method: "QueryInterface"}
	}
	if p, ok := obj.(Proxied); ok {
		return queryProxy(ctx, p, iid)
	}
	if c := t.lookup(obj); c != nil && c.plain && !nilPointer(obj) { // the short way
		if *iid == IID_IUnknown {
			return obj, UnknownDesc, nil
		}
		if s := c.byIID(iid); s != nil && s.part == nil {
			return obj, s.desc, nil
		}
	}
	id, err := IdentityOf(obj)
	if err != nil {
		return nil, nil, err
	}
	if m, ok := id.(ProxyManager); ok { // obj is a part of a proxy, or the manager itself
		return queryManager(ctx, m, iid)
	}
	return t.classOf(unboxed(id)).resolve(ctx, id, iid)
}

// QueryDesc is [Types.Query] for one Go type of an interface: the result
// implements d's Go type. An object that has the interface as another
// package's type only answers E_NOINTERFACE, with an error that names both.
func (t *Types) QueryDesc(ctx context.Context, obj any, d *Desc) (any, error) {
	if d == nil {
		return nil, &Error{HRESULT: E_POINTER, Step: step.Interface, Method: "QueryInterface"}
	}
	if d.typ == nil { // not from the registry: an IID that a peer made up
		return nil, noInterface(reflect.TypeOf(obj), &d.IID, nil)
	}
	if p, ok := obj.(Proxied); ok {
		return t.queryProxyDesc(ctx, p, d)
	}
	if c := t.lookup(obj); c != nil && c.plain && !nilPointer(obj) {
		if s := c.byDesc(d); s != nil && s.part == nil {
			return obj, nil
		}
	}
	id, err := IdentityOf(obj)
	if err != nil {
		return nil, err
	}
	if d == IUnknownDesc {
		return asUnknown(t, id), nil
	}
	if m, ok := id.(ProxyManager); ok {
		return m.QueryDesc(ctx, d)
	}
	return t.classOf(unboxed(id)).resolveDesc(ctx, id, d)
}

// Has reports whether the object that obj belongs to has the interface iid.
// For a proxy that may need a call to its server.
func (t *Types) Has(ctx context.Context, obj any, iid *IID) bool {
	v, err := t.Query(ctx, obj, iid)
	if err != nil {
		return false
	}
	Release(v)
	return true
}

// Interfaces returns the interfaces that obj is known to have, bases included
// and IUnknown left out, for inspection. It never calls a server: of a proxy
// only its own interface is known. Of a type that decides alone every
// registered interface is asked for. nil means that obj is no object.
func (t *Types) Interfaces(obj any) []*Desc {
	if p, ok := obj.(Proxied); ok && !nilPointer(obj) {
		return p.COMProxy().desc.chain()
	}
	id, err := IdentityOf(obj)
	if err != nil {
		return nil
	}
	if _, ok := id.(ProxyManager); ok {
		return nil
	}
	c := t.classOf(unboxed(id))
	if c.own {
		return c.askAll(id)
	}
	ds := make([]*Desc, 0, len(c.slots))
	for i := range c.slots {
		if !c.slots[i].ambiguous {
			ds = append(ds, c.slots[i].desc)
		}
	}
	return ds
}

// Bind makes s the list of interfaces of obj's Go type. Binding the same list
// again has no effect. It fails with E_INVALIDARG when the type lacks a method
// or decides alone, and with RPC_E_TOO_LATE when the type was bound to another
// list or has been queried before: the interfaces of an object never change.
// A proxy has the interfaces of its server: Bind has no effect on it.
func (t *Types) Bind(obj any, s *ClassSpec) error {
	if _, ok := obj.(Proxied); ok {
		return nil
	}
	id, err := IdentityOf(obj)
	if err != nil {
		return err
	}
	// A part binds its own type, and not its owner's: it is an aggregated object.
	if _, ok := obj.(Part); ok {
		id = obj
	}
	return t.BindType(reflect.TypeOf(unboxed(id)), s)
}

// BindType is [Types.Bind] for the Go type of a class whose objects need not
// exist yet.
func (t *Types) BindType(typ reflect.Type, s *ClassSpec) error {
	if c := t.load(typ); c != nil {
		return c.rebind(s)
	}
	c, err := exposedClass(typ, s)
	if err != nil {
		return err
	}
	if have := t.store(c); have != c {
		return have.rebind(s)
	}
	return nil
}

// classOf returns the class of v's Go type, frozen now when it is used for the
// first time. v is not nil.
func (t *Types) classOf(v any) *class {
	if c := t.lookup(v); c != nil {
		return c
	}
	return t.store(freeze(v)) // no lock: freeze calls methods of v
}

func (t *Types) lookup(v any) *class { return t.load(reflect.TypeOf(v)) }

func (t *Types) load(typ reflect.Type) *class {
	if m := t.classes.Load(); m != nil {
		return (*m)[typ]
	}
	return nil
}

// store adds c unless its type has a class already, and returns the one that holds.
func (t *Types) store(c *class) *class {
	t.mu.Lock()
	defer t.mu.Unlock()
	if have := t.load(c.typ); have != nil {
		return have
	}
	next := map[reflect.Type]*class{c.typ: c}
	if old := t.classes.Load(); old != nil {
		for k, v := range *old {
			next[k] = v
		}
	}
	t.classes.Store(&next)
	return c
}

// nilPointer reports whether v is a typed nil pointer.
func nilPointer(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// tooLate is the error for a list that comes after the type was frozen.
func tooLate(c *class, s *ClassSpec) error {
	e := &Error{HRESULT: RPC_E_TOO_LATE, Step: step.Self,
		Err: fmt.Errorf("%s was bound to another list of interfaces before", typeName(c.typ))}
	if c.spec == nil {
		e.Err = fmt.Errorf("%s was used before with interfaces taken from its methods", typeName(c.typ))
	}
	e.Hint = "the interfaces of a Go type are decided once for each runtime: register the class " +
		"before its objects are used, with one list, or use a second Go type"
	return e
}
