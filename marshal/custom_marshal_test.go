package marshal_test

import (
	"context"
	"encoding/binary"
	"slices"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// custom is an object with an IMarshal of its own. It writes down what is
// asked of it, in order.
type custom struct {
	object
	apt   *marshal.Apartment
	class com.CLSID
	size  uint32 // what GetMarshalSizeMax says
	data  string // what MarshalInterface writes, for classes of its own
	fail  error  // of MarshalInterface, after writing
	log   []string
	found int // bytes in the stream when MarshalInterface ran; -1 before
}

func (c *custom) GetUnmarshalClass(context.Context, *com.IID, any, com.MSHCTX, com.MSHLFLAGS) (com.CLSID, error) {
	c.log = append(c.log, "GetUnmarshalClass")
	return c.class, nil
}

func (c *custom) GetMarshalSizeMax(context.Context, *com.IID, any, com.MSHCTX, com.MSHLFLAGS) (uint32, error) {
	c.log = append(c.log, "GetMarshalSizeMax")
	return c.size, nil
}

func (c *custom) MarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) error {
	c.log = append(c.log, "MarshalInterface")
	if m, ok := stm.(*com.MemoryStream); ok {
		c.found = m.Len()
	}
	if c.class == com.CLSID_StdMarshal {
		std, err := c.apt.CoGetStandardMarshal(ctx, iid, c, dest, flags)
		if err != nil {
			return err
		}
		return std.MarshalInterface(ctx, stm, iid, obj, dest, flags)
	}
	if err := com.WriteFull(ctx, stm, []byte(c.data)); err != nil {
		return err
	}
	return c.fail
}

func (c *custom) UnmarshalInterface(context.Context, com.IStream, *com.IID) (any, error) {
	c.log = append(c.log, "UnmarshalInterface")
	return nil, com.E_UNEXPECTED
}

func (c *custom) ReleaseMarshalData(context.Context, com.IStream) error {
	c.log = append(c.log, "ReleaseMarshalData")
	return com.E_UNEXPECTED
}

func (c *custom) DisconnectObject(context.Context, uint32) error {
	c.log = append(c.log, "DisconnectObject")
	return nil
}

// reader is an unmarshal class that reads packets of n bytes.
type reader struct {
	n    int
	read *[]string // what was done with which data
	give any
}

var classReader = com.MustGUID("6d0c6b0e-53a5-4c0e-8f45-2c3b1a4f7e11")

func (r *reader) GetUnmarshalClass(context.Context, *com.IID, any, com.MSHCTX, com.MSHLFLAGS) (com.CLSID, error) {
	return classReader, nil
}
func (r *reader) GetMarshalSizeMax(context.Context, *com.IID, any, com.MSHCTX, com.MSHLFLAGS) (uint32, error) {
	return uint32(r.n), nil
}
func (r *reader) MarshalInterface(context.Context, com.IStream, *com.IID, any, com.MSHCTX, com.MSHLFLAGS) error {
	return com.E_NOTIMPL
}

func (r *reader) take(ctx context.Context, stm com.IStream, what string) error {
	b := make([]byte, r.n)
	if err := com.ReadFull(ctx, stm, b); err != nil {
		return err
	}
	*r.read = append(*r.read, what+" "+string(b))
	return nil
}

func (r *reader) UnmarshalInterface(ctx context.Context, stm com.IStream, _ *com.IID) (any, error) {
	if err := r.take(ctx, stm, "unmarshal"); err != nil {
		return nil, err
	}
	if err, ok := r.give.(error); ok {
		return nil, err
	}
	return r.give, nil
}

func (r *reader) ReleaseMarshalData(ctx context.Context, stm com.IStream) error {
	return r.take(ctx, stm, "release")
}
func (r *reader) DisconnectObject(context.Context, uint32) error { return nil }

