package attr

import (
	"slices"
	"testing"
)

// TestTable: names are unique, in order, and stand somewhere.
func TestTable(t *testing.T) {
	var midl, winrt []string
	for _, i := range table {
		if i.On == 0 || i.Name == "" {
			t.Errorf("%q can stand nowhere", i.Name)
		}
		if i.WinRT {
			winrt = append(winrt, i.Name)
		} else {
			midl = append(midl, i.Name)
		}
	}
	if !slices.IsSorted(midl) || !slices.IsSorted(winrt) || len(slices.Compact(midl)) != len(midl) {
		t.Error("the table is not in order")
	}
	if len(byName) != len(table) || len(Names()) != len(table) {
		t.Errorf("%d names for %d attributes", len(byName), len(table))
	}
}

func TestLookup(t *testing.T) {
	for name, form := range map[string]Form{
		"size_is": Exprs, "uuid": GUID, "in": None, "lcid": OptExprs, "helpstring": String, "endpoint": Strings, "version": Version,
		"wire_marshal": Type, "call_as": Name, "implicit_handle": Handle, "custom": Custom, "contract": Raw,
	} {
		if i := Lookup(name); i == nil || i.Form != form {
			t.Errorf("%s: %+v", name, i)
		}
	}
	if Lookup("nothing") != nil {
		t.Error("an unknown attribute is known")
	}
}

func TestWhere(t *testing.T) {
	if got := (Interface | Param).String(); got != "an interface, a parameter" {
		t.Error(got)
	}
	if got := (Typedef | WinRT).String(); got != "a typedef" {
		t.Error(got)
	}
}
