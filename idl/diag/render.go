package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"oxid/idl/source"
)

// maxLine is the number of bytes of a source line that are shown; longer
// lines are cut around the place.
const maxLine = 160

// Text writes d for people: the message, the source line with a caret, what
// would be right, and the notes. Colour and terminals are the caller's
// business.
func Text(w io.Writer, d *Diagnostic) error {
	var b strings.Builder
	if chain := includeChain(d.Pos); chain != "" {
		b.WriteString(chain)
	}
	if d.Pos.IsValid() {
		b.WriteString(d.Pos.String())
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s: %s\n", d.Severity, clean(d.Message))
	snippet(&b, d.Pos, d.Width)
	if d.Help != "" {
		fmt.Fprintf(&b, "      = help: %s\n", clean(d.Help))
	}
	for _, n := range d.Notes {
		fmt.Fprintf(&b, "%s: note: %s\n", n.Pos, clean(n.Message))
		snippet(&b, n.Pos, 1)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// includeChain names the files whose #include directives led to p.
func includeChain(p source.Pos) string {
	if p.File == nil || !p.File.From.IsValid() {
		return ""
	}
	// Circles make long chains: the ends of one tell enough.
	var chain []source.Pos
	for at := p.File.From; at.IsValid(); at = at.File.From {
		chain = append(chain, at)
	}
	var b strings.Builder
	word := "in file included from"
	for i, at := range chain {
		if i == 3 && len(chain) > 6 {
			fmt.Fprintf(&b, "%s %d more files\n", word, len(chain)-5)
		}
		if i >= 3 && i < len(chain)-2 && len(chain) > 6 {
			continue
		}
		line, _ := at.LineCol()
		fmt.Fprintf(&b, "%s %s:%d\n", word, at.File.Path, line)
		word = "                 from"
	}
	return b.String()
}

// snippet writes the line of p and marks width bytes under it.
func snippet(b *strings.Builder, p source.Pos, width int) {
	// A file that could not be read has no lines.
	if !p.IsValid() || p.File.Text == "" {
		return
	}
	line, col := p.LineCol()
	text := p.File.Line(line)
	col = min(col-1, len(text))
	if len(text) > maxLine { // cut so that the place stays in view
		from := max(0, min(col-maxLine/2, len(text)-maxLine))
		text = text[from:min(len(text), from+maxLine)]
		col -= from
	}
	// A mark never runs beyond its line.
	width = max(1, min(width, len(text)-col))
	fmt.Fprintf(b, "%5d | %s\n      | ", line, clean(text))
	for _, r := range text[:col] {
		if r == '\t' {
			b.WriteByte('\t') // keeps the caret below its column
		} else {
			b.WriteByte(' ')
		}
	}
	// Marks count characters, so that they stand below what they mark.
	b.WriteByte('^')
	for i := utf8.RuneCountInString(text[col:min(len(text), col+width)]); i > 1; i-- {
		b.WriteByte('~')
	}
	b.WriteByte('\n')
}

// clean replaces what could confuse a terminal: control characters and bytes
// that are no UTF-8.
func clean(s string) string {
	bad := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f || r == utf8.RuneError }
	if strings.IndexFunc(s, bad) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return '?'
		}
		return r
	}, s)
}

// jsonDiag is the shape of one JSON line. Lines and columns count from 1,
// columns in bytes; EndCol is the first column after the marked text.
type jsonDiag struct {
	Severity Severity   `json:"severity"`
	File     string     `json:"file,omitempty"`
	Line     int        `json:"line,omitempty"`
	Col      int        `json:"col,omitempty"`
	EndCol   int        `json:"endCol,omitempty"`
	Message  string     `json:"message"`
	Help     string     `json:"help,omitempty"`
	Notes    []jsonNote `json:"notes,omitempty"`
}

type jsonNote struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	Message string `json:"message"`
}

// JSON writes d as one line of JSON.
func JSON(w io.Writer, d *Diagnostic) error {
	j := jsonDiag{Severity: d.Severity, Message: d.Message, Help: d.Help}
	if d.Pos.IsValid() {
		j.File = d.Pos.File.Path
		j.Line, j.Col = d.Pos.LineCol()
		j.EndCol = j.Col + d.Width
	}
	for _, n := range d.Notes {
		line, col := n.Pos.LineCol()
		j.Notes = append(j.Notes, jsonNote{n.Pos.File.Path, line, col, n.Message})
	}
	b, err := json.Marshal(j)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
