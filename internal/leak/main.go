package leak

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"oxid/internal/live"
)

// Main is the whole of a TestMain: it runs the tests of a package, and fails
// them unless everything that they began has ended when they are over:
// goroutines of oxid, buffers, calls and messages out of pools, references and
// what they hold (internal/live), sockets and child processes, where the system
// tells. Before that it calls end, which ends what the tests of the package share
// and says what else was left.
//
//	func TestMain(m *testing.M) { leak.Main(m) }
func Main(m *testing.M, end ...func() error) {
	live.Start()
	sockets := len(openSockets())
	code := m.Run()
	for _, f := range end {
		if err := f(); err != nil {
			fmt.Fprintln(os.Stderr, "FAIL:", err)
			code = 1
		}
	}
	if code == 0 {
		if left := left(sockets); len(left) > 0 {
			fmt.Fprintf(os.Stderr, "FAIL: left behind when all tests were over:\n\t%s\n", strings.Join(left, "\n\t"))
			code = 1
		}
	}
	os.Exit(code)
}

// left waits for everything to end, and returns what does not.
func left(sockets int) (list []string) {
	for start := time.Now(); time.Since(start) < grace; time.Sleep(10 * time.Millisecond) {
		list = append(goroutines(), live.Left()...)
		if now := openSockets(); len(now) > sockets {
			list = append(list, fmt.Sprintf("%d open sockets", len(now)-sockets))
		}
		list = append(list, children()...)
		if len(list) == 0 {
			return nil
		}
	}
	return list
}

// openSockets lists the sockets of this process, where there is /proc.
func openSockets() (list []string) {
	files, _ := filepath.Glob("/proc/self/fd/*")
	for _, f := range files {
		if to, err := os.Readlink(f); err == nil && strings.HasPrefix(to, "socket:") {
			list = append(list, to)
		}
	}
	return list
}

// children lists the child processes of this one that run, or that nobody has
// waited for, where there is /proc.
func children() (list []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it has just ended
		}
		// pid (name) state ppid ...; the name may hold anything.
		head, rest, ok := cutLast(string(b), ") ")
		fields := strings.Fields(rest)
		if ok && len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
			list = append(list, fmt.Sprintf("child process %s), state %s", head, fields[0]))
		}
	}
	return list
}

// cutLast is strings.Cut at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
