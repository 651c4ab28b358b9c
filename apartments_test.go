package oxid_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"oxid"
	"oxid/com"
	"oxid/internal/leak"
	"oxid/samples/calc"
	"oxid/samples/calc/calculator"
)

// alone is a calculator that must not be called by two at once.
type alone struct {
	calc.ICalc
	t      *testing.T
	inside *atomic.Int32
}

func (a *alone) Add(ctx context.Context, x, y int32) (int32, error) {
	if a.inside.Add(1) != 1 {
		a.t.Error("two calls at once in a single-threaded apartment")
	}
	defer a.inside.Add(-1)
	if x < 0 {
		return 0, errors.New("the ledger /srv/a is closed")
	}
	return x + y, nil
}

func TestClassInASingleThreadedApartment(t *testing.T) {
	leak.Check(t)
	server, client := start(t, oxid.SendErrorText()), start(t)
	sta, err := server.NewSTA(t.Context(), oxid.STAOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var inside atomic.Int32
	err = server.RegisterClass(oxid.WithApartment(t.Context(), sta), calc.CLSID_Calculator, func(context.Context) (any, error) {
		return &alone{calculator.New(), t, &inside}, nil
	}, calc.ExposeICalc)
	if err != nil {
		t.Fatal(err)
	}
	one, two := create(t, client, server), create(t, client, server)
	var wg sync.WaitGroup
	for i := range 8 {
		c := []calc.ICalc{one, two}[i%2]
		wg.Go(func() {
			for range 50 {
				if n, err := c.Add(t.Context(), 40, 2); n != 42 || err != nil {
					t.Errorf("%d, %v", n, err)
				}
			}
		})
	}
	wg.Wait()
	_, err = one.Add(t.Context(), -1, 0)
	if i := com.ErrorInfoOf(err); !errors.Is(err, com.E_FAIL) || i == nil || i.Description != "the ledger /srv/a is closed" {
		t.Errorf("error %v", err)
	}
	for _, c := range []any{one, two} {
		if err := oxid.ReleaseContext(t.Context(), c); err != nil {
			t.Error(err)
		}
	}
}

// What is activated with a context of an apartment belongs to it.
func TestActivationInASingleThreadedApartment(t *testing.T) {
	leak.Check(t)
	server, client := startServer(t), start(t)
	sta, err := client.NewSTA(t.Context(), oxid.STAOptions{Thread: true})
	if err != nil {
		t.Fatal(err)
	}
	var c calc.ICalc
	err = sta.Do(t.Context(), func(ctx context.Context) (err error) {
		if c, err = oxid.CreateInstance[calc.ICalc](ctx, client, calc.CLSID_Calculator, oxid.At(server.Addr())); err != nil {
			return err
		}
		call := oxid.Go(ctx, func(ctx context.Context) (float64, error) { return c.Sum(ctx, []float64{1, 2, 3}) })
		if sum, err := call.Finish(ctx); sum != 6 || err != nil {
			t.Errorf("Sum: %v, %v", sum, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(t.Context(), 1, 2); !errors.Is(err, com.RPC_E_WRONG_THREAD) {
		t.Errorf("from the MTA: %v", err)
	}
	if _, err := c.Add(oxid.WithApartment(t.Context(), sta), 1, 2); err != nil {
		t.Error(err)
	}
	if err := oxid.ReleaseContext(t.Context(), c); err != nil {
		t.Error(err)
	}
}
