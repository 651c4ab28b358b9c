package marshal

import (
	"context"
	"sync"

	"oxid/com"
)

// AsyncCall is a call object: one call at a time is begun with Begin, runs on
// another goroutine, and its result is fetched once with Finish. It implements
// [com.ISynchronize]. The zero value is ready; all methods are safe for
// concurrent use.
//
// Nothing on the wire tells such a call from any other.
type AsyncCall[T any] struct {
	mu  sync.Mutex
	run *asyncRun[T] // nil when nothing is begun
}

// asyncRun is one call in progress.
type asyncRun[T any] struct {
	done   chan struct{}
	cancel context.CancelFunc
	value  T // valid once done is closed
	err    error
}

// Go begins f and returns the call object:
//
//	call := marshal.Go(ctx, func(ctx context.Context) (int32, error) { return c.Add(ctx, 1, 2) })
//	...
//	n, err := call.Finish(ctx)
//
// See [AsyncCall.Begin].
func Go[T any](ctx context.Context, f func(ctx context.Context) (T, error)) *AsyncCall[T] {
	c := new(AsyncCall[T])
	c.start(ctx, f)
	return c
}

// Begin begins f on another goroutine, with a context of the same apartment and
// the same call chain. It does not hold a single-threaded apartment while it
// runs: there f makes calls and leaves the apartment's own state alone. The
// context of a method ends with the method, and the calls begun with it do. While
// a call is begun and not finished, Begin fails with RPC_S_CALLPENDING.
func (c *AsyncCall[T]) Begin(ctx context.Context, f func(ctx context.Context) (T, error)) error {
	if !c.start(ctx, f) {
		return com.RPC_S_CALLPENDING
	}
	return nil
}

func (c *AsyncCall[T]) start(ctx context.Context, f func(ctx context.Context) (T, error)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.run != nil {
		return false
	}
	r := &asyncRun[T]{done: make(chan struct{})}
	ctx, r.cancel = context.WithCancel(Beside(ctx))
	c.run = r
	go func() {
		defer close(r.done)
		defer r.cancel()
		r.value, r.err = f(ctx)
	}()
	return true
}

// Beside returns ctx for another goroutine than that of the activity which ctx
// belongs to: in the same apartment and call chain, and no part of the activity.
// Calls that are made with it let nobody into a single-threaded apartment. A
// method that starts goroutines which make calls gives them this.
func Beside(ctx context.Context) context.Context {
	st := stateOf(ctx)
	if st == nil || st.frame == nil {
		return ctx
	}
	c := &apartmentContext{Context: ctx}
	c.state.apt, c.state.cid = st.apt, st.cid
	return c
}

// current returns the call in progress, or nil.
func (c *AsyncCall[T]) current() *asyncRun[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.run
}

// Done returns a channel that is closed when the call that is begun is
// complete; nil when none is begun.
func (c *AsyncCall[T]) Done() <-chan struct{} {
	if r := c.current(); r != nil {
		return r.done
	}
	return nil
}

// Wait waits for the call to be complete, serving a single-threaded apartment
// meanwhile. It fails with RPC_S_CALLPENDING when the deadline of ctx passes
// first, and with RPC_E_CALL_COMPLETE when no call is begun.
func (c *AsyncCall[T]) Wait(ctx context.Context) error {
	r := c.current()
	if r == nil {
		return com.RPC_E_CALL_COMPLETE
	}
	_, err := CoWaitForMultipleHandles(ctx, com.COWAIT_DEFAULT, r.done)
	return err
}

// Finish waits as Wait does and returns the result of the call, once: a second
// Finish fails with RPC_E_CALL_COMPLETE, as one without Begin does. After
// RPC_S_CALLPENDING the call goes on. A call that is never finished drops its
// result, interface pointers for the garbage collector to find.
func (c *AsyncCall[T]) Finish(ctx context.Context) (T, error) {
	var zero T
	r := c.current()
	if r == nil {
		return zero, com.RPC_E_CALL_COMPLETE
	}
	if _, err := CoWaitForMultipleHandles(ctx, com.COWAIT_DEFAULT, r.done); err != nil {
		return zero, err
	}
	c.mu.Lock()
	mine := c.run == r
	if mine {
		c.run = nil
	}
	c.mu.Unlock()
	if !mine {
		return zero, com.RPC_E_CALL_COMPLETE // somebody was faster
	}
	return r.value, r.err
}

// Cancel ends the context of the call: Finish will say RPC_E_CALL_CANCELED
// unless the call was faster. Without a call it fails with RPC_E_CALL_COMPLETE.
func (c *AsyncCall[T]) Cancel() error {
	r := c.current()
	if r == nil {
		return com.RPC_E_CALL_COMPLETE
	}
	r.cancel()
	return nil
}

// Signal implements [com.ISynchronize]: a call signals itself.
func (c *AsyncCall[T]) Signal() error { return com.E_NOTIMPL }

// Reset implements [com.ISynchronize]; Finish resets a call.
func (c *AsyncCall[T]) Reset() error { return com.E_NOTIMPL }
