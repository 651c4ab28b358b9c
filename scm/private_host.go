package scm

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
	"oxid/orpc"
)

// scmHost is IScmHost of private.idl: what the daemon does for a process.
type scmHost interface {
	// RegisterExporter announces an exporter.
	RegisterExporter(ctx context.Context, session com.GUID, exporter *scmExporter) error
	// RevokeExporter takes that back.
	RevokeExporter(ctx context.Context, session com.GUID, oxid orpc.OXID) error
	// RegisterClass announces that an exporter serves a class.
	RegisterClass(ctx context.Context, session com.GUID, oxid orpc.OXID, clsid com.CLSID) error
	// RevokeClass takes that back.
	RevokeClass(ctx context.Context, session com.GUID, oxid orpc.OXID, clsid com.CLSID) error
}

// scmHostClient calls IScmHost.
type scmHostClient struct{ p *dcerpc.PresContext }

func newScmHostClient(ctx context.Context, conn *dcerpc.ClientConn) (*scmHostClient, error) {
	p, err := conn.Context(ctx, scmHostSyntax)
	return &scmHostClient{p}, err
}

func (c *scmHostClient) RegisterExporter(ctx context.Context, session com.GUID, exporter *scmExporter) error {
	call := c.p.NewCall(0, nil, 80+len(exporter.bindings))
	defer call.Free()
	e := ndr.EncodeTo(call.Stub, call.NDR64)
	e.GUID(session)
	exporter.encode(&e)
	d, err := rpcInvoke(ctx, call, &e)
	if err != nil {
		return err
	}
	return rpcResult(&d)
}

func (c *scmHostClient) RevokeExporter(ctx context.Context, session com.GUID, oxid orpc.OXID) error {
	call := c.p.NewCall(1, nil, 24)
	defer call.Free()
	e := ndr.EncodeTo(call.Stub, call.NDR64)
	e.GUID(session)
	e.Uint64(uint64(oxid))
	d, err := rpcInvoke(ctx, call, &e)
	if err != nil {
		return err
	}
	return rpcResult(&d)
}

func (c *scmHostClient) RegisterClass(ctx context.Context, session com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	return c.class(ctx, 2, session, oxid, clsid)
}

func (c *scmHostClient) RevokeClass(ctx context.Context, session com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	return c.class(ctx, 3, session, oxid, clsid)
}

// class is RegisterClass and RevokeClass, which have the same parameters.
func (c *scmHostClient) class(ctx context.Context, op uint16, session com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	call := c.p.NewCall(op, nil, 40)
	defer call.Free()
	e := ndr.EncodeTo(call.Stub, call.NDR64)
	e.GUID(session)
	e.Uint64(uint64(oxid))
	e.GUID(clsid)
	d, err := rpcInvoke(ctx, call, &e)
	if err != nil {
		return err
	}
	return rpcResult(&d)
}

// scmHostInterface serves IScmHost with impl.
func scmHostInterface(impl scmHost) *dcerpc.Interface {
	return &dcerpc.Interface{Syntax: scmHostSyntax, Name: "IScmHost", NumOps: 4, Handler: dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error {
		return serveScmHost(c, impl)
	})}
}

func serveScmHost(c *dcerpc.ServerCall, impl scmHost) (err error) {
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	session := d.GUID()
	var exporter scmExporter
	var oxid orpc.OXID
	var clsid com.CLSID
	switch c.Opnum {
	case 0:
		exporter.decode(&d)
	case 1:
		oxid = orpc.OXID(d.Uint64())
	case 2, 3:
		oxid = orpc.OXID(d.Uint64())
		clsid = d.GUID()
	default:
		return opRange()
	}
	if err := d.Err(); err != nil {
		return err
	}
	ctx := handedOver(c)
	switch c.Opnum {
	case 0:
		err = impl.RegisterExporter(ctx, session, &exporter)
	case 1:
		err = impl.RevokeExporter(ctx, session, oxid)
	case 2:
		err = impl.RegisterClass(ctx, session, oxid, clsid)
	case 3:
		err = impl.RevokeClass(ctx, session, oxid, clsid)
	}
	e := ndr.EncodeTo(c.GrowReply(4), c.NDR64)
	return rpcReply(c, &e, err)
}
