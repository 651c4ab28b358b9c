package std_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"oxid/com"
	"oxid/idl/gen/wiretest"
	"oxid/std"
)

func TestCF_264_StreamReadAndWrite(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, s := t.Context(), newStream([]byte("hello"))
		p := proxy[std.IStream](t, w, s)
		b := make([]byte, 10)
		if n, err := p.Read(ctx, b); n != 5 || err != nil || string(b[:n]) != "hello" {
			t.Errorf("Read: %d %q, %v", n, b[:n], err)
		}
		if n, err := p.Read(ctx, b); n != 0 || err != nil {
			t.Errorf("Read at the end: %d, %v", n, err)
		}
		if n, err := p.Read(ctx, nil); n != 0 || err != nil {
			t.Errorf("Read of nothing: %d, %v", n, err)
		}
		if n, err := p.Write(ctx, []byte(" world")); n != 6 || err != nil {
			t.Errorf("Write: %d, %v", n, err)
		}
		if n, err := p.Write(ctx, nil); n != 0 || err != nil {
			t.Errorf("Write of nothing: %d, %v", n, err)
		}
		if pos, err := p.Seek(ctx, -5, com.STREAM_SEEK_END); pos != 6 || err != nil {
			t.Errorf("Seek: %d, %v", pos, err)
		}
		if n, err := p.Read(ctx, b); string(b[:n]) != "world" || err != nil {
			t.Errorf("Read after Seek: %q, %v", b[:n], err)
		}
		if _, err := p.Seek(ctx, -1, com.STREAM_SEEK_SET); err == nil {
			t.Error("Seek before the beginning: no error")
		}
	})
}

func TestStreamMovesLargeBlocksInPieces(t *testing.T) {
	ctx, s := t.Context(), newStream(nil)
	p := proxy[std.IStream](t, &wiretest.Wire{}, s)
	data := bytes.Repeat([]byte("0123456789abcdef"), 9<<16) // 9 MB: three pieces
	if n, err := p.Write(ctx, data); n != len(data) || err != nil {
		t.Fatalf("Write: %d, %v", n, err)
	}
	if s.calls != 3 || !bytes.Equal(s.Bytes(), data) {
		t.Errorf("%d Writes, %d bytes", s.calls, len(s.Bytes()))
	}
	s.calls = 0
	if _, err := p.Seek(ctx, 0, com.STREAM_SEEK_SET); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, len(data)+1)
	if n, err := p.Read(ctx, back); n != len(data) || err != nil || !bytes.Equal(back[:n], data) {
		t.Errorf("Read: %d, %v", n, err)
	}
	if s.calls != 3 {
		t.Errorf("%d Reads", s.calls)
	}
	s.stuck = true
	if n, err := p.Write(ctx, data); n != 0 || !errors.Is(err, com.STG_E_MEDIUMFULL) {
		t.Errorf("Write to a full medium: %d, %v", n, err)
	}
}

func TestStreamMethods(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, s := t.Context(), newStream([]byte("contents"))
		p := proxy[std.IStream](t, w, s)
		if err := p.SetSize(ctx, 1<<41); !errors.Is(err, com.STG_E_MEDIUMFULL) {
			t.Errorf("SetSize: %v", err)
		}
		if err := p.Commit(ctx, 8); err != nil || s.commit != 8 {
			t.Errorf("Commit: %v, %d", err, s.commit)
		}
		if err := p.Revert(ctx); !errors.Is(err, com.E_NOTIMPL) {
			t.Errorf("Revert: %v", err)
		}
		if err := p.LockRegion(ctx, 1<<40, 2, uint32(std.LOCK_EXCLUSIVE)); err != nil || s.locked != [3]uint64{1 << 40, 2, 2} {
			t.Errorf("LockRegion: %v, %v", err, s.locked)
		}
		if err := p.UnlockRegion(ctx, 1<<40, 2, 2); err != nil || s.locked != [3]uint64{} {
			t.Errorf("UnlockRegion: %v, %v", err, s.locked)
		}
		st, err := p.Stat(ctx, 0)
		if err != nil || st.PwcsName == nil || *st.PwcsName != "a stream" || st.CbSize != 8 || st.Clsid != com.CLSID_StdMarshal || st.Mtime.DwHighDateTime != 2 {
			t.Errorf("Stat: %+v, %v", st, err)
		}
		if st, err = p.Stat(ctx, uint32(std.STATFLAG_NONAME)); err != nil || st.PwcsName != nil {
			t.Errorf("Stat without a name: %+v, %v", st, err)
		}
		c, err := p.Clone(ctx)
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 8)
		if n, err := c.Read(ctx, b); string(b[:n]) != "contents" || err != nil {
			t.Errorf("a clone read %q, %v", b[:n], err)
		}
		dst := newStream(nil)
		if read, written, err := p.CopyTo(ctx, dst, 4); read != 4 || written != 4 || err != nil || string(dst.Bytes()) != "cont" {
			t.Errorf("CopyTo: %d, %d, %v: %q", read, written, err, dst.Bytes())
		}
	})
}

