package scm

import (
	"encoding/hex"
	"strings"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
	"oxid/orpc"
)

// caller makes calls with raw stub data over the in-process transport.
type caller struct {
	tb   testing.TB
	conn *dcerpc.ClientConn
}

// newCaller serves r on a server of its own and connects to it.
func newCaller(tb testing.TB, ifaces ...*dcerpc.Interface) *caller {
	tb.Helper()
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: true, Logger: quiet})
	for _, i := range ifaces {
		if err := s.Register(i); err != nil {
			tb.Fatal(err)
		}
	}
	c := &caller{tb, dcerpc.NewClientConn(s.Pipe(), nil)}
	tb.Cleanup(func() {
		c.conn.Close()
		s.Close()
	})
	return c
}

// resolverCaller serves everything that a resolver has.
func resolverCaller(tb testing.TB, r *resolver) *caller {
	return newCaller(tb, append(r.activatorInterfaces(), r.resolverInterface())...)
}

// call returns a copy of the reply's stub data.
func (c *caller) call(iface com.GUID, op uint16, stub []byte) ([]byte, error) {
	c.tb.Helper()
	p, err := c.conn.Context(c.tb.Context(), dcerpc.SyntaxID{UUID: iface})
	if err != nil {
		c.tb.Fatal(err)
	}
	return rawCall(c.tb, p, op, stub)
}

func rawCall(tb testing.TB, p *dcerpc.PresContext, op uint16, stub []byte) ([]byte, error) {
	call := p.NewCall(op, nil, len(stub))
	defer call.Free()
	call.Stub = append(call.Stub, stub...)
	if err := call.Invoke(tb.Context()); err != nil {
		return nil, err
	}
	return append([]byte{}, call.Reply...), nil
}

// ask makes a call of IObjectExporter and decodes the reply.
func (c *caller) ask(op uint16, in encoder, out decoder) {
	c.tb.Helper()
	e := ndr.EncodeTo(nil, false)
	if in != nil {
		in.Encode(&e)
	}
	stub, err := e.Data()
	if err != nil {
		c.tb.Fatal(err)
	}
	reply, err := c.call(orpc.IID_IObjectExporter, op, stub)
	if err != nil {
		c.tb.Fatal(err)
	}
	d := ndr.DecodeFrom(reply, drepLittle, false)
	out.Decode(&d)
	if d.Err() != nil || d.Left() != 0 {
		c.tb.Fatalf("reply %x: %v, %d bytes left", reply, d.Err(), d.Left())
	}
}

// unhex reads the golden bytes of a test; blanks and line ends are decoration.
func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// drepLittle is the data representation label of little-endian replies.
const drepLittle = 0x10
