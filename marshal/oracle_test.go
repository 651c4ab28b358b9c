package marshal_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime/debug"
	"slices"
	"testing"
	"testing/synctest"

	"oxid/com"
)

var (
	oracleOps  = flag.Int("oracle.ops", 4000, "operations that the lifecycle oracle runs in all")
	oracleSeed = flag.Uint64("oracle.seed", 0, "seed of the lifecycle oracle; 0 chooses one")
)

// programLength is the number of operations in one program: then everything is
// given back and the next one begins in a new world.
const programLength = 200

// operation is one step of a random program. The numbers choose among what
// there is when it runs, so that a program stays one when steps are left out.
type operation struct {
	kind       int
	a, b, c, d uint16
}

// TestLifecycleOracle runs random programs of marshal, unmarshal, release data,
// query, keep, release, calls with pointers in both directions, lock, unlock,
// disconnect, ends of apartments and processes, and silence, over 3 processes
// and 4 apartments, and compares after every operation what they hold of each
// other with a model. A program that fails is made smaller and printed.
func TestLifecycleOracle(t *testing.T) {
	seed := *oracleSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	rnd := rand.New(rand.NewPCG(seed, 0))
	for done := 0; done < *oracleOps; done += programLength {
		program := make([]operation, programLength)
		for i := range program {
			program[i] = randomOperation(rnd)
		}
		if text, _ := runProgram(t, program); text != "" {
			t.Errorf("seed %d, operation %d: %s", seed, done, text)
			small := shrink(t, program, text)
			text, log := runProgram(t, small)
			t.Fatalf("the same in %d operations: %s\n%s", len(small), text, log)
		}
	}
	t.Logf("%d operations, seed %d", *oracleOps, seed)
}

// randomOperation chooses an operation, the frequent ones more often.
func randomOperation(rnd *rand.Rand) operation {
	n := rnd.IntN(totalWeight)
	kind := 0
	for n >= operations[kind].weight {
		n -= operations[kind].weight
		kind++
	}
	v := rnd.Uint64()
	return operation{kind, uint16(v), uint16(v >> 16), uint16(v >> 32), uint16(v >> 48)}
}

// runProgram runs a program in a world of its own. It returns what went wrong
// and the operations as Go-like steps.
func runProgram(t *testing.T, program []operation) (failure, log string) {
	steps := make([]func(o *oracle), len(program))
	for i, op := range program {
		steps[i] = func(o *oracle) { operations[op.kind].run(o, op) }
	}
	return runSteps(t, steps)
}

// runSteps is runProgram for operations that have been chosen.
func runSteps(t *testing.T, steps []func(o *oracle)) (failure, log string) {
	synctest.Test(t, func(t *testing.T) {
		o, err := newOracle()
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if p := recover(); p != nil {
				if d, ok := p.(difference); ok {
					failure = d.text
				} else {
					failure = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
				}
				log = o.text()
				o.stop()
				return
			}
			if n := o.net.open(); n != 0 {
				failure, log = fmt.Sprintf("%d ends of connections are open", n), o.text()
			}
		}()
		for _, f := range steps {
			o.step(func() { f(o) })
		}
		o.finish()
	})
	return failure, log
}

// names are what differs between runs of one failure.
var names = regexp.MustCompile(`[0-9a-f-]*[0-9][0-9a-f-]*`)

// shrink leaves operations out of a failing program as long as it fails in the
// same way, first by the half, then one by one.
func shrink(t *testing.T, program []operation, failure string) []operation {
	want := names.ReplaceAllString(failure, "")
	fails := func(p []operation) bool {
		text, _ := runProgram(t, p)
		return names.ReplaceAllString(text, "") == want
	}
	for size := len(program) / 2; size > 0; {
		smaller := false
		for at := 0; at < len(program); {
			p := slices.Delete(slices.Clone(program), at, min(at+size, len(program)))
			if fails(p) {
				program, smaller = p, true
			} else {
				at += size
			}
		}
		if !smaller || size > 1 {
			size /= 2
		}
	}
	return program
}

// pick chooses one of a list; ok is false when it is empty.
func pick[T any](list []T, n uint16) (x T, ok bool) {
	if len(list) == 0 {
		return x, false
	}
	return list[int(n)%len(list)], true
}

// maxObjects, maxPackets and maxHandles bound a world.
const (
	maxObjects = 12
	maxPackets = 24
	maxHandles = 40
)

// kindFor and destFor choose a kind of packet and where it is for.
func kindFor(n uint16) com.MSHLFLAGS {
	switch n % 8 {
	case 0, 1:
		return com.MSHLFLAGS_TABLESTRONG
	case 2, 3:
		return com.MSHLFLAGS_TABLEWEAK
	}
	return com.MSHLFLAGS_NORMAL
}

