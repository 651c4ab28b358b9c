package scm

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// machine is a COM process of a test: a runtime with its server and client.
type machine struct {
	rt      *marshal.Runtime
	apt     *marshal.Apartment
	server  *dcerpc.Server
	client  *Client
	service Service
	addr    string
	dials   atomic.Int32 // connections that it made
	gone    chan string  // words of greeters that were let go
}

// options of a machine.
type machineOptions struct {
	socket string // of the daemon; "" embeds
	period time.Duration
	ndr64  bool
}

// newMachine starts a machine on loopback and stops it with the test.
func newMachine(t *testing.T, o machineOptions) *machine {
	t.Helper()
	m, err := startMachine(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.stop)
	return m
}

func startMachine(ctx context.Context, o machineOptions) (*machine, error) {
	if o.period == 0 {
		o.period = time.Minute // nothing happens by itself
	}
	m := &machine{gone: make(chan string, 16)}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		m.dials.Add(1)
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	m.client = NewClient(ClientOptions{Dial: dial, Timeout: 20 * time.Second})
	m.server = dcerpc.NewServer(&dcerpc.ServerOptions{
		Lookup: func(s dcerpc.SyntaxID) *dcerpc.Interface { return m.rt.LookupInterface(s) },
		NDR64:  o.ndr64, Logger: quiet,
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m.addr = ln.Addr().String()
	bindings, err := Bindings(ln.Addr(), nil)
	if err != nil {
		return nil, err
	}
	m.service, err = Join(ctx, JoinOptions{
		Options: Options{PingPeriod: o.period, Logger: quiet},
		Server:  m.server, Bindings: bindings, Socket: o.socket, Embedded: o.socket == "",
	})
	if err != nil {
		ln.Close()
		return nil, err
	}
	m.rt = marshal.NewRuntime(marshal.Options{
		Server: m.server, Registrar: m.service, Resolver: m.client, Dial: dial,
		Bindings:   func() []orpc.StringBinding { return bindings },
		PingPeriod: m.service.PingPeriod(), Logger: quiet, NDR64: o.ndr64,
	})
	go m.server.Serve(ln)
	m.apt, err = m.rt.MTA(ctx)
	return m, err
}

func (m *machine) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	m.rt.Close(ctx)
	m.service.Close(ctx)
	m.client.Close()
	m.server.Close()
}

// serve registers the class of greeters with this word.
func (m *machine) serve(ctx context.Context, word string) error {
	f := com.NewClassFactory(m.rt.Types(), func(context.Context) (any, error) {
		return &greeter{word: word, gone: m.gone}, nil
	})
	_, err := m.apt.CoRegisterClassObject(ctx, clsidGreeter, f, com.CLSCTX_LOCAL_SERVER, com.REGCLS_MULTIPLEUSE)
	return err
}

// activate creates a greeter at target.
func (m *machine) activate(ctx context.Context, target string) (IGreeter, error) {
	a, err := m.client.CreateInstance(ctx, target, clsidGreeter, []com.IID{iidGreeter}, nil)
	if err != nil {
		return nil, err
	}
	v, err := m.apt.Adopt(ctx, &a.Exporter, a.Interfaces[0].Packet, greeterDesc)
	if err != nil {
		return nil, err
	}
	return v.(IGreeter), nil
}

// mustGreet fails the test unless g answers with word.
func mustGreet(t *testing.T, g IGreeter, word string) {
	t.Helper()
	text, err := g.Greet(t.Context(), "you")
	if err != nil || text != word+", you" {
		t.Fatalf("Greet: %q, %v", text, err)
	}
}

// wait fails the test unless ch delivers want soon.
func wait(t *testing.T, ch <-chan string, want string) {
	t.Helper()
	select {
	case got := <-ch:
		if got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("no %q", want)
	}
}

// eventually fails the test unless f becomes true soon. It is for what other
// processes do; everything else has a fake clock or something to wait for.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !f() {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
