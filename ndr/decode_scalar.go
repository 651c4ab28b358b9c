package ndr

import (
	"encoding/binary"
	"math"
	"math/bits"

	"oxid/com"
)

// Uint16 reads an unsigned short or a wchar_t.
func (d *Decoder) Uint16() uint16 {
	at := d.off + -(d.off+d.base)&1
	if at+2 > len(d.b) {
		d.short(2)
		return 0
	}
	v := binary.LittleEndian.Uint16(d.b[at:])
	d.off = at + 2
	if d.big {
		v = bits.ReverseBytes16(v)
	}
	return v
}

// Uint32 reads an unsigned long or error_status_t.
func (d *Decoder) Uint32() uint32 {
	at := d.off + -(d.off+d.base)&3
	if at+4 > len(d.b) {
		d.short(4)
		return 0
	}
	v := binary.LittleEndian.Uint32(d.b[at:])
	d.off = at + 4
	if d.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}

// Uint64 reads an unsigned hyper.
func (d *Decoder) Uint64() uint64 {
	at := d.off + -(d.off+d.base)&7
	if at+8 > len(d.b) {
		d.short(8)
		return 0
	}
	v := binary.LittleEndian.Uint64(d.b[at:])
	d.off = at + 8
	if d.big {
		v = bits.ReverseBytes64(v)
	}
	return v
}

// Byte reads a byte, char or unsigned small.
func (d *Decoder) Byte() byte {
	if d.off >= len(d.b) {
		d.short(1)
		return 0
	}
	v := d.b[d.off]
	d.off++
	return v
}

// Bool reads a boolean: any byte but 0 is true.
func (d *Decoder) Bool() bool { return d.Byte() != 0 }

// Int8 reads a small.
func (d *Decoder) Int8() int8 { return int8(d.Byte()) }

// Int16 reads a short.
func (d *Decoder) Int16() int16 { return int16(d.Uint16()) }

// Int32 reads a long, or an enumeration declared v1_enum.
func (d *Decoder) Int32() int32 { return int32(d.Uint32()) }

// Int64 reads a hyper.
func (d *Decoder) Int64() int64 { return int64(d.Uint64()) }

// Float32 reads a float.
func (d *Decoder) Float32() float32 { return math.Float32frombits(d.Uint32()) }

// Float64 reads a double.
func (d *Decoder) Float64() float64 { return math.Float64frombits(d.Uint64()) }

// Enum16 reads an enumeration that is not declared v1_enum: 2 bytes, of which
// values above 32767 are errors; in NDR64 a signed 4-byte value.
func (d *Decoder) Enum16() int32 {
	if d.ndr64 {
		return int32(d.Uint32())
	}
	v := d.Uint16()
	if v > math.MaxInt16 {
		d.fail(com.RPC_X_ENUM_VALUE_OUT_OF_RANGE, "enumeration value %d is outside of 0 to 32767", v)
		return 0
	}
	return int32(v)
}

// Int3264 reads an __int3264 or INT_PTR: 4 bytes, in NDR64 8.
func (d *Decoder) Int3264() int64 {
	if d.ndr64 {
		return d.Int64()
	}
	return int64(d.Int32())
}

// Uint3264 reads an unsigned __int3264 or ULONG_PTR: 4 bytes, in NDR64 8.
func (d *Decoder) Uint3264() uint64 {
	if d.ndr64 {
		return d.Uint64()
	}
	return uint64(d.Uint32())
}

// HRESULT reads a result code. When it is the one at the end of a reply, says
// failure, and error information came with the reply, the two are the error of
// the decoder.
func (d *Decoder) HRESULT() com.HRESULT {
	hr := com.HRESULT(d.Uint32())
	if hr.Failed() && d.m != nil && d.m.ErrorInfo != nil && d.Left() < 4 {
		d.Fail(com.MethodError(hr, d.m.ErrorInfo))
	}
	return hr
}

// GUID reads a GUID.
func (d *Decoder) GUID() com.GUID {
	p := d.take(4, 16)
	if p == nil {
		return com.GUID{}
	}
	v := com.GUIDFromBytes(p)
	if d.big {
		v = swapGUID(v)
	}
	return v
}

// ContextHandle reads a context handle (CF-441).
func (d *Decoder) ContextHandle() ContextHandle {
	return ContextHandle{Attributes: d.Uint32(), UUID: d.GUID()}
}
