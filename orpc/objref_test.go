package orpc

import (
	"bytes"
	"reflect"
	"testing"

	"oxid/com"
)

// goldenStandard is an OBJREF_STANDARD for IDispatch with five references.
const goldenStandard = `4d 45 4f 57 01 00 00 00 00 04 02 00 00 00 00 00
	c0 00 00 00 00 00 00 46 00 00 00 00 05 00 00 00
	88 77 66 55 44 33 22 11 00 ff ee dd cc bb aa 99
	00 1c 00 00 7c 0b 00 00 01 23 45 67 89 ab cd ef ` + goldenBindings

var goldenStd = STDOBJREF{
	PublicRefs: 5,
	OXID:       0x1122334455667788,
	OID:        0x99aabbccddeeff00,
	IPID:       com.MustGUID("00001c00-0b7c-0000-0123-456789abcdef"),
}

// sampleRefs has one reference of each form.
func sampleRefs(tb testing.TB) map[string]OBJREF {
	bindings := PackedBindings(unhex(tb, goldenBindings))
	iid := com.MustGUID("00020400-0000-0000-c000-000000000046")
	handler := com.MustGUID("01234567-89ab-cdef-0123-456789abcdef")
	return map[string]OBJREF{
		"standard": {Flags: OBJREF_STANDARD, IID: iid, Std: goldenStd, ResAddr: bindings},
		"handler":  {Flags: OBJREF_HANDLER, IID: iid, Std: goldenStd, CLSID: handler, ResAddr: bindings},
		"custom":   {Flags: OBJREF_CUSTOM, IID: iid, CLSID: handler, Reserved: 13, Data: []byte("hello")},
		"extended": {Flags: OBJREF_EXTENDED, IID: iid, Std: goldenStd, ResAddr: bindings,
			Elements: []DATAELEMENT{{ID: CLSID_ContextMarshaler, Data: []byte("envoy")}}},
	}
}

func TestOBJREFStandardGolden(t *testing.T) {
	want := unhex(t, goldenStandard)
	r, n, err := ParseOBJREF(append(bytes.Clone(want), "trailing"...))
	if err != nil || n != 98 {
		t.Fatalf("took %d bytes: %v", n, err)
	}
	if !reflect.DeepEqual(r, sampleRefs(t)["standard"]) {
		t.Errorf("got %+v", r)
	}
	wantBytes(t, r.Append(nil), want)
}

func TestOBJREFRoundTrip(t *testing.T) {
	for name, want := range sampleRefs(t) {
		t.Run(name, func(t *testing.T) {
			b := want.Append(nil)
			if len(b) != want.Size() {
				t.Errorf("Size says %d, Append wrote %d", want.Size(), len(b))
			}
			got, n, err := ParseOBJREF(b)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if taken := len(b) - len(want.Data); n != taken {
				t.Errorf("took %d bytes, want %d", n, taken)
			}
			if !got.HasStd() != (name == "custom") {
				t.Errorf("HasStd is %v", got.HasStd())
			}
		})
	}
}

func TestOBJREFExtendedLayout(t *testing.T) {
	r := sampleRefs(t)["extended"]
	b := r.Append(nil)
	wantBytes(t, b[64:68], unhex(t, "56 59 53 4e"))
	wantBytes(t, b[68:102], unhex(t, goldenBindings))
	wantBytes(t, b[102:], unhex(t, `01000000 5659534e 3b030000 0000 0000 c000000000000046
		05000000 08000000 656e766f79 000000`))
}

func TestCF_343_OBJREFHandlerLayout(t *testing.T) {
	r := sampleRefs(t)["handler"]
	b := r.Append(nil)
	if b[4] != 2 || com.GUIDFromBytes(b[64:]) != r.CLSID {
		t.Fatalf("the handler class is not at offset 64 of % x", b)
	}
	wantBytes(t, b[80:], unhex(t, goldenBindings))
}

func TestCF_377_HandlerWithoutItsClassIsStandard(t *testing.T) {
	refs := sampleRefs(t)
	for _, form := range []string{"handler", "extended", "standard"} {
		r := refs[form]
		std := r.AsStandard()
		wantBytes(t, std.Append(nil), unhex(t, goldenStandard))
	}
	handler := refs["handler"]
	b := handler.Append(nil)
	b[4] = 1
	wantBytes(t, append(b[:64:64], b[80:]...), unhex(t, goldenStandard))
	custom := refs["custom"]
	if c := custom.AsStandard(); c.Flags != OBJREF_CUSTOM {
		t.Error("a custom reference became a standard one")
	}
}

func TestCF_098_CustomHeaderIs48Bytes(t *testing.T) {
	r := OBJREF{Flags: OBJREF_CUSTOM, IID: com.IID_IUnknown, CLSID: com.CLSID_InProcFreeMarshaler, Reserved: 0x1c}
	wantBytes(t, r.Append(nil), unhex(t, `4d454f57 04000000 00000000 0000 0000 c000000000000046
		3a030000 0000 0000 c000000000000046 00000000 1c000000`))
}

func TestCF_367_InProcessPacketIs68Bytes(t *testing.T) {
	r := OBJREF{Flags: OBJREF_STANDARD, IID: com.IID_IUnknown, Std: goldenStd}
	b := r.Append(nil)
	if len(b) != 68 || !bytes.Equal(b[64:], []byte{0, 0, 0, 0}) {
		t.Fatalf("%d bytes, bindings % x", len(b), b[64:])
	}
	back, n, err := ParseOBJREF(b)
	if err != nil || n != 68 || !back.ResAddr.IsEmpty() {
		t.Fatalf("took %d: %v", n, err)
	}
}

func TestCloneSharesNoMemory(t *testing.T) {
	for name, r := range sampleRefs(t) {
		b := r.Append(nil)
		parsed, _, err := ParseOBJREF(b)
		if err != nil {
			t.Fatal(err)
		}
		c := parsed.Clone()
		clear(b)
		if !reflect.DeepEqual(c, r) {
			t.Errorf("%s: the clone changed with the packet: %+v", name, c)
		}
	}
}
