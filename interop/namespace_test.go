package interop

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// namespace is a network with nothing but a loopback interface. It lives as
// long as the process that holds it, which ends with its standard input: with
// the test, however that ends.
type namespace struct {
	enter []string // what comes in front of a command line
}

// hostPort is taken while a test uses port 135 of this machine.
var hostPort sync.Mutex

// ways are the ways to make a network namespace: as root, and as anybody where
// user namespaces are allowed.
var ways = []struct{ unshare, enter []string }{
	{[]string{"--net"}, []string{"--net"}},
	{[]string{"--user", "--map-root-user", "--net"}, []string{"--user", "--net", "--preserve-credentials"}},
}

// newNamespace makes a network for t, or makes t the only one that uses this
// machine's. It skips where neither can be done.
func newNamespace(t *testing.T) *namespace {
	t.Helper()
	var why []string
	for _, way := range ways {
		n, err := unshare(t, way.unshare, way.enter)
		if err == nil {
			return n
		}
		why = append(why, err.Error())
	}
	hostPort.Lock()
	t.Cleanup(hostPort.Unlock)
	l, err := net.Listen("tcp", "127.0.0.1:135")
	if err != nil {
		skip(t, "no network namespace (%s), and no port 135: %v", strings.Join(why, "; "), err)
	}
	l.Close()
	t.Logf("no network namespace (%s): using this machine's port 135", strings.Join(why, "; "))
	return &namespace{}
}

// unshare starts the process that holds a namespace.
func unshare(t *testing.T, flags, enter []string) (*namespace, error) {
	const script = `ip link set lo up && echo up && exec cat`
	cmd := exec.Command("unshare", append(flags, "sh", "-c", script)...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	end := func() {
		stdin.Close()
		cmd.Wait()
	}
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "up\n" {
		end()
		return nil, fmt.Errorf("unshare %s: %s", strings.Join(flags, " "), strings.TrimSpace(stderr.String()))
	}
	t.Cleanup(end)
	return &namespace{append([]string{"nsenter", "--target", strconv.Itoa(cmd.Process.Pid)}, append(enter, "--")...)}, nil
}

// command prepares a command in the namespace. It is interrupted when ctx ends,
// and killed when that does not help.
func (n *namespace) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	line := append(append([]string{}, n.enter...), append([]string{name}, args...)...)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}
