package check

import (
	"strings"
	"sync"

	"oxid/idl/ast"
	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/std"
	"oxid/idl/tree"
)

// unknownType reports a name that nothing declares, once for each file and
// name, and says where it might come from.
func (c *checker) unknownType(x *scope, s *ast.Spec) tree.Type {
	c.unknown(x, typeSpace, s.Name, "type")
	return tree.Invalid{}
}

// unknown reports a name that nothing declares. The first that fits is said: the
// standard file that has it, that it is a constant, a name that is near, that
// nothing is imported.
func (c *checker) unknown(x *scope, s space, n ast.Name, what string) {
	x.m.unresolved = true
	key := what + " " + n.Text
	if x.m.reported[key] {
		return
	}
	x.m.reported[key] = true
	d := x.m.list.Errorf(n.Pos, len(n.Text), "unknown %s %s", what, n.Text)
	d.Unresolved = n.Text
	if file := x.m.standardFile(s, n.Text); file != "" {
		d.Fix("add import %q;", file)
		return
	}
	if s != valueSpace && x.lookup(valueSpace, n.Text) != nil {
		d.Fix("%s is a constant", n.Text)
		return
	}
	if near := c.similar(x, s, n.Text); near != "" {
		d.Fix("did you mean %s?", near)
		return
	}
	if u := x.m.unit; len(u.imports) == 0 && len(u.file.Included) == 0 && !x.m.reported[""] {
		x.m.reported[""] = true // once is enough
		d.Fix("this file imports nothing: import what declares %s, or compile the file that this one is a part of", n.Text)
	}
}

// similar returns a visible name that resembles name, or "".
func (c *checker) similar(x *scope, s space, name string) string {
	if x.m.list.Full() {
		return "" // nobody will read it
	}
	var names []string
	for i := len(x.m.closure) - 1; i >= 0; i-- {
		for n := range x.m.closure[i].in(s) {
			// Names of very different lengths are no slips; leaving them out early
			// keeps this cheap among tens of thousands.
			if abs(len(n)-len(name)) < 3 {
				names = append(names, n)
			}
		}
	}
	if s == typeSpace {
		names = append(names, "long", "short", "hyper", "boolean", "byte", "char", "wchar_t", "double", "float", "small", "handle_t", "error_status_t")
	}
	return nearest(name, names)
}

// nearest makes the choice independent of the order of a map.
func nearest(name string, names []string) string {
	best := ""
	for _, n := range names {
		if diag.Nearest(name, []string{n}) == "" {
			continue
		}
		if best == "" || diag.Nearest(name, []string{best, n}) == n && diag.Nearest(name, []string{n, best}) == n ||
			diag.Nearest(name, []string{best, n}) != diag.Nearest(name, []string{n, best}) && n < best {
			best = n
		}
	}
	return best
}

// abs returns the distance of n from 0.
func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// standardFile returns the name of the standard file that declares a name and
// that m does not see yet, "" for none.
func (m *module) standardFile(s space, name string) string {
	file := standardNames()[memoKey{s, name}]
	for _, v := range m.closure {
		if strings.EqualFold(v.out.Name, file) {
			return "" // another file of that name, which lacks it
		}
	}
	return file
}

// usualFiles are the standard files that people import, simple ones first. The
// others are imported by these.
var usualFiles = []string{"wtypes.idl", "unknwn.idl", "objidl.idl", "oaidl.idl", "servprov.idl", "oleidl.idl", "ocidl.idl", "propidl.idl", "comcat.idl", "ms-dtyp.idl"}

// standardSet is what standardNames returns, once it was asked.
var standardSet struct {
	sync.Once
	names map[memoKey]string
}

// standardNames tells for every name that the standard set declares the first
// of the usual files with which it is known. The set is looked at when the first
// name is missing somewhere; its names alone are, so that a fault in the set
// itself does not lead back to here.
func standardNames() map[memoKey]string {
	standardSet.Do(func() { standardSet.names = namesOfStandardFiles() })
	return standardSet.names
}

// namesOfStandardFiles does the work of standardNames.
func namesOfStandardFiles() map[memoKey]string {
	names := map[memoKey]string{}
	s := New(&source.Loader{FS: std.Files}, nil)
	for _, file := range usualFiles {
		f, err := s.loader.Open(file)
		if err != nil {
			continue // a test of this package knows
		}
		u := s.units[f.Path]
		if u == nil {
			u = s.newUnit(f.Path, f)
		}
		s.load(u, 0)
		for _, g := range s.order(u) {
			for _, m := range declareGroup(g.units, func(*unit) *module { return nil }, alone, nil).modules {
				for _, space := range []space{typeSpace, valueSpace, tagSpace} {
					for name, sym := range m.in(space) {
						if key := (memoKey{space, name}); sym.defined && names[key] == "" {
							names[key] = file
						}
					}
				}
			}
		}
	}
	return names
}
