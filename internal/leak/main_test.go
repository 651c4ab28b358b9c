package leak

import (
	"net"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"oxid/internal/live"
)

// TestMain checks that nothing outlives the tests.
func TestMain(m *testing.M) { Main(m) }

var things = live.New("things")

func TestLeftFindsEverything(t *testing.T) {
	defer func(d time.Duration) { grace = d }(grace)
	grace = 300 * time.Millisecond
	sockets := len(openSockets())
	stop := make(chan struct{})
	go func() { <-stop }()
	things.Add(1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("cat")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Skipf("no child process to leave behind: %v", err)
	}
	list := left(sockets)
	want := []string{"TestLeftFindsEverything", "1 things"}
	if runtime.GOOS == "linux" {
		want = append(want, "1 open sockets", "child process")
	}
	for _, w := range want {
		if !slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, w) }) {
			t.Errorf("%q was not found among %q", w, list)
		}
	}
	close(stop)
	things.Add(-1)
	l.Close()
	in.Close()
	child.Wait()
	// The test's own goroutines are no part of what is over when Main looks.
	list = slices.DeleteFunc(left(sockets), func(s string) bool { return strings.Contains(s, "testing.tRunner") })
	if len(list) != 0 {
		t.Errorf("when all is given back: %q", list)
	}
}
