package ndr

import (
	"context"
	"errors"
	"testing"

	"oxid/com"
)

// Finish puts bytes and byte order into the message.
func TestFinish(t *testing.T) {
	for _, big := range []bool{false, true} {
		m := &com.RPCOLEMESSAGE{Buffer: make([]byte, 0, 16), DataRep: 0x99}
		e := NewEncoder(t.Context(), m)
		if big {
			e.BigEndian()
		}
		e.Int32(7)
		want(t, len(m.Buffer), 0)
		want(t, e.Finish(), nil)
		want(t, len(m.Buffer), 4)
		d := NewDecoder(t.Context(), m)
		want(t, d.Int32(), 7)
		want(t, m.DataRep == dataRepBig, big)
	}
}

// EncodeTo goes on behind what is there, with alignment of its own.
func TestEncodeTo(t *testing.T) {
	e := EncodeTo([]byte("abc"), false)
	e.Byte(1)
	e.Int32(2)
	b, err := e.Data()
	want(t, err, nil)
	want(t, string(b), "abc\x01\x00\x00\x00\x02\x00\x00\x00")
	want(t, e.NDR64(), false)
}

func TestGrow(t *testing.T) {
	e := EncodeTo(nil, false)
	e.Grow(1000)
	want(t, testing.AllocsPerRun(1, func() {
		for range 100 {
			e.Int32(1)
		}
	}), 0)
	want(t, e.Len(), 800) // AllocsPerRun runs once more
}

// Scalars, counts, pointers and strings in a message with room: no allocation,
// neither by the encoder nor, strings apart, by the decoder.
func TestMessageDoesNotAllocate(t *testing.T) {
	m := &com.RPCOLEMESSAGE{Buffer: make([]byte, 0, 512)}
	ctx := context.Background()
	n := testing.AllocsPerRun(100, func() {
		m.Buffer = m.Buffer[:0]
		e := NewEncoder(ctx, m)
		e.Bool(true)
		e.Byte(1)
		e.Int16(2)
		e.Int32(3)
		e.Int64(4)
		e.Float64(5)
		e.Enum16(6)
		e.Int3264(7)
		e.GUID(com.IID_IUnknown)
		e.HRESULT(0)
		e.Count(2)
		e.Varying(0, 2)
		e.Pointer(true)
		e.ContextHandle(ContextHandle{})
		e.WStr("wide")
		e.Str("narrow")
		if e.Finish() != nil {
			t.Fatal("error")
		}
		d := NewDecoder(ctx, m)
		d.Bool()
		d.Byte()
		d.Int16()
		d.Int32()
		d.Int64()
		d.Float64()
		d.Enum16()
		d.Int3264()
		d.GUID()
		d.HRESULT()
		d.Count(1)
		d.Varying(2, 1)
		d.Pointer()
		d.ContextHandle()
		if d.Err() != nil {
			t.Fatal(d.Err())
		}
	})
	want(t, n, 0)
}

func TestFirstErrorStays(t *testing.T) {
	d := DecodeFrom([]byte{1, 2, 3, 4, 5}, dataRepLittle, false)
	d.Uint32()
	d.Uint32()
	var e *Error
	if !errors.As(d.Err(), &e) || e.Offset != 4 {
		t.Fatalf("error %v, want one at offset 4", d.Err())
	}
	want(t, e.Error(), "ndr: data end early: 4 bytes wanted, 1 left at offset 4 "+
		"(RPC_X_BAD_STUB_DATA (0x800706f7): the data of the call cannot be decoded)")
	d.Fail(com.E_FAIL)
	want(t, d.Err(), error(e))

	// Everything reads as zero, and nothing is left.
	want(t, d.Byte(), 0)
	want(t, d.Uint16(), 0)
	want(t, d.Uint64(), 0)
	want(t, d.Bool(), false)
	want(t, d.GUID(), com.GUID{})
	want(t, d.WStr(), "")
	want(t, d.Str(), "")
	want(t, d.Count(0), 0)
	want(t, d.Pointer(), false)
	want(t, d.Embedded(1), false)
	want(t, d.Ref(1), false)
	want(t, d.Leaf(0), false)
	want(t, d.Enter(0), false)
	want(t, d.Interface(com.UnknownDesc), nil)
	want(t, d.MarkedInterface(com.UnknownDesc), nil)
	want(t, len(d.Float64s(nil, 0)), 0)
	want(t, d.Chunk(1), 0)
	want(t, d.Left(), 0)
	want(t, d.Err(), error(e))
}
