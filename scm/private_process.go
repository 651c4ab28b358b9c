package scm

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/ndr"
	"oxid/orpc"
)

// scmProcess is IScmProcess of private.idl: what a process does for the daemon.
type scmProcess interface {
	// Attach is the first call.
	Attach(ctx context.Context, bindings []byte, target string, period uint32) (pid uint32, program string, err error)
	// Own tells which objects the exporter has and wants pinged.
	Own(ctx context.Context, oxid orpc.OXID, oids []orpc.OID) (owned []bool, err error)
	// Unpinged tells which objects were not used for more than so many periods.
	Unpinged(ctx context.Context, oxid orpc.OXID, periods uint32) (oids []orpc.OID, err error)
	// Rundown lets objects go and returns those that are kept.
	Rundown(ctx context.Context, oxid orpc.OXID, oids []orpc.OID) (kept []orpc.OID, err error)
	// Activate creates an instance, or hands out the class object.
	Activate(ctx context.Context, oxid orpc.OXID, act marshal.Activation) (results []scmResult, err error)
}

// scmProcessClient calls IScmProcess.
type scmProcessClient struct{ p *dcerpc.PresContext }

func newScmProcessClient(ctx context.Context, conn *dcerpc.ClientConn) (*scmProcessClient, error) {
	p, err := conn.Context(ctx, scmProcessSyntax)
	return &scmProcessClient{p}, err
}

func (c *scmProcessClient) Attach(ctx context.Context, bindings []byte, target string, period uint32) (pid uint32, program string, err error) {
	call := c.p.NewCall(0, nil, 64+len(bindings)+2*len(target))
	defer call.Free()
	e := ndr.EncodeTo(call.Stub, call.NDR64)
	e.Uint32(uint32(len(bindings)))
	e.Count(len(bindings))
	e.Bytes(bindings)
	e.WStr(target)
	e.Uint32(period)
	d, err := rpcInvoke(ctx, call, &e)
	if err != nil {
		return 0, "", err
	}
	pid = d.Uint32()
	if d.Pointer() {
		program = d.WStr()
	}
	return pid, program, rpcResult(&d)
}

func (c *scmProcessClient) Own(ctx context.Context, oxid orpc.OXID, oids []orpc.OID) (owned []bool, err error) {
	call := c.p.NewCall(1, nil, 24+8*len(oids))
	defer call.Free()
	e := ndr.EncodeTo(call.Stub, call.NDR64)
	e.Uint64(uint64(oxid))
	e.Uint32(uint32(len(oids)))
	e.Count(len(oids))
	ndr.Put(&e, oids)
	d, err := rpcInvoke(ctx, call, &e)
	if err != nil {
		return nil, err
	}
	owned = d.Bools(nil, d.CountIs(len(oids), 1))
	return owned, rpcResult(&d)
}

func (c *scmProcessClient) Unpinged(ctx context.Context, oxid orpc.OXID, periods uint32) (oids []orpc.OID, err error) {
	call := c.p.NewCall(2, nil, 16)
	defer call.Free()
	e := ndr.EncodeTo(call.Stub, call.NDR64)
	e.Uint64(uint64(oxid))
	e.Uint32(periods)
	d, err := rpcInvoke(ctx, call, &e)
	if err != nil {
		return nil, err
	}
	oids = decodeOIDs[orpc.OID](&d)
	return oids, rpcResult(&d)
}

func (c *scmProcessClient) Rundown(ctx context.Context, oxid orpc.OXID, oids []orpc.OID) (kept []orpc.OID, err error) {
	call := c.p.NewCall(3, nil, 24+8*len(oids))
	defer call.Free()
	e := ndr.EncodeTo(call.Stub, call.NDR64)
	e.Uint64(uint64(oxid))
	e.Uint32(uint32(len(oids)))
	e.Count(len(oids))
	ndr.Put(&e, oids)
	d, err := rpcInvoke(ctx, call, &e)
	if err != nil {
		return nil, err
	}
	kept = decodeOIDs[orpc.OID](&d)
	return kept, rpcResult(&d)
}

func (c *scmProcessClient) Activate(ctx context.Context, oxid orpc.OXID, act marshal.Activation) (results []scmResult, err error) {
	call := c.p.NewCall(4, nil, 48+16*len(act.IIDs))
	defer call.Free()
	e := ndr.EncodeTo(call.Stub, call.NDR64)
	e.Uint64(uint64(oxid))
	e.GUID(act.CLSID)
	e.Bool(act.ClassObject)
	e.Uint32(uint32(act.Dest))
	e.Uint32(uint32(len(act.IIDs)))
	e.Count(len(act.IIDs))
	e.GUIDs(act.IIDs)
	d, err := rpcInvoke(ctx, call, &e)
	if err != nil {
		return nil, err
	}
	results = decodeResults(&d)
	return results, rpcResult(&d)
}

