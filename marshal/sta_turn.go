package marshal

import (
	"context"

	"oxid/com"
)

// STAOptions say what kind of single-threaded apartment [Runtime.NewSTA] makes.
// The zero value is usual.
type STAOptions struct {
	// Thread gives the apartment a thread of the operating system of its own,
	// on which all its methods run: for libraries that keep state per thread.
	// Each call then costs some microseconds more.
	Thread bool
	// MessageFilter is the apartment's first message filter; nil for none.
	MessageFilter com.IMessageFilter
}

// NewSTA makes a single-threaded apartment. Calls into its objects run one at a
// time; while one waits for a call of its own, those that come in are served.
// The runtime's first one is its main STA. Use it with [WithApartment] and
// [Apartment.Do], and end it with [Apartment.Close].
func (rt *Runtime) NewSTA(ctx context.Context, opt STAOptions) (*Apartment, error) {
	a, err := rt.newApartment(com.APTTYPE_STA)
	if err != nil {
		return nil, err
	}
	a.sta.setFilter(opt.MessageFilter)
	if opt.Thread {
		a.sta.thread = newSTAThread()
	}
	if err := a.ready(ctx); err != nil {
		a.Close(ctx)
		return nil, err
	}
	return a, nil
}

// MainSTA returns the runtime's main single-threaded apartment, the first that
// was made and has not ended; nil when there is none.
func (rt *Runtime) MainSTA() *Apartment {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.mainSTA
}

// NTA returns the runtime's neutral apartment, made when there is none. Calls
// into it run on the caller's goroutine and as part of what that does: a
// single-threaded apartment that calls into it is busy meanwhile, until the
// neutral code calls out itself.
func (rt *Runtime) NTA(ctx context.Context) (*Apartment, error) {
	a, err := rt.newApartment(com.APTTYPE_NA)
	if err != nil {
		return nil, err
	}
	return a, a.ready(ctx)
}

// Do runs f in the apartment, with a context that belongs to it: what would be
// the apartment's own code between two messages. In a single-threaded apartment
// it waits until nothing else runs there, and holds the apartment until f
// returns; calls that f makes with its context let others in meanwhile. Called
// from within the apartment, f runs at once; called as part of another chain of
// calls, it waits its turn as a call does. Do returns f's error, or why f did not
// run: ctx ended, or the apartment did (RPC_E_DISCONNECTED).
func (a *Apartment) Do(ctx context.Context, f func(ctx context.Context) error) error {
	if a.sta == nil {
		if err := a.usable(); err != nil {
			return err
		}
		return f(WithApartment(ctx, a))
	}
	kind := frameOwn
	if st := stateOf(ctx); st != nil && !st.cid.IsZero() {
		kind = frameInternal // whoever called may be what the apartment waits for
	}
	return a.enterFor(ctx, kind, f)
}

// Outside runs f, which waits for something else than a call, a database for
// example, and lets the single-threaded apartment that ctx runs in serve calls
// meanwhile. f leaves the apartment's own state alone. Outside of such an
// apartment it just runs f.
func Outside(ctx context.Context, f func(ctx context.Context) error) error {
	return waitOutside(ctx, blockFunc(f))
}

// enterFor runs f in a single-threaded apartment: directly when ctx is within
// it, otherwise as an activity of its own. When ctx belongs to an activity of
// another such apartment, that one serves calls meanwhile.
func (a *Apartment) enterFor(ctx context.Context, kind frameKind, f func(context.Context) error) error {
	st := stateOf(ctx)
	if st != nil && st.frame.within(a.sta) {
		if st.apt != a { // neutral code that was called from there
			ctx = st.frame.context(ctx)
		}
		return f(ctx)
	}
	fr := &frame{sta: a.sta, cid: st.chain(), kind: kind}
	return waitOutside(ctx, blockFunc(func(ctx context.Context) error {
		return a.sta.run(ctx, fr, fr.context(ctx), bodyFunc(f))
	}))
}

// waitOutside runs b, which blocks, while the single-threaded apartment that ctx
// runs in, if any, serves calls.
func waitOutside(ctx context.Context, b blocker) error {
	if st := stateOf(ctx); st != nil && st.frame != nil {
		return st.frame.callOut(ctx, new(outCall), b)
	}
	return b.block(ctx)
}

