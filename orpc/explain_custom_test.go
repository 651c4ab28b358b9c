package orpc

import (
	"strings"
	"testing"

	"oxid/com"
)

func TestExplainAggregatedHandler(t *testing.T) {
	inner := OBJREF{Flags: OBJREF_HANDLER, IID: com.IID_IUnknown, CLSID: goldenClass,
		Std: STDOBJREF{Flags: SORF_NOPING | SORF_OXRES1 | 0x10000, OXID: 1, IPID: goldenCID}}
	outer := Aggregated(&inner, []byte("payload"), 99)
	wantText(t, explained(t, outer.Append(nil)), `
OBJREF_CUSTOM, 139 bytes: an object with its own IMarshal around the standard marshaler: a nested reference, then the object's own bytes
  0000    4  signature          "MEOW"
  0004    4  flags              0x00000004                            OBJREF_CUSTOM: a class of the sender's choice reads the rest
  0008   16  iid                00000000-0000-0000-c000-000000000046  IUnknown
  0018   16  clsid              00000027-0000-0008-c000-000000000046  class of the unmarshaler CLSID_AggStdMarshal
  0028    4  cbExtension        0
  002c    4  reserved           99                                    a size of the sender's choice, ignored
  0084    7  object's own data  70 61 79 6c 6f 61 64                  read by the handler
    OBJREF_HANDLER, 84 bytes: IUnknown of object 0x0000000000000000, exporter 0x0000000000000001, in the sender's own process or machine
      0030    4  signature        "MEOW"
      0034    4  flags            0x00000002                            OBJREF_HANDLER: the receiver makes a proxy behind a handler of its own
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
	b, _ := fullOut().Append(nil)
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
	b, _ = fullIn().Append(nil)
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

func TestExplainStopsAtDeepNesting(t *testing.T) {
	r := sampleRefs(t)["standard"]
	for range 10 {
		r = Aggregated(&r, nil, 0)
	}
	if got := explained(t, r.Append(nil)); !strings.Contains(got, "nested too deep") {
		t.Error(got)
	}
}
