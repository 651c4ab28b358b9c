package ndr

import (
	"context"
	"fmt"
	"math"
	"strings"

	"oxid/com"
)

// A shape is a type that is made up at run time, for fuzzing. Its methods
// marshal values the way generated code does for a type known at compile time.
type shape struct {
	kind    kind
	elem    *shape   // of arrays and pointers
	members []*shape // of structures; arms of unions, which may be nil (empty)
	n       int      // bound of fixed and varying arrays
}

type kind byte

const (
	kByte kind = iota
	kUint16
	kUint32
	kUint64
	kFloat64
	kBool
	kEnum16
	kInt3264
	kGUID
	kHandle
	kFixedStr
	kFixedWStr
	kStruct
	kUnion
	kFixed
	kVarying
	kUnique
	kRef
	kFull
	kInterface
	kBlock     // struct { long; short; GUID; } as a block
	embeddable // the kinds from here on are parameters or referents only
)

const (
	kStr kind = iota + embeddable
	kWStr
	kConformant
	kConformantVarying
	kConformantStruct
	kPipe
	kBulk
	kinds
)

// value is a value of any shape.
type value struct {
	u    uint64
	s    string
	g    com.GUID
	list []*value
	bulk []uint32
	ptr  *value
	obj  any
}

// source hands out the bytes of a fuzz input, then zeros.
type source struct {
	b    []byte
	left int // shapes or values that may still be made
}

func (s *source) next() byte {
	if len(s.b) == 0 {
		return 0
	}
	c := s.b[0]
	s.b = s.b[1:]
	return c
}

func (s *source) upTo(n int) int { return int(s.next()) % n }

// shape makes up a type. outer is the structure around it, for recursion.
func (s *source) shape(depth int, below kind, outer *shape) *shape {
	s.left--
	x := &shape{kind: kind(s.upTo(int(below)))}
	if depth == 0 || s.left <= 0 {
		x.kind %= kFixedStr
	}
	switch x.kind {
	case kFixedStr, kFixedWStr:
		x.n = s.upTo(8) + 1
	case kStruct, kConformantStruct:
		for range s.upTo(4) + 1 {
			x.members = append(x.members, s.shape(depth-1, embeddable, x))
		}
		if x.kind == kConformantStruct {
			x.members = append(x.members, &shape{kind: kConformant, elem: s.shape(depth-1, embeddable, x)})
		}
	case kUnion:
		for range s.upTo(3) + 1 {
			var arm *shape
			if s.upTo(4) > 0 {
				arm = s.shape(depth-1, embeddable, outer)
			}
			x.members = append(x.members, arm)
		}
	case kFixed, kVarying:
		x.n = s.upTo(4) + 1
		x.elem = s.shape(depth-1, embeddable, outer)
	case kConformant, kConformantVarying, kPipe:
		x.elem = s.shape(depth-1, embeddable, outer)
		if x.kind == kPipe {
			x.elem = s.shape(0, embeddable, nil) // no pointers in pipes
		}
	case kRef:
		x.elem = s.shape(depth-1, kinds, nil) // recursion would have no end
	case kUnique, kFull:
		if outer != nil && s.upTo(3) == 0 {
			x.elem = outer
		} else {
			x.elem = s.shape(depth-1, kinds, outer)
		}
	}
	return x
}

// align returns the alignment in NDR 2.0 and in NDR64.
func (x *shape) align() (n2, n64 int) {
	switch x.kind {
	case kByte, kBool, kFixedStr, kFixedWStr:
		return 1, 1
	case kUint16:
		return 2, 2
	case kUint32, kGUID, kHandle, kBlock, kBulk:
		return 4, 4
	case kUint64, kFloat64:
		return 8, 8
	case kEnum16:
		return 2, 4
	case kFixed, kVarying, kConformant, kConformantVarying, kPipe:
		return x.elem.align()
	case kStruct, kConformantStruct, kUnion:
		n2, n64 = 2, 2 // a union's tag
		if x.kind != kUnion {
			n2, n64 = 1, 1
		}
		for _, m := range x.members {
			if m != nil {
				a, b := m.align()
				n2, n64 = max(n2, a), max(n64, b)
			}
		}
		return n2, n64
	}
	return 4, 8
}

