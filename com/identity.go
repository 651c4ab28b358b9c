package com

import (
	"fmt"
	"reflect"

	"oxid/step"
)

// maxParts bounds the chain from a tear-off to its owner, so that parts that
// name each other in a ring are an error and no endless loop.
const maxParts = 16

// IdentityOf returns the identity of the object that obj belongs to. Two
// values are interfaces of one object exactly when their identities are equal
// with ==; an identity may be used as a map key.
//
// The identity of a proxy is its [ProxyManager], that of a [Part] its owner's,
// that of any other object the pointer itself, which must point to a type of
// non-zero size. nil and a typed nil are E_POINTER; for what has no identity
// the error is E_INVALIDARG and names the cure, [NewObject].
func IdentityOf(obj any) (any, error) {
	for range maxParts {
		t := reflect.TypeOf(obj)
		if t == nil || t.Kind() == reflect.Pointer && reflect.ValueOf(obj).IsNil() {
			return nil, nilError(t)
		}
		if p, ok := obj.(Proxied); ok {
			if p := p.COMProxy(); p.mgr != nil {
				return p.mgr, nil
			}
			return obj, nil // its own controlling unknown (CF-173)
		}
		if part, ok := obj.(Part); ok {
			if owner := part.COMIdentity(); owner != nil && !samePointer(owner, obj) {
				obj = owner
				continue
			}
		}
		if t.Kind() != reflect.Pointer || t.Elem().Size() == 0 {
			return nil, identityError(t)
		}
		return obj, nil
	}
	return nil, &Error{HRESULT: E_UNEXPECTED, Step: step.Self, Method: "COMIdentity",
		Err:  fmt.Errorf("%T is part of a part of a part without end", obj),
		Hint: "COMIdentity returns the object that owns the tear-off, not another tear-off in a ring"}
}

// Same reports whether a and b are interfaces of one object: COM's comparison
// of two IUnknown pointers. nil, and values without an identity, are the same
// as nothing.
func Same(a, b any) bool {
	x, err := IdentityOf(a)
	if err != nil {
		return false
	}
	y, err := IdentityOf(b)
	return err == nil && x == y
}

// samePointer is a == b for pointers; anything else is not the same.
func samePointer(a, b any) bool {
	t := reflect.TypeOf(a)
	return t != nil && t.Kind() == reflect.Pointer && t == reflect.TypeOf(b) && a == b
}

func nilError(t reflect.Type) error {
	what := "nil is no object"
	if t != nil {
		what = fmt.Sprintf("a nil %v is no object", t)
	}
	return &Error{HRESULT: E_POINTER, Step: step.Self, Err: textError(what)}
}

func identityError(t reflect.Type) error {
	e := &Error{HRESULT: E_INVALIDARG, Step: step.Self}
	if t.Kind() == reflect.Pointer {
		e.Err = fmt.Errorf("%v points to a type of size zero, whose values may all share one address", t)
		e.Hint = "give the type a field, or use com.NewObject(v), which mints an identity"
		return e
	}
	e.Err = fmt.Errorf("a %v has no identity: it is not a pointer", t)
	e.Hint = "pass a pointer to it, or use com.NewObject(v), which mints an identity"
	return e
}

// textError is a constant error text.
type textError string

func (e textError) Error() string { return string(e) }

// box gives an identity to a value that cannot have one of its own: a pointer
// to a type of size zero. Its interfaces are v's.
type box struct{ v any }

// NewObject returns an object for a value that has no identity of its own, so
// that each result is an object of its own:
//
//   - for a value that is not a pointer (a struct, a func type with methods),
//     a pointer to a copy of it, which has all of its methods;
//   - for a type of size zero, an object whose interfaces are v's. Pass that
//     object on, and not the interfaces that it answers: they have no identity.
//
// A value that has an identity, nil included, is returned as it is.
func NewObject(v any) any {
	if _, err := IdentityOf(v); err == nil || HRESULTOf(err) != E_INVALIDARG {
		return v
	}
	t := reflect.TypeOf(v)
	if t.Size() == 0 || t.Kind() == reflect.Pointer {
		return &box{v}
	}
	p := reflect.New(t)
	p.Elem().Set(reflect.ValueOf(v))
	return p.Interface()
}

// unboxed returns the value whose methods answer for the identity id.
func unboxed(id any) any {
	if b, ok := id.(*box); ok {
		return b.v
	}
	return id
}
