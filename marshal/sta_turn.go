package marshal

import (
	"context"

	"oxid/com"
)

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
	x := &staOwnContext{}
	x.Context = ctx
	x.frame.sta, x.frame.cid, x.frame.kind = a.sta, st.chain(), kind
	x.state.apt, x.state.cid, x.state.frame = a, x.frame.cid, &x.frame
	if st == nil || st.frame == nil {
		return a.sta.run(ctx, &x.frame, &x.apartmentContext, bodyFunc(f))
	}
	return waitOutside(ctx, blockFunc(func(ctx context.Context) error {
		x.Context = ctx
		return a.sta.run(ctx, &x.frame, &x.apartmentContext, bodyFunc(f))
	}))
}

// staOwnContext is the context of code that was let into a single-threaded
// apartment, and its activity.
type staOwnContext struct {
	apartmentContext
	frame frame
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
// as soon as it is free: the caller may be what it is busy with. Like the ways
// that calls take it is recognised on the stack, because the caller's activity
// is not f's.
//
//go:noinline
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
