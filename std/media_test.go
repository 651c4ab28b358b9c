package std_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"

	"oxid/com"
	"oxid/idl/gen/testdata/raw"
	"oxid/idl/gen/wiretest"
	"oxid/ndr"
	"oxid/std"
)

// codec is a value whose wire form is a pointer and what it leads to.
type codec interface {
	EncodeNDR(*ndr.Encoder)
	EncodeDeferredNDR(*ndr.Encoder)
	DecodeNDR(*ndr.Decoder)
	DecodeDeferredNDR(*ndr.Decoder)
}

func encode(t *testing.T, ndr64 bool, f func(e *ndr.Encoder)) []byte {
	t.Helper()
	m := &com.RPCOLEMESSAGE{Pointers: &wiretest.Wire{NDR64: ndr64}, NDR64: ndr64, DataRep: 0x10}
	e := ndr.NewEncoder(t.Context(), m)
	f(&e)
	if err := e.Finish(); err != nil {
		t.Fatal(err)
	}
	return m.Buffer
}

func encodeCodec(t *testing.T, ndr64 bool, v codec) []byte {
	return encode(t, ndr64, func(e *ndr.Encoder) {
		v.EncodeNDR(e)
		v.EncodeDeferredNDR(e)
	})
}

// decode reads v from b, in which an object is always a stream.
func decode(b []byte, ndr64 bool, v codec) error {
	m := &com.RPCOLEMESSAGE{Buffer: b, NDR64: ndr64, DataRep: 0x10, Pointers: objects{}}
	d := ndr.NewDecoder(context.Background(), m)
	v.DecodeNDR(&d)
	v.DecodeDeferredNDR(&d)
	return d.Err()
}

// objects reads every reference as the same stream.
type objects struct{ com.PointerMarshaler }

var theObject = newStream(nil)

func (objects) ReadInterface(context.Context, []byte, *com.Desc) (any, error) { return theObject, nil }

func ptr[T any](v T) *T { return &v }

func TestCF_504_505_ClipboardFormats(t *testing.T) {
	for _, c := range []struct {
		v    std.CLIPFORMAT
		want string // NDR 2.0
	}{
		{std.CF_UNICODETEXT, "00000200 57647448 0d000000"},
		{std.CLIPFORMAT{}, "00000200 57647448 00000000"},
		{std.ClipFormat("ab"), "00000200 57647452 04000200 03000000 00000000 03000000 610062000000"},
	} {
		got := encodeCodec(t, false, &c.v)
		if want, _ := hex.DecodeString(strings.ReplaceAll(c.want, " ", "")); !bytes.Equal(got, want) {
			t.Errorf("%v: % x", c.v, got)
		}
		for _, ndr64 := range []bool{false, true} {
			r := raw.UserCLIPFORMAT_DwValue(uint32(c.v.Number))
			if c.v.Name != "" {
				r = raw.UserCLIPFORMAT_PwszName(&c.v.Name)
			}
			b := encodeCodec(t, ndr64, &c.v)
			want := encode(t, ndr64, func(e *ndr.Encoder) {
				e.Pointer(true)
				r.EncodeNDR(e)
				r.EncodeDeferredNDR(e)
			})
			if !bytes.Equal(b, want) {
				t.Errorf("%v:\n% x, and as IDL has it\n% x", c.v, b, want)
			}
			back := std.CF_DIB
			if err := decode(b, ndr64, &back); err != nil || back != c.v {
				t.Errorf("%v came back as %v, %v", c.v, back, err)
			}
		}
	}
	if a, b := std.CF_TEXT.String(), std.ClipFormat("HTML Format").String(); a != "#1" || b != "HTML Format" {
		t.Errorf("%q, %q", a, b)
	}
}

func TestCF_506_Windows(t *testing.T) {
	h := std.RemotableHandle_HInproc(0x1234)
	got := encode(t, false, func(e *ndr.Encoder) { h.EncodeNDR(e) })
	if want, _ := hex.DecodeString("5764744834120000"); !bytes.Equal(got, want) {
		t.Errorf("% x", got)
	}
}

// rawMedium is m as IDL describes its wire form.
func rawMedium(m std.STGMEDIUM, id uint32) raw.UserSTGMEDIUM {
	r := raw.UserSTGMEDIUM{PUnkForRelease: m.ForRelease}
	switch m.Tymed {
	case std.TYMED_HGLOBAL:
		if m.HGlobal == nil {
			r.Medium = raw.STGMEDIUM_UNION_HGlobal(nil)
			break
		}
		r.Medium = raw.STGMEDIUM_UNION_HGlobal(ptr(raw.UserHGLOBAL_HRemote(&raw.FLAGGED_BYTE_BLOB{FFlags: id, AbData: m.HGlobal})))
	case std.TYMED_FILE:
		r.Medium = raw.STGMEDIUM_UNION_LpszFileName(&m.File)
	case std.TYMED_ISTREAM:
		r.Medium = raw.STGMEDIUM_UNION_Pstm(nil)
		if m.Stream != nil {
			r.Medium = raw.STGMEDIUM_UNION_Pstm(m.Stream)
		}
	case std.TYMED_ISTORAGE:
		r.Medium = raw.STGMEDIUM_UNION_Pstg(m.Storage)
	}
	return r
}

var media = []std.STGMEDIUM{
	{},
	{ForRelease: theObject},
	{Tymed: std.TYMED_HGLOBAL},
	{Tymed: std.TYMED_HGLOBAL, HGlobal: []byte{}},
	{Tymed: std.TYMED_HGLOBAL, HGlobal: []byte("bytes"), ForRelease: theObject},
	{Tymed: std.TYMED_FILE, File: `C:\ä`},
	{Tymed: std.TYMED_ISTREAM},
	{Tymed: std.TYMED_ISTREAM, Stream: theObject, ForRelease: theObject},
	{Tymed: std.TYMED_ISTORAGE},
	{Tymed: std.TYMED_ISTORAGE, Storage: theObject},
}

