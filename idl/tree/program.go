package tree

import (
	"iter"

	"oxid/idl/source"
)

// Program is what one run of the compiler understood.
type Program struct {
	// Roots are the files that the caller named, in that order.
	Roots []*File
	// Files are the roots and everything they import, each once. A file comes
	// after those it imports, except inside a circle of imports.
	Files []*File
}

// File is one IDL file with all that it includes; what it imports are other
// Files.
type File struct {
	// Path is the path under which the file was opened.
	Path string
	// Name is the name in the import directive that reached the file first,
	// or Path's last element for a root.
	Name string
	// Std marks a file of the embedded standard set.
	Std bool
	// Doc is the comment at the top of the file, "" when there is none.
	Doc string
	// Imports are the files named by import directives, in order.
	Imports []*Import
	// Decls are the declarations in source order, those of included files
	// among them, those of imported files not.
	Decls []Decl
	// Errors tells how many errors were reported in this file or what it
	// includes. A generator must refuse a program with errors.
	Errors int
}

// Import is one imported name in an import directive.
type Import struct {
	Name string
	Pos  source.Pos
	// File is nil when the file could not be read; that was reported.
	File *File
}

// AllDecls yields the declarations of f in source order, entering libraries
// and namespaces (the container first), but not interfaces.
func (f *File) AllDecls() iter.Seq[Decl] {
	return func(yield func(Decl) bool) { walkDecls(f.Decls, yield) }
}

// walkDecls yields declarations and those inside of them; false ends the walk.
func walkDecls(ds []Decl, yield func(Decl) bool) bool {
	for _, d := range ds {
		if !yield(d) {
			return false
		}
		var in []Decl
		switch d := d.(type) {
		case *Library:
			in = d.Decls
		case *Namespace:
			in = d.Decls
		}
		if !walkDecls(in, yield) {
			return false
		}
	}
	return true
}

// Interfaces yields the interfaces that f declares, those inside libraries
// and namespaces too, in source order.
func (f *File) Interfaces() iter.Seq[*Interface] {
	return func(yield func(*Interface) bool) {
		for d := range f.AllDecls() {
			if i, ok := d.(*Interface); ok && !yield(i) {
				return
			}
		}
	}
}

// Groups returns the files of p in groups: files that import each other in a
// circle share one. A group comes after those that it imports.
func (p *Program) Groups() [][]*File {
	g := grouper{index: map[*File]int{}, low: map[*File]int{}, open: map[*File]bool{}}
	for _, f := range p.Files {
		if _, seen := g.index[f]; !seen {
			g.visit(f)
		}
	}
	return g.out
}

// grouper finds strongly connected components by Tarjan's algorithm.
type grouper struct {
	index, low map[*File]int
	open       map[*File]bool
	stack      []*File
	out        [][]*File
}

// visit numbers f and everything that it imports. A file from which no earlier
// open file can be reached closes a group.
func (g *grouper) visit(f *File) {
	n := len(g.index)
	g.index[f], g.low[f] = n, n
	g.stack, g.open[f] = append(g.stack, f), true
	for _, im := range f.Imports {
		if im.File == nil {
			continue
		}
		if _, seen := g.index[im.File]; !seen {
			g.visit(im.File)
			g.low[f] = min(g.low[f], g.low[im.File])
		} else if g.open[im.File] {
			g.low[f] = min(g.low[f], g.index[im.File])
		}
	}
	if g.low[f] != g.index[f] {
		return
	}
	i := len(g.stack) - 1
	for g.stack[i] != f {
		i--
	}
	group := append([]*File(nil), g.stack[i:]...)
	for _, m := range group {
		g.open[m] = false
	}
	g.stack = g.stack[:i]
	g.out = append(g.out, group)
}
