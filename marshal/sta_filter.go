package marshal

import (
	"context"
	"errors"
	"time"

	"oxid/com"
	"oxid/dcerpc"
)

// CoRegisterMessageFilter makes filter the message filter of a single-threaded
// apartment and returns the one before it; either may be nil, for none
// (CF-301). Any value with the methods will do: it is never asked for the
// interface. In any other apartment it fails with CO_E_NOT_SUPPORTED.
func (a *Apartment) CoRegisterMessageFilter(filter com.IMessageFilter) (previous com.IMessageFilter, err error) {
	s := a.sta
	if s == nil || a.usable() != nil { // where there is no apartment there is no filter either
		return nil, &com.Error{HRESULT: com.CO_E_NOT_SUPPORTED, Method: "CoRegisterMessageFilter",
			Hint: "only single-threaded apartments have message filters"}
	}
	return s.setFilter(filter), nil
}

func (s *sta) setFilter(filter com.IMessageFilter) (previous com.IMessageFilter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	previous, s.filter = s.filter, filter
	s.filtered.Store(filter != nil)
	return previous
}

// situate notes in which situation f arrives, for the message filter. The lock
// is held, and f not on the stack yet.
func (s *sta) situate(f *frame) {
	f.asked = s.filter
	switch {
	case s.top == nil:
		f.call = com.CALLTYPE_TOPLEVEL
		return
	case s.nested(f):
		f.call = com.CALLTYPE_NESTED
	default:
		f.call = com.CALLTYPE_TOPLEVEL_CALLPENDING
	}
	if s.top.out != nil {
		f.elapsed = time.Since(s.top.out.since)
	}
}

// screen asks the message filter whether f, which is on top, may run. The call
// that a nested one belongs to waits for it here, so a filter that turns those
// away makes its own calls fail (CF-306).
func (f *frame) screen(ctx context.Context) error {
	info := &com.InterfaceInfo{Object: f.obj, Method: f.op}
	if f.desc != nil {
		info.IID = f.desc.IID
	}
	peer := ""
	if f.from != nil {
		peer = f.from.String()
	}
	answer := com.SERVERCALL_ISHANDLED
	f.sta.apt.rt.protect(ctx, "IMessageFilter.HandleInComingCall", func() {
		answer = f.asked.HandleInComingCall(ctx, f.call, peer, f.elapsed, info)
	})
	switch {
	case f.desc != nil && f.desc.InputSynchronized(f.op): // CF-308
		return nil
	case answer == com.SERVERCALL_REJECTED:
		return notExecutedFault(com.RPC_E_CALL_REJECTED) // CF-297
	case answer == com.SERVERCALL_RETRYLATER:
		return notExecutedFault(com.RPC_E_SERVERCALL_RETRYLATER)
	}
	return nil
}

// disturbs reports whether the message filter has to be told that f arrives
// while the apartment waits for an outgoing call. The lock is held.
func (s *sta) disturbs(f *frame) bool {
	return f.kind == frameOwn && s.filter != nil && s.top.open() && s.top.out != nil && s.top.out.cancel != nil
}

// pending tells the message filter that f arrives while the apartment waits,
// and does what it says. It reports whether f is on top of the stack now. The
// lock is held, and dropped meanwhile.
func (s *sta) pending(f *frame) bool {
	t, out, filter := s.top, s.top.out, s.filter
	cancel, exp, elapsed := out.cancel, out.exp, time.Since(out.since)
	kind := com.PENDINGTYPE_TOPLEVEL
	if t.below != nil {
		kind = com.PENDINGTYPE_NESTED
	}
	s.push(f) // the filter runs in the apartment, too
	s.mu.Unlock()
	ctx := f.context(s.apt.rt.ctx)
	peer := ""
	if exp != nil {
		peer = exp.peer()
	}
	answer := com.PENDINGMSG_WAITNOPROCESS
	ask := func() {
		s.apt.rt.protect(ctx, "IMessageFilter.MessagePending", func() {
			answer = filter.MessagePending(ctx, peer, elapsed, kind)
		})
	}
	if s.thread != nil {
		s.thread.do(ask)
	} else {
		ask()
	}
	if answer == com.PENDINGMSG_CANCELCALL {
		cancel() // CF-305
	}
	s.mu.Lock()
	if answer == com.PENDINGMSG_WAITDEFPROCESS {
		return true
	}
	s.pop(f)
	s.next()
	return false
}

// rejection returns what a server said that did not take a call, and false for
// any other error.
func rejection(err error) (com.SERVERCALL, bool) {
	var f *dcerpc.Fault
	if !errors.As(err, &f) {
		return 0, false
	}
	switch f.HRESULT() {
	case com.RPC_E_SERVERCALL_RETRYLATER:
		return com.SERVERCALL_RETRYLATER, true
	case com.RPC_E_CALL_REJECTED, com.RPC_E_SERVERCALL_REJECTED:
		return com.SERVERCALL_REJECTED, true
	}
	return 0, false
}

// again decides whether a call that the server did not take is made once more,
// and waits as long as the message filter of the caller's apartment wants. It
// returns nil when it is, and what the caller is told otherwise.
func (o *outgoing) again(ctx context.Context, a *Apartment, exp *clientExporter, reject error) error {
	how, rejected := rejection(reject)
	filter := a.sta.messageFilter()
	if !rejected || filter == nil || exp.home == nil && exp.destCtx() == com.MSHCTX_DIFFERENTMACHINE { // CF-300
		return reject
	}
	wait := time.Duration(-1)
	err := a.enterFor(ctx, frameInternal, func(ctx context.Context) error {
		a.rt.protect(ctx, "IMessageFilter.RetryRejectedCall", func() {
			wait = filter.RetryRejectedCall(ctx, exp.peer(), time.Since(o.more().began), how)
		})
		return nil
	})
	switch {
	case err != nil:
		return err
	case wait < 0:
		return notExecutedFault(com.RPC_E_CALL_REJECTED)
	case wait < retryAtOnce:
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	return waitOutside(ctx, blockFunc(func(ctx context.Context) error {
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}))
}

// retryAtOnce is the least result of RetryRejectedCall that is waited for.
const retryAtOnce = 100 * time.Millisecond
