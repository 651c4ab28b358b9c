package scm

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm"
	"oxid/internal/leak"
	"oxid/orpc"
	"oxid/scm/internal/private"
)

// newDaemon starts a daemon on loopback, at a port of the kernel's choice
// unless addr is given, and stops it with the test.
func newDaemon(t *testing.T, socket, addr string, period time.Duration) *Daemon {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	d, err := StartDaemon(DaemonOptions{
		Options:   Options{PingPeriod: period, Logger: quiet},
		Addresses: []string{addr},
		Socket:    socket,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopDaemon(t, d) })
	return d
}

func stopDaemon(t *testing.T, d *Daemon) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := d.Close(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// tempSocket returns a path that is short enough for a socket everywhere.
func tempSocket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "scm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// A process registers with the daemon; a client on another machine, that has
// none, activates at the daemon's address and calls the process directly.
func TestDaemon(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	d := newDaemon(t, socket, "", time.Minute)
	server := newMachine(t, machineOptions{socket: socket})
	client := newMachine(t, machineOptions{})
	if _, linked := server.service.(*Link); !linked {
		t.Fatalf("the process embeds: %T", server.service)
	}
	if err := server.serve(t.Context(), "Hello"); err != nil {
		t.Fatal(err)
	}
	g, err := client.activate(t.Context(), d.Target())
	if err != nil {
		t.Fatal(err)
	}
	mustGreet(t, g, "Hello")
	com.Release(g)
	wait(t, server.gone, "Hello")

	// The process's own port answers as well, and its references name the daemon.
	for _, at := range []string{server.addr, server.service.Target()} {
		a, err := client.client.CreateInstance(t.Context(), at, clsidGreeter, []com.IID{iidGreeter}, nil)
		if err != nil {
			t.Fatal(err)
		}
		ref, _, err := orpc.ParseOBJREF(a.Interfaces[0].Packet)
		if err != nil || string(ref.ResAddr) != string(d.r.bindings) {
			t.Errorf("saResAddr %x, %v", ref.ResAddr, err)
		}
		info, err := client.client.ResolveOXID(t.Context(), ref.Std.OXID, ref.ResAddr)
		if err != nil || info.Bindings.StringBindings[0].Addr != strings.Replace(server.addr, ":", "[", 1)+"]" {
			t.Errorf("the daemon resolves to %+v, %v", info, err)
		}
	}
	// Pings go to the daemon, which asks the process for its objects.
	ref := mustMarshal(t, server, "Hi")
	id, err := client.client.Ping(t.Context(), ref.ResAddr, 0, 1, oids{ref.Std.OID, 99}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if list, _, _ := d.r.set(id); len(list) != 2 || d.r.entry(99).owner != nil {
		t.Errorf("the set has %v; a young daemon takes unknown objects on trust", list)
	}
	if e := d.r.entry(ref.Std.OID); e.owner == nil || e.owner.oxid != server.apt.OXID() {
		t.Errorf("the object's owner is %+v", e.owner)
	}
	conn, err := dcerpc.Dial(t.Context(), "tcp", d.Addrs()[0].String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := epm.MapTCP(t.Context(), conn, dcerpc.SyntaxID{UUID: orpc.IID_IObjectExporter}); err != nil {
		t.Error(err)
	}
}

// mustMarshal makes a greeter of m and a reference to it.
func mustMarshal(t *testing.T, m *machine, word string) orpc.OBJREF {
	t.Helper()
	s := com.NewMemoryStream(nil)
	err := m.apt.CoMarshalInterface(t.Context(), s, &iidGreeter, &greeter{word: word, gone: m.gone}, com.MSHCTX_LOCAL, com.MSHLFLAGS_NORMAL)
	if err != nil {
		t.Fatal(err)
	}
	ref, _, err := orpc.ParseOBJREF(s.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// Errors of a class's process reach the client through the daemon.
func TestDaemonPassesErrorsOn(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	d := newDaemon(t, socket, "", time.Minute)
	server := newMachine(t, machineOptions{socket: socket})
	client := newMachine(t, machineOptions{})
	if err := server.serve(t.Context(), "Hello"); err != nil {
		t.Fatal(err)
	}
	_, err := client.activate(t.Context(), d.Target()+"x")
	wantHRESULT(t, err, com.E_INVALIDARG)
	_, err = client.client.CreateInstance(t.Context(), d.Target(), com.NewGUID(), []com.IID{iidGreeter}, nil)
	wantHRESULT(t, err, com.REGDB_E_CLASSNOTREG)
	_, err = client.client.CreateInstance(t.Context(), d.Target(), clsidGreeter, []com.IID{iidOther}, nil)
	wantHRESULT(t, err, com.E_NOINTERFACE)
	a, err := client.client.CreateInstance(t.Context(), d.Target(), clsidGreeter, []com.IID{iidOther, iidGreeter}, nil)
	if err != nil || a.HRESULT() != com.CO_S_NOTALLINTERFACES || a.Interfaces[0].HR != com.E_NOINTERFACE {
		t.Errorf("%+v, %v", a, err)
	}
	// Registering twice is refused, and what is registered stays.
	_, err = server.service.RegisterExporter(t.Context(), server.apt.Exporter())
	wantHRESULT(t, err, com.CO_E_OBJISREG)
	if _, err := client.activate(t.Context(), d.Target()); err != nil {
		t.Error(err)
	}
	server.service.RevokeClass(t.Context(), server.apt.Exporter(), clsidGreeter)
	for _, at := range []string{d.Target(), server.addr} {
		_, err = client.client.CreateInstance(t.Context(), at, clsidGreeter, []com.IID{iidGreeter}, nil)
		wantHRESULT(t, err, com.REGDB_E_CLASSNOTREG)
	}
}

// The daemon is stopped and started again. The processes notice, register
// anew, and references that were given away before go on working.
func TestDaemonRestart(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	d := newDaemon(t, socket, "", time.Minute)
	addr := d.Addrs()[0].String()
	server := newMachine(t, machineOptions{socket: socket})
	client := newMachine(t, machineOptions{})
	if err := server.serve(t.Context(), "Hello"); err != nil {
		t.Fatal(err)
	}
	before, err := client.activate(t.Context(), d.Target())
	if err != nil {
		t.Fatal(err)
	}
	ref := mustMarshal(t, server, "Hi")
	set, err := client.client.Ping(t.Context(), ref.ResAddr, 0, 1, oids{ref.Std.OID}, nil)
	if err != nil {
		t.Fatal(err)
	}
	stopDaemon(t, d)
	link := server.service.(*Link)
	eventually(t, "the process does not notice that the daemon is gone", func() bool { return !link.Connected() })

	// What is registered meanwhile is registered when the daemon is back.
	other := com.NewGUID()
	f := com.NewClassFactory(server.rt.Types(), func(context.Context) (any, error) { return &greeter{word: "Ahoy"}, nil })
	if _, err := server.apt.CoRegisterClassObject(t.Context(), other, f, com.CLSCTX_LOCAL_SERVER, com.REGCLS_MULTIPLEUSE); err != nil {
		t.Fatal(err)
	}
	d = newDaemon(t, socket, addr, time.Minute)
	// Pings come before the process does: the daemon takes its word.
	_, err = client.client.Ping(t.Context(), ref.ResAddr, set, 2, nil, nil)
	wantHRESULT(t, err, com.OR_INVALID_SET)
	if _, err = client.client.Ping(t.Context(), ref.ResAddr, 0, 1, oids{ref.Std.OID}, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the process does not register again", link.Connected)
	if e := d.r.entry(ref.Std.OID); e.owner == nil {
		t.Error("the object has no owner although its process is back")
	}
	mustGreet(t, before, "Hello")
	for _, clsid := range []com.CLSID{clsidGreeter, other} {
		if _, err := client.client.CreateInstance(t.Context(), d.Target(), clsid, []com.IID{iidGreeter}, nil); err != nil {
			t.Error(err)
		}
	}
}

// One daemon has one socket, and one that was killed leaves nothing in the way.
func TestDaemonSocket(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	start := func() (*Daemon, error) {
		return StartDaemon(DaemonOptions{Addresses: []string{"127.0.0.1:0"}, Socket: socket, Options: Options{Logger: quiet}})
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as a killed process would
	l.Close()
	d := newDaemon(t, socket, "", time.Minute)
	if fi, err := os.Stat(socket); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	_, err = start()
	if !errors.Is(err, os.ErrExist) || !strings.Contains(err.Error(), "running already") {
		t.Errorf("a second daemon: %v", err)
	}
	stopDaemon(t, d)
	if _, err := os.Lstat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Error("the socket outlives the daemon")
	}
	if err := os.WriteFile(socket, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = start(); !errors.Is(err, os.ErrExist) {
		t.Errorf("a file in the way: %v", err)
	}
	if b, err := os.ReadFile(socket); string(b) != "precious" {
		t.Errorf("the file is %q, %v", b, err)
	}
	select {
	case <-d.Done():
	default:
		t.Error("a daemon that was closed is not done")
	}
}

// Ports that cannot be had are told with what to do.
func TestDaemonAddresses(t *testing.T) {
	leak.Check(t)
	d := newDaemon(t, tempSocket(t), "", time.Minute)
	taken := d.Addrs()[0].String()
	_, err := StartDaemon(DaemonOptions{Addresses: []string{"127.0.0.1:0", taken}, Socket: tempSocket(t), Options: Options{Logger: quiet}})
	if err == nil || !strings.Contains(err.Error(), taken) || !strings.Contains(err.Error(), "Hint") {
		t.Errorf("a port twice: %v", err)
	}
	_, err = StartDaemon(DaemonOptions{Addresses: []string{"a b"}, Socket: tempSocket(t)})
	wantHRESULT(t, err, com.E_INVALIDARG)
	two, err := StartDaemon(DaemonOptions{Addresses: []string{"127.0.0.1:0", "127.0.0.1:0"}, Advertise: []string{"plant.example"},
		Socket: tempSocket(t), Options: Options{Logger: quiet}})
	if err != nil {
		t.Fatal(err)
	}
	defer stopDaemon(t, two)
	dsa, err := two.r.bindings.Unpack()
	if err != nil || len(dsa.StringBindings) != 1 || len(two.Addrs()) != 2 {
		t.Errorf("%v, %v", dsa, err)
	}
}

// A daemon whose listener breaks ends and says why.
func TestDaemonFails(t *testing.T) {
	leak.Check(t)
	d := newDaemon(t, tempSocket(t), "", time.Minute)
	d.listens[0].Close()
	select {
	case <-d.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on")
	}
	if !errors.Is(d.Err(), net.ErrClosed) {
		t.Errorf("it ended with %v", d.Err())
	}
	d.mu.Lock()
	d.err = nil // it is what was wanted
	d.mu.Unlock()
}

// Without a daemon a process embeds, and DialDaemon says what is missing.
func TestNoDaemon(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	_, err := DialDaemon(t.Context(), LinkOptions{Socket: socket})
	if !errors.Is(err, ErrNoDaemon) || !strings.Contains(err.Error(), socket) {
		t.Errorf("got %v", err)
	}
	m := newMachine(t, machineOptions{socket: socket})
	if _, local := m.service.(*Local); !local {
		t.Errorf("joined %T", m.service)
	}
	// One that hangs up, or that is of another kind, is an error of its own.
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			nc.Close()
		}
	}()
	if _, err := DialDaemon(t.Context(), LinkOptions{Socket: socket, Logger: quiet}); err == nil || errors.Is(err, ErrNoDaemon) {
		t.Errorf("got %v", err)
	}
}

// Nobody speaks for another process.
func TestDaemonSessions(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	d := newDaemon(t, socket, "", time.Minute)
	a := newMachine(t, machineOptions{socket: socket})
	b := newMachine(t, machineOptions{socket: socket})
	la, lb := a.service.(*Link).current(), b.service.(*Link).current()
	x := private.Exporter{OXID: a.apt.OXID(), Major: 5, Minor: 7, Bindings: mustPack(t, "h[1]")}
	for _, tt := range []struct {
		name string
		err  error
		want com.HRESULT
	}{
		{"the OXID of another", lb.client.RegisterExporter(t.Context(), lb.session, x), com.CO_E_OBJISREG},
		{"a class for another", lb.client.RegisterClass(t.Context(), lb.session, a.apt.OXID(), clsidGreeter), com.CO_E_OBJNOTREG},
		{"revoking another", lb.client.RevokeExporter(t.Context(), lb.session, a.apt.OXID()), com.CO_E_OBJNOTREG},
		{"no such session", lb.client.RevokeExporter(t.Context(), com.NewGUID(), b.apt.OXID()), com.E_HANDLE},
		{"bindings that are none", lb.client.RegisterExporter(t.Context(), lb.session, private.Exporter{OXID: 1, Bindings: []byte{1}}), com.RPC_E_INVALID_OBJREF},
	} {
		if com.HRESULTOf(tt.err) != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
		}
	}
	if d.r.exporterOf(a.apt.OXID()) == nil {
		t.Error("the exporter is gone")
	}
	// A process that ends is forgotten at once.
	la.close()
	eventually(t, "the daemon remembers a process that hung up", func() bool {
		e := d.r.exporterOf(a.apt.OXID())
		return e == nil || e.exporter.(*linkExporter).process != nil && a.service.(*Link).current() != la
	})
}

// The socket takes connections of processes and nothing else.
func TestDaemonSocketHostile(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	d := newDaemon(t, socket, "", time.Minute)
	taken := com.NewGUID()
	first, err := dialSocket(t.Context(), socket, roleServes, taken)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	eventually(t, "no session", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.sessions[taken] != nil
	})
	for name, b := range map[string][]byte{
		"HTTP":            []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		"no such role":    appendPreamble(nil, 'x', com.NewGUID()),
		"a session twice": appendPreamble(nil, roleServes, taken),
	} {
		nc, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nc.Write(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		nc.SetReadDeadline(time.Now().Add(20 * time.Second))
		var ne net.Error
		if _, err := nc.Read(make([]byte, 1)); err == nil || errors.As(err, &ne) && ne.Timeout() {
			t.Errorf("%s: the connection stays open: %v", name, err)
		}
		nc.Close()
	}
	m := newMachine(t, machineOptions{socket: socket}) // others are served
	if _, linked := m.service.(*Link); !linked {
		t.Errorf("joined %T", m.service)
	}
}
