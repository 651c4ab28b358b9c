package marshal_test

import (
	"log/slog"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// BenchmarkReference marshals an object, unmarshals it in another apartment and
// releases it there: all tables are filled and emptied.
func BenchmarkReference(b *testing.B) {
	rt := newRuntime(b, marshal.Options{Logger: slog.New(slog.DiscardHandler)})
	home, away := marshal.NewTestApartment(rt), marshal.NewTestApartment(rt)
	ch, ca := marshal.WithApartment(b.Context(), home), marshal.WithApartment(b.Context(), away)
	b.ReportAllocs()
	for b.Loop() {
		stm := com.NewMemoryStream(nil)
		if err := home.CoMarshalInterface(ch, stm, &calc.IID_ICalc, &quiet{}, com.MSHCTX_INPROC, 0); err != nil {
			b.Fatal(err)
		}
		v, err := away.CoUnmarshalInterface(ca, com.NewMemoryStream(stm.Bytes()), &calc.IID_ICalc)
		if err != nil {
			b.Fatal(err)
		}
		com.Release(v)
	}
}
