package ndr

import (
	"encoding/hex"
	"testing"
)

func TestOrderChangesInTheMiddle(t *testing.T) {
	e := EncodeTo([]byte{0xff}, false)
	e.BigEndian()
	e.Uint16(1)
	at := e.Len()
	if e.Order(false) != true {
		t.Error("the order was big-endian")
	}
	e.Uint16(2)
	e.Uint32(0)
	e.Patch32(at+2, 0x04030201)
	if e.Order(true) != false {
		t.Error("the order was little-endian")
	}
	e.Uint32(3)
	e.Patch32(e.Len()-4, 5)
	b, err := e.Data()
	if got := hex.EncodeToString(b); got != "ff"+"0001"+"0200"+"01020304"+"00000005" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	d := DecodeFrom(b[1:], dataRepBig, false)
	if v := d.Uint16(); v != 1 {
		t.Error(v)
	}
	if d.Order(false) != true {
		t.Error("the order was big-endian")
	}
	if a, b := d.Uint16(), d.Uint32(); a != 2 || b != 0x04030201 {
		t.Error(a, b)
	}
	if d.Order(true) != false {
		t.Error("the order was little-endian")
	}
	if v := Get[int32](&d, nil, 1); v[0] != 5 {
		t.Error(v)
	}
}
