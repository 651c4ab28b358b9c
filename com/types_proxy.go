package com

import (
	"context"
	"reflect"
)

// chain returns d and its bases.
func (d *Desc) chain() []*Desc {
	var ds []*Desc
	for x := d; x != nil; x = x.Base {
		if x.IID != IID_IUnknown {
			ds = append(ds, x)
		}
	}
	return ds
}

// descOfValue returns the descriptor of iid that v is a value of, or nil.
func descOfValue(v any, iid *IID) *Desc {
	if v == nil {
		return nil
	}
	if p, ok := v.(Proxied); ok {
		if d := p.COMProxy().desc; d != nil && d.IID == *iid {
			return d
		}
	}
	typ := reflect.TypeOf(v)
	for _, d := range DescsByIID(iid) {
		if typ.Implements(d.typ) {
			return d
		}
	}
	return nil
}

// queryProxy asks the identity of an interface proxy.
func queryProxy(ctx context.Context, x Proxied, iid *IID) (any, *Desc, error) {
	p, err := liveProxy(x)
	if err != nil {
		return nil, nil, err
	}
	if p.mgr != nil {
		return queryManager(ctx, p.mgr, iid)
	}
	if d := p.desc; *iid == IID_IUnknown || d != nil && d.DerivesFrom(iid) {
		return countedSelf(x, p, descOfValue(x, iid))
	}
	return nil, nil, noInterface(reflect.TypeOf(x), iid, nil)
}

// queryManager asks the identity of proxies.
func queryManager(ctx context.Context, m ProxyManager, iid *IID) (any, *Desc, error) {
	v, err := m.QueryInterface(ctx, iid)
	if err != nil {
		return nil, nil, err
	}
	if v == nil {
		return nil, nil, noInterface(nil, iid, nil)
	}
	return v, descOfValue(v, iid), nil
}

// queryProxyDesc is queryProxy for one Go type.
func (t *Types) queryProxyDesc(ctx context.Context, x Proxied, d *Desc) (any, error) {
	p, err := liveProxy(x)
	if err != nil {
		return nil, err
	}
	if d == IUnknownDesc {
		return &unknown{t, x}, nil // borrows x's hand-out
	}
	if p.mgr != nil {
		return p.mgr.QueryDesc(ctx, d)
	}
	if p.desc != nil && p.desc.DerivesFrom(&d.IID) && reflect.TypeOf(x).Implements(d.typ) {
		v, _, err := countedSelf(x, p, d)
		return v, err
	}
	return nil, noInterface(reflect.TypeOf(x), &d.IID, d)
}

// countedSelf hands out x once more.
func countedSelf(x Proxied, p *Proxy, d *Desc) (any, *Desc, error) {
	if !p.AddUser(false) {
		return nil, nil, p.unusable(0, p.state.Load())
	}
	return x, d, nil
}

// liveProxy returns x's proxy, or the error for a nil pointer and for a proxy
// that has been released.
func liveProxy(x Proxied) (*Proxy, error) {
	if nilPointer(x) {
		return nil, nilError(reflect.TypeOf(x))
	}
	p := x.COMProxy()
	if v := p.state.Load(); v&proxyCount == 0 {
		return nil, p.unusable(0, v)
	}
	return p, nil
}
