// Package wiretest connects a generated proxy with a generated stub through
// memory, for tests: no connection, no apartments, no reference counting by
// packets. What the two exchange can be looked at and changed on the way.
//
// # Limitations
//
// An interface pointer travels as a number in a table, not as an OBJREF: a
// local object arrives as a new proxy of its own on every trip, a proxy as
// itself.
package wiretest

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"oxid/com"
)

// Wire is the connection of any number of proxies with their stubs. Set its
// fields before the first call; after that it is safe for concurrent calls.
type Wire struct {
	// NDR64 chooses the transfer syntax.
	NDR64 bool
	// Align is the offset of the parameters from a multiple of 8, on both ways.
	Align uint8
	// Request and Reply see the bytes that travel, and may change them.
	Request, Reply func(op uint32, b []byte) []byte

	mu      sync.Mutex
	objects []any
	live    int // messages handed out and not yet given back
}

// objref is what stands for an OBJREF: a mark and an index into the table.
const objrefMark = 0x574f454d

// Live returns how many messages of proxies were not given back: 0 between calls.
func (w *Wire) Live() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.live
}

// AppendInterface implements [com.PointerMarshaler].
func (w *Wire) AppendInterface(_ context.Context, b []byte, _ *com.Desc, v any) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.objects = append(w.objects, com.Keep(v)) // a message holds what it carries
	b = binary.LittleEndian.AppendUint32(b, objrefMark)
	return binary.LittleEndian.AppendUint32(b, uint32(len(w.objects)-1)), nil
}

// ReadInterface implements [com.PointerMarshaler].
func (w *Wire) ReadInterface(ctx context.Context, b []byte, d *com.Desc) (any, error) {
	if len(b) < 8 || binary.LittleEndian.Uint32(b) != objrefMark {
		return nil, com.RPC_E_INVALID_OBJREF
	}
	w.mu.Lock()
	i := int(binary.LittleEndian.Uint32(b[4:]))
	if i >= len(w.objects) {
		w.mu.Unlock()
		return nil, com.RPC_E_INVALID_OBJREF
	}
	v := w.objects[i]
	w.mu.Unlock()
	if d.NewProxy == nil { // IUnknown, and what no package describes
		return v, nil
	}
	if _, ok := v.(com.Proxied); ok {
		return v, nil // with the count that the message held
	}
	return w.Proxy(ctx, d, v)
}

// Proxy returns a proxy of d whose calls go to a stub for server.
func (w *Wire) Proxy(ctx context.Context, d *com.Desc, server any) (any, error) {
	if d.NewProxy == nil || d.NewStub == nil {
		return nil, fmt.Errorf("%s has no proxy", d.Name)
	}
	stub := d.NewStub()
	if err := stub.Connect(ctx, server); err != nil {
		return nil, err
	}
	itf, p := d.NewProxy()
	p.Init(nil, d)
	if err := p.Connect(&channel{w, stub}); err != nil {
		return nil, err
	}
	p.AddUser(true)
	return itf, nil
}

// Connect is [Wire.Proxy] for the Go type T of the interface.
func Connect[T any](ctx context.Context, w *Wire, server any) (T, error) {
	var none T
	d := com.DescOf[T]()
	if d == nil {
		return none, fmt.Errorf("%T is not registered", none)
	}
	v, err := w.Proxy(ctx, d, server)
	if err != nil {
		return none, err
	}
	return v.(T), nil
}

// channel is the client's end of one proxy.
type channel struct {
	w    *Wire
	stub com.IRpcStubBuffer
}

func (w *Wire) message(op uint32, size int) *com.RPCOLEMESSAGE {
	// Garbage in the room that is handed out would show up as padding.
	b := make([]byte, size)
	for i := range b {
		b[i] = 0xa5
	}
	return &com.RPCOLEMESSAGE{Buffer: b[:0], Pointers: w, Op: op, DataRep: 0x10, NDR64: w.NDR64, Align: w.Align}
}

func (c *channel) GetBuffer(_ context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	c.w.mu.Lock()
	c.w.live++
	c.w.mu.Unlock()
	return c.w.message(op, size), nil
}

func (c *channel) SendReceive(_ context.Context, m *com.RPCOLEMESSAGE) error {
	in := *m
	in.Buffer = append([]byte(nil), m.Buffer...)
	if c.w.Request != nil {
		in.Buffer = c.w.Request(m.Op, in.Buffer)
	}
	back := &reply{w: c.w}
	ctx := &serverContext{Context: context.Background()}
	err := c.stub.Invoke(ctx, &in, back)
	if err == nil && back.m == nil {
		err = com.RPC_E_SERVER_CANTMARSHAL_DATA
	}
	if err != nil {
		c.FreeBuffer(m)
		return err
	}
	m.Buffer, m.DataRep = append([]byte(nil), back.m.Buffer...), back.m.DataRep
	if c.w.Reply != nil {
		m.Buffer = c.w.Reply(m.Op, m.Buffer)
	}
	return nil
}

func (c *channel) FreeBuffer(*com.RPCOLEMESSAGE) {
	c.w.mu.Lock()
	c.w.live--
	c.w.mu.Unlock()
}

func (c *channel) GetDestCtx() com.MSHCTX { return com.MSHCTX_INPROC }
func (c *channel) IsConnected() bool      { return true }

// reply is the stub's end of one call.
type reply struct {
	w *Wire
	m *com.RPCOLEMESSAGE
}

func (r *reply) GetBuffer(_ context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	r.m = r.w.message(op, size)
	return r.m, nil
}
func (r *reply) SendReceive(context.Context, *com.RPCOLEMESSAGE) error { return com.E_UNEXPECTED }
func (r *reply) FreeBuffer(*com.RPCOLEMESSAGE)                         {}
func (r *reply) GetDestCtx() com.MSHCTX                                { return com.MSHCTX_INPROC }
func (r *reply) IsConnected() bool                                     { return true }

// serverContext carries the success code that a method sets.
type serverContext struct {
	context.Context
	hr com.HRESULT
}

func (c *serverContext) Value(key any) any {
	if key == com.ResultKey {
		return c
	}
	return c.Context.Value(key)
}

func (c *serverContext) SetHRESULT(hr com.HRESULT) { c.hr = hr }
func (c *serverContext) TakeHRESULT() com.HRESULT  { return c.hr }

// Discard returns the channel of a stub whose replies nobody reads.
func Discard(w *Wire) com.IRpcChannelBuffer { return &reply{w: w} }
