package marshal_test

import (
	"errors"

	"oxid/com"
	"oxid/orpc"
	"oxid/samples/calc"
)

// The operations that concern packets. Each one is done, and then done to the
// model; what must be equal between the two at once is compared here, what the
// tables say by check.

// wantErr fails unless err is one of the codes. Without any, every error will do.
func (o *oracle) wantErr(what string, err error, codes ...com.HRESULT) {
	if err == nil {
		o.failf("%s succeeded, want %v", what, codes)
	}
	for _, hr := range codes {
		if errors.Is(err, hr) {
			return
		}
	}
	if len(codes) > 0 {
		o.failf("%s: %v, want %v", what, err, codes)
	}
}

func (o *oracle) wantOK(what string, err error) {
	if err != nil {
		o.failf("%s: %v", what, err)
	}
}

// create makes an object.
func (o *oracle) create(a *modelApt, sci, watched bool) {
	x := &modelObject{name: o.name(nameObject), apt: a, sci: sci, watched: watched}
	x.impl = newOracleObject(x.name, sci, watched)
	o.objects = append(o.objects, x)
	o.say("%s := create(%s, scientific=%v, watched=%v)", x.name, a.name, sci, watched)
}

// marshal makes a packet of an object in its apartment.
func (o *oracle) marshal(x *modelObject, i modelIface, flags com.MSHLFLAGS, dest com.MSHCTX) {
	name := o.name(namePacket)
	o.say("%s := marshal(%s, %s, %v, %v, %v)", name, x.apt.name, x.name, i, dest, flags)
	stm := com.NewMemoryStream(nil)
	ctx, cancel := o.bounded(x.apt.ctx)
	defer cancel()
	err := x.apt.apt.CoMarshalInterface(ctx, stm, modelIfaces[i].iid, x.impl, dest, flags)
	if !x.has(i) {
		o.wantErr("marshal", err, com.E_NOINTERFACE)
		return
	}
	o.wantOK("marshal", err)
	o.marshaled(name, stm.Bytes(), x, i, flags, dest)
}

// marshaled does to the model what marshaling an object did.
func (o *oracle) marshaled(name string, data []byte, x *modelObject, i modelIface, flags com.MSHLFLAGS, dest com.MSHCTX) *modelPacket {
	r, _, err := orpc.ParseOBJREF(data)
	o.wantOK("ParseOBJREF", err)
	m := o.managerOf(x)
	kind := flags &^ com.MSHLFLAGS_NOPING
	s := o.stubFor(m, i, kind)
	p := &modelPacket{name: name, data: data, iface: i, stub: s, refs: r.Std.PublicRefs}
	if flags&com.MSHLFLAGS_NOPING != 0 {
		m.noPing = true
	}
	if got := r.Std.NoPing(); got != m.noPing {
		o.failf("the packet's NOPING is %v", got)
	}
	m.hold(func() {
		switch kind {
		case com.MSHLFLAGS_NORMAL:
			s.out++
		case com.MSHLFLAGS_TABLESTRONG:
			s.packets++
			p.table = kind
		case com.MSHLFLAGS_TABLEWEAK:
			s.packets++
			m.weak++
			p.table = kind
			m.used = true
		}
	})
	if want := uint32(5); kind != com.MSHLFLAGS_NORMAL && r.Std.PublicRefs != 0 || kind == com.MSHLFLAGS_NORMAL && r.Std.PublicRefs != want {
		o.failf("the packet carries %d references", r.Std.PublicRefs)
	}
	o.keepPacket(p, &r, x.apt.proc, dest)
	return p
}

