// Package known has a Go type that stands for an IDL type.
package known

import "oxid/ndr"

// Cookie is what COOKIE is in Go.
type Cookie uint64

// Known is what KNOWN is in Go.
type Known struct {
	N    int32
	Text string
	some bool
}

// EncodeNDR encodes the flat part of a WIRE.
func (k *Known) EncodeNDR(e *ndr.Encoder) {
	e.Align(4, 8)
	e.Int32(k.N)
	e.Pointer(k.Text != "")
	e.Trail(8)
}

// EncodeDeferredNDR encodes the text.
func (k *Known) EncodeDeferredNDR(e *ndr.Encoder) {
	if k.Text != "" {
		e.WStr(k.Text)
	}
}

// DecodeNDR decodes the flat part of a WIRE.
func (k *Known) DecodeNDR(d *ndr.Decoder) {
	d.Align(4, 8)
	k.N = d.Int32()
	k.some = d.Embedded(14)
	d.Trail(8)
}

// DecodeDeferredNDR decodes the text.
func (k *Known) DecodeDeferredNDR(d *ndr.Decoder) {
	if k.some && d.Leaf(14) {
		k.Text = d.WStr()
	}
	k.some = false
}

// ReleaseNDR has nothing to give back.
func (k *Known) ReleaseNDR() {}
