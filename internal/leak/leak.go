// Package leak is the teardown check of oxid's test suites: whatever tests
// started has ended when they are over. [Main] looks at a whole package, [Check]
// at one test. A test of internal/arch sees to it that every package whose tests
// can leave something behind uses Main.
//
// # Limitations
//
// Sockets and child processes are seen on Linux alone.
package leak

import (
	"bytes"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// grace is how long things that are about to end may take.
var grace = 3 * time.Second

// checked are the tests that have called Check.
var checked sync.Map

// Check fails t when goroutines of oxid that did not run at the call still
// run after the test and its clean-ups. Call it first in a test: clean-ups run
// in reverse order. The first call of a test counts, so helpers may call it.
func Check(t testing.TB) {
	t.Helper()
	if _, again := checked.LoadOrStore(t, true); again {
		return
	}
	t.Cleanup(func() { checked.Delete(t) })
	before := map[string]bool{}
	for _, g := range goroutines() {
		before[id(g)] = true
	}
	t.Cleanup(func() {
		deadline := time.Now().Add(grace)
		for {
			var left []string
			for _, g := range goroutines() {
				if !before[id(g)] {
					left = append(left, g)
				}
			}
			if len(left) == 0 {
				return
			}
			if time.Now().After(deadline) {
				t.Errorf("%d goroutines left behind:\n\n%s", len(left), strings.Join(left, "\n\n"))
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
}

// goroutines returns the stacks of all goroutines that are in oxid's code, but
// for the caller's own.
func goroutines() (list []string) {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	for i, g := range bytes.Split(buf, []byte("\n\n")) {
		if i > 0 && bytes.Contains(g, []byte("\noxid/")) {
			list = append(list, string(g))
		}
	}
	return list
}

// id is the "goroutine 42" of a stack.
func id(stack string) string {
	head, _, _ := strings.Cut(stack, " [")
	return head
}
