package orpc

import (
	"testing"

	"oxid/com"
)

func TestCF_372_AggregatedHandler(t *testing.T) {
	inner := OBJREF{Flags: OBJREF_HANDLER, IID: com.IID_IUnknown, Std: goldenStd,
		CLSID: com.MustGUID("01234567-89ab-cdef-0123-456789abcdef")}
	outer := Aggregated(&inner, []byte("extra"), 200)
	b := outer.Append(nil)
	if len(b) != 48+84+5 {
		t.Fatalf("%d bytes", len(b))
	}
	parsed, n, err := ParseOBJREF(b)
	if err != nil || n != 48 || parsed.Reserved != 200 || parsed.CLSID != com.CLSID_AggStdMarshal {
		t.Fatalf("took %d: %+v, %v", n, parsed, err)
	}
	got, extra, err := parsed.Nested()
	if err != nil || string(extra) != "extra" || got.Flags != OBJREF_HANDLER || got.CLSID != inner.CLSID || got.Std != goldenStd {
		t.Fatalf("got %+v with %q: %v", got, extra, err)
	}
}

func TestCF_371_BothClassIDsOfTheAggregatedMarshaler(t *testing.T) {
	if !IsAggStdMarshal(com.CLSID_AggStdMarshal) || !IsAggStdMarshal(com.CLSID_AggStdMarshalSDK) {
		t.Error("one of the two is not known")
	}
	if IsAggStdMarshal(com.CLSID_StdMarshal) {
		t.Error("the standard marshaler is not the aggregated one")
	}
}

func TestNestingEndsAfterOneLevel(t *testing.T) {
	refs := sampleRefs(t)
	std := refs["standard"]
	if _, _, err := std.Nested(); err == nil {
		t.Error("a standard reference has nothing nested")
	}
	once := Aggregated(&std, nil, 0)
	twice := Aggregated(&once, nil, 0)
	_, _, err := twice.Nested()
	wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
	broken := OBJREF{Flags: OBJREF_CUSTOM, CLSID: com.CLSID_AggStdMarshal, Data: []byte("MEOW")}
	_, _, err = broken.Nested()
	wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
}

func TestCF_374_StreamIsLeftBehindTheNestedReference(t *testing.T) {
	inner := OBJREF{Flags: OBJREF_HANDLER, IID: com.IID_IUnknown, Std: goldenStd, CLSID: goldenClass}
	outer := Aggregated(&inner, []byte("extra"), 0)
	stm := com.NewMemoryStream(outer.Append(nil))
	header, err := ReadOBJREF(t.Context(), stm)
	if err != nil || !IsAggStdMarshal(header.CLSID) || header.Data != nil {
		t.Fatalf("got %+v, %v", header, err)
	}
	got, err := ReadOBJREF(t.Context(), stm)
	if err != nil || got.Flags != OBJREF_HANDLER || got.CLSID != goldenClass || got.Std != goldenStd {
		t.Fatalf("got %+v, %v", got, err)
	}
	extra := make([]byte, 10)
	if n, err := stm.Read(t.Context(), extra); err != nil || string(extra[:n]) != "extra" {
		t.Errorf("then comes %q, %v", extra[:n], err)
	}
}
