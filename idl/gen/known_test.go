package gen

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"oxid/idl"
	"oxid/idl/tree"
)

// shape is what of a type matters on the wire, without names. A structure of
// one field is that field.
func shape(t tree.Type) string {
	switch x := t.(type) {
	case *tree.Basic:
		return x.Kind.String()
	case *tree.Alias:
		if x.Xmit != nil {
			return shape(x.Xmit.Type)
		}
		return shape(x.Target)
	case *tree.Enum:
		return fmt.Sprintf("enum%v", x.V1)
	case *tree.Struct:
		if len(x.Fields) == 1 {
			return shape(x.Fields[0].Type)
		}
		var fs []string
		for _, f := range x.Fields {
			fs = append(fs, shape(f.Type))
		}
		return "{" + strings.Join(fs, ";") + "}"
	case *tree.Pointer:
		return fmt.Sprintf("*%d %s", x.Kind, shape(x.Elem))
	case *tree.Array:
		s := fmt.Sprintf("[%v", x.IsString)
		for i := range x.Dims {
			s += fmt.Sprintf(" %d,%v,%v,%v", x.Dims[i].Fixed, x.Dims[i].Size != nil, x.Dims[i].First != nil, x.Dims[i].Length != nil)
		}
		return s + "]" + shape(x.Elem)
	case *tree.InterfacePtr:
		name := "IUnknown" // void * with iid_is
		if x.Interface != nil {
			name = x.Interface.Name
		}
		return fmt.Sprintf("itf %s %v", name, x.IIDIs != nil)
	}
	return t.String()
}

// wireForm describes an interface as it is on the wire, a line for each method.
func wireForm(i *tree.Interface) string {
	s := i.UUID.String()
	if i.Base != nil {
		s += " : " + i.Base.Name
	}
	for _, m := range i.Methods {
		if !m.OnWire {
			continue
		}
		name := m.Name
		if m.CallAs != nil {
			name = m.CallAs.Name
		}
		s += fmt.Sprintf("\n%d %s %s(", m.Op, shape(m.Ret), name)
		for _, p := range m.Params {
			s += fmt.Sprintf(" %v,%v %s", p.In, p.Out, shape(p.Type))
		}
		s += ")"
	}
	return s
}

// TestStandardInterfacesAreTheSameInBothPlaces compares the descriptions that
// package std is generated from with those that other people's files import.
func TestStandardInterfacesAreTheSameInBothPlaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "all.idl")
	text := ""
	for _, f := range []string{"unknwn", "objidl", "ocidl", "oaidl", "servprov", "comcat"} {
		text += "import \"" + f + ".idl\";\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	theirs, _, err := idl.Compile([]string{path}, idl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	forms := func(p *tree.Program, std bool) map[string]string {
		m := map[string]string{}
		for _, f := range p.Files {
			for i := range f.Interfaces() {
				if f.Std == std && i.Complete {
					m[i.Name] = wireForm(i)
				}
			}
		}
		return m
	}
	b := forms(theirs, true)
	for dir, table := range map[string]map[string]bool{"../../std": standard, "../../automation": automation} {
		own, err := filepath.Glob(dir + "/*.idl")
		if err != nil || len(own) == 0 {
			t.Fatal(err)
		}
		ours, _, err := idl.Compile(own, idl.Options{})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, table, forms(ours, false), b)
	}
}

// compare compares the wire forms of a package's interfaces with those of the
// embedded files.
func compare(t *testing.T, table map[string]bool, a, b map[string]string) {
	t.Helper()
	delete(a, "IUnknown")
	delete(a, "ITypeInfo") // announced there, described elsewhere
	var names []string
	for n := range a {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if !table[n] && n != "IClassFactory" {
			t.Errorf("%s is in the package and not in the table of what it has", n)
		}
		if a[n] != b[n] {
			t.Errorf("%s differs:\nhere     %s\nembedded %s", n, a[n], b[n])
		}
	}
	for n := range table {
		if a[n] == "" {
			t.Errorf("%s is in the table and not in the package", n)
		}
	}
}
