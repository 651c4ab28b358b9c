package orpc

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"testing"

	"oxid/com"
)

// goldenThis is an ORPCTHIS 5.7 with one extent of five bytes, "hello".
const goldenThis = `05 00 07 00 00 00 00 00 00 00 00 00 00 01 02 03
	04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 00 00 02 00
	01 00 00 00 00 00 00 00 04 00 02 00 02 00 00 00
	08 00 02 00 00 00 00 00 08 00 00 00 1c 03 00 00
	00 00 00 00 c0 00 00 00 00 00 00 46 05 00 00 00
	68 65 6c 6c 6f 00 00 00`

// goldenThisBig is the same header from a big-endian sender.
const goldenThisBig = `00 05 00 07 00 00 00 00 00 00 00 00 03 02 01 00
	05 04 07 06 08 09 0a 0b 0c 0d 0e 0f 00 02 00 00
	00 00 00 01 00 00 00 00 00 02 00 04 00 00 00 02
	00 02 00 08 00 00 00 00 00 00 00 08 00 00 03 1c
	00 00 00 00 c0 00 00 00 00 00 00 46 00 00 00 05
	68 65 6c 6c 6f 00 00 00`

const (
	drepLittle        = littleEndian
	drepBig    uint32 = 0
)

var goldenCID = com.GUIDFromBytes([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})

func TestCF_293_ORPCTHISGolden(t *testing.T) {
	want := ORPCTHIS{Version: Version57, CID: goldenCID, Extents: []Extent{{EXTENT_Error, []byte("hello")}}}
	wantBytes(t, want.Append(nil), unhex(t, goldenThis))
	for _, c := range []struct {
		wire string
		drep uint32
	}{{goldenThis, drepLittle}, {goldenThisBig, drepBig}} {
		got, n, err := ParseORPCTHIS(append(unhex(t, c.wire), "params"...), c.drep)
		if err != nil || n != 88 || !reflect.DeepEqual(got, want) {
			t.Errorf("drep 0x%x: got %+v after %d bytes: %v", c.drep, got, n, err)
		}
	}
}

func TestORPCHeadersWithoutExtents(t *testing.T) {
	this := ORPCTHIS{Version: Version56, CID: goldenCID}
	b := this.Append([]byte("pdu header"))[10:]
	if len(b) != ORPCTHISSize {
		t.Fatalf("%d bytes", len(b))
	}
	got, n, err := ParseORPCTHIS(b, drepLittle)
	if err != nil || n != 32 || !reflect.DeepEqual(got, this) {
		t.Errorf("got %+v after %d bytes: %v", got, n, err)
	}
	that := ORPCTHAT{Flags: 7}
	b = that.Append(nil)
	wantBytes(t, b, unhex(t, "07000000 00000000"))
	gotThat, n, err := ParseORPCTHAT(b, drepLittle)
	if err != nil || n != 8 || gotThat.Flags != 7 || gotThat.Extents != nil {
		t.Errorf("got %+v after %d bytes: %v", gotThat, n, err)
	}
}

func TestCF_295_TruncatedHeaders(t *testing.T) {
	b := unhex(t, goldenThis)
	for n := range len(b) {
		_, _, err := ParseORPCTHIS(b[:n], drepLittle)
		wantHRESULT(t, err, com.RPC_E_INVALID_HEADER)
	}
	that := ORPCTHAT{Extents: []Extent{{EXTENT_Error, []byte("hello")}}}
	b = that.Append(nil)
	for n := range len(b) {
		_, _, err := ParseORPCTHAT(b[:n], drepLittle)
		wantHRESULT(t, err, com.RPC_E_INVALID_HEADER)
	}
}

func TestCF_295_FlagsOnObjectCalls(t *testing.T) {
	for _, flags := range []uint32{ORPCF_LOCAL, ORPCF_RESERVED4, 0x80000000} {
		t.Run(fmt.Sprintf("0x%x", flags), func(t *testing.T) {
			b := unhex(t, goldenThis)
			binary.LittleEndian.PutUint32(b[4:], flags)
			this, _, err := ParseORPCTHIS(b, drepLittle)
			if err != nil {
				t.Fatalf("parsing judges flags, which activation calls may have: %v", err)
			}
			wantHRESULT(t, this.CheckFlags(), com.RPC_E_INVALID_HEADER)
		})
	}
	if err := (&ORPCTHIS{}).CheckFlags(); err != nil {
		t.Error(err)
	}
}

func TestHeadersWithoutExtentsAllocateNothing(t *testing.T) {
	this := ORPCTHIS{Version: Version57, CID: goldenCID}
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		buf = this.Append(buf[:0])
		if _, _, err := ParseORPCTHIS(buf, drepLittle); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkORPCTHIS(b *testing.B) {
	this := ORPCTHIS{Version: Version57, CID: goldenCID}
	buf := make([]byte, 0, 64)
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = this.Append(buf[:0])
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := ParseORPCTHIS(buf, drepLittle); err != nil {
				b.Fatal(err)
			}
		}
	})
}
