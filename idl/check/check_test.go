package check

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"oxid/idl/source"
	"oxid/idl/tree"
)

// session makes a session over files in memory.
func session(files map[string]string) *Session {
	fsys := fstest.MapFS{}
	for n, s := range files {
		fsys[n] = &fstest.MapFile{Data: []byte(s)}
	}
	return New(&source.Loader{FS: fsys}, nil)
}

const iunknown = `
typedef unsigned long ULONG; typedef long HRESULT;
typedef struct { ULONG a; short b, c; byte d[8]; } GUID; typedef GUID *REFIID;
[local, object, uuid(00000000-0000-0000-c000-000000000046)] interface IUnknown {
	HRESULT QueryInterface([in] REFIID riid, [out, iid_is(riid)] void **ppv); ULONG AddRef(); ULONG Release(); }
`

// clean checks a.idl and fails on any message.
func clean(t *testing.T, text string) *tree.File {
	t.Helper()
	r, err := session(map[string]string{"a.idl": text, "u.idl": iunknown}).Check("a.idl")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Diags {
		t.Errorf("%s: %s", d.Pos, d.Message)
	}
	return r.File
}

func iface(t *testing.T, f *tree.File, name string) *tree.Interface {
	t.Helper()
	for i := range f.Interfaces() {
		if i.Name == name {
			return i
		}
	}
	t.Fatalf("no interface %s", name)
	return nil
}

// TestOpnums: object interfaces count all slots from IUnknown's three on; a
// [call_as] method takes the number of the [local] one that it stands in for,
// wherever it is written, and [local] methods keep their slot.
func TestOpnums(t *testing.T) {
	f := clean(t, `import "u.idl";
[object, uuid(00000000-0000-0000-0000-000000000001)] interface IA : IUnknown {
	HRESULT First();
	[local] HRESULT Next([in] long n, [out] void *p);
	[call_as(Next)] HRESULT RemoteNext([in] long n, [out, size_is(n)] byte *p);
	[local] void Own();
	HRESULT Last();
}
[object, uuid(00000000-0000-0000-0000-000000000002)] interface IB : IA {
	[call_as(Late)] HRESULT RemoteLate();
	[local] HRESULT Late();
	HRESULT End();
}
[local, object, uuid(00000000-0000-0000-0000-000000000003)] interface IC : IB { HRESULT Quiet(); }`)
	want := map[string][3]int{ // slot, op, on the wire
		"First": {3, 3, 1}, "Next": {4, -1, 0}, "RemoteNext": {-1, 4, 1}, "Own": {5, -1, 0}, "Last": {6, 6, 1},
		"RemoteLate": {-1, 7, 1}, "Late": {7, -1, 0}, "End": {8, 8, 1}, "Quiet": {9, -1, 0},
	}
	for _, n := range []string{"IA", "IB", "IC"} {
		for _, m := range iface(t, f, n).Methods {
			if got := [3]int{m.Slot, m.Op, b2i(m.OnWire)}; got != want[m.Name] {
				t.Errorf("%s.%s: %v, want %v", n, m.Name, got, want[m.Name])
			}
		}
	}
	b := iface(t, f, "IB")
	if b.FirstOp != 7 || b.NumOps != 9 || iface(t, f, "IC").NumOps != 10 {
		t.Errorf("IB counts from %d to %d", b.FirstOp, b.NumOps)
	}
	if m := b.Methods[0]; m.CallAs != b.Methods[1] || b.Methods[1].Remote != m {
		t.Error("call_as and local do not know each other")
	}
}

// TestCallbackNumbers: callbacks count apart and shift nobody.
func TestCallbackNumbers(t *testing.T) {
	i := iface(t, clean(t, `[uuid(00000000-0000-0000-0000-000000000001)] interface S {
	void A(); [callback] void X(); void B(); [callback] void Y(); [local] void L(); void C(); }`), "S")
	for _, m := range i.Methods {
		if want := map[string]int{"A": 0, "B": 1, "C": 2, "L": -1}[m.Name]; m.Op != want || m.Slot != -1 {
			t.Errorf("%s: op %d, slot %d", m.Name, m.Op, m.Slot)
		}
	}
	if len(i.Callbacks) != 2 || i.Callbacks[0].Op != 0 || i.Callbacks[1].Op != 1 || i.NumOps != 3 {
		t.Errorf("callbacks %v, %d ops", i.Callbacks, i.NumOps)
	}
}

