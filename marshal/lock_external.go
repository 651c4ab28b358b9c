package marshal

import (
	"context"

	"oxid/com"
)

// CoLockObjectExternal holds obj for this process as a client would, or gives
// such a hold back. lastUnlockReleases says whether the last unlock lets
// table-weak packets go too; it is what IExternalConnection is told
// (CF-073 to CF-080). An unlock of what is not locked has no effect.
//
// Of a proxy of this apartment a lock is one more hand-out, which keeps the
// object where it lives.
func (a *Apartment) CoLockObjectExternal(ctx context.Context, obj any, lock, lastUnlockReleases bool) error {
	if obj == nil {
		return com.E_INVALIDARG
	}
	if err := a.enterable(ctx); err != nil {
		return err
	}
	if p, ok := obj.(com.Proxied); ok {
		return a.lockProxy(ctx, p.COMProxy(), lock)
	}
	identity, err := com.IdentityOf(obj)
	if err != nil {
		return err
	}
	if !lock {
		a.unlock(ctx, identity, lastUnlockReleases)
		return nil
	}
	m, err := a.managerFor(ctx, identity)
	if err != nil {
		return err
	}
	a.mu.Lock()
	m.locks++
	m.held++
	m.addStrong(1)
	a.mu.Unlock()
	m.tell(ctx)
	a.unpin(ctx, m)
	return nil
}

// unlock takes one lock back. Nobody is told when there is none.
func (a *Apartment) unlock(ctx context.Context, identity any, lastUnlockReleases bool) {
	a.mu.Lock()
	m := a.objects.Get(identity)
	dead := false
	if m != nil && m.locks > 0 {
		m.locks--
		m.held--
		dead = m.drop(1, lastUnlockReleases)
	}
	a.mu.Unlock()
	if m == nil {
		return
	}
	m.tell(ctx)
	if dead {
		m.close(ctx)
	}
}

// lockProxy holds the object of a proxy by its IUnknown, which the apartment
// keeps, or gives that back.
func (a *Apartment) lockProxy(ctx context.Context, p *com.Proxy, lock bool) error {
	pm, ok := p.Manager().(*proxyManager)
	if !ok {
		return com.E_INVALIDARG // an agile reference, or another program's proxy
	}
	if pm.core.apt != a {
		return com.RPC_E_WRONG_THREAD
	}
	if !lock {
		a.mu.Lock()
		list := a.locked[pm]
		var u any
		if n := len(list); n > 0 {
			if u = list[n-1]; n > 1 {
				a.locked[pm] = list[:n-1]
			} else {
				delete(a.locked, pm)
			}
		}
		a.mu.Unlock()
		com.Release(u)
		return nil
	}
	u, err := pm.QueryInterface(a.inside(ctx), &com.IID_IUnknown)
	if err != nil {
		return err
	}
	a.mu.Lock()
	ended := a.closed
	if !ended {
		if a.locked == nil {
			a.locked = map[*proxyManager][]any{}
		}
		a.locked[pm] = append(a.locked[pm], u)
	}
	a.mu.Unlock()
	if ended {
		com.Release(u)
		return com.CO_E_NOTINITIALIZED
	}
	return nil
}
