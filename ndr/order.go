package ndr

import "encoding/binary"

// The types of automation have one byte order whatever the message's label says
// ([MS-OAUT] 2.2): their codecs set it for as long as they run.

// Order makes e go on in big-endian byte order, or in little-endian, and returns
// what it was.
func (e *Encoder) Order(big bool) (was bool) {
	was = e.big != 0
	e.big, e.swap = Int(big), big != hostBig
	return was
}

// Order makes d go on in big-endian byte order, or in little-endian, and returns
// what it was.
func (d *Decoder) Order(big bool) (was bool) {
	was = d.big
	d.big, d.swap = big, big != hostBig
	return was
}

// Patch32 replaces the 4 bytes at offset at of the buffer ([Encoder.Len] as it
// was in front of them) by v: a size that is known only behind what it counts.
func (e *Encoder) Patch32(at int, v uint32) {
	if e.big != 0 {
		binary.BigEndian.PutUint32(e.b[at:], v)
	} else {
		binary.LittleEndian.PutUint32(e.b[at:], v)
	}
}
