package com_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"oxid/com"
)

// The worked example: text, fields and packet bytes of one identifier.
func TestGUID_Forms(t *testing.T) {
	g, err := com.ParseGUID("{D5F569D0-593B-101A-B569-08002B2DBF7A}")
	if err != nil {
		t.Fatal(err)
	}
	if g != com.IID_IPSFactoryBuffer {
		t.Errorf("parsed %v", g)
	}
	if got, want := g.String(), "d5f569d0-593b-101a-b569-08002b2dbf7a"; got != want {
		t.Errorf("text %s, want %s", got, want)
	}
	wire := []byte{0xd0, 0x69, 0xf5, 0xd5, 0x3b, 0x59, 0x1a, 0x10, 0xb5, 0x69, 0x08, 0x00, 0x2b, 0x2d, 0xbf, 0x7a}
	if got := g.AppendBytes([]byte{1}); !bytes.Equal(got[1:], wire) || got[0] != 1 {
		t.Errorf("bytes % x, want % x", got, wire)
	}
	put := make([]byte, 16)
	if g.PutBytes(put); !bytes.Equal(put, wire) {
		t.Errorf("PutBytes % x, want % x", put, wire)
	}
	if got := com.GUIDFromBytes(wire); got != g {
		t.Errorf("read back %v", got)
	}
}

func TestParseGUID(t *testing.T) {
	const good = "00000131-0000-0000-c000-000000000046"
	for _, s := range []string{good, "{" + good + "}", "{00000131-0000-0000-C000-000000000046}"} {
		if g, err := com.ParseGUID(s); err != nil || g != com.IID_IRemUnknown {
			t.Errorf("%s: %v, %v", s, g, err)
		}
	}
	for _, s := range []string{
		"", "{}", good[:35], good + "0", "{" + good, good + "}", "(" + good + ")",
		"00000131_0000-0000-c000-000000000046", "0000013g-0000-0000-c000-000000000046",
		"00000131-0000-0000-c000-00000000004\xff", "000001310000-0000-c000-000000000046--",
	} {
		if g, err := com.ParseGUID(s); err == nil {
			t.Errorf("%q was read as %v", s, g)
		} else if !g.IsZero() {
			t.Errorf("%q: error together with %v", s, g)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("MustGUID took bad text")
		}
	}()
	com.MustGUID("bad")
}

func TestGUID_Text(t *testing.T) {
	type doc struct{ ID com.GUID }
	b, err := json.Marshal(doc{com.IID_IStream})
	if err != nil || string(b) != `{"ID":"0000000c-0000-0000-c000-000000000046"}` {
		t.Fatalf("%s, %v", b, err)
	}
	var d doc
	if err := json.Unmarshal(b, &d); err != nil || d.ID != com.IID_IStream {
		t.Errorf("read back %v, %v", d.ID, err)
	}
	d.ID = com.IID_IMarshal
	if err := json.Unmarshal([]byte(`{"ID":"x"}`), &d); err == nil || d.ID != com.IID_IMarshal {
		t.Errorf("bad text: %v, %v", d.ID, err)
	}
	if b, err := com.IID_IStream.AppendText([]byte("x")); err != nil || string(b) != "x0000000c-0000-0000-c000-000000000046" {
		t.Errorf("%s, %v", b, err)
	}
}

// A new GUID is a random one of version 4 (RFC 4122 4.4).
func TestNewGUID(t *testing.T) {
	seen := map[com.GUID]bool{}
	for range 100 {
		g := com.NewGUID()
		if seen[g] || g.IsZero() {
			t.Fatalf("%v again", g)
		}
		seen[g] = true
		if g.Data3>>12 != 4 || g.Data4[0]>>6 != 2 {
			t.Fatalf("%v is not of version 4", g)
		}
	}
}

