// Package idlpage keeps docs/idl.md true: the Go on that page is what the
// compiler prints for the IDL beside it.
package idlpage

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"oxid/idl"
	"oxid/idl/gen"
)

var update = flag.Bool("update", false, "write the page anew")

const page = "../../docs/idl.md"

func TestPage(t *testing.T) {
	old, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	rest := string(old)
	for n := 0; ; n++ {
		before, after, ok := strings.Cut(rest, "```idl\n")
		got.WriteString(before)
		if !ok {
			if n < 10 {
				t.Errorf("only %d examples on the page", n)
			}
			break
		}
		text, after, _ := strings.Cut(after, "```\n")
		_, after, ok = strings.Cut(after, "```go\n")
		if !ok {
			t.Fatalf("no Go behind\n%s", text)
		}
		_, rest, _ = strings.Cut(after, "```\n")
		got.WriteString("```idl\n" + text + "```\n\n```go\n" + compile(t, text) + "```\n")
	}
	if *update {
		if err := os.WriteFile(page, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got.String() != string(old) {
		name := filepath.Join(t.TempDir(), "idl.md")
		os.WriteFile(name, []byte(got.String()), 0o600)
		t.Errorf("the page is not what the compiler prints; go test ./internal/idlpage -update writes it anew:\n%s", firstDifference(string(old), got.String()))
	}
}

// compile returns the declarations that a user sees of what text compiles to.
func compile(t *testing.T, text string) string {
	t.Helper()
	fs := fstest.MapFS{"example.idl": {Data: []byte("import \"unknwn.idl\";\n" + text)}}
	p, diags, err := idl.Compile([]string{"example.idl"}, idl.Options{FS: fs})
	if err != nil || idl.HasErrors(diags) {
		t.Fatalf("%v %v in\n%s", err, diags, text)
	}
	files, diags := gen.Generate(p, gen.Options{})
	if len(files) != 1 || len(diags) > 0 {
		t.Fatalf("%d files, %v for\n%s", len(files), diags, text)
	}
	return excerpt(t, files[0].Content)
}

// excerpt keeps exported types, constants and functions, the latter without
// their bodies, and leaves out what is there for the runtime alone.
func excerpt(t *testing.T, src []byte) string {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, "example.go", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	cut := func(from, to token.Pos) {
		b.Write(src[set.Position(from).Offset:set.Position(to).Offset])
		b.WriteString("\n\n")
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			if d.Tok == token.IMPORT || d.Tok == token.VAR || !exported(d) {
				continue
			}
			from := d.Pos()
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
			cut(from, d.End())
		case *ast.FuncDecl:
			name := d.Name.Name
			if !ast.IsExported(name) || strings.HasSuffix(name, "NDR") || strings.HasPrefix(name, "Expose") ||
				d.Recv != nil && !ast.IsExported(receiver(d.Recv)) {
				continue
			}
			cut(d.Pos(), d.Body.Pos())
		}
	}
	out, err := format.Source(bytes.TrimSpace(b.Bytes()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.Bytes())
	}
	return string(out) + "\n"
}

func exported(d *ast.GenDecl) bool {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if ast.IsExported(s.Name.Name) && !strings.HasPrefix(s.Name.Name, "COM") {
				return true
			}
		case *ast.ValueSpec:
			if ast.IsExported(s.Names[0].Name) {
				return true
			}
		}
	}
	return false
}

func receiver(l *ast.FieldList) string {
	e := l.List[0].Type
	if s, ok := e.(*ast.StarExpr); ok {
		e = s.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func firstDifference(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		if la[i] != lb[i] {
			return "page:     " + la[i] + "\ncompiler: " + lb[i]
		}
	}
	return "one is longer than the other"
}
