package com

import (
	"context"
	"fmt"
	"reflect"
	"sync/atomic"

	"oxid/step"
)

// class is what is frozen of one Go type. It is immutable but for the verified
// marks of its parts.
type class struct {
	typ   reflect.Type
	own   bool // the type's own QueryInterface decides
	plain bool // an object answers for itself: no proxy, part or box, and no own QueryInterface
	slots []slot
	spec  *ClassSpec // what the slots came from, for Bind
	err   error      // why no object of this type can be queried; else nil
}

// slot is one interface of a class.
type slot struct {
	iid       IID
	desc      *Desc
	part      *part // nil: the object itself answers
	ambiguous bool  // another package's type of the same IID fits as well
}

// part finds the value that answers an interface in place of the object.
type part struct {
	value    func(obj any) (any, error)
	verified atomic.Bool // one value was seen to have the identity of its object
}

// byIID returns the slot that answers iid, or nil.
func (c *class) byIID(iid *IID) *slot {
	for i := range c.slots {
		if s := &c.slots[i]; s.iid == *iid && !s.ambiguous {
			return s
		}
	}
	return nil
}

// byDesc returns the slot of d, or nil.
func (c *class) byDesc(d *Desc) *slot {
	for i := range c.slots {
		if s := &c.slots[i]; s.desc == d {
			return s
		}
	}
	return nil
}

// freeze decides which interfaces v's Go type has.
func freeze(v any) *class {
	c := &class{typ: reflect.TypeOf(v)}
	_, isPart := v.(Part)
	switch x := v.(type) {
	case IUnknown:
		c.own = true
		return c
	case Lister:
		c.slots, c.err = listedSlots(c.typ, v, x.COMInterfaces())
	default:
		c.slots = methodSetSlots(c.typ)
	}
	c.plain = !isPart && isObjectType(c.typ) && c.err == nil
	return c
}

// isObjectType reports whether values of t have an identity of their own.
func isObjectType(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && t.Elem().Size() > 0
}

// exposedClass makes the class that s says.
func exposedClass(typ reflect.Type, s *ClassSpec) (*class, error) {
	bad := func(err error, hint string) error {
		return &Error{HRESULT: E_INVALIDARG, Step: step.Self, Err: err, Hint: hint}
	}
	if typ == nil || s == nil {
		return nil, E_POINTER
	}
	if typ.Implements(reflect.TypeFor[IUnknown]()) {
		return nil, bad(fmt.Errorf("%s has a QueryInterface of its own, which decides alone", typeName(typ)),
			"register the class without a list of interfaces")
	}
	var slots []slot
	for _, e := range s.entries {
		if e.desc == nil {
			return nil, unregistered(e.typ)
		}
		n := slot{iid: e.desc.IID, desc: e.desc}
		switch {
		case e.part != nil && !typ.AssignableTo(e.class):
			return nil, bad(fmt.Errorf("%s is exposed with a function for %s", typeName(typ), typeName(e.class)), "")
		case e.part != nil:
			n.part = &part{value: func(obj any) (any, error) { return e.part(obj), nil }}
		case !typ.Implements(e.typ):
			return nil, bad(fmt.Errorf("%s is exposed with %s but %s", typeName(typ), typeName(e.typ),
				missingMethod(typ, e.typ)), "")
		}
		slots = append(slots, n)
	}
	return &class{
		typ:   typ,
		spec:  s,
		slots: withBases(slots),
		plain: !typ.Implements(reflect.TypeFor[Part]()) && isObjectType(typ),
	}, nil
}

// rebind checks a list against a class that is frozen already.
func (c *class) rebind(s *ClassSpec) error {
	if c.spec != nil && c.spec.sameAs(s) {
		return nil
	}
	if c.own {
		_, err := exposedClass(c.typ, s)
		return err
	}
	return tooLate(c, s)
}

// listedSlots makes the slots of a list that the object v returned.
func listedSlots(typ reflect.Type, v any, list []Entry) ([]slot, error) {
	var slots []slot
	for i, e := range list {
		if e.Desc == nil {
			return nil, unregistered(e.typ)
		}
		d := e.Desc // not e: its Value would keep the first object of the type alive
		n := slot{iid: d.IID, desc: d}
		switch {
		case e.Value != nil && !samePointer(e.Value, v):
			n.part = &part{value: func(obj any) (any, error) { return listed(obj, i, d) }}
		case !typ.Implements(e.Desc.typ):
			return nil, &Error{HRESULT: E_NOINTERFACE, Step: step.Self, Interface: e.Desc.Name,
				Err: fmt.Errorf("%s lists %s but %s", typeName(typ), typeName(e.Desc.typ),
					missingMethod(typ, e.Desc.typ))}
		}
		slots = append(slots, n)
	}
	return withBases(slots), nil
}

// listed asks obj for its list again and returns entry i.
func listed(obj any, i int, d *Desc) (any, error) {
	list := obj.(Lister).COMInterfaces()
	if i >= len(list) || list[i].Desc != d {
		return nil, &Error{HRESULT: E_UNEXPECTED, Step: step.Self, Interface: d.Name, Method: "COMInterfaces",
			Err:  fmt.Errorf("this %T lists other interfaces than the first object of its type", obj),
			Hint: "every object of one Go type lists the same interfaces in the same order"}
	}
	if list[i].Value == nil {
		return obj, nil
	}
	return list[i].Value, nil
}

// withBases adds the bases of all slots that are not there by themselves. A
// base is answered by the value that answers the derived interface.
func withBases(slots []slot) []slot {
	for i := 0; i < len(slots); i++ {
		b := slots[i].desc.Base
		if b == nil || b.IID == IID_IUnknown {
			continue
		}
		have := false
		for j := range slots {
			have = have || slots[j].iid == b.IID
		}
		if !have {
			slots = append(slots, slot{iid: b.IID, desc: b, part: slots[i].part})
		}
	}
	return slots
}

// methodSetSlots makes the slots of every registered interface that typ's
// method set satisfies.
func methodSetSlots(typ reflect.Type) []slot {
	var fit []*Desc
	for _, d := range allDescs() {
		if !addsNothing(d) && typ.Implements(d.typ) {
			fit = append(fit, d)
		}
	}
	var slots []slot
	for _, d := range fit {
		n := slot{iid: d.IID, desc: d}
		twin := false
		for _, o := range fit {
			switch {
			case o == d:
			case o.IID == d.IID:
				n.ambiguous = true
			case sameMethods(o, d):
				twin = true
			}
		}
		if !twin {
			slots = append(slots, n)
		}
	}
	return slots
}

// addsNothing reports whether d has no methods that its base does not have.
func addsNothing(d *Desc) bool {
	n := d.typ.NumMethod()
	if d.IID == IID_IUnknown {
		return true
	}
	if d.Base != nil {
		return n == d.Base.typ.NumMethod()
	}
	return n == 0
}

// sameMethods reports whether two interfaces cannot be told apart by methods,
// although neither is the other's base.
func sameMethods(a, b *Desc) bool {
	return a.typ.NumMethod() == b.typ.NumMethod() && a.typ.Implements(b.typ)
}

// askAll asks an object that decides alone for every registered interface.
func (c *class) askAll(id any) []*Desc {
	var ds []*Desc
	for _, d := range allDescs() {
		if d.IID == IID_IUnknown {
			continue
		}
		if v, err := c.resolveDesc(context.Background(), id, d); err == nil {
			ds = append(ds, d)
			Release(v)
		}
	}
	return ds
}
