package std_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"oxid/com"
	"oxid/idl/gen/wiretest"
	"oxid/std"
)

// moniker is a name of parts with "!" between them.
type moniker struct {
	persistent
	name string
}

func nameOf(ctx context.Context, m std.IMoniker) string {
	if m == nil {
		return ""
	}
	s, err := m.GetDisplayName(ctx, nil, nil)
	if err != nil {
		return err.Error()
	}
	return s
}

func (m *moniker) BindToObject(ctx context.Context, bc std.IBindCtx, toLeft std.IMoniker, riid com.IID) (com.Unknown, error) {
	if bc == nil || riid != com.IID_IStream {
		return nil, com.E_NOINTERFACE
	}
	s := newStream([]byte(nameOf(ctx, toLeft) + m.name))
	return s, bc.RegisterObjectBound(ctx, s)
}

func (m *moniker) BindToStorage(context.Context, std.IBindCtx, std.IMoniker, com.IID) (com.Unknown, error) {
	return nil, com.E_NOTIMPL
}

func (m *moniker) Reduce(_ context.Context, _ std.IBindCtx, howFar uint32, toLeft std.IMoniker) (reduced, newLeft std.IMoniker, hr com.HRESULT, err error) {
	if howFar == 0 {
		return m, com.Keep(toLeft), com.MK_S_REDUCED_TO_SELF, nil
	}
	return &moniker{name: "short"}, &moniker{name: "left"}, com.S_OK, nil
}

func (m *moniker) ComposeWith(ctx context.Context, right std.IMoniker, onlyIfNotGeneric bool) (std.IMoniker, error) {
	if onlyIfNotGeneric {
		return nil, com.MK_E_NEEDGENERIC
	}
	return &moniker{name: m.name + "!" + nameOf(ctx, right)}, nil
}

func (m *moniker) Enum(_ context.Context, forward bool) (std.IEnumMoniker, error) {
	if !forward {
		return nil, nil
	}
	var parts []std.IMoniker
	for _, s := range strings.Split(m.name, "!") {
		parts = append(parts, &moniker{name: s})
	}
	return std.NewEnum[std.IEnumMoniker](parts), nil
}

func (m *moniker) IsEqual(ctx context.Context, other std.IMoniker) (com.HRESULT, error) {
	if nameOf(ctx, other) != m.name {
		return com.S_FALSE, nil
	}
	return com.S_OK, nil
}

func (m *moniker) Hash(context.Context) (uint32, error) { return uint32(len(m.name)), nil }

func (m *moniker) IsRunning(ctx context.Context, bc std.IBindCtx, _, newly std.IMoniker) (com.HRESULT, error) {
	if newly != nil {
		return com.S_OK, nil
	}
	table, err := bc.GetRunningObjectTable(ctx)
	if err != nil {
		return 0, err
	}
	defer com.Release(table)
	return table.IsRunning(ctx, m)
}

func (m *moniker) GetTimeOfLastChange(context.Context, std.IBindCtx, std.IMoniker) (std.FILETIME, error) {
	return std.FILETIME{DwLowDateTime: 7}, nil
}

func (m *moniker) Inverse(context.Context) (std.IMoniker, error) { return nil, com.MK_E_NOINVERSE }

func (m *moniker) CommonPrefixWith(context.Context, std.IMoniker) (std.IMoniker, com.HRESULT, error) {
	return m, com.MK_S_ME, nil
}

func (m *moniker) RelativePathTo(_ context.Context, other std.IMoniker) (std.IMoniker, com.HRESULT, error) {
	return com.Keep(other), com.MK_S_HIM, nil
}

func (m *moniker) GetDisplayName(context.Context, std.IBindCtx, std.IMoniker) (string, error) {
	return m.name, nil
}

func (m *moniker) ParseDisplayName(_ context.Context, _ std.IBindCtx, _ std.IMoniker, name string) (uint32, std.IMoniker, error) {
	head, _, _ := strings.Cut(name, "!")
	return uint32(len(head)), &moniker{name: head}, nil
}

func (m *moniker) IsSystemMoniker(context.Context) (uint32, com.HRESULT, error) {
	return 0, com.S_FALSE, nil
}

