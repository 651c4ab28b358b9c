package dcerpc

import (
	"bytes"
	"context"
	"net"
	"testing"

	"oxid/com"
)

var testSyntax = SyntaxID{UUID: com.MustGUID("11111111-2222-3333-4444-555555555555"), Major: 1}

func echoInterface() *Interface {
	return &Interface{Syntax: testSyntax, Name: "echo", NumOps: 4, MaxRequest: 64 << 20, Handler: HandlerFunc(func(c *ServerCall) error {
		c.Reply = append(c.GrowReply(len(c.Stub)), c.Stub...)
		return nil
	})}
}

func tcpPair(tb testing.TB) (*Server, *ClientConn) {
	s := NewServer(nil)
	if err := s.Register(echoInterface()); err != nil {
		tb.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	go s.Serve(l)
	c, err := Dial(context.Background(), "tcp", l.Addr().String(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close(); s.Close() })
	return s, c
}

func TestSmoke(t *testing.T) {
	_, c := tcpPair(t)
	p, err := c.Context(context.Background(), testSyntax)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 100, 4000, 5000, 65000, 65504, 65505, 70000, 1 << 20, 5 << 20} {
		in := bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7}, n/7+1)[:n]
		call := p.NewCall(1, nil, n)
		call.Stub = append(call.Stub, in...)
		if err := call.Invoke(context.Background()); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		if !bytes.Equal(call.Reply, in) {
			t.Fatalf("%d: reply differs (%d)", n, len(call.Reply))
		}
		call.Free()
	}
}

func BenchmarkCall(b *testing.B) {
	_, c := tcpPair(b)
	p, err := c.Context(context.Background(), testSyntax)
	if err != nil {
		b.Fatal(err)
	}
	one := func(b *testing.B, ctx context.Context, n int) {
		call := p.NewCall(1, nil, n)
		call.Stub = call.Stub[:n]
		if err := call.Invoke(ctx); err != nil {
			b.Fatal(err)
		}
		call.Free()
	}
	b.Run("1", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			one(b, context.Background(), 76)
		}
	})
	b.Run("1ctx", func(b *testing.B) {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		b.ReportAllocs()
		for b.Loop() {
			one(b, ctx, 76)
		}
	})
	b.Run("128", func(b *testing.B) {
		b.ReportAllocs()
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				one(b, context.Background(), 76)
			}
		})
	})
	b.Run("1MB", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			one(b, context.Background(), 1<<20)
		}
	})
}

func BenchmarkRawTCP(b *testing.B) {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				buf := make([]byte, 1<<20)
				for {
					n, err := nc.Read(buf)
					if err != nil {
						return
					}
					nc.Write(buf[:n])
				}
			}()
		}
	}()
	defer l.Close()
	b.Run("1", func(b *testing.B) {
		nc, _ := net.Dial("tcp", l.Addr().String())
		defer nc.Close()
		buf := make([]byte, 100)
		for b.Loop() {
			nc.Write(buf)
			nc.Read(buf)
		}
	})
	b.Run("128", func(b *testing.B) {
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			nc, _ := net.Dial("tcp", l.Addr().String())
			defer nc.Close()
			buf := make([]byte, 100)
			for pb.Next() {
				nc.Write(buf)
				nc.Read(buf)
			}
		})
	})
}
