package scan

import (
	"strings"

	"oxid/idl/diag"
	"oxid/idl/source"
	"oxid/idl/token"
)

// Scanner reads one file. It is not safe for concurrent use.
type Scanner struct {
	file *source.File
	text string
	pos  int
	list *diag.List
	// Quiet keeps errors back; set while a conditional group is skipped, where
	// text need not be made of tokens.
	Quiet bool

	bol   bool // nothing but white space since the line began
	space bool
	doc   token.Comment
}

// New returns a scanner at the start of f that reports to list.
func New(f *source.File, list *diag.List) *Scanner {
	return &Scanner{file: f, text: f.Text, list: list, bol: true}
}

// File returns the file that is read.
func (s *Scanner) File() *source.File { return s.file }

// Character classes, by byte. Bytes above 0x7f count as letters, so that names
// in any script stay whole.
const (
	letter = 1 << iota
	digit
	blank // white space without the line end
)

var class = func() (c [256]uint8) {
	for i := range c {
		switch {
		case i >= 'a' && i <= 'z', i >= 'A' && i <= 'Z', i == '_', i == '$', i >= 0x80:
			c[i] = letter
		case i >= '0' && i <= '9':
			c[i] = digit
		case i == ' ', i == '\t', i == '\r', i == '\v', i == '\f', i == 0x1a:
			c[i] = blank // 0x1a ends files that DOS editors wrote
		}
	}
	return
}()

// at is the place at offset off.
func (s *Scanner) at(off int) source.Pos { return source.Pos{File: s.file, Off: int32(off)} }

// errorf reports an error, unless the scanner is quiet.
func (s *Scanner) errorf(off, width int, format string, args ...any) *diag.Diagnostic {
	d := &diag.Diagnostic{}
	if !s.Quiet {
		d = s.list.Errorf(s.at(off), width, format, args...)
	}
	return d
}

// Next returns the next token. At the end of the text it returns EOF for ever.
func (s *Scanner) Next() token.Token {
	s.blanks()
	t := token.Token{Pos: s.at(s.pos), Doc: s.doc}
	s.doc = token.Comment{}
	if s.bol {
		t.Flags |= token.BOL
	}
	if s.space {
		t.Flags |= token.Space
	}
	s.bol, s.space = false, false
	if s.pos >= len(s.text) {
		t.Kind = token.EOF
		t.Flags |= token.BOL
		s.bol = true
		return t
	}
	from := s.pos
	// The first byte tells the kind of most tokens.
	switch c := s.text[from]; {
	// L begins a wide literal only when a quote follows at once.
	case class[c]&letter != 0:
		if c == 'L' && from+1 < len(s.text) && (s.text[from+1] == '"' || s.text[from+1] == '\'') {
			s.pos++
			t.Kind = s.quoted(from)
			t.Text = s.spell(from)
			if t.Kind == token.String {
				t.Kind = token.WString
			} else if t.Kind == token.Char {
				t.Kind = token.WChar
			}
			return t
		}
		t.Text = s.word()
		t.Kind, t.Key = token.Ident, token.Lookup(t.Text)
	case class[c]&digit != 0, c == '.' && from+1 < len(s.text) && class[s.text[from+1]]&digit != 0:
		t.Kind, t.Text = token.Number, s.number()
	case c == '"' || c == '\'':
		t.Kind = s.quoted(from)
		t.Text = s.spell(from)
	default:
		t.Kind = s.punct()
		t.Text = s.text[from:s.pos]
		if t.Kind == token.Other {
			if c == '\\' {
				s.errorf(from, 1, "stray '\\'").Fix("a backslash joins lines only as the last character of a line")
			} else {
				s.errorf(from, 1, "unexpected character %q", c)
			}
		}
	}
	return t
}

// spell returns the text from off to here, without line splices.
func (s *Scanner) spell(off int) string {
	t := s.text[off:s.pos]
	if strings.IndexByte(t, '\n') < 0 {
		return t
	}
	return strings.NewReplacer("\\\r\n", "", "\\\n", "").Replace(t)
}

// splice returns the length of a line splice at off, or 0.
func (s *Scanner) splice(off int) int {
	if off+1 < len(s.text) && s.text[off] == '\\' {
		switch {
		case s.text[off+1] == '\n':
			return 2
		case s.text[off+1] == '\r' && off+2 < len(s.text) && s.text[off+2] == '\n':
			return 3
		}
	}
	return 0
}

// word reads a name. A splice inside a name is rare but legal C.
func (s *Scanner) word() string {
	from, i, spliced := s.pos, s.pos, false
	for i < len(s.text) {
		if class[s.text[i]]&(letter|digit) != 0 {
			i++
		} else if n := s.splice(i); n > 0 && i+n < len(s.text) && class[s.text[i+n]]&(letter|digit) != 0 {
			i, spliced = i+n, true
		} else {
			break
		}
	}
	s.pos = i
	if spliced {
		return s.spell(from)
	}
	return s.text[from:i]
}

