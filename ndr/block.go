package ndr

import (
	"encoding/binary"
	"math/bits"

	"oxid/com"
)

// Block appends n zeroed bytes behind padding to a multiple of align and
// returns them: the image of a structure, or of an array of them, whose layout
// is fixed. Filling it with Put16 to PutGUID at constant offsets costs about a
// third of one method call for each member.
//
//	p := (*[12]byte)(e.Block(4, 12)) // struct { long x; short y; long z; }
//	e.Put32(p[0:], uint32(v.X))
//	e.Put16(p[4:], uint16(v.Y))
//	e.Put32(p[8:], uint32(v.Z))
func (e *Encoder) Block(align, n int) []byte {
	p := e.extend(align, n)
	clear(p)
	return p
}

// Put16 stores an integer of 2 bytes in a block.
func (e *Encoder) Put16(p []byte, v uint16) {
	if e.big != 0 {
		v = bits.ReverseBytes16(v)
	}
	binary.LittleEndian.PutUint16(p, v)
}

// Put32 stores an integer of 4 bytes in a block.
func (e *Encoder) Put32(p []byte, v uint32) {
	if e.big != 0 {
		v = bits.ReverseBytes32(v)
	}
	binary.LittleEndian.PutUint32(p, v)
}

// Put64 stores an integer of 8 bytes in a block.
func (e *Encoder) Put64(p []byte, v uint64) {
	if e.big != 0 {
		v = bits.ReverseBytes64(v)
	}
	binary.LittleEndian.PutUint64(p, v)
}

// PutGUID stores a GUID in a block.
func (e *Encoder) PutGUID(p []byte, v com.GUID) {
	if e.big != 0 {
		v = swapGUID(v)
	}
	v.PutBytes(p)
}

// Block reads n bytes behind padding to a multiple of align: the image of a
// structure, or of an array of them, whose layout is fixed, for Get16 to
// GetGUID. The result aliases the message; it is never shorter than n, and all
// zeros after an error. n is a constant or comes from Count.
func (d *Decoder) Block(align, n int) []byte {
	if p := d.take(align, n); p != nil {
		return p
	}
	if n <= len(noBlock) {
		return noBlock[:n]
	}
	return make([]byte, n)
}

// noBlock stands for blocks that are not there. It is never written to.
var noBlock [256]byte

// Get16 loads an integer of 2 bytes from a block.
func (d *Decoder) Get16(p []byte) uint16 {
	v := binary.LittleEndian.Uint16(p)
	if d.big {
		v = bits.ReverseBytes16(v)
	}
	return v
}

// Get32 loads an integer of 4 bytes from a block.
func (d *Decoder) Get32(p []byte) uint32 {
	v := binary.LittleEndian.Uint32(p)
	if d.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}

// Get64 loads an integer of 8 bytes from a block.
func (d *Decoder) Get64(p []byte) uint64 {
	v := binary.LittleEndian.Uint64(p)
	if d.big {
		v = bits.ReverseBytes64(v)
	}
	return v
}

// GetGUID loads a GUID from a block.
func (d *Decoder) GetGUID(p []byte) com.GUID {
	v := com.GUIDFromBytes(p)
	if d.big {
		v = swapGUID(v)
	}
	return v
}