// describe writes the structure of an effective type.
func describe(t tree.Type) string {
	switch t := t.(type) {
	case *tree.Pointer:
		k := map[tree.PtrKind]string{tree.Ref: "ref", tree.Unique: "unique", tree.Full: "full"}[t.Kind]
		return k + "(" + describe(t.Elem) + ")"
	case *tree.Array:
		s := "array"
		if t.IsString {
			s = "string"
		}
		for _, d := range t.Dims {
			s += "["
			if d.Fixed >= 0 {
				s += "fixed"
			}
			for word, e := range map[string]tree.Expr{"size=": d.Size} {
				if e != nil {
					s += word + e.String()
				}
			}
			if d.First != nil {
				s += " first=" + d.First.String()
			}
			if d.Length != nil {
				s += " length=" + d.Length.String()
			}
			s += "]"
		}
		return s + " " + describe(t.Elem)
	case *tree.InterfacePtr:
		s := "interface"
		if t.Interface != nil {
			s += " " + t.Interface.Name
		}
		if t.IIDIs != nil {
			s += " by " + t.IIDIs.String()
		}
		return s
	case *tree.SwitchedUnion:
		return "union by " + t.Switch.String() + " as " + t.SwitchType.String()
	case *tree.ContextHandle:
		return "context"
	}
	return t.String()
}

// TestEffectiveTypes: attributes and position are folded into the types of
// parameters ([MS-RPCE] 2.2.4.9, [C706] 4.2.20 and 4.2.21).
func TestEffectiveTypes(t *testing.T) {
	for param, want := range map[string]string{
		"[in] long *p":                                   "ref(long)",
		"[in, unique] long *p":                           "unique(long)",
		"[in, ptr] long **p":                             "full(unique(long))",
		"[out] long ***p":                                "ref(unique(unique(long)))",
		"[in, size_is(n)] short p[]":                     "array[size=n] short",
		"[in, size_is(n)] short *p":                      "ref(array[size=n] short)",
		"[in, unique, size_is(n)] short p[]":             "unique(array[size=n] short)",
		"[in, unique, size_is(n)] short *p":              "unique(array[size=n] short)",
		"[in, max_is(n)] short p[]":                      "array[size=n + 1] short",
		"[in, length_is(n)] short p[9]":                  "array[fixed length=n] short",
		"[in, first_is(n), last_is(m)] short p[9]":       "array[fixed first=n length=(m + 1) - n] short",
		"[in, size_is(n, m)] short **p":                  "ref(array[size=n] unique(array[size=m] short))",
		"[out, size_is(, n)] short **p":                  "ref(unique(array[size=n] short))",
		"[in, size_is(n, m)] short p[][*]":               "array[size=n][size=m] short",
		"[in, size_is(n)] short p[][3]":                  "array[size=n][fixed] short",
		"[in, size_is(n)] short (*p)[3]":                 "ref(array[size=n][fixed] short)",
		"[in] short (*p)[3]":                             "ref(array[fixed] short)",
		"[in, string] char *p":                           "ref(string[] char)",
		"[in, string, unique] const wchar_t *p":          "unique(string[] wchar_t)",
		"[in, string, size_is(n)] wchar_t p[]":           "string[size=n] wchar_t",
		"[in, string] char p[3][20]":                     "array[fixed] string[fixed] char",
		"[in, string, size_is(n)] char **p":              "ref(array[size=n] unique(string[] char))",
		"[out, string] wchar_t **p":                      "ref(unique(string[] wchar_t))",
		"[in] STR p":                                     "ref(string[] wchar_t)",
		"[in, unique] STR p":                             "unique(string[] wchar_t)",
		"[out] STR *p":                                   "ref(unique(string[] wchar_t))",
		"[in] USTR p":                                    "unique(string[] wchar_t)",
		"[in] IUnknown *p":                               "interface IUnknown",
		"[out] IUnknown **p":                             "ref(interface IUnknown)",
		"[out, iid_is(riid)] void **p":                   "ref(interface by riid)",
		"[out, iid_is(riid)] IUnknown **p":               "ref(interface IUnknown by riid)",
		"[out, size_is(n), length_is(*pm)] IUnknown **p": "ref(array[size=n length=*pm] interface IUnknown)",
		"[in, switch_is(n)] U *p":                        "ref(union by n as short)",
		"[in, switch_is(n), size_is(m)] U p[]":           "array[size=m] union by n as short",
		"[in] CTX p":                                     "context",
		"[out] CTX *p":                                   "ref(context)",
		"[in, context_handle] void *p":                   "context",
		"[in] SEALED p":                                  "SEALED",
		"[in, out] SEALED *p":                            "ref(SEALED)",
		"[in, size_is(n)] SEALED *p":                     "ref(array[size=n] SEALED)",
		"[in] struct S *p":                               "ref(struct S)",
		"[in] E p":                                       "E",
		"[in] THREE p":                                   "array[fixed] long",
		"[in, size_is(n)] THREE p[]":                     "array[size=n] array[fixed] long",
		"[in, unique] THREE *p":                          "unique(array[fixed] long)",
	} {
		f := clean(t, `import "u.idl";
typedef [string] wchar_t *STR; typedef [unique, string] wchar_t *USTR; typedef [context_handle] void *CTX;
typedef [unique] struct S { long x; } *WIRE; typedef [wire_marshal(WIRE)] void *SEALED; typedef enum { A } E; typedef long THREE[3];
typedef [switch_type(short)] union { [case(1)] long l; [default] ; } U;
[uuid(00000000-0000-0000-0000-000000000001)] interface I {
	void f(`+param+`, [in] short n, [in] long m, [in, out] long *pm, [in] REFIID riid); }`)
		if got := describe(iface(t, f, "I").Methods[0].Params[0].Type); got != want {
			t.Errorf("%s\n  is  %s\n  not %s", param, got, want)
		}
	}
}