// number reads a preprocessing number: digits, letters and dots. Two dots in a
// row end it, as in the bounds [0..9]. A sign after an exponent's e belongs to
// it only where no piece of a GUID could stand: after a decimal point, or when
// it is a plus. The parser puts 1e-5 together again.
func (s *Scanner) number() string {
	from, i := s.pos, s.pos
	plain, dot := true, false // digits and dots only so far; a dot among them
	for ; i < len(s.text); i++ {
		c := s.text[i]
		switch {
		case class[c]&digit != 0:
			continue
		case c == '.' && (i+1 >= len(s.text) || s.text[i+1] != '.'):
			dot = true
			continue
		case (c == 'e' || c == 'E') && plain && s.exponentSign(i+1, dot):
			i++
			plain = false
			continue
		case class[c]&letter != 0:
			plain = false
			continue
		}
		break
	}
	s.pos = i
	return s.text[from:i]
}

// exponentSign reports whether the sign at off goes on with a number.
func (s *Scanner) exponentSign(off int, dot bool) bool {
	return off+1 < len(s.text) && class[s.text[off+1]]&digit != 0 &&
		(s.text[off] == '+' || s.text[off] == '-' && dot)
}

// quoted reads a string or character constant; from is where its token starts.
func (s *Scanner) quoted(from int) token.Kind {
	q := s.text[s.pos]
	kind, what := token.String, "string"
	if q == '\'' {
		kind, what = token.Char, "character"
	}
	i := s.pos + 1
	for i < len(s.text) {
		switch c := s.text[i]; {
		case c == q:
			s.pos = i + 1
			return kind
		// A literal never runs over its line: one missing quote must not
		// swallow the rest of the file.
		case c == '\n':
			s.pos = i
			if s.pos > 0 && s.text[s.pos-1] == '\r' {
				s.pos--
			}
			s.unterminated(from, what, q)
			return s.broken(kind)
		case c == '\\' && i+1 < len(s.text):
			if n := s.splice(i); n > 0 {
				i += n - 1
			} else {
				i++
			}
		}
		i++
	}
	s.pos = len(s.text)
	s.unterminated(from, what, q)
	return s.broken(kind)
}

// unterminated reports a literal that ends with its line.
func (s *Scanner) unterminated(from int, what string, q byte) {
	s.errorf(from, 1, "%s constant does not end on its line", what).Fix("close it with %c before the line ends", q)
}

// broken is the kind of an unterminated literal: still a literal, so that the
// parser does not complain a second time; its missing quote is the error that
// was reported. While skipping, it is no token at all.
func (s *Scanner) broken(kind token.Kind) token.Kind {
	if s.Quiet {
		return token.Other
	}
	return kind
}

// RestOfLine returns the text from here to the end of the line, without
// splices, comments and surrounding blanks, and moves to the line end. The
// returned offset is where the text starts.
func (s *Scanner) RestOfLine() (text string, off int) {
	for s.pos < len(s.text) && class[s.text[s.pos]]&blank != 0 {
		s.pos++
	}
	from, i := s.pos, s.pos
	var cut strings.Builder // what is left after comments were taken out
	kept, q := from, byte(0)
	for i < len(s.text) && s.text[i] != '\n' {
		c := s.text[i]
		if n := s.splice(i); n > 0 {
			i += n
			continue
		}
		switch {
		case q != 0:
			if c == '\\' && i+1 < len(s.text) && s.text[i+1] != '\n' {
				i++
			} else if c == q {
				q = 0
			}
		case c == '"' || c == '\'':
			q = c
		case c == '/' && i+1 < len(s.text) && (s.text[i+1] == '/' || s.text[i+1] == '*'):
			cut.WriteString(s.text[kept:i])
			i = s.skipComment(i)
			cut.WriteByte(' ')
			kept = i
			continue
		}
		i++
	}
	s.pos = min(i, len(s.text))
	cut.WriteString(s.text[min(kept, s.pos):s.pos])
	t := strings.NewReplacer("\\\r\n", "", "\\\n", "").Replace(cut.String())
	return strings.TrimSpace(t), from
}

// HeaderName reads <name> after #include. ok is false, and nothing is read,
// when the line does not go on with '<'.
func (s *Scanner) HeaderName() (name string, off, width int, ok bool) {
	i := s.pos
	for i < len(s.text) && class[s.text[i]]&blank != 0 {
		i++
	}
	if i >= len(s.text) || s.text[i] != '<' {
		return "", 0, 0, false
	}
	end := strings.IndexAny(s.text[i:], ">\n")
	if end < 0 || s.text[i+end] != '>' {
		return "", 0, 0, false
	}
	s.pos = i + end + 1
	s.bol = false
	return s.text[i+1 : i+end], i, end + 1, true
}
