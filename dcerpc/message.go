package dcerpc

import "oxid/com"

// outMessage is a request or response that is cut into fragments while it is
// written: it is too large to be copied, or each fragment must be protected in
// the order of the wire.
type outMessage struct {
	typ     ptype // request or response
	callID  uint32
	context uint16
	opnum   uint16
	object  *com.GUID
	body    []byte
	off     int // of body that has been cut off
	started bool
	maxFrag int
	sec     *security
	// done is called under the connection's lock once body is not needed any
	// more; written tells whether all of it is on its way. It may be nil.
	done func(m *outMessage, written bool)
}

// fixed is the length of the part in front of the stub data.
func (m *outMessage) fixed() int {
	if m.object != nil {
		return requestHeaderSize + objectUUIDSize
	}
	return requestHeaderSize // a response's is as long
}

// chunk is the number of bytes of stub data in each fragment but the last:
// a multiple of 8, so that alignment in the stub is not disturbed, and of 16
// under protection, so that no padding is needed.
func (m *outMessage) chunk() int {
	n := m.maxFrag - m.fixed()
	if m.sec.protects() {
		return (n - m.sec.overhead()) &^ (authPad - 1)
	}
	return n &^ 7
}

// putFixed writes header and fixed part of the next fragment, which carries
// body[off:off+n].
func (m *outMessage) putFixed(b []byte, n int) {
	var flags uint8
	if !m.started {
		flags |= pfcFirstFrag
	}
	left := len(m.body) - m.off
	if n == left {
		flags |= pfcLastFrag
	}
	if m.typ == ptRequest {
		putRequest(b, flags, m.fixed()+n, 0, m.callID, uint32(left), m.context, m.opnum, m.object)
	} else {
		putResponse(b, flags, m.fixed()+n, 0, m.callID, uint32(left), m.context)
	}
}

// collect adds fragments to the flusher's vectors until the message or one
// write is full. It returns the bytes of body taken.
func (m *outMessage) collect(s *sender) (bytes int, done bool) {
	chunk, fixed := m.chunk(), m.fixed()
	for len(s.vecs) < writeVectors && bytes < writeBytes {
		n := min(chunk, len(m.body)-m.off)
		if m.sec.protects() {
			b := getBytes(fixed + n + authPad + m.sec.overhead())[:fixed]
			m.putFixed(b, n)
			b = append(b, m.body[m.off:m.off+n]...)
			b, err := m.sec.protect(b, fixed)
			if err != nil {
				s.broken = err
				s.finished = append(s.finished, m)
				return bytes, true
			}
			s.vecs = append(s.vecs, b)
			s.used = append(s.used, b)
			writeBuffers.Add(1)
		} else {
			at := len(s.headers)
			s.headers = append(s.headers, make([]byte, fixed)...)
			h := s.headers[at : at+fixed : at+fixed]
			m.putFixed(h, n)
			s.vecs = append(s.vecs, h)
			if n > 0 {
				s.vecs = append(s.vecs, m.body[m.off:m.off+n])
			}
		}
		m.started = true
		m.off += n
		bytes += n
		if m.off == len(m.body) {
			s.finished = append(s.finished, m)
			return bytes, true
		}
	}
	return bytes, false
}

// finish tells the owner that the body is not needed any more.
func (m *outMessage) finish(written bool) {
	if m.done != nil {
		m.done(m, written)
	}
}
