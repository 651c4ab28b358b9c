package orpc

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"oxid/com"
)

// unknownStage is a stage of IRemUnknown2. The last of its results is the
// HRESULT.
type unknownStage struct{ *stage }

func (s unknownStage) RemQueryInterface(_ context.Context, ipid com.IPID, refs uint32, iids []com.IID) ([]REMQIRESULT, com.HRESULT, error) {
	r := s.play(ipid, refs, iids)
	return result[[]REMQIRESULT](r, 0), result[com.HRESULT](r, 1), nil
}

func (s unknownStage) RemAddRef(_ context.Context, refs []REMINTERFACEREF) ([]com.HRESULT, com.HRESULT, error) {
	r := s.play(refs)
	return result[[]com.HRESULT](r, 0), result[com.HRESULT](r, 1), nil
}

func (s unknownStage) RemRelease(_ context.Context, refs []REMINTERFACEREF) error {
	s.play(refs)
	return nil
}

func (s unknownStage) RemQueryInterface2(_ context.Context, ipid com.IPID, iids []com.IID) ([]com.HRESULT, []*MInterfacePointer, com.HRESULT, error) {
	r := s.play(ipid, iids)
	return result[[]com.HRESULT](r, 0), result[[]*MInterfacePointer](r, 1), result[com.HRESULT](r, 2), nil
}

// unknownScene is one call of IRemUnknown2, as [scene] is of a native interface.
// What stands in front of its stub data, ORPC headers, ends at a multiple of 8.
type unknownScene struct {
	name          string
	op            uint32
	in, out       [3]string
	args, results []any
	hr            com.HRESULT // of the call
	call          func(context.Context, IRemUnknown2) ([]any, error)
}

