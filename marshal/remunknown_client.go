package marshal

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/step"
)

// Calls on an exporter's Remote Unknown ([MS-DCOM] 3.1.1.5.6): they concern
// references, so their proxy belongs to no object.

// unknownProxy makes the proxy of the exporter's Remote Unknown.
func (x *clientExporter) unknownProxy() orpc.IRemUnknown {
	itf, p := orpc.IRemUnknownDesc.NewProxy()
	p.Init(nil, orpc.IRemUnknownDesc)
	p.Connect(&unknownChannel{x})
	p.AddUser(true) // for as long as there is an exporter
	return itf.(orpc.IRemUnknown)
}

// unknownChannel is the channel of that proxy: other than that of an object's
// it has no apartment, and its IPID is the exporter's.
type unknownChannel struct{ x *clientExporter }

// unknownCall is one message of it.
type unknownCall struct {
	com.RPCOLEMESSAGE
	rpc    *dcerpc.ClientCall
	st     *callState
	cid    com.CID
	header int // bytes of ORPCTHIS in front of the parameters
	hooks  *hookTable
	info   com.ChannelHookCallInfo // for the hooks
}

// GetBuffer implements [com.IRpcChannelBuffer].
func (ch *unknownChannel) GetBuffer(ctx context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	var l *exporterLink
	var pres *dcerpc.PresContext
	err := waitOutside(ctx, blockFunc(func(ctx context.Context) (err error) {
		if l, err = ch.x.connect(ctx); err != nil {
			return err
		}
		if pres, err = l.conn.Context(ctx, dcerpc.SyntaxID{UUID: com.IID_IRemUnknown}); err != nil {
			err = ch.fail(op, step.ObjectRPC, err)
		}
		return err
	}))
	if err != nil {
		return nil, err
	}
	c := &unknownCall{st: stateOf(ctx)}
	c.cid = c.st.chain()
	this := orpc.ORPCTHIS{Version: l.version, CID: c.cid}
	if c.hooks = ch.x.rt.hooks.Load(); c.hooks != nil {
		c.info = com.ChannelHookCallInfo{IID: com.IID_IRemUnknown, Causality: c.cid, Method: op, ServerPID: ch.x.serverPID()}
		if this.Extents, err = c.hooks.clientExtents(ctx, ch.x.rt, &c.info, nil); err != nil {
			return nil, ch.fail(op, step.Self, err)
		}
	}
	c.rpc = pres.NewCall(uint16(op), &l.info.RemUnknown, orpc.ORPCTHISSize+size)
	c.rpc.Stub = this.Append(c.rpc.Stub)
	c.header = len(c.rpc.Stub)
	c.RPCOLEMESSAGE = com.RPCOLEMESSAGE{
		Buffer: c.rpc.Stub[c.header:], Op: op, DataRep: com.NDR_LOCAL_DATA_REPRESENTATION,
		NDR64: c.rpc.NDR64, Align: uint8(c.header % 8), Reserved: c,
	}
	return &c.RPCOLEMESSAGE, nil
}

// SendReceive implements [com.IRpcChannelBuffer]. A single-threaded apartment
// that makes the call serves others meanwhile.
func (ch *unknownChannel) SendReceive(ctx context.Context, m *com.RPCOLEMESSAGE) (err error) {
	c := m.Reserved.(*unknownCall)
	c.rpc.Stub = append(c.rpc.Stub[:c.header], m.Buffer...)
	var that orpc.ORPCTHAT
	if c.hooks != nil {
		defer func() { c.hooks.clientNotify(ctx, ch.x.rt, &c.info, that.Extents, err) }()
	}
	if c.st == nil || c.st.frame == nil {
		err = c.rpc.Invoke(ctx)
	} else {
		err = c.st.frame.callOut(ctx, &outCall{cid: c.cid, desc: orpc.IRemUnknownDesc, op: m.Op, exp: ch.x}, blockFunc(c.rpc.Invoke))
	}
	n := 0
	if err == nil {
		that, n, err = orpc.ParseORPCTHAT(c.rpc.Reply, c.rpc.DataRep)
	}
	if err != nil {
		ch.FreeBuffer(m)
		return ch.fail(m.Op, step.Call, err)
	}
	m.Buffer, m.Align = c.rpc.Reply[n:], uint8(n%8)
	m.DataRep, m.NDR64 = c.rpc.DataRep, c.rpc.NDR64
	return nil
}

// FreeBuffer implements [com.IRpcChannelBuffer].
func (ch *unknownChannel) FreeBuffer(m *com.RPCOLEMESSAGE) { m.Reserved.(*unknownCall).rpc.Free() }

// GetDestCtx implements [com.IRpcChannelBuffer].
func (ch *unknownChannel) GetDestCtx() com.MSHCTX { return ch.x.destCtx() }

// IsConnected implements [com.IRpcChannelBuffer].
func (ch *unknownChannel) IsConnected() bool { return true }

// fail says where a call failed.
func (ch *unknownChannel) fail(op uint32, at step.Step, err error) error {
	return &com.Error{HRESULT: com.HRESULTOf(err), Step: at, Peer: ch.x.peer(), Interface: "IRemUnknown",
		Method: orpc.IRemUnknownDesc.MethodName(op), Err: err, Hint: callHint(com.HRESULTOf(err))}
}

// failed is the error of a call that was answered with a failure.
func (x *clientExporter) failed(method string, hr com.HRESULT) error {
	return &com.Error{HRESULT: hr, Step: step.Interface, Peer: x.peer(), Interface: "IRemUnknown", Method: method, Hint: callHint(hr)}
}

// remQueryInterface asks for interfaces of the object that via is one of. What
// it was answered for each of them counts, and not what for the whole.
func (x *clientExporter) remQueryInterface(ctx context.Context, via com.IPID, refs uint32, iids []com.IID) (results []orpc.REMQIRESULT, err error) {
	var hr com.HRESULT
	if x.home != nil {
		err = x.home.visit(ctx, func(ctx context.Context) error {
			x.rt.hooked(ctx, 3, x.home, func() { results, hr, _ = remUnknown{x.home}.RemQueryInterface(ctx, via, refs, iids) })
			return nil
		})
	} else {
		results, hr, err = x.unknown.RemQueryInterface(ctx, via, refs, iids)
	}
	switch {
	case len(results) == len(iids):
		return results, nil
	case hr == com.RPC_E_INVALID_OBJECT:
		hr = com.RPC_E_DISCONNECTED // the IPID is withdrawn: what calls of it are told (CF-086)
	case hr.Failed():
	case err != nil:
		return nil, err
	default:
		hr = com.RPC_E_INVALID_DATA
	}
	return nil, x.failed("RemQueryInterface", hr)
}

// remAddRef asks for n more references on ipid.
func (x *clientExporter) remAddRef(ctx context.Context, ipid com.IPID, n uint32) (err error) {
	refs := []orpc.REMINTERFACEREF{{IPID: ipid, PublicRefs: n}}
	var results []com.HRESULT
	var hr com.HRESULT
	if x.home != nil {
		x.rt.hooked(ctx, 4, x.home, func() { results, hr, err = remUnknown{x.home}.RemAddRef(ctx, refs) })
	} else {
		results, hr, err = x.unknown.RemAddRef(ctx, refs)
	}
	if len(results) == 1 && results[0].Failed() {
		hr = results[0]
	}
	if hr.Failed() {
		return x.failed("RemAddRef", hr)
	}
	return err
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
	return x.unknown.RemRelease(ctx, refs)
}