// TestBindings: where a method of a plain RPC interface takes its handle from.
func TestBindings(t *testing.T) {
	i := iface(t, clean(t, `
typedef [context_handle] void *CTX; typedef [handle] struct H { long x; } *HND;
[uuid(00000000-0000-0000-0000-000000000001)] interface I {
	void a([in] handle_t h, [in] long x); void b([in] long x, [in] CTX c); void c([in] HND h); void d([out] CTX *c); void e([in, out] CTX *c);
	void f([in] CTX c, [in] handle_t h); }`), "I")
	for n, want := range []struct {
		kind tree.BindingKind
		name string
	}{{tree.BindExplicit, "h"}, {tree.BindContext, "c"}, {tree.BindExplicit, "h"}, {tree.BindDefault, ""}, {tree.BindContext, "c"}, {tree.BindExplicit, "h"}} {
		if b := i.Methods[n].Binding; b.Kind != want.kind || b.Name != want.name {
			t.Errorf("%s: %+v", i.Methods[n].Name, b)
		}
	}
	if p := i.Methods[0].Params[0]; !p.Handle || p.Transmitted(false) || p.Transmitted(true) {
		t.Error("handle_t is transmitted")
	}
}

// TestAsync: async_uuid makes a second interface with two methods for each.
func TestAsync(t *testing.T) {
	i := iface(t, clean(t, `import "u.idl";
[object, uuid(00000000-0000-0000-0000-000000000001), async_uuid(00000000-0000-0000-0000-000000000002)]
interface I : IUnknown { HRESULT f([in] long a, [in, out] long *b, [out] long *c); }`), "I")
	a := i.Async
	if a == nil || a.UUID.String() != "00000000-0000-0000-0000-000000000002" || a.SyncOf != i || len(a.Methods) != 2 {
		t.Fatalf("%+v", a)
	}
	if b, f := a.Methods[0], a.Methods[1]; b.Name != "Begin_f" || len(b.Params) != 2 || f.Name != "Finish_f" || len(f.Params) != 2 || f.Slot != 4 || f.OnWire {
		t.Errorf("%s/%d %s/%d", b.Name, len(b.Params), f.Name, len(f.Params))
	}
}

// TestShared: what several files import is checked once and is one thing.
func TestShared(t *testing.T) {
	s := session(map[string]string{
		"a.idl": `import "t.idl"; typedef T A;`, "b.idl": `import "t.idl"; typedef T B;`, "t.idl": `typedef long T;`,
	})
	ra, err := s.Check("a.idl")
	if err != nil {
		t.Fatal(err)
	}
	rb, err := s.Check("b.idl")
	if err != nil {
		t.Fatal(err)
	}
	ta := ra.File.Decls[0].(*tree.Alias).Target
	tb := rb.File.Decls[0].(*tree.Alias).Target
	if ta != tb || ra.Files[0] != rb.Files[0] {
		t.Error("two files see different things in the third")
	}
}

// TestContext: a file that relies on its importer's declarations is checked
// in that importer's company, and by itself still refused.
func TestContext(t *testing.T) {
	s := session(map[string]string{
		"a.idl": `typedef long NEEDED; import "n.idl"; import "m.idl"; typedef N A; typedef M B;`,
		"m.idl": `import "n.idl"; typedef N M;`,
		"n.idl": `typedef NEEDED N;`,
		"b.idl": `import "n.idl";`,
	})
	r, err := s.Check("a.idl")
	if err != nil || r.Errors > 0 || len(r.Diags) > 0 {
		t.Fatalf("%v, %d errors", err, r.Errors)
	}
	if a, b := tree.Unalias(r.File.Decls[1].(*tree.Alias)), tree.Unalias(r.File.Decls[2].(*tree.Alias)); a != b {
		t.Error("one run has two forms of one file")
	}
	for _, name := range []string{"n.idl", "b.idl"} {
		if r, _ := s.Check(name); r.Errors != 1 {
			t.Errorf("%s: %d errors", name, r.Errors)
		}
	}
}

