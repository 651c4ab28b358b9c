package epm

import (
	"math"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// NewInterface returns the endpoint mapper over t, to be registered with a
// [dcerpc.Server].
func NewInterface(t *Table) *dcerpc.Interface {
	return &dcerpc.Interface{Syntax: Syntax, Name: "epmapper", NumOps: numOps, MaxRequest: 1 << 20, Handler: &handler{t}}
}

type handler struct{ table *Table }

// cursor is the rest of a lookup or map, behind a context handle.
type cursor struct{ rest []*Entry }

// cursorKind tells our handles from those of other interfaces in the same
// association group.
type cursorKind struct{}

// ServeRPC implements [dcerpc.Handler].
func (h *handler) ServeRPC(c *dcerpc.ServerCall) error {
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	e := ndr.EncodeTo(c.GrowReply(512), c.NDR64)
	// Ids of full pointers go on in the reply where the request left off.
	var full ndr.FullPointers
	d.ShareFull(&full)
	e.ShareFull(&full)
	// Opnums outside of the table never get here.
	var err error
	switch c.Opnum {
	case opLookup:
		err = h.lookup(c, &d, &e)
	case opMap:
		err = h.mapTower(c, &d, &e)
	case opHandleFree:
		err = h.free(c, &d, &e)
	case opInqObject:
		e.GUID(com.GUID{}) // the map has no object of its own
		e.Uint32(statusOK)
	default:
		e.Uint32(statusCannotPerform) // the map is not changed from outside
	}
	if err != nil {
		return err
	}
	c.Reply, err = e.Data()
	return err
}

// maxBatch bounds the entries of one answer, whatever the client asks for.
const maxBatch = 500

// next takes up to max entries from the cursor behind handle, or from fresh
// ones when it is NULL. Clients differ in how they notice the end, and these
// rules suit them all: a full batch comes with a handle, a short one with
// NULL; with nothing left it is "not registered" and NULL.
func next(c *dcerpc.ServerCall, handle ndr.ContextHandle, max uint32, fresh func() []*Entry) (batch []*Entry, out ndr.ContextHandle, status uint32, err error) {
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
	n := min(len(cur.rest), int(min(max, maxBatch)))
	batch, rest := cur.rest[:n], cur.rest[n:]
	if n > 0 && (n == int(max) || len(rest) > 0) {
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

// sizeIs is the max_count of an array whose size_is is max: NDR goes no further
// than 2^31-1.
func sizeIs(max uint32) int { return int(min(max, math.MaxInt32)) }

func (h *handler) lookup(c *dcerpc.ServerCall, d *ndr.Decoder, e *ndr.Encoder) error {
	var in lookupRequest
	in.decode(d)
	if err := d.Err(); err != nil {
		return err
	}
	out := lookupReply{max: sizeIs(in.max)}
	var err error
	out.entries, out.handle, out.status, err = next(c, in.handle, in.max, func() []*Entry { return h.table.lookup(&in.q) })
	if err != nil {
		return err
	}
	out.encode(e)
	return nil
}

func (h *handler) mapTower(c *dcerpc.ServerCall, d *ndr.Decoder, e *ndr.Encoder) error {
	var in mapRequest
	in.decode(d)
	if err := d.Err(); err != nil {
		return err
	}
	out := mapReply{max: sizeIs(in.max)}
	batch, handle, status, err := next(c, in.handle, in.max, func() []*Entry { return h.table.match(in.object, in.tower) })
	if err != nil {
		return err
	}
	out.handle, out.status = handle, status
	for _, x := range batch {
		out.towers = append(out.towers, &x.Tower)
	}
	out.encode(e)
	return nil
}

func (h *handler) free(c *dcerpc.ServerCall, d *ndr.Decoder, e *ndr.Encoder) error {
	handle := d.ContextHandle()
	if err := d.Err(); err != nil {
		return err
	}
	if !handle.IsNull() {
		if _, err := c.CloseHandle(cursorKind{}, handle.UUID); err != nil {
			return err
		}
	}
	e.ContextHandle(ndr.ContextHandle{})
	e.Uint32(statusOK)
	return nil
}