// registerReader makes packets of n bytes readable; every one becomes give.
func (w *world) registerReader(n int, give any) (read *[]string) {
	w.t.Helper()
	read = new([]string)
	err := w.rt.RegisterUnmarshalClass(classReader, func(context.Context) (com.IMarshal, error) {
		return &reader{n: n, read: read, give: give}, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return read
}

func wantLog(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("calls %q, want %q", got, want)
	}
}

// nosy decides alone which interfaces it has, and writes the queries down.
type nosy struct {
	custom
	refuse bool // IMarshal
}

func (n *nosy) QueryInterface(_ context.Context, iid *com.IID) (any, error) {
	names := map[com.IID]string{com.IID_INoMarshal: "INoMarshal", com.IID_IMarshal: "IMarshal",
		com.IID_IExternalConnection: "IExternalConnection", calc.IID_ICalc: "ICalc"}
	n.log = append(n.log, "query "+names[*iid])
	switch *iid {
	case com.IID_IMarshal:
		if !n.refuse {
			return n, nil
		}
	case calc.IID_ICalc, com.IID_IUnknown:
		return n, nil
	}
	return nil, com.E_NOINTERFACE
}

func TestCF_089_118_157_OrderOfQueries(t *testing.T) {
	w := newWorld(t)
	o := &nosy{custom: custom{class: classReader, size: 4, data: "data"}}
	w.marshal(o, 0)
	wantLog(t, o.log, "query INoMarshal", "query IMarshal", "GetUnmarshalClass", "GetMarshalSizeMax", "MarshalInterface")

	o = &nosy{custom: custom{class: classReader, size: 4}}
	if _, err := w.a.CoGetMarshalSizeMax(w.ca, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	wantLog(t, o.log, "query IMarshal", "GetMarshalSizeMax")

	o = &nosy{refuse: true}
	stm := w.marshal(o, 0)
	wantLog(t, o.log, "query INoMarshal", "query IMarshal", "query IExternalConnection", "query ICalc")
	if r, err := orpc.ReadOBJREF(w.ctx, rewind(stm)); err != nil || r.Flags != orpc.OBJREF_STANDARD {
		t.Errorf("without IMarshal: flags %d, %v; want a standard packet", r.Flags, err)
	}
	w.release(w.a, stm)
}

func TestCF_090_091_092_110_ObjectWithTheStandardClass(t *testing.T) {
	w := newWorld(t)
	o := &custom{apt: w.a, class: com.CLSID_StdMarshal, found: -1}
	stm := w.marshal(o, 0)
	wantLog(t, o.log, "GetUnmarshalClass", "MarshalInterface")
	if o.found != 0 {
		t.Errorf("%d bytes in the stream before the object wrote, want none", o.found)
	}
	if r, err := orpc.ReadOBJREF(w.ctx, rewind(stm)); err != nil || r.Flags != orpc.OBJREF_STANDARD {
		t.Errorf("flags %d, %v; want a standard packet", r.Flags, err)
	}
	o.log = nil
	if c := w.mustUnmarshal(w.a, stm); c != calc.ICalc(o) {
		t.Errorf("at home the packet yields %T", c)
	}
	wantLog(t, o.log)
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d objects held", n)
	}
}

func TestCF_093_ReleaseOfSuchAPacket(t *testing.T) {
	w := newWorld(t)
	o := &custom{apt: w.a, class: com.CLSID_StdMarshal}
	stm := w.marshal(o, 0)
	if n := marshal.Objects(w.a); n != 1 {
		t.Errorf("%d objects held, want 1", n)
	}
	o.log = nil
	w.release(w.a, stm)
	wantLog(t, o.log)
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d objects held", n)
	}
}

