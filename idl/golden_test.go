package idl

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oxid/idl/diag"
	"oxid/idl/print"
)

// The corpus is a table in the file system: testdata/NAME.idl is compiled,
// NAME.idl.out is its normal form and NAME.stderr what the compiler says. A
// first line "// -D X=1 -I dir" gives options. `go test ./idl -update` writes
// the expectations anew; every change of them is to be read.
var update = flag.Bool("update", false, "write the expectations of the golden corpus anew")

// goldenOptions are the options that a case asks for.
func goldenOptions(text string) Options {
	o := Options{FS: os.DirFS("testdata"), Include: []string{"inc"}}
	line, _, _ := strings.Cut(text, "\n")
	words := strings.Fields(strings.TrimPrefix(line, "//"))
	for i := 0; i+1 < len(words) && strings.HasPrefix(line, "// -"); i += 2 {
		switch words[i] {
		case "-D":
			o.Defines = append(o.Defines, words[i+1])
		case "-I":
			o.Include = append(o.Include, words[i+1])
		}
	}
	return o
}

// compileGolden returns the normal form of a case and what is said of it.
func compileGolden(t *testing.T, name string) (out, stderr string, errors int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(goldenOptions(string(text))).Check(name)
	if err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	for _, d := range r.Diags {
		if err := diag.Text(&e, d); err != nil {
			t.Fatal(err)
		}
	}
	if err := print.IDL(&o, r.File); err != nil {
		t.Fatal(err)
	}
	return o.String(), e.String(), r.Errors
}

func goldenNames(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.idl")
	if err != nil || len(names) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	return names
}

func TestGolden(t *testing.T) {
	for _, name := range goldenNames(t) {
		t.Run(strings.TrimSuffix(name, ".idl"), func(t *testing.T) {
			out, stderr, _ := compileGolden(t, name)
			base := strings.TrimSuffix(name, ".idl")
			compare(t, base+".idl.out", out)
			compare(t, base+".stderr", stderr)
		})
	}
}

// compare checks got against a file of the corpus, or writes it.
func compare(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-update writes it anew)\n--- want\n%s\n--- got\n%s", file, want, got)
	}
}

// TestGoldenShare keeps the promise of the corpus: at least 150 cases, at
// least half of them faulty.
func TestGoldenShare(t *testing.T) {
	names := goldenNames(t)
	faulty := 0
	for _, name := range names {
		if _, _, n := compileGolden(t, name); n > 0 {
			faulty++
		}
	}
	if len(names) < 150 || faulty*2 < len(names) {
		t.Errorf("%d cases, %d of them faulty", len(names), faulty)
	}
}

// TestNormalFormIsStable: what normal form says is what it was printed from.
func TestNormalFormIsStable(t *testing.T) {
	for _, name := range goldenNames(t) {
		out, _, errs := compileGolden(t, name)
		if errs > 0 || strings.Contains(out, "\nnamespace ") { // WinRT is printed as comments
			continue
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := New(Options{Include: []string{"testdata", "testdata/inc"}}).Check(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.Diags {
			if d.Severity == diag.Error {
				t.Errorf("%s: normal form is refused: %s: %s", name, d.Pos, d.Message)
			}
		}
		var again bytes.Buffer
		if err := print.IDL(&again, r.File); err != nil {
			t.Fatal(err)
		}
		if again.String() != out {
			t.Errorf("%s: normal form changes when it is read again\n--- first\n%s\n--- second\n%s", name, out, again.String())
		}
	}
}
