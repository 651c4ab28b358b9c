package marshal

import (
	"context"

	"oxid/com"
	"oxid/orpc"
	"oxid/step"
)

// QueryInterface implements [com.ProxyManager]. The pointer that it returns is
// one more hand-out: the caller releases it.
func (pm *proxyManager) QueryInterface(ctx context.Context, iid *com.IID) (any, error) {
	if d := localProxyDesc(iid); d != nil {
		return pm.handLocal(ctx, d)
	}
	descs := com.DescsByIID(iid)
	if len(descs) == 0 { // IIDNOTREG is our own affair: for callers the proxy lacks the interface
		return nil, &com.Error{HRESULT: com.E_NOINTERFACE, Step: step.Interface, Peer: pm.Peer(), Interface: iid.String(), Err: com.REGDB_E_IIDNOTREG,
			Hint: "no interface of this IID is linked into this program: import the package generated from its IDL"}
	}
	return pm.QueryDesc(ctx, descs[0])
}

// QueryDesc implements [com.ProxyManager].
func (pm *proxyManager) QueryDesc(ctx context.Context, d *com.Desc) (any, error) {
	if l := localProxyDesc(&d.IID); l != nil {
		return pm.handLocal(ctx, l)
	}
	if d.Local {
		return nil, com.E_NOINTERFACE // never remoted: the server is not asked
	}
	if err := pm.core.apt.admit(stateOf(ctx)); err != nil {
		return nil, err
	}
	ipid, held, err := pm.hold(&d.IID, false)
	if err != nil {
		return nil, err
	}
	defer pm.core.unpin(pm)
	if !held {
		refs, err := pm.queryRemote(ctx, []com.IID{d.IID})
		if err != nil {
			return nil, err
		}
		if refs[0].HRESULT.Failed() {
			return nil, &com.Error{HRESULT: refs[0].HRESULT, Step: step.Interface, Peer: pm.Peer(), Interface: d.Name,
				Hint: "the object does not have this interface, or its server has no stub for it"}
		}
		ipid = refs[0].Std.IPID
	}
	v, err := pm.hand(ctx, d, ipid)
	if com.HRESULTOf(err) == com.REGDB_E_IIDNOTREG {
		err = notLinked(com.E_NOINTERFACE, "proxy", d)
	}
	return v, err
}

// hold pins the core and looks for a reference to iid, see refFor. It fails when
// the object has been let go.
func (pm *proxyManager) hold(iid *com.IID, ordinary bool) (ipid com.IPID, held bool, err error) {
	ro := pm.core
	ro.apt.mu.Lock()
	defer ro.apt.mu.Unlock()
	if ro.gone {
		if ro.apt.closed {
			return ipid, false, com.CO_E_OBJNOTCONNECTED
		}
		return ipid, false, com.CO_E_RELEASED
	}
	if err := ro.pin(); err != nil {
		return ipid, false, err
	}
	if r := ro.refFor(iid, ordinary); r != nil {
		return r.ipid, true, nil
	}
	return ipid, false, nil
}

// queryRemote asks the server for interfaces in one call and takes the
// references that it answers with (IRemUnknown::RemQueryInterface). The core
// is pinned.
func (pm *proxyManager) queryRemote(ctx context.Context, iids []com.IID) ([]orpc.REMQIRESULT, error) {
	ro := pm.core
	ro.apt.mu.Lock()
	via := ro.any()
	ro.apt.mu.Unlock()
	res, err := ro.exp.remQueryInterface(ctx, via, publicRefs, iids)
	if err != nil {
		return nil, err
	}
	for i := range res {
		if r := &res[i]; r.HRESULT.Succeeded() {
			ro.own(&iids[i], r.Std.IPID, r.Std.PublicRefs, false)
		}
	}
	return res, nil
}
