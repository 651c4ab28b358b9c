package marshal

import (
	"context"

	"oxid/com"
	"oxid/ndr"
	"oxid/orpc"
)

// remUnknownDesc describes the Remote Unknown of an apartment. It answers to
// both of its IIDs under one IPID, is never pinged and not reference counted
// (CF-152).
var remUnknownDesc = com.Register[iRemUnknown2](com.Desc{
	IID: com.IID_IRemUnknown2, Name: "IRemUnknown",
	Methods: []string{"RemQueryInterface", "RemAddRef", "RemRelease", "RemQueryInterface2"},
})

// iRemUnknown2 stands for the interface in the registry: no Go value has it.
type iRemUnknown2 interface{ remUnknown2() }

// makeRemUnknown gives a new apartment its Remote Unknown.
func (a *Apartment) makeRemUnknown() error {
	m := &stubManager{apt: a, obj: a, held: 1, strong: 1, noPing: true}
	a.remUnknown = &interfaceStub{mgr: m, desc: remUnknownDesc, stub: &remUnknownStub{apt: a}}
	return a.rt.ipids.add(a.remUnknown, a.id)
}

// unknown returns the Remote Unknown for callers in the same process.
func (a *Apartment) unknown() *remUnknownStub { return a.remUnknown.stub.(*remUnknownStub) }

// remUnknownStub serves IRemUnknown and IRemUnknown2.
type remUnknownStub struct {
	com.Stub
	apt *Apartment
}

// Connect implements [com.IRpcStubBuffer]; the stub belongs to its apartment.
func (s *remUnknownStub) Connect(context.Context, any) error { return com.E_UNEXPECTED }

// IsIIDSupported implements [com.IRpcStubBuffer].
func (s *remUnknownStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	if *iid == com.IID_IRemUnknown || *iid == com.IID_IRemUnknown2 {
		return s
	}
	return nil
}

// Invoke implements [com.IRpcStubBuffer].
func (s *remUnknownStub) Invoke(ctx context.Context, m *com.RPCOLEMESSAGE, ch com.IRpcChannelBuffer) error {
	d := ndr.NewDecoder(ctx, m)
	var reply func(e *ndr.Encoder)
	size := 16
	switch m.Op {
	case 3:
		var req orpc.RemQueryInterfaceRequest
		req.Decode(&d)
		if d.Err() == nil {
			res := s.queryInterface(ctx, &req)
			reply, size = res.Encode, 16+48*len(res.Results)
		}
	case 4:
		var req orpc.RemRefsRequest
		req.Decode(&d)
		if d.Err() == nil {
			res := s.addRef(ctx, &req)
			reply, size = res.Encode, 16+4*len(res.Results)
		}
	case 5:
		var req orpc.RemRefsRequest
		req.Decode(&d)
		if d.Err() == nil {
			s.release(ctx, &req)
			reply = (&orpc.RemReleaseResponse{}).Encode
		}
	case 6:
		var req orpc.RemQueryInterface2Request
		req.Decode(&d)
		if d.Err() == nil {
			reply = s.queryInterface2(ctx, &req, ch.GetDestCtx()).Encode
		}
	default:
		return com.RPC_E_INVALIDMETHOD
	}
	if err := d.Err(); err != nil {
		return err
	}
	r, err := ch.GetBuffer(ctx, m.Op, size)
	if err != nil {
		return err
	}
	e := ndr.NewEncoder(ctx, r)
	reply(&e)
	return e.Finish()
}

// find looks an IPID up among the objects of the apartment and keeps its
// manager from going away meanwhile.
func (s *remUnknownStub) find(ipid *com.IPID) *interfaceStub {
	x := s.apt.rt.ipids.lookup(ipid)
	if x == nil || x.mgr.apt != s.apt || x == s.apt.remUnknown {
		return nil
	}
	return x
}

