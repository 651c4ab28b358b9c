package orpc

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
)

// goldenCreateInstance is the stub data of a RemoteCreateInstance with one IID
// and one protocol sequence, as an independent client writes it: lengths in
// serialization headers without the padding, padding that is not zero, random
// referent ids. 464 bytes.
const goldenCreateInstance = `
	05000700 01000000 00000000 000102030405060708090a0b0c0d0e0f 00000000
	00000000 548d0000 a0010000 a0010000
	4d454f57 04000000 a2010000 0000 0000 c000000000000046
	38030000 0000 0000 c000000000000046 00000000 78010000
	68010000 00000000
	01100800 cccccccc 88000000 cccccccc
	68010000 98000000 00000000 02000000 04000000 00000000000000000000000000000000
	a0db0000 5b0d0000 00000000
	04000000 ab010000 0000 0000 c000000000000046 a5010000 0000 0000 c000000000000046
	a4010000 0000 0000 c000000000000046 aa010000 0000 0000 c000000000000046
	04000000 58000000 28000000 20000000 30000000
	01100800 cccccccc 44000000 cccccccc
	0027a4d8 a2b3 4c5d 8899aabbccddeeff 10000000 00000000 00000000 01000000 00000000
	31be0000 00000000 05000700 01000000 00040200 0000 0000 c000000000000046 fafafafa
	01100800 cccccccc 18000000 cccccccc 000000000000000000000000000000000000000000000000
	01100800 cccccccc 10000000 cccccccc 00000000000000000000000000000000
	01100800 cccccccc 1a000000 cccccccc
	00000000 77c40000 00000000 0100 bfbf 9fd80000 01000000 0700 fafafafafafa`

var (
	goldenClass = com.MustGUID("d8a42700-b3a2-5d4c-8899-aabbccddeeff")
	idispatch   = com.MustGUID("00020400-0000-0000-c000-000000000046")
)

func TestActivationGolden(t *testing.T) {
	stub := unhex(t, goldenCreateInstance)
	if len(stub) != 464 {
		t.Fatalf("the example has %d bytes", len(stub))
	}
	s := new(stage)
	if err := ServeIRemoteSCMActivator(activatorStage{s}).Handler.ServeRPC(&dcerpc.ServerCall{Opnum: 4, Stub: stub, DataRep: drepLittle}); err != nil {
		t.Fatal(err)
	}
	if this := result[ORPCTHIS](s.args, 0); this.Version != Version57 || this.Flags != 1 || this.CID != goldenCID || result[*MInterfacePointer](s.args, 1) != nil {
		t.Errorf("got %+v", s.args)
	}
	in, err := ParseActivationPropertiesIn(result[*MInterfacePointer](s.args, 2).OBJREF())
	if err != nil {
		t.Fatal(err)
	}
	want := goldenIn()
	want.Instantiation.ThisSize = 0
	if !reflect.DeepEqual(in, want) {
		t.Errorf("got %+v, want %+v", in, want)
	}
}

func TestActivationIsWrittenInTheLayoutOfTheExample(t *testing.T) {
	props, err := goldenIn().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	c, err := NewIRemoteSCMActivatorClient(t.Context(), scripted(t, ServeIRemoteSCMActivator(nil), false, func(c *dcerpc.ServerCall) { got = append(got, c.Stub...) }))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.RemoteCreateInstance(t.Context(), ORPCTHIS{Version: Version57, Flags: 1, CID: goldenCID}, nil, PointerTo(props))
	wantHRESULT(t, err, com.RPC_X_BAD_STUB_DATA) // of the reply
	want := unhex(t, goldenCreateInstance)
	// What may differ: referent ids, fillers, padding, lengths that count it,
	// the OBJREF's size and thisSize.
	for _, c := range []struct {
		off int
		v   uint32
	}{
		{0x24, 0x20000}, {0x5c, 0x170}, {0x74, 0}, {0x9c, 0x20000}, {0xa0, 0x20004},
		{0x108, 0x48}, {0x10c, 0}, {0x134, 0x20000}, {0x138, 0x58}, {0x154, 0},
		{0x164, 0}, {0x18c, 0}, {0x1a8, 0x20}, {0x1ac, 0}, {0x1b4, 0x20000}, {0x1c0, 0x20004},
	} {
		binary.LittleEndian.PutUint32(want[c.off:], c.v)
	}
	clear(want[0x1be:0x1c0])
	clear(want[0x1ca:])
	wantBytes(t, got, want)
}

