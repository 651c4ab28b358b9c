package lsarpc

import (
	"math"

	"oxid/com"
	"oxid/ndr"
)

// LsaImpersonationLevel says what a server may do in its client's name.
type LsaImpersonationLevel int32

// LsaQualityOfService is SECURITY_QUALITY_OF_SERVICE ([MS-LSAD] 2.2.3.7).
type LsaQualityOfService struct {
	Length              uint32
	ImpersonationLevel  LsaImpersonationLevel
	ContextTrackingMode byte
	EffectiveOnly       byte
}

func (v *LsaQualityOfService) encode(e *ndr.Encoder) {
	e.Align(4, 4)
	e.Uint32(v.Length)
	e.Enum16(int32(v.ImpersonationLevel))
	e.Byte(v.ContextTrackingMode)
	e.Byte(v.EffectiveOnly)
	e.Trail(4)
}

func (v *LsaQualityOfService) decode(d *ndr.Decoder) {
	d.Align(4, 4)
	v.Length = d.Uint32()
	v.ImpersonationLevel = LsaImpersonationLevel(d.Enum16())
	v.ContextTrackingMode = d.Byte()
	v.EffectiveOnly = d.Byte()
	d.Trail(4)
}

// LsaObjectAttributes is LSAPR_OBJECT_ATTRIBUTES ([MS-LSAD] 2.2.9), of which
// servers ignore everything.
type LsaObjectAttributes struct {
	Length                   uint32
	RootDirectory            *byte
	ObjectName               *byte
	Attributes               uint32
	SecurityDescriptor       *byte
	SecurityQualityOfService *LsaQualityOfService
}

// qosSize is the least size of an LsaQualityOfService on the wire.
const qosSize = 8

func (v *LsaObjectAttributes) encode(e *ndr.Encoder) {
	e.Align(4, 8)
	e.Uint32(v.Length)
	e.Pointer(v.RootDirectory != nil)
	e.Pointer(v.ObjectName != nil)
	e.Uint32(v.Attributes)
	e.Pointer(v.SecurityDescriptor != nil)
	e.Pointer(v.SecurityQualityOfService != nil)
	for _, p := range []*byte{v.RootDirectory, v.ObjectName, v.SecurityDescriptor} {
		if p != nil {
			e.Byte(*p)
		}
	}
	if v.SecurityQualityOfService != nil {
		v.SecurityQualityOfService.encode(e)
	}
}

func (v *LsaObjectAttributes) decode(d *ndr.Decoder) {
	d.Align(4, 8)
	v.Length = d.Uint32()
	root, name := d.Embedded(1), d.Embedded(1)
	v.Attributes = d.Uint32()
	descriptor, qos := d.Embedded(1), d.Embedded(qosSize)
	for _, p := range []struct {
		set bool
		to  **byte
	}{{root, &v.RootDirectory}, {name, &v.ObjectName}, {descriptor, &v.SecurityDescriptor}} {
		if p.set && d.Leaf(1) {
			b := d.Byte()
			*p.to = &b
		}
	}
	if qos && d.Leaf(qosSize) {
		v.SecurityQualityOfService = new(LsaQualityOfService)
		v.SecurityQualityOfService.decode(d)
	}
}

// LsaString is RPC_UNICODE_STRING ([MS-DTYP] 2.3.10): counted UTF-16 without a
// NUL. A nil Buffer is NULL.
type LsaString struct {
	Length        uint16 // in bytes
	MaximumLength uint16 // in bytes
	Buffer        []uint16
}

func (v *LsaString) encode(e *ndr.Encoder) {
	e.Align(4, 8)
	e.Uint16(v.Length)
	e.Uint16(v.MaximumLength)
	if e.Pointer(v.Buffer != nil) {
		if len(v.Buffer) != int(v.Length)/2 || v.Length > v.MaximumLength {
			e.Fail(com.RPC_S_INVALID_BOUND)
			return
		}
		e.Count(int(v.MaximumLength) / 2)
		e.Varying(0, len(v.Buffer))
		e.Uint16s(v.Buffer)
	}
}

func (v *LsaString) decode(d *ndr.Decoder) {
	d.Align(4, 8)
	v.Length = d.Uint16()
	v.MaximumLength = d.Uint16()
	v.Buffer = nil
	if d.Embedded(12) && d.Leaf(12) {
		most := d.MaxCount()
		d.InRange(int64(most), int64(v.MaximumLength)/2, int64(v.MaximumLength)/2)
		v.Buffer = d.Uint16s([]uint16{}, d.VaryingIs(int(v.Length)/2, most, 2))
	}
}

// NewLsaString makes an LsaString of UTF-16 units, at most 32,767.
func NewLsaString(units []uint16) *LsaString {
	n := uint16(2 * min(len(units), math.MaxInt16))
	return &LsaString{Length: n, MaximumLength: n, Buffer: units[:n/2]}
}
