package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"

	"oxid/com"
	"oxid/idl/gen"
)

// goFile is one generated file, parsed.
type goFile struct {
	gen.File
	syntax *ast.File
}

// goPackage is one generated package.
type goPackage struct {
	path, name string
	files      []*goFile
}

// parseAll parses the generated files. Packages are in the order of
// generation: imported before importing.
func parseAll(fset *token.FileSet, files []gen.File) ([]*goPackage, error) {
	byPath := map[string]*goPackage{}
	var out []*goPackage
	for _, f := range files {
		syntax, err := parser.ParseFile(fset, path.Join(f.ImportPath, f.Name), f.Content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p := byPath[f.ImportPath]
		if p == nil {
			p = &goPackage{path: f.ImportPath, name: f.Package}
			byPath[f.ImportPath] = p
			out = append(out, p)
		}
		p.files = append(p.files, &goFile{f, syntax})
	}
	return out, nil
}

// side is which operations one side knows.
type side map[int]bool

// found is an interface that generated Go code has proxy and stub, or client
// and server, for.
type found struct {
	client, server side
}

// foundKey identifies an interface in generated code.
type foundKey struct {
	pkg, name string
	id        com.GUID
	object    bool
}

// findAll looks through the syntax of the packages.
func findAll(packages []*goPackage) (map[foundKey]*found, error) {
	all := map[foundKey]*found{}
	for _, p := range packages {
		f := finder{ids: map[string]com.GUID{}, methods: map[string]side{}, cases: map[string]side{}, clients: map[string]string{}}
		// Identifiers and methods first: registrations refer to them.
		for _, file := range p.files {
			for _, d := range file.syntax.Decls {
				switch d := d.(type) {
				case *ast.GenDecl:
					f.identifiers(d)
				case *ast.FuncDecl:
					f.function(d)
				}
			}
		}
		for _, file := range p.files {
			ast.Inspect(file.syntax, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok {
					return true
				}
				key, x := f.registration(lit)
				if x == nil {
					return true
				}
				key.pkg = p.path
				if all[key] != nil {
					f.err = fmt.Errorf("%s has two registrations of %s", p.path, key.name)
				}
				all[key] = x
				return false
			})
		}
		if f.err != nil {
			return nil, f.err
		}
	}
	return all, nil
}

// finder collects what one package declares.
type finder struct {
	ids     map[string]com.GUID // variables that hold a GUID or a syntax
	methods map[string]side     // operations that the methods of a type send
	cases   map[string]side     // operations that a type's dispatch function knows
	clients map[string]string   // client types by the syntax variable that they negotiate
	err     error
}

// identifiers notes variables with a GUID: IID_X = com.MustGUID("..."), or a
// dcerpc.SyntaxID around one.
func (f *finder) identifiers(d *ast.GenDecl) {
	for _, s := range d.Specs {
		v, ok := s.(*ast.ValueSpec)
		if !ok || len(v.Names) != 1 || len(v.Values) != 1 {
			continue
		}
		value := v.Values[0]
		if lit, ok := value.(*ast.CompositeLit); ok && selected(lit.Type) == "dcerpc.SyntaxID" {
			value = field(lit, "UUID")
		}
		call, ok := value.(*ast.CallExpr)
		if !ok || selected(call.Fun) != "com.MustGUID" || len(call.Args) != 1 {
			continue
		}
		id, err := com.ParseGUID(text(call.Args[0]))
		if err != nil {
			f.err = err
			continue
		}
		f.ids[v.Names[0].Name] = id
	}
}

// function notes what a function has to do with operations.
func (f *finder) function(d *ast.FuncDecl) {
	receiver := ""
	if d.Recv != nil && len(d.Recv.List) == 1 {
		if star, ok := d.Recv.List[0].Type.(*ast.StarExpr); ok {
			receiver = fmt.Sprint(star.X)
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			switch {
			case !ok || len(n.Args) < 2:
			// A proxy begins a call, a client makes one.
			case sel.Sel.Name == "Begin":
				note(f.methods, receiver, n.Args[1])
			case sel.Sel.Name == "NewCall":
				note(f.methods, receiver, n.Args[0])
			case sel.Sel.Name == "Context" && receiver == "" && d.Type.Results != nil:
				if star, ok := d.Type.Results.List[0].Type.(*ast.StarExpr); ok {
					f.clients[fmt.Sprint(n.Args[1])] = fmt.Sprint(star.X)
				}
			}
		case *ast.SwitchStmt:
			if what := selected(n.Tag); d.Name.Name == "Invoke" && what == "m.Op" || d.Name.Name == "ServeRPC" && strings.HasSuffix(what, ".Opnum") {
				for _, c := range n.Body.List {
					for _, e := range c.(*ast.CaseClause).List {
						note(f.cases, receiver, e)
					}
				}
			}
		}
		return true
	})
}

// note enters an operation number.
func note(m map[string]side, receiver string, e ast.Expr) {
	n, err := strconv.Atoi(text(e))
	if err != nil {
		return // handed through by a helper
	}
	if m[receiver] == nil {
		m[receiver] = side{}
	}
	m[receiver][n] = true
}

// registration reads com.Desc{...} of an interface with a proxy, and
// dcerpc.Interface{...}.
func (f *finder) registration(lit *ast.CompositeLit) (foundKey, *found) {
	switch selected(lit.Type) {
	case "com.Desc":
		proxy, stub := made(field(lit, "NewProxy")), made(field(lit, "NewStub"))
		if proxy == "" || stub == "" {
			return foundKey{}, nil
		}
		return foundKey{name: text(field(lit, "Name")), id: f.ids[fmt.Sprint(field(lit, "IID"))], object: true},
			&found{f.methods[proxy], f.cases[stub]}
	case "dcerpc.Interface":
		syntax := fmt.Sprint(field(lit, "Syntax"))
		handler := ""
		if u, ok := field(lit, "Handler").(*ast.UnaryExpr); ok {
			if h, ok := u.X.(*ast.CompositeLit); ok {
				handler = fmt.Sprint(h.Type)
			}
		}
		return foundKey{name: text(field(lit, "Name")), id: f.ids[syntax]}, &found{f.methods[f.clients[syntax]], f.cases[handler]}
	}
	return foundKey{}, nil
}

// made returns the type that a function literal makes with new.
func made(e ast.Expr) (name string) {
	if e == nil {
		return ""
	}
	ast.Inspect(e, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && fmt.Sprint(call.Fun) == "new" && len(call.Args) == 1 {
			name = fmt.Sprint(call.Args[0])
		}
		return name == ""
	})
	return name
}

// field returns the value of a field in a composite literal, nil when absent.
func field(lit *ast.CompositeLit, name string) ast.Expr {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && fmt.Sprint(kv.Key) == name {
			return kv.Value
		}
	}
	return nil
}

// selected returns "pkg.Name" of a selector, "" of anything else.
func selected(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		return fmt.Sprint(s.X) + "." + s.Sel.Name
	}
	return ""
}

// text returns the value of a literal: a string without quotes, or a number.
func text(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	if s, err := strconv.Unquote(lit.Value); err == nil {
		return s
	}
	return lit.Value
}

// syntaxOf returns the files of a package for the type checker.
func syntaxOf(p *goPackage) (files []*ast.File) {
	for _, f := range p.files {
		files = append(files, f.syntax)
	}
	return files
}
