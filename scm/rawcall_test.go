package scm

import (
	"encoding/hex"
	"strings"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
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

// exporter is the client's side of IObjectExporter.
func (c *caller) exporter() *orpc.IObjectExporterClient {
	c.tb.Helper()
	x, err := orpc.NewIObjectExporterClient(c.tb.Context(), c.conn)
	if err != nil {
		c.tb.Fatal(err)
	}
	return x
}

// replay connects to activators that answer every call with these bytes: it is
// how replies are read.
func replay(tb testing.TB, reply []byte) *dcerpc.ClientConn {
	tb.Helper()
	var ifaces []*dcerpc.Interface
	for _, id := range []dcerpc.SyntaxID{orpc.IActivationSyntax, orpc.IRemoteSCMActivatorSyntax} {
		ifaces = append(ifaces, &dcerpc.Interface{Syntax: id, NumOps: 5, Handler: dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error {
			c.Reply = append(c.GrowReply(len(reply)), reply...)
			return nil
		})})
	}
	return newCaller(tb, ifaces...).conn
}

// propertiesIn reads the reply of IRemoteSCMActivator.
func propertiesIn(tb testing.TB, reply []byte) ([]byte, error) {
	tb.Helper()
	scm, err := orpc.NewIRemoteSCMActivatorClient(tb.Context(), replay(tb, reply))
	if err != nil {
		tb.Fatal(err)
	}
	_, out, err := scm.RemoteCreateInstance(tb.Context(), orpc.ORPCTHIS{}, nil, nil)
	return out.OBJREF(), err
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
