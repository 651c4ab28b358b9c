package scm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"oxid/com"
	"oxid/internal/leak"
)

// The tests of this file run the test binary again as other processes, which
// can be killed without warning.

// roleEnv says that the process is one of them, and which.
const roleEnv = "OXID_SCM_TEST_ROLE"

// shortPeriod is a ping period for which a test can wait. Other processes have
// no fake clock, and a busy machine may stop them for three periods less a bit.
const shortPeriod = 250 * time.Millisecond

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		if err := playRole(role, os.Args[1:]); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	leak.Main(m)
}

// playRole does what a test wants of another process: it prints one line when
// it is ready, and stays until its input ends.
func playRole(role string, args []string) error {
	ctx := context.Background()
	ready := ""
	switch role {
	case "daemon": // socket, address
		d, err := StartDaemon(DaemonOptions{
			Options: Options{PingPeriod: shortPeriod, Logger: quiet}, Socket: args[0], Addresses: []string{args[1]}})
		if err != nil {
			return err
		}
		ready = d.Target()
	case "server": // socket
		m, err := startMachine(ctx, machineOptions{socket: args[0], period: shortPeriod})
		if err != nil {
			return err
		}
		if err := m.serve(ctx, "Hello"); err != nil {
			return err
		}
		ready = m.addr
	case "client": // target
		m, err := startMachine(ctx, machineOptions{period: shortPeriod})
		if err != nil {
			return err
		}
		g, err := m.activate(ctx, args[0])
		if err != nil {
			return err
		}
		if _, err := g.Greet(ctx, "you"); err != nil {
			return err
		}
		defer com.Release(g)
		ready = "held"
	}
	fmt.Println(ready)
	io.Copy(io.Discard, os.Stdin)
	return nil
}

// process is another process.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	input io.Closer
	ready string // the line that it printed
}

// startProcess runs a role and waits until it is ready. It does not outlive the test.
func startProcess(t *testing.T, role string, args ...string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(exe, args...)}
	p.cmd.Env = append(os.Environ(), roleEnv+"="+role)
	p.cmd.Stderr = os.Stderr
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s: %q, %v", role, line, err)
	}
	p.ready = line[:len(line)-1]
	return p
}

// kill ends the process without warning.
func (p *process) kill() {
	if p.input == nil {
		return
	}
	p.input.Close()
	p.input = nil
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// A client holds an object for many ping periods, then it is killed: the
// object goes. Once with a resolver of the process's own, once with a daemon.
func TestKilledClient(t *testing.T) {
	for _, daemon := range []bool{false, true} {
		t.Run(map[bool]string{false: "embedded", true: "daemon"}[daemon], func(t *testing.T) {
			leak.Check(t)
			o := machineOptions{period: shortPeriod}
			if daemon {
				o.socket = tempSocket(t)
				newDaemon(t, o.socket, "", shortPeriod)
			}
			server := newMachine(t, o)
			if err := server.serve(t.Context(), "Hello"); err != nil {
				t.Fatal(err)
			}
			client := startProcess(t, "client", server.service.Target())
			if client.ready != "held" {
				t.Fatal(client.ready)
			}
			select {
			case word := <-server.gone:
				t.Fatalf("%s is gone although its client pings", word)
			case <-time.After(6 * shortPeriod):
			}
			client.kill()
			start := time.Now()
			wait(t, server.gone, "Hello")
			t.Logf("let go %v after the end of the client, with a period of %v", time.Since(start).Round(time.Millisecond), shortPeriod)
		})
	}
}

// A process that is killed is forgotten by the daemon, with its classes.
func TestKilledServer(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	d := newDaemon(t, socket, "", shortPeriod)
	client := newMachine(t, machineOptions{period: shortPeriod})
	old := startProcess(t, "server", socket)
	g, err := client.activate(t.Context(), d.Target())
	if err != nil {
		t.Fatal(err)
	}
	mustGreet(t, g, "Hello")
	// A second process of the class takes over when the first is gone.
	startProcess(t, "server", socket)
	old.kill()
	if _, err := g.Greet(t.Context(), "you"); err == nil {
		t.Error("an object of a killed process answers")
	}
	com.Release(g)
	eventually(t, "the class cannot be activated any more", func() bool {
		again, err := client.activate(t.Context(), d.Target())
		if err != nil {
			return false
		}
		defer com.Release(again)
		text, err := again.Greet(t.Context(), "you")
		return err == nil && text == "Hello, you"
	})
}

// Three processes that can be killed: the daemon is, and another takes its
// place. The server registers with it, and the client's object lives on.
func TestKilledDaemon(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	daemon := startProcess(t, "daemon", socket, "127.0.0.1:0")
	server := newMachine(t, machineOptions{socket: socket})
	if server.service.PingPeriod() != shortPeriod {
		t.Errorf("the daemon's ping period is %v here", server.service.PingPeriod())
	}
	if err := server.serve(t.Context(), "Hello"); err != nil {
		t.Fatal(err)
	}
	client := startProcess(t, "client", daemon.ready)
	if client.ready != "held" {
		t.Fatal(client.ready)
	}
	daemon.kill()
	eventually(t, "the process does not notice", func() bool { return !server.service.(*Link).Connected() })
	again := startProcess(t, "daemon", socket, daemon.ready)
	eventually(t, "the process does not register again", server.service.(*Link).Connected)
	select {
	case word := <-server.gone:
		t.Fatalf("%s is gone although its client pings", word)
	case <-time.After(6 * shortPeriod):
	}
	other := newMachine(t, machineOptions{period: shortPeriod})
	g, err := other.activate(t.Context(), again.ready)
	if err != nil {
		t.Fatal(err)
	}
	mustGreet(t, g, "Hello")
	com.Release(g)
	wait(t, server.gone, "Hello")
	client.kill()
	wait(t, server.gone, "Hello")
}

// A daemon whose socket is gone is not found.
func TestDaemonIsGone(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	startProcess(t, "daemon", socket, "127.0.0.1:0").kill()
	_, err := DialDaemon(t.Context(), LinkOptions{Socket: socket, Logger: quiet})
	if !errors.Is(err, ErrNoDaemon) {
		t.Errorf("got %v: a killed daemon leaves its socket", err)
	}
}
