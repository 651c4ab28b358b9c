// Package idlcmd is the verb "oxid idl": the interface definition compiler.
package idlcmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"oxid/idl"
	"oxid/idl/diag"
	"oxid/idl/gen"
	"oxid/idl/print"
	"oxid/idl/source"
)

// progressFrom is the number of files from which progress is shown.
const progressFrom = 5

// flags are the verb's options.
type flags struct {
	idl.Options
	out        string
	check      bool
	print      string
	depfile    string
	json       bool
	quiet      bool
	pkg        string
	importPath string
	prefix     string
	paths      []string
	all        bool

	said map[source.Pos]bool // methods of which the checker said that they cannot travel
}

// Command returns the verb.
func Command() *cobra.Command {
	f := flags{said: map[source.Pos]bool{}}
	cmd := &cobra.Command{
		Use:   "idl FILE.idl...",
		Short: "Compile interface definitions to Go proxies and stubs",
		Long: "Checks IDL files as MIDL and widl accept them, and writes a Go file for each: interface types,\n" +
			"values, proxies, stubs, plain RPC clients and servers. Imports are found beside the importing file, in\n" +
			"the directories of -I, and last in the built-in standard files (unknwn.idl, oaidl.idl, ...).\n\n" +
			"In a Go file:  //go:generate go tool oxid idl calc.idl",
		Example: "  oxid idl calc.idl                       writes calc.go beside it\n" +
			"  oxid idl -I include -D UNICODE=1 --package opc *.idl\n" +
			"  oxid idl --all --prefix example.org/api -o api *.idl\n" +
			"  oxid idl --check calc.idl               messages alone\n" +
			"  oxid idl --print=json calc.idl          the checked description\n" +
			"  oxid idl --check --json calc.idl        messages for editors, a JSON object a line",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&f.Include, "include", "I", nil, "directory to look for imports in (repeatable)")
	fl.StringArrayVarP(&f.Defines, "define", "D", nil, "macro, NAME or NAME=VALUE (repeatable)")
	fl.StringVarP(&f.out, "output", "o", "", "Go file to write (one input), or directory")
	fl.StringVar(&f.pkg, "package", "", "name of the one Go package that all inputs go into; under go generate, that of the directory")
	fl.StringVar(&f.importPath, "import-path", "", "import path of that package")
	fl.StringVar(&f.prefix, "prefix", "", "import path under which the packages of imported files are")
	fl.StringArrayVar(&f.paths, "map", nil, "FILE.idl=IMPORT/PATH of the package of an imported file (repeatable)")
	fl.BoolVar(&f.all, "all", false, "generate what the inputs import, too, each package in a directory of its own below -o; needs --prefix")
	fl.BoolVar(&f.check, "check", false, "check only, write no Go")
	fl.StringVar(&f.print, "print", "", "print the checked description, as \"idl\" (normal form) or \"json\"")
	fl.Lookup("print").NoOptDefVal = "idl"
	fl.StringVar(&f.depfile, "depfile", "", "write a make rule with all files that were read")
	fl.BoolVar(&f.json, "json", false, "messages as JSON, an object a line")
	fl.BoolVar(&f.NoStd, "no-std", false, "do without the built-in standard files")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no warnings and no progress")
	return cmd
}

