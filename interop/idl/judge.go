package main

import (
	"fmt"
	"path/filepath"

	"oxid/idl"
	"oxid/idl/diag"
	"oxid/idl/gen"
	"oxid/idl/tree"
)

// prefix is the module that the generated packages are in.
const prefix = "wine"

// verdict is what became of one file.
type verdict struct {
	File     string `json:"file"`
	Accepted bool   `json:"accepted"`
	// Widl is "accepts", "refuses", or "" when widl was not asked.
	Widl        string `json:"widl,omitempty"`
	WidlMessage string `json:"widl_message,omitempty"`
	// Message is the first error of ours, with its place; Errors counts them.
	Message string `json:"message,omitempty"`
	Help    string `json:"help,omitempty"`
	Errors  int    `json:"errors,omitempty"`
	// Nameless tells that an error neither has a place nor names the fault.
	Nameless bool `json:"nameless,omitempty"`
}

// judged is the corpus after our compiler.
type judged struct {
	verdicts []verdict
	program  *tree.Program // of the accepted files and their imports
	files    []gen.File
	said     []*diag.Diagnostic // by the generator
}

// judge checks every file and generates what is accepted, with its imports.
func judge(files, include []string) (*judged, error) {
	c := idl.New(idl.Options{Include: include})
	j := &judged{}
	var accepted []*idl.Result
	for _, f := range files {
		r, err := c.Check(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		j.verdicts = append(j.verdicts, verdictOf(f, r))
		if r.Errors == 0 {
			accepted = append(accepted, r)
		}
	}
	j.program = idl.Join(accepted...)
	j.files, j.said = gen.Generate(j.program, gen.Options{Prefix: prefix, All: true})
	for _, d := range j.said {
		if d.Severity == diag.Error {
			return nil, fmt.Errorf("%s: %s", d.Pos, d.Message)
		}
	}
	return j, nil
}

// verdictOf sums up what was said about one file.
func verdictOf(path string, r *idl.Result) verdict {
	v := verdict{File: filepath.Base(path), Accepted: r.Errors == 0, Errors: r.Errors}
	for _, d := range r.Diags {
		if d.Severity != diag.Error {
			continue
		}
		if v.Message == "" {
			line, _ := d.Pos.LineCol()
			v.Message, v.Help = fmt.Sprintf("%s:%d: %s", filepath.Base(d.Pos.File.Path), line, d.Message), d.Help
		}
		v.Nameless = v.Nameless || !d.Pos.IsValid() || d.Message == ""
	}
	if !v.Accepted && v.Message == "" {
		v.Message = "an imported file has errors that were told with an earlier file"
	}
	return v
}
