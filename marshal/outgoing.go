package marshal

import (
	"context"
	"time"

	"oxid/com"
	"oxid/orpc"
	"oxid/step"
)

// outgoing is what both kinds of channel know of a call that leaves an
// apartment. Most calls need nothing of it but st and cid.
type outgoing struct {
	st     *callState // of the caller; nil outside of any apartment
	cid    com.CID
	extras *callExtras // nil for most; stays with a recycled call
	busy   bool        // extras are in use
}

// callExtras is what only calls out of single-threaded apartments need, and
// those that channel hooks see.
type callExtras struct {
	out   outCall
	began time.Time
	lost  *lostCall // made with a context that lost its causality
	hooks *hookTable
	info  com.ChannelHookCallInfo
	sent  []orpc.Extent // to the server
}

// more returns the extras of the call.
func (o *outgoing) more() *callExtras {
	if o.extras == nil {
		o.extras = new(callExtras)
	}
	o.busy = true
	return o.extras
}

// reset ends o and prepares it for the next call.
func (o *outgoing) reset(rt *Runtime) {
	x := o.extras
	if o.busy {
		if x.lost != nil {
			rt.found(x.lost)
		}
		*x = callExtras{sent: clearExtents(x.sent)}
	}
	*o = outgoing{extras: x}
}

func clearExtents(list []orpc.Extent) []orpc.Extent {
	clear(list)
	return list[:0]
}

// begin looks at what is special about a call out of apartment a, once its
// message is being made. It is called only while something is: a frame of a
// single-threaded apartment runs somewhere in the process, or there are hooks.
func (o *outgoing) begin(ctx context.Context, a *Apartment, d *com.Desc, op uint32, exp *clientExporter) error {
	if o.st == nil || o.st.cid.IsZero() || o.st.frame.outlived() {
		if l := a.rt.lostCausality(o.st, o.cid, d, op, exp); l != nil {
			o.more().lost = l
		}
	}
	hooks := a.rt.hooks.Load()
	if hooks == nil {
		return nil
	}
	x := o.more()
	x.hooks = hooks
	x.info = com.ChannelHookCallInfo{IID: d.IID, Causality: o.cid, Method: op, ServerPID: exp.serverPID()}
	var err error
	x.sent, err = hooks.clientExtents(ctx, a.rt, &x.info, x.sent)
	return err
}

// special reports whether the call is made by an activity of a single-threaded
// apartment, or can be cancelled from elsewhere.
func (o *outgoing) special() bool {
	return o.st != nil && (o.st.frame != nil || o.st.more.Load() != nil)
}

// perform makes the call, again and again as long as the server refuses it and
// the message filter of apartment a wants to. repeat prepares the next attempt.
func (o *outgoing) perform(ctx context.Context, a *Apartment, d *com.Desc, op uint32, exp *clientExporter, b blocker, repeat func(context.Context) error) (err error) {
	if a.sta != nil && a.sta.filtered.Load() {
		o.more().began = time.Now()
	}
	for {
		if o.special() {
			err = o.attempt(ctx, d, op, exp, b)
		} else {
			err = b.block(ctx)
		}
		if err == nil || a.sta == nil {
			return err
		}
		if err = o.again(ctx, a, exp, err); err != nil {
			return err
		}
		if err = repeat(ctx); err != nil {
			return err
		}
	}
}

// attempt makes a call that is special.
func (o *outgoing) attempt(ctx context.Context, d *com.Desc, op uint32, exp *clientExporter, b blocker) error {
	if m := o.st.more.Load(); m != nil && m.cancel != nil {
		var done func()
		ctx, done = m.cancel.begin(ctx)
		defer done()
	}
	f := o.st.frame
	if f == nil || exp.home != nil && exp.home.kind == com.APTTYPE_NA {
		return b.block(ctx) // neutral code runs within the caller's activity
	}
	if f.desc != nil && f.desc.InputSynchronized(f.op) && !d.InputSynchronized(op) {
		return notExecutedFault(com.RPC_E_CANTCALLOUT_ININPUTSYNCCALL)
	}
	out := &o.more().out
	*out = outCall{cid: o.cid, desc: d, op: op, exp: exp}
	return f.callOut(ctx, out, b)
}

// finish tells the hooks how the call ended.
func (o *outgoing) finish(ctx context.Context, mgr *proxyManager, received []orpc.Extent, err error) {
	if x := o.extras; x.hooks != nil {
		x.info.Object = mgr
		x.hooks.clientNotify(ctx, mgr.core.apt.rt, &x.info, received, err)
	}
}

// explain adds what is known here to the error of a call that was given up.
func (o *outgoing) explain(rt *Runtime, err error) error {
	if !o.busy || o.extras.lost == nil {
		return err
	}
	hr := com.HRESULTOf(err)
	if hr != com.RPC_E_TIMEOUT && hr != com.RPC_E_CALL_CANCELED {
		return err
	}
	return &com.Error{HRESULT: hr, Step: step.Call, Err: err, Hint: rt.returnHint(o.extras.lost)}
}
