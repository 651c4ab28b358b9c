package orpc

import (
	"context"
	"errors"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
)

// exporterStage is a stage of IObjectExporter.
type exporterStage struct{ *stage }

func (s exporterStage) ResolveOxid(_ context.Context, oxid OXID, protseqs []uint16) (uint32, *PackedBindings, com.IPID, uint32, error) {
	r := s.play(oxid, protseqs)
	return result[uint32](r, 0), result[*PackedBindings](r, 1), result[com.IPID](r, 2), result[uint32](r, 3), nil
}

func (s exporterStage) ResolveOxid2(_ context.Context, oxid OXID, protseqs []uint16) (uint32, *PackedBindings, com.IPID, uint32, COMVERSION, error) {
	r := s.play(oxid, protseqs)
	return result[uint32](r, 0), result[*PackedBindings](r, 1), result[com.IPID](r, 2), result[uint32](r, 3), result[COMVERSION](r, 4), nil
}

func (s exporterStage) SimplePing(_ context.Context, set SETID) (uint32, error) {
	return result[uint32](s.play(set), 0), nil
}

func (s exporterStage) ComplexPing(_ context.Context, set SETID, seq uint16, add, del []OID) (uint32, SETID, uint16, error) {
	r := s.play(set, seq, add, del)
	return result[uint32](r, 0), result[SETID](r, 1), result[uint16](r, 2), nil
}

func (s exporterStage) ServerAlive(context.Context) (uint32, error) {
	return result[uint32](s.play(), 0), nil
}

func (s exporterStage) ServerAlive2(context.Context) (uint32, COMVERSION, *PackedBindings, uint32, error) {
	r := s.play()
	return result[uint32](r, 0), result[COMVERSION](r, 1), result[*PackedBindings](r, 2), result[uint32](r, 3), nil
}

// exporterScene makes the call of a scene by a client of IObjectExporter.
func exporterScene(f func(ctx context.Context, c *IObjectExporterClient) ([]any, error)) func(context.Context, *dcerpc.ClientConn) ([]any, error) {
	return func(ctx context.Context, conn *dcerpc.ClientConn) ([]any, error) {
		c, err := NewIObjectExporterClient(ctx, conn)
		if err != nil {
			return nil, err
		}
		return f(ctx, c)
	}
}

func TestIObjectExporter(t *testing.T) { playScenes(t, serveExporterStage, exporterScenes(t)) }

func FuzzIObjectExporter(f *testing.F) { fuzzScenes(f, serveExporterStage, exporterScenes(f)) }

func serveExporterStage(s *stage) *dcerpc.Interface { return ServeIObjectExporter(exporterStage{s}) }

