package marshal_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"oxid/com"
	"oxid/marshal"
)

func TestCF_276_CancellationCounts(t *testing.T) {
	ctx := t.Context()
	wantHR(t, marshal.CoDisableCallCancellation(ctx), com.CO_E_CANCEL_DISABLED)
	wantHR(t, marshal.CoCancelCall(ctx, 0), com.CO_E_CANCEL_DISABLED)
	_, err := marshal.CoGetCancelObject(ctx)
	wantHR(t, err, com.CO_E_CANCEL_DISABLED)
	on := marshal.CoEnableCallCancellation(ctx)
	if again := marshal.CoEnableCallCancellation(on); again != on {
		t.Error("a second context")
	}
	wantHR(t, marshal.CoCancelCall(on, 0), com.RPC_E_CALL_COMPLETE)
	for range 2 {
		if err := marshal.CoDisableCallCancellation(on); err != nil {
			t.Error(err)
		}
	}
	wantHR(t, marshal.CoDisableCallCancellation(on), com.CO_E_CANCEL_DISABLED)
	wantHR(t, marshal.CoCancelCall(on, 0), com.CO_E_CANCEL_DISABLED)
	// The apartment makes no difference.
	rt := bare(t)
	sta, _, err := rt.CoInitializeEx(on, com.COINIT_APARTMENTTHREADED)
	if err != nil {
		t.Fatal(err)
	}
	wantHR(t, marshal.CoDisableCallCancellation(sta), com.CO_E_CANCEL_DISABLED)
	rt.CoUninitialize(sta)
}

func TestCancelCall(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	started, ended := make(chan struct{}, 1), make(chan error, 1)
	c := send(t, server, client, &actor{add: func(ctx context.Context, _, _ int32) (int32, error) {
		if err := marshal.CoTestCancel(ctx); err != com.RPC_S_CALLPENDING {
			t.Errorf("before: %v", err)
		}
		started <- struct{}{}
		<-ctx.Done()
		ended <- marshal.CoTestCancel(ctx)
		return 0, ctx.Err()
	}})
	defer com.Release(c)
	for _, ctx := range []context.Context{t.Context(), in(t, client.mta), in(t, newSTAOf(t, client, marshal.STAOptions{}))} {
		on := marshal.CoEnableCallCancellation(ctx)
		if marshal.ApartmentOf(ctx) != nil && marshal.ApartmentOf(ctx) != client.mta {
			continue // the proxy belongs to the MTA
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Add(on, 1, 2)
			wantHR(t, err, com.RPC_E_CALL_CANCELED)
		})
		<-started
		obj, err := marshal.CoGetCancelObject(on)
		if err != nil {
			t.Fatal(err)
		}
		wantHR(t, obj.TestCancel(), com.RPC_S_CALLPENDING)
		if err := obj.Cancel(com.RPC_C_CANCEL_INFINITE_TIMEOUT); err != nil {
			t.Error(err)
		}
		wantHR(t, obj.TestCancel(), com.RPC_S_CALLPENDING) // that only waits
		if err := obj.Cancel(time.Millisecond); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if err := <-ended; err != com.RPC_E_CALL_CANCELED {
			t.Errorf("the server was told %v", err)
		}
		wantHR(t, obj.TestCancel(), com.RPC_E_CALL_COMPLETE)
		wantHR(t, obj.Cancel(0), com.RPC_E_CALL_COMPLETE)
	}
	wantHR(t, marshal.CoTestCancel(t.Context()), com.RPC_E_CALL_COMPLETE)
}
