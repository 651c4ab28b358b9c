package std_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"oxid/com"
	"oxid/idl/gen/wiretest"
	"oxid/std"
)

// sink writes down what it is told.
type sink struct{ told []string }

func (s *sink) note(what string) error { s.told = append(s.told, what); return nil }

func (s *sink) OnDataChange(ctx context.Context, f *std.FORMATETC, m *std.STGMEDIUM) error {
	switch {
	case f == nil || m == nil:
		return s.note("data: nothing")
	case m.Tymed == std.TYMED_ISTREAM:
		b := make([]byte, 10)
		n, err := m.Stream.Read(ctx, b)
		s.note("data in a stream: " + string(b[:n]))
		return err
	}
	return s.note("data: " + f.CfFormat.String() + " " + string(m.HGlobal))
}
func (s *sink) OnViewChange(_ context.Context, aspect uint32, lindex int32) error {
	if aspect != uint32(std.DVASPECT_ICON) || lindex != -1 {
		return com.E_INVALIDARG
	}
	return s.note("view")
}
func (s *sink) OnRename(ctx context.Context, name std.IMoniker) error {
	n, err := name.GetDisplayName(ctx, nil, nil)
	s.note("renamed " + n)
	return err
}
func (s *sink) OnSave(context.Context) error  { return s.note("saved") }
func (s *sink) OnClose(context.Context) error { s.note("closed"); return com.E_FAIL }

func TestAdviseSink(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, s := t.Context(), &sink{}
		p := proxy[std.IAdviseSink](t, w, s)
		f := &std.FORMATETC{CfFormat: std.ClipFormat("My Format"), DwAspect: 1, Lindex: -1}
		for what, err := range map[string]error{
			"OnDataChange": p.OnDataChange(ctx, f, &std.STGMEDIUM{Tymed: std.TYMED_HGLOBAL, HGlobal: []byte("news")}),
			"of nothing":   p.OnDataChange(ctx, nil, nil),
			"of a stream":  p.OnDataChange(ctx, f, &std.STGMEDIUM{Tymed: std.TYMED_ISTREAM, Stream: newStream([]byte("flow"))}),
			"OnViewChange": p.OnViewChange(ctx, uint32(std.DVASPECT_ICON), -1),
			"OnRename":     p.OnRename(ctx, &moniker{name: "new"}),
			"OnSave":       p.OnSave(ctx),
		} {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := p.OnClose(ctx); !errors.Is(err, com.E_FAIL) {
			t.Errorf("OnClose: %v", err)
		}
		want := "data: My Format news|data: nothing|data in a stream: flow|view|renamed new|saved|closed"
		if got := strings.Join(s.told, "|"); got != want {
			t.Errorf("told %s", got)
		}
	})
}

// document has text in two formats, and connections.
type document struct {
	text  string
	conns []std.STATDATA
}

func (d *document) GetData(_ context.Context, f *std.FORMATETC) (std.STGMEDIUM, error) {
	switch {
	case f == nil:
		return std.STGMEDIUM{}, com.E_INVALIDARG
	case f.CfFormat != std.CF_TEXT:
		return std.STGMEDIUM{Tymed: std.TYMED_FILE}, com.DV_E_CLIPFORMAT // beside an error it is not sent
	case f.Tymed&uint32(std.TYMED_ISTREAM) != 0:
		return std.STGMEDIUM{Tymed: std.TYMED_ISTREAM, Stream: newStream([]byte(d.text))}, nil
	}
	return std.STGMEDIUM{Tymed: std.TYMED_HGLOBAL, HGlobal: []byte(d.text)}, nil
}

func (d *document) GetDataHere(ctx context.Context, f *std.FORMATETC, m *std.STGMEDIUM) error {
	if m.ForRelease != nil {
		return com.E_UNEXPECTED
	}
	switch m.Tymed {
	case std.TYMED_HGLOBAL:
		if len(m.HGlobal) < len(d.text) {
			return com.STG_E_MEDIUMFULL
		}
		copy(m.HGlobal, d.text)
	case std.TYMED_ISTREAM:
		_, err := m.Stream.Write(ctx, []byte(d.text))
		return err
	}
	return nil
}

func (d *document) QueryGetData(_ context.Context, f *std.FORMATETC) error {
	if f.CfFormat != std.CF_TEXT {
		return com.DV_E_FORMATETC
	}
	return nil
}

func (d *document) GetCanonicalFormatEtc(_ context.Context, f *std.FORMATETC) (std.FORMATETC, com.HRESULT, error) {
	if f.Ptd == nil {
		return *f, com.DATA_S_SAMEFORMATETC, nil
	}
	c := *f
	c.Ptd = nil
	return c, com.S_OK, nil
}

