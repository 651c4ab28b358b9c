package mgmt

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/mgmt/internal/rpcmgmt"
	"oxid/step"
)

// InqIfIDs returns the interfaces of the server behind conn, in its order.
func InqIfIDs(ctx context.Context, conn *dcerpc.ClientConn) (ids []dcerpc.SyntaxID, err error) {
	c, err := rpcmgmt.NewMgmtClient(ctx, conn)
	if err != nil {
		return nil, err
	}
	vector, status, err := c.InqIfIDs(ctx)
	if err == nil && vector != nil {
		for _, id := range vector.List {
			if id != nil {
				ids = append(ids, dcerpc.SyntaxID{UUID: id.UUID, Major: id.Major, Minor: id.Minor})
			}
		}
	}
	return ids, result(conn, err, "inq_if_ids", status)
}

// InqStats returns the server's counters: calls received, calls sent, packets
// received, packets sent; fewer when it has fewer.
func InqStats(ctx context.Context, conn *dcerpc.ClientConn) (stats []uint32, err error) {
	c, err := rpcmgmt.NewMgmtClient(ctx, conn)
	if err != nil {
		return nil, err
	}
	// The server sends as many as it has, up to the number asked for.
	_, stats, status, err := c.InqStats(ctx, maxStats)
	return stats, result(conn, err, "inq_stats", status)
}

// IsServerListening reports whether the server listens for calls.
func IsServerListening(ctx context.Context, conn *dcerpc.ClientConn) (listening bool, err error) {
	c, err := rpcmgmt.NewMgmtClient(ctx, conn)
	if err != nil {
		return false, err
	}
	listening, status, err := c.IsServerListening(ctx)
	return listening, result(conn, err, "is_server_listening", status)
}

// StopServerListening asks the server to stop, which few allow.
func StopServerListening(ctx context.Context, conn *dcerpc.ClientConn) error {
	c, err := rpcmgmt.NewMgmtClient(ctx, conn)
	if err != nil {
		return err
	}
	status, err := c.StopServerListening(ctx)
	return result(conn, err, "stop_server_listening", status)
}

// InqPrincName returns the principal name under which the server authenticates
// with an authentication service ([com.RPC_C_AUTHN_WINNT], ...).
func InqPrincName(ctx context.Context, conn *dcerpc.ClientConn, authnSvc uint32) (name string, err error) {
	c, err := rpcmgmt.NewMgmtClient(ctx, conn)
	if err != nil {
		return "", err
	}
	name, status, err := c.InqPrincName(ctx, authnSvc, maxPrincipal)
	return name, result(conn, err, "inq_princ_name", status)
}

// result turns a status into an error.
func result(conn *dcerpc.ClientConn, err error, method string, status uint32) error {
	if err != nil || status == statusOK {
		return err
	}
	return &com.Error{HRESULT: com.HRESULTFromWin32(status), Step: step.Call, Peer: conn.RemoteAddr().String(), Interface: "mgmt", Method: method}
}
