package check

import (
	"path/filepath"

	"oxid/idl/ast"
	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// module is a file being checked, or checked.
type module struct {
	unit    *unit
	out     *tree.File
	c       *checker // what checked it; modules of one circle share one
	imports []*module
	// closure is everything that the module sees: what it imports, imported
	// before importing, and itself last.
	closure []*module
	list    diag.List
	// unresolved is true when a name was not found.
	unresolved bool
	// whole is true when the module and all that it imports stand by themselves.
	whole bool

	types, values, tags names
	memo                map[memoKey]*symbol
	// borrowed are the names that neither the module nor its imports declare,
	// with what was found for them elsewhere; nil for nothing. Only modules
	// that look elsewhere have them.
	borrowed map[memoKey]*symbol
	reported map[string]bool // unknown names that were reported
}

// names are the symbols of one name space of one file.
type names map[string]*symbol

// space is one of the name spaces of IDL: types and interfaces, constants and
// enum members, tags of structs, unions and enums.
type space uint8

const (
	typeSpace space = iota
	valueSpace
	tagSpace
)

type memoKey struct {
	space space
	name  string
}

// in returns the names of one space.
func (m *module) in(s space) names {
	switch s {
	case typeSpace:
		return m.types
	case valueSpace:
		return m.values
	}
	return m.tags
}

// symbol is a declared name.
type symbol struct {
	name string
	pos  source.Pos // the first declaration, be it an announcement
	mod  *module
	// thing is what is declared: a tree.Type or tree.Decl, *tree.EnumMember.
	thing any
	// defined is true when the body was seen and not only an announcement.
	defined bool
	// implicit marks an announcement by mere use: struct s *p.
	implicit bool
}

// checker checks the modules of one group.
type checker struct {
	modules []*module
	company companyKind
	// beside are modules that those in company see too.
	beside []*module
	// todo holds what is still to be filled in, by the thing to be filled.
	todo map[any]func()
	busy map[any]bool
	// structs, unions and enums are the things declared by specifiers.
	structs map[*ast.StructSpec]*tree.Struct
	unions  map[*ast.UnionSpec]*tree.Union
	enums   map[*ast.EnumSpec]*tree.Enum
	// ready tells which members of enums were evaluated.
	ready map[*tree.EnumMember]bool
	// outer is the struct that the body of an inner struct or union stands in.
	outer map[any]*tree.Struct
	// depth counts declarations that are being filled in because others need them.
	depth int
	// frozen are the structs and unions that get their layouts at the end,
	// those held by value before those that hold them.
	frozen []interface{ Freeze() }
	// late are the checks that need everything filled in.
	late []func()
	// interfaces are those to be numbered, with the state of that.
	interfaces []*ifaceWork
	work       map[*tree.Interface]*ifaceWork
	carried    map[any]string // why a type cannot travel; see carry.go
}

// scope is where a declaration stands.
type scope struct {
	m      *module
	ns     string // namespace, with a dot at the end, or ""
	iface  *tree.Interface
	parent tree.Decl
	// typeParams are the parameters of a generic interface.
	typeParams map[string]bool
	pointer    tree.PtrKind
	winrt      bool
	list       *[]tree.Decl // where declarations go
}

// companyKind says what modules see besides themselves and what they import.
type companyKind uint8

const (
	// alone: nothing.
	alone companyKind = iota
	// borrowing: each other, and the modules beside them, for names that
	// they do not even announce.
	borrowing
	// together: the same, and a definition goes before an announcement of
	// their own, as in one long text.
	together
)

// checkGroup checks units that may import each other. get returns the modules
// of other groups, beside are the modules for company.
func checkGroup(units []*unit, get func(*unit) *module, company companyKind, beside []*module) []*module {
	c := declareGroup(units, get, company, beside)
	for _, m := range c.modules {
		c.resolveModule(m)
	}
	c.finish()
	for _, m := range c.modules {
		m.out.Errors = m.unit.list.Errors() + m.list.Errors()
	}
	return c.modules
}

// declareGroup enters the names that units declare, without looking at what
// they mean.
func declareGroup(units []*unit, get func(*unit) *module, company companyKind, beside []*module) *checker {
	c := &checker{
		company: company, beside: beside, todo: map[any]func(){}, busy: map[any]bool{},
		structs: map[*ast.StructSpec]*tree.Struct{}, unions: map[*ast.UnionSpec]*tree.Union{},
		enums: map[*ast.EnumSpec]*tree.Enum{}, outer: map[any]*tree.Struct{},
		ready: map[*tree.EnumMember]bool{}, work: map[*tree.Interface]*ifaceWork{}, carried: map[any]string{},
	}
	mine := map[*unit]*module{}
	for _, u := range units {
		m := &module{
			unit: u, c: c, types: names{}, values: names{}, tags: names{},
			memo: map[memoKey]*symbol{}, reported: map[string]bool{}, borrowed: map[memoKey]*symbol{},
			out: &tree.File{Path: u.file.Source.Path, Std: u.file.Source.Std, Doc: u.file.Doc},
		}
		m.out.Name = filepath.Base(m.out.Path)
		mine[u] = m
		c.modules = append(c.modules, m)
	}
	for _, m := range c.modules {
		for _, im := range m.unit.imports {
			ti := &tree.Import{Name: im.Name, Pos: im.Pos}
			m.out.Imports = append(m.out.Imports, ti)
			v := mine[im.unit]
			// Files outside of the group were checked before.
			if v == nil && im.unit != nil {
				v = get(im.unit)
			}
			if v != nil {
				ti.File = v.out
				m.imports = append(m.imports, v)
			}
		}
	}
	for _, m := range c.modules {
		m.see(m, map[*module]bool{})
	}
	for _, m := range c.modules {
		c.declareModule(m)
	}
	return c
}

// see adds to m.closure what v imports and v itself.
func (m *module) see(v *module, seen map[*module]bool) {
	seen[v] = true
	for _, im := range v.imports {
		if !seen[im] {
			m.see(im, seen)
		}
	}
	m.closure = append(m.closure, v)
}

// finish runs the checks that need all types, and computes layouts.
func (c *checker) finish() {
	for _, w := range c.interfaces {
		c.number(w)
	}
	for _, t := range c.frozen {
		t.Freeze()
	}
	// A late check may find more to check.
	for len(c.late) > 0 {
		late := c.late
		c.late = nil
		for _, f := range late {
			f()
		}
	}
	for _, w := range c.interfaces {
		c.checkInterface(w)
	}
}

// ensure fills in thing if that was not done yet. It reports false when thing
// is just being filled in, which means that it depends on itself.
func (c *checker) ensure(thing any) bool {
	f := c.todo[thing]
	if f == nil {
		return !c.busy[thing]
	}
	delete(c.todo, thing)
	c.busy[thing] = true
	c.depth++
	f()
	c.depth--
	delete(c.busy, thing)
	return true
}

// maxDepends bounds how far one declaration may depend on later ones; each
// step is a level of calls.
const maxDepends = 400

// lookup finds name in the scope: in the file itself, in what it imports, and
// in files that are checked in common.
func (x *scope) lookup(s space, name string) *symbol {
	for ns := x.ns; ns != ""; ns = outerNamespace(ns) {
		if sym := x.m.find(s, ns+name); sym != nil {
			return sym
		}
	}
	return x.m.find(s, name)
}

// outerNamespace turns "A.B." into "A.".
func outerNamespace(ns string) string {
	for i := len(ns) - 2; i >= 0; i-- {
		if ns[i] == '.' {
			return ns[:i+1]
		}
	}
	return ""
}

// find looks a full name up. A definition is preferred to an announcement.
func (m *module) find(s space, name string) *symbol {
	// What the file says itself goes before what it imports.
	own := m.in(s)[name]
	if own != nil && own.defined {
		return own
	}
	// Most names are used many times; the search through all imports is done once.
	key := memoKey{s, name}
	if sym, ok := m.memo[key]; ok {
		return sym
	}
	best := own
	consider := func(v *module) bool {
		sym := v.in(s)[name]
		if sym == nil || v == m {
			return false
		}
		if best == nil || sym.defined && !best.defined {
			best = sym
		}
		return best.defined
	}
	found := false
	for _, v := range m.closure {
		if found = consider(v); found {
			break
		}
	}
	// In common company a name may come from a file that is not imported here.
	if !found && (m.c.company == together || m.c.company == borrowing && best == nil) {
		for _, v := range m.c.modules {
			if found = consider(v); found {
				break
			}
		}
		if !found {
			best = lookBeside(best, m.c.beside, key)
			m.borrowed[key] = best
		}
	}
	m.memo[key] = best
	return best
}

// lookBeside looks for a definition of a name of which have is all that was
// found so far: nothing, or an announcement.
func lookBeside(have *symbol, beside []*module, key memoKey) *symbol {
	for _, v := range beside {
		sym := v.in(key.space)[key.name]
		if sym != nil && (have == nil || sym.defined && !have.defined) {
			have = sym
		}
		if have != nil && have.defined {
			break
		}
	}
	return have
}
