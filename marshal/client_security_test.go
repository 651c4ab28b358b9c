package marshal_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// securityPlaces runs f with a proxy inside one process and over the network.
func securityPlaces(t *testing.T, f func(t *testing.T, ctx context.Context, c calc.ICalc)) {
	t.Run("one process", func(t *testing.T) {
		p := newProcess(t)
		f(t, in(t, p.mainSTA()), lend(t, p.mta, p.mainSTA(), &object{}))
	})
	t.Run("two machines", func(t *testing.T) {
		server, client := newMachine(t), newMachine(t)
		c := send(t, server, client, &object{})
		defer com.Release(c)
		f(t, t.Context(), c)
	})
}

func TestCF_325_326_328_329_333_Blankets(t *testing.T) {
	securityPlaces(t, func(t *testing.T, ctx context.Context, c calc.ICalc) {
		u, err := com.QueryInterface(ctx, c, &com.IID_IUnknown)
		if err != nil {
			t.Fatal(err)
		}
		defer com.Release(u)
		for _, proxy := range []any{c, u} {
			b, err := marshal.CoQueryProxyBlanket(ctx, proxy)
			if err != nil || b.ImpLevel != com.RPC_C_IMP_LEVEL_IDENTIFY {
				t.Errorf("%T: %+v, %v", proxy, b, err)
			}
			b.ImpLevel = com.RPC_C_IMP_LEVEL_IMPERSONATE
			if err := marshal.CoSetProxyBlanket(ctx, proxy, b); err != nil {
				t.Errorf("the queried values: %v", err)
			}
			if got, err := marshal.CoQueryProxyBlanket(ctx, proxy); got != b || err != nil {
				t.Errorf("%+v, %v; want %+v", got, err, b)
			}
			for _, bad := range []struct {
				name string
				b    com.Blanket
				want com.HRESULT
			}{
				{"unknown service", com.Blanket{AuthnSvc: 0xdeadbeef}, com.E_INVALIDARG},
				{"unknown level", com.Blanket{AuthnLevel: 7}, com.E_INVALIDARG},
				{"unknown impersonation level", com.Blanket{ImpLevel: 5}, com.E_INVALIDARG},
				{"protection by nobody", com.Blanket{AuthnLevel: com.RPC_C_AUTHN_LEVEL_PKT_PRIVACY}, com.E_INVALIDARG},
				{"a service that is not there", com.Blanket{AuthnSvc: com.RPC_C_AUTHN_WINNT}, com.RPC_E_NO_GOOD_SECURITY_PACKAGES},
				{"protection by any service", com.Blanket{AuthnSvc: com.RPC_C_AUTHN_DEFAULT, AuthnLevel: com.RPC_C_AUTHN_LEVEL_CALL},
					com.RPC_E_NO_GOOD_SECURITY_PACKAGES},
			} {
				if err := marshal.CoSetProxyBlanket(ctx, proxy, bad.b); com.HRESULTOf(err) != bad.want {
					t.Errorf("%s: %v", bad.name, err)
				}
			}
			if err := marshal.CoSetProxyBlanket(ctx, proxy, com.Blanket{AuthnSvc: com.RPC_C_AUTHN_DEFAULT}); err != nil {
				t.Errorf("defaults: %v", err)
			}
		}
		mustAdd(t, ctx, c)
	})
}

