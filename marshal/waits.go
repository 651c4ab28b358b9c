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
		if a.sta == nil {
			continue
		}
		for _, r := range a.sta.waiting() {
			list = append(list, rt.describe(&r))
		}
	}
	return list
}

// rawWait is a [Wait] before anything is looked up or spelled out.
type rawWait struct {
	frame *frame // of which only the constant fields are used
	kind  WaitKind
	depth int
	since time.Time
	out   outCall // a copy; without time when there is none
}

// waiting copies what one apartment is doing.
func (s *sta) waiting() (list []rawWait) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for f := s.top; f != nil; f = f.below {
		r := rawWait{frame: f}
		switch {
		case f.ready > 0:
			r.kind = AwaitingReturn
		case f.waits > 0:
			r.kind = AwaitingReply
		}
		if f.out != nil {
			r.out, r.since = *f.out, f.out.since
		}
		list = append(list, r)
	}
	slices.Reverse(list)
	for i := range list {
		list[i].depth = i
	}
	for _, q := range []*waitQueue{&s.calls, &s.own} {
		for x := q.first; x != nil; x = x.next {
			list = append(list, rawWait{frame: x.frame, kind: AwaitingTurn, since: x.since})
		}
	}
	return list
}

func (rt *Runtime) describe(r *rawWait) Wait {
	f, o := r.frame, &r.out
	w := Wait{Kind: r.kind, Apartment: f.sta.apt.oxid, CID: f.cid, Call: f.name(), Depth: r.depth, Since: r.since}
	if f.from != nil {
		w.Peer = f.from.String()
	}
	if o.desc != nil {
		w.Out = &OutWait{CID: o.cid, Call: callName(o.desc, o.op), Peer: o.exp.peer(), OXID: o.exp.oxid, Since: o.since}
	} else if l := rt.lostIn(f); l != nil && r.kind == Running {
		w.Out = &OutWait{CID: l.cid, Call: l.call, Peer: l.peer, Since: l.since, Lost: true}
	}
	return w
}

// lostIn returns the call that f has made with a lost context, or nil.
func (rt *Runtime) lostIn(f *frame) *lostCall {
	rt.lost.mu.Lock()
	defer rt.lost.mu.Unlock()
	for _, l := range rt.lost.by {
		if slices.Contains(l.in, f) {
			return l
		}
	}
	return nil
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