// TestContextIsShared: a file that relies on its importers' declarations, and
// the files that import it, are one and the same to all for whom the names that
// it needs are the same; and others where they are not.
func TestContextIsShared(t *testing.T) {
	const names, other = `typedef long NEEDED;`, `typedef short NEEDED;`
	for name, tt := range map[string]struct {
		files  map[string]string
		shared string // of a.idl and b.idl
	}{
		"the same names": {map[string]string{
			"a.idl": `import "names.idl"; import "n.idl";`,
			"b.idl": `import "names.idl"; import "m.idl"; import "n.idl"; typedef N B;`, "m.idl": `import "names.idl"; import "n.idl"; typedef N M;`,
		}, "names.idl n.idl"},
		"a root that others import": {map[string]string{
			"a.idl": `import "names.idl"; import "n.idl"; typedef N A;`, "b.idl": `import "a.idl"; typedef A B;`,
		}, "names.idl n.idl a.idl"},
		"a name that the importer declares": {map[string]string{
			"a.idl": `typedef char NEEDED; import "n.idl"; typedef N A;`, "b.idl": `import "a.idl"; typedef A B;`,
		}, "n.idl a.idl"},
		"other names": {map[string]string{
			"a.idl": `import "names.idl"; import "n.idl";`, "b.idl": `import "other.idl"; import "n.idl";`,
		}, ""},
		"another name from the importer": {map[string]string{
			"a.idl": `import "names.idl"; import "n.idl";`, "b.idl": `typedef char NEEDED; import "n.idl";`,
		}, ""},
		"other imports": {map[string]string{
			"a.idl": `import "names.idl"; import "n.idl"; import "m.idl";`,
			"b.idl": `import "other.idl"; import "n.idl"; import "m.idl";`, "m.idl": `import "n.idl"; typedef N M;`,
		}, ""},
		"a definition beside an announcement": {map[string]string{
			"a.idl": `import "names.idl"; import "k.idl";`, "k.idl": `import "n.idl"; struct S; typedef struct S *P;`,
			"b.idl": `import "names.idl"; import "k.idl"; struct S { long x; }; typedef N B;`,
		}, "names.idl n.idl k.idl"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.files["n.idl"], tt.files["names.idl"], tt.files["other.idl"] = `typedef NEEDED N;`, names, other
			s := session(tt.files)
			a, err := s.Check("a.idl")
			if err != nil || a.Errors > 0 {
				t.Fatal(err, a.Errors)
			}
			b, err := s.Check("b.idl")
			if err != nil || b.Errors > 0 {
				t.Fatal(err, b.Errors)
			}
			var shared []string
			for _, f := range b.Files {
				if slices.Contains(a.Files, f) {
					shared = append(shared, f.Name)
				}
			}
			if got := strings.Join(shared, " "); got != tt.shared {
				t.Errorf("shared: %q, want %q", got, tt.shared)
			}
		})
	}
}

// TestReportedOnce: an error in an imported file is said with the first file
// that imports it; the later ones are refused without repeating it.
func TestReportedOnce(t *testing.T) {
	s := session(map[string]string{"a.idl": `import "bad.idl";`, "b.idl": `import "bad.idl";`, "bad.idl": "typedef long\n;"})
	for i, name := range []string{"a.idl", "b.idl", "bad.idl"} {
		r, err := s.Check(name)
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{1, 0, 1}[i]; len(r.Diags) != want || r.Errors != 1 {
			t.Errorf("%s: %d messages, %d errors", name, len(r.Diags), r.Errors)
		}
	}
}

// TestReads lists what a dependency file needs.
func TestReads(t *testing.T) {
	s := session(map[string]string{"a.idl": "#include \"h.h\"\nimport \"b.idl\";", "b.idl": `#include "h.h"`, "h.h": "typedef long H;\n"})
	r, err := s.Check("a.idl")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.Reads, " "); got != "b.idl h.h a.idl" {
		t.Errorf("got %s", got)
	}
}

// TestProblem: a method that no marshaler could carry says why, and keeps its number.
func TestProblem(t *testing.T) {
	r, err := session(map[string]string{"u.idl": iunknown, "a.idl": `import "u.idl";
[object, uuid(00000000-0000-0000-0000-000000000001)] interface I : IUnknown { HRESULT f([in] void *p); HRESULT g(); }`}).Check("a.idl")
	if err != nil || r.Errors > 0 {
		t.Fatal(err, r.Errors)
	}
	m := iface(t, r.File, "I").Methods
	if m[0].Problem != "parameter p: void * does not tell what it points to" || m[0].Op != 3 || !m[0].OnWire || m[1].Problem != "" || m[1].Op != 4 {
		t.Errorf("%q, op %d; %q", m[0].Problem, m[0].Op, m[1].Problem)
	}
}