func (d *document) SetData(_ context.Context, f *std.FORMATETC, m *std.STGMEDIUM, release bool) error {
	if m == nil || !release {
		return com.E_INVALIDARG
	}
	d.text = string(m.HGlobal)
	return nil
}

func (d *document) EnumFormatEtc(_ context.Context, direction uint32) (std.IEnumFORMATETC, error) {
	if direction != uint32(std.DATADIR_GET) {
		return nil, com.E_NOTIMPL
	}
	return std.NewEnum[std.IEnumFORMATETC](theFormats), nil
}

func (d *document) DAdvise(_ context.Context, f std.FORMATETC, advf uint32, sink std.IAdviseSink) (uint32, error) {
	c := uint32(len(d.conns) + 1)
	d.conns = append(d.conns, std.STATDATA{Formatetc: f, Advf: advf, PAdvSink: com.Keep(sink), DwConnection: c})
	return c, nil
}

func (d *document) DUnadvise(_ context.Context, c uint32) error {
	if c == 0 || int(c) > len(d.conns) || d.conns[c-1].PAdvSink == nil {
		return com.OLE_E_NOCONNECTION
	}
	com.Release(d.conns[c-1].PAdvSink)
	d.conns[c-1].PAdvSink = nil
	return nil
}

func (d *document) EnumDAdvise(context.Context) (std.IEnumSTATDATA, error) {
	return std.NewEnum[std.IEnumSTATDATA](d.conns), nil
}

var theFormats = []std.FORMATETC{
	{CfFormat: std.CF_TEXT, DwAspect: 1, Lindex: -1, Tymed: uint32(std.TYMED_HGLOBAL | std.TYMED_ISTREAM)},
	{CfFormat: std.ClipFormat("Rich Text Format"), DwAspect: 1, Lindex: -1, Tymed: uint32(std.TYMED_HGLOBAL),
		Ptd: &std.DVTARGETDEVICE{TdSize: 15, TdDriverNameOffset: 12, TdData: []byte("lp\x00")}},
}

func TestDataObject(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, doc := t.Context(), &document{text: "some text"}
		p := proxy[std.IDataObject](t, w, doc)
		text := &theFormats[0]
		m, err := p.GetData(ctx, &std.FORMATETC{CfFormat: std.CF_TEXT, Tymed: uint32(std.TYMED_HGLOBAL)})
		if err != nil || m.Tymed != std.TYMED_HGLOBAL || string(m.HGlobal) != "some text" {
			t.Errorf("GetData: %+v, %v", m, err)
		}
		if m, err = p.GetData(ctx, text); err != nil || m.Stream == nil {
			t.Fatalf("GetData in a stream: %+v, %v", m, err)
		}
		b := make([]byte, 4)
		if n, err := m.Stream.Read(ctx, b); string(b[:n]) != "some" || err != nil {
			t.Errorf("the stream has %q, %v", b[:n], err)
		}
		m.Release()
		if m.Stream != nil || m.Tymed != std.TYMED_NULL {
			t.Errorf("released: %+v", m)
		}
		if m, err = p.GetData(ctx, &theFormats[1]); !errors.Is(err, com.DV_E_CLIPFORMAT) || m.Tymed != std.TYMED_NULL {
			t.Errorf("GetData of another format: %+v, %v", m, err)
		}
		if _, err = p.GetData(ctx, nil); !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("GetData(nil): %v", err)
		}
		if err := p.QueryGetData(ctx, text); err != nil {
			t.Error(err)
		}
		if err := p.QueryGetData(ctx, &theFormats[1]); !errors.Is(err, com.DV_E_FORMATETC) {
			t.Errorf("QueryGetData: %v", err)
		}
		for i, want := range []com.HRESULT{com.DATA_S_SAMEFORMATETC, com.S_OK} {
			if f, hr, err := p.GetCanonicalFormatEtc(ctx, &theFormats[i]); hr != want || err != nil || f.Ptd != nil || f.CfFormat != theFormats[i].CfFormat {
				t.Errorf("GetCanonicalFormatEtc: %+v, %v, %v", f, hr, err)
			}
		}
		if err := p.SetData(ctx, text, &std.STGMEDIUM{Tymed: std.TYMED_HGLOBAL, HGlobal: []byte("new")}, true); err != nil || doc.text != "new" {
			t.Errorf("SetData: %q, %v", doc.text, err)
		}
		if err := p.SetData(ctx, text, nil, false); !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("SetData(nil): %v", err)
		}
		list, err := p.EnumFormatEtc(ctx, uint32(std.DATADIR_GET))
		if err != nil {
			t.Fatal(err)
		}
		got, hr, err := list.Next(ctx, make([]std.FORMATETC, 3))
		if err != nil || hr != com.S_FALSE || !reflect.DeepEqual(got, theFormats) {
			t.Errorf("Next: %+v, %v, %v", got, hr, err)
		}
		if _, err := p.EnumFormatEtc(ctx, uint32(std.DATADIR_SET)); !errors.Is(err, com.E_NOTIMPL) {
			t.Errorf("EnumFormatEtc: %v", err)
		}
	})
}

