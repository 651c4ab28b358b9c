package gen

import "testing"

func TestExportedNames(t *testing.T) {
	for in, want := range map[string]string{
		"Add": "Add", "add": "Add", "_GUID": "GUID", "__MIDL_IFoo_0001": "MIDL_IFoo_0001", "a_b": "A_b", "9lives": "X9lives", "_": "X", "": "X",
	} {
		if got := exported(in); got != want {
			t.Errorf("exported(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParameterNames(t *testing.T) {
	for in, want := range map[string]string{
		"pcbRead": "pcbRead", "Foo": "foo", "ID": "id", "IDName": "idName", "HRESULTCode": "hresultCode", "_pUnk": "pUnk", "N2": "n2",
		"type": "type_", "range": "range_", "len": "len_", "com": "com_", "ndr": "ndr_", "context": "context_", "string": "string_",
		"Type": "type_", "7": "x7",
	} {
		if got := variableName(in); got != want {
			t.Errorf("variableName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMethodNamesLeaveThePrefixCOM(t *testing.T) {
	for in, want := range map[string]string{"COMProxy": "ComProxy", "COMMIT": "ComMIT", "commit": "Commit", "Commit": "Commit"} {
		if got := methodName(in); got != want {
			t.Errorf("methodName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestScopes(t *testing.T) {
	s := newScope("a")
	if got := s.take("a") + s.take("a") + s.take("b"); got != "a_a__b" {
		t.Errorf("take: %q", got)
	}
	mark := len(s.order)
	x, y, z := s.local("x"), s.local("x"), s.local("len")
	if x != "x" || y != "x2" || z == "len" {
		t.Errorf("local: %q %q %q", x, y, z)
	}
	s.leave(mark)
	if got := s.local("x"); got != "x" {
		t.Errorf("after the block: %q", got)
	}
	seen := map[string]bool{}
	for range 40 {
		n := s.local("n")
		if seen[n] {
			t.Fatalf("%q twice", n)
		}
		seen[n] = true
	}
}

func TestDirectives(t *testing.T) {
	d := parseDirectives("Find looks for it.\noxid:signature (ctx context.Context) error\n\noxid:hresult\noxid:type oxid/com.T oxid/com.TDesc\nMore.")
	if d.text != "Find looks for it.\n\nMore." || d.signature != "(ctx context.Context) error" || !d.hresult ||
		d.goType != "oxid/com.T" || d.goDesc != "oxid/com.TDesc" {
		t.Errorf("%+v", d)
	}
	if d := parseDirectives("no directives: oxid is good"); d.text != "no directives: oxid is good" || d.hresult {
		t.Errorf("%+v", d)
	}
	if d := parseDirectives("oxid:partial"); !d.partial || !d.hresult {
		t.Errorf("%+v", d)
	}
	if p, n := splitQualified("oxid/com.T"); p != "oxid/com" || n != "T" {
		t.Errorf("%q %q", p, n)
	}
}
