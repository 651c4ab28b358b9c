package orpc

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"oxid/com"
)

func TestCF_105_StreamIsLeftBehindThePacket(t *testing.T) {
	for name, want := range sampleRefs(t) {
		for _, step := range []int{0, 1, 7} {
			b := want.Append(nil)
			stm := &memStream{b: append(b, "next"...), step: step}
			got, err := ReadOBJREF(context.Background(), stm)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if at := len(b) - len(want.Data); stm.pos != at {
				t.Errorf("%s: stream is at %d, want %d", name, stm.pos, at)
			}
			expect := want
			expect.Data = nil // the unmarshaler's
			if !reflect.DeepEqual(got, expect) {
				t.Errorf("%s: got %+v", name, got)
			}
		}
	}
}

func TestCF_020_StreamFailures(t *testing.T) {
	ctx := context.Background()
	b := unhex(t, goldenStandard)
	_, err := ReadOBJREF(ctx, &memStream{})
	wantHRESULT(t, err, com.STG_E_READFAULT)
	_, err = ReadOBJREF(ctx, &memStream{b: b[:40], err: com.STG_E_REVERTED})
	if !errors.Is(err, com.STG_E_REVERTED) {
		t.Errorf("the stream's own error became %v", err)
	}
	bad := bytes.Clone(b)
	bad[0] = 0
	_, err = ReadOBJREF(ctx, &memStream{b: bad})
	wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
	// A context of 2 GiB is refused by its size, before anything is read.
	ext := sampleRefs(t)["extended"]
	huge := ext.Append(nil)
	copy(huge[126:], []byte{0, 0, 0, 0x80, 0, 0, 0, 0x80})
	_, err = ReadOBJREF(ctx, &memStream{b: huge})
	wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
}
