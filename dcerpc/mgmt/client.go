package mgmt

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
	"oxid/step"
)

// InqIfIDs returns the interfaces of the server behind conn, in its order.
func InqIfIDs(ctx context.Context, conn *dcerpc.ClientConn) (ids []dcerpc.SyntaxID, err error) {
	var status uint32
	err = call(ctx, conn, opInqIfIDs, nil, func(d *ndr.Decoder) {
		ids = getIfIDs(d)
		status = d.Uint32()
	})
	return ids, result(conn, err, "inq_if_ids", status)
}

// InqStats returns the server's counters: calls received, calls sent, packets
// received, packets sent; fewer when it has fewer.
func InqStats(ctx context.Context, conn *dcerpc.ClientConn) (stats []uint32, err error) {
	// The server sends as many as it has, up to the number asked for.
	var status uint32
	err = call(ctx, conn, opInqStats, func(e *ndr.Encoder) { e.Uint32(maxStats) }, func(d *ndr.Decoder) {
		d.Uint32()
		stats = d.Uint32s(nil, d.Count(4))
		status = d.Uint32()
	})
	return stats, result(conn, err, "inq_stats", status)
}

// IsServerListening reports whether the server listens for calls.
func IsServerListening(ctx context.Context, conn *dcerpc.ClientConn) (listening bool, err error) {
	var status uint32
	err = call(ctx, conn, opIsListening, nil, func(d *ndr.Decoder) {
		status = d.Uint32()
		listening = d.Uint32() != 0
	})
	return listening, result(conn, err, "is_server_listening", status)
}

// StopServerListening asks the server to stop, which few allow.
func StopServerListening(ctx context.Context, conn *dcerpc.ClientConn) error {
	var status uint32
	err := call(ctx, conn, opStopListening, nil, func(d *ndr.Decoder) { status = d.Uint32() })
	return result(conn, err, "stop_server_listening", status)
}

// InqPrincName returns the principal name under which the server authenticates
// with an authentication service ([com.RPC_C_AUTHN_WINNT], ...).
func InqPrincName(ctx context.Context, conn *dcerpc.ClientConn, authnSvc uint32) (name string, err error) {
	var status uint32
	err = call(ctx, conn, opInqPrincName, func(e *ndr.Encoder) {
		e.Uint32(authnSvc)
		e.Uint32(maxPrincipal)
	}, func(d *ndr.Decoder) {
		name = d.Str()
		status = d.Uint32()
	})
	return name, result(conn, err, "inq_princ_name", status)
}

// call makes one call over conn, which binds the interface on first use. encode
// is nil for an operation without [in] parameters.
func call(ctx context.Context, conn *dcerpc.ClientConn, op uint16, encode func(*ndr.Encoder), decode func(*ndr.Decoder)) error {
	pres, err := conn.Context(ctx, Syntax)
	if err != nil {
		return err
	}
	c := pres.NewCall(op, nil, 16)
	defer c.Free()
	e := ndr.EncodeTo(c.Stub, c.NDR64)
	if encode != nil {
		encode(&e)
	}
	if c.Stub, err = e.Data(); err != nil {
		return err
	}
	if err := c.Invoke(ctx); err != nil {
		return err
	}
	d := ndr.DecodeFrom(c.Reply, c.DataRep, c.NDR64)
	decode(&d)
	return d.Err()
}

// result turns a status into an error.
func result(conn *dcerpc.ClientConn, err error, method string, status uint32) error {
	if err != nil || status == statusOK {
		return err
	}
	return &com.Error{HRESULT: com.HRESULTFromWin32(status), Step: step.Call, Peer: conn.RemoteAddr().String(), Interface: "mgmt", Method: method}
}
