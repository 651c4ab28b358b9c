package ndr

import (
	"errors"
	"testing"

	"oxid/com"
)

func TestPipes(t *testing.T) {
	exchange{
		name: "pipe of shorts in two chunks",
		wire: `ee 00 00 00 | 03 00 00 00 01 00 02 00 03 00 | 00 00 | 01 00 00 00 04 00 | 00 00 | 00 00 00 00`,
		wire64: `ee 00 00 00 00 00 00 00 | 03 00 00 00 00 00 00 00 | 01 00 02 00 03 00 00 00 | fd ff ff ff ff ff ff ff |
			01 00 00 00 00 00 00 00 | 04 00 00 00 00 00 00 00 | ff ff ff ff ff ff ff ff |
			00 00 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00`,
		enc: func(e *Encoder) {
			e.Byte(0xee)
			for _, chunk := range [][]int16{{1, 2, 3}, {4}} {
				e.Chunk(len(chunk))
				e.Int16s(chunk)
				e.EndChunk(len(chunk))
			}
			e.EndPipe()
		},
		dec: func(t *testing.T, d *Decoder) {
			want(t, d.Byte(), 0xee)
			var all []int16
			for n := d.Chunk(2); n > 0; n = d.Chunk(2) {
				all = append(all, d.Int16s(nil, n)...)
				d.EndChunk(n)
			}
			wantAll(t, all, 1, 2, 3, 4)
		},
	}.run(t)
}

func TestPipeErrors(t *testing.T) {
	for _, x := range []struct {
		name, wire string
		ndr64      bool
	}{
		{"chunk longer than the data", `ff ff ff 00 01 00`, false},
		{"no end", `01 00 00 00 01 00`, false},
		{"chunk without its negated count", `01 00 00 00 00 00 00 00 | 01 00 00 00 00 00 00 00 | fe ff ff ff ff ff ff ff`, true},
		{"end without its second zero", `00 00 00 00 00 00 00 00`, true},
	} {
		d := DecodeFrom(unhex(t, x.wire), dataRepLittle, x.ndr64)
		for n := d.Chunk(2); n > 0; n = d.Chunk(2) {
			d.Int16s(nil, n)
			d.EndChunk(n)
		}
		if !errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA) {
			t.Errorf("%s: error %v", x.name, d.Err())
		}
	}
}
