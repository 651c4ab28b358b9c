package marshal_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// raceObject is an object with the references that racers know of.
type raceObject struct {
	*modelObject
	locks atomic.Int32
}

// racePacket and raceHandle are what a racer owns; it passes them on between
// the rounds.
type racePacket struct {
	obj   *raceObject
	iface modelIface
	kind  com.MSHLFLAGS
	data  []byte
	std   orpc.STDOBJREF
	only  *oracleProc
}

type raceHandle struct {
	obj   *raceObject
	apt   *modelApt
	iface modelIface
	value any
}

// racer is one of several goroutines that run random operations at the same
// time on the same objects.
type racer struct {
	o       *oracle
	objects []*raceObject
	rnd     *rand.Rand
	handles []*raceHandle
	packets []*racePacket
	failure error
}

// TestLifecycleRaces runs random operations of several goroutines at a time.
// Whenever all of them are done, every object that something holds lives, every
// other is gone, and the references on each stub are those that there are.
func TestLifecycleRaces(t *testing.T) {
	const racers, length = 8, 40
	seed := *oracleSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	for world := uint64(0); world < uint64(max(1, *oracleOps/4000)); world++ {
		synctest.Test(t, func(t *testing.T) {
			o, err := newOracle()
			if err != nil {
				t.Fatal(err)
			}
			defer o.stop()
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("seed %d, world %d: %v", seed, world, p)
				}
			}()
			var objects []*raceObject
			for i := range 8 {
				o.create(o.apts[i%4], i%2 == 0, i/4 == 0)
				objects = append(objects, &raceObject{modelObject: o.objects[i]})
			}
			list := make([]*racer, racers)
			for i := range list {
				list[i] = &racer{o: o, objects: objects, rnd: rand.New(rand.NewPCG(seed, world<<8|uint64(i)))}
			}
			for round := range 6 {
				race(list, func(r *racer) error { return r.run(length) })
				checkRace(o, objects, list)
				mix(list)
				if round == 3 { // pings begin; no packet is old enough to expire
					time.Sleep(marshal.PingPeriod)
					synctest.Wait()
				}
			}
			race(list, (*racer).finish)
			for _, x := range objects {
				for x.locks.Add(-1) >= 0 {
					o.wantOK("unlock", x.apt.apt.CoLockObjectExternal(x.apt.ctx, x.impl, false, true))
				}
			}
			time.Sleep(marshal.PingPeriod)
			synctest.Wait()
			for _, p := range o.procs {
				if r := marshal.ResidueOf(p.rt); r != (marshal.Residue{}) {
					o.failf("at the end process %d has %+v", p.slot, r)
				}
			}
			for _, x := range objects {
				if n := x.impl.core().conns.Load(); n != 0 {
					o.failf("%s has %d connections", x.name, n)
				}
			}
		})
	}
}

// race runs f for every racer at once and waits until nothing moves any more.
func race(list []*racer, f func(*racer) error) {
	var wg sync.WaitGroup
	for _, r := range list {
		wg.Go(func() { r.failure = f(r) })
	}
	wg.Wait()
	synctest.Wait()
	for _, r := range list {
		if r.failure != nil {
			r.o.failf("%v", r.failure)
		}
	}
}

// mix has every racer own half of what another one had.
func mix(list []*racer) {
	for i, r := range list {
		next := list[(i+1)%len(list)]
		n, m := len(r.handles)/2, len(r.packets)/2
		next.handles = append(next.handles, r.handles[n:]...)
		next.packets = append(next.packets, r.packets[m:]...)
		r.handles, r.packets = r.handles[:n], r.packets[:m]
	}
}

