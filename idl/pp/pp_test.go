package pp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/token"
)

// files are what the tests include.
var files = fstest.MapFS{
	"inc/one.h":   {Data: []byte("#define ONE 1\none\n")},
	"inc/once.h":  {Data: []byte("#pragma once\nonce\n")},
	"inc/self.h":  {Data: []byte("#include \"self.h\"\n")},
	"inc/Mixed.H": {Data: []byte("mixed\n")},
}

// run preprocesses text and returns the spelling of the tokens, and messages.
func run(text string, defines ...string) (string, []*diag.Diagnostic) {
	var list diag.List
	l := &source.Loader{FS: files, Include: []string{"inc"}}
	p := New(source.NewFile("t.idl", text), Config{Loader: l, Defines: defines, List: &list})
	var out []string
	for t := p.Next(); t.Kind != token.EOF; t = p.Next() {
		if t.Kind == token.Pragma {
			out = append(out, "#pragma")
		}
		out = append(out, t.Text)
	}
	return strings.Join(out, " "), list.Sorted()
}

// TestExpansion holds what C says of macros.
func TestExpansion(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"object", "#define A b c\nA A", "b c b c"},
		{"function", "#define F(x, y) y x\nF(1, 2 3)", "2 3 1"},
		{"function without call", "#define F(x) x\nF F (1) F\n(2)", "F 1 2"},
		{"no arguments", "#define F() x\nF() F( )", "x x"},
		{"empty argument", "#define F(x) [x]\nF()", "[ ]"},
		{"nested brackets", "#define F(x) <x>\nF((a, b))", "< ( a , b ) >"},
		{"arguments are expanded first", "#define A 1\n#define F(x) x x\nF(A)", "1 1"},
		{"rescan", "#define A B\n#define B 1\nA", "1"},
		{"self reference", "#define A A b\nA", "A b"},
		{"mutual reference", "#define A B\n#define B A x\nA", "A x"},
		{"painted for good", "#define F(x) x\n#define A A\nF(A) F(F)(1)", "A F ( 1 )"},
		{"call made of two expansions", "#define F(x) x + 1\n#define G F\nG(2)", "2 + 1"},
		{"call across the end of an expansion", "#define F(x) <x>\n#define G F(\nG 2)", "< 2 >"},
		{"stringify", "#define S(x) #x\nS(a  \"b\\n\" 'c' + 1)", `"a \"b\\n\" 'c' + 1"`},
		{"stringify empty", "#define S(x) #x\nS()", `""`},
		{"stringify does not expand", "#define A 1\n#define S(x) #x\n#define T(x) S(x)\nS(A) T(A)", `"A" "1"`},
		{"paste", "#define P(a, b) a##b\nP(x, 1) P(, y) P(z, ) P(<, <)", "x1 y z <<"},
		{"paste does not expand", "#define A 1\n#define AB 2\n#define P(a) a##B\nP(A)", "2"},
		{"paste in the body", "#define P a ## b ## c\nP", "abc"},
		{"variadic", "#define V(f, ...) f(__VA_ARGS__)\nV(a, b, c) V(a)", "a ( b , c ) a ( )"},
		{"named variadic", "#define V(args...) [args]\nV(1, 2)", "[ 1 , 2 ]"},
		{"comma swallowed", "#define V(f, ...) f, ## __VA_ARGS__\nV(a, b)", "a , b"},
		{"undef", "#define A 1\nA\n#undef A\nA", "1 A"},
		{"directive between arguments", "#define F(x) x\nF(1\n#define B 2\n+ B)", "1 + 2"},
		{"line splice", "#define A x \\\n y\nA", "x y"},
		{"literals stay", "#define A 1\n\"A\" 'A'", `"A" 'A'`},
		{"line", "__LINE__\n\n__LINE__\n#line 10 \"x.y\"\n__LINE__ __FILE__", `1 3 10 "x.y"`},
		{"counter", "__COUNTER__ __COUNTER__", "0 1"},
		{"pragma", "a\n#pragma pack(push, 1) // x\nb", "a #pragma pack(push, 1) b"},
		{"null directive", "#\n# /* */\na", "a"},
		{"hash inside a line", "a # b", "a # b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ds := run(c.text)
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if len(ds) > 0 {
				t.Errorf("said %s", ds[0].Message)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	for expr, want := range map[string]bool{
		"1": true, "0": false, "UNKNOWN": false, "defined A": true, "defined(B)": false, "!defined(B) && A == 3": true,
		"1 + 2 * 3 == 7": true, "(1 + 2) * 3 == 9": true, "1 << 3 == 8": true, "7 & 3 | 8": true, "5 % 3 == 2": true,
		"-1 < 0": true, "-1 < 0u": false, "0x10 == 16 && 010 == 8": true, "1 ? 0 : 1": false, "0 ? 1/0 : 1": true,
		"1 || 1/0": true, "0 && 1/0": false, "'a' == 97": true, "~0 == -1": true, "18446744073709551615u > 0": true,
		"F(2) == 4": true, "true": true, "5ui64 == 5": true, "__midl >= 500": true, "A > 2 ? A < 4 : 0": true,
		"-9223372036854775807 - 1 == (-9223372036854775807 - 1) / -1": true,
	} {
		got, ds := run("#define A 3\n#define F(x) x * 2\n#if " + expr + "\nyes\n#else\nno\n#endif\n")
		if (got == "yes") != want || len(ds) > 0 {
			t.Errorf("%s: %s %v", expr, got, ds)
		}
	}
}

// TestGroups: exactly one group of a conditional is read.
func TestGroups(t *testing.T) {
	const chain = "#if A == 1\none\n#elif A == 2\ntwo\n#if B\nb\n#else\nnot b\n#endif\n#elif A == 2\nagain\n#else\nother\n#endif\nend"
	for defines, want := range map[string]string{"A=1": "one end", "A=2": "two not b end", "A=2,B": "two b end", "A=9": "other end"} {
		if got, ds := run(chain, strings.Split(defines, ",")...); got != want || len(ds) > 0 {
			t.Errorf("%s: %s %v", defines, got, ds)
		}
	}
	got, ds := run("#ifdef X\n#error not read\n\"unclosed\n#if bad (\n#endif\n#elif 1\nok\n#else\n#include \"none\"\n#endif")
	if got != "ok" || len(ds) > 0 {
		t.Errorf("skipped text: %s %v", got, ds)
	}
	got, _ = run("#elifdef\n#ifdef X\n#elifndef Y\nok\n#endif")
	if got != "ok" {
		t.Errorf("elifndef: %s", got)
	}
}

func TestIncludes(t *testing.T) {
	for text, want := range map[string]string{
		"#include \"one.h\"\nONE":                           "one 1",
		"#include <one.h>\n#include \"inc/one.h\"\n":        "one one",
		"#include \"once.h\"\n#include <once.h>\nx":         "once x",
		"#define H \"one.h\"\n#include H\n":                 "one",
		"#define H <one.h>\n#include H\n":                   "one",
		"#include \"mixed.h\"\n":                            "mixed",
		"#if __has_include(\"one.h\")\nyes\n#endif\n":       "yes",
		"#if __has_include(<no.h>)\nyes\n#else\nno\n#endif": "no",
	} {
		if got, _ := run(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestDefines: -D gives objects, values and macros with arguments.
func TestDefines(t *testing.T) {
	got, ds := run("A B C D(4)", "A", "B=2 + 3", "C=", "D(x)=x x")
	if got != "1 2 + 3 4 4" || len(ds) > 0 {
		t.Errorf("%s %v", got, ds)
	}
	if _, ds := run("a", "1X"); len(ds) != 1 || !strings.HasPrefix(ds[0].Pos.String(), "-D1X:") {
		t.Errorf("a bad -D says %v", ds)
	}
	if got, _ := run("INJECT", "INJECT=a\n#define b c"); got != "a # define b c" {
		t.Errorf("a line end in -D starts a directive: %s", got)
	}
}

// TestPositions: a token made by a macro is where the macro was used.
func TestPositions(t *testing.T) {
	var list diag.List
	p := New(source.NewFile("t.idl", "#define A(x) x y\n  A(b)\n"), Config{Loader: &source.Loader{}, List: &list})
	for range 2 {
		tok := p.Next()
		if tok.Pos.String() != "t.idl:2:3" || !tok.Is(token.FromMacro) {
			t.Errorf("%s at %s", tok.Text, tok.Pos)
		}
	}
}

func TestDeadAfterCircle(t *testing.T) {
	var list diag.List
	l := &source.Loader{FS: files, Include: []string{"inc"}}
	p := New(source.NewFile("t.idl", "#include \"self.h\"\nafter"), Config{Loader: l, List: &list})
	if tok := p.Next(); tok.Kind != token.EOF || !p.Dead() {
		t.Errorf("got %s", tok.Describe())
	}
	if list.Errors() != 1 || len(p.Files()) != MaxIncludeDepth-1 {
		t.Errorf("%d errors, %d files", list.Errors(), len(p.Files()))
	}
}

// FuzzPreprocess: whatever the input, the stream ends, within the bounds.
func FuzzPreprocess(f *testing.F) {
	names, _ := filepath.Glob("../testdata/*pp_*.idl")
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("#define F(x, ...) x ## __VA_ARGS__ #x\nF(F(a, b), F)(c)")
	f.Add("#if defined(A) && (A ? 1 : -~!0 / 0) >= 'a'\n#elif 0x7fu << 65\n#endif")
	f.Fuzz(func(t *testing.T, text string) {
		var list diag.List
		l := &source.Loader{FS: files, Include: []string{"inc"}}
		p := New(source.NewFile("t.idl", text), Config{Loader: l, List: &list})
		for n := 0; p.Next().Kind != token.EOF; n++ {
			if n > len(text)+2*MaxExpansion+MaxIncludeBytes {
				t.Fatal("more tokens than there can be")
			}
		}
		if p.Next().Kind != token.EOF {
			t.Fatal("tokens after the end")
		}
		if p.Dead() && list.Errors() == 0 {
			t.Fatal("it ended early and did not say why")
		}
	})
}
