package marshal

import (
	"context"
	"sync"

	"oxid/com"
)

// stateMore is what few contexts carry. It is immutable once published; a
// change publishes a new one.
type stateMore struct {
	thread  *logicalThread // asked for by CoGetCurrentLogicalThreadId or CoGetCurrentProcess
	init    *initCount     // made by CoInitializeEx
	cancel  *cancellation  // enabled by CoEnableCallCancellation
	context any            // installed by CoSwitchCallContext
	failure *com.ErrorInfo // what a running method said of its failure
}

// change publishes s.more with one field changed by f.
func (s *callState) change(f func(*stateMore)) {
	for {
		old := s.more.Load()
		m := new(stateMore)
		if old != nil {
			*m = *old
		}
		f(m)
		if s.more.CompareAndSwap(old, m) {
			return
		}
	}
}

// derive returns a context like ctx, in the same apartment and activity, with a
// change of its own.
func derive(ctx context.Context, f func(*stateMore)) context.Context {
	c := &apartmentContext{Context: ctx}
	if s := stateOf(ctx); s != nil {
		c.state.apt, c.state.cid, c.state.frame = s.apt, s.cid, s.frame
		c.state.more.Store(s.more.Load())
	}
	c.state.change(f)
	return c
}

// logicalThread is what identifies a context that is used as a thread is.
type logicalThread struct {
	cid com.CID
	id  uint32
}

// asThread makes ctx's state identifiable: from now on all its calls are of one
// chain. It returns nil for a context that has no state.
func asThread(ctx context.Context) *logicalThread {
	s := stateOf(ctx)
	if s == nil {
		return nil
	}
	if m := s.more.Load(); m != nil && m.thread != nil {
		return m.thread
	}
	s.change(func(m *stateMore) {
		if m.thread == nil {
			m.thread = &logicalThread{cid: s.cid}
			if s.apt != nil {
				m.thread.id = s.apt.rt.threads.Add(1)
			}
			if s.cid.IsZero() {
				m.thread.cid = newCID()
			}
		}
	})
	return s.more.Load().thread
}

// CoGetCurrentLogicalThreadId returns the id of the chain that the calls made
// with ctx belong to (CF-274). A context of an apartment that is not in a chain
// yet begins one, of which all its calls are part from then on. A context that
// belongs to no apartment is no thread: CO_E_NOTINITIALIZED.
func CoGetCurrentLogicalThreadId(ctx context.Context) (com.CID, error) {
	t := asThread(ctx)
	if t == nil {
		return com.CID{}, com.CO_E_NOTINITIALIZED
	}
	return t.cid, nil
}

// CoGetCurrentProcess returns a number that no other thread of this program
// has, a context of an apartment being the thread (CF-273); 0 for a context
// that belongs to none.
func CoGetCurrentProcess(ctx context.Context) uint32 {
	if t := asThread(ctx); t != nil {
		return t.id
	}
	return 0
}

// initCount counts what CoInitializeEx has begun and CoUninitialize not ended.
type initCount struct {
	mu  sync.Mutex
	n   int
	end func(context.Context) error // ends what the first one began; nil when nothing
}
