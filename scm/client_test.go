package scm

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm"
	"oxid/orpc"
	"oxid/step"
)

// fakeNet is a network in memory: servers by "host:port". Dialing anything else
// is refused, a nil server never answers.
type fakeNet struct {
	mu      sync.Mutex
	servers map[string]*dcerpc.Server
	dialed  []string
}

func newNet() *fakeNet { return &fakeNet{servers: map[string]*dcerpc.Server{}} }

func (n *fakeNet) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	n.mu.Lock()
	n.dialed = append(n.dialed, addr)
	s, ok := n.servers[addr]
	n.mu.Unlock()
	switch {
	case strings.HasPrefix(addr, "nowhere"):
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "nowhere", IsNotFound: true}}
	case !ok:
		return nil, errors.New("connection refused")
	case s == nil:
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Pipe(), nil
}

// host adds a server with these interfaces.
func (n *fakeNet) host(t *testing.T, addr string, ifaces ...*dcerpc.Interface) *dcerpc.Server {
	t.Helper()
	s := dcerpc.NewServer(&dcerpc.ServerOptions{Logger: quiet})
	for _, i := range ifaces {
		if err := s.Register(i); err != nil {
			t.Fatal(err)
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.servers[addr] = s
	t.Cleanup(func() { s.Close() })
	return s
}

// hang makes an address that never answers.
func (n *fakeNet) hang(addr string) { n.servers[addr] = nil }

func (n *fakeNet) dials() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.dialed)
}

func (n *fakeNet) client(t *testing.T) *Client {
	c := NewClient(ClientOptions{Dial: n.dial})
	t.Cleanup(func() { c.Close() })
	return c
}

// oldResolver plays a resolver of DCOM 5.1: no operations behind ServerAlive.
func oldResolver(r *resolver) *dcerpc.Interface {
	i := r.resolverInterface()
	i.NumOps = 4
	return i
}

func wantStep(t *testing.T, err error, want step.Step) {
	t.Helper()
	var e *com.Error
	if !errors.As(err, &e) || e.Step != want {
		t.Errorf("step of %v, want %s", err, want)
	}
}

func TestResolveAtAnOldServer(t *testing.T) {
	n := newNet()
	r := testResolver(t, newFake(), Limits{})
	n.host(t, "old:135", oldResolver(r))
	info, err := n.client(t).ResolveOXID(t.Context(), 7, mustPack(t, "old"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Version != orpc.Version51 || info.RemUnknown != newFake().Info().RemUnknown || info.Via != "old" {
		t.Errorf("got %+v", info)
	}
}

// The bindings of a resolver are tried side by side. One that knows the
// exporter wins, wherever it stands; without one, every failure is told.
func TestResolveTriesAllBindings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNet()
		n.hang("silent:135")
		n.host(t, "other:135", testResolver(t, nil, Limits{}).resolverInterface())
		n.host(t, "10.0.0.1:4711", testResolver(t, newFake(), Limits{}).resolverInterface())
		c := n.client(t)
		addr := mustPack(t, "silent", "closed", "other", "10.0.0.1[4711]")
		start := time.Now()
		info, err := c.ResolveOXID(t.Context(), 7, addr)
		if err != nil || info.Via != "10.0.0.1" {
			t.Fatalf("%+v, %v", info, err)
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("it took %v because one binding is silent", d)
		}
		// The one that answered is asked first from now on.
		before := len(n.dials())
		if _, err := c.ResolveOXID(t.Context(), 7, addr); err != nil {
			t.Fatal(err)
		}
		if more := n.dials()[before:]; len(more) != 0 {
			t.Errorf("dialed %v again", more)
		}

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = c.ResolveOXID(ctx, 7, mustPack(t, "silent", "closed", "other"))
		wantHRESULT(t, err, com.OR_INVALID_OXID) // an answer counts more than silence
		var e *com.Error
		if !errors.As(err, &e) || len(e.Attempts) != 3 || e.Hint == "" {
			t.Errorf("attempts of %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = c.ResolveOXID(ctx, 7, mustPack(t, "silent"))
		wantHRESULT(t, err, com.RPC_E_TIMEOUT)
		_, err = c.ResolveOXID(t.Context(), 7, mustPack(t, "closed", "nowhere"))
		wantHRESULT(t, err, com.RPC_S_SERVER_UNAVAILABLE)
		for _, want := range []string{"closed:135 (tcp)", "nowhere:135 (name)"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v does not tell of %s", err, want)
			}
		}
	})
}

