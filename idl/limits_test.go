package idl

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"oxid/idl/diag"
	"oxid/idl/source"
)

// bounded runs f and fails when it takes longer or allocates more than the
// bounds of a compiler that was given rubbish.
func bounded(t *testing.T, megabytes uint64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > megabytes {
		t.Errorf("allocated %d MB, more than %d", mb, megabytes)
	}
	if took > time.Minute {
		t.Errorf("took %v", took)
	}
}

// checkText checks one file of text, with others beside it.
func checkText(t *testing.T, text string, others ...string) *Result {
	t.Helper()
	files := fstest.MapFS{"a.idl": {Data: []byte(text)}}
	for i := 0; i < len(others); i += 2 {
		files[others[i]] = &fstest.MapFile{Data: []byte(others[i+1])}
	}
	r, err := New(Options{FS: files}).Check("a.idl")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// says fails unless some error of r holds the given words.
func says(t *testing.T, r *Result, words string) {
	t.Helper()
	for _, d := range r.Diags {
		if d.Severity == diag.Error && strings.Contains(d.Message, words) {
			return
		}
	}
	t.Errorf("no error says %q", words)
	for i, d := range r.Diags {
		if i < 5 {
			t.Logf("%s: %s", d.Pos, d.Message)
		}
	}
}

// TestLimitNesting: what nests 10,000 deep is refused, whatever it is.
func TestLimitNesting(t *testing.T) {
	const n = 10_000
	rep := strings.Repeat
	for name, c := range map[string]struct{ text, says string }{
		"brackets":      {"const long A = " + rep("(", n) + "1" + rep(")", n) + ";", "levels deep"},
		"unary":         {"const long A = " + rep("-", n) + "1;", "levels deep"},
		"conditional":   {"const long A = " + rep("1 ? 2 : ", n) + "3;", "levels deep"},
		"operators":     {"const long A = 1" + rep(" + 1", n) + ";", "operators"},
		"casts":         {"const long A = " + rep("(long)", n) + "1;", "levels deep"},
		"members":       {"interface I { void f(long a, [size_is(a" + rep(".b", n) + ")] long *p); }", "members in a row"},
		"structs":       {rep("struct A { ", n) + "long x;" + rep("} a;", n), "levels deep"},
		"unions":        {rep("union { struct { ", n) + "long x;" + rep("} a; } b;", n), "levels deep"},
		"pointers":      {"typedef long " + rep("*", n) + "T;", "pointers in a row"},
		"arrays":        {"typedef long T" + rep("[1]", n) + ";", "operators in one declarator"},
		"declarators":   {"typedef long " + rep("(", n) + "T" + rep(")", n) + ";", "levels deep"},
		"functions":     {"typedef long T" + rep("(long", n) + rep(")", n) + ";", "levels deep"},
		"namespaces":    {rep("namespace A { ", n) + rep("}", n), "levels deep"},
		"libraries":     {rep("library L { ", n) + rep("}", n), "levels deep"},
		"interfaces":    {rep("interface I { ", n) + rep("}", n), "levels deep"},
		"generics":      {"typedef " + rep("A<", n) + "long" + rep(">", n) + " T;", "levels deep"},
		"safearrays":    {"typedef " + rep("SAFEARRAY(", n) + "long" + rep(")", n) + " T;", "levels deep"},
		"sizeof":        {"const long A = " + rep("sizeof(long[", n) + "1" + rep("])", n) + ";", "levels deep"},
		"attributes":    {"[size_is(" + rep("(", n) + "1" + rep(")", n) + ")] interface I {}", "levels deep"},
		"extern":        {rep("extern \"C\" { ", n) + rep("}", n), "levels deep"},
		"extern lines":  {rep("extern \"C\" ", n) + "typedef long T;", "levels deep"},
		"#if brackets":  {"#if " + rep("(", n) + "1" + rep(")", n) + "\n#endif\n", "nested more than"},
		"#if unary":     {"#if " + rep("!", n) + "1\n#endif\n", "nested more than"},
		"macro calls":   {"#define F(x) x\nconst long A = " + rep("F(", n) + "1" + rep(")", n) + ";", "macros expand to"},
		"open brackets": {rep("[", n), "expected"},
		"open braces":   {rep("{", n), "expected"},
	} {
		t.Run(name, func(t *testing.T) {
			bounded(t, 400, func() { says(t, checkText(t, c.text), c.says) })
		})
	}
}

// TestLimitNestingAllowed: conditional groups and chains of declarations are
// not nested in the compiler, so any number of them is fine.
func TestLimitNestingAllowed(t *testing.T) {
	const n = 10_000
	var chain strings.Builder
	chain.WriteString("typedef long T0;\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&chain, "typedef struct S%d { T%d *t; } T%d;\n", i, i-1, i)
	}
	for name, text := range map[string]string{
		"#if":     strings.Repeat("#if 1\n", n) + "typedef long T;\n" + strings.Repeat("#endif\n", n),
		"skipped": "#if 0\n" + strings.Repeat("#if 1\n", n) + strings.Repeat("#endif\n", n) + "#endif\ntypedef long T;\n",
		"chain":   chain.String(),
		"macros":  strings.Repeat("#define A B\n#undef A\n", n) + "typedef long T;",
	} {
		t.Run(name, func(t *testing.T) {
			if r := checkText(t, text); r.Errors != 0 {
				t.Errorf("refused: %s: %s", r.Diags[0].Pos, r.Diags[0].Message)
			}
		})
	}
}

// TestLimitBackwardChain: declarations that each need the next one are
// resolved by nested calls, and refused when they are too many.
func TestLimitBackwardChain(t *testing.T) {
	const n = 10_000
	for name, line := range map[string]string{
		"typedefs": "typedef T%[2]d T%[1]d;\n",
		"structs":  "struct T%[1]d { struct T%[2]d t; };\n",
		"consts":   "const long T%[1]d = T%[2]d;\n",
		"enums":    "enum { T%[1]d = T%[2]d };\n",
		"unions":   "union T%[1]d switch (long k) { case 1: union T%[2]d t; };\n",
		"bounds":   "typedef long T%[1]d[sizeof(T%[2]d)];\n",
		"bases":    "[local] interface T%[1]d : T%[2]d {}\n",
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, line, i, i+1)
			}
			bounded(t, 500, func() {
				if r := checkText(t, b.String()); r.Errors == 0 {
					t.Error("accepted")
				}
			})
		})
	}
}

