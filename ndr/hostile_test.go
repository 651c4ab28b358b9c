package ndr

import (
	"errors"
	"math"
	"runtime"
	"testing"

	"oxid/com"
)

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Counts that claim more than is there allocate nothing.
func TestHostileCounts(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		for _, n := range []uint64{33, 1 << 20, math.MaxInt32, 1 << 31, math.MaxUint32, 1 << 32, 1 << 61, math.MaxUint64} {
			for name, read := range map[string]func(d *Decoder){
				"Count":     func(d *Decoder) { d.Float64s(nil, d.Count(8)) },
				"Slice":     func(d *Decoder) { _ = Slice[[64]byte](nil, d.Count(8)) },
				"UTF16":     func(d *Decoder) { _ = d.UTF16(d.Count(8)) },
				"Varying":   func(d *Decoder) { d.Float64s(nil, d.Varying(math.MaxInt, 8)) },
				"WStr":      func(d *Decoder) { _ = d.WStr() },
				"Str":       func(d *Decoder) { _ = d.Str() },
				"Chunk":     func(d *Decoder) { d.Float64s(nil, d.Chunk(8)) },
				"Product":   func(d *Decoder) { _ = Slice[byte](nil, d.Product(1, d.MaxCount(), d.MaxCount(), d.MaxCount())) },
				"Interface": func(d *Decoder) { d.MInterfacePointer() },
				"unchecked": func(d *Decoder) { d.Float64s(nil, d.MaxCount()) },
				"GUIDs":     func(d *Decoder) { d.GUIDs(nil, d.MaxCount()) },
				"Bools":     func(d *Decoder) { d.Bools(nil, d.MaxCount()*8) },
				"Fits":      func(d *Decoder) { d.Fits(d.MaxCount(), math.MaxInt) },
			} {
				e := EncodeTo(nil, ndr64)
				for range 4 {
					if ndr64 {
						e.Uint64(n)
					} else {
						e.Uint32(uint32(n))
					}
				}
				b, _ := e.Data()
				if !ndr64 && n > math.MaxUint32 {
					continue
				}
				var err error
				size := allocated(func() {
					d := DecodeFrom(b, dataRepLittle, ndr64)
					read(&d)
					err = d.Err()
				})
				if !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
					t.Errorf("%s, count %d, NDR64 %t: error %v", name, n, ndr64, err)
				}
				if size > 64<<10 {
					t.Errorf("%s, count %d, NDR64 %t: %d bytes allocated", name, n, ndr64, size)
				}
			}
		}
	}
}

// Counts that a program computes wrongly are no panic either.
func TestNegativeCounts(t *testing.T) {
	for name, read := range map[string]func(d *Decoder){
		"Bytes":      func(d *Decoder) { d.Bytes(nil, -1) },
		"Float64s":   func(d *Decoder) { d.Float64s(nil, math.MinInt) },
		"GUIDs":      func(d *Decoder) { d.GUIDs(nil, -1) },
		"Bools":      func(d *Decoder) { d.Bools(nil, -1) },
		"UTF16":      func(d *Decoder) { d.UTF16(-1) },
		"UTF16 max":  func(d *Decoder) { d.UTF16(math.MaxInt) },
		"CountIs":    func(d *Decoder) { d.CountIs(-1, 1) },
		"Varying":    func(d *Decoder) { d.Varying(-1, 1) },
		"StrFixed":   func(d *Decoder) { d.StrFixed(-1) },
		"WStrFixed":  func(d *Decoder) { d.WStrFixed(-1) },
		"Product":    func(d *Decoder) { d.Product(1, -1, 5) },
		"Product, 2": func(d *Decoder) { d.Product(1, -1, -5) },
	} {
		d := DecodeFrom(make([]byte, 100), dataRepLittle, false)
		read(&d)
		if !errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA) {
			t.Errorf("%s: error %v", name, d.Err())
		}
	}
}

// Many pointers to large structures, none of which is there: what is marked in
// the flat part is bounded by what could follow.
func TestHostilePointers(t *testing.T) {
	type large struct {
		_ [4096]byte
	}
	const n = 100000
	wire := make([]byte, 4+4*n)
	for i := range wire {
		wire[i] = 1
	}
	e := EncodeTo(wire[:0], false)
	e.Count(n)
	size := allocated(func() {
		d := DecodeFrom(wire, dataRepLittle, false)
		all := Slice[*large](nil, d.Count(4))
		for i := range all {
			if d.Embedded(4096) {
				all[i] = new(large)
			}
		}
		if !errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA) {
			t.Errorf("error %v", d.Err())
		}
	})
	if size > 4*uint64(len(wire)) {
		t.Errorf("%d bytes allocated for %d bytes of input", size, len(wire))
	}
}

// Promises that are taken back twice do not make room that is not there.
func TestPromiseTakenBackTwice(t *testing.T) {
	d := DecodeFrom(make([]byte, 16), dataRepLittle, false)
	want(t, d.Leaf(1000), true)
	want(t, d.Fits(17, 1), false)
	want(t, len(d.Bytes(nil, 17)), 0)
	want(t, errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA), true)
}
