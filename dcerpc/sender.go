package dcerpc

import (
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

// sender is the writing half of a connection, on both sides. PDUs are appended
// to a queue under the connection's lock; whoever finds no flush running
// flushes until the queue is empty, so that under load many PDUs share one
// write. Its methods need the connection's lock, which flush drops while it
// writes.
type sender struct {
	nc net.Conn
	mu *sync.Mutex

	queue    []outEntry
	spare    []outEntry // the other array of the pair that queue and the flusher swap
	queued   int        // bytes in queue
	flushing bool
	err      error         // set once writing is over; everything queued after is dropped
	room     chan struct{} // closed when queued falls below maxQueued; nil when nobody waits
	fail     func(error)   // told once, without the lock, when writing fails
	mixes    bool          // fragments of different messages may interleave

	// The flusher's own: only touched by who set flushing.
	vecs     net.Buffers
	headers  []byte        // headers of the fragments in vecs
	used     [][]byte      // buffers in vecs to give back
	finished []*outMessage // messages of which the last part is in vecs
	broken   error         // a message could not be protected
	deadline time.Time     // of writes, as last set
	stall    time.Duration
}

// outEntry is one piece of the queue: bytes of whole PDUs, or a message that
// the flusher cuts into fragments as it goes.
type outEntry struct {
	b   []byte // from getBytes; nil for a message
	msg *outMessage
}

// Limits of the writing half.
const (
	maxQueued    = 1 << 20               // bytes queued before senders have to wait
	copyLimit    = 16 << 10              // larger bodies are not copied but written from where they are
	writeVectors = 64                    // vectors a write: bounds what the kernel interface keeps for us
	writeBytes   = 1 << 20               // bytes a write, about
	callerWait   = 20 * time.Millisecond // patience of a caller that may be cancelled
)

// errWriteStalled closes a connection whose peer does not read.
var errWriteStalled = errors.New("dcerpc: the peer does not read")

// reserve returns n bytes at the end of the queue for the caller to fill in
// before it drops the lock.
func (s *sender) reserve(n int) []byte {
	s.queued += n
	if i := len(s.queue) - 1; i >= 0 && s.queue[i].b != nil {
		if b := s.queue[i].b; cap(b)-len(b) >= n {
			s.queue[i].b = b[:len(b)+n]
			return s.queue[i].b[len(b):]
		}
	}
	size := smallIn
	if s.queued > smallIn {
		size = largeIn
	}
	b := getBytes(max(n, size))[:n]
	writeBuffers.Add(1)
	s.queue = append(s.queue, outEntry{b: b})
	return b
}

// add queues bytes that are copied.
func (s *sender) add(pdu []byte) { copy(s.reserve(len(pdu)), pdu) }

// addMessage queues a message by reference; its body must stay untouched until
// its done is called.
func (s *sender) addMessage(m *outMessage) {
	s.queued += len(m.body)
	s.queue = append(s.queue, outEntry{msg: m})
}

// waitRoom waits until the queue has room, the connection is closed, or stop
// is closed. It reports whether it had to wait at all, for the state that the
// lock protects may have changed then.
func (s *sender) waitRoom(stop <-chan struct{}) (waited bool) {
	for s.queued > maxQueued && s.err == nil {
		waited = true
		if s.room == nil {
			s.room = make(chan struct{})
		}
		room := s.room
		s.mu.Unlock()
		select {
		case <-room:
			s.mu.Lock()
		case <-stop:
			s.mu.Lock()
			return true
		}
	}
	return waited
}

// flush writes out the queue unless somebody else is doing so. gather first
// lets other goroutines add theirs. With impatient set it gives up on a peer
// that does not read after some 20 ms: another goroutine goes on then. Likewise
// when there is more to write than only, unless that is nil.
func (s *sender) flush(gather, impatient bool, only *outMessage) {
	if s.flushing || len(s.queue) == 0 {
		return
	}
	s.flushing = true
	if gather {
		s.mu.Unlock()
		runtime.Gosched()
		s.mu.Lock()
	}
	s.drain(impatient, only)
}

// writeDirect writes one whole PDU from where it is; nothing may be queued and
// no flush may run. It saves a lone caller the copy. The PDU must stay
// untouched until m's done is called when queued is set; written tells
// whether all of it is on its way.
func (s *sender) writeDirect(pdu []byte, m *outMessage, impatient bool) (written, queued bool) {
	s.flushing = true
	s.mu.Unlock()
	s.vecs = append(s.vecs[:0], pdu)
	done, err := s.write(impatient)
	s.mu.Lock()
	switch {
	case err != nil:
		s.stop(err)
	case !done:
		s.finished = append(s.finished, m)
		go s.resume()
		return false, true
	}
	s.drain(impatient, m)
	return err == nil, false
}

// resume goes on with a flush whose goroutine had better things to do.
func (s *sender) resume() {
	done, err := s.write(false)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || !done {
		s.stop(err)
	}
	s.recycle()
	s.drain(false, nil)
}

// drain writes until the queue is empty. It is entered and left with the lock
// held and flushing set; it clears flushing unless resume takes over.
func (s *sender) drain(impatient bool, only *outMessage) {
	for rounds := 0; len(s.queue) > 0 && s.err == nil; rounds++ {
		// Others keep adding: they should not live on this caller's time. And
		// one who has the reading role must read before what others have sent
		// is answered.
		if rounds == 16 || only != nil && s.queue[0].msg != only {
			go func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.drain(false, nil)
			}()
			return
		}
		batch := s.queue
		s.queue, s.spare = s.spare[:0], nil
		s.mu.Unlock()
		rest, bytes := s.collect(batch, only)
		done, err := false, s.broken
		if err == nil {
			done, err = s.write(impatient)
		}
		s.mu.Lock()
		s.queued -= bytes
		s.putBack(batch, rest)
		if s.room != nil && s.queued <= maxQueued {
			close(s.room)
			s.room = nil
		}
		if err != nil {
			s.stop(err)
			break
		}
		if !done {
			go s.resume()
			return
		}
		s.recycle()
	}
	if s.err != nil {
		s.recycle()
		s.discard()
	}
	s.flushing = false
}

