package marshal_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// bare is a runtime without any apartment.
func bare(t *testing.T) *marshal.Runtime {
	t.Helper()
	return newRuntime(t, marshal.Options{Logger: slog.New(slog.DiscardHandler)})
}

func newSTA(t *testing.T, rt *marshal.Runtime) *marshal.Apartment {
	t.Helper()
	a, err := rt.NewSTA(t.Context(), marshal.STAOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCF_158_NoApartmentAtAll(t *testing.T) {
	rt := bare(t)
	a, b := newSTA(t, rt), newSTA(t, rt)
	c := lend(t, a, b, &object{})
	_, err := c.Add(t.Context(), 1, 2)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
	_, err = com.Query[calc.IScientific](t.Context(), c)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
	mustAdd(t, in(t, b), c)
}

func TestCF_160_161_ImplicitMTA(t *testing.T) {
	rt := bare(t)
	a, b, other := newSTA(t, rt), newSTA(t, rt), newSTA(t, rt)
	c := lend(t, a, b, &object{})
	call := func(what string, ctx context.Context) {
		t.Helper()
		if _, err := c.Add(ctx, 1, 2); com.HRESULTOf(err) != com.RPC_E_WRONG_THREAD {
			t.Errorf("%s: %v", what, err)
		}
	}
	call("another STA", in(t, other))
	cookie, err := rt.CoIncrementMTAUsage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.CoDecrementMTAUsage(t.Context(), cookie)
	call("the implicit MTA", t.Context())
	call("another STA, after CoIncrementMTAUsage", in(t, other))
	mta, _, err := rt.CoInitializeEx(t.Context(), com.COINIT_MULTITHREADED)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.CoUninitialize(mta)
	call("the explicit MTA", mta)
	if kind, _, err := rt.CoGetApartmentType(in(t, other)); kind != com.APTTYPE_STA || err != nil {
		t.Errorf("an STA after CoIncrementMTAUsage: %v, %v", kind, err)
	}
}

func TestCF_162_163_WrongApartmentQueriesAndReleases(t *testing.T) {
	rt := bare(t)
	a, b, other := newSTA(t, rt), newSTA(t, rt), newSTA(t, rt)
	c := lend(t, a, b, &object{})
	_, err := com.Query[calc.IScientific](in(t, b), c)
	wantHR(t, err, com.E_NOINTERFACE) // known from now on not to be there
	for _, ctx := range []context.Context{in(t, a), in(t, other)} {
		_, err := com.Query[calc.IScientific](ctx, c)
		wantHR(t, err, com.RPC_E_WRONG_THREAD)
		_, err = com.Query[com.IMultiQI](ctx, c)
		wantHR(t, err, com.RPC_E_WRONG_THREAD)
	}
	com.Release(c)
	if n := marshal.Objects(a); n != 0 {
		t.Errorf("%d objects held after the last release", n)
	}
}

func TestCF_165_166_ImplicitAndExplicitMTAAreOne(t *testing.T) {
	rt := bare(t)
	a := newSTA(t, rt)
	explicit, hr, err := rt.CoInitializeEx(t.Context(), com.COINIT_MULTITHREADED)
	if err != nil || hr != com.S_OK {
		t.Fatal(hr, err)
	}
	defer rt.CoUninitialize(explicit)
	mta := marshal.ApartmentOf(explicit)
	c := lend(t, a, mta, &object{})
	mustAdd(t, t.Context(), c)
	mustAdd(t, explicit, c)

	o := &object{}
	stm := com.NewMemoryStream(nil)
	if err := mta.CoMarshalInterface(t.Context(), stm, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	v, err := mta.CoUnmarshalInterface(explicit, rewind(stm), &calc.IID_ICalc)
	if err != nil || v != any(o) {
		t.Errorf("unmarshaled %v, %v", v, err)
	}
}

func TestCF_167_MTAThreadBecomesSTA(t *testing.T) {
	rt := bare(t)
	a := newSTA(t, rt)
	mta, err := rt.MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := lend(t, a, mta, &object{})
	ctx := t.Context()
	mustAdd(t, ctx, c)
	single, hr, err := rt.CoInitializeEx(ctx, com.COINIT_APARTMENTTHREADED)
	if err != nil || hr != com.S_OK {
		t.Fatal(hr, err)
	}
	_, err = c.Add(single, 1, 2)
	wantHR(t, err, com.RPC_E_WRONG_THREAD)
	if err := rt.CoUninitialize(single); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, ctx, c)
	com.Release(c)
	if n := marshal.Objects(a); n != 0 {
		t.Errorf("%d objects held", n)
	}
}

func TestCF_168_MTAOutlivesItsMaker(t *testing.T) {
	rt := bare(t)
	first, _, err := rt.CoInitializeEx(t.Context(), com.COINIT_MULTITHREADED)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := rt.CoInitializeEx(t.Context(), com.COINIT_MULTITHREADED)
	if err != nil {
		t.Fatal(err)
	}
	mta := marshal.ApartmentOf(first)
	if marshal.ApartmentOf(second) != mta {
		t.Fatal("two multithreaded apartments")
	}
	if err := rt.CoUninitialize(first); err != nil {
		t.Fatal(err)
	}
	single, _, err := rt.CoInitializeEx(t.Context(), com.COINIT_APARTMENTTHREADED)
	if err != nil {
		t.Fatal(err)
	}
	c := lend(t, mta, marshal.ApartmentOf(single), &object{})
	mustAdd(t, single, c)
	com.Release(c)
	for _, ctx := range []context.Context{single, second} {
		if err := rt.CoUninitialize(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := rt.CoGetApartmentType(t.Context()); com.HRESULTOf(err) != com.CO_E_NOTINITIALIZED {
		t.Errorf("the MTA outlives its last member: %v", err)
	}
}

func TestCF_169_InitializeInsideACall(t *testing.T) {
	rt := bare(t)
	a := newSTA(t, rt)
	mta, err := rt.MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := lend(t, mta, a, does(func(ctx context.Context) {
		inner, hr, err := rt.CoInitializeEx(ctx, com.COINIT_MULTITHREADED)
		if hr != com.S_FALSE || err != nil {
			t.Errorf("CoInitializeEx: %v, %v", hr, err)
		}
		if err := rt.CoUninitialize(inner); err != nil {
			t.Error(err)
		}
		for _, x := range []context.Context{ctx, inner} {
			if kind, _, err := rt.CoGetApartmentType(x); kind != com.APTTYPE_MTA || err != nil {
				t.Errorf("after CoUninitialize: %v, %v", kind, err)
			}
		}
		if _, _, err := rt.CoInitializeEx(ctx, com.COINIT_APARTMENTTHREADED); err != com.RPC_E_CHANGED_MODE {
			t.Errorf("another mode: %v", err)
		}
	}))
	mustAdd(t, in(t, a), c)
}

func TestCF_265_ChangedMode(t *testing.T) {
	rt := bare(t)
	for _, c := range []struct {
		name      string
		is, wants com.COINIT
	}{
		{"STA in an MTA thread", com.COINIT_MULTITHREADED, com.COINIT_APARTMENTTHREADED},
		{"MTA in an STA thread", com.COINIT_APARTMENTTHREADED, com.COINIT_MULTITHREADED},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, hr, err := rt.CoInitializeEx(t.Context(), c.is)
			if hr != com.S_OK || err != nil {
				t.Fatal(hr, err)
			}
			if _, hr, err := rt.CoInitializeEx(ctx, c.wants); hr != com.RPC_E_CHANGED_MODE || err != com.RPC_E_CHANGED_MODE {
				t.Errorf("%v, %v", hr, err)
			}
			// Nothing was counted: one CoUninitialize ends it.
			apt := marshal.ApartmentOf(ctx)
			if err := rt.CoUninitialize(ctx); err != nil {
				t.Fatal(err)
			}
			if err := apt.Do(t.Context(), func(context.Context) error { return nil }); err == nil {
				t.Error("the apartment lives on")
			}
			// The thread is free again.
			again, hr, err := rt.CoInitializeEx(ctx, c.wants)
			if hr != com.S_OK || err != nil {
				t.Fatalf("afterwards: %v, %v", hr, err)
			}
			if err := rt.CoUninitialize(again); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestInitializeCounts(t *testing.T) {
	rt := bare(t)
	ctx, _, err := rt.CoInitializeEx(t.Context(), com.COINIT_APARTMENTTHREADED)
	if err != nil {
		t.Fatal(err)
	}
	apt := marshal.ApartmentOf(ctx)
	alive := func() bool { return apt.Do(t.Context(), func(context.Context) error { return nil }) == nil }
	for range 2 {
		if again, hr, err := rt.CoInitializeEx(ctx, com.COINIT_APARTMENTTHREADED); hr != com.S_FALSE || err != nil || marshal.ApartmentOf(again) != apt {
			t.Fatalf("again: %v, %v", hr, err)
		}
	}
	for i := range 3 {
		if !alive() {
			t.Errorf("ended after %d of 3", i)
		}
		if err := rt.CoUninitialize(ctx); err != nil {
			t.Error(err)
		}
	}
	if alive() {
		t.Error("alive after the last CoUninitialize")
	}
	if err := rt.CoUninitialize(ctx); err != nil {
		t.Errorf("one too many: %v", err)
	}
	if err := rt.CoUninitialize(t.Context()); err != nil {
		t.Errorf("on a context that was never initialised: %v", err)
	}
}

func TestCF_267_268_GetApartmentType(t *testing.T) {
	rt := bare(t)
	check := func(what string, ctx context.Context, kind com.APTTYPE, q com.APTTYPEQUALIFIER, hr com.HRESULT) {
		t.Helper()
		k, gotQ, err := rt.CoGetApartmentType(ctx)
		if k != kind || gotQ != q || com.HRESULTOf(err) != hr {
			t.Errorf("%s: %v, %v, %v", what, k, gotQ, err)
		}
	}
	check("without COM", t.Context(), com.APTTYPE_CURRENT, com.APTTYPEQUALIFIER_NONE, com.CO_E_NOTINITIALIZED)
	first, second := newSTA(t, rt), newSTA(t, rt)
	check("the first STA", in(t, first), com.APTTYPE_MAINSTA, com.APTTYPEQUALIFIER_NONE, com.S_OK)
	check("another STA", in(t, second), com.APTTYPE_STA, com.APTTYPEQUALIFIER_NONE, com.S_OK)
	mta, _, err := rt.CoInitializeEx(t.Context(), com.COINIT_MULTITHREADED)
	if err != nil {
		t.Fatal(err)
	}
	check("the MTA", mta, com.APTTYPE_MTA, com.APTTYPEQUALIFIER_NONE, com.S_OK)
	check("the implicit MTA", t.Context(), com.APTTYPE_MTA, com.APTTYPEQUALIFIER_IMPLICIT_MTA, com.S_OK)
	rt.CoUninitialize(mta)
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("another STA after the main one has ended", in(t, second), com.APTTYPE_STA, com.APTTYPEQUALIFIER_NONE, com.S_OK)
	check("the next STA", in(t, newSTA(t, rt)), com.APTTYPE_MAINSTA, com.APTTYPEQUALIFIER_NONE, com.S_OK)
}

func TestCF_269_MTAUsage(t *testing.T) {
	rt := bare(t)
	ctx := t.Context()
	var cookies []*marshal.MTACookie
	for range 2 {
		c, err := rt.CoIncrementMTAUsage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		cookies = append(cookies, c)
	}
	for i, c := range cookies {
		if k, q, err := rt.CoGetApartmentType(ctx); k != com.APTTYPE_MTA || q != com.APTTYPEQUALIFIER_IMPLICIT_MTA || err != nil {
			t.Errorf("with %d cookies: %v, %v, %v", len(cookies)-i, k, q, err)
		}
		if err := rt.CoDecrementMTAUsage(ctx, c); err != nil {
			t.Error(err)
		}
		wantHR(t, rt.CoDecrementMTAUsage(ctx, c), com.E_INVALIDARG)
	}
	if _, _, err := rt.CoGetApartmentType(ctx); com.HRESULTOf(err) != com.CO_E_NOTINITIALIZED {
		t.Errorf("without cookies: %v", err)
	}
	wantHR(t, rt.CoDecrementMTAUsage(ctx, nil), com.E_INVALIDARG)
	wantHR(t, bare(t).CoDecrementMTAUsage(ctx, cookies[0]), com.E_INVALIDARG)
}

// The neutral apartment runs on whatever thread calls it.
func TestNeutralApartment(t *testing.T) {
	rt := bare(t)
	main, other := newSTA(t, rt), newSTA(t, rt)
	mta, err := rt.MTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	nta, err := rt.NTA(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := rt.NTA(t.Context()); again != nta {
		t.Error("two neutral apartments")
	}
	var want com.APTTYPEQUALIFIER
	obj := does(func(ctx context.Context) {
		if k, q, err := rt.CoGetApartmentType(ctx); k != com.APTTYPE_NA || q != want || err != nil {
			t.Errorf("%v, %v, %v; want %v", k, q, err, want)
		}
	})
	for _, c := range []struct {
		from *marshal.Apartment
		q    com.APTTYPEQUALIFIER
	}{{main, com.APTTYPEQUALIFIER_NA_ON_MAINSTA}, {other, com.APTTYPEQUALIFIER_NA_ON_STA}, {mta, com.APTTYPEQUALIFIER_NA_ON_MTA}} {
		p := lend(t, nta, c.from, obj)
		want = c.q
		c.from.Do(t.Context(), func(ctx context.Context) error { mustAdd(t, ctx, p); return nil })
	}

	// Neutral code keeps the apartment that called it busy, and lets others in
	// when it calls out.
	waits, release := make(chan struct{}), make(chan struct{})
	slow := lend(t, mta, nta, does(func(context.Context) { close(waits); <-release }))
	neutral := lend(t, nta, other, does(func(ctx context.Context) { mustAdd(t, ctx, slow) }))
	quick := lend(t, other, mta, &object{})
	var wg sync.WaitGroup
	wg.Go(func() {
		other.Do(t.Context(), func(ctx context.Context) error { mustAdd(t, ctx, neutral); return nil })
	})
	<-waits
	mustAdd(t, t.Context(), quick)
	close(release)
	wg.Wait()
}

func TestCF_273_274_ThreadIDs(t *testing.T) {
	rt := bare(t)
	a, b := newSTA(t, rt), newSTA(t, rt)
	if _, err := marshal.CoGetCurrentLogicalThreadId(t.Context()); err != com.CO_E_NOTINITIALIZED {
		t.Errorf("without an apartment: %v", err)
	}
	var seen com.CID
	c := lend(t, b, a, does(func(ctx context.Context) { seen, _ = marshal.CoGetCurrentLogicalThreadId(ctx) }))
	one, two := in(t, a), in(t, a)
	id, err := marshal.CoGetCurrentLogicalThreadId(one)
	if err != nil || id.IsZero() {
		t.Fatalf("%v, %v", id, err)
	}
	if again, _ := marshal.CoGetCurrentLogicalThreadId(one); again != id {
		t.Error("not stable")
	}
	if other, _ := marshal.CoGetCurrentLogicalThreadId(two); other == id {
		t.Error("two threads have one id")
	}
	mustAdd(t, one, c)
	if seen != id {
		t.Errorf("the calls of %v carry %v", id, seen)
	}
	if cid, ok := marshal.CausalityID(one); cid != id || !ok {
		t.Errorf("CausalityID: %v, %v", cid, ok)
	}
	p, q := marshal.CoGetCurrentProcess(one), marshal.CoGetCurrentProcess(two)
	if p == 0 || q == 0 || p == q || p != marshal.CoGetCurrentProcess(one) {
		t.Errorf("processes %d and %d", p, q)
	}
	if pid := uint32(os.Getpid()); p == pid || q == pid {
		t.Errorf("%d and %d, one of them the process's id", p, q)
	}
	if n := marshal.CoGetCurrentProcess(t.Context()); n != 0 {
		t.Errorf("without an apartment: %d", n)
	}
}

func TestWithApartment(t *testing.T) {
	rt := bare(t)
	a, b := newSTA(t, rt), newSTA(t, rt)
	ctx := in(t, a)
	if marshal.WithApartment(ctx, a) != ctx {
		t.Error("a context of the apartment was wrapped again")
	}
	if got := marshal.ApartmentOf(marshal.WithApartment(ctx, b)); got != b {
		t.Errorf("in %v", got)
	}
	if marshal.ApartmentOf(t.Context()) != nil {
		t.Error("a plain context has an apartment")
	}
	if marshal.Beside(ctx) != ctx || marshal.Beside(t.Context()) != t.Context() {
		t.Error("a context without activity was wrapped")
	}
	a.Do(t.Context(), func(ctx context.Context) error {
		chain, _ := marshal.CausalityID(ctx)
		other := marshal.Beside(ctx)
		if id, _ := marshal.CausalityID(other); other == ctx || id != chain || marshal.ApartmentOf(other) != a {
			t.Errorf("beside: chain %v of %v", id, chain)
		}
		return nil
	})
}
