package orpc

import (
	"bytes"
	"reflect"
	"testing"

	"oxid/com"
)

// fullIn has every property and every optional part.
func fullIn(tb testing.TB) *ActivationPropertiesIn {
	name, machine, server := "C:\\x.doc", "box", "srv"
	in := goldenIn()
	in.Special = &SpecialPropertiesData{SessionID: 3, RemoteThisSessionID: true, ClientImpersonating: true,
		PartitionIDPresent: true, DefaultAuthnLevel: 5, Partition: goldenClass, PRTFlags: 9, OrigClsctx: 0x14, Flags: 1}
	in.Instantiation.Flags = ACTVFLAGS_DISABLE_AAA
	in.Instantiation.IsSurrogate = true
	in.Instantiation.InstFlag = 4
	in.Instantiation.IIDs = []com.IID{com.IID_IUnknown, idispatch, com.IID_IClassFactory}
	in.Context = &ActivationContextInfoData{ClientOK: 1, ClientCtx: unhex(tb, goldenStandard), PrototypeCtx: []byte("MEOW")}
	in.Instance = &InstanceInfoData{FileName: &name, Mode: 2, ROT: []byte("rot"), Storage: []byte("stg")}
	in.Security = &SecurityInfoData{AuthnFlags: 1, ServerInfo: true, ServerName: &server}
	in.Location = &LocationInfoData{MachineName: &machine, ProcessID: 1, ApartmentID: 2, ContextID: 3}
	in.ScmRequest = &ScmRequestInfoData{ClientImpLevel: com.RPC_C_IMP_LEVEL_IMPERSONATE, ProtSeqs: []uint16{7, 15, 31}}
	return in
}

func goldenIn() *ActivationPropertiesIn {
	return &ActivationPropertiesIn{
		DestCtx: com.MSHCTX_DIFFERENTMACHINE,
		Instantiation: &InstantiationInfoData{ClassID: goldenClass, ClassCtx: com.CLSCTX_REMOTE_SERVER,
			Version: Version57, IIDs: []com.IID{idispatch}},
		Context:    &ActivationContextInfoData{},
		Location:   &LocationInfoData{},
		ScmRequest: &ScmRequestInfoData{ProtSeqs: []uint16{TOWER_NCACN_IP_TCP}},
	}
}

func TestOlderFormOfSpecialProperties(t *testing.T) {
	// 32 bytes of reserved numbers behind the flags, instead of 36 and padding.
	v := fullIn(t).Special
	b, err := appendSerialized(nil, v)
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
	if got.ClientImpLevel != 3 || !reflect.DeepEqual(got.ProtSeqs, []uint16{7}) {
		t.Errorf("got %+v", got)
	}
}
