package epm

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm/internal/ept"
	"oxid/ndr"
)

// NewInterface returns the endpoint mapper over t, to be registered with a
// [dcerpc.Server].
func NewInterface(t *Table) *dcerpc.Interface {
	i := ept.ServeEpmapper(&server{t})
	i.MaxRequest = 1 << 20
	return i
}

// server implements the operations.
type server struct{ table *Table }

// cursor is the rest of a lookup or map, behind a context handle.
type cursor struct{ rest []*item }

// cursorKind tells our handles from those of other interfaces in the same
// association group.
type cursorKind struct{}

// maxBatch bounds the entries of one answer, whatever the client asks for.
const maxBatch = 500

// callOf returns the call that ctx belongs to: handles are the connection's.
func callOf(ctx context.Context) (*dcerpc.ServerCall, error) {
	if c := dcerpc.CallFromContext(ctx); c != nil {
		return c, nil
	}
	return nil, com.E_UNEXPECTED
}

// next takes up to limit entries from the cursor behind handle, or from fresh
// ones when it is NULL. Clients differ in how they notice the end, and these
// rules suit them all: a full batch comes with a handle, a short one with
// NULL; with nothing left it is "not registered" and NULL.
func next(ctx context.Context, handle ndr.ContextHandle, limit uint32, fresh func() []*item) (batch []*item, out ndr.ContextHandle, status uint32, err error) {
	c, err := callOf(ctx)
	if err != nil {
		return nil, out, 0, err
	}
	var cur *cursor
	if handle.IsNull() {
		cur = &cursor{fresh()}
	} else {
		// Checked by the runtime: of this client's group, and ours.
		v, err := c.Handle(cursorKind{}, handle.UUID)
		if err != nil {
			return nil, out, 0, err
		}
		cur = v.(*cursor)
	}
	n := min(len(cur.rest), int(min(limit, maxBatch)))
	batch, rest := cur.rest[:n], cur.rest[n:]
	if n > 0 && (n == int(limit) || len(rest) > 0) {
		// Calls of one handle do not overlap: clients have to wait for the
		// handle of the reply. A cursor is never changed, so that those who do
		// not wait harm themselves alone.
		if !handle.IsNull() {
			if _, err := c.CloseHandle(cursorKind{}, handle.UUID); err != nil {
				return nil, out, 0, err
			}
		}
		id, err := c.NewHandle(cursorKind{}, &cursor{rest}, nil)
		if err != nil {
			return nil, out, 0, err
		}
		return batch, ndr.ContextHandle{UUID: id}, statusOK, nil
	}
	if !handle.IsNull() {
		if _, err := c.CloseHandle(cursorKind{}, handle.UUID); err != nil {
			return nil, out, 0, err
		}
	}
	if n == 0 {
		return nil, out, statusNotRegistered, nil
	}
	return batch, out, statusOK, nil
}

// Lookup implements [ept.Epmapper].
func (s *server) Lookup(ctx context.Context, typ ept.Inquiry, object *com.GUID, iface *ept.IfID, vers ept.Versions, handle ndr.ContextHandle, limit uint32) (status uint32, out ndr.ContextHandle, entries []ept.Entry, err error) {
	batch, out, status, err := next(ctx, handle, limit, func() []*item { return s.table.lookup(newInquiry(typ, object, iface, vers)) })
	if err != nil {
		return 0, out, nil, err
	}
	entries = make([]ept.Entry, len(batch))
	for i, x := range batch {
		entries[i] = x.wire
	}
	return status, out, entries, nil
}

// Map implements [ept.Epmapper]. A NULL tower matches nothing.
func (s *server) Map(ctx context.Context, object *com.GUID, query *ept.Twr, handle ndr.ContextHandle, limit uint32) (status uint32, out ndr.ContextHandle, towers []*ept.Twr, err error) {
	wanted, err := tower(query)
	if err != nil {
		return 0, out, nil, com.RPC_X_BAD_STUB_DATA
	}
	batch, out, status, err := next(ctx, handle, limit, func() []*item { return s.table.match(ndr.Deref(object), wanted) })
	if err != nil {
		return 0, out, nil, err
	}
	towers = make([]*ept.Twr, len(batch))
	for i, x := range batch {
		towers[i] = &x.twr
	}
	return status, out, towers, nil
}

// HandleFree implements [ept.Epmapper].
func (s *server) HandleFree(ctx context.Context, handle ndr.ContextHandle) (status uint32, null ndr.ContextHandle, err error) {
	if handle.IsNull() {
		return statusOK, null, nil
	}
	c, err := callOf(ctx)
	if err == nil {
		_, err = c.CloseHandle(cursorKind{}, handle.UUID)
	}
	return statusOK, null, err
}

// InqObject implements [ept.Epmapper]: the map has no object of its own.
func (s *server) InqObject(context.Context) (status uint32, object com.GUID, err error) {
	return statusOK, object, nil
}

// Insert implements [ept.Epmapper]: the map is not changed from outside.
func (s *server) Insert(context.Context, []ept.Entry, bool) (status uint32, err error) {
	return statusCannotPerform, nil
}

// Delete implements [ept.Epmapper].
func (s *server) Delete(context.Context, []ept.Entry) (status uint32, err error) {
	return statusCannotPerform, nil
}

// MgmtDelete implements [ept.Epmapper].
func (s *server) MgmtDelete(context.Context, bool, *com.GUID, *ept.Twr) (status uint32, err error) {
	return statusCannotPerform, nil
}
