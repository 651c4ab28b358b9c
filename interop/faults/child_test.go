package faults

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"oxid/internal/leak"
)

// Processes of a test are this test binary in another role. They take commands
// from standard input, a word a line, and answer each with a line of JSON.

const roleVar = "OXID_FAULTS_ROLE"

// period is the ping period of all processes; idle is after how long they close
// connections, so that what is left without load is seen soon.
const (
	period = 500 * time.Millisecond
	idle   = period
)

func TestMain(m *testing.M) {
	flag.Parse()
	if role := os.Getenv(roleVar); role != "" {
		if err := play(role); err != nil {
			fmt.Fprintln(os.Stderr, role+":", err)
			os.Exit(1)
		}
		return
	}
	leak.Main(m)
}

// setup is what a process is told when it starts.
type setup struct {
	Socket  string // of the daemon; "" is none
	Listen  string // address of the daemon, or of a process without one
	Target  string // where clients activate
	Callers int
	Objects int // that a client holds at most
	Seed    uint64
}

// report is what a process answers.
type report struct {
	Addr       string
	Goroutines int
	Files      int            // open descriptors; 0 where that cannot be known
	Heap       uint64         // bytes that are reachable
	Live       int            // server: objects that have clients
	Held       int            // client: objects that it holds
	Calls      int            // client: that succeeded
	Gone       int            // client: that met an object or a server that is gone
	Codes      map[string]int `json:",omitempty"` // client: what those were told
	Told       int            // client: callers that did since the load began
	Strange    []string
}

// measured fills in what every process reports.
func (r report) measured() report {
	for range 3 { // clean-ups run after a collection, and release what they held
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.Heap, r.Goroutines = m.HeapAlloc, runtime.NumGoroutine()
	if d, err := os.ReadDir("/proc/self/fd"); err == nil {
		r.Files = len(d)
	}
	return r
}

// play is the main function of a process: serve answers commands until the
// parent closes the pipe.
func play(role string) error {
	var s setup
	if err := json.Unmarshal([]byte(os.Getenv(roleVar+"_SETUP")), &s); err != nil {
		return err
	}
	start, ok := map[string]func(setup) (func(string) (report, error), error){
		"daemon": startDaemon, "server": startServer, "client": startClient,
	}[role]
	if !ok {
		return fmt.Errorf("no such role")
	}
	answer, err := start(s)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(os.Stdout)
	in := bufio.NewScanner(os.Stdin)
	for word := "start"; ; word = in.Text() {
		r, err := answer(word)
		if err != nil {
			return err
		}
		if err := enc.Encode(r); err != nil || !in.Scan() {
			return err
		}
	}
}

// child is a process of a test.
type child struct {
	t     *testing.T
	role  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	first report // what it said when it had started
	dead  bool
}

// spawn starts a process. prefix is a command line to run it by, as in a
// network namespace.
func spawn(t *testing.T, role string, s setup, prefix ...string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	line := append(prefix, exe)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, role: role, cmd: exec.Command(line[0], line[1:]...), lines: make(chan string, 1)}
	c.cmd.Env = append(os.Environ(), roleVar+"="+role, roleVar+"_SETUP="+string(text))
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.lines)
		for in := bufio.NewReader(out); ; {
			text, err := in.ReadString('\n')
			if err != nil {
				return
			}
			c.lines <- text
		}
	}()
	t.Cleanup(c.end)
	c.first = c.answer("start")
	return c
}

// askTimeout is how long an answer may take: everything in a process has limits
// below it.
const askTimeout = 40 * time.Second

// ask gives a process a command and returns the answer.
func (c *child) ask(word string) report {
	c.t.Helper()
	if _, err := io.WriteString(c.in, word+"\n"); err != nil {
		c.t.Fatalf("%s: %v", c.role, err)
	}
	return c.answer(word)
}

func (c *child) answer(word string) (r report) {
	c.t.Helper()
	select {
	case text, ok := <-c.lines:
		if !ok {
			c.t.Fatalf("the %s ended while it was asked for %q", c.role, word)
		}
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			c.t.Fatalf("the %s said %q", c.role, text)
		}
	case <-time.After(askTimeout):
		c.t.Fatalf("the %s hangs: it was asked for %q", c.role, word)
	}
	if len(r.Strange) > 0 {
		c.t.Errorf("the %s met\n\t%s", c.role, strings.Join(r.Strange, "\n\t"))
	}
	return r
}

// kill is kill -9.
func (c *child) kill() {
	c.dead = true
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// end ends the process by the end of its input, or else kills it.
func (c *child) end() {
	if c.dead {
		return
	}
	c.dead = true
	c.in.Close()
	done := make(chan struct{})
	go func() { c.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		c.t.Errorf("the %s does not end", c.role)
		c.cmd.Process.Kill()
		<-done
	}
}