// bindCtx holds what it is told to hold.
type bindCtx struct {
	bound  []com.Unknown
	params map[string]com.Unknown
	opts   std.BIND_OPTS2
	table  *table
}

func (b *bindCtx) RegisterObjectBound(_ context.Context, v com.Unknown) error {
	b.bound = append(b.bound, com.Keep(v))
	return nil
}
func (b *bindCtx) RevokeObjectBound(context.Context, com.Unknown) error { return com.E_NOTIMPL }
func (b *bindCtx) ReleaseBoundObjects(context.Context) error {
	com.ReleaseEach(b.bound)
	b.bound = nil
	return nil
}
func (b *bindCtx) SetBindOptions(_ context.Context, o std.BIND_OPTS2) error { b.opts = o; return nil }
func (b *bindCtx) GetBindOptions(_ context.Context, o std.BIND_OPTS2) (std.BIND_OPTS2, error) {
	got := b.opts
	got.CbStruct = o.CbStruct
	return got, nil
}
func (b *bindCtx) GetRunningObjectTable(context.Context) (std.IRunningObjectTable, error) {
	return b.table, nil
}
func (b *bindCtx) RegisterObjectParam(_ context.Context, key string, v com.Unknown) error {
	b.params[key] = com.Keep(v)
	return nil
}
func (b *bindCtx) GetObjectParam(_ context.Context, key string) (com.Unknown, error) {
	if v, ok := b.params[key]; ok {
		return com.Keep(v), nil
	}
	return nil, com.E_FAIL
}
func (b *bindCtx) EnumObjectParam(context.Context) (std.IEnumString, error) {
	var keys []string
	for k := range b.params {
		keys = append(keys, k)
	}
	return std.NewEnum[std.IEnumString](keys), nil
}
func (b *bindCtx) RevokeObjectParam(_ context.Context, key string) error {
	delete(b.params, key)
	return nil
}

// table is a running object table with names alone.
type table struct{ running map[string]uint32 }

func (r *table) Register(ctx context.Context, flags uint32, object com.Unknown, name std.IMoniker) (uint32, com.HRESULT, error) {
	n := nameOf(ctx, name)
	if c, ok := r.running[n]; ok {
		return c, com.MK_S_MONIKERALREADYREGISTERED, nil
	}
	r.running[n] = uint32(len(r.running) + 1)
	return r.running[n], com.S_OK, nil
}
func (r *table) Revoke(_ context.Context, c uint32) error { return com.E_INVALIDARG }
func (r *table) IsRunning(ctx context.Context, name std.IMoniker) (com.HRESULT, error) {
	if _, ok := r.running[nameOf(ctx, name)]; ok {
		return com.S_OK, nil
	}
	return com.S_FALSE, nil
}
func (r *table) GetObject(context.Context, std.IMoniker) (com.Unknown, error) {
	return nil, com.MK_E_UNAVAILABLE
}
func (r *table) NoteChangeTime(_ context.Context, _ uint32, ft std.FILETIME) error {
	if ft.DwHighDateTime != 5 {
		return com.E_INVALIDARG
	}
	return nil
}
func (r *table) GetTimeOfLastChange(context.Context, std.IMoniker) (std.FILETIME, error) {
	return std.FILETIME{DwHighDateTime: 5}, nil
}
func (r *table) EnumRunning(context.Context) (std.IEnumMoniker, error) {
	var all []std.IMoniker
	for n := range r.running {
		all = append(all, &moniker{name: n})
	}
	return std.NewEnum[std.IEnumMoniker](all), nil
}

