package faults

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"oxid/com"
)

var (
	campaign = flag.Duration("faults.time", 0, "how long to repeat the cases; 0 runs each once")
	seed     = flag.Uint64("faults.seed", 0, "seed of the times at which processes are killed; 0 chooses one")
)

const (
	clients = 2
	callers = 32   // of each client
	objects = 1000 // that all clients hold when something is killed
	// most is how many objects a client may hold: callers release some all the
	// time, so not all of them have as many as they may.
	most = objects/clients + 3*callers
)

// host is a daemon, a server and two clients.
type host struct {
	t       *testing.T
	rnd     *rand.Rand
	s       setup
	daemon  *child
	server  *child
	clients [clients]*child
	quiet   map[string]report // of each role, before any load
}

// newHost starts all processes of a host.
func newHost(t *testing.T) *host {
	t.Helper()
	n := *seed
	if n == 0 {
		n = rand.Uint64()
	}
	t.Logf("seed %d", n)
	h := &host{t: t, rnd: rand.New(rand.NewPCG(n, 0)), quiet: map[string]report{}}
	dir, err := os.MkdirTemp("", "oxid") // t.TempDir is too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h.s = setup{Socket: filepath.Join(dir, "d"), Listen: "127.0.0.1:0", Callers: callers, Objects: most, Seed: n}
	h.daemon = spawn(t, "daemon", h.s)
	h.s.Listen, h.s.Target = h.daemon.first.Addr, h.daemon.first.Addr
	h.server = spawn(t, "server", h.s)
	for i := range h.clients {
		h.clients[i] = h.client()
	}
	h.settled(h.server, 0)
	h.rest()
	return h
}

// client starts a client and has it warm up: what first calls cost stays.
func (h *host) client() *child {
	h.t.Helper()
	h.s.Seed++
	c := spawn(h.t, "client", h.s)
	c.ask("run")
	time.Sleep(100 * time.Millisecond)
	c.ask("drain")
	return c
}

// all are the processes that live.
func (h *host) all() []*child {
	list := append([]*child{h.daemon, h.server}, h.clients[:]...)
	return slices.DeleteFunc(list, func(c *child) bool { return c == nil })
}

// rest waits until nothing moves in any process, and notes how that looks.
func (h *host) rest() {
	h.t.Helper()
	const long = 6 // looks without a change; connections close within four
	for same, start := 0, time.Now(); same < long; time.Sleep(period / 2) {
		if time.Since(start) > limit {
			h.t.Fatalf("the processes do not come to rest: %+v", h.quiet)
		}
		same++
		for _, c := range h.all() {
			r, was := c.ask("state"), h.quiet[c.role]
			if r.Goroutines != was.Goroutines || r.Files != was.Files {
				same = 0
			}
			h.quiet[c.role] = r
		}
	}
}

// run lets the load run for a random while.
func (h *host) run() {
	h.t.Helper()
	time.Sleep(time.Duration(h.rnd.IntN(500)) * time.Millisecond)
}

// load has all clients make and use objects until they hold a thousand, and for
// a random while longer.
func (h *host) load() {
	h.t.Helper()
	for _, c := range h.clients {
		c.ask("run")
	}
	h.full(objects)
	h.run()
}

// full waits until the server has n objects at least.
func (h *host) full(n int) {
	h.t.Helper()
	for start := time.Now(); h.server.ask("state").Live < n; time.Sleep(period / 10) {
		if time.Since(start) > limit {
			h.t.Fatalf("the server has %d objects, want %d", h.server.ask("state").Live, n)
		}
	}
}

// limit is how long anything may take that is waited for.
const limit = 40 * period

// collection is by when what a dead process held is gone: three periods after
// its last ping, which the next look at the sets finds out, and a period more for
// what was called in its last one; and twice that because the machine is busy.
const collection = 2 * 5 * period

// settled waits until the server has want objects.
func (h *host) settled(c *child, want int) {
	h.t.Helper()
	for start := time.Now(); ; time.Sleep(period / 10) {
		r := c.ask("state")
		if r.Live == want {
			return
		}
		if time.Since(start) > limit {
			h.t.Fatalf("the server has %d objects, want %d", r.Live, want)
		}
	}
}

