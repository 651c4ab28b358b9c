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
	header  int          // bytes of ORPCTHAT in front of the reply
	sent    []sentPacket // references marshaled into the reply
	replied bool
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
	m := s.mgr
	if !m.enter() {
		return rt.refuse(rpc, nil)
	}
	cc := &callContext{state: callState{apt: m.apt, cid: this.CID}}
	defer m.leave(cc)
	m.touch()

	rpc.InitContext(&cc.CallContext)
	c := serverCalls.Get().(*serverCall)
	c.rpc, c.stub = rpc, s
	c.request = com.RPCOLEMESSAGE{
		Buffer: rpc.Stub[n:], Pointers: c, Op: uint32(rpc.Opnum),
		DataRep: rpc.DataRep, NDR64: rpc.NDR64, Align: uint8(n % 8),
	}
	err = s.invoke(cc, &c.request, c)
	if err == nil && !c.replied {
		err = com.RPC_E_SERVER_CANTMARSHAL_DATA // the stub asked for no reply
	}
	if err != nil {
		takeBack(m.apt, c.sent)
	} else {
		c.finish()
	}
	*c = serverCall{sent: c.sent[:0]}
	serverCalls.Put(c)
	return err
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
