package marshal_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// deadlock makes two apartments of two machines wait for each other: a method
// in each calls the other one with a context of its own making.
type deadlock struct {
	a, b     *marshal.Apartment // on two machines
	rta, rtb *marshal.Runtime
	start    [2]calc.ICalc // the methods that call out
	stop     context.CancelFunc
	calls    sync.WaitGroup
	outcome  [2]error
	inside   sync.WaitGroup
}

func newDeadlock(t *testing.T, timeout time.Duration) *deadlock {
	m1, m2 := newMachine(t), newMachine(t)
	d := &deadlock{rta: m1.rt, rtb: m2.rt}
	d.a, d.b = newSTAOf(t, m1, marshal.STAOptions{}), newSTAOf(t, m2, marshal.STAOptions{})
	var ctx context.Context
	ctx, d.stop = context.WithTimeout(context.Background(), timeout)
	t.Cleanup(d.stop)
	d.inside.Add(2)
	targetA := sendTo(t, d.a, m2.mta, &object{}) // in a, called from m2
	targetB := sendTo(t, d.b, m1.mta, &object{})
	method := func(i int, target calc.ICalc) *actor {
		return does(func(context.Context) {
			d.inside.Done()
			d.inside.Wait()
			_, d.outcome[i] = target.Add(ctx, 1, 2) // not with the context of the method
		})
	}
	d.start[0] = sendTo(t, d.a, m2.mta, method(0, targetB))
	d.start[1] = sendTo(t, d.b, m1.mta, method(1, targetA))
	t.Cleanup(func() {
		for _, c := range []any{d.start[0], d.start[1], targetA, targetB} {
			com.Release(c)
		}
	})
	for _, c := range d.start {
		d.calls.Go(func() { c.Add(context.Background(), 1, 2) })
	}
	return d
}

func TestCyclesAcrossProcessesAreNamed(t *testing.T) {
	d := newDeadlock(t, time.Minute)
	waitFor(t, "the cycle", func() bool { return waiting(d.rta) == 1 && waiting(d.rtb) == 1 })
	// Neither process sees it alone.
	for _, rt := range []*marshal.Runtime{d.rta, d.rtb} {
		if c := marshal.WaitCycles(rt.Waits()); len(c) != 0 {
			t.Errorf("one process sees %v", c)
		}
	}
	cycles := marshal.WaitCycles(d.rta.Waits(), d.rtb.Waits())
	if len(cycles) != 1 || len(cycles[0]) != 4 {
		t.Fatalf("cycles %v", cycles)
	}
	s := cycles[0].String()
	if strings.Count(s, "ICalc.Add waits for its call of ICalc.Add, made with a context that lost its causality") != 2 ||
		strings.Count(s, "ICalc.Add waits for apartment") != 2 {
		t.Errorf("the cycle is told as %q", s)
	}
	d.stop()
	d.calls.Wait()
	if c := marshal.WaitCycles(d.rta.Waits(), d.rtb.Waits()); len(c) != 0 {
		t.Errorf("after the end: %v", c)
	}
}

func TestWaitCycles(t *testing.T) {
	const run, reply, turn = marshal.Running, marshal.AwaitingReply, marshal.AwaitingTurn
	cid := func(n uint32) com.CID { return com.CID{Data1: n} }
	out := func(n uint32) *marshal.OutWait { return &marshal.OutWait{CID: cid(n), Call: "IOut.Call"} }
	for _, c := range []struct {
		name   string
		tables [][]marshal.Wait
		want   []int // lengths of the cycles
	}{
		{"nothing", nil, nil},
		{"a queue behind a running method", [][]marshal.Wait{{
			{Kind: run, Apartment: 1, CID: cid(1)}, {Kind: turn, Apartment: 1, CID: cid(2)}}}, nil},
		{"a chain through two apartments and back", [][]marshal.Wait{
			{{Kind: reply, Apartment: 1, CID: cid(1), Out: out(1)}, {Kind: run, Apartment: 1, CID: cid(1), Depth: 1}},
			{{Kind: reply, Apartment: 2, CID: cid(1), Out: out(1)}}}, nil},
		{"a call waits for the apartment that its own chain holds", [][]marshal.Wait{{
			{Kind: run, Apartment: 1, CID: cid(1), Out: out(2)}, {Kind: turn, Apartment: 1, CID: cid(2)}}}, []int{2}},
		{"three processes", [][]marshal.Wait{
			{{Kind: run, Apartment: 1, CID: cid(1), Out: out(12)}, {Kind: turn, Apartment: 1, CID: cid(31)}},
			{{Kind: run, Apartment: 2, CID: cid(2), Out: out(23)}, {Kind: turn, Apartment: 2, CID: cid(12)}},
			{{Kind: run, Apartment: 3, CID: cid(3), Out: out(31)}, {Kind: turn, Apartment: 3, CID: cid(23)}}}, []int{6}},
		{"two rings, and somebody who waits for one", [][]marshal.Wait{{
			{Kind: run, Apartment: 1, CID: cid(1), Out: out(2)}, {Kind: turn, Apartment: 1, CID: cid(2)}, {Kind: turn, Apartment: 1, CID: cid(9)},
			{Kind: run, Apartment: 5, CID: cid(5), Out: out(6)}, {Kind: turn, Apartment: 5, CID: cid(6)}}}, []int{2, 2}},
		{"a chain that goes on under another id", [][]marshal.Wait{
			{{Kind: run, Apartment: 1, CID: cid(1), Out: out(2)}, {Kind: turn, Apartment: 1, CID: cid(3)}},
			{{Kind: run, Apartment: 2, CID: cid(2), Out: out(3)}}}, []int{3}},
	} {
		cycles := marshal.WaitCycles(c.tables...)
		ok := len(cycles) == len(c.want)
		for i := range min(len(cycles), len(c.want)) {
			ok = ok && len(cycles[i]) == c.want[i]
		}
		if !ok {
			t.Errorf("%s: %v", c.name, cycles)
		}
	}
}