// size returns the least size on the wire.
func (x *shape) size() int {
	switch x.kind {
	case kByte, kBool:
		return 1
	case kUint16, kEnum16, kUnion:
		return 2
	case kUint64, kFloat64, kVarying:
		return 8
	case kGUID:
		return 16
	case kHandle:
		return 20
	case kFixedStr:
		return 9
	case kFixedWStr:
		return 10
	case kStr:
		return 13
	case kWStr:
		return 14
	case kConformantVarying:
		return 12
	case kBlock:
		return 24
	case kFixed:
		return x.n * x.elem.size()
	case kStruct, kConformantStruct:
		n := 0
		for _, m := range x.members {
			n += m.size()
		}
		return n
	}
	return 4
}

// make makes up a value.
func (s *source) make(x *shape, depth int) *value {
	s.left--
	v := &value{}
	n := 0
	switch x.kind {
	case kFixed:
		n = x.n
	case kVarying:
		n = s.upTo(x.n + 1)
	case kConformant, kConformantVarying, kPipe, kBulk:
		n = s.upTo(8)
	}
	if s.left <= 0 && x.kind != kFixed {
		n = 0
	}
	text := func(n int) string {
		alphabet := []rune("abcdefghijklmnopqrst\u00e4\u00df\u20ac\U0001f600")
		var b strings.Builder
		for range n {
			b.WriteRune(alphabet[s.upTo(len(alphabet))])
		}
		return b.String()
	}
	switch x.kind {
	case kByte, kUint16, kUint32, kUint64, kFloat64, kEnum16, kInt3264, kBlock, kBool:
		for range 8 {
			v.u = v.u<<8 | uint64(s.next())
		}
		v.narrow(x.kind)
	case kGUID, kHandle:
		v.g = com.GUID{Data1: uint32(s.next()), Data2: uint16(s.next()), Data4: [8]byte{s.next()}}
	case kFixedStr, kFixedWStr:
		v.s = strings.Repeat("x", s.upTo(x.n))
	case kStr, kWStr:
		v.s = text(s.upTo(40))
	case kInterface:
		if s.upTo(2) == 1 {
			v.obj = greeting(text(5))
		}
	case kStruct, kConformantStruct:
		for _, m := range x.members {
			v.list = append(v.list, s.make(m, depth))
		}
	case kUnion:
		v.u = uint64(s.upTo(len(x.members)))
		if arm := x.members[v.u]; arm != nil {
			v.ptr = s.make(arm, depth)
		}
	case kUnique, kFull, kRef:
		if x.kind == kRef || s.left > 0 && depth > 0 && s.upTo(4) > 0 {
			v.ptr = s.make(x.elem, depth-1)
		}
	case kBulk:
		for range n {
			v.bulk = append(v.bulk, uint32(s.next())*0x01020304)
		}
	default:
		for range n {
			v.list = append(v.list, s.make(x.elem, depth))
		}
	}
	return v
}

// narrow makes v.u a value that a scalar of kind k can have in either syntax.
func (v *value) narrow(k kind) {
	switch k {
	case kByte:
		v.u = uint64(byte(v.u))
	case kBool:
		v.u &= 1
	case kUint16:
		v.u = uint64(uint16(v.u))
	case kUint32, kBlock:
		v.u = uint64(uint32(v.u))
	case kEnum16:
		v.u &= math.MaxInt16
	case kInt3264:
		v.u = uint64(int64(int32(v.u)))
	}
}

// put encodes a parameter or a referent.
func (x *shape) put(e *Encoder, v *value) {
	x.putCount(e, v)
	x.putFlat(e, v)
	x.putDeferred(e, v)
}

// putCount writes the conformance in front.
func (x *shape) putCount(e *Encoder, v *value) {
	switch x.kind {
	case kConformant, kConformantVarying:
		e.Count(len(v.list))
	case kBulk:
		e.Count(len(v.bulk))
	case kConformantStruct:
		e.Count(len(v.list[len(v.list)-1].list))
	}
}

