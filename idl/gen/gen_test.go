package gen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oxid/idl"
	"oxid/idl/gen"
)

// write makes IDL files in a directory of the test's own.
func write(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// chain are three files that import each other in a row.
var chain = map[string]string{
	"low.idl":  `import "unknwn.idl"; [object, uuid(00000001-aaaa-bbbb-cccc-000000000001)] interface ILow : IUnknown { HRESULT Low(); }`,
	"mid.idl":  `import "low.idl"; [object, uuid(00000001-aaaa-bbbb-cccc-000000000002)] interface IMid : ILow { HRESULT Mid(); }`,
	"high.idl": `import "mid.idl"; [object, uuid(00000001-aaaa-bbbb-cccc-000000000003)] interface IHigh : IMid { HRESULT High([in] ILow *l); }`,
}

func summary(files []gen.File) string {
	var s []string
	for _, f := range files {
		s = append(s, f.Package+"/"+f.Name+"@"+f.ImportPath)
	}
	return strings.Join(s, " ")
}

func TestPackages(t *testing.T) {
	dir := write(t, chain)
	path := func(names ...string) (ps []string) {
		for _, n := range names {
			ps = append(ps, filepath.Join(dir, n))
		}
		return ps
	}
	for _, tt := range []struct {
		name  string
		roots []string
		opt   gen.Options
		want  string
	}{
		{"a package each", path("low.idl", "mid.idl"), gen.Options{Prefix: "x/y"}, "low/low.go@x/y/low mid/mid.go@x/y/mid"},
		{"roots alone", path("high.idl"), gen.Options{Prefix: "x/"}, "high/high.go@x/high"},
		{"everything", path("high.idl"), gen.Options{Prefix: "x", All: true}, "low/low.go@x/low mid/mid.go@x/mid high/high.go@x/high"},
		{"as told", path("mid.idl"), gen.Options{Package: "p", Paths: map[string]string{"low.idl": "other/low"}}, "p/mid.go@"},
		{"one package pulls in what is between", path("low.idl", "high.idl"), gen.Options{Package: "p", ImportPath: "x/p"},
			"p/low.go@x/p p/mid.go@x/p p/high.go@x/p"},
		{"by name", path("high.idl"), gen.Options{Prefix: "x", Also: []string{"low.idl"}}, "low/low.go@x/low high/high.go@x/high"},
	} {
		files, said := generate(t, idl.Options{}, tt.opt, tt.roots...)
		if got := summary(files); got != tt.want || said != "" {
			t.Errorf("%s: %s\nwant %s\n%s", tt.name, got, tt.want, said)
		}
	}
}

// TestPackagesInCompany: a file that relies on its importers' names is one
// package for all that mean the same by them.
func TestPackagesInCompany(t *testing.T) {
	dir := write(t, map[string]string{
		"part.idl": `typedef struct PART { NEEDED x; } PART;`,
		"a.idl":    `typedef long NEEDED; import "part.idl"; typedef PART A;`,
		"b.idl":    `import "a.idl"; typedef PART B;`,
		"c.idl":    `typedef short NEEDED; import "part.idl"; typedef PART C;`,
	})
	path := func(name string) string { return filepath.Join(dir, name) }
	o := gen.Options{Prefix: "x", All: true}
	files, said := generate(t, idl.Options{}, o, path("a.idl"), path("b.idl"))
	if got := summary(files); got != "part/part.go@x/part a/a.go@x/a b/b.go@x/b" || said != "" {
		t.Errorf("%s\n%s", got, said)
	}
	files, said = generate(t, idl.Options{}, o, path("a.idl"), path("c.idl"))
	if got := summary(files); got != "part/part.go@x/part a/a.go@x/a partx/part.go@x/partx c/c.go@x/c" ||
		!strings.Contains(said, "does not mean the same to everybody who imports it: x/part and x/partx are two packages of it") {
		t.Errorf("%s\n%s", got, said)
	}
}

func TestFilesOfOneNameInOnePackage(t *testing.T) {
	var paths []string
	for _, id := range []string{"1", "2"} {
		dir := write(t, map[string]string{"x.idl": `import "unknwn.idl"; [object, uuid(00000001-aaaa-bbbb-cccc-00000000000` + id +
			`)] interface I` + id + ` : IUnknown { HRESULT F(); }`})
		paths = append(paths, filepath.Join(dir, "x.idl"))
	}
	files, said := generate(t, idl.Options{}, gen.Options{Package: "p"}, paths...)
	if got := summary(files); got != "p/x.go@ p/x_.go@" {
		t.Errorf("%s\n%s", got, said)
	}
}

func TestUnknownImportPathIsAnError(t *testing.T) {
	dir := write(t, chain)
	files, said := generate(t, idl.Options{}, gen.Options{}, filepath.Join(dir, "mid.idl"))
	if files != nil || strings.Count(said, "error:") != 1 || !strings.Contains(said, "low.idl, whose Go package is not known") {
		t.Errorf("%d files, said:\n%s", len(files), said)
	}
}

func TestFaultyProgramsAreNotGenerated(t *testing.T) {
	dir := write(t, map[string]string{"bad.idl": `import "unknwn.idl"; interface I : IUnknown { HRESULT F([in] nonsense n); }`})
	p, _, err := idl.Compile([]string{filepath.Join(dir, "bad.idl")}, idl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if files, ds := gen.Generate(p, gen.Options{}); files != nil || !idl.HasErrors(ds) {
		t.Errorf("%d files, %s", len(files), texts(t, ds))
	}
}

func TestFileNamesThatTheGoCommandWouldReadInto(t *testing.T) {
	empty := `import "unknwn.idl"; [object, uuid(00000001-aaaa-bbbb-cccc-000000000009)] interface I : IUnknown { HRESULT F(); }`
	for name, want := range map[string]string{
		"my_windows.idl": "mywindows/my_windows_idl.go", "my_test.idl": "mytest/my_test_idl.go", "My.Thing.idl": "mything/my.thing.go",
		"com.idl": "comidl/com.go", "type.idl": "typeidl/type.go", "3d.idl": "idl3d/3d.go",
	} {
		dir := write(t, map[string]string{name: empty})
		files, said := generate(t, idl.Options{}, gen.Options{}, filepath.Join(dir, name))
		if got := summary(files); got != want+"@" {
			t.Errorf("%s: %s, want %s\n%s", name, got, want, said)
		}
	}
}

func TestEveryGeneratedFileNamesItsRuntime(t *testing.T) {
	dir := write(t, map[string]string{"empty.idl": "typedef long X;"})
	files, _ := generate(t, idl.Options{}, gen.Options{}, filepath.Join(dir, "empty.idl"))
	if len(files) != 1 || !strings.Contains(string(files[0].Content), "const _ = com.GeneratedV1") ||
		!strings.HasPrefix(string(files[0].Content), "// Code generated by oxid idl from empty.idl. DO NOT EDIT.\n") {
		t.Errorf("%s", files[0].Content)
	}
}
