package idlcmd

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const good = `import "unknwn.idl";
[object, uuid(3aac5dec-4f35-44a1-a4fc-304b0051a4f6)]
interface IGood : IUnknown { HRESULT Add([in] long a, [out, retval] long *sum); }
`

const bad = `import "unknwn.idl";
[object, uuid(3aac5dec-4f35-44a1-a4fc-304b0051a4f6)]
interface IBad : IUnknwn { HRESULT Add([in] lng a); }
`

// in makes a folder with files and goes there.
func in(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

func run(args ...string) (stdout, stderr string, err error) {
	cmd := Command()
	var out, errs bytes.Buffer
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err = cmd.Execute()
	return out.String(), errs.String(), err
}

func TestGenerate(t *testing.T) {
	in(t, map[string]string{"good.idl": good})
	if _, stderr, err := run("good.idl", "--depfile", "good.d"); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	text, err := os.ReadFile("good.go")
	if err != nil || !strings.Contains(string(text), "type IGood interface") {
		t.Errorf("%v\n%s", err, text)
	}
	if dep, err := os.ReadFile("good.d"); err != nil || !strings.HasPrefix(string(dep), "good.go: ") || !strings.Contains(string(dep), "good.idl") {
		t.Errorf("%v\n%s", err, dep)
	}
	if _, _, err := run("good.idl", "-o", "other.go", "--package", "other"); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile("other.go"); !strings.Contains(string(text), "package other") {
		t.Errorf("-o and --package:\n%.200s", text)
	}
}

// TestGenerateAll: imported files are generated, too, a directory a package.
func TestGenerateAll(t *testing.T) {
	in(t, map[string]string{"good.idl": good, "more.idl": `import "good.idl";
[object, uuid(3aac5dec-4f35-44a1-a4fc-304b0051a4f7)] interface IMore : IGood { HRESULT More(); }`})
	if _, stderr, err := run("--all", "--prefix", "example.org/api", "-o", "api", "more.idl"); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	for name, want := range map[string]string{"api/good/good.go": "package good", "api/more/more.go": "\"example.org/api/good\""} {
		if text, err := os.ReadFile(filepath.FromSlash(name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v\n%.300s", name, err, text)
		}
	}
	for _, args := range [][]string{{"--all", "more.idl"}, {"--all", "--prefix", "x", "more.idl"}, {"--all", "--prefix", "x", "-o", "x.go", "more.idl"}} {
		if _, _, err := run(args...); err == nil || !strings.Contains(err.Error(), "--prefix") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestCheckWritesNothing(t *testing.T) {
	in(t, map[string]string{"good.idl": good})
	if _, stderr, err := run("--check", "good.idl"); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if _, err := os.Stat("good.go"); err == nil {
		t.Error("--check wrote a file")
	}
}

func TestPrint(t *testing.T) {
	in(t, map[string]string{"good.idl": good})
	if out, _, err := run("--print", "good.idl"); err != nil || !strings.Contains(out, "interface IGood") {
		t.Errorf("%v\n%s", err, out)
	}
	out, _, err := run("--print=json", "good.idl")
	if err != nil || !json.Valid([]byte(out)) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestFaultyFile(t *testing.T) {
	in(t, map[string]string{"bad.idl": bad})
	_, stderr, err := run("bad.idl")
	if err == nil {
		t.Fatal("a faulty file was compiled")
	}
	for _, want := range []string{"bad.idl:3:18: error", "IUnknwn", "did you mean IUnknown", "bad.idl:3:45: error", "^"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in\n%s", want, stderr)
		}
	}
	if _, err := os.Stat("bad.go"); err == nil {
		t.Error("a Go file was written")
	}
	out, _, err := run("--check", "--json", "bad.idl")
	if err == nil {
		t.Error("--json: no error")
	}
	for line := range strings.Lines(out) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestFaultyCommandLine(t *testing.T) {
	in(t, map[string]string{"good.idl": good, "bad.idl": bad})
	for _, args := range [][]string{{}, {"none.idl"}, {"--print=xml", "good.idl"}, {"good.idl", "bad.idl", "-o", "x.go"}, {"--map", "nonsense", "good.idl"}} {
		if _, _, err := run(args...); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

// go generate runs in a package, and a directory holds one package.
func TestGenerateInPackage(t *testing.T) {
	in(t, map[string]string{"good.idl": good})
	t.Setenv("GOPACKAGE", "main")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"package main", []string{"good.idl"}},
		{"package other", []string{"good.idl", "--package", "other"}},
		{"package good", []string{"good.idl", "-o", "good.go"}},
		{"package good", []string{filepath.Join("..", filepath.Base(mustGetwd(t)), "good.idl")}},
	} {
		if _, stderr, err := run(c.args...); err != nil {
			t.Fatalf("%v: %v\n%s", c.args, err, stderr)
		}
		if text, _ := os.ReadFile("good.go"); !strings.Contains(string(text), c.want+"\n") {
			t.Errorf("%v: no %q in\n%s", c.args, c.want, text)
		}
	}
}

func mustGetwd(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOutputDirectory: -o names a directory that need not be there, and what the
// checker said of a method is not said again by the generator.
func TestOutputDirectory(t *testing.T) {
	in(t, map[string]string{"half.idl": `import "unknwn.idl";
[object, uuid(00000000-0000-0000-0000-0000000000c1)] interface IHalf : IUnknown { HRESULT Good(); HRESULT Bad([in] void *p); }
`})
	_, stderr, err := run("half.idl", "-o", "new/half")
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if _, err := os.Stat("new/half/half.go"); err != nil {
		t.Error(err)
	}
	if n := strings.Count(stderr, "IHalf.Bad"); n != 1 {
		t.Errorf("said %d times:\n%s", n, stderr)
	}
}

// TestTwoPackagesInOneDirectory: Go has none of that, so nothing is written.
func TestTwoPackagesInOneDirectory(t *testing.T) {
	in(t, map[string]string{"one.idl": "typedef struct A { long a; } A;\n", "two.idl": "typedef struct B { long b; } B;\n"})
	if _, _, err := run("one.idl", "two.idl"); err == nil || !strings.Contains(err.Error(), "--package") {
		t.Error(err)
	}
	if _, err := os.Stat("one.go"); err == nil {
		t.Error("one of them is written")
	}
	if _, stderr, err := run("--package", "both", "one.idl", "two.idl"); err != nil {
		t.Errorf("%v\n%s", err, stderr)
	}
}