// lying returns more than it was asked for.
type lying struct{ *stream }

func (lying) Read(_ context.Context, p []byte) (int, error)  { return len(p) + 1, nil }
func (lying) Write(_ context.Context, p []byte) (int, error) { return len(p) + 1, nil }

func TestStreamThatLiesIsAnError(t *testing.T) {
	p := proxy[std.IStream](t, &wiretest.Wire{}, &lying{newStream(nil)})
	if n, err := p.Read(t.Context(), make([]byte, 4)); n != 0 || !errors.Is(err, com.E_UNEXPECTED) {
		t.Errorf("Read: %d, %v", n, err)
	}
	if n, err := p.Write(t.Context(), make([]byte, 4)); n != 0 || !errors.Is(err, com.E_UNEXPECTED) {
		t.Errorf("Write: %d, %v", n, err)
	}
}

func TestEnumString(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx := t.Context()
		p := proxy[std.IEnumString](t, w, std.NewEnum[std.IEnumString]([]string{"one", "", "drei €"}))
		buf := []string{"x", "x"}
		got, hr, err := p.Next(ctx, buf)
		if err != nil || hr != com.S_OK || strings.Join(got, "|") != "one|" || &got[0] != &buf[0] {
			t.Errorf("Next: %q, %v, %v", got, hr, err)
		}
		c, err := p.Clone(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []std.IEnumString{p, c} {
			if got, hr, err = e.Next(ctx, buf); err != nil || hr != com.S_FALSE || strings.Join(got, "|") != "drei €" {
				t.Errorf("Next: %q, %v, %v", got, hr, err)
			}
		}
		if err := p.Reset(ctx); err != nil {
			t.Error(err)
		}
		if hr, err := p.Skip(ctx, 2); hr != com.S_OK || err != nil {
			t.Errorf("Skip: %v, %v", hr, err)
		}
		if hr, err := p.Skip(ctx, 2); hr != com.S_FALSE || err != nil {
			t.Errorf("Skip beyond the end: %v, %v", hr, err)
		}
		if got, hr, err := p.Next(ctx, nil); len(got) != 0 || hr != com.S_OK || err != nil {
			t.Errorf("Next of nothing: %q, %v, %v", got, hr, err)
		}
	})
}

func TestEnumUnknownAndEnumGUID(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx := t.Context()
		a, b := new(thing), new(thing)
		u := proxy[std.IEnumUnknown](t, w, std.NewEnum[std.IEnumUnknown]([]com.Unknown{a, nil, b}))
		got, hr, err := u.Next(ctx, make([]com.Unknown, 5))
		if err != nil || hr != com.S_FALSE || len(got) != 3 || got[0] != com.Unknown(a) || got[1] != nil || got[2] != com.Unknown(b) {
			t.Errorf("Next: %v, %v, %v", got, hr, err)
		}
		g := proxy[std.IEnumGUID](t, w, std.NewEnum[std.IEnumGUID]([]com.GUID{com.IID_IUnknown, com.IID_IStream}))
		ids, hr, err := g.Next(ctx, make([]com.GUID, 2))
		if err != nil || hr != com.S_OK || len(ids) != 2 || ids[1] != com.IID_IStream {
			t.Errorf("Next: %v, %v, %v", ids, hr, err)
		}
		if c, err := g.Clone(ctx); err != nil || c.Reset(ctx) != nil {
			t.Errorf("Clone: %v", err)
		}
	})
}

