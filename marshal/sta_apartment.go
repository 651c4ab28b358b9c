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
