package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"oxid/internal/leak"
)

// TestMain lets the test binary be the command itself, for its own child
// processes too.
func TestMain(m *testing.M) {
	if os.Getenv("OXID_TEST_COMMAND") != "" {
		main()
		return
	}
	leak.Main(m)
}

// oxid runs the command and returns what it printed.
func oxid(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Env = append(os.Environ(), "OXID_TEST_COMMAND="+t.Name())
	out, err := cmd.Output()
	return string(out), err
}

// TestDemo is the main job: three processes, every step, and nothing left.
func TestDemo(t *testing.T) {
	start := time.Now()
	out, err := oxid(t, "demo", "--json")
	if err != nil {
		t.Fatalf("oxid demo: %v\n%s", err, out)
	}
	if d := time.Since(start); d > 15*time.Second {
		t.Errorf("the demo took %v", d)
	}
	var r struct {
		Steps []struct {
			Who, What, Detail string
			MS                float64
		}
		OK bool
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !r.OK {
		t.Errorf("not OK:\n%s", out)
	}
	text := ""
	for _, s := range r.Steps {
		text += s.Who + " " + s.What + " " + s.Detail + "\n"
	}
	for _, want := range []string{"activates the Calculator", "= 42", "IScientific", "OnResult(7)", "clones", "releases", "killed", "0 objects left"} {
		if !strings.Contains(text, want) {
			t.Errorf("no step says %q:\n%s", want, text)
		}
	}
	if left := processesOf(t, "OXID_TEST_COMMAND="+t.Name()); len(left) > 0 {
		t.Errorf("processes left behind: %v", left)
	}
}

// processesOf lists the processes that have a variable in their environment,
// where the system shows it.
func processesOf(t *testing.T, variable string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range files {
		env, err := os.ReadFile(f)
		if err != nil || !strings.Contains("\x00"+string(env), "\x00"+variable+"\x00") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestDemoText(t *testing.T) {
	out, err := oxid(t, "demo")
	if err != nil || !strings.Contains(out, " ms") || !strings.Contains(out, "Done in") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestHelpHasExamples(t *testing.T) {
	for _, verb := range []string{"demo", "serve", "objref"} {
		out, err := oxid(t, verb, "--help")
		if err != nil || !strings.Contains(out, "Examples:") {
			t.Errorf("oxid %s --help: %v\n%s", verb, err, out)
		}
	}
}

func TestFaultyCommandLine(t *testing.T) {
	for _, args := range [][]string{{"no-such-verb"}, {"demo", "extra"}, {"objref"}, {"serve", "--listen", "nonsense:port:more"}} {
		if out, err := oxid(t, args...); err == nil {
			t.Errorf("oxid %v: no error\n%s", args, out)
		}
	}
}
