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