func TestDataConnections(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, doc := t.Context(), &document{}
		p := proxy[std.IDataObject](t, w, doc)
		s := &sink{}
		c, err := p.DAdvise(ctx, theFormats[0], uint32(std.ADVF_PRIMEFIRST), s)
		if c != 1 || err != nil {
			t.Fatalf("DAdvise: %d, %v", c, err)
		}
		list, err := p.EnumDAdvise(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for d, err := range std.All(ctx, list) {
			if err != nil || d.DwConnection != 1 || d.Advf != uint32(std.ADVF_PRIMEFIRST) || d.Formatetc.CfFormat != std.CF_TEXT {
				t.Errorf("%+v, %v", d, err)
			}
			if err := d.PAdvSink.OnSave(ctx); err != nil || len(s.told) != 1 {
				t.Errorf("the sink in the list: %v, %v", s.told, err)
			}
			com.Release(d.PAdvSink)
		}
		if err := p.DUnadvise(ctx, 1); err != nil {
			t.Error(err)
		}
		if err := p.DUnadvise(ctx, 1); !errors.Is(err, com.OLE_E_NOCONNECTION) {
			t.Errorf("DUnadvise twice: %v", err)
		}
	})
}

func TestGetDataHereFillsTheCallersMedium(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, p := t.Context(), proxy[std.IDataObject](t, w, &document{text: "text"})
		format := func(k std.TYMED) *std.FORMATETC { return &std.FORMATETC{Tymed: uint32(k)} }
		m := std.STGMEDIUM{Tymed: std.TYMED_HGLOBAL, HGlobal: []byte("------")}
		own := m.HGlobal
		if err := p.GetDataHere(ctx, format(std.TYMED_HGLOBAL), &m); err != nil || string(own) != "text--" {
			t.Errorf("memory: %q, %v", own, err)
		}
		m.HGlobal = own[:2]
		if err := p.GetDataHere(ctx, format(std.TYMED_HGLOBAL), &m); !errors.Is(err, com.STG_E_MEDIUMFULL) {
			t.Errorf("memory that is too small: %v", err)
		}
		s := newStream(nil)
		m = std.STGMEDIUM{Tymed: std.TYMED_ISTREAM, Stream: s}
		if err := p.GetDataHere(ctx, format(std.TYMED_ISTREAM), &m); err != nil || string(s.Bytes()) != "text" || m.Stream != std.IStream(s) {
			t.Errorf("a stream: %q, %v", s.Bytes(), err)
		}
		m = std.STGMEDIUM{Tymed: std.TYMED_FILE, File: "/tmp/x"}
		if err := p.GetDataHere(ctx, format(std.TYMED_FILE), &m); err != nil || m.File != "/tmp/x" {
			t.Errorf("a file: %+v, %v", m, err)
		}
	})
}

func TestCF_515_GetDataHereRefusesWrongMediaAtOnce(t *testing.T) {
	w := &wiretest.Wire{Request: func(uint32, []byte) []byte { t.Error("a request was sent"); return nil }}
	p := proxy[std.IDataObject](t, w, &document{})
	for _, c := range []struct{ format, medium std.TYMED }{
		{std.TYMED_NULL, std.TYMED_NULL}, {std.TYMED_GDI, std.TYMED_GDI}, {std.TYMED_HGLOBAL, std.TYMED_FILE},
	} {
		err := p.GetDataHere(t.Context(), &std.FORMATETC{Tymed: uint32(c.format)}, &std.STGMEDIUM{Tymed: c.medium})
		if !errors.Is(err, com.DV_E_TYMED) {
			t.Errorf("%v for %v: %v", c.medium, c.format, err)
		}
	}
	if err := p.GetDataHere(t.Context(), nil, nil); !errors.Is(err, com.E_POINTER) {
		t.Errorf("no medium: %v", err)
	}
}

func TestCF_516_GetDataHereKeepsForReleaseHere(t *testing.T) {
	p := proxy[std.IDataObject](t, &wiretest.Wire{}, &document{text: "x"})
	m := std.STGMEDIUM{Tymed: std.TYMED_HGLOBAL, HGlobal: make([]byte, 1), ForRelease: theObject}
	if err := p.GetDataHere(t.Context(), &std.FORMATETC{Tymed: uint32(std.TYMED_HGLOBAL)}, &m); err != nil || m.ForRelease != com.Unknown(theObject) {
		t.Errorf("%+v, %v", m, err)
	}
}
