package main

import (
	"context"
	"fmt"
	"slices"

	"oxid/com"
	"oxid/idl/gen/testdata/record"
	"oxid/ndr"
)

const doubles = 1 << 20

// channel answers every call with the same bytes, and keeps the request's.
type channel struct {
	request, reply []byte
	m              com.RPCOLEMESSAGE
}

func (c *channel) GetBuffer(_ context.Context, _ uint32, size int) (*com.RPCOLEMESSAGE, error) {
	c.request = slices.Grow(c.request[:0], size)
	c.m = com.RPCOLEMESSAGE{Buffer: c.request, DataRep: 0x10}
	return &c.m, nil
}

func (c *channel) SendReceive(_ context.Context, m *com.RPCOLEMESSAGE) error {
	c.request, m.Buffer = m.Buffer, c.reply
	return nil
}

func (c *channel) FreeBuffer(*com.RPCOLEMESSAGE) {}
func (c *channel) GetDestCtx() com.MSHCTX        { return com.MSHCTX_LOCAL }
func (c *channel) IsConnected() bool             { return true }

// million makes the measurements of 2^20 doubles, in and out.
func million(ctx context.Context) ([]pair, error) {
	values := make([]float64, doubles)
	for i := range values {
		values[i] = float64(i) / 3
	}
	encoded := func(add func(e *ndr.Encoder)) []byte {
		e := ndr.EncodeTo(nil, false)
		add(&e)
		e.HRESULT(com.S_OK)
		b, _ := e.Data()
		return b
	}
	in := &channel{reply: encoded(func(e *ndr.Encoder) { e.Float64(1) })}
	out := &channel{reply: encoded(func(e *ndr.Encoder) {
		e.Count(doubles)
		e.Varying(0, doubles)
		e.Float64s(values)
		e.Uint32(doubles)
	})}
	connect := func(c *channel) (record.IRecords, error) {
		itf, p := record.IRecordsDesc.NewProxy()
		p.Init(nil, record.IRecordsDesc)
		p.AddUser(true)
		return itf.(record.IRecords), p.Connect(c)
	}
	sum, err := connect(in)
	if err != nil {
		return nil, err
	}
	fill, err := connect(out)
	if err != nil {
		return nil, err
	}
	dst, copied := make([]float64, doubles), make([]float64, doubles)
	send := func() {
		if _, err := sum.Sum(ctx, values); err != nil {
			panic(err)
		}
	}
	receive := func() {
		if _, err := fill.Fill(ctx, dst); err != nil {
			panic(err)
		}
	}
	send()
	receive()
	if !slices.Equal(dst, values) || len(in.request) != 8*doubles+8 {
		return nil, fmt.Errorf("the doubles do not arrive: %d bytes of request", len(in.request))
	}
	memory := func() { copy(copied, values) }
	return []pair{
		{name: "a million doubles, in", theirs: "copy", run: send, against: memory},
		{name: "a million doubles, out", theirs: "copy", run: receive, against: memory},
	}, nil
}
