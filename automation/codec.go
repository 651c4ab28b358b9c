package automation

import (
	"fmt"
	"unicode/utf16"
	"unsafe"

	"oxid/com"
	"oxid/ndr"
)

// A wireVARIANT is 20 bytes and what its type has behind it: the size of all of
// it in units of 8 bytes, 4 reserved bytes, the type, 6 reserved bytes, and the
// type again as the tag of a union, for arrays its modifiers alone
// ([MS-OAUT] 2.2.29.2, CF-466).
const minVariant = 20

// tag is the union's tag.
func (t VARTYPE) tag() uint32 {
	if t&VT_ARRAY != 0 {
		t &= VT_ARRAY | VT_BYREF
	}
	return uint32(t)
}

// pointer reports whether the union holds a pointer. What that leads to is behind
// the structure and its padding, and what is behind it has none.
func (t VARTYPE) pointer() bool {
	return t&(VT_ARRAY|VT_BYREF) != 0 || t == VT_BSTR || t == VT_UNKNOWN || t == VT_DISPATCH
}

// header is the type with the reserved words behind it. A DECIMAL is in these
// words in memory, and there are receivers that take it from there.
func (v *VARIANT) header() uint64 {
	d, ok := v.ref.(DECIMAL)
	if !ok || v.vt != VT_DECIMAL {
		return uint64(v.vt)
	}
	return uint64(v.vt) | uint64(d.Scale)<<16 | uint64(d.sign())<<24 | uint64(d.Hi)<<32
}

// EncodeNDR encodes the pointer to the VARIANT.
func (v *VARIANT) EncodeNDR(e *ndr.Encoder) { e.Pointer(true) }

// EncodeDeferredNDR encodes the VARIANT.
func (v *VARIANT) EncodeDeferredNDR(e *ndr.Encoder) {
	if !e.Enter() {
		return
	}
	was := e.Order(false)
	e.Align(8, 8)
	start := e.Len()
	e.Uint64(0)
	e.Uint64(v.header())
	e.Uint32(v.vt.tag())
	e.Align(1, 8)
	if v.vt&VT_BYREF != 0 {
		e.Pointer(true)
		v.encodeReferent(e, was)
	} else {
		v.encodeArm(e, was, uint16(VT_DECIMAL))
	}
	if !v.vt.pointer() {
		e.Trail(8)
	}
	e.Patch32(start, uint32(e.Len()-start+7)/8)
	e.Order(was)
	e.Leave()
}

// encodeReferent encodes what a VARIANT by reference leads to.
func (v *VARIANT) encodeReferent(e *ndr.Encoder, was bool) {
	if x, ok := v.ref.(*VARIANT); ok && v.vt == VT_VARIANT|VT_BYREF {
		if x.vt == v.vt {
			e.Fail(fmt.Errorf("automation: %v that leads to another one: %w", v.vt, com.DISP_E_BADVARTYPE))
			return
		}
		x.EncodeNDR(e)
		x.EncodeDeferredNDR(e)
		return
	}
	x := v.Deref()
	x.encodeArm(e, was, 0)
}

// encodeArm encodes a value that is not by reference, with what its pointers
// lead to. was is the byte order outside, which interface pointers have.
func (v *VARIANT) encodeArm(e *ndr.Encoder, was bool, reserved uint16) {
	if v.vt&VT_ARRAY != 0 {
		a := v.ref.(*SAFEARRAY)
		a.EncodeNDR(e)
		a.EncodeDeferredNDR(e)
		return
	}
	switch v.vt {
	case VT_EMPTY, VT_NULL:
	case VT_I1, VT_UI1:
		e.Byte(byte(v.num))
	case VT_I2, VT_UI2:
		e.Uint16(uint16(v.num))
	case VT_BOOL:
		e.VariantBool(v.num != 0)
	case VT_I4, VT_UI4, VT_INT, VT_UINT, VT_R4, VT_ERROR:
		e.Uint32(uint32(v.num))
	case VT_I8, VT_UI8, VT_R8, VT_CY, VT_DATE:
		e.Uint64(v.num)
	case VT_BSTR:
		if b, ok := v.ref.(BSTR); ok {
			b.EncodeNDR(e)
			b.EncodeDeferredNDR(e)
		} else {
			PutBSTR(e, v.text())
		}
	case VT_UNKNOWN, VT_DISPATCH:
		e.Order(was)
		e.Interface(v.vt.desc(v.ref), v.ref)
		e.Order(false)
	case VT_DECIMAL:
		d := v.ref.(DECIMAL)
		d.encode(e, reserved)
	default:
		e.Fail(unsupported(v.vt))
	}
}

// desc is the interface of the objects of t.
func (t VARTYPE) desc(v any) *com.Desc {
	if t == VT_DISPATCH {
		return com.DescFor(&IID_IDispatch, v)
	}
	return com.UnknownDesc
}

func unsupported(vt VARTYPE) error {
	return fmt.Errorf("automation: %v does not travel: %w", vt, com.DISP_E_BADVARTYPE)
}

