package scm

import (
	"net"
	"net/netip"

	"oxid/com"
	"oxid/dcerpc"
)

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
