package orpc

import (
	"testing"

	"oxid/com"
	"oxid/ndr"
)

func TestIRemUnknownRoundTrip(t *testing.T) {
	ipid := com.MustGUID("00001c00-0b7c-0000-0123-456789abcdef")
	iids := []com.IID{com.IID_IUnknown, com.IID_IClassFactory}
	t.Run("RemQueryInterface", func(t *testing.T) {
		roundTripMessage(t, &RemQueryInterfaceRequest{IPID: ipid, Refs: 5, IIDs: iids})
		want := &RemQueryInterfaceResponse{
			Results: []REMQIRESULT{{com.S_OK, goldenStd}, {HRESULT: com.E_NOINTERFACE}},
			HRESULT: com.S_FALSE,
		}
		roundTrip(t, want.Encode, want, func(d *ndr.Decoder) any {
			got := new(RemQueryInterfaceResponse)
			got.Decode(d, 2)
			return got
		})
		failed := &RemQueryInterfaceResponse{HRESULT: com.RPC_E_INVALID_OBJECT}
		roundTrip(t, failed.Encode, failed, func(d *ndr.Decoder) any {
			got := new(RemQueryInterfaceResponse)
			got.Decode(d, 2)
			return got
		})
	})
	t.Run("RemAddRef, RemRelease", func(t *testing.T) {
		roundTripMessage(t, &RemRefsRequest{Refs: []REMINTERFACEREF{{ipid, 5, 0}, {ipid, 1, 2}}})
		want := &RemAddRefResponse{Results: []com.HRESULT{com.S_OK, com.CO_E_OBJNOTREG}, HRESULT: com.S_FALSE}
		roundTrip(t, want.Encode, want, func(d *ndr.Decoder) any {
			got := new(RemAddRefResponse)
			got.Decode(d, 2)
			return got
		})
		roundTripMessage(t, &RemReleaseResponse{HRESULT: com.S_OK})
	})
	t.Run("RemQueryInterface2", func(t *testing.T) {
		roundTripMessage(t, &RemQueryInterface2Request{IPID: ipid, IIDs: iids})
		want := &RemQueryInterface2Response{
			Results:    []com.HRESULT{com.S_OK, com.E_NOINTERFACE},
			Interfaces: [][]byte{unhex(t, goldenStandard), nil},
			HRESULT:    com.S_FALSE,
		}
		roundTrip(t, want.Encode, want, func(d *ndr.Decoder) any {
			got := new(RemQueryInterface2Response)
			got.Decode(d, 2)
			return got
		})
	})
}

func TestRemQueryInterfaceLayout(t *testing.T) {
	req := RemQueryInterfaceRequest{IPID: goldenStd.IPID, Refs: 5, IIDs: []com.IID{com.IID_IUnknown}}
	wantBytes(t, encode(t, req.Encode, false, false), unhex(t, `001c0000 7c0b 0000 0123456789abcdef
		05000000 0100 0000 01000000 00000000 0000 0000 c000000000000046`))
	resp := RemQueryInterfaceResponse{Results: []REMQIRESULT{{com.S_OK, goldenStd}, {HRESULT: com.E_NOINTERFACE}}, HRESULT: com.S_FALSE}
	wantBytes(t, encode(t, resp.Encode, false, false), unhex(t, `00000200 02000000
		00000000 00000000 00000000 05000000 8877665544332211 00ffeeddccbbaa99 001c00007c0b00000123456789abcdef
		02400080 00000000 00000000 00000000 0000000000000000 0000000000000000 00000000000000000000000000000000
		01000000`))
}

func TestRemReleaseLayout(t *testing.T) {
	req := RemRefsRequest{Refs: []REMINTERFACEREF{{goldenStd.IPID, 5, 0}}}
	wantBytes(t, encode(t, req.Encode, false, false), unhex(t, `0100 0000 01000000
		001c00007c0b00000123456789abcdef 05000000 00000000`))
}

func TestRemUnknownRefusesOtherCounts(t *testing.T) {
	qi := RemQueryInterfaceResponse{Results: []REMQIRESULT{{}}}
	addRef := RemAddRefResponse{Results: make([]com.HRESULT, 1)}
	qi2 := RemQueryInterface2Response{Results: make([]com.HRESULT, 1), Interfaces: [][]byte{nil}}
	for name, c := range map[string]struct {
		enc func(*ndr.Encoder)
		dec func(*ndr.Decoder)
	}{
		"RemQueryInterface":  {qi.Encode, func(d *ndr.Decoder) { new(RemQueryInterfaceResponse).Decode(d, 2) }},
		"RemAddRef":          {addRef.Encode, func(d *ndr.Decoder) { new(RemAddRefResponse).Decode(d, 2) }},
		"RemQueryInterface2": {qi2.Encode, func(d *ndr.Decoder) { new(RemQueryInterface2Response).Decode(d, 2) }},
	} {
		d := ndr.DecodeFrom(encode(t, c.enc, false, false), drepLittle, false)
		c.dec(&d)
		if got := com.HRESULTOf(d.Err()); got != com.RPC_X_BAD_STUB_DATA {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, enc := range map[string]func(*ndr.Encoder){
		"IIDs": (&RemQueryInterfaceRequest{IIDs: make([]com.IID, MAX_REQUESTED_INTERFACES+1)}).Encode,
		"refs": (&RemRefsRequest{Refs: make([]REMINTERFACEREF, 0x10000)}).Encode,
	} {
		e := ndr.EncodeTo(nil, false)
		enc(&e)
		if got := com.HRESULTOf(e.Err()); got != com.E_INVALIDARG {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestRemReleaseDecodesIntoOldMemory(t *testing.T) {
	req := RemRefsRequest{Refs: []REMINTERFACEREF{{goldenStd.IPID, 5, 0}, {goldenStd.IPID, 1, 0}}}
	b := encode(t, req.Encode, false, false)
	var got RemRefsRequest
	if n := testing.AllocsPerRun(100, func() {
		d := ndr.DecodeFrom(b, drepLittle, false)
		if got.Decode(&d); d.Err() != nil {
			t.Fatal(d.Err())
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRemUnknownLayoutInNDR64(t *testing.T) {
	// Counts and referent ids have 8 bytes, the structures stay as they are.
	release := RemRefsRequest{Refs: []REMINTERFACEREF{{goldenStd.IPID, 5, 0}}}
	wantBytes(t, encode(t, release.Encode, true, false), unhex(t, `0100 000000000000 0100000000000000
		001c00007c0b00000123456789abcdef 05000000 00000000`))
	qi := RemQueryInterfaceResponse{Results: []REMQIRESULT{{com.S_OK, goldenStd}}}
	wantBytes(t, encode(t, qi.Encode, true, false), unhex(t, `0000020000000000 0100000000000000
		00000000 00000000 00000000 05000000 8877665544332211 00ffeeddccbbaa99 001c00007c0b00000123456789abcdef
		00000000`))
	qi2 := RemQueryInterface2Response{Results: []com.HRESULT{com.S_OK}, Interfaces: [][]byte{[]byte("MEOW")}}
	wantBytes(t, encode(t, qi2.Encode, true, false), unhex(t, `0100000000000000 00000000 00000000
		0100000000000000 0000020000000000 0400000000000000 04000000 4d454f57 00000000`))
}
