package orpc

import (
	"encoding/binary"
	"reflect"
	"testing"

	"oxid/com"
)

func TestMinimalContext(t *testing.T) {
	c := Context{ID: goldenCID}
	want := unhex(t, `0100 0100 000102030405060708090a0b0c0d0e0f 02000000 00000000
		00000000 00000000 00000000 00000000 01000000`)
	wantBytes(t, c.Append(nil), want)
	r := c.OBJREF()
	if r.IID != IID_IContext || r.CLSID != CLSID_ContextMarshaler || r.Size() != 96 {
		t.Errorf("got %+v", r)
	}
}

func TestContextRoundTrip(t *testing.T) {
	want := Context{ID: goldenCID, MshlFlags: 3, Properties: []ContextProperty{
		{PolicyID: goldenClass, Flags: CPFLAG_ENVOY, Data: unhex(t, goldenStandard)},
		{CLSID: goldenClass, Flags: CPFLAG_PROPAGATE | CPFLAG_EXPOSE, Data: []byte{}},
	}}
	b := want.Append(nil)
	got, n, err := ParseContext(append(b, 1, 2))
	if err != nil || n != len(b) || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v after %d bytes: %v", got, n, err)
	}
	for n := range len(b) {
		_, _, err := ParseContext(b[:n])
		wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
	}
	for off, v := range map[int]uint32{0: 2, 40: 0x10000000, 48 + 36: 0xffffffff} {
		bad := append([]byte(nil), b...)
		binary.LittleEndian.PutUint32(bad[off:], v)
		_, _, err := ParseContext(bad)
		wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
	}
}