func TestPersistence(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, obj := t.Context(), &persistent{text: "kept", dirty: true}
		p := proxy[std.IPersistStreamInit](t, w, obj)
		if id, err := p.GetClassID(ctx); id != com.CLSID_StdGlobalTable || err != nil {
			t.Errorf("GetClassID: %v, %v", id, err)
		}
		if hr, err := p.IsDirty(ctx); hr != com.S_OK || err != nil {
			t.Errorf("IsDirty: %v, %v", hr, err)
		}
		s := newStream(nil)
		if err := p.Save(ctx, s, true); err != nil || string(s.Bytes()) != "kept" {
			t.Errorf("Save: %q, %v", s.Bytes(), err)
		}
		if hr, err := p.IsDirty(ctx); hr != com.S_FALSE || err != nil {
			t.Errorf("IsDirty after Save: %v, %v", hr, err)
		}
		if n, err := p.GetSizeMax(ctx); n != 1<<33 || err != nil {
			t.Errorf("GetSizeMax: %d, %v", n, err)
		}
		if err := p.InitNew(ctx); err != nil || obj.text != "" {
			t.Errorf("InitNew: %v", err)
		}
		ps := proxy[std.IPersistStream](t, w, obj)
		if err := ps.Load(ctx, newStream([]byte("loaded"))); err != nil || obj.text != "loaded" {
			t.Errorf("Load: %v, %q", err, obj.text)
		}
		if hr, err := ps.IsDirty(ctx); hr != com.S_FALSE || err != nil {
			t.Errorf("IsDirty of IPersistStream: %v, %v", hr, err)
		}
		if id, err := proxy[std.IPersist](t, w, obj).GetClassID(ctx); id.IsZero() || err != nil {
			t.Errorf("IPersist: %v, %v", id, err)
		}
	})
}

func TestConnectionPoints(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, pt := t.Context(), &point{sinks: map[uint32]com.Unknown{}}
		c := proxy[std.IConnectionPointContainer](t, w, &container{pt})
		if _, err := c.FindConnectionPoint(ctx, com.IID_IStream); !errors.Is(err, com.CONNECT_E_NOCONNECTION) {
			t.Errorf("FindConnectionPoint: %v", err)
		}
		p, err := c.FindConnectionPoint(ctx, com.IID_IPersist)
		if err != nil {
			t.Fatal(err)
		}
		if iid, err := p.GetConnectionInterface(ctx); iid != com.IID_IPersist || err != nil {
			t.Errorf("GetConnectionInterface: %v, %v", iid, err)
		}
		sink := new(thing)
		cookie, err := p.Advise(ctx, sink)
		if cookie != 1 || err != nil {
			t.Errorf("Advise: %d, %v", cookie, err)
		}
		if _, err := p.Advise(ctx, nil); !errors.Is(err, com.E_POINTER) {
			t.Errorf("Advise(nil): %v", err)
		}
		list, err := p.EnumConnections(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got, hr, err := list.Next(ctx, make([]std.CONNECTDATA, 4))
		if err != nil || hr != com.S_FALSE || len(got) != 1 || got[0].PUnk != com.Unknown(sink) || got[0].DwCookie != cookie {
			t.Errorf("Next: %+v, %v, %v", got, hr, err)
		}
		if err := p.Unadvise(ctx, cookie); err != nil {
			t.Error(err)
		}
		if err := p.Unadvise(ctx, cookie); !errors.Is(err, com.CONNECT_E_NOCONNECTION) {
			t.Errorf("Unadvise twice: %v", err)
		}
		points, err := c.EnumConnectionPoints(ctx)
		if err != nil {
			t.Fatal(err)
		}
		ps, hr, err := points.Next(ctx, make([]std.IConnectionPoint, 1))
		if err != nil || hr != com.S_OK || len(ps) != 1 {
			t.Fatalf("Next: %v, %v, %v", ps, hr, err)
		}
		back, err := ps[0].GetConnectionPointContainer(ctx)
		if err != nil || back == nil {
			t.Errorf("GetConnectionPointContainer: %v", err)
		}
	})
}

// informed supports error information and knows one service.
type informed struct{ s *stream }

func (informed) InterfaceSupportsErrorInfo(_ context.Context, riid com.IID) (com.HRESULT, error) {
	if riid == com.IID_IStream {
		return com.S_OK, nil
	}
	return com.S_FALSE, nil
}

func (i informed) QueryService(_ context.Context, service com.GUID, riid com.IID) (com.Unknown, error) {
	if service != com.CLSID_StdMarshal {
		return nil, com.E_NOINTERFACE
	}
	return i.s, nil
}

