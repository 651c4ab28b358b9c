package orpc

import (
	"reflect"
	"testing"

	"oxid/com"
	"oxid/ndr"
)

// encode returns the bytes of v in one of the wire forms.
func encode(tb testing.TB, enc func(*ndr.Encoder), ndr64, big bool) []byte {
	tb.Helper()
	e := ndr.EncodeTo(nil, ndr64)
	if big {
		e.BigEndian()
	}
	enc(&e)
	b, err := e.Data()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// wireForms runs f for the three wire forms: NDR 2.0 in both byte orders, NDR64.
func wireForms(t *testing.T, f func(t *testing.T, ndr64, big bool)) {
	t.Run("NDR20", func(t *testing.T) { f(t, false, false) })
	t.Run("NDR20 big-endian", func(t *testing.T) { f(t, false, true) })
	t.Run("NDR64", func(t *testing.T) { f(t, true, false) })
}

func drepOf(big bool) uint32 {
	if big {
		return drepBig
	}
	return drepLittle
}

// roundTrip encodes v in every wire form and wants the same value back, and an
// error from every truncation.
func roundTrip(t *testing.T, enc func(*ndr.Encoder), want any, dec func(*ndr.Decoder) any) {
	t.Helper()
	wireForms(t, func(t *testing.T, ndr64, big bool) {
		b := encode(t, enc, ndr64, big)
		d := ndr.DecodeFrom(append(b, "extra octets"...), drepOf(big), ndr64)
		got := dec(&d)
		if err := d.Err(); err != nil {
			t.Fatalf("%v in % x", err, b)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		if left := d.Left() - len("extra octets"); left != 0 {
			t.Errorf("%d bytes were not read", left)
		}
		for n := range len(b) {
			d := ndr.DecodeFrom(b[:n], drepOf(big), ndr64)
			dec(&d)
			wantHRESULT(t, d.Err(), com.RPC_X_BAD_STUB_DATA)
		}
	})
}

// putBindings and getBindings are what generated code does with a
// DUALSTRINGARRAY behind its pointer.
func putBindings(e *ndr.Encoder, p PackedBindings) {
	p.EncodeCountsNDR(e)
	p.EncodeNDR(e)
}

func getBindings(d *ndr.Decoder) (p PackedBindings) {
	p.DecodeNDR(d, d.Count(2))
	return p
}

func TestBindingsAsParameter(t *testing.T) {
	p := PackedBindings(unhex(t, goldenBindings))
	got := encode(t, func(e *ndr.Encoder) { putBindings(e, p) }, false, false)
	wantBytes(t, got, append(unhex(t, "0f000000"), p...))
	roundTrip(t, func(e *ndr.Encoder) { putBindings(e, p) }, p, func(d *ndr.Decoder) any { return getBindings(d) })
}

func TestBindingsParameterThatLies(t *testing.T) {
	for name, wire := range map[string]string{
		"count beyond the data":   "ffffff7f 0400 0200 0000 0000 0000 0000",
		"count beyond 16 bits":    "00000100 0400 0200 0000 0000 0000 0000",
		"entries other than size": "04000000 0300 0200 0000 0000 0000 0000",
		"bad offset":              "04000000 0400 0500 0000 0000 0000 0000",
		"no terminator":           "04000000 0400 0300 0700 6800 6800 0000",
	} {
		d := ndr.DecodeFrom(unhex(t, wire), drepLittle, false)
		p := getBindings(&d)
		if got := com.HRESULTOf(d.Err()); p != nil || got != com.RPC_X_BAD_STUB_DATA {
			t.Errorf("%s: got %v, % x", name, got, p)
		}
	}
	e := ndr.EncodeTo(nil, false)
	putBindings(&e, PackedBindings{1, 0, 0, 0})
	wantHRESULT(t, e.Err(), com.RPC_E_INVALID_OBJREF)
}

// As parameters, headers are what they are in front of an object call, and leave
// the decoder where the next parameter begins.
func TestHeadersAsParameters(t *testing.T) {
	for _, big := range []bool{false, true} {
		golden := unhex(t, map[bool]string{false: goldenThis, true: goldenThisBig}[big])
		want, n, err := ParseORPCTHIS(golden, drepOf(big))
		if err != nil || n != len(golden) {
			t.Fatalf("%d bytes, %v", n, err)
		}
		stub := append(golden[:n:n], 1, 2, 3, 4)
		d := ndr.DecodeFrom(stub, drepOf(big), false)
		var got ORPCTHIS
		got.DecodeNDR(&d)
		if err := d.Err(); err != nil || !reflect.DeepEqual(got, want) || d.Left() != 4 {
			t.Errorf("big-endian %v: %+v, %d bytes left, %v", big, got, d.Left(), err)
		}
		if clear(stub); string(got.Extents[0].Data) != "hello" {
			t.Error("an extent aliases the message")
		}
		for n := range golden {
			d := ndr.DecodeFrom(golden[:n], drepOf(big), false)
			got.DecodeNDR(&d)
			wantHRESULT(t, d.Err(), com.RPC_X_BAD_STUB_DATA)
		}
	}
	that := ORPCTHAT{Extents: []Extent{{EXTENT_Error, []byte("hello")}}}
	b := encode(t, func(e *ndr.Encoder) { that.EncodeNDR(e) }, false, false)
	wantBytes(t, b, that.Append(nil))
	d := ndr.DecodeFrom(b, drepLittle, false)
	var back ORPCTHAT
	if back.DecodeNDR(&d); d.Err() != nil || !reflect.DeepEqual(back, that) {
		t.Errorf("%+v, %v", back, d.Err())
	}
	// The limits of extents hold here, too.
	that.Extents = make([]Extent, MaxExtents+1)
	d = ndr.DecodeFrom(that.Append(nil), drepLittle, false)
	back.DecodeNDR(&d)
	wantHRESULT(t, d.Err(), com.RPC_X_BAD_STUB_DATA)
}

func TestPointerTo(t *testing.T) {
	if p := PointerTo(nil); p != nil || p.OBJREF() != nil {
		t.Error("NULL is there")
	}
	if b := PointerTo([]byte{}).OBJREF(); b == nil || len(b) != 0 {
		t.Errorf("an empty packet became %v", b)
	}
	if b := new(MInterfacePointer).OBJREF(); b == nil {
		t.Error("a packet of no bytes is not there")
	}
}
