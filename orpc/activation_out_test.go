package orpc

import (
	"testing"

	"oxid/com"
)

func fullOut(tb testing.TB) *ActivationPropertiesOut {
	return &ActivationPropertiesOut{
		DestCtx: com.MSHCTX_DIFFERENTMACHINE,
		PropsOut: &PropsOutInfo{Interfaces: []ActivatedInterface{
			{com.IID_IUnknown, com.S_OK, unhex(tb, goldenStandard)},
			{idispatch, com.E_NOINTERFACE, nil},
			{com.IID_IClassFactory, com.S_OK, []byte("MEOW!")},
		}},
		ScmReply: &ScmReplyInfoData{OXID: 0x0102030405060708, Bindings: PackedBindings(unhex(tb, goldenBindings)),
			IPIDRemUnknown: goldenStd.IPID, AuthnHint: 5, Version: Version57},
	}
}
