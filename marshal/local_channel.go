package marshal

import (
	"context"
	"runtime"
	"sync"

	"oxid/com"
	"oxid/orpc"
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
	served  com.RPCOLEMESSAGE // the request as the stub gets it
	reply   com.RPCOLEMESSAGE
	ch      *localChannel
	stub    *interfaceStub
	cc      *localContext
	in, out []byte        // buffers behind request and reply
	sent    []sentPacket  // references marshaled into the request
	back    []sentPacket  // references marshaled into the reply
	extents []orpc.Extent // of the reply
	outgoing
	invoked bool
	replied bool
}

var localCalls = sync.Pool{New: func() any { return new(localCall) }}

// maxPooledBuffer bounds what an idle pool holds on to.
const maxPooledBuffer = 64 << 10

// GetBuffer implements [com.IRpcChannelBuffer].
func (ch *localChannel) GetBuffer(ctx context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	st := stateOf(ctx)
	apt := ch.mgr.core.apt
	if err := apt.admit(st); err != nil {
		return nil, ch.fail(op, step.Self, err)
	}
	c := localCalls.Get().(*localCall)
	messages.Add(1)
	c.ch, c.st, c.cid = ch, st, st.chain()
	if apt.rt.attention.Load() != 0 {
		if err := c.begin(ctx, apt, ch.desc, op, ch.mgr.core.exp); err != nil {
			c.free()
			return nil, ch.fail(op, step.Self, err)
		}
	}
	if cap(c.in) < size {
		c.in = make([]byte, 0, size)
	}
	c.request = com.RPCOLEMESSAGE{Buffer: c.in[:0], Pointers: (*localRequest)(c), Op: op, DataRep: com.NDR_LOCAL_DATA_REPRESENTATION, Reserved: c}
	return &c.request, nil
}

// SendReceive implements [com.IRpcChannelBuffer]: it runs the stub on the
// caller's goroutine, when its turn has come.
func (ch *localChannel) SendReceive(ctx context.Context, m *com.RPCOLEMESSAGE) error {
	c, _ := m.Reserved.(*localCall)
	if c == nil || c.ch != ch {
		return com.E_INVALIDARG
	}
	c.invoked = true
	var err error
	if apt := ch.mgr.core.apt; apt.sta == nil && !c.special() {
		err = c.block(ctx)
	} else {
		err = c.perform(ctx, apt, ch.desc, m.Op, ch.mgr.core.exp, c, func(context.Context) error { return nil })
	}
	runtime.KeepAlive(ch.mgr)
	if c.busy {
		c.finish(ctx, ch.mgr, c.extents, err)
	}
	if err != nil {
		if notExecuted(err) {
			takeBack(ch.mgr.core.apt, c.sent)
		}
		err = ch.fail(m.Op, step.Call, c.explain(ch.mgr.core.apt.rt, err))
		c.free()
		return err
	}
	m.Buffer, m.Pointers, m.ErrorInfo = c.reply.Buffer, (*localRequest)(c), c.cc.state.failure()
	return nil
}

// staLocalContext is the context of a method in a single-threaded apartment,
// and its activity.
type staLocalContext struct {
	localContext
	frame frame
}

// init makes x the context of an activity of s that was called with ctx.
func (x *staLocalContext) init(ctx context.Context, s *sta, cid com.CID, kind frameKind) {
	x.Context = ctx
	x.frame.sta, x.frame.cid, x.frame.kind = s, cid, kind
	x.state.apt, x.state.cid, x.state.frame = s.apt, cid, &x.frame
}

// block implements [blocker]: it finds the stub and lets it run in its
// apartment.
func (c *localCall) block(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &waitEnded{cause: err}
	}
	s := c.ch.mgr.core.apt.rt.ipids.lookup(&c.ch.ipid)
	if s == nil {
		return notExecutedFault(com.RPC_E_DISCONNECTED)
	}
	c.stub = s
	apt := s.mgr.apt
	if apt.sta != nil {
		x := &staLocalContext{}
		x.init(ctx, apt.sta, c.cid, frameCall)
		x.frame.desc, x.frame.obj, x.frame.op = s.desc, s.mgr.obj, c.request.Op
		c.cc = &x.localContext
		return apt.sta.run(ctx, &x.frame, c.cc, c)
	}
	c.cc = &localContext{Context: ctx}
	c.cc.state.apt, c.cc.state.cid = apt, c.cid
	if c.st != nil && apt.kind == com.APTTYPE_NA {
		c.cc.state.frame = c.st.frame
	}
	return c.runIn(c.cc)
}

// runIn implements [staBody]; see [serverCall.runIn].
//
//go:noinline
func (c *localCall) runIn(context.Context) error {
	s, cc := c.stub, c.cc
	if !s.mgr.enter() {
		return notExecutedFault(com.RPC_E_DISCONNECTED)
	}
	defer s.mgr.leave(cc)
	defer cc.end()
	s.mgr.touch()
	var info *com.ChannelHookCallInfo
	var hooks *hookTable
	if c.busy && c.extras.hooks != nil {
		hooks = c.extras.hooks
		server := c.extras.info
		server.Object = s.mgr.obj
		info = &server
		hooks.serverNotify(cc, s.mgr.apt.rt, info, c.extras.sent)
	}
	c.served = c.request
	c.served.Pointers = (*localReply)(c)
	err := s.invoke(cc, &c.served, (*localReply)(c))
	if err == nil && !c.replied {
		err = com.RPC_E_SERVER_CANTMARSHAL_DATA
	}
	if err != nil {
		takeBack(s.mgr.apt, c.back)
		return err
	}
	if hooks != nil {
		if c.extents, err = hooks.serverExtents(cc, s.mgr.apt.rt, info, nil); err != nil {
			s.mgr.apt.rt.log.WarnContext(cc, "extents of a reply were dropped", "err", err)
			c.extents = nil
		}
	}
	return nil
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
	c.reset(c.ch.mgr.core.apt.rt)
	n := localCall{in: c.in, out: c.out, sent: c.sent[:0], back: c.back[:0], outgoing: c.outgoing}
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
	messages.Add(-1)
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
