package epm

import (
	"context"
	"fmt"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
	"oxid/step"
)

// batch is how many entries a client asks for at once.
const batch = 16

// Map asks the endpoint mapper behind conn where iface is served over TCP, and
// returns the towers of that kind in the server's order. object is nil for
// none. The error is EPT_S_NOT_REGISTERED when there are none.
func Map(ctx context.Context, conn *dcerpc.ClientConn, iface dcerpc.SyntaxID, object *com.GUID) ([]Tower, error) {
	pres, err := conn.Context(ctx, Syntax)
	if err != nil {
		return nil, err
	}
	// A query names protocols and leaves address and port open.
	in := mapRequest{tower: TCPTower(iface, dcerpc.NDR20, [4]byte{}, 0), max: batch}
	if object != nil {
		in.hasObject, in.object = true, *object
	}
	var out mapReply
	if err := call(ctx, pres, opMap, in.encode, out.decode); err != nil {
		return nil, err
	}
	// There are more than we asked for: the server need not remember where we
	// were.
	if !out.handle.IsNull() {
		if err := free(ctx, pres, out.handle); err != nil {
			return nil, err
		}
	}
	// Servers may add towers of other protocols, and of ports that they do not
	// know yet.
	var towers []Tower
	for _, t := range out.towers {
		if _, port, ok := t.TCP(); ok && port != 0 {
			towers = append(towers, *t)
		}
	}
	if out.status == statusOK && len(towers) == 0 {
		out.status = statusNotRegistered
	}
	return towers, statusError(conn, iface.String(), out.status)
}

// MapTCP returns the port of the first tower that [Map] finds.
func MapTCP(ctx context.Context, conn *dcerpc.ClientConn, iface dcerpc.SyntaxID) (port uint16, err error) {
	towers, err := Map(ctx, conn, iface, nil)
	if err != nil {
		return 0, err
	}
	_, port, _ = towers[0].TCP()
	return port, nil
}

// maxEntries bounds what Lookup collects from a server that does not stop.
const maxEntries = 100000

// Lookup returns all entries of the endpoint mapper behind conn.
func Lookup(ctx context.Context, conn *dcerpc.ClientConn) ([]*Entry, error) {
	pres, err := conn.Context(ctx, Syntax)
	if err != nil {
		return nil, err
	}
	var all []*Entry
	// Batch by batch, each with the handle that came with the one before.
	in := lookupRequest{q: inquiry{typ: inqAll, vers: versAll}, max: batch}
	for {
		var out lookupReply
		if err := call(ctx, pres, opLookup, in.encode, out.decode); err != nil {
			return nil, err
		}
		all = append(all, out.entries...)
		if out.status == statusNotRegistered {
			return all, nil // no more
		}
		if err := statusError(conn, "", out.status); err != nil {
			return nil, err
		}
		if in.handle = out.handle; in.handle.IsNull() {
			return all, nil
		}
		if len(all) >= maxEntries {
			return all, free(ctx, pres, in.handle)
		}
	}
}

// free ends a lookup that was not followed to its end.
func free(ctx context.Context, pres *dcerpc.PresContext, h ndr.ContextHandle) error {
	return call(ctx, pres, opHandleFree,
		func(e *ndr.Encoder) { e.ContextHandle(h) },
		func(d *ndr.Decoder) { d.ContextHandle(); d.Uint32() })
}

// call makes one call: encode appends the [in] parameters, decode reads the
// [out] ones.
func call(ctx context.Context, pres *dcerpc.PresContext, op uint16, encode func(*ndr.Encoder), decode func(*ndr.Decoder)) error {
	c := pres.NewCall(op, nil, 256)
	defer c.Free()
	e := ndr.EncodeTo(c.Stub, c.NDR64)
	encode(&e)
	var err error
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

// statusError turns a status of the endpoint mapper into an error.
func statusError(conn *dcerpc.ClientConn, what string, status uint32) error {
	e := &com.Error{Step: step.EPM, Peer: conn.RemoteAddr().String(), Interface: what}
	switch status {
	case statusOK:
		return nil
	case statusNotRegistered:
		e.HRESULT = com.EPT_S_NOT_REGISTERED
		e.Hint = "no server with this interface is running there, or it did not register its endpoints"
	default:
		e.HRESULT = com.RPC_S_CALL_FAILED
		e.Err = fmt.Errorf("endpoint mapper status 0x%08x", status)
	}
	return e
}
