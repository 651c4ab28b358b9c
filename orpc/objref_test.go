package orpc

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"oxid/com"
)

// goldenStandard is an OBJREF_STANDARD for IDispatch with five references.
const goldenStandard = `4d 45 4f 57 01 00 00 00 00 04 02 00 00 00 00 00
	c0 00 00 00 00 00 00 46 00 00 00 00 05 00 00 00
	88 77 66 55 44 33 22 11 00 ff ee dd cc bb aa 99
	00 1c 00 00 7c 0b 00 00 01 23 45 67 89 ab cd ef ` + goldenBindings

var goldenStd = STDOBJREF{
	PublicRefs: 5,
	OXID:       0x1122334455667788,
	OID:        0x99aabbccddeeff00,
	IPID:       com.MustGUID("00001c00-0b7c-0000-0123-456789abcdef"),
}

// sampleRefs has one reference of each form.
func sampleRefs(tb testing.TB) map[string]OBJREF {
	bindings := PackedBindings(unhex(tb, goldenBindings))
	iid := com.MustGUID("00020400-0000-0000-c000-000000000046")
	handler := com.MustGUID("01234567-89ab-cdef-0123-456789abcdef")
	return map[string]OBJREF{
		"standard": {Flags: OBJREF_STANDARD, IID: iid, Std: goldenStd, ResAddr: bindings},
		"handler":  {Flags: OBJREF_HANDLER, IID: iid, Std: goldenStd, CLSID: handler, ResAddr: bindings},
		"custom":   {Flags: OBJREF_CUSTOM, IID: iid, CLSID: handler, Reserved: 13, Data: []byte("hello")},
		"extended": {Flags: OBJREF_EXTENDED, IID: iid, Std: goldenStd, ResAddr: bindings,
			Elements: []DATAELEMENT{{ID: CLSID_ContextMarshaler, Data: []byte("envoy")}}},
	}
}

func TestOBJREFStandardGolden(t *testing.T) {
	want := unhex(t, goldenStandard)
	r, n, err := ParseOBJREF(append(bytes.Clone(want), "trailing"...))
	if err != nil || n != 98 {
		t.Fatalf("took %d bytes: %v", n, err)
	}
	if !reflect.DeepEqual(r, sampleRefs(t)["standard"]) {
		t.Errorf("got %+v", r)
	}
	wantBytes(t, r.Append(nil), want)
}

func TestOBJREFRoundTrip(t *testing.T) {
	for name, want := range sampleRefs(t) {
		t.Run(name, func(t *testing.T) {
			b := want.Append(nil)
			if len(b) != want.Size() {
				t.Errorf("Size says %d, Append wrote %d", want.Size(), len(b))
			}
			got, n, err := ParseOBJREF(b)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if taken := len(b) - len(want.Data); n != taken {
				t.Errorf("took %d bytes, want %d", n, taken)
			}
			if !got.HasStd() != (name == "custom") {
				t.Errorf("HasStd is %v", got.HasStd())
			}
		})
	}
}

func TestOBJREFExtendedLayout(t *testing.T) {
	r := sampleRefs(t)["extended"]
	b := r.Append(nil)
	wantBytes(t, b[64:68], unhex(t, "56 59 53 4e"))
	wantBytes(t, b[68:102], unhex(t, goldenBindings))
	wantBytes(t, b[102:], unhex(t, `01000000 5659534e 3b030000 0000 0000 c000000000000046
		05000000 08000000 656e766f79 000000`))
}

func TestCF_343_OBJREFHandlerLayout(t *testing.T) {
	r := sampleRefs(t)["handler"]
	b := r.Append(nil)
	if b[4] != 2 || com.GUIDFromBytes(b[64:]) != r.CLSID {
		t.Fatalf("the handler class is not at offset 64 of % x", b)
	}
	wantBytes(t, b[80:], unhex(t, goldenBindings))
}

func TestCF_377_HandlerWithoutItsClassIsStandard(t *testing.T) {
	refs := sampleRefs(t)
	for _, form := range []string{"handler", "extended", "standard"} {
		r := refs[form]
		std := r.AsStandard()
		wantBytes(t, std.Append(nil), unhex(t, goldenStandard))
	}
	handler := refs["handler"]
	b := handler.Append(nil)
	b[4] = 1
	wantBytes(t, append(b[:64:64], b[80:]...), unhex(t, goldenStandard))
	custom := refs["custom"]
	if c := custom.AsStandard(); c.Flags != OBJREF_CUSTOM {
		t.Error("a custom reference became a standard one")
	}
}

func TestCF_098_CustomHeaderIs48Bytes(t *testing.T) {
	r := OBJREF{Flags: OBJREF_CUSTOM, IID: com.IID_IUnknown, CLSID: com.CLSID_InProcFreeMarshaler, Reserved: 0x1c}
	wantBytes(t, r.Append(nil), unhex(t, `4d454f57 04000000 00000000 0000 0000 c000000000000046
		3a030000 0000 0000 c000000000000046 00000000 1c000000`))
}