func TestCF_095_096_107_MarshalSizeMax(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	ask := func(o any) uint32 {
		n, err := w.a.CoGetMarshalSizeMax(w.ca, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, class := range []com.CLSID{com.CLSID_StdMarshal, classReader} {
		if n := ask(&custom{class: class, size: 1000}); n != 1088 {
			t.Errorf("class %v: %d, want the object's figure and 88", class, n)
		}
	}
	_, err := w.a.CoGetMarshalSizeMax(w.ca, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0)
	wantHR(t, err, com.E_POINTER)

	o := &object{}
	std, err := w.a.CoGetStandardMarshal(w.ca, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := std.GetMarshalSizeMax(w.ca, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0)
	if err != nil || n != ask(o) {
		t.Errorf("the standard marshaler says %d, %v, COM %d", n, err, ask(o))
	}
	if stm := w.marshal(o, 0).(*com.MemoryStream); stm.Len() > int(n) {
		t.Errorf("the packet has %d bytes, more than %d", stm.Len(), n)
	}
}

func TestCF_097_098_CustomPacket(t *testing.T) {
	w := newWorld(t)
	o := &custom{class: classReader, size: 7, data: "payload"}
	stm := w.marshal(o, 0).(*com.MemoryStream)
	wantLog(t, o.log, "GetUnmarshalClass", "GetMarshalSizeMax", "MarshalInterface")
	if o.found != 48 {
		t.Errorf("%d bytes before MarshalInterface, want the header of 48", o.found)
	}
	want := binary.LittleEndian.AppendUint32(nil, 0x574f454d)
	want = binary.LittleEndian.AppendUint32(want, 4)
	want = calc.IID_ICalc.AppendBytes(want)
	want = classReader.AppendBytes(want)
	want = append(want, 0, 0, 0, 0, 7, 0, 0, 0)
	want = append(want, "payload"...)
	if string(stm.Bytes()) != string(want) {
		t.Errorf("packet\n% x, want\n% x", stm.Bytes(), want)
	}
	if n := marshal.Objects(w.a); n != 0 {
		t.Errorf("%d stub managers for an object that marshals itself", n)
	}
}

func TestCF_099_105_106_UnmarshalClass(t *testing.T) {
	w := newWorld(t)
	other := &object{}
	read := w.registerReader(4, other)
	stm := w.marshal(&custom{class: classReader, size: 4, data: "data"}, 0)
	com.WriteFull(w.ctx, stm, []byte("next"))
	if c := w.mustUnmarshal(w.b, stm); c != calc.ICalc(other) {
		t.Errorf("got %T, want what the unmarshal class returned", c)
	}
	wantLog(t, *read, "unmarshal data")
	rest := make([]byte, 4)
	if err := com.ReadFull(w.ctx, stm, rest); err != nil || string(rest) != "next" {
		t.Errorf("the stream goes on with %q, %v", rest, err)
	}
	w.release(w.a, stm)
	wantLog(t, *read, "unmarshal data", "release data")
}

func TestCF_025_106_RecordedAndOtherInterface(t *testing.T) {
	w := newWorld(t)
	w.registerReader(4, &object{})
	stm := w.marshal(&custom{class: classReader, size: 4, data: "data"}, 0)
	v, err := w.b.CoUnmarshalInterface(w.cb, rewind(stm), &com.IID{})
	if _, ok := v.(calc.ICalc); !ok || err != nil {
		t.Errorf("zero IID: %T, %v; want the interface in the packet", v, err)
	}
	_, err = w.b.CoUnmarshalInterface(w.cb, rewind(stm), &calc.IID_IScientific)
	wantHR(t, err, com.E_NOINTERFACE)
}

func TestCF_105_FailingUnmarshalLeavesTheStreamBehindThePacket(t *testing.T) {
	w := newWorld(t)
	w.registerReader(4, com.E_ACCESSDENIED)
	stm := w.marshal(&custom{class: classReader, size: 4, data: "data"}, 0)
	_, err := w.unmarshal(w.b, stm)
	wantHR(t, err, com.E_ACCESSDENIED)
	if at, _ := stm.Seek(w.ctx, 0, com.STREAM_SEEK_CUR); at != 52 {
		t.Errorf("the stream is at %d, want 52", at)
	}
}

func TestCF_100_UnknownUnmarshalClass(t *testing.T) {
	w := newWorld(t)
	stm := w.marshal(&custom{class: classReader, size: 4, data: "data"}, 0)
	com.WriteFull(w.ctx, stm, []byte("next"))
	for what, f := range map[string]func() error{
		"unmarshal": func() error { _, err := w.unmarshal(w.b, stm); return err },
		"release":   func() error { return w.b.CoReleaseMarshalData(w.cb, rewind(stm)) },
	} {
		if err := f(); com.HRESULTOf(err) != com.REGDB_E_CLASSNOTREG {
			t.Errorf("%s: %v", what, err)
		}
		rest := make([]byte, 4)
		if err := com.ReadFull(w.ctx, stm, rest); err != nil || string(rest) != "next" {
			t.Errorf("%s: the stream goes on with %q, %v", what, rest, err)
		}
	}
}

func TestCF_100_SizesThatLieStayInTheStream(t *testing.T) {
	w := newWorld(t)
	stm := w.marshal(&custom{class: classReader, size: 1 << 31, data: "data"}, 0)
	_, err := w.unmarshal(w.b, stm)
	wantHR(t, err, com.REGDB_E_CLASSNOTREG)
	if at, _ := stm.Seek(w.ctx, 0, com.STREAM_SEEK_CUR); at != 52 {
		t.Errorf("the stream is at %d, want its end at 52", at)
	}
}

func TestCF_102_UnmarshalClassInEveryApartment(t *testing.T) {
	w := newWorld(t)
	read := w.registerReader(4, &object{})
	stm := w.marshal(&custom{class: classReader, size: 4, data: "data"}, com.MSHLFLAGS_TABLESTRONG)
	mta, err := w.rt.MTA(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []*marshal.Apartment{w.a, w.b, mta} {
		w.mustUnmarshal(a, stm)
	}
	wantLog(t, *read, "unmarshal data", "unmarshal data", "unmarshal data")
}

func TestCF_103_MarshalerWithoutObjectArgument(t *testing.T) {
	w, o := newWorld(t), &object{}
	std, err := w.a.CoGetStandardMarshal(w.ca, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0)
	if err != nil {
		t.Fatal(err)
	}
	stm := com.NewMemoryStream(nil)
	if err := std.MarshalInterface(w.ca, stm, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	if c := w.mustUnmarshal(w.a, stm); c != calc.ICalc(o) {
		t.Errorf("got %T", c)
	}
}

func TestCF_108_StandardPacket(t *testing.T) {
	w, o := newWorld(t), &object{}
	std, _ := w.a.CoGetStandardMarshal(w.ca, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0)
	stm := com.NewMemoryStream(nil)
	if err := std.MarshalInterface(w.ca, stm, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0); err != nil {
		t.Fatal(err)
	}
	b := stm.Bytes()
	if len(b) != 68 {
		t.Fatalf("%d bytes, want 68", len(b))
	}
	want := binary.LittleEndian.AppendUint32(nil, 0x574f454d)
	want = binary.LittleEndian.AppendUint32(want, 1)
	want = calc.IID_ICalc.AppendBytes(want)
	want = append(want, 0, 0, 0, 0, 5, 0, 0, 0) // flags, cPublicRefs
	if string(b[:32]) != string(want) {
		t.Errorf("head % x, want % x", b[:32], want)
	}
	if string(b[64:]) != "\x00\x00\x00\x00" {
		t.Errorf("bindings % x, want none", b[64:])
	}
	w.release(w.a, stm)
}

func TestCF_109_StandardMarshalerReadsWholePackets(t *testing.T) {
	w, o := newWorld(t), &watched{}
	std, _ := w.b.CoGetStandardMarshal(w.cb, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0)
	stm := w.marshal(o, 0)
	v, err := std.UnmarshalInterface(w.cb, rewind(stm), &calc.IID_ICalc)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := v.(calc.ICalc).Add(w.cb, 2, 3); n != 5 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	com.Release(v)
	w.want(o, false, 0, true)
	stm = w.marshal(o, 0)
	if err := std.ReleaseMarshalData(w.cb, rewind(stm)); err != nil {
		t.Error(err)
	}
	w.want(o, false, 0, true)
	stm.Seek(w.ctx, 48, com.STREAM_SEEK_SET)
	_, err = std.UnmarshalInterface(w.cb, stm, &calc.IID_ICalc)
	if err == nil {
		t.Error("a packet without its head was unmarshaled")
	}
}

func TestCF_111_StandardMarshalerWithoutObject(t *testing.T) {
	w := newWorld(t)
	std, err := w.a.CoGetStandardMarshal(w.ca, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0)
	if err != nil {
		t.Fatal(err)
	}
	err = std.MarshalInterface(w.ca, com.NewMemoryStream(nil), &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0)
	wantHR(t, err, com.E_INVALIDARG)
	if err := std.DisconnectObject(w.ca, 0); err != nil {
		t.Error(err)
	}
	if class, err := std.GetUnmarshalClass(w.ca, &calc.IID_ICalc, nil, com.MSHCTX_INPROC, 0); class != com.CLSID_StdMarshal || err != nil {
		t.Errorf("class %v, %v", class, err)
	}
}

func TestCF_112_StandardMarshalerWithoutCOM(t *testing.T) {
	w := newWorld(t)
	marshal.EndApartment(w.b)
	_, err := w.b.CoGetStandardMarshal(w.cb, &calc.IID_ICalc, &object{}, com.MSHCTX_INPROC, 0)
	wantHR(t, err, com.CO_E_NOTINITIALIZED)
}

func TestCF_113_DisconnectObject(t *testing.T) {
	w, o := newWorld(t), &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	std, _ := w.a.CoGetStandardMarshal(w.ca, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0)
	if err := std.DisconnectObject(w.ca, 0); err != nil {
		t.Fatal(err)
	}
	w.want(o, false, 1)
	_, err := c.Add(w.cb, 1, 2)
	wantHR(t, err, com.RPC_E_DISCONNECTED)
	com.Release(c)
}

func TestCF_115_NoPing(t *testing.T) {
	w, o := newWorld(t), &object{}
	stm := w.marshal(o, com.MSHLFLAGS_NOPING)
	r, err := orpc.ReadOBJREF(w.ctx, rewind(stm))
	if err != nil || r.Std.Flags != 0x1000 {
		t.Errorf("flags %#x, %v; want SORF_NOPING", r.Std.Flags, err)
	}
	c := w.mustUnmarshal(w.b, stm)
	for _, plain := range []com.MSHLFLAGS{0, com.MSHLFLAGS_NOPING} { // ignored on a proxy
		again := com.NewMemoryStream(nil)
		if err := w.b.CoMarshalInterface(w.cb, again, &calc.IID_ICalc, c, com.MSHCTX_INPROC, plain); err != nil {
			t.Fatal(err)
		}
		if r, _ := orpc.ReadOBJREF(w.ctx, rewind(again)); r.Std.Flags != 0x1000 {
			t.Errorf("a proxy's packet has flags %#x, want the object's", r.Std.Flags)
		}
		w.release(w.b, again)
	}
	d := w.mustUnmarshal(w.b, w.marshal(&object{}, 0))
	again := com.NewMemoryStream(nil)
	w.b.CoMarshalInterface(w.cb, again, &calc.IID_ICalc, d, com.MSHCTX_INPROC, com.MSHLFLAGS_NOPING)
	if r, _ := orpc.ReadOBJREF(w.ctx, rewind(again)); r.Std.Flags != 0 {
		t.Errorf("a pinged object's proxy has flags %#x", r.Std.Flags)
	}
	w.release(w.b, again)
	com.Release(c)
	com.Release(d)
}

func TestCF_116_117_UnmarshalingReleasesThePacket(t *testing.T) {
	w, o := newWorld(t), &watched{}
	com.Release(w.mustUnmarshal(w.b, w.marshal(o, 0)))
	w.want(o, false, 0, true)
	w.release(w.b, w.marshal(o, 0)) // from another apartment than the marshaling one
	w.want(o, false, 0, true)
}

func TestReservedMarshalFlags(t *testing.T) {
	w := newWorld(t)
	for _, flags := range []com.MSHLFLAGS{3, 7, 8, 0x10, 1 << 31} {
		c := &custom{class: classReader}
		for _, o := range []any{&object{}, c} {
			err := w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &calc.IID_ICalc, o, com.MSHCTX_INPROC, flags)
			wantHR(t, err, com.E_INVALIDARG)
			_, err = w.a.CoGetMarshalSizeMax(w.ca, &calc.IID_ICalc, o, com.MSHCTX_INPROC, flags)
			wantHR(t, err, com.E_INVALIDARG)
		}
		_, err := w.a.CoGetStandardMarshal(w.ca, &calc.IID_ICalc, &object{}, com.MSHCTX_INPROC, flags)
		wantHR(t, err, com.E_INVALIDARG)
		wantLog(t, c.log)
	}
}

// secret refuses to be marshaled.
type secret struct{ object }

func (s *secret) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[calc.ICalc](s), com.EntryOf[com.INoMarshal](s)}
}

func TestCF_119_NoMarshalIsAskedFirst(t *testing.T) {
	w := newWorld(t)
	err := w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &calc.IID_ICalc, &secret{}, com.MSHCTX_INPROC, 0)
	wantHR(t, err, com.CO_E_NOT_SUPPORTED)
}

func TestFailedMarshalLeavesTheStreamWhereItWas(t *testing.T) {
	w := newWorld(t)
	for what, o := range map[string]any{
		"custom":   &custom{class: classReader, size: 4, data: "data", fail: com.E_FAIL},
		"standard": &object{},
	} {
		stm := com.NewLimitedStream(20)
		com.WriteFull(w.ctx, stm, []byte("before"))
		if err := w.a.CoMarshalInterface(w.ca, stm, &calc.IID_ICalc, o, com.MSHCTX_INPROC, 0); err == nil {
			t.Errorf("%s: no error", what)
		}
		if at, _ := stm.Seek(w.ctx, 0, com.STREAM_SEEK_CUR); at != 6 {
			t.Errorf("%s: the stream is at %d", what, at)
		}
		if n := marshal.Objects(w.a); n != 0 {
			t.Errorf("%s: %d objects held", what, n)
		}
	}
}

func TestCF_085_087_DisconnectReachesTheObject(t *testing.T) {
	w := newWorld(t)
	o := &custom{class: classReader}
	if err := w.a.CoDisconnectObject(w.ca, o, 0); err != nil {
		t.Fatal(err)
	}
	wantLog(t, o.log, "DisconnectObject")

	plain := &watched{}
	c := w.mustUnmarshal(w.b, w.marshal(plain, 0))
	if err := w.b.CoDisconnectObject(w.cb, c, 0); err != nil {
		t.Error(err)
	}
	w.want(plain, true, 1) // a client cannot sever it
	if n, err := c.Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	com.Release(c)
	w.want(plain, false, 0, true)

	// Who holds the object in its own apartment is not concerned.
	local := w.mustUnmarshal(w.a, w.marshal(plain, 0))
	w.want(plain, false, 0, false)
	c = w.mustUnmarshal(w.b, w.marshal(plain, 0))
	w.want(plain, true, 1)
	if err := w.a.CoDisconnectObject(w.ca, local, 0); err != nil {
		t.Fatal(err)
	}
	w.want(plain, false, 1)
	if n, err := local.Add(w.ca, 1, 2); n != 3 || err != nil {
		t.Errorf("Add at home after the disconnection: %d, %v", n, err)
	}
	_, err := c.Add(w.cb, 1, 2)
	wantHR(t, err, com.RPC_E_DISCONNECTED)
	com.Release(c)
}

// marshaler2 is exposed with IMarshal2, whose methods are IMarshal's.
type marshaler2 struct{ custom }

func (m *marshaler2) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[calc.ICalc](m), com.EntryOf[com.IMarshal2](m)}
}

