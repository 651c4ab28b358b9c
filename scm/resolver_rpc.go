package scm

import (
	"slices"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// version is what this side speaks.
var version = orpc.Version57

// resolverInterface is IObjectExporter as the RPC server serves it: native
// RPC, no object UUID, no ORPC headers ([MS-DCOM] 3.1.2.5.1).
func (r *resolver) resolverInterface() *dcerpc.Interface {
	return &dcerpc.Interface{
		Syntax:  dcerpc.SyntaxID{UUID: orpc.IID_IObjectExporter},
		Name:    "IObjectExporter",
		NumOps:  6,
		Handler: dcerpc.HandlerFunc(r.serveResolver),
	}
}

// serveResolver serves one call of IObjectExporter.
func (r *resolver) serveResolver(c *dcerpc.ServerCall) error {
	switch c.Opnum {
	case orpc.OpResolveOxid, orpc.OpResolveOxid2:
		return r.serveResolve(c)
	case orpc.OpSimplePing:
		var in orpc.SimplePingRequest
		if err := parse(c, &in); err != nil {
			return err
		}
		return answer(c, &orpc.StatusResponse{Status: win32(r.simplePing(in.SETID))})
	case orpc.OpComplexPing:
		return r.serveComplexPing(c)
	case orpc.OpServerAlive:
		return answer(c, &orpc.StatusResponse{})
	case orpc.OpServerAlive2:
		// Neither of the two may check permissions ([MS-DCOM] 3.1.2.5.1.4): a client
		// learns here how it could authenticate.
		return answer(c, &orpc.ServerAlive2Response{Version: version, Bindings: r.bindings})
	}
	return opRange()
}

// serveResolve answers where an exporter listens. The newer operation has one
// result more.
func (r *resolver) serveResolve(c *dcerpc.ServerCall) error {
	var in orpc.ResolveOxidRequest
	if err := parse(c, &in); err != nil {
		return err
	}
	var out orpc.ResolveOxid2Response
	info, bindings, err := r.resolve(in.OXID, in.ProtSeqs)
	if err != nil {
		out.Status = win32(err)
	} else {
		out.Bindings = bindings
		out.IPIDRemUnknown = info.RemUnknown
		out.AuthnHint = authnHint(info)
		out.Version = info.Version
	}
	if c.Opnum == orpc.OpResolveOxid {
		return answer(c, &out.ResolveOxidResponse)
	}
	return answer(c, &out)
}

// resolve looks an exporter up ([MS-DCOM] 3.1.2.5.1.5).
func (r *resolver) resolve(oxid orpc.OXID, protseqs []uint16) (*marshal.ExporterInfo, orpc.PackedBindings, error) {
	x := r.exporterOf(oxid)
	if x == nil {
		return nil, nil, com.OR_INVALID_OXID
	}
	if !speaksTCP(protseqs) {
		return nil, nil, com.RPC_S_PROTSEQ_NOT_SUPPORTED
	}
	info := x.Info()
	bindings, err := info.Bindings.Pack()
	if err != nil {
		return nil, nil, err
	}
	return &info, bindings, nil
}

// speaksTCP reports whether a client that asks for these protocol sequences can
// be served. One that names none takes what there is.
func speaksTCP(protseqs []uint16) bool {
	return len(protseqs) == 0 || slices.Contains(protseqs, orpc.TOWER_NCACN_IP_TCP)
}

// authnHint is the lowest authentication level of an exporter as it goes on
// the wire, where there is no default.
func authnHint(info *marshal.ExporterInfo) uint32 {
	return uint32(max(info.AuthnHint, com.RPC_C_AUTHN_LEVEL_NONE))
}

// serveComplexPing serves ComplexPing. Exporters may have to be asked, so the
// connection goes on without this goroutine.
func (r *resolver) serveComplexPing(c *dcerpc.ServerCall) error {
	var in orpc.ComplexPingRequest
	if err := parse(c, &in); err != nil {
		return err
	}
	id, err := r.complexPing(handedOver(c), hostOf(c.Conn.RemoteAddr()), in.SETID, in.SequenceNum, in.AddToSet, in.DelFromSet)
	return answer(c, &orpc.ComplexPingResponse{SETID: id, Status: win32(err)})
}