func TestCF_367_InProcessPacketIs68Bytes(t *testing.T) {
	r := OBJREF{Flags: OBJREF_STANDARD, IID: com.IID_IUnknown, Std: goldenStd}
	b := r.Append(nil)
	if len(b) != 68 || !bytes.Equal(b[64:], []byte{0, 0, 0, 0}) {
		t.Fatalf("%d bytes, bindings % x", len(b), b[64:])
	}
	back, n, err := ParseOBJREF(b)
	if err != nil || n != 68 || !back.ResAddr.IsEmpty() {
		t.Fatalf("took %d: %v", n, err)
	}
}

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

func TestCF_026_MalformedReferences(t *testing.T) {
	std := unhex(t, goldenStandard)
	ext := sampleRefs(t)["extended"]
	extended := ext.Append(nil)
	patch := func(b []byte, off int, v ...byte) []byte {
		b = bytes.Clone(b)
		copy(b[off:], v)
		return b
	}
	cases := map[string][]byte{
		"signature":             patch(std, 0, 'W'),
		"no form":               patch(std, 4, 0),
		"two forms":             patch(std, 4, 3),
		"unknown form":          patch(std, 4, 16),
		"high flag":             patch(std, 7, 0x80),
		"bindings too long":     patch(std, 64, 0x10),
		"offset behind":         patch(std, 66, 0x10),
		"first signature":       patch(extended, 64, 0),
		"second signature":      patch(extended, 106, 0),
		"too many elements":     patch(extended, 102, 17),
		"more elements than":    patch(extended, 102, 2),
		"cbRounded beyond":      patch(extended, 130, 0xff, 0xff, 0xff, 0xff),
		"cbSize over cbRounded": patch(extended, 126, 9),
	}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			_, _, err := ParseOBJREF(b)
			wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
		})
	}
}

func TestTruncatedReferences(t *testing.T) {
	for name, r := range sampleRefs(t) {
		t.Run(name, func(t *testing.T) {
			b := r.Append(nil)
			for n := range len(b) - len(r.Data) {
				_, _, err := ParseOBJREF(b[:n])
				wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
				_, err = ReadOBJREF(context.Background(), &memStream{b: b[:n]})
				wantHRESULT(t, err, com.STG_E_READFAULT)
			}
		})
	}
}

func TestCF_105_StreamIsLeftBehindThePacket(t *testing.T) {
	for name, want := range sampleRefs(t) {
		for _, step := range []int{0, 1, 7} {
			b := want.Append(nil)
			stm := &memStream{b: append(b, "next"...), step: step}
			got, err := ReadOBJREF(context.Background(), stm)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if at := len(b) - len(want.Data); stm.pos != at {
				t.Errorf("%s: stream is at %d, want %d", name, stm.pos, at)
			}
			expect := want
			expect.Data = nil // the unmarshaler's
			if !reflect.DeepEqual(got, expect) {
				t.Errorf("%s: got %+v", name, got)
			}
		}
	}
}

func TestCF_020_StreamFailures(t *testing.T) {
	ctx := context.Background()
	b := unhex(t, goldenStandard)
	_, err := ReadOBJREF(ctx, &memStream{})
	wantHRESULT(t, err, com.STG_E_READFAULT)
	_, err = ReadOBJREF(ctx, &memStream{b: b[:40], err: com.STG_E_REVERTED})
	if !errors.Is(err, com.STG_E_REVERTED) {
		t.Errorf("the stream's own error became %v", err)
	}
	bad := bytes.Clone(b)
	bad[0] = 0
	_, err = ReadOBJREF(ctx, &memStream{b: bad})
	wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
	// A context of 2 GiB is refused by its size, before anything is read.
	ext := sampleRefs(t)["extended"]
	huge := ext.Append(nil)
	copy(huge[126:], []byte{0, 0, 0, 0x80, 0, 0, 0, 0x80})
	_, err = ReadOBJREF(ctx, &memStream{b: huge})
	wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
}

func TestCloneSharesNoMemory(t *testing.T) {
	for name, r := range sampleRefs(t) {
		b := r.Append(nil)
		parsed, _, err := ParseOBJREF(b)
		if err != nil {
			t.Fatal(err)
		}
		c := parsed.Clone()
		clear(b)
		if !reflect.DeepEqual(c, r) {
			t.Errorf("%s: the clone changed with the packet: %+v", name, c)
		}
	}
}

func TestParsingAStandardReferenceAllocatesNothing(t *testing.T) {
	b := unhex(t, goldenStandard)
	out := make([]byte, 0, 128)
	if n := testing.AllocsPerRun(100, func() {
		r, _, err := ParseOBJREF(b)
		if err != nil {
			t.Fatal(err)
		}
		out = r.Append(out[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkParseOBJREF(b *testing.B) {
	p := unhex(b, goldenStandard)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ParseOBJREF(p); err != nil {
			b.Fatal(err)
		}
	}
}