// checkRace compares all tables with what the racers own.
func checkRace(o *oracle, objects []*raceObject, list []*racer) {
	held := map[*raceObject]int{}
	refs := map[com.IPID]uint32{}
	for _, r := range list {
		for _, h := range r.handles {
			held[h.obj]++
		}
		for _, p := range r.packets {
			held[p.obj]++
			refs[p.std.IPID] += p.std.PublicRefs
		}
	}
	for _, a := range o.apts {
		for ipid, n := range marshal.OwnedRefs(a.apt) {
			refs[ipid] += n
		}
	}
	for _, x := range objects {
		n := held[x] + int(x.locks.Load())
		got, ok := marshal.Managers(x.apt.apt)[x.impl]
		if ok != (n > 0) {
			o.failf("%s: held by %d, there: %v %+v", x.name, n, ok, got)
		}
		sum := got.Held
		for _, s := range got.Stubs {
			sum += s.Public
			if s.Public != refs[s.IPID] {
				o.failf("a stub of %s has %d references, and %d are accounted for", x.name, s.Public, refs[s.IPID])
			}
		}
		if sum != got.Strong || got.Pins != 0 {
			o.failf("%s: %+v", x.name, got)
		}
	}
}

// run does n random operations.
func (r *racer) run(n int) error {
	for range n {
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

// finish gives everything back.
func (r *racer) finish() error {
	for _, h := range r.handles {
		com.Release(h.value)
	}
	for _, p := range r.packets {
		if err := r.giveBack(p); err != nil {
			return err
		}
	}
	r.handles, r.packets = nil, nil
	return nil
}

func (r *racer) giveBack(p *racePacket) error {
	a := p.obj.apt
	if err := a.apt.CoReleaseMarshalData(a.ctx, com.NewMemoryStream(p.data)); err != nil {
		return fmt.Errorf("CoReleaseMarshalData: %w", err)
	}
	return nil
}

// take takes one of a list out of it.
func take[T any](r *racer, list *[]T) (x T, ok bool) {
	n := len(*list)
	if n == 0 {
		return x, false
	}
	i := r.rnd.IntN(n)
	x = (*list)[i]
	(*list)[i] = (*list)[n-1]
	*list = (*list)[:n-1]
	return x, true
}

// step does one random operation. Every one of them has to succeed, but for
// interfaces that an object lacks.
func (r *racer) step() error {
	switch r.rnd.IntN(12) {
	case 0, 1:
		x := r.objects[r.rnd.IntN(len(r.objects))]
		kind := com.MSHLFLAGS_NORMAL
		switch r.rnd.IntN(8) {
		case 0:
			kind = com.MSHLFLAGS_TABLESTRONG
		case 1:
			if x.watched { // others let weak packets go with the last pointer
				kind = com.MSHLFLAGS_TABLEWEAK
			}
		}
		return r.marshal(x, x.apt, x.impl, kind)
	case 2, 3, 4:
		if p, ok := take(r, &r.packets); ok {
			return r.unmarshal(p)
		}
	case 5:
		if p, ok := take(r, &r.packets); ok {
			return r.giveBack(p)
		}
	case 6, 7:
		if h, ok := take(r, &r.handles); ok {
			com.Release(h.value)
		}
	case 8:
		if h, ok := take(r, &r.handles); ok {
			r.handles = append(r.handles, h)
			return r.marshal(h.obj, h.apt, h.value, com.MSHLFLAGS_NORMAL)
		}
	case 9:
		if h, ok := take(r, &r.handles); ok {
			r.handles = append(r.handles, h)
			return r.query(h)
		}
	case 10:
		if h, ok := take(r, &r.handles); ok {
			r.handles = append(r.handles, h)
			return r.call(h)
		}
	case 11:
		x := r.objects[r.rnd.IntN(len(r.objects))]
		if r.rnd.IntN(2) == 0 {
			err := x.apt.apt.CoLockObjectExternal(x.apt.ctx, x.impl, true, false)
			x.locks.Add(1)
			return err
		}
		for n := x.locks.Load(); n > 0; n = x.locks.Load() {
			if x.locks.CompareAndSwap(n, n-1) {
				return x.apt.apt.CoLockObjectExternal(x.apt.ctx, x.impl, false, true)
			}
		}
	}
	return nil
}

func (r *racer) marshal(x *raceObject, a *modelApt, v any, kind com.MSHLFLAGS) error {
	i := modelIface(r.rnd.IntN(int(numIfaces)))
	dest := destFor(uint16(r.rnd.Uint32()))
	stm := com.NewMemoryStream(nil)
	err := a.apt.CoMarshalInterface(a.ctx, stm, modelIfaces[i].iid, v, dest, kind)
	if !x.has(i) && errors.Is(err, com.E_NOINTERFACE) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("marshal %s as %v in %s: %w", x.name, i, a.name, err)
	}
	p := &racePacket{obj: x, iface: i, kind: kind, data: bytes.Clone(stm.Bytes()), only: onlyFor(a, dest)}
	ref, _, err := orpc.ParseOBJREF(p.data)
	p.std = ref.Std
	r.packets = append(r.packets, p)
	return err
}

func (r *racer) unmarshal(p *racePacket) error {
	a := r.o.apts[r.rnd.IntN(len(r.o.apts))]
	if p.only != nil && p.only != a.proc {
		r.packets = append(r.packets, p)
		return nil
	}
	v, err := a.apt.CoUnmarshalInterface(a.ctx, com.NewMemoryStream(p.data), modelIfaces[p.iface].iid)
	if p.kind != com.MSHLFLAGS_NORMAL {
		r.packets = append(r.packets, p) // good for any number of times
	}
	if err != nil {
		return fmt.Errorf("unmarshal %s as %v in %s: %w", p.obj.name, p.iface, a.name, err)
	}
	return r.got(p.obj, a, p.iface, v)
}

// got notes an interface pointer.
func (r *racer) got(x *raceObject, a *modelApt, i modelIface, v any) error {
	if a == x.apt {
		if v != any(x.impl) {
			return fmt.Errorf("%s at home is %T", x.name, v)
		}
		return nil
	}
	r.handles = append(r.handles, &raceHandle{x, a, i, v})
	return nil
}

func (r *racer) query(h *raceHandle) error {
	i := modelIface(r.rnd.IntN(int(numIfaces)))
	v, err := com.QueryInterface(h.apt.ctx, h.value, modelIfaces[i].iid)
	if !h.obj.has(i) && errors.Is(err, com.E_NOINTERFACE) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("query %s for %v in %s: %w", h.obj.name, i, h.apt.name, err)
	}
	return r.got(h.obj, h.apt, i, v)
}

