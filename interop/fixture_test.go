package interop

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"oxid/internal/leak"
)

// binaries is the folder of what the tests build.
var binaries string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "oxid-interop")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binaries = dir
	leak.Main(m, func() error { return os.RemoveAll(dir) })
}

// binary returns a function that builds a command of this module once and
// returns its path.
func binary(pkg string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		path := filepath.Join(binaries, filepath.Base(pkg))
		if out, err := exec.Command("go", "build", "-o", path, pkg).CombinedOutput(); err != nil {
			return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
		}
		return path, nil
	})
}

var (
	fixtureBinary = binary("oxid/interop/fixture")
	oxidBinary    = binary("oxid/cmd/oxid")
)

// startFixture runs the fixture in n until the test ends.
func startFixture(t *testing.T, n *namespace, flags ...string) {
	t.Helper()
	path, err := fixtureBinary()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := n.command(ctx, path, append([]string{"--until-eof"}, flags...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer cancel()
		timer := time.AfterFunc(10*time.Second, cancel)
		defer timer.Stop()
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the fixture ended with %v", err)
		}
		if t.Failed() || strings.Contains(stderr.String(), "panic") {
			t.Errorf("the fixture said:\n%s", stderr.String())
		}
	})
	timer := time.AfterFunc(30*time.Second, cancel)
	defer timer.Stop()
	for r := bufio.NewReader(stdout); ; {
		line, err := r.ReadString('\n')
		if line == "ready\n" {
			return
		}
		if err != nil {
			if err != io.EOF {
				t.Error(err)
			}
			t.Fatal("the fixture is not ready")
		}
	}
}
