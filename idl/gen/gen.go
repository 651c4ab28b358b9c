package gen

import (
	"fmt"
	"path"
	"strings"

	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// Options say what is generated.
type Options struct {
	// Package is the name of the one Go package that all root files, and what
	// lies on the way from one to another, go into. "" makes a package of each
	// file, or of files that import each other in a circle, named after it.
	Package string
	// ImportPath is the import path of Package; it is needed only when other
	// generated packages import it.
	ImportPath string
	// Prefix is the import path under which the packages of other files are:
	// Prefix + "/" + package name.
	Prefix string
	// Paths are the import paths of the packages of single files, by the
	// file's name or path as written in import directives.
	Paths map[string]string
	// Also names imported files, without directories, that are generated as if
	// they were roots.
	Also []string
	// Types are Go types that stand for IDL types by their name; see [GoType].
	Types map[string]GoType
	// All generates every file of the program that is not of the standard set,
	// instead of the roots alone.
	All bool
}

// GoType is a Go type that stands for an IDL type: for an alias that is
// transmitted as another type ([wire_marshal]), or for a structure.
//
// Its pointer has the methods of a generated structure: EncodeNDR and
// DecodeNDR for the flat part, EncodeDeferredNDR and DecodeDeferredNDR for
// what its embedded pointers lead to, and ReleaseNDR, which gives back the
// interface pointers inside. They must encode exactly what the IDL type
// describes, and its zero value must be valid: it is what a failed method has
// on the wire.
type GoType struct {
	Import string // import path, "" for predeclared types
	Name   string // the type's name in that package
	// Plain says that its values have no interface pointers inside, and no
	// ReleaseNDR.
	Plain bool
}

// File is one generated file.
type File struct {
	Name       string // "calc.go"
	Package    string // the package clause
	ImportPath string // of the package; "" when nothing told it
	Source     *tree.File
	Content    []byte
}

// Generate prints the Go code of the roots of p, and of the files that share a
// package with them. The diagnostics are those of printing alone, in order of
// the files: an error means that no file is returned, a warning names a method
// or an interface that has been refused and why, a note what was left out as
// the language demands it ([local], WinRT). The same input gives the same
// output, byte for byte.
func Generate(p *tree.Program, o Options) ([]File, []*diag.Diagnostic) {
	// Who asks for much is told of all that was left out: one line a method.
	g := &generator{prog: p, opt: o, list: diag.List{Unbounded: true}}
	// A tree with errors has holes in it that printing would fall into.
	for _, f := range p.Files {
		if f.Errors > 0 {
			g.list.Errorf(source.Pos{}, 1, "%s has errors: nothing can be generated from it", f.Path)
		}
	}
	if g.list.Errors() > 0 {
		return nil, g.list.All()
	}
	// Each step needs all packages to have been through the one before.
	g.assignPackages()
	g.dispInterfaces()
	g.declareAll()
	g.collectTags()
	g.refuseInterfaces()
	g.refuseTypes()
	g.planAll()
	var out []File
	for _, pk := range g.packages {
		if !pk.emit {
			continue
		}
		names := newScope()
		for _, f := range pk.files {
			text, err := g.printFile(pk, f)
			if err != nil {
				g.list.Errorf(source.Pos{}, 1, "internal error: the Go code for %s cannot be parsed: %v", f.Path, err).
					Fix("please report it together with the IDL file")
				continue
			}
			out = append(out, File{Name: names.take(outputName(f)) + ".go", Package: pk.name, ImportPath: pk.path, Source: f, Content: text})
		}
	}
	// Half of a package would only hide the error behind those of the compiler.
	if g.list.Errors() > 0 {
		out = nil
	}
	return out, g.list.All()
}

// generator is the state of one run.
type generator struct {
	prog     *tree.Program
	opt      Options
	list     diag.List
	packages []*pkg
	byFile   map[*tree.File]*pkg

	names    map[any]string // Go names of types and their members, by tree node
	ifaces   map[*tree.Interface]*iface
	refused  map[tree.Type]string // why a type has no Go form, "" for those that have
	inStruct map[tree.Type]bool   // types whose Go form is being looked for
	dispIDs  map[tree.Decl][]dispID
	disps    map[*tree.File][]*tree.Interface // of dispinterfaces
	dispOf   map[*tree.Interface]*tree.Dispinterface
	tags     map[*tree.Union]tree.Type // of unions without a switch_type: see tags.go

	wide bool // enumerations have 32 bits on the wire: see wideEnums
}

// outputName is the name of the Go file for f, without its ending.
func outputName(f *tree.File) string {
	base := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	base = strings.TrimSuffix(base, path.Ext(base))
	name := strings.ToLower(base)
	if i := strings.LastIndexByte(name, '_'); i >= 0 && strings.Contains(platforms, " "+name[i+1:]+" ") {
		name += "_idl" // the go command would build it on that platform only
	}
	return name
}

// platforms are the endings of file names that the go command gives meaning to.
const platforms = " test aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9" +
	" solaris wasip1 windows zos 386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm "

// refusal is a reason why something cannot be generated.
type refusal struct{ why string }

// Error implements error.
func (r *refusal) Error() string { return r.why }

// refuse makes the reason why something cannot be generated.
func refuse(format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...)}
}
