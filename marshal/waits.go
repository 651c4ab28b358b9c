package marshal

import (
	"slices"
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
