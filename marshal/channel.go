package marshal

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/step"
)

// channel is the client's IRpcChannelBuffer: it carries the calls of one
// interface proxy to one IPID. It points to the identity strongly, so that an
// object cannot be collected while one of its methods is running.
type channel struct {
	mgr  *proxyManager
	desc *com.Desc
	ipid com.IPID
	pres atomic.Pointer[dcerpc.PresContext] // of the last connection; may be dead
}

// clientCall is one message of a client channel.
type clientCall struct {
	com.RPCOLEMESSAGE
	ch     *channel
	rpc    *dcerpc.ClientCall
	header int          // bytes of ORPCTHIS in front of the parameters
	sent   []sentPacket // references marshaled into the request
	outgoing

	invoked bool
}

var clientCalls = sync.Pool{New: func() any { return new(clientCall) }}

// callOf returns the call that m belongs to.
func callOf(m *com.RPCOLEMESSAGE) *clientCall { c, _ := m.Reserved.(*clientCall); return c }

// GetBuffer implements [com.IRpcChannelBuffer]: it connects when there is no
// connection, and puts ORPCTHIS in front of the parameters ([MS-DCOM] 2.2.13.3).
func (ch *channel) GetBuffer(ctx context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	st := stateOf(ctx)
	apt := ch.mgr.core.apt
	if err := apt.admit(st); err != nil {
		return nil, ch.fail(op, step.Self, err)
	}
	pres, err := ch.presContext(ctx)
	if err != nil {
		return nil, ch.fail(op, step.ObjectRPC, err)
	}
	c := clientCalls.Get().(*clientCall)
	messages.Add(1)
	c.ch, c.st, c.cid = ch, st, st.chain()
	this := orpc.ORPCTHIS{Version: ch.mgr.core.exp.version(), CID: c.cid}
	if apt.rt.attention.Load() != 0 {
		if err := c.begin(ctx, apt, ch.desc, op, ch.mgr.core.exp); err != nil {
			ch.free(c)
			return nil, ch.fail(op, step.Self, err)
		}
		if c.busy {
			this.Extents = c.extras.sent
		}
	}
	c.rpc = pres.NewCall(uint16(op), &ch.ipid, size+orpc.ORPCTHISSize)
	c.rpc.Stub = this.Append(c.rpc.Stub)
	c.header = len(c.rpc.Stub)
	c.RPCOLEMESSAGE = com.RPCOLEMESSAGE{
		Buffer:   c.rpc.Stub[c.header:],
		Pointers: c,
		Op:       op,
		DataRep:  com.NDR_LOCAL_DATA_REPRESENTATION,
		NDR64:    c.rpc.NDR64,
		Align:    uint8(c.header % 8),
		Reserved: c,
	}
	return &c.RPCOLEMESSAGE, nil
}

// SendReceive implements [com.IRpcChannelBuffer].
func (ch *channel) SendReceive(ctx context.Context, m *com.RPCOLEMESSAGE) error {
	c := callOf(m)
	if c == nil || c.ch != ch {
		return com.E_INVALIDARG
	}
	// Parameters that outgrew the buffer are elsewhere now.
	if n := len(m.Buffer); n <= cap(c.rpc.Stub)-c.header && n > 0 && &c.rpc.Stub[:c.header+1][c.header] == &m.Buffer[0] {
		c.rpc.Stub = c.rpc.Stub[:c.header+n]
	} else {
		c.rpc.Stub = append(c.rpc.Stub[:c.header], m.Buffer...)
	}
	c.invoked = true
	var err error
	if apt := ch.mgr.core.apt; apt.sta == nil && !c.special() {
		err = c.rpc.Invoke(ctx)
	} else {
		err = c.perform(ctx, apt, ch.desc, m.Op, ch.mgr.core.exp, c, c.repeat)
	}
	var that orpc.ORPCTHAT
	var n int
	if err == nil {
		that, n, err = orpc.ParseORPCTHAT(c.rpc.Reply, c.rpc.DataRep)
	}
	if c.busy {
		c.finish(ctx, ch.mgr, that.Extents, err)
	}
	if err != nil {
		err = ch.fail(m.Op, step.Call, c.explain(ch.mgr.core.apt.rt, err))
		ch.abandon(c, err)
		return err
	}
	m.Buffer, m.Align = c.rpc.Reply[n:], uint8(n%8)
	m.DataRep, m.NDR64 = c.rpc.DataRep, c.rpc.NDR64
	if len(that.Extents) != 0 {
		m.ErrorInfo = errorInfoIn(that.Extents)
	}
	return nil
}

// block implements [blocker].
func (c *clientCall) block(ctx context.Context) error { return c.rpc.Invoke(ctx) }

