package orpc

import (
	"bytes"
	"context"
	"io"
	"reflect"
	"runtime/metrics"
	"testing"

	"oxid/com"
)

// bounded runs f and fails when it allocates more than factor bytes for each
// byte of input. The runtime's counter may also take in what was allocated
// earlier, so a number that is too high is measured again: f must allocate the
// same each time.
func bounded(t *testing.T, input []byte, factor int, f func()) {
	t.Helper()
	const allowance = 64 << 10
	limit := uint64(factor*len(input) + allowance)
	least := ^uint64(0)
	for try := 0; try < 5 && least > limit; try++ {
		before := allocated()
		f()
		least = min(least, allocated()-before)
	}
	if least > limit {
		t.Fatalf("%d bytes of input made it allocate %d, more than %d", len(input), least, limit)
	}
}

func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// TestBoundedNotices shows that the fuzz targets' assertion can fail.
func TestBoundedNotices(t *testing.T) {
	before := allocated()
	sink = make([]byte, 1<<20)
	if got := allocated() - before; got < 1<<20 {
		t.Fatalf("a megabyte was counted as %d bytes", got)
	}
}

var sink []byte

func addRefs(f *testing.F) {
	for _, r := range sampleRefs(f) {
		f.Add(r.Append(nil))
	}
	std := sampleRefs(f)["standard"]
	agg := Aggregated(&std, []byte("own"), 1)
	f.Add(agg.Append(nil))
	inProcess := OBJREF{Flags: OBJREF_STANDARD, IID: com.IID_IUnknown, Std: goldenStd}
	f.Add(inProcess.Append(nil))
}

func FuzzOBJREF(f *testing.F) {
	addRefs(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var r OBJREF
		var n int
		var err error
		bounded(t, b, 16, func() { r, n, err = ParseOBJREF(b) })
		var fromStream OBJREF
		var streamErr error
		var stm *memStream
		bounded(t, b, 16, func() {
			stm = &memStream{b: b}
			fromStream, streamErr = ReadOBJREF(context.Background(), stm)
		})
		if (err == nil) != (streamErr == nil) {
			t.Fatalf("from bytes: %v, from a stream: %v", err, streamErr)
		}
		if err != nil {
			return
		}
		if stm.pos != n || n > len(b) {
			t.Fatalf("stream at %d, packet of %d in %d bytes", stm.pos, n, len(b))
		}
		again := r.Append(nil)
		if len(again) != r.Size() {
			t.Fatalf("Size %d, written %d", r.Size(), len(again))
		}
		if r.Flags != OBJREF_EXTENDED { // whose padding is free
			if !bytes.Equal(again[:n], b[:n]) {
				t.Fatalf("% x became % x", b[:n], again)
			}
		}
		r.Data = nil
		if again := fromStream.Append(nil); !bytes.Equal(again, r.Append(nil)) {
			t.Fatalf("the stream's reference differs: % x", again)
		}
		if inner, _, err := fromStream.Nested(); err == nil && inner.Flags == OBJREF_CUSTOM {
			t.Fatal("nested custom reference")
		}
	})
}

func FuzzDUALSTRINGARRAY(f *testing.F) {
	for _, s := range []string{goldenBindings, "00000000", "04000200 0000 0000 0000 0000",
		"0800 0200 0000 0000 0900 ffff 0000 0000 0a00 ffff", "0f00 0d00 0d00 3dd8 00de 0000 0700 3a00 0000 0000 0000 0000"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var d DUALSTRINGARRAY
		var err error
		bounded(t, b, 64, func() { d, _, err = ParseDUALSTRINGARRAY(b) })
		if err != nil {
			return
		}
		for _, s := range d.StringBindings {
			_, _ = s.Split()
		}
		p, err := d.Pack()
		if err != nil {
			// What can be read and not written: the default provider.
			for _, s := range d.SecurityBindings {
				if s.AuthnSvc == 0xffff {
					return
				}
			}
			t.Fatalf("%+v: %v", d, err)
		}
		back, err := p.Unpack()
		for i := range d.SecurityBindings {
			if d.SecurityBindings[i].Reserved == 0 {
				d.SecurityBindings[i].Reserved = 0xffff
			}
		}
		if err != nil || !reflect.DeepEqual(back, d) {
			t.Fatalf("%+v became %+v: %v", d, back, err)
		}
	})
}

func FuzzORPCHeaders(f *testing.F) {
	f.Add(unhex(f, goldenThis), true, false)
	f.Add(unhex(f, goldenThisBig), true, true)
	f.Add((&ORPCTHIS{Version: Version57}).Append(nil), true, false)
	f.Add(append(unhex(f, goldenThis)[:28], unhex(f, "78560000 00000000 00000000 34120000 00000000")...), true, false)
	f.Add((&ORPCTHAT{Extents: []Extent{{EXTENT_Error, []byte("hello")}, {}}}).Append(nil), false, false)
	f.Fuzz(func(t *testing.T, b []byte, this, big bool) {
		var list, back []Extent
		var n int
		var err error
		if this {
			var v ORPCTHIS
			bounded(t, b, 16, func() { v, n, err = ParseORPCTHIS(b, drepOf(big)) })
			if err == nil {
				var again ORPCTHIS
				if again, _, err = ParseORPCTHIS(v.Append(nil), drepLittle); err != nil || again.CID != v.CID {
					t.Fatalf("%+v became %+v: %v", v, again, err)
				}
				list, back = v.Extents, again.Extents
			}
		} else {
			var v ORPCTHAT
			bounded(t, b, 16, func() { v, n, err = ParseORPCTHAT(b, drepOf(big)) })
			if err == nil {
				var again ORPCTHAT
				if again, _, err = ParseORPCTHAT(v.Append(nil), drepLittle); err != nil {
					t.Fatalf("%+v: %v", v, err)
				}
				list, back = v.Extents, again.Extents
			}
		}
		if n > len(b) || !reflect.DeepEqual(list, back) {
			t.Fatalf("%+v became %+v; %d of %d bytes", list, back, n, len(b))
		}
		for _, x := range list {
			ParseContextExtension(x.Data, drepOf(big))
			ParseErrorInfo(x.Data)
		}
	})
}