func destFor(n uint16) com.MSHCTX {
	return []com.MSHCTX{com.MSHCTX_INPROC, com.MSHCTX_LOCAL, com.MSHCTX_DIFFERENTMACHINE, com.MSHCTX_DIFFERENTMACHINE}[n%4]
}

// operations are the steps of programs.
var operations = []struct {
	weight int
	run    func(o *oracle, op operation)
}{
	{6, func(o *oracle, op operation) {
		if len(o.objects) < maxObjects {
			o.create(o.apts[op.a%4], op.b%2 == 0, op.c%2 == 0)
		}
	}},
	{14, func(o *oracle, op operation) {
		if x, ok := pick(o.objects, op.a); ok && len(o.packets) < maxPackets {
			flags := kindFor(op.c)
			if op.c > 63000 {
				flags |= com.MSHLFLAGS_NOPING
			}
			o.marshal(x, modelIface(op.b)%numIfaces, flags, destFor(op.d))
		}
	}},
	{10, func(o *oracle, op operation) {
		if h, ok := pick(o.handles, op.a); ok && len(o.packets) < maxPackets {
			o.remarshal(h, modelIface(op.b)%numIfaces, kindFor(op.c), destFor(op.d))
		}
	}},
	{24, func(o *oracle, op operation) {
		a := o.apts[op.a%4]
		if p, ok := pick(o.usable(a), op.b); ok && len(o.handles) < maxHandles {
			i := modelIface(-1)
			if op.c%4 == 0 {
				i = modelIface(op.d) % numIfaces
			}
			o.unmarshal(a, p, i)
		}
	}},
	{6, func(o *oracle, op operation) {
		a := o.apts[op.a%4]
		if p, ok := pick(o.usable(a), op.b); ok {
			o.releaseData(a, p)
		}
	}},
	{10, func(o *oracle, op operation) {
		if h, ok := pick(o.handles, op.a); ok && len(o.handles) < maxHandles {
			o.query(h, modelIface(op.b)%numIfaces)
		}
	}},
	{4, func(o *oracle, op operation) {
		if h, ok := pick(o.handles, op.a); ok && len(o.handles) < maxHandles {
			o.keep(h)
		}
	}},
	{24, func(o *oracle, op operation) {
		if h, ok := pick(o.handles, op.a); ok {
			o.release(h)
		}
	}},
	{10, func(o *oracle, op operation) {
		if h, ok := pick(o.handles, op.a); ok {
			o.call(h)
		}
	}},
	{10, func(o *oracle, op operation) {
		if h, ok := pick(o.callable(), op.a); ok && len(o.handles) < maxHandles {
			if x, g, ok := o.pointer(h.id.apt, ifEvents, op.b); ok {
				o.pass(h, x, g)
			}
		}
	}},
	{10, func(o *oracle, op operation) {
		if h, ok := pick(o.callable(), op.a); ok && len(o.handles) < maxHandles {
			if x, g, ok := o.pointer(h.id.mgr.obj.apt, ifCalc, op.b); ok {
				o.fetch(h, x, g)
			}
		}
	}},
	{3, func(o *oracle, op operation) {
		if x, ok := pick(o.objects, op.a); ok {
			o.lock(x)
		}
	}},
	{5, func(o *oracle, op operation) {
		if x, ok := pick(o.objects, op.a); ok {
			o.unlock(x, op.b%2 == 0)
		}
	}},
	{2, func(o *oracle, op operation) {
		if x, ok := pick(o.objects, op.a); ok {
			o.disconnect(x)
		}
	}},
	{1, func(o *oracle, op operation) { o.kill(int(op.a) % len(o.procs)) }},
	{1, func(o *oracle, op operation) { o.exit(int(op.a) % len(o.procs)) }},
	{1, func(o *oracle, op operation) { o.uninitialize() }},
	{3, func(o *oracle, op operation) { o.wait(1) }},
	{1, func(o *oracle, op operation) { o.wait(certain) }},
}

var totalWeight = func() (n int) {
	for _, op := range operations {
		n += op.weight
	}
	return n
}()

// callable lists the pointers whose object can take and give pointers.
func (o *oracle) callable() (list []*modelHandle) {
	for _, h := range o.handles {
		if h.iface == ifCalc && !h.id.mgr.dead {
			list = append(list, h)
		}
	}
	return list
}

// pointer chooses an object of an apartment, or a pointer that it has, as
// interface i.
func (o *oracle) pointer(a *modelApt, i modelIface, n uint16) (*modelObject, *modelHandle, bool) {
	var handles []*modelHandle
	for _, h := range o.handles {
		if h.id.apt == a && h.iface == i && !h.id.mgr.dead {
			handles = append(handles, h)
		}
	}
	if h, ok := pick(handles, n); ok && n%3 != 0 {
		return nil, h, true
	}
	var objects []*modelObject
	for _, x := range o.objects {
		if x.apt == a {
			objects = append(objects, x)
		}
	}
	x, ok := pick(objects, n)
	return x, nil, ok
}