// call calls a method: for an ICalc one that takes or returns a pointer.
func (r *racer) call(h *raceHandle) error {
	switch h.iface {
	case ifEvents:
		return h.value.(calc.ICalcEvents).OnResult(h.apt.ctx, 1)
	case ifScientific:
		_, err := h.value.(calc.IScientific).Sqrt(h.apt.ctx, 4)
		return err
	case ifUnknown:
		return nil
	}
	c, x := h.value.(calc.ICalc), r.objects[r.rnd.IntN(len(r.objects))]
	core := h.obj.impl.core()
	if x.apt == h.apt { // an object of the caller's goes in
		cookie, err := c.Advise(h.apt.ctx, x.impl.(calc.ICalcEvents))
		if err != nil {
			return fmt.Errorf("Advise: %w", err)
		}
		return r.got(x, h.obj.apt, ifEvents, core.take(cookie))
	}
	if x.apt == h.obj.apt { // one of the server's comes out
		var v calc.ICalc
		var err error
		core.clone(x.impl.(calc.ICalc), func() { v, err = c.Clone(h.apt.ctx) })
		if err != nil {
			return fmt.Errorf("Clone: %w", err)
		}
		return r.got(x, h.apt, ifCalc, v)
	}
	text, err := c.Echo(h.apt.ctx, "?")
	if err == nil && text != h.obj.name+"?" {
		err = fmt.Errorf("%s is answered by %q", h.obj.name, text)
	}
	return err
}