// collect fills vecs from the start of batch. It returns the entries that are
// left for the next round and the number of body bytes taken.
func (s *sender) collect(batch []outEntry, only *outMessage) (rest []outEntry, bytes int) {
	s.vecs, s.headers = s.vecs[:0], s.headers[:0]
	for i := range batch {
		e := &batch[i]
		if len(s.vecs) >= writeVectors || bytes >= writeBytes || only != nil && e.msg != only {
			return batch[i:], bytes
		}
		if e.msg == nil {
			s.vecs = append(s.vecs, e.b)
			s.used = append(s.used, e.b)
			bytes += len(e.b)
			continue
		}
		n, done := e.msg.collect(s)
		bytes += n
		if !done {
			return batch[i:], bytes
		}
	}
	return nil, bytes
}

// putBack queues rest, what is left of batch, in front of what has been queued
// meanwhile, and keeps an array for the next round. A long message makes way
// for those behind it where that is allowed.
func (s *sender) putBack(batch, rest []outEntry) {
	if len(rest) > 0 {
		// Rare: only messages of more than one write get here.
		all := make([]outEntry, 0, len(rest)+len(s.queue))
		if s.mixes && rest[0].msg != nil {
			all = append(append(append(all, rest[1:]...), s.queue...), rest[0])
		} else {
			all = append(append(all, rest...), s.queue...)
		}
		s.queue = all
	}
	clear(batch)
	if cap(batch) <= 64 {
		s.spare = batch[:0]
	}
}

// write writes out vecs. done is false when an impatient writer ran out of
// time; what is left stays in vecs.
func (s *sender) write(impatient bool) (done bool, err error) {
	// WriteTo eats its receiver: the array is kept for the next write.
	array := s.vecs
	for len(s.vecs) > 0 {
		s.arm(impatient)
		var n int64
		if len(s.vecs) == 1 {
			var n1 int
			n1, err = s.nc.Write(s.vecs[0])
			if n = int64(n1); n1 == len(s.vecs[0]) {
				s.vecs = s.vecs[1:]
			} else {
				s.vecs[0] = s.vecs[0][n1:]
			}
		} else {
			n, err = s.vecs.WriteTo(s.nc)
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return false, err
		}
		s.deadline = time.Time{}
		switch {
		case impatient:
			return false, nil
		case n == 0:
			return false, errWriteStalled
		}
	}
	clear(array)
	s.vecs = array[:0]
	return true, nil
}

// arm keeps the write deadline between half and all of the wanted time ahead,
// so that it is seldom set.
func (s *sender) arm(impatient bool) {
	wait := s.stall
	if impatient {
		wait = callerWait
	}
	now := time.Now()
	if left := s.deadline.Sub(now); left < wait/2 || left > wait {
		s.deadline = now.Add(wait)
		s.nc.SetWriteDeadline(s.deadline)
	}
}

// recycle gives back the buffers of what has been written, or never will be.
func (s *sender) recycle() {
	for i, m := range s.finished {
		m.finish(s.err == nil)
		s.finished[i] = nil
	}
	s.finished = s.finished[:0]
	writeBuffers.Add(-int64(len(s.used)))
	for i, b := range s.used {
		putBytes(b)
		s.used[i] = nil
	}
	s.used = s.used[:0]
	if cap(s.headers) > 4<<10 {
		s.headers = nil
	}
}

// stop ends all writing with err.
func (s *sender) stop(err error) {
	if s.err != nil {
		return
	}
	if err == nil {
		err = errWriteStalled
	}
	s.err = err
	if s.room != nil {
		close(s.room)
		s.room = nil
	}
	if s.fail != nil {
		s.mu.Unlock()
		s.fail(err)
		s.mu.Lock()
	}
}

// stopQuietly ends all writing without telling anybody.
func (s *sender) stopQuietly(err error) {
	s.fail = nil
	s.stop(err)
	if !s.flushing {
		s.discard()
	}
}

// discard drops what will never be written.
func (s *sender) discard() {
	for i := range s.queue {
		if m := s.queue[i].msg; m != nil {
			m.finish(false)
		} else {
			writeBuffers.Add(-1)
			putBytes(s.queue[i].b)
		}
		s.queue[i] = outEntry{}
	}
	s.queue, s.queued = s.queue[:0], 0
}
