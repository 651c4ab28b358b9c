package scm

import (
	"context"
	"net"
	"strconv"

	"oxid/dcerpc"
	"oxid/dcerpc/epm"
	"oxid/orpc"
)

// mapResolver asks the endpoint mapper at addr where the machine's resolver
// listens ([MS-DCOM] 3.2.4.1.2.1), on a connection of its own: the other one
// ended with the bind that was refused.
func (c *Client) mapResolver(ctx context.Context, addr string) (string, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return "", badTarget(addr, "names no port")
	}
	nc, err := c.opt.Dial(ctx, "tcp", addr)
	if err != nil {
		return "", unreachable(addr, err)
	}
	conn := dcerpc.NewClientConn(nc, nil)
	defer conn.Close()
	port, err := epm.MapTCP(ctx, conn, dcerpc.SyntaxID{UUID: orpc.IID_IObjectExporter})
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port))), nil
}
