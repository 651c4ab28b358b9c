package marshal

import (
	"context"
	"maps"
	"slices"

	"oxid/com"
)

// CoRegisterClassObject makes object, usually a com.IClassFactory, the class
// object of clsid. An object without IClassFactory is accepted (CF-241).
//
// clsctx says for whom: CLSCTX_INPROC_SERVER for code of this apartment,
// CLSCTX_LOCAL_SERVER for everybody else, or both. flags is one of
// REGCLS_SINGLEUSE, MULTIPLEUSE and MULTI_SEPARATE, with REGCLS_SUSPENDED added
// when the class is to stay invisible until CoResumeClassObjects; a process
// with several classes avoids that clients come before it is ready. With
// REGCLS_AGILE an in-process class object serves all apartments of the process
// and must be safe for concurrent use; REGCLS_SURROGATE changes nothing. The
// result is the cookie for CoRevokeClassObject.
//
// A second class object that would answer the same requests is CO_E_OBJISREG;
// several for a single use each are taken in the order of registration. A
// proxy is kept (com.Keep) until it is revoked.
func (a *Apartment) CoRegisterClassObject(ctx context.Context, clsid com.CLSID, object any, clsctx com.CLSCTX, flags com.REGCLS) (cookie uint32, err error) {
	const contexts = com.CLSCTX_INPROC_SERVER | com.CLSCTX_LOCAL_SERVER
	use := flags &^ (com.REGCLS_SUSPENDED | com.REGCLS_SURROGATE)
	if object == nil || clsctx == 0 || clsctx&^contexts != 0 || use&^com.REGCLS_AGILE > com.REGCLS_MULTI_SEPARATE {
		return 0, com.E_INVALIDARG
	}
	if _, err := com.IdentityOf(object); err != nil {
		return 0, err
	}
	if err := a.enterable(ctx); err != nil {
		return 0, err
	}
	e := &classEntry{clsid: clsid, object: object, apt: a, ctx: clsctx, flags: use, suspended: flags&com.REGCLS_SUSPENDED != 0}
	if e.local() {
		if err := a.ready(ctx); err != nil {
			return 0, err
		}
	}
	if err := a.rt.classes.add(e); err != nil {
		return 0, err
	}
	com.Keep(object)
	if err := a.rt.announce(ctx, a, clsid); err != nil {
		if a.rt.classes.remove(e) {
			com.Release(object)
		}
		return 0, err
	}
	return e.cookie, nil
}

// CoRevokeClassObject ends a registration of this apartment; one of another
// apartment is RPC_E_WRONG_THREAD and stays (CF-239), an unknown cookie
// E_INVALIDARG. Clients that hold the class object are disconnected, through
// its own IMarshal when it has one (CF-088).
func (a *Apartment) CoRevokeClassObject(ctx context.Context, cookie uint32) error {
	if err := a.enterable(ctx); err != nil {
		return err
	}
	e := a.rt.classes.byCookie(cookie)
	if e == nil {
		return com.E_INVALIDARG
	}
	if e.apt != a {
		return com.RPC_E_WRONG_THREAD
	}
	if !a.rt.classes.remove(e) {
		return com.E_INVALIDARG // somebody was faster
	}
	a.rt.announce(ctx, a, e.clsid)
	err := a.CoDisconnectObject(ctx, e.object, 0)
	com.Release(e.object)
	return err
}

// CoSuspendClassObjects hides every class object that serves other apartments
// and processes, until CoResumeClassObjects.
func (rt *Runtime) CoSuspendClassObjects(ctx context.Context) error {
	return rt.announceAll(ctx, rt.classes.suspend(true))
}

// CoResumeClassObjects makes every suspended class object of the process
// visible at once (CF-242).
func (rt *Runtime) CoResumeClassObjects(ctx context.Context) error {
	return rt.announceAll(ctx, rt.classes.suspend(false))
}

// CoAddRefServerProcess counts one more reason for the process to go on
// serving, and returns their number. Servers that end by themselves call it for
// each object and each lock (CF-245).
func (rt *Runtime) CoAddRefServerProcess() uint32 {
	t := &rt.classes
	t.mu.Lock()
	defer t.mu.Unlock()
	t.servers++
	return t.servers
}

// CoReleaseServerProcess takes one reason back. When it returns 0 the process
// is to end: every class object is suspended already, so that no client can
// come any more (CF-244).
func (rt *Runtime) CoReleaseServerProcess(ctx context.Context) uint32 {
	t := &rt.classes
	t.mu.Lock()
	if t.servers > 0 {
		t.servers--
	}
	n := t.servers
	t.mu.Unlock()
	if n > 0 {
		return n
	}
	if err := rt.CoSuspendClassObjects(ctx); err != nil {
		rt.log.WarnContext(ctx, "class objects are suspended, but the resolver could not be told", "err", err)
	}
	return 0
}

// enterable reports whether COM functions of a may be called with ctx: the
// apartment has not ended, and ctx does not belong to another one.
func (a *Apartment) enterable(ctx context.Context) error {
	if err := a.usable(); err != nil {
		return err
	}
	return a.check(ctx)
}

// ended forgets what the tables of the process have of an apartment that has
// ended: its class objects (CF-240) and running objects, and with the last
// apartment the proxy/stub classes (CF-215).
func (rt *Runtime) ended(ctx context.Context, a *Apartment) {
	for _, e := range rt.classes.of(a) {
		if rt.classes.remove(e) {
			rt.announce(ctx, a, e.clsid)
			com.Release(e.object)
		}
	}
	rt.running.forget(a)
	rt.mu.Lock()
	apts := slices.Collect(maps.Values(rt.apts))
	rt.mu.Unlock()
	if !slices.ContainsFunc(apts, func(x *Apartment) bool { return x.usable() == nil }) {
		rt.factories.clear()
	}
}
