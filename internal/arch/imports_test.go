package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "oxid"

// rooms is what the production code of each room may import of this module
// besides its own packages. A room that does not exist is no mistake; one that
// is not listed is.
var rooms = func() map[string][]string {
	m := map[string][]string{
		"step":     {},
		"internal": {},
		"com":      {"step"},
	}
	// upTo returns a room with all that it may import itself, and more.
	upTo := func(room string, more ...string) []string {
		return append(append([]string{room}, m[room]...), more...)
	}
	m["ndr"] = upTo("com")
	m["idl"] = upTo("com")
	m["classstore"] = upTo("com")
	m["dcerpc"] = upTo("ndr")
	m["automation"] = upTo("ndr") // values, and generated code
	m["std"] = upTo("dcerpc", "automation")
	m["orpc"] = upTo("dcerpc")
	m["marshal"] = upTo("orpc")
	m["typelib"] = upTo("marshal", "std", "automation")
	m["scm"] = upTo("marshal", "std", "classstore")
	m[""] = upTo("scm", "typelib", "automation")
	m["samples"] = append(upTo(""), "")
	for _, top := range []string{"cmd", "interop", "bench"} {
		m[top] = append(upTo("samples"), "idl")
	}
	return m
}()

// core lists the packages that need the standard library and golang.org/x
// alone, by prefix; coreExcept what a user links in at will.
var (
	core = []string{"step", "com", "ndr", "idl", "dcerpc", "orpc", "marshal", "std", "scm",
		"typelib", "automation", ""}
	coreExcept = []string{"dcerpc/security/kerberos"}
)

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Standard   bool
	GoFiles    []string
	CgoFiles   []string
	Imports    []string

	TestGoFiles, XTestGoFiles, TestImports, XTestImports []string
}

// path returns the package's path inside the module: "" for the root.
func (p *pkg) path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// room returns the top folder of a path inside the module.
func room(path string) string {
	top, _, _ := strings.Cut(path, "/")
	return top
}

// inside returns the path inside the module of an import path.
func inside(importPath string) (string, bool) {
	if importPath == module {
		return "", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// within reports whether path is one of the prefixes or below it. The root
// package is within "" alone.
func within(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return path == p || p != "" && strings.HasPrefix(path, p+"/")
	})
}

// list runs go list on the whole module. Packages that do not compile are
// listed too, as far as their files can be read.
func list(t *testing.T) []*pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Standard,GoFiles,CgoFiles,Imports,TestGoFiles,XTestGoFiles,TestImports,XTestImports", "./...")
	cmd.Dir = filepath.Join("..", "..")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var pkgs []*pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(pkg)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
	if !slices.ContainsFunc(pkgs, func(p *pkg) bool { return p.ImportPath == module+"/com" }) {
		t.Fatal("go list does not know oxid/com")
	}
	return pkgs
}

// Imports point downward.
func TestLevels(t *testing.T) {
	for _, p := range list(t) {
		from := room(p.path())
		allowed, known := rooms[from]
		if !known {
			t.Errorf("%s: the room %q has no place in the levels: decide what it may import", p.ImportPath, from)
			continue
		}
		for _, imp := range p.Imports {
			path, ours := inside(imp)
			if !ours {
				continue
			}
			if to := room(path); to != from && to != "internal" && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: a layer knows only the ones below it", p.ImportPath, imp)
			}
		}
	}
}

// The levels of this test make no circle.
func TestLevels_Acyclic(t *testing.T) {
	for from, allowed := range rooms {
		for _, to := range allowed {
			if _, ok := rooms[to]; !ok {
				t.Errorf("%q may import %q, which is no room", from, to)
			}
			if slices.Contains(rooms[to], from) || to == from {
				t.Errorf("%q and %q may import each other", from, to)
			}
		}
	}
}

// The core needs the standard library and golang.org/x alone, and no C.
func TestCoreRequirements(t *testing.T) {
	for _, p := range list(t) {
		if within(p.path(), coreExcept) || !within(p.path(), core) {
			continue
		}
		for _, imp := range p.Imports {
			_, ours := inside(imp)
			first, _, _ := strings.Cut(imp, "/")
			if !ours && strings.Contains(first, ".") && first != "golang.org" {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
			if path, _ := inside(imp); ours && within(path, coreExcept) {
				t.Errorf("%s imports %s, which is linked in by those who want it", p.ImportPath, imp)
			}
		}
		if len(p.CgoFiles) > 0 {
			t.Errorf("%s uses cgo in %v", p.ImportPath, p.CgoFiles)
		}
	}
}

// Generated code imports com, ndr and, for plain RPC, dcerpc, besides packages
// of generated code.
func TestGeneratedCode(t *testing.T) {
	pkgs := list(t)
	allowed := []string{"com", "ndr", "dcerpc"}
	for _, p := range pkgs {
		for _, name := range p.GoFiles {
			if generated(t, filepath.Join(p.Dir, name)) {
				allowed = append(allowed, p.path())
				break
			}
		}
	}
	for _, p := range pkgs {
		for _, name := range p.GoFiles {
			file := filepath.Join(p.Dir, name)
			if !generated(t, file) {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				t.Errorf("%v", err)
				continue
			}
			for _, spec := range f.Imports {
				imp, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if path, ours := inside(imp); ours && !slices.Contains(allowed, path) {
					t.Errorf("%s/%s imports %s", p.ImportPath, name, imp)
				}
			}
		}
	}
}

// generated reports whether a file was written by the IDL compiler.
func generated(t *testing.T, file string) bool {
	t.Helper()
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return false // removed since go list saw it
	}
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(append([]byte("\n"), b...), []byte("\npackage "))
	for line := range bytes.Lines(head) {
		if bytes.HasPrefix(line, []byte("// Code generated ")) && bytes.Contains(line, []byte(module)) {
			return true
		}
	}
	return false
}