func exporterScenes(tb testing.TB) []scene {
	bindings := PackedBindings(unhex(tb, goldenBindings))
	ipid := com.MustGUID("00001c00-0b7c-0000-0123-456789abcdef")
	var none *PackedBindings
	resolve := exporterScene(func(ctx context.Context, c *IObjectExporterClient) ([]any, error) {
		status, bindings, ipid, hint, err := c.ResolveOxid(ctx, 0x0102030405060708, []uint16{7, 15})
		return []any{status, bindings, ipid, hint}, err
	})
	ping := func(set SETID, seq uint16, add, del []OID) func(context.Context, *dcerpc.ClientConn) ([]any, error) {
		return exporterScene(func(ctx context.Context, c *IObjectExporterClient) ([]any, error) {
			status, id, backoff, err := c.ComplexPing(ctx, set, seq, add, del)
			return []any{status, id, backoff}, err
		})
	}
	return []scene{
		{
			name: "ResolveOxid", op: 0,
			in: [3]string{
				"0807060504030201020000000200000007000f00",
				"08070605040302010200000000000000020000000000000007000f00",
				"010203040506070800020000000000020007000f",
			},
			out: [3]string{
				"000002000f0000000f000b000700310030002e0030002e0030002e003100000000000a00ffff000000000000001c00007c0b00000123456789abcdef0500000000000000",
				`00000200000000000f000000000000000f000b000700310030002e0030002e0030002e003100000000000a00ffff000000000000001c00007c0b000001234567
				89abcdef0500000000000000`,
				"000200000000000f000f000b000700310030002e0030002e0030002e003100000000000affff00000000000000001c000b7c00000123456789abcdef0000000500000000",
			},
			args:    []any{OXID(0x0102030405060708), []uint16{7, 15}},
			results: []any{uint32(0), &bindings, ipid, uint32(5)},
			call:    resolve,
		},
		{
			name: "ResolveOxid that fails", op: 0,
			in: [3]string{
				"0807060504030201020000000200000007000f00",
				"08070605040302010200000000000000020000000000000007000f00",
				"010203040506070800020000000000020007000f",
			},
			out: [3]string{
				"00000000000000000000000000000000000000000000000076070000",
				"0000000000000000000000000000000000000000000000000000000076070000",
				"00000000000000000000000000000000000000000000000000000776",
			},
			args:    []any{OXID(0x0102030405060708), []uint16{7, 15}},
			results: []any{uint32(1910), none, com.IPID{}, uint32(0)},
			call:    resolve,
		},
		{
			name: "SimplePing", op: 1,
			in: [3]string{
				"0700000000000000",
				"0700000000000000",
				"0000000000000007",
			},
			out: [3]string{
				"78070000",
				"78070000",
				"00000778",
			},
			args:    []any{SETID(7)},
			results: []any{uint32(1912)},
			call: exporterScene(func(ctx context.Context, c *IObjectExporterClient) ([]any, error) {
				status, err := c.SimplePing(ctx, 7)
				return []any{status}, err
			}),
		},
		{
			name: "ComplexPing", op: 2,
			in: [3]string{
				"0700000000000000090002000100000000000200020000000100000000000000020000000000000004000200010000000300000000000000",
				`07000000000000000900020001000000000002000000000002000000000000000100000000000000020000000000000004000200000000000100000000000000
				0300000000000000`,
				"0000000000000007000900020001000000020000000000020000000000000001000000000000000200020004000000010000000000000003",
			},
			out: [3]string{
				"07000000000000000100000002000000",
				"07000000000000000100000002000000",
				"00000000000000070001000000000002",
			},
			args:    []any{SETID(7), uint16(9), []OID{1, 2}, []OID{3}},
			results: []any{uint32(2), SETID(7), uint16(1)},
			call:    ping(7, 9, []OID{1, 2}, []OID{3}),
		},
		{
			name: "ComplexPing that makes a set", op: 2,
			in: [3]string{
				"00000000000000000100000001000000000000000000020001000000000000000300000000000000",
				"000000000000000001000000010000000000000000000000000002000000000001000000000000000300000000000000",
				"00000000000000000001000000010000000000000002000000000001000000000000000000000003",
			},
			out: [3]string{
				"07000000000000000100000002000000",
				"07000000000000000100000002000000",
				"00000000000000070001000000000002",
			},
			args:    []any{SETID(0), uint16(1), []OID(nil), []OID{3}},
			results: []any{uint32(2), SETID(7), uint16(1)},
			call:    ping(0, 1, nil, []OID{3}),
		},
		{
			name: "ComplexPing that changes nothing", op: 2,
			in: [3]string{
				"070000000000000000000000000000000000000000000000",
				"0700000000000000000000000000000000000000000000000000000000000000",
				"000000000000000700000000000000000000000000000000",
			},
			out: [3]string{
				"07000000000000000100000002000000",
				"07000000000000000100000002000000",
				"00000000000000070001000000000002",
			},
			args:    []any{SETID(7), uint16(0), []OID(nil), []OID(nil)},
			results: []any{uint32(2), SETID(7), uint16(1)},
			call:    ping(7, 0, nil, nil),
		},
		{
			name: "ServerAlive", op: 3,
			out:     [3]string{"05000000", "05000000", "00000005"},
			results: []any{uint32(5)},
			call: exporterScene(func(ctx context.Context, c *IObjectExporterClient) ([]any, error) {
				status, err := c.ServerAlive(ctx)
				return []any{status}, err
			}),
		},
		{
			name: "ResolveOxid2", op: 4,
			in: [3]string{
				"0807060504030201020000000200000007000f00",
				"08070605040302010200000000000000020000000000000007000f00",
				"010203040506070800020000000000020007000f",
			},
			out: [3]string{
				`000002000f0000000f000b000700310030002e0030002e0030002e003100000000000a00ffff000000000000001c00007c0b00000123456789abcdef05000000
				0500070000000000`,
				`00000200000000000f000000000000000f000b000700310030002e0030002e0030002e003100000000000a00ffff000000000000001c00007c0b000001234567
				89abcdef050000000500070000000000`,
				`000200000000000f000f000b000700310030002e0030002e0030002e003100000000000affff00000000000000001c000b7c00000123456789abcdef00000005
				0005000700000000`,
			},
			args:    []any{OXID(0x0102030405060708), []uint16{7, 15}},
			results: []any{uint32(0), &bindings, ipid, uint32(5), Version57},
			call: exporterScene(func(ctx context.Context, c *IObjectExporterClient) ([]any, error) {
				status, bindings, ipid, hint, v, err := c.ResolveOxid2(ctx, 0x0102030405060708, []uint16{7, 15})
				return []any{status, bindings, ipid, hint, v}, err
			}),
		},
		{
			name: "ServerAlive2", op: 5,
			out: [3]string{
				"05000700000002000f0000000f000b000700310030002e0030002e0030002e003100000000000a00ffff0000000000000000000000000000",
				"050007000000000000000200000000000f000000000000000f000b000700310030002e0030002e0030002e003100000000000a00ffff0000000000000000000000000000",
				"00050007000200000000000f000f000b000700310030002e0030002e0030002e003100000000000affff0000000000000000000000000000",
			},
			args:    nil,
			results: []any{uint32(0), Version57, &bindings, uint32(0)},
			call: exporterScene(func(ctx context.Context, c *IObjectExporterClient) ([]any, error) {
				status, v, bindings, reserved, err := c.ServerAlive2(ctx)
				return []any{status, v, bindings, reserved}, err
			}),
		},
	}
}

