package lsarpc

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// LsarpcSyntax is the abstract syntax of lsarpc.
var LsarpcSyntax = dcerpc.SyntaxID{UUID: com.MustGUID("12345778-1234-abcd-ef00-0123456789ab")}

// Operations of lsarpc.
const (
	opClose       uint16 = 0
	opOpenPolicy2 uint16 = 44
	opGetUserName uint16 = 45
	numOps               = 46
)

// LsaHandle is a context handle.
type LsaHandle = ndr.ContextHandle

// Lsarpc: Local security authority, three methods of it. Errors of methods
// travel as faults.
type Lsarpc interface {
	// Close closes a handle and returns the NULL one.
	Close(ctx context.Context, handle LsaHandle) (status uint32, out LsaHandle, err error)
	// OpenPolicy2 opens the policy of the server.
	OpenPolicy2(ctx context.Context, systemName *string, attributes LsaObjectAttributes, desiredAccess uint32) (status uint32, handle LsaHandle, err error)
	// GetUserName tells who calls.
	GetUserName(ctx context.Context, systemName *string, userName *LsaString, domainName **LsaString) (status uint32, outUser *LsaString, outDomain **LsaString, err error)
}

// LsarpcClient calls lsarpc over one connection. It is safe for concurrent use.
type LsarpcClient struct{ pc *dcerpc.PresContext }

// NewLsarpcClient negotiates lsarpc on a connection.
func NewLsarpcClient(ctx context.Context, conn *dcerpc.ClientConn) (*LsarpcClient, error) {
	pc, err := conn.Context(ctx, LsarpcSyntax)
	if err != nil {
		return nil, err
	}
	return &LsarpcClient{pc}, nil
}

func (r *LsarpcClient) begin(op uint16, size int) (*dcerpc.ClientCall, ndr.Encoder) {
	c := r.pc.NewCall(op, nil, size)
	return c, ndr.EncodeTo(c.Stub, c.NDR64)
}

// invoke sends what was encoded and returns the decoder of the reply.
func invoke(ctx context.Context, c *dcerpc.ClientCall, e *ndr.Encoder) (ndr.Decoder, error) {
	b, err := e.Data()
	if err == nil {
		c.Stub = b
		err = c.Invoke(ctx)
	}
	if err != nil {
		return ndr.Decoder{}, err
	}
	return ndr.DecodeFrom(c.Reply, c.DataRep, c.NDR64), nil
}

func (r *LsarpcClient) Close(ctx context.Context, handle LsaHandle) (status uint32, out LsaHandle, err error) {
	c, e := r.begin(opClose, 20)
	defer c.Free()
	e.ContextHandle(handle)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return 0, out, err
	}
	out = d.ContextHandle()
	status = d.Uint32()
	return status, out, d.Err()
}

func (r *LsarpcClient) OpenPolicy2(ctx context.Context, systemName *string, attributes LsaObjectAttributes, desiredAccess uint32) (status uint32, handle LsaHandle, err error) {
	c, e := r.begin(opOpenPolicy2, 128)
	defer c.Free()
	putName(&e, systemName)
	attributes.encode(&e)
	e.Uint32(desiredAccess)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return 0, handle, err
	}
	handle = d.ContextHandle()
	status = d.Uint32()
	return status, handle, d.Err()
}

func (r *LsarpcClient) GetUserName(ctx context.Context, systemName *string, userName *LsaString, domainName **LsaString) (status uint32, outUser *LsaString, outDomain **LsaString, err error) {
	c, e := r.begin(opGetUserName, 128)
	defer c.Free()
	putName(&e, systemName)
	putString(&e, userName)
	putStringPointer(&e, domainName)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return 0, nil, nil, err
	}
	outUser = getString(&d)
	outDomain = getStringPointer(&d)
	status = d.Uint32()
	return status, outUser, outDomain, d.Err()
}

// ServeLsarpc returns the interface lsarpc, served by impl, for a server to
// register. An error of a method becomes a fault.
func ServeLsarpc(impl Lsarpc) *dcerpc.Interface {
	return &dcerpc.Interface{Syntax: LsarpcSyntax, Name: "lsarpc", NumOps: numOps, Handler: &lsarpcHandler{impl}}
}

type lsarpcHandler struct{ obj Lsarpc }

// ServeRPC decodes the parameters of a call, makes it and encodes its results.
func (s *lsarpcHandler) ServeRPC(c *dcerpc.ServerCall) error {
	ctx := new(dcerpc.CallContext)
	c.InitContext(ctx)
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	e := ndr.EncodeTo(c.GrowReply(128), c.NDR64)
	err := s.serve(ctx, c.Opnum, &d, &e)
	if err != nil {
		return err
	}
	c.Reply, err = e.Data()
	return err
}

func (s *lsarpcHandler) serve(ctx context.Context, op uint16, d *ndr.Decoder, e *ndr.Encoder) error {
	switch op {
	case opClose:
		handle := d.ContextHandle()
		if err := d.Err(); err != nil {
			return err
		}
		status, out, err := s.obj.Close(ctx, handle)
		if err != nil {
			return err
		}
		e.ContextHandle(out)
		e.Uint32(status)
		return nil
	case opOpenPolicy2:
		systemName := getName(d)
		var attributes LsaObjectAttributes
		attributes.decode(d)
		desiredAccess := d.Uint32()
		if err := d.Err(); err != nil {
			return err
		}
		status, handle, err := s.obj.OpenPolicy2(ctx, systemName, attributes, desiredAccess)
		if err != nil {
			return err
		}
		e.ContextHandle(handle)
		e.Uint32(status)
		return nil
	case opGetUserName:
		systemName := getName(d)
		userName := getString(d)
		domainName := getStringPointer(d)
		if err := d.Err(); err != nil {
			return err
		}
		status, outUser, outDomain, err := s.obj.GetUserName(ctx, systemName, userName, domainName)
		if err != nil {
			return err
		}
		putString(e, outUser)
		putStringPointer(e, outDomain)
		e.Uint32(status)
		return nil
	}
	return &dcerpc.Fault{Status: dcerpc.StatusOpRange, DidNotExecute: true}
}

// putName and getName are a [unique, string] wchar_t pointer.
func putName(e *ndr.Encoder, name *string) {
	if e.Pointer(name != nil) {
		e.WStr(*name)
	}
}

func getName(d *ndr.Decoder) *string {
	if !d.Pointer() {
		return nil
	}
	name := d.WStr()
	return &name
}

// putString and getString are a unique pointer to an LsaString.
func putString(e *ndr.Encoder, v *LsaString) {
	if e.Pointer(v != nil) {
		v.encode(e)
	}
}

func getString(d *ndr.Decoder) *LsaString {
	if !d.Pointer() {
		return nil
	}
	v := new(LsaString)
	v.decode(d)
	return v
}

// putStringPointer and getStringPointer are a unique pointer to such a pointer.
func putStringPointer(e *ndr.Encoder, v **LsaString) {
	if e.Pointer(v != nil) {
		putString(e, *v)
	}
}

func getStringPointer(d *ndr.Decoder) **LsaString {
	if !d.Pointer() {
		return nil
	}
	v := getString(d)
	return &v
}
