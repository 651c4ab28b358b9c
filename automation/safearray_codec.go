package automation

import (
	"oxid/com"
	"oxid/ndr"
)

// A SAFEARRAY travels as a pointer to a pointer to a structure with the bounds at
// its end. The elements are behind it, as an array in one of few forms that fit
// them ([MS-OAUT] 2.2.30.10, CF-485).

// sfType is the form of the elements, the tag of a union ([MS-OAUT] 2.2.30.1).
type sfType uint32

const (
	sfI1       sfType = 0x10
	sfI2       sfType = 2
	sfI4       sfType = 3
	sfI8       sfType = 0x14
	sfBSTR     sfType = 8
	sfUnknown  sfType = 13
	sfDispatch sfType = 9
	sfVariant  sfType = 12
	sfRecord   sfType = 36
	sfHaveIID  sfType = 0x800d
)

// Bits of fFeatures. Those that say how the sender holds the memory are ignored.
const (
	fadfRecord      = 0x20
	fadfHaveIID     = 0x40
	fadfHaveVarType = 0x80
	fadfBSTR        = 0x100
	fadfUnknown     = 0x200
	fadfDispatch    = 0x400
	fadfVariant     = 0x800
	fadfKind        = fadfRecord | fadfHaveIID | fadfBSTR | fadfUnknown | fadfDispatch | fadfVariant
)

// form is how elements of a type travel: their form, its size, and the features
// that go with it. ok is false for types that there are no arrays of.
func (t VARTYPE) form() (sf sfType, size uint32, features uint16, ok bool) {
	switch t {
	case VT_I1, VT_UI1:
		return sfI1, 1, 0, true
	case VT_I2, VT_UI2, VT_BOOL:
		return sfI2, 2, 0, true
	case VT_I4, VT_UI4, VT_R4, VT_INT, VT_UINT, VT_ERROR:
		return sfI4, 4, 0, true
	case VT_I8, VT_UI8, VT_R8, VT_CY, VT_DATE:
		return sfI8, 8, 0, true
	case VT_BSTR:
		return sfBSTR, 4, fadfBSTR, true
	case VT_UNKNOWN:
		return sfUnknown, 4, fadfUnknown, true
	case VT_DISPATCH:
		return sfDispatch, 4, fadfDispatch, true
	case VT_VARIANT:
		return sfVariant, 16, fadfVariant, true
	}
	return 0, 0, 0, false
}

// EncodeNDR encodes the outer pointer.
func (a *SAFEARRAY) EncodeNDR(e *ndr.Encoder) { e.Pointer(true) }

// EncodeDeferredNDR encodes the inner pointer and the array.
func (a *SAFEARRAY) EncodeDeferredNDR(e *ndr.Encoder) {
	if !e.Pointer(!a.IsNull()) {
		return
	}
	sf, size, features, ok := a.vt.form()
	if !ok {
		e.Fail(unsupported(a.vt | VT_ARRAY))
		return
	}
	was := e.Order(false)
	e.Count(len(a.bounds))
	e.Align(4, 8)
	e.Uint16(uint16(len(a.bounds)))
	e.Uint16(features | fadfHaveVarType)
	e.Uint32(size)
	e.Uint32(uint32(a.vt) << 16) // no locks, and the type
	e.Align(1, 8)                // the union
	e.Uint32(uint32(sf))
	e.Align(1, 8)
	n := a.Len()
	e.Uint32(uint32(n))
	e.Pointer(true)
	for _, b := range a.bounds {
		e.Uint32(b.Len)
		e.Int32(b.Lower)
	}
	e.Trail(8)
	e.Count(n)
	a.encodeElems(e, was)
	e.Order(was)
}

func (a *SAFEARRAY) encodeElems(e *ndr.Encoder, was bool) {
	switch s := a.elems.(type) {
	case []bool:
		for _, x := range s {
			e.VariantBool(x)
		}
	case []int8:
		ndr.Put(e, s)
	case []uint8:
		ndr.Put(e, s)
	case []int16:
		ndr.Put(e, s)
	case []uint16:
		ndr.Put(e, s)
	case []int32:
		ndr.Put(e, s)
	case []uint32:
		ndr.Put(e, s)
	case []float32:
		ndr.Put(e, s)
	case []com.HRESULT:
		ndr.Put(e, s)
	case []int64:
		ndr.Put(e, s)
	case []uint64:
		ndr.Put(e, s)
	case []float64:
		ndr.Put(e, s)
	case []CURRENCY:
		ndr.Put(e, s)
	case []DATE:
		ndr.Put(e, s)
	case []string:
		for range s {
			e.Pointer(true)
		}
		for _, x := range s {
			PutBlob(e, x)
		}
	case []BSTR:
		for range s {
			e.Pointer(true)
		}
		for i := range s {
			s[i].EncodeDeferredNDR(e)
		}
	case []com.Unknown:
		for _, x := range s {
			e.Pointer(x != nil)
		}
		e.Order(was)
		for _, x := range s {
			if x != nil {
				e.Referent(a.vt.desc(x), x)
			}
		}
		e.Order(false)
	case []VARIANT:
		for range s {
			e.Pointer(true)
		}
		for i := range s {
			s[i].EncodeDeferredNDR(e)
		}
	}
}

// DecodeNDR decodes the outer pointer.
func (a *SAFEARRAY) DecodeNDR(d *ndr.Decoder) { d.Mark(4) }

// DecodeDeferredNDR decodes the inner pointer and the array.
func (a *SAFEARRAY) DecodeDeferredNDR(d *ndr.Decoder) { a.decodeDeferred(d, VT_EMPTY) }

