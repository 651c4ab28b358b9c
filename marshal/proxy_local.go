package marshal

import (
	"context"

	"oxid/com"
)

// The proxy manager answers some interfaces itself, whatever the object has
// (CF-138). Each is a small proxy without a channel, counted like any other.

// multiQI is the IMultiQI of a proxy manager.
type multiQI struct{ com.Proxy }

// localProxyDesc returns the descriptor of an interface that proxy managers
// answer without asking the server, or nil.
func localProxyDesc(iid *com.IID) *com.Desc {
	switch *iid {
	case com.IID_IUnknown:
		return com.UnknownDesc
	case com.IID_IMultiQI:
		return com.MultiQIDesc
	case com.IID_IMarshal, com.IID_IMarshal2: // the same methods (CF-139)
		return com.MarshalDesc
	case com.IID_IClientSecurity:
		return com.ClientSecurityDesc
	case com.IID_IRpcOptions:
		return com.RpcOptionsDesc
	}
	return nil
}

// handLocal hands out an interface that the manager itself implements.
func (pm *proxyManager) handLocal(ctx context.Context, d *com.Desc) (any, error) {
	if err := pm.core.apt.admit(stateOf(ctx)); err != nil {
		return nil, err
	}
	if _, _, err := pm.hold(&d.IID, false); err != nil {
		return nil, err
	}
	defer pm.core.unpin(pm)
	return pm.hand(ctx, d, com.IPID{})
}

// newLocalProxy makes the value behind handLocal; nil for an interface that
// the manager does not answer.
func newLocalProxy(iid *com.IID) (any, *com.Proxy) {
	switch *iid {
	case com.IID_IMultiQI:
		m := new(multiQI)
		return m, &m.Proxy
	case com.IID_IUnknown:
		u := new(unknownProxy)
		return u, &u.Proxy
	case com.IID_IMarshal:
		m := new(marshalProxy)
		return m, &m.Proxy
	case com.IID_IClientSecurity:
		c := new(clientSecurity)
		return c, &c.Proxy
	case com.IID_IRpcOptions:
		o := new(rpcOptions)
		return o, &o.Proxy
	}
	return nil, nil
}

// QueryMultipleInterfaces implements [com.IMultiQI]: what is known is answered
// here, everything else goes in one call (CF-146 to CF-148).
func (q *multiQI) QueryMultipleInterfaces(ctx context.Context, queries []com.MultiQI) (com.HRESULT, error) {
	pm, ok := q.Manager().(*proxyManager)
	if !ok {
		return com.E_UNEXPECTED, com.E_UNEXPECTED
	}
	var ask []com.IID
	for i := range queries {
		m := &queries[i]
		if m.Itf != nil || localProxyDesc(&m.IID) != nil {
			continue
		}
		if descs := com.DescsByIID(&m.IID); len(descs) == 0 || descs[0].Local {
			continue
		}
		_, held, err := pm.hold(&m.IID, false)
		if err != nil {
			return com.HRESULTOf(err), err
		}
		pm.core.unpin(pm)
		if !held {
			ask = append(ask, m.IID)
		}
	}
	if len(ask) > 0 {
		if _, _, err := pm.hold(&com.IID_IUnknown, false); err != nil {
			return com.HRESULTOf(err), err
		}
		_, err := pm.queryRemote(ctx, ask)
		defer pm.core.unpin(pm)
		if err != nil {
			return com.HRESULTOf(err), err
		}
	}
	denied := map[com.IID]bool{}
	for _, iid := range ask {
		denied[iid] = true
	}
	found, asked := 0, 0
	for i := range queries {
		m := &queries[i]
		if m.Itf != nil {
			continue
		}
		asked++
		if _, held, err := pm.hold(&m.IID, false); err == nil {
			pm.core.unpin(pm)
			if denied[m.IID] && !held {
				m.HR = com.E_NOINTERFACE // the server has just said so
				continue
			}
		}
		itf, err := pm.QueryInterface(ctx, &m.IID)
		m.Itf, m.HR = itf, com.HRESULTOf(err)
		if err == nil {
			found++
		}
	}
	switch {
	case found == asked:
		return com.S_OK, nil
	case found > 0:
		return com.S_FALSE, nil
	}
	return com.E_NOINTERFACE, com.E_NOINTERFACE
}
