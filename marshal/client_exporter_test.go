package marshal_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// caller is a runtime that reaches one server by a Dial of the test's.
type caller struct {
	rt *marshal.Runtime
	c  calc.ICalc
}

// newCaller gives a new runtime a proxy of an object of p.
func newCaller(t *testing.T, p *oracleProc, dial func(ctx context.Context, network, address string) (net.Conn, error)) *caller {
	t.Helper()
	home, err := p.rt.MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stm := com.NewMemoryStream(nil)
	if err := home.CoMarshalInterface(t.Context(), stm, &calc.IID_ICalc, &quiet{}, com.MSHCTX_DIFFERENTMACHINE, 0); err != nil {
		t.Fatal(err)
	}
	x := &caller{rt: marshal.NewRuntime(marshal.Options{Dial: dial, Logger: slog.New(slog.DiscardHandler)})}
	mta, err := x.rt.MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info := home.Exporter().Info()
	v, err := mta.Adopt(t.Context(), &info, stm.Bytes(), calc.ICalcDesc)
	if err != nil {
		t.Fatal(err)
	}
	x.c = v.(calc.ICalc)
	return x
}

// add calls the object within a time.
func (x *caller) add(d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	_, err := x.c.Add(ctx, 1, 2)
	return err
}

// Whoever has time left is not failed by the deadline of the caller who began
// to connect.
func TestConnectOutlivesTheFirstDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, err := newOracleProc(&memNet{}, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer server.stop()
		var dials atomic.Int32
		x := newCaller(t, server, func(ctx context.Context, _, _ string) (net.Conn, error) {
			if dials.Add(1) == 1 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return server.srv.Pipe(), nil
		})
		defer x.rt.Close(context.Background())
		hasty := make(chan error, 1)
		go func() { hasty <- x.add(time.Second) }()
		synctest.Wait()
		if err := x.add(10 * time.Second); err != nil {
			t.Errorf("the patient caller: %v", err)
		}
		if err := <-hasty; !errors.Is(err, com.RPC_E_TIMEOUT) {
			t.Errorf("the hasty caller: %v", err)
		}
	})
}

// A connection that comes about while the runtime ends is closed.
func TestNoConnectionOutlivesTheRuntime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &memNet{}
		server, err := newOracleProc(n, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer server.stop()
		dial, wait := n.dialer("10.9.9.9"), make(chan struct{})
		x := newCaller(t, server, func(_ context.Context, network, address string) (net.Conn, error) {
			<-wait
			return dial(context.Background(), network, address)
		})
		go x.add(time.Minute)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		x.rt.Close(ctx)
		close(wait)
		synctest.Wait()
		if open := n.open(); open != 0 {
			t.Errorf("%d ends of connections are open", open)
		}
	})
}

// References of a server that is gone are not tried one after the other.
func TestReleasesToADeadServerAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, err := newOracle()
		if err != nil {
			t.Fatal(err)
		}
		defer o.stop()
		server, client := o.apts[2], o.apts[3]
		var list []any
		for range 5000 {
			stm := com.NewMemoryStream(nil)
			if err := server.apt.CoMarshalInterface(server.ctx, stm, &calc.IID_ICalc, &quiet{}, com.MSHCTX_LOCAL, 0); err != nil {
				t.Fatal(err)
			}
			v, err := client.apt.CoUnmarshalInterface(client.ctx, rewind(stm), &calc.IID_ICalc)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, v)
		}
		if _, err := list[0].(calc.ICalc).Add(client.ctx, 1, 2); err != nil {
			t.Fatal(err)
		}
		server.proc.net.silence(server.proc.host)
		start := time.Now()
		for _, v := range list {
			com.Release(v)
		}
		for marshal.ResidueOf(client.proc.rt).Releases > 0 && time.Since(start) < time.Hour {
			time.Sleep(time.Second)
		}
		if d := time.Since(start); d > 2*time.Minute {
			t.Errorf("given up after %v", d)
		}
		if r := marshal.ResidueOf(client.proc.rt); r.Remotes != 0 || r.Objects != 0 {
			t.Errorf("%+v", r)
		}
	})
}

// blockedResolver is one whose pings get no answer.
type blockedResolver struct{ now, most atomic.Int32 }

func (*blockedResolver) ResolveOXID(context.Context, orpc.OXID, orpc.PackedBindings) (*marshal.ExporterInfo, error) {
	return nil, com.OR_INVALID_OXID
}

func (r *blockedResolver) Ping(ctx context.Context, _ orpc.PackedBindings, set orpc.SETID, _ uint16, _, _ []orpc.OID) (orpc.SETID, error) {
	r.most.Store(max(r.most.Load(), r.now.Add(1)))
	defer r.now.Add(-1)
	<-ctx.Done()
	return set, ctx.Err()
}

// Pings without an answer do not pile up, and none outlives its period.
func TestPingsDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const period = 5 * time.Second
		r := &blockedResolver{}
		w := &pingWorld{t: t, r: &pinged{}}
		w.rt = marshal.NewRuntime(marshal.Options{Resolver: r, PingPeriod: period, Logger: slog.New(slog.DiscardHandler)})
		defer w.rt.Close(context.Background())
		var err error
		if w.mta, err = w.rt.MTA(t.Context()); err != nil {
			t.Fatal(err)
		}
		d := orpc.DUALSTRINGARRAY{StringBindings: []orpc.StringBinding{orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, "server", "")}}
		if w.res, err = d.Pack(); err != nil {
			t.Fatal(err)
		}
		defer com.Release(w.receive(1, 0))
		time.Sleep(10*period + period/2)
		if r.most.Load() != 1 || r.now.Load() != 1 {
			t.Errorf("%d pings at a time, %d now", r.most.Load(), r.now.Load())
		}
	})
}

// A client that has been quiet for a moment finds a server that died meanwhile
// unavailable: its request is not sent, so nobody need wonder what became of it.
func TestServerThatDiedBetweenCallsIsUnavailable(t *testing.T) {
	leaves(t)
	server, client := newMachine(t), newMachine(t)
	c := send(t, server, client, &object{})
	defer com.Release(c)
	mustAdd(t, t.Context(), c)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	server.srv.Close()
	time.Sleep(20 * time.Millisecond) // a quiet connection is looked at
	_, err := c.Add(ctx, 40, 2)
	wantCode(t, "a call", err, com.RPC_S_SERVER_UNAVAILABLE)
}
