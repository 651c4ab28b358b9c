package marshal_test

import (
	"context"
	"log/slog"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// BenchmarkLocalAdd is a call between two apartments of one process: the
// proxy's and the object's.
func BenchmarkLocalAdd(b *testing.B) {
	rt := marshal.NewRuntime(marshal.Options{Logger: slog.New(slog.DiscardHandler)})
	defer rt.Close(context.Background())
	mta, err := rt.MTA(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	other := marshal.NewTestApartment(rt)
	for _, x := range []struct {
		name     string
		from, to *marshal.Apartment
	}{{"STAtoMTA", other, mta}, {"MTAtoSTA", mta, other}} {
		b.Run(x.name, func(b *testing.B) {
			stm := com.NewMemoryStream(nil)
			if err := x.to.CoMarshalInterface(marshal.WithApartment(b.Context(), x.to), stm, &calc.IID_ICalc, &quiet{}, com.MSHCTX_INPROC, 0); err != nil {
				b.Fatal(err)
			}
			ctx := marshal.WithApartment(b.Context(), x.from)
			v, err := x.from.CoUnmarshalInterface(ctx, rewind(stm), &calc.IID_ICalc)
			if err != nil {
				b.Fatal(err)
			}
			defer com.Release(v)
			add(b, ctx, v.(calc.ICalc))
		})
	}
}

// BenchmarkDo is getting into an idle apartment and out again.
func BenchmarkDo(b *testing.B) {
	rt := marshal.NewRuntime(marshal.Options{Logger: slog.New(slog.DiscardHandler)})
	defer rt.Close(context.Background())
	for _, x := range []struct {
		name string
		o    marshal.STAOptions
	}{{"borrowed", marshal.STAOptions{}}, {"thread", marshal.STAOptions{Thread: true}}} {
		b.Run(x.name, func(b *testing.B) {
			a, err := rt.NewSTA(b.Context(), x.o)
			if err != nil {
				b.Fatal(err)
			}
			ctx := b.Context()
			nothing := func(context.Context) error { return nil }
			b.ReportAllocs()
			for b.Loop() {
				if err := a.Do(ctx, nothing); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBesideABusySTA is a call whose context names no activity while one
// runs elsewhere in the process: the caller's stack is looked at.
func BenchmarkBesideABusySTA(b *testing.B) {
	rt := marshal.NewRuntime(marshal.Options{Logger: slog.New(slog.DiscardHandler)})
	defer rt.Close(context.Background())
	mta, err := rt.MTA(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	busy, home := marshal.NewTestApartment(rt), marshal.NewTestApartment(rt)
	stm := com.NewMemoryStream(nil)
	if err := home.CoMarshalInterface(marshal.WithApartment(b.Context(), home), stm, &calc.IID_ICalc, &quiet{}, com.MSHCTX_INPROC, 0); err != nil {
		b.Fatal(err)
	}
	v, err := mta.CoUnmarshalInterface(b.Context(), rewind(stm), &calc.IID_ICalc)
	if err != nil {
		b.Fatal(err)
	}
	defer com.Release(v)
	release, runs := make(chan struct{}), make(chan struct{})
	go busy.Do(context.Background(), func(context.Context) error { close(runs); <-release; return nil })
	<-runs
	defer close(release)
	add(b, b.Context(), v.(calc.ICalc))
}

// BenchmarkRemoteAdd is a call between two runtimes over loopback TCP.
func BenchmarkRemoteAdd(b *testing.B) {
	server, client := newMachine(b), newMachine(b)
	c := send(b, server, client, &quiet{})
	defer com.Release(c)
	add(b, b.Context(), c)
}

func add(b *testing.B, ctx context.Context, c calc.ICalc) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if n, err := c.Add(ctx, 40, 2); n != 42 || err != nil {
			b.Fatal(n, err)
		}
	}
}
