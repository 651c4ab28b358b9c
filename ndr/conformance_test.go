package ndr

import (
	"errors"
	"testing"

	"oxid/com"
)

// The conformance facts CF-397 to CF-460 by number, as far as they are about
// bytes or their meaning. The others have no meaning here:
//
//	CF-418  A string is a value in Go: no memory is supplied for it.
//	CF-429  An interface pointer that comes back is a result, not a slot with old content.
//	CF-430  The same on the server.
//	CF-431  The stub gives [out] interface pointers back; the encoder only writes them.
//	CF-444  Errors are Go errors: [comm_status] and [fault_status] parameters are not mapped.
//	CF-449  A call back during a call: the channel's matter. An arm's pointer is like any other (CF-428).
//	CF-451  NdrGetUserMarshalInfo serves user marshalers in C.
//	CF-452  The same, its errors.
//	CF-454  NdrGetBuffer and NdrFreeBuffer: the channel's GetBuffer and FreeBuffer.

// encode returns the little-endian NDR 2.0 bytes that enc writes.
func encode(t *testing.T, enc func(e *Encoder)) []byte {
	t.Helper()
	e := EncodeTo(nil, false)
	enc(&e)
	b, err := e.Data()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wire compares encoded bytes.
func wire(t *testing.T, enc func(e *Encoder), hex string) {
	t.Helper()
	want(t, string(encode(t, enc)), string(unhex(t, hex)))
}

// decode returns a decoder of little-endian NDR 2.0.
func decode(t *testing.T, hex string) *Decoder {
	d := DecodeFrom(unhex(t, hex), dataRepLittle, false)
	return &d
}

// fails checks the error of a decoder: the finer code, the code for the wire,
// and which of them is the HRESULT.
func fails(t *testing.T, d *Decoder, hr, onWire com.HRESULT) {
	t.Helper()
	if !errors.Is(d.Err(), hr) || !errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA) || com.HRESULTOf(d.Err()) != onWire {
		t.Errorf("error %v, want %v, %v on the wire", d.Err(), hr, onWire)
	}
}

func TestCF_397_ReferentIDs(t *testing.T) {
	wire(t, func(e *Encoder) {
		for _, notNil := range []bool{true, false, true, true} {
			want(t, e.Pointer(notNil), notNil)
		}
	}, `00 00 02 00 00 00 00 00 04 00 02 00 08 00 02 00`)
	d := decode(t, `01 00 00 00 ff ff ff ff 55 73 65 72 00 00 00 00`)
	for _, notNull := range []bool{true, true, true, false} {
		want(t, d.Pointer(), notNull)
	}
}

func TestCF_400_RefToUniqueChar(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Pointer(true)
		e.Byte('x')
	}, `00 00 02 00 78`)
}

func TestCF_401_UniqueShort(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Pointer(true)
		e.Int16(1)
	}, `00 00 02 00 01 00`)
}

func TestCF_402_UniqueLong(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Pointer(true)
		e.Float32(1)
	}, `00 00 02 00 00 00 80 3f`)
}

func TestCF_403_UniqueHyper(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Pointer(true)
		e.Float64(-2.5)
	}, `00 00 02 00 00 00 00 00 00 00 00 00 00 00 04 c0`)
}

func TestCF_404_Enum16(t *testing.T) {
	wire(t, func(e *Encoder) { e.Enum16(0x7fff) }, `ff 7f`)
}

func TestCF_405_Enum32(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Pointer(true)
		e.Int32(-1)
	}, `00 00 02 00 ff ff ff ff`)
}

func TestCF_406_Enum16OutOfRange(t *testing.T) {
	e := EncodeTo(nil, false)
	e.Enum16(0x8000)
	want(t, com.HRESULTOf(e.Err()), com.RPC_X_ENUM_VALUE_OUT_OF_RANGE)

	d := decode(t, `00 80`)
	want(t, d.Enum16(), 0)
	fails(t, d, com.RPC_X_ENUM_VALUE_OUT_OF_RANGE, com.RPC_X_BAD_STUB_DATA)
}

