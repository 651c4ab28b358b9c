package marshal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// partition is a server and a client that holds an object of it.
type partition struct {
	t      *testing.T
	o      *oracle
	server *modelApt
	client *modelApt
	obj    *watchedPlain
	c      calc.ICalc
}

// inPartition runs f in a bubble.
func inPartition(t *testing.T, f func(p *partition)) {
	synctest.Test(t, func(t *testing.T) {
		o, err := newOracle()
		if err != nil {
			t.Fatal(err)
		}
		defer o.stop()
		p := &partition{t: t, o: o, server: o.apts[2], client: o.apts[3], obj: &watchedPlain{}}
		p.c = p.send()
		if err := p.add(p.c); err != nil {
			t.Fatal(err)
		}
		time.Sleep(marshal.PingPeriod + marshal.PingPeriod/2) // it is in a ping set
		f(p)
	})
}

// send gives the client one more packet of the object.
func (p *partition) send() calc.ICalc {
	p.t.Helper()
	stm := com.NewMemoryStream(nil)
	if err := p.server.apt.CoMarshalInterface(p.server.ctx, stm, &calc.IID_ICalc, p.obj, com.MSHCTX_DIFFERENTMACHINE, 0); err != nil {
		p.t.Fatal(err)
	}
	v, err := p.client.apt.CoUnmarshalInterface(p.client.ctx, rewind(stm), &calc.IID_ICalc)
	if err != nil {
		p.t.Fatal(err)
	}
	return v.(calc.ICalc)
}

func (p *partition) add(c calc.ICalc) error {
	ctx, cancel := context.WithTimeout(p.client.ctx, 10*time.Second)
	defer cancel()
	_, err := c.Add(ctx, 1, 2)
	return err
}

// cut separates the two for some ping periods. Nothing is refused.
func (p *partition) cut(periods int) {
	p.o.net.silence(p.client.proc.host)
	time.Sleep(time.Duration(periods) * marshal.PingPeriod)
	p.o.net.hear(p.client.proc.host)
	synctest.Wait()
}

func TestPartitionOfOnePeriodIsSurvived(t *testing.T) {
	inPartition(t, func(p *partition) {
		p.cut(1)
		time.Sleep(4 * marshal.PingPeriod)
		if n := p.obj.finals.Load(); n != 0 {
			t.Errorf("FinalRelease %d times", n)
		}
		if err := p.add(p.c); err != nil {
			t.Error(err)
		}
		com.Release(p.c)
		synctest.Wait()
		if n := marshal.Objects(p.server.apt); n != 0 {
			t.Errorf("%d objects are left", n)
		}
	})
}

func TestPartitionOfFivePeriodsIsCollected(t *testing.T) {
	inPartition(t, func(p *partition) {
		p.cut(5)
		if n := p.obj.finals.Load(); n != 1 || p.obj.conns.Load() != 0 {
			t.Errorf("FinalRelease %d times, %d connections", n, p.obj.conns.Load())
		}
		wantHR(t, p.add(p.c), com.RPC_E_DISCONNECTED)
		com.Release(p.c)
		c := p.send() // the object itself is well
		if err := p.add(c); err != nil {
			t.Error(err)
		}
		com.Release(c)
	})
}

// An object that its own process holds lives on, but what the client had of it
// is gone: it is told, and a packet that it gets then gives it a proxy anew.
func TestPartitionFromALockedObject(t *testing.T) {
	inPartition(t, func(p *partition) {
		if err := p.server.apt.CoLockObjectExternal(p.server.ctx, p.obj, true, false); err != nil {
			t.Fatal(err)
		}
		p.cut(5)
		if n := p.obj.finals.Load(); n != 0 {
			t.Fatalf("FinalRelease %d times", n)
		}
		wantHR(t, p.add(p.c), com.RPC_E_DISCONNECTED)
		if d, err := com.Query[calc.ICalc](p.client.ctx, p.c); err != nil || d != p.c {
			t.Errorf("an interface that it had it has: %v, %v", d, err)
		} else {
			com.Release(d)
		}
		c := p.send()
		if err := p.add(c); err != nil {
			t.Errorf("with a new packet: %v", err)
		}
		wantHR(t, p.add(p.c), com.RPC_E_DISCONNECTED)
		if !com.Same(c, p.c) {
			t.Error("not the same object")
		}
		com.Release(p.c)
		if err := p.add(c); err != nil {
			t.Errorf("after the old pointer's release: %v", err)
		}
		p.server.apt.CoLockObjectExternal(p.server.ctx, p.obj, false, true)
		if err := p.add(c); err != nil {
			t.Errorf("after unlock: %v", err)
		}
		com.Release(c)
		synctest.Wait()
		if n := p.obj.finals.Load(); n != 1 {
			t.Errorf("FinalRelease %d times", n)
		}
	})
}
