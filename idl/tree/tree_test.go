package tree_test

import (
	"testing"
	"testing/fstest"

	"oxid/idl"
	"oxid/idl/tree"
)

// compile checks a.idl among the given files and returns its tree.
func compile(t *testing.T, files map[string]string) *tree.Program {
	t.Helper()
	fsys := fstest.MapFS{}
	for n, s := range files {
		fsys[n] = &fstest.MapFile{Data: []byte(s)}
	}
	r, err := idl.New(idl.Options{FS: fsys}).Check("a.idl")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Diags {
		t.Errorf("%s: %s", d.Pos, d.Message)
	}
	return r.Program
}

// find returns the declaration called name.
func find[T tree.Decl](t *testing.T, p *tree.Program, name string) T {
	t.Helper()
	for d := range p.Roots[0].AllDecls() {
		if x, ok := d.(T); ok && d.Header().Name == name {
			return x
		}
	}
	t.Fatalf("no %s", name)
	panic("not reached")
}

// TestLayout checks sizes and alignments against [C706] 14.3 and [MS-RPCE]
// 2.2.5: alignment of structs, no trailing padding in NDR 2.0 and some in
// NDR64, enums of 16 bits, pointers and __int3264 of two widths, hoisting.
func TestLayout(t *testing.T) {
	p := compile(t, map[string]string{"a.idl": `
typedef struct { byte b; hyper h; short s; } Mixed;
typedef struct { byte b; Mixed m[2]; } Rows;
typedef struct { byte b; short s; char c; long l; } Small;
typedef enum { A } Enum;
typedef [v1_enum] enum { B } Long;
typedef struct { Enum e; Long l; } Enums;
typedef struct { long x; [unique] long *p; [unique, string] wchar_t *s; short y; } Ptrs;
typedef struct { __int3264 w; byte b; } Wide;
typedef struct { short n; [size_is(n)] hyper a[]; } Conf;
typedef struct { byte b; Conf c; } Outer;
typedef struct { short n; [length_is(n)] byte a[4]; } Vary;
typedef union switch (short k) { case 1: hyper h; case 2: byte b; } Un;
typedef struct { byte b; Un u; } HasUn;
typedef struct { long a, b; double d; float f[3]; } Flat;
typedef struct { boolean b; byte c; } Bool;
typedef struct { byte a[3]; short s; } Odd;
`})
	for name, want := range map[string][2]tree.Layout{
		"Mixed": {{Size: 18, Align: 8}, {Size: 24, Align: 8}},
		"Rows":  {{Size: 8 + 24 + 18, Align: 8}, {Size: 8 + 24*2, Align: 8}},
		"Small": {{Size: 12, Align: 4}, {Size: 12, Align: 4}},
		"Enums": {{Size: 8, Align: 4}, {Size: 8, Align: 4, Plain: true}},
		"Ptrs":  {{Size: 14, Align: 4, Pointers: true}, {Size: 32, Align: 8, Pointers: true}},
		"Wide":  {{Size: 5, Align: 4}, {Size: 16, Align: 8}},
		"Conf":  {{Size: -1, Align: 8, Conformant: true}, {Size: -1, Align: 8, Conformant: true}},
		"Outer": {{Size: -1, Align: 8, Conformant: true}, {Size: -1, Align: 8, Conformant: true}},
		"Vary":  {{Size: -1, Align: 4}, {Size: -1, Align: 8}},
		"Un":    {{Size: -1, Align: 8}, {Size: -1, Align: 8}},
		"HasUn": {{Size: -1, Align: 8}, {Size: -1, Align: 8}},
		"Flat":  {{Size: 28, Align: 8, Plain: true}, {Size: 32, Align: 8}},
		"Bool":  {{Size: 2, Align: 1}, {Size: 2, Align: 1}},
		"Odd":   {{Size: 6, Align: 2}, {Size: 6, Align: 2}},
	} {
		a := find[*tree.Alias](t, p, name)
		for syn, w := range want {
			if got := a.Wire(tree.Syntax(syn)); got != w {
				t.Errorf("%s, syntax %d: %+v, want %+v", name, syn, got, w)
			}
		}
	}
}

// TestCSize: sizeof on a 64-bit target.
func TestCSize(t *testing.T) {
	p := compile(t, map[string]string{"a.idl": `
typedef struct { byte b; hyper h; short s; } Mixed;
#pragma pack(push, 2)
typedef struct { byte b; hyper h; short s; } Packed;
#pragma pack(pop)
typedef struct { byte b; long *p; } Ptr;
typedef union switch (byte k) { case 1: long l; } Un;
const long n = 1;
typedef struct { [size_is(n)] short a[*]; } One;
`})
	for name, want := range map[string][2]int64{"Mixed": {24, 8}, "Packed": {12, 2}, "Ptr": {16, 8}, "Un": {8, 4}, "One": {2, 2}} {
		size, align := find[*tree.Alias](t, p, name).CSize()
		if [2]int64{size, align} != want {
			t.Errorf("%s: size %d, alignment %d, want %v", name, size, align, want)
		}
	}
}

// TestGroups: files in a circle share a group, which comes after those that
// it imports.
func TestGroups(t *testing.T) {
	p := compile(t, map[string]string{
		"a.idl":    `import "b.idl"; import "base.idl";`,
		"b.idl":    `import "c.idl";`,
		"c.idl":    `import "b.idl"; import "base.idl";`,
		"base.idl": `typedef long T;`,
	})
	var got [][]string
	for _, g := range p.Groups() {
		var names []string
		for _, f := range g {
			names = append(names, f.Name)
		}
		got = append(got, names)
	}
	if len(got) != 3 || got[0][0] != "base.idl" || len(got[1]) != 2 || got[2][0] != "a.idl" {
		t.Errorf("groups %v", got)
	}
	at := map[string]int{}
	for i, f := range p.Files {
		at[f.Name] = i
	}
	if len(p.Files) != 4 || at["base.idl"] != 0 || at["a.idl"] != 3 {
		t.Errorf("files %v", at)
	}
}

func TestStrings(t *testing.T) {
	p := compile(t, map[string]string{"a.idl": `
typedef long *P; typedef const wchar_t *W; typedef int (__stdcall *F)(long a, ...); typedef SAFEARRAY(long) S;
typedef long A[2][3]; typedef struct Tag { long x; } T; typedef struct { long x; } U; typedef pipe T Q;
`})
	for name, want := range map[string]string{
		"P": "long *", "W": "const wchar_t *", "F": "long (__stdcall *)(long, ...)", "S": "SAFEARRAY(long)", "A": "long[2][3]",
		"T": "struct Tag", "U": "U", "Q": "pipe T",
	} {
		if got := find[*tree.Alias](t, p, name).Target.String(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestAllDecls enters libraries and namespaces, the container first.
func TestAllDecls(t *testing.T) {
	p := compile(t, map[string]string{"a.idl": `
typedef long A;
[uuid(00000000-0000-0000-0000-000000000001)] library L { typedef long B; [local] interface I {} }
namespace N { namespace M { struct S { long x; }; } }
`})
	var got string
	for d := range p.Roots[0].AllDecls() {
		got += d.Header().Name + " "
	}
	if got != "A L B I N M S " {
		t.Errorf("got %s", got)
	}
	for range p.Roots[0].AllDecls() {
		break // stopping early must not panic
	}
	n := 0
	for range p.Roots[0].Interfaces() {
		n++
	}
	if n != 1 {
		t.Errorf("%d interfaces", n)
	}
}
