package scm

import (
	"context"
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
	return orpc.ServeIObjectExporter(objectExporter{r})
}

// objectExporter serves [orpc.IObjectExporter]: it turns the answers of a
// resolver into what its operations return, with errors as statuses.
type objectExporter struct{ r *resolver }

// ResolveOxid implements [orpc.IObjectExporter].
func (x objectExporter) ResolveOxid(ctx context.Context, oxid orpc.OXID, protseqs []uint16) (status uint32, bindings *orpc.PackedBindings, remUnknown com.IPID, hint uint32, err error) {
	status, bindings, remUnknown, hint, _, err = x.ResolveOxid2(ctx, oxid, protseqs)
	return status, bindings, remUnknown, hint, err
}

// ResolveOxid2 implements [orpc.IObjectExporter].
func (x objectExporter) ResolveOxid2(_ context.Context, oxid orpc.OXID, protseqs []uint16) (status uint32, bindings *orpc.PackedBindings, remUnknown com.IPID, hint uint32, v orpc.COMVERSION, err error) {
	info, packed, err := x.r.resolve(oxid, protseqs)
	if err != nil {
		return win32(err), nil, com.IPID{}, 0, v, nil
	}
	return 0, bindingsOf(packed), info.RemUnknown, authnHint(info), info.Version, nil
}

// SimplePing implements [orpc.IObjectExporter].
func (x objectExporter) SimplePing(_ context.Context, set orpc.SETID) (uint32, error) {
	return win32(x.r.simplePing(set)), nil
}

// ComplexPing implements [orpc.IObjectExporter]. Exporters may have to be
// asked, so the connection goes on without this goroutine.
func (x objectExporter) ComplexPing(ctx context.Context, set orpc.SETID, seq uint16, add, del []orpc.OID) (status uint32, id orpc.SETID, backoff uint16, err error) {
	c := dcerpc.CallFromContext(ctx)
	c.HandOver()
	id, err = x.r.complexPing(ctx, hostOf(c.Conn.RemoteAddr()), set, seq, add, del)
	return win32(err), id, 0, nil
}

// ServerAlive implements [orpc.IObjectExporter]. Neither this nor ServerAlive2
// may check permissions ([MS-DCOM] 3.1.2.5.1.4): a client learns here how it
// could authenticate.
func (x objectExporter) ServerAlive(context.Context) (uint32, error) { return 0, nil }

// ServerAlive2 implements [orpc.IObjectExporter].
func (x objectExporter) ServerAlive2(context.Context) (status uint32, v orpc.COMVERSION, bindings *orpc.PackedBindings, reserved uint32, err error) {
	return 0, version, bindingsOf(x.r.bindings), 0, nil
}

// bindingsOf returns bindings as a parameter: none are NULL.
func bindingsOf(p orpc.PackedBindings) *orpc.PackedBindings {
	if p == nil {
		return nil
	}
	return &p
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
