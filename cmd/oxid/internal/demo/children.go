package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// event is one line that a child process writes: a step of its own, or news.
type event struct {
	Step
	Addr  string `json:"addr,omitempty"`  // server: where it listens
	Live  int    `json:"live"`            // server: objects that clients hold
	Ready bool   `json:"ready,omitempty"` // doomed client: it may be killed now
	Error string `json:"error,omitempty"`
}

// child is a process of the demo. It ends with its standard input, so that
// none is left behind whatever happens to the parent.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	events chan event
}

// spawn starts this program in another role.
func spawn(ctx context.Context, role, server string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, "demo", "--role", role, "--server", server)
	cmd.Stderr = os.Stderr
	c := &child{cmd: cmd, events: make(chan event, 64)}
	if c.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(c.events)
		for in := bufio.NewScanner(out); in.Scan(); {
			var e event
			if json.Unmarshal(in.Bytes(), &e) == nil {
				c.events <- e
			}
		}
	}()
	return c, nil
}

// next waits for the next event.
func (c *child) next(ctx context.Context) (event, error) {
	select {
	case e, ok := <-c.events:
		if !ok {
			return e, errors.New("the process ended early")
		}
		if e.Error != "" {
			return e, errors.New(e.Error)
		}
		return e, nil
	case <-ctx.Done():
		return event{}, ctx.Err()
	}
}

// end closes the child's input and waits for it.
func (c *child) end() error {
	c.stdin.Close()
	for range c.events { // let it finish its last lines
	}
	return c.cmd.Wait()
}

// kill ends the child without warning.
func (c *child) kill() {
	c.cmd.Process.Kill()
	for range c.events {
	}
	c.cmd.Wait()
}

// run is the parent: it directs the three processes.
func run(ctx context.Context, w io.Writer, asJSON bool) error {
	r := newReport(w, asJSON)
	return r.end(direct(ctx, r))
}

func direct(ctx context.Context, r *report) error {
	t := time.Now()
	server, err := spawn(ctx, "server", "")
	if err != nil {
		return err
	}
	defer server.kill()
	up, err := server.next(ctx)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	r.step(Step{"server", "listens; one port for objects, resolver and classes", up.Addr, ms(time.Since(t))})

	if err := firstClient(ctx, r, up.Addr); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if err := awaitLive(ctx, server, func(n int) bool { return n == 0 }); err != nil {
		return err
	}

	doomed, err := spawn(ctx, "doomed", up.Addr)
	if err != nil {
		return err
	}
	defer doomed.kill()
	t = time.Now()
	if _, err := doomed.next(ctx); err != nil {
		return fmt.Errorf("second client: %w", err)
	}
	r.step(Step{"client 2", "activates three Calculators and advises a sink", "", ms(time.Since(t))})
	if err := awaitLive(ctx, server, func(n int) bool { return n == 3 }); err != nil {
		return err
	}
	doomed.kill()
	t = time.Now()
	r.step(Step{"client 2", "is killed without warning", "", 0})
	if err := awaitLive(ctx, server, func(n int) bool { return n == 0 }); err != nil {
		return fmt.Errorf("the server keeps the objects of a dead client: %w", err)
	}
	r.step(Step{"server", "lets its three objects go: no ping for three periods", "0 objects left", ms(time.Since(t))})
	t = time.Now()
	if err := server.end(); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	r.step(Step{"server", "has ended", "", ms(time.Since(t))})
	return nil
}

// firstClient runs the well-behaved client and reports its steps.
func firstClient(ctx context.Context, r *report, addr string) error {
	c, err := spawn(ctx, "client", addr)
	if err != nil {
		return err
	}
	defer c.kill()
	for {
		e, err := c.next(ctx)
		if err != nil {
			return err
		}
		if e.Ready {
			return c.end()
		}
		r.step(e.Step)
	}
}

// awaitLive reads the server's news until the number of its objects is as wanted.
func awaitLive(ctx context.Context, server *child, ok func(int) bool) error {
	for {
		e, err := server.next(ctx)
		if err != nil {
			return fmt.Errorf("server: %w", err)
		}
		if ok(e.Live) {
			return nil
		}
	}
}