func TestMarshal2IsMarshal(t *testing.T) {
	w := newWorld(t)
	o := &marshaler2{custom{class: classReader, size: 4, data: "data"}}
	w.marshal(o, 0)
	wantLog(t, o.log, "GetUnmarshalClass", "GetMarshalSizeMax", "MarshalInterface")
}

func TestPanicsOfMarshalersFailTheOperation(t *testing.T) {
	w := newWorld(t)
	w.rt.RegisterUnmarshalClass(classReader, func(context.Context) (com.IMarshal, error) { panic("boom") })
	stm := w.marshal(&custom{class: classReader, size: 4, data: "data"}, 0)
	_, err := w.unmarshal(w.b, stm)
	wantHR(t, err, com.RPC_E_SERVERFAULT)
	err = w.a.CoMarshalInterface(w.ca, com.NewMemoryStream(nil), &calc.IID_ICalc, &custom{class: com.CLSID_StdMarshal}, com.MSHCTX_INPROC, 0)
	wantHR(t, err, com.RPC_E_SERVERFAULT) // its apt is nil
}

// sink is a callback object that marshals itself.
type sink struct{ custom }

func (s *sink) OnResult(context.Context, float64) error { return nil }

func (s *sink) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[calc.ICalcEvents](s), com.EntryOf[com.IMarshal](s)}
}

func TestArgumentOfAFailedCallIsTakenBack(t *testing.T) {
	w := newWorld(t)
	read := w.registerReader(4, &sink{})
	o := &object{}
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	defer com.Release(c)
	s := &sink{custom{class: classReader, size: 4, data: "sink"}}
	if _, err := c.Advise(w.cb, s); err != nil {
		t.Fatal(err)
	}
	wantLog(t, *read, "unmarshal sink")
	w.a.CoDisconnectObject(w.ca, o, 0)
	_, err := c.Advise(w.cb, s)
	wantHR(t, err, com.RPC_E_DISCONNECTED)
	wantLog(t, *read, "unmarshal sink", "release sink")
}
