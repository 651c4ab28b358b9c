package rpcecho

import (
	"context"

	"oxid/dcerpc"
	"oxid/ndr"
)

// NewRpcechoClient returns the client of rpcecho over a presentation context of
// [RpcechoSyntax]. It is safe for concurrent use. A fault is a [*dcerpc.Fault].
func NewRpcechoClient(pc *dcerpc.PresContext) Rpcecho { return &rpcechoClient{pc} }

type rpcechoClient struct{ pc *dcerpc.PresContext }

func (r *rpcechoClient) begin(op uint16, size int) (*dcerpc.ClientCall, ndr.Encoder) {
	c := r.pc.NewCall(op, nil, size)
	return c, ndr.EncodeTo(c.Stub, c.NDR64)
}

// invoke sends what was encoded and returns the decoder of the reply.
func invoke(ctx context.Context, c *dcerpc.ClientCall, e *ndr.Encoder) (ndr.Decoder, error) {
	b, err := e.Data()
	if err == nil {
		c.Stub = b
		err = c.Invoke(ctx)
	}
	if err != nil {
		return ndr.Decoder{}, err
	}
	return ndr.DecodeFrom(c.Reply, c.DataRep, c.NDR64), nil
}

func (r *rpcechoClient) AddOne(ctx context.Context, inData uint32) (outData uint32, err error) {
	c, e := r.begin(opAddOne, 4)
	defer c.Free()
	e.Uint32(inData)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return 0, err
	}
	outData = d.Uint32()
	return outData, d.Err()
}

func (r *rpcechoClient) EchoData(ctx context.Context, inData []byte) (outData []byte, err error) {
	c, e := r.begin(opEchoData, 16+len(inData))
	defer c.Free()
	e.Uint32(uint32(len(inData)))
	e.Count(len(inData))
	e.Bytes(inData)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return nil, err
	}
	outData = d.Bytes(nil, d.CountIs(len(inData), 1))
	return outData, d.Err()
}

func (r *rpcechoClient) SinkData(ctx context.Context, data []byte) error {
	c, e := r.begin(opSinkData, 16+len(data))
	defer c.Free()
	e.Uint32(uint32(len(data)))
	e.Count(len(data))
	e.Bytes(data)
	_, err := invoke(ctx, c, &e)
	return err
}

func (r *rpcechoClient) SourceData(ctx context.Context, length uint32) (data []byte, err error) {
	c, e := r.begin(opSourceData, 4)
	defer c.Free()
	e.Uint32(length)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return nil, err
	}
	data = d.Bytes(nil, d.CountIs(int(length), 1))
	return data, d.Err()
}

func (r *rpcechoClient) TestCall(ctx context.Context, s1 string) (s2 *string, err error) {
	c, e := r.begin(opTestCall, 32+2*len(s1))
	defer c.Free()
	e.WStr(s1)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return nil, err
	}
	if d.Pointer() {
		s2 = new(string)
		*s2 = d.WStr()
	}
	return s2, d.Err()
}

func (r *rpcechoClient) TestCall2(ctx context.Context, level uint16) (info EchoInfo, status uint32, err error) {
	c, e := r.begin(opTestCall2, 2)
	defer c.Free()
	e.Uint16(level)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return info, 0, err
	}
	info.decode(&d)
	status = d.Uint32()
	return info, status, d.Err()
}

func (r *rpcechoClient) TestSleep(ctx context.Context, seconds uint32) (slept uint32, err error) {
	c, e := r.begin(opTestSleep, 4)
	defer c.Free()
	e.Uint32(seconds)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return 0, err
	}
	slept = d.Uint32()
	return slept, d.Err()
}

func (r *rpcechoClient) TestEnum(ctx context.Context, foo1 EchoEnum1, foo2 EchoEnum2, foo3 EchoEnum3) (out1 EchoEnum1, out2 EchoEnum2, out3 EchoEnum3, err error) {
	c, e := r.begin(opTestEnum, 32)
	defer c.Free()
	e.Enum16(int32(foo1))
	foo2.encode(&e)
	foo3.encode(&e)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return 0, out2, out3, err
	}
	out1 = EchoEnum1(d.Enum16())
	out2.decode(&d)
	out3.decode(&d)
	return out1, out2, out3, d.Err()
}

func (r *rpcechoClient) TestSurrounding(ctx context.Context, data EchoSurrounding) (out EchoSurrounding, err error) {
	c, e := r.begin(opTestSurrounding, 16+2*len(data.Surrounding))
	defer c.Free()
	data.encode(&e)
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return out, err
	}
	out.decode(&d)
	return out, d.Err()
}

func (r *rpcechoClient) TestDoublePointer(ctx context.Context, data **uint16) (value uint16, err error) {
	c, e := r.begin(opTestDoublePointer, 24)
	defer c.Free()
	if e.Pointer(data != nil) && e.Pointer(*data != nil) {
		e.Uint16(**data)
	}
	d, err := invoke(ctx, c, &e)
	if err != nil {
		return 0, err
	}
	value = d.Uint16()
	return value, d.Err()
}