// decodeDeferred decodes an array; hint is the type of its elements, if it does
// not say so itself.
func (a *SAFEARRAY) decodeDeferred(d *ndr.Decoder, hint VARTYPE) {
	*a = SAFEARRAY{}
	if !d.Marked(4) {
		return
	}
	if d.Pointer() {
		was := d.Order(false)
		a.decodeBody(d, was, hint)
		d.Order(was)
		if d.Err() != nil {
			*a = SAFEARRAY{}
		}
	}
	d.Leave()
}

func (a *SAFEARRAY) decodeBody(d *ndr.Decoder, was bool, hint VARTYPE) {
	dims := d.Count(8)
	d.Align(4, 8)
	d.Want(int(d.Uint16()), dims)
	features := d.Uint16()
	d.Uint32() // the size of an element, which its form has already
	locks := d.Uint32()
	d.Align(1, 8)
	sf := sfType(d.Uint32())
	d.Align(1, 8)
	size := d.Uint32()
	there := d.Pointer()
	desc := a.elementType(d, sf, features, VARTYPE(locks>>16), hint)
	bounds := make([]Bound, dims)
	for i := range bounds {
		bounds[i] = Bound{d.Uint32(), d.Int32()}
	}
	d.Trail(8)
	n, ok := cells(bounds)
	if d.Err() != nil {
		return
	}
	if !ok || uint32(n) != size {
		d.Fail(badData("an array of %d elements with the bounds %v", size, bounds))
		return
	}
	if !there && n > 0 {
		d.Fail(badData("an array of %d elements without any", n))
		return
	}
	a.bounds = bounds
	if there {
		_, least, _, _ := a.vt.form()
		if a.vt == VT_VARIANT {
			least = 4
		}
		n = d.CountIs(n, int(least))
	}
	a.decodeElems(d, was, n, desc)
}

// elementType finds out what the elements are, and of objects which interface
// they have. All that is said about it has to agree.
func (a *SAFEARRAY) elementType(d *ndr.Decoder, sf sfType, features uint16, said, hint VARTYPE) *com.Desc {
	var iid com.IID
	vt := VARTYPE(sf) // the forms have the numbers of types
	switch sf {
	case sfI1:
		vt = VT_UI1 // bytes are what there are most of
	case sfHaveIID:
		iid = d.GUID()
		if vt = VT_UNKNOWN; features&fadfDispatch != 0 {
			vt = VT_DISPATCH
		}
	case sfI2, sfI4, sfI8, sfBSTR, sfUnknown, sfDispatch, sfVariant:
	case sfRecord:
		d.Fail(unsupported(VT_RECORD | VT_ARRAY))
		return nil
	default:
		d.Fail(badData("an array of the form %#x", uint32(sf)))
		return nil
	}
	_, _, want, _ := vt.form()
	have := features & fadfKind
	if sf == sfHaveIID {
		want |= fadfHaveIID
	} else if sf == sfUnknown || sf == sfDispatch {
		have &^= fadfHaveIID
	}
	if have != want {
		d.Fail(badData("an array of the form %#x with the features %#x", uint32(sf), features))
		return nil
	}
	// HAVEVARTYPE and HAVEIID keep what they add in one place of the memory.
	if features&fadfHaveVarType == 0 {
		said = hint
		if f, _, _, ok := said.form(); !ok || f != sf {
			said = vt
		}
	}
	if f, _, _, ok := said.form(); !ok || f != sf && sf != sfHaveIID {
		d.Fail(badData("an array of %v in the form %#x", said, uint32(sf)))
		return nil
	}
	a.vt = said
	if sf == sfHaveIID {
		a.vt = vt
		return com.DescFor(&iid, nil)
	}
	return a.vt.desc(nil)
}

func (a *SAFEARRAY) decodeElems(d *ndr.Decoder, was bool, n int, desc *com.Desc) {
	switch a.vt {
	case VT_I1:
		a.elems = ndr.Get[int8](d, nil, n)
	case VT_UI1:
		a.elems = ndr.Get[uint8](d, nil, n)
	case VT_I2:
		a.elems = ndr.Get[int16](d, nil, n)
	case VT_UI2:
		a.elems = ndr.Get[uint16](d, nil, n)
	case VT_BOOL:
		s := make([]bool, n)
		for i := range s {
			s[i] = d.VariantBool()
		}
		a.elems = s
	case VT_I4, VT_INT:
		a.elems = ndr.Get[int32](d, nil, n)
	case VT_UI4, VT_UINT:
		a.elems = ndr.Get[uint32](d, nil, n)
	case VT_R4:
		a.elems = ndr.Get[float32](d, nil, n)
	case VT_ERROR:
		a.elems = ndr.Get[com.HRESULT](d, nil, n)
	case VT_I8:
		a.elems = ndr.Get[int64](d, nil, n)
	case VT_UI8:
		a.elems = ndr.Get[uint64](d, nil, n)
	case VT_R8:
		a.elems = ndr.Get[float64](d, nil, n)
	case VT_CY:
		a.elems = ndr.Get[CURRENCY](d, nil, n)
	case VT_DATE:
		a.elems = ndr.Get[DATE](d, nil, n)
	case VT_BSTR:
		s := make([]string, n)
		for range s {
			d.Mark(minBSTR)
		}
		for i := range s {
			s[i] = GetBlob(d)
		}
		a.elems = s
	case VT_UNKNOWN, VT_DISPATCH:
		s := make([]com.Unknown, n)
		for range s {
			d.MarkInterface()
		}
		d.Order(was)
		for i := range s {
			s[i] = d.MarkedInterface(desc)
		}
		d.Order(false)
		a.elems = s
	case VT_VARIANT:
		s := make([]VARIANT, n)
		for i := range s {
			s[i].DecodeNDR(d)
		}
		for i := range s {
			s[i].DecodeDeferredNDR(d)
		}
		a.elems = s
	}
}
