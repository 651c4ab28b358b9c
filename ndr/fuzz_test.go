package ndr

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"oxid/com"
)

// modes are both syntaxes in both byte orders.
var modes = []struct {
	name       string
	ndr64, big bool
}{
	{"NDR 2.0", false, false},
	{"NDR 2.0 big-endian", false, true},
	{"NDR64", true, false},
	{"NDR64 big-endian", true, true},
}

// program makes up the types of the parameters of one message.
func (s *source) program() []*shape {
	s.left = 60
	all := make([]*shape, s.upTo(4)+1)
	for i := range all {
		all[i] = s.shape(4, kinds, nil)
	}
	return all
}

func encodeProgram(mode int, params []*shape, values []*value) ([]byte, error) {
	m := &com.RPCOLEMESSAGE{Pointers: anyPointers{}, NDR64: modes[mode].ndr64}
	e := NewEncoder(context.Background(), m)
	if modes[mode].big {
		e.BigEndian()
	}
	for i, x := range params {
		x.put(&e, values[i])
	}
	err := e.Finish()
	return m.Buffer, err
}

func decodeProgram(mode int, params []*shape, b []byte) ([]*value, *Decoder) {
	m := &com.RPCOLEMESSAGE{Buffer: b, Pointers: anyPointers{}, NDR64: modes[mode].ndr64, DataRep: dataRepLittle}
	if modes[mode].big {
		m.DataRep = dataRepBig
	}
	d := NewDecoder(context.Background(), m)
	values := make([]*value, len(params))
	for i, x := range params {
		values[i] = new(value)
		x.get(&d, values[i])
	}
	return values, &d
}

// checkError says whether a decoder's error is one that bad data may cause.
func checkError(t *testing.T, d *Decoder) {
	t.Helper()
	if d.Err() != nil && !errors.Is(d.Err(), com.RPC_X_BAD_STUB_DATA) {
		t.Fatalf("error %v is not RPC_X_BAD_STUB_DATA", d.Err())
	}
}

// seeds are inputs that begin with every kind of type.
func seeds(f *testing.F) {
	for k := range kinds {
		for _, fill := range []byte{0, 1, 2, 5, 17} {
			f.Add(append([]byte{1, byte(k)}, bytes.Repeat([]byte{fill, 3, byte(k), fill ^ 1}, 20)...))
		}
	}
	for i := range 200 {
		b := make([]byte, 120)
		x := uint32(i)*2654435761 + 1
		for j := range b {
			x ^= x << 13
			x ^= x >> 17
			x ^= x << 5
			b[j] = byte(x)
		}
		f.Add(b)
	}
}

// FuzzRoundTrip makes types and values out of its input: what is encoded must
// decode to the same, in every mode, and use up all bytes; with bytes changed
// it must not do harm.
func FuzzRoundTrip(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		src := &source{b: data}
		params := src.program()
		src.left = 300
		values := make([]*value, len(params))
		for i, x := range params {
			values[i] = src.make(x, 20)
		}
		for mode := range modes {
			first, err := encodeProgram(mode, params, values)
			if err != nil {
				t.Fatalf("%s: encode: %v", modes[mode].name, err)
			}
			back, d := decodeProgram(mode, params, first)
			if d.Err() != nil {
				t.Fatalf("%s: decode: %v\n%x", modes[mode].name, d.Err(), first)
			}
			if d.Left() != 0 || d.held != 0 || d.depth != 0 {
				t.Fatalf("%s: %d bytes left, %d promised, depth %d", modes[mode].name, d.Left(), d.held, d.depth)
			}
			second, err := encodeProgram(mode, params, back)
			if err != nil || !bytes.Equal(first, second) {
				t.Fatalf("%s: encoded\n%x, decoded and encoded again\n%x, %v", modes[mode].name, first, second, err)
			}
			for range src.upTo(4) {
				if len(second) > 0 {
					second[(int(src.next())<<8|int(src.next()))%len(second)] ^= 1 << src.upTo(8)
				}
			}
			_, d = decodeProgram(mode, params, second)
			checkError(t, d)
		}
	})
}

// FuzzDecode makes types out of the first bytes of its input and decodes the
// others as values of these types. What that allocates is bounded by the size.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 2 {
			return
		}
		mode, n := int(data[0])%len(modes), min(int(data[1]), len(data)-2)
		params := (&source{b: data[2 : 2+n]}).program()
		stub := data[2+n:]
		var values []*value
		var d *Decoder
		size := allocated(func() { values, d = decodeProgram(mode, params, stub) })
		// The factor is that of the shapes: a value takes 144 bytes in memory,
		// a boolean inside of four structures 5 values.
		if limit := uint64(64<<10 + 4096*len(stub)); size > limit {
			t.Fatalf("%d bytes allocated for %d bytes of input", size, len(stub))
		}
		checkError(t, d)
		if d.Err() != nil {
			return
		}
		for mode := range modes {
			first, err := encodeProgram(mode, params, values)
			if err != nil {
				t.Fatalf("%s: encode what was decoded: %v", modes[mode].name, err)
			}
			back, d := decodeProgram(mode, params, first)
			if d.Err() != nil {
				t.Fatalf("%s: decode again: %v", modes[mode].name, d.Err())
			}
			second, err := encodeProgram(mode, params, back)
			if err != nil || !bytes.Equal(first, second) {
				t.Fatalf("%s: encoded\n%x, then\n%x, %v", modes[mode].name, first, second, err)
			}
		}
	})
}

// FuzzTypes feeds the type serialization headers.
func FuzzTypes(f *testing.F) {
	b := AppendTypeHeader(nil)
	e := EncodeType(b)
	e.WStr("value")
	b, _ = e.EndType()
	f.Add(b)
	f.Add([]byte{1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		types, err := ReadTypes(data)
		for i := 0; err == nil; i++ {
			var d Decoder
			if d, err = types.Next(); err == nil {
				_ = d.WStr()
				checkError(t, &d)
			}
			if i > len(data) {
				t.Fatal("no end")
			}
		}
		if !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
			t.Fatalf("error %v", err)
		}
	})
}