func unknownScenes() []unknownScene {
	ipid := goldenStd.IPID
	iids := []com.IID{com.IID_IUnknown, com.IID_IClassFactory}
	refs := []REMINTERFACEREF{{ipid, 5, 0}, {ipid, 1, 2}}
	query := func(ctx context.Context, u IRemUnknown2) ([]any, error) {
		results, hr, err := u.RemQueryInterface(ctx, ipid, 5, iids)
		return []any{results, hr}, err
	}
	query2 := func(ctx context.Context, u IRemUnknown2) ([]any, error) {
		results, interfaces, hr, err := u.RemQueryInterface2(ctx, ipid, iids)
		return []any{results, interfaces, hr}, err
	}
	return []unknownScene{
		{
			name: "RemQueryInterface", op: 3, hr: com.S_FALSE,
			in: [3]string{
				"001c00007c0b00000123456789abcdef0500000002000000020000000000000000000000c0000000000000460100000000000000c000000000000046",
				"001c00007c0b00000123456789abcdef050000000200000002000000000000000000000000000000c0000000000000460100000000000000c000000000000046",
				"00001c000b7c00000123456789abcdef0000000500020000000000020000000000000000c0000000000000460000000100000000c000000000000046",
			},
			out: [3]string{
				`000002000200000000000000000000000000000005000000887766554433221100ffeeddccbbaa99001c00007c0b00000123456789abcdef0240008000000000
				0000000000000000000000000000000000000000000000000000000000000000000000000000000001000000`,
				`0000020000000000020000000000000000000000000000000000000005000000887766554433221100ffeeddccbbaa99001c00007c0b00000123456789abcdef
				02400080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001000000`,
				`000200000000000200000000000000000000000000000005112233445566778899aabbccddeeff0000001c000b7c00000123456789abcdef8000400200000000
				0000000000000000000000000000000000000000000000000000000000000000000000000000000000000001`,
			},
			args:    []any{ipid, uint32(5), iids},
			results: []any{[]REMQIRESULT{{com.S_OK, goldenStd}, {HRESULT: com.E_NOINTERFACE}}, com.S_FALSE},
			call:    query,
		},
		{
			name: "RemQueryInterface that finds none", op: 3, hr: com.E_NOINTERFACE,
			in: [3]string{
				"001c00007c0b00000123456789abcdef0500000002000000020000000000000000000000c0000000000000460100000000000000c000000000000046",
				"001c00007c0b00000123456789abcdef050000000200000002000000000000000000000000000000c0000000000000460100000000000000c000000000000046",
				"00001c000b7c00000123456789abcdef0000000500020000000000020000000000000000c0000000000000460000000100000000c000000000000046",
			},
			out: [3]string{
				`00000200020000000240008000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000240008000000000
				0000000000000000000000000000000000000000000000000000000000000000000000000000000002400080`,
				`00000200000000000200000000000000024000800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
				02400080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002400080`,
				`00020000000000028000400200000000000000000000000000000000000000000000000000000000000000000000000000000000000000008000400200000000
				0000000000000000000000000000000000000000000000000000000000000000000000000000000080004002`,
			},
			args:    []any{ipid, uint32(5), iids},
			results: []any{[]REMQIRESULT{{HRESULT: com.E_NOINTERFACE}, {HRESULT: com.E_NOINTERFACE}}, com.E_NOINTERFACE},
			call:    query,
		},
		{
			name: "RemQueryInterface of nothing", op: 3, hr: com.RPC_E_INVALID_OBJECT,
			in: [3]string{
				"001c00007c0b00000123456789abcdef0500000002000000020000000000000000000000c0000000000000460100000000000000c000000000000046",
				"001c00007c0b00000123456789abcdef050000000200000002000000000000000000000000000000c0000000000000460100000000000000c000000000000046",
				"00001c000b7c00000123456789abcdef0000000500020000000000020000000000000000c0000000000000460000000100000000c000000000000046",
			},
			out: [3]string{
				"0000000014010180",
				"000000000000000014010180",
				"0000000080010114",
			},
			args:    []any{ipid, uint32(5), iids},
			results: []any{[]REMQIRESULT(nil), com.RPC_E_INVALID_OBJECT},
			call:    query,
		},
		{
			name: "RemAddRef", op: 4, hr: com.S_FALSE,
			in: [3]string{
				"0200000002000000001c00007c0b00000123456789abcdef0500000000000000001c00007c0b00000123456789abcdef0100000002000000",
				"02000000000000000200000000000000001c00007c0b00000123456789abcdef0500000000000000001c00007c0b00000123456789abcdef0100000002000000",
				"000200000000000200001c000b7c00000123456789abcdef000000050000000000001c000b7c00000123456789abcdef0000000100000002",
			},
			out: [3]string{
				"0200000000000000fb01048001000000",
				"020000000000000000000000fb01048001000000",
				"0000000200000000800401fb00000001",
			},
			args:    []any{refs},
			results: []any{[]com.HRESULT{com.S_OK, com.CO_E_OBJNOTREG}, com.S_FALSE},
			call: func(ctx context.Context, u IRemUnknown2) ([]any, error) {
				results, hr, err := u.RemAddRef(ctx, refs)
				return []any{results, hr}, err
			},
		},
		{
			name: "RemRelease", op: 5, hr: com.S_OK,
			in: [3]string{
				"0200000002000000001c00007c0b00000123456789abcdef0500000000000000001c00007c0b00000123456789abcdef0100000002000000",
				"02000000000000000200000000000000001c00007c0b00000123456789abcdef0500000000000000001c00007c0b00000123456789abcdef0100000002000000",
				"000200000000000200001c000b7c00000123456789abcdef000000050000000000001c000b7c00000123456789abcdef0000000100000002",
			},
			out: [3]string{
				"00000000",
				"00000000",
				"00000000",
			},
			args:    []any{refs},
			results: nil,
			call:    func(ctx context.Context, u IRemUnknown2) ([]any, error) { return nil, u.RemRelease(ctx, refs) },
		},
		{
			name: "RemQueryInterface2", op: 6, hr: com.S_FALSE,
			in: [3]string{
				"001c00007c0b00000123456789abcdef02000000020000000000000000000000c0000000000000460100000000000000c000000000000046",
				"001c00007c0b00000123456789abcdef020000000000000002000000000000000000000000000000c0000000000000460100000000000000c000000000000046",
				"00001c000b7c00000123456789abcdef00020000000000020000000000000000c0000000000000460000000100000000c000000000000046",
			},
			out: [3]string{
				"02000000000000000240008002000000000002000000000005000000050000004d454f572100000001000000",
				"020000000000000000000000024000800200000000000000000002000000000000000000000000000500000000000000050000004d454f572100000001000000",
				"00000002000000008000400200000002000200000000000000000005000000054d454f572100000000000001",
			},
			args:    []any{ipid, iids},
			results: []any{[]com.HRESULT{com.S_OK, com.E_NOINTERFACE}, []*MInterfacePointer{sized("MEOW!"), nil}, com.S_FALSE},
			call:    query2,
		},
		{
			name: "RemQueryInterface2 of nothing", op: 6, hr: com.RPC_E_INVALID_OBJECT,
			in: [3]string{
				"001c00007c0b00000123456789abcdef02000000020000000000000000000000c0000000000000460100000000000000c000000000000046",
				"001c00007c0b00000123456789abcdef020000000000000002000000000000000000000000000000c0000000000000460100000000000000c000000000000046",
				"00001c000b7c00000123456789abcdef00020000000000020000000000000000c0000000000000460000000100000000c000000000000046",
			},
			out: [3]string{
				"02000000140101801401018002000000000000000000000014010180",
				"0200000000000000140101801401018002000000000000000000000000000000000000000000000014010180",
				"00000002800101148001011400000002000000000000000080010114",
			},
			args:    []any{ipid, iids},
			results: []any{[]com.HRESULT{com.RPC_E_INVALID_OBJECT, com.RPC_E_INVALID_OBJECT}, make([]*MInterfacePointer, 2), com.RPC_E_INVALID_OBJECT},
			call:    query2,
		},
	}
}

