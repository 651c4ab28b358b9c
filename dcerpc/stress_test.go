package dcerpc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"oxid/com"
	"oxid/internal/leak"
)

// TestStress lets many callers do everything at once over a few TCP
// connections, some authenticated, that come and go: calls of all sizes, slow
// and fast, cancelled and not, while the server loses connections. Every reply
// must be the caller's own and every error one that can be explained. Set
// OXID_STRESS to a duration for more than a moment of it.
func TestStress(t *testing.T) {
	d := 400 * time.Millisecond
	if s := os.Getenv("OXID_STRESS"); s != "" {
		var err error
		if d, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	leak.Check(t)
	svc := &toyService{typ: 9, legs: 2}
	s, _ := newTestServer(t, &ServerOptions{Security: []SecurityService{svc}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()

	over, stop := context.WithTimeout(context.Background(), d)
	defer stop()
	var calls, cancelled, broken atomic.Int64
	conns := make([]atomic.Pointer[ClientConn], 3)
	connect := func(i int) *ClientConn {
		o := &ClientOptions{MaxFrag: []int{0, 5840, 1432}[i]}
		if i == 1 {
			o.Security = &ClientSecurity{Service: svc, Level: com.RPC_C_AUTHN_LEVEL_PKT_PRIVACY, Target: "alice"}
		}
		c, err := Dial(context.Background(), "tcp", l.Addr().String(), o)
		if err != nil {
			t.Error(err)
			return nil
		}
		if old := conns[i].Swap(c); old != nil {
			old.Close()
		}
		return c
	}
	var wg sync.WaitGroup
	for g := range 24 {
		rnd := rand.New(rand.NewSource(int64(g)))
		wg.Go(func() {
			for over.Err() == nil {
				i := rnd.Intn(len(conns))
				c := conns[i].Load()
				if c == nil || c.Err() != nil {
					if c = connect(i); c == nil {
						return
					}
				}
				p, err := c.Context(context.Background(), plainSyntax)
				if err != nil {
					broken.Add(1)
					continue
				}
				in := pattern([]int{4, 100, 5000, 70000, 400000}[rnd.Intn(5)]+rnd.Intn(50), byte(rnd.Int()))
				op := uint16(opEcho)
				if rnd.Intn(8) == 0 {
					op = []uint16{opSleep, opNap, opFail, opBlock}[rnd.Intn(4)]
					binary.LittleEndian.PutUint32(in, uint32(rnd.Intn(20)))
				}
				ctx, end := context.Background(), context.CancelFunc(func() {})
				if op == opBlock || rnd.Intn(3) == 0 {
					ctx, end = context.WithTimeout(ctx, time.Duration(rnd.Intn(30000))*time.Microsecond)
				}
				out, err := invoke(ctx, p, op, in)
				end()
				calls.Add(1)
				switch {
				case err == nil && !bytes.Equal(in, out):
					t.Errorf("caller %d: operation %d, %d bytes: another call's reply", g, op, len(in))
				case err == nil:
				case errors.Is(err, context.DeadlineExceeded), errors.Is(err, com.RPC_S_CALL_CANCELLED):
					cancelled.Add(1)
				case op == opFail && errors.Is(err, com.RPC_E_DISCONNECTED):
				case errors.Is(err, com.RPC_S_CALL_FAILED), errors.Is(err, com.RPC_S_CALL_FAILED_DNE):
					broken.Add(1)
				default:
					t.Errorf("caller %d: operation %d, %d bytes: %v", g, op, len(in), err)
				}
			}
		})
	}
	// Connections are lost on either side.
	for rnd := rand.New(rand.NewSource(99)); over.Err() == nil; time.Sleep(d / 20) {
		if all := s.Conns(); len(all) > 0 && rnd.Intn(2) == 0 {
			all[rnd.Intn(len(all))].nc.Close()
		} else if c := conns[rnd.Intn(len(conns))].Load(); c != nil {
			c.Close()
		}
	}
	wg.Wait()
	for i := range conns {
		if c := conns[i].Load(); c != nil {
			c.Close()
		}
	}
	s.Close()
	<-served
	t.Logf("%d calls, %d cancelled, %d lost with their connection", calls.Load(), cancelled.Load(), broken.Load())
}
