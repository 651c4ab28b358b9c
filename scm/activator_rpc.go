package scm

import (
	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// activatorInterfaces are the activators as the RPC server serves them:
// IActivation of all versions of DCOM and IRemoteSCMActivator of 5.6 on.
func (r *resolver) activatorInterfaces() []*dcerpc.Interface {
	return []*dcerpc.Interface{{
		Syntax:        dcerpc.SyntaxID{UUID: orpc.IID_IActivation},
		Name:          "IActivation",
		NumOps:        1,
		Handler:       dcerpc.HandlerFunc(r.serveActivation),
		MinAuthnLevel: r.opt.ActivationLevel,
		NDR20Only:     true,
	}, {
		Syntax:        dcerpc.SyntaxID{UUID: orpc.IID_IRemoteSCMActivator},
		Name:          "IRemoteSCMActivator",
		NumOps:        5,
		Handler:       dcerpc.HandlerFunc(r.serveSCMActivator),
		MinAuthnLevel: r.opt.ActivationLevel,
		NDR20Only:     true,
	}}
}

// A request that can be read is answered, with a failure in its HRESULT; only one
// that cannot be read, or that the caller may not make, is a fault. Clients tell
// the two apart: after a fault some try the other activator.

// badActivation is the fault of a request that cannot be read. A header cut
// short is bad stub data here: this is native RPC.
func badActivation(err error) error {
	return &com.Error{HRESULT: com.RPC_X_BAD_STUB_DATA, Err: err}
}

// serveActivation serves IActivation::RemoteActivation ([MS-DCOM]
// 3.1.2.5.2.3.1).
func (r *resolver) serveActivation(c *dcerpc.ServerCall) error {
	if c.Opnum != orpc.OpRemoteActivation {
		return opRange()
	}
	in, err := orpc.ParseRemoteActivationRequest(c.Stub, c.DataRep)
	if err != nil {
		return badActivation(err)
	}
	q := activationRequest{
		this:     in.This,
		protseqs: in.ProtSeqs,
		fromFile: in.ObjectName != nil || in.ObjectStorage != nil,
		act: marshal.Activation{
			CLSID:       in.ClassID,
			IIDs:        in.IIDs,
			ClassObject: in.Mode == orpc.MODE_GET_CLASS_OBJECT,
			Dest:        destOf(c.Conn),
		},
	}
	// On failure the arrays are there all the same, with NULLs and zeros.
	out := orpc.RemoteActivationResponse{
		Interfaces: make([][]byte, len(in.IIDs)),
		Results:    make([]com.HRESULT, len(in.IIDs)),
	}
	a, err := r.serveRequest(c, &q)
	out.HRESULT = com.HRESULTOf(err)
	if err == nil {
		out.OXID = a.info.OXID
		out.Bindings = a.bindings
		out.IPIDRemUnknown = a.info.RemUnknown
		out.AuthnHint = authnHint(&a.info)
		out.Version = a.info.Version
		for i := range a.results {
			out.Interfaces[i], out.Results[i] = a.results[i].Packet, a.results[i].HR
		}
	}
	c.Reply, err = out.Append(c.GrowReply(replySize))
	return err
}

// serveSCMActivator serves IRemoteSCMActivator ([MS-DCOM] 3.1.2.5.2.3.2 and
// 3.1.2.5.2.3.3). Operations 0 to 2 are not on the wire.
func (r *resolver) serveSCMActivator(c *dcerpc.ServerCall) error {
	var this orpc.ORPCTHIS
	var outer, properties []byte
	switch c.Opnum {
	case orpc.OpRemoteGetClassObject:
		in, err := orpc.ParseRemoteGetClassObjectRequest(c.Stub, c.DataRep)
		if err != nil {
			return badActivation(err)
		}
		this, properties = in.This, in.Properties
	case orpc.OpRemoteCreateInstance:
		in, err := orpc.ParseRemoteCreateInstanceRequest(c.Stub, c.DataRep)
		if err != nil {
			return badActivation(err)
		}
		this, outer, properties = in.This, in.Outer, in.Properties
	default:
		return opRange()
	}
	var out orpc.RemoteActivationPropertiesResponse
	var err error
	if outer != nil { // an object cannot be aggregated by one of another process
		err = com.CLASS_E_NOAGGREGATION
	} else {
		out.Properties, err = r.serveProperties(c, this, properties)
	}
	out.HRESULT = com.HRESULTOf(err)
	c.Reply, err = out.Append(c.GrowReply(replySize + len(out.Properties)))
	return err
}

// serveProperties does what the properties of a request ask for and returns
// those of the reply.
func (r *resolver) serveProperties(c *dcerpc.ServerCall, this orpc.ORPCTHIS, properties []byte) ([]byte, error) {
	in, err := orpc.ParseActivationPropertiesIn(properties)
	if err != nil {
		return nil, err
	}
	q := activationRequest{
		this:     this,
		flags:    in.Instantiation.Flags,
		session:  in.Special,
		fromFile: in.Instance != nil && (in.Instance.FileName != nil || in.Instance.Storage != nil),
		act: marshal.Activation{
			CLSID:       in.Instantiation.ClassID,
			IIDs:        in.Instantiation.IIDs,
			ClassObject: c.Opnum == orpc.OpRemoteGetClassObject,
			Dest:        destOf(c.Conn),
		},
	}
	if in.ScmRequest != nil {
		q.protseqs = in.ScmRequest.ProtSeqs
	}
	a, err := r.serveRequest(c, &q)
	if err != nil {
		return nil, err
	}
	// PropsOutInfo comes first: there are clients that go by the order.
	out := orpc.ActivationPropertiesOut{
		DestCtx:  com.MSHCTX_DIFFERENTMACHINE,
		PropsOut: &orpc.PropsOutInfo{Interfaces: make([]orpc.ActivatedInterface, len(a.results))},
		ScmReply: &orpc.ScmReplyInfoData{
			OXID:           a.info.OXID,
			Bindings:       a.bindings,
			IPIDRemUnknown: a.info.RemUnknown,
			AuthnHint:      authnHint(&a.info),
			Version:        a.info.Version,
		},
	}
	for i, res := range a.results {
		out.PropsOut.Interfaces[i] = orpc.ActivatedInterface{IID: q.act.IIDs[i], HRESULT: res.HR, OBJREF: res.Packet}
	}
	return out.Append(nil)
}

// serveRequest activates on behalf of a call. Application code runs, so the
// connection goes on without this goroutine.
func (r *resolver) serveRequest(c *dcerpc.ServerCall, q *activationRequest) (*activated, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	a, err := r.activate(handedOver(c), q.act, q.protseqs)
	if err != nil {
		r.opt.Logger.Debug("activation refused", "peer", c.Conn.RemoteAddr(), "clsid", q.act.CLSID, "err", err)
	}
	return a, err
}
