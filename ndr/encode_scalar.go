package ndr

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unsafe"

	"oxid/com"
)

// The three methods below carry every scalar. The fast path, for an aligned
// value that has room, is small; the slicing checks the bounds, and the store
// goes through a pointer because the compiler would check once more.

// Uint16 appends an unsigned short or a wchar_t.
func (e *Encoder) Uint16(v uint16) {
	n := len(e.b)
	if (n+e.base)&1|e.big != 0 || n+2 > cap(e.b) {
		e.slow16(v)
		return
	}
	e.b = e.b[:n+2]
	store16(unsafe.Add(unsafe.Pointer(unsafe.SliceData(e.b)), n), v)
}

// Uint32 appends an unsigned long or error_status_t.
func (e *Encoder) Uint32(v uint32) {
	n := len(e.b)
	if (n+e.base)&3|e.big != 0 || n+4 > cap(e.b) {
		e.slow32(v)
		return
	}
	e.b = e.b[:n+4]
	store32(unsafe.Add(unsafe.Pointer(unsafe.SliceData(e.b)), n), v)
}

// Uint64 appends an unsigned hyper.
func (e *Encoder) Uint64(v uint64) {
	n := len(e.b)
	if (n+e.base)&7|e.big != 0 || n+8 > cap(e.b) {
		e.slow64(v)
		return
	}
	e.b = e.b[:n+8]
	store64(unsafe.Add(unsafe.Pointer(unsafe.SliceData(e.b)), n), v)
}

// The slow paths pad, swap and grow.

//go:noinline
func (e *Encoder) slow16(v uint16) {
	e.pad(2)
	if e.big != 0 {
		v = bits.ReverseBytes16(v)
	}
	e.b = binary.LittleEndian.AppendUint16(e.b, v)
}

//go:noinline
func (e *Encoder) slow32(v uint32) {
	e.pad(4)
	if e.big != 0 {
		v = bits.ReverseBytes32(v)
	}
	e.b = binary.LittleEndian.AppendUint32(e.b, v)
}

//go:noinline
func (e *Encoder) slow64(v uint64) {
	e.pad(8)
	if e.big != 0 {
		v = bits.ReverseBytes64(v)
	}
	e.b = binary.LittleEndian.AppendUint64(e.b, v)
}

// Bool appends a boolean: one byte, 0 or 1.
func (e *Encoder) Bool(v bool) {
	if v {
		e.Byte(1)
	} else {
		e.Byte(0)
	}
}

// Byte appends a byte, char or unsigned small.
func (e *Encoder) Byte(v byte) { e.b = append(e.b, v) }

// Int8 appends a small.
func (e *Encoder) Int8(v int8) { e.b = append(e.b, byte(v)) }

// Int16 appends a short.
func (e *Encoder) Int16(v int16) { e.Uint16(uint16(v)) }

// Int32 appends a long, or an enumeration declared v1_enum.
func (e *Encoder) Int32(v int32) { e.Uint32(uint32(v)) }

// Int64 appends a hyper.
func (e *Encoder) Int64(v int64) { e.Uint64(uint64(v)) }

// Float32 appends a float.
func (e *Encoder) Float32(v float32) { e.Uint32(math.Float32bits(v)) }

// Float64 appends a double.
func (e *Encoder) Float64(v float64) { e.Uint64(math.Float64bits(v)) }

// Enum16 appends an enumeration that is not declared v1_enum: 2 bytes, in
// NDR64 4. Values outside of 0 to 32767 are errors in either syntax (CF-406).
func (e *Encoder) Enum16(v int32) {
	switch {
	case uint32(v) > math.MaxInt16:
		e.fail(com.RPC_X_ENUM_VALUE_OUT_OF_RANGE, "enumeration value %d is outside of 0 to 32767", v)
	case e.ndr64:
		e.Uint32(uint32(v))
	default:
		e.Uint16(uint16(v))
	}
}

// Int3264 appends an __int3264 or INT_PTR: 4 bytes, in NDR64 8. A value that
// does not fit is an error.
func (e *Encoder) Int3264(v int64) {
	switch {
	case e.ndr64:
		e.Uint64(uint64(v))
	case v != int64(int32(v)):
		e.fail(com.RPC_S_INVALID_BOUND, "__int3264 value %d does not fit in 4 bytes", v)
	default:
		e.Uint32(uint32(v))
	}
}

// Uint3264 appends an unsigned __int3264 or ULONG_PTR: 4 bytes, in NDR64 8. A
// value that does not fit is an error.
func (e *Encoder) Uint3264(v uint64) {
	switch {
	case e.ndr64:
		e.Uint64(v)
	case v > math.MaxUint32:
		e.fail(com.RPC_S_INVALID_BOUND, "unsigned __int3264 value %d does not fit in 4 bytes", v)
	default:
		e.Uint32(uint32(v))
	}
}

// HRESULT appends a result code.
func (e *Encoder) HRESULT(v com.HRESULT) { e.Uint32(uint32(v)) }

// GUID appends a GUID: alignment 4, the first three fields in the byte order
// of the wire, the tail as it is.
func (e *Encoder) GUID(v com.GUID) {
	p := e.extend(4, 16)
	if e.big != 0 {
		v = swapGUID(v)
	}
	v.PutBytes(p)
}

// ContextHandle appends a context handle (CF-441).
func (e *Encoder) ContextHandle(v ContextHandle) {
	e.Uint32(v.Attributes)
	e.GUID(v.UUID)
}

// ContextHandle names server state on the wire (C706 14.2.14 "ndr_context_handle").
// The zero value is the NULL handle. It is 20 bytes, alignment 4.
type ContextHandle struct {
	Attributes uint32 // always 0
	UUID       com.GUID
}

// IsNull reports whether v is the NULL handle.
func (v ContextHandle) IsNull() bool { return v == ContextHandle{} }

func swapGUID(v com.GUID) com.GUID {
	v.Data1 = bits.ReverseBytes32(v.Data1)
	v.Data2 = bits.ReverseBytes16(v.Data2)
	v.Data3 = bits.ReverseBytes16(v.Data3)
	return v
}
