package wine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"oxid/internal/leak"
)

// required says that nothing may be skipped.
var required = os.Getenv("OXID_INTEROP") == "required"

// skip skips the test, or fails it where nothing may be skipped.
func skip(t *testing.T, format string, args ...any) {
	t.Helper()
	if required {
		t.Fatalf("OXID_INTEROP=required, but "+format, args...)
	}
	t.Skipf(format, args...)
}

// tool returns the path of a program, or skips. Debian keeps Wine's programs
// outside of the search path unless a package chooses among versions of Wine.
func tool(t *testing.T, name, debianPackage string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := filepath.Join("/usr/lib/wine", name)
	if _, err := os.Stat(path); err != nil {
		skip(t, "there is no program %s: install Debian's package %s", name, debianPackage)
	}
	return path
}

// wineInclude is where libwine-dev keeps the IDL files that others import.
const wineInclude = "/usr/include/wine/wine/windows"

// machine is a Wine installation of the tests' own, made when the first test
// needs it.
type machine struct {
	dir, wine, server string
	shell             *exec.Cmd
	cancel            context.CancelFunc
	env               []string
}

var theMachine struct {
	sync.Mutex
	m   *machine
	err error
}

func TestMain(m *testing.M) {
	leak.Main(m, func() error {
		if w := theMachine.m; w != nil {
			w.remove()
		}
		return nil
	})
}

// startMachine returns the machine, or skips where there is no Wine.
func startMachine(t *testing.T) *machine {
	t.Helper()
	if os.Getenv("OXID_WINE") == "" {
		t.Skip("set OXID_WINE=1: the suite takes half a minute, and Wine's RPC client now and then loses an answer and hangs")
	}
	wine, server := tool(t, "wine64", "wine64"), tool(t, "wineserver", "wine64")
	tool(t, "widl", "wine64-tools")
	tool(t, compiler, "gcc-mingw-w64-x86-64")
	if _, err := os.Stat(wineInclude + "/unknwn.idl"); err != nil {
		skip(t, "there is no %s/unknwn.idl: install Debian's package libwine-dev", wineInclude)
	}
	theMachine.Lock()
	defer theMachine.Unlock()
	if theMachine.m == nil && theMachine.err == nil {
		theMachine.m, theMachine.err = newMachine(wine, server)
	}
	if theMachine.err != nil {
		t.Fatal(theMachine.err)
	}
	return theMachine.m
}

// newMachine makes the files of a Windows installation, which takes Wine 15 to
// 30 seconds.
func newMachine(wine, server string) (*machine, error) {
	dir, err := os.MkdirTemp("", "oxid-wine-")
	if err != nil {
		return nil, err
	}
	m := &machine{dir: dir, wine: wine, server: server}
	m.env = append(os.Environ(), "WINEPREFIX="+filepath.Join(dir, "prefix"), "HOME="+dir, "WINEARCH=win64", "WINEDEBUG=-all",
		"WINEDLLOVERRIDES=mscoree,mshtml=;winemenubuilder.exe=d", "DISPLAY=")
	// Also the longest that a run of the tests may take.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	m.cancel = cancel
	boot := exec.CommandContext(ctx, wine, "wineboot", "-i")
	boot.Env = m.env
	boot.WaitDelay = time.Second // its services keep the output open
	if out, err := boot.CombinedOutput(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		m.remove()
		return nil, fmt.Errorf("wineboot: %v\n%s", err, out)
	}
	if err := m.keepUp(ctx); err != nil {
		m.remove()
		return nil, err
	}
	return m, nil
}

// keepUp starts a shell that does nothing: while it runs, so do Wine's
// services, which otherwise belong to the first program of a test and delay its
// end by theirs.
func (m *machine) keepUp(ctx context.Context) error {
	shell := exec.CommandContext(ctx, m.wine, "cmd.exe")
	shell.Env = m.env
	in, err := shell.StdinPipe()
	if err != nil {
		return err
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		return err
	}
	shell.Cancel = func() error { return in.Close() }
	if err := shell.Start(); err != nil {
		return err
	}
	m.shell = shell
	if _, err := in.Write([]byte("echo ready\r\n")); err != nil {
		return err
	}
	for s := bufio.NewScanner(out); s.Scan(); {
		if strings.Contains(s.Text(), "ready") {
			return nil
		}
	}
	return errors.New("Wine's shell does not answer")
}

// remove ends whatever still runs on the machine, and deletes its files.
func (m *machine) remove() {
	defer m.cancel()
	cmd := exec.Command(m.server, "-k")
	cmd.Env = m.env
	cmd.Run() // fails when nothing runs any more
	if m.shell != nil {
		m.shell.Wait()
	}
	os.RemoveAll(m.dir)
}

// process is a program that runs on the machine. Its lines of output come
// through a channel, which is closed when it ends.
type process struct {
	name  string
	lines chan string
	stdin io.WriteCloser
}

// start starts a program of ours: they all end when their input does.
func (m *machine) start(t *testing.T, exe string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(m.wine, append([]string{exe}, args...)...)
	cmd.Env = m.env
	cmd.WaitDelay = 5 * time.Second
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{name: filepath.Base(exe), lines: make(chan string, 1000), stdin: stdin}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(p.lines)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			p.lines <- strings.TrimRight(s.Text(), "\r")
		}
	}()
	t.Cleanup(func() {
		stdin.Close()
		timer := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		defer timer.Stop()
		for range p.lines { // what nobody waited for
		}
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("%s wrote:\n%s", p.name, stderr.String())
		}
	})
	return p
}

// line waits for the next line that the program prints, and returns what comes
// after the given prefix.
func (p *process) line(t *testing.T, prefix string) string {
	t.Helper()
	select {
	case l, ok := <-p.lines:
		rest, match := strings.CutPrefix(l, prefix)
		if !ok || !match {
			t.Fatalf("%s printed %q (running: %v), wanted %q", p.name, l, ok, prefix)
		}
		return strings.TrimSpace(rest)
	case <-time.After(time.Minute):
		t.Fatalf("%s did not print %q within a minute", p.name, prefix)
	}
	return ""
}
