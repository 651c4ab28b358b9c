package rpcecho

import (
	"context"

	"oxid/dcerpc"
	"oxid/ndr"
)

// RpcechoInterface returns the interface with which a [dcerpc.Server] serves s.
// Methods run on the goroutine that reads the connection: one that blocks hands
// it over first ([dcerpc.ServerCall.HandOver]).
func RpcechoInterface(s Rpcecho) *dcerpc.Interface {
	return &dcerpc.Interface{
		Syntax: RpcechoSyntax, Name: "rpcecho", NumOps: int(numOps), Handler: &rpcechoServer{s},
	}
}

type rpcechoServer struct{ obj Rpcecho }

// ServeRPC decodes the parameters of a call, makes it and encodes its results.
func (s *rpcechoServer) ServeRPC(c *dcerpc.ServerCall) error {
	ctx := new(dcerpc.CallContext)
	c.InitContext(ctx)
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	e, err := s.serve(ctx, c, &d)
	if err != nil {
		return err
	}
	c.Reply, err = e.Data()
	return err
}

// reply begins the encoding of results.
func reply(c *dcerpc.ServerCall, size int) ndr.Encoder {
	return ndr.EncodeTo(c.GrowReply(size), c.NDR64)
}

func (s *rpcechoServer) serve(ctx context.Context, c *dcerpc.ServerCall, d *ndr.Decoder) (e ndr.Encoder, err error) {
	switch c.Opnum {
	case opAddOne:
		inData := d.Uint32()
		if err := d.Err(); err != nil {
			return e, err
		}
		outData, err := s.obj.AddOne(ctx, inData)
		if err != nil {
			return e, err
		}
		e = reply(c, 4)
		e.Uint32(outData)
		return e, nil
	case opEchoData:
		n := d.Uint32()
		inData := d.Bytes(nil, d.CountIs(int(n), 1))
		if err := d.Err(); err != nil {
			return e, err
		}
		outData, err := s.obj.EchoData(ctx, inData)
		if err != nil {
			return e, err
		}
		e = reply(c, 8+len(outData))
		e.CountIs(int(n), len(outData))
		e.Bytes(outData)
		return e, nil
	case opSinkData:
		n := d.Uint32()
		data := d.Bytes(nil, d.CountIs(int(n), 1))
		if err := d.Err(); err != nil {
			return e, err
		}
		return e, s.obj.SinkData(ctx, data)
	case opSourceData:
		n := d.Uint32()
		if err := d.Err(); err != nil {
			return e, err
		}
		data, err := s.obj.SourceData(ctx, n)
		if err != nil {
			return e, err
		}
		e = reply(c, 8+len(data))
		e.CountIs(int(n), len(data))
		e.Bytes(data)
		return e, nil
	case opTestCall:
		s1 := d.WStr()
		if err := d.Err(); err != nil {
			return e, err
		}
		s2, err := s.obj.TestCall(ctx, s1)
		if err != nil {
			return e, err
		}
		e = reply(c, 64)
		if e.Pointer(s2 != nil) {
			e.WStr(*s2)
		}
		return e, nil
	case opTestCall2:
		level := d.Uint16()
		if err := d.Err(); err != nil {
			return e, err
		}
		info, status, err := s.obj.TestCall2(ctx, level)
		if err != nil {
			return e, err
		}
		e = reply(c, 32)
		info.Tag = level // switch_is
		info.encode(&e)
		e.Uint32(status)
		return e, nil
	case opTestSleep:
		seconds := d.Uint32()
		if err := d.Err(); err != nil {
			return e, err
		}
		slept, err := s.obj.TestSleep(ctx, seconds)
		if err != nil {
			return e, err
		}
		e = reply(c, 4)
		e.Uint32(slept)
		return e, nil
	case opTestEnum:
		foo1 := EchoEnum1(d.Enum16())
		var foo2 EchoEnum2
		foo2.decode(d)
		var foo3 EchoEnum3
		foo3.decode(d)
		if err := d.Err(); err != nil {
			return e, err
		}
		out1, out2, out3, err := s.obj.TestEnum(ctx, foo1, foo2, foo3)
		if err != nil {
			return e, err
		}
		e = reply(c, 32)
		e.Enum16(int32(out1))
		out2.encode(&e)
		out3.encode(&e)
		return e, nil
	case opTestSurrounding:
		var data EchoSurrounding
		data.decode(d)
		if err := d.Err(); err != nil {
			return e, err
		}
		out, err := s.obj.TestSurrounding(ctx, data)
		if err != nil {
			return e, err
		}
		e = reply(c, 16+2*len(out.Surrounding))
		out.encode(&e)
		return e, nil
	case opTestDoublePointer:
		var data **uint16
		if d.Pointer() {
			data = new(*uint16)
			if d.Pointer() {
				*data = new(uint16)
				**data = d.Uint16()
			}
		}
		if err := d.Err(); err != nil {
			return e, err
		}
		value, err := s.obj.TestDoublePointer(ctx, data)
		if err != nil {
			return e, err
		}
		e = reply(c, 2)
		e.Uint16(value)
		return e, nil
	}
	return e, &dcerpc.Fault{Status: dcerpc.StatusOpRange, DidNotExecute: true}
}
