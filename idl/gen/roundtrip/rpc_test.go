package roundtrip_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/idl/gen/testdata/rpc"
	"oxid/ndr"
)

// session is what a context handle of the test's server stands for.
type session struct{ name string }

type rpcServer struct{ rundowns int }

func (*rpcServer) Add(_ context.Context, a, b uint32) (ret, sum uint32, err error) {
	if a == 0 {
		return 0, 0, com.E_INVALIDARG
	}
	return 0, a + b, nil
}

func (s *rpcServer) Open(ctx context.Context, name string) (status uint32, h ndr.ContextHandle, err error) {
	h.UUID, err = dcerpc.CallFromContext(ctx).NewHandle("session", &session{name}, func(any) { s.rundowns++ })
	return 0, h, err
}

func (*rpcServer) Use(ctx context.Context, h ndr.ContextHandle) (status uint32, n int32, err error) {
	v, err := dcerpc.CallFromContext(ctx).Handle("session", h.UUID)
	if err != nil {
		return 0, 0, err
	}
	return 0, int32(len(v.(*session).name)), nil
}

func (*rpcServer) Close(ctx context.Context, h ndr.ContextHandle) (uint32, ndr.ContextHandle, error) {
	_, err := dcerpc.CallFromContext(ctx).CloseHandle("session", h.UUID)
	return 0, ndr.ContextHandle{}, err
}

func (*rpcServer) SumPipe(_ context.Context, scale int32, values []int32) (sum int64, err error) {
	for _, v := range values {
		sum += int64(scale) * int64(v)
	}
	return sum, nil
}

func (*rpcServer) MakePipe(_ context.Context, n int32) ([]int32, error) {
	v := make([]int32, n)
	for i := range v {
		v[i] = int32(i)
	}
	return v, nil
}

func (*rpcServer) EchoPoints(_ context.Context, p []rpc.POINT) ([]rpc.POINT, error) { return p, nil }

func (*rpcServer) Get(_ context.Context, level uint16) (rpc.INFO, error) {
	switch level {
	case 1:
		return rpc.INFO_Number(7), nil
	case 2:
		text := "seven"
		return rpc.INFO_Text(&text), nil
	}
	return rpc.INFO{}, com.E_INVALIDARG
}

func (*rpcServer) Status(_ context.Context, n int32) (int32, error) { return n + 1, nil }
func (*rpcServer) Nothing(context.Context) error                    { return nil }
func (*rpcServer) Extra(_ context.Context, n int8) (int32, error)   { return 2 * int32(n), nil }

// serveRPC connects a client with a server within the process.
func serveRPC(t *testing.T, i *dcerpc.Interface, ndr64 bool) *dcerpc.ClientConn {
	t.Helper()
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
	if err := s.Register(i); err != nil {
		t.Fatal(err)
	}
	c := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
	t.Cleanup(func() { c.Close(); s.Close() })
	return c
}

func TestPlainRPC(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		ctx := t.Context()
		c, err := rpc.NewPlainClient(ctx, serveRPC(t, rpc.ServePlain(&rpcServer{}), ndr64))
		if err != nil {
			t.Fatal(err)
		}
		if _, sum, err := c.Add(ctx, 2, 3); sum != 5 || err != nil {
			t.Errorf("Add: %d, %v", sum, err)
		}
		if _, _, err := c.Add(ctx, 0, 3); !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("an error without an HRESULT in the signature: %v", err)
		}
		if n, err := c.Status(ctx, 4); n != 5 || err != nil {
			t.Errorf("Status: %d, %v", n, err)
		}
		if err := c.Nothing(ctx); err != nil {
			t.Error(err)
		}
		for level, ok := range map[uint16]bool{1: true, 2: true, 9: false} {
			info, err := c.Get(ctx, level)
			if ok != (err == nil) || ok && info.Tag() != level {
				t.Errorf("Get(%d): tag %d, %v", level, info.Tag(), err)
			}
		}
	}
}

func TestPlainRPCContextHandles(t *testing.T) {
	ctx := t.Context()
	c, err := rpc.NewPlainClient(ctx, serveRPC(t, rpc.ServePlain(&rpcServer{}), false))
	if err != nil {
		t.Fatal(err)
	}
	_, h, err := c.Open(ctx, "four")
	if err != nil || h.IsNull() {
		t.Fatalf("Open: %v, %v", h, err)
	}
	if _, n, err := c.Use(ctx, h); n != 4 || err != nil {
		t.Errorf("Use: %d, %v", n, err)
	}
	if _, closed, err := c.Close(ctx, h); !closed.IsNull() || err != nil {
		t.Errorf("Close: %v, %v", closed, err)
	}
	var f *dcerpc.Fault
	if _, _, err := c.Use(ctx, h); !errors.As(err, &f) || f.Status != dcerpc.StatusContextMismatch {
		t.Errorf("a closed handle: %v", err)
	}
}

func TestPlainRPCPipes(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		ctx := t.Context()
		c, err := rpc.NewPlainClient(ctx, serveRPC(t, rpc.ServePlain(&rpcServer{}), ndr64))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 4096, 4097, 20000} {
			v, err := c.MakePipe(ctx, int32(n))
			if err != nil || len(v) != n {
				t.Fatalf("MakePipe(%d): %d elements, %v", n, len(v), err)
			}
			if sum, err := c.SumPipe(ctx, 2, v); err != nil || sum != int64(n)*int64(n-1) {
				t.Errorf("SumPipe of %d: %d, %v", n, sum, err)
			}
			p := make([]rpc.POINT, n/3)
			for i := range p {
				p[i] = rpc.POINT{X: float64(i), B: byte(i)}
			}
			if r, err := c.EchoPoints(ctx, p); err != nil || len(r) != len(p) || len(p) > 0 && !reflect.DeepEqual(r, p) {
				t.Errorf("EchoPoints of %d: %d, %v", len(p), len(r), err)
			}
		}
	}
}

func TestPlainRPCDerivedInterfacesTakeOverOperations(t *testing.T) {
	ctx := t.Context()
	c, err := rpc.NewDerivedClient(ctx, serveRPC(t, rpc.ServeDerived(&rpcServer{}), false))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.Extra(ctx, 4); n != 8 || err != nil {
		t.Errorf("Extra: %d, %v", n, err)
	}
	if _, sum, err := c.Add(ctx, 1, 1); sum != 2 || err != nil {
		t.Errorf("Add of the base: %d, %v", sum, err)
	}
}
