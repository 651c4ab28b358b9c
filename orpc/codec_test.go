package orpc

import (
	"reflect"
	"testing"

	"oxid/com"
	"oxid/ndr"
)

// message is a request or response whose response does not need to know the
// request.
type message interface {
	Encode(*ndr.Encoder)
	Decode(*ndr.Decoder)
}

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

func roundTripMessage[T any, P interface {
	*T
	message
}](t *testing.T, v P) {
	t.Helper()
	roundTrip(t, v.Encode, v, func(d *ndr.Decoder) any {
		got := P(new(T))
		got.Decode(d)
		return got
	})
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

func TestArraysOfPointers(t *testing.T) {
	list := [][]byte{nil, []byte("MEOW!"), nil, []byte("MEOW")}
	got := encode(t, func(e *ndr.Encoder) { putPointers(e, list) }, false, false)
	wantBytes(t, got, unhex(t, `04000000 00000000 00000200 00000000 04000200
		05000000 05000000 4d454f5721 000000 04000000 04000000 4d454f57`))
	roundTrip(t, func(e *ndr.Encoder) { putPointers(e, list) }, list,
		func(d *ndr.Decoder) any { return getPointers(d, 4) })
	d := ndr.DecodeFrom(got, drepLittle, false)
	getPointers(&d, 3)
	wantHRESULT(t, d.Err(), com.RPC_X_BAD_STUB_DATA)
}