func TestCF_330_335_CopyProxy(t *testing.T) {
	securityPlaces(t, func(t *testing.T, ctx context.Context, c calc.ICalc) {
		own := com.Blanket{ImpLevel: com.RPC_C_IMP_LEVEL_IMPERSONATE, AuthnLevel: com.RPC_C_AUTHN_LEVEL_NONE}
		if err := marshal.CoSetProxyBlanket(ctx, c, own); err != nil {
			t.Fatal(err)
		}
		v, err := marshal.CoCopyProxy(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		copied := v.(calc.ICalc)
		if copied == c || !com.Same(copied, c) {
			t.Error("the copy is no other proxy of the same object")
		}
		mustAdd(t, ctx, copied)
		if b, _ := marshal.CoQueryProxyBlanket(ctx, copied); b != own {
			t.Errorf("the copy began with %+v", b)
		}
		// Its blanket is its own, that of the original all its users'.
		private := own
		private.ImpLevel = com.RPC_C_IMP_LEVEL_ANONYMOUS
		if err := marshal.CoSetProxyBlanket(ctx, copied, private); err != nil {
			t.Fatal(err)
		}
		again, err := com.Query[calc.ICalc](ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := marshal.CoQueryProxyBlanket(ctx, again); b != own {
			t.Errorf("the original has %+v", b)
		}
		// A query through the copy finds the original.
		orig, err := com.Query[calc.ICalc](ctx, copied)
		if err != nil || orig != c {
			t.Errorf("query of the copy: %v, %v", orig, err)
		}
		for _, x := range []any{orig, again, copied} {
			com.Release(x)
		}
		_, err = copied.Add(ctx, 1, 2)
		wantHR(t, err, com.CO_E_RELEASED)
		mustAdd(t, ctx, c)
	})
}

// The copy keeps the object by itself, and the last one lets it go.
func TestCopyHoldsTheObject(t *testing.T) {
	p := newProcess(t)
	a := p.mainSTA()
	ctx := in(t, a)
	obj := &watched{}
	c := lend(t, p.mta, a, obj)
	v, err := marshal.CoCopyProxy(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	com.Release(c)
	mustAdd(t, ctx, v.(calc.ICalc))
	fresh, err := com.Query[calc.ICalc](ctx, v)
	if err != nil || any(fresh) == v {
		t.Errorf("query: %v, %v", fresh, err)
	}
	com.Release(fresh)
	if obj.conns != 1 {
		t.Error("let go although the copy lives")
	}
	com.Release(v)
	if obj.conns != 0 || obj.finals != 1 {
		t.Errorf("connections %d, FinalRelease %d", obj.conns, obj.finals)
	}
}

func TestCF_336_337_OthersProxies(t *testing.T) {
	securityPlaces(t, func(t *testing.T, ctx context.Context, c calc.ICalc) {
		other, err := c.Clone(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer com.Release(other)
		s, err := com.Query[com.IClientSecurity](ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []any{other, &object{}, nil} {
			_, err := s.QueryBlanket(ctx, x)
			wantHR(t, err, com.E_INVALIDARG)
			wantHR(t, s.SetBlanket(ctx, x, com.Blanket{}), com.E_INVALIDARG)
			_, err = s.CopyProxy(ctx, x)
			wantHR(t, err, com.E_INVALIDARG)
		}
		u, err := com.QueryInterface(ctx, c, &com.IID_IUnknown)
		if err != nil {
			t.Fatal(err)
		}
		defer com.Release(u)
		for _, x := range []any{s, u} { // interfaces without calls
			_, err = s.CopyProxy(ctx, x)
			wantHR(t, err, com.E_INVALIDARG)
		}
		wantHR(t, s.SetBlanket(ctx, s, com.Blanket{}), com.E_INVALIDARG)
		com.Release(s)
		_, err = s.QueryBlanket(ctx, c)
		wantHR(t, err, com.CO_E_RELEASED)
		wantHR(t, s.SetBlanket(ctx, c, com.Blanket{}), com.CO_E_RELEASED)
		_, err = s.CopyProxy(ctx, c)
		wantHR(t, err, com.CO_E_RELEASED)

		local := &object{}
		_, err = marshal.CoQueryProxyBlanket(ctx, local)
		wantHR(t, err, com.E_NOINTERFACE)
		wantHR(t, marshal.CoSetProxyBlanket(ctx, local, com.Blanket{}), com.E_NOINTERFACE)
		_, err = marshal.CoCopyProxy(ctx, local)
		wantHR(t, err, com.E_NOINTERFACE)
	})
}

func TestClientSecurityOfAnotherApartment(t *testing.T) {
	p := newProcess(t)
	a, b := p.sta(marshal.STAOptions{}), p.sta(marshal.STAOptions{})
	c := lend(t, p.mta, a, &object{})
	s, err := com.Query[com.IClientSecurity](in(t, a), c)
	if err != nil {
		t.Fatal(err)
	}
	defer com.Release(s)
	_, err = s.QueryBlanket(in(t, b), c)
	wantHR(t, err, com.RPC_E_WRONG_THREAD)
}
