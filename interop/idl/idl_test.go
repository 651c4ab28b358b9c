package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"go/format"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"oxid/idl/tree"
)

// required says that nothing may be skipped.
var required = os.Getenv("OXID_INTEROP") == "required"

// skip skips the test, or fails it where nothing may be skipped.
func skip(t *testing.T, format string, args ...any) {
	t.Helper()
	if required {
		t.Fatalf("OXID_INTEROP=required, but "+format, args...)
	}
	t.Skipf(format, args...)
}

// TestCorpus is the command without its build: all files against widl's
// verdict, all that is accepted generated, its types checked, nothing missing.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	dir, err := findCorpus()
	if err != nil {
		skip(t, "%v", err)
	}
	widl := findWidl()
	if widl == "" {
		skip(t, "there is no widl: install Debian's package wine64-tools")
	}
	r, err := run(t.Context(), options{dir: dir, widl: widl, types: true, builder: builder{parallel: 2}})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range r.faults() {
		if i < 20 {
			t.Error(f)
		}
	}
	t.Logf("%d files, %d accepted, %d by widl; %d object and %d RPC interfaces, %d methods; carved out: %d WinRT, %d [local], %d and %d methods",
		r.Files, r.Accepted, r.WidlAccepted, r.Objects, r.RPC, r.Methods, r.count(carvedWinRT), r.LocalIfaces, r.count(carvedMethod), r.CarvedMethods)
	if r.Files != 305 {
		return // another version of Wine
	}
	// Those that are refused are parts of others, and say so by what they lack.
	for _, v := range r.Verdicts {
		if !v.Accepted && !strings.Contains(v.Message, ": unknown ") {
			t.Errorf("%s: %s", v.File, v.Message)
		}
	}
	// Wine 8.0's. What is carved out may become less, but not more in silence.
	if r.Accepted < 257 || r.WidlAccepted != 257 || r.Objects < 1511 || r.RPC < 2 || r.Methods < 11141 {
		t.Error("less than there has been")
	}
	if all := r.Objects + r.RPC + r.LocalIfaces + r.count(carvedNoUUID) + r.Plain; all != r.HeaderInterfaces {
		t.Errorf("%d interfaces generated, carved out or with nothing to generate; widl's headers have %d", all, r.HeaderInterfaces)
	}
}

// TestGeneratedIsFormatted: what is generated from the corpus is gofmt-clean.
func TestGeneratedIsFormatted(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	dir, err := findCorpus()
	if err != nil {
		skip(t, "%v", err)
	}
	files, err := corpusFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	j, err := judge(files, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range j.files {
		if text, err := format.Source(f.Content); err != nil || !bytes.Equal(text, f.Content) {
			t.Errorf("%s is not formatted: %v", f.Name, err)
		}
	}
}

// small is a corpus of a test's own: one object interface with a method that
// nothing could carry, one RPC interface, one of each thing that is carved out.
var small = map[string]string{
	"small.idl": `import "unknwn.idl";
[object, uuid(11110000-0000-4a00-8000-0000000000a1)] interface IOne : IUnknown { HRESULT A([in] long n); HRESULT B([in] void *p); [local] HRESULT C(); HRESULT D(); }
[object, uuid(11110000-0000-4a00-8000-0000000000a2)] interface ITwo : IOne { HRESULT E(); }
[uuid(11110000-0000-4a00-8000-0000000000a3), version(1.0)] interface plain { long f([in] long n); long g(); [nocode] long h(); }
[local, object, uuid(11110000-0000-4a00-8000-0000000000a4)] interface ILocal : IUnknown { HRESULT F(); }
[object] interface INameless : IUnknown { HRESULT G(); }
`,
	"bad.idl": "typedef missing T;\n",
}

// smallRun writes the small corpus and judges it.
func smallRun(t *testing.T) (dir string, j *judged, r *report) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range small {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := corpusFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	if j, err = judge(files, nil); err != nil {
		t.Fatal(err)
	}
	return dir, j, &report{Dir: dir, Files: len(files), Verdicts: j.verdicts}
}

// enter compares what j generated, after edit has changed the Go code.
func enter(t *testing.T, j *judged, r *report, edit func(string) string) {
	t.Helper()
	for i := range j.files {
		j.files[i].Content = []byte(edit(string(j.files[i].Content)))
	}
	packages, err := parseAll(token.NewFileSet(), j.files)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.enterGenerated(j, packages); err != nil {
		t.Fatal(err)
	}
}

func TestReportOfASmallCorpus(t *testing.T) {
	_, j, r := smallRun(t)
	enter(t, j, r, func(s string) string { return s })
	var b bytes.Buffer
	if err := r.print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"files 2", "accepted 1", "object interfaces 2 with", "RPC interfaces 1 with", "methods 5 that", "bad.idl 1 1: unknown type missing (this file imports nothing",
		"small.idl: ILocal", "small.idl: INameless", "small.idl: IOne.C", "small.idl: plain.h", "small.idl: IOne.B: parameter p: void * does not tell what it points to",
		"0 faults",
	} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
			t.Errorf("the report does not say %q:\n%s", want, &b)
		}
	}
	b.Reset()
	if err := r.printJSON(&b); err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || fmt.Sprint(back) != fmt.Sprint(*r) {
		t.Errorf("JSON tells something else: %v\n%s", err, &b)
	}
}

