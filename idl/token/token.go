// Package token defines the tokens that scanner, preprocessor and parser hand
// to each other. They are preprocessing tokens: numbers keep their spelling,
// because a GUID such as 0c733a30-2a1c-11ce-ade5-00aa0044773d falls into
// pieces that are no numbers, and keywords are identifiers that carry a
// [Keyword], because IDL lets most of them be used as names.
package token

import "oxid/idl/source"

// Kind is the kind of a token.
type Kind uint8

// The kinds.
const (
	EOF     Kind = iota
	Ident        // a name or a keyword
	Number       // a preprocessing number: anything that starts like one
	String       // "text", quotes included in Text
	WString      // L"text"
	Char         // 'c'
	WChar        // L'c'
	Pragma       // a #pragma line: Text is the rest of the line
	Barrier      // the preprocessor's own: the end of a macro argument
	Other        // a byte that no token starts with
	// What follows are punctuators.
	LParen
	RParen
	LBrack
	RBrack
	LBrace
	RBrace
	Comma
	Semi
	Colon
	Scope // ::
	Question
	Dot
	DotDot // ..
	Ellipsis
	Arrow
	Assign
	Plus
	Minus
	Star
	Slash
	Percent
	Amp
	Pipe
	Caret
	Tilde
	Not
	AndAnd
	OrOr
	Shl
	Shr
	Less
	Greater
	LessEq
	GreaterEq
	Equal
	NotEqual
	Hash
	HashHash
	numKinds
)

var names = [numKinds]string{
	EOF: "end of file", Ident: "name", Number: "number", String: "string", WString: "string",
	Char: "character", WChar: "character", Pragma: "#pragma", Other: "character",
	LParen: "(", RParen: ")", LBrack: "[", RBrack: "]", LBrace: "{", RBrace: "}",
	Comma: ",", Semi: ";", Colon: ":", Scope: "::", Question: "?", Dot: ".", DotDot: "..",
	Ellipsis: "...", Arrow: "->", Assign: "=", Plus: "+", Minus: "-", Star: "*", Slash: "/",
	Percent: "%", Amp: "&", Pipe: "|", Caret: "^", Tilde: "~", Not: "!", AndAnd: "&&",
	OrOr: "||", Shl: "<<", Shr: ">>", Less: "<", Greater: ">", LessEq: "<=", GreaterEq: ">=",
	Equal: "==", NotEqual: "!=", Hash: "#", HashHash: "##",
}

// String returns the punctuator, or a word for the other kinds.
func (k Kind) String() string { return names[k] }

// Flags say how a token stands in its line and where it comes from.
type Flags uint8

// The flags.
const (
	BOL       Flags = 1 << iota // first on its line
	Space                       // white space or a comment before it
	NoExpand                    // a macro's name inside its own expansion: never expanded again
	FromMacro                   // produced by a macro; Pos is where the macro was used
)

// Comment is the comment directly before a token: a range of the text of the
// token's file. The zero Comment is none.
type Comment struct{ From, To int32 }

// Token is one token.
type Token struct {
	Kind  Kind
	Flags Flags
	Key   Keyword // NotKeyword for all but keywords
	Doc   Comment
	Pos   source.Pos
	// Text is the spelling.
	Text string
}

// Is reports whether all of the given flags are set.
func (t *Token) Is(f Flags) bool { return t.Flags&f == f }

// Broken reports whether t is a literal that does not end; the scanner said so.
func (t *Token) Broken() bool {
	if t.Kind < String || t.Kind > WChar {
		return false
	}
	s := t.Text
	if s != "" && s[0] == 'L' {
		s = s[1:]
	}
	return len(s) < 2 || s[len(s)-1] != s[0] || len(s) > 2 && s[len(s)-2] == '\\' && !evenBackslashes(s[:len(s)-1])
}

// evenBackslashes reports whether s ends with an even number of backslashes.
func evenBackslashes(s string) bool {
	n := 0
	for n < len(s) && s[len(s)-1-n] == '\\' {
		n++
	}
	return n%2 == 0
}

// Describe names t for a message: the punctuator or spelling in quotes.
func (t *Token) Describe() string {
	switch t.Kind {
	case EOF:
		return "the end of the file"
	case Pragma:
		return "#pragma"
	}
	s := t.Text
	if len(s) > 40 {
		s = s[:37] + "..."
	}
	return "'" + s + "'"
}
