package marshal_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// FuzzUnmarshal unmarshals packets as they come from this process and from
// others, and releases what they stand for.
func FuzzUnmarshal(f *testing.F) {
	rt := marshal.NewRuntime(marshal.Options{Logger: slog.New(slog.DiscardHandler)})
	f.Cleanup(func() { rt.Close(context.Background()) })
	home, away := marshal.NewTestApartment(rt), marshal.NewTestApartment(rt)
	ctx := marshal.WithApartment(context.Background(), home)
	abroad := marshal.WithApartment(context.Background(), away)
	err := rt.RegisterUnmarshalClass(classReader, func(context.Context) (com.IMarshal, error) {
		return &nester{reader{n: 4, read: new([]string), give: &object{}}}, nil
	})
	if err != nil {
		f.Fatal(err)
	}
	agile := new(free)
	if agile.ftm, err = home.CoCreateFreeThreadedMarshaler(ctx, agile); err != nil {
		f.Fatal(err)
	}
	for _, o := range []any{&object{}, agile, &custom{class: classReader, size: 4, data: "data"}, &custom{class: com.CLSID_StdMarshal, apt: home}} {
		for _, flags := range []com.MSHLFLAGS{com.MSHLFLAGS_NORMAL, com.MSHLFLAGS_TABLESTRONG, com.MSHLFLAGS_TABLEWEAK} {
			stm := com.NewMemoryStream(nil)
			if err := home.CoMarshalInterface(ctx, stm, &calc.IID_ICalc, o, com.MSHCTX_INPROC, flags); err != nil {
				f.Fatal(err)
			}
			f.Add(stm.Bytes())
		}
	}
	handler := orpc.OBJREF{Flags: orpc.OBJREF_HANDLER, IID: calc.IID_ICalc, Std: orpc.STDOBJREF{PublicRefs: 1, OXID: 3, OID: 4}}
	f.Add(handler.Append(nil))
	f.Fuzz(func(t *testing.T, packet []byte) {
		if v, err := marshal.UnmarshalFromPeer(away, abroad, bytes.Clone(packet), calc.ICalcDesc); err == nil {
			com.Release(v)
		}
		if v, err := away.CoUnmarshalInterface(abroad, com.NewMemoryStream(bytes.Clone(packet)), &calc.IID_ICalc); err == nil {
			com.Release(v)
		}
		away.CoReleaseMarshalData(abroad, com.NewMemoryStream(bytes.Clone(packet)))
	})
}