// collected is settled for what somebody held who died at that time.
func (h *host) collected(died time.Time, want int) {
	h.t.Helper()
	h.settled(h.server, want)
	if took := time.Since(died); took > collection {
		h.t.Errorf("what the dead held was gone after %v, want %v", took, collection)
	} else {
		h.t.Logf("what the dead held was gone after %.1f ping periods", took.Seconds()/period.Seconds())
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

// back fails the test unless every process has what it had before the load:
// goroutines and descriptors exactly, memory but for what tables and pools keep.
func (h *host) back() {
	h.t.Helper()
	const moreHeap = 128 << 10 // a thousand objects are more, on either side
	for _, c := range h.all() {
		was := h.quiet[c.role]
		for start := time.Now(); ; time.Sleep(period / 4) {
			r := c.ask("state")
			if r.Heap <= was.Heap+moreHeap && r.Goroutines == was.Goroutines && r.Files == was.Files {
				h.t.Logf("%s: %d goroutines, %d descriptors, heap %+d KiB of %d", c.role, r.Goroutines, r.Files,
					(int64(r.Heap)-int64(was.Heap))>>10, was.Heap>>10)
				break
			}
			if time.Since(start) > limit {
				h.t.Errorf("the %s has %d bytes, %d goroutines and %d descriptors, before the load it had %d, %d and %d",
					c.role, r.Heap, r.Goroutines, r.Files, was.Heap, was.Goroutines, was.Files)
				break
			}
		}
	}
}

// finish drains everything that lives and looks at what is left.
func (h *host) finish() {
	h.t.Helper()
	for _, c := range h.clients {
		if c != nil {
			c.ask("drain")
		}
	}
	h.settled(h.server, 0)
	h.back()
}

// repeated runs a case once, or for its part of the time of a campaign.
func repeated(t *testing.T, f func(t *testing.T)) {
	start, rounds := time.Now(), 0
	for {
		f(t)
		if rounds++; t.Failed() || time.Since(start) > *campaign/5 {
			t.Logf("%d rounds", rounds)
			return
		}
	}
}

// onHost repeats a case on one host, whose survivors must be after each round
// what they were before the first.
func onHost(t *testing.T, f func(t *testing.T, h *host)) {
	h := newHost(t)
	repeated(t, func(t *testing.T) {
		f(t, h)
		h.finish()
	})
}

// A client dies: what it held is let go, and the other client notices nothing.
func TestKillClient(t *testing.T) {
	onHost(t, func(t *testing.T, h *host) {
		h.load()
		h.clients[0].kill()
		died := time.Now()
		h.run()
		r := h.clients[1].ask("pause")
		if r.Gone != 0 || r.Calls == 0 {
			t.Errorf("the survivor made %d calls, and %d met something that is gone: %v", r.Calls, r.Gone, r.Codes)
		}
		h.collected(died, r.Held)
		h.clients[0] = h.client()
	})
}

// The server dies: all who use it are told, at once or by their next call, and go
// on with the next one.
func TestKillServer(t *testing.T) {
	onHost(t, func(t *testing.T, h *host) {
		h.load()
		busy, quiet := h.clients[0], h.clients[1]
		quiet.ask("pause") // it holds objects, and calls none of them
		h.run()
		h.server.kill()
		time.Sleep(period / 2)
		quiet.ask("run")
		time.Sleep(period / 2)
		for _, c := range h.clients {
			r := c.ask("state")
			t.Logf("%d callers were told %v", r.Told, r.Codes)
			if r.Told != callers {
				t.Errorf("%d callers of %d were told", r.Told, callers)
			}
			// Only of calls that were running one cannot know whether they were executed.
			failed := r.Codes[com.RPC_S_CALL_FAILED.Name()]
			if c == quiet && failed != 0 || c == busy && failed > callers {
				t.Errorf("%d calls are said to have begun", failed)
			}
		}
		h.server = spawn(t, "server", h.s)
		h.full(objects)
		held := h.pause(h.clients[:]...)
		h.settled(h.server, held)
	})
}

// The resolver dies and comes back in time: references live on, those who hold
// them notice nothing but that there is no activation meanwhile. And it does
// its duty by who dies then.
func TestKillResolver(t *testing.T) {
	onHost(t, func(t *testing.T, h *host) {
		h.load()
		for _, c := range h.clients {
			c.ask("state")
		}
		h.daemon.kill()
		time.Sleep(time.Duration(h.rnd.IntN(int(period))))
		h.daemon = spawn(t, "daemon", h.s)
		time.Sleep(8 * period)
		for _, c := range h.clients {
			if r := c.ask("state"); r.Gone != 0 || r.Calls == 0 {
				t.Errorf("a client made %d calls, and %d met something that is gone: %v", r.Calls, r.Gone, r.Codes)
			}
		}
		h.clients[0].kill()
		died := time.Now()
		h.collected(died, h.pause(h.clients[1]))
		h.clients[0] = h.client()
	})
}

// The resolver dies and stays away: whoever activates is told, and calls of
// what is held go on.
func TestResolverStaysAway(t *testing.T) {
	onHost(t, func(t *testing.T, h *host) {
		h.clients[0].ask("run")
		h.full(objects / clients)
		h.clients[0].ask("state")
		h.daemon.kill()
		h.run()
		time.Sleep(100 * time.Millisecond)
		if r := h.clients[0].ask("state"); r.Gone != 0 || r.Calls == 0 {
			t.Errorf("who holds objects made %d calls, and %d met something that is gone: %v", r.Calls, r.Gone, r.Codes)
		}
		h.clients[1].ask("run")
		h.run()
		time.Sleep(100 * time.Millisecond)
		if r := h.clients[1].ask("pause"); r.Told != callers || r.Calls != 0 {
			t.Errorf("who activates made %d calls, and %d callers of %d were told: %v", r.Calls, r.Told, callers, r.Codes)
		}
		h.daemon = spawn(t, "daemon", h.s)
		h.clients[1].ask("run")
		for start := time.Now(); h.clients[1].ask("state").Calls == 0; h.run() {
			if time.Since(start) > limit { // the server looks for the daemon every 5 s
				t.Fatal("activation did not come back")
			}
		}
	})
}
