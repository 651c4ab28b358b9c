package marshal

import (
	"context"
	"sync"
	"time"

	"oxid/com"
)

// cancellation lets somebody else cancel the calls that are made with a
// context (ICancelMethodCalls). A context's own end does the same and needs
// none of this.
type cancellation struct {
	mu      sync.Mutex
	enabled int
	calls   map[*context.CancelFunc]struct{} // in progress
}

// CoEnableCallCancellation returns a context whose calls can be cancelled by
// whoever has it, with [CoCancelCall]; it counts (CF-276). Where that is enabled
// already ctx itself comes back. It needs no apartment.
func CoEnableCallCancellation(ctx context.Context) context.Context {
	if c := cancellationOf(ctx); c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.enabled++
		return ctx
	}
	return derive(ctx, func(m *stateMore) { m.cancel = &cancellation{enabled: 1} })
}

// CoDisableCallCancellation takes one CoEnableCallCancellation back. Without a
// matching one it fails with CO_E_CANCEL_DISABLED.
func CoDisableCallCancellation(ctx context.Context) error {
	c := cancellationOf(ctx)
	if c == nil {
		return com.CO_E_CANCEL_DISABLED
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.enabled == 0 {
		return com.CO_E_CANCEL_DISABLED
	}
	c.enabled--
	return nil
}

// CoGetCancelObject returns the object that cancels the calls which are made
// with ctx. It fails with CO_E_CANCEL_DISABLED where cancellation is not enabled.
func CoGetCancelObject(ctx context.Context) (com.ICancelMethodCalls, error) {
	c := cancellationOf(ctx)
	if c == nil {
		return nil, com.CO_E_CANCEL_DISABLED
	}
	return c, nil
}

// CoCancelCall cancels the calls in progress that were made with ctx; see
// [com.ICancelMethodCalls].
func CoCancelCall(ctx context.Context, wait time.Duration) error {
	c := cancellationOf(ctx)
	if c == nil {
		return com.CO_E_CANCEL_DISABLED
	}
	return c.Cancel(wait)
}

func cancellationOf(ctx context.Context) *cancellation {
	if st := stateOf(ctx); st != nil {
		if m := st.more.Load(); m != nil {
			return m.cancel
		}
	}
	return nil
}

// begin notes a call that can be cancelled until done is called.
func (c *cancellation) begin(ctx context.Context) (_ context.Context, done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.enabled == 0 {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	if c.calls == nil {
		c.calls = map[*context.CancelFunc]struct{}{}
	}
	c.calls[&cancel] = struct{}{}
	return ctx, func() {
		c.mu.Lock()
		delete(c.calls, &cancel)
		c.mu.Unlock()
		cancel()
	}
}

// Cancel implements [com.ICancelMethodCalls]. Without a call in progress it
// fails with RPC_E_CALL_COMPLETE.
func (c *cancellation) Cancel(wait time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.enabled == 0:
		return com.CO_E_CANCEL_DISABLED
	case len(c.calls) == 0:
		return com.RPC_E_CALL_COMPLETE
	}
	for cancel := range c.calls {
		switch {
		case wait == 0:
			(*cancel)()
		case wait > 0:
			time.AfterFunc(wait, *cancel) // harmless when the call is over by then
		}
	}
	return nil
}

// TestCancel implements [com.ICancelMethodCalls] for the client.
func (c *cancellation) TestCancel() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.calls) == 0 {
		return com.RPC_E_CALL_COMPLETE
	}
	return com.RPC_S_CALLPENDING
}