func TestMediaTravelAsIDLDescribesThem(t *testing.T) {
	for _, m := range media {
		for _, ndr64 := range []bool{false, true} {
			b := encodeCodec(t, ndr64, &m)
			ids := uint32(0x20000 + 8) // behind those of the medium and of its content
			if m.ForRelease != nil {
				ids += 4
			}
			r := rawMedium(m, ids)
			want := encode(t, ndr64, func(e *ndr.Encoder) {
				e.Pointer(true)
				r.EncodeNDR(e)
				r.EncodeDeferredNDR(e)
			})
			if !bytes.Equal(b, want) {
				t.Errorf("%+v:\n% x, and as IDL has it\n% x", m, b, want)
			}
			back := std.STGMEDIUM{Tymed: 99, File: "old"}
			if err := decode(b, ndr64, &back); err != nil || !reflect.DeepEqual(back, m) {
				t.Errorf("%+v came back as %+v, %v", m, back, err)
			}

			f := std.FLAG_STGMEDIUM{ContextFlags: 2, PassOwnership: true, Medium: m}
			b = encodeCodec(t, ndr64, &f)
			fr := raw.UserFLAG_STGMEDIUM{ContextFlags: 2, FPassOwnership: 1, Stgmed: r}
			want = encode(t, ndr64, func(e *ndr.Encoder) {
				e.Pointer(true)
				fr.EncodeNDR(e)
				fr.EncodeDeferredNDR(e)
			})
			if !bytes.Equal(b, want) {
				t.Errorf("%+v:\n% x, and as IDL has it\n% x", f, b, want)
			}
			var fback std.FLAG_STGMEDIUM
			if err := decode(b, ndr64, &fback); err != nil || !reflect.DeepEqual(fback, f) {
				t.Errorf("%+v came back as %+v, %v", f, fback, err)
			}
		}
	}
}

func TestCF_508_Memory(t *testing.T) {
	m := std.STGMEDIUM{Tymed: std.TYMED_HGLOBAL, HGlobal: []byte{1, 2, 3}}
	got := hex.EncodeToString(encodeCodec(t, false, &m))
	want := "00000200" + "01000000" + "04000200" + "00000000" + // pointer, kind, its pointer, nobody to release
		"57647452" + "08000200" + "03000000" + "08000200" + "03000000" + "010203" // mark, handle, size, handle, size, bytes
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	null, _ := hex.DecodeString("00000200" + "01000000" + "04000200" + "00000000" + "57647452" + "00000000")
	if err := decode(null, false, &m); err != nil || m.HGlobal != nil || m.Tymed != std.TYMED_HGLOBAL {
		t.Errorf("a NULL handle: %+v, %v", m, err)
	}
}

func TestMediaThatAreRefused(t *testing.T) {
	for _, k := range []std.TYMED{std.TYMED_GDI, std.TYMED_MFPICT, std.TYMED_ENHMF, 3, -1} {
		e := ndr.EncodeTo(nil, false)
		m := std.STGMEDIUM{Tymed: k}
		m.EncodeDeferredNDR(&e)
		if err := e.Err(); !errors.Is(err, com.DV_E_TYMED) {
			t.Errorf("sending %v: %v", k, err)
		}
	}
	for name, c := range map[string]struct {
		bytes string
		want  com.HRESULT
	}{
		"a metafile":               {"00000200 20000000 04000200 00000000 00000000", com.DV_E_TYMED},
		"a handle of its process":  {"00000200 01000000 04000200 00000000 57647448 0c000000", com.DV_E_TYMED},
		"an unknown mark":          {"00000200 01000000 04000200 00000000 57647451 0c000000", com.RPC_S_INVALID_TAG},
		"more memory than is sent": {"00000200 01000000 04000200 00000000 57647452 08000200 00100000 08000200 00100000 01", com.RPC_X_BAD_STUB_DATA},
		"two sizes of memory":      {"00000200 01000000 04000200 00000000 57647452 08000200 01000000 08000200 02000000 01", com.RPC_X_BAD_STUB_DATA},
		"nothing":                  {"", com.RPC_X_BAD_STUB_DATA},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.bytes, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		var m std.STGMEDIUM
		if err := decode(b, false, &m); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzMedia decodes anything as formats and media; what can be decoded is
// encoded and decoded again to the same.
func FuzzMedia(f *testing.F) {
	for _, m := range media {
		for _, ndr64 := range []bool{false, true} {
			e := ndr.NewEncoder(f.Context(), &com.RPCOLEMESSAGE{Pointers: &wiretest.Wire{}, NDR64: ndr64, DataRep: 0x10})
			v := std.FLAG_STGMEDIUM{Medium: m}
			v.EncodeNDR(&e)
			v.EncodeDeferredNDR(&e)
			b, _ := e.Data()
			f.Add(b, ndr64)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, ndr64 bool) {
		for _, v := range []codec{new(std.CLIPFORMAT), new(std.STGMEDIUM), new(std.FLAG_STGMEDIUM)} {
			if decode(b, ndr64, v) != nil {
				continue
			}
			again := reflect.New(reflect.TypeOf(v).Elem()).Interface().(codec)
			if err := decode(encodeCodec(t, ndr64, v), ndr64, again); err != nil || !reflect.DeepEqual(v, again) {
				t.Errorf("%+v came back as %+v, %v", v, again, err)
			}
		}
	})
}
