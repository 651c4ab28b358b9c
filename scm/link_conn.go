package scm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/scm/internal/private"
)

// linkConn is a session with a daemon: a connection in each direction.
type linkConn struct {
	session com.GUID                // random: it ties the two connections together
	conn    *dcerpc.ClientConn      // to the daemon
	client  *private.IScmHostClient // over it
	server  *dcerpc.Server          // of IScmProcess, for the daemon
	host    attachment

	lost chan struct{} // closed when either connection is gone
	once sync.Once
	wg   sync.WaitGroup
}

// attachment is what a daemon said of itself.
type attachment struct {
	bindings orpc.PackedBindings
	target   string
	period   time.Duration
}

// connect begins a session with the daemon: first the connection on which this
// process serves, and when the daemon has called on it, the one for calls. In
// this order the daemon knows the session by the time it is called.
func (l *Link) connect(ctx context.Context) (_ *linkConn, err error) {
	ctx, cancel := context.WithTimeout(ctx, attachTimeout)
	defer cancel()
	c := &linkConn{session: com.NewGUID(), lost: make(chan struct{})}
	p := &linkProcess{l: l, attached: make(chan attachment, 1)}
	c.server = dcerpc.NewServer(&dcerpc.ServerOptions{Logger: l.log})
	if err := c.server.Register(private.ServeIScmProcess(p)); err != nil {
		return nil, err
	}
	nc, err := dialSocket(ctx, l.socket, roleServes, c.session)
	if err != nil {
		if noDaemon(err) {
			err = fmt.Errorf("%w: %w", ErrNoDaemon, err)
		}
		return nil, err
	}
	c.wg.Go(func() {
		c.server.ServeConn(nc)
		c.lose()
	})
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	select {
	case c.host = <-p.attached:
	case <-c.lost:
		return nil, errors.New("scm: the daemon hung up; it may be of another version")
	case <-ctx.Done():
		return nil, fmt.Errorf("scm: the daemon does not answer: %w", ctx.Err())
	}
	if nc, err = dialSocket(ctx, l.socket, roleCalls, c.session); err != nil {
		return nil, err
	}
	return c, c.callOver(ctx, nc)
}

// callOver makes nc the connection for calls.
func (c *linkConn) callOver(ctx context.Context, nc net.Conn) (err error) {
	conn := dcerpc.NewClientConn(nc, &dcerpc.ClientOptions{IdleTimeout: -1})
	if c.client, err = private.NewIScmHostClient(ctx, conn); err != nil {
		conn.Close()
		return err
	}
	c.conn = conn
	c.wg.Go(func() {
		select {
		case <-conn.Done():
			c.lose()
		case <-c.lost:
			conn.Close()
		}
	})
	return nil
}

// lose notes that the session is over. One direction is as good as none.
func (c *linkConn) lose() { c.once.Do(func() { close(c.lost) }) }

// close ends the session and waits for its goroutines.
func (c *linkConn) close() {
	c.lose()
	c.server.Close()
	c.wg.Wait()
}

// linkProcess serves IScmProcess for the exporters of a link. It is served on
// that one connection alone, never on the process's own port.
type linkProcess struct {
	l        *Link
	attached chan attachment
}

// exporter finds one of this process's exporters for a call that may block: the
// connection goes on without its goroutine.
func (p *linkProcess) exporter(ctx context.Context, oxid orpc.OXID) (*marshal.Exporter, error) {
	dcerpc.HandOver(ctx)
	p.l.mu.Lock()
	defer p.l.mu.Unlock()
	if x := p.l.exporters[oxid]; x != nil {
		return x.e, nil
	}
	return nil, com.CO_E_OBJNOTREG
}

// Attach implements [private.IScmProcess].
func (p *linkProcess) Attach(_ context.Context, bindings []byte, target string, period uint32) (uint32, string, error) {
	packed, err := orpc.ParsePackedBindings(bindings)
	if err != nil {
		return 0, "", err
	}
	select {
	case p.attached <- attachment{packed.Clone(), target, time.Duration(period) * time.Millisecond}:
	default:
		return 0, "", com.E_UNEXPECTED // a second time
	}
	return uint32(os.Getpid()), filepath.Base(os.Args[0]), nil
}

// Own implements [private.IScmProcess].
func (p *linkProcess) Own(ctx context.Context, oxid orpc.OXID, oids []orpc.OID) ([]bool, error) {
	e, err := p.exporter(ctx, oxid)
	if err != nil {
		return nil, err
	}
	return e.Owns(oids), nil
}

// Unpinged implements [private.IScmProcess].
func (p *linkProcess) Unpinged(ctx context.Context, oxid orpc.OXID, periods uint32) ([]orpc.OID, error) {
	e, err := p.exporter(ctx, oxid)
	if err != nil {
		return nil, err
	}
	return e.Unpinged(int(min(periods, 1<<16))), nil
}

// Rundown implements [private.IScmProcess].
func (p *linkProcess) Rundown(ctx context.Context, oxid orpc.OXID, oids []orpc.OID) ([]orpc.OID, error) {
	e, err := p.exporter(ctx, oxid)
	if err != nil {
		return nil, err
	}
	return e.Rundown(ctx, oids), nil
}

// Activate implements [private.IScmProcess].
func (p *linkProcess) Activate(ctx context.Context, oxid orpc.OXID, clsid com.CLSID, classObject bool, dest com.MSHCTX, iids []com.IID) ([]private.Result, error) {
	e, err := p.exporter(ctx, oxid)
	if err != nil {
		return nil, err
	}
	list, err := apartmentExporter{e}.Activate(ctx, marshal.Activation{CLSID: clsid, IIDs: iids, ClassObject: classObject, Dest: dest})
	if err != nil {
		return nil, err
	}
	results := make([]private.Result, len(list))
	for i, r := range list {
		results[i] = private.Result{HR: r.HR, Packet: r.Packet}
	}
	return results, nil
}