// queryInterface serves RemQueryInterface (CF-149, CF-150).
func (s *remUnknownStub) queryInterface(ctx context.Context, req *orpc.RemQueryInterfaceRequest) *orpc.RemQueryInterfaceResponse {
	if len(req.IIDs) == 0 || req.Refs == 0 || req.Refs > maxPublicRefs {
		return &orpc.RemQueryInterfaceResponse{HRESULT: com.E_INVALIDARG}
	}
	m := s.pin(&req.IPID)
	if m == nil {
		return &orpc.RemQueryInterfaceResponse{HRESULT: com.RPC_E_INVALID_OBJECT}
	}
	defer s.apt.unpin(ctx, m)
	m.touch()
	res := &orpc.RemQueryInterfaceResponse{Results: make([]orpc.REMQIRESULT, len(req.IIDs))}
	found := 0
	for i := range req.IIDs {
		r := &res.Results[i]
		x, noPing, err := s.grant(ctx, m, &req.IIDs[i], req.Refs)
		if err != nil {
			r.HRESULT = denial(err)
			continue
		}
		found++
		r.Std = orpc.STDOBJREF{PublicRefs: req.Refs, OXID: s.apt.oxid, OID: m.oid, IPID: x.ipid}
		if noPing {
			r.Std.Flags = orpc.SORF_NOPING
		}
	}
	m.tell(ctx)
	res.HRESULT = outcome(found, len(req.IIDs))
	return res
}

// queryInterface2 serves RemQueryInterface2: whole packets, so that custom
// marshalers and handlers of the interfaces survive.
func (s *remUnknownStub) queryInterface2(ctx context.Context, req *orpc.RemQueryInterface2Request, dest com.MSHCTX) *orpc.RemQueryInterface2Response {
	res := &orpc.RemQueryInterface2Response{
		Results:    make([]com.HRESULT, len(req.IIDs)),
		Interfaces: make([][]byte, len(req.IIDs)),
	}
	m := s.pin(&req.IPID)
	if m == nil {
		res.HRESULT = com.RPC_E_INVALID_OBJECT
		for i := range res.Results {
			res.Results[i] = res.HRESULT
		}
		return res
	}
	defer s.apt.unpin(ctx, m)
	m.touch()
	found := 0
	for i := range req.IIDs {
		d, err := s.apt.descFor(ctx, m.obj, &req.IIDs[i])
		if err == nil {
			res.Interfaces[i], err = s.apt.marshalTo(ctx, nil, d, m.obj, dest, com.MSHLFLAGS_NORMAL)
		}
		if err != nil {
			res.Interfaces[i], res.Results[i] = nil, denial(err)
			continue
		}
		found++
	}
	res.HRESULT = outcome(found, len(req.IIDs))
	return res
}

// addRef serves RemAddRef.
func (s *remUnknownStub) addRef(ctx context.Context, req *orpc.RemRefsRequest) *orpc.RemAddRefResponse {
	res := &orpc.RemAddRefResponse{Results: make([]com.HRESULT, len(req.Refs))}
	for i := range req.Refs {
		r := &req.Refs[i]
		x := s.find(&r.IPID)
		s.apt.mu.Lock()
		ok := x != nil && !x.mgr.buried && x.addPublic(satAdd(r.PublicRefs, r.PrivateRefs))
		s.apt.mu.Unlock()
		if !ok {
			res.Results[i] = com.CO_E_OBJNOTREG
			continue
		}
		x.mgr.touch()
		x.mgr.tell(ctx)
	}
	return res
}

// release serves RemRelease: entries that are unknown are skipped.
func (s *remUnknownStub) release(ctx context.Context, req *orpc.RemRefsRequest) {
	for i := range req.Refs {
		r := &req.Refs[i]
		if x := s.find(&r.IPID); x != nil {
			s.apt.release(ctx, x, satAdd(r.PublicRefs, r.PrivateRefs), true)
		}
	}
}

// pin finds the object behind an IPID and keeps it for a while.
func (s *remUnknownStub) pin(ipid *com.IPID) *stubManager {
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
func (s *remUnknownStub) grant(ctx context.Context, m *stubManager, iid *com.IID, refs uint32) (x *interfaceStub, noPing bool, err error) {
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