func TestCF_407_PrimitiveAlignment(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Byte(1)
		e.Int16(2)
		e.Byte(3)
		e.Int32(4)
		e.Byte(5)
		e.Int64(6)
	}, `01 00 02 00 03 00 00 00 04 00 00 00 05 00 00 00 06 00 00 00 00 00 00 00`)
	// Padding may hold anything.
	d := decode(t, `01 aa 02 00 03 bb bb bb 04 00 00 00 05 cc cc cc 06 00 00 00 00 00 00 00`)
	want(t, d.Byte(), 1)
	want(t, d.Int16(), 2)
	want(t, d.Byte(), 3)
	want(t, d.Int32(), 4)
	want(t, d.Byte(), 5)
	want(t, d.Int64(), 6)
	want(t, d.Err(), nil)
}

// struct { char c; short s; long l1, l2; __int64 l; } behind a unique pointer.
func TestCF_408_PlainStructure(t *testing.T) {
	b := encode(t, func(e *Encoder) {
		e.Align(8, 8)
		e.Byte('x')
		e.Int16(1)
		e.Int32(2)
		e.Int32(3)
		e.Int64(4)
	})
	want(t, len(b), 24)
}

// struct { long l1; [unique] long *pl1; [unique] char *pc1; }.
func longAndChar(e *Encoder) {
	e.Align(4, 8)
	e.Int32(0xbcdef)
	e.Pointer(true)
	e.Pointer(true)
	e.Trail(8)
	e.Int32(0x123)
	e.Byte('a')
}

func TestCF_410_StructureWithPointers(t *testing.T) {
	wire(t, longAndChar, `ef cd 0b 00 00 00 02 00 04 00 02 00 | 23 01 00 00 | 61`)
}

func TestCF_411_PointerToStructureWithPointers(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Pointer(true)
		longAndChar(e)
	}, `00 00 02 00 | ef cd 0b 00 04 00 02 00 08 00 02 00 | 23 01 00 00 | 61`)
}

func TestCF_412_NestedStructuresWithPointers(t *testing.T) {
	a, b := newPair(1, 7, "", 2), newPair(3, 8, "", 4)
	wire(t, func(e *Encoder) {
		a.flat(e)
		b.flat(e)
		a.deferred(e)
		b.deferred(e)
	}, `01 00 00 00 00 00 02 00 00 00 00 00 02 00 00 00 |
		03 00 00 00 04 00 02 00 00 00 00 00 04 00 00 00 | 07 00 00 00 | 08 00 00 00`)
}

func TestCF_413_ConformantArray(t *testing.T) {
	b := encode(t, func(e *Encoder) {
		e.Count(16)
		e.Bytes(make([]byte, 16))
	})
	want(t, len(b), 20)
	want(t, b[0], 16)
}

func TestCF_414_UniquePointerToConformantArray(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Pointer(true)
		e.Count(2)
		e.Bytes([]byte{1, 2})
	}, `00 00 02 00 | 02 00 00 00 | 01 02`)
}

func TestCF_415_ConformantString(t *testing.T) {
	want(t, len(encode(t, func(e *Encoder) { e.Str("This is a test string") })), 21+1+12)
	wire(t, func(e *Encoder) { e.Str("ab") }, `03 00 00 00 00 00 00 00 03 00 00 00 61 62 00`)
}

func TestCF_416_FixedString(t *testing.T) {
	want(t, len(encode(t, func(e *Encoder) { e.StrFixed("This is a test string", 32) })), 21+1+8)
	wire(t, func(e *Encoder) { e.StrFixed("ab", 32) }, `00 00 00 00 03 00 00 00 61 62 00`)
}

func TestCF_417_StringIsNoAlias(t *testing.T) {
	d := decode(t, `00 00 00 00 03 00 00 00 61 62 00`)
	s := d.StrFixed(32)
	clear(d.b)
	want(t, s, "ab")
}

func TestCF_419_ConformanceInFront(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Count(2)
		e.Align(8, 8)
		e.Int64(1)
		e.Bytes([]byte{2, 3})
	}, `02 00 00 00 | 00 00 00 00 | 01 00 00 00 00 00 00 00 | 02 03`)
}

