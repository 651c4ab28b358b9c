package orpc

import (
	"strings"
	"testing"

	"oxid/com"
)

func TestExplainOddities(t *testing.T) {
	d := DUALSTRINGARRAY{
		StringBindings:   []StringBinding{{0x0d, "nb"}, {TOWER_NCADG_IP_UDP, "h[99]"}},
		SecurityBindings: []SecurityBinding{{AuthnSvc: 99, Reserved: 1, Principal: "RPCSS/h"}},
	}
	p, err := d.Pack()
	if err != nil {
		t.Fatal(err)
	}
	r := OBJREF{Flags: OBJREF_STANDARD, Std: goldenStd, ResAddr: p}
	r.Std.IPID.Data3 = 7
	got := explained(t, append(r.Append(nil), "tail"...))
	for _, want := range []string{
		"note: the interface identifier is null",
		"tower 0x0d, skipped: not a protocol sequence that is spoken here",
		"ncadg_ip_udp, host h, endpoint 99",
		`note: the resolver binding "h[99]" has an endpoint`,
		"note: no binding for TCP",
		`provider 99, principal "RPCSS/h"`,
		"note: a security binding's reserved field is 0x0001",
		"process 2940 (lower 16 bits), apartment 7",
		"note: 4 bytes behind the reference are ignored",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	empty := OBJREF{Flags: OBJREF_STANDARD, IID: com.IID_IUnknown, Std: goldenStd,
		ResAddr: PackedBindings(unhex(t, "0600 0300 0000 0000 0000 0000 0000 ffff"))}
	got = explained(t, empty.Append(nil))
	for _, want := range []string{
		"0044    4  terminators      0 0", "no string bindings", "no security bindings",
		"note: 2 bytes behind the end of the string bindings are ignored",
		"note: no security binding: the resolver is to be asked without security",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestExplainDoesNotPassControlCharactersOn(t *testing.T) {
	d := DUALSTRINGARRAY{
		StringBindings:   []StringBinding{{TOWER_NCACN_IP_TCP, "h\x1b[2J[\x07]"}},
		SecurityBindings: []SecurityBinding{{AuthnSvc: 9, Principal: "\x1b"}},
	}
	p, err := d.Pack()
	if err != nil {
		t.Fatal(err)
	}
	r := OBJREF{Flags: OBJREF_STANDARD, IID: com.IID_IUnknown, Std: goldenStd, ResAddr: p}
	out := fullOut()
	out.ScmReply.RemoteReply.Bindings = &p
	b, err := out.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, packet := range [][]byte{r.Append(nil), b} {
		got := explained(t, packet)
		if strings.ContainsAny(got, "\x1b\x07") || !strings.Contains(got, `\x1b`) {
			t.Errorf("%q", got)
		}
	}
}
