package wine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"reflect"
	"testing"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/interop/wine/zoo"
	"oxid/ndr"
)

// seed and rounds say which values are made: four of each flavour, and random
// ones.
const (
	seed   = 20260727
	rounds = 60
)

// special are the operations whose values are not free: tests of their own
// call them.
var special = map[string]bool{"Open": true, "Visit": true, "Close": true, "Fails": true}

// wrong are the operations that Wine 8.0 gets wrong, and why. The test asks
// that it still does.
var wrong = map[string]string{
	"Padded":  "the engine does not align the members of a structure that has a gap at its end in memory",
	"Tagged":  "widl describes the discriminant of every union in a structure as a long (its output says so: FIXME)",
	"Note":    "the engine refuses a union parameter whose arm is a pointer",
	"Refs":    "the engine expects nothing where a reference pointer is embedded; it is 4 octets there ([C706] 14.3.11.2)",
	"Ring":    "widl does not tell the engine that there are full pointers, which then crashes on them",
	"Vary":    "widl gives the length of a varying array in a structure a wrong offset",
	"Names":   "widl describes arrays of strings wrongly, and points behind the beginning of the description",
	"Pointed": "the engine has a null reference pointer for an [out] array of no elements that is declared as a pointer",
	"Shifted": "widl drops the shift operators of a size",
}

// ring is the way of the package's description: a client, Wine, a server.
type ring struct {
	*keeper
	m      *machine
	exe    string
	port   string // of the server
	client *zoo.ZooClient
	conn   *dcerpc.ClientConn
	wine   *process
}

func newRing(t *testing.T) *ring {
	t.Helper()
	m := startMachine(t)
	dir := t.TempDir()
	widl(t, dir, "zoo/zoo.idl", "--prefix-server=SRV_", "-h", "-c", "-s")
	exe := cc(t, dir, "zoo.exe", source(t, "programs/zoo.c"), "zoo_c.c", "zoo_s.c", "-lrpcrt4")

	r := &ring{keeper: &keeper{}, m: m, exe: exe}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := dcerpc.NewServer(nil)
	if err := s.Register(zoo.ServeZoo(r.keeper)); err != nil {
		t.Fatal(err)
	}
	go s.Serve(ln)
	t.Cleanup(func() { s.Close() })
	_, r.port, _ = net.SplitHostPort(ln.Addr().String())
	r.connect(t)
	return r
}

// connect starts Wine's part of the way and connects to it.
func (r *ring) connect(t *testing.T) {
	t.Helper()
	up := &relay{
		dial:  func() (net.Conn, error) { return net.Dial("tcp", "127.0.0.1:"+r.port) },
		pause: clientPause,
	}
	r.wine = r.m.start(t, r.exe, up.start(t))
	server := "127.0.0.1:" + r.wine.line(t, "port ")
	down := &relay{dial: func() (net.Conn, error) { return net.Dial("tcp", server) }}
	var err error
	r.conn, err = dcerpc.Dial(t.Context(), "tcp", "127.0.0.1:"+down.start(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.conn.Close() })
	if r.client, err = zoo.NewZooClient(t.Context(), r.conn); err != nil {
		t.Fatal(err)
	}
}

// expect sets what the server answers with.
func (r *ring) expect(results ...any) {
	r.keeper.mu.Lock()
	defer r.keeper.mu.Unlock()
	r.keeper.method, r.keeper.got, r.keeper.answer = "", nil, results
}

// round calls an operation with the n-th values, and compares.
func (r *ring) round(t *testing.T, op reflect.Method, n int) error {
	t.Helper()
	args, results := newMaker(n).values(op.Name, op.Type)
	// A client may decode results into the memory of arguments.
	sent, _ := newMaker(n).values(op.Name, op.Type)
	r.expect(results...)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	in := []reflect.Value{reflect.ValueOf(ctx)}
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	out := reflect.ValueOf(r.client).MethodByName(op.Name).Call(in)

	r.keeper.mu.Lock()
	defer r.keeper.mu.Unlock()
	if r.keeper.method == op.Name {
		for i, a := range sent {
			if why := differ(a, r.keeper.got[i]); why != "" {
				return fmt.Errorf("argument %d: %s", i, why)
			}
		}
	}
	if err, _ := out[len(out)-1].Interface().(error); err != nil {
		return fmt.Errorf("%w (the server saw %q)", err, r.keeper.method)
	}
	for i, want := range results {
		if why := differ(want, out[i].Interface()); why != "" {
			return fmt.Errorf("result %d: %s", i, why)
		}
	}
	return nil
}

