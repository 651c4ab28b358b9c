package idl

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/std"
	"oxid/idl/tree"
)

var twoFiles = fstest.MapFS{
	"good.idl":   {Data: []byte("import \"common.idl\";\ntypedef COMMON GOOD;\nstruct P { P2 p; };\ntypedef long P2;\n")},
	"bad.idl":    {Data: []byte("import \"common.idl\";\ntypedef COMON BAD;\n")},
	"common.idl": {Data: []byte("typedef long COMMON;\n")},
}

func TestCompile(t *testing.T) {
	p, ds, err := Compile([]string{"good.idl", "common.idl"}, Options{FS: twoFiles})
	if err != nil || HasErrors(ds) {
		t.Fatal(err, ds)
	}
	if len(p.Roots) != 2 || len(p.Files) != 2 || p.Files[0] != p.Roots[1] {
		t.Errorf("%d roots, %d files", len(p.Roots), len(p.Files))
	}
	_, ds, err = Compile([]string{"bad.idl"}, Options{FS: twoFiles})
	if err != nil || !HasErrors(ds) {
		t.Errorf("%v %v", err, ds)
	}
	_, _, err = Compile([]string{"none.idl"}, Options{FS: twoFiles})
	var re *ReadError
	if !errors.As(err, &re) || re.Path != "none.idl" || !errors.Is(err, source.ErrNotFound) {
		t.Errorf("a missing file gives %v", err)
	}
}

