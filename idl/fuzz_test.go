package idl

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"oxid/idl/diag"
	"oxid/idl/print"
)

// FuzzCheck runs the whole front end: no input makes it fail, everything that
// it says can be printed, and so can what it understood. What it accepts, it
// accepts again in normal form.
func FuzzCheck(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.idl")
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	base, err := os.ReadFile("testdata/inc/base.idl")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		check := func(text string) *Result {
			files := fstest.MapFS{"a.idl": {Data: []byte(text)}, "base.idl": {Data: base}}
			r, err := New(Options{FS: files, MaxFile: 1 << 20}).Check("a.idl")
			if err != nil {
				t.Skip()
			}
			for _, d := range r.Diags {
				if diag.Text(io.Discard, d) != nil || diag.JSON(io.Discard, d) != nil {
					t.Fatal("a message cannot be printed")
				}
			}
			if err := print.JSON(io.Discard, r.File); err != nil {
				t.Fatal(err)
			}
			return r
		}
		r := check(text)
		var out bytes.Buffer
		if err := print.IDL(&out, r.File); err != nil {
			t.Fatal(err)
		}
		r.Program.Groups()
		if r.Errors > 0 || bytes.Contains(out.Bytes(), []byte("\nnamespace ")) || bytes.Contains([]byte(text), []byte("#")) {
			return // WinRT is printed as comments; macros may change what is printed
		}
		again := check(out.String())
		if again.Errors > 0 {
			t.Fatalf("normal form is refused: %s: %s\n%s", again.Diags[0].Pos, again.Diags[0].Message, out.String())
		}
		var second bytes.Buffer
		if err := print.IDL(&second, again.File); err != nil {
			t.Fatal(err)
		}
		if second.String() != out.String() {
			t.Fatalf("normal form changes\n--- first\n%s\n--- second\n%s", out.String(), second.String())
		}
	})
}
