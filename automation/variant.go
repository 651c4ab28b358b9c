package automation

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"oxid/com"
)

// VARIANT is a value of any of automation's types ([MS-OAUT] 2.2.29). The zero
// value is VT_EMPTY. Make one with [Of], [New] or one of the functions that are
// named after what they make; look into it with Value, or with a method that
// says which type is wanted.
//
// A VARIANT that holds objects owns them as any result or argument would: those
// of a result are given back by Release, those of an argument belong to the call.
type VARIANT struct {
	vt  VARTYPE
	num uint64 // the bits of a number
	// ref is what is no number: a string or a BSTR, an object, a DECIMAL, an
	// array (*SAFEARRAY); with VT_BYREF the Go pointer to the value.
	ref any
}

// Scalar are the Go types whose values have one VARTYPE and always fit it.
type Scalar interface {
	bool | int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64 |
		string | BSTR | CURRENCY | DATE | DECIMAL | com.HRESULT | time.Time
}

// Of returns the VARIANT of a value: int32 is VT_I4, string VT_BSTR, time.Time
// VT_DATE, com.HRESULT VT_ERROR, and so on.
func Of[T Scalar](v T) VARIANT {
	x, _ := scalar(v)
	return x
}

// Null returns the NULL of databases.
func Null() VARIANT { return VARIANT{vt: VT_NULL} }

// Missing returns what stands for an optional argument that is left out.
func Missing() VARIANT { return Of(com.DISP_E_PARAMNOTFOUND) }

// Object returns the VT_UNKNOWN of an object; nil is possible.
func Object(v com.Unknown) VARIANT { return VARIANT{vt: VT_UNKNOWN, ref: v} }

// Dispatch returns the VT_DISPATCH of an object with IDispatch; nil is possible.
func Dispatch(v com.Unknown) VARIANT { return VARIANT{vt: VT_DISPATCH, ref: v} }

// Array returns the VARIANT of an array.
func Array(a SAFEARRAY) VARIANT { return VARIANT{vt: VT_ARRAY | a.vt, ref: &a} }

// New returns the VARIANT of a Go value:
//
//	nil                       VT_EMPTY
//	a [Scalar]                what [Of] says
//	int, uint                 VT_I4 and VT_UI4 where they fit, else VT_I8 and VT_UI8:
//	                          many programs do not know the latter
//	[]T of a Scalar           a vector of its type, []byte of VT_UI1
//	[]any                     a vector of VT_VARIANT
//	SAFEARRAY, VARIANT        themselves
//	a proxy, an IDispatch     VT_DISPATCH where it is an [IDispatch], else VT_UNKNOWN
//
// Anything else is DISP_E_BADVARTYPE. Objects of this process are made VARIANTs
// by [Object] and [Dispatch].
func New(v any) (VARIANT, error) {
	if x, ok := scalar(v); ok {
		return x, nil
	}
	switch v := v.(type) {
	case nil:
		return VARIANT{}, nil
	case int:
		if v == int(int32(v)) {
			return Of(int32(v)), nil
		}
		return Of(int64(v)), nil
	case uint:
		if v == uint(uint32(v)) {
			return Of(uint32(v)), nil
		}
		return Of(uint64(v)), nil
	case VARIANT:
		return v, nil
	case SAFEARRAY:
		return Array(v), nil
	case []any:
		elems := make([]VARIANT, len(v))
		for i := range v {
			var err error
			if elems[i], err = New(v[i]); err != nil {
				return VARIANT{}, fmt.Errorf("element %d: %w", i, err)
			}
		}
		return Array(Vector(elems)), nil
	case IDispatch:
		return Dispatch(v), nil
	case com.Proxied:
		return Object(v), nil
	}
	if vt, ok := elemType(v); ok {
		return Array(vectorOf(vt, v)), nil
	}
	return VARIANT{}, fmt.Errorf("automation: a %T in a VARIANT: %w", v, com.DISP_E_BADVARTYPE)
}

// scalar is New for what Scalar allows.
func scalar(v any) (VARIANT, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return VARIANT{vt: VT_BOOL, num: 1}, true
		}
		return VARIANT{vt: VT_BOOL}, true
	case int8:
		return VARIANT{vt: VT_I1, num: uint64(v)}, true
	case uint8:
		return VARIANT{vt: VT_UI1, num: uint64(v)}, true
	case int16:
		return VARIANT{vt: VT_I2, num: uint64(v)}, true
	case uint16:
		return VARIANT{vt: VT_UI2, num: uint64(v)}, true
	case int32:
		return VARIANT{vt: VT_I4, num: uint64(v)}, true
	case uint32:
		return VARIANT{vt: VT_UI4, num: uint64(v)}, true
	case int64:
		return VARIANT{vt: VT_I8, num: uint64(v)}, true
	case uint64:
		return VARIANT{vt: VT_UI8, num: v}, true
	case float32:
		return VARIANT{vt: VT_R4, num: uint64(math.Float32bits(v))}, true
	case float64:
		return VARIANT{vt: VT_R8, num: math.Float64bits(v)}, true
	case CURRENCY:
		return VARIANT{vt: VT_CY, num: uint64(v)}, true
	case DATE:
		return VARIANT{vt: VT_DATE, num: math.Float64bits(float64(v))}, true
	case time.Time:
		return VARIANT{vt: VT_DATE, num: math.Float64bits(float64(DateOf(v)))}, true
	case com.HRESULT:
		return VARIANT{vt: VT_ERROR, num: uint64(v)}, true
	case string, BSTR:
		return VARIANT{vt: VT_BSTR, ref: v}, true
	case DECIMAL:
		return VARIANT{vt: VT_DECIMAL, ref: v}, true
	}
	return VARIANT{}, false
}

