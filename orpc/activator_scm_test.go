package orpc

import (
	"reflect"
	"testing"

	"oxid/com"
)

func TestIRemoteSCMActivatorRoundTrip(t *testing.T) {
	props, _ := goldenIn().Append(nil)
	this := ORPCTHIS{Version: Version56, Flags: 1, CID: goldenCID, Extents: []Extent{{EXTENT_Debug, []byte("x")}}}
	get := &RemoteGetClassObjectRequest{This: this, Properties: props}
	b, err := get.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseRemoteGetClassObjectRequest(b, drepLittle); err != nil || !reflect.DeepEqual(got, get) {
		t.Errorf("got %+v, %v", got, err)
	}
	create := &RemoteCreateInstanceRequest{This: this, Outer: []byte("MEOW!"), Properties: props}
	if b, err = create.Append(nil); err != nil {
		t.Fatal(err)
	}
	if got, err := ParseRemoteCreateInstanceRequest(b, drepLittle); err != nil || !reflect.DeepEqual(got, create) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, resp := range []*RemoteActivationPropertiesResponse{
		{Properties: props},
		{That: ORPCTHAT{Extents: this.Extents}, HRESULT: com.REGDB_E_CLASSNOTREG},
	} {
		if b, err = resp.Append(nil); err != nil {
			t.Fatal(err)
		}
		got, err := ParseRemoteActivationPropertiesResponse(b, drepLittle)
		if err != nil || !reflect.DeepEqual(got, resp) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func TestBigEndianActivation(t *testing.T) {
	// The reference inside stays little-endian: it is an array of bytes.
	props, _ := goldenIn().Append(nil)
	stub := append(unhex(t, `00050007 00000000 00000000 00010203 0405 0607 08090a0b0c0d0e0f 00000000
		00000000 00020000 000001a0 000001a0`), props...)
	got, err := ParseRemoteCreateInstanceRequest(stub, drepBig)
	if err != nil || got.This.Version != Version57 || got.This.CID.Data1 != 0x00010203 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if in, err := ParseActivationPropertiesIn(got.Properties); err != nil || !reflect.DeepEqual(in, goldenIn()) {
		t.Errorf("got %+v, %v", in, err)
	}
}
