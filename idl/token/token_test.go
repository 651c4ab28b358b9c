package token

import "testing"

func TestLookup(t *testing.T) {
	for word, want := range map[string]Keyword{
		"interface": KwInterface, "unsigned": KwUnsigned, "_int64": KwInt64, "__stdcall": KwCallConv, "STDMETHODCALLTYPE": KwCallConv,
		"TRUE": KwTrue, "SAFEARRAY": KwSafearray, "far": KwModifier, "midl_pragma": KwMidlPragma, "__declspec": KwDeclspec,
		"Interface": NotKeyword, "uuid": NotKeyword, "": NotKeyword, "in": NotKeyword,
	} {
		if got := Lookup(word); got != want {
			t.Errorf("%q: %d, want %d", word, got, want)
		}
	}
}

// TestBroken tells literals that end from those whose last quote is missing
// or escaped.
func TestBroken(t *testing.T) {
	for text, want := range map[string]bool{
		`"a"`: false, `"a`: true, `"`: true, `"a\"`: true, `"a\\"`: false, `"a\\\"`: true, `L"w"`: false, `L"w`: true, `'c'`: false, `'`: true, `""`: false,
	} {
		tok := Token{Kind: String, Text: text}
		if got := tok.Broken(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	tok := Token{Kind: Ident, Text: "a"}
	if tok.Broken() {
		t.Error("a name is broken")
	}
}

func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		tok  Token
		want string
	}{
		{Token{Kind: EOF}, "the end of the file"},
		{Token{Kind: Semi, Text: ";"}, "';'"},
		{Token{Kind: Pragma, Text: "x"}, "#pragma"},
		{Token{Kind: Ident, Text: "a_name_that_goes_on_and_on_and_on_and_on_and"}, "'a_name_that_goes_on_and_on_and_on_and...'"},
	} {
		if got := c.tok.Describe(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	for k := EOF; k < numKinds; k++ {
		if k != Barrier && k.String() == "" {
			t.Errorf("kind %d has no name", k)
		}
	}
}
