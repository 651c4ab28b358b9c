package std

import (
	"strconv"

	"oxid/ndr"
)

// CLIPFORMAT is a clipboard format: one of the numbers that all systems know,
// or a name that was registered. The number of a registered format means
// something on one machine alone, so that it is the name that travels; on
// receipt it has no number. CLIPFORMATs are comparable.
type CLIPFORMAT struct {
	Number uint16 // below 0xC000; 0 when there is a name
	Name   string
}

// The formats that have numbers, without those of the graphics system.
var (
	CF_TEXT        = CLIPFORMAT{Number: 1} // bytes in the code page of CF_LOCALE, with a NUL
	CF_OEMTEXT     = CLIPFORMAT{Number: 7}
	CF_DIB         = CLIPFORMAT{Number: 8} // a BITMAPINFO and its bits
	CF_WAVE        = CLIPFORMAT{Number: 12}
	CF_UNICODETEXT = CLIPFORMAT{Number: 13} // UTF-16 with a NUL
	CF_HDROP       = CLIPFORMAT{Number: 15}
	CF_LOCALE      = CLIPFORMAT{Number: 16}
	CF_DIBV5       = CLIPFORMAT{Number: 17}
)

// ClipFormat returns the registered format of that name.
func ClipFormat(name string) CLIPFORMAT { return CLIPFORMAT{Name: name} }

// String returns the name, or the number behind "#".
func (c CLIPFORMAT) String() string {
	if c.Name != "" {
		return c.Name
	}
	return "#" + strconv.Itoa(int(c.Number))
}

// A userCLIPFORMAT is 4 bytes of WDT_INPROC_CALL and the number, or of
// WDT_REMOTE_CALL and a pointer to the name (CF-504, CF-505).
const minClipFormat = 8

// EncodeNDR encodes the pointer to the format.
func (c *CLIPFORMAT) EncodeNDR(e *ndr.Encoder) { e.Pointer(true) }

// EncodeDeferredNDR encodes the format.
func (c *CLIPFORMAT) EncodeDeferredNDR(e *ndr.Encoder) {
	e.Align(4, 8)
	if c.Name == "" {
		e.Int32(WDT_INPROC_CALL)
		e.Align(1, 8)
		e.Uint32(uint32(c.Number))
		return
	}
	e.Int32(WDT_REMOTE_CALL)
	e.Align(1, 8)
	e.Pointer(true)
	e.WStr(c.Name)
}

// DecodeNDR decodes the pointer to the format.
func (c *CLIPFORMAT) DecodeNDR(d *ndr.Decoder) { d.Mark(minClipFormat) }

// DecodeDeferredNDR decodes the format.
func (c *CLIPFORMAT) DecodeDeferredNDR(d *ndr.Decoder) {
	*c = CLIPFORMAT{}
	if !d.Marked(minClipFormat) {
		return
	}
	d.Align(4, 8)
	tag := d.Int32()
	d.Align(1, 8)
	switch tag {
	case WDT_INPROC_CALL:
		c.Number = uint16(d.Uint32())
	case WDT_REMOTE_CALL:
		if d.Pointer() {
			c.Name = d.WStr()
		}
	default:
		d.BadTag(int64(tag))
	}
	d.Leave()
}
