package orpc

import (
	"bytes"
	"context"
	"testing"

	"oxid/com"
)

func TestCF_026_MalformedReferences(t *testing.T) {
	std := unhex(t, goldenStandard)
	ext := sampleRefs(t)["extended"]
	extended := ext.Append(nil)
	patch := func(b []byte, off int, v ...byte) []byte {
		b = bytes.Clone(b)
		copy(b[off:], v)
		return b
	}
	cases := map[string][]byte{
		"signature":             patch(std, 0, 'W'),
		"no form":               patch(std, 4, 0),
		"two forms":             patch(std, 4, 3),
		"unknown form":          patch(std, 4, 16),
		"high flag":             patch(std, 7, 0x80),
		"bindings too long":     patch(std, 64, 0x10),
		"offset behind":         patch(std, 66, 0x10),
		"first signature":       patch(extended, 64, 0),
		"second signature":      patch(extended, 106, 0),
		"too many elements":     patch(extended, 102, 17),
		"more elements than":    patch(extended, 102, 2),
		"cbRounded beyond":      patch(extended, 130, 0xff, 0xff, 0xff, 0xff),
		"cbSize over cbRounded": patch(extended, 126, 9),
	}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			_, _, err := ParseOBJREF(b)
			wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
		})
	}
}

func TestTruncatedReferences(t *testing.T) {
	for name, r := range sampleRefs(t) {
		t.Run(name, func(t *testing.T) {
			b := r.Append(nil)
			for n := range len(b) - len(r.Data) {
				_, _, err := ParseOBJREF(b[:n])
				wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
				_, err = ReadOBJREF(context.Background(), &memStream{b: b[:n]})
				wantHRESULT(t, err, com.STG_E_READFAULT)
			}
		})
	}
}

func TestParsingAStandardReferenceAllocatesNothing(t *testing.T) {
	b := unhex(t, goldenStandard)
	out := make([]byte, 0, 128)
	if n := testing.AllocsPerRun(100, func() {
		r, _, err := ParseOBJREF(b)
		if err != nil {
			t.Fatal(err)
		}
		out = r.Append(out[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkParseOBJREF(b *testing.B) {
	p := unhex(b, goldenStandard)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ParseOBJREF(p); err != nil {
			b.Fatal(err)
		}
	}
}
