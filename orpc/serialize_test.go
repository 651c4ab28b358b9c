package orpc

import (
	"testing"
)

func TestBigEndianProperty(t *testing.T) {
	got := new(LocationInfoData)
	err := parseSerialized(unhex(t, `01000800 cccccccc 00000010 00000000 00000000 00000001 00000002 00000003`), got)
	if err != nil || got.ProcessID != 1 || got.ApartmentID != 2 || got.ContextID != 3 {
		t.Errorf("got %+v, %v", got, err)
	}
}
