// Package ndr encodes and decodes Network Data Representation, the bytes of
// RPC parameters: NDR 2.0 (C706 chapter 14) and NDR64 ([MS-RPCE] 2.2.5) in one
// design. It is what generated code calls: straight-line, without reflection
// and without closures.
//
// # The way of a call
//
// A proxy gets a message from its channel, makes an [Encoder] of it on its
// stack, calls one method for each parameter, and Finish puts the bytes back
// into the message. The stub on the other side makes a [Decoder] of the
// message, calls the same methods in the same order, and looks at Err once.
// The reply goes the other way.
//
//	e := ndr.NewEncoder(ctx, m)        d := ndr.NewDecoder(ctx, m)
//	e.Int32(a)                         a := d.Int32()
//	e.WStr(s)                          s := d.WStr()
//	err := e.Finish()                  err := d.Err()
//
// Methods align by themselves, write little-endian, read the sender's byte
// order, and keep the first error. After an error a Decoder returns zero
// values, so there is nothing to check in between. Scalars and strings do not
// allocate on the way out.
//
// # Scalars
//
//	boolean                     Bool      long, v1_enum enum   Int32
//	byte, char, unsigned small  Byte      unsigned long        Uint32
//	small                       Int8      hyper                Int64
//	short                       Int16     unsigned hyper       Uint64
//	unsigned short, wchar_t     Uint16    float, double        Float32, Float64
//	enum                        Enum16    __int3264, INT_PTR   Int3264
//	HRESULT                     HRESULT   ULONG_PTR            Uint3264
//	GUID                        GUID      context handle       ContextHandle
//
// # Arrays
//
// Counts and elements are separate. Elements of number types are one copy
// (Bytes, Int16s, ... Float64s, GUIDs, Bools; [Put] and [Get] for named
// types). A Decoder fills the slice that it is given when the capacity is
// there; [Slice] does the same for structures.
//
//	long n, [size_is(n)] double a[]       e.Count(len(a))        n := d.CountIs(int(num), 8)
//	                                      e.Float64s(a)          a = d.Float64s(a, n)
//	[length_is(l)] short a[10]            e.Varying(0, l)        n := d.VaryingIs(l, 10, 2)
//	[size_is(n), length_is(l)] short a[]  e.Count(n)             max := d.MaxCount()
//	                                      e.Varying(0, l)        n := d.VaryingIs(l, max, 2)
//
// The last argument of the Decoder's methods is the least number of bytes that
// one element takes on the wire. It bounds n by the bytes left before anything
// is allocated. It does not count padding, so one number serves both syntaxes.
//
// Strings: WStr (wchar_t) and Str (char) are conformant-varying, WStrMax and
// StrMax have a size_is, WStrFixed and StrFixed are arrays of fixed size.
//
// # Structures
//
// A structure is two functions, because the referents of its pointers come
// behind the outermost structure, array or union (C706 14.3.12.3):
//
//	func (v *Node) flat(d *ndr.Decoder) {
//		d.Align(4, 8)                       // in NDR 2.0, in NDR64
//		v.Value = d.Int32()
//		v.Next, v.Tags = nil, nil
//		if d.Embedded(8) {                  // 8: least size of a Node
//			v.Next = new(Node)
//		}
//		if d.Embedded(4) {                  // 4: the max_count
//			v.Tags = []int16{}
//		}
//		d.Trail(8)                          // NDR64 pads the end
//	}
//
//	func (v *Node) deferred(d *ndr.Decoder) {
//		if v.Next != nil && d.Enter(8) {    // the same sizes
//			v.Next.flat(d)
//			v.Next.deferred(d)
//			d.Leave()
//		}
//		if v.Tags != nil && d.Leaf(4) {     // no pointers inside: no Leave
//			v.Tags = d.Int16s(v.Tags, d.Count(2))
//		}
//	}
//
// The Encoder's side reads e.Align(4, 8), e.Pointer(v.Next != nil), e.Trail(8),
// then "if v.Next != nil && e.Enter() { ...; e.Leave() }", and nothing around
// referents without pointers. An array of structures is all flat parts, then
// all deferred parts. The count of a conformant structure goes in front of the
// outermost structure, before its Align. Embedded ref pointers use Ref,
// top-level ones are not on the wire.
//
// A structure whose layout is fixed, or an array of them, can be one Block,
// filled and read at constant offsets: that is several times faster than a
// method for each member. Inside of it e.ReferentID and d.Promise stand for
// e.Pointer and d.Embedded; the layout then differs between the syntaxes.
//
// Unions: the discriminant, then Align to the arm's alignment. In NDR64, and
// with [ms_union], the union is aligned as a whole: Align(1, n64) before the
// discriminant and Align(1, n64), or Align(n2, n64), before the arm. BadTag
// where there is no arm.
//
// Top-level unique pointers: "if e.Pointer(p != nil) { e.Int32(*p) }" and
// "if d.Pointer() { ... }". Full pointers: [PutFull], [SendFull], [GetFull],
// [ReadFull]. Interface pointers: Interface for parameters; in structures
// e.Pointer and e.Referent, d.MarkInterface and d.MarkedInterface. Pipes:
// Chunk, EndChunk, EndPipe.
//
// # Outside of calls
//
// [EncodeTo] and [DecodeFrom] work on plain bytes, without interface pointers.
// [AppendTypeHeader], [EncodeType] and [Encoder.EndType], and [ReadTypes] are
// type serialization version 1.
//
// # Hostile input
//
// Counts are checked against the bytes left before anything is allocated;
// embedded pointers may not promise more bytes than are left, whatever was
// promised before; nesting and number of referents are limited
// ([DefaultMaxDepth], [DefaultMaxObjects], [Decoder.SetLimits]). So what a
// message makes a program allocate is proportional to its size, the factor
// being the ratio of a type's size in memory to its least size on the wire.
//
// # Limitations
//
// Floating-point formats other than IEEE and character sets other than ASCII
// are not converted. The trailing padding of a conformant structure in NDR64
// comes behind the array. Arrays of [ref] pointers have place holders in both
// syntaxes. Type serialization version 2 is not there.
package ndr
