package dssetup

import (
	"encoding/hex"
	"errors"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
)

// serve makes one call without a connection.
func serve(dataRep uint32, ndr64 bool, stub ...byte) ([]byte, error) {
	c := &dcerpc.ServerCall{DataRep: dataRep, NDR64: ndr64, Stub: stub}
	err := ServeDssetup(Standalone{"WG"}).Handler.ServeRPC(c)
	return c.Reply, err
}

// Each arm of the union has its own alignment, in NDR64 that of the largest.
func TestReplies(t *testing.T) {
	for _, x := range []struct {
		name    string
		dataRep uint32
		ndr64   bool
		level   []byte
		want    string
	}{
		{"basic", 0x10, false, []byte{1, 0}, "00000200" + "01000000" + "02000000" + "00000000" +
			"04000200" + "00000000" + "00000000" + "00000000000000000000000000000000" +
			"03000000" + "00000000" + "03000000" + "570047000000" + "0000" + "00000000"},
		{"upgrade", 0x10, false, []byte{2, 0}, "00000200" + "02000000" + "00000000" + "0000" + "0000" + "00000000"},
		{"operation", 0x10, false, []byte{3, 0}, "00000200" + "0300" + "0000" + "00000000"},
		{"no such level", 0x10, false, []byte{4, 0}, "00000000" + "57000000"},
		{"operation, asked big-endian", 0, false, []byte{0, 3}, "00000200" + "0300" + "0000" + "00000000"},
		{"operation, NDR64", 0x10, true, []byte{3, 0, 0, 0}, "0000020000000000" + "03000000" + "00000000" + "00000000" + "00000000"},
		{"basic, NDR64", 0x10, true, []byte{1, 0, 0, 0}, "0000020000000000" + "01000000" + "00000000" + "02000000" + "00000000" +
			"0400020000000000" + "0000000000000000" + "0000000000000000" + "00000000000000000000000000000000" +
			"0300000000000000" + "0000000000000000" + "0300000000000000" + "570047000000" + "0000" + "00000000"},
	} {
		got, err := serve(x.dataRep, x.ndr64, x.level...)
		if err != nil || hex.EncodeToString(got) != x.want {
			t.Errorf("%s:\n got %x, %v\nwant %s", x.name, got, err, x.want)
		}
	}
}

func TestTruncated(t *testing.T) {
	for n := range 2 {
		if _, err := serve(0x10, false, make([]byte, n)...); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