func TestActivationPropertiesRoundTrip(t *testing.T) {
	for name, want := range map[string]*ActivationPropertiesIn{"golden": goldenIn(), "full": fullIn()} {
		b, err := want.Append([]byte("front"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseActivationPropertiesIn(b[5:])
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	want := fullOut()
	b, err := want.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseActivationPropertiesOut(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// blob returns the parsed table of contents of a packed set.
func blob(t *testing.T, b []byte) (CustomHeader, []activationProperty) {
	t.Helper()
	r, _, err := ParseOBJREF(b)
	if err != nil {
		t.Fatal(err)
	}
	h, props, err := parseBlob(r.Data)
	if err != nil {
		t.Fatal(err)
	}
	if int(r.Reserved) != len(r.Data) || int(h.TotalSize) != len(r.Data)-8 {
		t.Errorf("sizes %d and %d for %d bytes", r.Reserved, h.TotalSize, len(r.Data))
	}
	return h, props
}

func TestOrderOfProperties(t *testing.T) {
	b, err := fullIn().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	h, _ := blob(t, b)
	want := []com.CLSID{CLSID_SpecialSystemProperties, CLSID_InstantiationInfo, CLSID_ActivationContextInfo,
		CLSID_InstanceInfo, CLSID_SecurityInfo, CLSID_ServerLocationInfo, CLSID_ScmRequestInfo}
	if !reflect.DeepEqual(h.CLSIDs, want) {
		t.Errorf("request: %v", h.CLSIDs)
	}
	// Replies: one client takes the first for PropsOutInfo and the second for
	// ScmReplyInfo.
	if b, err = fullOut().Append(nil); err != nil {
		t.Fatal(err)
	}
	h, _ = blob(t, b)
	if !reflect.DeepEqual(h.CLSIDs, []com.CLSID{CLSID_PropsOutInfo, CLSID_ScmReplyInfo}) {
		t.Errorf("reply: %v", h.CLSIDs)
	}
}

// repack builds a set from properties in wire form.
func repack(t *testing.T, clsid com.CLSID, props []activationProperty) []byte {
	t.Helper()
	var w propertyWriter
	for _, p := range props {
		w.h.CLSIDs = append(w.h.CLSIDs, p.CLSID)
		w.h.Sizes = append(w.h.Sizes, uint32(len(p.Data)))
		w.body = append(w.body, p.Data...)
	}
	b, err := w.append(nil, com.MSHCTX_DIFFERENTMACHINE, com.IID{}, clsid)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPropertiesInAnyOrderAndUnknownOnes(t *testing.T) {
	b, err := fullOut().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, props := blob(t, b)
	unknown := activationProperty{com.MustGUID("01234567-89ab-cdef-0123-456789abcdef"), []byte("not even serialized ....")}
	got, err := ParseActivationPropertiesOut(repack(t, CLSID_ActivationPropertiesOut,
		[]activationProperty{unknown, props[1], unknown, props[0], unknown}))
	if err != nil || !reflect.DeepEqual(got, fullOut()) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPropertiesThatAreMissingOrTwice(t *testing.T) {
	in, _ := goldenIn().Append(nil)
	out, _ := fullOut().Append(nil)
	_, inProps := blob(t, in)
	_, outProps := blob(t, out)
	parseIn := func(b []byte) error { _, err := ParseActivationPropertiesIn(b); return err }
	parseOut := func(b []byte) error { _, err := ParseActivationPropertiesOut(b); return err }
	cases := []struct {
		name string
		err  error
		want com.HRESULT
	}{
		{"no instantiation", parseIn(repack(t, CLSID_ActivationPropertiesIn, inProps[1:])), com.RPC_X_BAD_STUB_DATA},
		{"twice", parseIn(repack(t, CLSID_ActivationPropertiesIn, append(inProps, inProps[0]))), com.RPC_X_BAD_STUB_DATA},
		{"no reply", parseOut(repack(t, CLSID_ActivationPropertiesOut, outProps[:1])), com.RPC_X_BAD_STUB_DATA},
		{"no interfaces", parseOut(repack(t, CLSID_ActivationPropertiesOut, outProps[1:])), com.RPC_X_BAD_STUB_DATA},
		{"the other direction", parseOut(in), com.RPC_E_INVALID_OBJREF},
		{"no custom reference", parseIn(unhex(t, goldenStandard)), com.RPC_E_INVALID_OBJREF},
		{"no reference", parseIn([]byte("MEOW")), com.RPC_E_INVALID_OBJREF},
	}
	for _, c := range cases {
		if got := com.HRESULTOf(c.err); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, c.err, c.want)
		}
	}
}

func TestSecurityInfoIsIgnoredWhenBroken(t *testing.T) {
	in := goldenIn()
	b, _ := in.Append(nil)
	_, props := blob(t, b)
	broken, _ := appendSerialized(nil, &LocationInfoData{ProcessID: 0xffffffff})
	props = append(props, activationProperty{CLSID_SecurityInfo, broken[:28]})
	got, err := ParseActivationPropertiesIn(repack(t, CLSID_ActivationPropertiesIn, props))
	if err != nil || !reflect.DeepEqual(got, in) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestMalformedActivation(t *testing.T) {
	golden := unhex(t, goldenCreateInstance)[0x30:]
	const blobAt = 48
	patch := func(off int, v uint32) []byte {
		b := bytes.Clone(golden)
		binary.LittleEndian.PutUint32(b[off:], v)
		return b
	}
	cases := map[string][]byte{
		"serialization version":    patch(blobAt+8, 0xcccccc02),
		"headerSize beyond":        patch(blobAt+8+16+4, 0x10000),
		"headerSize within itself": patch(blobAt+8+16+4, 8),
		"no properties":            patch(blobAt+8+16+16, 0),
		"eleven properties":        patch(blobAt+8+16+16, 11),
		"a size beyond the end":    patch(0xf0-0x30, 0xffffffff),
		"interface count":          patch(0x12c-0x30, 2),
		"no interfaces":            patch(0x12c-0x30, 0),
	}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := ParseActivationPropertiesIn(b)
			wantHRESULT(t, err, com.RPC_X_BAD_STUB_DATA)
		})
	}
	for n := blobAt; n < len(golden)-6; n++ { // the last bytes are padding
		if _, err := ParseActivationPropertiesIn(golden[:n]); err == nil {
			t.Fatalf("%d bytes of %d were enough", n, len(golden))
		}
	}
}

func TestActivationThatCannotBeWritten(t *testing.T) {
	tooMuch := goldenIn()
	tooMuch.ScmRequest = request(0, make([]uint16, MAX_REQUESTED_PROTSEQS+1)...)
	noIID := goldenIn()
	noIID.Instantiation.IIDs = nil
	nul := goldenIn()
	bad := "a\x00b"
	nul.Location.MachineName = &bad
	for name, in := range map[string]*ActivationPropertiesIn{"protseqs": tooMuch, "IIDs": noIID, "NUL": nul} {
		b, err := in.Append([]byte("keep"))
		if com.HRESULTOf(err) != com.E_INVALIDARG || string(b) != "keep" {
			t.Errorf("%s: %v, %q", name, err, b)
		}
	}
	if _, err := (&ActivationPropertiesIn{}).Append(nil); err == nil || !strings.Contains(err.Error(), "no properties") {
		t.Errorf("an empty set: %v", err)
	}
	_, err := (&ActivationPropertiesOut{PropsOut: &PropsOutInfo{}}).Append(nil)
	wantHRESULT(t, err, com.E_INVALIDARG)
}
