package std

import (
	"bytes"
	"encoding/binary"
	"testing"

	"oxid/com"
	"oxid/ndr"
)

// TestUnicodeString: lengths are in bytes, and the text has no NUL.
func TestUnicodeString(t *testing.T) {
	for _, s := range []string{"", "a", "Müller", "\U0001F600"} {
		u := NewUnicodeString(s)
		if u.String() != s || u.Length != u.MaximumLength || int(u.Length) != 2*len(u.Buffer) {
			t.Errorf("%q became %q, %+v", s, u.String(), u)
		}
	}
	var null RPC_UNICODE_STRING
	if null.String() != "" {
		t.Error("NULL is no text")
	}
}

// TestSID: the text form of [MS-DTYP] 2.4.2.1.
func TestSID(t *testing.T) {
	for _, s := range []string{"S-1-5-18", "S-1-5-32-544", "S-1-5-21-1004336348-1177238915-682003330-512", "S-1-1-0", "S-1-0x123456789ABC-7"} {
		sid, err := ParseSID(s)
		if err != nil || sid.String() != s || int(sid.SubAuthorityCount) != len(sid.SubAuthority) {
			t.Errorf("%s became %v, %v", s, sid, err)
		}
	}
	for _, s := range []string{"", "S-1", "S-1-", "S-2-5-1", "S-1-5-x", "S-1-5-4294967296", "S-1-5--1", "1-5-18", "S-1-0x1234567890ABC", "S-1-5" + string(bytes.Repeat([]byte("-1"), 16))} {
		if sid, err := ParseSID(s); err == nil {
			t.Errorf("%q is accepted as %v", s, sid)
		}
	}
}

// TestSIDOnTheWire: the count of the array stands in front of all ([MS-DTYP]
// 2.4.2.3), the authority is big-endian whatever the message is.
func TestSIDOnTheWire(t *testing.T) {
	sid, err := ParseSID("S-1-5-32-544")
	if err != nil {
		t.Fatal(err)
	}
	e := ndr.EncodeTo(nil, false)
	sid.EncodeCountsNDR(&e)
	sid.EncodeNDR(&e)
	want := []byte{2, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 5}
	want = binary.LittleEndian.AppendUint32(want, 32)
	want = binary.LittleEndian.AppendUint32(want, 544)
	if b, err := e.Data(); err != nil || !bytes.Equal(b, want) {
		t.Errorf("%v % x\nwant\n% x", err, b, want)
	}
}

// TestLengthsOfUnicodeString: lengths in bytes that were left at 0 are those of
// the text, in both transfer syntaxes; a length that is another one is refused.
func TestLengthsOfUnicodeString(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		u := RPC_UNICODE_STRING{Buffer: []uint16{'a', 'b', 'c'}}
		e := ndr.EncodeTo(nil, ndr64)
		u.EncodeNDR(&e)
		u.EncodeDeferredNDR(&e)
		b, err := e.Data()
		if err != nil {
			t.Fatal(err)
		}
		d := ndr.DecodeFrom(b, com.NDR_LOCAL_DATA_REPRESENTATION, ndr64)
		var got RPC_UNICODE_STRING
		got.DecodeNDR(&d)
		got.DecodeDeferredNDR(&d)
		if d.Err() != nil || got.String() != "abc" || got.Length != 6 || got.MaximumLength != 6 {
			t.Errorf("%+v, %v", got, d.Err())
		}
		u.Length = 4
		e = ndr.EncodeTo(nil, ndr64)
		u.EncodeNDR(&e)
		u.EncodeDeferredNDR(&e)
		if e.Err() == nil {
			t.Error("two of three units are sent without a word")
		}
	}
}
