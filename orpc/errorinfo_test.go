package orpc

import (
	"encoding/binary"
	"reflect"
	"testing"

	"oxid/com"
)

func TestErrorInfoRoundTrip(t *testing.T) {
	for _, want := range []*ErrorInfo{
		{},
		{HelpContext: 7, IID: goldenClass, Source: "calc", Description: "division by zero", HelpFile: "a.hlp"},
		{Description: "odd"},
		{Source: "even", HelpFile: "\U0001F600"},
	} {
		x, err := want.Extent()
		if err != nil || x.ID != EXTENT_Error {
			t.Fatal(x.ID, err)
		}
		got, err := ParseErrorInfo(x.Data)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		for n := range len(x.Data) {
			_, err := ParseErrorInfo(x.Data[:n])
			wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
		}
	}
	_, err := (&ErrorInfo{Source: "a\x00"}).Extent()
	wantHRESULT(t, err, com.E_INVALIDARG)
}

func TestErrorInfoLayout(t *testing.T) {
	x, _ := (&ErrorInfo{HelpContext: 7, IID: goldenCID, Description: "no"}).Extent()
	wantBytes(t, x.Data, unhex(t, `4d454f57 04000000 20b1f21c 7d54 1b10 8e6508002b2bd119
		1b030000 0000 0000 c000000000000046 00000000 36000000
		00000000 07000000 000102030405060708090a0b0c0d0e0f
		00000000 ffffffff 03000000 00000000 03000000 6e00 6f00 0000 00000000`))
}

func TestErrorInfoWithPaddedTexts(t *testing.T) {
	// The same with each text at a multiple of 4: the source has three units.
	b := unhex(t, `00000000 07000000 000102030405060708090a0b0c0d0e0f
		ffffffff 03000000 00000000 03000000 6e00 6f00 0000 0000
		ffffffff 01000000 00000000 01000000 0000 0000 00000000`)
	got, err := parseErrorObject(b)
	if want := (&ErrorInfo{HelpContext: 7, IID: goldenCID, Source: "no"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestMalformedErrorInfo(t *testing.T) {
	good, _ := (&ErrorInfo{Source: "s"}).Extent()
	for name, c := range map[string]struct {
		off int
		v   uint32
	}{
		"class": {24, 0}, "version": {48, 1}, "marker": {72, 5}, "offset": {80, 1}, "count": {84, 0x80000001},
	} {
		b := append([]byte(nil), good.Data...)
		binary.LittleEndian.PutUint32(b[c.off:], c.v)
		if _, err := ParseErrorInfo(b); com.HRESULTOf(err) != com.RPC_E_INVALID_OBJREF {
			t.Errorf("%s: %v", name, err)
		}
	}
}
