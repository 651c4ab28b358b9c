package step_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"testing"

	"oxid/step"
)

// All lists every declared step once, in the order of the declarations, and
// the words are fit for metrics labels.
func TestAll(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "step.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []step.Step
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				declared = append(declared, step.Step(s))
			}
		}
		return true
	})
	if len(declared) != len(step.All) {
		t.Fatalf("%d steps are declared, %d are listed", len(declared), len(step.All))
	}
	word := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for i, s := range step.All {
		if s != declared[i] {
			t.Errorf("place %d has %q, declared is %q", i, s, declared[i])
		}
		if !word.MatchString(string(s)) {
			t.Errorf("%q is no label", s)
		}
	}
}
