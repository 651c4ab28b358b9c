package dssetup

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// DssetupSyntax is the abstract syntax of dssetup.
var DssetupSyntax = dcerpc.SyntaxID{UUID: com.MustGUID("3919286a-b10c-11d0-9ba8-00c04fd92ef5")}

// Operations of dssetup.
const (
	opGetPrimaryDomainInformation uint16 = 0
	numOps                               = 1
)

// Dssetup: Role of the machine in its domain. Errors of methods travel as faults.
type Dssetup interface {
	// GetPrimaryDomainInformation returns what the level asks for, or an error
	// and NULL.
	GetPrimaryDomainInformation(ctx context.Context, level DsRoleInfoLevel) (info *DsRoleInfo, status uint32, err error)
}

// NewDssetupClient returns the client of dssetup over a presentation context
// of [DssetupSyntax]. It is safe for concurrent use. A fault is a [*dcerpc.Fault].
func NewDssetupClient(pc *dcerpc.PresContext) Dssetup { return &dssetupClient{pc} }

type dssetupClient struct{ pc *dcerpc.PresContext }

func (r *dssetupClient) GetPrimaryDomainInformation(ctx context.Context, level DsRoleInfoLevel) (info *DsRoleInfo, status uint32, err error) {
	c := r.pc.NewCall(opGetPrimaryDomainInformation, nil, 4)
	defer c.Free()
	e := ndr.EncodeTo(c.Stub, c.NDR64)
	e.Enum16(int32(level))
	if c.Stub, err = e.Data(); err != nil {
		return nil, 0, err
	}
	if err = c.Invoke(ctx); err != nil {
		return nil, 0, err
	}
	d := ndr.DecodeFrom(c.Reply, c.DataRep, c.NDR64)
	if d.Pointer() {
		info = new(DsRoleInfo)
		info.decode(&d)
	}
	status = d.Uint32()
	return info, status, d.Err()
}

// DssetupInterface returns the interface with which a [dcerpc.Server] serves s.
func DssetupInterface(s Dssetup) *dcerpc.Interface {
	return &dcerpc.Interface{Syntax: DssetupSyntax, Name: "dssetup", NumOps: numOps, Handler: &dssetupServer{s}}
}

type dssetupServer struct{ obj Dssetup }

// ServeRPC decodes the parameters of a call, makes it and encodes its results.
func (s *dssetupServer) ServeRPC(c *dcerpc.ServerCall) error {
	if c.Opnum != opGetPrimaryDomainInformation {
		return &dcerpc.Fault{Status: dcerpc.StatusOpRange, DidNotExecute: true}
	}
	ctx := new(dcerpc.CallContext)
	c.InitContext(ctx)
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	level := DsRoleInfoLevel(d.Enum16())
	if err := d.Err(); err != nil {
		return err
	}
	info, status, err := s.obj.GetPrimaryDomainInformation(ctx, level)
	if err != nil {
		return err
	}
	e := ndr.EncodeTo(c.GrowReply(128), c.NDR64)
	if e.Pointer(info != nil) {
		info.Tag = level // switch_is
		info.encode(&e)
	}
	e.Uint32(status)
	c.Reply, err = e.Data()
	return err
}
