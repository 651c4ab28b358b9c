package check

import (
	"oxid/com"
	"oxid/idl/ast"
	"oxid/idl/attr"
	"oxid/idl/tree"
)

// The places of attributes, under the names that the checker uses.
const (
	onInterface  = attr.Interface
	onDisp       = attr.Dispinterface
	onCoclass    = attr.Coclass
	onClassIface = attr.CoclassIface
	onModule     = attr.Module
	onLibrary    = attr.Library
	onTypedef    = attr.Typedef | attr.Struct | attr.Union | attr.Enum
	onEnumMember = attr.EnumMember
	onField      = attr.Field
	onArm        = attr.Arm | attr.Field
	onParam      = attr.Param
	onMethod     = attr.Method
	onProp       = attr.Prop | attr.Field
	onConst      = attr.Const
	onWinRT      = attr.WinRT | attr.Coclass | attr.Interface
)

// onTag returns the places that attributes of a struct, union or enum may be meant for.
func onTag(tag any) attr.Where {
	switch tag.(type) {
	case *tree.Struct:
		return attr.Struct | attr.Typedef
	case *tree.Union:
		return attr.Union | attr.Typedef
	}
	return attr.Enum | attr.Typedef
}

// folded are the attributes whose arguments go into types; see binder.
func folded(name string) bool {
	switch name {
	case "size_is", "max_is", "min_is", "first_is", "last_is", "length_is", "switch_is", "iid_is", "case", "byte_count",
		"switch_type", "wire_marshal", "transmit_as":
		return true
	}
	return false
}

// attrs checks that attributes fit the place where they stand, and puts them
// and the helpstring into h. Expressions are bound by e; nil binds constants.
// With place 0 everything may stand anywhere.
func (c *checker) attrs(x *scope, h *tree.Head, as ast.Attrs, e *exprs, place attr.Where) {
	if len(as) == 0 {
		return
	}
	if e == nil {
		e = &exprs{c: c, x: x}
	}
	h.Attrs = make(tree.Attrs, 0, len(as))
	for i, a := range as {
		info := attr.Lookup(a.Name)
		// In a namespace anything of the Windows Runtime may stand anywhere: its
		// rules are not ours to check.
		if place != 0 && info.On&place == 0 && !(info.WinRT && x.winrt) {
			d := x.m.list.Errorf(a.Pos, len(a.Name), "attribute %s cannot stand on %s", a.Name, placeName(place))
			d.Fix("it belongs to %s", info.On)
			continue
		}
		for _, b := range as[:i] {
			if b.Name == a.Name && !repeatable(a.Name) {
				d := x.m.list.Errorf(a.Pos, len(a.Name), "attribute %s is given twice", a.Name)
				// Twice the same word is untidy; two different values contradict.
				if info.Form == attr.None {
					x.m.list.Soften(d)
				}
				d.At(b.Pos, "first given here")
				break
			}
		}
		t := &tree.Attr{Name: a.Name, Pos: a.Pos, GUID: a.GUID, Text: a.Text}
		// What goes into types is bound there, with its own scope.
		if !folded(a.Name) {
			for _, arg := range a.Exprs {
				if arg == nil {
					t.Args = append(t.Args, nil)
				} else {
					t.Args = append(t.Args, e.expr(arg))
				}
			}
			if a.Type != nil {
				t.Type = c.typeName(x, a.Type)
			}
		}
		if a.Name == "helpstring" {
			h.Help = a.Text
		}
		h.Attrs = append(h.Attrs, t)
	}
}

// placeName names the place that a set stands for.
func placeName(w attr.Where) attr.Where {
	for _, first := range []attr.Where{attr.Typedef, attr.Arm, attr.Prop} {
		if w&first != 0 {
			return first
		}
	}
	return w & -w // the lowest bit
}

// repeatable reports whether an attribute may be given more than once.
func repeatable(name string) bool {
	switch name {
	case "custom", "contract", "static", "activatable", "composable", "case", "endpoint", "annotation", "default", "platform", "experimental":
		return true
	}
	return false
}

// uuidOf returns the id that [uuid] gives, and whether there is one.
func uuidOf(as tree.Attrs) (com.GUID, bool) {
	if a := as.Get("uuid"); a != nil {
		return a.GUID, true
	}
	return com.GUID{}, false
}

// versionOf reads version(1.0).
func (c *checker) versionOf(x *scope, as tree.Attrs) tree.Version {
	a := as.Get("version")
	if a == nil || x.winrt {
		return tree.Version{}
	}
	var v tree.Version
	part, n, digits := &v.Major, 0, 0
	for i := 0; i < len(a.Text); i++ {
		switch ch := a.Text[i]; {
		case ch >= '0' && ch <= '9':
			if n = n*10 + int(ch-'0'); n > 65535 {
				x.m.list.Errorf(a.Pos, len(a.Name), "a part of version %s is larger than 65535", a.Text)
				return v
			}
			*part = uint16(n)
			digits++
		// The dot goes on to the minor part.
		case ch == '.' && part == &v.Major && digits > 0:
			part, n = &v.Minor, 0
		default:
			x.m.list.Errorf(a.Pos, len(a.Name), "version(%s) is not a version", a.Text).Fix("write version(1.0)")
			return v
		}
	}
	return v
}

// intArg returns the value of an attribute's only argument.
func (c *checker) intArg(x *scope, a *tree.Attr) (int64, bool) {
	if a == nil || len(a.Args) == 0 || a.Args[0] == nil {
		return 0, false
	}
	v := a.Args[0].Value()
	if !v.IsInt() {
		if a.Args[0].Type() == nil || !tree.IsInvalid(a.Args[0].Type()) {
			x.m.list.Errorf(a.Args[0].Pos(), 1, "the argument of %s is not a constant whole number", a.Name)
		}
		return 0, false
	}
	return v.Int, true
}

// rangeOf reads range(low, high) among the attributes of h.
func (c *checker) rangeOf(x *scope, h *tree.Head) *tree.Range {
	a := h.Attrs.Get("range")
	if a == nil {
		return nil // it could not stand there, which was said
	}
	if len(a.Args) != 2 || a.Args[0] == nil || a.Args[1] == nil {
		x.m.list.Errorf(a.Pos, len(a.Name), "range needs two numbers").Fix("write range(0, 100)")
		return nil
	}
	lo, hi := a.Args[0].Value(), a.Args[1].Value()
	if !lo.IsInt() || !hi.IsInt() {
		if !tree.IsInvalid(a.Args[0].Type()) && !tree.IsInvalid(a.Args[1].Type()) {
			x.m.list.Errorf(a.Pos, len(a.Name), "the bounds of range are not constant whole numbers")
		}
		return nil
	}
	if lo.Int > hi.Int {
		x.m.list.Errorf(a.Pos, len(a.Name), "range(%d, %d) holds no value", lo.Int, hi.Int).Fix("the lower bound comes first")
		return nil
	}
	return &tree.Range{Low: lo.Int, High: hi.Int}
}