// newMaker makes the maker of the n-th values.
func newMaker(n int) *maker {
	return &maker{flavour: min(flavour(n/4), random), r: rand.New(rand.NewPCG(seed, uint64(n)))}
}

func TestZoo(t *testing.T) {
	r := newRing(t)
	done := 0
	typ := reflect.TypeFor[zoo.Zoo]()
	for i := range typ.NumMethod() {
		op := typ.Method(i)
		if special[op.Name] {
			continue
		}
		why := wrong[op.Name]
		var failed error
		t.Run(op.Name, func(t *testing.T) {
			for n := range rounds {
				if failed = r.round(t, op, n); failed == nil {
					done++
					continue
				}
				if why == "" {
					t.Fatalf("%s values, seed %d/%d: %v", newMaker(n).flavour, seed, n, failed)
				}
				break
			}
			switch {
			case why != "" && failed == nil:
				t.Errorf("Wine gets it right: it is no longer true that %s", why)
			case why != "":
				t.Logf("known of Wine 8.0: %s: %v", why, failed)
			}
		})
		if failed != nil {
			r.connect(t) // the operation may have broken the connection
		}
	}
	t.Logf("%d calls, each with the values that were sent at either end", done)

	t.Run("Failures", func(t *testing.T) { testFailures(t, r) })
	t.Run("ContextHandles", func(t *testing.T) { testContextHandles(t, r) })
}

// testContextHandles opens a handle of the server through Wine's two, and lets
// Wine run one down that its client left behind.
func testContextHandles(t *testing.T, r *ring) {
	ctx := t.Context()
	h := ndr.ContextHandle{UUID: com.NewGUID()}
	open := func() ndr.ContextHandle {
		r.expect(uint32(0), h)
		st, mine, err := r.client.Open(ctx, "lion")
		if err != nil || st != 0 || mine.IsNull() {
			t.Fatalf("Open: %d, %v, %v", st, mine, err)
		}
		return mine
	}
	visit := func(c ndr.ContextHandle) {
		r.expect(uint32(7), int32(4))
		if st, n, err := r.client.Visit(ctx, c); err != nil || st != 7 || n != 4 {
			t.Fatalf("Visit: %d, %d, %v", st, n, err)
		}
		if got := r.keeper.got[0].(ndr.ContextHandle); got != h {
			t.Errorf("the server got the handle %v, gave %v", got, h)
		}
	}
	mine := open()
	visit(mine)
	r.expect(uint32(0), ndr.ContextHandle{})
	if st, closed, err := r.client.Close(ctx, mine); err != nil || st != 0 || !closed.IsNull() {
		t.Fatalf("Close: %d, %v, %v", st, closed, err)
	}
	visit(open())
	r.expect(uint32(0), ndr.ContextHandle{})
	r.conn.Close()
	r.wine.line(t, "rundown")
	r.connect(t)
}

// testFailures lets errors come back: those of the operation, and those of the
// server.
func testFailures(t *testing.T, r *ring) {
	ctx := t.Context()
	for _, hr := range []com.HRESULT{com.E_ACCESSDENIED, com.RPC_E_DISCONNECTED, 0x80041234} {
		r.expect(int32(3))
		if _, err := r.client.Fails(ctx, hr); !errors.Is(err, hr) {
			t.Errorf("Fails(%v): %v", hr, err)
		}
	}
	// What is out of its range is refused before the server sees it.
	r.expect(int32(0))
	var f *dcerpc.Fault
	if _, err := r.client.Limits(ctx, 6, 0); err == nil || r.keeper.method != "" {
		t.Errorf("Limits(6): %v, the server saw %q", err, r.keeper.method)
	} else if !errors.As(err, &f) {
		t.Logf("refused by the client: %v", err)
	}
}