// TestLimitForwardChain: so are types that hold each other by value, in any
// order, because everybody who walks down a type does it by nested calls.
func TestLimitForwardChain(t *testing.T) {
	const n = 10_000
	for name, line := range map[string]string{
		"typedefs": "typedef T%[2]d T%[1]d;\n",
		"pointers": "typedef T%[2]d *T%[1]d;\n",
		"arrays":   "typedef T%[2]d T%[1]d[2];\n",
		"structs":  "typedef struct { T%[2]d a, b; } T%[1]d;\n",
		"unions":   "typedef union switch (long k) { case 1: T%[2]d a; case 2: T%[2]d b; } T%[1]d;\n",
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("typedef long T0;\n")
			for i := 1; i < n; i++ {
				fmt.Fprintf(&b, line, i, i-1)
			}
			b.WriteString("const hyper N = sizeof(T300);\n")
			bounded(t, 500, func() { says(t, checkText(t, b.String()), "types inside each other") })
		})
	}
}

// TestLimitMembers: lists that are searched one after the other are bounded.
func TestLimitMembers(t *testing.T) {
	many := func(n int, format, sep string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteString(sep)
			}
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, c := range map[string]struct{ text, says string }{
		"fields":     {"struct S { " + many(100_000, "long f%d;", " ") + " };", "fields"},
		"declarator": {"struct S { long " + many(100_000, "f%d", ", ") + "; };", ""},
		"arms":       {"union U switch (long k) { " + many(100_000, "case %[1]d: long f%[1]d;", " ") + " };", "members"},
		"parameters": {"interface I { void f(" + many(100_000, "long p%d", ", ") + "); }", "parameters"},
		"attributes": {"[" + strings.Repeat("local, ", 100_000) + "local] interface I {}", "attributes"},
		"enum":       {"enum { " + many(100_000, "A%d", ", ") + ", };", ""},
		"enum chain": {"enum { A = 0, " + many(50_000, "A%[1]d = A + 1", ", ") + " };", ""},
		"methods":    {"[local] interface I { " + many(50_000, "void f%d();", " ") + " }", ""},
		"call_as":    {"[local] interface I { " + many(20_000, "[local] void f%[1]d(); [call_as(f%[1]d)] void r%[1]d();", " ") + " }", ""},
		"unknown":    {many(50_000, "typedef U%[1]d T%[1]d;", "\n"), "unknown type"},
	} {
		t.Run(name, func(t *testing.T) {
			bounded(t, 1000, func() {
				r := checkText(t, c.text)
				if c.says != "" {
					says(t, r, c.says)
				} else if r.Errors > 0 {
					t.Errorf("refused: %s", r.Diags[0].Message)
				}
			})
		})
	}
}

