package print

import (
	"slices"
	"strconv"
	"strings"

	"oxid/idl/attr"
	"oxid/idl/tree"
)

// rank orders attributes: those that are read first come first, the rest
// follows by the alphabet.
var rank = func() map[string]int {
	out := map[string]int{}
	for i, n := range strings.Fields(`
		object odl uuid async_uuid version local dual oleautomation nonextensible
		default source
		call_as id propget propput propputref
		in out retval optional lcid defaultvalue
		context_handle ref unique ptr string
		size_is first_is length_is iid_is switch_type switch_is range
		wire_marshal user_marshal transmit_as represent_as v1_enum
		pointer_default endpoint implicit_handle`) {
		out[n] = i + 1
	}
	return out
}()

// attrs writes a list of attributes with a blank behind it, or nothing. extra
// are attributes in their written form.
func (p *printer) attrs(h *tree.Head, extra []string) string {
	out := slices.Clone(extra)
	for _, a := range h.Attrs {
		if s := p.attr(a); s != "" && !hasAttr(out, a.Name) {
			out = append(out, s)
		}
	}
	return list(out)
}

// hasAttr reports whether a written attribute is called name.
func hasAttr(as []string, name string) bool {
	return slices.ContainsFunc(as, func(s string) bool { return nameOf(s) == name })
}

// nameOf returns the name of a written attribute.
func nameOf(s string) string {
	if i := strings.IndexByte(s, '('); i >= 0 {
		return s[:i]
	}
	return s
}

// list puts attributes in order and in brackets.
func list(as []string) string {
	if len(as) == 0 {
		return ""
	}
	slices.SortStableFunc(as, func(a, b string) int {
		na, nb := nameOf(a), nameOf(b)
		ra, rb := rank[na], rank[nb]
		switch {
		// Both are in the list: its order counts.
		case ra != 0 && rb != 0:
			return ra - rb
		case ra != 0:
			return -1
		case rb != 0:
			return 1
		}
		return strings.Compare(na, nb)
	})
	return "[" + strings.Join(as, ", ") + "] "
}

// attr writes one attribute as its form in the table asks. Attributes that
// are folded into types are written from there.
func (p *printer) attr(a *tree.Attr) string {
	info := attr.Lookup(a.Name)
	switch a.Name {
	case "size_is", "max_is", "min_is", "first_is", "last_is", "length_is", "switch_is", "iid_is", "switch_type",
		"ref", "unique", "ptr", "string", "range", "byte_count":
		return ""
	case "wire_marshal", "transmit_as":
		return "" // from Alias.Xmit
	}
	switch info.Form {
	case attr.Exprs, attr.OptExprs:
		if len(a.Args) == 0 {
			return a.Name
		}
		var args []string
		for _, x := range a.Args {
			if x == nil {
				args = append(args, "")
			} else {
				args = append(args, x.String())
			}
		}
		return a.Name + "(" + strings.Join(args, ", ") + ")"
	case attr.GUID:
		return a.Name + "(" + a.GUID.String() + ")"
	case attr.Custom:
		s := a.Name + "(" + a.GUID.String()
		if len(a.Args) > 0 {
			s += ", " + a.Args[0].String()
		}
		return s + ")"
	case attr.String:
		return a.Name + "(" + quote(a.Text) + ")"
	case attr.Strings:
		var args []string
		for _, s := range strings.Split(a.Text, ",") {
			args = append(args, quote(s))
		}
		return a.Name + "(" + strings.Join(args, ", ") + ")"
	case attr.Type:
		return a.Name + "(" + p.declare(a.Type, "") + ")"
	case attr.Handle:
		return a.Name + "(" + p.declare(a.Type, a.Text) + ")"
	case attr.Version, attr.Name, attr.Raw:
		if a.Text == "" {
			return a.Name
		}
		return a.Name + "(" + a.Text + ")"
	}
	return a.Name
}

// place is where a type stands; it decides which pointer kinds are written.
type place int

const (
	held     place = iota // a field
	passed                // a parameter
	returned              // a return value
)

// typeAttrs writes the attributes of a parameter, field or method: first
// those given, then those that were folded into its effective type.
func (p *printer) typeAttrs(h *tree.Head, eff, declared tree.Type, at place, first ...string) string {
	out := slices.Clone(first)
	for _, a := range h.Attrs {
		if s := p.attr(a); s != "" && !hasAttr(out, a.Name) {
			out = append(out, s)
		}
	}
	if ptr, ok := eff.(*tree.Pointer); ok && (at != returned || ptr.Explicit) && !isFuncPtr(ptr) {
		// A return value has no place for [ref]; it is told only when it was.
		if k := kindNames[ptr.Kind]; k != "" {
			out = append(out, k)
		}
	}
	out = append(out, folds(eff, declared)...)
	if a := rangeOf(h); a != "" {
		out = append(out, a)
	}
	return list(out)
}

// isFuncPtr reports whether p points to a function: its kind is never said.
func isFuncPtr(p *tree.Pointer) bool {
	_, ok := p.Elem.(*tree.Func)
	return ok
}