// TestMissingIsFound: every way in which something could be left out is told.
func TestMissingIsFound(t *testing.T) {
	replace := func(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }
	for name, tt := range map[string]struct {
		edit func(string) string
		want string
	}{
		"a proxy method":     {replace("Begin(ctx, 3,", "Begin(ctx, three,"), "IOne: operation 3, A, is generated on one side only"},
		"a stub's case":      {replace("case 6:", "case six:"), "IOne: operation 6, D, is generated on one side only"},
		"both":               {replace("Begin(ctx, 6,", "Begin(ctx, six,", "case 6:", "case six:"), "IOne: operation 6, D, is silently missing"},
		"another number":     {replace("Begin(ctx, 7,", "Begin(ctx, 8,", "case 7:", "case 8:"), "ITwo: operation 8 is generated, but nothing declares it"},
		"a registration":     {replace("NewProxy: ", "OldProxy: "), "ITwo: the interface is not generated"},
		"an identifier":      {replace("0000000000a2", "0000000000b2"), "ITwo: the interface is not generated"},
		"a client's call":    {replace("NewCall(1,", "NewCall(one,"), "plain: operation 1, g, is generated on one side only"},
		"a server's case":    {replace("case 0:", "case zero:"), "plain: operation 0, f, is generated on one side only"},
		"a server":           {replace("dcerpc.Interface{", "dcerpc.Nothing{"), "plain: the interface is not generated"},
		"something too much": {replace("0000000000a1", "0000000000b1"), "IOne is generated, but not among the interfaces that travel"},
	} {
		t.Run(name, func(t *testing.T) {
			_, j, r := smallRun(t)
			enter(t, j, r, tt.edit)
			if !slices.ContainsFunc(r.faults(), func(f string) bool { return strings.Contains(f, tt.want) }) {
				t.Errorf("got %q, want %q", r.faults(), tt.want)
			}
		})
	}
}

