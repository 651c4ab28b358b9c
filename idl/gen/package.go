package gen

import (
	"path"
	"slices"
	"strings"

	"oxid/idl/source"
	"oxid/idl/tree"
)

// IDL files import each other as Go packages do, but for two freedoms: they may
// do so in a circle, and a program may ask for several of them in one package.
// Go allows neither a circle of imports nor two packages that need each other, so
// files are put together until there is none left.

// pkg is one Go package: one or more IDL files.
type pkg struct {
	name  string
	path  string // import path, "" when nobody told it
	files []*tree.File
	emit  bool
	scope *scope // package-level identifiers
	// types are the structures, unions and enumerations in order of
	// declaration, those without a declaration of their own among them.
	types map[*tree.File][]tree.Type
}

// assignPackages decides which files make up a package.
func (g *generator) assignPackages() {
	g.byFile = map[*tree.File]*pkg{}
	root := map[*tree.File]bool{}
	for _, f := range g.prog.Roots {
		root[f] = true
	}
	for _, f := range g.prog.Files {
		root[f] = root[f] || slices.Contains(g.opt.Also, baseName(f))
	}
	one := g.onePackage(root)
	var merged *pkg
	// A group comes after those that it imports, which makes the output's order
	// the order of the dependencies.
	for _, group := range g.prog.Groups() {
		emit, join := false, false
		for _, f := range group {
			emit = emit || root[f] || g.opt.All && !f.Std
			join = join || one[f]
		}
		var p *pkg
		switch {
		case join && merged != nil:
			p = merged
		case join:
			p = &pkg{name: g.opt.Package, path: g.opt.ImportPath}
			merged = p
		default:
			p = &pkg{name: packageName(group[0])}
			for _, f := range group { // a circle is named after the file that was asked for
				if root[f] {
					p.name = packageName(f)
					break
				}
			}
			p.path = g.importPath(group, p.name)
			// The standard set has a package already.
			if group[0].Std && !emit {
				p.name, p.path = "std", stdPath
			}
		}
		if len(p.files) == 0 {
			g.packages = append(g.packages, p)
		}
		p.emit = p.emit || emit || join
		for _, f := range group {
			p.files = append(p.files, f)
			g.byFile[f] = p
		}
	}
	g.distinctPaths()
}

// onePackage returns the files that Options.Package asks for: the roots and
// what lies between them, because Go packages cannot import each other in a
// circle.
func (g *generator) onePackage(root map[*tree.File]bool) map[*tree.File]bool {
	in := map[*tree.File]bool{}
	if g.opt.Package == "" {
		return in
	}
	// Files come after what they import, circles apart; those are joined as
	// groups anyway.
	// One pass suffices, because a file comes behind those that it imports.
	leads := map[*tree.File]bool{} // imports a root, or is one
	for _, f := range g.prog.Files {
		leads[f] = root[f]
		for _, im := range f.Imports {
			if im.File != nil && leads[im.File] {
				leads[f] = true
			}
		}
	}
	var visit func(f *tree.File)
	visit = func(f *tree.File) {
		if in[f] || !leads[f] || f.Std && !root[f] {
			return
		}
		in[f] = true
		for _, im := range f.Imports {
			if im.File != nil {
				visit(im.File)
			}
		}
	}
	for _, f := range g.prog.Files {
		if root[f] {
			visit(f)
		}
	}
	return in
}

// importPath looks up where the package of a group of files is.
func (g *generator) importPath(group []*tree.File, name string) string {
	for _, f := range group {
		for _, key := range []string{f.Name, f.Path, baseName(f)} {
			if p, ok := g.opt.Paths[key]; ok {
				return p
			}
		}
	}
	if g.opt.Prefix != "" {
		return strings.TrimSuffix(g.opt.Prefix, "/") + "/" + name
	}
	return ""
}

// distinctPaths gives packages that would have one import path two.
func (g *generator) distinctPaths() {
	taken := map[string]*pkg{}
	for _, p := range g.packages {
		if p.path == "" || taken[p.path] == nil {
			taken[p.path] = p
			continue
		}
		if p.files[0].Std {
			continue // never printed, and referred to by its own table only
		}
		if g.opt.Prefix == "" || !strings.HasSuffix(p.path, "/"+p.name) {
			g.list.Errorf(source.Pos{}, 1, "%s shares the import path %q with another package", p.files[0].Path, p.path)
			continue
		}
		first := taken[p.path]
		for taken[p.path] != nil {
			p.name += "x"
			p.path = g.importPath(nil, p.name)
		}
		taken[p.path] = p
		// A file without imports, and importers that declare what it needs.
		if f := p.files[0]; f.Path == first.files[0].Path {
			g.list.Warnf(source.Pos{}, 1, "%s does not mean the same to everybody who imports it: %s and %s are two packages of it", f.Path, first.path, p.path)
		}
	}
}

// baseName is the file's name without directories, of whatever system.
func baseName(f *tree.File) string {
	return path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
}

// packageName makes a package name of a file's name.
func packageName(f *tree.File) string {
	base := baseName(f)
	base = strings.ToLower(strings.TrimSuffix(base, path.Ext(base)))
	var b strings.Builder
	for _, r := range base {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	name := b.String()
	switch {
	// Names of packages are names of variables to everybody who imports them.
	case name == "" || name[0] <= '9':
		name = "idl" + name
	case goReserved(name) || importNames[name] || name == "main" || name == "internal":
		name += "idl"
	}
	return name
}
