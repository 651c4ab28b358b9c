package marshal_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

func TestCF_230_RpcOptions(t *testing.T) {
	securityPlaces(t, func(t *testing.T, ctx context.Context, c calc.ICalc) {
		o, err := com.Query[com.IRpcOptions](ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := o.Query(ctx, c, com.COMBND_RPCTIMEOUT); v != 5 || err != nil {
			t.Errorf("default: %d, %v", v, err)
		}
		for v := range uintptr(11) {
			if err := o.Set(ctx, c, com.COMBND_RPCTIMEOUT, v); err != nil {
				t.Error(err)
			}
			if got, err := o.Query(ctx, c, com.COMBND_RPCTIMEOUT); got != v || err != nil {
				t.Errorf("%d, %v; want %d", got, err, v)
			}
		}
		wantHR(t, o.Set(ctx, c, com.COMBND_RPCTIMEOUT, 11), com.E_INVALIDARG)
		wantHR(t, o.Set(ctx, c, com.COMBND_SERVER_LOCALITY, 0), com.E_INVALIDARG)
		wantHR(t, o.Set(ctx, &object{}, com.COMBND_RPCTIMEOUT, 1), com.E_INVALIDARG)
		_, err = o.Query(ctx, c, 77)
		wantHR(t, err, com.E_INVALIDARG)
		_, err = o.Query(ctx, nil, com.COMBND_RPCTIMEOUT)
		wantHR(t, err, com.E_INVALIDARG)
		mustAdd(t, ctx, c)
		want := uintptr(1) // one machine
		if strings.Contains(t.Name(), "one_process") {
			want = 0
		}
		if v, err := o.Query(ctx, c, com.COMBND_SERVER_LOCALITY); v != want || err != nil {
			t.Errorf("locality %d, %v; want %d", v, err, want)
		}
		com.Release(o)
		wantHR(t, o.Set(ctx, c, com.COMBND_RPCTIMEOUT, 1), com.CO_E_RELEASED)
		_, err = o.Query(ctx, c, com.COMBND_RPCTIMEOUT)
		wantHR(t, err, com.CO_E_RELEASED)
	})
}

// The timeout bounds connecting, and no call.
func TestRpcTimeoutBoundsConnecting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := marshal.NewRuntime(marshal.Options{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done() // nobody answers
			return nil, ctx.Err()
		}})
		defer rt.Close(t.Context())
		mta, err := rt.MTA(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		packet := (&orpc.OBJREF{Flags: orpc.OBJREF_STANDARD, IID: calc.IID_ICalc,
			Std: orpc.STDOBJREF{PublicRefs: 5, OXID: 1, OID: 2, IPID: com.IPID{Data1: 3}, Flags: orpc.SORF_NOPING}}).Append(nil)
		info := marshal.ExporterInfo{OXID: 1, Version: orpc.Version57, Bindings: orpc.DUALSTRINGARRAY{
			StringBindings: []orpc.StringBinding{orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, "192.0.2.1", "1")}}}
		v, err := mta.Adopt(t.Context(), &info, packet, calc.ICalcDesc)
		if err != nil {
			t.Fatal(err)
		}
		c := v.(calc.ICalc)
		o, err := com.Query[com.IRpcOptions](t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			value uintptr
			want  time.Duration
		}{{0, 10 * time.Second}, {5, time.Minute}, {9, 100 * time.Second}, {10, 24 * time.Hour}} {
			if err := o.Set(t.Context(), c, com.COMBND_RPCTIMEOUT, x.value); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_, err := c.Add(t.Context(), 1, 2)
			if d := time.Since(start); err == nil || d != x.want {
				t.Errorf("value %d: %v after %v, want %v", x.value, err, d, x.want)
			}
		}
	})
}