// struct { enum e; long size; [size_is(size)] long array[]; } of 20 elements.
func TestCF_420_ConformantComplexStructure(t *testing.T) {
	b := encode(t, func(e *Encoder) {
		e.Count(20)
		e.Align(4, 4)
		e.Enum16(3)
		e.Int32(20)
		e.Int32s(make([]int32, 20))
	})
	want(t, len(b), 92)
	want(t, string(b[:12]), string(unhex(t, `14 00 00 00 | 03 00 | 00 00 | 14 00 00 00`)))
}

// struct { long dim1, dim2; [size_is(dim1,dim2)] long **array; }.
func TestCF_422_ArrayOfPointersToArrays(t *testing.T) {
	const dim1, dim2 = 5, 3
	b := encode(t, func(e *Encoder) {
		e.Align(4, 8)
		e.Int32(dim1)
		e.Int32(dim2)
		e.Pointer(true)
		e.Trail(8)
		e.Count(dim1)
		for range dim1 {
			e.Pointer(true)
		}
		for range dim1 {
			e.Count(dim2)
			e.Int32s(make([]int32, dim2))
		}
	})
	want(t, len(b), (4+dim1*(2+dim2))*4)
}

func TestCF_423_VaryingArrays(t *testing.T) {
	varying := func(e *Encoder) {
		e.Varying(1, 2)
		e.Bytes([]byte{7, 8})
	}
	wire(t, varying, `01 00 00 00 02 00 00 00 | 07 08`)
	wire(t, func(e *Encoder) {
		e.Count(5)
		varying(e)
	}, `05 00 00 00 | 01 00 00 00 02 00 00 00 | 07 08`)
}

func TestCF_424_FullPointers(t *testing.T) {
	a, b := int32(1), int32(2)
	wire(t, func(e *Encoder) {
		for _, p := range []*int32{&a, &b, nil, &a} {
			putFullLong(e, p)
		}
	}, `01 00 00 00 01 00 00 00 | 02 00 00 00 02 00 00 00 | 00 00 00 00 | 01 00 00 00`)
}

func TestCF_425_FullPointersOnServer(t *testing.T) {
	var table FullPointers
	d := decode(t, `03 00 00 00 07 00 00 00 | 09 00 00 00 08 00 00 00`)
	d.ShareFull(&table)
	getFullLong(d)
	getFullLong(d)
	fresh := int32(9)
	wire(t, func(e *Encoder) {
		e.ShareFull(&table)
		putFullLong(e, &fresh)
	}, `0a 00 00 00 09 00 00 00`)
}

func TestCF_428_InterfacePointer(t *testing.T) {
	m := message(t, false, false, &pointers{}, func(e *Encoder) {
		e.Interface(greeterDesc, nil)
		e.Interface(greeterDesc, greeting("x"))
	})
	want(t, string(m.Buffer[:20]), string(unhex(t, `00 00 00 00 | 00 00 02 00 | 15 00 00 00 15 00 00 00 | 4d 45 4f 57`)))
	want(t, len(m.Buffer), 16+0x15)
}

func TestCF_432_IIDIs(t *testing.T) {
	p := &pointers{}
	for _, desc := range []*com.Desc{com.UnknownDesc, greeterDesc} { // known at run time only
		m := message(t, false, false, p, func(e *Encoder) { e.Interface(desc, greeting("x")) })
		want(t, p.desc, desc)
		d := NewDecoder(t.Context(), m)
		want(t, d.Interface(desc), any(greeting("x")))
		want(t, d.Err(), nil)
	}
}

func TestCF_434_EncapsulatedUnion(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Align(8, 8)
		e.Int32(1)
		putHyperUnion(e, 1, 5)
	}, `01 00 00 00 | 05 00 00 00`)
}

func TestCF_435_UnionArmAlignment(t *testing.T) {
	for _, x := range []struct {
		ndr64 bool
		hex   string
	}{
		{false, `01 00 00 00 | 05 00 00 00`},
		{true, `01 00 00 00 00 00 00 00 | 05 00 00 00`},
	} {
		e := EncodeTo(nil, x.ndr64)
		e.Align(1, 8)
		e.Int32(1)
		putHyperUnion(&e, 1, 5)
		b, _ := e.Data()
		want(t, string(b), string(unhex(t, x.hex)))
	}
	// A union of byte and hyper behind a short tag, at level 1 and at level 4.
	wire(t, func(e *Encoder) {
		e.Int16(1)
		e.Byte(11)
	}, `01 00 0b`)
	wire(t, func(e *Encoder) {
		e.Int16(4)
		e.Int64(11)
	}, `04 00 00 00 00 00 00 00 0b 00 00 00 00 00 00 00`)
}