func (f *flags) run(args []string, stdout, stderr io.Writer) error {
	if f.print != "" && f.print != "idl" && f.print != "json" {
		return fmt.Errorf("--print=%s: want idl or json", f.print)
	}
	if len(args) > 1 && strings.HasSuffix(f.out, ".go") && f.pkg == "" {
		return errors.New("-o names one Go file, but there are several inputs: name a directory")
	}
	if f.all && (f.prefix == "" || f.out == "" || strings.HasSuffix(f.out, ".go")) {
		return errors.New("--all makes a package of each file: name their import path with --prefix and a directory with -o")
	}
	// Messages go where they are wanted: text for people to standard error,
	// JSON for programs to standard output.
	messages := stderr
	if f.json {
		messages = stdout
	}
	report := idl.Report{W: messages, JSON: f.json, NoWarnings: f.quiet}
	if len(args) >= progressFrom && !f.quiet && !f.json {
		report.Progress = func(done, total int, path string) {
			if done%25 == 0 || total < 25 {
				fmt.Fprintf(stderr, "[%d/%d] %s\n", done+1, total, path)
			}
		}
	}
	var reads []string
	seen := map[string]bool{}
	report.Each = func(path string, r *idl.Result) error {
		for _, p := range r.Reads {
			if !seen[p] {
				seen[p] = true
				reads = append(reads, p)
			}
		}
		for _, d := range r.Diags {
			if strings.Contains(d.Message, " cannot travel: ") {
				f.said[d.Pos] = true
			}
		}
		switch {
		case f.print == "idl" && r.Errors == 0:
			return print.IDL(stdout, r.File)
		case f.print == "json" && r.Errors == 0:
			return print.JSON(stdout, r.File)
		}
		return nil
	}
	sum, err := idl.Run(args, f.Options, report)
	if err != nil {
		return err
	}
	if sum.Refused > 0 {
		return fmt.Errorf("%d of %d files refused, %d errors", sum.Refused, sum.Files, sum.Errors)
	}
	if f.check || f.print != "" {
		if f.print == "" && !f.quiet && !f.json {
			fmt.Fprintf(stderr, "%d files checked, %d warnings\n", sum.Files, sum.Warnings)
		}
		return f.writeDepfile("check", reads)
	}
	outputs, err := f.generate(sum, args, messages)
	if err != nil {
		return err
	}
	return f.writeDepfile(strings.Join(outputs, " "), reads)
}

// generate writes the Go files and returns their names.
func (f *flags) generate(sum idl.Summary, args []string, messages io.Writer) (outputs []string, err error) {
	o := gen.Options{Package: f.pkg, ImportPath: f.importPath, Prefix: f.prefix, Paths: map[string]string{}, All: f.all}
	for _, m := range f.paths {
		file, pkg, ok := strings.Cut(m, "=")
		if !ok {
			return nil, fmt.Errorf("--map %s: want FILE.idl=IMPORT/PATH", m)
		}
		o.Paths[file] = pkg
	}
	if o.Package == "" && !f.all && f.out == "" {
		o.Package = packageHere(args)
	}
	files, diags := gen.Generate(sum.Program, o)
	if err := f.tell(messages, diags); err != nil {
		return nil, err
	}
	if idl.HasErrors(diags) {
		return nil, errors.New("nothing was generated")
	}
	dirs := map[string]string{} // of the inputs, by base name
	for _, a := range args {
		dirs[filepath.Base(a)] = filepath.Dir(a)
	}
	names := make([]string, len(files))
	packages := map[string]gen.File{} // by directory
	for i, g := range files {
		name := filepath.Join(dirs[filepath.Base(g.Source.Path)], g.Name)
		switch {
		case f.all:
			name = filepath.Join(f.out, path.Base(g.ImportPath), g.Name)
		case strings.HasSuffix(f.out, ".go"):
			name = f.out
		case f.out != "":
			name = filepath.Join(f.out, g.Name)
		}
		names[i] = name
		dir := filepath.Dir(name)
		if other, ok := packages[dir]; ok && other.Package != g.Package {
			return nil, fmt.Errorf("%s and %s would be two packages in one directory: name one for both with --package, "+
				"or give each a directory of its own with --all, --prefix and -o", other.Name, g.Name)
		}
		packages[dir] = g
	}
	for i, g := range files {
		if err := os.MkdirAll(filepath.Dir(names[i]), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(names[i], g.Content, 0o644); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// packageHere returns the package that go generate runs in, "" when it does not
// or when not all outputs would be in its directory: a directory can hold one
// package only.
func packageHere(args []string) string {
	for _, a := range args {
		if filepath.Dir(a) != "." {
			return ""
		}
	}
	return strings.TrimSuffix(os.Getenv("GOPACKAGE"), "_test")
}

// tell prints the generator's messages in the form of the checker's. What the
// checker said of a method that cannot travel is not said again.
func (f *flags) tell(w io.Writer, diags []*diag.Diagnostic) error {
	for _, d := range diags {
		if d.Severity != diag.Error && (f.quiet || f.said[d.Pos]) {
			continue
		}
		var err error
		if f.json {
			err = diag.JSON(w, d)
		} else {
			err = diag.Text(w, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeDepfile writes a rule for make and ninja.
func (f *flags) writeDepfile(target string, reads []string) error {
	if f.depfile == "" {
		return nil
	}
	escape := strings.NewReplacer(" ", `\ `, "#", `\#`, "$", "$$")
	rule := target + ":"
	for _, r := range reads {
		rule += " \\\n  " + escape.Replace(r)
	}
	return os.WriteFile(f.depfile, []byte(rule+"\n"), 0o644)
}
