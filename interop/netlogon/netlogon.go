package netlogon

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// NetlogonSyntax is the abstract syntax of netlogon.
var NetlogonSyntax = dcerpc.SyntaxID{UUID: com.MustGUID("12345678-1234-abcd-ef00-01234567cffb"), Major: 1}

// Operations of netlogon.
const (
	opServerReqChallenge = 4
	numOps               = 5
)

// NetlogonCredential is NETLOGON_CREDENTIAL ([MS-NRPC] 2.2.1.3.4).
type NetlogonCredential struct{ Data [8]byte }

// Netlogon: Net Logon, one method of it. Errors of methods travel as faults.
type Netlogon interface {
	// ServerReqChallenge exchanges challenges.
	ServerReqChallenge(ctx context.Context, primaryName *string, computerName string, clientChallenge NetlogonCredential) (status uint32, serverChallenge NetlogonCredential, err error)
}

// NetlogonClient calls netlogon over one connection. It is safe for concurrent use.
type NetlogonClient struct{ pc *dcerpc.PresContext }

// NewNetlogonClient negotiates netlogon on a connection.
func NewNetlogonClient(ctx context.Context, conn *dcerpc.ClientConn) (*NetlogonClient, error) {
	pc, err := conn.Context(ctx, NetlogonSyntax)
	if err != nil {
		return nil, err
	}
	return &NetlogonClient{pc}, nil
}

// ServerReqChallenge exchanges challenges.
func (r *NetlogonClient) ServerReqChallenge(ctx context.Context, primaryName *string, computerName string, clientChallenge NetlogonCredential) (status uint32, serverChallenge NetlogonCredential, err error) {
	c := r.pc.NewCall(opServerReqChallenge, nil, 128)
	defer c.Free()
	e := ndr.EncodeTo(c.Stub, c.NDR64)
	if e.Pointer(primaryName != nil) {
		e.WStr(*primaryName)
	}
	e.WStr(computerName)
	e.Bytes(clientChallenge.Data[:])
	if c.Stub, err = e.Data(); err != nil {
		return 0, serverChallenge, err
	}
	if err = c.Invoke(ctx); err != nil {
		return 0, serverChallenge, err
	}
	d := ndr.DecodeFrom(c.Reply, c.DataRep, c.NDR64)
	copy(serverChallenge.Data[:], d.Block(1, 8))
	status = d.Uint32()
	return status, serverChallenge, d.Err()
}

// ServeNetlogon returns the interface netlogon, served by impl, for a server to
// register. An error of a method becomes a fault.
func ServeNetlogon(impl Netlogon) *dcerpc.Interface {
	return &dcerpc.Interface{Syntax: NetlogonSyntax, Name: "netlogon", NumOps: numOps, Handler: &netlogonHandler{impl}}
}

type netlogonHandler struct{ obj Netlogon }

// ServeRPC decodes the parameters of a call, makes it and encodes its results.
func (s *netlogonHandler) ServeRPC(c *dcerpc.ServerCall) error {
	if c.Opnum != opServerReqChallenge {
		return &dcerpc.Fault{Status: dcerpc.StatusOpRange, DidNotExecute: true}
	}
	ctx := new(dcerpc.CallContext)
	c.InitContext(ctx)
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	var primaryName *string
	if d.Pointer() {
		primaryName = new(string)
		*primaryName = d.WStr()
	}
	computerName := d.WStr()
	var clientChallenge NetlogonCredential
	copy(clientChallenge.Data[:], d.Block(1, 8))
	if err := d.Err(); err != nil {
		return err
	}
	status, serverChallenge, err := s.obj.ServerReqChallenge(ctx, primaryName, computerName, clientChallenge)
	if err != nil {
		return err
	}
	e := ndr.EncodeTo(c.GrowReply(16), c.NDR64)
	e.Bytes(serverChallenge.Data[:])
	e.Uint32(status)
	c.Reply, err = e.Data()
	return err
}