// TestLimitMacros: macros that expand without end stop at the limit.
func TestLimitMacros(t *testing.T) {
	var double, args strings.Builder
	double.WriteString("#define M0 x x\n")
	args.WriteString("#define D(x) x x\nconst long A = ")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&double, "#define M%d M%d M%d\n", i, i-1, i-1)
		args.WriteString("D(")
	}
	args.WriteString("1" + strings.Repeat(")", 59) + ";\n")
	double.WriteString("enum { M59 };\n")
	for name, text := range map[string]string{
		"doubling":  double.String(),
		"arguments": args.String(),
		"pasting":   "#define C(a, b) a##b\n#define D(x) C(x, x)\n" + strings.Repeat("#define X D(X)\n", 1) + "enum { " + strings.Repeat("D(", 40) + "a" + strings.Repeat(")", 40) + " };",
		"endless":   "#define F(x) x F\nenum { " + strings.Repeat("F(a", 50) + strings.Repeat(")", 50) + " };",
	} {
		t.Run(name, func(t *testing.T) {
			bounded(t, 1000, func() {
				if r := checkText(t, text); r.Errors == 0 {
					t.Error("accepted")
				}
			})
		})
	}
	r := checkText(t, double.String())
	says(t, r, "macros expand to more than")
}

// TestLimitCircles: circles of inclusion are reported with their files,
// circles of imports are read once around.
func TestLimitCircles(t *testing.T) {
	r := checkText(t, `#include "b.h"`, "b.h", `#include "c.h"`, "c.h", "long x;\n#include \"b.h\"\n")
	says(t, r, "files include each other in a circle: ")

	r = checkText(t, "#include \"a.idl\"\n#include \"a.idl\"\n")
	says(t, r, "in a circle")

	r = checkText(t, `import "b.idl"; typedef B A;`, "b.idl", `import "c.idl"; typedef C B;`, "c.idl", `import "a.idl"; typedef long C; typedef A D;`)
	if r.Errors != 0 {
		t.Errorf("a circle of imports is refused: %s", r.Diags[0].Message)
	}
	if g := r.Program.Groups(); len(g) != 1 || len(g[0]) != 3 {
		t.Errorf("groups: %d", len(g))
	}

	r = checkText(t, `import "a.idl"; typedef long T;`)
	if r.Errors != 0 {
		t.Errorf("a file that imports itself is refused: %s", r.Diags[0].Message)
	}
}

