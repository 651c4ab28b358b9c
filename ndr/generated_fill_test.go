package ndr

import (
	"errors"
	"testing"

	"oxid/com"
)

func TestFill(t *testing.T) {
	e := EncodeTo(nil, false)
	if Fill(&e, uint32(0), 7) != 7 || Fill(&e, int16(3), 7) != 3 || Fill(&e, byte(0), 255) != 255 || e.Err() != nil {
		t.Errorf("counts that fit: %v", e.Err())
	}
	if Fill(&e, byte(0), 256); !errors.Is(e.Err(), com.RPC_S_INVALID_BOUND) {
		t.Errorf("256 in a byte: %v", e.Err())
	}
	if FillTag(int32(0), uint16(4)) != 4 || FillTag(int32(3), uint16(4)) != 3 {
		t.Error("FillTag")
	}
}

func TestArm(t *testing.T) {
	n := int32(5)
	if *Arm[int32](&n) != 5 || *Arm[int32](nil) != 0 || *Arm[int64](&n) != 0 {
		t.Error("Arm")
	}
}

func TestCF_406_EnumerationsInBlocks(t *testing.T) {
	for v, ok := range map[int32]bool{0: true, 32767: true, 32768: false, -1: false} {
		e := EncodeTo(nil, false)
		bits := e.EnumBits(v)
		if ok != (e.Err() == nil) || !ok && !errors.Is(e.Err(), com.RPC_X_ENUM_VALUE_OUT_OF_RANGE) {
			t.Errorf("EnumBits(%d): %v", v, e.Err())
		}
		d := DecodeFrom(nil, dataRepLittle, false)
		got := d.EnumOf(bits)
		if ok && got != v || ok != (d.Err() == nil) {
			t.Errorf("EnumOf(%d) = %d, %v", bits, got, d.Err())
		}
	}
}

func TestArraysOfPointers(t *testing.T) {
	a, b := int16(1), int16(2)
	for _, ndr64 := range []bool{false, true} {
		one, all := EncodeTo(nil, ndr64), EncodeTo(nil, ndr64)
		v := []*int16{&a, nil, &b}
		for _, p := range v {
			one.Pointer(p != nil)
		}
		PutPointers(&all, v)
		want, _ := one.Data()
		got, err := all.Data()
		if err != nil || string(got) != string(want) {
			t.Errorf("% x, %v; want % x", got, err, want)
		}
		all.Int16(a)
		all.Int16(b)
		got, _ = all.Data()
		d := DecodeFrom(got, dataRepLittle, ndr64)
		r := GetPointers[int16](&d, nil, 3, 2)
		if d.Err() != nil || len(r) != 3 || r[0] == nil || r[1] != nil || r[2] == nil {
			t.Errorf("%v, %v", r, d.Err())
		}
		d = DecodeFrom(got[:len(got)-3], dataRepLittle, ndr64)
		if GetPointers[int16](&d, nil, 3, 2); d.Err() == nil {
			t.Error("referents that cannot be there: no error")
		}
	}
}
