package ndr

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// unhex reads hexadecimal bytes; blanks, bars and text behind ";" are ignored.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	var all strings.Builder
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, ";")
		all.WriteString(strings.NewReplacer(" ", "", "|", "", "\n", "", "\t", "").Replace(line))
	}
	b, err := hex.DecodeString(all.String())
	if err != nil {
		t.Fatalf("bad hex in test: %v", err)
	}
	return b
}

// exchange is one sequence of parameters: enc writes them, dec reads them and
// compares. wire and wire64 are the expected bytes, little-endian; without
// them only the round trip is tested.
type exchange struct {
	name         string
	wire, wire64 string
	enc          func(e *Encoder)
	dec          func(t *testing.T, d *Decoder)
}

// run encodes, compares with the expected bytes, and decodes again, in both
// syntaxes and in both byte orders.
func (x exchange) run(t *testing.T) {
	t.Helper()
	for _, mode := range []struct {
		name       string
		ndr64, big bool
		want       string
	}{
		{"NDR 2.0", false, false, x.wire},
		{"NDR 2.0 big-endian", false, true, ""},
		{"NDR64", true, false, x.wire64},
		{"NDR64 big-endian", true, true, ""},
	} {
		e := EncodeTo(nil, mode.ndr64)
		rep := uint32(dataRepLittle)
		if mode.big {
			e.BigEndian()
			rep = dataRepBig
		}
		x.enc(&e)
		got, err := e.Data()
		if err != nil {
			t.Fatalf("%s, %s: encode: %v", x.name, mode.name, err)
		}
		if mode.want != "" {
			if want := unhex(t, mode.want); !bytes.Equal(got, want) {
				t.Errorf("%s, %s: encoded\n%s\nwant\n%s", x.name, mode.name, hex.Dump(got), hex.Dump(want))
			}
		}
		d := DecodeFrom(got, rep, mode.ndr64)
		x.dec(t, &d)
		if d.Err() != nil {
			t.Errorf("%s, %s: decode: %v\n%s", x.name, mode.name, d.Err(), hex.Dump(got))
		} else if d.Left() != 0 {
			t.Errorf("%s, %s: %d bytes left after decoding", x.name, mode.name, d.Left())
		} else if d.held != 0 || d.depth != 0 {
			t.Errorf("%s, %s: %d bytes promised, depth %d after decoding", x.name, mode.name, d.held, d.depth)
		}
		x.truncate(t, got, rep, mode.ndr64)
	}
}

// truncate decodes every prefix: each must fail or be told apart by nothing
// but missing padding, and none may panic.
func (x exchange) truncate(t *testing.T, b []byte, rep uint32, ndr64 bool) {
	for n := range b {
		d := DecodeFrom(b[:n:n], rep, ndr64)
		x.dec(discard, &d)
		if d.Err() == nil && strings.Trim(string(b[n:]), "\x00") != "" {
			t.Errorf("%s: %d of %d bytes were accepted", x.name, n, len(b))
		}
	}
}

// discard stands for the test where the decoded values do not matter.
var discard *testing.T

// want compares a decoded value.
func want[T comparable](t *testing.T, got, want T) {
	if t == discard {
		return
	}
	t.Helper()
	if got != want {
		t.Errorf("decoded %v, want %v", got, want)
	}
}

// wantAll compares a decoded array.
func wantAll[T comparable](t *testing.T, got []T, want ...T) {
	if t == discard {
		return
	}
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("decoded %v, want %v", got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("decoded %v, want %v", got, want)
			return
		}
	}
}

func runAll(t *testing.T, all []exchange) {
	for _, x := range all {
		t.Run(x.name, x.run)
	}
}