func (informed) GetGUID(context.Context) (com.GUID, error)         { return com.IID_IStream, nil }
func (informed) GetSource(context.Context) (string, error)         { return "Prog.Id", nil }
func (informed) GetDescription(context.Context) (string, error)    { return "schlimm 𝄞", nil }
func (informed) GetHelpFile(context.Context) (string, error)       { return "", nil }
func (informed) GetHelpContext(context.Context) (uint32, error)    { return 7, nil }
func (informed) GetClassInfo(context.Context) (com.Unknown, error) { return nil, com.E_NOTIMPL }

func TestErrorInformationAndServices(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx, obj := t.Context(), &informed{newStream([]byte("x"))}
		sup := proxy[std.ISupportErrorInfo](t, w, obj)
		for iid, want := range map[com.IID]com.HRESULT{com.IID_IStream: com.S_OK, com.IID_IPersist: com.S_FALSE} {
			if hr, err := sup.InterfaceSupportsErrorInfo(ctx, iid); hr != want || err != nil {
				t.Errorf("InterfaceSupportsErrorInfo(%v): %v, %v", iid, hr, err)
			}
		}
		e := proxy[std.IErrorInfo](t, w, obj)
		if id, err := e.GetGUID(ctx); id != com.IID_IStream || err != nil {
			t.Errorf("GetGUID: %v, %v", id, err)
		}
		for what, c := range map[string]struct {
			get  func(context.Context) (string, error)
			want string
		}{"GetSource": {e.GetSource, "Prog.Id"}, "GetDescription": {e.GetDescription, "schlimm 𝄞"}, "GetHelpFile": {e.GetHelpFile, ""}} {
			if s, err := c.get(ctx); s != c.want || err != nil {
				t.Errorf("%s: %q, %v", what, s, err)
			}
		}
		if n, err := e.GetHelpContext(ctx); n != 7 || err != nil {
			t.Errorf("GetHelpContext: %d, %v", n, err)
		}
		sp := proxy[std.IServiceProvider](t, w, obj)
		s, err := com.As[std.IStream](sp.QueryService(ctx, com.CLSID_StdMarshal, com.IIDOf[std.IStream]()))
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 1)
		if n, err := s.Read(ctx, b); n != 1 || err != nil || b[0] != 'x' {
			t.Errorf("the service's Read: %d %q, %v", n, b, err)
		}
		if _, err := sp.QueryService(ctx, com.GUID{}, com.IID_IStream); !errors.Is(err, com.E_NOINTERFACE) {
			t.Errorf("QueryService of an unknown service: %v", err)
		}
		if _, err := proxy[std.IProvideClassInfo](t, w, obj).GetClassInfo(ctx); !errors.Is(err, com.E_NOTIMPL) {
			t.Errorf("GetClassInfo: %v", err)
		}
	})
}

// pipe hands out its elements in pieces and collects those it is given.
type pipe[T any] struct{ out, in []T }

func (p *pipe[T]) Pull(_ context.Context, buf []T) ([]T, error) {
	n := copy(buf, p.out)
	p.out = p.out[n:]
	return buf[:n], nil
}

func (p *pipe[T]) Push(_ context.Context, buf []T) error { p.in = append(p.in, buf...); return nil }

func testPipe[T comparable, I interface {
	Pull(context.Context, []T) ([]T, error)
	Push(context.Context, []T) error
}](t *testing.T, w *wiretest.Wire, data ...T) {
	t.Helper()
	obj := &pipe[T]{out: data}
	p := proxy[I](t, w, obj)
	var all []T
	buf := make([]T, 2)
	for {
		got, err := p.Pull(t.Context(), buf)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			break
		}
		all = append(all, got...)
	}
	if err := p.Push(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if len(obj.in) != len(data) {
		t.Fatalf("%d of %d elements came back", len(obj.in), len(data))
	}
	for i := range data {
		if obj.in[i] != data[i] {
			t.Errorf("element %d is %v", i, obj.in[i])
		}
	}
}

func TestPipes(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		testPipe[byte, std.IPipeByte](t, w, 1, 2, 3)
		testPipe[int32, std.IPipeLong](t, w, -1, 1<<30)
		testPipe[float64, std.IPipeDouble](t, w, 1.5, -2, 3, 4, 5)
	})
}