// TestRun goes on after files that are faulty or missing, and counts.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	var progress, each []string
	s, err := Run([]string{"bad.idl", "none.idl", "good.idl"}, Options{FS: twoFiles}, Report{
		W:        &out,
		Progress: func(done, total int, path string) { progress = append(progress, path) },
		Each:     func(path string, r *Result) error { each = append(each, path); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Files != 3 || s.Refused != 2 || s.Errors != 2 || s.Warnings != 1 || len(s.Program.Roots) != 2 {
		t.Errorf("%+v", s)
	}
	if strings.Join(progress, " ") != "bad.idl none.idl good.idl" || strings.Join(each, " ") != "bad.idl good.idl" {
		t.Errorf("%v %v", progress, each)
	}
	for _, want := range []string{"bad.idl:2:9: error: unknown type COMON", "did you mean COMMON?", "none.idl:1:1: error: cannot read the file: no such file", "warning: P2 is used"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not said in\n%s", want, out.String())
		}
	}
}

func TestRunJSON(t *testing.T) {
	var out bytes.Buffer
	s, err := Run([]string{"bad.idl", "good.idl"}, Options{FS: twoFiles}, Report{W: &out, JSON: true, NoWarnings: true})
	if err != nil || s.Warnings != 1 {
		t.Fatal(err, s)
	}
	var line struct{ Severity, File, Message string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.File != "bad.idl" || line.Severity != "error" {
		t.Errorf("%v %+v in %s", err, line, out.String())
	}
	stop := errors.New("stop")
	if _, err := Run([]string{"good.idl", "bad.idl"}, Options{FS: twoFiles}, Report{Each: func(string, *Result) error { return stop }}); err != stop {
		t.Errorf("Each's error is lost: %v", err)
	}
}

// TestStd: every embedded file is accepted without a message, and found under
// the names that people write.
func TestStd(t *testing.T) {
	es, err := std.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	in := New(Options{FS: std.Files, NoStd: true})
	for _, e := range es {
		r, err := in.Check(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.Diags {
			t.Errorf("%s: %s", d.Pos, d.Message)
		}
	}
	for _, name := range []string{"unknwn.idl", "OAIDL.IDL", "ObjIdl.idl", "ms-dtyp.idl"} {
		r, err := New(Options{FS: fstest.MapFS{"a.idl": {Data: []byte("import \"" + name + "\";")}}}).Check("a.idl")
		if err != nil || r.Errors > 0 || !r.Program.Files[0].Std {
			t.Errorf("%s: %v %d", name, err, r.Errors)
		}
		if len(r.Reads) != 1 {
			t.Errorf("%s: embedded files are among those read: %v", name, r.Reads)
		}
	}
	r, err := New(Options{FS: fstest.MapFS{"a.idl": {Data: []byte(`import "unknwn.idl";`)}}, NoStd: true}).Check("a.idl")
	if err != nil || r.Errors != 1 {
		t.Errorf("NoStd: %v, %d errors", err, r.Errors)
	}
}

// TestStdOpnums holds opnums of the standard interfaces against the
// specifications: [MS-OAUT] 3 and the published vtables.
func TestStdOpnums(t *testing.T) {
	r, err := New(Options{FS: fstest.MapFS{"a.idl": {Data: []byte(`import "ocidl.idl"; import "comcat.idl";`)}}}).Check("a.idl")
	if err != nil || r.Errors > 0 {
		t.Fatal(err)
	}
	all := map[string]*tree.Interface{}
	for _, f := range r.Program.Files {
		for i := range f.Interfaces() {
			all[i.Name] = i
		}
	}
	for _, want := range []struct {
		iface, method string
		op            int
	}{
		{"IClassFactory", "RemoteCreateInstance", 3}, {"IClassFactory", "RemoteLockServer", 4},
		{"ISequentialStream", "RemoteRead", 3}, {"IStream", "RemoteSeek", 5}, {"IStream", "SetSize", 6}, {"IStream", "RemoteCopyTo", 7},
		{"IStream", "Clone", 13}, {"IPersistStream", "GetSizeMax", 7}, {"IMoniker", "RemoteBindToObject", 8}, {"IMoniker", "IsSystemMoniker", 22},
		{"IDispatch", "GetIDsOfNames", 5}, {"IDispatch", "RemoteInvoke", 6}, {"ITypeInfo", "LocalReleaseVarDesc", 21}, {"ITypeInfo2", "GetAllImplTypeCustData", 36},
		{"ITypeLib", "RemoteFindName", 11}, {"ITypeLib2", "GetAllCustData", 16}, {"IEnumVARIANT", "RemoteNext", 3}, {"IConnectionPoint", "EnumConnections", 7},
		{"IEnumConnections", "Clone", 6}, {"IClassFactory2", "RemoteCreateInstanceLic", 7}, {"IPersistStreamInit", "InitNew", 8}, {"IEnumGUID", "Clone", 6},
		{"IPipeByte", "Push", 4}, {"IErrorInfo", "GetHelpContext", 7}, {"IBindCtx", "RevokeObjectParam", 12},
	} {
		i := all[want.iface]
		if i == nil {
			t.Errorf("no %s", want.iface)
			continue
		}
		found := false
		for _, m := range i.Methods {
			if m.Name == want.method {
				found = m.OnWire && m.Op == want.op && m.Problem == ""
			}
		}
		if !found {
			t.Errorf("%s.%s does not travel as opnum %d", want.iface, want.method, want.op)
		}
	}
	if i := all["IUnknown"]; !i.Local || i.NumOps != 3 || i.Methods[0].Slot != 0 {
		t.Error("IUnknown is not what it is")
	}
}

// TestDefines reach files, included and imported ones.
func TestDefines(t *testing.T) {
	fsys := fstest.MapFS{
		"a.idl": {Data: []byte("#include \"h.h\"\nimport \"b.idl\";\ntypedef TYPE A;\ntypedef B C;\n")},
		"b.idl": {Data: []byte("typedef TYPE B;\n")}, "h.h": {Data: []byte("#ifndef TYPE\n#error\n#endif\n")},
	}
	r, err := New(Options{FS: fsys, Defines: []string{"TYPE=unsigned long"}}).Check("a.idl")
	if err != nil || r.Errors > 0 {
		t.Fatal(err, r.Diags)
	}
	if got := r.File.Decls[0].(*tree.Alias).Target.String(); got != "unsigned long" {
		t.Error(got)
	}
}

// TestDiagnosticsInOrder: what the stages find comes in the order of the
// source, not of the stages.
func TestDiagnosticsInOrder(t *testing.T) {
	text := "typedef nothing A;\ntypedef long ;\nconst long B = @;\n#error here\ntypedef nowhere C;\n"
	r, err := New(Options{FS: fstest.MapFS{"a.idl": {Data: []byte(text)}}}).Check("a.idl")
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for _, d := range r.Diags {
		line, _ := d.Pos.LineCol()
		if line < last || d.Severity != diag.Error {
			t.Errorf("line %d after %d: %s", line, last, d.Message)
		}
		last = line
	}
	if last != 5 || len(r.Diags) != 5 {
		t.Errorf("%d messages up to line %d", len(r.Diags), last)
	}
}
