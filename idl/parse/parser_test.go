package parse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oxid/idl/ast"
	"oxid/idl/diag"
	"oxid/idl/pp"
	"oxid/idl/source"
)

// parseText parses text by itself.
func parseText(text string) (*ast.File, *diag.List) {
	var list diag.List
	f := File(source.NewFile("t.idl", text), pp.Config{Loader: &source.Loader{}, List: &list})
	return f, &list
}

// TestRecovery: what follows a fault is still read. Each text holds one
// fault and then a typedef called OK.
func TestRecovery(t *testing.T) {
	for _, text := range []string{
		"typedef ;", "typedef long (;", "typedef struct { long ; } X;", "struct S { long a b; long c; };",
		"[uuid(] interface I { }", "interface I { void f(; void g(); }", "interface I { void f([in,,( long a); }",
		"enum { A B C };", "union U switch (long) { case 1: long a; };", "const long A = ;", "const long A = 1 + * ;",
		"[object, uuid(1-2 interface I { void f(); };", "interface { void f(); }", "library L { importlib(x); }",
		"coclass C { long x; }", "dispinterface D { methods: [id(1)] long; }", "module M { 3; }",
		"import 3;", "cpp_quote(x)\n", "@ # $", "long long long x;", "typedef union { [case(] long a; } U;",
		"[uuid(0)] coclass C { [default interface I; }", "struct S { long a[3; };", "void f(", "typedef long A[",
		"namespace N { runtimeclass R { x } }", "interface I : { }", "interface I { [propget HRESULT f(); }",
	} {
		f, list := parseText(text + "\n;typedef long OK;\n")
		if list.Errors() == 0 {
			t.Errorf("%q is accepted", text)
		}
		found := false
		var look func(items []ast.Item)
		look = func(items []ast.Item) {
			for _, it := range items {
				switch it := it.(type) {
				case *ast.Decl:
					found = found || it.Typedef && it.Declarators[0].Name.Text == "OK"
				case *ast.Interface:
					look(it.Items)
				case *ast.Library:
					look(it.Items)
				case *ast.Module:
					look(it.Items)
				case *ast.Namespace:
					look(it.Items)
				}
			}
		}
		look(f.Items)
		if !found {
			t.Errorf("%q swallows what follows", text)
		}
	}
}

// TestEveryFault: a fault in each of many statements is reported, one message
// each, in order.
func TestEveryFault(t *testing.T) {
	const n = 50
	_, list := parseText(strings.Repeat("typedef long ;\ntypedef short OK;\n", n))
	ds := list.Sorted()
	if len(ds) != n {
		t.Fatalf("%d messages, want %d", len(ds), n)
	}
	for i, d := range ds {
		if line, _ := d.Pos.LineCol(); line != 2*i+1 {
			t.Errorf("message %d is about line %d", i, line)
		}
	}
}

// TestDeclarators: operators are kept in the order in which they apply.
func TestDeclarators(t *testing.T) {
	for text, want := range map[string]string{
		"typedef long a;":                     "",
		"typedef long *a;":                    "*",
		"typedef long *a[3];":                 "[] *",
		"typedef long (*a)[3];":               "* []",
		"typedef long (*a)(void);":            "* ()",
		"typedef long *(*a[2])(int);":         "[] * () *",
		"typedef long a[1][2];":               "[] []",
		"typedef long (__stdcall *a)(int);":   "* ()",
		"typedef const long *const *a;":       "* *const",
		"typedef long (*(*a)(int))(short);":   "* () * ()",
		"typedef int (WINAPI2 *a)(int, ...);": "* ()",
	} {
		f, list := parseText(text)
		if list.Errors() > 0 {
			t.Errorf("%s: %s", text, list.All()[0].Message)
			continue
		}
		var ops []string
		for _, op := range f.Items[0].(*ast.Decl).Declarators[0].Ops {
			s := map[ast.OpKind]string{ast.OpPointer: "*", ast.OpArray: "[]", ast.OpFunc: "()"}[op.Kind]
			if op.Const {
				s += "const"
			}
			ops = append(ops, s)
		}
		if got := strings.Join(ops, " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestDocText(t *testing.T) {
	for in, want := range map[string]string{
		"/* a */":                        "a",
		"/**\n * a\n *\n * b\n */":       "a\n\nb",
		"// a\n// b":                     "a\nb",
		"/// <summary>x</summary>":       "<summary>x</summary>",
		"/*************/":                "",
		"/*----\n  title\n----*/":        "title",
		"//! note\r\n//  more":           "note\nmore",
		"/* unclosed":                    "unclosed",
		"/* a\n   indented\n\n   b   */": "a\nindented\n\nb",
	} {
		if got := commentText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestEscapes(t *testing.T) {
	for in, want := range map[string]string{
		`"a\n\t\\\"\'\?\0"`: "a\n\t\\\"'?\x00", `"\x41\101"`: "AA", `L"\x20ac"`: "€", `"\xff"`: "\xff",
		`"a" "b" L"c"`: "abc", `"C:\q"`: `C:\q`,
	} {
		f, _ := parseText("cpp_quote(" + in + ")")
		if strings.HasPrefix(in, "L") { // cpp_quote takes narrow strings
			f, _ = parseText("const long a = " + in + ";")
			if got := f.Items[0].(*ast.Decl).Declarators[0].Init.(*ast.String).Value; got != want {
				t.Errorf("%s: %q, want %q", in, got, want)
			}
			continue
		}
		if got := f.Items[0].(*ast.CppQuote).Text; got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// FuzzParse: the parser ends and says why it stopped.
func FuzzParse(f *testing.F) {
	names, _ := filepath.Glob("../testdata/*.idl")
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, list := parseText(text)
		if file == nil {
			t.Fatal("no file")
		}
		for _, d := range list.Sorted() {
			if d.Message == "" || d.Pos.File == nil {
				t.Fatalf("message without text or place: %+v", d)
			}
		}
	})
}
