package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/token"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"

	"oxid/idl/tree"
)

// options are the command's flags.
type options struct {
	dir     string
	include []string
	widl    string
	compile bool // build and vet
	types   bool // check types in memory
	builder
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "directory with the .idl files (default: that of Debian's libwine-dev)")
	flag.Func("I", "another directory to look for imports in (repeatable)", func(s string) error {
		o.include = append(o.include, s)
		return nil
	})
	flag.StringVar(&o.widl, "widl", findWidl(), "Wine's compiler, \"\" to do without")
	flag.BoolVar(&o.compile, "build", true, "build and vet what is generated; otherwise check its types alone")
	flag.BoolVar(&o.optimize, "optimize", true, "optimize; without it the build takes half the time")
	flag.StringVar(&o.builder.dir, "o", "", "empty directory for the generated module, to look at it (default: a temporary one)")
	flag.IntVar(&o.parallel, "p", min(2, runtime.NumCPU()), "processes at a time")
	asJSON := flag.Bool("json", false, "print JSON")
	flag.Parse()
	o.types = !o.compile
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := run(ctx, o)
	if err == nil && *asJSON {
		err = r.printJSON(os.Stdout)
	} else if err == nil {
		err = r.print(os.Stdout)
	}
	if err == nil && len(r.faults()) > 0 {
		err = errors.New("not as it should be")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "idl:", err)
		os.Exit(1)
	}
}

// run does everything that the options ask for.
func run(ctx context.Context, o options) (*report, error) {
	if o.dir == "" {
		dir, err := findCorpus()
		if err != nil {
			return nil, err
		}
		o.dir = dir
	}
	files, err := corpusFiles(o.dir)
	if err != nil {
		return nil, err
	}
	include := append([]string{o.dir}, o.include...)
	r := &report{Dir: o.dir, Widl: o.widl, Files: len(files)}
	j, err := judge(files, include)
	if err != nil {
		return nil, err
	}
	r.Verdicts = j.verdicts
	if o.widl != "" {
		verdicts, err := askWidl(ctx, o.widl, include, files, o.parallel)
		if err != nil {
			return nil, err
		}
		r.enterWidl(verdicts)
		r.compareHeaders(verdicts, j.program)
	}
	fset := token.NewFileSet()
	packages, err := parseAll(fset, j.files)
	if err != nil {
		return nil, err
	}
	if err := r.enterGenerated(j, packages); err != nil {
		return nil, err
	}
	if o.types {
		if r.TypeErrors, err = typecheck(fset, packages); err != nil {
			return nil, err
		}
	}
	if o.compile {
		b, err := o.builder.build(ctx, packages)
		if err != nil {
			return nil, err
		}
		r.Building = &b
	}
	return r, nil
}

// enterWidl sets widl's verdicts beside ours.
func (r *report) enterWidl(verdicts map[string]widlVerdict) {
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		w := verdicts[filepath.Join(r.Dir, v.File)]
		v.Widl, v.WidlMessage = "refuses", w.message
		if w.accepted {
			v.Widl = "accepts"
			r.WidlAccepted++
		}
	}
}

// compareHeaders reports the interfaces that widl's headers define and our tree
// does not have, or the other way round: a parser that skips a declaration has
// nothing to be missed.
func (r *report) compareHeaders(verdicts map[string]widlVerdict, p *tree.Program) {
	for _, f := range p.Files {
		v, ok := verdicts[f.Path]
		if !ok || !v.accepted {
			continue
		}
		r.HeaderInterfaces += len(v.interfaces)
		ours := map[string]bool{}
		for i := range f.Interfaces() {
			if i.Complete && !i.WinRT {
				ours[i.Name] = true
			}
		}
		for d := range f.AllDecls() {
			if d, ok := d.(*tree.Dispinterface); ok && d.Complete {
				ours[d.Name] = true
			}
		}
		for _, name := range v.interfaces {
			if !ours[name] {
				r.Missing = append(r.Missing, filepath.Base(f.Path)+": widl's header has "+name+", our tree has not")
			}
			delete(ours, name)
		}
		for name := range ours {
			r.Missing = append(r.Missing, filepath.Base(f.Path)+": our tree has "+name+", widl's header has not")
		}
	}
	slices.Sort(r.Missing)
}

// enterGenerated compares what was generated to what should be, and counts.
func (r *report) enterGenerated(j *judged, packages []*goPackage) error {
	for _, v := range r.Verdicts {
		if v.Accepted {
			r.Accepted++
		}
	}
	paths := map[*tree.File]string{}
	for _, f := range j.files {
		paths[f.Source] = f.ImportPath
		r.Bytes += len(f.Content)
	}
	have, err := findAll(packages)
	if err != nil {
		return err
	}
	o := compare(expect(j.program, paths), have, j.said)
	r.Generated, r.Packages = len(j.files), len(packages)
	r.Objects, r.RPC, r.Methods, r.Plain = o.objects, o.rpc, o.methods, o.plain
	r.CarveOut, r.Missing = o.carved, append(r.Missing, o.missing...)
	r.LocalIfaces, r.CarvedMethods = r.count(carvedLocal), r.count(carvedForm)
	return nil
}