// keepPacket checks the names in a new packet and remembers it.
func (o *oracle) keepPacket(p *modelPacket, r *orpc.OBJREF, made *oracleProc, dest com.MSHCTX) {
	m := p.stub.mgr
	m.touched = o.period
	o.seen(p.stub, r.Std.IPID)
	switch {
	case m.oid == 0 && o.oids[r.Std.OID]:
		o.failf("OID %v is used again", r.Std.OID)
	case m.oid == 0:
		m.oid = r.Std.OID
		o.oids[m.oid] = true
	case m.oid != r.Std.OID:
		o.failf("the packet names OID %v, want %v", r.Std.OID, m.oid)
	}
	if r.Std.OXID != m.obj.apt.apt.OXID() || r.IID != *modelIfaces[p.iface].iid {
		o.failf("the packet names exporter %v and interface %v", r.Std.OXID, r.IID)
	}
	if dest == com.MSHCTX_INPROC {
		p.only = made
		if p.refs > 0 && made == m.obj.apt.proc {
			p.counts = true
			m.transit++
		}
	}
	o.packets = append(o.packets, p)
}

// seen notes the IPID of a stub, which must be new for a new stub.
func (o *oracle) seen(s *modelStub, ipid com.IPID) {
	switch {
	case s.ipid == ipid:
	case s.ipid != (com.IPID{}):
		o.failf("stub %v of %v has IPID %v, want %v", s.iface, s.mgr, ipid, s.ipid)
	case o.stubs[ipid] != nil:
		o.failf("IPID %v is used again", ipid)
	default:
		s.ipid = ipid
		o.stubs[ipid] = s
	}
}

// managerOf returns the stub manager of an object, made when there is none.
func (o *oracle) managerOf(x *modelObject) *modelManager {
	if x.mgr == nil {
		x.mgr = &modelManager{obj: x, gen: 1 + x.finals, touched: o.period}
	}
	return x.mgr
}

// remarshal makes a packet of a proxy.
func (o *oracle) remarshal(h *modelHandle, i modelIface, kind com.MSHLFLAGS, dest com.MSHCTX) {
	name := o.name(namePacket)
	a := h.id.apt
	o.say("%s := marshal(%s, %s, %v, %v, %v)", name, a.name, h.name, i, dest, kind)
	stm := com.NewMemoryStream(nil)
	ctx, cancel := o.bounded(a.ctx)
	defer cancel()
	err := a.apt.CoMarshalInterface(ctx, stm, modelIfaces[i].iid, h.value, dest, kind)
	m := h.id.mgr
	switch {
	case m.dead:
		// It works as long as there are references to share: they are worthless.
		if r, _, perr := orpc.ParseOBJREF(stm.Bytes()); err == nil && perr == nil {
			if s := o.stubs[r.Std.IPID]; s == nil || s.mgr != m {
				o.failf("the packet names a stub of something else")
			} else {
				o.packets = append(o.packets, &modelPacket{name: name, data: stm.Bytes(), iface: i, stub: s,
					refs: r.Std.PublicRefs, only: onlyFor(a, dest)})
			}
		}
		return
	case !m.obj.has(i):
		o.wantErr("marshal", err, com.E_NOINTERFACE)
		return
	}
	o.wantOK("marshal", err)
	o.remarshaled(name, stm.Bytes(), h.id, i, kind, dest)
}

func onlyFor(a *modelApt, dest com.MSHCTX) *oracleProc {
	if dest == com.MSHCTX_INPROC {
		return a.proc
	}
	return nil
}

// remarshaled does to the model what marshaling a live proxy did.
func (o *oracle) remarshaled(name string, data []byte, d *modelIdentity, i modelIface, kind com.MSHLFLAGS, dest com.MSHCTX) *modelPacket {
	r, _, err := orpc.ParseOBJREF(data)
	o.wantOK("ParseOBJREF", err)
	m := d.mgr
	s := d.ref(i, true)
	if s == nil {
		s = o.grant(d, i)
	}
	p := &modelPacket{name: name, data: data, iface: i, stub: s, refs: r.Std.PublicRefs}
	if (kind == com.MSHLFLAGS_NORMAL) != (p.refs > 0) {
		o.failf("the packet carries %d references", p.refs)
	}
	if s.flags != com.MSHLFLAGS_NORMAL {
		o.failf("the packet of a proxy names the object's own table packets")
	}
	switch kind {
	case com.MSHLFLAGS_NORMAL:
		s.out++
	case com.MSHLFLAGS_TABLESTRONG:
		if d.apt.proc == m.obj.apt.proc {
			s.fixed++
		} else {
			s.lost++
		}
	}
	touched := m.touched // sharing references does not reach the object
	o.keepPacket(p, &r, d.apt.proc, dest)
	m.touched = touched
	return p
}