// within reports whether f, which may be nil, is an activity of s that is not
// over.
func (f *frame) within(s *sta) bool {
	if f == nil || f.sta != s {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !f.done
}

// context returns a context for code that runs as f.
func (f *frame) context(ctx context.Context) context.Context {
	c := &apartmentContext{Context: ctx}
	c.state.apt, c.state.cid, c.state.frame = f.sta.apt, f.cid, f
	return c
}

// visit runs f in apartment a as part of the call chain of ctx: what COM asks
// of an object it asks in the object's own apartment, under the caller's
// causality id (CF-395).
func (a *Apartment) visit(ctx context.Context, f func(context.Context) error) error {
	st := stateOf(ctx)
	if a.sta == nil {
		lc := &localContext{Context: ctx}
		lc.state.apt, lc.state.cid = a, st.chain()
		if st != nil && a.kind == com.APTTYPE_NA {
			lc.state.frame = st.frame
		}
		return f(lc)
	}
	if st != nil && st.frame.within(a.sta) {
		return f(st.frame.context(ctx))
	}
	x := &staLocalContext{}
	x.init(ctx, a.sta, st.chain(), frameInternal)
	return waitOutside(ctx, blockFunc(func(ctx context.Context) error {
		x.Context = ctx
		return a.sta.run(ctx, &x.frame, &x.localContext, bodyFunc(f))
	}))
}

// turn runs application code that nobody called and nobody waits for, such as
// FinalRelease, in apartment a. A single-threaded apartment that is busy runs it
// as soon as it is free: the caller may be what it is busy with.
func (a *Apartment) turn(ctx context.Context, f func(context.Context)) {
	s := a.sta
	if s == nil {
		f(a.context(a.rt.ctx))
		return
	}
	if st := stateOf(ctx); st != nil && st.frame.within(s) {
		f(st.frame.context(a.rt.ctx))
		return
	}
	fr := &frame{sta: s, cid: newCID(), kind: frameInternal}
	inner := fr.context(a.rt.ctx)
	body := bodyFunc(func(ctx context.Context) error {
		f(ctx)
		return nil
	})
	s.mu.Lock()
	over, now := s.ended, s.admits(fr)
	switch {
	case over:
		fr.done = true // nothing else runs there any more
	case now:
		s.push(fr)
	}
	s.mu.Unlock()
	switch {
	case over:
		f(inner)
	case now && s.thread != nil:
		s.thread.do(func() { fr.exec(inner, body) })
	case now:
		fr.exec(inner, body)
	default:
		go func() {
			if s.run(context.WithoutCancel(a.rt.ctx), fr, inner, body) != nil {
				s.leave(fr) // it has never been on the stack: the apartment has ended meanwhile
				f(inner)
			}
		}()
	}
}

// end is Close.
func (s *sta) end(ctx context.Context) error {
	fr := &frame{sta: s, cid: newCID(), kind: frameInternal}
	st := stateOf(ctx)
	inside := st != nil && st.frame.within(s)
	s.mu.Lock()
	if s.ending {
		s.mu.Unlock()
		return nil
	}
	s.ending = true
	s.refuse()
	var err error
	for s.top != nil && !inside && err == nil {
		if s.idle == nil {
			s.idle = make(chan struct{})
		}
		idle := s.idle
		s.mu.Unlock()
		err = waitOutside(ctx, blockFunc(func(ctx context.Context) error {
			select {
			case <-idle:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}))
		s.mu.Lock()
	}
	s.ended = true
	s.refuse()
	alone := s.top == nil
	if alone {
		s.push(fr)
	}
	s.mu.Unlock()
	inner := fr.context(context.WithoutCancel(ctx))
	body := bodyFunc(func(ctx context.Context) error {
		s.apt.close(ctx)
		return nil
	})
	switch {
	case inside:
		s.apt.close(st.frame.context(context.WithoutCancel(ctx)))
	case !alone:
		s.apt.close(ctx)
	case s.thread != nil:
		s.thread.do(func() { fr.exec(inner, body) })
	default:
		fr.exec(inner, body)
	}
	if s.thread != nil {
		s.thread.stop()
	}
	return err
}

// refuse ends the wait of everything that waits for the apartment. The lock is
// held.
func (s *sta) refuse() {
	for _, q := range []*waitQueue{&s.calls, &s.own} {
		var next *waiter
		for w := q.first; w != nil; w = next {
			if next = w.next; !s.ended && s.nested(w.frame) {
				continue // a method that is running waits for it
			}
			q.remove(w)
			w.err = notExecutedFault(com.RPC_E_DISCONNECTED)
			w.granted <- struct{}{}
		}
	}
}
