package epm

import (
	"context"
	"fmt"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm/internal/ept"
	"oxid/ndr"
	"oxid/step"
)

// batch is how many entries a client asks for at once.
const batch = 16

// Map asks the endpoint mapper behind conn where iface is served over TCP, and
// returns the towers of that kind in the server's order. object is nil for
// none. The error is EPT_S_NOT_REGISTERED when there are none.
func Map(ctx context.Context, conn *dcerpc.ClientConn, iface dcerpc.SyntaxID, object *com.GUID) ([]Tower, error) {
	c, err := ept.NewEpmapperClient(ctx, conn)
	if err != nil {
		return nil, err
	}
	// A query names protocols and leaves address and port open.
	query := &ept.Twr{Octets: TCPTower(iface, dcerpc.NDR20, [4]byte{}, 0).Append(nil)}
	status, cursor, found, err := c.Map(ctx, object, query, ndr.ContextHandle{}, batch)
	if err != nil {
		return nil, err
	}
	// There are more than we asked for: the server need not remember where we
	// were.
	if !cursor.IsNull() {
		if err := free(ctx, c, cursor); err != nil {
			return nil, err
		}
	}
	// Servers may add towers of other protocols, and of ports that they do not
	// know yet.
	var towers []Tower
	for _, twr := range found {
		t, err := tower(twr)
		if err != nil {
			return nil, malformed(conn, err)
		}
		if _, port, ok := t.TCP(); ok && port != 0 {
			towers = append(towers, t)
		}
	}
	if status == statusOK && len(towers) == 0 {
		status = statusNotRegistered
	}
	return towers, statusError(conn, iface.String(), status)
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
	c, err := ept.NewEpmapperClient(ctx, conn)
	if err != nil {
		return nil, err
	}
	var all []*Entry
	// Batch by batch, each with the handle that came with the one before.
	var cursor ndr.ContextHandle
	for {
		status, next, found, err := c.Lookup(ctx, ept.InquiryAll, nil, nil, ept.VersionsAll, cursor, batch)
		if err != nil {
			return nil, err
		}
		entries := make([]Entry, len(found))
		for i := range found {
			e := &entries[i]
			e.Object, e.Annotation = found[i].Object, found[i].Annotation
			if e.Tower, err = tower(found[i].Tower); err != nil {
				return nil, malformed(conn, err)
			}
			all = append(all, e)
		}
		if status == statusNotRegistered {
			return all, nil // no more
		}
		if err := statusError(conn, "", status); err != nil {
			return nil, err
		}
		if cursor = next; cursor.IsNull() {
			return all, nil
		}
		if len(all) >= maxEntries {
			return all, free(ctx, c, cursor)
		}
	}
}

// free ends a lookup that was not followed to its end.
func free(ctx context.Context, c *ept.EpmapperClient, cursor ndr.ContextHandle) error {
	_, _, err := c.HandleFree(ctx, cursor)
	return err
}

// malformed is the error for a tower that is none.
func malformed(conn *dcerpc.ClientConn, err error) error {
	return &com.Error{HRESULT: com.RPC_X_BAD_STUB_DATA, Step: step.EPM, Peer: conn.RemoteAddr().String(), Err: err}
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
