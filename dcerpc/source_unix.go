//go:build unix

package dcerpc

import (
	"io"
	"net"
	"syscall"
)

// rawReader reads the descriptor of a connection itself, so that a buffer is
// borrowed only once there is something to read: an idle connection holds none.
// It still waits through the runtime's poller and obeys read deadlines.
type rawReader struct {
	raw syscall.RawConn
	try func(fd uintptr) bool // the method value attempt, made once

	src *source // arguments and results of the read in progress
	dst []byte
	n   int
	err error
}

// newRawReader returns nil for connections that are not the system's own: a
// wrapper may do anything in its Read.
func newRawReader(nc net.Conn) *rawReader {
	var sc syscall.Conn
	switch c := nc.(type) {
	case *net.TCPConn:
		sc = c
	case *net.UnixConn:
		sc = c
	default:
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	r := &rawReader{raw: raw}
	r.try = r.attempt
	return r
}

// read reads once into dst, or into a buffer borrowed for s when dst is nil.
func (r *rawReader) read(s *source, dst []byte) (int, error) {
	// Arguments and results go through fields: a closure would be allocated each
	// time.
	r.src, r.dst, r.n, r.err = s, dst, 0, nil
	err := r.raw.Read(r.try)
	r.src, r.dst = nil, nil
	if err == nil {
		err = r.err
	}
	return r.n, err
}

// attempt reports whether the read is over; false waits until the connection
// is readable.
func (r *rawReader) attempt(fd uintptr) bool {
	dst := r.dst
	// Without a destination a buffer is borrowed for each attempt: in a waiting
	// connection there is none.
	var own *inBuffer
	if dst == nil {
		own = getInBuffer(r.src.wanted())
		dst = own.b
	}
	for {
		n, err := syscall.Read(int(fd), dst)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			// Nothing there: the poller calls again when there is.
			if own != nil {
				own.release()
			}
			return false
		case n > 0:
			r.n = n
			if own != nil {
				r.src.in, r.src.r, r.src.w = own, 0, 0
			}
			return true
		case err == nil: // 0 bytes: the end of the stream
			err = io.EOF
		}
		if own != nil {
			own.release()
		}
		r.err = err
		return true
	}
}

// hungUp reports whether the next read would find the end of the stream, or an
// error. It does not wait.
func (r *rawReader) hungUp() (yes bool) {
	err := r.raw.Control(func(fd uintptr) {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK) // the descriptor does not block
		yes = err == nil && n == 0 || err != nil && err != syscall.EAGAIN && err != syscall.EINTR
	})
	return yes || err != nil
}
