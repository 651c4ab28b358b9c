package orpc

import (
	"testing"

	"oxid/com"
)

func TestCF_294_VersionCheck(t *testing.T) {
	cases := []struct {
		own, client COMVERSION
		want        com.HRESULT
	}{
		{Version57, Version57, com.S_OK},
		{Version57, Version51, com.S_OK},
		{Version57, COMVERSION{5, 3}, com.S_OK}, // not legal, but seen
		{Version56, Version57, com.RPC_E_VERSION_MISMATCH},
		{Version57, COMVERSION{5, 8}, com.RPC_E_VERSION_MISMATCH},
		{Version57, COMVERSION{4, 1}, com.RPC_E_VERSION_MISMATCH},
		{Version57, COMVERSION{6, 0}, com.RPC_E_VERSION_MISMATCH},
	}
	for _, c := range cases {
		if got := com.HRESULTOf(CheckVersion(c.own, c.client)); got != c.want {
			t.Errorf("server %v, client %v: got %v, want %v", c.own, c.client, got, c.want)
		}
	}
}

func TestNegotiateTakesTheLowerMinor(t *testing.T) {
	for _, c := range []struct{ own, server, want COMVERSION }{
		{Version57, Version57, Version57},
		{Version57, Version54, Version54},
		{Version56, Version57, Version56},
		{Version57, COMVERSION{5, 9}, Version57},
	} {
		got, err := Negotiate(c.own, c.server)
		if err != nil || got != c.want {
			t.Errorf("%v with %v: got %v, %v; want %v", c.own, c.server, got, err, c.want)
		}
	}
	_, err := Negotiate(Version57, COMVERSION{4, 7})
	wantHRESULT(t, err, com.RPC_E_VERSION_MISMATCH)
}

func TestVersionOrder(t *testing.T) {
	if !Version57.AtLeast(Version56) || Version52.AtLeast(Version54) || (COMVERSION{6, 9}).AtLeast(Version51) {
		t.Error("the order of versions is wrong")
	}
	if Version54.String() != "5.4" {
		t.Error(Version54.String())
	}
}
