package scm

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// activatorInterfaces are the activators as the RPC server serves them:
// IActivation of all versions of DCOM and IRemoteSCMActivator of 5.6 on. Their
// first parameter is an ORPC header, which is NDR 2.0 always.
func (r *resolver) activatorInterfaces() []*dcerpc.Interface {
	list := []*dcerpc.Interface{orpc.ServeIActivation(activators{r}), orpc.ServeIRemoteSCMActivator(activators{r})}
	for _, i := range list {
		i.MinAuthnLevel, i.NDR20Only = r.opt.ActivationLevel, true
	}
	return list
}

// A request that can be read is answered, with a failure in its HRESULT; only one
// that cannot be read, or that the caller may not make, is a fault. Clients tell
// the two apart: after a fault some try the other activator.

// activators serves [orpc.IActivation] and [orpc.IRemoteSCMActivator].
type activators struct{ r *resolver }

// RemoteActivation implements [orpc.IActivation] ([MS-DCOM] 3.1.2.5.2.3.1).
func (x activators) RemoteActivation(ctx context.Context, this orpc.ORPCTHIS, clsid com.CLSID, name *string, storage *orpc.MInterfacePointer, _, mode uint32, iids []com.IID, protseqs []uint16) (
	status uint32, that orpc.ORPCTHAT, oxid orpc.OXID, bindings *orpc.PackedBindings, remUnknown com.IPID, hint uint32, v orpc.COMVERSION, hr com.HRESULT,
	interfaces []*orpc.MInterfacePointer, results []com.HRESULT, err error) {
	if len(iids) == 0 { // they are announced and not there
		err = com.RPC_X_BAD_STUB_DATA
		return
	}
	q := activationRequest{
		this:     this,
		protseqs: protseqs,
		fromFile: name != nil || storage != nil,
		act: marshal.Activation{
			CLSID:       clsid,
			IIDs:        iids,
			ClassObject: mode == orpc.MODE_GET_CLASS_OBJECT,
		},
	}
	// On failure the arrays are there all the same, with NULLs and zeros.
	interfaces = make([]*orpc.MInterfacePointer, len(iids))
	results = make([]com.HRESULT, len(iids))
	a, failure := x.serve(ctx, &q)
	if hr = com.HRESULTOf(failure); failure != nil {
		return
	}
	for i := range a.results {
		interfaces[i], results[i] = orpc.PointerTo(a.results[i].Packet), a.results[i].HR
	}
	return 0, that, a.info.OXID, bindingsOf(a.bindings), a.info.RemUnknown, authnHint(&a.info), a.info.Version, hr, interfaces, results, nil
}

// RemoteGetClassObject implements [orpc.IRemoteSCMActivator] ([MS-DCOM]
// 3.1.2.5.2.3.2).
func (x activators) RemoteGetClassObject(ctx context.Context, this orpc.ORPCTHIS, properties *orpc.MInterfacePointer) (orpc.ORPCTHAT, *orpc.MInterfacePointer, error) {
	return x.serveProperties(ctx, this, properties, true)
}

// RemoteCreateInstance implements [orpc.IRemoteSCMActivator] ([MS-DCOM]
// 3.1.2.5.2.3.3).
func (x activators) RemoteCreateInstance(ctx context.Context, this orpc.ORPCTHIS, outer, properties *orpc.MInterfacePointer) (orpc.ORPCTHAT, *orpc.MInterfacePointer, error) {
	if outer != nil { // an object cannot be aggregated by one of another process
		return orpc.ORPCTHAT{}, nil, com.CLASS_E_NOAGGREGATION
	}
	return x.serveProperties(ctx, this, properties, false)
}

// serveProperties does what the properties of a request ask for and returns
// those of the reply.
func (x activators) serveProperties(ctx context.Context, this orpc.ORPCTHIS, properties *orpc.MInterfacePointer, classObject bool) (that orpc.ORPCTHAT, _ *orpc.MInterfacePointer, err error) {
	in, err := orpc.ParseActivationPropertiesIn(properties.OBJREF())
	if err != nil {
		return that, nil, err
	}
	q := activationRequest{
		this:     this,
		flags:    in.Instantiation.Flags,
		session:  in.Special,
		fromFile: in.Instance != nil && (in.Instance.FileName != nil || in.Instance.Storage != nil),
		act: marshal.Activation{
			CLSID:       in.Instantiation.ClassID,
			IIDs:        in.Instantiation.IIDs,
			ClassObject: classObject,
		},
	}
	if in.ScmRequest != nil && in.ScmRequest.RemoteRequest != nil {
		q.protseqs = in.ScmRequest.RemoteRequest.ProtSeqs
	}
	a, err := x.serve(ctx, &q)
	if err != nil {
		return that, nil, err
	}
	// PropsOutInfo comes first: there are clients that go by the order.
	out := orpc.ActivationPropertiesOut{
		DestCtx: com.MSHCTX_DIFFERENTMACHINE,
		PropsOut: &orpc.PropsOutInfo{
			IIDs:       q.act.IIDs,
			Results:    make([]com.HRESULT, len(a.results)),
			Interfaces: make([]*orpc.MInterfacePointer, len(a.results)),
		},
		ScmReply: &orpc.ScmReplyInfoData{RemoteReply: &orpc.CustomRemoteReplyScmInfo{
			OXID:           a.info.OXID,
			Bindings:       bindingsOf(a.bindings),
			IPIDRemUnknown: a.info.RemUnknown,
			AuthnHint:      authnHint(&a.info),
			Version:        a.info.Version,
		}},
	}
	for i, res := range a.results {
		out.PropsOut.Results[i], out.PropsOut.Interfaces[i] = res.HR, orpc.PointerTo(res.Packet)
	}
	reply, err := out.Append(nil)
	return that, orpc.PointerTo(reply), err
}

// serve activates on behalf of a call. Application code runs, so the connection
// goes on without this goroutine.
func (x activators) serve(ctx context.Context, q *activationRequest) (*activated, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	c := dcerpc.CallFromContext(ctx)
	c.HandOver()
	q.act.Dest = destOf(c.Conn)
	a, err := x.r.activate(ctx, q.act, q.protseqs)
	if err != nil {
		x.r.opt.Logger.Debug("activation refused", "peer", c.Conn.RemoteAddr(), "clsid", q.act.CLSID, "err", err)
	}
	return a, err
}
