package roundtrip_test

import (
	"testing"

	"oxid/idl/gen/testdata/record"
	"oxid/ndr"
)

func BenchmarkPlainsEncode(b *testing.B) {
	v := make([]record.PLAIN, 100)
	buf := make([]byte, 0, 8192)
	b.ReportAllocs()
	for b.Loop() {
		e := ndr.EncodeTo(buf, false)
		e.Count(len(v))
		for i := range v {
			v[i].EncodeNDR(&e)
		}
	}
}

func BenchmarkPlainsDecode(b *testing.B) {
	v := make([]record.PLAIN, 100)
	e := ndr.EncodeTo(nil, false)
	for i := range v {
		v[i].EncodeNDR(&e)
	}
	buf, _ := e.Data()
	b.ReportAllocs()
	for b.Loop() {
		d := ndr.DecodeFrom(buf, 0x10, false)
		for i := range v {
			v[i].DecodeNDR(&d)
		}
	}
}