// rangeOf writes [range], which stays an attribute of the place.
func rangeOf(h *tree.Head) string {
	a := h.Attrs.Get("range")
	if a == nil || len(a.Args) != 2 {
		return ""
	}
	return "range(" + a.Args[0].String() + ", " + a.Args[1].String() + ")"
}

// folds writes string, size_is, first_is, length_is, iid_is and switch_is from
// an effective type. Levels are counted as the checker counts them: one for
// each pointer and each array dimension.
func folds(eff, declared tree.Type) []string {
	var size, first, length []tree.Expr
	var out []string
	level := func(d *tree.Dim) {
		if d == nil {
			d = &tree.Dim{}
		}
		size, first, length = append(size, d.Size), append(first, d.First), append(length, d.Length)
	}
	str := false
	t, dt := eff, declared
	// Both forms are walked side by side: the effective one has the sizes, the
	// declared one tells which of its nodes were pointers and which arrays.
	for t != nil {
		inAlias := false
		// [string] of a typedef is not repeated where it is used.
		for a, ok := dt.(*tree.Alias); ok; a, ok = dt.(*tree.Alias) {
			inAlias = inAlias || a.IsString
			dt = a.Target
		}
		switch u := t.(type) {
		case *tree.Pointer:
			dp, _ := dt.(*tree.Pointer)
			a, isArray := u.Elem.(*tree.Array)
			switch {
			case dp == nil: // [unique] T a[]
				t = u.Elem
				continue
			// The pointer became the first dimension of an array.
			case isArray && !pointsToRows(a, dp):
				level(&a.Dims[0])
				str = str || a.IsString && !inAlias
				for i := 1; i < len(a.Dims); i++ {
					level(&a.Dims[i])
				}
				t, dt = a.Elem, dp.Elem
				if da, ok := tree.Unalias(dt).(*tree.Array); ok && len(a.Dims) > 1 {
					dt = da.Elem
				}
			default:
				level(nil)
				t, dt = u.Elem, dp.Elem
			}
			continue
		case *tree.Array:
			for i := range u.Dims {
				level(&u.Dims[i])
			}
			str = str || u.IsString && !inAlias
			da, ok := dt.(*tree.Array)
			if inner, nested := u.Elem.(*tree.Array); nested && ok && len(da.Dims) > len(u.Dims) { // strings in an array
				for i := range inner.Dims {
					level(&inner.Dims[i])
				}
				str = str || inner.IsString
				t = inner.Elem
			} else {
				t = u.Elem
			}
			if ok {
				dt = da.Elem
			}
			continue
		case *tree.InterfacePtr:
			if u.IIDIs != nil {
				out = append(out, "iid_is("+u.IIDIs.String()+")")
			}
		case *tree.SwitchedUnion:
			out = append(out, "switch_is("+u.Switch.String()+")", "switch_type("+u.SwitchType.String()+")")
		}
		break
	}
	for _, s := range []struct {
		name string
		args []tree.Expr
	}{{"size_is", size}, {"first_is", first}, {"length_is", length}} {
		if a := argList(s.args); a != "" {
			out = append(out, s.name+"("+a+")")
		}
	}
	if str {
		out = append(out, "string")
	}
	return out
}

// pointsToRows reports whether a pointer was declared as pointing to an
// array, rather than being an array by its attributes.
func pointsToRows(a *tree.Array, dp *tree.Pointer) bool {
	if alias, ok := dp.Elem.(*tree.Alias); ok {
		_, isArray := tree.Unalias(alias).(*tree.Array)
		return isArray && a.Alias != nil
	}
	da, ok := dp.Elem.(*tree.Array)
	return ok && len(da.Dims) == len(a.Dims)
}

// argList joins arguments, leaving out empty ones at the end.
func argList(es []tree.Expr) string {
	n := 0
	for i, e := range es {
		if e != nil {
			n = i + 1
		}
	}
	var out []string
	for _, e := range es[:n] {
		if e == nil {
			out = append(out, "")
		} else {
			out = append(out, e.String())
		}
	}
	return strings.Join(out, ", ")
}

// constant writes the value of a constant.
func constant(v tree.Value) string {
	switch v.Kind {
	case tree.FloatValue:
		s := strconv.FormatFloat(v.Float, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case tree.StringValue:
		return quote(v.Str)
	case tree.WStringValue:
		return "L" + quote(v.Str)
	case tree.CharValue, tree.WCharValue:
		if v.Int >= ' ' && v.Int < 0x7f && v.Int != '\'' && v.Int != '\\' {
			if v.Kind == tree.WCharValue {
				return "L'" + string(rune(v.Int)) + "'"
			}
			return "'" + string(rune(v.Int)) + "'"
		}
	case tree.BoolValue:
		if v.Int != 0 {
			return "TRUE"
		}
		return "FALSE"
	case tree.NullValue:
		return "NULL"
	case tree.NoValue:
		return "0"
	}
	// The bits are those of an unsigned number.
	if v.Unsigned {
		return strconv.FormatUint(uint64(v.Int), 10)
	}
	return strconv.FormatInt(v.Int, 10)
}

// quote writes a string as C does.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case c < ' ' || c == 0x7f:
			b.WriteString(`\` + strconv.FormatInt(int64(c)+01000, 8)[1:])
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
