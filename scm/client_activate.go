package scm

import (
	"context"
	"errors"
	"net"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
)

// ActivationOptions refine an activation. nil means the defaults.
type ActivationOptions struct {
	// ImpLevel is what the server may do in the caller's name; 0 means IMPERSONATE.
	ImpLevel com.ImpLevel
}

// Activated is the outcome of an activation.
type Activated struct {
	// Exporter is where the object lives; its Via is the host that answered.
	Exporter marshal.ExporterInfo
	// Interfaces has one element for each requested IID, in that order. The
	// packets hold references: unmarshal each with [marshal.Apartment.Adopt], or
	// release it.
	Interfaces []marshal.ActivationResult
}

// HRESULT returns S_OK, or CO_S_NOTALLINTERFACES when an interface is missing.
func (a *Activated) HRESULT() com.HRESULT {
	for _, r := range a.Interfaces {
		if r.Packet == nil {
			return com.CO_S_NOTALLINTERFACES
		}
	}
	return com.S_OK
}

// CreateInstance creates an instance of clsid at target and asks it for iids.
// target is "host", "host:port" or "host[port]": see [SplitTarget]. It fails
// with E_NOINTERFACE when the object has none of the interfaces; the steps of
// its errors are name, tcp, rpc, auth, class, interface and activate.
func (c *Client) CreateInstance(ctx context.Context, target string, clsid com.CLSID, iids []com.IID, o *ActivationOptions) (*Activated, error) {
	return c.activate(ctx, target, marshal.Activation{CLSID: clsid, IIDs: iids}, o)
}

// GetClassObject asks for the class object of clsid at target, usually an
// IClassFactory, in the manner of [Client.CreateInstance].
func (c *Client) GetClassObject(ctx context.Context, target string, clsid com.CLSID, iids []com.IID, o *ActivationOptions) (*Activated, error) {
	return c.activate(ctx, target, marshal.Activation{CLSID: clsid, IIDs: iids, ClassObject: true}, o)
}

