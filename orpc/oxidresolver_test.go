package orpc

import (
	"testing"

	"oxid/com"
	"oxid/ndr"
)

func TestIObjectExporterRoundTrip(t *testing.T) {
	bindings := PackedBindings(unhex(t, goldenBindings))
	ipid := com.MustGUID("00001c00-0b7c-0000-0123-456789abcdef")
	t.Run("ResolveOxid", func(t *testing.T) {
		roundTripMessage(t, &ResolveOxidRequest{OXID: 0x0102030405060708, ProtSeqs: []uint16{7, 15}})
		roundTripMessage(t, &ResolveOxidResponse{Bindings: bindings, IPIDRemUnknown: ipid, AuthnHint: 5})
		roundTripMessage(t, &ResolveOxidResponse{Status: 1910})
	})
	t.Run("ResolveOxid2", func(t *testing.T) {
		roundTripMessage(t, &ResolveOxid2Response{ResolveOxidResponse{bindings, ipid, 5, 0}, Version57})
	})
	t.Run("SimplePing", func(t *testing.T) {
		roundTripMessage(t, &SimplePingRequest{SETID: 7})
		roundTripMessage(t, &StatusResponse{Status: 1912})
	})
	t.Run("ComplexPing", func(t *testing.T) {
		roundTripMessage(t, &ComplexPingRequest{SETID: 7, SequenceNum: 9, AddToSet: []OID{1, 2}, DelFromSet: []OID{3}})
		roundTripMessage(t, &ComplexPingRequest{SequenceNum: 1, DelFromSet: []OID{3}})
		roundTripMessage(t, &ComplexPingRequest{SETID: 7})
		roundTripMessage(t, &ComplexPingResponse{SETID: 7, PingBackoffFactor: 1, Status: 2})
	})
	t.Run("ServerAlive2", func(t *testing.T) {
		roundTripMessage(t, &ServerAlive2Response{Version: Version57, Bindings: bindings})
	})
}

func TestResolveOxidRequestLayout(t *testing.T) {
	r := ResolveOxidRequest{OXID: 0x1122334455667788, ProtSeqs: []uint16{TOWER_NCACN_IP_TCP}}
	wantBytes(t, encode(t, r.Encode, false, false), unhex(t, `8877665544332211 0100 0000 01000000 0700`))
}

func TestComplexPingLayout(t *testing.T) {
	r := ComplexPingRequest{SETID: 1, SequenceNum: 2, AddToSet: []OID{0x33}}
	wantBytes(t, encode(t, r.Encode, false, false), unhex(t, `0100000000000000 0200 0100 0000 0000
		00000200 01000000 3300000000000000 00000000`))
	// Behind one element the second array has to be padded to 8.
	r = ComplexPingRequest{SETID: 1, SequenceNum: 2, AddToSet: []OID{0x33}, DelFromSet: []OID{0x44}}
	wantBytes(t, encode(t, r.Encode, false, false), unhex(t, `0100000000000000 0200 0100 0100 0000
		00000200 01000000 3300000000000000 04000200 01000000 4400000000000000`))
	resp := ComplexPingResponse{SETID: 0x55, PingBackoffFactor: 1, Status: 0x777}
	wantBytes(t, encode(t, resp.Encode, false, false), unhex(t, `5500000000000000 0100 0000 77070000`))
}

func TestComplexPingAcceptsEmptyArraysAndNull(t *testing.T) {
	var r ComplexPingRequest
	d := ndr.DecodeFrom(unhex(t, `0100000000000000 0200 0000 0100 0000 78560000 00000000 00000000`), drepLittle, false)
	r.Decode(&d)
	if err := d.Err(); err != nil || len(r.AddToSet) != 0 || len(r.DelFromSet) != 0 || r.SequenceNum != 2 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestComplexPingRefusesCountsThatDiffer(t *testing.T) {
	var r ComplexPingRequest
	d := ndr.DecodeFrom(unhex(t, `0100000000000000 0200 0200 0000 0000
		00000200 01000000 3300000000000000 00000000`), drepLittle, false)
	r.Decode(&d)
	wantHRESULT(t, d.Err(), com.RPC_X_BAD_STUB_DATA)
	e := ndr.EncodeTo(nil, false)
	(&ComplexPingRequest{AddToSet: make([]OID, 0x10000)}).Encode(&e)
	wantHRESULT(t, e.Err(), com.E_INVALIDARG)
}
