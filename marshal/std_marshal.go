package marshal

import (
	"context"

	"oxid/com"
	"oxid/orpc"
	"oxid/step"
)

// kindOf turns marshaling flags into the kind of packet.
func kindOf(flags com.MSHLFLAGS) (stubKind, error) {
	switch flags &^ com.MSHLFLAGS_NOPING {
	case com.MSHLFLAGS_NORMAL:
		return kindNormal, nil
	case com.MSHLFLAGS_TABLESTRONG:
		return kindTableStrong, nil
	case com.MSHLFLAGS_TABLEWEAK:
		return kindTableWeak, nil
	}
	return 0, com.E_INVALIDARG
}

// stdMarshal makes the standard packet of obj as interface d. The references
// that it carries are counted: the packet must be unmarshaled or released.
func (a *Apartment) stdMarshal(ctx context.Context, obj any, d *com.Desc, dest com.MSHCTX, flags com.MSHLFLAGS) (orpc.OBJREF, error) {
	kind, err := kindOf(flags)
	if err != nil {
		return orpc.OBJREF{}, err
	}
	if p, ok := obj.(com.Proxied); ok {
		return a.proxyMarshal(ctx, p.COMProxy(), d, dest, kind)
	}
	identity, err := com.IdentityOf(obj)
	if err != nil {
		return orpc.OBJREF{}, err
	}
	if err := a.ready(ctx); err != nil {
		return orpc.OBJREF{}, err
	}
	m, err := a.managerFor(ctx, identity)
	if err != nil {
		return orpc.OBJREF{}, err
	}
	defer a.unpin(ctx, m)
	r := orpc.OBJREF{Flags: orpc.OBJREF_STANDARD, IID: d.IID}
	var s *interfaceStub
	for ok := false; !ok; {
		if s, err = m.interfaceStub(ctx, d, kind); err != nil {
			return orpc.OBJREF{}, err
		}
		r.Std.PublicRefs, ok = a.addPacket(ctx, s, inProcess(dest))
	}
	r.Std.OXID, r.Std.OID, r.Std.IPID = a.oxid, m.oid, s.ipid
	a.mu.Lock()
	if flags&com.MSHLFLAGS_NOPING != 0 {
		m.noPing = true
	}
	if m.noPing {
		r.Std.Flags |= orpc.SORF_NOPING
	}
	if !inProcess(dest) {
		r.ResAddr = a.resAddr // inside a process nobody needs it (CF-108)
	}
	a.mu.Unlock()
	return r, nil
}

// proxyMarshal makes a packet that names the original object, not the proxy
// (CF-041). Its references come out of what this apartment owns; when there is
// none to spare the server is asked for more (CF-039, CF-046).
func (a *Apartment) proxyMarshal(ctx context.Context, p *com.Proxy, d *com.Desc, dest com.MSHCTX, kind stubKind) (r orpc.OBJREF, err error) {
	pm, ok := p.Manager().(*proxyManager)
	if !ok {
		return r, &com.Error{HRESULT: com.E_INVALIDARG, Step: step.Self, Interface: d.Name,
			Hint: "the proxy is not connected to a proxy manager of this program"}
	}
	ro := pm.core
	if err := ro.apt.check(ctx); err != nil {
		return r, err
	}
	ipid, held, err := pm.hold(&d.IID, true)
	if err != nil {
		return r, err
	}
	defer ro.unpin(pm)
	if !held {
		res, err := pm.queryRemote(ctx, []com.IID{d.IID})
		if err != nil {
			return r, err
		}
		if res[0].HRESULT.Failed() {
			return r, &com.Error{HRESULT: res[0].HRESULT, Step: step.Interface, Peer: pm.Peer(), Interface: d.Name}
		}
		ipid = res[0].Std.IPID
	}
	r = orpc.OBJREF{Flags: orpc.OBJREF_STANDARD, IID: d.IID}
	if !inProcess(dest) {
		if r.ResAddr, err = ro.resolverAddr(ctx); err != nil {
			return r, err
		}
	} else if ro.exp.home == nil {
		r.ResAddr = ro.exp.resAddr // whoever unmarshals it may have forgotten the exporter
	}
	r.Std = orpc.STDOBJREF{OXID: ro.exp.oxid, OID: ro.oid, IPID: ipid}
	if ro.noPing {
		r.Std.Flags |= orpc.SORF_NOPING
	}
	switch kind {
	case kindTableWeak:
		return r, nil // names the object and holds nothing (CF-043)
	case kindTableStrong:
		// The reference that keeps the object alive is the packet's from now
		// on, and nobody can give it back but the server's end (CF-044).
		return r, ro.exp.addFixed(ctx, ipid)
	}
	if r.Std.PublicRefs = ro.spare(ipid); r.Std.PublicRefs == 0 {
		if err := ro.exp.remAddRef(ctx, ipid, publicRefs); err != nil {
			return r, err
		}
		r.Std.PublicRefs = publicRefs
	}
	if s := ro.exp.homeStub(&ipid); s != nil && inProcess(dest) {
		s.departed()
	}
	return r, nil
}