// A reference can name any number of addresses; only so many are tried.
func TestResolveBoundsTheAttempts(t *testing.T) {
	n := newNet()
	var hosts []string
	for i := range 200 {
		hosts = append(hosts, "h"+itoa(uint16(i)), "h"+itoa(uint16(i))) // twice the same counts once
	}
	_, err := n.client(t).ResolveOXID(t.Context(), 7, mustPack(t, hosts...))
	wantHRESULT(t, err, com.RPC_S_SERVER_UNAVAILABLE)
	if got := len(n.dials()); got != maxCandidates {
		t.Errorf("%d addresses were tried", got)
	}
	dsa := orpc.DUALSTRINGARRAY{StringBindings: []orpc.StringBinding{{TowerID: orpc.TOWER_NCACN_NP, Addr: "h"}}}
	packed, err := dsa.Pack()
	if err != nil {
		t.Fatal(err)
	}
	_, err = n.client(t).ResolveOXID(t.Context(), 7, packed)
	wantStep(t, err, step.Bindings)
	_, err = n.client(t).ResolveOXID(t.Context(), 7, orpc.PackedBindings{1, 2, 3})
	wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
}

// A resolver that is not at the well-known port may be known to the endpoint
// mapper there.
func TestResolverThroughEndpointMapper(t *testing.T) {
	n := newNet()
	var table epm.Table
	n.host(t, "h:135", epm.NewInterface(&table))
	n.host(t, "h:4000", testResolver(t, newFake(), Limits{}).resolverInterface())
	_, err := n.client(t).ResolveOXID(t.Context(), 7, mustPack(t, "h"))
	wantHRESULT(t, err, com.RPC_S_SERVER_UNAVAILABLE)
	if !errors.Is(err, com.RPC_S_UNKNOWN_IF) || !errors.Is(err, com.EPT_S_NOT_REGISTERED) {
		t.Errorf("%v tells not of both attempts", err)
	}
	table.Add(epm.Entry{Tower: epm.TCPTower(dcerpc.SyntaxID{UUID: orpc.IID_IObjectExporter}, dcerpc.NDR20, [4]byte{}, 4000)})
	info, err := n.client(t).ResolveOXID(t.Context(), 7, mustPack(t, "h"))
	if err != nil || info.Via != "h" {
		t.Errorf("%+v, %v", info, err)
	}
}

// Callers that want the same connection at the same time share one.
func TestConnectionsAreShared(t *testing.T) {
	n := newNet()
	n.host(t, "h:135", testResolver(t, newFake(), Limits{}).resolverInterface())
	c := n.client(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.ResolveOXID(t.Context(), 7, mustPack(t, "h")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := n.dials(); len(got) != 1 {
		t.Errorf("%d connections for one resolver", len(got))
	}
}

// An attempt that nobody waits for any more ends; Close leaves nothing behind.
func TestDialingEndsWithItsLastWaiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNet()
		n.hang("h:135")
		c := n.client(t)
		var wg sync.WaitGroup
		for i := range 2 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*time.Second)
				defer cancel()
				_, err := c.CreateInstance(ctx, "h", clsidGreeter, []com.IID{iidGreeter}, nil)
				wantHRESULT(t, err, com.RPC_E_TIMEOUT)
				wantStep(t, err, step.TCP)
			})
		}
		time.Sleep(1500 * time.Millisecond)
		attempts := func() int {
			c.mu.Lock()
			defer c.mu.Unlock()
			return len(c.dialing)
		}
		if attempts() != 1 {
			t.Error("the attempt ended although somebody waits")
		}
		wg.Wait()
		synctest.Wait()
		if attempts() != 0 {
			t.Error("the attempt goes on and nobody waits")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.CreateInstance(ctx, "h", clsidGreeter, []com.IID{iidGreeter}, nil)
		wantHRESULT(t, err, com.RPC_E_CALL_CANCELED)
		c.Close()
		_, err = c.CreateInstance(t.Context(), "h", clsidGreeter, []com.IID{iidGreeter}, nil)
		wantHRESULT(t, err, com.CO_E_NOTINITIALIZED)
	})
}

