package mgmt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/mgmt/internal/rpcmgmt"
	"oxid/ndr"
)

func TestMgmt(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		t.Run(fmt.Sprintf("NDR64=%v", ndr64), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
				defer s.Close()
				other := dcerpc.SyntaxID{UUID: com.NewGUID(), Major: 1, Minor: 2}
				names := map[uint32]string{com.RPC_C_AUTHN_WINNT: "host/server.example"}
				o := &Options{PrincipalName: func(svc uint32) (string, bool) { n, ok := names[svc]; return n, ok }}
				if err := errors.Join(Register(s, o), s.Register(&dcerpc.Interface{Syntax: other, Handler: dcerpc.HandlerFunc(nil)})); err != nil {
					t.Fatal(err)
				}
				c := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
				defer c.Close()
				ctx := context.Background()
				ids, err := InqIfIDs(ctx, c)
				if err != nil || len(ids) != 2 || !slices.Contains(ids, other) || !slices.Contains(ids, Syntax) {
					t.Errorf("InqIfIDs = %v, %v", ids, err)
				}
				if ok, err := IsServerListening(ctx, c); !ok || err != nil {
					t.Errorf("IsServerListening = %v, %v", ok, err)
				}
				if err := StopServerListening(ctx, c); !errors.Is(err, com.E_ACCESSDENIED) {
					t.Errorf("StopServerListening: %v", err)
				}
				if stats, err := InqStats(ctx, c); err != nil || len(stats) != 4 || stats[0] != 3 {
					t.Errorf("InqStats = %v, %v", stats, err)
				}
				if name, err := InqPrincName(ctx, c, com.RPC_C_AUTHN_WINNT); err != nil || name != names[com.RPC_C_AUTHN_WINNT] {
					t.Errorf("InqPrincName = %q, %v", name, err)
				}
				if _, err := InqPrincName(ctx, c, 99); !errors.Is(err, com.HRESULTFromWin32(statusUnknownAuthSvc)) {
					t.Errorf("InqPrincName of an unknown service: %v", err)
				}
				// Buffers of every size: too small up to the length, then right.
				n := len(names[com.RPC_C_AUTHN_WINNT])
				m, err := rpcmgmt.NewMgmtClient(ctx, c)
				if err != nil {
					t.Fatal(err)
				}
				for size := range n + 3 {
					_, status, err := m.InqPrincName(ctx, com.RPC_C_AUTHN_WINNT, uint32(size))
					if want := map[bool]uint32{true: statusOK, false: statusBufferTooSmall}[size > n]; err != nil || status != want {
						t.Errorf("buffer of %d: %d, %v; want %d", size, status, err, want)
					}
				}
				for asked := range uint32(7) {
					n, stats, status, err := m.InqStats(ctx, asked)
					if n != min(asked, 4) || len(stats) != int(n) || status != statusOK || err != nil {
						t.Errorf("%d counters: %v, %d, %v", asked, stats, status, err)
					}
				}
			})
		})
	}
}

// answer is a server of the management interface that says one thing.
func answer(tb testing.TB, ndr64 bool, reply func() []byte) *dcerpc.ClientConn {
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64})
	if err := s.Register(&dcerpc.Interface{Syntax: Syntax, NumOps: 5, Handler: dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error {
		c.Reply = append(c.GrowReply(512), reply()...)
		return nil
	})}); err != nil {
		tb.Fatal(err)
	}
	c := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
	tb.Cleanup(func() { c.Close(); s.Close() })
	return c
}

// ifIDs is the answer of InqIfIDs: a pointer to a structure of a count and
// pointers, what these lead to behind it, and the status.
func ifIDs(tb testing.TB, ndr64 bool, ids ...dcerpc.SyntaxID) []byte {
	e := ndr.EncodeTo(nil, ndr64)
	e.Pointer(true)
	e.Count(len(ids))
	e.Uint32(uint32(len(ids)))
	for range ids {
		e.Pointer(true)
	}
	for _, id := range ids {
		e.GUID(id.UUID)
		e.Uint16(id.Major)
		e.Uint16(id.Minor)
	}
	e.Uint32(statusOK)
	b, err := e.Data()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestHostileIfIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reply []byte
		c := answer(t, false, func() []byte { return reply })
		inq := func() ([]dcerpc.SyntaxID, error) { return InqIfIDs(t.Context(), c) }
		reply = ifIDs(t, false, Syntax, dcerpc.NDR20)
		if ids, err := inq(); err != nil || len(ids) != 2 || ids[0] != Syntax || ids[1] != dcerpc.NDR20 {
			t.Errorf("%v, %v", ids, err)
		}
		good := slices.Clone(reply)
		for n := range good {
			reply = good[:n]
			if ids, err := inq(); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
				t.Errorf("%d of %d bytes: %v, %v", n, len(good), ids, err)
			}
		}
		reply = slices.Clone(good)
		reply[8] = 1 // the count is there twice
		if ids, err := inq(); !errors.Is(err, com.RPC_S_INVALID_BOUND) {
			t.Errorf("two counts: %v, %v", ids, err)
		}
		reply = ifIDs(t, false, make([]dcerpc.SyntaxID, 16385)...)
		if ids, err := inq(); !errors.Is(err, com.RPC_S_INVALID_BOUND) {
			t.Errorf("16385 interfaces: %d, %v", len(ids), err)
		}
		c.Close()
	})
}

// FuzzServe feeds any stub data to the service.
func FuzzServe(f *testing.F) {
	f.Add(uint8(1), []byte{4, 0, 0, 0}, false)
	f.Add(uint8(4), []byte{10, 0, 0, 0, 0, 1, 0, 0}, true)
	h := rpcmgmt.ServeMgmt(&handler{srv: dcerpc.NewServer(nil)}).Handler
	f.Fuzz(func(t *testing.T, op uint8, stub []byte, ndr64 bool) {
		h.ServeRPC(&dcerpc.ServerCall{Opnum: uint16(op % 5), DataRep: 0x10, NDR64: ndr64, Stub: stub})
	})
}

// FuzzIfIDs feeds any answer to the client.
func FuzzIfIDs(f *testing.F) {
	f.Add(ifIDs(f, false, Syntax, dcerpc.NDR20), false)
	f.Add(ifIDs(f, true, Syntax), true)
	var reply []byte
	clients := map[bool]*dcerpc.ClientConn{}
	for _, ndr64 := range []bool{false, true} {
		clients[ndr64] = answer(f, ndr64, func() []byte { return reply })
	}
	f.Fuzz(func(t *testing.T, b []byte, ndr64 bool) {
		reply = b
		InqIfIDs(t.Context(), clients[ndr64])
		InqStats(t.Context(), clients[ndr64])
		InqPrincName(t.Context(), clients[ndr64], com.RPC_C_AUTHN_WINNT)
	})
}
