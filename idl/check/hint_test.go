package check

import (
	"testing"
	"testing/fstest"

	"oxid/idl/source"
	"oxid/idl/std"
)

// TestStandardFiles: the file that a message names does declare what is
// missing, in the embedded set.
func TestStandardFiles(t *testing.T) {
	byFile := map[string][]string{}
	for name, file := range standardFile {
		byFile[file] = append(byFile[file], name)
	}
	for file, names := range byFile {
		text := "import \"" + file + "\";\n"
		for _, n := range names {
			text += "typedef " + n + " *P" + n + "_;\n"
		}
		l := &source.Loader{FS: fstest.MapFS{"a.idl": {Data: []byte(text)}}, Std: std.Files}
		r, err := New(l, nil).Check("a.idl")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.Diags {
			t.Errorf("%s: %s", file, d.Message)
		}
	}
}

// TestHints: what is said of an unknown name.
func TestHints(t *testing.T) {
	for text, want := range map[string]string{
		"typedef DWORD A;":                                                    `add import "wtypes.idl";`,
		"typedef NTSTATUS A;":                                                 `add import "ms-dtyp.idl";`,
		"typedef lnog A;":                                                     "did you mean long?",
		"typedef long Colour; typedef Color A;":                               "did you mean Colour?",
		"const long K = 1; typedef K A;":                                      "K is a constant",
		"typedef Completely_else A;":                                          "",
		"const long LENGTH = 1; typedef long a[LENGHT];":                      "did you mean LENGTH?",
		"enum { RED }; const long A = REDD;":                                  "did you mean RED?",
		"interface IFoo {} interface IBar : IFo {}":                           "did you mean IFoo?",
		"[local] interface I { void f(long size, [size_is(sise)] long *p); }": "did you mean size?",
	} {
		r, err := session(map[string]string{"a.idl": text}).Check("a.idl")
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
