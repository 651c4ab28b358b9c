package marshal

import (
	"context"

	"oxid/com"
	"oxid/step"
)

// What COM keeps for a thread a context carries here, so initialising COM makes
// a context: code that is given it is on that thread, so to speak, and everybody
// else is where they were.

// mtaUses counts what keeps the multithreaded apartment alive; guarded by
// Runtime.mu.
type mtaUses struct {
	forever bool // until the runtime closes
	n       int  // contexts of CoInitializeEx and cookies of CoIncrementMTAUsage
}

// CoInitializeEx returns a context in an apartment of the wanted kind: a new
// single-threaded one (COINIT_APARTMENTTHREADED) or the multithreaded one. A ctx
// that belongs to such an apartment already comes back as it is, or as good as
// that, with S_FALSE; one that belongs to the other kind is
// RPC_E_CHANGED_MODE, and nothing is counted (CF-265). Every success needs one
// [Runtime.CoUninitialize] with the context that it returned.
func (rt *Runtime) CoInitializeEx(ctx context.Context, flags com.COINIT) (context.Context, com.HRESULT, error) {
	single := flags&com.COINIT_APARTMENTTHREADED != 0
	st := rt.member(stateOf(ctx))
	if st != nil && st.apt.usable() != nil {
		st = nil // its apartment has ended: the thread is free again
	}
	if st != nil {
		if is := st.apt.sta != nil || st.frame != nil; is != single {
			return nil, com.RPC_E_CHANGED_MODE, com.RPC_E_CHANGED_MODE
		}
		if m := st.more.Load(); m != nil && m.init != nil && m.init.again() {
			return ctx, com.S_FALSE, nil
		}
		// Joined by a call that it serves, or by WithApartment: it stays so
		// after the matching CoUninitialize (CF-169).
		return derive(ctx, func(m *stateMore) { m.init = &initCount{n: 1} }), com.S_FALSE, nil
	}
	if single {
		a, err := rt.NewSTA(ctx, STAOptions{})
		if err != nil {
			return nil, com.HRESULTOf(err), err
		}
		return derive(a.context(ctx), func(m *stateMore) { m.init = &initCount{n: 1, end: a.Close} }), com.S_OK, nil
	}
	a, err := rt.useMTA(ctx)
	if err != nil {
		return nil, com.HRESULTOf(err), err
	}
	return derive(a.context(ctx), func(m *stateMore) { m.init = &initCount{n: 1, end: rt.unuseMTA} }), com.S_OK, nil
}

// again counts one more initialisation. It reports false when all have ended.
func (i *initCount) again() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.n == 0 {
		return false
	}
	i.n++
	return true
}

// CoUninitialize ends what one CoInitializeEx began. With the last one a
// single-threaded apartment ends ([Apartment.Close]), and so does the
// multithreaded one when nothing else uses it. On a context that CoInitializeEx
// did not make it does nothing.
func (rt *Runtime) CoUninitialize(ctx context.Context) error {
	st := rt.member(stateOf(ctx))
	if st == nil {
		return nil
	}
	m := st.more.Load()
	if m == nil || m.init == nil {
		return nil
	}
	i := m.init
	i.mu.Lock()
	if i.n > 0 {
		i.n--
	}
	end := i.end
	if i.n > 0 {
		end = nil
	} else {
		i.end = nil
	}
	i.mu.Unlock()
	if end == nil {
		return nil
	}
	return end(context.WithoutCancel(ctx))
}

// MTACookie stands for one use of the multithreaded apartment.
type MTACookie struct {
	rt   *Runtime
	used bool // guarded by rt.mu
}

// CoIncrementMTAUsage keeps the multithreaded apartment alive until the cookie is
// given back, making it when there is none: contexts that name no apartment are
// in it from now on (CF-269).
func (rt *Runtime) CoIncrementMTAUsage(ctx context.Context) (*MTACookie, error) {
	if _, err := rt.useMTA(ctx); err != nil {
		return nil, err
	}
	return &MTACookie{rt: rt, used: true}, nil
}

