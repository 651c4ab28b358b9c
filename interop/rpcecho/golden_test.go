package rpcecho

import (
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
)

// form is one way in which a request can be encoded.
type form struct {
	name    string
	dataRep uint32
	ndr64   bool
}

// The forms in the order of golden.in.
var forms = []form{
	{"little-endian NDR", 0x10, false},
	{"little-endian NDR64", 0x10, true},
	{"big-endian NDR", 0, false},
	{"big-endian NDR64", 0, true},
}

// goldens are requests and replies as an independent implementation encodes
// them. Replies are always little-endian: NDR, NDR64. TestSleep is not among
// them: it has the parameters of AddOne, and needs a connection.
var goldens = []struct {
	name  string
	opnum uint16
	in    [4]string
	out   [2]string
}{
	{"AddOne", 0, [4]string{
		"29000000",
		"29000000",
		"00000029",
		"00000029",
	}, [2]string{"2a000000", "2a000000"}},
	{"EchoData", 1, [4]string{
		"0300000003000000010203",
		"03000000000000000300000000000000010203",
		"0000000300000003010203",
		"00000003000000000000000000000003010203",
	}, [2]string{"03000000010203", "0300000000000000010203"}},
	{"SinkData", 2, [4]string{
		"0300000003000000010203",
		"03000000000000000300000000000000010203",
		"0000000300000003010203",
		"00000003000000000000000000000003010203",
	}, [2]string{"", ""}},
	{"SourceData", 3, [4]string{
		"03000000",
		"03000000",
		"00000003",
		"00000003",
	}, [2]string{"03000000000102", "0300000000000000000102"}},
	{"TestCall", 4, [4]string{
		"030000000000000003000000480069000000",
		"030000000000000000000000000000000300000000000000480069000000",
		"000000030000000000000003004800690000",
		"000000000000000300000000000000000000000000000003004800690000",
	}, [2]string{"00000200030000000000000003000000480069000000", "0000020000000000030000000000000000000000000000000300000000000000480069000000"}},
	{"TestCall2 level 1", 5, [4]string{
		"0100",
		"0100",
		"0001",
		"0001",
	}, [2]string{"01000a0000000000", "01000000000000000a00000000000000"}},
	{"TestCall2 level 2", 5, [4]string{
		"0200",
		"0200",
		"0002",
		"0002",
	}, [2]string{"02000a0000000000", "02000000000000000a00000000000000"}},
	{"TestCall2 level 3", 5, [4]string{
		"0300",
		"0300",
		"0003",
		"0003",
	}, [2]string{"030000000a00000000000000", "03000000000000000a00000000000000"}},
	{"TestCall2 level 4", 5, [4]string{
		"0400",
		"0400",
		"0004",
		"0004",
	}, [2]string{"04000000000000000a0000000000000000000000", "04000000000000000a0000000000000000000000"}},
	{"TestCall2 level 5", 5, [4]string{
		"0500",
		"0500",
		"0005",
		"0005",
	}, [2]string{"05000000000000000a000000000000000a0000000000000000000000", "05000000000000000a000000000000000a0000000000000000000000"}},
	{"TestCall2 level 6", 5, [4]string{
		"0600",
		"0600",
		"0006",
		"0006",
	}, [2]string{"06000a0a00000000", "06000000000000000a0a000000000000"}},
	{"TestCall2 level 7", 5, [4]string{
		"0700",
		"0700",
		"0007",
		"0007",
	}, [2]string{"07000000000000000a000000000000000a0000000000000000000000", "07000000000000000a000000000000000a0000000000000000000000"}},
	{"TestEnum 1", 7, [4]string{
		"01000000010000000200000001000100",
		"0100000001000000020000000100000001000000",
		"00010000000100000000000200010001",
		"0000000100000001000000020001000000000001",
	}, [2]string{"01000000010000000200000001000100", "0100000001000000020000000100000001000000"}},
	{"TestEnum 2", 7, [4]string{
		"020000000100000002000000020000000100000002000000",
		"020000000100000002000000020000000100000002000000",
		"000200000001000000000002000200000001000000000002",
		"000000020000000100000002000200000000000100000002",
	}, [2]string{"020000000100000002000000020000000100000002000000", "020000000100000002000000020000000100000002000000"}},
	{"TestSurrounding", 8, [4]string{
		"0300000003000000010002000300",
		"0300000000000000030000000100020003000000",
		"0000000300000003000100020003",
		"0000000000000003000000030001000200030000",
	}, [2]string{"0600000006000000000000000000000000000000", "060000000000000006000000000000000000000000000000"}},
	{"TestDoublePointer", 9, [4]string{
		"00000200040002000700",
		"000002000000000004000200000000000700",
		"00020000000200040007",
		"000000000002000000000000000200040007",
	}, [2]string{"0700", "0700"}},
	{"TestDoublePointer NULL", 9, [4]string{
		"00000000",
		"0000000000000000",
		"00000000",
		"0000000000000000",
	}, [2]string{"0000", "0000"}},
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// serve makes one call without a connection.
func serve(opnum uint16, f form, stub []byte) ([]byte, error) {
	c := &dcerpc.ServerCall{Opnum: opnum, DataRep: f.dataRep, NDR64: f.ndr64, Stub: stub}
	err := ServeRpcecho(Echo{}).Handler.ServeRPC(c)
	return c.Reply, err
}

// Requests of both byte orders and both transfer syntaxes are understood.
func TestGoldenRequests(t *testing.T) {
	for _, g := range goldens {
		for i, f := range forms {
			out, err := serve(g.opnum, f, unhex(t, g.in[i]))
			want := g.out[i%2]
			if err != nil || hex.EncodeToString(out) != want {
				t.Errorf("%s, %s:\n got %x, %v\nwant %s", g.name, f.name, out, err, want)
			}
		}
	}
}

// A request that ends early is bad stub data and nothing worse.
func TestTruncatedRequests(t *testing.T) {
	for _, g := range goldens {
		for i, f := range forms {
			stub := unhex(t, g.in[i])
			for n := range stub {
				if _, err := serve(g.opnum, f, slices.Clip(stub[:n])); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) && !trailing(g.opnum, f, n) {
					t.Errorf("%s, %s, %d of %d bytes: %v", g.name, f.name, n, len(stub), err)
				}
			}
		}
	}
}

// trailing reports whether a request of n bytes lacks only padding at its end.
func trailing(opnum uint16, f form, n int) bool {
	return opnum == 8 && f.ndr64 && n >= 18
}

func FuzzServe(f *testing.F) {
	for _, g := range goldens {
		for i, form := range forms {
			f.Add(g.opnum, form.dataRep, form.ndr64, unhex(f, g.in[i]))
		}
	}
	f.Fuzz(func(t *testing.T, opnum uint16, dataRep uint32, ndr64 bool, stub []byte) {
		if opnum == 6 {
			return // TestSleep needs a connection
		}
		serve(opnum, form{"", dataRep, ndr64}, stub)
	})
}
