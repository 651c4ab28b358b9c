package pp

import (
	"fmt"
	"strings"

	"oxid/idl/diag"
	"oxid/idl/scan"
	"oxid/idl/source"
	"oxid/idl/token"
)

// Bounds of one translation unit: a file with everything that it includes.
const (
	MaxIncludeDepth = 64       // files open at once
	MaxIncludeBytes = 16 << 20 // text of all included files
	MaxExpansion    = 1 << 20  // tokens produced by macros
	maxArgDepth     = 100      // macro calls in arguments of macro calls
)

// Config is what a run of the preprocessor depends on besides its file.
type Config struct {
	Loader *source.Loader
	// Defines are NAME or NAME=VALUE, as -D gives them.
	Defines []string
	List    *diag.List
}

// Preprocessor produces the tokens of one translation unit. It is not safe
// for concurrent use.
type Preprocessor struct {
	cfg    Config
	list   *diag.List
	macros map[string]*macro
	in     []*input
	exp    []expansion
	once   map[string]bool
	files  []*source.File
	budget int // tokens that macros may still produce
	bytes  int // bytes that may still be included
	args   int // depth of argument expansion
	count  int // __COUNTER__
	dead   bool
}

// input is an open file.
type input struct {
	*scan.Scanner
	conds []cond // the conditional groups that this file has open
	// lineShift is added to physical lines for __LINE__, and name replaces the
	// path for __FILE__, after #line.
	lineShift int
	name      string
}

// expansion is a list of tokens that is read before the file goes on.
type expansion struct {
	toks    []token.Token
	next    int
	macro   *macro // disabled while the list is read; may be nil
	barrier bool   // yields Barrier at its end instead of being dropped
}

// New returns a preprocessor for f.
func New(f *source.File, cfg Config) *Preprocessor {
	p := &Preprocessor{
		cfg: cfg, list: cfg.List, macros: map[string]*macro{}, once: map[string]bool{},
		budget: MaxExpansion, bytes: MaxIncludeBytes,
	}
	p.predefine()
	p.push(f)
	return p
}

// Files returns the files that were included so far, in order, repetitions left out.
func (p *Preprocessor) Files() []*source.File { return p.files }

// Dead reports whether the stream ended early because of an error that was
// reported: what is missing then is no news.
func (p *Preprocessor) Dead() bool { return p.dead }

// push makes f the file that is read next.
func (p *Preprocessor) push(f *source.File) {
	p.in = append(p.in, &input{Scanner: scan.New(f, p.list), name: f.Path})
}

// top is the file that is being read.
func (p *Preprocessor) top() *input { return p.in[len(p.in)-1] }

// die reports an error after which nothing more is read.
func (p *Preprocessor) die(at source.Pos, width int, format string, args ...any) *diag.Diagnostic {
	p.dead = true
	return p.list.Errorf(at, width, format, args...)
}

// Next returns the next token after preprocessing, and EOF for ever at the end.
func (p *Preprocessor) Next() token.Token {
	for {
		t := p.raw()
		switch t.Kind {
		case token.Ident:
			if p.expand(&t) {
				continue
			}
			t.Flags &^= token.NoExpand
		case token.EOF:
			// The end of an included file is not the end.
			if !p.dead && len(p.in) > 1 {
				p.leave()
				continue
			}
			p.leave()
		case token.Hash:
			if t.Is(token.BOL) && len(p.exp) == 0 {
				if pragma, ok := p.directive(t); ok {
					return pragma
				}
				continue
			}
		}
		return t
	}
}

// raw returns the next token without looking for macros in it.
func (p *Preprocessor) raw() token.Token {
	if p.dead {
		return token.Token{Kind: token.EOF, Flags: token.BOL, Pos: p.end()}
	}
	// Expansions come before the file, the innermost first.
	for len(p.exp) > 0 {
		e := &p.exp[len(p.exp)-1]
		if e.next < len(e.toks) {
			e.next++
			return e.toks[e.next-1]
		}
		if e.barrier {
			return token.Token{Kind: token.Barrier}
		}
		p.popExpansion()
	}
	return p.top().Next()
}