// The identifiers of the tables in [MS-DCOM] 1.9 and of the SDK headers.
func TestIIDs(t *testing.T) {
	const tail = "-0000-0000-c000-000000000046"
	for _, c := range []struct {
		name string
		g    com.GUID
		text string
	}{
		{"IUnknown", com.IID_IUnknown, "00000000" + tail},
		{"IClassFactory", com.IID_IClassFactory, "00000001" + tail},
		{"IMalloc", com.IID_IMalloc, "00000002" + tail},
		{"IMarshal", com.IID_IMarshal, "00000003" + tail},
		{"IStream", com.IID_IStream, "0000000c" + tail},
		{"IMessageFilter", com.IID_IMessageFilter, "00000016" + tail},
		{"IStdMarshalInfo", com.IID_IStdMarshalInfo, "00000018" + tail},
		{"IExternalConnection", com.IID_IExternalConnection, "00000019" + tail},
		{"IMultiQI", com.IID_IMultiQI, "00000020" + tail},
		{"IInternalUnknown", com.IID_IInternalUnknown, "00000021" + tail},
		{"IFastRundown", com.IID_IFastRundown, "00000040" + tail},
		{"IPersist", com.IID_IPersist, "0000010c" + tail},
		{"IRemUnknown", com.IID_IRemUnknown, "00000131" + tail},
		{"IClientSecurity", com.IID_IClientSecurity, "0000013d" + tail},
		{"IServerSecurity", com.IID_IServerSecurity, "0000013e" + tail},
		{"IRemUnknown2", com.IID_IRemUnknown2, "00000143" + tail},
		{"IRpcOptions", com.IID_IRpcOptions, "00000144" + tail},
		{"IGlobalInterfaceTable", com.IID_IGlobalTable, "00000146" + tail},
		{"IMarshal2", com.IID_IMarshal2, "000001cf" + tail},
		{"ISequentialStream", com.IID_ISequentialStream, "0c733a30-2a1c-11ce-ade5-00aa0044773d"},
		{"IPSFactoryBuffer", com.IID_IPSFactoryBuffer, "d5f569d0-593b-101a-b569-08002b2dbf7a"},
		{"IRpcProxyBuffer", com.IID_IRpcProxyBuffer, "d5f56a34-593b-101a-b569-08002b2dbf7a"},
		{"IRpcStubBuffer", com.IID_IRpcStubBuffer, "d5f56afc-593b-101a-b569-08002b2dbf7a"},
		{"IRpcChannelBuffer", com.IID_IRpcChannelBuffer, "d5f56b60-593b-101a-b569-08002b2dbf7a"},
		{"IAgileObject", com.IID_IAgileObject, "94ea2b94-e9cc-49e0-c0ff-ee64ca8f5b90"},
		{"INoMarshal", com.IID_INoMarshal, "ecc8691b-c1db-4dc0-855e-65f6c551af49"},
		{"CLSID_StdMarshal", com.CLSID_StdMarshal, "00000017" + tail},
		{"CLSID_IdentityUnmarshal", com.CLSID_IdentityUnmarshal, "0000001b" + tail},
		{"CLSID_InProcFreeMarshaler", com.CLSID_InProcFreeMarshaler, "0000033a" + tail},
		{"CLSID_StdGlobalInterfaceTable", com.CLSID_StdGlobalTable, "00000323" + tail},
		{"CLSID_AggStdMarshal as sent", com.CLSID_AggStdMarshal, "00000027-0000-0008-c000-000000000046"},
		{"CLSID_AggStdMarshal of the SDK", com.CLSID_AggStdMarshalSDK, "00000027" + tail},
	} {
		if got := c.g.String(); got != c.text {
			t.Errorf("%s is %s, want %s", c.name, got, c.text)
		}
	}
}

func FuzzParseGUID(f *testing.F) {
	f.Add("{D5F569D0-593B-101A-B569-08002B2DBF7A}")
	f.Add("00000000-0000-0000-c000-000000000046")
	f.Add("{-}")
	f.Fuzz(func(t *testing.T, s string) {
		g, err := com.ParseGUID(s)
		if err != nil {
			return
		}
		if back, err := com.ParseGUID(g.String()); err != nil || back != g {
			t.Fatalf("%q: %v, then %v, %v", s, g, back, err)
		}
		if com.GUIDFromBytes(g.AppendBytes(nil)) != g {
			t.Fatalf("%q: other bytes", s)
		}
	})
}
