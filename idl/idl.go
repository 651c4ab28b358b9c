package idl

import (
	"io/fs"
	"slices"

	"oxid/idl/check"
	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/std"
	"oxid/idl/tree"
)

// Options say where files are and what they see. The zero Options read the
// operating system's files, with the embedded standard files behind them.
type Options struct {
	// Include are the directories of -I, searched in order after the one of
	// the importing file.
	Include []string
	// Defines are the macros of -D: NAME or NAME=VALUE.
	Defines []string
	// FS is where files are; nil means the operating system's. Paths are
	// then slash-separated and relative, as [fs.ValidPath] says.
	FS fs.FS
	// MaxFile bounds the size of one file in bytes; 0 means 8 MiB.
	MaxFile int64
	// NoStd leaves the embedded standard files out.
	NoStd bool
}

// Compiler checks files. Files that several others import are read and
// checked once. It is not safe for concurrent use; the trees that it returns
// are.
type Compiler struct {
	session *check.Session
}

// New returns a compiler.
func New(o Options) *Compiler {
	l := &source.Loader{Include: o.Include, FS: o.FS, MaxFile: o.MaxFile}
	if !o.NoStd {
		l.Std = std.Files
	}
	return &Compiler{session: check.New(l, o.Defines)}
}

// Result is what one file means.
type Result struct {
	// Program has the file as its only root.
	Program *tree.Program
	// File is that root.
	File *tree.File
	// Diags are the messages, in source order: all of the file's own, and
	// errors of imported files that were not returned with an earlier file.
	Diags []*diag.Diagnostic
	// Errors counts the errors in the file and all that it imports. Code must
	// not be generated when it is not 0.
	Errors int
	// Reads are the paths of all files that were read for this one, itself
	// included, the embedded ones not: what a dependency file lists.
	Reads []string
}

// Check checks the file at path and what it imports. The error is not nil
// only when the file itself cannot be read; it then wraps
// [source.ErrNotFound], [source.ErrTooLarge] or the cause.
func (c *Compiler) Check(path string) (*Result, error) {
	r, err := c.session.Check(path)
	if err != nil {
		return nil, err
	}
	return &Result{
		Program: &tree.Program{Roots: []*tree.File{r.File}, Files: r.Files},
		File:    r.File, Diags: r.Diags, Errors: r.Errors, Reads: r.Reads,
	}, nil
}

// Join makes one program of several results of one compiler: the roots in
// order, and every file once. Only a file that relies on names of its
// importers may occur more than once: when they mean different things by them.
func Join(results ...*Result) *tree.Program {
	p := &tree.Program{}
	seen := map[*tree.File]bool{}
	for _, r := range results {
		p.Roots = append(p.Roots, r.Program.Roots...)
		for _, f := range r.Program.Files {
			if !seen[f] {
				seen[f] = true
				p.Files = append(p.Files, f)
			}
		}
	}
	return p
}

// Compile checks files with one compiler and returns the program of them all
// with all messages. The error is not nil when a file cannot be read; a faulty
// file is told by its messages.
func Compile(paths []string, o Options) (*tree.Program, []*diag.Diagnostic, error) {
	c := New(o)
	var results []*Result
	var diags []*diag.Diagnostic
	for _, p := range paths {
		r, err := c.Check(p)
		if err != nil {
			return nil, diags, &ReadError{Path: p, Err: err}
		}
		results = append(results, r)
		diags = append(diags, r.Diags...)
	}
	return Join(results...), diags, nil
}

// HasErrors reports whether one of the messages is an error.
func HasErrors(ds []*diag.Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d *diag.Diagnostic) bool { return d.Severity == diag.Error })
}

// ReadError is a file named by the caller that cannot be read.
type ReadError struct {
	Path string
	Err  error
}

// Error implements error.
func (e *ReadError) Error() string { return "cannot read " + e.Path + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }
