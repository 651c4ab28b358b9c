package faults

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// required says that nothing may be skipped.
var required = os.Getenv("OXID_INTEROP") == "required"

// network is two machines, each a network namespace, and a router between them
// that can be told to forward nothing: packets are lost, and nobody is told.
type network struct {
	t            *testing.T
	name         string
	server, path string // addresses: of the server's machine, of its router
}

// newNetwork makes the namespaces, or skips.
func newNetwork(t *testing.T) *network {
	t.Helper()
	skip := func(why string) {
		if required {
			t.Fatal("OXID_INTEROP=required, but " + why)
		}
		t.Skip(why)
	}
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		skip("network namespaces need Linux and root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		skip("there is no program ip: install Debian's package iproute2")
	}
	n := &network{t: t, name: fmt.Sprintf("oxid%d", os.Getpid()), server: "10.231.1.2", path: "10.231.1.1"}
	if out, err := exec.Command("ip", "netns", "add", n.space("r")).CombinedOutput(); err != nil {
		skip(fmt.Sprintf("network namespaces cannot be made: %s", out))
	}
	t.Cleanup(func() { n.ip("netns", "del", n.space("r")) })
	for i, end := range []string{"s", "c"} {
		// One end of the cable is e in its machine's namespace, the other is
		// named after the machine in the router's.
		n.ip("netns", "add", n.space(end))
		t.Cleanup(func() { n.ip("netns", "del", n.space(end)) })
		n.ip("-n", n.space("r"), "link", "add", end, "type", "veth", "peer", "name", "e", "netns", n.space(end))
		here, there := fmt.Sprintf("10.231.%d.2", i+1), fmt.Sprintf("10.231.%d.1", i+1)
		n.ip("-n", n.space(end), "addr", "add", here+"/24", "dev", "e")
		n.ip("-n", n.space(end), "link", "set", "e", "up")
		n.ip("-n", n.space(end), "link", "set", "lo", "up")
		n.ip("-n", n.space("r"), "addr", "add", there+"/24", "dev", end)
		n.ip("-n", n.space("r"), "link", "set", end, "up")
		n.ip("-n", n.space(end), "route", "add", "default", "via", there)
	}
	n.forward(true)
	return n
}

func (n *network) space(end string) string { return n.name + end }

func (n *network) ip(args ...string) {
	n.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %s: %s", strings.Join(args, " "), out)
	}
}

// forward joins or parts the two machines.
func (n *network) forward(on bool) {
	n.t.Helper()
	script := "echo 0 > /proc/sys/net/ipv4/ip_forward"
	if on {
		script = "echo 1 > /proc/sys/net/ipv4/ip_forward"
	}
	n.ip("netns", "exec", n.space("r"), "sh", "-c", script)
}

// spawn starts a process on a machine.
func (n *network) spawn(end, role string, s setup) *child {
	n.t.Helper()
	return spawn(n.t, role, s, "ip", "netns", "exec", n.space(end))
}

// TestPartition cuts the network between clients that hold objects and their
// server. One ping period of that is survived by a load that goes on: no client
// meets anything that is gone. Five are not: the objects are let go, and every
// caller is told by its next call.
func TestPartition(t *testing.T) {
	n := newNetwork(t)
	s := setup{Listen: n.server + ":4711", Target: n.server + ":4711", Callers: clients * callers, Objects: clients * most, Seed: *seed}
	h := &host{t: t, server: n.spawn("s", "server", s), quiet: map[string]report{}}
	s.Listen = "10.231.2.2:4711"
	client := n.spawn("c", "client", s)
	h.clients[0] = client
	client.ask("run")
	h.full(objects)
	client.ask("drain")
	h.rest()
	repeated(t, func(t *testing.T) {
		client.ask("run")
		h.full(objects)

		n.forward(false)
		time.Sleep(period)
		n.forward(true)
		time.Sleep(6 * period) // by now it would have been noticed
		r := client.ask("pause")
		if r.Gone != 0 || r.Calls == 0 {
			t.Errorf("after a partition of one period: %d calls, %d met something that is gone: %v", r.Calls, r.Gone, r.Codes)
		}
		h.settled(h.server, r.Held)

		n.forward(false)
		time.Sleep(5 * period)
		if live := h.server.ask("state").Live; live != 0 {
			t.Errorf("after a partition of five periods %d objects of %d are left", live, r.Held)
		}
		n.forward(true)
		client.ask("run")
		for start := time.Now(); ; time.Sleep(period) {
			r := client.ask("state")
			if r.Told == s.Callers {
				t.Logf("%d callers were told %v", r.Told, r.Codes)
				break
			}
			if time.Since(start) > 2*deadline { // retransmissions have grown rare meanwhile
				t.Fatalf("after a partition of five periods %d of %d callers were told: %v", r.Told, s.Callers, r.Codes)
			}
		}
		h.full(objects)
		h.finish()
	})
}
