package std_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"oxid"
	"oxid/com"
	"oxid/std"
)

var clsidStore = com.MustGUID("7d6a3f0c-52b8-4c07-9d5c-0a1b2c3d4e5f")

// store is an object that has everything: it can be kept in a stream, has a
// connection point, and knows a service.
type store struct {
	persistent
	point
}

func (s *store) EnumConnectionPoints(context.Context) (std.IEnumConnectionPoints, error) {
	return std.NewEnum[std.IEnumConnectionPoints]([]std.IConnectionPoint{&s.point}), nil
}

func (s *store) FindConnectionPoint(ctx context.Context, riid com.IID) (std.IConnectionPoint, error) {
	return (&container{&s.point}).FindConnectionPoint(ctx, riid)
}

func (s *store) QueryService(ctx context.Context, service com.GUID, riid com.IID) (com.Unknown, error) {
	return informed{newStream([]byte("from the service"))}.QueryService(ctx, service, riid)
}

func process(t *testing.T) *oxid.Process {
	t.Helper()
	p, err := oxid.Start(t.Context(), oxid.NoDaemon(), oxid.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p
}

// TestStandardInterfacesBetweenTwoProcesses goes the whole way: activation,
// references, connections, and calls back.
func TestStandardInterfacesBetweenTwoProcesses(t *testing.T) {
	server, client := process(t), process(t)
	ctx := t.Context()
	err := server.RegisterClass(ctx, clsidStore, func(context.Context) (any, error) {
		return &store{persistent{text: "kept", dirty: true}, point{sinks: map[uint32]com.Unknown{}}}, nil
	}, std.ExposeIPersistStreamInit, std.ExposeIConnectionPointContainer, std.ExposeIServiceProvider)
	if err != nil {
		t.Fatal(err)
	}
	f, err := oxid.GetClassObject[com.IClassFactory](ctx, client, clsidStore, oxid.At(server.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(f)
	if _, err := f.CreateInstance(ctx, new(thing), &com.IID_IUnknown); !errors.Is(err, com.CLASS_E_NOAGGREGATION) {
		t.Errorf("an outer unknown: %v", err)
	}
	obj, err := com.As[std.IPersistStreamInit](f.CreateInstance(ctx, nil, ptrTo(com.IIDOf[std.IPersistStreamInit]())))
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(obj)

	// The server writes into a stream of ours, and reads from one.
	s := newStream(nil)
	if err := obj.Save(ctx, s, true); err != nil || string(s.Bytes()) != "kept" {
		t.Errorf("Save: %q, %v", s.Bytes(), err)
	}
	if hr, err := obj.IsDirty(ctx); hr != com.S_FALSE || err != nil {
		t.Errorf("IsDirty: %v, %v", hr, err)
	}
	if err := obj.Load(ctx, newStream([]byte("loaded"))); err != nil {
		t.Error(err)
	}

	cpc, err := oxid.QueryInterface[std.IConnectionPointContainer](ctx, obj)
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(cpc)
	cp, err := cpc.FindConnectionPoint(ctx, com.IID_IPersist)
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(cp)
	sink := new(thing)
	cookie, err := cp.Advise(ctx, sink)
	if err != nil {
		t.Fatal(err)
	}
	conns, err := cp.EnumConnections(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(conns)
	got, hr, err := conns.Next(ctx, make([]std.CONNECTDATA, 3))
	if err != nil || hr != com.S_FALSE || len(got) != 1 || got[0].PUnk != com.Unknown(sink) || got[0].DwCookie != cookie {
		t.Errorf("Next: %+v, %v, %v", got, hr, err)
	}
	if err := cp.Unadvise(ctx, cookie); err != nil {
		t.Error(err)
	}

	sp, err := oxid.QueryInterface[std.IServiceProvider](ctx, obj)
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(sp)
	stm, err := com.As[std.IStream](sp.QueryService(ctx, com.CLSID_StdMarshal, com.IIDOf[std.IStream]()))
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(stm)
	b := make([]byte, 64)
	if n, err := stm.Read(ctx, b); err != nil || string(b[:n]) != "from the service" {
		t.Errorf("Read: %q, %v", b[:n], err)
	}
}

func ptrTo[T any](v T) *T { return &v }

// TestDataObjectBetweenTwoProcesses: the sink is called back, and media that
// are objects stay usable until they are released.
func TestDataObjectBetweenTwoProcesses(t *testing.T) {
	server, client := process(t), process(t)
	ctx := t.Context()
	doc := &document{text: "some text"}
	err := server.RegisterClass(ctx, clsidStore, func(context.Context) (any, error) { return doc, nil }, std.ExposeIDataObject)
	if err != nil {
		t.Fatal(err)
	}
	obj, err := oxid.CreateInstance[std.IDataObject](ctx, client, clsidStore, oxid.At(server.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(obj)
	m, err := obj.GetData(ctx, &theFormats[0])
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 64)
	if n, err := m.Stream.Read(ctx, b); err != nil || string(b[:n]) != "some text" {
		t.Errorf("Read: %q, %v", b[:n], err)
	}
	m.Release()
	// The server writes into a stream of ours.
	s := newStream(nil)
	m = std.STGMEDIUM{Tymed: std.TYMED_ISTREAM, Stream: s}
	if err := obj.GetDataHere(ctx, &std.FORMATETC{CfFormat: std.CF_TEXT, Tymed: uint32(std.TYMED_ISTREAM)}, &m); err != nil || string(s.Bytes()) != "some text" {
		t.Errorf("GetDataHere: %q, %v", s.Bytes(), err)
	}
	told := &sink{}
	c, err := obj.DAdvise(ctx, theFormats[0], 0, told)
	if err != nil {
		t.Fatal(err)
	}
	news := std.STGMEDIUM{Tymed: std.TYMED_ISTREAM, Stream: newStream([]byte("news"))}
	if err := doc.conns[0].PAdvSink.OnDataChange(ctx, &theFormats[0], &news); err != nil || len(told.told) != 1 || told.told[0] != "data in a stream: news" {
		t.Errorf("OnDataChange: %v, %v", told.told, err)
	}
	list, err := obj.EnumDAdvise(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(list)
	for d, err := range std.All(ctx, list) {
		if err != nil || d.PAdvSink != std.IAdviseSink(told) {
			t.Errorf("%+v, %v", d, err)
		}
	}
	if err := obj.DUnadvise(ctx, c); err != nil {
		t.Error(err)
	}
}
