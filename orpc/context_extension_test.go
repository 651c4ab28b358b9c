package orpc

import (
	"encoding/binary"
	"reflect"
	"testing"

	"oxid/com"
)

func TestContextExtension(t *testing.T) {
	want := ContextExtension{HRESULT: com.S_FALSE, ServerHRESULT: com.E_FAIL, Policies: []ContextPolicy{
		{goldenClass, []byte("hello")}, {goldenCID, []byte{}}, {goldenCID, []byte("12345678")},
	}}
	x := want.Extent()
	if x.ID != EXTENT_Context || len(x.Data) != 32+3*32+16 {
		t.Fatalf("%d bytes for %v", len(x.Data), x.ID)
	}
	wantBytes(t, x.Data[:48], unhex(t, `4b554e41 00000100 03000000 90000000 80000000 01000000 05400080 00000000
		4e414e49 05000000 80000000 00000000`))
	got, err := ParseContextExtension(x.Data, drepLittle)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for n := range len(x.Data) {
		if _, err := ParseContextExtension(x.Data[:n], drepLittle); err == nil {
			t.Fatalf("%d bytes were enough", n)
		}
	}
	for _, off := range []int{0, 4, 8, 32, 36, 40} {
		bad := append([]byte(nil), x.Data...)
		binary.LittleEndian.PutUint32(bad[off:], 0xfffffff0)
		_, err := ParseContextExtension(bad, drepLittle)
		wantHRESULT(t, err, com.RPC_E_INVALID_EXTENSION)
	}
}

func TestBigEndianContextExtension(t *testing.T) {
	got, err := ParseContextExtension(unhex(t, `414e554b 00010000 00000001 00000043 00000040 80004005 00000000 00000000
		494e414e 00000003 00000040 00000000 00010203 0405 0607 08090a0b0c0d0e0f 616263`), drepBig)
	want := ContextExtension{HRESULT: com.E_FAIL, Policies: []ContextPolicy{
		{com.MustGUID("00010203-0405-0607-0809-0a0b0c0d0e0f"), []byte("abc")}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}
