package automation

import (
	"fmt"
	"reflect"

	"oxid/com"
)

// SAFEARRAY is an array of any number of dimensions whose elements have one of
// automation's types ([MS-OAUT] 2.2.30). The zero value is the NULL array.
//
// The elements are in one slice, in the order of memory and wire: the index of the
// first dimension changes fastest. Copies of a SAFEARRAY share it.
type SAFEARRAY struct {
	vt     VARTYPE
	bounds []Bound // of the first dimension first; nil for NULL
	elems  any     // a slice of the type's Go type
}

// Bound is one dimension: Len elements, the first of which has the index Lower.
type Bound struct {
	Len   uint32
	Lower int32
}

// Element are the Go types that elements of arrays have. []BSTR is for sending:
// what arrives is text, of which NULL is the empty one.
type Element interface {
	bool | int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64 |
		string | BSTR | CURRENCY | DATE | com.HRESULT | com.Unknown | VARIANT
}

// Vector returns the array of one dimension with these elements, whose first
// index is 0.
func Vector[T Element](elems []T) SAFEARRAY {
	vt, _ := elemType(elems)
	return vectorOf(vt, elems)
}

func vectorOf(vt VARTYPE, elems any) SAFEARRAY {
	return SAFEARRAY{vt: vt, bounds: []Bound{{Len: uint32(reflect.ValueOf(elems).Len())}}, elems: elems}
}

// NewArray returns an array of elems with these dimensions, as many elements as
// they have. vt is the type, which elems must be the Go type of: []int32 for VT_I4
// and VT_INT, []com.Unknown for VT_UNKNOWN and VT_DISPATCH, and so on.
func NewArray[T Element](vt VARTYPE, elems []T, bounds ...Bound) (SAFEARRAY, error) {
	if have, _ := elemType(elems); have != canonical(vt) {
		return SAFEARRAY{}, fmt.Errorf("automation: an array of %v with %T: %w", vt, elems, com.DISP_E_BADVARTYPE)
	}
	if n, ok := cells(bounds); !ok || n != len(elems) {
		return SAFEARRAY{}, fmt.Errorf("automation: an array of %v with %d elements: %w", bounds, len(elems), com.DISP_E_BADINDEX)
	}
	return SAFEARRAY{vt: vt, bounds: append([]Bound(nil), bounds...), elems: elems}, nil
}

// cells multiplies the lengths of the dimensions, of which there must be one.
func cells(bounds []Bound) (int, bool) {
	n := uint64(1)
	for _, b := range bounds {
		// Both are below 2^32, so the product does not overflow.
		if n *= uint64(b.Len); n > 1<<31-1 {
			return 0, false
		}
	}
	return int(n), len(bounds) > 0 && len(bounds) <= 0xffff
}

// canonical is the first type with the Go type of vt.
func canonical(vt VARTYPE) VARTYPE {
	switch vt {
	case VT_INT:
		return VT_I4
	case VT_UINT:
		return VT_UI4
	case VT_DISPATCH:
		return VT_UNKNOWN
	}
	return vt
}

// elemType returns the type of an array whose elements are v, a slice.
func elemType(v any) (VARTYPE, bool) {
	switch v.(type) {
	case []bool:
		return VT_BOOL, true
	case []int8:
		return VT_I1, true
	case []uint8:
		return VT_UI1, true
	case []int16:
		return VT_I2, true
	case []uint16:
		return VT_UI2, true
	case []int32:
		return VT_I4, true
	case []uint32:
		return VT_UI4, true
	case []int64:
		return VT_I8, true
	case []uint64:
		return VT_UI8, true
	case []float32:
		return VT_R4, true
	case []float64:
		return VT_R8, true
	case []string, []BSTR:
		return VT_BSTR, true
	case []CURRENCY:
		return VT_CY, true
	case []DATE:
		return VT_DATE, true
	case []com.HRESULT:
		return VT_ERROR, true
	case []com.Unknown:
		return VT_UNKNOWN, true
	case []VARIANT:
		return VT_VARIANT, true
	}
	return 0, false
}

// VT returns the type of the elements, VT_EMPTY for the NULL array.
func (a *SAFEARRAY) VT() VARTYPE { return a.vt }

// IsNull reports whether a is the NULL array.
func (a *SAFEARRAY) IsNull() bool { return a.bounds == nil }

// Bounds returns the dimensions, which must not be changed.
func (a *SAFEARRAY) Bounds() []Bound { return a.bounds }

// Len returns the number of elements of all dimensions.
func (a *SAFEARRAY) Len() int {
	n, _ := cells(a.bounds)
	return n
}

// Elems returns the slice with the elements, nil for the NULL array. It is the
// array's, not a copy.
func (a *SAFEARRAY) Elems() any { return a.elems }

// Elems returns the elements of an array as a slice of T, nil for the NULL
// array; DISP_E_TYPEMISMATCH where they are of another type.
func Elems[T Element](a SAFEARRAY) ([]T, error) {
	if s, ok := a.elems.([]T); ok || a.IsNull() {
		return s, nil
	}
	return nil, fmt.Errorf("automation: the array has %T: %w", a.elems, com.DISP_E_TYPEMISMATCH)
}

// Index returns the place in the slice of the element with these indices, one
// for each dimension; DISP_E_BADINDEX where there is none.
func (a *SAFEARRAY) Index(index ...int32) (int, error) {
	at, step := 0, 1
	for i, b := range a.bounds {
		if i >= len(index) || index[i] < b.Lower || int64(index[i])-int64(b.Lower) >= int64(b.Len) {
			return 0, fmt.Errorf("automation: element %v of %v: %w", index, a.bounds, com.DISP_E_BADINDEX)
		}
		at += int(int64(index[i])-int64(b.Lower)) * step
		step *= int(b.Len)
	}
	if len(index) != len(a.bounds) || a.IsNull() {
		return 0, fmt.Errorf("automation: %d indices for %d dimensions: %w", len(index), len(a.bounds), com.DISP_E_BADINDEX)
	}
	return at, nil
}

// Release gives back the objects in a and makes it the NULL array.
func (a *SAFEARRAY) Release() {
	a.ReleaseNDR()
	*a = SAFEARRAY{}
}

// ReleaseNDR gives back the objects in a.
func (a *SAFEARRAY) ReleaseNDR() {
	if a != nil {
		a.each(com.Release)
	}
}

// Keep counts one more hand-out of every object in a.
func (a *SAFEARRAY) Keep() { a.each(func(x any) { com.Keep(x) }) }

// each calls f for the objects in a.
func (a *SAFEARRAY) each(f func(any)) {
	switch s := a.elems.(type) {
	case []com.Unknown:
		for _, x := range s {
			f(x)
		}
	case []VARIANT:
		for i := range s {
			s[i].each(f)
		}
	}
}
