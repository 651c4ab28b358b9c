package orpc

import (
	"context"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// activatorStage is a stage of both activators.
type activatorStage struct{ *stage }

func (s activatorStage) RemoteActivation(_ context.Context, this ORPCTHIS, clsid com.CLSID, name *string, storage *MInterfacePointer, imp, mode uint32, iids []com.IID, protseqs []uint16) (
	uint32, ORPCTHAT, OXID, *PackedBindings, com.IPID, uint32, COMVERSION, com.HRESULT, []*MInterfacePointer, []com.HRESULT, error) {
	r := s.play(this, clsid, name, storage, imp, mode, iids, protseqs)
	return result[uint32](r, 0), result[ORPCTHAT](r, 1), result[OXID](r, 2), result[*PackedBindings](r, 3), result[com.IPID](r, 4), result[uint32](r, 5),
		result[COMVERSION](r, 6), result[com.HRESULT](r, 7), result[[]*MInterfacePointer](r, 8), result[[]com.HRESULT](r, 9), nil
}

func (s activatorStage) RemoteGetClassObject(_ context.Context, this ORPCTHIS, properties *MInterfacePointer) (ORPCTHAT, *MInterfacePointer, error) {
	r := s.play(this, properties)
	return result[ORPCTHAT](r, 0), result[*MInterfacePointer](r, 1), result[error](r, 2)
}

func (s activatorStage) RemoteCreateInstance(_ context.Context, this ORPCTHIS, outer, properties *MInterfacePointer) (ORPCTHAT, *MInterfacePointer, error) {
	r := s.play(this, outer, properties)
	return result[ORPCTHAT](r, 0), result[*MInterfacePointer](r, 1), result[error](r, 2)
}

// sized returns a packet as it is received: with its size.
func sized(s string) *MInterfacePointer {
	return &MInterfacePointer{Size: uint32(len(s)), Data: []byte(s)}
}

func TestIActivation(t *testing.T) { playScenes(t, serveActivationStage, activationScenes(t)) }

func FuzzIActivation(f *testing.F) { fuzzScenes(f, serveActivationStage, activationScenes(f)) }

func serveActivationStage(s *stage) *dcerpc.Interface { return ServeIActivation(activatorStage{s}) }

func activationScenes(tb testing.TB) []scene {
	bindings := PackedBindings(unhex(tb, goldenBindings))
	var none *PackedBindings
	object := []any{ORPCTHIS{Version: Version57}, goldenClass, (*string)(nil), (*MInterfacePointer)(nil), uint32(2), uint32(0), []com.IID{idispatch, com.IID_IUnknown}, []uint16{7}}
	return []scene{
		{
			name: "an object", op: 0,
			in: [3]string{
				`05000700000000000000000000000000000000000000000000000000000000000027a4d8a2b34c5d8899aabbccddeeff00000000000000000200000000000000
				0200000000000200020000000004020000000000c0000000000000460000000000000000c00000000000004601000000010000000700`,
				"",
				"",
			},
			out: [3]string{
				`00000000000000000700000000000000000002000f0000000f000b000700310030002e0030002e0030002e003100000000000a00ffff000000000000001c0000
				7c0b00000123456789abcdef02000000050007000000000002000000040002000000000005000000050000004d454f5721000000020000000000000002400080
				00000000`,
				"",
				"",
			},
			args: object,
			results: []any{uint32(0), ORPCTHAT{}, OXID(7), &bindings, goldenStd.IPID, uint32(2), Version57, com.S_OK,
				[]*MInterfacePointer{sized("MEOW!"), nil}, []com.HRESULT{com.S_OK, com.E_NOINTERFACE}},
			call: activation(object),
		},
		{
			name: "a class object that is not there", op: 0,
			in: [3]string{
				`05000700000000000000000000000000000000000000000000000000000000000027a4d8a2b34c5d8899aabbccddeeff00000000000000000200000000000000
				0200000000000200020000000004020000000000c0000000000000460000000000000000c00000000000004601000000010000000700`,
				"",
				"",
			},
			out: [3]string{
				`00000000000000000000000000000000000000000000000000000000000000000000000000000000000000005401048002000000000000000000000002000000
				000000000000000005000000`,
				"",
				"",
			},
			args: object,
			results: []any{uint32(5), ORPCTHAT{}, OXID(0), none, com.IPID{}, uint32(0), COMVERSION{}, com.REGDB_E_CLASSNOTREG,
				make([]*MInterfacePointer, 2), make([]com.HRESULT, 2)},
			call: activation(object),
		},
	}
}

// activation is a call of RemoteActivation by a client.
func activation(args []any) func(context.Context, *dcerpc.ClientConn) ([]any, error) {
	return func(ctx context.Context, conn *dcerpc.ClientConn) ([]any, error) {
		c, err := NewIActivationClient(ctx, conn)
		if err != nil {
			return nil, err
		}
		status, that, oxid, bindings, ipid, hint, v, hr, interfaces, results, err := c.RemoteActivation(ctx, result[ORPCTHIS](args, 0), result[com.CLSID](args, 1),
			result[*string](args, 2), result[*MInterfacePointer](args, 3), result[uint32](args, 4), result[uint32](args, 5), result[[]com.IID](args, 6), result[[]uint16](args, 7))
		return []any{status, that, oxid, bindings, ipid, hint, v, hr, interfaces, results}, err
	}
}

func TestRemoteActivationWithAllThatIsOptional(t *testing.T) {
	name := "x"
	class := []any{ORPCTHIS{Version: Version51}, goldenClass, &name, sized("MEOW!"), uint32(0), MODE_GET_CLASS_OBJECT, []com.IID{idispatch}, []uint16{7, 8, 15}}
	s := new(stage)
	stub := unhex(t, `05000100000000000000000000000000000000000000000000000000000000000027a4d8a2b34c5d8899aabbccddeeff00000200020000000000000002000000
		780000000400020005000000050000004d454f572100000000000000ffffffff0100000008000200010000000004020000000000c00000000000004603000000
		03000000070008000f00`)
	if err := ServeIActivation(activatorStage{s}).Handler.ServeRPC(&dcerpc.ServerCall{Stub: stub, DataRep: drepLittle}); com.HRESULTOf(err) == com.RPC_X_BAD_STUB_DATA {
		t.Error(err)
	}
	wantSame(t, "called with", s.args, class)
	var sent []byte
	_, err := activation(class)(t.Context(), scripted(t, ServeIActivation(nil), false, func(c *dcerpc.ServerCall) { sent = append(sent, c.Stub...) }))
	wantHRESULT(t, err, com.RPC_X_BAD_STUB_DATA) // of the reply
	wantBytes(t, sent, stub)
}

func TestIActivationRefusesCounts(t *testing.T) {
	reply := unhex(t, `00000000000000000700000000000000000002000f0000000f000b000700310030002e0030002e0030002e003100000000000a00ffff000000000000001c0000
		7c0b00000123456789abcdef02000000050007000000000002000000040002000000000005000000050000004d454f5721000000020000000000000002400080
		00000000`)
	c, err := NewIActivationClient(t.Context(), scripted(t, ServeIActivation(nil), false, func(c *dcerpc.ServerCall) { c.Reply = append(c.GrowReply(0), reply...) }))
	if err != nil {
		t.Fatal(err)
	}
	// There are two.
	for n, want := range map[int]com.HRESULT{1: com.RPC_X_BAD_STUB_DATA, 2: com.S_OK, 3: com.RPC_X_BAD_STUB_DATA} {
		_, _, _, _, _, _, _, _, _, _, err := c.RemoteActivation(t.Context(), ORPCTHIS{}, goldenClass, nil, nil, 0, 0, make([]com.IID, n), nil)
		wantHRESULT(t, err, want)
	}
}

// One client's ORPCTHIS: cid zero, and extensions {0, 0, pointer to nothing}.
// The parameters begin at offset 48.
func TestRemoteActivationLayoutBehindAnEmptyExtentArray(t *testing.T) {
	s := new(stage)
	ServeIActivation(activatorStage{s}).Handler.ServeRPC(&dcerpc.ServerCall{DataRep: drepLittle, Stub: unhex(t, `05000700 01000000 00000000 00000000000000000000000000000000 11110000
		00000000 00000000 22220000 00000000
		0027a4d8 a2b3 4c5d 8899aabbccddeeff 00000000 00000000 02000000 ffffffff
		01000000 33330000 01000000 00040200 0000 0000 c000000000000046
		0100 bfce 01000000 0700`)})
	wantSame(t, "called with", s.args, []any{ORPCTHIS{Version: Version57, Flags: 1}, goldenClass, (*string)(nil), (*MInterfacePointer)(nil),
		uint32(com.RPC_C_IMP_LEVEL_IDENTIFY), MODE_GET_CLASS_OBJECT, []com.IID{idispatch}, []uint16{7}})
}

func TestIRemoteSCMActivator(t *testing.T) { playScenes(t, serveSCMStage, scmScenes(t)) }

func FuzzIRemoteSCMActivator(f *testing.F) { fuzzScenes(f, serveSCMStage, scmScenes(f)) }

func serveSCMStage(s *stage) *dcerpc.Interface { return ServeIRemoteSCMActivator(activatorStage{s}) }

func scmScenes(tb testing.TB) []scene {
	this := ORPCTHIS{Version: Version56, Flags: 1, CID: goldenCID, Extents: []Extent{{EXTENT_Debug, []byte("x")}}}
	client := func(f func(context.Context, *IRemoteSCMActivatorClient) (ORPCTHAT, *MInterfacePointer, error)) func(context.Context, *dcerpc.ClientConn) ([]any, error) {
		return func(ctx context.Context, conn *dcerpc.ClientConn) ([]any, error) {
			c, err := NewIRemoteSCMActivatorClient(ctx, conn)
			if err != nil {
				return nil, err
			}
			that, out, err := f(ctx, c)
			return []any{that, out}, err
		}
	}
	ok := []any{ORPCTHAT{}, sized("props")}
	return []scene{
		{
			name: "RemoteGetClassObject", op: 3,
			in: [3]string{
				`050006000100000000000000000102030405060708090a0b0c0d0e0f00000200010000000000000004000200020000000800020000000000080000008096f1f1
				2a4dce11a66a0020af6e72f401000000780000000000000000000200050000000500000070726f7073`,
				"",
				"",
			},
			out: [3]string{
				"000000000000000000000200050000000500000070726f707300000000000000",
				"",
				"",
			},
			args:    []any{this, sized("props")},
			results: ok,
			call: client(func(ctx context.Context, c *IRemoteSCMActivatorClient) (ORPCTHAT, *MInterfacePointer, error) {
				return c.RemoteGetClassObject(ctx, this, PointerTo([]byte("props")))
			}),
		},
		{
			name: "RemoteCreateInstance", op: 4,
			in: [3]string{
				`050006000100000000000000000102030405060708090a0b0c0d0e0f00000200010000000000000004000200020000000800020000000000080000008096f1f1
				2a4dce11a66a0020af6e72f40100000078000000000000000000020005000000050000004d454f572100000004000200050000000500000070726f7073`,
				"",
				"",
			},
			out: [3]string{
				"000000000000000000000200050000000500000070726f707300000000000000",
				"",
				"",
			},
			args:    []any{this, sized("MEOW!"), sized("props")},
			results: ok,
			call: client(func(ctx context.Context, c *IRemoteSCMActivatorClient) (ORPCTHAT, *MInterfacePointer, error) {
				return c.RemoteCreateInstance(ctx, this, PointerTo([]byte("MEOW!")), PointerTo([]byte("props")))
			}),
		},
	}
}

// Of a failure nothing but its code is on the wire; extents of whoever sends
// them are read.
func TestActivatorFailures(t *testing.T) {
	s := &stage{results: []any{ORPCTHAT{}, sized("props"), com.REGDB_E_CLASSNOTREG}}
	stub := (&ORPCTHIS{}).Append(nil)
	call := dcerpc.ServerCall{Opnum: 3, Stub: append(stub, 0, 0, 0, 0), DataRep: drepLittle}
	if err := ServeIRemoteSCMActivator(activatorStage{s}).Handler.ServeRPC(&call); err != nil {
		t.Fatal(err)
	}
	wantBytes(t, call.Reply, unhex(t, `0000000000000000 00000000 54010480`))
	reply := unhex(t, `0000000000000200010000000000000004000200020000000800020000000000080000008096f1f12a4dce11a66a0020af6e72f4010000007800000000000000
		0000000054010480`)
	var that ORPCTHAT
	d := ndr.DecodeFrom(reply, drepLittle, false)
	if that.DecodeNDR(&d); d.Err() != nil || d.Left() != 8 || !reflect.DeepEqual(that.Extents, []Extent{{EXTENT_Debug, []byte("x")}}) {
		t.Errorf("%+v, %d bytes left, %v", that, d.Left(), d.Err())
	}
	c, err := NewIRemoteSCMActivatorClient(t.Context(), scripted(t, ServeIRemoteSCMActivator(nil), false, func(c *dcerpc.ServerCall) { c.Reply = append(c.GrowReply(0), reply...) }))
	if err != nil {
		t.Fatal(err)
	}
	_, out, err := c.RemoteGetClassObject(t.Context(), ORPCTHIS{}, nil)
	if wantHRESULT(t, err, com.REGDB_E_CLASSNOTREG); out != nil {
		t.Errorf("a failure has %v", out)
	}
}

func TestBigEndianActivation(t *testing.T) {
	// The reference inside stays little-endian: it is an array of bytes.
	props, _ := goldenIn().Append(nil)
	stub := append(unhex(t, `00050007 00000000 00000000 00010203 0405 0607 08090a0b0c0d0e0f 00000000
		00000000 00020000 000001a0 000001a0`), props...)
	s := new(stage)
	if err := ServeIRemoteSCMActivator(activatorStage{s}).Handler.ServeRPC(&dcerpc.ServerCall{Opnum: 4, Stub: stub, DataRep: drepBig}); err != nil {
		t.Fatal(err)
	}
	if this := result[ORPCTHIS](s.args, 0); this.Version != Version57 || this.CID.Data1 != 0x00010203 {
		t.Errorf("got %+v", this)
	}
	in, err := ParseActivationPropertiesIn(result[*MInterfacePointer](s.args, 2).OBJREF())
	if err != nil || !reflect.DeepEqual(in, goldenIn()) {
		t.Errorf("got %+v, %v", in, err)
	}
}