// TestLimitCompany: hundreds of files that rely on their importer's names cost
// what their text costs, whether the names are found or not.
func TestLimitCompany(t *testing.T) {
	for _, n := range []int{150, 600} {
		for name, needed := range map[string]string{"found": "typedef long NEEDED;", "missing": ""} {
			t.Run(fmt.Sprint(name, n), func(t *testing.T) {
				var files []string
				text := needed + "\n"
				for i := range n {
					f := fmt.Sprintf("f%d.idl", i)
					files = append(files, f, fmt.Sprintf("typedef NEEDED T%d, *P%d; struct S%d { NEEDED n; OTHER%d *o; };", i, i, i, i))
					text += fmt.Sprintf("typedef long OTHER%d; import %q;\n", i, f)
				}
				bounded(t, 400, func() {
					if r := checkText(t, text, files...); (r.Errors == 0) != (needed != "") {
						t.Errorf("%d errors", r.Errors)
					}
				})
			})
		}
	}
}

// TestLimitDepthOfFiles: chains of files end at a limit.
func TestLimitDepthOfFiles(t *testing.T) {
	var imports, includes []string
	for i := range 1000 {
		imports = append(imports, fmt.Sprintf("f%d.idl", i), fmt.Sprintf("import \"f%d.idl\";", i+1))
		includes = append(includes, fmt.Sprintf("f%d.h", i), fmt.Sprintf("#include \"f%d.h\"", i+1))
	}
	says(t, checkText(t, `import "f0.idl";`, imports...), "imports are nested more than")
	says(t, checkText(t, `#include "f0.h"`, includes...), "#include is nested more than")
}

// TestLimitIncludedBytes: a small file cannot be included often enough to
// fill the memory.
func TestLimitIncludedBytes(t *testing.T) {
	big := strings.Repeat("/* nothing to see here, again and again */\n", 50_000)
	bounded(t, 200, func() {
		says(t, checkText(t, strings.Repeat("#include \"big.h\"\n", 1000), "big.h", big), "included files have more than")
	})
}

// endless is a file system with one file of the given size, made as it is read.
type endless struct{ size int64 }

func (e endless) Open(name string) (fs.File, error) {
	if name != "big.idl" {
		return nil, fs.ErrNotExist
	}
	return &endlessFile{left: e.size}, nil
}

type endlessFile struct{ left int64 }

func (f *endlessFile) Stat() (fs.FileInfo, error) { return nil, errors.New("no size") }
func (f *endlessFile) Close() error               { return nil }
func (f *endlessFile) Read(b []byte) (int, error) {
	if f.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), f.left)
	for i := range b[:n] {
		b[i] = "typedef long T;\n"[i%16]
	}
	f.left -= n
	return int(n), nil
}

// TestLimitFileSize: a file of 100 MB is refused before it is in memory.
func TestLimitFileSize(t *testing.T) {
	bounded(t, 100, func() {
		_, err := New(Options{FS: endless{100 << 20}}).Check("big.idl")
		if !errors.Is(err, source.ErrTooLarge) {
			t.Errorf("got %v", err)
		}
	})
}

// TestLimitErrors: a file of faults costs a bounded number of messages.
func TestLimitErrors(t *testing.T) {
	bounded(t, 500, func() {
		r := checkText(t, strings.Repeat("typedef ;\n", 100_000))
		if r.Errors < 100_000 || len(r.Diags) > 2*diag.MaxErrors+1 {
			t.Errorf("%d errors, %d messages", r.Errors, len(r.Diags))
		}
	})
}

// TestLimitSizes: array bounds that multiply beyond any memory are counted
// without overflow.
func TestLimitSizes(t *testing.T) {
	r := checkText(t, `
typedef long A[2147483647];
typedef A B[2147483647];
typedef B C[2147483647];
struct S { C c; C d[100]; };
const hyper N = sizeof(struct S);
[uuid(00000000-0000-0000-0000-000000000001)] interface I { void f([in] struct S *s); }`)
	for _, d := range r.Diags {
		t.Logf("%s: %s", d.Pos, d.Message)
	}
}
