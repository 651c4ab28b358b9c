package dcerpc

import (
	"context"
	"sync"
	"time"
)

// CallContext is the context of one incoming call. The layer above embeds it by value
// in a struct of its own and passes that to the method, so that a call costs
// one allocation for it. It is cancelled when the client cancels or orphans the
// call, when the connection is lost, when the server closes, and when the call
// returns. It is never used for another call.
//
// It has no deadline and no values but its own. The zero value is a context
// that is never cancelled, until [ServerCall.InitContext].
type CallContext struct {
	mu     sync.Mutex
	call   *ServerCall // nil once the call has returned
	err    error
	done   chan struct{} // made when first asked for
	afters map[*callAfter]struct{}
}

type callAfter struct{ f func() }

type callContextKey struct{}

type handOverKey struct{}

// HandOverKey is the context key under which [HandOver] finds the incoming
// call that a context belongs to. A context that hides the values of its
// parent, as the layer above makes for calls inside the process, passes this one on.
var HandOverKey any = handOverKey{}

// InitContext makes cc, which must be zero, the context of this call. Only one
// context can be made of a call.
func (c *ServerCall) InitContext(cc *CallContext) {
	cc.call = c
	c.cc.Store(cc)
	if c.cancelled.Load() {
		cc.cancel()
	}
}

// CallFromContext returns the incoming call that ctx belongs to, nil when there is
// none or when it has returned. The call may only be used as long as its
// handler runs.
func CallFromContext(ctx context.Context) *ServerCall {
	cc, _ := ctx.Value(callContextKey{}).(*CallContext)
	if cc == nil {
		return nil
	}
	cc.mu.Lock()
	defer cc.mu.Unlock()
	return cc.call
}

// HandOver is [ServerCall.HandOver] of the incoming call that ctx belongs to,
// from the goroutine that runs its handler. Without such a call, and when it
// has returned, it does nothing.
func HandOver(ctx context.Context) {
	cc, _ := ctx.Value(HandOverKey).(*CallContext)
	if cc == nil {
		return
	}
	var conn *ServerConn
	var token uint64
	cc.mu.Lock()
	if cc.call != nil {
		conn, token = cc.call.Conn, cc.call.token
	}
	cc.mu.Unlock()
	// Not under the lock, which is taken under the connection's elsewhere. If
	// the call returns meanwhile its token means nothing any more.
	if conn != nil {
		conn.takeOver(token)
	}
}

// Deadline implements [context.Context]: there is none.
func (cc *CallContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements [context.Context].
func (cc *CallContext) Done() <-chan struct{} {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	if cc.done == nil {
		cc.done = make(chan struct{})
		if cc.err != nil {
			close(cc.done)
		}
	}
	return cc.done
}

// Err implements [context.Context].
func (cc *CallContext) Err() error {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	return cc.err
}

// Value implements [context.Context]. It answers for the runtime's own keys alone.
func (cc *CallContext) Value(key any) any {
	switch key.(type) {
	case callContextKey, handOverKey:
		return cc
	}
	return nil
}

// AfterFunc arranges for f to run in its own goroutine once the context is
// cancelled, as [context.AfterFunc] does: contexts derived from this one need
// no goroutine each.
func (cc *CallContext) AfterFunc(f func()) (stop func() bool) {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	if cc.err != nil {
		go f()
		return func() bool { return false }
	}
	a := &callAfter{f}
	if cc.afters == nil {
		cc.afters = make(map[*callAfter]struct{})
	}
	cc.afters[a] = struct{}{}
	return func() bool {
		cc.mu.Lock()
		defer cc.mu.Unlock()
		_, pending := cc.afters[a]
		delete(cc.afters, a)
		return pending
	}
}

// cancel ends the context; the call may still run.
func (cc *CallContext) cancel() {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	cc.cancelLocked()
}

func (cc *CallContext) cancelLocked() {
	if cc.err != nil {
		return
	}
	cc.err = context.Canceled
	if cc.done != nil {
		close(cc.done)
	}
	for a := range cc.afters {
		go a.f()
	}
	cc.afters = nil
}

// returned cuts the context off its call.
func (cc *CallContext) returned() {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	cc.call = nil
	cc.cancelLocked()
}
