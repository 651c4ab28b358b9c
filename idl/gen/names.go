package gen

import (
	"go/token"
	"strings"
	"unicode"
)

// importNames are the packages that generated code may import besides those
// generated from other files.
var importNames = map[string]bool{"com": true, "ndr": true, "dcerpc": true, "context": true, "strconv": true}

// predeclared are the identifiers of Go's universe that generated code uses,
// so that nothing else may be called that.
var predeclared = map[string]bool{
	"any": true, "bool": true, "byte": true, "error": true, "false": true, "float32": true, "float64": true,
	"int": true, "int16": true, "int32": true, "int64": true, "int8": true, "len": true, "make": true, "new": true,
	"nil": true, "string": true, "true": true, "uint": true, "uint16": true, "uint32": true, "uint64": true,
	"uint8": true, "append": true, "min": true, "max": true,
}

// goReserved reports whether a variable or a package must not be called name.
func goReserved(name string) bool {
	return token.IsKeyword(name) || predeclared[name] || name == "_" || name == "init"
}

// scope hands out identifiers that are unique in it.
type scope struct {
	used  map[string]bool
	order []string // locals, for giving back those of a block
}

// newScope returns a scope in which some names are taken already.
func newScope(reserved ...string) *scope {
	s := &scope{used: map[string]bool{}}
	for _, r := range reserved {
		s.used[r] = true
	}
	return s
}

// take returns name, with underscores behind it until it is free.
func (s *scope) take(name string) string {
	for s.used[name] {
		name += "_"
	}
	s.used[name] = true
	return name
}

// local returns the name of a local variable: base, or base with a number.
// It goes by numbers and not by underscores, because it is read more often than
// it is typed: e2 is the second encoder.
func (s *scope) local(base string) string {
	name := base
	for i := 2; s.used[name] || goReserved(name); i++ {
		name = base + string(rune('0'+i%10)) + strings.Repeat("_", i/10)
	}
	s.used[name] = true
	s.order = append(s.order, name)
	return name
}

// leave gives the names back that were handed out since there were n.
func (s *scope) leave(n int) {
	for _, name := range s.order[n:] {
		delete(s.used, name)
	}
	s.order = s.order[:n]
}

// identifier drops what Go does not allow in names, and leading underscores.
func identifier(name string) string {
	name = strings.TrimLeft(name, "_")
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, name)
}

// exported makes an exported Go name of an IDL name.
func exported(name string) string {
	id := identifier(name)
	if id == "" || id[0] <= '9' {
		return "X" + id
	}
	return strings.ToUpper(id[:1]) + id[1:]
}

// unexported makes a Go name for a parameter: IDL's own with its first letter,
// or a leading run of capitals, in lower case.
func unexported(name string) string {
	id := identifier(name)
	if id == "" || id[0] <= '9' {
		id = "x" + id
	}
	run := 0
	for run < len(id) && unicode.IsUpper(rune(id[run])) {
		run++
	}
	// HRESULTCode is hresultCode.
	if run > 1 && run < len(id) && unicode.IsLower(rune(id[run])) {
		run-- // the last capital begins the next word
	}
	return strings.ToLower(id[:run]) + id[run:]
}

// typePrefix is the unexported form of an interface's name for its proxy and
// stub: only the first letter changes, so that distinct names stay distinct.
func typePrefix(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// methodName makes the Go name of a method. The prefix COM belongs to the
// runtime, and Proxy is a field of every proxy.
func methodName(name string) string {
	n := exported(name)
	if strings.HasPrefix(n, "COM") {
		n = "Com" + n[3:]
	}
	return n
}
