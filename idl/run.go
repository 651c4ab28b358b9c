package idl

import (
	"fmt"
	"io"

	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/tree"
)

// Report says how [Run] tells about its work.
type Report struct {
	// W receives the messages; nil drops them.
	W io.Writer
	// JSON asks for one JSON object a line instead of text.
	JSON bool
	// NoWarnings drops warnings.
	NoWarnings bool
	// Progress, when not nil, is called before each file with the number of
	// files done, their total and the path.
	Progress func(done, total int, path string)
	// Each, when not nil, is called with each result after its messages were
	// written. Run stops when it returns an error.
	Each func(path string, r *Result) error
}

// Summary is what a run came to.
type Summary struct {
	Program *tree.Program
	// Files is the number of files named, Refused how many of them cannot be
	// used, Errors and Warnings the messages.
	Files, Refused, Errors, Warnings int
}

// Run checks files one after the other and reports on each. Unlike [Compile]
// it goes on after a file that cannot be read, which is reported like any
// other fault. The error is that of the writer or of Each.
func Run(paths []string, o Options, rep Report) (Summary, error) {
	c := New(o)
	s := Summary{Files: len(paths)}
	var results []*Result
	for i, p := range paths {
		if rep.Progress != nil {
			rep.Progress(i, len(paths), p)
		}
		r, err := c.Check(p)
		if err != nil {
			s.Refused++
			s.Errors++
			d := &diag.Diagnostic{Severity: diag.Error, Pos: source.Pos{File: source.NewFile(p, "")}, Width: 1, Message: fmt.Sprintf("cannot read the file: %v", err)}
			if err := rep.write(d); err != nil {
				return s, err
			}
			continue
		}
		results = append(results, r)
		if r.Errors > 0 {
			s.Refused++
		}
		for _, d := range r.Diags {
			if d.Severity == diag.Error {
				s.Errors++
			} else {
				s.Warnings++
			}
			if err := rep.write(d); err != nil {
				return s, err
			}
		}
		if rep.Each != nil {
			if err := rep.Each(p, r); err != nil {
				return s, err
			}
		}
	}
	s.Program = Join(results...)
	return s, nil
}

// write writes one message in the form that was asked for.
func (rep *Report) write(d *diag.Diagnostic) error {
	switch {
	case rep.W == nil, rep.NoWarnings && d.Severity != diag.Error:
		return nil
	case rep.JSON:
		return diag.JSON(rep.W, d)
	}
	return diag.Text(rep.W, d)
}
