package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// usage is what a process has consumed so far.
type usage struct {
	CPUUS  float64 `json:"cpu_us"`
	Allocs uint64  `json:"allocs"`
	Bytes  uint64  `json:"bytes"`
}

func used() usage {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{CPUUS: cpuMicroseconds(), Allocs: m.Mallocs, Bytes: m.TotalAlloc}
}

// outcome is what a client reports: its own consumption during the measurement.
type outcome struct {
	Calls  int     `json:"calls"`
	WallUS float64 `json:"wall_us"`
	usage
}

// command makes this program run in another role, pinned when cpu is not "".
func command(cpu string, args ...string) (*exec.Cmd, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if cpu != "" {
		if ts, err := exec.LookPath("taskset"); err == nil {
			return exec.Command(ts, append([]string{"-c", cpu, exe}, args...)...), nil
		}
	}
	return exec.Command(exe, args...), nil
}

// round starts a server, measures with a fresh client, and adds up both sides.
func round(s scenario, peer string, length time.Duration) (r result, err error) {
	srv, err := command(s.CPU, "-role", "server", "-peer", peer)
	if err != nil {
		return r, err
	}
	srv.Stderr = os.Stderr
	in, err := srv.StdinPipe()
	if err != nil {
		return r, err
	}
	out, err := srv.StdoutPipe()
	if err != nil {
		return r, err
	}
	if err := srv.Start(); err != nil {
		return r, err
	}
	defer srv.Wait()
	defer in.Close()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		return r, fmt.Errorf("the server did not start")
	}
	addr := lines.Text()
	ask := func() (u usage, err error) {
		if _, err := io.WriteString(in, "\n"); err != nil {
			return u, err
		}
		if !lines.Scan() {
			return u, io.ErrUnexpectedEOF
		}
		return u, json.Unmarshal(lines.Bytes(), &u)
	}
	cli, err := command(s.CPU, "-role", "client", "-peer", peer, "-addr", addr, "-op", s.Op,
		"-callers", fmt.Sprint(s.Callers), "-time", length.String())
	if err != nil {
		return r, err
	}
	cli.Stderr = os.Stderr
	goAhead, err := cli.StdinPipe()
	if err != nil {
		return r, err
	}
	says, err := cli.StdoutPipe()
	if err != nil {
		return r, err
	}
	if err := cli.Start(); err != nil {
		return r, err
	}
	defer cli.Wait()
	defer goAhead.Close()
	words := bufio.NewScanner(says)
	if !words.Scan() { // it is warm now
		return r, fmt.Errorf("the client did not start")
	}
	before, err := ask()
	if err != nil {
		return r, err
	}
	io.WriteString(goAhead, "\n")
	if !words.Scan() {
		return r, fmt.Errorf("the client failed")
	}
	var o outcome
	if err := json.Unmarshal(words.Bytes(), &o); err != nil {
		return r, err
	}
	after, err := ask()
	if err != nil {
		return r, err
	}
	n := float64(o.Calls)
	r.Calls = o.Calls
	r.WallUS = o.WallUS / n
	r.CPUUS = (o.CPUUS + after.CPUUS - before.CPUUS) / n
	r.Allocs = float64(o.Allocs+after.Allocs-before.Allocs) / n
	r.Bytes = float64(o.Bytes+after.Bytes-before.Bytes) / n
	return r, nil
}

// answer is the server's side of round: a line for each question, until the
// parent closes the pipe.
func answer(addr string) error {
	fmt.Println(addr)
	in := bufio.NewScanner(os.Stdin)
	enc := json.NewEncoder(os.Stdout)
	for in.Scan() {
		if err := enc.Encode(used()); err != nil {
			return err
		}
	}
	return in.Err()
}
