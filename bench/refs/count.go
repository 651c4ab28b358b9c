package main

import (
	"context"
	"net"
	"sync/atomic"
)

// traffic is the bytes that have crossed the sockets of the process.
type traffic struct{ sent, received atomic.Int64 }

// dial connects and counts.
func (t *traffic) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &counted{c, t}, nil
}

// take returns the bytes since the last take, both ways together.
func (t *traffic) take() int64 { return t.sent.Swap(0) + t.received.Swap(0) }

type counted struct {
	net.Conn
	t *traffic
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.t.received.Add(int64(n))
	return n, err
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.t.sent.Add(int64(n))
	return n, err
}
