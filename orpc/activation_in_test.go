package orpc

import (
	"bytes"
	"reflect"
	"testing"

	"oxid/com"
)

// fullIn has every property and every optional part.
func fullIn() *ActivationPropertiesIn {
	name, machine, server := "C:\\x.doc", "box", "srv"
	in := goldenIn()
	in.Special = &SpecialPropertiesData{SessionID: 3, RemoteThisSessionID: true, ClientImpersonating: true,
		PartitionIDPresent: true, DefaultAuthnLevel: 5, Partition: goldenClass, PRTFlags: 9, OrigClsctx: 0x14, Flags: 1}
	in.Instantiation.Flags = ACTVFLAGS_DISABLE_AAA
	in.Instantiation.IsSurrogate = true
	in.Instantiation.InstFlag = 4
	in.Instantiation.CIID, in.Instantiation.IIDs = 3, []com.IID{com.IID_IUnknown, idispatch, com.IID_IClassFactory}
	in.Instantiation.ThisSize = 0x78
	in.Context = &ActivationContextInfoData{ClientOK: 1, ClientCtx: sized(string(unhexed(goldenStandard))), PrototypeCtx: sized("MEOW")}
	in.Instance = &InstanceInfoData{FileName: &name, Mode: 2, ROT: sized("rot"), Storage: sized("stg")}
	in.Security = &SecurityInfoData{AuthnFlags: 1, ServerInfo: &SecurityServerInfo{Name: &server}}
	in.Location = &LocationInfoData{MachineName: &machine, ProcessID: 1, ApartmentID: 2, ContextID: 3}
	in.ScmRequest = request(com.RPC_C_IMP_LEVEL_IMPERSONATE, 7, 15, 31)
	return in
}

// request is a ScmRequestInfoData as it is parsed.
func request(imp com.ImpLevel, protseqs ...uint16) *ScmRequestInfoData {
	return &ScmRequestInfoData{RemoteRequest: &CustomRemoteRequestScmInfo{ClientImpLevel: imp, CProtSeqs: uint16(len(protseqs)), ProtSeqs: protseqs}}
}

// goldenIn is what goldenCreateInstance has, but for thisSize.
func goldenIn() *ActivationPropertiesIn {
	return &ActivationPropertiesIn{
		DestCtx: com.MSHCTX_DIFFERENTMACHINE,
		Instantiation: &InstantiationInfoData{ClassID: goldenClass, ClassCtx: com.CLSCTX_REMOTE_SERVER,
			Version: Version57, CIID: 1, IIDs: []com.IID{idispatch}, ThisSize: 0x58},
		Context:    &ActivationContextInfoData{},
		Location:   &LocationInfoData{},
		ScmRequest: request(0, TOWER_NCACN_IP_TCP),
	}
}

// goldenFullIn are the bytes of fullIn.
const goldenFullIn = `4d454f5704000000a201000000000000c0000000000000463803000000000000c0000000000000460000000060030000580300000000000001100800cccccccc
	c80000000000000058030000d80000000000000002000000070000000000000000000000000000000000000000000200040002000000000007000000b9010000
	00000000c000000000000046ab01000000000000c000000000000046a501000000000000c000000000000046ad01000000000000c000000000000046a6010000
	00000000c000000000000046a401000000000000c000000000000046aa01000000000000c000000000000046070000006800000078000000a000000058000000
	4000000038000000300000000000000001100800cccccccc580000000000000003000000010000000100000001000000050000000027a4d8a2b34c5d8899aabb
	ccddeeff0900000014000000010000000000000000000000000000000000000000000000000000000000000000000000000000000000000001100800cccccccc
	68000000000000000027a4d8a2b34c5d8899aabbccddeeff10000000020000000100000003000000040000000000020078000000050007000300000000000000
	00000000c0000000000000460004020000000000c0000000000000460100000000000000c0000000000000460000000001100800cccccccc9000000000000000
	01000000000000000000000000000000000002000400020062000000620000004d454f57010000000004020000000000c0000000000000460000000005000000
	887766554433221100ffeeddccbbaa99001c00007c0b00000123456789abcdef0f000b000700310030002e0030002e0030002e003100000000000a00ffff0000
	0000000004000000040000004d454f5701100800cccccccc48000000000000000000020002000000040002000800020009000000000000000900000043003a00
	5c0078002e0064006f006300000000000300000003000000726f740003000000030000007374670001100800cccccccc30000000000000000100000000000200
	0000000000000000040002000000000000000000040000000000000004000000730072007600000001100800cccccccc28000000000000000000020001000000
	020000000300000004000000000000000400000062006f00780000000000000001100800cccccccc200000000000000000000000000002000300000003000000
	040002000300000007000f001f000000`

func TestActivationPropertiesInBytes(t *testing.T) {
	b, err := fullIn().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	wantBytes(t, b, unhex(t, goldenFullIn))
}

func TestOlderFormOfSpecialProperties(t *testing.T) {
	// 32 bytes of reserved numbers behind the flags, instead of 36 and padding.
	v := fullIn().Special
	b, err := appendSerialized(nil, sentSpecial{v})
	if err != nil || len(b) != 16+88 {
		t.Fatalf("%d bytes: %v", len(b), err)
	}
	older := append(b[:16+48:16+48], bytes.Repeat([]byte{0xee}, 32)...)
	for _, wire := range [][]byte{b, older, b[:16+48]} {
		wire = bytes.Clone(wire)
		wire[8] = byte(len(wire) - 16)
		got := new(SpecialPropertiesData)
		if err := parseSerialized(wire, got); err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%d bytes: got %+v, %v", len(wire), got, err)
		}
	}
}

func TestReservedPointersThatAreNotNull(t *testing.T) {
	// A sender that gives its reserved pointers a referent is understood.
	body := unhex(t, `01000000 02000000 ffffffff 03000000 0100 0000 04000000 01000000 0700`)
	got := new(ScmRequestInfoData)
	if err := parseSerialized(append(unhex(t, "01100800 cccccccc 1e000000 00000000"), body...), got); err != nil {
		t.Fatal(err)
	}
	if got.Reserved == nil || *got.Reserved != 0xffffffff || !reflect.DeepEqual(got.RemoteRequest, request(3, 7).RemoteRequest) {
		t.Errorf("got %+v", got)
	}
}
