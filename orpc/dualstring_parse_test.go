package orpc

import (
	"testing"

	"oxid/com"
)

func TestMalformedBindingsAreRefused(t *testing.T) {
	cases := []struct{ name, wire string }{
		{"nothing", ""},
		{"half a header", "0400"},
		{"longer than the packet", "0400 0200 0000 0000 0000"},
		{"security offset behind the end", "0200 0300 0000 0000"},
		{"address without its zero", "0500 0300 0700 6800 6800 0000 0000"},
		{"strings without their terminator", "0500 0300 0700 6800 0000 0000 0000"},
		{"provider without reserved", "0300 0200 0000 0000 0900"},
		{"principal without its zero", "0500 0200 0000 0000 0900 ffff 6100"},
		{"security without its terminator", "0500 0200 0000 0000 0900 ffff 0000"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := ParseDUALSTRINGARRAY(unhex(t, c.wire))
			wantHRESULT(t, err, com.RPC_E_INVALID_OBJREF)
		})
	}
}

func TestProviderZeroEndsTheSecurityBindings(t *testing.T) {
	// What stands behind a provider of 0 is not looked at.
	d, _, err := ParseDUALSTRINGARRAY(unhex(t, "0800 0200 0000 0000 | 0900 ffff 0000 0000 0a00 ffff"))
	if err != nil || len(d.SecurityBindings) != 1 || d.SecurityBindings[0].AuthnSvc != 9 {
		t.Fatalf("got %+v, %v", d, err)
	}
}

func TestUnpairedSurrogatesDoNotStopADecoder(t *testing.T) {
	if s := utf16Text(unhex(t, "3dd8 6100 00de 3dd8")); s != "\ufffda\ufffd\ufffd" {
		t.Errorf("got %q", s)
	}
}
