package marshal

import (
	"bytes"
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
	return c.ch.mgr.core.apt.unmarshalPeer(ctx, b, d)
}

// takeBack releases the references in a request that was not delivered.
func (c *clientCall) takeBack() { takeBack(c.ch.mgr.core.apt, c.sent) }

// AppendInterface implements [com.PointerMarshaler] for a reply.
func (c *serverCall) AppendInterface(ctx context.Context, b []byte, d *com.Desc, v any) ([]byte, error) {
	return appendPointer(ctx, c.stub.mgr.apt, b, d, v, c.GetDestCtx(), &c.sent)
}

// ReadInterface implements [com.PointerMarshaler] for a request.
func (c *serverCall) ReadInterface(ctx context.Context, b []byte, d *com.Desc) (any, error) {
	return c.stub.mgr.apt.unmarshalPeer(ctx, b, d)
}

// sentPacket is an interface pointer in a message: what has to be given back
// when the message is never delivered.
type sentPacket struct {
	std    orpc.STDOBJREF
	custom []byte // a copy of a custom packet; nil for a standard one
}

func appendPointer(ctx context.Context, a *Apartment, b []byte, d *com.Desc, v any, dest com.MSHCTX, sent *[]sentPacket) ([]byte, error) {
	start := len(b)
	b, err := a.marshalTo(ctx, b, d, v, dest, com.MSHLFLAGS_NORMAL)
	if err != nil {
		return b, err
	}
	switch r, _, err := orpc.ParseOBJREF(b[start:]); {
	case err != nil:
	case r.HasStd():
		*sent = append(*sent, sentPacket{std: r.Std})
	default:
		*sent = append(*sent, sentPacket{custom: bytes.Clone(b[start:])})
	}
	return b, nil
}

func takeBack(a *Apartment, sent []sentPacket) {
	for i := range sent {
		if p := sent[i].custom; p != nil {
			a.CoReleaseMarshalData(a.context(a.rt.ctx), com.NewMemoryStream(p))
			continue
		}
		r := orpc.OBJREF{Flags: orpc.OBJREF_STANDARD, Std: sent[i].std}
		a.stdRelease(a.rt.ctx, &r)
	}
}

// unmarshalFrom is CoUnmarshalInterface for a packet in memory that this
// process made.
func (a *Apartment) unmarshalFrom(ctx context.Context, packet []byte, want *com.Desc) (any, error) {
	return a.unmarshalPacket(ctx, packet, want, fromProcess)
}

// unmarshalPeer is the same for a packet out of a message of another process:
// which unmarshal classes it may name is a matter of policy.
func (a *Apartment) unmarshalPeer(ctx context.Context, packet []byte, want *com.Desc) (any, error) {
	return a.unmarshalPacket(ctx, packet, want, fromPeer)
}

func (a *Apartment) unmarshalPacket(ctx context.Context, packet []byte, want *com.Desc, from origin) (any, error) {
	r, n, err := orpc.ParseOBJREF(packet)
	if err != nil {
		return nil, err
	}
	if r.Flags == orpc.OBJREF_CUSTOM {
		// The stream ends with the packet: what follows in the message is not its.
		data := packet[n:len(packet):len(packet)]
		return a.customUnmarshal(ctx, &r, com.NewMemoryStream(data), &want.IID, want, from)
	}
	return a.stdUnmarshal(ctx, &r, want)
}