func (x *shape) putFlat(e *Encoder, v *value) {
	switch x.kind {
	case kByte:
		e.Byte(byte(v.u))
	case kUint16:
		e.Uint16(uint16(v.u))
	case kUint32:
		e.Uint32(uint32(v.u))
	case kUint64:
		e.Uint64(v.u)
	case kFloat64:
		e.Float64(math.Float64frombits(v.u))
	case kBool:
		e.Bool(v.u != 0)
	case kEnum16:
		e.Enum16(int32(v.u))
	case kInt3264:
		e.Int3264(int64(v.u))
	case kGUID:
		e.GUID(v.g)
	case kHandle:
		e.ContextHandle(ContextHandle{UUID: v.g})
	case kBlock:
		p := (*[24]byte)(e.Block(4, 24))
		e.Put32(p[0:], uint32(v.u))
		e.Put16(p[4:], uint16(v.u))
		e.PutGUID(p[8:], v.g)
	case kFixedStr:
		e.StrFixed(v.s, x.n)
	case kFixedWStr:
		e.WStrFixed(v.s, x.n)
	case kStr:
		e.Str(v.s)
	case kWStr:
		e.WStr(v.s)
	case kBulk:
		e.Uint32s(v.bulk)
	case kStruct, kConformantStruct:
		n2, n64 := x.align()
		e.Align(n2, n64)
		for i, m := range x.members {
			m.putFlat(e, v.list[i])
		}
		e.Trail(n64)
	case kUnion:
		_, n64 := x.align()
		e.Align(1, n64)
		e.Uint16(uint16(v.u))
		e.Align(1, n64)
		if v.ptr != nil {
			x.members[v.u].putFlat(e, v.ptr)
		}
	case kFixed, kConformant:
		for _, y := range v.list {
			x.elem.putFlat(e, y)
		}
	case kVarying, kConformantVarying:
		e.Varying(0, len(v.list))
		for _, y := range v.list {
			x.elem.putFlat(e, y)
		}
	case kPipe:
		for _, y := range v.list {
			e.Chunk(1)
			x.elem.putFlat(e, y)
			e.EndChunk(1)
		}
		e.EndPipe()
	case kUnique:
		e.Pointer(v.ptr != nil)
	case kRef:
		e.Ref(v.ptr != nil)
	case kFull:
		PutFull(e, v.ptr)
	case kInterface:
		e.Pointer(v.obj != nil)
	default:
		panic(fmt.Sprint("shape of kind ", x.kind))
	}
}

func (x *shape) putDeferred(e *Encoder, v *value) {
	switch x.kind {
	case kStruct, kConformantStruct:
		for i, m := range x.members {
			m.putDeferred(e, v.list[i])
		}
	case kUnion:
		if v.ptr != nil {
			x.members[v.u].putDeferred(e, v.ptr)
		}
	case kFixed, kVarying, kConformant, kConformantVarying:
		for _, y := range v.list {
			x.elem.putDeferred(e, y)
		}
	case kUnique, kRef:
		if v.ptr != nil && e.Enter() {
			x.elem.put(e, v.ptr)
			e.Leave()
		}
	case kFull:
		if SendFull(e, v.ptr) && e.Enter() {
			x.elem.put(e, v.ptr)
			e.Leave()
		}
	case kInterface:
		if v.obj != nil {
			e.Referent(greeterDesc, v.obj)
		}
	}
}

// get decodes a parameter or a referent.
func (x *shape) get(d *Decoder, v *value) {
	n := x.getCount(d)
	x.getFlat(d, v, n)
	x.getDeferred(d, v)
}

func (x *shape) getCount(d *Decoder) int {
	switch x.kind {
	case kConformant:
		return d.Count(x.elem.size())
	case kConformantVarying:
		return d.MaxCount()
	case kBulk:
		return d.Count(4)
	case kConformantStruct:
		return d.Count(x.members[len(x.members)-1].elem.size())
	}
	return 0
}

func (x *shape) getList(d *Decoder, v *value, n int) {
	for range n {
		y := new(value)
		v.list = append(v.list, y)
		x.elem.getFlat(d, y, 0)
	}
}