// replay is a channel whose server answers with the same bytes every time.
type replay struct {
	drep  uint32
	ndr64 bool
	sent  []byte
	reply []byte
}

func (ch *replay) GetBuffer(_ context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	return &com.RPCOLEMESSAGE{Buffer: make([]byte, 0, size), Op: op, DataRep: drepLittle, NDR64: ch.ndr64}, nil
}

func (ch *replay) SendReceive(_ context.Context, m *com.RPCOLEMESSAGE) error {
	ch.sent, m.Buffer, m.DataRep = m.Buffer, ch.reply, ch.drep
	return nil
}

func (ch *replay) FreeBuffer(*com.RPCOLEMESSAGE) {}
func (ch *replay) GetDestCtx() com.MSHCTX        { return com.MSHCTX_DIFFERENTMACHINE }
func (ch *replay) IsConnected() bool             { return true }

// proxy returns a proxy over the channel.
func (ch *replay) proxy(tb testing.TB) IRemUnknown2 {
	tb.Helper()
	itf, p := IRemUnknown2Desc.NewProxy()
	p.Init(nil, IRemUnknown2Desc)
	if err := p.Connect(ch); err != nil || !p.AddUser(true) {
		tb.Fatal(err)
	}
	return itf.(IRemUnknown2)
}

// answers is a server's channel that keeps the reply.
type answers struct {
	replay
	m *com.RPCOLEMESSAGE
}

func (ch *answers) GetBuffer(ctx context.Context, op uint32, size int) (m *com.RPCOLEMESSAGE, err error) {
	ch.m, err = ch.replay.GetBuffer(ctx, op, size)
	return ch.m, err
}

// serveUnknown lets a stub serve one request and returns the reply.
func serveUnknown(tb testing.TB, s *stage, op uint32, in []byte, drep uint32, ndr64 bool) ([]byte, error) {
	tb.Helper()
	stub := IRemUnknown2Desc.NewStub()
	if err := stub.Connect(context.Background(), unknownStage{s}); err != nil {
		tb.Fatal(err)
	}
	ch := &answers{replay: replay{ndr64: ndr64}}
	if err := stub.Invoke(context.Background(), &com.RPCOLEMESSAGE{Buffer: in, Op: op, DataRep: drep, NDR64: ndr64}, ch); err != nil {
		return nil, err
	}
	return ch.m.Buffer, nil
}

