package dcerpc

import (
	"io"
	"net"
	"time"
)

// source reads one connection. It belongs to whoever has the connection's
// reading role. While it waits for data it holds no buffer, where the platform
// allows that ([rawReader]), or a small one.
type source struct {
	nc   net.Conn
	raw  *rawReader // nil: plain reads
	in   *inBuffer  // nil while nothing is buffered
	r, w int        // in.b[r:w] has not been consumed
	big  bool       // reads come in large: borrow a large buffer next

	deadline time.Time // of reads, as last set; zero for none
}

func newSource(nc net.Conn) source { return source{nc: nc, raw: newRawReader(nc)} }

// unread returns the buffered bytes.
func (s *source) unread() []byte {
	if s.in == nil {
		return nil
	}
	return s.in.b[s.r:s.w]
}

// consume drops n buffered bytes.
func (s *source) consume(n int) { s.r += n }

// fill reads once, blocking until there is something, so that the unread bytes
// grow. need is how many of them are wanted in one piece, at most 64 KiB.
func (s *source) fill(need int) error {
	s.makeRoom(need)
	if s.in == nil && s.raw != nil {
		// The reader borrows the buffer itself, once there is something.
		n, err := s.raw.read(s, nil)
		return s.filled(n, err)
	}
	if s.in == nil {
		s.in = getInBuffer(s.wanted())
		s.r, s.w = 0, 0
	}
	var n int
	var err error
	if s.raw != nil {
		n, err = s.raw.read(s, s.in.b[s.w:])
	} else {
		n, err = s.nc.Read(s.in.b[s.w:])
	}
	return s.filled(n, err)
}

func (s *source) filled(n int, err error) error {
	if n > 0 {
		s.w += n
		// Large reads are followed by large reads, until a small one comes.
		switch {
		case s.w == len(s.in.b):
			s.big = true
		case n < smallIn/2:
			s.big = false
		}
		return nil
	}
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// wanted is the size of the next buffer to borrow.
func (s *source) wanted() int {
	if s.big {
		return largeIn
	}
	return smallIn
}

// makeRoom arranges that the unread bytes can grow to need bytes. A buffer
// without unread bytes is let go; one that others look into is never
// overwritten, only its free end is used.
func (s *source) makeRoom(need int) {
	if s.in == nil {
		return
	}
	have := s.w - s.r
	shared := s.in.refs.Load() > 1
	if have == 0 {
		if !shared {
			// Kept only where the next read could not do without a buffer.
			s.r, s.w = 0, 0
			if s.raw != nil || (s.big && len(s.in.b) < largeIn) {
				s.in.release()
				s.in = nil
			}
			return
		}
		// Calls look at what lies in front; the free end is still ours.
		if len(s.in.b)-s.w >= max(need, 512) {
			return
		}
		s.in.release()
		s.in, s.r, s.w = nil, 0, 0
		return
	}
	if len(s.in.b)-s.r >= max(need, have+1) {
		return
	}
	// The beginning of a PDU: moved to the front, or to another buffer when
	// this one is too small or still looked at.
	if !shared && len(s.in.b) >= need && s.r > 0 {
		copy(s.in.b, s.in.b[s.r:s.w])
		s.r, s.w = 0, have
		return
	}
	nb := getInBuffer(max(need, have+1, s.wanted()))
	copy(nb.b, s.in.b[s.r:s.w])
	s.in.release()
	s.in, s.r, s.w = nb, 0, have
}

// readInto moves bytes to dst: buffered ones first, else one blocking read
// straight into it.
func (s *source) readInto(dst []byte) (int, error) {
	if b := s.unread(); len(b) > 0 {
		n := copy(dst, b)
		s.consume(n)
		return n, nil
	}
	s.drop()
	s.big = false // what comes next is a header
	var n int
	var err error
	if s.raw != nil {
		n, err = s.raw.read(s, dst)
	} else {
		n, err = s.nc.Read(dst)
	}
	if n > 0 {
		return n, nil
	}
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return 0, err
}

// hungUp reports whether the peer has closed the connection and everything that
// it sent is read, as far as that can be known without reading. Only the holder of
// the reading role, or who keeps others from taking it, may ask.
func (s *source) hungUp() bool { return s.raw != nil && len(s.unread()) == 0 && s.raw.hungUp() }

// drop lets the buffer go when nothing in it is unread.
func (s *source) drop() {
	if s.in != nil && s.r == s.w {
		s.in.release()
		s.in, s.r, s.w = nil, 0, 0
	}
}

// close lets the buffer go with all that is in it.
func (s *source) close() {
	if s.in != nil {
		s.in.release()
		s.in, s.r, s.w = nil, 0, 0
	}
}
