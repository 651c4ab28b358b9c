package main

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// typecheck checks the types of all packages in memory. It finds what the
// compiler's front end would, in a fraction of the time of a build. The runtime
// packages come from the go command's build cache.
func typecheck(fset *token.FileSet, packages []*goPackage) ([]string, error) {
	outside := map[string]bool{}
	for _, p := range packages {
		for _, f := range p.files {
			for _, im := range f.syntax.Imports {
				if path, err := strconv.Unquote(im.Path.Value); err == nil && !strings.HasPrefix(path, prefix+"/") {
					outside[path] = true
				}
			}
		}
	}
	exports, err := exportData(outside)
	if err != nil {
		return nil, err
	}
	c := &typeChecker{own: map[string]*types.Package{}}
	c.outside = importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		file, ok := exports[path]
		if !ok {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(file)
	})
	var faults []string
	// Imported packages stand before those that import them.
	for _, p := range packages {
		conf := types.Config{Importer: c, Error: func(err error) { faults = append(faults, err.Error()) }}
		// The error is the first of those that were noted.
		checked, _ := conf.Check(p.path, fset, syntaxOf(p), nil)
		c.own[p.path] = checked
	}
	return faults, nil
}

// exportData returns the files with export data of packages and all that they
// need.
func exportData(paths map[string]bool) (map[string]string, error) {
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}
	for path := range paths {
		args = append(args, path)
	}
	slices.Sort(args[5:])
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	m := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if path, file, ok := strings.Cut(line, "="); ok && file != "" {
			m[path] = file
		}
	}
	return m, nil
}

// typeChecker imports generated packages from memory and others from export data.
type typeChecker struct {
	own     map[string]*types.Package
	outside types.Importer
}

// Import implements [types.Importer].
func (c *typeChecker) Import(path string) (*types.Package, error) {
	if p := c.own[path]; p != nil {
		return p, nil
	}
	if strings.HasPrefix(path, prefix+"/") {
		return nil, fmt.Errorf("%s is not generated before its importer", path)
	}
	return c.outside.Import(path)
}
