package scan

import (
	"strings"

	"oxid/idl/token"
)

// blanks skips white space, comments and line splices, and notes whether a
// line began and which comment ended directly before the next token.
func (s *Scanner) blanks() {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == '\n':
			s.newline()
		case class[c]&blank != 0:
			s.space = true
			s.pos++
		case c == '\\':
			n := s.splice(s.pos)
			if n == 0 {
				return
			}
			s.space = true
			s.pos += n
		case c == '/' && s.pos+1 < len(s.text) && (s.text[s.pos+1] == '*' || s.text[s.pos+1] == '/'):
			s.comment()
		default:
			return
		}
	}
}

// newline passes a line end. A blank line parts a comment from what follows.
func (s *Scanner) newline() {
	s.pos++
	if s.bol && s.doc.To != 0 && blankLine(s.text[s.doc.To:s.pos-1]) {
		s.doc = token.Comment{}
	}
	s.bol, s.space = true, true
}

// blankLine reports whether t, the text after a comment, holds a line end.
func blankLine(t string) bool { return strings.IndexByte(t, '\n') >= 0 }

// comment passes a comment. One that starts its line is kept as the text that
// belongs to the next token; neighbouring // lines are kept as one.
func (s *Scanner) comment() {
	from, own := s.pos, s.bol
	line := s.text[from+1] == '/'
	s.pos = s.skipComment(from)
	s.space = true
	if !own {
		s.doc = token.Comment{}
		return
	}
	if line && s.doc.To != 0 && strings.HasPrefix(s.text[s.doc.From:], "//") {
		s.doc.To = int32(s.pos)
		return
	}
	s.doc = token.Comment{From: int32(from), To: int32(s.pos)}
}

// skipComment returns the offset after the comment at i. A line comment ends
// before its line end.
func (s *Scanner) skipComment(i int) int {
	if s.text[i+1] == '/' {
		for i < len(s.text) && s.text[i] != '\n' {
			if n := s.splice(i); n > 0 {
				i += n
			} else {
				i++
			}
		}
		return i
	}
	end := strings.Index(s.text[i+2:], "*/")
	if end < 0 {
		s.errorf(i, 2, "comment is not closed").Fix("end it with */")
		return len(s.text)
	}
	return i + 2 + end + 2
}

// SkipLine moves to the line end without looking at tokens. Comments count:
// one that begins here may end on a later line.
func (s *Scanner) SkipLine() { s.RestOfLine() }
