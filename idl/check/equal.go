package check

import "oxid/idl/tree"

// equalThings reports whether two definitions of one name mean the same.
func equalThings(a, b any) bool {
	eq := comparer{}
	switch a := a.(type) {
	case *tree.Alias:
		b, ok := b.(*tree.Alias)
		return ok && eq.types(a.Target, b.Target) && a.IsString == b.IsString && a.Kind == b.Kind
	case *tree.Const:
		b, ok := b.(*tree.Const)
		return ok && a.Value == b.Value
	case *tree.EnumMember:
		b, ok := b.(*tree.EnumMember)
		return ok && a.Value == b.Value
	case *tree.Struct, *tree.Union, *tree.Enum:
		t, ok := b.(tree.Type)
		return ok && eq.types(a.(tree.Type), t)
	case *tree.Interface:
		b, ok := b.(*tree.Interface)
		return ok && a.UUID == b.UUID && a.HasUUID && b.HasUUID
	}
	return false
}

// comparer compares types by structure. It remembers the pairs of structs and
// unions that it met and counts them as equal when it meets them again, so
// that types in a circle, or used many times, cost one look.
type comparer map[[2]tree.Type]bool

// types compares two types. Typedefs are looked through: DWORD and unsigned
// long are one type.
func (eq comparer) types(a, b tree.Type) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a, b = tree.Unalias(a), tree.Unalias(b); a == b {
		return true
	}
	switch a := a.(type) {
	case *tree.Pointer:
		b, ok := b.(*tree.Pointer)
		return ok && a.Const == b.Const && eq.types(a.Elem, b.Elem)
	case *tree.Array:
		b, ok := b.(*tree.Array)
		return ok && len(a.Dims) == len(b.Dims) && a.Count() == b.Count() && eq.types(a.Elem, b.Elem)
	case *tree.Struct:
		b, ok := b.(*tree.Struct)
		if !ok || a.Name != b.Name {
			return false
		}
		// An announcement contradicts nothing.
		return !a.Complete || !b.Complete || eq.met(a, b) || eq.fields(a.Fields, b.Fields)
	case *tree.Union:
		b, ok := b.(*tree.Union)
		return ok && a.Name == b.Name && len(a.Arms) == len(b.Arms)
	case *tree.Enum:
		b, ok := b.(*tree.Enum)
		if !ok || a.Name != b.Name || len(a.Members) != len(b.Members) {
			return false
		}
		for i := range a.Members {
			if a.Members[i].Name != b.Members[i].Name || a.Members[i].Value != b.Members[i].Value {
				return false
			}
		}
		return true
	case *tree.Interface:
		b, ok := b.(*tree.Interface)
		return ok && a.Name == b.Name
	case *tree.Func:
		b, ok := b.(*tree.Func)
		return ok && len(a.Params) == len(b.Params) && eq.types(a.Ret, b.Ret)
	}
	return a.String() == b.String()
}

// met reports whether the pair was compared before, and notes it.
func (eq comparer) met(a, b tree.Type) bool {
	pair := [2]tree.Type{a, b}
	if eq[pair] {
		return true
	}
	eq[pair] = true
	return false
}

// fields compares the fields of two structs, names and order included.
func (eq comparer) fields(a, b []*tree.Field) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || !eq.types(a[i].Declared, b[i].Declared) {
			return false
		}
	}
	return true
}
