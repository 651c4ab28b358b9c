package automation

import (
	"fmt"
	"math"
	"reflect"

	"oxid/com"
)

// Ref returns a VARIANT by reference: p is a pointer to a [Scalar] other than
// BSTR and time.Time, to a VARIANT, a SAFEARRAY or a com.Unknown (VT_UNKNOWN).
// What a callee changes behind it is in *p when the call is over. Any other p is
// DISP_E_BADVARTYPE, and so is nil.
func Ref(p any) (VARIANT, error) {
	if a, ok := p.(*SAFEARRAY); ok && a != nil {
		return RefAs(VT_ARRAY|a.vt, p)
	}
	for _, vt := range refTypes {
		if reflect.TypeOf(p) == reflect.TypeOf(refTo(VARIANT{vt: vt})) {
			return RefAs(vt, p)
		}
	}
	return RefAs(VT_EMPTY, p)
}

// refTypes are the types whose Go type is no other one's.
var refTypes = []VARTYPE{VT_BOOL, VT_I1, VT_UI1, VT_I2, VT_UI2, VT_I4, VT_UI4, VT_I8, VT_UI8, VT_R4, VT_R8, VT_CY, VT_DATE,
	VT_ERROR, VT_BSTR, VT_DECIMAL, VT_UNKNOWN, VT_VARIANT}

// RefAs is [Ref] for the types that share their Go type with another one, VT_INT,
// VT_UINT and VT_DISPATCH, and for arrays that are announced as another type
// than they have. p must be a pointer to vt's Go type.
func RefAs(vt VARTYPE, p any) (VARIANT, error) {
	want := refTo(VARIANT{vt: vt})
	if want == nil || reflect.TypeOf(want) != reflect.TypeOf(p) || reflect.ValueOf(p).IsNil() {
		return VARIANT{}, fmt.Errorf("automation: %v by reference with a %T: %w", vt, p, com.DISP_E_BADVARTYPE)
	}
	return VARIANT{vt: vt | VT_BYREF, ref: p}, nil
}

// refTo returns a pointer to a new Go value that is what v holds, nil for types
// that are not passed by reference.
func refTo(v VARIANT) any {
	switch v.vt {
	case VT_BOOL:
		return ptr(v.num != 0)
	case VT_I1:
		return ptr(int8(v.num))
	case VT_UI1:
		return ptr(uint8(v.num))
	case VT_I2:
		return ptr(int16(v.num))
	case VT_UI2:
		return ptr(uint16(v.num))
	case VT_I4, VT_INT:
		return ptr(int32(v.num))
	case VT_UI4, VT_UINT:
		return ptr(uint32(v.num))
	case VT_I8:
		return ptr(int64(v.num))
	case VT_UI8:
		return ptr(v.num)
	case VT_R4:
		return ptr(math.Float32frombits(uint32(v.num)))
	case VT_R8:
		return ptr(math.Float64frombits(v.num))
	case VT_CY:
		return ptr(CURRENCY(v.num))
	case VT_DATE:
		return ptr(v.date())
	case VT_ERROR:
		return ptr(com.HRESULT(v.num))
	case VT_BSTR:
		return ptr(v.text())
	case VT_DECIMAL:
		d, _ := v.ref.(DECIMAL)
		return &d
	case VT_UNKNOWN, VT_DISPATCH:
		return ptr(com.Unknown(v.ref))
	case VT_VARIANT:
		return new(VARIANT)
	}
	if v.vt&VT_ARRAY != 0 && v.vt&VT_BYREF == 0 {
		a, _ := v.ref.(*SAFEARRAY)
		if a == nil {
			a = new(SAFEARRAY)
		}
		return a
	}
	return nil
}

func ptr[T any](v T) *T { return &v }

// Deref returns the value that a VARIANT by reference leads to, and any other
// one as it is.
func (v VARIANT) Deref() VARIANT {
	if v.vt&VT_BYREF == 0 {
		return v
	}
	vt := v.vt &^ VT_BYREF
	switch p := v.ref.(type) {
	case *VARIANT:
		if p.vt == VT_VARIANT|VT_BYREF { // there is one step of this kind
			return VARIANT{}
		}
		return p.Deref()
	case *SAFEARRAY:
		return VARIANT{vt: vt, ref: p}
	case *com.Unknown:
		return VARIANT{vt: vt, ref: *p}
	}
	x, _ := scalar(reflect.ValueOf(v.ref).Elem().Interface())
	x.vt = vt
	return x
}

// assign puts what from leads to where v leads to. Both are by reference and of
// one type, or arrays. The objects that were there are given back, those of from
// are v's now.
func (v VARIANT) assign(from VARIANT) error {
	const kind = VT_ARRAY | VT_BYREF
	if v.vt&VT_BYREF == 0 || v.vt&kind != from.vt&kind || v.vt&VT_ARRAY == 0 && v.vt != from.vt {
		return fmt.Errorf("automation: %v came back as %v: %w", v.vt, from.vt, com.DISP_E_TYPEMISMATCH)
	}
	v.each(com.Release)
	reflect.ValueOf(v.ref).Elem().Set(reflect.ValueOf(from.ref).Elem())
	return nil
}

// Ref returns the pointer of a VARIANT by reference, whose Go type is that of
// [Ref]; nil for any other one. What is stored behind it goes back to the caller
// of Invoke: an object that is stored becomes the caller's, the one that was there
// is not to be released.
func (v VARIANT) Ref() any {
	if v.vt&VT_BYREF == 0 {
		return nil
	}
	return v.ref
}
