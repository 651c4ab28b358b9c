package gen_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oxid/idl"
	"oxid/idl/diag"
	"oxid/idl/gen"
)

var update = flag.Bool("update", false, "write generated files anew")

// committed are the generated files of this repository: IDL files in a
// directory, and how they are generated.
var committed = []struct {
	dir  string
	idls []string
	opt  gen.Options
}{
	{dir: "../../samples/calc", idls: []string{"calc.idl"}},
	{
		dir: "../../std", idls: []string{"unknwn.idl", "objidl.idl", "moniker.idl", "data.idl", "ocidl.idl", "oaidl.idl", "servprov.idl"},
		opt: gen.Options{Package: "std", ImportPath: "oxid/std", Also: []string{"wtypes.idl", "wtypesbase.idl", "ms-dtyp.idl"}},
	},
	{dir: "../../automation", idls: []string{"dispatch.idl"}, opt: gen.Options{Package: "automation", ImportPath: "oxid/automation"}},
	{dir: "testdata/zoo", idls: []string{"zoo.idl"}},
	{dir: "testdata/wire", idls: []string{"wire.idl"}},
	{dir: "testdata/rpc", idls: []string{"rpc.idl"}},
	{dir: "testdata/multi", idls: []string{"multi.idl"}},
	{dir: "testdata/record", idls: []string{"record.idl"}},
	{dir: "testdata/dual", idls: []string{"dual.idl"}},
	{dir: "testdata/raw", idls: []string{"raw.idl"}},
	{dir: "testdata/arm", idls: []string{"arm.idl"}},
	{dir: "../../dcerpc/epm/internal/ept", idls: []string{"ept.idl"}},
	{dir: "../../dcerpc/mgmt/internal/rpcmgmt", idls: []string{"rpcmgmt.idl"}},
	{dir: "../../interop/rpcecho", idls: []string{"rpcecho.idl"}},
	{dir: "../../interop/dssetup", idls: []string{"dssetup.idl"}},
	{dir: "../../interop/dummy", idls: []string{"dummy.idl"}},
	{dir: "../../interop/lsarpc", idls: []string{"lsarpc.idl"}},
	{dir: "../../interop/netlogon", idls: []string{"netlogon.idl"}},
	{
		dir: "../../orpc", idls: []string{"dcom.idl", "oxidresolver.idl", "remunknown.idl", "activator.idl", "activationprops.idl"},
		opt: gen.Options{Package: "orpc", ImportPath: "oxid/orpc"},
	},
	{dir: "../../scm/internal/private", idls: []string{"private.idl"}},
	{dir: "../../interop/wine/zoo", idls: []string{"zoo.idl"}},
	{dir: "../../interop/wine/arith", idls: []string{"arith.idl"}},
}

// generate compiles IDL files and returns the Go files, and what was said.
func generate(t *testing.T, o idl.Options, g gen.Options, paths ...string) ([]gen.File, string) {
	t.Helper()
	p, ds, err := idl.Compile(paths, o)
	if err != nil {
		t.Fatal(err)
	}
	if idl.HasErrors(ds) {
		t.Fatal(texts(t, ds))
	}
	files, gds := gen.Generate(p, g)
	return files, texts(t, gds)
}

func texts(t *testing.T, ds []*diag.Diagnostic) string {
	t.Helper()
	var b strings.Builder
	for _, d := range ds {
		if err := diag.Text(&b, d); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestGeneratedFilesAreCurrent(t *testing.T) {
	for _, c := range committed {
		var paths []string
		for _, f := range c.idls {
			paths = append(paths, filepath.Join(c.dir, f))
		}
		files, said := generate(t, idl.Options{}, c.opt, paths...)
		if len(files) == 0 {
			t.Errorf("%s: nothing generated:\n%s", c.dir, said)
		}
		for _, f := range files {
			name := filepath.Join(c.dir, f.Name)
			if *update {
				if err := os.WriteFile(name, f.Content, 0o644); err != nil {
					t.Error(err)
				}
				continue
			}
			have, err := os.ReadFile(name)
			if err != nil || !bytes.Equal(have, f.Content) {
				t.Errorf("%s is not what its IDL generates (%v); run this test with -update", name, err)
			}
		}
	}
}

func TestGenerationIsDeterministic(t *testing.T) {
	path := "testdata/zoo/zoo.idl"
	first, _ := generate(t, idl.Options{}, gen.Options{}, path)
	for range 3 {
		again, _ := generate(t, idl.Options{}, gen.Options{}, path)
		for i := range first {
			if !bytes.Equal(first[i].Content, again[i].Content) {
				t.Fatalf("%s differs from run to run", first[i].Name)
			}
		}
	}
}
