package marshal_test

import (
	"errors"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// The operations on interface pointers, objects, processes and time.

// query asks a pointer for an interface.
func (o *oracle) query(h *modelHandle, i modelIface) {
	o.say("query(%s, %v)", h.name, i)
	ctx, cancel := o.bounded(h.id.apt.ctx)
	defer cancel()
	v, err := com.QueryInterface(ctx, h.value, modelIfaces[i].iid)
	if n := o.queried(h.id, i, v, err, "query"); n != nil {
		o.log[len(o.log)-1] = n.name + " := " + o.log[len(o.log)-1]
	}
}

// keep counts one more hand-out of a pointer.
func (o *oracle) keep(h *modelHandle) {
	n := o.hand(h.id, h.iface, com.Keep(h.value))
	o.say("%s := keep(%s)", n.name, h.name)
}

// release gives a hand-out back. Once none is left the pointer cannot be used.
func (o *oracle) release(h *modelHandle) {
	o.say("release(%s)", h.name)
	com.Release(h.value)
	for i, x := range o.handles {
		if x == h {
			o.handles = append(o.handles[:i], o.handles[i+1:]...)
			break
		}
	}
	h.id.users[h.iface]--
	o.settle(h.id)
	if h.id.users[h.iface] == 0 && !h.id.apt.over {
		if err := o.use(h); !errors.Is(err, com.CO_E_RELEASED) && h.iface != ifUnknown {
			o.failf("using %s after its last release: %v", h.name, err)
		}
	}
}

// use calls a method of a pointer.
func (o *oracle) use(h *modelHandle) error {
	ctx, cancel := o.bounded(h.id.apt.ctx)
	defer cancel()
	switch h.iface {
	case ifCalc:
		text, err := h.value.(calc.ICalc).Echo(ctx, "?")
		if err == nil && text != h.id.mgr.obj.name+"?" {
			o.failf("%s is answered by %q, want %s", h.name, text, h.id.mgr.obj.name)
		}
		return err
	case ifEvents:
		return h.value.(calc.ICalcEvents).OnResult(ctx, 1)
	case ifScientific:
		_, err := h.value.(calc.IScientific).Sqrt(ctx, 4)
		return err
	}
	return nil
}

// call calls a method and checks the result.
func (o *oracle) call(h *modelHandle) {
	if h.iface == ifUnknown {
		return
	}
	o.say("%s.call(%s)", h.name, h.id.apt.name)
	err := o.use(h)
	m := h.id.mgr
	switch {
	case !m.dead:
		o.wantOK("call", err)
		m.touched = o.period
	case m.obj.apt.over && m.obj.apt.proc != h.id.apt.proc:
		o.wantErr("call", err, com.RPC_E_DISCONNECTED, com.RPC_S_SERVER_UNAVAILABLE, com.RPC_S_CALL_FAILED, com.RPC_S_CALL_FAILED_DNE)
	default:
		o.wantErr("call", err, com.RPC_E_DISCONNECTED)
	}
}

// lock and unlock are CoLockObjectExternal.
func (o *oracle) lock(x *modelObject) {
	o.say("lock(%s)", x.name)
	o.wantOK("lock", x.apt.apt.CoLockObjectExternal(x.apt.ctx, x.impl, true, false))
	m := o.managerOf(x)
	m.hold(func() { m.locks++ })
}

func (o *oracle) unlock(x *modelObject, closes bool) {
	o.say("unlock(%s, %v)", x.name, closes)
	o.wantOK("unlock", x.apt.apt.CoLockObjectExternal(x.apt.ctx, x.impl, false, closes))
	if m := x.mgr; m != nil && m.locks > 0 {
		m.drop(nil, closes, func() { m.locks-- })
	}
}

// disconnect is CoDisconnectObject: IExternalConnection hears nothing of it.
func (o *oracle) disconnect(x *modelObject) {
	o.say("disconnect(%s)", x.name)
	o.wantOK("disconnect", x.apt.apt.CoDisconnectObject(x.apt.ctx, x.impl, 0))
	if x.mgr != nil {
		x.mgr.die()
	}
}

// kill ends a process without a word and starts another one in its place. What
// it held of others stays held until they notice by its silence.
func (o *oracle) kill(slot int) {
	p := o.procs[slot]
	o.say("kill(process %d: %s)", slot, o.aptNames(slot))
	for _, n := range aptSlots(slot) {
		a := o.apts[n]
		owned := marshal.OwnedRefs(a.apt)
		for _, d := range o.identities {
			if d.apt != a {
				continue
			}
			for _, r := range d.refs {
				s := r.stub
				if s.dead || s.mgr.obj.apt.proc == p {
					continue
				}
				delete(s.ids, d)
				s.debts++
				s.debt += owned[s.ipid]
			}
			o.forget(d)
		}
	}
	p.kill()
	o.end(slot)
	o.wantOK("start", o.start(slot, p.gen+1))
	o.log[len(o.log)-1] += " // now " + o.aptNames(slot)
}

// exit ends a process in an orderly way and starts another one in its place.
func (o *oracle) exit(slot int) {
	p := o.procs[slot]
	o.say("exit(process %d: %s)", slot, o.aptNames(slot))
	o.wantOK("Close", p.stop())
	for _, n := range aptSlots(slot) {
		o.closed(o.apts[n])
	}
	o.quiesce()
	for _, x := range o.objects {
		if x.apt.over {
			o.checkObject(x)
		}
	}
	o.end(slot)
	o.wantOK("start", o.start(slot, p.gen+1))
	o.log[len(o.log)-1] += " // now " + o.aptNames(slot)
}

// uninitialize ends the second apartment of the first process.
func (o *oracle) uninitialize() {
	a := o.apts[1]
	o.say("uninitialize(%s)", a.name)
	marshal.EndApartment(a.apt)
	o.closed(a)
	for _, x := range o.objects {
		if x.apt == a {
			o.checkObject(x)
		}
	}
	o.leave(a)
	o.enter(1, a.proc, marshal.NewTestApartment(a.proc.rt))
	o.log[len(o.log)-1] += " // now " + o.apts[1].name
}

func (o *oracle) aptNames(slot int) (s string) {
	for _, n := range aptSlots(slot) {
		s += " " + o.apts[n].name
	}
	return s[1:]
}

// closed does to the model what the orderly end of an apartment does: its
// pointers are given back, its objects let go, which IExternalConnection hears.
func (o *oracle) closed(a *modelApt) {
	for _, x := range o.objects {
		if m := x.mgr; m != nil && x.apt == a {
			if m.strong() && x.watched {
				x.conns--
			}
			m.die()
		}
	}
	for _, d := range o.identities {
		if d.apt == a {
			d.users = [numIfaces]int{}
			o.settle(d)
		}
	}
	a.over = true
}

// end takes a process off the model. The packets that it alone could read are
// lost with it.
func (o *oracle) end(slot int) {
	for _, n := range aptSlots(slot) {
		o.leave(o.apts[n])
	}
	kept := o.packets[:0]
	for _, p := range o.packets {
		if p.only != o.procs[slot] {
			kept = append(kept, p)
		} else if s := p.stub; p.refs > 0 && !p.spent && !s.dead {
			s.out--
			s.debts++
			s.debt += p.refs
		}
	}
	o.packets = kept
}

// leave takes an apartment off the model: its objects are dead, and nobody
// looks at them any more.
func (o *oracle) leave(a *modelApt) {
	a.over = true
	kept := o.objects[:0]
	for _, x := range o.objects {
		if x.apt != a {
			kept = append(kept, x)
		} else if x.mgr != nil {
			x.mgr.die()
		}
	}
	o.objects = kept
	for _, d := range o.identities {
		if d.apt == a {
			o.forget(d)
		}
	}
}

// certain is a number of ping periods after which silence has had its effect.
const certain = 10

// wait lets ping periods pass.
func (o *oracle) wait(periods int) {
	o.say("wait(%d periods)", periods)
	time.Sleep(time.Duration(periods) * marshal.PingPeriod)
	o.quiesce()
	o.period += periods
	for _, x := range o.objects {
		if m := x.mgr; m != nil && o.expires(m, periods) {
			m.runDown()
			for _, p := range o.packets {
				p.spent = p.spent || p.stub.mgr == m && p.refs > 0
			}
		}
	}
	o.checkPings()
}

// expires says whether an object was run down. Where that depends on when the
// silence began the object itself is asked.
func (o *oracle) expires(m *modelManager, periods int) bool {
	volatile := false
	for _, s := range m.stubs {
		volatile = volatile || s.public()
	}
	if !volatile || m.noPing || m.transit > 0 {
		return false
	}
	for _, d := range o.identities {
		if d.mgr == m {
			return false
		}
	}
	if periods >= certain {
		return true
	}
	if o.period-m.touched <= 1 {
		return false
	}
	real, ok := marshal.Managers(m.obj.apt.apt)[m.obj.impl]
	return !ok || real.Strong == real.Held
}