// unmarshal reads a packet in an apartment, as the interface i or, with
// i < 0, as what it was marshaled as.
func (o *oracle) unmarshal(a *modelApt, p *modelPacket, i modelIface) {
	var iid com.IID
	what := "the recorded one"
	if i >= 0 {
		iid, what = *modelIfaces[i].iid, i.String()
	} else {
		i = p.iface
	}
	o.say("unmarshal(%s, %s, %s)", a.name, p.name, what)
	ctx, cancel := o.bounded(a.ctx)
	defer cancel()
	v, err := a.apt.CoUnmarshalInterface(ctx, com.NewMemoryStream(p.data), &iid)
	if h := o.unmarshaled(a, p, i, v, err); h != nil {
		o.log[len(o.log)-1] = h.name + " := " + o.log[len(o.log)-1]
	}
}

// unmarshaled does to the model what unmarshaling did.
func (o *oracle) unmarshaled(a *modelApt, p *modelPacket, i modelIface, v any, err error) *modelHandle {
	s := p.stub
	m := s.mgr
	switch {
	case a == m.obj.apt:
		o.cameHome(p, i, v, err)
		return nil
	case p.refs == 0 && s.dead:
		if m.obj.apt.over {
			o.wantErr("unmarshal", err)
		} else {
			o.wantErr("unmarshal", err, com.CO_E_OBJNOTREG)
		}
		return nil
	}
	d, _ := o.identity(a, m)
	o.own(d, s, p.refs == 0)
	if p.refs > 0 {
		if !s.dead {
			s.out--
		}
		o.spend(p)
	} else {
		m.touched = o.period
	}
	return o.queried(d, i, v, err, "unmarshal")
}

// cameHome is unmarshaling in the apartment of the object.
func (o *oracle) cameHome(p *modelPacket, i modelIface, v any, err error) {
	s := p.stub
	x := s.mgr.obj
	if s.dead {
		if p.refs == 0 {
			o.wantErr("unmarshal", err, com.CO_E_OBJNOTREG)
		} else {
			o.wantErr("unmarshal", err, com.CO_E_OBJNOTCONNECTED)
		}
		return
	}
	if p.refs > 0 {
		o.spend(p)
		s.mgr.drop(s, false, func() { s.out-- })
	}
	if !x.has(i) {
		o.wantErr("unmarshal", err, com.E_NOINTERFACE)
		return
	}
	o.wantOK("unmarshal", err)
	if v != any(x.impl) {
		o.failf("at home the packet yields %T, want the object itself", v)
	}
}

// queried does to the model what asking an identity for an interface did.
func (o *oracle) queried(d *modelIdentity, i modelIface, v any, err error, what string) *modelHandle {
	defer o.settle(d)
	m := d.mgr
	ask := i != ifUnknown && d.ref(i, false) == nil
	switch {
	case m.dead && (ask || err != nil):
		// What is left of a dead object's references decides.
		if err != nil {
			return nil
		}
	case ask && !m.obj.has(i):
		o.wantErr(what, err, com.E_NOINTERFACE)
		m.touched = o.period
		return nil
	case ask:
		o.grant(d, i)
	}
	o.wantOK(what, err)
	return o.hand(d, i, v)
}

