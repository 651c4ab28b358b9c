package std_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/idl/gen/wiretest"
	"oxid/std"
)

// both runs a test in both transfer syntaxes.
func both(t *testing.T, f func(t *testing.T, w *wiretest.Wire)) {
	for _, ndr64 := range []bool{false, true} {
		name := "NDR20"
		if ndr64 {
			name = "NDR64"
		}
		t.Run(name, func(t *testing.T) {
			w := &wiretest.Wire{NDR64: ndr64}
			f(t, w)
			if n := w.Live(); n != 0 {
				t.Errorf("%d messages not given back", n)
			}
		})
	}
}

// proxy returns a proxy for server as T.
func proxy[T any](t *testing.T, w *wiretest.Wire, server any) T {
	t.Helper()
	p, err := wiretest.Connect[T](t.Context(), w, server)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// stream is a complete IStream over a memory stream.
type stream struct {
	*com.MemoryStream
	calls  int // Reads and Writes
	locked [3]uint64
	commit uint32
	stuck  bool // Write writes nothing
}

func newStream(data []byte) *stream { return &stream{MemoryStream: com.NewMemoryStream(data)} }

func (s *stream) Read(ctx context.Context, p []byte) (int, error) {
	s.calls++
	return s.MemoryStream.Read(ctx, p)
}

func (s *stream) Write(ctx context.Context, p []byte) (int, error) {
	s.calls++
	if s.stuck {
		return 0, nil
	}
	return s.MemoryStream.Write(ctx, p)
}

func (s *stream) SetSize(_ context.Context, size uint64) error {
	if size > 1<<40 {
		return com.STG_E_MEDIUMFULL
	}
	return nil
}

func (s *stream) CopyTo(ctx context.Context, dst std.IStream, cb uint64) (read, written uint64, err error) {
	b := make([]byte, cb)
	n, err := s.Read(ctx, b)
	if err != nil {
		return 0, 0, err
	}
	m, err := dst.Write(ctx, b[:n])
	return uint64(n), uint64(m), err
}

func (s *stream) Commit(_ context.Context, flags uint32) error { s.commit = flags; return nil }
func (s *stream) Revert(context.Context) error                 { return com.E_NOTIMPL }

func (s *stream) LockRegion(_ context.Context, offset, cb uint64, lockType uint32) error {
	s.locked = [3]uint64{offset, cb, uint64(lockType)}
	return nil
}

func (s *stream) UnlockRegion(context.Context, uint64, uint64, uint32) error {
	s.locked = [3]uint64{}
	return nil
}

func (s *stream) Stat(_ context.Context, flags uint32) (std.STATSTG, error) {
	st := std.STATSTG{Type: uint32(std.STGTY_STREAM), CbSize: uint64(len(s.Bytes())), Mtime: std.FILETIME{DwLowDateTime: 1, DwHighDateTime: 2},
		Clsid: com.CLSID_StdMarshal, GrfMode: 3}
	if flags == 0 {
		name := "a stream"
		st.PwcsName = &name
	}
	return st, nil
}

func (s *stream) Clone(context.Context) (std.IStream, error) {
	return newStream(append([]byte(nil), s.Bytes()...)), nil
}

// persistent keeps a text in a stream.
type persistent struct {
	text  string
	dirty bool
}

func (p *persistent) GetClassID(context.Context) (com.CLSID, error) {
	return com.CLSID_StdGlobalTable, nil
}

func (p *persistent) IsDirty(context.Context) (com.HRESULT, error) {
	if p.dirty {
		return com.S_OK, nil
	}
	return com.S_FALSE, nil
}

func (p *persistent) Load(ctx context.Context, stm std.IStream) error {
	b := make([]byte, 100)
	n, err := stm.Read(ctx, b)
	p.text, p.dirty = string(b[:n]), false
	return err
}

func (p *persistent) Save(ctx context.Context, stm std.IStream, clearDirty bool) error {
	_, err := stm.Write(ctx, []byte(p.text))
	p.dirty = p.dirty && !clearDirty
	return err
}

func (p *persistent) GetSizeMax(context.Context) (uint64, error) { return 1 << 33, nil }
func (p *persistent) InitNew(context.Context) error              { p.text, p.dirty = "", true; return nil }

// point is a connection point, and the container that has it alone.
type point struct {
	sinks map[uint32]com.Unknown
	next  uint32
}

func (p *point) GetConnectionInterface(context.Context) (com.IID, error) {
	return com.IID_IPersist, nil
}

func (p *point) GetConnectionPointContainer(context.Context) (std.IConnectionPointContainer, error) {
	return &container{p}, nil
}

func (p *point) Advise(_ context.Context, sink com.Unknown) (uint32, error) {
	if sink == nil {
		return 0, com.E_POINTER
	}
	p.next++
	p.sinks[p.next] = com.Keep(sink)
	return p.next, nil
}

func (p *point) Unadvise(_ context.Context, cookie uint32) error {
	if _, ok := p.sinks[cookie]; !ok {
		return com.CONNECT_E_NOCONNECTION
	}
	com.Release(p.sinks[cookie])
	delete(p.sinks, cookie)
	return nil
}

func (p *point) EnumConnections(context.Context) (std.IEnumConnections, error) {
	var all []std.CONNECTDATA
	for c := uint32(1); c <= p.next; c++ {
		if s, ok := p.sinks[c]; ok {
			all = append(all, std.CONNECTDATA{PUnk: s, DwCookie: c})
		}
	}
	return std.NewEnum[std.IEnumConnections](all), nil
}

type container struct{ p *point }

func (c *container) EnumConnectionPoints(context.Context) (std.IEnumConnectionPoints, error) {
	return std.NewEnum[std.IEnumConnectionPoints]([]std.IConnectionPoint{c.p}), nil
}

func (c *container) FindConnectionPoint(_ context.Context, riid com.IID) (std.IConnectionPoint, error) {
	if riid != com.IID_IPersist {
		return nil, com.CONNECT_E_NOCONNECTION
	}
	return c.p, nil
}
