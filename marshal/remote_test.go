package marshal_test

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// machine is a runtime with an RPC server of its own on loopback.
type machine struct {
	rt   *marshal.Runtime
	mta  *marshal.Apartment
	srv  *dcerpc.Server
	done sync.WaitGroup
	// watch is told of every call that comes in; set it before there are any.
	watch func(iid com.IID, op uint16)
}

// lookup finds an interface of the runtime and puts watch in front of it.
func (m *machine) lookup(s dcerpc.SyntaxID) *dcerpc.Interface {
	i := m.rt.LookupInterface(s)
	if i == nil || m.watch == nil {
		return i
	}
	w := *i
	w.Handler = dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error {
		m.watch(s.UUID, c.Opnum)
		return i.Handler.ServeRPC(c)
	})
	return &w
}

func newMachine(t testing.TB, opts ...func(*marshal.Options)) *machine {
	t.Helper()
	return newMachineWith(t, slog.New(slog.DiscardHandler), opts...)
}

func newMachineWith(t testing.TB, log *slog.Logger, opts ...func(*marshal.Options)) *machine {
	t.Helper()
	m := &machine{}
	m.srv = dcerpc.NewServer(&dcerpc.ServerOptions{
		Lookup: m.lookup,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	o := marshal.Options{
		Server: m.srv,
		Bindings: func() []orpc.StringBinding {
			return []orpc.StringBinding{orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, host, port)}
		},
		Logger: log,
	}
	for _, f := range opts {
		f(&o)
	}
	m.rt = newRuntime(t, o, func(ctx context.Context) {
		if err := m.srv.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		m.done.Wait()
	})
	m.done.Go(func() { m.srv.Serve(l) })
	if m.mta, err = m.rt.MTA(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

// send marshals obj on one machine and unmarshals it on another, as an
// activation would.
func send(t testing.TB, from, to *machine, obj any) calc.ICalc {
	t.Helper()
	return sendTo(t, from.mta, to.mta, obj)
}

// sendTo is send between two apartments.
func sendTo(t testing.TB, from, to *marshal.Apartment, obj any) calc.ICalc {
	t.Helper()
	stm := com.NewMemoryStream(nil)
	ctx := marshal.WithApartment(t.Context(), from)
	if err := from.CoMarshalInterface(ctx, stm, &calc.IID_ICalc, obj, com.MSHCTX_DIFFERENTMACHINE, 0); err != nil {
		t.Fatal(err)
	}
	info := from.Exporter().Info()
	v, err := to.Adopt(marshal.WithApartment(t.Context(), to), &info, stm.Bytes(), calc.ICalcDesc)
	if err != nil {
		t.Fatal(err)
	}
	return v.(calc.ICalc)
}

func (m *machine) wantObjects(t *testing.T, n int) {
	t.Helper()
	if got := marshal.Objects(m.mta); got != n {
		t.Errorf("%d objects held, want %d", got, n)
	}
}

func TestRemoteCall(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	o := &watched{}
	c := send(t, server, client, o)
	ctx := t.Context()
	for i := range int32(3) {
		if n, err := c.Add(ctx, 40, i); n != 40+i || err != nil {
			t.Fatalf("Add: %d, %v", n, err)
		}
	}
	big := make([]float64, 300_000)
	for i := range big {
		big[i] = 1
	}
	if s, err := c.Sum(ctx, big); s != 300_000 || err != nil {
		t.Errorf("Sum: %v, %v", s, err)
	}
	if s, err := c.Echo(ctx, "Grüße 世界"); s != "Grüße 世界" || err != nil {
		t.Errorf("Echo: %q, %v", s, err)
	}
	_, err := com.Query[calc.IScientific](ctx, c)
	wantHR(t, err, com.E_NOINTERFACE)
	wantHR(t, c.Unadvise(ctx, 5), com.E_INVALIDARG)
	d, err := c.Clone(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := d.Add(ctx, 1, 1); n != 2 || err != nil {
		t.Errorf("clone: %d, %v", n, err)
	}
	server.wantObjects(t, 2)
	for _, x := range []any{d, c} {
		if err := com.ReleaseContext(ctx, x); err != nil {
			t.Error(err)
		}
	}
	server.wantObjects(t, 0)
	if o.conns != 0 || o.finals != 1 {
		t.Errorf("connections %d, FinalRelease %d", o.conns, o.finals)
	}
	_, err = c.Add(ctx, 1, 1)
	wantHR(t, err, com.CO_E_RELEASED)
}

// listener is a sink on the client.
type listener struct{ got chan float64 }

func (l *listener) OnResult(_ context.Context, v float64) error { l.got <- v; return nil }

// notifier calls its sink from inside Add.
type notifier struct {
	object
	sink calc.ICalcEvents
}

func (n *notifier) Advise(_ context.Context, s calc.ICalcEvents) (uint32, error) {
	n.sink = com.Keep(s)
	return 1, nil
}

func (n *notifier) Unadvise(context.Context, uint32) error {
	com.Release(n.sink)
	n.sink = nil
	return nil
}

func (n *notifier) Add(ctx context.Context, a, b int32) (int32, error) {
	return a + b, n.sink.OnResult(ctx, float64(a+b))
}

func TestRemoteCallback(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	o := &notifier{}
	c := send(t, server, client, o)
	introduce(t, client, server) // there is no resolver here
	l := &listener{got: make(chan float64, 1)}
	ctx := t.Context()
	if _, err := c.Advise(ctx, l); err != nil {
		t.Fatal(err)
	}
	client.wantObjects(t, 2) // the sink, and what introduced the client
	if n, err := c.Add(ctx, 3, 4); n != 7 || err != nil {
		t.Fatalf("Add: %d, %v", n, err)
	}
	if v := <-l.got; v != 7 {
		t.Errorf("OnResult(%v)", v)
	}
	if err := c.Unadvise(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if err := com.ReleaseContext(ctx, c); err != nil {
		t.Fatal(err)
	}
	server.wantObjects(t, 0)
	deadline := time.Now().Add(5 * time.Second)
	for marshal.Objects(client.mta) > 1 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond) // the release of the sink is sent, not waited for
	}
	client.wantObjects(t, 1)
}

// introduce makes the exporter of from known on to and keeps it known.
func introduce(t *testing.T, from, to *machine) {
	t.Helper()
	c := send(t, from, to, &object{})
	t.Cleanup(func() { com.Release(c) })
}

func TestRemoteDisconnect(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	o := &object{}
	c := send(t, server, client, o)
	defer com.Release(c)
	if err := server.mta.CoDisconnectObject(t.Context(), o, 0); err != nil {
		t.Fatal(err)
	}
	_, err := c.Add(t.Context(), 1, 2)
	wantHR(t, err, com.RPC_E_DISCONNECTED)
}

func TestRemoteServerGone(t *testing.T) {
	leaves(t)
	server, client := newMachine(t), newMachine(t)
	c := send(t, server, client, &object{})
	defer com.Release(c)
	if _, err := c.Add(t.Context(), 1, 2); err != nil {
		t.Fatal(err)
	}
	server.srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for range 3 {
		_, err := c.Add(ctx, 1, 2)
		if err == nil || ctx.Err() != nil {
			t.Fatalf("a call to a server that is gone: %v", err)
		}
	}
}

// slow blocks until its context ends.
type slow struct{ object }

func (s *slow) Add(ctx context.Context, a, b int32) (int32, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestCancelReachesTheServer(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	c := send(t, server, client, &slow{})
	defer com.Release(c)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Add(ctx, 1, 2)
	wantHR(t, err, com.RPC_E_TIMEOUT)
	if s, err := c.Echo(t.Context(), "neighbour"); s != "neighbour" || err != nil {
		t.Errorf("another call: %q, %v", s, err)
	}
}

func TestManyCallersOneConnection(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	c := send(t, server, client, &quiet{})
	defer com.Release(c)
	var wg sync.WaitGroup
	for g := range int32(64) {
		wg.Go(func() {
			for i := range int32(200) {
				if n, err := c.Add(t.Context(), g<<16, i); n != g<<16+i || err != nil {
					t.Errorf("Add: %d, %v", n, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// quiet is an object that may be called concurrently.
type quiet struct{ object }

func (q *quiet) Add(_ context.Context, a, b int32) (int32, error) { return a + b, nil }
