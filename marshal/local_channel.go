package marshal

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/step"
)

// localChannel carries calls between two apartments of one runtime: the
// parameters are marshaled as ever, the RPC runtime is left out. No socket, no
// PDU, no ORPC header; proxies, stubs and objects notice nothing.
type localChannel struct {
	mgr  *proxyManager
	desc *com.Desc
	ipid com.IPID
}

// localCall is one call inside the process: the client's message and the
// stub's channel at once.
type localCall struct {
	request com.RPCOLEMESSAGE
	reply   com.RPCOLEMESSAGE
	ch      *localChannel
	stub    *interfaceStub
	in, out []byte       // buffers behind request and reply
	sent    []sentPacket // references marshaled into the request
	back    []sentPacket // references marshaled into the reply
	invoked bool
	replied bool
}

var localCalls = sync.Pool{New: func() any { return new(localCall) }}

// maxPooledBuffer bounds what an idle pool holds on to.
const maxPooledBuffer = 64 << 10

// GetBuffer implements [com.IRpcChannelBuffer].
func (ch *localChannel) GetBuffer(ctx context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	if err := ch.mgr.core.apt.check(ctx); err != nil {
		return nil, ch.fail(op, step.Self, err)
	}
	c := localCalls.Get().(*localCall)
	c.ch = ch
	if cap(c.in) < size {
		c.in = make([]byte, 0, size)
	}
	c.request = com.RPCOLEMESSAGE{Buffer: c.in[:0], Pointers: (*localRequest)(c), Op: op, DataRep: com.NDR_LOCAL_DATA_REPRESENTATION, Reserved: c}
	return &c.request, nil
}

// SendReceive implements [com.IRpcChannelBuffer]: it runs the stub on the
// caller's goroutine.
func (ch *localChannel) SendReceive(ctx context.Context, m *com.RPCOLEMESSAGE) error {
	c, _ := m.Reserved.(*localCall)
	if c == nil || c.ch != ch {
		return com.E_INVALIDARG
	}
	c.invoked = true
	err := c.run(ctx)
	runtime.KeepAlive(ch.mgr)
	if err != nil {
		if notExecuted(err) {
			takeBack(ch.mgr.core.apt, c.sent)
		}
		err = ch.fail(m.Op, step.Call, err)
		c.free()
		return err
	}
	m.Buffer, m.Pointers = c.reply.Buffer, (*localRequest)(c)
	return nil
}

// run finds the stub and invokes it.
func (c *localCall) run(ctx context.Context) error {
	rt := c.ch.mgr.core.apt.rt
	s := rt.ipids.lookup(&c.ch.ipid)
	if s == nil || !s.mgr.enter() {
		return &dcerpc.Fault{Status: dcerpc.Status(com.RPC_E_DISCONNECTED), DidNotExecute: true}
	}
	c.stub = s
	defer s.mgr.leave(ctx)
	s.mgr.touch()
	if err := ctx.Err(); err != nil {
		return err
	}
	cc := &localContext{Context: ctx, state: callState{apt: s.mgr.apt, cid: causality(ctx)}}
	m := c.request
	m.Pointers = (*localReply)(c)
	err := s.invoke(cc, &m, (*localReply)(c))
	if err == nil && !c.replied {
		err = com.RPC_E_SERVER_CANTMARSHAL_DATA
	}
	if err != nil {
		takeBack(s.mgr.apt, c.back)
	}
	return err
}

// FreeBuffer implements [com.IRpcChannelBuffer].
func (ch *localChannel) FreeBuffer(m *com.RPCOLEMESSAGE) {
	c, _ := m.Reserved.(*localCall)
	if c == nil || c.ch != ch {
		return
	}
	if !c.invoked {
		takeBack(ch.mgr.core.apt, c.sent)
	}
	c.free()
}

