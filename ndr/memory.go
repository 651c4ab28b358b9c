package ndr

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Little-endian loads and stores whose bounds the caller has checked: one check
// for a whole header or string instead of one for each integer. They are single
// instructions where the machine allows it and need no alignment.

func load32(p unsafe.Pointer) uint32 { return binary.LittleEndian.Uint32((*[4]byte)(p)[:]) }

func load64(p unsafe.Pointer) uint64 { return binary.LittleEndian.Uint64((*[8]byte)(p)[:]) }

func store16(p unsafe.Pointer, v uint16) { binary.LittleEndian.PutUint16((*[2]byte)(p)[:], v) }

func store32(p unsafe.Pointer, v uint32) { binary.LittleEndian.PutUint32((*[4]byte)(p)[:], v) }

// store64 reverses twice, which costs nothing, to be one store: the compiler
// would split one of a value of which it knows that some bytes are zero.
func store64(p unsafe.Pointer, v uint64) {
	binary.BigEndian.PutUint64((*[8]byte)(p)[:], bits.ReverseBytes64(v))
}