// VT returns the type of v.
func (v VARIANT) VT() VARTYPE { return v.vt }

// IsEmpty reports whether v is VT_EMPTY or VT_NULL.
func (v VARIANT) IsEmpty() bool { return v.vt == VT_EMPTY || v.vt == VT_NULL }

// IsMissing reports whether v stands for an argument that was left out.
func (v VARIANT) IsMissing() bool {
	return v.vt == VT_ERROR && com.HRESULT(v.num) == com.DISP_E_PARAMNOTFOUND
}

// Value returns what v holds as a Go value, from which [New] makes the same
// VARIANT for nearly all types: nil for VT_EMPTY and VT_NULL, a string for
// VT_BSTR, a time.Time for VT_DATE, a slice for an array of one dimension whose
// first index is 0, and a [SAFEARRAY] for any other. VT_INT and VT_UINT are int32
// and uint32. A VARIANT by reference has the value that it leads to.
func (v VARIANT) Value() any {
	v = v.Deref()
	if v.vt&VT_ARRAY != 0 {
		a := *v.ref.(*SAFEARRAY)
		if len(a.bounds) == 1 && a.bounds[0].Lower == 0 {
			return a.elems
		}
		return a
	}
	switch v.vt {
	case VT_BOOL:
		return v.num != 0
	case VT_I1:
		return int8(v.num)
	case VT_UI1:
		return uint8(v.num)
	case VT_I2:
		return int16(v.num)
	case VT_UI2:
		return uint16(v.num)
	case VT_I4, VT_INT:
		return int32(v.num)
	case VT_UI4, VT_UINT:
		return uint32(v.num)
	case VT_I8:
		return int64(v.num)
	case VT_UI8:
		return v.num
	case VT_R4:
		return math.Float32frombits(uint32(v.num))
	case VT_R8:
		return math.Float64frombits(v.num)
	case VT_CY:
		return CURRENCY(v.num)
	case VT_DATE:
		return v.date().Time()
	case VT_ERROR:
		return com.HRESULT(v.num)
	case VT_BSTR:
		return v.text()
	}
	return v.ref // DECIMAL, objects, nothing
}

func (v VARIANT) date() DATE { return DATE(math.Float64frombits(v.num)) }

func (v VARIANT) text() string {
	if b, ok := v.ref.(BSTR); ok {
		return b.String()
	}
	s, _ := v.ref.(string)
	return s
}

// String returns type and value, for people: "VT_I4 5".
func (v VARIANT) String() string {
	switch x := v.Value().(type) {
	case nil:
		return v.vt.String()
	case string:
		return v.vt.String() + " " + strconv.Quote(x)
	case com.HRESULT:
		return v.vt.String() + " " + x.String()
	case time.Time:
		return v.vt.String() + " " + x.Format("2006-01-02 15:04:05.999999")
	case fmt.Stringer, bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64:
		return v.vt.String() + " " + fmt.Sprint(x)
	default:
		if k := reflect.TypeOf(x).Kind(); k == reflect.Slice {
			return v.vt.String() + " " + fmt.Sprint(x)
		}
		return fmt.Sprintf("%v %T", v.vt, x)
	}
}

// Release gives back the objects in v, in its arrays and behind its references,
// and makes it VT_EMPTY.
func (v *VARIANT) Release() {
	v.ReleaseNDR()
	*v = VARIANT{}
}

// ReleaseNDR gives back the objects in v.
func (v *VARIANT) ReleaseNDR() {
	if v != nil {
		v.each(com.Release)
	}
}

// Keep counts one more hand-out of every object in v.
func (v *VARIANT) Keep() { v.each(func(x any) { com.Keep(x) }) }

// each calls f for the objects in v.
func (v *VARIANT) each(f func(any)) {
	switch {
	case v.vt&VT_ARRAY != 0:
		v.ref.(*SAFEARRAY).each(f)
	case v.vt == VT_UNKNOWN || v.vt == VT_DISPATCH:
		f(v.ref)
	case v.vt == VT_UNKNOWN|VT_BYREF || v.vt == VT_DISPATCH|VT_BYREF:
		f(*v.ref.(*com.Unknown))
	case v.vt == VT_VARIANT|VT_BYREF:
		if x := v.ref.(*VARIANT); x.vt != v.vt {
			x.each(f)
		}
	}
}
