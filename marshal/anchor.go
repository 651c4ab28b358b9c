package marshal

import (
	"context"
	"sync"

	"oxid/com"
	"oxid/orpc"
	"oxid/step"
)

// anchor keeps an object reachable from every apartment of the runtime: it is
// what the global interface table, agile references and the running object
// table hold. How depends on the object:
//
//   - an agile object is held as it is,
//   - a proxy is held as one more hand-out, and marshaled onwards in its own
//     apartment for each other one that asks,
//   - anything else as a table packet, which its own apartment has made. That may
//     wait until another apartment asks (later).
type anchor struct {
	home  *Apartment // where it was made
	iid   com.IID
	flags com.MSHLFLAGS // MSHLFLAGS_TABLESTRONG or TABLEWEAK

	mu       sync.Mutex
	object   any        // an agile object, a proxy, or what is marshaled later
	weak     weakObject // instead of object, for an agile one that is held weakly
	agile    bool
	later    bool
	packet   []byte
	released bool
}

// newAnchor anchors obj, which lives or may be used in apartment a.
func (a *Apartment) newAnchor(ctx context.Context, obj any, iid *com.IID, flags com.MSHLFLAGS, later bool) (*anchor, error) {
	if obj == nil || iid == nil {
		return nil, com.E_INVALIDARG
	}
	if err := a.enterable(ctx); err != nil {
		return nil, err
	}
	ctx = a.inside(ctx)
	types := a.rt.types
	// Asking a proxy for markers would go to its server, which has none: they
	// are local interfaces.
	_, isProxy := obj.(com.Proxied)
	if !isProxy && types.Has(ctx, obj, &com.IID_INoMarshal) { // CF-323, CF-385
		return nil, &com.Error{HRESULT: com.CO_E_NOT_SUPPORTED, Step: step.Interface, Hint: "the object is marked INoMarshal"}
	}
	x := &anchor{home: a, iid: *iid, flags: flags, later: later}
	itf, err := types.Query(ctx, obj, iid)
	if err != nil {
		return nil, err
	}
	if itf, proxy := itf.(com.Proxied); proxy {
		if _, remote := itf.COMProxy().Manager().(*proxyManager); !remote {
			x.agile = true // it has a manager of its own, and no apartment
		}
		// A table-strong packet of a proxy would hold a reference that nobody can
		// give back before the server ends (CF-044); a hand-out can be.
		if x.agile || flags == com.MSHLFLAGS_TABLESTRONG {
			x.object = itf // the hand-out of the query is the anchor's
			return x, nil
		}
		defer com.Release(itf) // the weak packet names the object and holds nothing
	}
	if types.Has(ctx, obj, &com.IID_IAgileObject) { // CF-324, CF-396
		identity, err := com.IdentityOf(obj)
		if err != nil {
			return nil, err
		}
		x.agile = true
		if flags == com.MSHLFLAGS_TABLEWEAK {
			x.weak = weakly(identity)
		} else {
			x.object = identity
		}
		return x, nil
	}
	if later {
		x.object = obj // a plain Go pointer holds it until somebody elsewhere asks
		return x, nil
	}
	return x, x.marshal(ctx, obj)
}

// marshal makes the anchor's packet. ctx belongs to the home apartment. No
// lock is held while the object is asked; when two callers come at once, one
// packet is given back.
func (x *anchor) marshal(ctx context.Context, obj any) error {
	stm := com.NewMemoryStream(nil)
	if err := x.home.CoMarshalInterface(ctx, stm, &x.iid, obj, com.MSHCTX_INPROC, x.flags); err != nil {
		return err
	}
	x.mu.Lock()
	mine := x.packet == nil && !x.released
	if mine {
		x.packet = stm.Bytes()
	}
	x.mu.Unlock()
	if !mine {
		x.home.releaseData(ctx, com.NewMemoryStream(stm.Bytes()))
	}
	return nil
}

// resolve returns interface iid of the object, for use in apartment a, which
// ctx belongs to.
func (x *anchor) resolve(ctx context.Context, a *Apartment, iid *com.IID) (any, error) {
	if *iid == (com.IID{}) {
		iid = &x.iid // as in packets (CF-025)
	}
	if !x.agile && x.home.usable() != nil {
		return nil, com.CO_E_OBJNOTREG // what its apartment held is gone (CF-322)
	}
	object, packet, err := x.pick(ctx, a)
	if err != nil {
		return nil, err
	}
	if packet != nil {
		// Table packets can be read any number of times, by several at once: each
		// reader has a stream of its own over the same bytes, which it never writes.
		return a.CoUnmarshalInterface(ctx, com.NewMemoryStream(packet), iid)
	}
	defer com.Release(object) // pick's hand-out, when it is a proxy
	if x.agile || a == x.home {
		return a.rt.types.Query(ctx, object, iid)
	}
	return a.reach(ctx, x.home, object, iid)
}

// pick returns what leads to the object from apartment a: the object itself,
// kept when it is a proxy, or the packet, which is made now if it has waited
// for a foreign apartment (CF-394).
func (x *anchor) pick(ctx context.Context, a *Apartment) (object any, packet []byte, err error) {
	if object, packet, wait := x.peek(a); !wait {
		if object == nil && packet == nil {
			return nil, nil, com.CO_E_OBJNOTREG
		}
		return object, packet, nil
	}
	object, _, _ = x.peek(x.home)
	if object == nil {
		return nil, nil, com.CO_E_OBJNOTREG // released meanwhile
	}
	defer com.Release(object)
	// The object is asked in its own apartment, however busy that is: nothing of
	// the anchor is locked meanwhile.
	if err := x.home.visit(ctx, func(ctx context.Context) error { return x.marshal(ctx, object) }); err != nil {
		return nil, nil, err
	}
	if _, packet, _ = x.peek(a); packet == nil {
		return nil, nil, com.CO_E_OBJNOTREG
	}
	return nil, packet, nil
}

// peek is pick without making anything: wait says that the packet is missing.
func (x *anchor) peek(a *Apartment) (object any, packet []byte, wait bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	_, proxy := x.object.(com.Proxied)
	direct := x.agile || proxy || a == x.home
	switch {
	case x.object != nil && direct:
		return com.Keep(x.object), nil, false
	case x.packet != nil:
		return nil, x.packet, false
	case x.object != nil:
		return nil, nil, true
	}
	return x.weak.value(), nil, false
}

// alive reports whether the object is still there, as far as that can be known
// without calling anybody.
func (x *anchor) alive() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.released:
		return false
	case x.object != nil:
		return true
	case x.packet == nil:
		return x.weak.value() != nil
	}
	// A standard packet of an object of this runtime tells by its IPID; of all
	// others nothing is known before they are unmarshaled.
	r, _, err := orpc.ParseOBJREF(x.packet)
	if err != nil || !r.HasStd() || x.home.rt.byOXID(r.Std.OXID) == nil {
		return true
	}
	return x.home.rt.ipids.lookup(&r.Std.IPID) != nil
}

// release lets the object go. It may be called more than once and from any
// apartment.
func (x *anchor) release() {
	x.mu.Lock()
	object, packet, done := x.object, x.packet, x.released
	x.object, x.packet, x.released = nil, nil, true
	x.mu.Unlock()
	if done {
		return
	}
	com.Release(object)
	if packet != nil {
		x.home.releaseData(x.home.context(x.home.rt.ctx), com.NewMemoryStream(packet))
	}
}