// repeat makes c ready to be sent once more, by a call of its own on the
// connection that there is now.
func (c *clientCall) repeat(ctx context.Context) error {
	pres, err := c.ch.presContext(ctx)
	if err != nil {
		return err
	}
	if pres.NDR64() != c.NDR64 {
		return com.RPC_E_RETRY // another server, so to speak: the parameters do not fit it
	}
	old := c.rpc
	c.rpc = pres.NewCall(uint16(c.Op), &c.ch.ipid, len(old.Stub))
	c.rpc.Stub = append(c.rpc.Stub, old.Stub...)
	old.Free()
	return nil
}

// abandon frees a call that failed. References in a request that certainly did
// not reach the object are taken back; others are the server's now, and pings
// sort out what it did with them.
func (ch *channel) abandon(c *clientCall, err error) {
	if notExecuted(err) {
		c.takeBack()
		if errors.Is(err, com.RPC_E_DISCONNECTED) {
			ch.mgr.core.lose(&ch.ipid)
		}
	}
	ch.free(c)
}

// FreeBuffer implements [com.IRpcChannelBuffer].
func (ch *channel) FreeBuffer(m *com.RPCOLEMESSAGE) {
	c := callOf(m)
	if c == nil || c.ch != ch {
		return
	}
	if !c.invoked {
		c.takeBack() // the arguments could not be marshaled
	}
	ch.free(c)
}

func (ch *channel) free(c *clientCall) {
	if c.rpc != nil {
		c.rpc.Free()
	}
	c.reset(ch.mgr.core.apt.rt)
	*c = clientCall{sent: c.sent[:0], outgoing: c.outgoing}
	clientCalls.Put(c)
	messages.Add(-1)
}

// GetDestCtx implements [com.IRpcChannelBuffer].
func (ch *channel) GetDestCtx() com.MSHCTX { return ch.mgr.core.exp.destCtx() }

// IsConnected implements [com.IRpcChannelBuffer]. It is true until a call has
// found out that the object is gone (CF-226).
func (ch *channel) IsConnected() bool {
	ro := ch.mgr.core
	ro.apt.mu.Lock()
	defer ro.apt.mu.Unlock()
	return !ro.gone && !ro.apt.closed
}

// presContext returns the presentation context of the interface on a live
// connection to the exporter.
func (ch *channel) presContext(ctx context.Context) (*dcerpc.PresContext, error) {
	if p := ch.pres.Load(); p != nil && p.Conn().Err() == nil {
		return p, nil
	}
	var p *dcerpc.PresContext
	// Connecting takes a while: a single-threaded apartment serves meanwhile.
	err := waitOutside(ctx, blockFunc(func(ctx context.Context) (err error) {
		ctx, cancel := ch.connectContext(ctx)
		defer cancel()
		p, err = ch.mgr.core.exp.presContext(ctx, ch.desc.IID)
		return err
	}))
	if err == nil {
		ch.pres.Store(p)
	}
	return p, err
}

// fail says where a call failed. Faults of the object keep their code.
func (ch *channel) fail(op uint32, at step.Step, err error) error {
	return failedCall(ch.mgr, ch.desc, op, at, err)
}

func failedCall(mgr *proxyManager, d *com.Desc, op uint32, at step.Step, err error) error {
	e := &com.Error{HRESULT: com.HRESULTOf(err), Step: at, Peer: mgr.Peer(),
		Interface: d.Name, Method: d.MethodName(op), Err: err}
	var inner *com.Error
	if errors.As(err, &inner) {
		e.Step, e.Attempts, e.Hint, e.Err = inner.Step, inner.Attempts, inner.Hint, inner.Err
	}
	if e.Hint == "" {
		e.Hint = callHint(e.HRESULT)
	}
	return e
}

// callHint says what to do about an error that a call can meet.
func callHint(hr com.HRESULT) string {
	switch hr {
	case com.RPC_E_DISCONNECTED, com.CO_E_OBJNOTCONNECTED:
		return "the server let the object go, or was restarted: activate it again"
	case com.RPC_X_BAD_STUB_DATA:
		return "client and server were built from different descriptions of the interface"
	case com.RPC_S_SERVER_UNAVAILABLE:
		return "the server process is gone, or a firewall closes its port"
	}
	return ""
}

// notExecuted reports whether a failed call certainly did not reach the object.
func notExecuted(err error) bool {
	var f *dcerpc.Fault
	if errors.As(err, &f) {
		return f.DidNotExecute
	}
	return errors.Is(err, com.RPC_S_CALL_FAILED_DNE) || errors.Is(err, com.RPC_S_SERVER_UNAVAILABLE)
}