// DecodeNDR decodes the pointer to the VARIANT.
func (v *VARIANT) DecodeNDR(d *ndr.Decoder) { d.Mark(minVariant) }

// DecodeDeferredNDR decodes the VARIANT. A NULL pointer is VT_EMPTY.
func (v *VARIANT) DecodeDeferredNDR(d *ndr.Decoder) {
	*v = VARIANT{}
	if !d.Marked(minVariant) {
		return
	}
	was := d.Order(false)
	d.Align(8, 8)
	d.Uint64() // the size is what the sender thought; what is there counts
	vt := VARTYPE(d.Uint64())
	if tag := d.Uint32(); tag != vt.tag() {
		d.Fail(badData("%v with the tag %#x", vt, tag))
	}
	d.Align(1, 8)
	if d.Err() == nil {
		*v = decodeVariant(d, was, vt)
	}
	if !vt.pointer() {
		d.Trail(8)
	}
	d.Order(was)
	d.Leave()
}

// decodeVariant decodes the arm of a type.
func decodeVariant(d *ndr.Decoder, was bool, vt VARTYPE) VARIANT {
	if vt&VT_BYREF == 0 {
		return decodeArm(d, was, vt)
	}
	if !d.Pointer() {
		d.Fail(badData("%v with NULL", vt))
		return VARIANT{}
	}
	if vt == VT_VARIANT|VT_BYREF {
		x := new(VARIANT)
		x.DecodeNDR(d)
		x.DecodeDeferredNDR(d)
		if x.vt == vt {
			d.Fail(badData("%v that leads to another one", vt))
			return VARIANT{}
		}
		return VARIANT{vt: vt, ref: x}
	}
	x := decodeArm(d, was, vt&^VT_BYREF)
	p := refTo(x)
	if p == nil && d.Err() == nil {
		d.Fail(badData("%v", vt))
	}
	if d.Err() != nil {
		return VARIANT{}
	}
	return VARIANT{vt: vt, ref: p}
}

// decodeArm mirrors encodeArm.
func decodeArm(d *ndr.Decoder, was bool, vt VARTYPE) VARIANT {
	v := VARIANT{vt: vt}
	if vt&VT_ARRAY != 0 {
		a := &SAFEARRAY{vt: vt &^ VT_ARRAY} // should it not know its type itself
		a.DecodeNDR(d)
		a.decodeDeferred(d, vt&^VT_ARRAY)
		v.ref = a
		return v
	}
	switch vt {
	case VT_EMPTY, VT_NULL:
	case VT_I1:
		v.num = uint64(d.Int8())
	case VT_UI1:
		v.num = uint64(d.Byte())
	case VT_I2:
		v.num = uint64(d.Int16())
	case VT_UI2:
		v.num = uint64(d.Uint16())
	case VT_BOOL:
		v.num = uint64(ndr.Int(d.VariantBool()))
	case VT_I4, VT_INT:
		v.num = uint64(d.Int32())
	case VT_UI4, VT_UINT, VT_R4, VT_ERROR:
		v.num = uint64(d.Uint32())
	case VT_I8, VT_UI8, VT_R8, VT_CY, VT_DATE:
		v.num = d.Uint64()
	case VT_BSTR:
		if d.Pointer() {
			v.ref = getAny(d)
		} else {
			v.ref = BSTR(nil)
		}
	case VT_UNKNOWN, VT_DISPATCH:
		d.Order(was)
		v.ref = d.Interface(vt.desc(nil))
		d.Order(false)
	case VT_DECIMAL:
		var dec DECIMAL
		dec.DecodeNDR(d)
		v.ref = dec
	case VT_RECORD:
		d.Fail(unsupported(vt))
	default:
		d.Fail(badData("a value of %v", vt))
	}
	return v
}

// getAny reads a blob as a string where that says all of it, else as a BSTR.
func getAny(d *ndr.Decoder) any {
	b := getBlob(d)
	if b == nil {
		return b
	}
	ascii := len(b)%2 == 0
	for i := 0; i < len(b) && ascii; i += 2 {
		ascii = b[i] < 0x80 && b[i+1] == 0
	}
	if ascii {
		out := make([]byte, len(b)/2)
		for i := range out {
			out[i] = b[2*i]
		}
		return unsafe.String(unsafe.SliceData(out), len(out))
	}
	if len(b)%2 != 0 || !wellFormed(b) {
		return b
	}
	return b.String()
}

// wellFormed reports whether the surrogates in UTF-16 are all in pairs.
func wellFormed(b BSTR) bool {
	for i := 0; i < len(b); i += 2 {
		r := rune(b[i]) | rune(b[i+1])<<8
		if !utf16.IsSurrogate(r) {
			continue
		}
		if i += 2; i >= len(b) || utf16.DecodeRune(r, rune(b[i])|rune(b[i+1])<<8) == '�' {
			return false
		}
	}
	return true
}
