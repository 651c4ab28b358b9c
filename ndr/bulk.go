package ndr

import (
	"encoding/binary"
	"unsafe"

	"oxid/com"
)

// hostBig says that this machine is big-endian.
var hostBig = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

// Number is a type whose arrays have the same bytes in memory and on the wire,
// up to byte order.
type Number interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64 | ~float32 | ~float64
}

// Put appends the elements of an array, without counts: one copy in this
// machine's byte order. The padding in front of the first element is there
// even when v is empty.
func Put[T Number](e *Encoder, v []T) {
	size := int(unsafe.Sizeof(*new(T)))
	e.pad(size)
	n := len(e.b)
	e.b = append(e.b, raw(v)...)
	if e.swap {
		swapBytes(e.b[n:], size)
	}
}

// Get reads n elements into dst and returns it; when dst has not the capacity,
// into a new slice. The result is never nil; after an error it is empty. n is
// checked against the bytes left.
func Get[T Number](d *Decoder, dst []T, n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	d.skip(size)
	if !d.Fits(n, size) {
		return dst[:0]
	}
	dst = Slice(dst, n)
	p := raw(dst)
	d.off += copy(p, d.b[d.off:])
	if d.swap {
		swapBytes(p, size)
	}
	return dst
}

// raw returns the memory of v.
func raw[T Number](v []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(*new(T))))
}

// swapBytes reverses the bytes of each element of size bytes.
func swapBytes(b []byte, size int) {
	switch size {
	case 2:
		for i := 0; i+2 <= len(b); i += 2 {
			p := b[i : i+2]
			binary.LittleEndian.PutUint16(p, binary.BigEndian.Uint16(p))
		}
	case 4:
		for i := 0; i+4 <= len(b); i += 4 {
			p := b[i : i+4]
			binary.LittleEndian.PutUint32(p, binary.BigEndian.Uint32(p))
		}
	case 8:
		for i := 0; i+8 <= len(b); i += 8 {
			p := b[i : i+8]
			binary.LittleEndian.PutUint64(p, binary.BigEndian.Uint64(p))
		}
	}
}

// Bytes is [Put] of bytes, chars and unsigned smalls.
func (e *Encoder) Bytes(v []byte) { Put(e, v) }

// Int8s is [Put] of smalls.
func (e *Encoder) Int8s(v []int8) { Put(e, v) }

// Int16s is [Put] of shorts.
func (e *Encoder) Int16s(v []int16) { Put(e, v) }

// Uint16s is [Put] of unsigned shorts and wchar_ts.
func (e *Encoder) Uint16s(v []uint16) { Put(e, v) }

// Int32s is [Put] of longs.
func (e *Encoder) Int32s(v []int32) { Put(e, v) }

// Uint32s is [Put] of unsigned longs.
func (e *Encoder) Uint32s(v []uint32) { Put(e, v) }

// Int64s is [Put] of hypers.
func (e *Encoder) Int64s(v []int64) { Put(e, v) }

// Uint64s is [Put] of unsigned hypers.
func (e *Encoder) Uint64s(v []uint64) { Put(e, v) }

// Float32s is [Put] of floats.
func (e *Encoder) Float32s(v []float32) { Put(e, v) }

// Float64s is [Put] of doubles.
func (e *Encoder) Float64s(v []float64) { Put(e, v) }

// Bytes is [Get] of n bytes, chars and unsigned smalls.
func (d *Decoder) Bytes(dst []byte, n int) []byte { return Get(d, dst, n) }

// Int8s is [Get] of n smalls.
func (d *Decoder) Int8s(dst []int8, n int) []int8 { return Get(d, dst, n) }

// Int16s is [Get] of n shorts.
func (d *Decoder) Int16s(dst []int16, n int) []int16 { return Get(d, dst, n) }

// Uint16s is [Get] of n unsigned shorts and wchar_ts.
func (d *Decoder) Uint16s(dst []uint16, n int) []uint16 { return Get(d, dst, n) }

// Int32s is [Get] of n longs.
func (d *Decoder) Int32s(dst []int32, n int) []int32 { return Get(d, dst, n) }

// Uint32s is [Get] of n unsigned longs.
func (d *Decoder) Uint32s(dst []uint32, n int) []uint32 { return Get(d, dst, n) }

// Int64s is [Get] of n hypers.
func (d *Decoder) Int64s(dst []int64, n int) []int64 { return Get(d, dst, n) }

// Uint64s is [Get] of n unsigned hypers.
func (d *Decoder) Uint64s(dst []uint64, n int) []uint64 { return Get(d, dst, n) }

// Float32s is [Get] of n floats.
func (d *Decoder) Float32s(dst []float32, n int) []float32 { return Get(d, dst, n) }

// Float64s is [Get] of n doubles.
func (d *Decoder) Float64s(dst []float64, n int) []float64 { return Get(d, dst, n) }

// Bools appends an array of booleans.
func (e *Encoder) Bools(v []bool) {
	for _, x := range v {
		e.Bool(x)
	}
}

// Bools reads n booleans, as [Get] does.
func (d *Decoder) Bools(dst []bool, n int) []bool {
	if !d.Fits(n, 1) {
		return dst[:0]
	}
	dst = Slice(dst, n)
	for i := range dst {
		dst[i] = d.Bool()
	}
	return dst
}

// GUIDs appends an array of GUIDs: one copy, as [Put].
func (e *Encoder) GUIDs(v []com.GUID) {
	p := e.extend(4, 16*len(v))
	if e.swap {
		for i := range v {
			e.PutGUID(p[16*i:], v[i])
		}
		return
	}
	copy(p, rawGUIDs(v))
}

// GUIDs reads n GUIDs, as [Get] does.
func (d *Decoder) GUIDs(dst []com.GUID, n int) []com.GUID {
	d.skip(4)
	if !d.Fits(n, 16) {
		return dst[:0]
	}
	dst = Slice(dst, n)
	p := d.take(4, 16*n)
	if d.swap {
		for i := range dst {
			dst[i] = d.GetGUID(p[16*i:])
		}
		return dst
	}
	copy(rawGUIDs(dst), p)
	return dst
}

// rawGUIDs returns the memory of v, which in this machine's byte order is what
// goes on the wire.
func rawGUIDs(v []com.GUID) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), 16*len(v))
}