// releaseData gives a packet back unread, in some apartment.
func (o *oracle) releaseData(a *modelApt, p *modelPacket) {
	o.say("releaseMarshalData(%s, %s)", a.name, p.name)
	ctx, cancel := o.bounded(a.ctx)
	defer cancel()
	o.wantOK("CoReleaseMarshalData", a.apt.CoReleaseMarshalData(ctx, com.NewMemoryStream(p.data)))
	o.released(a, p)
}

// released does to the model what giving a packet back did.
func (o *oracle) released(a *modelApt, p *modelPacket) {
	s := p.stub
	m := s.mgr
	switch {
	case s.dead:
		o.spend(p)
	case p.refs > 0:
		o.spend(p)
		m.drop(s, true, func() { s.out-- })
	case a.proc != m.obj.apt.proc || s.flags == com.MSHLFLAGS_NORMAL:
		return // nobody can give back what such a packet holds
	case s.flags == com.MSHLFLAGS_TABLESTRONG:
		m.drop(s, true, func() { s.packets-- })
	default:
		m.drop(s, true, func() { s.packets--; m.weak-- })
	}
	o.drop(p)
}

// pass calls Advise of the object behind h with a pointer to x or to g, which
// the object keeps.
func (o *oracle) pass(h *modelHandle, x *modelObject, g *modelHandle) {
	a, target := h.id.apt, h.id.mgr.obj
	var sink calc.ICalcEvents
	if x != nil {
		o.say("%s.Advise(%s, %s)", h.name, a.name, x.name)
		sink = x.impl.(calc.ICalcEvents)
	} else {
		o.say("%s.Advise(%s, %s)", h.name, a.name, g.name)
		sink = g.value.(calc.ICalcEvents)
	}
	ctx, cancel := o.bounded(a.ctx)
	defer cancel()
	cookie, err := h.value.(calc.ICalc).Advise(ctx, sink)
	o.wantOK("Advise", err)
	o.travel(a, target.apt, x, g, ifEvents, target.impl.core().take(cookie))
	h.id.mgr.touched = o.period
}

// fetch calls Clone of the object behind h, which returns x or g of its own
// apartment.
func (o *oracle) fetch(h *modelHandle, x *modelObject, g *modelHandle) {
	a, target := h.id.apt, h.id.mgr.obj
	var give calc.ICalc
	if x != nil {
		o.say("%s.Clone(%s) returns %s", h.name, a.name, x.name)
		give = x.impl.(calc.ICalc)
	} else {
		o.say("%s.Clone(%s) returns %s", h.name, a.name, g.name)
		give = g.value.(calc.ICalc)
	}
	ctx, cancel := o.bounded(a.ctx)
	defer cancel()
	var got calc.ICalc
	var err error
	target.impl.core().clone(give, func() { got, err = h.value.(calc.ICalc).Clone(ctx) })
	o.wantOK("Clone", err)
	o.travel(target.apt, a, x, g, ifCalc, got)
	h.id.mgr.touched = o.period
}

// travel does to the model what a pointer inside a call did: it was marshaled
// in one apartment and unmarshaled in another.
func (o *oracle) travel(from, to *modelApt, x *modelObject, g *modelHandle, i modelIface, got any) {
	var m *modelManager
	var s *modelStub
	if x != nil {
		m = o.managerOf(x)
		s = o.stubFor(m, i, com.MSHLFLAGS_NORMAL)
	} else {
		m = g.id.mgr
		if s = g.id.ref(i, true); s == nil {
			s = o.grant(g.id, i)
		}
	}
	m.hold(func() { s.out++ })
	m.touched = o.period
	if to == m.obj.apt {
		m.drop(s, false, func() { s.out-- })
		if got != any(m.obj.impl) {
			o.failf("the object got %T, want itself", got)
		}
		return
	}
	d, _ := o.identity(to, m)
	o.own(d, s, false)
	s.out--
	h := o.hand(d, i, got)
	o.log[len(o.log)-1] += " // " + h.name
}
