package wine

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// compiler is the C compiler for programs that run under Wine.
const compiler = "x86_64-w64-mingw32-gcc"

// source returns the absolute path of a file of this folder.
func source(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a tool in dir.
func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// widl compiles an IDL file into C, in dir. -Oif asks for the stubs that
// Wine's engine interprets; the other kind cannot be built by this compiler.
func widl(t *testing.T, dir, idl string, args ...string) {
	t.Helper()
	args = append([]string{"-m64", "-Oif", "-I" + wineInclude}, args...)
	run(t, dir, tool(t, "widl", "wine64-tools"), append(args, source(t, idl))...)
}

// cc builds dir/exe of sources, which are files of dir or of this folder.
func cc(t *testing.T, dir, exe string, args ...string) string {
	t.Helper()
	// widl's headers use an IDL type that this compiler's do not have.
	args = append([]string{"-w", "-O1", "-I.", "-Dsmall=signed char", "-o", exe}, args...)
	run(t, dir, compiler, args...)
	return filepath.Join(dir, exe)
}
