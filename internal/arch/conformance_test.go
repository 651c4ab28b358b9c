package arch

import (
	"bufio"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// conformancePage lists the facts about COM and how this module stands to them.
const conformancePage = "docs/conformance.md"

// factsOf is the number of facts in each area of the page, so that no row gets lost.
var factsOf = map[string]int{
	"LIFE": 35, "REMARSHAL": 6, "TABLE": 13, "EXTCONN": 8, "LOCK": 13, "CUSTOM": 28, "FTM": 14, "IDENT": 21,
	"THREAD": 11, "PSBUF": 37, "PSCLSID": 10, "CHANNEL": 11, "ACTIV": 29, "APT": 14, "HOOK": 12, "MSGF": 13,
	"GIT": 10, "CLISEC": 9, "AGILE": 14, "NDR": 54, "USERM": 50, "INVOKE": 22,
}

// fact is one row of the page.
type fact struct {
	line  int
	area  string
	id    string // "CF-001"
	short string
	state string
	where string // tests for a tested fact, a reason otherwise
}

// readFacts reads the rows of the page.
func readFacts(t *testing.T, path string) (facts []fact) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	area := ""
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		line := s.Text()
		if h, ok := strings.CutPrefix(line, "## "); ok {
			area, _, _ = strings.Cut(h, ":")
			continue
		}
		if !strings.HasPrefix(line, "| CF-") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), "|")
		if len(cells) == 3 {
			cells = append(cells, "") // an open row may end here
		}
		if len(cells) != 4 {
			t.Errorf("%s:%d: %d cells, want 4", path, n, len(cells))
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		facts = append(facts, fact{n, area, cells[0], cells[1], cells[2], cells[3]})
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return facts
}

var (
	testFunc  = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]*)\(`)
	factTests = regexp.MustCompile(`^TestCF((?:_\d{3})+)_`)
)

// readTests returns every test function of the module as "folder.TestName",
// with the last element of the folder's path.
func readTests(t *testing.T, root string) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range testFunc.FindAllStringSubmatch(string(b), -1) {
			tests[filepath.Base(filepath.Dir(path))+"."+m[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}

func TestConformancePage(t *testing.T) {
	root := filepath.Join("..", "..")
	page := filepath.Join(root, conformancePage)
	facts, tests := readFacts(t, page), readTests(t, root)
	carried := map[string][]string{} // tests by the facts in their names
	for name := range tests {
		_, fn, _ := strings.Cut(name, ".")
		if m := factTests.FindStringSubmatch(fn); m != nil {
			for _, n := range strings.Split(m[1], "_")[1:] {
				carried["CF-"+n] = append(carried["CF-"+n], name)
			}
		}
	}
	seen, inArea, states := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, f := range facts {
		complain := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s:%d: %s: "+format, append([]any{conformancePage, f.line, f.id}, args...)...)
		}
		if seen[f.id] {
			complain("is listed twice")
		}
		seen[f.id] = true
		inArea[f.area]++
		states[f.state]++
		if f.short == "" {
			complain("has no description")
		}
		switch f.state {
		case "tested":
			for _, name := range strings.Split(f.where, ",") {
				name = strings.TrimSpace(name)
				switch {
				case !tests[name]:
					complain("there is no test %q", name)
				case !slices.Contains(carried[f.id], name):
					complain("%s does not carry the fact's number", name)
				}
			}
		case "not applicable", "deviates":
			if f.where == "" {
				complain("has no reason")
			}
		case "open":
			if have := carried[f.id]; len(have) > 0 {
				slices.Sort(have)
				t.Logf("%s is open on the page, and tested by %s", f.id, strings.Join(have, ", "))
			}
		default:
			complain("unknown state %q", f.state)
		}
	}
	for area, n := range factsOf {
		if inArea[area] != n {
			t.Errorf("%s: %d facts in area %s, want %d", conformancePage, inArea[area], area, n)
		}
	}
	t.Logf("%d facts: %d tested, %d not applicable, %d deviate, %d open (%.1f %%)", len(facts), states["tested"],
		states["not applicable"], states["deviates"], states["open"], 100*float64(states["open"])/float64(max(len(facts), 1)))
}
