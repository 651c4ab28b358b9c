package orpc

import (
	"testing"

	"oxid/com"
)

func fullOut() *ActivationPropertiesOut {
	bindings := PackedBindings(unhexed(goldenBindings))
	return &ActivationPropertiesOut{
		DestCtx: com.MSHCTX_DIFFERENTMACHINE,
		PropsOut: &PropsOutInfo{
			CIfs:       3,
			IIDs:       []com.IID{com.IID_IUnknown, idispatch, com.IID_IClassFactory},
			Results:    []com.HRESULT{com.S_OK, com.E_NOINTERFACE, com.S_OK},
			Interfaces: []*MInterfacePointer{sized(string(unhexed(goldenStandard))), nil, sized("MEOW!")},
		},
		ScmReply: &ScmReplyInfoData{RemoteReply: &CustomRemoteReplyScmInfo{
			OXID: 0x0102030405060708, Bindings: &bindings, IPIDRemUnknown: goldenStd.IPID, AuthnHint: 5, Version: Version57}},
	}
}

// goldenFullOut are the bytes of fullOut.
const goldenFullOut = `4d454f5704000000a301000000000000c0000000000000463903000000000000c00000000000004600000000d0010000c80100000000000001100800cccccccc
	6000000000000000c801000070000000000000000200000002000000000000000000000000000000000000000000020004000200000000000200000039030000
	00000000c000000000000046b601000000000000c00000000000004602000000f00000006800000001100800cccccccce0000000000000000300000000000200
	0400020008000200030000000000000000000000c0000000000000460004020000000000c0000000000000460100000000000000c00000000000004603000000
	000000000240008000000000030000000c000200000000001000020062000000620000004d454f57010000000004020000000000c00000000000004600000000
	05000000887766554433221100ffeeddccbbaa99001c00007c0b00000123456789abcdef0f000b000700310030002e0030002e0030002e003100000000000a00
	ffff00000000000005000000050000004d454f572100000001100800cccccccc58000000000000000000000000000200080706050403020104000200001c0000
	7c0b00000123456789abcdef05000000050007000f0000000f000b000700310030002e0030002e0030002e003100000000000a00ffff00000000000000000000`

func TestActivationPropertiesOutBytes(t *testing.T) {
	b, err := fullOut().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	wantBytes(t, b, unhex(t, goldenFullOut))
}

// A list that is NULL is one that does not match the others.
func TestActivationReplyWithoutAllLists(t *testing.T) {
	for name, change := range map[string]func(*PropsOutInfo, *ScmReplyInfoData){
		"IIDs":       func(p *PropsOutInfo, _ *ScmReplyInfoData) { p.IIDs = nil },
		"results":    func(p *PropsOutInfo, _ *ScmReplyInfoData) { p.Results = nil },
		"interfaces": func(p *PropsOutInfo, _ *ScmReplyInfoData) { p.Interfaces = nil },
		"reply":      func(_ *PropsOutInfo, s *ScmReplyInfoData) { s.RemoteReply = nil },
	} {
		out := fullOut()
		change(out.PropsOut, out.ScmReply)
		var w propertyWriter
		w.add(CLSID_PropsOutInfo, out.PropsOut)
		w.add(CLSID_ScmReplyInfo, out.ScmReply)
		b, err := w.append(nil, 0, IID_IActivationPropertiesOut, CLSID_ActivationPropertiesOut)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseActivationPropertiesOut(b); com.HRESULTOf(err) != com.RPC_X_BAD_STUB_DATA {
			t.Errorf("no %s: %v", name, err)
		}
	}
}
