package com_test

import (
	"testing"

	"oxid/com"
)

// The values of the SDK headers.
func TestConstants(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want uint32
	}{
		{"MSHCTX_LOCAL", uint32(com.MSHCTX_LOCAL), 0},
		{"MSHCTX_NOSHAREDMEM", uint32(com.MSHCTX_NOSHAREDMEM), 1},
		{"MSHCTX_DIFFERENTMACHINE", uint32(com.MSHCTX_DIFFERENTMACHINE), 2},
		{"MSHCTX_INPROC", uint32(com.MSHCTX_INPROC), 3},
		{"MSHCTX_CROSSCTX", uint32(com.MSHCTX_CROSSCTX), 4},
		{"MSHCTX_CONTAINER", uint32(com.MSHCTX_CONTAINER), 5},
		{"MSHLFLAGS_NORMAL", uint32(com.MSHLFLAGS_NORMAL), 0},
		{"MSHLFLAGS_TABLESTRONG", uint32(com.MSHLFLAGS_TABLESTRONG), 1},
		{"MSHLFLAGS_TABLEWEAK", uint32(com.MSHLFLAGS_TABLEWEAK), 2},
		{"MSHLFLAGS_NOPING", uint32(com.MSHLFLAGS_NOPING), 4},
		{"CLSCTX_SERVER", uint32(com.CLSCTX_SERVER), 0x15},
		{"CLSCTX_ALL", uint32(com.CLSCTX_ALL), 0x17},
		{"EXTCONN_STRONG", uint32(com.EXTCONN_STRONG), 1},
		{"EXTCONN_WEAK", uint32(com.EXTCONN_WEAK), 2},
		{"EXTCONN_CALLABLE", uint32(com.EXTCONN_CALLABLE), 4},
		{"COMBND_RPCTIMEOUT", uint32(com.COMBND_RPCTIMEOUT), 1},
		{"COMBND_SERVER_LOCALITY", uint32(com.COMBND_SERVER_LOCALITY), 2},
		{"RPC_C_AUTHN_LEVEL_PKT_PRIVACY", uint32(com.RPC_C_AUTHN_LEVEL_PKT_PRIVACY), 6},
		{"RPC_C_IMP_LEVEL_DELEGATE", uint32(com.RPC_C_IMP_LEVEL_DELEGATE), 4},
		{"RPC_C_AUTHN_GSS_NEGOTIATE", com.RPC_C_AUTHN_GSS_NEGOTIATE, 9},
		{"RPC_C_AUTHN_WINNT", com.RPC_C_AUTHN_WINNT, 10},
		{"RPC_C_AUTHN_GSS_KERBEROS", com.RPC_C_AUTHN_GSS_KERBEROS, 16},
	} {
		if c.got != c.want {
			t.Errorf("%s is %#x, want %#x", c.name, c.got, c.want)
		}
	}
	if com.APTTYPE_CURRENT != -1 || com.APTTYPE_MAINSTA != 3 {
		t.Errorf("APTTYPE runs from %d to %d", com.APTTYPE_CURRENT, com.APTTYPE_MAINSTA)
	}
}
