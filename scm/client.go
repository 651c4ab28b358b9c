package scm

import (
	"context"
	"net"
	"sync"
	"time"

	"oxid/com"
	"oxid/step"
)

// ClientOptions configure a [Client]. The zero value is usable.
type ClientOptions struct {
	// Dial connects to another machine; nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Port is the well-known port of resolvers and activators; "" means 135.
	Port string
	// Timeout bounds an operation whose context has no deadline; 0 means one minute.
	Timeout time.Duration
	// IdleTimeout closes connections that were not used for so long; 0 means 10 s.
	IdleTimeout time.Duration
}

// Client asks the resolvers and activators of other machines. It implements
// [marshal.Resolver] and is safe for concurrent use.
type Client struct {
	opt    ClientOptions
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // connection attempts

	mu      sync.Mutex
	closed  bool
	conns   map[string]*resolverConn // by address
	dialing map[string]*dialing      // by address
	homes   map[string]string        // address that last answered for a resolver, by its packed bindings
}

// maxHomes bounds Client.homes: it is filled by what references say.
const maxHomes = 4096

// NewClient makes a client without connections.
func NewClient(o ClientOptions) *Client {
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Port == "" {
		o.Port = WellKnownPort
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	c := &Client{
		opt:     o,
		conns:   map[string]*resolverConn{},
		dialing: map[string]*dialing{},
		homes:   map[string]string{},
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// Close closes the connections. Operations in progress fail.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	conns := c.conns
	c.conns = map[string]*resolverConn{}
	c.mu.Unlock()
	c.cancel()
	for _, rc := range conns {
		rc.conn.Close()
	}
	c.wg.Wait()
	return nil
}

// bounded gives ctx the client's timeout unless it has a deadline.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.opt.Timeout)
}

// home returns the address that last answered for the resolver with these
// packed bindings, or "".
func (c *Client) home(resAddr string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.homes[resAddr]
}

// setHome notes which address answered; "" forgets it.
func (c *Client) setHome(resAddr, addr string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if addr == "" {
		delete(c.homes, resAddr)
		return
	}
	if _, known := c.homes[resAddr]; !known && len(c.homes) >= maxHomes {
		for k := range c.homes {
			delete(c.homes, k) // any: it is found again when it is needed
			break
		}
	}
	c.homes[resAddr] = addr
}

// errClosed is the error of everything after Close.
func errClosed() error {
	return &com.Error{HRESULT: com.CO_E_NOTINITIALIZED, Step: step.Self, Hint: "the resolver client was closed"}
}