// end is the end of the file that is open.
func (p *Preprocessor) end() source.Pos {
	f := p.top().File()
	return source.Pos{File: f, Off: int32(len(f.Text))}
}

// popExpansion drops the innermost list of tokens and enables its macro again.
func (p *Preprocessor) popExpansion() {
	e := &p.exp[len(p.exp)-1]
	if e.macro != nil {
		e.macro.disabled = false
	}
	*e = expansion{}
	p.exp = p.exp[:len(p.exp)-1]
}

// leave closes the file that ended, complaining of its open groups. The
// outermost file stays, at its end.
func (p *Preprocessor) leave() {
	in := p.top()
	if !p.dead {
		for _, c := range in.conds {
			p.list.Errorf(c.pos, len(c.name)+1, "#%s is never closed", c.name).Fix("add #endif in this file")
		}
	}
	in.conds = nil
	if len(p.in) > 1 {
		p.in = p.in[:len(p.in)-1]
	}
}

// include opens name as #include does.
func (p *Preprocessor) include(name string, at source.Pos, width int, quoted bool) {
	if len(p.in) >= MaxIncludeDepth {
		d := p.die(at, width, "#include is nested more than %d files deep", MaxIncludeDepth)
		if chain := p.cycle(); chain != "" {
			d.Message = "files include each other in a circle: " + chain
		}
		d.Fix("put #ifndef NAME, #define NAME ... #endif around a file that is included more than once, or #pragma once into it")
		return
	}
	path, _, err := p.cfg.Loader.Locate(name, p.top().File(), quoted)
	var f *source.File
	if err == nil {
		// Looked up by path before the text is read.
		if p.once[path] {
			return
		}
		f, err = p.cfg.Loader.Find(name, p.top().File(), quoted)
	}
	if err != nil {
		d := p.list.Errorf(at, width, "cannot include \"%s\": %v", name, err)
		if isNotFound(err) {
			d.Fix("name the directory of %s with -I", name)
		}
		return
	}
	if p.bytes -= len(f.Text); p.bytes < 0 {
		p.die(at, width, "included files have more than %d bytes together", MaxIncludeBytes).
			Fix("look for a file that includes itself several times")
		return
	}
	// Each inclusion is a File of its own, which knows where it was included.
	f.From = at
	p.files = append(p.files, f)
	p.push(f)
}

// cycle names the files of the innermost circle among the open ones.
func (p *Preprocessor) cycle() string {
	last := p.top().File().Path
	for i := len(p.in) - 2; i >= 0; i-- {
		if p.in[i].File().Path == last {
			var names []string
			for _, in := range p.in[i:] {
				names = append(names, in.File().Path)
			}
			return strings.Join(names, " -> ")
		}
	}
	return ""
}

// predefine sets the names that every unit sees, then those of -D.
func (p *Preprocessor) predefine() {
	// Files choose by __WIDL__ between what MIDL reads from metadata and what a
	// compiler that reads text alone must be told; this is one of the latter.
	text := "#define __WIDL__ 0x0800\n#define __midl 801\n#define __midl_version 801\n#define __oxid_idl__ 1\n" +
		"#define _WIN32 1\n#define _WIN64 1\n#define __STDC__ 1\n" +
		"#define __DATE__ \"Jan  1 1970\"\n#define __TIME__ \"00:00:00\"\n"
	p.definitions("<predefined>", text)
	for _, name := range []string{"__LINE__", "__FILE__", "__COUNTER__"} {
		p.macros[name] = &macro{name: name, builtin: true}
	}
	for _, d := range p.cfg.Defines {
		name, value, given := strings.Cut(d, "=")
		if !given {
			value = "1"
		}
		// A line end in a value would start a second directive.
		value = strings.NewReplacer("\n", " ", "\r", " ").Replace(value)
		p.definitions("-D"+d, fmt.Sprintf("#define %s %s\n", strings.TrimSpace(name), value))
	}
}

// definitions runs the #define directives in text.
func (p *Preprocessor) definitions(path, text string) {
	p.push(source.NewFile(path, text))
	for t := p.raw(); t.Kind != token.EOF; t = p.raw() {
		if t.Kind == token.Hash {
			p.directive(t)
		}
	}
	p.in = p.in[:0]
}
