package interop

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// required says that nothing may be skipped.
var required = os.Getenv("OXID_INTEROP") == "required"

// skip skips the test, or fails it where nothing may be skipped.
func skip(t *testing.T, format string, args ...any) {
	t.Helper()
	if required {
		t.Fatalf("OXID_INTEROP=required, but "+format, args...)
	}
	t.Skipf(format, args...)
}

// program returns the path of a program, or skips.
func program(t *testing.T, name, debianPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		skip(t, "there is no program %s: install Debian's package %s", name, debianPackage)
	}
	return path
}

// python is Debian's own: packages install their modules for it alone.
const python = "/usr/bin/python3"

// module skips unless python has a module.
func module(t *testing.T, name, debianPackage string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, python, "-B", "-c", "import "+name).CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		skip(t, "%s cannot import %s (%v: %s): install Debian's package %s", python, name, err, lines[len(lines)-1], debianPackage)
	}
}