// CoDecrementMTAUsage gives a cookie back; again, or nil, is E_INVALIDARG.
func (rt *Runtime) CoDecrementMTAUsage(ctx context.Context, c *MTACookie) error {
	if c == nil || c.rt != rt {
		return com.E_INVALIDARG
	}
	rt.mu.Lock()
	used := c.used
	c.used = false
	rt.mu.Unlock()
	if !used {
		return com.E_INVALIDARG
	}
	return rt.unuseMTA(ctx)
}

// useMTA counts one use more.
func (rt *Runtime) useMTA(ctx context.Context) (*Apartment, error) {
	for {
		a, err := rt.newApartment(com.APTTYPE_MTA)
		if err != nil {
			return nil, err
		}
		if err := a.ready(ctx); err != nil {
			return nil, err
		}
		rt.mu.Lock()
		same := rt.mta == a
		if same {
			rt.mtaUses.n++
		}
		rt.mu.Unlock()
		if same {
			return a, nil
		}
	}
}

// unuseMTA counts one use less, and ends the apartment with the last one.
func (rt *Runtime) unuseMTA(ctx context.Context) error {
	rt.mu.Lock()
	rt.mtaUses.n--
	a := rt.mta
	last := rt.mtaUses.n == 0 && !rt.mtaUses.forever && a != nil
	if last {
		rt.mta = nil // whoever comes now gets a new one
	}
	rt.mu.Unlock()
	if !last {
		return nil
	}
	return a.Close(ctx)
}

// CoGetApartmentType tells in which kind of apartment code with ctx runs
// (CF-267, CF-268). A context that belongs to no apartment of this runtime is in
// the implicit MTA if there is an MTA, and nowhere otherwise: CO_E_NOTINITIALIZED
// with APTTYPE_CURRENT.
func (rt *Runtime) CoGetApartmentType(ctx context.Context) (com.APTTYPE, com.APTTYPEQUALIFIER, error) {
	st := rt.member(stateOf(ctx))
	if st == nil || st.apt.usable() != nil {
		if rt.hasMTA() {
			return com.APTTYPE_MTA, com.APTTYPEQUALIFIER_IMPLICIT_MTA, nil
		}
		return com.APTTYPE_CURRENT, com.APTTYPEQUALIFIER_NONE, com.CO_E_NOTINITIALIZED
	}
	if st.apt.kind != com.APTTYPE_NA {
		return st.apt.kind, com.APTTYPEQUALIFIER_NONE, nil
	}
	switch f := st.frame; {
	case f == nil:
		return com.APTTYPE_NA, com.APTTYPEQUALIFIER_NA_ON_MTA, nil
	case f.sta.apt.kind == com.APTTYPE_MAINSTA:
		return com.APTTYPE_NA, com.APTTYPEQUALIFIER_NA_ON_MAINSTA, nil
	}
	return com.APTTYPE_NA, com.APTTYPEQUALIFIER_NA_ON_STA, nil
}

// hasMTA reports whether there is a multithreaded apartment.
func (rt *Runtime) hasMTA() bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.mta != nil
}

// check verifies that ctx is not one of another apartment than a: COM functions
// of a may be called with it.
func (a *Apartment) check(ctx context.Context) error {
	if st := a.rt.member(stateOf(ctx)); st != nil && st.apt != a {
		return com.RPC_E_WRONG_THREAD
	}
	return nil
}

// admit verifies that code with state st may use proxies of apartment a (CF-158
// to CF-162): a context that belongs to no apartment is in the implicit MTA, or
// nowhere.
func (a *Apartment) admit(st *callState) error {
	if st = a.rt.member(st); st != nil && st.apt == a || st == nil && a.kind == com.APTTYPE_MTA {
		return nil
	}
	return a.notAdmitted(st)
}

func (a *Apartment) notAdmitted(st *callState) error {
	if st == nil && !a.rt.hasMTA() {
		return &com.Error{HRESULT: com.CO_E_NOTINITIALIZED, Step: step.Self,
			Hint: "the proxy belongs to an apartment and the context to none: use a context of the apartment (WithApartment)"}
	}
	return &com.Error{HRESULT: com.RPC_E_WRONG_THREAD, Step: step.Self,
		Hint: "the proxy belongs to another apartment than the context: marshal the pointer to this one, or use a context of its own"}
}
