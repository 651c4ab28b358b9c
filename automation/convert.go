package automation

import (
	"fmt"
	"math"
	"math/big"
	"time"

	"oxid/com"
)

// mismatch is the error for a value of another kind than is wanted.
func (v VARIANT) mismatch(want string) error {
	return fmt.Errorf("automation: %v is no %s: %w", v.vt, want, com.DISP_E_TYPEMISMATCH)
}

// Int returns an integer of whatever width; DISP_E_OVERFLOW where it does not
// fit, DISP_E_TYPEMISMATCH where v is no integer.
func (v VARIANT) Int() (int64, error) {
	v = v.Deref()
	switch v.vt {
	case VT_I1, VT_I2, VT_I4, VT_I8, VT_INT, VT_UI1, VT_UI2, VT_UI4, VT_UINT:
		return int64(v.num), nil
	case VT_UI8:
		if v.num > math.MaxInt64 {
			return 0, fmt.Errorf("automation: %d as int64: %w", v.num, com.DISP_E_OVERFLOW)
		}
		return int64(v.num), nil
	}
	return 0, v.mismatch("integer")
}

// Uint is [VARIANT.Int] for integers that are not negative.
func (v VARIANT) Uint() (uint64, error) {
	v = v.Deref()
	if v.vt == VT_UI8 {
		return v.num, nil
	}
	n, err := v.Int()
	if err == nil && n < 0 {
		return 0, fmt.Errorf("automation: %d as uint64: %w", n, com.DISP_E_OVERFLOW)
	}
	return uint64(n), err
}

// Float returns a number of any type as the nearest float64.
func (v VARIANT) Float() (float64, error) {
	v = v.Deref()
	switch v.vt {
	case VT_R4:
		return float64(math.Float32frombits(uint32(v.num))), nil
	case VT_R8:
		return math.Float64frombits(v.num), nil
	case VT_CY:
		return CURRENCY(v.num).Float64(), nil
	case VT_UI8:
		return float64(v.num), nil
	case VT_DECIMAL:
		f, _ := v.ref.(DECIMAL).Rat().Float64()
		return f, nil
	}
	n, err := v.Int()
	if err != nil {
		return 0, v.mismatch("number")
	}
	return float64(n), nil
}

// Rat returns a number of any type exactly; infinities and NaN are
// DISP_E_OVERFLOW.
func (v VARIANT) Rat() (*big.Rat, error) {
	v = v.Deref()
	switch v.vt {
	case VT_CY:
		return big.NewRat(int64(v.num), 1e4), nil
	case VT_DECIMAL:
		return v.ref.(DECIMAL).Rat(), nil
	case VT_UI8:
		return new(big.Rat).SetUint64(v.num), nil
	case VT_R4, VT_R8:
		f, _ := v.Float()
		if r := new(big.Rat).SetFloat64(f); r != nil {
			return r, nil
		}
		return nil, fmt.Errorf("automation: %v has no exact value: %w", f, com.DISP_E_OVERFLOW)
	}
	n, err := v.Int()
	if err != nil {
		return nil, v.mismatch("number")
	}
	return new(big.Rat).SetInt64(n), nil
}

// Bool returns a truth value.
func (v VARIANT) Bool() (bool, error) {
	v = v.Deref()
	if v.vt != VT_BOOL {
		return false, v.mismatch("truth value")
	}
	return v.num != 0, nil
}

// Text returns the text of a VT_BSTR; "" for the NULL BSTR.
func (v VARIANT) Text() (string, error) {
	v = v.Deref()
	if v.vt != VT_BSTR {
		return "", v.mismatch("text")
	}
	return v.text(), nil
}

// BSTR returns the content of a VT_BSTR as it is.
func (v VARIANT) BSTR() (BSTR, error) {
	v = v.Deref()
	if v.vt != VT_BSTR {
		return nil, v.mismatch("BSTR")
	}
	if b, ok := v.ref.(BSTR); ok {
		return b, nil
	}
	return BSTROf(v.text()), nil
}

// Time returns a VT_DATE, as [DATE.Time] does.
func (v VARIANT) Time() (time.Time, error) {
	v = v.Deref()
	if v.vt != VT_DATE {
		return time.Time{}, v.mismatch("date")
	}
	return v.date().Time(), nil
}

// HRESULT returns a VT_ERROR.
func (v VARIANT) HRESULT() (com.HRESULT, error) {
	v = v.Deref()
	if v.vt != VT_ERROR {
		return 0, v.mismatch("code")
	}
	return com.HRESULT(v.num), nil
}

// Object returns the object of a VT_UNKNOWN or VT_DISPATCH, nil for none; it
// stays v's.
func (v VARIANT) Object() (com.Unknown, error) {
	v = v.Deref()
	if v.vt != VT_UNKNOWN && v.vt != VT_DISPATCH {
		return nil, v.mismatch("object")
	}
	return v.ref, nil
}

// Array returns the array in v.
func (v VARIANT) Array() (SAFEARRAY, error) {
	v = v.Deref()
	if v.vt&VT_ARRAY == 0 {
		return SAFEARRAY{}, v.mismatch("array")
	}
	return *v.ref.(*SAFEARRAY), nil
}
