package interop

import (
	"bufio"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// driverTimeout bounds one run of a driver.
const driverTimeout = 2 * time.Minute

// verdict is what a driver says of one check.
type verdict struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// drive runs a script of the folder drivers in n, makes a subtest of each of
// its verdicts and returns how many there were.
func drive(t *testing.T, n *namespace, script string, args ...string) (count int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), driverTimeout)
	defer cancel()
	cmd := n.command(ctx, python, append([]string{"-B", filepath.Join("drivers", script)}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil || v.Name == "" {
			t.Errorf("%s said: %s", script, lines.Text())
			continue
		}
		count++
		t.Run(v.Name, func(t *testing.T) {
			if !v.OK {
				t.Error(v.Detail)
			}
		})
	}
	if err := cmd.Wait(); err != nil && !t.Failed() {
		t.Errorf("%s: %v\n%s", script, err, stderr.String())
	}
	return count
}