// serveExporter serves one request of IObjectExporter and returns what the
// server was called with.
func serveExporter(t *testing.T, op uint16, stub string) ([]any, error) {
	t.Helper()
	s := new(stage)
	err := ServeIObjectExporter(exporterStage{s}).Handler.ServeRPC(&dcerpc.ServerCall{Opnum: op, Stub: unhex(t, stub), DataRep: drepLittle})
	return s.args, err
}

// Behind one element the second array has to be padded to 8.
func TestComplexPingLayout(t *testing.T) {
	args, err := serveExporter(t, 2, `0100000000000000 0200 0100 0100 0000
		00000200 01000000 3300000000000000 04000200 01000000 4400000000000000`)
	wantSame(t, "called with", args, []any{SETID(1), uint16(2), []OID{0x33}, []OID{0x44}})
	if err != nil {
		t.Error(err)
	}
}

func TestComplexPingAcceptsEmptyArraysAndNull(t *testing.T) {
	args, err := serveExporter(t, 2, `0100000000000000 0200 0000 0100 0000 78560000 00000000 00000000`)
	wantSame(t, "called with", args, []any{SETID(1), uint16(2), []OID{}, []OID(nil)})
	if err != nil {
		t.Error(err)
	}
}

func TestIObjectExporterRefusesCounts(t *testing.T) {
	_, err := serveExporter(t, 2, `0100000000000000 0200 0200 0000 0000
		00000200 01000000 3300000000000000 00000000`)
	wantHRESULT(t, err, com.RPC_X_BAD_STUB_DATA)
	tooMany := ServeIObjectExporter(exporterStage{new(stage)}).Handler
	err = tooMany.ServeRPC(&dcerpc.ServerCall{Stub: append(unhex(t, "0700000000000000 0180 0000 01800000"), make([]byte, 0x10002)...), DataRep: drepLittle})
	wantHRESULT(t, err, com.RPC_X_BAD_STUB_DATA)
	c, err := NewIObjectExporterClient(t.Context(), scripted(t, ServeIObjectExporter(nil), false, func(*dcerpc.ServerCall) {}))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := c.ComplexPing(t.Context(), 1, 2, make([]OID, 0x10000), nil); !errors.Is(err, com.RPC_S_INVALID_BOUND) {
		t.Errorf("65536 objects: %v", err)
	}
}