func TestCF_436_UnionWithoutArm(t *testing.T) {
	d := decode(t, `09 00 00 00`)
	d.BadTag(int64(d.Int32()))
	fails(t, d, com.RPC_S_INVALID_TAG, com.RPC_S_INVALID_TAG)
	e := EncodeTo(nil, false)
	e.BadTag(9)
	want(t, com.HRESULTOf(e.Err()), com.RPC_S_INVALID_TAG)
}

// A count that is not what size_is or length_is says is RPC_S_INVALID_BOUND;
// the server's fault is RPC_X_BAD_STUB_DATA all the same.
func TestCF_437_CountsMustMatch(t *testing.T) {
	d := decode(t, `03 00 00 00 01 02 03`)
	want(t, d.CountIs(2, 1), 0)
	fails(t, d, com.RPC_S_INVALID_BOUND, com.RPC_X_BAD_STUB_DATA)
	d = decode(t, `00 00 00 00 03 00 00 00 01 02 03`)
	want(t, d.VaryingIs(2, 10, 1), 0)
	fails(t, d, com.RPC_S_INVALID_BOUND, com.RPC_X_BAD_STUB_DATA)
	d = decode(t, `00 00 00 00 03 00 00 00 01 02 03`)
	want(t, d.Varying(2, 1), 0) // more than there is room for
	fails(t, d, com.RPC_S_INVALID_BOUND, com.RPC_X_BAD_STUB_DATA)
	d = decode(t, `01 00 00 00 02 00 00 00 02 03`)
	want(t, d.Varying(3, 1), 0) // an offset without first_is
	fails(t, d, com.RPC_S_INVALID_BOUND, com.RPC_X_BAD_STUB_DATA)
}

func TestCF_438_NullConformantArray(t *testing.T) {
	put := func(e *Encoder) {
		e.Int32(17) // the size argument
		e.Pointer(false)
	}
	wire(t, put, `11 00 00 00 | 00 00 00 00`)
	d := decode(t, `11 00 00 00 | 00 00 00 00`)
	want(t, d.Int32(), 17)
	want(t, d.Pointer(), false)
	want(t, d.Err(), nil)
}

// Memory of the caller is used again when it is large enough.
func TestCF_439_CallersMemory(t *testing.T) {
	names := make([]string, 0, 4)
	nums := []int32{1, 2, 3}
	d := decode(t, `02 00 00 00 | 07 00 00 00 08 00 00 00`)
	got := d.Int32s(nums, d.Count(4))
	want(t, &got[0], &nums[0])
	wantAll(t, nums, 7, 8, 3)
	got2 := Slice(names, 4)
	want(t, &got2[0], &names[:1][0])
}

func TestCF_440_Range(t *testing.T) {
	d := decode(t, ``)
	for _, v := range []int64{0, 50, 100} {
		want(t, d.InRange(v, 0, 100), true)
	}
	want(t, d.Err(), nil)
	want(t, d.InRange(101, 0, 100), false)
	fails(t, d, com.RPC_S_INVALID_BOUND, com.RPC_X_BAD_STUB_DATA)
	d = decode(t, ``)
	want(t, d.InRange(-1, 0, 100), false)
}

func TestCF_441_ContextHandle(t *testing.T) {
	wire(t, func(e *Encoder) { e.ContextHandle(ContextHandle{UUID: com.IID_IUnknown}) },
		`00 00 00 00 | 00 00 00 00 00 00 00 00 c0 00 00 00 00 00 00 46`)
	d := decode(t, `00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`)
	want(t, d.ContextHandle().IsNull(), true)
	want(t, d.Left(), 0)
}

