package interop

import (
	"os"
	"strings"
	"sync"
	"testing"
)

// Samba's suite of single PDUs: what a server may and may not accept, and the
// exact answers of Windows.
func TestRawProtocol(t *testing.T) {
	t.Parallel()
	module(t, "samba.tests.dcerpc.raw_protocol", "python3-samba")
	list, err := os.ReadFile("testdata/raw_protocol.txt")
	if err != nil {
		t.Fatal(err)
	}
	var names, slow []string
	for line := range strings.Lines(string(list)) {
		switch name, _, _ := strings.Cut(strings.TrimSpace(line), "#"); {
		case name == "":
		case strings.HasPrefix(name, "test_fragmented_requests"):
			slow = append(slow, name) // they wait for 10 ms behind each fragment
		default:
			names = append(names, name)
		}
	}
	n := newNamespace(t)
	startFixture(t, n)
	stop := capture(t, n)
	t.Run("quick", func(t *testing.T) {
		if count := drive(t, n, "raw_protocol.py", names...); count != len(names) {
			t.Errorf("%d verdicts on %d cases", count, len(names))
		}
	})
	t.Run("slow", func(t *testing.T) {
		// All at once, for there is little to do but wait.
		var running sync.WaitGroup
		for _, name := range slow {
			running.Go(func() {
				if count := drive(t, n, "raw_protocol.py", name); count != 1 {
					t.Errorf("%d verdicts on %s", count, name)
				}
			})
		}
		running.Wait()
	})
	stop(expectation{protocols: []string{"MGMT", "EPM"}})
}
