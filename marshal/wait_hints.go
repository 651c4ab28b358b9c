package marshal

import (
	"context"
	"fmt"
	"time"

	"oxid/com"
)

// suspect looks whether a call that begins to wait for the apartment is one
// that the apartment itself waits for, and names the cycle in the log.
func (s *sta) suspect(w *waiter) {
	rt := s.apt.rt
	f := s.running()
	if f == nil {
		return
	}
	l := rt.lostBy(w.frame.cid, f)
	if l == nil || !rt.refusals.allow(w.since) {
		return
	}
	msg := "a call waits for an apartment whose method waits for a call of its own with a context that lost its causality"
	if l.cid == w.frame.cid {
		msg = "calls wait for each other: a call has come back to the apartment that it left with a context that lost its causality"
	}
	rt.log.Warn(msg, "waiting", w.frame.name(), "holder", f.name(), "out", l.call, "at", l.site, "peer", l.peer)
}

// gaveUp is the error of a call whose context ended before its turn came. The
// lock is held.
func (s *sta) gaveUp(ctx context.Context, w *waiter) error {
	hint := "the apartment of the object was busy"
	if t := s.top; t != nil {
		hint = "the apartment of the object was held by " + t.name()
		if o := t.out; o != nil && o.desc != nil {
			hint += ", which waits for " + callName(o.desc, o.op)
		}
		if l := s.apt.rt.lostBy(w.frame.cid, t); l != nil {
			hint += fmt.Sprintf(", which waits for %s, called at %s with a context that lost its causality: pass on the context of the method",
				l.call, l.site)
		}
	}
	if w.frame.from != nil && s.apt.rt.refusals.allow(time.Now()) {
		s.apt.rt.log.Warn("a caller gave up waiting for an apartment", "call", w.frame.name(), "peer", w.frame.from,
			"waited", time.Since(w.since), "hint", hint)
	}
	return &com.Error{HRESULT: com.HRESULTOf(ctx.Err()), Err: &waitEnded{cause: ctx.Err()}, Hint: hint}
}

// returnHint says what is known here about a call that was given up while it
// kept its own apartment from serving others; "" when nothing is.
func (rt *Runtime) returnHint(l *lostCall) string {
	for _, f := range l.in {
		s := f.sta
		s.mu.Lock()
		w := s.calls.first
		var name string
		same := false
		for ; w != nil; w = w.next {
			if name == "" || w.frame.cid == l.cid {
				name, same = w.frame.name(), w.frame.cid == l.cid
			}
		}
		s.mu.Unlock()
		switch {
		case same:
			return fmt.Sprintf("the call came back as %s, which waits for the apartment that this call holds, "+
				"because its context (at %s) lost its causality: pass on the context of the method", name, l.site)
		case name != "":
			return fmt.Sprintf("%s waits for the apartment that this call holds, because its context (at %s) lost its causality: "+
				"if that is what the server waits for, the two wait for each other; pass on the context of the method", name, l.site)
		}
	}
	return "the context of the call (at " + l.site + ") lost its causality, so its apartment served nobody meanwhile: " +
		"pass on the context of the method"
}
