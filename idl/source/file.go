package source

import (
	"fmt"
	"sort"
	"sync"
)

// File is the text of one source file. It is immutable once made and may be
// used by several goroutines.
type File struct {
	// Path is the name under which the file was opened; it is what
	// diagnostics print.
	Path string
	// Text is the content as read, without a byte order mark.
	Text string
	// Std marks a file of the embedded set.
	Std bool
	// From is the #include directive that brought the file in; invalid for a
	// file that was opened or imported. Every inclusion has a File of its own.
	From Pos

	once  sync.Once
	lines []int32 // offset of the first byte of each line
}

// NewFile makes a File out of text that the caller already has.
func NewFile(path, text string) *File { return &File{Path: path, Text: text} }

// index finds the lines; it is called once, when somebody asks for one.
func (f *File) index() {
	f.lines = append(f.lines, 0)
	for i := 0; i < len(f.Text); i++ {
		if f.Text[i] == '\n' {
			f.lines = append(f.lines, int32(i+1))
		}
	}
}

// Line returns the text of line n (from 1) without its line end, and "" when
// there is no such line.
func (f *File) Line(n int) string {
	f.once.Do(f.index)
	if n < 1 || n > len(f.lines) {
		return ""
	}
	// The last line may have no end.
	from, to := int(f.lines[n-1]), len(f.Text)
	if n < len(f.lines) {
		to = int(f.lines[n]) - 1
	}
	if to > from && f.Text[to-1] == '\r' {
		to--
	}
	return f.Text[from:to]
}

// Pos is a place in a file. The zero Pos is no place at all.
type Pos struct {
	File *File
	Off  int32 // byte offset, 0 .. len(File.Text)
}

// IsValid reports whether p is a place in a file.
func (p Pos) IsValid() bool { return p.File != nil }

// LineCol returns the line and the column of p, both from 1. Columns count
// bytes, as compilers and editors that jump to "file:line:col" do.
func (p Pos) LineCol() (line, col int) {
	if p.File == nil {
		return 0, 0
	}
	p.File.once.Do(p.File.index)
	i := sort.Search(len(p.File.lines), func(i int) bool { return p.File.lines[i] > p.Off })
	return i, int(p.Off-p.File.lines[i-1]) + 1
}

// String returns "path:line:col", or "-" for the zero Pos.
func (p Pos) String() string {
	if p.File == nil {
		return "-"
	}
	l, c := p.LineCol()
	return fmt.Sprintf("%s:%d:%d", p.File.Path, l, c)
}

// Compare orders places in the order in which the compiler reads them: a
// place in an included file counts as being at the #include directive.
// Places that do not come from one opened file compare as equal.
func (p Pos) Compare(q Pos) int {
	if p.File == q.File {
		return int(p.Off) - int(q.Off)
	}
	for dp, dq := p.File.depth(), q.File.depth(); ; {
		switch {
		case dp > dq:
			p, dp = p.File.From, dp-1
			if p.File == q.File {
				return orAfter(int(p.Off)-int(q.Off), 1)
			}
		case dq > dp:
			q, dq = q.File.From, dq-1
			if p.File == q.File {
				return orAfter(int(p.Off)-int(q.Off), -1)
			}
		case dp == 0:
			return 0
		default:
			p, q, dp, dq = p.File.From, q.File.From, dp-1, dq-1
			if p.File == q.File {
				return int(p.Off) - int(q.Off)
			}
		}
	}
}

// orAfter returns c, or tie when c says equal: what an include directive
// brings in comes after the directive itself.
func orAfter(c, tie int) int {
	if c == 0 {
		return tie
	}
	return c
}

// depth is the number of inclusions that led to f.
func (f *File) depth() int {
	n := 0
	for f != nil && f.From.File != nil {
		f, n = f.From.File, n+1
	}
	return n
}
