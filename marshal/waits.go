package marshal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"oxid/com"
	"oxid/orpc"
)

// WaitKind tells what an activity of a single-threaded apartment is doing.
type WaitKind uint8

const (
	// Running activities hold their apartment.
	Running WaitKind = iota
	// AwaitingReply is an activity that waits for a call of its own; its
	// apartment serves others meanwhile.
	AwaitingReply
	// AwaitingTurn is a call that waits for the apartment.
	AwaitingTurn
	// AwaitingReturn is an activity whose call is over, but not those that came
	// in meanwhile.
	AwaitingReturn
)

// String returns the kind as words.
func (k WaitKind) String() string {
	switch k {
	case Running:
		return "runs"
	case AwaitingReply:
		return "waits for a reply"
	case AwaitingTurn:
		return "waits for its turn"
	}
	return "waits for calls that came in"
}

// Wait is one activity of a single-threaded apartment as [Runtime.Waits] sees
// it.
type Wait struct {
	Kind      WaitKind
	Apartment orpc.OXID
	CID       com.CID
	Call      string    // "ICalc.Add", or what else it is
	Peer      string    // of the caller; "" inside the process
	Depth     int       // of activities under it on the stack; 0 for AwaitingTurn
	Since     time.Time // of the wait; zero while running
	// Out is the call that the activity waits for; nil when it waits for none.
	Out *OutWait
}

// OutWait is an outgoing call that an activity waits for.
type OutWait struct {
	CID   com.CID
	Call  string
	Peer  string    // of the server; "" inside the process
	OXID  orpc.OXID // of the server's exporter; zero when it is not known
	Since time.Time
	// Lost is set for a call that was made with a context that lost its
	// causality: the apartment serves nobody while it lasts.
	Lost bool
}

// Waits returns what the single-threaded apartments of the runtime are doing:
// for each one its activities, innermost last, then the calls that wait for it.
// [WaitCycles] finds calls that wait for each other.
func (rt *Runtime) Waits() (list []Wait) {
	for _, a := range rt.apartments() {
		if a.sta != nil {
			list = a.sta.waiting(list)
		}
	}
	for i := range list {
		w := &list[i]
		if w.Out != nil || w.Kind != Running {
			continue
		}
		if l := rt.lostIn(w.Apartment, w.CID); l != nil {
			w.Out = &OutWait{CID: l.cid, Call: l.call, Peer: l.peer, Since: l.since, Lost: true}
		}
	}
	return list
}

// lostIn returns the lost call of an activity, or nil.
func (rt *Runtime) lostIn(oxid orpc.OXID, cid com.CID) *lostCall {
	rt.lost.mu.Lock()
	defer rt.lost.mu.Unlock()
	for _, l := range rt.lost.by {
		if slices.ContainsFunc(l.in, func(f *frame) bool { return f.sta.apt.oxid == oxid && f.cid == cid }) {
			return l
		}
	}
	return nil
}

// waiting appends the activities of one apartment.
func (s *sta) waiting(list []Wait) []Wait {
	s.mu.Lock()
	defer s.mu.Unlock()
	start := len(list)
	for f := s.top; f != nil; f = f.below {
		w := f.wait()
		switch {
		case f.ready > 0:
			w.Kind = AwaitingReturn
		case f.waits > 0:
			w.Kind = AwaitingReply
		}
		if o := f.out; o != nil {
			w.Since = o.since
			if o.desc != nil {
				w.Out = &OutWait{CID: o.cid, Call: callName(o.desc, o.op), Peer: o.exp.peer(), OXID: o.exp.oxid, Since: o.since}
			}
		}
		list = append(list, w)
	}
	slices.Reverse(list[start:])
	for i := range list[start:] {
		list[start+i].Depth = i
	}
	for _, q := range []*waitQueue{&s.calls, &s.own} {
		for x := q.first; x != nil; x = x.next {
			w := x.frame.wait()
			w.Kind, w.Since = AwaitingTurn, x.since
			list = append(list, w)
		}
	}
	return list
}

// wait describes f. The lock is held, or f not in use yet.
func (f *frame) wait() Wait {
	w := Wait{Apartment: f.sta.apt.oxid, CID: f.cid, Call: f.name()}
	if f.from != nil {
		w.Peer = f.from.String()
	}
	return w
}

// running returns the innermost activity if it holds the apartment.
func (s *sta) running() *frame {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.top != nil && !s.top.open() {
		return s.top
	}
	return nil
}

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

// Cycle is a ring of activities each of which waits for the next one, the last
// one for the first.
type Cycle []Wait

// String names the ring in a sentence.
func (c Cycle) String() string {
	var b strings.Builder
	for i, w := range c {
		if i > 0 {
			b.WriteString("; ")
		}
		switch {
		case w.Kind == AwaitingTurn:
			fmt.Fprintf(&b, "%s waits for apartment %v, held by %s", w.Call, w.Apartment, c[(i+1)%len(c)].Call)
		case w.Out != nil:
			fmt.Fprintf(&b, "%s waits for its call of %s", w.Call, w.Out.Call)
			if w.Out.Lost {
				b.WriteString(", made with a context that lost its causality")
			}
		default:
			fmt.Fprintf(&b, "%s %v", w.Call, w.Kind)
		}
	}
	return b.String()
}

// WaitCycles finds the calls that wait for each other in the tables of one or
// more processes, as [Runtime.Waits] returns them. Calls are followed from one
// process to the next by their causality ids, so it sees chains that lead through
// other apartments as long as these pass the id on. Every cycle is returned once.
func WaitCycles(tables ...[]Wait) (cycles []Cycle) {
	var all []Wait
	for _, t := range tables {
		all = append(all, t...)
	}
	holder := map[orpc.OXID]int{} // the innermost activity of each apartment
	for i, w := range all {
		if w.Kind != AwaitingTurn {
			if j, ok := holder[w.Apartment]; !ok || all[j].Depth < w.Depth {
				holder[w.Apartment] = i
			}
		}
	}
	next := func(i int) int { // what all[i] waits for, or -1
		w := &all[i]
		if w.Kind == AwaitingTurn {
			if j, ok := holder[w.Apartment]; ok {
				return j
			}
			return -1
		}
		if w.Out == nil {
			return -1
		}
		// The chain has come to rest in a queue, or goes on under another id,
		// because an activity of it lost its causality. Otherwise it runs.
		rest := -1
		for j := range all {
			if j == i || all[j].CID != w.Out.CID {
				continue
			}
			if all[j].Kind == AwaitingTurn {
				return j
			}
			if o := all[j].Out; o != nil && o.CID != all[j].CID {
				rest = j
			}
		}
		return rest
	}
	done := make([]bool, len(all))
	for i := range all {
		at := map[int]int{}
		var path []int
		j := i
		for j >= 0 && !done[j] {
			if k, ok := at[j]; ok {
				c := make(Cycle, 0, len(path)-k)
				for _, n := range path[k:] {
					c = append(c, all[n])
				}
				cycles = append(cycles, c)
				break
			}
			at[j] = len(path)
			path = append(path, j)
			j = next(j)
		}
		for _, n := range path {
			done[n] = true
		}
	}
	return cycles
}
