package orpc

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"oxid/com"
)

// explained returns the text of an explanation.
func explained(t *testing.T, packet []byte) string {
	t.Helper()
	var b strings.Builder
	if err := Explain(&b, packet); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wantText compares texts, ignoring the line end in front of a raw string.
func wantText(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestExplainStandard(t *testing.T) {
	wantText(t, explained(t, unhex(t, goldenStandard)), `
OBJREF_STANDARD, 98 bytes: IDispatch of object 0x99aabbccddeeff00, exporter 0x1122334455667788, resolver at 10.0.0.1
  0000    4  signature         "MEOW"
  0004    4  flags             0x00000001                            OBJREF_STANDARD
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

func TestExplainAggregatedHandler(t *testing.T) {
	inner := OBJREF{Flags: OBJREF_HANDLER, IID: com.IID_IUnknown, CLSID: goldenClass,
		Std: STDOBJREF{Flags: SORF_NOPING | SORF_OXRES1 | 0x10000, OXID: 1, IPID: goldenCID}}
	outer := Aggregated(&inner, []byte("payload"), 99)
	wantText(t, explained(t, outer.Append(nil)), `
OBJREF_CUSTOM, 139 bytes: an object with its own IMarshal around the standard marshaler: a nested reference, then the object's own bytes
  0000    4  signature          "MEOW"
  0004    4  flags              0x00000004                            OBJREF_CUSTOM
  0008   16  iid                00000000-0000-0000-c000-000000000046  IUnknown
  0018   16  clsid              00000027-0000-0008-c000-000000000046  class of the unmarshaler CLSID_AggStdMarshal
  0028    4  cbExtension        0
  002c    4  reserved           99                                    a size of the sender's choice, ignored
  0084    7  object's own data  70 61 79 6c 6f 61 64                  read by the handler
    OBJREF_HANDLER, 84 bytes: IUnknown of object 0x0000000000000000, exporter 0x0000000000000001, in the sender's own process or machine
      0030    4  signature        "MEOW"
      0034    4  flags            0x00000002                            OBJREF_HANDLER
      0038   16  iid              00000000-0000-0000-c000-000000000046  IUnknown
      0048    4  std.flags        0x00011001                            SORF_NOPING, 0x1 is the exporter's own, 0x10000 is unknown and ignored
      004c    4  std.cPublicRefs  0                                     none: the receiver adds a reference of its own before it uses the object
      0050    8  std.oxid         0x0000000000000001                    the object exporter: ask the resolver where it listens
      0058    8  std.oid          0x0000000000000000                    the object: what pings keep alive
      0060   16  std.ipid         03020100-0504-0706-0809-0a0b0c0d0e0f  the interface: the object UUID of each call
      0070   16  clsid            d8a42700-b3a2-5d4c-8899-aabbccddeeff  class of the handler
      0080    2  wNumEntries      0                                     0 bytes follow wSecurityOffset
      0082    2  wSecurityOffset  0
      note: an identifier is null: no exporter hands that out
      note: SORF_NOPING: the object lives until its references are released or its process ends
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

func TestExplainActivation(t *testing.T) {
	got := explained(t, unhex(t, goldenCreateInstance))
	for _, want := range []string{
		"IActivationPropertiesIn",
		"0068  152  CustomHeader  4 properties",
		"InstantiationInfo, 88 bytes: class d8a42700-b3a2-5d4c-8899-aabbccddeeff, interfaces IDispatch, client 5.7",
		"ScmRequestInfo, 48 bytes: impersonation level 0, protocol sequences ncacn_ip_tcp",
		"note: 48 bytes in front of the reference are not part of it",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	b, _ := fullOut(t).Append(nil)
	got = explained(t, b)
	for _, want := range []string{
		"PropsOutInfo, 240 bytes: IUnknown: S_OK (0x00000000), IDispatch: E_NOINTERFACE (0x80004002), IClassFactory",
		"0124    4  signature",
		"exporter 0x0102030405060708, DCOM 5.7, authentication level 5",
		"bindings [ncacn_ip_tcp:10.0.0.1]",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	b, _ = fullIn(t).Append(nil)
	got = explained(t, b)
	for _, want := range []string{
		"session 0x3, authentication level 5, flags 0x1", `file "C:\\x.doc"`, `server "srv"`, `machine "box"`,
		"client context of 98 bytes",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestExplainKnownCustomClasses(t *testing.T) {
	c := Context{ID: goldenCID, Properties: []ContextProperty{{Flags: CPFLAG_ENVOY, Data: []byte("abc")}}}
	ctx := c.OBJREF()
	info, _ := (&ErrorInfo{Source: "calc", Description: "division by zero"}).Extent()
	ftm := OBJREF{Flags: OBJREF_CUSTOM, IID: com.IID_IUnknown, CLSID: com.CLSID_InProcFreeMarshaler, Data: make([]byte, 20)}
	for want, packet := range map[string][]byte{
		"with 1 properties":                           ctx.Append(nil),
		`"division by zero" from "calc"`:              info.Data,
		"an address in the sender's process":          ftm.Append(nil),
		"00 00 00 00 00 00 00 00 00 00 00 00 00 ...":  ftm.Append(nil),
		"CLSID_InProcFreeMarshaler":                   ftm.Append(nil),
		"flags 0x4, 3 bytes":                          ctx.Append(nil),
		"error: oxid (step interface): RPC_E_INVALID": ctx.Append(nil)[:60],
	} {
		if got := explained(t, packet); !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

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

func TestExplainStopsAtDeepNesting(t *testing.T) {
	r := sampleRefs(t)["standard"]
	for range 10 {
		r = Aggregated(&r, nil, 0)
	}
	if got := explained(t, r.Append(nil)); !strings.Contains(got, "nested too deep") {
		t.Error(got)
	}
}

func TestExplanationIsJSON(t *testing.T) {
	b, err := json.Marshal(Describe(unhex(t, goldenStandard)[:28]))
	want := `{"title":"OBJREF_STANDARD","offset":0,"size":28,"fields":[` +
		`{"offset":0,"size":4,"name":"signature","value":"\"MEOW\""},` +
		`{"offset":4,"size":4,"name":"flags","value":"0x00000001","meaning":"OBJREF_STANDARD"},` +
		`{"offset":8,"size":16,"name":"iid","value":"00020400-0000-0000-c000-000000000046","meaning":"IDispatch"},` +
		`{"offset":24,"size":4,"name":"std.flags","value":"0x00000000"}],` +
		`"error":"ends within std.cPublicRefs: 0 bytes are there, 4 are needed"}`
	if err != nil || string(b) != want {
		t.Errorf("got %s\nwant %s\n%v", b, want, err)
	}
}

func TestExplainReturnsTheWritersError(t *testing.T) {
	if err := Explain(failingWriter{}, nil); !errors.Is(err, errWriter) {
		t.Errorf("got %v", err)
	}
}

var errWriter = errors.New("no space")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errWriter }

func TestKnownNames(t *testing.T) {
	if KnownName(com.IID_IUnknown) != "IUnknown" || KnownName(goldenCID) != "" {
		t.Error("names are mixed up")
	}
	if AuthnSvcName(16) != "Kerberos" || AuthnSvcName(77) != "provider 77" {
		t.Error("providers are mixed up")
	}
}
