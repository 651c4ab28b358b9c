package dcerpc

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Pipe returns the two ends of a connection within the process. Unlike
// [net.Pipe] it buffers, so that writers and readers seldom wait for each
// other; deadlines work as usual. Network and address are "pipe".
func Pipe() (a, b net.Conn) {
	x, y := newPipeHalf(), newPipeHalf()
	return &pipeConn{in: x, out: y}, &pipeConn{in: y, out: x}
}

// pipeLimit is how much one direction of a pipe buffers.
const pipeLimit = 256 << 10

// pipeHalf is one direction of a pipe.
type pipeHalf struct {
	mu       sync.Mutex
	readable sync.Cond // there is data, or the end
	writable sync.Cond // the data has become shorter
	data     []byte    // data[off:] has been written and not read; from getBytes
	off      int
	eof      bool // the writer has closed
	gone     bool // the reader has closed
	rd, wd   pipeDeadline
}

func newPipeHalf() *pipeHalf {
	h := &pipeHalf{}
	h.readable.L, h.writable.L = &h.mu, &h.mu
	return h
}

// pipeDeadline wakes the waiters of one side when its time is over. It is
// guarded by the half's mutex.
type pipeDeadline struct {
	at    time.Time
	timer *time.Timer
}

// set replaces the deadline; the zero time means none.
func (d *pipeDeadline) set(t time.Time, h *pipeHalf, wake *sync.Cond) {
	d.at = t
	if d.timer != nil {
		d.timer.Stop()
	}
	if !t.IsZero() {
		d.timer = time.AfterFunc(time.Until(t), func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			wake.Broadcast()
		})
	}
	wake.Broadcast() // whoever waits looks at the new deadline
}

func (d *pipeDeadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

// pipeConn is one end: it reads one half and writes the other.
type pipeConn struct {
	in, out *pipeHalf
}

// pipeAddr is the address of either end.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// LocalAddr and RemoteAddr implement [net.Conn].
func (c *pipeConn) LocalAddr() net.Addr  { return pipeAddr{} }
func (c *pipeConn) RemoteAddr() net.Addr { return pipeAddr{} }

// Read implements [net.Conn]. What was written before the other end closed is
// still read.
func (c *pipeConn) Read(p []byte) (int, error) {
	h := c.in
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.gone:
			return 0, net.ErrClosed
		case h.rd.passed():
			return 0, os.ErrDeadlineExceeded
		case len(h.data) > h.off:
			n := copy(p, h.data[h.off:])
			if h.off += n; h.off == len(h.data) {
				// An empty pipe holds no buffer.
				putBytes(h.data)
				h.data, h.off = nil, 0
			}
			h.writable.Broadcast()
			return n, nil
		case h.eof:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		h.readable.Wait()
	}
}

// Write implements [net.Conn]. It returns once everything is in the buffer,
// read or not.
func (c *pipeConn) Write(p []byte) (n int, err error) {
	h := c.out
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.eof:
			return n, net.ErrClosed
		case h.gone:
			return n, io.ErrClosedPipe
		case h.wd.passed():
			return n, os.ErrDeadlineExceeded
		case len(p) == 0:
			return n, nil
		}
		if free := pipeLimit - (len(h.data) - h.off); free > 0 {
			m := min(free, len(p))
			// Room in front is used before a larger buffer is taken.
			if h.off > 0 && cap(h.data)-len(h.data) < m {
				h.data = h.data[:copy(h.data, h.data[h.off:])]
				h.off = 0
			}
			h.data = append(growBytes(h.data, m), p[:m]...)
			p, n = p[m:], n+m
			h.readable.Broadcast()
			continue
		}
		h.writable.Wait()
	}
}

// CloseWrite ends the stream that the other end reads.
func (c *pipeConn) CloseWrite() error {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	c.out.eof = true
	c.out.wake()
	return nil
}

// Close implements [net.Conn]: it ends both directions and wakes everybody who
// waits on either.
func (c *pipeConn) Close() error {
	c.CloseWrite()
	c.SetWriteDeadline(time.Time{})
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	c.in.gone = true
	putBytes(c.in.data)
	c.in.data, c.in.off = nil, 0
	c.in.rd.set(time.Time{}, c.in, &c.in.readable)
	c.in.wake()
	return nil
}

// wake makes all waiters look again. It is called with the lock.
func (h *pipeHalf) wake() {
	h.readable.Broadcast()
	h.writable.Broadcast()
}

// SetDeadline, SetReadDeadline and SetWriteDeadline implement [net.Conn].
func (c *pipeConn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *pipeConn) SetReadDeadline(t time.Time) error {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	c.in.rd.set(t, c.in, &c.in.readable)
	return nil
}

func (c *pipeConn) SetWriteDeadline(t time.Time) error {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	c.out.wd.set(t, c.out, &c.out.writable)
	return nil
}