// Pings go to the resolver that has the set, over connections that come and go.
func TestClientPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNet()
		r := testResolver(t, newFake(1, 2), Limits{})
		s := n.host(t, "a:135", r.resolverInterface())
		n.hang("b:135")
		c := n.client(t)
		addr := mustPack(t, "b", "a")
		id, err := c.Ping(t.Context(), addr, 0, 1, oids{1}, nil)
		if err != nil || id == 0 {
			t.Fatal(id, err)
		}
		for seq := range uint16(5) {
			time.Sleep(testPeriod) // the connection was idle too long and is closed
			if got, err := c.Ping(t.Context(), addr, id, seq+1, nil, nil); err != nil || got != id {
				t.Fatal(got, err)
			}
		}
		got, err := c.Ping(t.Context(), addr, id, 6, oids{2, 3}, oids{1})
		wantHRESULT(t, err, com.OR_INVALID_OID)
		wantStep(t, err, step.Pings)
		if list, _, _ := r.set(id); got != id || !slices.Equal(list, oids{2}) {
			t.Errorf("set %v has %v", got, list)
		}
		_, err = c.Ping(t.Context(), addr, id+1, 1, nil, nil)
		wantHRESULT(t, err, com.OR_INVALID_SET)

		// The machine is gone, and back at its other address.
		s.Close()
		delete(n.servers, "a:135")
		delete(n.servers, "b:135")
		_, err = c.Ping(t.Context(), addr, id, 7, nil, nil)
		wantHRESULT(t, err, com.RPC_S_SERVER_UNAVAILABLE)
		n.host(t, "b:135", r.resolverInterface())
		if _, err := c.Ping(t.Context(), addr, id, 7, nil, nil); err != nil {
			t.Error(err)
		}
	})
}

// A server may close an idle connection at the moment when it is used again.
func TestPingOverAConnectionThatJustDied(t *testing.T) {
	n := newNet()
	r := testResolver(t, newFake(1), Limits{})
	s := n.host(t, "a:135", r.resolverInterface())
	c := n.client(t)
	addr := mustPack(t, "a")
	id, err := c.Ping(t.Context(), addr, 0, 1, oids{1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	n.host(t, "a:135", r.resolverInterface())
	if _, err := c.Ping(t.Context(), addr, id, 2, nil, nil); err != nil {
		t.Error(err)
	}
}

// Every way not to reach an activator has its step and tells what to do.
func TestActivationCannotConnect(t *testing.T) {
	n := newNet()
	n.host(t, "empty:135")
	r, _, _ := goldenServer(t)
	n.host(t, "resolver:135", r.resolverInterface())
	c := n.client(t)
	for _, tt := range []struct {
		target string
		step   step.Step
		want   com.HRESULT
		hint   string
	}{
		{"nowhere", step.Name, com.RPC_S_SERVER_UNAVAILABLE, "cannot be resolved"},
		{"closed", step.TCP, com.RPC_S_SERVER_UNAVAILABLE, `run "oxid serve" on closed`},
		{"closed:4711", step.TCP, com.RPC_S_SERVER_UNAVAILABLE, "whether the process runs"},
		{"empty", step.RPC, com.RPC_S_UNKNOWN_IF, "no object resolver"},
		{"resolver", step.Activate, com.RPC_S_UNKNOWN_IF, "activates none"},
		{"a:b:c[", step.Self, com.E_INVALIDARG, "write host"},
	} {
		t.Run(tt.target, func(t *testing.T) {
			_, err := c.CreateInstance(t.Context(), tt.target, clsidGreeter, []com.IID{iidGreeter}, nil)
			wantHRESULT(t, err, tt.want)
			wantStep(t, err, tt.step)
			if !strings.Contains(err.Error(), tt.hint) {
				t.Errorf("%v\nlacks the hint %q", err, tt.hint)
			}
		})
	}
}

// What listens at a port may be anything.
func TestNotDCERPC(t *testing.T) {
	c := NewClient(ClientOptions{Dial: func(context.Context, string, string) (net.Conn, error) {
		a, b := net.Pipe()
		go func() {
			buf := make([]byte, 100)
			b.Read(buf)
			b.Write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))
			b.Close()
		}()
		return a, nil
	}})
	defer c.Close()
	_, err := c.CreateInstance(t.Context(), "h:80", clsidGreeter, []com.IID{iidGreeter}, nil)
	if err == nil {
		t.Fatal("activated over HTTP")
	}
	wantStep(t, err, step.RPC)
}

