package check

import (
	"fmt"
	"testing"
	"testing/fstest"

	"oxid/idl/source"
	"oxid/idl/std"
)

// TestStandardFiles: the file that a message names does declare what is
// missing, in the embedded set.
func TestStandardFiles(t *testing.T) {
	byFile := map[string][]memoKey{}
	for key, file := range standardNames() {
		byFile[file] = append(byFile[file], key)
	}
	for _, file := range usualFiles {
		text := "import \"" + file + "\";\n"
		if len(byFile[file]) == 0 {
			t.Errorf("nothing is said to come from %s", file)
		}
		for i, key := range byFile[file] {
			switch key.space {
			case typeSpace:
				text += fmt.Sprintf("typedef %s *P%d_;\n", key.name, i)
			case valueSpace:
				text += fmt.Sprintf("const hyper K%d_ = %s;\n", i, key.name)
			}
		}
		l := &source.Loader{FS: fstest.MapFS{"a.idl": {Data: []byte(text)}}, Std: std.Files}
		r, err := New(l, nil).Check("a.idl")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.Diags {
			if d.Unresolved != "" {
				t.Errorf("%s: %s", file, d.Message)
			}
		}
	}
}

// TestHints: what is said of an unknown name.
func TestHints(t *testing.T) {
	for text, want := range map[string]string{
		"typedef DWORD A;":                                                    `add import "wtypes.idl";`,
		"typedef NTSTATUS A;":                                                 `add import "ms-dtyp.idl";`,
		"interface I : IDispatch {}":                                          `add import "oaidl.idl";`,
		"typedef IEnumMoniker *A;":                                            `add import "objidl.idl";`,
		"const long A = VT_BSTR;":                                             `add import "wtypes.idl";`,
		`import "wtypes.idl"; typedef IStream *A;`:                            `add import "objidl.idl";`,
		`import "wtypes.idl"; typedef DWORD A;`:                               "",
		"typedef lnog A;":                                                     "did you mean long?",
		"typedef long Colour; typedef Color A;":                               "did you mean Colour?",
		"const long K = 1; typedef K A;":                                      "K is a constant",
		"typedef Completely_else A;":                                          "this file imports nothing: import what declares Completely_else, or compile the file that this one is a part of",
		`import "wtypes.idl"; typedef Completely_else A;`:                     "",
		"#include \"wtypes.idl\"\ntypedef Completely_else A;":                 "",
		"const long LENGTH = 1; typedef long a[LENGHT];":                      "did you mean LENGTH?",
		"enum { RED }; const long A = REDD;":                                  "did you mean RED?",
		"interface IFoo {} interface IBar : IFo {}":                           "did you mean IFoo?",
		"[local] interface I { void f(long size, [size_is(sise)] long *p); }": "did you mean size?",
	} {
		r, err := session(map[string]string{"a.idl": text, "wtypes.idl": "/* not the usual one */"}).Check("a.idl")
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Diags) == 0 || r.Diags[0].Help != want {
			help := "nothing"
			if len(r.Diags) > 0 {
				help = r.Diags[0].Message + ": " + r.Diags[0].Help
			}
			t.Errorf("%s\n  %s\n  want %s", text, help, want)
		}
	}
}