func (c *localCall) free() {
	n := localCall{in: c.in, out: c.out, sent: c.sent[:0], back: c.back[:0]}
	if cap(c.request.Buffer) > cap(n.in) && cap(c.request.Buffer) <= maxPooledBuffer && !c.replied {
		n.in = c.request.Buffer[:0]
	}
	if cap(n.in) > maxPooledBuffer {
		n.in = nil
	}
	if cap(n.out) > maxPooledBuffer {
		n.out = nil
	}
	*c = n
	localCalls.Put(c)
}

// GetDestCtx implements [com.IRpcChannelBuffer] (CF-189).
func (ch *localChannel) GetDestCtx() com.MSHCTX { return com.MSHCTX_INPROC }

// IsConnected implements [com.IRpcChannelBuffer]; inside a process the answer
// is certain either way.
func (ch *localChannel) IsConnected() bool {
	return ch.mgr.core.apt.rt.ipids.lookup(&ch.ipid) != nil
}

func (ch *localChannel) fail(op uint32, at step.Step, err error) error {
	return failedCall(ch.mgr, ch.desc, op, at, err)
}

// localRequest and localReply marshal the interface pointers of the two
// directions, each in its own apartment; localReply is the stub's channel too.
type (
	localRequest localCall
	localReply   localCall
)

// AppendInterface implements [com.PointerMarshaler].
func (c *localRequest) AppendInterface(ctx context.Context, b []byte, d *com.Desc, v any) ([]byte, error) {
	return appendPointer(ctx, c.ch.mgr.core.apt, b, d, v, com.MSHCTX_INPROC, &c.sent)
}

// ReadInterface implements [com.PointerMarshaler].
func (c *localRequest) ReadInterface(ctx context.Context, b []byte, d *com.Desc) (any, error) {
	return c.ch.mgr.core.apt.unmarshalFrom(ctx, b, d)
}

// AppendInterface implements [com.PointerMarshaler].
func (c *localReply) AppendInterface(ctx context.Context, b []byte, d *com.Desc, v any) ([]byte, error) {
	return appendPointer(ctx, c.stub.mgr.apt, b, d, v, com.MSHCTX_INPROC, &c.back)
}

// ReadInterface implements [com.PointerMarshaler].
func (c *localReply) ReadInterface(ctx context.Context, b []byte, d *com.Desc) (any, error) {
	return c.stub.mgr.apt.unmarshalFrom(ctx, b, d)
}

// GetBuffer implements [com.IRpcChannelBuffer] for the stub.
func (c *localReply) GetBuffer(_ context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	if cap(c.out) < size {
		c.out = make([]byte, 0, size)
	}
	c.replied = true
	c.reply = com.RPCOLEMESSAGE{Buffer: c.out[:0], Pointers: c, Op: op, DataRep: com.NDR_LOCAL_DATA_REPRESENTATION}
	return &c.reply, nil
}

// SendReceive implements [com.IRpcChannelBuffer]; stubs have nothing to send.
func (c *localReply) SendReceive(context.Context, *com.RPCOLEMESSAGE) error { return com.E_UNEXPECTED }

// FreeBuffer implements [com.IRpcChannelBuffer]; the runtime frees a stub's messages.
func (c *localReply) FreeBuffer(*com.RPCOLEMESSAGE) {}

// GetDestCtx implements [com.IRpcChannelBuffer].
func (c *localReply) GetDestCtx() com.MSHCTX { return com.MSHCTX_INPROC }

// IsConnected implements [com.IRpcChannelBuffer].
func (c *localReply) IsConnected() bool { return true }

// localContext is the context of a method that another apartment of the
// process called: it ends with the caller's and has none of its values.
type localContext struct {
	context.Context
	state callState
	hr    atomic.Uint32
}

// Value answers for the call alone.
func (c *localContext) Value(key any) any {
	if key == com.ResultKey {
		return c
	}
	return c.state.value(key)
}

// SetHRESULT implements [com.ResultSetter].
func (c *localContext) SetHRESULT(hr com.HRESULT) {
	if hr.Succeeded() {
		c.hr.Store(uint32(hr))
	}
}

// TakeHRESULT implements [com.ResultGetter].
func (c *localContext) TakeHRESULT() com.HRESULT { return com.HRESULT(c.hr.Load()) }
