package automation

import "strconv"

// VARTYPE says what a value is ([MS-OAUT] 2.2.7): one of the types, with
// VT_ARRAY or VT_BYREF or both added.
type VARTYPE uint16

// The types of values.
const (
	VT_EMPTY    VARTYPE = 0  // nothing
	VT_NULL     VARTYPE = 1  // the NULL of databases
	VT_I2       VARTYPE = 2  // int16
	VT_I4       VARTYPE = 3  // int32
	VT_R4       VARTYPE = 4  // float32
	VT_R8       VARTYPE = 5  // float64
	VT_CY       VARTYPE = 6  // CURRENCY
	VT_DATE     VARTYPE = 7  // DATE
	VT_BSTR     VARTYPE = 8  // string or BSTR
	VT_DISPATCH VARTYPE = 9  // an object with IDispatch
	VT_ERROR    VARTYPE = 10 // com.HRESULT
	VT_BOOL     VARTYPE = 11 // bool
	VT_VARIANT  VARTYPE = 12 // VARIANT; only in arrays and by reference
	VT_UNKNOWN  VARTYPE = 13 // an object
	VT_DECIMAL  VARTYPE = 14 // DECIMAL
	VT_I1       VARTYPE = 16 // int8
	VT_UI1      VARTYPE = 17 // uint8
	VT_UI2      VARTYPE = 18 // uint16
	VT_UI4      VARTYPE = 19 // uint32
	VT_I8       VARTYPE = 20 // int64
	VT_UI8      VARTYPE = 21 // uint64
	VT_INT      VARTYPE = 22 // int32
	VT_UINT     VARTYPE = 23 // uint32
	VT_RECORD   VARTYPE = 36 // a structure; it does not travel

	VT_ARRAY    VARTYPE = 0x2000
	VT_BYREF    VARTYPE = 0x4000
	VT_TYPEMASK VARTYPE = 0x0fff
)

var vartypes = map[VARTYPE]string{
	VT_EMPTY: "VT_EMPTY", VT_NULL: "VT_NULL", VT_I2: "VT_I2", VT_I4: "VT_I4", VT_R4: "VT_R4", VT_R8: "VT_R8", VT_CY: "VT_CY",
	VT_DATE: "VT_DATE", VT_BSTR: "VT_BSTR", VT_DISPATCH: "VT_DISPATCH", VT_ERROR: "VT_ERROR", VT_BOOL: "VT_BOOL",
	VT_VARIANT: "VT_VARIANT", VT_UNKNOWN: "VT_UNKNOWN", VT_DECIMAL: "VT_DECIMAL", VT_I1: "VT_I1", VT_UI1: "VT_UI1",
	VT_UI2: "VT_UI2", VT_UI4: "VT_UI4", VT_I8: "VT_I8", VT_UI8: "VT_UI8", VT_INT: "VT_INT", VT_UINT: "VT_UINT",
	VT_RECORD: "VT_RECORD",
}

// String returns the name, as in "VT_I4|VT_ARRAY".
func (t VARTYPE) String() string {
	s := vartypes[t&^(VT_ARRAY|VT_BYREF)]
	if s == "" {
		s = "VT_" + strconv.Itoa(int(t&^(VT_ARRAY|VT_BYREF)))
	}
	if t&VT_ARRAY != 0 {
		s += "|VT_ARRAY"
	}
	if t&VT_BYREF != 0 {
		s += "|VT_BYREF"
	}
	return s
}