// Every array is a copy: nobody sees the message change afterwards.
func TestCF_445_CopiesOfTheBuffer(t *testing.T) {
	d := decode(t, `01 02 03 04`)
	b := d.Bytes(nil, 4)
	clear(d.b)
	wantAll(t, b, 1, 2, 3, 4)
}

func TestCF_446_Truncated(t *testing.T) {
	for name, read := range map[string]func(d *Decoder){
		"byte":    func(d *Decoder) { d.Uint16(); d.Byte(); d.Byte() },
		"short":   func(d *Decoder) { d.Uint16(); d.Uint16() },
		"long":    func(d *Decoder) { d.Uint32() },
		"hyper":   func(d *Decoder) { d.Uint64() },
		"GUID":    func(d *Decoder) { d.GUID() },
		"pointer": func(d *Decoder) { d.Pointer() },
		"array":   func(d *Decoder) { d.Int32s(nil, 1) },
		"GUIDs":   func(d *Decoder) { d.GUIDs(nil, 1) },
		"bools":   func(d *Decoder) { d.Bools(nil, 4) },
		"text":    func(d *Decoder) { d.UTF16(2) },
		"string":  func(d *Decoder) { d.Str() },
	} {
		d := decode(t, `01 02 03`)
		read(d)
		if com.HRESULTOf(d.Err()) != com.RPC_X_BAD_STUB_DATA {
			t.Errorf("%s: error %v", name, d.Err())
		}
	}
}

func TestCF_447_ByteOrder(t *testing.T) {
	for _, x := range []struct {
		rep uint32
		hex string
	}{
		{0x00000010, `02 01 00 00 06 05 04 03`},
		{0x00000000, `01 02 00 00 03 04 05 06`},
	} {
		d := DecodeFrom(unhex(t, x.hex), x.rep, false)
		want(t, d.Uint16(), 0x0102)
		want(t, d.Uint32(), 0x03040506)
	}
	d := DecodeFrom(make([]byte, 8), 0x00000110, false) // VAX floating point
	want(t, d.Uint32(), 0)
	fails(t, &d, com.RPC_X_BAD_STUB_DATA, com.RPC_X_BAD_STUB_DATA)
}

func TestCF_448_TrailingOctets(t *testing.T) {
	d := decode(t, `01 00 00 00 de ad be ef`)
	want(t, d.Int32(), 1)
	want(t, d.Err(), nil)
}

func TestCF_453_SimplePointerAdvancesBy8(t *testing.T) {
	e := EncodeTo(nil, false)
	e.Pointer(true)
	e.Int32(1)
	want(t, e.Len(), 8)
}

func TestCF_455_FixedDimensions(t *testing.T) {
	cube := [2][2][2]int16{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}
	wire(t, func(e *Encoder) {
		for i := range cube {
			for j := range cube[i] {
				e.Int16s(cube[i][j][:])
			}
		}
	}, `01 00 02 00 03 00 04 00 05 00 06 00 07 00 08 00`)
}

func TestCF_456_EmptyConformantArray(t *testing.T) {
	wire(t, func(e *Encoder) {
		e.Count(0)
		e.Int32s(nil)
	}, `00 00 00 00`)
	// Padding stands in front of elements that are not there; at the end of
	// the data it may be missing.
	wire(t, func(e *Encoder) {
		e.Count(0)
		e.Float64s(nil)
	}, `00 00 00 00 | 00 00 00 00`)
	for _, hex := range []string{`00 00 00 00`, `00 00 00 00 | 00 00 00 00`} {
		d := decode(t, hex)
		got := d.Float64s(nil, d.Count(8))
		want(t, d.Err(), nil)
		want(t, got != nil && len(got) == 0, true)
	}
}

// link is struct link { long tag; [switch_is(tag)] union { case 1: struct { long
// v; [unique] link *next; }; case 2: ; } u; }.
type link struct {
	v    int32
	next *link // nil: the last one, case 2
}

func (l *link) flat(e *Encoder) {
	e.Align(4, 8)
	tag := int32(1)
	if l.next == nil {
		tag = 2
	}
	e.Int32(tag)
	e.Align(1, 8)
	e.Int32(tag)
	e.Align(1, 8)
	if tag == 1 {
		e.Align(4, 8)
		e.Int32(l.v)
		e.Pointer(true)
		e.Trail(8)
	}
	e.Trail(8)
}

