package marshal

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
	"oxid/orpc"
	"oxid/step"
)

// Calls on an exporter's Remote Unknown ([MS-DCOM] 3.1.1.5.6): they concern
// references, so they go past the proxies.

// callRemUnknown makes one call on the Remote Unknown. A single-threaded
// apartment that makes it serves others meanwhile.
func (x *clientExporter) callRemUnknown(ctx context.Context, op uint16, size int, in func(*ndr.Encoder), out func(*ndr.Decoder)) error {
	st := stateOf(ctx)
	cid := st.chain()
	call := blockFunc(func(ctx context.Context) error { return x.askRemUnknown(ctx, cid, op, size, in, out) })
	if st == nil || st.frame == nil {
		return call(ctx)
	}
	return st.frame.callOut(ctx, &outCall{cid: cid, desc: remUnknownDesc, op: uint32(op), exp: x}, call)
}

func (x *clientExporter) askRemUnknown(ctx context.Context, cid com.CID, op uint16, size int, in func(*ndr.Encoder), out func(*ndr.Decoder)) (err error) {
	fail := func(at step.Step, err error) error {
		return &com.Error{HRESULT: com.HRESULTOf(err), Step: at, Peer: x.peer(), Interface: "IRemUnknown",
			Method: remUnknownDesc.MethodName(uint32(op)), Err: err, Hint: callHint(com.HRESULTOf(err))}
	}
	l, err := x.connect(ctx)
	if err != nil {
		return err
	}
	pres, err := l.conn.Context(ctx, dcerpc.SyntaxID{UUID: com.IID_IRemUnknown})
	if err != nil {
		return fail(step.ObjectRPC, err)
	}
	c := pres.NewCall(op, &l.info.RemUnknown, orpc.ORPCTHISSize+size)
	defer c.Free()
	this := orpc.ORPCTHIS{Version: l.version, CID: cid}
	var that orpc.ORPCTHAT
	if hooks := x.rt.hooks.Load(); hooks != nil {
		info := com.ChannelHookCallInfo{IID: com.IID_IRemUnknown, Causality: cid, Method: uint32(op), ServerPID: x.serverPID()}
		if this.Extents, err = hooks.clientExtents(ctx, x.rt, &info, nil); err != nil {
			return fail(step.Self, err)
		}
		defer func() { hooks.clientNotify(ctx, x.rt, &info, that.Extents, err) }()
	}
	c.Stub = this.Append(c.Stub)
	e := ndr.EncodeTo(c.Stub, c.NDR64)
	in(&e)
	if c.Stub, err = e.Data(); err != nil {
		return fail(step.Self, err)
	}
	if err := c.Invoke(ctx); err != nil {
		return fail(step.Call, err)
	}
	that, n, err := orpc.ParseORPCTHAT(c.Reply, c.DataRep)
	if err != nil {
		return fail(step.Call, err)
	}
	m := com.RPCOLEMESSAGE{Buffer: c.Reply[n:], DataRep: c.DataRep, NDR64: c.NDR64, Align: uint8(n % 8)}
	d := ndr.NewDecoder(ctx, &m)
	out(&d)
	if err := d.Err(); err != nil {
		return fail(step.Call, err)
	}
	return nil
}

// remQueryInterface asks for interfaces of the object that via is one of.
func (x *clientExporter) remQueryInterface(ctx context.Context, via com.IPID, refs uint32, iids []com.IID) ([]orpc.REMQIRESULT, error) {
	req := orpc.RemQueryInterfaceRequest{IPID: via, Refs: refs, IIDs: iids}
	var res orpc.RemQueryInterfaceResponse
	if x.home != nil {
		if err := x.home.visit(ctx, func(ctx context.Context) error {
			x.rt.hooked(ctx, 3, x.home, func() { res = *x.home.unknown().queryInterface(ctx, &req) })
			return nil
		}); err != nil {
			return nil, err
		}
	} else if err := x.callRemUnknown(ctx, 3, 28+16*len(iids), req.Encode, func(d *ndr.Decoder) { res.Decode(d, len(iids)) }); err != nil {
		return nil, err
	}
	if len(res.Results) != len(iids) { // the call as a whole failed
		hr := res.HRESULT
		switch {
		case hr.Succeeded():
			hr = com.RPC_E_INVALID_DATA
		case hr == com.RPC_E_INVALID_OBJECT:
			hr = com.RPC_E_DISCONNECTED // the IPID is withdrawn: what calls of it are told (CF-086)
		}
		return nil, &com.Error{HRESULT: hr, Step: step.Interface, Peer: x.peer(), Interface: "IRemUnknown", Method: "RemQueryInterface",
			Hint: callHint(hr)}
	}
	return res.Results, nil
}

// remAddRef asks for n more references on ipid.
func (x *clientExporter) remAddRef(ctx context.Context, ipid com.IPID, n uint32) error {
	req := orpc.RemRefsRequest{Refs: []orpc.REMINTERFACEREF{{IPID: ipid, PublicRefs: n}}}
	var res orpc.RemAddRefResponse
	if x.home != nil {
		x.rt.hooked(ctx, 4, x.home, func() { res = *x.home.unknown().addRef(ctx, &req) })
	} else if err := x.callRemUnknown(ctx, 4, 32, req.Encode, func(d *ndr.Decoder) { res.Decode(d, 1) }); err != nil {
		return err
	}
	if hr := res.Results[0]; hr.Failed() {
		return &com.Error{HRESULT: hr, Step: step.Interface, Peer: x.peer(), Interface: "IRemUnknown", Method: "RemAddRef"}
	}
	if res.HRESULT.Failed() {
		return &com.Error{HRESULT: res.HRESULT, Step: step.Interface, Peer: x.peer(), Interface: "IRemUnknown", Method: "RemAddRef"}
	}
	return nil
}

// addFixed has ipid hold its object for good, for the table-strong packet of a
// proxy.
func (x *clientExporter) addFixed(ctx context.Context, ipid com.IPID) error {
	if x.home == nil {
		return x.remAddRef(ctx, ipid, 1)
	}
	if s := x.homeStub(&ipid); s == nil || !x.home.addFixed(ctx, s) {
		return com.CO_E_OBJNOTREG
	}
	return nil
}

// remRelease gives references back.
func (x *clientExporter) remRelease(ctx context.Context, refs []orpc.REMINTERFACEREF) error {
	req := orpc.RemRefsRequest{Refs: refs}
	var res orpc.RemReleaseResponse
	err := x.callRemUnknown(ctx, 5, 8+24*len(refs), req.Encode, res.Decode)
	if err == nil && res.HRESULT.Failed() {
		err = res.HRESULT
	}
	return err
}
