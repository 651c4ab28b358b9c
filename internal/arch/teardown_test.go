package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// whatStaysBehind are the packages with which tests can leave something behind:
// connections, apartments, references, pooled buffers, processes. A package that
// counts something itself can, too.
var whatStaysBehind = []string{module + "/dcerpc", "os/exec"}

// needsNoTeardown lists packages that look as if they could leave something
// behind, and why they cannot.
var needsNoTeardown = map[string]string{
	module + "/internal/arch": "asks the go command alone, and waits for it",
	module + "/internal/leak": "has Main, and calls it by that name",
}

var mainCall = regexp.MustCompile(`(?m)^[^/\n]*\bleak\.Main\(m\b`)

// Every package whose tests can leave something behind checks that they do not.
func TestTeardownChecks(t *testing.T) {
	pkgs := list(t)
	byPath := map[string]*pkg{}
	for _, p := range pkgs {
		byPath[p.ImportPath] = p
	}
	// reaches is the first of whatStaysBehind that imports lead to, by way of
	// the module's own packages.
	var reaches func(imports []string, seen map[string]bool) string
	reaches = func(imports []string, seen map[string]bool) string {
		for _, imp := range imports {
			if slices.Contains(whatStaysBehind, imp) {
				return imp
			}
			if p := byPath[imp]; p != nil && !seen[imp] {
				seen[imp] = true
				if found := reaches(p.Imports, seen); found != "" {
					return found
				}
			}
		}
		return ""
	}
	checked := 0
	for _, p := range pkgs {
		files := slices.Concat(p.TestGoFiles, p.XTestGoFiles)
		if len(files) == 0 {
			continue
		}
		found := reaches(slices.Concat(p.Imports, p.TestImports, p.XTestImports), map[string]bool{})
		if counts := module + "/internal/live"; slices.Contains(p.Imports, counts) && p.ImportPath != module+"/internal/leak" {
			found = counts
		}
		has := false
		for _, f := range files {
			b, err := os.ReadFile(filepath.Join(p.Dir, f))
			if err != nil {
				continue // removed since go list saw it
			}
			has = has || mainCall.Match(b)
		}
		why, exempt := needsNoTeardown[p.ImportPath]
		switch {
		case has:
			checked++
		case found != "" && !exempt:
			t.Errorf("%s: its tests reach %s, and no TestMain of theirs calls leak.Main", p.ImportPath, found)
		case exempt && found == "":
			t.Errorf("%s is exempt (%s) and need not be", p.ImportPath, why)
		}
	}
	t.Logf("%d packages check what their tests leave behind", checked)
}