// inProcess reports whether a packet for dest stays in this process.
func inProcess(dest com.MSHCTX) bool {
	return dest == com.MSHCTX_INPROC || dest == com.MSHCTX_CROSSCTX
}

// resolverAddr returns the bindings of the resolver that answers for the
// object's exporter. For another apartment of this runtime that is our own: the
// packet that came from there did not need them.
func (ro *remoteObject) resolverAddr(ctx context.Context) (orpc.PackedBindings, error) {
	home := ro.exp.home
	if home == nil {
		return ro.exp.resAddr, nil
	}
	if err := home.ready(ctx); err != nil {
		return nil, err
	}
	home.mu.Lock()
	defer home.mu.Unlock()
	return home.resAddr, nil
}

// spare takes half of what can be missed from the references on ipid; one
// always stays. It returns 0 when there is nothing to spare.
func (ro *remoteObject) spare(ipid com.IPID) uint32 {
	ro.apt.mu.Lock()
	defer ro.apt.mu.Unlock()
	w := ro.ref(&ipid)
	if w == nil || w.lost {
		return 0
	}
	n := w.public / 2
	w.public -= n
	return n
}

// stdUnmarshal turns a standard packet into the interface want of the object
// it names. The packet's references are consumed in any case (CF-005).
func (a *Apartment) stdUnmarshal(ctx context.Context, r *orpc.OBJREF, want *com.Desc) (any, error) {
	if r.Std.OXID == a.oxid {
		return a.homecoming(ctx, r, want)
	}
	exp := a.rt.exporters.retain(r.Std.OXID, r.ResAddr, nil)
	defer exp.drop()
	ro, head, err := a.pinRemote(exp, &r.Std)
	if err != nil {
		exp.releaseLater(&wireRef{ipid: r.Std.IPID, public: r.Std.PublicRefs})
		return nil, err
	}
	defer ro.unpin(head)
	refs, table := r.Std.PublicRefs, false
	if refs == 0 { // a table packet: references have to be fetched (CF-059)
		if err := exp.remAddRef(ctx, r.Std.IPID, publicRefs); err != nil {
			return nil, err
		}
		refs, table = publicRefs, true
	}
	ro.own(&r.IID, r.Std.IPID, refs, table)
	if s := exp.homeStub(&r.Std.IPID); s != nil {
		s.arrived(r)
	}
	if want == nil {
		descs := com.DescsByIID(&r.IID)
		if len(descs) == 0 {
			return nil, &com.Error{HRESULT: com.REGDB_E_IIDNOTREG, Step: step.Interface, Interface: r.IID.String()}
		}
		want = descs[0]
	}
	if want.IID == r.IID {
		return head.hand(ctx, want, r.Std.IPID)
	}
	return head.QueryDesc(a.inside(ctx), want)
}

// homecoming unmarshals a packet in the apartment that the object lives in:
// the caller gets the object itself, the packet is consumed (CF-003, CF-144).
func (a *Apartment) homecoming(ctx context.Context, r *orpc.OBJREF, want *com.Desc) (any, error) {
	gone := com.CO_E_OBJNOTCONNECTED // CF-006
	if r.Std.PublicRefs == 0 {
		gone = com.CO_E_OBJNOTREG // CF-052
	}
	s := a.rt.ipids.lookup(&r.Std.IPID)
	if s == nil || s.mgr.oid != r.Std.OID {
		return nil, gone
	}
	obj := s.mgr.obj
	if n := r.Std.PublicRefs; n > 0 {
		if !a.covers(s, n) {
			return nil, gone
		}
		s.arrived(r)
		a.release(ctx, s, n, false)
	}
	if want == nil {
		want = s.desc
	}
	return a.rt.types.QueryDesc(ctx, obj, want)
}

// stdRelease gives the references of a standard packet back without
// unmarshaling it.
func (a *Apartment) stdRelease(ctx context.Context, r *orpc.OBJREF) error {
	if home := a.rt.byOXID(r.Std.OXID); home != nil {
		s := a.rt.ipids.lookup(&r.Std.IPID)
		switch {
		case s == nil || s.mgr.apt != home:
		case r.Std.PublicRefs > 0:
			s.arrived(r)
			home.release(ctx, s, r.Std.PublicRefs, true)
		case s.kind != kindNormal:
			home.releasePacket(ctx, s)
		}
		return nil
	}
	if r.Std.PublicRefs == 0 {
		return nil // a table packet of a proxy holds nothing that we could name
	}
	exp := a.rt.exporters.retain(r.Std.OXID, r.ResAddr, nil)
	exp.releaseLater(&wireRef{ipid: r.Std.IPID, public: r.Std.PublicRefs})
	exp.drop()
	return nil
}

// homeStub returns the stub behind ipid when the exporter is another apartment
// of this runtime; nil otherwise, and when there is none.
func (x *clientExporter) homeStub(ipid *com.IPID) *interfaceStub {
	if x.home == nil {
		return nil
	}
	if s := x.rt.ipids.lookup(ipid); s != nil && s.mgr.apt == x.home {
		return s
	}
	return nil
}
