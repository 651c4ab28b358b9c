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
				for size := range n + 3 {
					var status uint32
					err := call(ctx, c, opInqPrincName, func(e *ndr.Encoder) {
						e.Uint32(com.RPC_C_AUTHN_WINNT)
						e.Uint32(uint32(size))
					}, func(d *ndr.Decoder) {
						d.Str()
						status = d.Uint32()
					})
					if want := map[bool]uint32{true: statusOK, false: statusBufferTooSmall}[size > n]; err != nil || status != want {
						t.Errorf("buffer of %d: %d, %v; want %d", size, status, err, want)
					}
				}
			})
		})
	}
}

func FuzzIfIDs(f *testing.F) {
	e := ndr.EncodeTo(nil, false)
	putIfIDs(&e, []dcerpc.SyntaxID{Syntax, dcerpc.NDR20})
	b, _ := e.Data()
	f.Add(b, false)
	e = ndr.EncodeTo(nil, true)
	putIfIDs(&e, []dcerpc.SyntaxID{Syntax})
	b, _ = e.Data()
	f.Add(b, true)
	f.Fuzz(func(t *testing.T, b []byte, ndr64 bool) {
		d := ndr.DecodeFrom(b, 0x10, ndr64)
		getIfIDs(&d)
	})
}
