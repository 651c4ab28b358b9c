package dcerpc

import (
	"context"
	"io"
	"net"
	"testing"
)

// benchPair returns the presentation context of a server whose handler makes a
// context for each call, as the layers above do: one allocation.
func benchPair(b testing.TB) *PresContext {
	b.Helper()
	s := NewServer(&ServerOptions{MaxRequest: 64 << 20})
	s.Register(&Interface{Syntax: plainSyntax, NumOps: 1, Handler: HandlerFunc(func(c *ServerCall) error {
		ctx := &wrapped{}
		c.InitContext(&ctx.CallContext)
		c.Reply = append(c.GrowReply(len(c.Stub)), c.Stub...)
		return nil
	})})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go s.Serve(l)
	c, err := Dial(context.Background(), "tcp", l.Addr().String(), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close(); s.Close() })
	p, err := c.Context(context.Background(), plainSyntax)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func benchCall(b testing.TB, ctx context.Context, p *PresContext, size int) {
	c := p.NewCall(0, nil, size)
	c.Stub = c.Stub[:size]
	if err := c.Invoke(ctx); err != nil {
		b.Error(err)
	}
	c.Free()
}

// BenchmarkCall measures whole calls over loopback TCP, client and server in
// this process. Compare with BenchmarkRawTCP.
func BenchmarkCall(b *testing.B) {
	p := benchPair(b)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	b.Run("1 caller", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			benchCall(b, context.Background(), p, 76)
		}
	})
	b.Run("1 caller that can be cancelled", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			benchCall(b, ctx, p, 76)
		}
	})
	for name, ctx := range map[string]context.Context{"128 callers": context.Background(), "128 callers that can be cancelled": ctx} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(64)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					benchCall(b, ctx, p, 76)
				}
			})
		})
	}
	for name, size := range map[string]int{"64 KB": 64 << 10, "1 MB": 1 << 20} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(2 * int64(size))
			for b.Loop() {
				benchCall(b, context.Background(), p, size)
			}
		})
	}
}

// BenchmarkPipe measures whole calls within the process.
func BenchmarkPipe(b *testing.B) {
	s := NewServer(nil)
	defer s.Close()
	s.Register(&Interface{Syntax: plainSyntax, NumOps: 1, Handler: HandlerFunc(func(c *ServerCall) error {
		c.Reply = append(c.GrowReply(len(c.Stub)), c.Stub...)
		return nil
	})})
	_, p := newTestClient(b, s, nil)
	b.Run("1 caller", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			benchCall(b, context.Background(), p, 76)
		}
	})
	b.Run("128 callers", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				benchCall(b, context.Background(), p, 76)
			}
		})
	})
}

// BenchmarkRawTCP is the yardstick: as many bytes to and fro, a connection for
// each caller.
func BenchmarkRawTCP(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				buf := make([]byte, 2<<20)
				for {
					have, err := io.ReadAtLeast(nc, buf, 4)
					if err != nil {
						return
					}
					n := 4 + (int(buf[0]) | int(buf[1])<<8 | int(buf[2])<<16)
					if have < n {
						if _, err := io.ReadFull(nc, buf[have:n]); err != nil {
							return
						}
					}
					nc.Write(buf[:n])
				}
			}()
		}
	}()
	one := func(b *testing.B, nc net.Conn, buf []byte) {
		n := len(buf) - 4
		buf[0], buf[1], buf[2] = byte(n), byte(n>>8), byte(n>>16)
		nc.Write(buf)
		if _, err := io.ReadFull(nc, buf); err != nil {
			b.Error(err)
		}
	}
	for name, size := range map[string]int{"1 caller": 100, "64 KB": 64 << 10, "1 MB": 1 << 20} {
		b.Run(name, func(b *testing.B) {
			nc, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer nc.Close()
			buf := make([]byte, size+4)
			for b.Loop() {
				one(b, nc, buf)
			}
		})
	}
	b.Run("128 callers", func(b *testing.B) {
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			nc, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer nc.Close()
			buf := make([]byte, 104)
			for pb.Next() {
				one(b, nc, buf)
			}
		})
	})
}

// TestAllocations holds the call path to its bar: 1 allocation a call for both
// sides together, which is the server's context.
func TestAllocations(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented")
	}
	p := benchPair(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	for _, size := range []int{0, 76, 5000, 60000, 300000} {
		for _, ctx := range []context.Context{context.Background(), ctx} {
			n := testing.AllocsPerRun(300, func() { benchCall(t, ctx, p, size) })
			if n > 1 {
				t.Errorf("%d bytes: %v allocations a call", size, n)
			}
		}
	}
}
