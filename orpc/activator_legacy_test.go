package orpc

import (
	"reflect"
	"testing"

	"oxid/com"
)

func TestIActivationRoundTrip(t *testing.T) {
	name := "x"
	for _, req := range []*RemoteActivationRequest{
		{This: ORPCTHIS{Version: Version57}, ClassID: goldenClass, ClientImpLevel: 2,
			IIDs: []com.IID{idispatch, com.IID_IUnknown}, ProtSeqs: []uint16{7}},
		{This: ORPCTHIS{Version: Version51}, ClassID: goldenClass, ObjectName: &name, ObjectStorage: []byte("MEOW!"),
			Mode: MODE_GET_CLASS_OBJECT, IIDs: []com.IID{idispatch}, ProtSeqs: []uint16{7, 8, 15}},
	} {
		b, err := req.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseRemoteActivationRequest(b, drepLittle)
		if err != nil || !reflect.DeepEqual(got, req) {
			t.Errorf("got %+v, %v", got, err)
		}
		for n := range len(b) {
			if _, err := ParseRemoteActivationRequest(b[:n], drepLittle); err == nil {
				t.Fatalf("%d bytes of %d were enough", n, len(b))
			}
		}
	}
	for _, resp := range []*RemoteActivationResponse{
		{OXID: 7, Bindings: PackedBindings(unhex(t, goldenBindings)), IPIDRemUnknown: goldenStd.IPID, AuthnHint: 2,
			Version: Version57, Interfaces: [][]byte{unhex(t, goldenStandard), nil},
			Results: []com.HRESULT{com.S_OK, com.E_NOINTERFACE}},
		{HRESULT: com.REGDB_E_CLASSNOTREG, Interfaces: [][]byte{nil, nil}, Results: make([]com.HRESULT, 2), Status: 5},
	} {
		b, err := resp.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseRemoteActivationResponse(b, drepLittle, 2)
		if err != nil || !reflect.DeepEqual(got, resp) {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := ParseRemoteActivationResponse(b, drepLittle, 3); err == nil {
			t.Error("three interfaces were asked for and two accepted")
		}
	}
}

func TestRemoteActivationLayoutBehindAnEmptyExtentArray(t *testing.T) {
	// One client's ORPCTHIS: cid zero, and extensions {0, 0, pointer to nothing}.
	// The parameters begin at offset 48.
	stub := unhex(t, `05000700 01000000 00000000 00000000000000000000000000000000 11110000
		00000000 00000000 22220000 00000000
		0027a4d8 a2b3 4c5d 8899aabbccddeeff 00000000 00000000 02000000 ffffffff
		01000000 33330000 01000000 00040200 0000 0000 c000000000000046
		0100 bfce 01000000 0700`)
	got, err := ParseRemoteActivationRequest(stub, drepLittle)
	if err != nil {
		t.Fatal(err)
	}
	want := &RemoteActivationRequest{
		This:    ORPCTHIS{Version: Version57, Flags: 1},
		ClassID: goldenClass, ClientImpLevel: com.RPC_C_IMP_LEVEL_IDENTIFY, Mode: MODE_GET_CLASS_OBJECT,
		IIDs: []com.IID{idispatch}, ProtSeqs: []uint16{7},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestActivationWithoutInterfaces(t *testing.T) {
	_, err := (&RemoteActivationRequest{}).Append(nil)
	wantHRESULT(t, err, com.E_INVALIDARG)
	// One interface announced behind a NULL pointer.
	stub := append((&ORPCTHIS{}).Append(nil), unhex(t, `00000000 0000 0000 0000000000000000 00000000 00000000
		00000000 00000000 01000000 00000000 0000 0000 00000000`)...)
	_, err = ParseRemoteActivationRequest(stub, drepLittle)
	wantHRESULT(t, err, com.RPC_X_BAD_STUB_DATA)
}