// scmProcessInterface serves IScmProcess with impl.
func scmProcessInterface(impl scmProcess) *dcerpc.Interface {
	return &dcerpc.Interface{Syntax: scmProcessSyntax, Name: "IScmProcess", NumOps: 5, Handler: dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error {
		return serveScmProcess(c, impl)
	})}
}

func serveScmProcess(c *dcerpc.ServerCall, impl scmProcess) error {
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	switch c.Opnum {
	case 0:
		return serveAttach(c, &d, impl)
	case 1:
		return serveOwn(c, &d, impl)
	case 2:
		return serveUnpinged(c, &d, impl)
	case 3:
		return serveRundown(c, &d, impl)
	case 4:
		return serveActivate(c, &d, impl)
	}
	return opRange()
}

func serveAttach(c *dcerpc.ServerCall, d *ndr.Decoder, impl scmProcess) error {
	n := d.Uint32()
	bindings := d.Bytes(nil, d.CountIs(int(n), 1))
	target := d.WStr()
	period := d.Uint32()
	if err := d.Err(); err != nil {
		return err
	}
	pid, program, err := impl.Attach(handedOver(c), bindings, target, period)
	e := ndr.EncodeTo(c.GrowReply(64+2*len(program)), c.NDR64)
	e.Uint32(pid)
	if e.Pointer(true) {
		e.WStr(program)
	}
	return rpcReply(c, &e, err)
}

func serveOwn(c *dcerpc.ServerCall, d *ndr.Decoder, impl scmProcess) error {
	oxid, oids := decodeOxidOIDs(d)
	if err := d.Err(); err != nil {
		return err
	}
	owned, err := impl.Own(handedOver(c), oxid, oids)
	if len(owned) != len(oids) {
		owned = make([]bool, len(oids)) // the array is there even in a failure
	}
	e := ndr.EncodeTo(c.GrowReply(16+len(owned)), c.NDR64)
	e.Count(len(owned))
	e.Bools(owned)
	return rpcReply(c, &e, err)
}

func serveUnpinged(c *dcerpc.ServerCall, d *ndr.Decoder, impl scmProcess) error {
	oxid := orpc.OXID(d.Uint64())
	periods := d.Uint32()
	if err := d.Err(); err != nil {
		return err
	}
	oids, err := impl.Unpinged(handedOver(c), oxid, periods)
	e := ndr.EncodeTo(c.GrowReply(24+8*len(oids)), c.NDR64)
	encodeOIDs(&e, oids)
	return rpcReply(c, &e, err)
}

func serveRundown(c *dcerpc.ServerCall, d *ndr.Decoder, impl scmProcess) error {
	oxid, oids := decodeOxidOIDs(d)
	if err := d.Err(); err != nil {
		return err
	}
	kept, err := impl.Rundown(handedOver(c), oxid, oids)
	e := ndr.EncodeTo(c.GrowReply(24+8*len(kept)), c.NDR64)
	encodeOIDs(&e, kept)
	return rpcReply(c, &e, err)
}

func serveActivate(c *dcerpc.ServerCall, d *ndr.Decoder, impl scmProcess) error {
	oxid := orpc.OXID(d.Uint64())
	act := marshal.Activation{CLSID: d.GUID(), ClassObject: d.Bool(), Dest: com.MSHCTX(d.Uint32())}
	n := d.Uint32()
	d.InRange(int64(n), 1, orpc.MAX_REQUESTED_INTERFACES)
	act.IIDs = d.GUIDs(nil, d.CountIs(int(n), 16))
	if err := d.Err(); err != nil {
		return err
	}
	results, err := impl.Activate(handedOver(c), oxid, act)
	e := ndr.EncodeTo(c.GrowReply(replySize), c.NDR64)
	encodeResults(&e, results)
	return rpcReply(c, &e, err)
}

// decodeOxidOIDs reads the parameters that Own and Rundown share.
func decodeOxidOIDs(d *ndr.Decoder) (orpc.OXID, []orpc.OID) {
	oxid := orpc.OXID(d.Uint64())
	n := d.Uint32()
	d.InRange(int64(n), 0, maxOIDs)
	return oxid, ndr.Get[orpc.OID](d, nil, d.CountIs(int(n), 8))
}
