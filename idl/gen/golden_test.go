package gen_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"oxid/idl"
	"oxid/idl/gen"
)

// golden are small IDL files with what is generated from them, and what is
// said about it. All of it compiles: see TestGoldenFilesCompile.
var golden = []struct {
	name string
	idls []string
	opt  gen.Options
}{
	{name: "names"}, {name: "usesstd"}, {name: "refused"}, {name: "directives"}, {name: "values"}, {name: "sizes"}, {name: "local"},
	{name: "library"}, {name: "docs"}, {name: "winrt"}, {name: "nocode"}, {name: "odl"}, {name: "specs"},
	{name: "circle", idls: []string{"left.idl"}},
	{name: "imports", idls: []string{"base.idl", "derived.idl"}, opt: gen.Options{Prefix: goldenPath + "imports"}},
	{name: "codec", opt: gen.Options{Types: map[string]gen.GoType{"KNOWN": {Import: goldenPath + "codec/known", Name: "Known"}}}},
}

const (
	goldenDir  = "testdata/golden"
	goldenPath = "oxid/idl/gen/testdata/golden/"
)

// goldenFile is where a generated file is kept: in a directory of its own when
// the case has several packages.
func goldenFile(dir string, f gen.File, files []gen.File) string {
	if slices.ContainsFunc(files, func(g gen.File) bool { return g.Package != f.Package }) {
		return filepath.Join(dir, f.Package, f.Name)
	}
	return filepath.Join(dir, f.Name)
}

func TestGolden(t *testing.T) {
	for _, c := range golden {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(goldenDir, c.name)
			idls := c.idls
			if idls == nil {
				idls = []string{c.name + ".idl"}
			}
			for i := range idls {
				idls[i] = filepath.Join(dir, filepath.Base(idls[i]))
			}
			files, said := generate(t, idl.Options{}, c.opt, idls...)
			check := func(name string, got []byte) {
				if *update {
					if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(name, got, 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				if want, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s differs (%v); if that is right, run with -update:\n%s", name, err, got)
				}
			}
			for _, f := range files {
				check(goldenFile(dir, f, files), f.Content)
			}
			check(filepath.Join(dir, "stderr"), []byte(said))
		})
	}
}

// TestGoldenFilesCompile vets the golden packages: ./... leaves testdata out.
func TestGoldenFilesCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	var dirs []string
	for _, pattern := range []string{"testdata/*/*.go", goldenDir + "/*/*.go", goldenDir + "/*/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if d := "./" + filepath.Dir(f); !slices.Contains(dirs, d) {
				dirs = append(dirs, d)
			}
		}
	}
	out, err := exec.Command("go", append([]string{"vet"}, dirs...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
