package parse

import (
	"strings"

	"oxid/idl/source"
)

// doc returns the text of the comment directly before the current token.
func (p *parser) doc() string {
	c := p.tok.Doc
	if c.To == 0 {
		return ""
	}
	if c.From == 0 && strings.Contains(p.tok.Pos.File.Text[:c.To], "opyright") {
		return "" // a licence belongs to the file
	}
	return commentText(p.tok.Pos.File.Text[c.From:c.To])
}

// fileDoc returns the text of the comment at the top of f.
func fileDoc(f *source.File) string {
	text := strings.TrimLeft(f.Text, " \t\r\n")
	if !strings.HasPrefix(text, "/*") && !strings.HasPrefix(text, "//") {
		return ""
	}
	if strings.HasPrefix(text, "/*") {
		if i := strings.Index(text, "*/"); i > 0 {
			return commentText(text[:i+2])
		}
		return ""
	}
	end := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		if !strings.HasPrefix(strings.TrimLeft(line, " \t"), "//") {
			break
		}
		end += len(line)
	}
	return commentText(text[:end])
}

// commentText strips the marks of a comment: slashes, stars and the
// decoration at the beginning of lines. Lines keep their ends, except those
// at the edges.
func commentText(c string) string {
	block := strings.HasPrefix(c, "/*")
	if block {
		c = strings.TrimSuffix(strings.TrimPrefix(c, "/*"), "*/")
	}
	lines := strings.Split(strings.ReplaceAll(c, "\r", ""), "\n")
	out := lines[:0]
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if block {
			l = strings.TrimLeft(l, "*!")
		} else {
			l = strings.TrimLeft(l, "/!")
		}
		out = append(out, strings.TrimSpace(rule(l)))
	}
	for len(out) > 0 && out[0] == "" {
		out = out[1:]
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return strings.Join(out, "\n")
}

// rule empties lines that are drawn rather than written, ---- and ****, and
// those by which the class wizard of MFC knows its places: {{AFX_ODL_PROP.
func rule(l string) string {
	l = strings.TrimRight(l, "*")
	if strings.Trim(l, "-=*#_+~ ") == "" || strings.HasPrefix(l, "{{AFX_") || strings.HasPrefix(l, "}}AFX_") {
		return ""
	}
	return l
}
