package com

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"oxid/step"
)

// resolve answers iid for the object with the identity id.
func (c *class) resolve(ctx context.Context, id any, iid *IID) (any, *Desc, error) {
	if c.own {
		return c.ask(ctx, id, iid)
	}
	if *iid == IID_IUnknown {
		return id, UnknownDesc, nil
	}
	if c.err != nil {
		return nil, nil, c.err
	}
	s := c.byIID(iid)
	if s == nil {
		return nil, nil, noInterface(c.typ, iid, nil)
	}
	v, err := s.answer(id)
	if err != nil {
		return nil, nil, err
	}
	return v, s.desc, nil
}

// resolveDesc is resolve for one Go type.
func (c *class) resolveDesc(ctx context.Context, id any, d *Desc) (any, error) {
	if c.own {
		v, _, err := c.ask(ctx, id, &d.IID)
		if err == nil && !reflect.TypeOf(v).Implements(d.typ) {
			Release(v)
			return nil, noInterface(reflect.TypeOf(v), &d.IID, d)
		}
		return v, err
	}
	if d == UnknownDesc {
		return id, nil
	}
	if c.err != nil {
		return nil, c.err
	}
	if s := c.byDesc(d); s != nil {
		return s.answer(id)
	}
	// The class has the interface as another package's Go type. Where the two
	// types have the same methods the value serves as either.
	if s := c.byIID(&d.IID); s != nil {
		if v, err := s.answer(id); err != nil || reflect.TypeOf(v).Implements(d.typ) {
			return v, err
		}
	}
	return nil, noInterface(c.typ, &d.IID, d)
}

// answer returns the value that answers the slot for the object id.
func (s *slot) answer(id any) (any, error) {
	if s.part == nil {
		return unboxed(id), nil
	}
	v, err := s.part.value(unboxed(id))
	if err != nil {
		return nil, err
	}
	if v == nil || nilPointer(v) {
		return nil, &Error{HRESULT: E_POINTER, Step: step.Interface, Interface: s.desc.Name,
			Err: fmt.Errorf("%T answers with nil", id)}
	}
	if s.part.verified.Load() {
		return v, nil
	}
	if t := reflect.TypeOf(v); !t.Implements(s.desc.typ) {
		return nil, noInterface(t, &s.iid, s.desc)
	}
	if err := checkIdentity(id, v, s.desc.Name); err != nil {
		return nil, err
	}
	s.part.verified.Store(true)
	return v, nil
}

// checkIdentity refuses a tear-off that does not say whose part it is: passed
// as an argument it would become an object of its own.
func checkIdentity(id, v any, itf string) error {
	vid, err := IdentityOf(v)
	if err == nil {
		if want, e := IdentityOf(id); e == nil && vid == want {
			return nil
		}
	}
	return &Error{HRESULT: E_UNEXPECTED, Step: step.Interface, Interface: itf,
		Err:  fmt.Errorf("%T answers with a %T that is not a part of it", id, v),
		Hint: "a tear-off implements com.Part: COMIdentity returns the object that it belongs to"}
}

// ask calls the object's own QueryInterface.
func (c *class) ask(ctx context.Context, id any, iid *IID) (any, *Desc, error) {
	v, err := unboxed(id).(IUnknown).QueryInterface(ctx, iid)
	if *iid == IID_IUnknown && (err != nil || v == nil) {
		return id, UnknownDesc, nil // every object has it, even one that forgot
	}
	if err != nil {
		return nil, nil, err
	}
	if v == nil || nilPointer(v) {
		return nil, nil, noInterface(c.typ, iid, nil)
	}
	d := descOfValue(v, iid)
	if d == nil && len(DescsByIID(iid)) > 0 { // an IID that nobody registered is private to the class
		Release(v)
		return nil, nil, noInterface(reflect.TypeOf(v), iid, nil)
	}
	if err := checkIdentity(id, v, interfaceName(iid)); err != nil {
		Release(v)
		return nil, nil, err
	}
	return v, d, nil
}