func FuzzActivationPropertiesIn(f *testing.F) {
	f.Add(unhex(f, goldenCreateInstance)[0x30:])
	for _, in := range []*ActivationPropertiesIn{goldenIn(), fullIn()} {
		b, err := in.Append(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var in *ActivationPropertiesIn
		var err error
		bounded(t, b, 32, func() { in, err = ParseActivationPropertiesIn(b) })
		if err != nil {
			return
		}
		again, err := in.Append(nil)
		if err != nil {
			t.Fatalf("%+v: %v", in, err)
		}
		back, err := ParseActivationPropertiesIn(again)
		if err != nil {
			t.Fatalf("%+v: %v", in, err)
		}
		if third, err := back.Append(nil); err != nil || !bytes.Equal(third, again) {
			t.Fatalf("%+v became %+v: %v", in, back, err)
		}
	})
}

func FuzzActivationPropertiesOut(f *testing.F) {
	b, err := fullOut().Append(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var out *ActivationPropertiesOut
		var err error
		bounded(t, b, 32, func() { out, err = ParseActivationPropertiesOut(b) })
		if err != nil {
			return
		}
		again, err := out.Append(nil)
		if err != nil {
			t.Fatalf("%+v: %v", out, err)
		}
		back, err := ParseActivationPropertiesOut(again)
		if err != nil {
			t.Fatalf("%+v: %v", out, err)
		}
		if third, err := back.Append(nil); err != nil || !bytes.Equal(third, again) {
			t.Fatalf("%+v became %+v: %v", out, back, err)
		}
	})
}

// FuzzProperties reads one property without the blob around it.
func FuzzProperties(f *testing.F) {
	classes := []com.CLSID{CLSID_SpecialSystemProperties, CLSID_InstantiationInfo, CLSID_ActivationContextInfo,
		CLSID_InstanceInfo, CLSID_SecurityInfo, CLSID_ServerLocationInfo, CLSID_ScmRequestInfo,
		CLSID_PropsOutInfo, CLSID_ScmReplyInfo}
	in, out := fullIn(), fullOut()
	for i, v := range []serialized{sentSpecial{in.Special}, in.Instantiation, in.Context, in.Instance, in.Security, in.Location,
		in.ScmRequest, out.PropsOut, out.ScmReply} {
		b, err := appendSerialized(nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(i))
	}
	f.Fuzz(func(t *testing.T, b []byte, which uint8) {
		class := classes[int(which)%len(classes)]
		var v serialized
		var err error
		bounded(t, b, 32, func() {
			v = propertyOf(class)
			err = parseSerialized(b, v)
		})
		if err != nil {
			return
		}
		again, err := appendSerialized(nil, v)
		if err != nil {
			t.Fatalf("%+v: %v", v, err)
		}
		back := propertyOf(class)
		if err := parseSerialized(again, back); err != nil {
			t.Fatalf("%+v: %v", v, err)
		}
		if third, err := appendSerialized(nil, back); err != nil || !bytes.Equal(third, again) {
			t.Fatalf("%+v became %+v: %v", v, back, err)
		}
	})
}

func FuzzContext(f *testing.F) {
	c := Context{ID: goldenCID, Properties: []ContextProperty{{Data: []byte("abc")}, {}}}
	f.Add(c.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Context
		var n int
		var err error
		bounded(t, b, 32, func() { c, n, err = ParseContext(b) })
		if err != nil {
			return
		}
		again, m, err := ParseContext(c.Append(nil))
		if err != nil || n != m || !reflect.DeepEqual(again, c) {
			t.Fatalf("%+v became %+v: %v", c, again, err)
		}
	})
}

func FuzzErrorInfo(f *testing.F) {
	x, _ := (&ErrorInfo{1, goldenCID, "source", "description", "help"}).Extent()
	f.Add(x.Data)
	f.Fuzz(func(t *testing.T, b []byte) {
		var i *ErrorInfo
		var err error
		bounded(t, b, 32, func() { i, err = ParseErrorInfo(b) })
		if err != nil {
			return
		}
		x, err := i.Extent()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseErrorInfo(x.Data); err != nil || !reflect.DeepEqual(again, i) {
			t.Fatalf("%+v became %+v: %v", i, again, err)
		}
	})
}

func FuzzExplain(f *testing.F) {
	addRefs(f)
	f.Add(unhex(f, goldenCreateInstance))
	b, _ := fullOut().Append(nil)
	f.Add(b)
	x, _ := (&ErrorInfo{Source: "s"}).Extent()
	f.Add(x.Data)
	c := Context{Properties: []ContextProperty{{}}}
	ctx := c.OBJREF()
	f.Add(ctx.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, b, 4096, func() { Explain(io.Discard, b) })
		if _, _, err := ParseOBJREF(b); (err == nil) != (Describe(b).Error == "") && bytes.HasPrefix(b, []byte("MEOW")) {
			t.Fatalf("the parser says %v, the explanation %q", err, Describe(b).Error)
		}
	})
}
