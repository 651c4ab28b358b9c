package orpc

import (
	"encoding/json"
	"testing"
)

func TestIdentifiersPrintAsHex(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{OXID(0x1122334455667788).String(), "0x1122334455667788"},
		{OID(1).String(), "0x0000000000000001"},
		{SETID(0).String(), "0x0000000000000000"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	type ids struct {
		X OXID
		O OID
		S SETID
	}
	b, err := json.Marshal(ids{1, 2, 3})
	want := `{"X":"0x0000000000000001","O":"0x0000000000000002","S":"0x0000000000000003"}`
	if err != nil || string(b) != want {
		t.Errorf("JSON is %s, %v; want %s", b, err, want)
	}
	var back ids
	if err := json.Unmarshal(b, &back); err != nil || back != (ids{1, 2, 3}) {
		t.Errorf("JSON came back as %+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"X":"0x1g"}`), &back); err == nil {
		t.Error("0x1g is a number")
	}
}

func TestNewIDIsRandomAndNotZero(t *testing.T) {
	seen := map[OXID]bool{}
	for range 1000 {
		id := NewID[OXID]()
		if id == 0 || seen[id] {
			t.Fatalf("identifier %v is zero or came twice", id)
		}
		seen[id] = true
	}
}