func TestMoniker(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx := t.Context()
		bc := &bindCtx{table: &table{map[string]uint32{"a!b": 1}}}
		p := proxy[std.IMoniker](t, w, &moniker{name: "a!b"})
		if name := nameOf(ctx, p); name != "a!b" {
			t.Errorf("GetDisplayName: %q", name)
		}
		s, err := com.As[std.IStream](p.BindToObject(ctx, bc, &moniker{name: "left!"}, com.IID_IStream))
		if err != nil || len(bc.bound) != 1 {
			t.Fatalf("BindToObject: %v, %v", err, bc.bound)
		}
		b := make([]byte, 20)
		if n, err := s.Read(ctx, b); string(b[:n]) != "left!a!b" || err != nil {
			t.Errorf("what was bound to has %q, %v", b[:n], err)
		}
		if _, err := p.BindToObject(ctx, nil, nil, com.IID_IStream); !errors.Is(err, com.E_NOINTERFACE) {
			t.Errorf("BindToObject without a context: %v", err)
		}
		if _, err := p.BindToStorage(ctx, nil, nil, com.IID_IStream); !errors.Is(err, com.E_NOTIMPL) {
			t.Errorf("BindToStorage: %v", err)
		}
		other := &moniker{name: "c"}
		if m, err := p.ComposeWith(ctx, other, false); nameOf(ctx, m) != "a!b!c" || err != nil {
			t.Errorf("ComposeWith: %v, %v", m, err)
		}
		if _, err := p.ComposeWith(ctx, other, true); !errors.Is(err, com.MK_E_NEEDGENERIC) {
			t.Errorf("ComposeWith: %v", err)
		}
		list, err := p.Enum(ctx, true)
		if err != nil {
			t.Fatal(err)
		}
		parts := ""
		for m, err := range std.All(ctx, list) {
			if err != nil {
				t.Fatal(err)
			}
			parts += nameOf(ctx, m) + "|"
		}
		if parts != "a|b|" {
			t.Errorf("Enum: %s", parts)
		}
		if list, err := p.Enum(ctx, false); list != nil || err != nil {
			t.Errorf("Enum of none: %v, %v", list, err)
		}
		for m, want := range map[std.IMoniker]com.HRESULT{other: com.S_FALSE, &moniker{name: "a!b"}: com.S_OK} {
			if hr, err := p.IsEqual(ctx, m); hr != want || err != nil {
				t.Errorf("IsEqual: %v, %v", hr, err)
			}
		}
		if h, err := p.Hash(ctx); h != 3 || err != nil {
			t.Errorf("Hash: %d, %v", h, err)
		}
		for _, newly := range []std.IMoniker{nil, other} {
			if hr, err := p.IsRunning(ctx, bc, nil, newly); hr != com.S_OK || err != nil {
				t.Errorf("IsRunning: %v, %v", hr, err)
			}
		}
		if ft, err := p.GetTimeOfLastChange(ctx, nil, nil); ft.DwLowDateTime != 7 || err != nil {
			t.Errorf("GetTimeOfLastChange: %v, %v", ft, err)
		}
		if _, err := p.Inverse(ctx); !errors.Is(err, com.MK_E_NOINVERSE) {
			t.Errorf("Inverse: %v", err)
		}
		if m, hr, err := p.CommonPrefixWith(ctx, other); hr != com.MK_S_ME || nameOf(ctx, m) != "a!b" || err != nil {
			t.Errorf("CommonPrefixWith: %v, %v, %v", m, hr, err)
		}
		if m, hr, err := p.RelativePathTo(ctx, other); hr != com.MK_S_HIM || nameOf(ctx, m) != "c" || err != nil {
			t.Errorf("RelativePathTo: %v, %v, %v", m, hr, err)
		}
		if n, m, err := p.ParseDisplayName(ctx, nil, nil, "file!item"); n != 4 || nameOf(ctx, m) != "file" || err != nil {
			t.Errorf("ParseDisplayName: %d, %v, %v", n, m, err)
		}
		if k, hr, err := p.IsSystemMoniker(ctx); k != 0 || hr != com.S_FALSE || err != nil {
			t.Errorf("IsSystemMoniker: %d, %v, %v", k, hr, err)
		}
		if id, err := p.GetClassID(ctx); id.IsZero() || err != nil { // the bases are there
			t.Errorf("GetClassID: %v, %v", id, err)
		}
	})
}

