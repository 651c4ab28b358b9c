package marshal

import (
	"context"
	"fmt"
	"sync"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
)

// rpcInterfaces are the object interfaces that the RPC server of this process
// has been asked for: any IID that something here can make a stub of.
type rpcInterfaces struct {
	mu sync.RWMutex
	by map[com.IID]*dcerpc.Interface
}

// LookupInterface is the [dcerpc.ServerOptions].Lookup of a server that takes
// object calls for this runtime: it knows every interface, always in version
// 0.0, that a stub can be made of ([MS-DCOM] 3.1.1.5.4).
func (rt *Runtime) LookupInterface(s dcerpc.SyntaxID) *dcerpc.Interface {
	if s.Major != 0 || s.Minor != 0 {
		return nil
	}
	t := &rt.rpcIfaces
	t.mu.RLock()
	i := t.by[s.UUID]
	t.mu.RUnlock()
	if i != nil {
		return i
	}
	name, ok := rt.stubbed(&s.UUID)
	if !ok {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := t.by[s.UUID]; i != nil {
		return i
	}
	if t.by == nil {
		t.by = map[com.IID]*dcerpc.Interface{}
	}
	i = &dcerpc.Interface{Syntax: s, Name: name, NumOps: 1 << 16, Handler: rt, NeedsObject: true, MinAuthnLevel: rt.opt.AuthnLevel}
	t.by[s.UUID] = i
	return i
}

// stubbed reports whether a stub of iid can be made, and the interface's name.
func (rt *Runtime) stubbed(iid *com.IID) (name string, ok bool) {
	switch *iid {
	case com.IID_IUnknown:
		return "IUnknown", true
	case com.IID_IRemUnknown:
		return "IRemUnknown", true
	case com.IID_IRemUnknown2:
		return "IRemUnknown2", true
	}
	for _, d := range com.DescsByIID(iid) {
		if d.NewStub != nil {
			return d.Name, true
		}
		name = d.Name
	}
	return name, rt.factories.find(iid) != nil
}

// serverCall is one incoming object call: it is the stub's IRpcChannelBuffer.
type serverCall struct {
	request com.RPCOLEMESSAGE
	reply   com.RPCOLEMESSAGE
	rpc     *dcerpc.ServerCall
	stub    *interfaceStub
	cc      *callContext
	extents []orpc.Extent // of the request; they alias it
	header  int           // bytes of ORPCTHAT in front of the reply
	sent    []sentPacket  // references marshaled into the reply
	replied bool
	refused bool // the object was disconnected before the call came to it
}

var serverCalls = sync.Pool{New: func() any { return new(serverCall) }}

// ServeRPC implements [dcerpc.Handler]: it is where a call from elsewhere
// enters the object world. The order of the checks is [MS-DCOM] 3.1.1.5.4's.
func (rt *Runtime) ServeRPC(rpc *dcerpc.ServerCall) error {
	this, n, err := orpc.ParseORPCTHIS(rpc.Stub, rpc.DataRep)
	if err == nil {
		err = orpc.CheckVersion(orpc.Version57, this.Version)
	}
	if err == nil {
		err = this.CheckFlags()
	}
	if err != nil {
		return notExecutedFault(err)
	}
	s := rt.ipids.lookup(&rpc.Object)
	if s == nil || !s.serves(&rpc.Interface.Syntax.UUID) {
		return rt.refuse(rpc, s)
	}
	c := serverCalls.Get().(*serverCall)
	messages.Add(1)
	c.rpc, c.stub, c.extents = rpc, s, this.Extents
	c.request = com.RPCOLEMESSAGE{
		Buffer: rpc.Stub[n:], Pointers: c, Op: uint32(rpc.Opnum),
		DataRep: rpc.DataRep, NDR64: rpc.NDR64, Align: uint8(n % 8),
	}
	if s.mgr.apt.sta == nil {
		cc := &callContext{}
		cc.state.apt, cc.state.cid = s.mgr.apt, this.CID
		rpc.InitContext(&cc.CallContext)
		c.cc = cc
		err = c.runIn(cc)
	} else {
		err = c.runInSTA(s.mgr.apt.sta, this.CID)
	}
	if c.refused {
		err = rt.refuse(rpc, nil)
	}
	*c = serverCall{sent: c.sent[:0]}
	serverCalls.Put(c)
	messages.Add(-1)
	return err
}

// staCallContext is the context of a method in a single-threaded apartment,
// and its activity.
type staCallContext struct {
	callContext
	frame frame
}

// runInSTA runs the call when it is its turn. The goroutine reads the
// connection as long as that is now; before it waits, another one takes over.
func (c *serverCall) runInSTA(s *sta, cid com.CID) error {
	x := &staCallContext{}
	m := c.stub.mgr
	f := &x.frame
	f.sta, f.cid, f.desc, f.obj, f.op, f.from = s, cid, c.stub.desc, m.obj, c.request.Op, c.rpc.Conn.RemoteAddr()
	if c.stub == s.apt.remUnknown {
		f.kind = frameInternal
	}
	x.state.apt, x.state.cid, x.state.frame = s.apt, cid, &x.frame
	c.rpc.InitContext(&x.CallContext)
	c.cc = &x.callContext
	return s.run(c.cc, &x.frame, c.cc, c)
}

// runIn implements [staBody]: it runs the call in the apartment that the caller
// of runIn is in. Its being on the stack tells what the goroutine does.
//
//go:noinline
func (c *serverCall) runIn(context.Context) error {
	s, cc := c.stub, c.cc
	m := s.mgr
	if !m.enter() {
		c.refused = true
		return nil
	}
	defer m.leave(cc)
	defer cc.end()
	m.touch()
	var info *com.ChannelHookCallInfo
	hooks := m.apt.rt.hooks.Load()
	if hooks != nil {
		info = &com.ChannelHookCallInfo{IID: c.rpc.Interface.Syntax.UUID, Causality: cc.state.cid, ServerPID: ownPID,
			Method: c.request.Op, Object: m.obj}
		hooks.serverNotify(cc, m.apt.rt, info, c.extents)
	}
	err := s.invoke(cc, &c.request, c)
	if err == nil && !c.replied {
		err = com.RPC_E_SERVER_CANTMARSHAL_DATA // the stub asked for no reply
	}
	if err != nil {
		takeBack(m.apt, c.sent)
		return err
	}
	c.finish()
	if failure := cc.state.failure(); hooks != nil || failure != nil {
		c.extend(hooks, info, failure)
	}
	return nil
}

// extend puts extents into ORPCTHAT, in front of a finished reply: what the
// hooks have to say, and the method of its failure.
func (c *serverCall) extend(hooks *hookTable, info *com.ChannelHookCallInfo, failure *com.ErrorInfo) {
	list, err := replyExtents(c.cc, c.stub.mgr.apt.rt, hooks, info, failure)
	if err != nil {
		c.stub.mgr.apt.rt.log.WarnContext(c.cc, "extents of a reply were dropped", "err", err)
		return
	}
	if len(list) == 0 {
		return
	}
	that := orpc.ORPCTHAT{Extents: list}
	results := c.rpc.Reply[c.header:]
	reply := that.Append(make([]byte, 0, len(results)+1024))
	// Both headers end at a multiple of 8, so the results keep their alignment.
	c.rpc.Reply = append(reply, results...)
}

// replyExtents collects the extents of a reply.
func replyExtents(ctx context.Context, rt *Runtime, hooks *hookTable, info *com.ChannelHookCallInfo, failure *com.ErrorInfo) (list []orpc.Extent, err error) {
	if hooks != nil {
		list, err = hooks.serverExtents(ctx, rt, info, nil)
	}
	if failure != nil && err == nil {
		var e orpc.Extent
		if e, err = errorExtent(failure); err == nil {
			list = append(list, e)
		}
	}
	return list, err
}

// finish puts the stub's reply behind ORPCTHAT, where it usually is already.
func (c *serverCall) finish() {
	b := c.rpc.Reply[:c.header]
	if n := len(c.reply.Buffer); n == 0 || n <= cap(b)-c.header && &b[:c.header+1][c.header] == &c.reply.Buffer[0] {
		c.rpc.Reply = b[:c.header+n]
		return
	}
	c.rpc.Reply = append(b, c.reply.Buffer...)
}

// GetBuffer implements [com.IRpcChannelBuffer]: it begins the reply.
func (c *serverCall) GetBuffer(_ context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	that := orpc.ORPCTHAT{}
	c.rpc.Reply = that.Append(c.rpc.GrowReply(size + orpc.ORPCTHATSize))
	c.header = len(c.rpc.Reply)
	c.replied = true
	c.reply = com.RPCOLEMESSAGE{
		Buffer: c.rpc.Reply[c.header:], Pointers: c, Op: op,
		DataRep: com.NDR_LOCAL_DATA_REPRESENTATION, NDR64: c.rpc.NDR64, Align: uint8(c.header % 8),
	}
	return &c.reply, nil
}

// SendReceive implements [com.IRpcChannelBuffer]; stubs have nothing to send.
func (c *serverCall) SendReceive(context.Context, *com.RPCOLEMESSAGE) error { return com.E_UNEXPECTED }

// FreeBuffer implements [com.IRpcChannelBuffer]; the runtime frees a stub's messages.
func (c *serverCall) FreeBuffer(*com.RPCOLEMESSAGE) {}

// GetDestCtx implements [com.IRpcChannelBuffer].
func (c *serverCall) GetDestCtx() com.MSHCTX {
	return destinationOf(c.rpc.Conn.LocalAddr(), c.rpc.Conn.RemoteAddr())
}

// IsConnected implements [com.IRpcChannelBuffer]. The end of the caller's
// connection is the end of the call's context, and nothing else tells it.
func (c *serverCall) IsConnected() bool { return true }

// serves reports whether a call over the presentation context of iid may go to
// s: an IPID belongs to one interface, and both Remote Unknown interfaces share
// one IPID ([MS-DCOM] 3.1.1.5.6).
func (s *interfaceStub) serves(iid *com.IID) bool {
	return s.desc.IID == *iid || s.desc == remUnknownDesc && *iid == com.IID_IRemUnknown
}

// refuse answers a call to an IPID that does not exist, or that is not of the
// interface that the connection was bound to. It tells a stranger nothing about
// which of the two it was, and the log everything, in bounded number.
func (rt *Runtime) refuse(rpc *dcerpc.ServerCall, s *interfaceStub) error {
	why := "no such IPID"
	if s != nil {
		why = fmt.Sprintf("the IPID is of %s", s.desc.Name)
	}
	if rt.refusals.allow(time.Now()) {
		rt.log.Warn("object call refused", "peer", rpc.Conn.RemoteAddr(), "ipid", rpc.Object,
			"interface", rpc.Interface.Name, "opnum", rpc.Opnum, "why", why)
	}
	return notExecutedFault(com.RPC_E_DISCONNECTED) // CF-232
}

// notExecutedFault is a fault that says the call has certainly not run.
func notExecutedFault(err error) error {
	return &dcerpc.Fault{Status: dcerpc.Status(com.HRESULTOf(err)), DidNotExecute: true}
}
