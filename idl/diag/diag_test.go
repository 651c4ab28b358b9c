package diag

import (
	"encoding/json"
	"strings"
	"testing"

	"oxid/idl/source"
)

func TestText(t *testing.T) {
	f := source.NewFile("a.idl", "first\n\tlong  xyz;\n"+strings.Repeat("q", 300)+"HERE\nbad \x1b[31m\xff\n")
	for _, c := range []struct {
		d    *Diagnostic
		want string
	}{
		{(&Diagnostic{Severity: Error, Pos: source.Pos{File: f, Off: 13}, Width: 3, Message: "what"}).Fix("do %d", 1).At(source.Pos{File: f}, "see"),
			"a.idl:2:8: error: what\n    2 | \tlong  xyz;\n      | \t      ^~~\n      = help: do 1\na.idl:1:1: note: see\n    1 | first\n      | ^\n"},
		{&Diagnostic{Severity: Warning, Message: "of no place"}, "warning: of no place\n"},
		{&Diagnostic{Severity: Error, Pos: source.Pos{File: f, Off: 5}, Width: 99, Message: "at the end"},
			"a.idl:1:6: error: at the end\n    1 | first\n      |      ^\n"},
	} {
		var b strings.Builder
		if err := Text(&b, c.d); err != nil || b.String() != c.want {
			t.Errorf("got\n%s\nwant\n%s", b.String(), c.want)
		}
	}
	var b strings.Builder
	if err := Text(&b, &Diagnostic{Pos: source.Pos{File: f, Off: 318}, Width: 4, Message: "long line"}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if at := strings.IndexByte(lines[2], '^'); len(lines[1]) > 200 || lines[1][at:at+4] != "HERE" {
		t.Errorf("the caret misses its place:\n%s", b.String())
	}
	b.Reset()
	if err := Text(&b, &Diagnostic{Pos: source.Pos{File: f, Off: 323}, Message: "a\x1bb"}); err != nil || (strings.Contains(b.String(), "\x1b") || strings.Contains(b.String(), "\xff")) {
		t.Errorf("control characters reach the terminal: %q", b.String())
	}
}

func TestJSON(t *testing.T) {
	f := source.NewFile("a.idl", "one\ntwo <&>\n")
	d := (&Diagnostic{Severity: Warning, Pos: source.Pos{File: f, Off: 8}, Width: 3, Message: `a "b" <c>`, Help: "h"}).At(source.Pos{File: f}, "n")
	var b strings.Builder
	if err := JSON(&b, d); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "\n") != 1 {
		t.Errorf("not one line: %q", b.String())
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]any{"severity": "warning", "file": "a.idl", "line": 2.0, "col": 5.0, "endCol": 8.0, "message": `a "b" <c>`, "help": "h"} {
		if got[k] != want {
			t.Errorf("%s: %v, want %v", k, got[k], want)
		}
	}
}

// TestSorted: the order of the source, with doubles left out.
func TestSorted(t *testing.T) {
	f := source.NewFile("f", strings.Repeat("x", 20))
	var l List
	for _, off := range []int32{9, 3, 9, 0} {
		l.Errorf(source.Pos{File: f, Off: off}, 1, "m%d", off)
	}
	l.Warnf(source.Pos{File: f, Off: 3}, 1, "w")
	var got []string
	for _, d := range l.Sorted() {
		got = append(got, d.Message)
	}
	if s := strings.Join(got, " "); s != "m0 m3 w m9" {
		t.Errorf("got %s", s)
	}
	if l.Errors() != 4 || len(l.All()) != 5 {
		t.Errorf("%d errors of %d", l.Errors(), len(l.All()))
	}
}

// TestBound: rubbish fills neither screen nor memory.
func TestBound(t *testing.T) {
	var l List
	for range 10_000 {
		l.Errorf(source.Pos{}, 1, "e")
		l.Warnf(source.Pos{}, 1, "w")
	}
	if len(l.All()) > 2*MaxErrors || l.Errors() != 10_000 || l.Dropped() == 0 || !l.Full() {
		t.Errorf("%d kept, %d errors, %d dropped", len(l.All()), l.Errors(), l.Dropped())
	}
}

func TestSoften(t *testing.T) {
	var l List
	d := l.Errorf(source.Pos{}, 1, "e")
	l.Soften(d)
	l.Soften(d)
	if d.Severity != Warning || l.Errors() != 0 {
		t.Errorf("%v, %d errors", d.Severity, l.Errors())
	}
}

func TestNearest(t *testing.T) {
	names := []string{"size_is", "string", "switch_is", "unique", "uuid", "HRESULT", "in"}
	for word, want := range map[string]string{
		"sizeis": "size_is", "sting": "string", "unqiue": "unique", "hresult": "HRESULT", "HRSULT": "HRESULT", "swich_is": "switch_is",
		"completely": "", "x": "", "": "", "inn": "in", strings.Repeat("a", 100): "",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}
