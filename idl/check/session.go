package check

import (
	"errors"
	"fmt"
	"iter"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"oxid/idl/ast"
	"oxid/idl/diag"
	"oxid/idl/parse"
	"oxid/idl/pp"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// Session checks files and keeps what it learned for the next ones. It is not
// safe for concurrent use.
type Session struct {
	loader  *source.Loader
	defines []string
	units   map[string]*unit
	shared  map[*unit]*module
	adopted map[*unit][]*adoption // by the last of their units
	said    map[saidKey]bool
}

// New returns a session. The files of one session see the same definitions.
func New(l *source.Loader, defines []string) *Session {
	return &Session{loader: l, defines: defines, units: map[string]*unit{}, shared: map[*unit]*module{}, adopted: map[*unit][]*adoption{}, said: map[saidKey]bool{}}
}

// MaxImportDepth bounds chains of imports; each link is a level of calls.
const MaxImportDepth = 200

// unit is a parsed file.
type unit struct {
	key     string // path, with a mark for the standard set
	file    *ast.File
	list    diag.List
	imports []unitImport
	loaded  bool
	// index, low and group belong to the search for circles of imports.
	index, low int
	open       bool
	group      *unitGroup
}

// unitImport is an import directive; unit is nil when the file cannot be read.
type unitImport struct {
	*ast.Import
	unit *unit
}

// unitGroup is a set of files that import each other in a circle, or one file.
type unitGroup struct{ units []*unit }

// Result is what checking one file brought.
type Result struct {
	File *tree.File
	// Files are File and all that it imports, imported before importing.
	Files []*tree.File
	// Diags are the diagnostics of this file, and of imported ones where
	// they were not returned by an earlier call, in order.
	Diags []*diag.Diagnostic
	// Errors counts the errors in this file and all that it imports.
	Errors int
	// Reads are the paths of all files that were read for it, the standard
	// set's left out.
	Reads []string
}

// Check checks the file at path. The error is not nil only when the file
// itself cannot be read; everything else is a diagnostic.
func (s *Session) Check(path string) (*Result, error) {
	f, err := s.loader.Open(path)
	if err != nil {
		return nil, err
	}
	u := s.units[f.Path]
	if u == nil {
		u = s.newUnit(f.Path, f)
	}
	s.load(u, 0)
	m := s.module(u)
	return s.result(m), nil
}

// newUnit parses a file and remembers it under its key, before what it imports
// is looked at: a circle of imports finds it there.
func (s *Session) newUnit(key string, f *source.File) *unit {
	u := &unit{key: key}
	s.units[key] = u
	u.file = parse.File(f, pp.Config{Loader: s.loader, Defines: s.defines, List: &u.list})
	return u
}

// load parses what u imports, and so on.
func (s *Session) load(u *unit, depth int) {
	if u.loaded {
		return
	}
	// Set first: a circle comes back here.
	u.loaded = true
	for im := range importsOf(u.file.Items) {
		s.follow(u, im, depth)
	}
	if im := s.stdole(u); im != nil {
		s.follow(u, im, depth)
	}
}

// follow parses what one import directive names, and so on.
func (s *Session) follow(u *unit, im *ast.Import, depth int) {
	ui := unitImport{Import: im}
	if depth >= MaxImportDepth {
		u.list.Errorf(im.Pos, im.Width, "imports are nested more than %d files deep", MaxImportDepth)
		u.imports = append(u.imports, ui)
		return
	}
	ui.unit = s.imported(u, im)
	u.imports = append(u.imports, ui)
	if ui.unit != nil {
		s.load(ui.unit, depth+1)
	}
}

// imported returns the unit that an import directive names.
func (s *Session) imported(u *unit, im *ast.Import) *unit {
	// The file to search beside is the one that holds the directive, which may
	// be an included one.
	from := im.Pos.File
	path, std, err := s.loader.Locate(im.Name, from, true)
	if err == nil {
		key := path
		if std {
			key = "\x00" + path
		}
		if v := s.units[key]; v != nil {
			return v
		}
		var f *source.File
		if f, err = s.loader.Find(im.Name, from, true); err == nil {
			return s.newUnit(key, f)
		}
	}
	d := u.list.Errorf(im.Pos, im.Width, "cannot import \"%s\": %v", im.Name, err)
	if errors.Is(err, source.ErrNotFound) {
		d.Fix("name the directory of %s with -I", im.Name)
	}
	return nil
}

// importsOf yields the import directives among items, those inside of blocks too.
func importsOf(items []ast.Item) iter.Seq[*ast.Import] { return inside[*ast.Import](items) }

// stdole returns the import that stands for importlib("stdole2.tlb") in a file
// that does not import oaidl.idl: those written for automation's type library
// compiler know IDispatch, BSTR and IFontDisp by that alone. Who brings standard
// files of his own has to bring all of them.
func (s *Session) stdole(u *unit) *ast.Import {
	for lib := range inside[*ast.ImportLib](u.file.Items) {
		switch strings.ToLower(lib.Name) {
		case "stdole.tlb", "stdole32.tlb", "stdole2.tlb":
			if _, _, err := s.loader.Locate("stdole2.idl", lib.Pos.File, true); err == nil && !s.brings(u, map[*unit]bool{}) {
				return &ast.Import{Name: "stdole2.idl", Pos: lib.Pos, Width: len("importlib")}
			}
		}
	}
	return nil
}

// brings reports whether u imports oaidl.idl, or a file of one's own that has the
// name of a standard one.
func (s *Session) brings(u *unit, seen map[*unit]bool) bool {
	seen[u] = true
	for _, im := range u.imports {
		if im.unit == nil || seen[im.unit] {
			continue
		}
		name := path.Base(filepath.ToSlash(im.unit.file.Source.Path))
		if own := !im.unit.file.Source.Std; own && s.loader.Standard(name) || strings.EqualFold(name, "oaidl.idl") || s.brings(im.unit, seen) {
			return true
		}
	}
	return false
}

// inside yields the items of one kind, those inside of blocks too.
func inside[T ast.Item](items []ast.Item) iter.Seq[T] {
	var walk func([]ast.Item, func(T) bool) bool
	walk = func(items []ast.Item, yield func(T) bool) bool {
		for _, it := range items {
			if t, ok := it.(T); ok && !yield(t) {
				return false
			}
			var in []ast.Item
			switch it := it.(type) {
			case *ast.Interface:
				in = it.Items
			case *ast.Library:
				in = it.Items
			case *ast.Namespace:
				in = it.Items
			}
			if len(in) > 0 && !walk(in, yield) {
				return false
			}
		}
		return true
	}
	return func(yield func(T) bool) { walk(items, yield) }
}

// module returns the checked form of u. Shared modules are used where u and
// all that it imports stand by themselves.
func (s *Session) module(u *unit) *module {
	order := s.order(u)
	// One file that needs its importer's company makes all of them keep it:
	// types must not exist in two forms in one run.
	ok := true
	for _, g := range order {
		if !s.share(g) && g != u.group {
			ok = false // an imported file does not stand by itself
		}
	}
	if ok {
		return s.shared[u]
	}
	return s.private(u, order)
}

// order returns the groups of u and its imports, imported ones first.
func (s *Session) order(u *unit) []*unitGroup {
	// Groups are found once for each unit; only the order is made anew.
	o := orderer{seen: map[*unitGroup]bool{}}
	if u.group == nil {
		o.find(u)
	}
	o.collect(u.group)
	return o.out
}

type orderer struct {
	n     int
	stack []*unit
	seen  map[*unitGroup]bool
	out   []*unitGroup
}

// find puts u and what it imports into groups, by Tarjan's algorithm. Units
// with a group were dealt with by an earlier call.
func (o *orderer) find(u *unit) {
	o.n++
	u.index, u.low = o.n, o.n
	u.open = true
	o.stack = append(o.stack, u)
	for _, im := range u.imports {
		v := im.unit
		switch {
		case v == nil || v.group != nil:
		case v.index == 0:
			o.find(v)
			u.low = min(u.low, v.low)
		case v.open:
			u.low = min(u.low, v.index)
		}
	}
	if u.low != u.index {
		return
	}
	g := &unitGroup{}
	for {
		v := o.stack[len(o.stack)-1]
		o.stack = o.stack[:len(o.stack)-1]
		v.open, v.group = false, g
		g.units = append(g.units, v)
		if v == u {
			break
		}
	}
	// The unit met first comes first; the rest in the order of the search.
	for i, j := 0, len(g.units)-1; i < j; i, j = i+1, j-1 {
		g.units[i], g.units[j] = g.units[j], g.units[i]
	}
}

// collect lists g and the groups that it depends on.
func (o *orderer) collect(g *unitGroup) {
	if o.seen[g] {
		return
	}
	o.seen[g] = true
	for _, u := range g.units {
		for _, im := range u.imports {
			if im.unit != nil && im.unit.group != g {
				o.collect(im.unit.group)
			}
		}
	}
	o.out = append(o.out, g)
}

// share checks a group with shared modules only and reports whether every
// name in it was found.
func (s *Session) share(g *unitGroup) bool {
	if m := s.shared[g.units[0]]; m != nil {
		return m.whole
	}
	ms := checkGroup(g.units, func(u *unit) *module { return s.shared[u] }, alone, nil)
	// Whole is contagious: who imports what is not whole is not whole either.
	whole := true
	for _, m := range ms {
		whole = whole && !m.unresolved
		for _, im := range m.imports {
			whole = whole && (im.c == m.c || im.whole)
		}
	}
	for i, m := range ms {
		m.whole = whole
		s.shared[g.units[i]] = m
	}
	return whole
}

// result gathers what there is to say about m.
func (s *Session) result(m *module) *Result {
	r := &Result{File: m.out}
	for _, c := range m.closure {
		r.Files = append(r.Files, c.out)
		r.Errors += c.unit.list.Errors() + c.list.Errors()
		r.Diags = append(r.Diags, s.report(c, c == m)...)
		for _, inc := range append([]*source.File{c.unit.file.Source}, c.unit.file.Included...) {
			if !inc.Std && !slices.Contains(r.Reads, inc.Path) {
				r.Reads = append(r.Reads, inc.Path)
			}
		}
	}
	return r
}

// report returns what is to be said of one module. Of imported files errors
// alone are said, and only once in a session.
func (s *Session) report(m *module, root bool) []*diag.Diagnostic {
	var all diag.List
	all.Append(&m.unit.list)
	all.Append(&m.list)
	var out []*diag.Diagnostic
	for _, d := range all.Sorted() {
		if !root && (d.Severity != diag.Error || s.said[saidKey{d.Pos.String(), d.Message}]) {
			continue
		}
		if d.Severity == diag.Error {
			s.said[saidKey{d.Pos.String(), d.Message}] = true
		}
		out = append(out, d)
	}
	if n := all.Dropped(); n > 0 && len(out) > 0 {
		out = append(out, &diag.Diagnostic{Severity: diag.Error, Message: fmt.Sprintf("%s: %d more errors and warnings are not shown", m.unit.file.Source.Path, n)})
	}
	return out
}

// saidKey identifies a diagnostic across modules made of one file.
type saidKey struct{ pos, message string }
