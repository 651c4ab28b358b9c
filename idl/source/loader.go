package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// DefaultMaxFile is the largest file that a Loader reads when its MaxFile is
// zero, in bytes. The largest description in public use has about 1.2 MB.
const DefaultMaxFile = 8 << 20

// ErrNotFound is wrapped by the errors of [Loader.Find] when no directory has
// the file, and ErrTooLarge when the file is over the limit.
var (
	ErrNotFound = errors.New("no such file")
	ErrTooLarge = errors.New("file is too large")
)

// Loader finds files and reads each once. It is not safe for concurrent use.
type Loader struct {
	// Include are the directories searched after the one of the including file.
	Include []string
	// FS is where files are; nil means the operating system's. Paths in an FS
	// are slash-separated and relative, as [fs.ValidPath] wants them.
	FS fs.FS
	// Std is searched last, by name without regard to case; may be nil.
	Std fs.FS
	// MaxFile bounds the size of a file in bytes; 0 means DefaultMaxFile.
	MaxFile int64

	texts map[string]loaded            // by path
	dirs  map[string]map[string]string // directory -> lower-case name -> name
	found map[foundKey]foundFile
}

// loaded is a text, or why there is none: failures are remembered too.
type loaded struct {
	text string
	err  error
}

// foundKey remembers searches: the same name is looked for from the same
// directory again and again.
type foundKey struct{ dir, name string }

// foundFile is the outcome of a search.
type foundFile struct {
	path string
	std  bool
	err  error
}

// Open reads the file at path, which is not searched for.
func (l *Loader) Open(path string) (*File, error) {
	path = l.clean(path)
	text, err := l.read(path, false)
	if err != nil {
		return nil, err
	}
	return &File{Path: path, Text: text}, nil
}

// Find looks for name as an import or #include directive in the file from
// means it: beside that file, then in the Include directories, then in the
// standard set. Backslashes separate directories as slashes do, and where the
// exact spelling is not there, one that differs in case is taken, because
// descriptions come from systems that do not tell them apart. The
// directory of from is searched last when quoted is false (`#include <x>`).
func (l *Loader) Find(name string, from *File, quoted bool) (*File, error) {
	p, std, err := l.locate(name, from, quoted)
	if err != nil {
		return nil, err
	}
	text, err := l.read(p, std)
	if err != nil {
		return nil, err
	}
	return &File{Path: p, Text: text, Std: std}, nil
}

// Locate is Find without reading: it returns the path under which Find would
// open the file and whether that is one of the standard set.
func (l *Loader) Locate(name string, from *File, quoted bool) (path string, std bool, err error) {
	return l.locate(name, from, quoted)
}

