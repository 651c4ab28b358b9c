package marshal

import (
	"context"
	"runtime"

	"oxid/com"
	"oxid/step"
)

// IAgileReference leads to an object from every apartment of its process
// (CF-382 to CF-396). It is agile itself.
type IAgileReference interface {
	// Resolve returns interface iid of the object for use in the apartment of
	// ctx: the object itself where it lives, and where it is agile, else a proxy,
	// which is the caller's to release.
	Resolve(ctx context.Context, iid *com.IID) (any, error)
}

// IID_IAgileReference identifies [IAgileReference].
var IID_IAgileReference = com.MustGUID("c03f6a43-65a4-9818-987e-e0b810d2a6f2")

// AgileReferenceDesc describes [IAgileReference].
var AgileReferenceDesc = com.Register[IAgileReference](com.Desc{
	IID: IID_IAgileReference, Name: "IAgileReference", Local: true, Methods: []string{"Resolve"},
})

// agileReference is what clients hold. It is counted like a proxy, so that
// com.Release says when the object may go; one that is forgotten is found by
// the garbage collector.
type agileReference struct {
	com.Proxy
	core    *anchor
	cleanup runtime.Cleanup
}

// agileManager is the identity of an agile reference.
type agileManager struct{ ref *agileReference }

// RoGetAgileReference makes an agile reference to obj, which belongs to
// apartment a and must have interface iid. The caller releases it
// (com.Release). With AGILEREFERENCE_DEFAULT the object is marshaled now, with
// AGILEREFERENCE_DELAYEDMARSHAL when another apartment asks for it first
// (CF-394); either way the reference holds the object. Any other option is
// E_INVALIDARG, an object marked INoMarshal CO_E_NOT_SUPPORTED.
func (a *Apartment) RoGetAgileReference(ctx context.Context, options com.AgileReferenceOptions, iid *com.IID, obj any) (IAgileReference, error) {
	if err := a.enterable(ctx); err != nil { // CF-382
		return nil, err
	}
	if options > com.AGILEREFERENCE_DELAYEDMARSHAL {
		return nil, com.E_INVALIDARG // CF-383
	}
	x, err := a.newAnchor(ctx, obj, iid, com.MSHLFLAGS_TABLESTRONG, options == com.AGILEREFERENCE_DELAYEDMARSHAL)
	if err != nil {
		return nil, err
	}
	ref := &agileReference{core: x}
	ref.Init(&agileManager{ref}, AgileReferenceDesc)
	ref.AddUser(true)
	ref.cleanup = runtime.AddCleanup(ref, (*anchor).release, x)
	return ref, nil
}

// Resolve implements [IAgileReference].
func (r *agileReference) Resolve(ctx context.Context, iid *com.IID) (any, error) {
	if iid == nil {
		return nil, com.E_INVALIDARG
	}
	if r.Users() == 0 {
		return nil, &com.Error{HRESULT: com.CO_E_RELEASED, Step: step.Self, Interface: "IAgileReference", Method: "Resolve"}
	}
	a, err := r.core.home.rt.apartment(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.usable(); err != nil {
		return nil, err
	}
	v, err := r.core.resolve(a.inside(ctx), a, iid)
	runtime.KeepAlive(r)
	return v, err
}

// QueryInterface implements [com.ProxyManager] (CF-386).
func (m *agileManager) QueryInterface(_ context.Context, iid *com.IID) (any, error) {
	switch *iid {
	case com.IID_IUnknown, com.IID_IAgileObject, IID_IAgileReference:
		return m.hand()
	}
	return nil, com.E_NOINTERFACE
}

// QueryDesc implements [com.ProxyManager].
func (m *agileManager) QueryDesc(ctx context.Context, d *com.Desc) (any, error) {
	return m.QueryInterface(ctx, &d.IID)
}

// hand hands the reference out once more.
func (m *agileManager) hand() (any, error) {
	if !m.ref.AddUser(false) {
		return nil, com.CO_E_RELEASED
	}
	return m.ref, nil
}

// Released implements [com.ProxyManager].
func (m *agileManager) Released(*com.Proxy) {
	m.ref.cleanup.Stop()
	m.ref.core.release()
}

// ReleasedContext implements [com.ProxyManager].
func (m *agileManager) ReleasedContext(_ context.Context, p *com.Proxy) error {
	m.Released(p)
	return nil
}

// Peer implements [com.ProxyManager].
func (m *agileManager) Peer() string { return "" }
