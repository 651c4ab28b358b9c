package scan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/token"
)

// scanAll returns all tokens of text before EOF, and what was said.
func scanAll(text string) ([]token.Token, *diag.List) {
	var list diag.List
	s := New(source.NewFile("t.idl", text), &list)
	var out []token.Token
	for t := s.Next(); t.Kind != token.EOF; t = s.Next() {
		out = append(out, t)
	}
	return out, &list
}

func texts(ts []token.Token) string {
	var out []string
	for _, t := range ts {
		out = append(out, t.Text)
	}
	return strings.Join(out, " ")
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"interface IFoo:IBar{};", "interface IFoo : IBar { } ;"},
		{"a<<=b>>c<=d>=e==f!=g&&h||i->j", "a << = b >> c <= d >= e == f != g && h || i -> j"},
		{"[0..9] a...b ..", "[ 0 .. 9 ] a ... b .."},
		{"A::B ## #x", "A :: B ## # x"},
		{`"a\"b" L"w" 'c' L'\'' '\\'`, `"a\"b" L"w" 'c' L'\'' '\\'`},
		{"0x1F 017 1.5 .5f 1e+5 1.e-3 5ui64", "0x1F 017 1.5 .5f 1e+5 1.e-3 5ui64"},
		{"a/*x*/b//y\nc", "a b c"},
		{"lo\\\nng x\\\r\ny", "long xy"},
		{"\"jo\\\nined\"", `"joined"`},
		{"größe $x _1", "größe $x _1"},
		{"a\x1a", "a"},
		{"", ""},
	} {
		ts, list := scanAll(c.text)
		if got := texts(ts); got != c.want || len(list.All()) != 0 {
			t.Errorf("%q: got %q, %d messages, want %q", c.text, got, len(list.All()), c.want)
		}
	}
}

// TestGUIDPieces: a GUID falls into pieces at its hyphens whatever its digits
// are, though 5e-3 is a number elsewhere.
func TestGUIDPieces(t *testing.T) {
	for _, g := range []string{
		"01234567-89ab-cdef-0123-456789abcdef",
		"1e1e1e1e-2e2e-3e3e-4e4e-5e5e5e5e5e5e",
		"0000000e-1e05-0e01-000e-00000000000e",
		"eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee",
	} {
		ts, _ := scanAll(g)
		if len(ts) != 9 || strings.ReplaceAll(texts(ts), " ", "") != g {
			t.Errorf("%s: %q", g, texts(ts))
		}
	}
}

func TestKindsAndKeywords(t *testing.T) {
	ts, _ := scanAll(`interface 12 "s" L"w" 'c' L'w' ; @ unsigned stdcall`)
	want := []token.Kind{token.Ident, token.Number, token.String, token.WString, token.Char, token.WChar, token.Semi, token.Other, token.Ident, token.Ident}
	for i, k := range want {
		if ts[i].Kind != k {
			t.Errorf("%q has kind %v, want %v", ts[i].Text, ts[i].Kind, k)
		}
	}
	if ts[0].Key != token.KwInterface || ts[8].Key != token.KwUnsigned || ts[9].Key != token.KwCallConv || ts[1].Key != token.NotKeyword {
		t.Error("keywords are not told")
	}
}

func TestFlags(t *testing.T) {
	ts, _ := scanAll("a b\n c/**/d(e\n\nf")
	for i, want := range []token.Flags{token.BOL, token.Space, token.BOL | token.Space, token.Space, 0, 0, token.BOL | token.Space} {
		if ts[i].Flags != want {
			t.Errorf("%s: flags %b, want %b", ts[i].Text, ts[i].Flags, want)
		}
	}
}

// TestDocComments: the comment that ends directly before a token's line
// belongs to it, one behind other text on its line does not.
func TestDocComments(t *testing.T) {
	const text = "/* one */\na // not for b\nb\n// two\n// lines\nc\n// parted\n\nd\n/* same line */ e\n/*x*/\n#define\nf"
	want := map[string]string{
		"a": "/* one */", "b": "", "c": "// two\n// lines", "d": "", "e": "/* same line */", "#": "/*x*/", "f": "",
	}
	ts, _ := scanAll(text)
	for _, tok := range ts {
		w, ok := want[tok.Text]
		if got := text[tok.Doc.From:tok.Doc.To]; ok && got != w {
			t.Errorf("%s: comment %q, want %q", tok.Text, got, w)
		}
	}
}

func TestScanErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a /* b":       "t.idl:1:3: comment is not closed",
		"x \"abc\ny":   "t.idl:1:3: string constant does not end on its line",
		"x L'abc":      "t.idl:1:3: character constant does not end on its line",
		"a\n @":        "t.idl:2:2: unexpected character '@'",
		"a \\ b":       "t.idl:1:3: stray '\\'",
		"\"a\\\\\\\"b": "t.idl:1:1: string constant does not end on its line",
	} {
		_, list := scanAll(text)
		if len(list.All()) != 1 || list.All()[0].Pos.String()+": "+list.All()[0].Message != want {
			t.Errorf("%q: %v, want %s", text, list.All(), want)
		}
	}
}

// TestQuiet: while a conditional group is skipped, text need not be tokens.
func TestQuiet(t *testing.T) {
	var list diag.List
	s := New(source.NewFile("t.idl", "don't @ \"\nnext /* open"), &list)
	s.Quiet = true
	for s.Next().Kind != token.EOF {
	}
	if len(list.All()) != 0 {
		t.Error(list.All()[0].Message)
	}
}

func TestRestOfLine(t *testing.T) {
	for text, want := range map[string]string{
		"  a b  // c\nd":             "a b",
		"a /* x\ny */ b\nc":          "a   b",
		"\"//\" '/*' z\nq":           "\"//\" '/*' z",
		"a \\\n b\nc":                "a  b",
		"pack(push, 1)\r\n":          "pack(push, 1)",
		"":                           "",
		"unclosed \" quote // x\nno": "unclosed \" quote // x",
	} {
		s := New(source.NewFile("t.idl", text), &diag.List{})
		if got, _ := s.RestOfLine(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// corpus adds the golden files as seeds.
func corpus(f *testing.F) {
	names, _ := filepath.Glob("../testdata/*.idl")
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
}

// FuzzScan: the scanner ends, its tokens follow each other without overlap,
// and their text is that of the file unless a splice was taken out.
func FuzzScan(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, text string) {
		var list diag.List
		s := New(source.NewFile("f", text), &list)
		end := int32(0)
		for {
			tok := s.Next()
			if tok.Kind == token.EOF {
				break
			}
			if tok.Pos.Off < end || int(tok.Pos.Off)+len(tok.Text) > len(text) {
				t.Fatalf("%q at %d overlaps what ends at %d", tok.Text, tok.Pos.Off, end)
			}
			end = tok.Pos.Off + int32(len(tok.Text))
			if tok.Text == "" {
				t.Fatal("empty token")
			}
			if raw := text[tok.Pos.Off:end]; raw != tok.Text && !strings.Contains(raw, "\\") {
				t.Fatalf("%q is not %q", tok.Text, raw)
			}
			if tok.Doc.To > tok.Pos.Off || tok.Doc.From > tok.Doc.To {
				t.Fatal("comment behind its token")
			}
		}
		if s.Next().Kind != token.EOF {
			t.Fatal("tokens after the end")
		}
	})
}
