package wine

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/interop/wine/arith"
	"oxid/marshal"
	"oxid/orpc"
)

// buildArith builds the program of programs/arith.c with widl's proxies in it.
func buildArith(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	widl(t, dir, "arith/arith.idl", "-h", "-p", "-u")
	run(t, dir, tool(t, "widl", "wine64-tools"), "-m64", "--dlldata-only", "arith", "-o", "dlldata.c")
	return cc(t, dir, "arith.exe", "-DCOBJMACROS", "-DPROXY_DELEGATION", "-include", source(t, "programs/proxy.h"),
		source(t, "programs/arith.c"), "arith_p.c", "arith_i.c", "dlldata.c", "-lole32", "-loleaut32", "-lrpcrt4", "-luuid", "-lws2_32")
}

// calculator is the object of the Go side.
type calculator struct{ gone chan struct{} }

func (*calculator) Add(_ context.Context, a, b int32) (int32, error) { return a + b, nil }
func (*calculator) Mul(_ context.Context, a, b int32) (int32, error) { return a * b, nil }
func (*calculator) Fail(_ context.Context, how com.HRESULT) error    { return how }
func (*calculator) Total(_ context.Context, values []float64) (total float64, err error) {
	for _, v := range values {
		total += v
	}
	return total, nil
}

// FinalRelease is called with the last reference.
func (c *calculator) FinalRelease(context.Context) { close(c.gone) }

// A C client uses a Go object through Wine's proxy manager.
func TestWineClientOfGoObject(t *testing.T) {
	m := startMachine(t)
	exe := buildArith(t)
	var rt *marshal.Runtime
	srv := dcerpc.NewServer(&dcerpc.ServerOptions{
		Lookup: func(s dcerpc.SyntaxID) *dcerpc.Interface { return rt.LookupInterface(s) },
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	rt = marshal.NewRuntime(marshal.Options{Server: srv, Logger: slog.New(slog.DiscardHandler)})
	var serving sync.WaitGroup
	serving.Go(func() { srv.Serve(ln) })
	t.Cleanup(func() {
		closeRuntime(t, rt)
		srv.Close()
		serving.Wait()
	})
	mta, err := rt.MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	obj := &calculator{gone: make(chan struct{})}
	stm := com.NewMemoryStream(nil)
	if err := mta.CoMarshalInterface(t.Context(), stm, &arith.IID_IArith, obj, com.MSHCTX_DIFFERENTMACHINE, com.MSHLFLAGS_NORMAL); err != nil {
		t.Fatal(err)
	}

	way := fromWine(mta.Exporter(), func() (net.Conn, error) { return net.Dial("tcp", ln.Addr().String()) })
	p := m.start(t, exe, "client", way.start(t), winePacket(t, stm.Bytes()))
	for _, want := range []string{
		"CoUnmarshalInterface 00000000", "Add 00000000 42", "Total 00000000 2249250.0", "Fail 80070005",
		"QueryInterface 00000000", "Mul 00000000 42", "identity 1", "QueryInterface 80004002",
	} {
		p.line(t, want)
	}
	select {
	case <-obj.gone:
		t.Fatal("the object was let go while the client held it")
	default:
	}
	p.line(t, "Release 0")
	select {
	case <-obj.gone: // nobody holds it any more
	case <-time.After(30 * time.Second):
		t.Fatal("the client's references did not come back")
	}
}

// A Go client uses a C object through Wine's stub manager.
func TestGoClientOfWineObject(t *testing.T) {
	m := startMachine(t)
	p := m.start(t, buildArith(t), "server")
	pipe := "127.0.0.1:" + p.line(t, "port ")
	packet, err := hex.DecodeString(p.line(t, "packet "))
	if err != nil {
		t.Fatal(err)
	}
	ref, _, err := orpc.ParseOBJREF(packet)
	if err != nil {
		t.Fatal(err)
	}
	way := toWine(func() (net.Conn, error) { return net.Dial("tcp", pipe) })
	info := wineExporter(ref.Std.OXID, way.start(t))

	ctx := t.Context()
	rt := marshal.NewRuntime(marshal.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { closeRuntime(t, rt) })
	mta, err := rt.MTA(ctx)
	if err != nil {
		t.Fatal(err)
	}
	refs := func() string {
		if _, err := p.stdin.Write([]byte("refs\n")); err != nil {
			t.Fatal(err)
		}
		return p.line(t, "refs ")
	}
	v, err := mta.Adopt(ctx, info, packet, arith.IArithDesc)
	if err != nil {
		t.Fatal(err)
	}
	a := v.(arith.IArith)
	if n, err := a.Add(ctx, 20, 22); n != 42 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	values := make([]float64, 3000) // several fragments
	for i := range values {
		values[i] = float64(i) / 2
	}
	if d, err := a.Total(ctx, values); d != 2249250 || err != nil {
		t.Errorf("Total: %v, %v", d, err)
	}
	if err := a.Fail(ctx, com.E_ACCESSDENIED); !errors.Is(err, com.E_ACCESSDENIED) {
		t.Errorf("Fail: %v", err)
	}
	held := refs()
	prod, err := com.Query[arith.IProduct](ctx, a)
	if err != nil {
		t.Fatalf("QueryInterface: %v", err)
	}
	if n, err := prod.Mul(ctx, 6, 7); n != 42 || err != nil {
		t.Errorf("Mul: %d, %v", n, err)
	}
	if refs() == "1" || held == "1" {
		t.Errorf("Wine's stub manager holds nothing: %s references, later %s", held, refs())
	}
	if q, err := com.Query[arith.IQuotient](ctx, a); !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("QueryInterface of an interface that is not there: %v, %v", q, err)
	}
	com.Release(prod)
	if err := com.ReleaseContext(ctx, a); err != nil {
		t.Errorf("Release: %v", err)
	}
	// The object is its maker's alone again.
	if n := refs(); n != "1" {
		t.Errorf("%s references are left of the object, wanted the server's own", n)
	}
	if strings.Contains(held, "-") {
		t.Errorf("%s references", held)
	}
}

func closeRuntime(t *testing.T, rt *marshal.Runtime) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := rt.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
}
