package scm

import (
	"context"
	"net"
	"net/netip"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// encoder and decoder are the parameters of a native RPC operation.
type (
	encoder interface{ Encode(*ndr.Encoder) }
	decoder interface{ Decode(*ndr.Decoder) }
)

// parse reads the parameters of a call.
func parse(c *dcerpc.ServerCall, in decoder) error {
	d := ndr.DecodeFrom(c.Stub, c.DataRep, c.NDR64)
	in.Decode(&d)
	return d.Err()
}

// answer stores the results of a call.
func answer(c *dcerpc.ServerCall, out encoder) error {
	e := ndr.EncodeTo(c.GrowReply(replySize), c.NDR64)
	out.Encode(&e)
	b, err := e.Data()
	if err != nil {
		return err
	}
	c.Reply = b
	return nil
}

// handedOver prepares a call whose method may block and returns its context.
func handedOver(c *dcerpc.ServerCall) context.Context {
	c.HandOver()
	ctx := new(dcerpc.CallContext)
	c.InitContext(ctx)
	return ctx
}

// replySize is room for most replies.
const replySize = 256

// opRange is the fault of an operation that the interface does not have.
func opRange() error {
	return &dcerpc.Fault{Status: dcerpc.StatusOpRange, DidNotExecute: true}
}

// win32 turns an error into the error_status_t that operations of the resolver
// return ([MS-DCOM] 3.1.2.5.1): a Windows error code where there is one.
func win32(err error) uint32 {
	hr := com.HRESULTOf(err)
	if code, ok := hr.Win32(); ok {
		return code
	}
	return uint32(hr)
}

// hostOf names the client of a call for limits: its address, or the network of
// 64 bits that an IPv6 client may choose its addresses from.
func hostOf(addr net.Addr) string {
	if addr == nil {
		return "local"
	}
	ap, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return addr.Network()
	}
	ip := ap.Addr().Unmap()
	if ip.Is6() && !ip.IsLoopback() {
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// destOf tells from where to where a reply is marshaled: a client at the
// server's own address is on the same machine.
func destOf(c *dcerpc.ServerConn) com.MSHCTX {
	local, remote := c.LocalAddr(), c.RemoteAddr()
	if local == nil || remote == nil || remote.Network() != "tcp" {
		return com.MSHCTX_LOCAL
	}
	l, err1 := netip.ParseAddrPort(local.String())
	r, err2 := netip.ParseAddrPort(remote.String())
	if err1 == nil && err2 == nil && l.Addr().Unmap() == r.Addr().Unmap() {
		return com.MSHCTX_LOCAL
	}
	return com.MSHCTX_DIFFERENTMACHINE
}
