package scm

import (
	"context"
	"errors"
	"net"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/step"
)

// resolverConn is a connection to a resolver that has said what it speaks. It is
// used for pings, resolution and activation alike, by any number of operations
// at a time, and closes by itself when it was idle.
type resolverConn struct {
	addr     string // as it was asked for
	host     string // of addr
	conn     *dcerpc.ClientConn
	exporter *orpc.IObjectExporterClient
	version  orpc.COMVERSION // of the server
}

// dialing is a connection attempt that several operations may wait for. It
// ends early when all of them have given up.
type dialing struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiters int // guarded by Client.mu
	conn    *resolverConn
	err     error
}

// connect returns a live connection to the resolver at addr, "host:port". old
// says that it was not made just now and may turn out to be dead.
func (c *Client) connect(ctx context.Context, addr string) (rc *resolverConn, old bool, err error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, false, errClosed()
	}
	if rc := c.conns[addr]; rc != nil {
		if rc.conn.Err() == nil {
			c.mu.Unlock()
			return rc, true, nil
		}
		delete(c.conns, addr)
	}
	d := c.dialing[addr]
	if d == nil {
		// The attempt belongs to all who wait for it: it ends with the last of
		// them, not with the deadline of the first.
		dctx, cancel := context.WithTimeout(c.ctx, c.opt.Timeout)
		d = &dialing{done: make(chan struct{}), cancel: cancel}
		c.dialing[addr] = d
		c.wg.Go(func() { c.dial(dctx, addr, d) })
	}
	d.waiters++
	c.mu.Unlock()
	select {
	case <-d.done:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.waiters--; d.waiters == 0 {
		d.cancel()
		c.dialed(addr, d) // whoever comes now begins anew
	}
	select {
	case <-d.done:
		return d.conn, false, d.err
	default:
		return nil, false, unreachable(addr, ctx.Err())
	}
}

// dial carries an attempt out and puts the connection into the table.
func (c *Client) dial(ctx context.Context, addr string, d *dialing) {
	rc, err := c.open(ctx, addr)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dialed(addr, d)
	if err == nil && c.closed {
		rc.conn.Close()
		rc, err = nil, errClosed()
	}
	if err == nil {
		for a, x := range c.conns {
			if x.conn.Err() != nil {
				delete(c.conns, a) // closed because it was idle
			}
		}
		if x := c.conns[addr]; x != nil {
			rc.conn.Close() // an attempt that began later was faster
			rc = x
		}
		c.conns[addr] = rc
	}
	d.conn, d.err = rc, err
	close(d.done)
}

// dialed takes an attempt off the table. The lock is held.
func (c *Client) dialed(addr string, d *dialing) {
	if c.dialing[addr] == d {
		delete(c.dialing, addr)
	}
}

// open connects to a resolver and asks it for its version ([MS-DCOM]
// 3.2.4.1.1.1). One that is not on this port may be known to the endpoint
// mapper that is.
func (c *Client) open(ctx context.Context, addr string) (*resolverConn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, badTarget(addr, "names no port")
	}
	rc, err := c.openAt(ctx, addr)
	if errors.Is(err, com.RPC_S_UNKNOWN_IF) {
		mapped, mapErr := c.mapResolver(ctx, addr)
		if mapErr != nil {
			return nil, &com.Error{HRESULT: com.RPC_S_UNKNOWN_IF, Step: step.RPC, Peer: addr, Interface: "IObjectExporter",
				Attempts: []com.Attempt{{Step: step.RPC, Target: addr, Err: err}, {Step: step.EPM, Target: addr, Err: mapErr}},
				Hint:     "the port is open, but what listens there is no object resolver: name the port of a process or of a host's daemon"}
		}
		rc, err = c.openAt(ctx, mapped)
	}
	if err != nil {
		return nil, err
	}
	rc.addr, rc.host = addr, host
	return rc, nil
}

// openAt is open without the endpoint mapper.
func (c *Client) openAt(ctx context.Context, addr string) (*resolverConn, error) {
	nc, err := c.opt.Dial(ctx, "tcp", addr)
	if err != nil {
		return nil, unreachable(addr, err)
	}
	// The activators are NDR 2.0 alone ([MS-DCOM] 2.2.22), and nothing here is
	// large enough to gain by another syntax.
	rc := &resolverConn{conn: dcerpc.NewClientConn(nc, &dcerpc.ClientOptions{IdleTimeout: c.opt.IdleTimeout})}
	if rc.exporter, err = orpc.NewIObjectExporterClient(ctx, rc.conn); err == nil {
		err = rc.alive(ctx)
	}
	if err != nil {
		rc.conn.Close()
		return nil, notRPC(addr, err)
	}
	return rc, nil
}

// alive asks for the server's version. The operation tells by its absence that
// the server is older.
func (rc *resolverConn) alive(ctx context.Context) error {
	code, v, _, _, err := rc.exporter.ServerAlive2(ctx)
	if err != nil && isOpRange(err) {
		v = orpc.Version51
		code, err = rc.exporter.ServerAlive(ctx)
	}
	if err == nil {
		rc.version = v
		err = status(code)
	}
	if err == nil {
		_, err = orpc.Negotiate(version, rc.version)
	}
	return err
}
