package ndr

import (
	"math"
	"unsafe"

	"oxid/com"
)

// What follows serves generated code alone: checks and conversions that would
// be the same few lines in every method.

// Bool32 appends a BOOL: a long that is 0 or 1.
func (e *Encoder) Bool32(v bool) {
	e.Int32(int32(Int(v)))
}

// Bool32 reads a BOOL: any value but 0 is true.
func (d *Decoder) Bool32() bool { return d.Uint32() != 0 }

// VariantBool appends a VARIANT_BOOL: a short that is 0 or -1 ([MS-OAUT] 2.2.27).
func (e *Encoder) VariantBool(v bool) {
	e.Int16(-int16(Int(v)))
}

// VariantBool reads a VARIANT_BOOL: any value but 0 is true.
func (d *Decoder) VariantBool() bool { return d.Uint16() != 0 }

// Want records an error unless n, the length of an array, is want: what its
// size_is or length_is says.
func (e *Encoder) Want(n, want int) {
	if n != want {
		e.fail(com.RPC_S_INVALID_BOUND, "array of %d elements where %d are announced", n, want)
	}
}

// Within records an error unless n elements from index first on fit into an
// array of max elements.
func (e *Encoder) Within(first, n, max int) {
	if first < 0 || max < 0 || first > max || n > max-first {
		e.fail(com.RPC_S_INVALID_BOUND, "%d elements from index %d in an array of %d", n, first, max)
	}
}

// Want records an error unless n, which was read, is want: what the count's
// size_is or length_is says (CF-437).
func (d *Decoder) Want(n, want int) {
	d.same(n, want, "count")
}

// maxOut is the most memory, in bytes, that a stub sets aside for one [out]
// array on the word of a client.
const maxOut = 64 << 20

// OutSlice makes the n elements that a method fills in: an [out] array whose
// size an [in] parameter names. A number that no honest client asks for is
// E_OUTOFMEMORY and the result nil.
func OutSlice[T any](d *Decoder, n int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	if n < 0 || n > maxOut/max(size, 1) {
		d.fail(com.E_OUTOFMEMORY, "[out] array of %d elements", n)
		return nil
	}
	return make([]T, n)
}

// Int is 1 for true and 0 for false, as in expressions of C.
func Int(v bool) int {
	if v {
		return 1
	}
	return 0
}

// Choose is c ? x : y.
func Choose(c bool, x, y int) int {
	if c {
		return x
	}
	return y
}

// Div is x / y, and 0 where y is 0: the expression then names no size.
func Div(x, y int) int {
	if y == 0 {
		return 0
	}
	return x / y
}

// Mod is x % y, and 0 where y is 0.
func Mod(x, y int) int {
	if y == 0 {
		return 0
	}
	return x % y
}

// Deref is *p, and the zero value where p is nil.
func Deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// integer is what counts and discriminants are.
type integer interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64
}

// Fill returns the value that a field which counts the elements of another one
// has on the wire: itself, or, when it was left at 0, the number n of elements.
func Fill[T integer](e *Encoder, field T, n int) T {
	if field != 0 {
		return field
	}
	if int(T(n)) != n {
		e.overflow(n)
	}
	return T(n)
}

//go:noinline
func (e *Encoder) overflow(n int) {
	e.fail(com.RPC_S_INVALID_BOUND, "%d elements: more than the field that counts them can say", n)
}

// PutPointers appends the referent ids of an array of unique pointers: Pointer
// for each of them. Their referents follow in the deferred part.
func PutPointers[T any](e *Encoder, v []*T) {
	if e.ndr64 {
		for i := range v {
			e.Pointer(v[i] != nil)
		}
		return
	}
	p := e.extend(4, 4*len(v))
	for i := range v {
		var id uint32
		if v[i] != nil {
			id = e.ReferentID()
		}
		e.Put32(p[4*i:], id)
	}
}

// GetPointers reads the referent ids of n unique pointers, as Embedded does,
// into dst when that has the capacity, else into a new slice, and makes room
// for their referents of at least size bytes. n comes from Count or its kin.
func GetPointers[T any](d *Decoder, dst []*T, n, size int) []*T {
	dst = Slice(dst, n)
	for i := range dst {
		dst[i] = nil
		if d.Embedded(size) {
			dst[i] = new(T)
		}
	}
	return dst
}

// FillTag is [Fill] for the field that chooses the arm of a union: itself, or,
// when it was left at 0, the tag of the union.
func FillTag[T, U integer](field T, tag U) T {
	if field != 0 {
		return field
	}
	return T(tag)
}

// Arm returns the arm of a union that v holds, and an empty one for a union
// that was left at its zero value.
func Arm[T any](v any) *T {
	if p, ok := v.(*T); ok {
		return p
	}
	return new(T)
}

// EnumBits is what an enumeration that is not declared v1_enum has in a block
// of NDR 2.0. Values outside of 0 to 32767 are errors (CF-406).
func (e *Encoder) EnumBits(v int32) uint16 {
	if v < 0 || v > math.MaxInt16 {
		e.fail(com.RPC_X_ENUM_VALUE_OUT_OF_RANGE, "enumeration value %d is outside of 0 to 32767", v)
	}
	return uint16(v)
}

// EnumOf is the value of such an enumeration in a block of NDR 2.0.
func (d *Decoder) EnumOf(v uint16) int32 {
	if v > math.MaxInt16 {
		d.fail(com.RPC_X_ENUM_VALUE_OUT_OF_RANGE, "enumeration value %d is outside of 0 to 32767", v)
		return 0
	}
	return int32(v)
}
