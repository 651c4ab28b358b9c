package netlogon

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
)

const opServerReqChallenge = 4

// record is a server that keeps what it is given.
type record struct {
	primary   *string
	computer  string
	challenge NetlogonCredential
}

func (r *record) ServerReqChallenge(_ context.Context, primary *string, computer string, challenge NetlogonCredential) (uint32, NetlogonCredential, error) {
	*r = record{primary, computer, challenge}
	return 1, NetlogonCredential{[8]byte{8, 7, 6, 5, 4, 3, 2, 1}}, nil
}

// goldens are requests as an independent implementation encodes them.
var goldens = []struct {
	name    string
	dataRep uint32
	ndr64   bool
	stub    string
}{
	{"NDR", 0x10, false, "000002000400000000000000040000005c005c0053000000020000000000000002000000430000000102030405060708"},
	{"NDR64", 0x10, true, "00000200000000000400000000000000000000000000000004000000000000005c005c0053000000020000000000000000000000000000000200000000000000430000000102030405060708"},
	{"big-endian NDR", 0, false, "00020000000000040000000000000004005c005c00530000000000020000000000000002004300000102030405060708"},
	{"big-endian NDR64", 0, true, "0000000000020000000000000000000400000000000000000000000000000004005c005c00530000000000000000000200000000000000000000000000000002004300000102030405060708"},
}

func TestGoldenRequests(t *testing.T) {
	for _, g := range goldens {
		stub, err := hex.DecodeString(g.stub)
		if err != nil {
			t.Fatal(err)
		}
		var r record
		serve := func(stub []byte) ([]byte, error) {
			c := &dcerpc.ServerCall{Opnum: opServerReqChallenge, DataRep: g.dataRep, NDR64: g.ndr64, Stub: stub}
			err := ServeNetlogon(&r).Handler.ServeRPC(c)
			return c.Reply, err
		}
		out, err := serve(stub)
		if want := []byte{8, 7, 6, 5, 4, 3, 2, 1, 1, 0, 0, 0}; err != nil || !bytes.Equal(out, want) {
			t.Errorf("%s: %x, %v", g.name, out, err)
		}
		if r.primary == nil || *r.primary != `\\S` || r.computer != "C" || r.challenge.Data != [8]byte{1, 2, 3, 4, 5, 6, 7, 8} {
			t.Errorf("%s: understood as %+v", g.name, r)
		}
		// What follows the parameters does not matter; what is missing does.
		if _, err := serve(append(slices.Clip(stub), make([]byte, 5000)...)); err != nil {
			t.Errorf("%s with 5000 bytes behind it: %v", g.name, err)
		}
		for n := range stub {
			if _, err := serve(slices.Clip(stub[:n])); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
				t.Errorf("%s, %d of %d bytes: %v", g.name, n, len(stub), err)
			}
		}
	}
}

func TestServerReqChallenge(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
		if err := s.Register(ServeNetlogon(Challenge{})); err != nil {
			t.Fatal(err)
		}
		conn := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
		t.Cleanup(func() { conn.Close(); s.Close() })
		client, err := NewNetlogonClient(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		name := `\\SERVER`
		var seen []NetlogonCredential
		for _, primary := range []*string{nil, &name} {
			status, got, err := client.ServerReqChallenge(t.Context(), primary, "CLIENT", NetlogonCredential{})
			if err != nil || status != 0 || slices.Contains(seen, got) {
				t.Errorf("NDR64 %t: %v, %d, %v", ndr64, got, status, err)
			}
			seen = append(seen, got)
		}
	}
}

func FuzzServe(f *testing.F) {
	for _, g := range goldens {
		stub, err := hex.DecodeString(g.stub)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(g.dataRep, g.ndr64, stub)
	}
	h := ServeNetlogon(new(record)).Handler
	f.Fuzz(func(t *testing.T, dataRep uint32, ndr64 bool, stub []byte) {
		h.ServeRPC(&dcerpc.ServerCall{Opnum: opServerReqChallenge, DataRep: dataRep, NDR64: ndr64, Stub: stub})
	})
}
