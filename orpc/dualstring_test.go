package orpc

import (
	"reflect"
	"strings"
	"testing"

	"oxid/com"
)

// goldenBindings is the array of the OBJREF_STANDARD example: "10.0.0.1" over
// TCP, NTLM without a principal.
const goldenBindings = `0f 00 0b 00 07 00 31 00 30 00 2e 00 30 00 2e 00
	30 00 2e 00 31 00 00 00 00 00 0a 00 ff ff 00 00 00 00`

func TestDualStringArrayRoundTrip(t *testing.T) {
	cases := []struct {
		name string
		in   DUALSTRINGARRAY
		wire string
	}{
		{"one of each", DUALSTRINGARRAY{
			StringBindings:   []StringBinding{{TOWER_NCACN_IP_TCP, "10.0.0.1"}},
			SecurityBindings: []SecurityBinding{{AuthnSvc: 10, Reserved: 0xffff}},
		}, goldenBindings},
		{"empty, as the specification has it", DUALSTRINGARRAY{}, "04 00 02 00 0000 0000 0000 0000"},
		{"no security", DUALSTRINGARRAY{
			StringBindings: []StringBinding{{TOWER_NCACN_IP_TCP, "h"}},
		}, "06 00 04 00 | 0700 6800 0000 0000 | 0000 0000"},
		{"no strings", DUALSTRINGARRAY{
			SecurityBindings: []SecurityBinding{{9, 0xffff, "a"}},
		}, "07 00 02 00 | 0000 0000 | 0900 ffff 6100 0000 0000"},
		{"unknown tower and a rune beyond 16 bits", DUALSTRINGARRAY{
			StringBindings: []StringBinding{{0x0d, "\U0001F600"}, {TOWER_NCACN_IP_TCP, "::1[9]"}},
		}, `0f 00 0d 00 | 0d00 3dd8 00de 0000 | 0700 3a00 3a00 3100 5b00 3900 5d00 0000 | 0000 | 0000 0000`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want := unhex(t, c.wire)
			got, err := c.in.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			wantBytes(t, got, want)
			back, n, err := ParseDUALSTRINGARRAY(append(want, 1, 2, 3))
			if err != nil || n != len(want) {
				t.Fatalf("took %d of %d bytes: %v", n, len(want), err)
			}
			if !reflect.DeepEqual(back, c.in) {
				t.Errorf("got %+v, want %+v", back, c.in)
			}
		})
	}
}

func TestCF_108_EmptyBindingsHaveTwoForms(t *testing.T) {
	for _, wire := range []string{"00000000", "04000200 0000 0000 0000 0000", "02000100 0000 0000"} {
		p, err := ParsePackedBindings(unhex(t, wire))
		if err != nil {
			t.Fatalf("%s: %v", wire, err)
		}
		d, err := p.Unpack()
		if err != nil || len(d.StringBindings)+len(d.SecurityBindings) != 0 || !p.IsEmpty() {
			t.Errorf("%s: %+v, %v; want no bindings", wire, d, err)
		}
	}
	wantBytes(t, PackedBindings(nil).Append(nil), []byte{0, 0, 0, 0})
	if !PackedBindings(nil).IsEmpty() {
		t.Error("nil bindings are not empty")
	}
	p, _ := ParsePackedBindings(unhex(t, goldenBindings))
	if p.IsEmpty() {
		t.Error("bindings with an address count as empty")
	}
}

func TestStringBindingSplit(t *testing.T) {
	cases := []struct{ addr, host, endpoint string }{
		{"10.0.0.1", "10.0.0.1", ""},
		{"10.0.0.1[49152]", "10.0.0.1", "49152"},
		{"2001:db8::1[49152]", "2001:db8::1", "49152"},
		{"2001:db8::1", "2001:db8::1", ""},
		{"[2001:db8::1]", "2001:db8::1", ""},
		{"[2001:db8::1][135]", "2001:db8::1", "135"},
		{`host[\pipe\x]`, "host", `\pipe\x`},
		{"host[", "host[", ""},
		{"host]", "host]", ""},
		{"[]", "[]", ""},
		{"", "", ""},
	}
	for _, c := range cases {
		host, endpoint := StringBinding{TOWER_NCACN_IP_TCP, c.addr}.Split()
		if host != c.host || endpoint != c.endpoint {
			t.Errorf("%q: got %q and %q, want %q and %q", c.addr, host, endpoint, c.host, c.endpoint)
		}
	}
	if s := NewStringBinding(TOWER_NCACN_IP_TCP, "[::1]", "135").String(); s != "ncacn_ip_tcp:::1[135]" {
		t.Errorf("got %s", s)
	}
	if s := NewStringBinding(0x33, "h", "").String(); s != "tower 0x33:h" {
		t.Errorf("got %s", s)
	}
}

func TestBindingsThatCannotBeWritten(t *testing.T) {
	cases := map[string]DUALSTRINGARRAY{
		"tower 0":         {StringBindings: []StringBinding{{0, "h"}}},
		"NUL in address":  {StringBindings: []StringBinding{{7, "a\x00b"}}},
		"provider 0":      {SecurityBindings: []SecurityBinding{{AuthnSvc: 0}}},
		"provider 0xffff": {SecurityBindings: []SecurityBinding{{AuthnSvc: 0xffff}}},
		"NUL in name":     {SecurityBindings: []SecurityBinding{{9, 0, "\x00"}}},
		"too long":        {StringBindings: []StringBinding{{7, strings.Repeat("x", 0xffff)}}},
	}
	for name, d := range cases {
		b, err := d.Append([]byte("keep"))
		wantHRESULT(t, err, com.E_INVALIDARG)
		if string(b) != "keep" {
			t.Errorf("%s: the buffer was changed to %q", name, b)
		}
	}
}
