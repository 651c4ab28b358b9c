package print_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"testing/fstest"

	"oxid/idl"
	"oxid/idl/print"
)

// decode prints a text as JSON and reads that back.
func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	r, err := idl.New(idl.Options{FS: fstest.MapFS{"a.idl": {Data: []byte(text)}}}).Check("a.idl")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Diags {
		t.Errorf("%s: %s", d.Pos, d.Message)
	}
	var b bytes.Buffer
	if err := print.JSON(&b, r.File); err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(b.Bytes(), &out); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	return out
}

// at walks down a decoded value by names and indexes.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("%v is no object at %v", v, path)
			}
			v = m[p]
		case int:
			l, ok := v.([]any)
			if !ok || p >= len(l) {
				t.Fatalf("%v has no element %d of %v", v, p, path)
			}
			v = l[p]
		}
	}
	return v
}

func TestJSON(t *testing.T) {
	j := decode(t, `import "unknwn.idl";
// A thing.
[object, uuid(00000000-0000-0000-0000-000000000001), helpstring("help")]
interface IThing : IUnknown
{
	// Fetches.
	[id(7)] HRESULT Get([in] long n, [in, unique, size_is(n), length_is(n - 1)] short *v, [out, retval] BSTR *s);
	[local] void Own();
	[call_as(Own)] HRESULT RemoteOwn([in, range(1, 5)] long x);
}
typedef struct { byte b; struct { long x; } in; [switch_is(b)] union { [case(1, 2)] long l; [default] ; } u; } Rec;
typedef [v1_enum] enum E { A = -1, B } E;
const hyper BIG = 0x7fffffffffffffff;
[uuid(00000000-0000-0000-0000-000000000002), version(1.2)] library L { coclass C; [uuid(00000000-0000-0000-0000-000000000003)] coclass C { [default] interface IThing; } }
`)
	for _, c := range []struct {
		want any
		path []any
	}{
		{"a.idl", []any{"path"}},
		{"unknwn.idl", []any{"imports", 0}},
		{"interface", []any{"decls", 0, "kind"}},
		{"A thing.", []any{"decls", 0, "doc"}},
		{"help", []any{"decls", 0, "help"}},
		{"00000000-0000-0000-0000-000000000001", []any{"decls", 0, "uuid"}},
		{5.0, []any{"decls", 0, "numOps"}},
		{"Fetches.", []any{"decls", 0, "methods", 0, "doc"}},
		{3.0, []any{"decls", 0, "methods", 0, "op"}},
		{7.0, []any{"decls", 0, "methods", 0, "id"}},
		{"typedef", []any{"decls", 0, "methods", 0, "returns", "kind"}},
		{"wtypesbase.idl", []any{"decls", 0, "methods", 0, "returns", "file"}},
		{"unique", []any{"decls", 0, "methods", 0, "params", 1, "type", "pointer"}},
		{"n", []any{"decls", 0, "methods", 0, "params", 1, "type", "elem", "dims", 0, "sizeIs"}},
		{"n - 1", []any{"decls", 0, "methods", 0, "params", 1, "type", "elem", "dims", 0, "lengthIs"}},
		{true, []any{"decls", 0, "methods", 0, "params", 2, "retval"}},
		{nil, []any{"decls", 0, "methods", 1, "op"}},
		{4.0, []any{"decls", 0, "methods", 1, "slot"}},
		{"RemoteOwn", []any{"decls", 0, "methods", 1, "sentAs"}},
		{"Own", []any{"decls", 0, "methods", 2, "callAs"}},
		{5.0, []any{"decls", 0, "methods", 2, "params", 0, "range", 1}},
		{"x", []any{"decls", 1, "type", "body", "fields", 1, "type", "body", "fields", 0, "name"}},
		{"2", []any{"decls", 1, "type", "body", "fields", 2, "type", "body", "fields", 0, "cases", 1}},
		{"b", []any{"decls", 1, "type", "body", "fields", 2, "type", "switchIs"}},
		{4.0, []any{"decls", 1, "type", "body", "ndr20", "align"}},
		{true, []any{"decls", 2, "v1Enum"}},
		{-1.0, []any{"decls", 2, "members", 0, "value"}},
		{"9223372036854775807", []any{"decls", 4, "value"}},
		{"1.2", []any{"decls", 5, "version"}},
		{"IThing", []any{"decls", 5, "decls", 0, "interfaces", 0, "name"}},
	} {
		if got := at(t, j, c.path...); got != c.want {
			t.Errorf("%v: %v, want %v", c.path, got, c.want)
		}
	}
}
