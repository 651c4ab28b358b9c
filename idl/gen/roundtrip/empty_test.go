package roundtrip_test

import (
	"reflect"
	"testing"

	"oxid/idl/gen/testdata/zoo"
	"oxid/ndr"
)

// An array without elements is followed by the padding that its first element
// would have: Windows and Wine pass over it. Senders that leave it out at the
// end of the data are understood.
func TestEmptyArraysAreAligned(t *testing.T) {
	v := zoo.COUNTED{Ins: []zoo.INNER{}} // elements of alignment 8, behind a count of 4 bytes
	e := ndr.EncodeTo(nil, false)
	v.EncodeDeferredNDR(&e)
	b, err := e.Data()
	if err != nil || len(b) != 8 {
		t.Fatalf("% x, %v: wanted the count and 4 bytes of padding", b, err)
	}
	e = ndr.EncodeTo(nil, false)
	e.Uint32(0) // so that the count ends off an 8-byte boundary
	v.EncodeNDR(&e)
	v.EncodeDeferredNDR(&e)
	if b, err = e.Data(); err != nil || len(b)%8 != 0 {
		t.Fatalf("% x, %v", b, err)
	}
	decode := func(b []byte) (v zoo.COUNTED) {
		d := ndr.DecodeFrom(b, 0x10, false)
		d.Uint32()
		v.DecodeNDR(&d)
		v.DecodeDeferredNDR(&d)
		if err := d.Err(); err != nil {
			t.Errorf("% x: %v", b, err)
		}
		return v
	}
	padded, bare := decode(b), decode(b[:len(b)-4])
	if !reflect.DeepEqual(padded, bare) || len(padded.Ins) != 0 {
		t.Errorf("%+v and %+v", padded, bare)
	}
}
