package marshal_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"oxid/dcerpc"
)

// memNet is a network inside the process, so that programs over several
// machines run in a synctest bubble: time is the test's, and everything that
// happens by itself has happened when synctest.Wait returns.
type memNet struct {
	mu        sync.Mutex
	listeners map[string]*memListener  // by address
	conns     map[*memConn]struct{}    // both ends of each connection
	dead      map[string]bool          // hosts that were killed
	silent    map[string]chan struct{} // hosts that are cut off; closed when that ends
}

var errRefused = errors.New("connection refused")

// listen opens a port of the machine host.
func (n *memNet) listen(host string, port int) *memListener {
	l := &memListener{net: n, addr: &net.TCPAddr{IP: net.ParseIP(host), Port: port},
		accept: make(chan net.Conn), done: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners == nil {
		n.listeners, n.conns, n.dead = map[string]*memListener{}, map[*memConn]struct{}{}, map[string]bool{}
	}
	n.listeners[l.addr.String()] = l
	return l
}

// dialer returns how machine host connects to others.
func (n *memNet) dialer(host string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, address string) (net.Conn, error) {
		n.mu.Lock()
		l, dead := n.listeners[address], n.dead[host]
		n.mu.Unlock()
		if l == nil || dead {
			return nil, fmt.Errorf("dial %s: %w", address, errRefused)
		}
		from := &net.TCPAddr{IP: net.ParseIP(host), Port: 50000}
		if err := n.reach(ctx, from, l.addr); err != nil {
			return nil, fmt.Errorf("dial %s: %w", address, err)
		}
		a, b := dcerpc.Pipe()
		here := &memConn{Conn: a, net: n, local: from, remote: l.addr}
		there := &memConn{Conn: b, net: n, local: l.addr, remote: from}
		here.peer, there.peer = there, here
		n.mu.Lock()
		n.conns[here], n.conns[there] = struct{}{}, struct{}{}
		n.mu.Unlock()
		select {
		case l.accept <- there:
			return here, nil
		case <-l.done:
		case <-ctx.Done():
		}
		here.cut()
		return nil, fmt.Errorf("dial %s: %w", address, errRefused)
	}
}

// kill takes the machine host off the network, as if its process had died: its
// ports are closed and so are its connections, and it reaches nobody.
func (n *memNet) kill(host string) {
	ip := net.ParseIP(host)
	var ports []*memListener
	var cut []*memConn
	n.mu.Lock()
	n.dead[host] = true
	for _, l := range n.listeners {
		if l.addr.IP.Equal(ip) {
			ports = append(ports, l)
		}
	}
	for c := range n.conns {
		if c.local.IP.Equal(ip) {
			cut = append(cut, c)
		}
	}
	n.mu.Unlock()
	for _, l := range ports {
		l.Close()
	}
	for _, c := range cut {
		c.cut()
	}
}

// silence makes host a black hole: what is sent to it and by it is neither
// refused nor lost, but arrives only when it is heard again.
func (n *memNet) silence(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.silent == nil {
		n.silent = map[string]chan struct{}{}
	}
	n.silent[host] = make(chan struct{})
}

// hear ends the silence of a host.
func (n *memNet) hear(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.silent[host])
	delete(n.silent, host)
	for c := range n.conns {
		if n.silenced(c.local, c.remote) == nil && len(c.held) > 0 {
			c.Conn.Write(c.held)
			c.held = nil
		}
	}
}

// silenced returns a channel that is closed when a silence between two
// addresses ends; nil when there is none. The lock is held.
func (n *memNet) silenced(a, b *net.TCPAddr) chan struct{} {
	if ch := n.silent[a.IP.String()]; ch != nil {
		return ch
	}
	return n.silent[b.IP.String()]
}

// reach waits until two addresses can reach each other.
func (n *memNet) reach(ctx context.Context, a, b *net.TCPAddr) error {
	for {
		n.mu.Lock()
		ch := n.silenced(a, b)
		n.mu.Unlock()
		if ch == nil {
			return nil
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// open returns how many ends of connections are open.
func (n *memNet) open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.conns)
}

// memConn is one end of a connection.
type memConn struct {
	net.Conn
	net           *memNet
	peer          *memConn
	local, remote *net.TCPAddr
	held          []byte // written in a silence; guarded by memNet.mu
}

// Write hands p to the network, which does not say when it arrives.
func (c *memConn) Write(p []byte) (int, error) {
	c.net.mu.Lock()
	if len(c.held) > 0 || c.net.silenced(c.local, c.remote) != nil {
		c.held = append(c.held, p...)
		c.net.mu.Unlock()
		return len(p), nil
	}
	c.net.mu.Unlock()
	return c.Conn.Write(p)
}

func (c *memConn) LocalAddr() net.Addr  { return c.local }
func (c *memConn) RemoteAddr() net.Addr { return c.remote }

func (c *memConn) Close() error {
	c.net.mu.Lock()
	delete(c.net.conns, c)
	c.net.mu.Unlock()
	return c.Conn.Close()
}

// cut breaks the connection at both ends.
func (c *memConn) cut() {
	c.Close()
	c.peer.Close()
}

// memListener is an open port.
type memListener struct {
	net    *memNet
	addr   *net.TCPAddr
	accept chan net.Conn
	done   chan struct{}
	once   sync.Once
}

func (l *memListener) Addr() net.Addr { return l.addr }

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accept:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memListener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		delete(l.net.listeners, l.addr.String())
		l.net.mu.Unlock()
		close(l.done)
	})
	return nil
}
