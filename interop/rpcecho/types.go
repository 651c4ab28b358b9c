package rpcecho

import "oxid/ndr"

// EchoEnum1 travels in 16 bits, in NDR64 in 32.
type EchoEnum1 int32

// Values of EchoEnum1.
const (
	ECHO_ENUM1 EchoEnum1 = 1
	ECHO_ENUM2 EchoEnum1 = 2
)

// EchoEnum1_32 always travels in 32 bits.
type EchoEnum1_32 int32

// Values of EchoEnum1_32.
const (
	ECHO_ENUM1_32 EchoEnum1_32 = 1
	ECHO_ENUM2_32 EchoEnum1_32 = 2
)

// The arms of [EchoInfo].
type (
	EchoInfo1 struct{ V byte }
	EchoInfo2 struct{ V uint16 }
	EchoInfo3 struct{ V uint32 }
	EchoInfo4 struct{ V uint64 }
	EchoInfo5 struct {
		V1 byte
		V2 uint64
	}
	EchoInfo6 struct {
		V1    byte
		Info1 EchoInfo1
	}
	EchoInfo7 struct {
		V1    byte
		Info4 EchoInfo4
	}
)

// EchoInfo is a union: Tag says which arm counts. Tags above 7 and 0 have none.
type EchoInfo struct {
	Tag   uint16
	Info1 EchoInfo1
	Info2 EchoInfo2
	Info3 EchoInfo3
	Info4 EchoInfo4
	Info5 EchoInfo5
	Info6 EchoInfo6
	Info7 EchoInfo7
}

func (v *EchoInfo) encode(e *ndr.Encoder) {
	e.Align(1, 8)
	e.Uint16(v.Tag)
	e.Align(1, 8)
	switch v.Tag {
	case 1:
		e.Byte(v.Info1.V)
	case 2:
		e.Uint16(v.Info2.V)
	case 3:
		e.Uint32(v.Info3.V)
	case 4:
		e.Uint64(v.Info4.V)
	case 5:
		e.Align(8, 8)
		e.Byte(v.Info5.V1)
		e.Uint64(v.Info5.V2)
	case 6:
		e.Byte(v.Info6.V1)
		e.Byte(v.Info6.Info1.V)
	case 7:
		e.Align(8, 8)
		e.Byte(v.Info7.V1)
		e.Uint64(v.Info7.Info4.V)
	}
}

func (v *EchoInfo) decode(d *ndr.Decoder) {
	d.Align(1, 8)
	v.Tag = d.Uint16()
	d.Align(1, 8)
	switch v.Tag {
	case 1:
		v.Info1.V = d.Byte()
	case 2:
		v.Info2.V = d.Uint16()
	case 3:
		v.Info3.V = d.Uint32()
	case 4:
		v.Info4.V = d.Uint64()
	case 5:
		d.Align(8, 8)
		v.Info5.V1 = d.Byte()
		v.Info5.V2 = d.Uint64()
	case 6:
		v.Info6.V1 = d.Byte()
		v.Info6.Info1.V = d.Byte()
	case 7:
		d.Align(8, 8)
		v.Info7.V1 = d.Byte()
		v.Info7.Info4.V = d.Uint64()
	}
}

// EchoEnum2 has one enum of each size.
type EchoEnum2 struct {
	E1 EchoEnum1
	E2 EchoEnum1_32
}

func (v *EchoEnum2) encode(e *ndr.Encoder) {
	e.Align(4, 4)
	e.Enum16(int32(v.E1))
	e.Int32(int32(v.E2))
}

func (v *EchoEnum2) decode(d *ndr.Decoder) {
	d.Align(4, 4)
	v.E1 = EchoEnum1(d.Enum16())
	v.E2 = EchoEnum1_32(d.Int32())
}

// EchoEnum3 is a union: Tag says which arm counts. It is 1 or 2.
type EchoEnum3 struct {
	Tag uint16
	E1  EchoEnum1
	E2  EchoEnum2
}

func (v *EchoEnum3) encode(e *ndr.Encoder) {
	e.Align(1, 4)
	e.Uint16(v.Tag)
	e.Align(1, 4)
	switch v.Tag {
	case 1:
		e.Enum16(int32(v.E1))
	case 2:
		v.E2.encode(e)
	default:
		e.BadTag(int64(v.Tag))
	}
}

func (v *EchoEnum3) decode(d *ndr.Decoder) {
	d.Align(1, 4)
	v.Tag = d.Uint16()
	d.Align(1, 4)
	switch v.Tag {
	case 1:
		v.E1 = EchoEnum1(d.Enum16())
	case 2:
		v.E2.decode(d)
	default:
		d.BadTag(int64(v.Tag))
	}
}

// EchoSurrounding is a conformant structure; X is the length of Surrounding.
type EchoSurrounding struct {
	X           uint32
	Surrounding []uint16
}

func (v *EchoSurrounding) encode(e *ndr.Encoder) {
	e.CountIs(int(v.X), len(v.Surrounding))
	e.Align(4, 4)
	e.Uint32(v.X)
	e.Uint16s(v.Surrounding)
	e.Trail(4)
}

func (v *EchoSurrounding) decode(d *ndr.Decoder) {
	n := d.Count(2)
	d.Align(4, 4)
	v.X = d.Uint32()
	d.InRange(int64(v.X), int64(n), int64(n))
	v.Surrounding = d.Uint16s(nil, n)
	d.Trail(4)
}