func TestIRemUnknown(t *testing.T) {
	for _, sc := range unknownScenes() {
		t.Run(sc.name, func(t *testing.T) {
			for i, form := range forms {
				in, out := unhex(t, sc.in[i]), unhex(t, sc.out[i])
				s := &stage{results: sc.results}
				reply, err := serveUnknown(t, s, sc.op, append(bytes.Clone(in), "extra octets"...), form.drep, form.ndr64)
				if err != nil {
					t.Fatalf("%s: %v", form.name, err)
				}
				wantSame(t, form.name+": the server was called with", s.args, sc.args)
				ch := &replay{drep: form.drep, ndr64: form.ndr64, reply: append(bytes.Clone(out), "extra octets"...)}
				got, err := sc.call(t.Context(), ch.proxy(t))
				if com.HRESULTOf(err) != sc.hr && sc.hr.Failed() || err != nil && sc.hr.Succeeded() {
					t.Errorf("%s: %v, want %v", form.name, err, sc.hr)
				}
				wantSame(t, form.name+": the client has", got, sc.results)
				if form.drep == drepLittle { // what this side writes
					wantBytes(t, reply, out)
					wantBytes(t, ch.sent, in)
				}
				for n := range in {
					if _, err := serveUnknown(t, s, sc.op, in[:n:n], form.drep, form.ndr64); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
						t.Fatalf("%s: %d of %d bytes of the request: %v", form.name, n, len(in), err)
					}
				}
				for n := range out {
					ch.reply = out[:n:n]
					if _, err := sc.call(t.Context(), ch.proxy(t)); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
						t.Fatalf("%s: %d of %d bytes of the reply: %v", form.name, n, len(out), err)
					}
				}
			}
		})
	}
}

func TestIRemUnknownRefusesCounts(t *testing.T) {
	var tooMany = func(u IRemUnknown2) map[string]error {
		_, _, qi := u.RemQueryInterface(t.Context(), com.IPID{}, 1, make([]com.IID, 0x10000))
		_, _, add := u.RemAddRef(t.Context(), make([]REMINTERFACEREF, 0x10000))
		return map[string]error{"RemQueryInterface": qi, "RemAddRef": add, "RemRelease": u.RemRelease(t.Context(), make([]REMINTERFACEREF, 0x10000))}
	}
	for name, err := range tooMany(new(replay).proxy(t)) {
		if !errors.Is(err, com.RPC_S_INVALID_BOUND) {
			t.Errorf("%s of more than 65535: %v", name, err)
		}
	}
	// A reply with another number of results than was asked for: two.
	for _, sc := range unknownScenes() {
		out := unhex(t, sc.out[0])
		if i := bytes.IndexByte(out[:min(len(out), 8)], 2); i >= 0 && sc.op != 5 && sc.hr != com.RPC_E_INVALID_OBJECT {
			if sc.op == 3 {
				i = 4 // behind the pointer
			}
			out[i] = 1
			ch := &replay{drep: drepLittle, reply: out}
			if _, err := sc.call(t.Context(), ch.proxy(t)); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
				t.Errorf("%s: %v", sc.name, err)
			}
		}
	}
	// More interfaces than the protocol allows.
	many := append(make([]byte, 20), unhex(t, "0180 0000 01800000")...)
	_, err := serveUnknown(t, new(stage), 3, append(many, make([]byte, 16*0x8001)...), drepLittle, false)
	wantHRESULT(t, err, com.RPC_X_BAD_STUB_DATA)
}

// FuzzIRemUnknown feeds stub data of any kind to the stub and to the proxy. What
// a proxy understands can be sent, and is understood the same.
func FuzzIRemUnknown(f *testing.F) {
	scenes := unknownScenes()
	for which, sc := range scenes {
		for form := range forms {
			f.Add(unhex(f, sc.in[form]), uint8(which), uint8(form), false)
			f.Add(unhex(f, sc.out[form]), uint8(which), uint8(form), true)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, which, form uint8, isReply bool) {
		sc, i := scenes[int(which)%len(scenes)], int(form)%len(forms)
		fm := forms[i]
		if !isReply {
			bounded(t, b, 64, func() { serveUnknown(t, &stage{results: sc.results}, sc.op, b, fm.drep, fm.ndr64) })
			return
		}
		ch := &replay{drep: fm.drep, ndr64: fm.ndr64, reply: b}
		var got []any
		var err error
		bounded(t, b, 64, func() { got, err = sc.call(t.Context(), ch.proxy(t)) })
		if errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
			return
		}
		ch.drep = drepLittle
		ch.reply, err = serveUnknown(t, &stage{results: got}, sc.op, unhex(t, sc.in[i]), fm.drep, fm.ndr64)
		if err != nil {
			t.Fatalf("%+v: %v", got, err)
		}
		if again, _ := sc.call(t.Context(), ch.proxy(t)); !reflect.DeepEqual(again, got) {
			t.Fatalf("%+v became %+v", got, again)
		}
	})
}
