package rpcecho

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/dcerpc"
)

// connect returns a client of a server within the process.
func connect(t testing.TB, ndr64 bool) (Rpcecho, *dcerpc.ClientConn) {
	t.Helper()
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
	if err := s.Register(ServeRpcecho(Echo{})); err != nil {
		t.Fatal(err)
	}
	conn := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
	t.Cleanup(func() { conn.Close(); s.Close() })
	echo, err := NewRpcechoClient(context.Background(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if got := echo.pc.NDR64(); got != ndr64 {
		t.Fatalf("transfer syntax NDR64 is %t", got)
	}
	return echo, conn
}

// syntaxes runs f once for each transfer syntax.
func syntaxes(t *testing.T, f func(t *testing.T, echo Rpcecho)) {
	for name, ndr64 := range map[string]bool{"NDR": false, "NDR64": true} {
		t.Run(name, func(t *testing.T) {
			echo, _ := connect(t, ndr64)
			f(t, echo)
		})
	}
}

func TestAddOne(t *testing.T) {
	syntaxes(t, func(t *testing.T, echo Rpcecho) {
		for in, want := range map[uint32]uint32{0: 1, 41: 42, 0xffffffff: 0} {
			if got, err := echo.AddOne(t.Context(), in); err != nil || got != want {
				t.Errorf("AddOne(%d) = %d, %v", in, got, err)
			}
		}
	})
}

// The sizes lie around one fragment, and far beyond it.
func TestData(t *testing.T) {
	syntaxes(t, func(t *testing.T, echo Rpcecho) {
		for _, n := range []int{0, 1, 1000, 5800, 65400, 65528, 200_000, 2_000_000} {
			source, err := echo.SourceData(t.Context(), uint32(n))
			if err != nil || len(source) != n {
				t.Fatalf("SourceData(%d): %d bytes, %v", n, len(source), err)
			}
			for i, b := range source {
				if b != byte(i) {
					t.Fatalf("SourceData(%d): byte %d is %d", n, i, b)
				}
			}
			if back, err := echo.EchoData(t.Context(), source); err != nil || !bytes.Equal(back, source) {
				t.Fatalf("EchoData of %d bytes: %d bytes, %v", n, len(back), err)
			}
			if err := echo.SinkData(t.Context(), source); err != nil {
				t.Fatalf("SinkData of %d bytes: %v", n, err)
			}
		}
	})
}

func TestTestCall(t *testing.T) {
	syntaxes(t, func(t *testing.T, echo Rpcecho) {
		for _, s := range []string{"", "input string", "gr\u00fc\u00df \U0001F600", strings.Repeat("x", 70000)} {
			if got, err := echo.TestCall(t.Context(), s); err != nil || got != s {
				t.Errorf("TestCall(%.20q): %v", s, err)
			}
		}
	})
}

func TestTestCall2(t *testing.T) {
	want := map[uint16]EchoInfo{
		1: EchoInfo_Info1(EchoInfo1{10}),
		2: EchoInfo_Info2(EchoInfo2{10}),
		3: EchoInfo_Info3(EchoInfo3{10}),
		4: EchoInfo_Info4(EchoInfo4{10}),
		5: EchoInfo_Info5(EchoInfo5{10, 10}),
		6: EchoInfo_Info6(EchoInfo6{10, EchoInfo1{10}}),
		7: EchoInfo_Info7(EchoInfo7{10, EchoInfo4{10}}),
	}
	syntaxes(t, func(t *testing.T, echo Rpcecho) {
		for level, want := range want {
			if status, got, err := echo.TestCall2(t.Context(), level); err != nil || status != 0 || !reflect.DeepEqual(got, want) {
				t.Errorf("TestCall2(%d) = 0x%x, %+v, %v", level, status, got, err)
			}
		}
		for _, level := range []uint16{0, 8, 65535} {
			if status, got, err := echo.TestCall2(t.Context(), level); err != nil || status != 0xC0000148 || got.Tag() != level {
				t.Errorf("TestCall2(%d) = 0x%x, %+v, %v", level, status, got, err)
			}
		}
	})
}

func TestTestEnum(t *testing.T) {
	syntaxes(t, func(t *testing.T, echo Rpcecho) {
		foo2 := EchoEnum2{E1: ECHO_ENUM1, E2: ECHO_ENUM2_32}
		for _, foo3 := range []EchoEnum3{EchoEnum3_E1(ECHO_ENUM1), EchoEnum3_E2(foo2)} {
			foo1 := EchoEnum1(foo3.Tag())
			out1, out2, out3, err := echo.TestEnum(t.Context(), foo1, foo2, foo3)
			if err != nil || out1 != foo1 || out2 != foo2 || !reflect.DeepEqual(out3, foo3) {
				t.Errorf("TestEnum = %v, %v, %v, %v", out1, out2, out3, err)
			}
		}
		// What does not belong together does not leave the client.
		for foo1, foo3 := range map[EchoEnum1]EchoEnum3{3: {}, ECHO_ENUM1: EchoEnum3_E2(foo2)} {
			if _, _, _, err := echo.TestEnum(t.Context(), foo1, foo2, foo3); !errors.Is(err, com.RPC_S_INVALID_TAG) {
				t.Errorf("TestEnum with tag %v and arm %v: %v", foo1, foo3.Tag(), err)
			}
		}
	})
}

func TestTestSurrounding(t *testing.T) {
	syntaxes(t, func(t *testing.T, echo Rpcecho) {
		for _, n := range []int{0, 1, 20, 100_000} {
			got, err := echo.TestSurrounding(t.Context(), EchoSurrounding{X: uint32(n), Surrounding: bytesOf(n)})
			if err != nil || int(got.X) != 2*n || len(got.Surrounding) != 2*n {
				t.Fatalf("TestSurrounding of %d: %d elements, %v", n, len(got.Surrounding), err)
			}
			for _, x := range got.Surrounding {
				if x != 0 {
					t.Fatalf("TestSurrounding of %d: an element is %d", n, x)
				}
			}
		}
		// X is the length: a client that says otherwise is told so by its encoder.
		if _, err := echo.TestSurrounding(t.Context(), EchoSurrounding{X: 3}); !errors.Is(err, com.RPC_S_INVALID_BOUND) {
			t.Errorf("TestSurrounding with X 3 of 0: %v", err)
		}
	})
}

func bytesOf(n int) []uint16 {
	v := make([]uint16, n)
	for i := range v {
		v[i] = uint16(i)
	}
	return v
}

func TestTestDoublePointer(t *testing.T) {
	syntaxes(t, func(t *testing.T, echo Rpcecho) {
		value := uint16(12)
		p, none := &value, (*uint16)(nil)
		for _, x := range []struct {
			data **uint16
			want uint16
		}{{nil, 0}, {&none, 0}, {&p, 12}} {
			if got, err := echo.TestDoublePointer(t.Context(), x.data); err != nil || got != x.want {
				t.Errorf("TestDoublePointer = %d, %v, want %d", got, err, x.want)
			}
		}
	})
}

// A call that sleeps does not hold up others of its connection, nor of each
// other, and its end wakes it.
func TestTestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		echo, conn := connect(t, false)
		began := time.Now()
		slept := make(chan error)
		for range 3 {
			go func() {
				n, err := echo.TestSleep(t.Context(), 3)
				if n != 3 && err == nil {
					err = errors.New("slept for another time")
				}
				slept <- err
			}()
		}
		synctest.Wait()
		if _, err := echo.AddOne(t.Context(), 1); err != nil {
			t.Error(err)
		}
		if d := time.Since(began); d != 0 {
			t.Errorf("AddOne was held up for %v", d)
		}
		for range 3 {
			if err := <-slept; err != nil {
				t.Error(err)
			}
		}
		if d := time.Since(began); d != 3*time.Second {
			t.Errorf("three calls that sleep 3 s took %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := echo.TestSleep(ctx, 20); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cancelled call: %v", err)
		}
		conn.Close()
	})
}

// What no client needs and could hurt the server is refused.
func TestRefused(t *testing.T) {
	echo, conn := connect(t, false)
	if _, err := echo.SourceData(t.Context(), 0xffffffff); !errors.Is(err, com.E_OUTOFMEMORY) {
		t.Errorf("SourceData of 4 GiB: %v", err)
	}
	if _, err := echo.TestSleep(t.Context(), 0xffffffff); !errors.Is(err, com.E_INVALIDARG) {
		t.Errorf("TestSleep for a century: %v", err)
	}
	pc, err := conn.Context(t.Context(), RpcechoSyntax)
	if err != nil {
		t.Fatal(err)
	}
	c := pc.NewCall(10, nil, 0)
	defer c.Free()
	if err := c.Invoke(t.Context()); !errors.Is(err, &dcerpc.Fault{Status: dcerpc.StatusOpRange}) {
		t.Errorf("opnum 10: %v", err)
	}
	if n, err := echo.AddOne(t.Context(), 1); err != nil || n != 2 {
		t.Errorf("AddOne afterwards: %d, %v", n, err)
	}
}
