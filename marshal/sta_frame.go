package marshal

import (
	"context"
	"net"
	"time"

	"oxid/com"
)

// frameKind tells what a frame is good for.
type frameKind uint8

const (
	frameCall     frameKind = iota // a call of another apartment: the message filter is asked
	frameInternal                  // work of the runtime on behalf of others: it is not
	frameOwn                       // the apartment's own code: it waits until the apartment is idle
)

// frame is one activity of a single-threaded apartment: a method that was
// called, or code that was let in by [Apartment.Do]. It is part of the context
// of that activity and never used again.
//
// Everything but the constant fields is guarded by the apartment's sta.mu.
type frame struct {
	sta  *sta
	cid  com.CID
	desc *com.Desc // of the method; nil for frameOwn, and for most of frameInternal
	obj  any       // that the method is of
	from net.Addr  // of the caller; nil inside the process
	op   uint32
	kind frameKind

	done    bool // off the stack: the context has outlived the activity
	below   *frame
	waits   int           // goroutines of the activity that wait outside
	ready   int           // those whose wait is over while other frames are on top
	resume  chan struct{} // closed for them when the frame is on top again
	out     *outCall      // what is waited for, last begun first
	asked   com.IMessageFilter
	call    com.CALLTYPE  // the situation in which asked is asked
	elapsed time.Duration // the same
}

// outCall is one wait of a frame: an outgoing call, or a wait for events.
type outCall struct {
	cid    com.CID
	desc   *com.Desc       // nil for a wait for events
	exp    *clientExporter // the same
	op     uint32
	since  time.Time
	cancel context.CancelFunc // ends the wait; nil when nobody may
	next   *outCall
}

// blocker is what a frame waits for.
type blocker interface {
	block(ctx context.Context) error
}

type blockFunc func(ctx context.Context) error

func (f blockFunc) block(ctx context.Context) error { return f(ctx) }

// exec runs body as f, which is on top of the stack, and takes it off. Calls
// that leave the apartment with a context that does not name f are recognised
// by this function's being on the stack.
//
//go:noinline
func (f *frame) exec(ctx context.Context, body staBody) error {
	defer f.sta.leave(f)
	if f.asked != nil {
		if err := f.screen(ctx); err != nil {
			return err
		}
	}
	return body.runIn(ctx)
}

// open reports whether other frames may run on top of f, which is on top. The
// lock is held.
func (f *frame) open() bool { return f.waits > 0 && f.ready == 0 }

// outlived reports whether f, which may be nil, is over: its context is used
// after its method has returned.
func (f *frame) outlived() bool {
	if f == nil {
		return false
	}
	f.sta.mu.Lock()
	defer f.sta.mu.Unlock()
	return f.done
}

// wake lets the goroutines go on that wait for f to be on top. The lock is held.
func (f *frame) wake() {
	if f.ready > 0 {
		f.ready = 0
		close(f.resume)
		f.resume = nil
	}
}

// callOut runs b, which waits for somebody else, while the apartment of f
// serves the calls that come in. It returns when b is done and f is on top
// again.
func (f *frame) callOut(ctx context.Context, out *outCall, b blocker) (err error) {
	s := f.sta
	out.since = time.Now()
	if out.desc != nil && s.filtered.Load() {
		ctx, out.cancel = context.WithCancel(ctx)
		defer out.cancel()
	}
	if !s.beginWait(f, out) {
		return b.block(ctx) // the activity is over: nothing is held
	}
	t := s.thread
	if t == nil || !t.here() {
		t = nil
	}
	defer func() { s.endWait(f, out, t) }()
	if t == nil {
		return b.block(ctx)
	}
	t.await(func() { err = b.block(ctx) })
	return err
}

// beginWait notes that one goroutine of f waits. It reports false when the
// activity is over.
func (s *sta) beginWait(f *frame, out *outCall) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.done {
		return false
	}
	f.waits++
	out.next, f.out = f.out, out
	if s.top == f {
		s.next()
	}
	return true
}

// endWait notes that the wait is over, and returns when f is on top again. t is
// the apartment's thread when this is it: it goes on serving meanwhile.
func (s *sta) endWait(f *frame, out *outCall, t *staThread) {
	s.mu.Lock()
	f.waits--
	for p := &f.out; *p != nil; p = &(*p).next {
		if *p == out {
			*p = out.next
			break
		}
	}
	out.next = nil
	if f.done || s.top == f {
		s.mu.Unlock()
		return
	}
	f.ready++
	if f.resume == nil {
		f.resume = make(chan struct{})
	}
	resume := f.resume
	s.mu.Unlock()
	if t != nil {
		t.serve(resume)
		return
	}
	<-resume
}
