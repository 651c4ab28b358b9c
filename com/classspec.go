package com

import (
	"fmt"
	"reflect"
)

// ClassSpec is the list of interfaces that a class is exposed with. It is
// filled by the Expose functions of generated code, and bound to the Go type
// of the class by [Types.Bind]. It must not change after that.
type ClassSpec struct {
	entries []specEntry
}

// specEntry is one interface of a ClassSpec.
type specEntry struct {
	desc  *Desc        // nil when typ is not registered
	typ   reflect.Type // the Go interface type
	class reflect.Type // the parameter of part
	part  func(obj any) any
}

// NewClassSpec returns the list that the Expose functions make together.
func NewClassSpec(expose ...func(*ClassSpec)) *ClassSpec {
	s := new(ClassSpec)
	for _, f := range expose {
		f(s)
	}
	return s
}

// Expose adds the interface T, which the object itself answers. Generated code
// wraps it as ExposeICalc. Whether the Go type has T's methods is checked when
// the list is bound; [ExposeAs] lets the compiler check it.
func Expose[T any](s *ClassSpec) {
	s.entries = append(s.entries, specEntry{desc: DescOf[T](), typ: reflect.TypeFor[T]()})
}

// ExposeAs adds the interface T of the class C, answered by what f returns. It
// serves two purposes: the compiler checks that a class has the interface,
//
//	com.ExposeAs(s, func(c *calculator) calc.ICalc { return c })
//
// and f may return a tear-off, a value of another Go type, which must be a
// [Part] of the object. f is called for each query and must be safe for
// concurrent use.
func ExposeAs[T, C any](s *ClassSpec, f func(C) T) {
	s.entries = append(s.entries, specEntry{
		desc: DescOf[T](), typ: reflect.TypeFor[T](), class: reflect.TypeFor[C](),
		part: func(obj any) any { return f(obj.(C)) },
	})
}

// Interfaces returns the descriptors of the list, in order. Types that are not
// registered are left out.
func (s *ClassSpec) Interfaces() []*Desc {
	ds := make([]*Desc, 0, len(s.entries))
	for _, e := range s.entries {
		if e.desc != nil {
			ds = append(ds, e.desc)
		}
	}
	return ds
}

// sameAs reports whether both lists expose the same interfaces. Lists with
// functions are the same only when they are one list.
func (s *ClassSpec) sameAs(o *ClassSpec) bool {
	if s == o {
		return true
	}
	if s == nil || o == nil || len(s.entries) != len(o.entries) {
		return false
	}
	for i := range s.entries {
		a, b := &s.entries[i], &o.entries[i]
		if a.typ != b.typ || a.part != nil || b.part != nil {
			return false
		}
	}
	return true
}

// Entry is one interface in the list that an object returns from the method
// COMInterfaces. See [Lister].
type Entry struct {
	// Desc is the interface.
	Desc *Desc
	// Value answers it; nil stands for the object itself. A value of another
	// Go type must be a [Part] of the object.
	Value any

	typ reflect.Type // set by EntryOf, for errors
}

// EntryOf returns the entry that says: v answers the interface T. The compiler
// checks that it does.
func EntryOf[T any](v T) Entry {
	return Entry{Desc: DescOf[T](), Value: v, typ: reflect.TypeFor[T]()}
}

// Lister is implemented by a class that names its interfaces itself. The
// interfaces of the list are those of the Go type: they are taken from the
// first object of the type that is asked, and every other object must return
// the same ones in the same order. The values are asked for at each query.
// COMInterfaces must be safe for concurrent use.
type Lister interface{ COMInterfaces() []Entry }

// unregistered is the error for a Go type that is no registered interface.
func unregistered(t reflect.Type) error {
	hint := "use an interface type of generated code"
	if t != nil && t.Kind() != reflect.Interface {
		hint = "name the interface, not the Go type that implements it"
	}
	return &Error{HRESULT: E_NOINTERFACE, Interface: typeName(t), Hint: hint,
		Err: fmt.Errorf("%v is not a registered interface", t)}
}

// typeName names a Go type with its whole package path, so that two packages
// of one name can be told apart.
func typeName(t reflect.Type) string {
	switch {
	case t == nil:
		return "nil"
	case t.Kind() == reflect.Pointer:
		return "*" + typeName(t.Elem())
	case t.PkgPath() != "":
		return t.PkgPath() + "." + t.Name()
	}
	return t.String()
}
