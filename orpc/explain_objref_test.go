package orpc

import (
	"encoding/binary"
	"strings"
	"testing"
)

func TestExplainStandard(t *testing.T) {
	wantText(t, explained(t, unhex(t, goldenStandard)), `
OBJREF_STANDARD, 98 bytes: IDispatch of object 0x99aabbccddeeff00, exporter 0x1122334455667788, resolver at 10.0.0.1
  0000    4  signature         "MEOW"
  0004    4  flags             0x00000001                            OBJREF_STANDARD: the receiver makes a proxy
  0008   16  iid               00020400-0000-0000-c000-000000000046  IDispatch
  0018    4  std.flags         0x00000000
  001c    4  std.cPublicRefs   5                                     5 references now belong to the receiver
  0020    8  std.oxid          0x1122334455667788                    the object exporter: ask the resolver where it listens
  0028    8  std.oid           0x99aabbccddeeff00                    the object: what pings keep alive
  0030   16  std.ipid          00001c00-0b7c-0000-0123-456789abcdef  the interface: the object UUID of each call; if Windows made it: process 2940 (lower 16 bits), no single-threaded apartment
  0040    2  wNumEntries       15                                    30 bytes follow wSecurityOffset
  0042    2  wSecurityOffset   11
  0044   20  string binding    "10.0.0.1"                            ncacn_ip_tcp, resolver of host 10.0.0.1 at the well-known endpoint
  0058    2  terminator        0                                     end of the string bindings
  005a    6  security binding  10                                    NTLM, no principal name given
  0060    2  terminator        0                                     end of the security bindings
`)
}

func TestExplainExtended(t *testing.T) {
	ext := sampleRefs(t)["extended"]
	got := explained(t, ext.Append(nil))
	for _, want := range []string{
		"0040    4  Signature1        0x4e535956",
		"0066    4  nElms             1",
		"006e   16  dataID            0000033b-0000-0000-c000-000000000046  CLSID_ContextMarshaler",
		"0086    8  Data              65 6e 76 6f 79 00 00 00               context of the object",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestExplainWhatIsBroken(t *testing.T) {
	std := unhex(t, goldenStandard)
	patch := func(off int, v uint16) []byte {
		b := append([]byte(nil), std...)
		binary.LittleEndian.PutUint16(b[off:], v)
		return b
	}
	ext := sampleRefs(t)["extended"]
	for want, packet := range map[string][]byte{
		"no object reference":                     []byte("hello world"),
		"ends within signature: 0 bytes":          nil,
		"the flags name no form":                  patch(4, 3),
		"ends within std.oxid":                    std[:36],
		"DUALSTRINGARRAY is longer":               std[:90],
		"wSecurityOffset lies behind":             patch(66, 99),
		"a terminating zero is missing":           patch(88, 'x'),
		"ends within cbSize":                      ext.Append(nil)[:128],
		"Signature2 is 0x00535956":                append(append([]byte(nil), ext.Append(nil)[:109]...), make([]byte, 40)...),
		"an element of 8 bytes, 7 are left":       ext.Append(nil)[:141],
		"ends within reserved: 2 bytes are there": (&OBJREF{Flags: OBJREF_CUSTOM}).Append(nil)[:46],
	} {
		got := explained(t, packet)
		if !strings.Contains(got, "error: ") || !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
		if _, _, err := ParseOBJREF(packet); err == nil {
			t.Errorf("%q: the parser accepts it", want)
		}
	}
}