// TestWidlsVerdictCounts: a file that widl accepts must be accepted, and an
// interface that its header has must be in the tree, and the other way round.
func TestWidlsVerdictCounts(t *testing.T) {
	dir, j, r := smallRun(t)
	names := []string{"IOne", "ITwo", "plain", "ILocal"}
	verdicts := map[string]widlVerdict{
		filepath.Join(dir, "bad.idl"):   {accepted: true},
		filepath.Join(dir, "small.idl"): {accepted: true, interfaces: append(names, "ISkipped")},
	}
	r.enterWidl(verdicts)
	r.compareHeaders(verdicts, j.program)
	want := []string{
		"refused, but widl accepts it: bad.idl:1: unknown type missing",
		"missing: small.idl: our tree has INameless, widl's header has not",
		"missing: small.idl: widl's header has ISkipped, our tree has not",
	}
	if got := r.faults(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestTypeErrorsAreFound: the type checker sees what a build would.
func TestTypeErrorsAreFound(t *testing.T) {
	for edit, want := range map[string]string{"": "", "n int32": "cannot use"} {
		_, j, _ := smallRun(t)
		for i := range j.files {
			j.files[i].Content = bytes.ReplaceAll(j.files[i].Content, []byte(cmp.Or(edit, "\x00")), []byte("n string"))
		}
		fset := token.NewFileSet()
		packages, err := parseAll(fset, j.files)
		if err != nil {
			t.Fatal(err)
		}
		faults, err := typecheck(fset, packages)
		if err != nil {
			t.Fatal(err)
		}
		if (want == "") != (len(faults) == 0) || !strings.Contains(strings.Join(faults, "\n"), want) {
			t.Errorf("after changing %q: %q", edit, faults)
		}
	}
}

// TestBuild builds and vets the small corpus, and finds what does not.
func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	_, j, _ := smallRun(t)
	packages, err := parseAll(token.NewFileSet(), j.files)
	if err != nil {
		t.Fatal(err)
	}
	o := builder{parallel: 1}
	b, err := o.build(t.Context(), packages)
	if err != nil || !b.Built || !b.Vetted {
		t.Fatalf("%v %+v", err, b)
	}
	f := packages[0].files[0]
	f.Content = append(f.Content, "\nvar _ = missing\n"...)
	if b, err = o.build(t.Context(), packages); err != nil || b.Built || b.Vetted || !strings.Contains(b.BuildErrors, "undefined: missing") {
		t.Errorf("%v %+v", err, b)
	}
}

func TestWidlIsAsked(t *testing.T) {
	widl := findWidl()
	if widl == "" {
		skip(t, "there is no widl: install Debian's package wine64-tools")
	}
	dir := t.TempDir()
	var files []string
	for name, text := range map[string]string{
		"good.idl": "[uuid(11110000-0000-4a00-8000-0000000000a3)] interface here { long f(long n); }\n", "bad.idl": "typedef missing T;\n",
	} {
		files = append(files, filepath.Join(dir, name))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	v, err := askWidl(t.Context(), widl, nil, files, 2)
	if err != nil {
		t.Fatal(err)
	}
	good, bad := v[filepath.Join(dir, "good.idl")], v[filepath.Join(dir, "bad.idl")]
	if !good.accepted || !slices.Equal(good.interfaces, []string{"here"}) || bad.accepted || !strings.HasPrefix(bad.message, "bad.idl:1: ") {
		t.Errorf("%+v %+v", good, bad)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := askWidl(ctx, widl, nil, files, 1); err == nil {
		t.Error("a run that was interrupted has verdicts")
	}
}

// TestCarvedOutOfTheRuntime: WinRT's declarations are named, be they nameless.
func TestCarvedOutOfTheRuntime(t *testing.T) {
	f := &tree.File{Path: "w.idl", Decls: []tree.Decl{
		&tree.WinRT{Kind: tree.Declare},
		&tree.WinRT{Head: tree.Head{Name: "Buffer"}, Kind: tree.RuntimeClass},
		&tree.Interface{Head: tree.Head{Name: "IBuffer"}, Complete: true, WinRT: true},
	}}
	e := expect(&tree.Program{Files: []*tree.File{f}}, nil)
	if got := fmt.Sprint(e.carved); got != "[{WinRT w.idl declare declare} {WinRT w.idl Buffer runtimeclass} {WinRT w.idl IBuffer interface}]" {
		t.Error(got)
	}
}
