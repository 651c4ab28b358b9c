package marshal

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"oxid/com"
)

// CoWaitForMultipleHandles waits until one of the channels yields or is closed,
// and returns its index; with COWAIT_WAITALL until all have, and returns 0.
// Inside a single-threaded apartment the calls that come in are served
// meanwhile; that is what it is for: receiving from a channel in a method blocks
// the apartment (CF-278).
//
// It fails with RPC_S_CALLPENDING when the deadline of ctx passes first,
// RPC_E_CALL_CANCELED when ctx is cancelled, RPC_E_NO_SYNC without any channel
// and E_INVALIDARG for a nil one (CF-277).
func CoWaitForMultipleHandles(ctx context.Context, flags com.COWAIT_FLAGS, handles ...<-chan struct{}) (index int, err error) {
	if len(handles) == 0 {
		return 0, com.RPC_E_NO_SYNC
	}
	for _, h := range handles {
		if h == nil {
			return 0, com.E_INVALIDARG
		}
	}
	err = waitOutside(ctx, blockFunc(func(ctx context.Context) (err error) {
		if flags&com.COWAIT_WAITALL == 0 {
			index, err = receiveAny(ctx, handles)
			return err
		}
		for _, h := range handles {
			if _, err := receiveAny(ctx, []<-chan struct{}{h}); err != nil {
				return err
			}
		}
		return nil
	}))
	return index, err
}

// receiveAny receives from the first channel that is ready, before it looks at
// ctx.
func receiveAny(ctx context.Context, handles []<-chan struct{}) (int, error) {
	for i, h := range handles {
		select {
		case <-h:
			return i, nil
		default:
		}
	}
	if len(handles) == 1 {
		select {
		case <-handles[0]:
			return 0, nil
		case <-ctx.Done():
			return 0, waitOver(ctx)
		}
	}
	cases := make([]reflect.SelectCase, len(handles), len(handles)+1)
	for i, h := range handles {
		cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(h)}
	}
	if done := ctx.Done(); done != nil {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(done)})
	}
	i, _, _ := reflect.Select(cases)
	if i == len(handles) {
		return 0, waitOver(ctx)
	}
	return i, nil
}

// waitOver is the result of a wait that ctx ended.
func waitOver(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return com.RPC_S_CALLPENDING
	}
	return com.RPC_E_CALL_CANCELED
}

// ManualResetEvent is an event that stays signalled until it is reset, the
// class CLSID_ManualResetEvent (CF-281). The zero value is not signalled. It
// implements [com.ISynchronize].
type ManualResetEvent struct {
	mu  sync.Mutex
	ch  chan struct{} // closed while signalled; made when first needed
	set bool
}

// Done returns a channel that is closed when the event is signalled. After
// Reset there is another one.
func (e *ManualResetEvent) Done() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.channel()
}

// channel returns the current channel. The lock is held.
func (e *ManualResetEvent) channel() chan struct{} {
	if e.ch == nil {
		e.ch = make(chan struct{})
	}
	return e.ch
}

// Wait implements [com.ISynchronize].
func (e *ManualResetEvent) Wait(ctx context.Context) error {
	_, err := CoWaitForMultipleHandles(ctx, com.COWAIT_DEFAULT, e.Done())
	return err
}

// Signal implements [com.ISynchronize].
func (e *ManualResetEvent) Signal() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.set {
		e.set = true
		close(e.channel())
	}
	return nil
}

// Reset implements [com.ISynchronize].
func (e *ManualResetEvent) Reset() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.set {
		e.set, e.ch = false, nil
	}
	return nil
}
