package marshal

import (
	"context"

	"oxid/com"
	"oxid/orpc"
)

// Interface pointers inside a call are marshaled in the apartment of the call:
// a proxy's channel and a stub's channel are the PointerMarshaler of their
// messages. What a request or reply carries is remembered until it has been
// sent, so that a message that never leaves gives everything back.

// AppendInterface implements [com.PointerMarshaler] for a request.
func (c *clientCall) AppendInterface(ctx context.Context, b []byte, d *com.Desc, v any) ([]byte, error) {
	a, err := c.ch.mgr.core.apt.rt.apartment(ctx)
	if err != nil {
		return b, err
	}
	return appendPointer(ctx, a, b, d, v, c.ch.GetDestCtx(), &c.sent)
}

// ReadInterface implements [com.PointerMarshaler] for a reply.
func (c *clientCall) ReadInterface(ctx context.Context, b []byte, d *com.Desc) (any, error) {
	return c.ch.mgr.core.apt.unmarshalFrom(ctx, b, d)
}

// takeBack releases the references in a request that was not delivered.
func (c *clientCall) takeBack() { takeBack(c.ch.mgr.core.apt, c.sent) }

// AppendInterface implements [com.PointerMarshaler] for a reply.
func (c *serverCall) AppendInterface(ctx context.Context, b []byte, d *com.Desc, v any) ([]byte, error) {
	return appendPointer(ctx, c.stub.mgr.apt, b, d, v, c.GetDestCtx(), &c.sent)
}

// ReadInterface implements [com.PointerMarshaler] for a request.
func (c *serverCall) ReadInterface(ctx context.Context, b []byte, d *com.Desc) (any, error) {
	return c.stub.mgr.apt.unmarshalFrom(ctx, b, d)
}

func appendPointer(ctx context.Context, a *Apartment, b []byte, d *com.Desc, v any, dest com.MSHCTX, sent *[]orpc.STDOBJREF) ([]byte, error) {
	start := len(b)
	b, err := a.marshalTo(ctx, b, d, v, dest, com.MSHLFLAGS_NORMAL, nil)
	if err != nil {
		return b, err
	}
	if r, _, err := orpc.ParseOBJREF(b[start:]); err == nil && r.HasStd() {
		*sent = append(*sent, r.Std)
	}
	return b, nil
}

func takeBack(a *Apartment, sent []orpc.STDOBJREF) {
	for i := range sent {
		r := orpc.OBJREF{Flags: orpc.OBJREF_STANDARD, Std: sent[i]}
		a.stdRelease(a.rt.ctx, &r)
	}
}