// locate is search with a memory: one name is looked for from the same place
// again and again, and looking costs system calls.
func (l *Loader) locate(name string, from *File, quoted bool) (string, bool, error) {
	dir := ""
	if from != nil && !from.Std {
		dir = l.dir(from.Path)
	}
	key := foundKey{dir, name}
	if from != nil && from.Std {
		key.dir = "\x00std"
	}
	if !quoted {
		key.name = "<" + name
	}
	if f, ok := l.found[key]; ok {
		return f.path, f.std, f.err
	}
	f := l.search(strings.ReplaceAll(name, `\`, "/"), dir, from, quoted)
	if l.found == nil {
		l.found = map[foundKey]foundFile{}
	}
	l.found[key] = f
	return f.path, f.std, f.err
}

// search goes through the directories in the order that Find documents.
func (l *Loader) search(name, dir string, from *File, quoted bool) foundFile {
	// A NUL would end the name for the operating system.
	if name == "" || strings.ContainsRune(name, 0) {
		return foundFile{err: fmt.Errorf("%w: the name is empty", ErrNotFound)}
	}
	// An absolute name is not searched for.
	if l.FS == nil && filepath.IsAbs(name) {
		if p, ok := l.exists("", name); ok {
			return foundFile{path: p}
		}
		return foundFile{err: ErrNotFound}
	}
	// A standard file means its own set first: -I must not change half of it.
	inStd := from != nil && from.Std
	if inStd {
		if p, ok := l.inStd(name); ok {
			return foundFile{path: p, std: true}
		}
	}
	var dirs []string
	if quoted && !inStd {
		dirs = append(dirs, dir)
	}
	dirs = append(dirs, l.Include...)
	if !quoted && !inStd {
		dirs = append(dirs, dir)
	}
	for _, d := range dirs {
		if p, ok := l.exists(d, name); ok {
			return foundFile{path: p}
		}
	}
	if p, ok := l.inStd(name); ok {
		return foundFile{path: p, std: true}
	}
	return foundFile{err: ErrNotFound}
}

// Standard reports whether the standard set has a file of that name.
func (l *Loader) Standard(name string) bool {
	_, ok := l.inStd(name)
	return ok
}

// inStd reports whether the standard set has name. It is flat, so a name with a
// directory is none of its files.
func (l *Loader) inStd(name string) (string, bool) {
	if l.Std == nil || strings.Contains(name, "/") {
		return "", false
	}
	low := strings.ToLower(name)
	if _, err := fs.Stat(l.Std, low); err != nil {
		return "", false
	}
	return low, true
}

// exists reports whether dir has name, and under which path.
func (l *Loader) exists(dir, name string) (string, bool) {
	p := l.clean(l.join(dir, name))
	if l.isFile(p) {
		return p, true
	}
	// Compare without case, in each of the directories that name goes through.
	at := dir
	if l.FS == nil && filepath.IsAbs(name) {
		d, base := l.split(p)
		at, name = d, base
	}
	for _, part := range strings.Split(path.Clean(filepath.ToSlash(name)), "/") {
		if part != "." && part != ".." {
			if have, ok := l.names(l.clean(at))[strings.ToLower(part)]; ok {
				part = have
			}
		}
		at = l.join(at, part)
	}
	at = l.clean(at)
	return at, at != p && l.isFile(at)
}

// names returns the names in a directory by their lower-case form.
func (l *Loader) names(dir string) map[string]string {
	names, ok := l.dirs[dir]
	if !ok {
		names = map[string]string{}
		for _, e := range l.list(dir) {
			names[strings.ToLower(e.Name())] = e.Name()
		}
		if l.dirs == nil {
			l.dirs = map[string]map[string]string{}
		}
		l.dirs[dir] = names
	}
	return names
}

// isFile reports whether p can be opened as a file.
func (l *Loader) isFile(p string) bool {
	var st fs.FileInfo
	var err error
	if l.FS != nil {
		st, err = fs.Stat(l.FS, p)
	} else {
		st, err = os.Stat(p)
	}
	return err == nil && !st.IsDir()
}

// list returns the entries of a directory, none when it cannot be read.
func (l *Loader) list(dir string) (es []fs.DirEntry) {
	if l.FS != nil {
		es, _ = fs.ReadDir(l.FS, dir)
	} else {
		es, _ = os.ReadDir(dir)
	}
	return es
}

// clean, join, dir and split do what package path does for an FS and package
// filepath for the operating system.
func (l *Loader) clean(p string) string {
	if l.FS != nil {
		return path.Clean(p)
	}
	return filepath.Clean(p)
}

func (l *Loader) join(dir, name string) string {
	if l.FS != nil {
		return path.Join(dir, name)
	}
	return filepath.Join(dir, filepath.FromSlash(name))
}

func (l *Loader) dir(p string) string {
	if l.FS != nil {
		return path.Dir(p)
	}
	return filepath.Dir(p)
}

func (l *Loader) split(p string) (dir, base string) {
	if l.FS != nil {
		return path.Dir(p), path.Base(p)
	}
	return filepath.Dir(p), filepath.Base(p)
}

// read returns the text at p, from the cache when it was read before.
func (l *Loader) read(p string, std bool) (string, error) {
	key := p
	if std {
		key = "\x00" + p
	}
	if t, ok := l.texts[key]; ok {
		return t.text, t.err
	}
	b, err := l.readAll(p, std)
	t := loaded{err: err}
	if err == nil {
		t.text = decode(b)
	}
	if l.texts == nil {
		l.texts = map[string]loaded{}
	}
	l.texts[key] = t
	return t.text, t.err
}

// readAll reads a file as it is, up to the limit.
func (l *Loader) readAll(p string, std bool) ([]byte, error) {
	// Which of the three file systems it is makes no difference below.
	var f io.ReadCloser
	var err error
	switch {
	case std:
		f, err = l.Std.Open(p)
	case l.FS != nil:
		f, err = l.FS.Open(p)
	default:
		f, err = os.Open(p)
	}
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	limit := l.MaxFile
	if limit <= 0 {
		limit = DefaultMaxFile
	}
	// The size is not asked for: devices and pipes would lie about it.
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, cause(err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	return b, nil
}

// cause drops the operation and path that a PathError repeats.
func cause(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// decode turns the content of a file into UTF-8 without a byte order mark.
// Descriptions saved as "Unicode" on Windows are UTF-16, mostly with a mark; what
// is no UTF-8 either is taken for Windows' western code page, which nearly all
// tools of the time wrote.
func decode(b []byte) string {
	switch {
	case len(b) >= 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf:
		return string(b[3:])
	case len(b) >= 2 && b[0] == 0xff && b[1] == 0xfe:
		return decode16(b[2:], 0, 1)
	case len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff:
		return decode16(b[2:], 1, 0)
	// A description begins with two characters of ASCII.
	case len(b) >= 4 && b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		return decode16(b, 0, 1)
	case len(b) >= 4 && b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0:
		return decode16(b, 1, 0)
	case !utf8.Valid(b):
		return decode1252(b)
	}
	return string(b)
}

// windows1252 are the characters 0x80 to 0x9f of code page 1252. Five of them
// have no meaning and are kept as what they are in Latin-1.
var windows1252 = [32]rune{
	'\u20ac', '\u0081', '\u201a', '\u0192', '\u201e', '\u2026', '\u2020', '\u2021',
	'\u02c6', '\u2030', '\u0160', '\u2039', '\u0152', '\u008d', '\u017d', '\u008f',
	'\u0090', '\u2018', '\u2019', '\u201c', '\u201d', '\u2022', '\u2013', '\u2014',
	'\u02dc', '\u2122', '\u0161', '\u203a', '\u0153', '\u009d', '\u017e', '\u0178',
}

// decode1252 decodes Windows' western code page.
func decode1252(b []byte) string {
	var s strings.Builder
	s.Grow(len(b) + len(b)/8)
	for _, c := range b {
		if r := rune(c); c >= 0x80 && c < 0xa0 {
			s.WriteRune(windows1252[c-0x80])
		} else {
			s.WriteRune(r)
		}
	}
	return s.String()
}

// decode16 decodes UTF-16; lo and hi are the places of a unit's bytes.
func decode16(b []byte, lo, hi int) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = uint16(b[2*i+lo]) | uint16(b[2*i+hi])<<8
	}
	return string(utf16.Decode(u))
}