func (x *shape) getFlat(d *Decoder, v *value, n int) {
	switch x.kind {
	case kByte:
		v.u = uint64(d.Byte())
	case kUint16:
		v.u = uint64(d.Uint16())
	case kUint32:
		v.u = uint64(d.Uint32())
	case kUint64:
		v.u = d.Uint64()
	case kFloat64:
		v.u = math.Float64bits(d.Float64())
	case kBool:
		if d.Bool() {
			v.u = 1
		}
	case kEnum16:
		v.u = uint64(d.Enum16())
		v.narrow(kEnum16)
	case kInt3264:
		v.u = uint64(d.Int3264())
		v.narrow(kInt3264)
	case kGUID:
		v.g = d.GUID()
	case kHandle:
		v.g = d.ContextHandle().UUID
	case kBlock:
		p := (*[24]byte)(d.Block(4, 24))
		v.u = uint64(d.Get32(p[0:]))
		v.g = d.GetGUID(p[8:])
	case kFixedStr:
		v.s = d.StrFixed(x.n)
	case kFixedWStr:
		v.s = d.WStrFixed(x.n)
	case kStr:
		v.s = d.Str()
	case kWStr:
		v.s = d.WStr()
	case kBulk:
		v.bulk = d.Uint32s(v.bulk, n)
	case kStruct, kConformantStruct:
		n2, n64 := x.align()
		d.Align(n2, n64)
		for i, m := range x.members {
			v.list = append(v.list, new(value))
			m.getFlat(d, v.list[i], n)
		}
		d.Trail(n64)
	case kUnion:
		_, n64 := x.align()
		d.Align(1, n64)
		v.u = uint64(d.Uint16())
		d.Align(1, n64)
		if v.u >= uint64(len(x.members)) {
			d.BadTag(int64(v.u))
		} else if arm := x.members[v.u]; arm != nil {
			v.ptr = new(value)
			arm.getFlat(d, v.ptr, 0)
		}
	case kFixed:
		x.getList(d, v, x.n)
	case kConformant:
		x.getList(d, v, n)
	case kVarying:
		x.getList(d, v, d.Varying(x.n, x.elem.size()))
	case kConformantVarying:
		x.getList(d, v, d.Varying(n, x.elem.size()))
	case kPipe:
		for n := d.Chunk(x.elem.size()); n > 0; n = d.Chunk(x.elem.size()) {
			x.getList(d, v, n)
			d.EndChunk(n)
		}
	case kUnique:
		if d.Embedded(x.elem.size()) {
			v.ptr = new(value)
		}
	case kRef:
		if d.Ref(x.elem.size()) {
			v.ptr = new(value)
		}
	case kFull:
		v.ptr = GetFull[value](d, x.elem.size())
	case kInterface:
		d.MarkInterface()
	}
}

func (x *shape) getDeferred(d *Decoder, v *value) {
	if d.Err() != nil {
		return
	}
	switch x.kind {
	case kStruct, kConformantStruct:
		for i, m := range x.members {
			m.getDeferred(d, v.list[i])
		}
	case kUnion:
		if v.ptr != nil {
			x.members[v.u].getDeferred(d, v.ptr)
		}
	case kFixed, kVarying, kConformant, kConformantVarying:
		for _, y := range v.list {
			x.elem.getDeferred(d, y)
		}
	case kUnique, kRef:
		if v.ptr != nil && d.Enter(x.elem.size()) {
			x.elem.get(d, v.ptr)
			d.Leave()
		}
	case kFull:
		if ReadFull(d, v.ptr) && d.Enter(x.elem.size()) {
			x.elem.get(d, v.ptr)
			d.Leave()
		}
	case kInterface:
		v.obj = d.MarkedInterface(greeterDesc)
	}
}

// anyPointers takes any bytes for an OBJREF.
type anyPointers struct{}

func (anyPointers) AppendInterface(_ context.Context, b []byte, _ *com.Desc, v any) ([]byte, error) {
	return append(b, v.(greeting)...), nil
}

func (anyPointers) ReadInterface(_ context.Context, b []byte, _ *com.Desc) (any, error) {
	return greeting(b), nil
}
