package marshal

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"oxid/com"
	"oxid/dcerpc"
)

// sta is what makes an apartment single-threaded: a lock and two queues, which
// calling goroutines borrow. A call that finds the apartment idle runs on the
// goroutine that brings it; one that finds it busy waits there for its turn.
//
// What runs is a stack of frames. Only the innermost one moves, and only while
// it waits for a call of its own may another one be put on top: exactly the
// order in which a thread nests its calls. So a method finds its apartment
// changed by nobody but itself and the calls that came in while it waited.
//
// A waiting apartment takes calls of its own chain, known by the causality id,
// in any case, and other calls by its message filter's word, all of them when it
// has none (CF-306).
type sta struct {
	apt    *Apartment
	thread *staThread // nil unless the apartment has a thread of its own

	mu     sync.Mutex
	top    *frame // nil when idle
	calls  waitQueue
	own    waitQueue // code of the apartment's own, which waits until it is idle
	seq    uint64    // of waiters
	filter com.IMessageFilter
	ending bool          // takes nothing new but nested calls
	ended  bool          // takes nothing at all
	idle   chan struct{} // closed when the stack runs empty; made by who waits for that

	filtered atomic.Bool // there is a message filter
}

// waiter is one activity in a queue.
type waiter struct {
	frame      *frame
	seq        uint64
	since      time.Time
	granted    chan struct{} // receives one value when the wait is over
	err        error         // set before granted: the apartment ended
	queue      *waitQueue    // nil once out of it
	prev, next *waiter
}

// waitQueue is a list of waiters, oldest first.
type waitQueue struct{ first, last *waiter }

func (q *waitQueue) push(w *waiter) {
	w.queue, w.prev = q, q.last
	if q.last != nil {
		q.last.next = w
	} else {
		q.first = w
	}
	q.last = w
}

func (q *waitQueue) remove(w *waiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		q.first = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		q.last = w.prev
	}
	w.queue, w.prev, w.next = nil, nil, nil
}

// staBody is what runs in an apartment: a call from elsewhere, or a function.
type staBody interface {
	runIn(ctx context.Context) error
}

type bodyFunc func(ctx context.Context) error

func (f bodyFunc) runIn(ctx context.Context) error { return f(ctx) }

// run lets body run as frame f when it is f's turn. The wait ends with wait;
// inner is the context that body gets, which names f.
func (s *sta) run(wait context.Context, f *frame, inner context.Context, body staBody) error {
	if err := s.enter(wait, f); err != nil {
		return err
	}
	if s.thread == nil {
		return f.exec(inner, body)
	}
	handOver(wait)
	var err error
	s.thread.do(func() { err = f.exec(inner, body) })
	return err
}

// enter returns when it is the turn of f, which is on top of the stack then.
func (s *sta) enter(ctx context.Context, f *frame) error {
	s.mu.Lock()
	for asked := false; ; asked = true {
		switch {
		case s.ended, s.ending && !s.nested(f):
			s.mu.Unlock()
			return notExecutedFault(com.RPC_E_DISCONNECTED)
		case s.admits(f):
			s.push(f)
			s.mu.Unlock()
			return nil
		}
		if asked || !s.disturbs(f) {
			break
		}
		if s.pending(f) { // drops the lock meanwhile
			s.mu.Unlock()
			return nil
		}
	}
	w := s.enqueue(f)
	s.mu.Unlock()
	s.suspect(w)
	handOver(ctx)
	select {
	case <-w.granted:
		return w.err
	case <-ctx.Done():
	}
	s.mu.Lock()
	if w.queue != nil {
		w.queue.remove(w)
		err := s.gaveUp(ctx, w)
		s.mu.Unlock()
		return err
	}
	s.mu.Unlock()
	// It became our turn at the same moment.
	if <-w.granted; w.err != nil {
		return w.err
	}
	s.leave(f)
	return &waitEnded{cause: ctx.Err()}
}

// enqueue makes f wait. The lock is held.
func (s *sta) enqueue(f *frame) *waiter {
	s.seq++
	w := &waiter{frame: f, seq: s.seq, since: time.Now(), granted: make(chan struct{}, 1)}
	if f.kind == frameOwn && !s.nested(f) {
		s.own.push(w)
	} else {
		s.calls.push(w)
	}
	return w
}

// admits reports whether f may run now. The lock is held.
func (s *sta) admits(f *frame) bool {
	if s.top == nil {
		return true
	}
	return s.top.open() && (f.kind != frameOwn || s.nested(f))
}

// nested reports whether f belongs to a chain that the apartment waits for.
// The lock is held.
func (s *sta) nested(f *frame) bool {
	if f.cid.IsZero() {
		return false
	}
	for g := s.top; g != nil; g = g.below {
		if g.cid == f.cid && g.waits > 0 {
			return true
		}
	}
	return false
}

// push puts f on the stack. The lock is held.
func (s *sta) push(f *frame) {
	if s.filter != nil && f.kind == frameCall {
		s.situate(f)
	}
	f.below, s.top = s.top, f
	s.apt.rt.attention.Add(1)
}

// pop takes f off the stack, usually from its top. The lock is held.
func (s *sta) pop(f *frame) {
	for p := &s.top; *p != nil; p = &(*p).below {
		if *p == f {
			*p, f.below = f.below, nil
			s.apt.rt.attention.Add(-1)
			return
		}
	}
}

// leave ends f and lets the next one in.
func (s *sta) leave(f *frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.done = true
	s.pop(f)
	f.wake() // goroutines that the method left behind
	s.next()
}

// next lets somebody run, if somebody may: a frame whose wait is over first,
// then the oldest waiter. The lock is held.
func (s *sta) next() {
	if t := s.top; t != nil {
		if t.ready > 0 {
			t.wake()
		} else if t.open() {
			s.grant(s.calls.first)
		}
		return
	}
	w := s.calls.first
	if o := s.own.first; o != nil && (w == nil || o.seq < w.seq) {
		w = o
	}
	if w == nil && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
	s.grant(w)
}

// grant gives w, if there is one, its turn. The lock is held.
func (s *sta) grant(w *waiter) {
	if w == nil {
		return
	}
	w.queue.remove(w)
	s.push(w.frame)
	w.granted <- struct{}{}
}

// messageFilter returns the filter that is registered, or nil.
func (s *sta) messageFilter() com.IMessageFilter {
	if !s.filtered.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.filter
}

// waitEnded is the error of a call that gave up before its turn came: it has
// certainly not been executed.
type waitEnded struct{ cause error }

func (e *waitEnded) Error() string { return e.cause.Error() }

func (e *waitEnded) Unwrap() []error {
	return []error{e.cause, notExecutedFault(e.cause)}
}

// handOver lets another goroutine read the connection that the call of ctx came
// on: this one is about to block.
func handOver(ctx context.Context) { dcerpc.HandOver(ctx) }
