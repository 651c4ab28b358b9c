package faults

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var (
	campaign = flag.Duration("faults.time", 0, "how long to repeat the cases, with more objects; 0 runs each once")
	seed     = flag.Uint64("faults.seed", 0, "seed of the times at which processes are killed; 0 chooses one")
)

// host is a daemon, a server and two clients.
type host struct {
	t       *testing.T
	rnd     *rand.Rand
	s       setup
	daemon  *child
	server  *child
	clients [2]*child
	quiet   map[*child]report // before any load
}

// newHost starts all processes of a host.
func newHost(t *testing.T) *host {
	t.Helper()
	n := *seed
	if n == 0 {
		n = rand.Uint64()
	}
	t.Logf("seed %d", n)
	h := &host{t: t, rnd: rand.New(rand.NewPCG(n, 0)), quiet: map[*child]report{}}
	dir, err := os.MkdirTemp("", "oxid") // t.TempDir is too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h.s = setup{Socket: filepath.Join(dir, "d"), Listen: "127.0.0.1:0", Callers: 32, Objects: 160, Seed: n}
	if *campaign > 0 {
		h.s.Objects = 500
	}
	h.daemon = spawn(t, "daemon", h.s)
	h.s.Listen, h.s.Target = h.daemon.first.Addr, h.daemon.first.Addr
	h.server = spawn(t, "server", h.s)
	for i := range h.clients {
		h.clients[i] = h.client()
	}
	h.quiet[h.server] = h.settled(h.server, 0)
	return h
}

// client starts a client and has it warm up: what a first call costs stays.
func (h *host) client() *child {
	h.t.Helper()
	h.s.Seed++
	c := spawn(h.t, "client", h.s)
	c.ask("run")
	time.Sleep(100 * time.Millisecond)
	h.quiet[c] = c.ask("drain")
	return c
}

// run lets the load run for a random while.
func (h *host) run() {
	h.t.Helper()
	time.Sleep(time.Duration(300+h.rnd.IntN(500)) * time.Millisecond)
}

// limit is by when silence has had its effect: three periods and what the
// resolver waits for calls, twice over because the machine is busy.
const limit = 40 * period

// settled waits until the server has want objects.
func (h *host) settled(c *child, want int) report {
	h.t.Helper()
	start := time.Now()
	for {
		r := c.ask("state")
		if r.Live == want {
			return r
		}
		if time.Since(start) > limit {
			h.t.Fatalf("the server has %d objects, want %d", r.Live, want)
		}
		time.Sleep(period / 4)
	}
}

// pause stops the load of clients and returns how many objects they hold.
func (h *host) pause(clients ...*child) (held int) {
	h.t.Helper()
	for _, c := range clients {
		held += c.ask("pause").Held
	}
	return held
}

// back fails the test unless memory and goroutines of a process return to what
// they were before the load.
func (h *host) back(c *child) {
	h.t.Helper()
	const moreHeap, moreGoroutines = 1 << 20, 6
	was := h.quiet[c]
	for start := time.Now(); ; time.Sleep(period / 2) {
		r := c.ask("state")
		if r.Heap <= was.Heap+moreHeap && r.Goroutines <= was.Goroutines+moreGoroutines {
			return
		}
		if time.Since(start) > limit {
			h.t.Errorf("the %s has %d bytes and %d goroutines, before the load it had %d and %d",
				c.role, r.Heap, r.Goroutines, was.Heap, was.Goroutines)
			return
		}
	}
}

// finish drains everything that lives and looks at what is left.
func (h *host) finish() {
	h.t.Helper()
	for _, c := range h.clients {
		c.ask("drain")
	}
	h.settled(h.server, 0)
	h.back(h.server)
	for _, c := range h.clients {
		h.back(c)
	}
}

// repeated runs a case once, or for the time of a campaign.
func repeated(t *testing.T, f func(t *testing.T)) {
	start := time.Now()
	for {
		f(t)
		if t.Failed() || time.Since(start) > *campaign/4 {
			return
		}
	}
}

// A client dies: what it held is let go, and the other client notices nothing.
func TestKillClient(t *testing.T) {
	repeated(t, func(t *testing.T) {
		h := newHost(t)
		h.clients[0].ask("run")
		h.clients[1].ask("run")
		h.run()
		h.clients[0].kill()
		h.run()
		r := h.clients[1].ask("pause")
		if r.Gone != 0 || r.Calls == 0 {
			t.Errorf("the survivor made %d calls, and %d met something that is gone", r.Calls, r.Gone)
		}
		h.settled(h.server, r.Held)
		h.clients[0] = h.client()
		h.finish()
	})
}

// The server dies: its clients are told, and go on with the next one.
func TestKillServer(t *testing.T) {
	repeated(t, func(t *testing.T) {
		h := newHost(t)
		for _, c := range h.clients {
			c.ask("run")
		}
		h.run()
		h.server.kill()
		h.run()
		for _, c := range h.clients {
			if r := c.ask("state"); r.Gone == 0 {
				t.Errorf("a client noticed nothing: %+v", r)
			}
		}
		h.server = spawn(t, "server", h.s)
		h.quiet[h.server] = h.server.first
		h.run()
		if held := h.pause(h.clients[:]...); held == 0 {
			t.Error("the clients did not find the new server")
		} else {
			h.settled(h.server, held)
		}
		h.finish()
	})
}

// The resolver dies and comes back in time: references live on, those who hold
// them notice nothing but that there is no activation meanwhile. And it does
// its duty by who dies then.
func TestKillResolver(t *testing.T) {
	repeated(t, func(t *testing.T) {
		h := newHost(t)
		for _, c := range h.clients {
			c.ask("run")
		}
		h.run()
		for _, c := range h.clients {
			c.ask("state")
		}
		h.daemon.kill()
		time.Sleep(time.Duration(h.rnd.IntN(int(period))))
		h.daemon = spawn(t, "daemon", h.s)
		time.Sleep(8 * period)
		for _, c := range h.clients {
			if r := c.ask("state"); r.Gone != 0 || r.Calls == 0 {
				t.Errorf("a client made %d calls, and %d met something that is gone", r.Calls, r.Gone)
			}
		}
		h.clients[0].kill()
		h.settled(h.server, h.pause(h.clients[1]))
		h.clients[0] = h.client()
		h.finish()
	})
}

// The resolver dies and stays away: whoever activates is told, and calls of
// what is held go on.
func TestResolverStaysAway(t *testing.T) {
	repeated(t, func(t *testing.T) {
		h := newHost(t)
		h.clients[0].ask("run")
		h.run()
		h.daemon.kill()
		h.run()
		if r := h.clients[0].ask("state"); r.Gone != 0 || r.Calls == 0 {
			t.Errorf("who holds objects made %d calls, and %d met something that is gone", r.Calls, r.Gone)
		}
		h.clients[1].ask("run")
		h.run()
		if r := h.clients[1].ask("pause"); r.Gone == 0 || r.Calls != 0 {
			t.Errorf("who activates made %d calls, and %d met something that is gone", r.Calls, r.Gone)
		}
		h.daemon = spawn(t, "daemon", h.s)
		h.clients[1].ask("run")
		for start := time.Now(); h.clients[1].ask("state").Calls == 0; h.run() {
			if time.Since(start) > limit { // the server looks for the daemon every 5 s
				t.Fatal("activation did not come back")
			}
		}
		h.finish()
	})
}