func (l *link) deferred(e *Encoder) {
	if l.next != nil && e.Enter() {
		l.next.flat(e)
		l.next.deferred(e)
		e.Leave()
	}
}

func (l *link) readFlat(d *Decoder) {
	d.Align(4, 8)
	tag := d.Int32()
	d.Align(1, 8)
	if u := d.Int32(); u != tag {
		d.BadTag(int64(u))
	}
	d.Align(1, 8)
	switch tag {
	case 1:
		d.Align(4, 8)
		l.v = d.Int32()
		if d.Embedded(8) {
			l.next = new(link)
		}
		d.Trail(8)
	case 2:
	default:
		d.BadTag(int64(tag))
	}
	d.Trail(8)
}

func (l *link) readDeferred(d *Decoder) {
	if l.next != nil && d.Enter(8) {
		l.next.readFlat(d)
		l.next.readDeferred(d)
		d.Leave()
	}
}

func TestCF_457_ListWithUnions(t *testing.T) {
	exchange{
		name: "list of unions",
		wire: `01 00 00 00 01 00 00 00 07 00 00 00 00 00 02 00 |
			01 00 00 00 01 00 00 00 08 00 00 00 04 00 02 00 | 02 00 00 00 02 00 00 00`,
		enc: func(e *Encoder) {
			l := &link{7, &link{8, &link{}}}
			l.flat(e)
			l.deferred(e)
		},
		dec: func(t *testing.T, d *Decoder) {
			var l link
			l.readFlat(d)
			l.readDeferred(d)
			if t == discard {
				return
			}
			want(t, l.v, 7)
			want(t, l.next.v, 8)
			want(t, l.next.next.next, nil)
		},
	}.run(t)
}

// [out] long *n, [out, size_is(,*n)] string **names.
func TestCF_458_ArrayOfStrings(t *testing.T) {
	exchange{
		name: "get_names",
		wire: `02 00 00 00 | 00 00 02 00 | 02 00 00 00 | 04 00 02 00 08 00 02 00 |
			02 00 00 00 00 00 00 00 02 00 00 00 61 00 | 00 00 | 02 00 00 00 00 00 00 00 02 00 00 00 62 00`,
		enc: func(e *Encoder) {
			e.Int32(2)
			e.Pointer(true)
			e.Count(2)
			e.Pointer(true)
			e.Pointer(true)
			e.Str("a")
			e.Str("b")
		},
		dec: func(t *testing.T, d *Decoder) {
			n := int(d.Int32())
			want(t, d.Pointer(), true)
			names := make([]string, d.CountIs(n, 4))
			for range names {
				d.Ref(13)
			}
			for i := range names {
				if d.Leaf(13) {
					names[i] = d.Str()
				}
			}
			wantAll(t, names, "a", "b")
		},
	}.run(t)
}

// Alignment counts from the start of the stub data, wherever the buffer lies
// in memory and wherever the parameters begin.
func TestCF_459_AlignmentByStubOffset(t *testing.T) {
	for align := range 8 {
		mem := make([]byte, 64)
		m := &com.RPCOLEMESSAGE{Buffer: mem[3:3], Align: uint8(align)}
		e := NewEncoder(t.Context(), m)
		e.Uint64(0x0807060504030201)
		e.Float64s([]float64{1})
		want(t, e.Finish(), nil)
		want(t, len(m.Buffer), -align&7+16)
		d := NewDecoder(t.Context(), m)
		want(t, d.Uint64(), 0x0807060504030201)
		wantAll(t, d.Float64s(nil, 1), 1)
		want(t, d.Err(), nil)
		want(t, &m.Buffer[0], &mem[3])
	}
}

func TestCF_460_DecodedMemory(t *testing.T) {
	have := []int16{9, 9}
	d := decode(t, `01 00 02 00`)
	got := d.Int16s(have, 2)
	want(t, &got[0], &have[0])
	d = decode(t, `01 00 02 00`)
	got = d.Int16s(nil, 2)
	clear(d.b)
	wantAll(t, got, 1, 2)
}
