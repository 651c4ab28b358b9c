package source

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

var tree = fstest.MapFS{
	"main/a.idl":     {Data: []byte("a")},
	"main/near.idl":  {Data: []byte("beside")},
	"main/sub/x.idl": {Data: []byte("sub")},
	"inc/near.idl":   {Data: []byte("included")},
	"inc/Mixed.IDL":  {Data: []byte("mixed")},
	"inc/dir.idl/f":  {Data: []byte("no file")},
	"two/far.idl":    {Data: []byte("far")},
}

var std = fstest.MapFS{
	"unknwn.idl": {Data: []byte("std unknwn")},
	"wtypes.idl": {Data: []byte("std wtypes")},
	"near.idl":   {Data: []byte("std near")},
}

// TestFind holds the order of the search.
func TestFind(t *testing.T) {
	l := &Loader{FS: tree, Include: []string{"inc", "two"}, Std: std}
	from := &File{Path: "main/a.idl"}
	stdFile := &File{Path: "unknwn.idl", Std: true}
	for _, c := range []struct {
		name   string
		from   *File
		quoted bool
		want   string
	}{
		{"near.idl", from, true, "beside"},
		{"near.idl", from, false, "included"},
		{"near.idl", stdFile, true, "std near"},
		{"far.idl", from, true, "far"},
		{"sub/x.idl", from, true, "sub"},
		{`sub\x.idl`, from, true, "sub"},
		{`.\SUB\X.idl`, from, true, "sub"},
		{`..\INC\Mixed.idl`, from, true, "mixed"},
		{"../inc/near.idl", from, true, "included"},
		{"mixed.idl", from, true, "mixed"},
		{"NEAR.idl", from, true, "beside"},
		{"Unknwn.IDL", from, true, "std unknwn"},
		{"x/unknwn.idl", from, true, ""},
		{"dir.idl", from, true, ""},
		{"none.idl", from, true, ""},
		{"", from, true, ""},
		{"a\x00b", from, true, ""},
	} {
		for range 2 { // the second time from the cache
			f, err := l.Find(c.name, c.from, c.quoted)
			switch {
			case c.want == "" && !errors.Is(err, ErrNotFound):
				t.Errorf("%q: %v", c.name, err)
			case c.want != "" && (err != nil || f.Text != c.want):
				t.Errorf("%q: %v %v, want %s", c.name, f, err, c.want)
			}
		}
	}
}

// TestOperatingSystem: the same on real directories, with absolute names.
func TestOperatingSystem(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.idl": "a", "inc/B.idl": "b"} {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l := &Loader{Include: []string{filepath.Join(dir, "inc")}}
	a, err := l.Open(filepath.Join(dir, "a.idl"))
	if err != nil || a.Text != "a" {
		t.Fatal(a, err)
	}
	for _, name := range []string{"b.idl", "B.idl", "inc/b.IDL", filepath.Join(dir, "inc", "B.idl")} {
		if f, err := l.Find(name, a, true); err != nil || f.Text != "b" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.Find(filepath.Join(dir, "none"), a, true); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := l.Open(dir); err == nil {
		t.Error("a directory was read")
	}
}

// TestEncodings: files saved on Windows are UTF-16, begin with a mark, or are
// written in a code page.
func TestEncodings(t *testing.T) {
	for name, raw := range map[string]string{
		"windows 1252": "gr\xfcn", "utf16le without": "g\x00r\x00\xfc\x00n\x00", "utf16be without": "\x00g\x00r\x00\xfc\x00n",
		"plain": "grün", "utf8 mark": "\xef\xbb\xbfgrün",
		"utf16le": "\xff\xfeg\x00r\x00\xfc\x00n\x00", "utf16be": "\xfe\xff\x00g\x00r\x00\xfc\x00n",
	} {
		l := &Loader{FS: fstest.MapFS{"f": {Data: []byte(raw)}}}
		if f, err := l.Open("f"); err != nil || f.Text != "grün" {
			t.Errorf("%s: %v %v", name, f, err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	fsys := fstest.MapFS{"f": {Data: make([]byte, 11)}, "g": {Data: make([]byte, 10)}}
	l := &Loader{FS: fsys, MaxFile: 10}
	if _, err := l.Open("f"); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if _, err := l.Open("g"); err != nil {
		t.Error(err)
	}
}