// noInterface is E_NOINTERFACE for an object of Go type t. d is the Go type
// that was asked for, nil for any.
func noInterface(t reflect.Type, iid *IID, d *Desc) error {
	return &Error{HRESULT: E_NOINTERFACE, Step: step.Interface, Interface: interfaceName(iid),
		Method: "QueryInterface", Err: &missing{t, *iid, d}}
}

// interfaceName returns the registered name of iid, or its text form.
func interfaceName(iid *IID) string {
	if ds := DescsByIID(iid); len(ds) > 0 {
		return ds[0].Name
	}
	return iid.String()
}

// missing explains an E_NOINTERFACE. Its text is made only when somebody reads
// it: asking for an interface that is not there is no failure for most callers.
type missing struct {
	typ  reflect.Type
	iid  IID
	desc *Desc
}

// Error says what the Go type lacks, as far as that can be known.
func (m *missing) Error() string {
	if m.typ == nil {
		return "the answer was nil"
	}
	var b strings.Builder
	b.WriteString(typeName(m.typ))
	ds := DescsByIID(&m.iid)
	if m.desc != nil {
		for _, d := range ds {
			if d != m.desc && m.typ.Implements(d.typ) {
				fmt.Fprintf(&b, " implements %s and not %s: two packages were generated for one IID, "+
					"and their Go types differ", typeName(d.typ), typeName(m.desc.typ))
				return b.String()
			}
		}
		ds = []*Desc{m.desc}
	}
	var fit []*Desc
	for _, d := range ds {
		if m.typ.Implements(d.typ) {
			fit = append(fit, d)
		}
	}
	switch {
	case len(ds) == 0:
		b.WriteString(": no interface with this IID is compiled in")
	case len(fit) > 1:
		fmt.Fprintf(&b, " fits both %s and %s, which two packages generated for one IID: name one of them "+
			"in COMInterfaces or when the class is registered", typeName(fit[0].typ), typeName(fit[1].typ))
	case len(fit) == 1:
		m.explainUnlisted(&b, fit[0])
	default:
		fmt.Fprintf(&b, ": %s", missingMethod(m.typ, ds[0].typ))
	}
	return b.String()
}

// explainUnlisted tells why a type does not have an interface whose methods it has.
func (m *missing) explainUnlisted(b *strings.Builder, d *Desc) {
	switch twin := twinOf(m.typ, d); {
	case addsNothing(d):
		fmt.Fprintf(b, ": %s has no methods of its own, so a class has it only when it names it "+
			"in COMInterfaces or when it is registered", d.Name)
	case twin != nil:
		fmt.Fprintf(b, ": %s and %s have the same methods: name the right one in COMInterfaces "+
			"or when the class is registered", d.Name, twin.Name)
	default:
		fmt.Fprintf(b, " has the methods of %s, but its list of interfaces does not name it", d.Name)
	}
}

// twinOf returns another interface that t satisfies with the same methods as d.
func twinOf(t reflect.Type, d *Desc) *Desc {
	for _, o := range allDescs() {
		if o.IID != d.IID && !addsNothing(o) && sameMethods(o, d) && t.Implements(o.typ) {
			return o
		}
	}
	return nil
}

// missingMethod says why t does not implement itf.
func missingMethod(t, itf reflect.Type) string {
	for i := range itf.NumMethod() {
		want := itf.Method(i)
		have, ok := t.MethodByName(want.Name)
		if !ok {
			return fmt.Sprintf("it has no method %s%s", want.Name, signature(want.Type, 0))
		}
		skip := 1 // the receiver of a concrete method
		if t.Kind() == reflect.Interface {
			skip = 0
		}
		if h, w := signature(have.Type, skip), signature(want.Type, 0); h != w {
			return fmt.Sprintf("its method %s has the signature %s instead of %s", want.Name, h, w)
		}
	}
	return fmt.Sprintf("it does not implement %s", typeName(itf))
}

// signature renders a function type without its first skip parameters.
func signature(t reflect.Type, skip int) string {
	var in, out []string
	for i := skip; i < t.NumIn(); i++ {
		in = append(in, t.In(i).String())
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i).String())
	}
	s := "(" + strings.Join(in, ", ") + ")"
	switch len(out) {
	case 0:
		return s
	case 1:
		return s + " " + out[0]
	}
	return s + " (" + strings.Join(out, ", ") + ")"
}
