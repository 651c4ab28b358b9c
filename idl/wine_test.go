package idl

import (
	"path/filepath"
	"testing"
)

// BenchmarkWineFiles checks the files of Debian's libwine-dev in one compiler.
// interop/idl judges what comes of it, bench/idl compares the time to widl's.
func BenchmarkWineFiles(b *testing.B) {
	const dir = "/usr/include/wine/wine/windows"
	files, _ := filepath.Glob(dir + "/*.idl")
	if len(files) == 0 {
		b.Skip("libwine-dev is not installed")
	}
	for b.Loop() {
		c := New(Options{Include: []string{dir}})
		for _, f := range files {
			if _, err := c.Check(f); err != nil {
				b.Fatal(err)
			}
		}
	}
}
