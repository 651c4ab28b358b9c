package marshal

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
)

// remUnknownDesc describes the Remote Unknown of an apartment. It answers to
// both of its IIDs under one IPID, is never pinged and not reference counted
// (CF-152).
var remUnknownDesc = orpc.IRemUnknown2Desc

// makeRemUnknown gives a new apartment its Remote Unknown.
func (a *Apartment) makeRemUnknown() error {
	stub := remUnknownDesc.NewStub()
	if err := stub.Connect(a.rt.ctx, remUnknown{a}); err != nil {
		return err
	}
	m := &stubManager{apt: a, obj: a, held: 1, strong: 1, noPing: true}
	a.remUnknown = &interfaceStub{mgr: m, desc: remUnknownDesc, stub: stub}
	return a.rt.ipids.add(a.remUnknown, a.id)
}

// remUnknown serves [orpc.IRemUnknown2] for an apartment. What a method returns
// beside its HRESULT is sent whatever that says.
type remUnknown struct{ apt *Apartment }

// find looks an IPID up among the objects of the apartment and keeps its
// manager from going away meanwhile.
func (s remUnknown) find(ipid *com.IPID) *interfaceStub {
	x := s.apt.rt.ipids.lookup(ipid)
	if x == nil || x.mgr.apt != s.apt || x == s.apt.remUnknown {
		return nil
	}
	return x
}

// RemQueryInterface implements [orpc.IRemUnknown] (CF-149, CF-150).
func (s remUnknown) RemQueryInterface(ctx context.Context, ipid com.IPID, refs uint32, iids []com.IID) (results []orpc.REMQIRESULT, hr com.HRESULT, err error) {
	if len(iids) == 0 || refs == 0 || refs > maxPublicRefs {
		return nil, com.E_INVALIDARG, nil
	}
	m := s.pin(&ipid)
	if m == nil {
		return nil, com.RPC_E_INVALID_OBJECT, nil
	}
	defer s.apt.unpin(ctx, m)
	m.touch()
	results = make([]orpc.REMQIRESULT, len(iids))
	found := 0
	for i := range iids {
		r := &results[i]
		x, noPing, err := s.grant(ctx, m, &iids[i], refs)
		if err != nil {
			r.HRESULT = denial(err)
			continue
		}
		found++
		r.Std = orpc.STDOBJREF{PublicRefs: refs, OXID: s.apt.oxid, OID: m.oid, IPID: x.ipid}
		if noPing {
			r.Std.Flags = orpc.SORF_NOPING
		}
	}
	m.tell(ctx)
	return results, outcome(found, len(iids)), nil
}

// RemQueryInterface2 implements [orpc.IRemUnknown2]: whole packets, so that
// custom marshalers and handlers of the interfaces survive.
func (s remUnknown) RemQueryInterface2(ctx context.Context, ipid com.IPID, iids []com.IID) (results []com.HRESULT, interfaces []*orpc.MInterfacePointer, hr com.HRESULT, err error) {
	results, interfaces = make([]com.HRESULT, len(iids)), make([]*orpc.MInterfacePointer, len(iids))
	m := s.pin(&ipid)
	if m == nil {
		for i := range results {
			results[i] = com.RPC_E_INVALID_OBJECT
		}
		return results, interfaces, com.RPC_E_INVALID_OBJECT, nil
	}
	defer s.apt.unpin(ctx, m)
	m.touch()
	dest := com.MSHCTX_DIFFERENTMACHINE
	if c := dcerpc.CallFromContext(ctx); c != nil {
		dest = destinationOf(c.Conn.LocalAddr(), c.Conn.RemoteAddr())
	}
	found := 0
	for i := range iids {
		var packet []byte
		d, err := s.apt.descFor(ctx, m.obj, &iids[i])
		if err == nil {
			packet, err = s.apt.marshalTo(ctx, nil, d, m.obj, dest, com.MSHLFLAGS_NORMAL)
		}
		if err != nil {
			results[i] = denial(err)
			continue
		}
		interfaces[i] = orpc.PointerTo(packet)
		found++
	}
	return results, interfaces, outcome(found, len(iids)), nil
}

// RemAddRef implements [orpc.IRemUnknown].
func (s remUnknown) RemAddRef(ctx context.Context, refs []orpc.REMINTERFACEREF) (results []com.HRESULT, hr com.HRESULT, err error) {
	results = make([]com.HRESULT, len(refs))
	for i := range refs {
		r := &refs[i]
		x := s.find(&r.IPID)
		s.apt.mu.Lock()
		ok := x != nil && !x.mgr.buried && x.addPublic(satAdd(r.PublicRefs, r.PrivateRefs))
		s.apt.mu.Unlock()
		if !ok {
			results[i] = com.CO_E_OBJNOTREG
			continue
		}
		x.mgr.touch()
		x.mgr.tell(ctx)
	}
	return results, com.S_OK, nil
}

// RemRelease implements [orpc.IRemUnknown]: entries that are unknown are skipped.
func (s remUnknown) RemRelease(ctx context.Context, refs []orpc.REMINTERFACEREF) error {
	for i := range refs {
		r := &refs[i]
		if x := s.find(&r.IPID); x != nil {
			s.apt.release(ctx, x, satAdd(r.PublicRefs, r.PrivateRefs), true)
		}
	}
	return nil
}

// pin finds the object behind an IPID and keeps it for a while.
func (s remUnknown) pin(ipid *com.IPID) *stubManager {
	x := s.find(ipid)
	if x == nil {
		return nil
	}
	s.apt.mu.Lock()
	defer s.apt.mu.Unlock()
	if x.mgr.buried {
		return nil
	}
	x.mgr.pins++
	return x.mgr
}

// grant gives a client references on interface iid of a pinned object.
func (s remUnknown) grant(ctx context.Context, m *stubManager, iid *com.IID, refs uint32) (x *interfaceStub, noPing bool, err error) {
	d, err := s.apt.descFor(ctx, m.obj, iid)
	if err != nil {
		return nil, false, err
	}
	for {
		if x, err = m.interfaceStub(ctx, d, kindNormal); err != nil {
			return nil, false, err
		}
		s.apt.mu.Lock()
		ok, retired := x.addPublic(refs), x.retired
		noPing = m.noPing
		s.apt.mu.Unlock()
		switch {
		case ok:
			return x, noPing, nil
		case !retired:
			return nil, false, com.E_OUTOFMEMORY // the client holds far too many
		}
	}
}

// denial is what a client is told when an interface cannot be had: that no
// stub is registered is our own affair (CF-221).
func denial(err error) com.HRESULT {
	if hr := com.HRESULTOf(err); hr != com.REGDB_E_IIDNOTREG {
		return hr
	}
	return com.E_NOINTERFACE
}

func outcome(found, asked int) com.HRESULT {
	switch found {
	case asked:
		return com.S_OK
	case 0:
		return com.E_NOINTERFACE
	}
	return com.S_FALSE
}

// satAdd adds without wrapping around.
func satAdd(a, b uint32) uint32 {
	if c := a + b; c >= a {
		return c
	}
	return ^uint32(0)
}
