package orpc

import (
	"testing"

	"oxid/com"
)

func TestSTDOBJREF(t *testing.T) {
	b := unhex(t, goldenStandard)[24:64]
	s, err := ParseSTDOBJREF(b)
	if err != nil || s != goldenStd {
		t.Fatalf("got %+v, %v", s, err)
	}
	wantBytes(t, s.Append(nil), b)
	_, err = ParseSTDOBJREF(b[:39])
	wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
}

func TestCF_115_NoPingFlag(t *testing.T) {
	s := STDOBJREF{Flags: SORF_NOPING | SORF_OXRES8}
	if !s.NoPing() {
		t.Error("SORF_NOPING among reserved bits is not seen")
	}
	s.Flags = SORF_OXRES1
	if s.NoPing() {
		t.Error("a reserved bit counts as SORF_NOPING")
	}
}