// activate is CreateInstance and GetClassObject ([MS-DCOM] 3.2.4.1.1).
func (c *Client) activate(ctx context.Context, target string, act marshal.Activation, o *ActivationOptions) (*Activated, error) {
	host, port, err := SplitTarget(target)
	if err != nil {
		return nil, err
	}
	if port == "" {
		port = c.opt.Port
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	addr := net.JoinHostPort(host, port)
	if n := len(act.IIDs); n == 0 || n > orpc.MAX_REQUESTED_INTERFACES {
		return nil, activationError("", addr, act.CLSID, com.E_INVALIDARG)
	}
	q := activationCall{ctx: ctx, act: act, imp: com.RPC_C_IMP_LEVEL_IMPERSONATE}
	if o != nil && o.ImpLevel != 0 {
		q.imp = o.ImpLevel
	}
	for {
		rc, old, err := c.connect(ctx, addr)
		if err != nil {
			return nil, err
		}
		a, err := rc.activate(&q)
		if err == nil {
			return a, nil
		}
		// An activation is repeated only when it certainly did not run.
		if old && errors.Is(err, com.RPC_S_CALL_FAILED_DNE) && rc.conn.Err() != nil && ctx.Err() == nil {
			continue
		}
		return nil, activationError(q.method, addr, act.CLSID, err)
	}
}

// activationCall is one activation on its way out. It is given to either
// activator, and again to a new connection when it certainly did not run.
type activationCall struct {
	ctx    context.Context
	act    marshal.Activation
	imp    com.ImpLevel
	method string // for errors
}

// this is the header of an activation call, in the causality of the caller.
func (q *activationCall) this(server orpc.COMVERSION) (orpc.ORPCTHIS, error) {
	v, err := orpc.Negotiate(version, server)
	if err != nil {
		return orpc.ORPCTHIS{}, err
	}
	cid, ok := marshal.CausalityID(q.ctx)
	if !ok {
		cid = com.NewGUID()
	}
	return orpc.ORPCTHIS{Version: v, CID: cid}, nil
}

// activate takes the activator that the server has: the newer one since DCOM
// 5.6, and the older one where that is missing all the same.
func (rc *resolverConn) activate(q *activationCall) (*Activated, error) {
	if rc.version.AtLeast(orpc.Version56) {
		q.method = "IRemoteSCMActivator"
		scm, err := orpc.NewIRemoteSCMActivatorClient(q.ctx, rc.conn)
		var a *Activated
		if err == nil {
			a, err = rc.scmActivate(q, scm)
		}
		if err == nil || !isOpRange(err) && !errors.Is(err, com.RPC_S_UNKNOWN_IF) {
			return a, err
		}
	}
	q.method = "IActivation.RemoteActivation"
	old, err := orpc.NewIActivationClient(q.ctx, rc.conn)
	if err != nil {
		return nil, err
	}
	return rc.remoteActivation(q, old)
}

// scmActivate calls IRemoteSCMActivator.
func (rc *resolverConn) scmActivate(q *activationCall, scm *orpc.IRemoteSCMActivatorClient) (*Activated, error) {
	this, err := q.this(rc.version)
	if err != nil {
		return nil, err
	}
	// A client context is required by the letter of the protocol: this is the
	// smallest one, a name without properties ([MS-DCOM] 2.2.20).
	client := (&orpc.Context{ID: com.NewGUID()}).OBJREF()
	in := orpc.ActivationPropertiesIn{
		DestCtx: com.MSHCTX_DIFFERENTMACHINE,
		Special: &orpc.SpecialPropertiesData{SessionID: orpc.AnySession},
		Instantiation: &orpc.InstantiationInfoData{
			ClassID: q.act.CLSID, ClassCtx: com.CLSCTX_REMOTE_SERVER, Version: this.Version, IIDs: q.act.IIDs,
		},
		Context:  &orpc.ActivationContextInfoData{ClientCtx: orpc.PointerTo(client.Append(nil))},
		Location: &orpc.LocationInfoData{},
		Security: &orpc.SecurityInfoData{},
		ScmRequest: &orpc.ScmRequestInfoData{
			RemoteRequest: &orpc.CustomRemoteRequestScmInfo{ClientImpLevel: q.imp, ProtSeqs: protseqs},
		},
	}
	properties, err := in.Append(nil)
	if err != nil {
		return nil, err
	}
	var out *orpc.MInterfacePointer
	if q.act.ClassObject {
		q.method = "IRemoteSCMActivator.RemoteGetClassObject"
		_, out, err = scm.RemoteGetClassObject(q.ctx, this, orpc.PointerTo(properties))
	} else {
		q.method = "IRemoteSCMActivator.RemoteCreateInstance"
		_, out, err = scm.RemoteCreateInstance(q.ctx, this, nil, orpc.PointerTo(properties))
	}
	if err != nil {
		return nil, err
	}
	reply, err := orpc.ParseActivationPropertiesOut(out.OBJREF())
	if err != nil {
		return nil, err
	}
	s := reply.ScmReply.RemoteReply
	a := activatedOf(reply.PropsOut.Interfaces, reply.PropsOut.Results)
	return rc.finish(q, a, s.OXID, s.Bindings, s.IPIDRemUnknown, s.AuthnHint, s.Version)
}

// remoteActivation calls IActivation.
func (rc *resolverConn) remoteActivation(q *activationCall, old *orpc.IActivationClient) (*Activated, error) {
	this, err := q.this(rc.version)
	if err != nil {
		return nil, err
	}
	mode := uint32(0)
	if q.act.ClassObject {
		mode = orpc.MODE_GET_CLASS_OBJECT
	}
	code, _, oxid, bindings, remUnknown, hint, v, hr, interfaces, results, err := old.RemoteActivation(q.ctx, this, q.act.CLSID, nil, nil,
		uint32(q.imp), mode, q.act.IIDs, protseqs)
	if err == nil {
		err = status(code)
	}
	if err == nil && hr.Failed() {
		err = hr
	}
	if err != nil {
		return nil, err
	}
	return rc.finish(q, activatedOf(interfaces, results), oxid, bindings, remUnknown, hint, v)
}

// activatedOf joins the interfaces of a reply with their results, which are as many.
func activatedOf(interfaces []*orpc.MInterfacePointer, results []com.HRESULT) *Activated {
	a := &Activated{Interfaces: make([]marshal.ActivationResult, len(interfaces))}
	for i := range interfaces {
		a.Interfaces[i] = marshal.ActivationResult{Packet: interfaces[i].OBJREF(), HR: results[i]}
	}
	return a
}

// finish checks the reply of either activator and completes the outcome. What a
// server says twice, by result and by pointer, has to agree; where it does not,
// the interface is missing.
func (rc *resolverConn) finish(q *activationCall, a *Activated, oxid orpc.OXID, bindings *orpc.PackedBindings, remUnknown com.IPID, hint uint32, v orpc.COMVERSION) (*Activated, error) {
	if len(a.Interfaces) != len(q.act.IIDs) {
		return nil, com.RPC_E_INVALID_DATAPACKET
	}
	found := false
	for i := range a.Interfaces {
		switch r := &a.Interfaces[i]; {
		case r.HR.Failed():
			r.Packet = nil
		case r.Packet == nil:
			r.HR = com.E_NOINTERFACE
		default:
			found = true
		}
	}
	if !found {
		return nil, com.E_NOINTERFACE
	}
	info, err := rc.exporterInfo(oxid, bindings, remUnknown, hint, v)
	if err != nil {
		return nil, err
	}
	a.Exporter = *info
	return a, nil
}
