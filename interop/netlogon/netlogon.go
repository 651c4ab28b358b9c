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
	opServerReqChallenge uint16 = 4
	numOps                      = 5
)

// NetlogonCredential is NETLOGON_CREDENTIAL ([MS-NRPC] 2.2.1.3.4).
type NetlogonCredential struct{ Data [8]byte }

// Netlogon: Net Logon, one method of it. Errors of methods travel as faults.
type Netlogon interface {
	// ServerReqChallenge exchanges challenges.
	ServerReqChallenge(ctx context.Context, primaryName *string, computerName string, clientChallenge NetlogonCredential) (serverChallenge NetlogonCredential, status uint32, err error)
}

// NewNetlogonClient returns the client of netlogon over a presentation context
// of [NetlogonSyntax]. It is safe for concurrent use. A fault is a [*dcerpc.Fault].
func NewNetlogonClient(pc *dcerpc.PresContext) Netlogon { return &netlogonClient{pc} }

type netlogonClient struct{ pc *dcerpc.PresContext }

func (r *netlogonClient) ServerReqChallenge(ctx context.Context, primaryName *string, computerName string, clientChallenge NetlogonCredential) (serverChallenge NetlogonCredential, status uint32, err error) {
	c := r.pc.NewCall(opServerReqChallenge, nil, 128)
	defer c.Free()
	e := ndr.EncodeTo(c.Stub, c.NDR64)
	if e.Pointer(primaryName != nil) {
		e.WStr(*primaryName)
	}
	e.WStr(computerName)
	e.Bytes(clientChallenge.Data[:])
	if c.Stub, err = e.Data(); err != nil {
		return serverChallenge, 0, err
	}
	if err = c.Invoke(ctx); err != nil {
		return serverChallenge, 0, err
	}
	d := ndr.DecodeFrom(c.Reply, c.DataRep, c.NDR64)
	copy(serverChallenge.Data[:], d.Block(1, 8))
	status = d.Uint32()
	return serverChallenge, status, d.Err()
}

// NetlogonInterface returns the interface with which a [dcerpc.Server] serves s.
func NetlogonInterface(s Netlogon) *dcerpc.Interface {
	return &dcerpc.Interface{Syntax: NetlogonSyntax, Name: "netlogon", NumOps: numOps, Handler: &netlogonServer{s}}
}

type netlogonServer struct{ obj Netlogon }

// ServeRPC decodes the parameters of a call, makes it and encodes its results.
func (s *netlogonServer) ServeRPC(c *dcerpc.ServerCall) error {
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
	serverChallenge, status, err := s.obj.ServerReqChallenge(ctx, primaryName, computerName, clientChallenge)
	if err != nil {
		return err
	}
	e := ndr.EncodeTo(c.GrowReply(16), c.NDR64)
	e.Bytes(serverChallenge.Data[:])
	e.Uint32(status)
	c.Reply, err = e.Data()
	return err
}
