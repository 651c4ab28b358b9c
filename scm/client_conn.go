package scm

import (
	"context"
	"errors"
	"net"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
	"oxid/orpc"
	"oxid/step"
)

// resolverConn is a connection to a resolver that has said what it speaks.
type resolverConn struct {
	addr     string // as it was asked for
	host     string // of addr
	conn     *dcerpc.ClientConn
	exporter *dcerpc.PresContext // of IObjectExporter
	version  orpc.COMVERSION     // of the server
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
	if rc.exporter, err = rc.conn.Context(ctx, dcerpc.SyntaxID{UUID: orpc.IID_IObjectExporter}); err == nil {
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
	var out orpc.ServerAlive2Response
	err := invoke(ctx, rc.exporter, orpc.OpServerAlive2, nil, &out)
	if err == nil {
		rc.version = out.Version
		err = status(out.Status)
	} else if isOpRange(err) {
		var old orpc.StatusResponse
		if err = invoke(ctx, rc.exporter, orpc.OpServerAlive, nil, &old); err == nil {
			rc.version = orpc.Version51
			err = status(old.Status)
		}
	}
	if err == nil {
		_, err = orpc.Negotiate(version, rc.version)
	}
	return err
}

// withConn runs f on a connection to addr. A connection that was idle may have
// been closed by the server just now: then f runs once more, on a new one. So f
// has to be an operation that may be repeated.
func (c *Client) withConn(ctx context.Context, addr string, f func(rc *resolverConn) error) error {
	for {
		rc, old, err := c.connect(ctx, addr)
		if err != nil {
			return err
		}
		err = f(rc)
		if err == nil || !old || rc.conn.Err() == nil || ctx.Err() != nil {
			return err
		}
	}
}

// invoke makes one call of a native RPC operation. in may be nil.
func invoke(ctx context.Context, p *dcerpc.PresContext, op uint16, in encoder, out decoder) error {
	call := p.NewCall(op, nil, replySize)
	defer call.Free()
	if in != nil {
		e := ndr.EncodeTo(call.Stub, call.NDR64)
		in.Encode(&e)
		var err error
		if call.Stub, err = e.Data(); err != nil {
			return err
		}
	}
	if err := call.Invoke(ctx); err != nil {
		return err
	}
	d := ndr.DecodeFrom(call.Reply, call.DataRep, call.NDR64)
	out.Decode(&d)
	return d.Err()
}

// isOpRange reports whether a server lacks the operation.
func isOpRange(err error) bool { return errors.Is(err, com.RPC_S_PROCNUM_OUT_OF_RANGE) }

// status turns the error_status_t of a resolver into an error.
func status(code uint32) error {
	if hr := com.HRESULTFromWin32(code); hr != com.S_OK {
		return hr
	}
	return nil
}

// raceDelay is how long the next binding waits for the one before it (RFC 8305
// section 5 recommends 250 ms).
const raceDelay = 250 * time.Millisecond

// race runs f for each address, each a moment after the one before it or as
// soon as that failed. The first success wins and stops the others, for which
// it waits. Without one, the attempts tell of every failure.
func race[T any](ctx context.Context, addrs []string, f func(ctx context.Context, addr string) (T, error)) (won T, at string, attempts []com.Attempt) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		i   int
		v   T
		err error
	}
	results := make(chan result)
	attempts = make([]com.Attempt, 0, len(addrs))
	next, running, done := 0, 0, false
	start := func() {
		i := next
		next++
		running++
		go func() {
			v, err := f(ctx, addrs[i])
			results <- result{i, v, err}
		}()
	}
	start()
	timer := time.NewTimer(raceDelay)
	defer timer.Stop()
	for running > 0 {
		var more <-chan time.Time
		if next < len(addrs) && !done {
			more = timer.C
		}
		select {
		case <-more:
			start()
			timer.Reset(raceDelay)
		case r := <-results:
			running--
			switch {
			case done:
			case r.err == nil:
				won, at, done = r.v, addrs[r.i], true
				cancel()
			default:
				attempts = append(attempts, com.Attempt{Step: stepOf(r.err), Target: addrs[r.i], Err: r.err})
				if next < len(addrs) && ctx.Err() == nil {
					start()
				}
			}
		}
	}
	if done {
		return won, at, nil
	}
	return won, "", attempts
}
