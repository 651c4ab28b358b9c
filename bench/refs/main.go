package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"time"

	"oxid"
)

func main() {
	n := flag.Int("n", 1_000_000, "references")
	callers := flag.Int("callers", 16, "callers that make and release them")
	period := flag.Duration("period", 20*time.Second, "ping period")
	asJSON := flag.Bool("json", false, "print JSON")
	server := flag.Bool("server", false, "internal: be the server")
	flag.Parse()
	opts := []oxid.Option{oxid.NoDaemon(), oxid.PingPeriod(*period), oxid.WithLogger(slog.New(slog.DiscardHandler))}
	if *server {
		exit(serve(opts...))
		return
	}
	s, err := startServer(*period)
	if err != nil {
		exit(err)
		return
	}
	r, err := measure(s, *n, *callers, *period, opts)
	s.end()
	if err == nil {
		err = r.print(*asJSON)
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refs:", err)
		os.Exit(1)
	}
}

// process is the server as the client sees it.
type process struct {
	addr  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

func startServer(period time.Duration) (*process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &process{cmd: exec.Command(exe, "-server", "-period", period.String())}
	s.cmd.Stderr = os.Stderr
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.lines = bufio.NewScanner(out)
	if !s.lines.Scan() {
		return nil, fmt.Errorf("the server did not start")
	}
	s.addr = s.lines.Text()
	return s, nil
}

// ask returns how the server is.
func (s *process) ask() (a answer, err error) {
	if _, err := io.WriteString(s.in, "\n"); err != nil {
		return a, err
	}
	if !s.lines.Scan() {
		return a, io.ErrUnexpectedEOF
	}
	return a, json.Unmarshal(s.lines.Bytes(), &a)
}

func (s *process) end() {
	s.in.Close()
	s.cmd.Wait()
}