func TestMonikerReduce(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx := t.Context()
		p := proxy[std.IMoniker](t, w, &moniker{name: "long"})
		for _, c := range []struct {
			howFar        uint32
			left          std.IMoniker
			reduced, rest string
			hr            com.HRESULT
		}{
			{0, nil, "long", "", com.MK_S_REDUCED_TO_SELF},
			{0, &moniker{name: "other"}, "long", "other", com.MK_S_REDUCED_TO_SELF},
			{3, nil, "short", "left", com.S_OK},
			{3, &moniker{name: "other"}, "short", "left", com.S_OK},
		} {
			reduced, left, hr, err := p.Reduce(ctx, nil, c.howFar, c.left)
			if nameOf(ctx, reduced) != c.reduced || nameOf(ctx, left) != c.rest || hr != c.hr || err != nil {
				t.Errorf("Reduce(%d, %v): %v %v, %v, %v", c.howFar, c.left, reduced, left, hr, err)
			}
		}
	})
}

func TestBindCtxAndRunningObjectTable(t *testing.T) {
	both(t, func(t *testing.T, w *wiretest.Wire) {
		ctx := t.Context()
		obj := &bindCtx{params: map[string]com.Unknown{}, table: &table{map[string]uint32{}}}
		p := proxy[std.IBindCtx](t, w, obj)
		machine := "box"
		opts := std.BIND_OPTS2{CbStruct: 32, GrfMode: 2, DwClassContext: 4, Locale: 0x409, PServerInfo: &std.COSERVERINFO{PwszName: &machine}}
		if err := p.SetBindOptions(ctx, opts); err != nil {
			t.Fatal(err)
		}
		got, err := p.GetBindOptions(ctx, std.BIND_OPTS2{CbStruct: 16})
		if err != nil || got.CbStruct != 16 || got.GrfMode != 2 || got.PServerInfo == nil || *got.PServerInfo.PwszName != "box" {
			t.Errorf("GetBindOptions: %+v, %v", got, err)
		}
		th := new(thing)
		if err := p.RegisterObjectParam(ctx, "key", th); err != nil {
			t.Error(err)
		}
		if v, err := p.GetObjectParam(ctx, "key"); v != com.Unknown(th) || err != nil {
			t.Errorf("GetObjectParam: %v, %v", v, err)
		}
		keys, err := p.EnumObjectParam(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for k, err := range std.All(ctx, keys) {
			if k != "key" || err != nil {
				t.Errorf("%q, %v", k, err)
			}
		}
		if err := p.RevokeObjectParam(ctx, "key"); err != nil || len(obj.params) != 0 {
			t.Errorf("RevokeObjectParam: %v", err)
		}
		if err := p.RegisterObjectBound(ctx, th); err != nil || len(obj.bound) != 1 {
			t.Errorf("RegisterObjectBound: %v", err)
		}
		if err := p.RevokeObjectBound(ctx, th); !errors.Is(err, com.E_NOTIMPL) {
			t.Errorf("RevokeObjectBound: %v", err)
		}
		if err := p.ReleaseBoundObjects(ctx); err != nil || len(obj.bound) != 0 {
			t.Errorf("ReleaseBoundObjects: %v", err)
		}

		r, err := p.GetRunningObjectTable(ctx)
		if err != nil {
			t.Fatal(err)
		}
		name := &moniker{name: "it"}
		for _, want := range []com.HRESULT{com.S_OK, com.MK_S_MONIKERALREADYREGISTERED} {
			if c, hr, err := r.Register(ctx, 1, th, name); c != 1 || hr != want || err != nil {
				t.Errorf("Register: %d, %v, %v", c, hr, err)
			}
		}
		if hr, err := r.IsRunning(ctx, name); hr != com.S_OK || err != nil {
			t.Errorf("IsRunning: %v, %v", hr, err)
		}
		if _, err := r.GetObject(ctx, name); !errors.Is(err, com.MK_E_UNAVAILABLE) {
			t.Errorf("GetObject: %v", err)
		}
		ft, err := r.GetTimeOfLastChange(ctx, name)
		if err != nil {
			t.Error(err)
		}
		if err := r.NoteChangeTime(ctx, 1, ft); err != nil {
			t.Error(err)
		}
		if err := r.Revoke(ctx, 9); !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("Revoke: %v", err)
		}
		list, err := r.EnumRunning(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for m, err := range std.All(ctx, list) {
			if nameOf(ctx, m) != "it" || err != nil {
				t.Errorf("%v, %v", m, err)
			}
		}
	})
}