// A server's answer is the peer's word: one that does not fit the question is
// an error.
func TestActivationReplyThatDoesNotFit(t *testing.T) {
	r, _, _ := goldenServer(t)
	raw := orpc.ServeIRemoteSCMActivator(fakeActivator{})
	raw.Handler = dcerpc.HandlerFunc(func(*dcerpc.ServerCall) error { return nil })
	for _, tt := range []struct {
		name  string
		serve *dcerpc.Interface
	}{
		{"too few interfaces", orpc.ServeIRemoteSCMActivator(fakeActivator{&orpc.ActivationPropertiesOut{
			PropsOut: &orpc.PropsOutInfo{IIDs: make([]com.IID, 1), Results: make([]com.HRESULT, 1), Interfaces: []*orpc.MInterfacePointer{orpc.PointerTo([]byte("MEOW"))}},
			ScmReply: &orpc.ScmReplyInfoData{RemoteReply: &orpc.CustomRemoteReplyScmInfo{Version: orpc.Version57}},
		}})},
		{"success without an interface", orpc.ServeIRemoteSCMActivator(fakeActivator{&orpc.ActivationPropertiesOut{
			PropsOut: &orpc.PropsOutInfo{IIDs: make([]com.IID, 2), Results: make([]com.HRESULT, 2), Interfaces: make([]*orpc.MInterfacePointer, 2)},
			ScmReply: &orpc.ScmReplyInfoData{RemoteReply: &orpc.CustomRemoteReplyScmInfo{Version: orpc.Version57}},
		}})},
		{"no properties", orpc.ServeIRemoteSCMActivator(fakeActivator{})},
		{"no bytes", raw},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNet()
			n.host(t, "h:135", r.resolverInterface(), tt.serve)
			a, err := n.client(t).CreateInstance(t.Context(), "h", clsidGreeter, []com.IID{iidGreeter, iidOther}, nil)
			if err == nil {
				t.Fatalf("got %+v", a)
			}
		})
	}
}

// fakeActivator answers every activation with the same properties.
type fakeActivator struct{ out *orpc.ActivationPropertiesOut }

func (f fakeActivator) RemoteGetClassObject(context.Context, orpc.ORPCTHIS, *orpc.MInterfacePointer) (that orpc.ORPCTHAT, _ *orpc.MInterfacePointer, err error) {
	if f.out == nil {
		return that, nil, nil
	}
	b, err := f.out.Append(nil)
	return that, orpc.PointerTo(b), err
}

func (f fakeActivator) RemoteCreateInstance(ctx context.Context, this orpc.ORPCTHIS, _, in *orpc.MInterfacePointer) (orpc.ORPCTHAT, *orpc.MInterfacePointer, error) {
	return f.RemoteGetClassObject(ctx, this, in)
}
